//! The shape of a type's JSON.

use super::rule::Rule;
use crate::Json;

/// The shape of a type's JSON. Shapes are constants that refer to each other. A recursive type refers to itself with
/// [`Own`](Self::Own).
#[derive(Debug)]
pub enum Shape {
    /// Any value: nothing is checked.
    Any,
    /// `null`
    Null,
    /// `true` or `false`
    Bool,
    /// A number that may or may not have a fraction.
    Number,
    /// An integer in an inclusive range.
    Integer {
        /// The lower bound.
        least: i128,
        /// The upper bound.
        greatest: i128,
    },
    /// A number that may have a fraction.
    Float,
    /// A string.
    Text,
    /// A string that is an RFC 3339 timestamp.
    Timestamp,
    /// A string of a type with its own syntax.
    Parsed {
        /// The type's name.
        name: &'static str,
        /// Returns whether a string is valid.
        parses: fn(&str) -> bool,
    },
    /// One of a fixed set of strings.
    Texts {
        /// The strings.
        of: &'static [&'static str],
    },
    /// An array of items of one shape.
    Array {
        /// The shape of each item.
        of: &'static Shape,
    },
    /// An array whose items have different shapes.
    Tuple {
        /// The shape of each item, in order.
        of: &'static [&'static Shape],
    },
    /// A value that may be absent or null.
    Option {
        /// The shape if it is present.
        of: &'static Shape,
    },
    /// An object with any keys.
    Map {
        /// The shape of each value.
        of: &'static Shape,
    },
    /// An object with these members.
    Object {
        /// The members.
        of: &'static [Field],
    },
    /// One of several shapes: the variants of an enum.
    OneOf {
        /// The variants.
        of: &'static [&'static Shape],
        /// Whether an object has only one member, whose name is the variant's: serde's external representation.
        alone: bool,
    },
    /// A named Rust type.
    Named {
        /// The name.
        name: &'static str,
        /// The type's shape.
        of: &'static Shape,
    },
    /// The innermost enclosing named shape, for a recursive type.
    Own,
    /// A Rust type without `Schema`.
    Opaque {
        /// The type as written.
        name: &'static str,
    },
    /// A type of the user's Rust code that serde deserializes.
    Read {
        /// The type's shape.
        of: &'static Shape,
        /// The function that deserializes a value; `None` if the type cannot be deserialized.
        reads: Option<Reads>,
    },
}

/// Deserializes a value as a type, or returns the position and reason of the failure.
pub type Reads = fn(&Json) -> Result<(), Unread>;

/// Why a value cannot be deserialized as a type.
#[derive(Debug)]
pub struct Unread {
    /// The members and indices that lead to the error, outermost first.
    pub path: Vec<String>,
    /// serde's message.
    pub message: String,
}

/// A member of an object.
#[derive(Debug)]
pub struct Field {
    /// The name in JSON.
    pub name: &'static str,
    /// The name in Rust.
    pub rust: &'static str,
    /// Whether it may be absent.
    pub optional: bool,
    /// Whether serde omits it, as with `skip_serializing_if`. Otherwise, serde writes `None` as `null`.
    pub skipped: bool,
    /// Whether it is flattened.
    pub flat: bool,
    /// The shape of its value.
    pub shape: &'static Shape,
    /// The constraints on its value.
    pub rules: &'static [Rule],
}

impl Field {
    /// Returns a member of an object that is no struct in Rust. The macro writes many of them.
    pub const fn of(name: &'static str, skipped: bool, shape: &'static Shape) -> Self {
        Self { name, rust: name, optional: false, skipped, flat: false, shape, rules: &[] }
    }
}

/// A set of kinds of JSON values, as bits.
pub(super) type Kinds = u8;

pub(super) const NULL: Kinds = 1;
pub(super) const BOOL: Kinds = 2;
pub(super) const NUMBER: Kinds = 4;
pub(super) const TEXT: Kinds = 8;
pub(super) const ARRAY: Kinds = 16;
pub(super) const OBJECT: Kinds = 32;
/// With [`NUMBER`]: a number with a fraction.
pub(super) const FRACTION: Kinds = 64;
/// With [`FRACTION`]: a number that may have a fraction.
pub(super) const OPEN: Kinds = 128;
pub(super) const ALL: Kinds = Kinds::MAX;

/// Returns whether a given number may have a fraction where only integers are accepted.
pub(super) const fn may_lose_fraction(given: Kinds, taken: Kinds) -> bool {
    given & (FRACTION | OPEN) == FRACTION && taken & (NUMBER | FRACTION) == NUMBER
}
