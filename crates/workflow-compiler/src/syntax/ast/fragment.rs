//! The syntax tree of uses of fragments, and the record of a use after its states are inlined.
//!
//! A fragment itself is a [`Workflow`] with fewer declarations.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Ident, Span};
use workflow_asl::jsonata::is_function;

use super::{Clause, Comment, Expr, FieldDecl, Member, Target, Text, TokenSpan, Type, Workflow};
use crate::problem::Reported;

/// `use Fragment as Name { argument: value } catch … -> Next;`
#[derive(Clone, Debug)]
pub struct Use {
    /// The `///` comment.
    pub comment: Comment,
    /// The keyword.
    pub keyword: Ident,
    /// The fragment.
    pub fragment: Ident,
    /// The name of the use: the name after `as`, or else the fragment's name.
    pub name: Ident,
    /// The prefix of each state's name in the document, if it is not the name of the use.
    pub alias: Option<Text>,
    /// The rest of this prefix, which contains the items of the repetitions around it; empty once they are expanded.
    pub computed: Vec<Expr>,
    /// The arguments.
    pub arguments: Vec<Member>,
    /// The clauses, in source order.
    pub clauses: Vec<Clause>,
    /// The target of the transition at the end of the fragment.
    pub transition: Option<Target>,
    /// The last words before the transition.
    pub tail: TokenSpan,
    /// Whether it ends with `;`.
    pub closed: bool,
    /// The proof that tokens of it were skipped.
    pub broken: Option<Reported>,
    /// The number of states of the enclosing body before it.
    pub place: usize,
    /// The name in the source, where an enclosing use or copy gives it another.
    pub(crate) written: Option<String>,
    /// The number of the copy of a repetition that it belongs to; 0 for none.
    pub(crate) in_use: u32,
}

impl Use {
    /// Returns the prefix of each state's name in the document; empty for none.
    pub fn asl_name(&self) -> String {
        self.alias.as_ref().map_or_else(|| super::plain(&self.name), |alias| alias.value.clone())
    }
}

/// A use of a fragment whose states are inlined.
#[derive(Clone, Debug)]
pub struct Inlined {
    /// Its number among the uses of all workflows of the `workflow!`, from 1.
    pub number: u32,
    /// The number of the enclosing use.
    pub outer: Option<u32>,
    /// The fragment's name, with its span at the use.
    pub fragment: Ident,
    /// The name of the use as written.
    pub written: Ident,
    /// The full name of the use, which includes the names of the enclosing uses: `ToldAsk` is the use `Ask` in the use
    /// `Told`.
    pub name: String,
    /// The full name in the document: `Told / Ask`.
    pub asl_name: String,
    /// The braces of the fragment.
    pub braces: (Span, Span),
    /// The fields of the fragment's input.
    pub input: Vec<FieldDecl>,
    /// The arguments.
    pub arguments: Vec<Member>,
    /// The handlers that the use adds.
    pub clauses: Vec<Clause>,
    /// The target of the transition at the end of the fragment.
    pub transition: Option<Target>,
    /// The fields whose arguments are computed once, in the state that runs first.
    pub computed: BTreeSet<String>,
    /// The type of its result.
    pub result: Option<Type>,
    /// Whether something reads the result.
    pub is_read: bool,
    /// The name of the state that runs first.
    pub first: String,
    /// The names of the states that end it.
    pub ends: Vec<String>,
}

impl Inlined {
    /// Returns the variable with its result.
    pub(crate) fn variable(&self) -> String {
        let name = self.name.trim_start_matches('_');
        if is_function(name) { format!("{name}_result") } else { name.to_owned() }
    }
}

impl Workflow {
    /// Returns the number of a use or copy, and the numbers of the uses and copies around it, innermost first.
    pub(crate) fn around(&self, number: u32) -> impl Iterator<Item = u32> {
        let known = |number: &u32| *number > 0;
        std::iter::successors(Some(number).filter(known), |number| {
            let copy = self.copies.iter().find(|copy| copy.number == *number);
            let used = || self.inlined.iter().find(|used| used.number == *number);
            copy.map_or_else(|| used().and_then(|used| used.outer), |copy| copy.outer)
        })
    }

    /// Returns the use of a fragment that contains the use or copy with this number.
    pub(crate) fn use_around(&self, number: u32) -> Option<&Inlined> {
        let mut number = number;
        while let Some(copy) = self.copies.iter().find(|copy| copy.number == number) {
            number = copy.outer?;
        }
        self.inlined.iter().find(|used| used.number == number)
    }

    /// Returns the indices of the states of each use, by its number. States are given by name, with the number of the use
    /// or copy that they belong to.
    pub(crate) fn states_by_use<'s>(&self, states: impl Iterator<Item = (&'s str, u32)>) -> BTreeMap<u32, Vec<usize>> {
        let copies = self.copies.iter().map(|copy| (copy.number, (false, copy.outer)));
        let uses = self.inlined.iter().map(|used| (used.number, (true, used.outer)));
        let outer: BTreeMap<u32, (bool, Option<u32>)> = copies.chain(uses).collect();
        // The state that computes the arguments is not the fragment's own.
        let computing = self.inlined.iter().filter(|used| !used.computed.is_empty());
        let computing: BTreeMap<&str, u32> = computing.map(|used| (used.first.as_str(), used.number)).collect();
        let mut found: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
        for (at, (name, number)) in states.enumerate() {
            let mut around = Some(computing.get(name).copied().unwrap_or(number));
            while let Some((number, (is_use, outer))) = around.and_then(|number| outer.get_key_value(&number)) {
                if *is_use {
                    found.entry(*number).or_default().push(at);
                }
                around = *outer;
            }
        }
        found
    }

    /// Returns the use in the workflow itself that is or encloses a use.
    pub(crate) fn outermost<'i>(&'i self, used: &'i Inlined) -> Option<&'i Inlined> {
        let mut used = used;
        while let Some(outer) = used.outer.and_then(|outer| self.use_around(outer)) {
            used = outer;
        }
        Some(used)
    }
}
