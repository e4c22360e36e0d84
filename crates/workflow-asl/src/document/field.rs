//! The tables of fields: for each ASL object the fields, their places, forms and dependencies. `docs/asl.md` prints
//! them.
//!
//! The states and query languages of each field follow
//! <https://docs.aws.amazon.com/step-functions/latest/dg/statemachine-structure.html> and, where the service differs,
//! the service's behaviour.

use std::fmt;

use super::{QueryLanguage, StateKind};

/// An ASL object: its fields, and the dependencies between them.
#[derive(Clone, Copy, Debug)]
pub struct Table {
    /// The name of the object's type, such as `Retrier`.
    pub name: &'static str,
    /// A description of the object, in a sentence or two.
    pub doc: &'static str,
    /// Its fields.
    pub fields: &'static [Field],
    /// Groups of alternative fields.
    pub groups: &'static [Group],
}

/// One field of an ASL object.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// The name in the document, such as `ResultPath`.
    pub name: &'static str,
    /// The kinds of state that have it; all of them for a field of another object.
    pub kinds: Kinds,
    /// The only query language it exists in, or `None` for both.
    pub language: Option<QueryLanguage>,
    /// The form of its value.
    pub form: Form,
    /// Whether each object that has the field needs it; see [`Table::groups`] for choices.
    pub required: bool,
    /// Whether only the maps whose iterations are child executions use it.
    pub distributed: bool,
    /// Whether only the outermost rule of a choice has it, not those inside `And`, `Or` and `Not`.
    pub outermost: bool,
    /// The default: the value that applies if the field is absent.
    pub preset: Option<Preset>,
    /// By kind of state, the field of the other query language that does the same.
    pub instead: &'static [(Kinds, &'static str)],
    /// A description in one sentence.
    pub doc: &'static str,
}

impl Field {
    /// Returns the field of the other query language that does the same in a state of this kind or another object.
    pub fn counterpart(&self, kind: Option<StateKind>) -> Option<&'static str> {
        let here = |kinds: Kinds| kind.map_or(kinds == Kinds::ALL, |kind| kinds.contains(kind));
        self.instead.iter().find(|(kinds, _)| here(*kinds)).map(|(_, name)| *name)
    }
}

/// The value of a field that is absent.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Preset {
    /// A whole number.
    Integer(u64),
    /// A number.
    Number(f64),
    /// Text.
    Text(&'static str),
    /// `true` or `false`.
    Flag(bool),
}

impl fmt::Display for Preset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Integer(number) => write!(f, "{number}"),
            Self::Number(number) => write!(f, "{number:?}"),
            Self::Text(text) => write!(f, "\"{text}\""),
            Self::Flag(flag) => write!(f, "{flag}"),
        }
    }
}

/// Fields of one object. Only a limited number of them may be present.
#[derive(Clone, Copy, Debug)]
pub struct Group {
    /// The fields.
    pub fields: &'static [&'static str],
    /// The number of them that an object has.
    pub count: Count,
    /// The kinds of state that this holds for; all of them in another object.
    pub kinds: Kinds,
}

/// The number of fields of a group that an object has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Count {
    /// One and no other.
    ExactlyOne,
    /// One or none.
    AtMostOne,
    /// One or more.
    AtLeastOne,
}

impl Group {
    pub(crate) const fn exactly_one(fields: &'static [&'static str]) -> Self {
        Self { fields, count: Count::ExactlyOne, kinds: Kinds::ALL }
    }

    pub(crate) const fn at_most_one(fields: &'static [&'static str]) -> Self {
        Self { fields, count: Count::AtMostOne, kinds: Kinds::ALL }
    }

    pub(crate) const fn at_least_one(fields: &'static [&'static str]) -> Self {
        Self { fields, count: Count::AtLeastOne, kinds: Kinds::ALL }
    }

    pub(crate) const fn in_kinds(self, kinds: Kinds) -> Self {
        Self { kinds, ..self }
    }
}

/// The form of a field's value.
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
    /// A whole number in a range; a JSONata state may compute it if `expression` is set.
    Integer {
        /// The least value.
        min: u64,
        /// The greatest value.
        max: u64,
        /// Whether a JSONata state may give an expression.
        expression: bool,
    },
    /// A number in a range; a JSONata state may compute it if `expression` is set.
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
    /// A JSONPath that names exactly one place in the state's input or in a variable.
    InputReferencePath,
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
    /// Any JSON, which is used literally.
    Json,
    /// A resource ARN.
    Resource,
    /// A list of error names.
    ErrorNames,
    /// A list of text.
    TextList,
    /// A nested object or list with a table of its own, with a short description.
    Nested(&'static str),
}

impl Form {
    /// Returns whether the value is a path, or `null`.
    pub(crate) fn is_path(self) -> bool {
        use Form::{InputReferencePath, Path, PathOrNull, ReferencePath, ReferencePathOrNull};
        matches!(self, Path | PathOrNull | ReferencePath | ReferencePathOrNull | InputReferencePath)
    }

    /// Returns the table of the object in the value, or of the objects in the list or by name.
    ///
    /// ```
    /// use workflow_asl::document::{Catcher, State};
    /// let field = State::FIELDS.iter().find(|field| field.name == "Catch").unwrap();
    /// assert_eq!(field.form.table().unwrap().name, Catcher::TABLE.name);
    /// ```
    pub fn table(self) -> Option<&'static Table> {
        let Self::Nested(of) = self else { return None };
        match of.split('`').nth(1) {
            Some(name) => super::TABLES.iter().find(|table| table.name == name),
            None => Some(&super::State::TABLE),
        }
    }

    /// Returns whether the value is a number or may be computed, by a path, a call or an expression.
    pub(crate) fn is_parsed(self) -> bool {
        use Form::{Computed, Condition, Integer, Number, PathOrIntrinsic, Template, TextOrExpression, Timestamp};
        self.is_path()
            || matches!(
                self,
                Condition
                    | Computed
                    | Integer { .. }
                    | Number { .. }
                    | PathOrIntrinsic
                    | Template
                    | TextOrExpression
                    | Timestamp
            )
    }
}

impl fmt::Display for Form {
    /// Returns a short description of the value.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let or_expression = |expression: bool| if expression { ", or JSONata" } else { "" };
        match *self {
            Self::Text => f.write_str("text"),
            Self::TextOrExpression => f.write_str("text, or JSONata"),
            Self::Word(words) => {
                f.write_str(&words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", "))
            }
            Self::StateName => f.write_str("name of a state of the scope"),
            Self::Flag => f.write_str("`true`, `false`"),
            Self::Integer { min, max: u64::MAX, expression } => {
                write!(f, "integer from {min}{}", or_expression(expression))
            }
            Self::Integer { min, max, expression } => {
                write!(f, "integer from {min} to {max}{}", or_expression(expression))
            }
            Self::Number { min, max: f64::MAX, expression } => {
                write!(f, "number from {min}{}", or_expression(expression))
            }
            Self::Number { min, max, expression } => {
                write!(f, "number from {min} to {max}{}", or_expression(expression))
            }
            Self::PathOrNull => f.write_str("path, `null`"),
            Self::Path => f.write_str("path"),
            Self::ReferencePathOrNull => f.write_str("reference path, `null`"),
            Self::ReferencePath => f.write_str("reference path"),
            Self::InputReferencePath => f.write_str("reference path, not to the context object"),
            Self::PathOrIntrinsic => f.write_str("path, intrinsic function"),
            Self::Timestamp => f.write_str("timestamp, or JSONata"),
            Self::Template => f.write_str("object, computed"),
            Self::Computed => f.write_str("any JSON, computed"),
            Self::Condition => f.write_str("`true`, `false`, or JSONata"),
            Self::Json => f.write_str("any JSON"),
            Self::Resource => f.write_str("ARN"),
            Self::ErrorNames => f.write_str("list of error names"),
            Self::TextList => f.write_str("list of text"),
            Self::Nested(of) => f.write_str(of),
        }
    }
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

    /// Returns the kinds in the set.
    pub fn iter(self) -> impl Iterator<Item = StateKind> {
        StateKind::ALL.iter().copied().filter(move |kind| self.contains(*kind))
    }

    /// Returns whether the kind is in the set.
    pub const fn contains(self, kind: StateKind) -> bool {
        self.0 & (1 << kind as u8) != 0
    }
}
