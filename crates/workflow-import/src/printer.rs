//! The shared state of printing: the plan, the points, the used placeholders, and the raw parts.

use std::collections::BTreeSet;

use serde_json::{Map, Value};
use workflow_asl::Pointer;

use super::handler::Shared;
use super::jsonata::Known;
use super::params::Params;
use super::plan::{Plan, Points};
use super::{Kept, KeptKind};
use workflow_compiler::state_ident::StateIdents;

/// One spelling of a part.
#[derive(Clone, Debug, Default)]
pub(super) struct Spelling {
    pub(super) text: String,
    /// The kind of a part in it that is kept as in the document.
    pub(super) kept: Option<KeptKind>,
    /// What the language does not have.
    pub(super) why: Option<&'static str>,
}

impl Spelling {
    /// Creates a spelling in the language's own syntax.
    pub(super) fn in_language(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }

    /// Creates a spelling as in the document.
    pub(super) fn kept(text: impl Into<String>, kind: KeptKind) -> Self {
        Self { text: text.into(), kept: Some(kind), why: None }
    }

    /// Adds the parts that the language does not have.
    pub(super) fn because(mut self, why: Option<&'static str>) -> Self {
        self.why = why;
        self
    }

    /// Returns the spelling with other text around it.
    pub(super) fn map(mut self, write: impl FnOnce(String) -> String) -> Self {
        self.text = write(self.text);
        self
    }

    /// Merges the requirements of a part's spelling, and returns its text.
    pub(super) fn take(&mut self, part: Self) -> String {
        self.kept = self.kept.or(part.kept);
        part.text
    }
}

/// The context of a value that its spelling depends on.
#[derive(Clone, Copy, Debug)]
pub(super) struct ValuePosition {
    pub(super) jsonata: bool,
    /// The root that `$` means in a JSONPath state.
    pub(super) root: &'static str,
    /// Whether it is in a distributed map, where the execution's input is the item.
    pub(super) distributed: bool,
    /// Whether it is in an `ItemSelector`, where the item has a name.
    pub(super) selector: bool,
}

impl ValuePosition {
    pub(super) fn with_root(self, root: &'static str) -> Self {
        Self { root, ..self }
    }
}

/// The printing of one workflow.
pub(super) struct Printer<'p> {
    plan: &'p Plan,
    pub(super) params: &'p Params,
    pub(super) idents: &'p StateIdents,
    /// What is known of the document around an expression.
    pub(super) known: Known<'p>,
    /// The states that do not match the known APIs of AWS.
    pub(super) unchecked: &'p BTreeSet<Pointer>,
    pub(super) points: Points,
    pub(super) kept: Vec<Kept>,
    /// Whether texts may contain placeholders.
    pub(super) in_texts: bool,
    /// The retriers and catchers that several states share.
    pub(super) shared: Shared,
    /// The parts that cannot be expressed: the pointer and the reason.
    pub(super) refused: Vec<(Pointer, String)>,
    pub(super) states: usize,
    pub(super) states_in_own_words: usize,
    /// For each enclosing state, whether all of it is in the language's own syntax so far.
    in_own_words: Vec<bool>,
}

impl<'p> Printer<'p> {
    pub(super) fn new(
        plan: &'p Plan,
        params: &'p Params,
        idents: &'p StateIdents,
        known: Known<'p>,
        unchecked: &'p BTreeSet<Pointer>,
    ) -> Self {
        Self {
            plan,
            params,
            idents,
            known,
            unchecked,
            points: Points::default(),
            kept: Vec::new(),
            in_texts: false,
            shared: Shared::default(),
            refused: Vec::new(),
            states: 0,
            states_in_own_words: 0,
            in_own_words: Vec::new(),
        }
    }

    /// Writes a part with several spellings. Equal ones count once.
    pub(super) fn spell(&mut self, at: &Pointer, mut spellings: Vec<Spelling>) -> String {
        spellings.dedup_by(|next, before| next.text == before.text);
        self.point(at, spellings.len(), |printer, level| {
            let Some(spelling) = spellings.into_iter().nth(level) else { return String::new() };
            if let Some(kind) = spelling.kept {
                printer.keep(at, kind, spelling.why);
            }
            spelling.text
        })
    }

    /// Writes a part with several spellings, according to the plan.
    pub(super) fn point(
        &mut self,
        at: &Pointer,
        spellings: usize,
        write: impl FnOnce(&mut Self, usize) -> String,
    ) -> String {
        let level = self.plan.level(at, spellings);
        let mut text = self.points.open(at, level, spellings);
        text.push_str(&write(self, level));
        text.push(self.points.close());
        text
    }

    /// Returns the spelling of a part according to the plan.
    pub(super) fn level(&self, at: &Pointer, spellings: usize) -> usize {
        self.plan.level(at, spellings)
    }

    /// Records a part kept as in the document.
    pub(super) fn keep(&mut self, at: &Pointer, kind: KeptKind, why: Option<&'static str>) {
        if kind.is_raw()
            && let Some(own) = self.in_own_words.last_mut()
        {
            *own = false;
        }
        let why = why.or_else(|| self.plan.reason(at)).map(str::to_owned);
        self.kept.push(Kept { pointer: at.clone(), kind, why });
    }

    /// Records a part that cannot be expressed.
    pub(super) fn refuse(&mut self, at: &Pointer, why: impl Into<String>) {
        self.refused.push((at.clone(), why.into()));
    }

    /// Writes a state and counts it.
    pub(super) fn counted(&mut self, write: impl FnOnce(&mut Self) -> String) -> String {
        self.in_own_words.push(true);
        let text = write(self);
        self.states += 1;
        self.states_in_own_words += usize::from(self.in_own_words.pop() == Some(true));
        text
    }
}

/// The fields of an object, from which the written ones are removed.
pub(super) struct Fields<'v> {
    map: &'v Map<String, Value>,
    taken: BTreeSet<&'static str>,
}

impl<'v> Fields<'v> {
    pub(super) fn new(map: &'v Map<String, Value>) -> Self {
        Self { map, taken: BTreeSet::new() }
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.map.contains_key(name) && !self.taken.contains(name)
    }

    pub(super) fn get(&self, name: &str) -> Option<&'v Value> {
        if self.taken.contains(name) { None } else { self.map.get(name) }
    }

    pub(super) fn take(&mut self, name: &'static str) -> Option<&'v Value> {
        let value = self.get(name)?;
        self.taken.insert(name);
        Some(value)
    }

    /// Returns the field if it is text.
    pub(super) fn take_text(&mut self, name: &'static str) -> Option<&'v str> {
        let text = self.get(name)?.as_str()?;
        self.taken.insert(name);
        Some(text)
    }

    /// Returns the remaining fields.
    pub(super) fn rest(&self) -> impl Iterator<Item = (&'v str, &'v Value)> {
        self.map
            .iter()
            .filter(|(name, _)| !self.taken.contains(name.as_str()))
            .map(|(name, value)| (name.as_str(), value))
    }
}
