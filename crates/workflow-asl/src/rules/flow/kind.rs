//! The kinds of JSON values.

/// The kind of a JSON value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Null,
    Bool,
    Number,
    Text,
    Object,
    Array,
}

/// A set of kinds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Kinds(u8);

impl Kind {
    /// The results of JSONata's `$type` for JSON values.
    pub(super) const NAMES: [(&str, Self); 6] = [
        ("null", Self::Null),
        ("number", Self::Number),
        ("string", Self::Text),
        ("boolean", Self::Bool),
        ("array", Self::Array),
        ("object", Self::Object),
    ];

    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool => "a boolean",
            Self::Number => "a number",
            Self::Text => "a string",
            Self::Object => "an object",
            Self::Array => "an array",
        }
    }

    /// Returns the words for an array of such values.
    pub(super) fn words_of_items(self) -> &'static str {
        match self {
            Self::Null => "an array of null",
            Self::Bool => "an array of booleans",
            Self::Number => "an array of numbers",
            Self::Text => "an array of strings",
            Self::Object => "an array of objects",
            Self::Array => "an array of arrays",
        }
    }

    /// Returns the words for a value that a test has shown to be of another kind.
    pub(super) fn words_of_others(self) -> &'static str {
        match self {
            Self::Null => "not null here, as an earlier test shows",
            Self::Bool => "no boolean here, as an earlier test shows",
            Self::Number => "no number here, as an earlier test shows",
            Self::Text => "no string here, as an earlier test shows",
            Self::Object => "no object here, as an earlier test shows",
            Self::Array => "no array here, as an earlier test shows",
        }
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
