//! The types of values, and the named types that a workflow declares.

use indexmap::IndexMap;

/// The type of a value, as far as it is known.
#[derive(Clone, Debug, PartialEq)]
pub enum Ty {
    /// Nothing is known: any operation is allowed.
    Unknown,
    /// `null`
    Null,
    /// `bool`
    Bool,
    /// An integer.
    Integer,
    /// Any number.
    Number,
    /// Text.
    Text,
    /// An RFC 3339 timestamp, text in JSON.
    Timestamp,
    /// An ARN, text in JSON.
    Arn,
    /// An array.
    Array(Box<Ty>),
    /// May be absent or null.
    Option(Box<Ty>),
    /// An object with any keys.
    Map(Box<Ty>),
    /// An object with these members, by wire name.
    Object(IndexMap<String, Ty>),
    /// A struct that the workflow declares, by its Rust name.
    Struct(String),
    /// An enum that the workflow declares, by its Rust name; text in JSON.
    Enum(String),
}

impl Ty {
    /// How the user writes it.
    pub fn name(&self) -> String {
        match self {
            Self::Unknown => "Json".to_owned(),
            Self::Null => "null".to_owned(),
            Self::Bool => "bool".to_owned(),
            Self::Integer => "an integer".to_owned(),
            Self::Number => "a number".to_owned(),
            Self::Text => "String".to_owned(),
            Self::Timestamp => "Timestamp".to_owned(),
            Self::Arn => "Arn".to_owned(),
            Self::Array(item) => format!("Vec<{}>", item.name()),
            Self::Option(inner) => format!("Option<{}>", inner.name()),
            Self::Map(value) => format!("Map<{}>", value.name()),
            Self::Object(_) => "an object".to_owned(),
            Self::Struct(name) | Self::Enum(name) => name.clone(),
        }
    }
}
