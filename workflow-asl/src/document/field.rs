//! The tables of fields: for each ASL object which fields it has, where, and of which form.
//!
//! Which field stands in which state and query language follows
//! <https://docs.aws.amazon.com/step-functions/latest/dg/statemachine-structure.html> and,
//! where the service differs, what it accepts.

use super::{QueryLanguage, StateKind};

/// One field of an ASL object.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// The name in the document, such as `ResultPath`.
    pub name: &'static str,
    /// The kinds of state that have it; all of them for a field of another object.
    pub kinds: Kinds,
    /// The only query language it exists in, or `None` for both.
    pub language: Option<QueryLanguage>,
    /// What its value may be.
    pub form: Form,
    /// What it is, in one sentence.
    pub doc: &'static str,
}

/// What the value of a field may be.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Form {
    /// Any text.
    Text,
    /// Text, which a JSONata state may compute.
    TextOrExpression,
    /// One of these words.
    Word(&'static [&'static str]),
    /// The name of a state of the same scope.
    StateName,
    /// `true` or `false`.
    Flag,
    /// A whole number in a range; a JSONata state may compute it where `expression` says so.
    Integer {
        /// The least value.
        min: u64,
        /// The greatest value.
        max: u64,
        /// Whether a JSONata state may give an expression.
        expression: bool,
    },
    /// A number in a range; a JSONata state may compute it where `expression` says so.
    Number {
        /// The least value.
        min: f64,
        /// The greatest value.
        max: f64,
        /// Whether a JSONata state may give an expression.
        expression: bool,
    },
    /// A JSONPath, or `null`.
    PathOrNull,
    /// A JSONPath.
    Path,
    /// A JSONPath that names exactly one place, or `null`.
    ReferencePathOrNull,
    /// A JSONPath that names exactly one place.
    ReferencePath,
    /// A JSONPath that names exactly one place, or an intrinsic function.
    PathOrIntrinsic,
    /// An RFC 3339 timestamp; a JSONata state may compute it.
    Timestamp,
    /// A JSON object whose values may be computed: a payload template, or JSONata inside strings.
    Template,
    /// Any JSON whose strings may be JSONata.
    Computed,
    /// A JSONata condition or `true`/`false`.
    Condition,
    /// Any JSON, taken as it is.
    Json,
    /// A resource ARN.
    Resource,
    /// A list of error names.
    ErrorNames,
    /// A list of text.
    TextList,
    /// A nested object or list with a table of its own.
    Nested,
}

/// A set of state kinds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kinds(u8);

impl Kinds {
    /// Every kind of state.
    pub const ALL: Self = Self(u8::MAX);

    /// The set of the given kinds.
    pub const fn of(kinds: &[StateKind]) -> Self {
        let mut bits = 0;
        let mut i = 0;
        while i < kinds.len() {
            bits |= 1 << kinds[i] as u8;
            i += 1;
        }
        Self(bits)
    }

    /// Every kind but the given ones.
    pub const fn except(kinds: &[StateKind]) -> Self {
        Self(!Self::of(kinds).0)
    }

    /// The kinds in the set.
    pub fn iter(self) -> impl Iterator<Item = StateKind> {
        StateKind::ALL.iter().copied().filter(move |kind| self.contains(*kind))
    }

    /// Whether the kind is in the set.
    pub const fn contains(self, kind: StateKind) -> bool {
        self.0 & (1 << kind as u8) != 0
    }
}
