//! The syntax tree of repetitions, and the record of a copy after a repetition is expanded.

use proc_macro2::{Ident, Span};

use super::{Arm, Body, Branch, Comment, Expr, Target, Text, TokenSpan};
use crate::problem::Reported;

/// `for item in [ … ] { … } -> Next;`
#[derive(Clone, Debug)]
pub struct Repetition {
    /// The `///` comment.
    pub comment: Comment,
    /// The keyword.
    pub keyword: Ident,
    /// The name of the item.
    pub item: Text,
    /// The index of the word that names the item, among the words of the macro.
    pub word: usize,
    /// The list.
    pub list: Expr,
    /// The field of a fragment's input that is the list.
    pub field: Option<String>,
    /// The number of states, branches or arms before it.
    pub place: usize,
    /// The number of uses of fragments before it, for states.
    pub uses_before: usize,
    /// The braces.
    pub braces: (Span, Span),
    /// What is repeated.
    pub content: Repeated,
    /// The target of the transition at the end of the last copy, for states.
    pub transition: Option<Target>,
    /// The last words before the transition.
    pub tail: TokenSpan,
    /// Whether it ends with `;`.
    pub closed: bool,
    /// The proof that tokens of it were skipped.
    pub broken: Option<Reported>,
}

/// What a repetition repeats, with the repetitions in it.
#[derive(Clone, Debug)]
pub enum Repeated {
    /// The states of a chain.
    States(Body),
    /// The branches of a parallel.
    Branches(Vec<Branch>, Vec<Repetition>),
    /// The arms of a choice.
    Arms(Vec<Arm>, Vec<Repetition>),
}

impl Repetition {
    /// Returns the bodies with states that it repeats.
    pub fn bodies(&self) -> Vec<&Body> {
        match &self.content {
            Repeated::States(body) => vec![body],
            Repeated::Branches(branches, inner) => {
                branches.iter().map(|branch| &branch.body).chain(inner.iter().flat_map(Self::bodies)).collect()
            }
            Repeated::Arms(..) => Vec::new(),
        }
    }

    /// Returns these bodies, to change them.
    pub fn bodies_mut(&mut self) -> Vec<&mut Body> {
        match &mut self.content {
            Repeated::States(body) => vec![body],
            Repeated::Branches(branches, inner) => branches
                .iter_mut()
                .map(|branch| &mut branch.body)
                .chain(inner.iter_mut().flat_map(Self::bodies_mut))
                .collect(),
            Repeated::Arms(..) => Vec::new(),
        }
    }
}

/// A name in the document that contains the item of a repetition: `"Copy to " + region`.
#[derive(Clone, Debug)]
pub struct ComputedName {
    /// The texts and references to items, in order.
    pub parts: Vec<Expr>,
    /// The whole name.
    pub span: TokenSpan,
}

/// A copy of the body of a repetition, for one item.
#[derive(Clone, Debug)]
pub struct Copied {
    /// Its number among the uses and copies of the workflow, from 1.
    pub number: u32,
    /// The number of the enclosing use or copy.
    pub outer: Option<u32>,
    /// The index of the word that names the item, which tells the repetitions apart.
    pub word: usize,
    /// The name of the item.
    pub name: String,
    /// The index of its item.
    pub index: usize,
    /// The item for messages.
    pub item: String,
    /// The braces of the repetition.
    pub braces: (Span, Span),
}
