//! Sets of the kinds of JSON values, and their words in findings.

use crate::json_kind::JsonKind as Kind;

/// A set of kinds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Kinds(u8);

/// Returns the words for an array of such values.
pub(super) fn words_of_items(kind: Kind) -> &'static str {
    match kind {
        Kind::Null => "an array of null",
        Kind::Bool => "an array of booleans",
        Kind::Number => "an array of numbers",
        Kind::Text => "an array of strings",
        Kind::Object => "an array of objects",
        Kind::Array => "an array of arrays",
    }
}

/// Returns the words for a value that a test has shown to be of another kind.
pub(super) fn words_of_others(kind: Kind) -> &'static str {
    match kind {
        Kind::Null => "not null here, as an earlier test shows",
        Kind::Bool => "no boolean here, as an earlier test shows",
        Kind::Number => "no number here, as an earlier test shows",
        Kind::Text => "no string here, as an earlier test shows",
        Kind::Object => "no object here, as an earlier test shows",
        Kind::Array => "no array here, as an earlier test shows",
    }
}

impl Kinds {
    /// The kinds of values that have no members and no items.
    pub(super) const SCALARS: Self =
        Self(1 << Kind::Null as u8 | 1 << Kind::Bool as u8 | 1 << Kind::Number as u8 | 1 << Kind::Text as u8);

    pub(super) fn one(kind: Kind) -> Self {
        Self(1 << kind as u8)
    }

    pub(super) fn has(self, kind: Kind) -> bool {
        self.0 & Self::one(kind).0 != 0
    }

    pub(super) fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub(super) fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(super) fn in_both(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    pub(super) fn without(self, kind: Kind) -> Self {
        Self(self.0 & !Self::one(kind).0)
    }
}
