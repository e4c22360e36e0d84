//! What the JSON of a type looks like.

use crate::Json;

/// The JSON of a type. Values of it are constants and refer to each other; what refers to itself does so by [`Own`](Self::Own).
#[derive(Debug)]
pub enum Shape {
    /// Anything: nothing is checked.
    Any,
    /// `null`
    Null,
    /// `true` or `false`
    Bool,
    /// A number of which is not known whether it has a fraction.
    Number,
    /// An integer between these numbers, both included.
    Integer {
        /// The least.
        least: i128,
        /// The greatest.
        greatest: i128,
    },
    /// A number that may have a fraction.
    Float,
    /// Text.
    Text,
    /// Text that is a timestamp of RFC 3339.
    Timestamp,
    /// Text of a type that has a syntax of its own.
    Parsed {
        /// The type's name.
        name: &'static str,
        /// Whether a text is one.
        parses: fn(&str) -> bool,
    },
    /// Text of a fixed set.
    Texts {
        /// The texts.
        of: &'static [&'static str],
    },
    /// An array of items that are alike.
    Array {
        /// An item.
        of: &'static Shape,
    },
    /// An array whose items have shapes of their own.
    Tuple {
        /// The items.
        of: &'static [&'static Shape],
    },
    /// May be absent or null.
    Option {
        /// What it is where it is there.
        of: &'static Shape,
    },
    /// An object with any keys.
    Map {
        /// The value of each.
        of: &'static Shape,
    },
    /// An object with these members.
    Object {
        /// The members.
        of: &'static [Field],
    },
    /// One of several: the variants of an enum.
    OneOf {
        /// The variants.
        of: &'static [&'static Shape],
    },
    /// What a Rust type of this name is.
    Named {
        /// The name.
        name: &'static str,
        /// What it is.
        of: &'static Shape,
    },
    /// The innermost named shape around, once more.
    Own,
    /// A Rust type that says nothing about itself.
    Opaque {
        /// The type as it is written.
        name: &'static str,
    },
    /// A type of the user's Rust code, which serde reads.
    Read {
        /// What its JSON looks like.
        of: &'static Shape,
        /// What reads a value of it; `None` where nothing does.
        reads: Option<Reads>,
    },
}

/// Reads a value as a type, and tells where it is none, and why.
pub type Reads = fn(&Json) -> Result<(), Unread>;

/// Why a value is not read as a type.
#[derive(Debug)]
pub struct Unread {
    /// The members and indices that lead to what is wrong, outermost first.
    pub path: Vec<String>,
    /// What serde says.
    pub message: String,
}

/// A member of an object.
#[derive(Debug)]
pub struct Field {
    /// Its name in JSON.
    pub name: &'static str,
    /// Its name in Rust.
    pub rust: &'static str,
    /// Whether it may be left out.
    pub optional: bool,
    /// Whether serde leaves it out, as with `skip_serializing_if`; else it writes `None` as `null`.
    pub skipped: bool,
    /// Whether its own members stand in its place.
    pub flat: bool,
    /// Its value.
    pub shape: &'static Shape,
}

/// Kinds of JSON values, as a set of bits.
pub(super) type Kinds = u8;

pub(super) const NULL: Kinds = 1;
pub(super) const BOOL: Kinds = 2;
pub(super) const NUMBER: Kinds = 4;
pub(super) const TEXT: Kinds = 8;
pub(super) const ARRAY: Kinds = 16;
pub(super) const OBJECT: Kinds = 32;
/// With [`NUMBER`]: one with a fraction.
pub(super) const FRACTION: Kinds = 64;
/// With [`FRACTION`]: whether it has one is not known.
pub(super) const OPEN: Kinds = 128;
pub(super) const ALL: Kinds = Kinds::MAX;

/// Whether a number that is given may have a fraction where only integers are taken.
pub(super) const fn may_lose_fraction(given: Kinds, taken: Kinds) -> bool {
    given & (FRACTION | OPEN) == FRACTION && taken & (NUMBER | FRACTION) == NUMBER
}
