//! What the JSON of a type looks like.

/// The JSON of a type. Values of it are constants and refer to each other; what refers to itself does so by [`Own`](Self::Own).
#[derive(Debug)]
pub enum Shape {
    /// Anything: nothing is checked.
    Any,
    /// `null`
    Null,
    /// `true` or `false`
    Bool,
    /// A number.
    Number,
    /// Text.
    Text,
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
pub(super) const ALL: Kinds = 63;
