//! Reads values of the document model from JSON and writes them, and has the macro that declares an ASL object: its
//! struct, its table, its reader, its writer.

use std::borrow::Cow;

use indexmap::IndexMap;
use serde_json::{Map, Value};

use super::{Field, Table};
use crate::json_kind::JsonKind;
use crate::{Diagnostic, Finding, Pointer, placeholder};

/// A part of the document.
pub(crate) trait Node: Sized {
    /// Reads it and reports its problems; `None` if it cannot be read at all.
    fn read(value: &Value, at: &Pointer, found: &mut Vec<Diagnostic>) -> Option<Self>;
    /// Writes it as JSON.
    fn write(&self) -> Value;
    /// Returns its JSON, if it is stored as JSON.
    fn as_value(&self) -> Option<&Value> {
        None
    }
    /// Returns the replacement in a list or map for a value that could not be read, so that the others keep their
    /// places; `None` if the type has none.
    fn unread(_: &Value) -> Option<Self> {
        None
    }
}

/// An ASL object with a table of fields, as the rules see it.
pub(crate) trait Object: Sync {
    /// Returns the table of its fields.
    fn table(&self) -> &'static Table;
    /// Returns the fields that are present, whatever their values.
    fn present_fields(&self) -> Vec<&'static Field>;
    /// Returns the value of a field as JSON.
    fn value_of(&self, name: &str) -> Option<Cow<'_, Value>>;
}

/// Returns a part as JSON, borrowed where it is kept so.
pub(crate) fn value_of<T: Node>(node: &T) -> Cow<'_, Value> {
    node.as_value().map_or_else(|| Cow::Owned(node.write()), Cow::Borrowed)
}

/// The value of a path field: `null` differs from an absent field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PathField {
    /// `null`: an empty object on the way in or out, a discarded result in `ResultPath`.
    Null,
    /// The JSONPath's text.
    Path(String),
}

/// Reports that a value is not of the type that its field has. A placeholder may become anything, but not in a definition
/// that is to run: [`Diagnostic::is_unfilled`] tells it apart.
pub(crate) fn wrong_type(value: &Value, expected: &str, at: &Pointer, found: &mut Vec<Diagnostic>) {
    let meant = match (expected, value) {
        ("Integer", Value::String(text)) => text.trim().parse::<u32>().ok().map(Value::from),
        ("Array", Value::String(_)) => Some(Value::from([value.clone()])),
        _ => None,
    };
    wrong_type_for(value, expected, meant, at, found);
}

fn wrong_type_for(value: &Value, expected: &str, meant: Option<Value>, at: &Pointer, found: &mut Vec<Diagnostic>) {
    let meant = meant.map(Box::new);
    let (expected, is) = (expected.to_owned(), JsonKind::of(value).noun());
    let finding = match value.as_str().filter(|text| placeholder::contained(text)) {
        Some(text) => Finding::Unfilled { expected, text: text.to_owned() },
        None => Finding::WrongType { expected, is, meant },
    };
    found.push(finding.at(at.clone()));
}

impl Node for String {
    fn read(value: &Value, at: &Pointer, found: &mut Vec<Diagnostic>) -> Option<Self> {
        let text = value.as_str().map(str::to_owned);
        if text.is_none() {
            wrong_type(value, "String", at, found);
        }
        text
    }

    fn write(&self) -> Value {
        Value::String(self.clone())
    }
}

impl Node for bool {
    fn read(value: &Value, at: &Pointer, found: &mut Vec<Diagnostic>) -> Option<Self> {
        if value.as_bool().is_none() {
            // YAML 1.2 takes these as text.
            let meant = match value.as_str().map(str::to_ascii_lowercase).as_deref() {
                Some("true" | "yes" | "on") => Some(true),
                Some("false" | "no" | "off") => Some(false),
                _ => None,
            };
            wrong_type_for(value, "Boolean", meant.map(Value::Bool), at, found);
        }
        value.as_bool()
    }

    fn write(&self) -> Value {
        Value::Bool(*self)
    }
}

impl Node for Value {
    fn read(value: &Value, _: &Pointer, _: &mut Vec<Diagnostic>) -> Option<Self> {
        Some(value.clone())
    }

    fn write(&self) -> Value {
        self.clone()
    }

    fn as_value(&self) -> Option<&Value> {
        Some(self)
    }
}

impl Node for PathField {
    fn read(value: &Value, at: &Pointer, found: &mut Vec<Diagnostic>) -> Option<Self> {
        match value {
            Value::Null => Some(Self::Null),
            Value::String(path) => Some(Self::Path(path.clone())),
            _ => {
                wrong_type(value, "String or null", at, found);
                None
            }
        }
    }

    fn write(&self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Path(path) => Value::String(path.clone()),
        }
    }
}

impl<T: Node> Node for Vec<T> {
    fn read(value: &Value, at: &Pointer, found: &mut Vec<Diagnostic>) -> Option<Self> {
        let Value::Array(items) = value else {
            wrong_type(value, "Array", at, found);
            return None;
        };
        let items = items.iter().enumerate();
        items.map(|(i, item)| T::read(item, &at.index(i), found).or_else(|| T::unread(item))).collect()
    }

    fn write(&self) -> Value {
        Value::Array(self.iter().map(Node::write).collect())
    }
}

impl<T: Node> Node for Box<T> {
    fn read(value: &Value, at: &Pointer, found: &mut Vec<Diagnostic>) -> Option<Self> {
        T::read(value, at, found).map(Box::new)
    }

    fn unread(value: &Value) -> Option<Self> {
        T::unread(value).map(Box::new)
    }

    fn write(&self) -> Value {
        (**self).write()
    }
}

impl<T: Node> Node for IndexMap<String, T> {
    fn read(value: &Value, at: &Pointer, found: &mut Vec<Diagnostic>) -> Option<Self> {
        let object = read_object(value, at, found)?;
        let members = object.iter().map(|(key, value)| {
            let member = T::read(value, &at.child(key), found).or_else(|| T::unread(value));
            Some((key.clone(), member?))
        });
        members.collect()
    }

    fn write(&self) -> Value {
        Value::Object(self.iter().map(|(key, value)| (key.clone(), value.write())).collect())
    }
}

pub(crate) fn read_object<'a>(
    value: &'a Value,
    at: &Pointer,
    found: &mut Vec<Diagnostic>,
) -> Option<&'a Map<String, Value>> {
    if !value.is_object() {
        wrong_type(value, "Object", at, found);
    }
    value.as_object()
}

/// The members of an object that were read in addition to its typed fields; empty if code created it.
///
/// The order of the fields does not count when two objects are compared.
#[derive(Clone, Debug, Default)]
pub(crate) struct Source {
    /// The fields in their original order.
    pub(crate) slots: Vec<Slot>,
    /// The whole value, where it could not be read at all.
    pub(crate) whole: Option<Value>,
}

/// The place of something among an object's fields when it was read; it does not count in comparisons.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct FieldIndex(pub(crate) Option<usize>);

impl PartialEq for FieldIndex {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

/// A field of an object that was read.
#[derive(Clone, Debug)]
pub(crate) enum Slot {
    /// The typed field with this index in the table.
    Field(u8),
    /// A value that its field cannot hold, or of a field that there is not: a mistake or a placeholder.
    Kept(String, Value),
}

impl Source {
    /// Returns the value that the field named `name` has but cannot hold.
    pub(crate) fn kept(&self, name: &str) -> Option<&Value> {
        self.slots.iter().find_map(|slot| match slot {
            Slot::Kept(key, value) if key == name => Some(value),
            _ => None,
        })
    }

    pub(crate) fn kept_count(&self) -> usize {
        self.slots.iter().filter(|slot| matches!(slot, Slot::Kept(..))).count()
    }
}

impl PartialEq for Source {
    fn eq(&self, other: &Self) -> bool {
        let same = |slot: &Slot| match slot {
            Slot::Kept(name, value) => other.kept(name) == Some(value),
            Slot::Field(_) => true,
        };
        self.whole == other.whole && self.kept_count() == other.kept_count() && self.slots.iter().all(same)
    }
}

/// Reports a field that its object does not have, with the nearest that it has.
pub(crate) fn unknown_field<'a>(
    key: &str,
    known: impl Iterator<Item = &'a str>,
    at: &Pointer,
    found: &mut Vec<Diagnostic>,
) {
    let near = crate::nearest::nearest(key, known).map(str::to_owned);
    found.push(Finding::UnknownField { field: key.to_owned(), near }.at(at.child(key)));
}

/// Declares an ASL object. Each field becomes an `Option` of the struct, a row of
/// `FIELDS`, and an arm of the reader and the writer.
macro_rules! object {
    (
        $(#[doc = $object_doc:literal])*
        $Name:ident {
            $( $key:literal $field:ident : $ty:ty, $form:expr
                $(, in $kinds:expr)? $(, only $language:ident)? $(, instead $instead:tt)? $(, default $preset:expr)?
                $(, is $mark:ident)? , $doc:literal; )*
        }
        $( groups { $( $group:expr; )* } )?
        $( with { $($extra:tt)* } )?
    ) => {
        $(#[doc = $object_doc])*
        #[derive(Clone, Debug, Default, PartialEq)]
        #[non_exhaustive]
        pub struct $Name {
            $( #[doc = $doc] pub $field: Option<$ty>, )*
            $( $($extra)* )?
            pub(crate) source: $crate::document::node::Source,
        }

        impl $Name {
            /// The fields of this object.
            pub const FIELDS: &'static [$crate::document::Field] = &[
                $( $crate::document::Field {
                    name: $key,
                    kinds: object!(@kinds $($kinds)?),
                    language: object!(@language $($language)?),
                    form: $form,
                    required: object!(@marked required $($mark)?),
                    distributed: object!(@marked distributed $($mark)?),
                    outermost: object!(@marked outermost $($mark)?),
                    preset: object!(@preset $($preset)?),
                    instead: object!(@instead $($instead)?),
                    doc: $doc,
                }, )*
            ];

            /// The fields with the dependencies between them.
            pub const TABLE: $crate::document::Table = $crate::document::Table {
                name: stringify!($Name),
                doc: concat!($($object_doc),*),
                fields: Self::FIELDS,
                groups: &[ $( $($group,)* )? ],
            };

            /// Reads one field into its place; `None` when the object has no such field.
            pub(crate) fn read_field(
                &mut self,
                key: &str,
                value: &serde_json::Value,
                at: &$crate::Pointer,
                found: &mut Vec<$crate::Diagnostic>,
            ) -> Option<()> {
                use $crate::document::node::Slot;
                let index = Self::FIELDS.iter().position(|field| field.name == key);
                let there = match key {
                    $( $key => {
                        self.$field = $crate::document::node::Node::read(value, &at.child(key), found);
                        self.$field.is_some()
                    } )*
                    _ => false,
                };
                let index = index.and_then(|index| u8::try_from(index).ok());
                let slot = index.filter(|_| there).map(Slot::Field);
                self.source.slots.push(slot.unwrap_or_else(|| Slot::Kept(key.to_owned(), value.clone())));
                index.map(|_| ())
            }

            /// Writes the present fields: parsed fields in their original order, then the others.
            pub(crate) fn write_fields(&self, object: &mut serde_json::Map<String, serde_json::Value>) {
                use $crate::document::node::Slot;
                for slot in &self.source.slots {
                    let (name, value) = match slot {
                        Slot::Field(index) => {
                            let Some(field) = Self::FIELDS.get(usize::from(*index)) else { continue };
                            (field.name, self.typed_value(field.name))
                        }
                        Slot::Kept(name, value) => {
                            (name.as_str(), self.typed_value(name).or_else(|| Some(std::borrow::Cow::Borrowed(value))))
                        }
                    };
                    if let Some(value) = value {
                        object.insert(name.to_owned(), value.into_owned());
                    }
                }
                for field in Self::FIELDS {
                    if !object.contains_key(field.name)
                        && let Some(value) = self.typed_value(field.name)
                    {
                        object.insert(field.name.to_owned(), value.into_owned());
                    }
                }
            }

            /// Returns the value of the field named `name` as JSON, where it is present; also one that was read but
            /// that the field cannot hold.
            pub fn field_value(&self, name: &str) -> Option<serde_json::Value> {
                $crate::document::Object::value_of(self, name).map(std::borrow::Cow::into_owned)
            }

            fn typed_value(&self, name: &str) -> Option<std::borrow::Cow<'_, serde_json::Value>> {
                match name {
                    $( $key => self.$field.as_ref().map($crate::document::node::value_of), )*
                    _ => None,
                }
            }

            /// Returns the fields that are present, in the order of the table; also those whose value was read but is
            /// not one that the field can hold.
            pub fn present(&self) -> impl Iterator<Item = &'static $crate::document::Field> + '_ {
                let there = [ $( self.$field.is_some(), )* ];
                let any_kept = self.source.kept_count() > 0;
                let fields = Self::FIELDS.iter().zip(there);
                fields.filter_map(move |(field, there)| {
                    (there || any_kept && self.source.kept(field.name).is_some()).then_some(field)
                })
            }

            /// Returns whether the field named `name` is present, whatever its value.
            pub fn has(&self, name: &str) -> bool {
                let there = match name {
                    $( $key => self.$field.is_some(), )*
                    _ => return false,
                };
                there || self.source.kept(name).is_some()
            }

            /// Returns whether the value could not be read as this object at all.
            pub fn is_unread(&self) -> bool {
                self.source.whole.is_some()
            }

            pub(crate) fn standing_for(value: &serde_json::Value) -> Self {
                let source = $crate::document::node::Source { whole: Some(value.clone()), ..Default::default() };
                Self { source, ..Self::default() }
            }
        }

        impl $crate::document::node::Object for $Name {
            fn table(&self) -> &'static $crate::document::Table {
                &Self::TABLE
            }

            fn present_fields(&self) -> Vec<&'static $crate::document::Field> {
                self.present().collect()
            }

            fn value_of(&self, name: &str) -> Option<std::borrow::Cow<'_, serde_json::Value>> {
                self.typed_value(name).or_else(|| self.source.kept(name).map(std::borrow::Cow::Borrowed))
            }
        }
    };
    (@kinds) => { $crate::document::Kinds::ALL };
    (@kinds $kinds:expr) => { $kinds };
    (@language) => { None };
    (@language $language:ident) => { Some($crate::document::QueryLanguage::$language) };
    (@marked required required) => { true };
    (@marked distributed distributed) => { true };
    (@marked outermost outermost) => { true };
    // The outermost rule needs the field too.
    (@marked outermost required_outermost) => { true };
    (@marked required required_outermost) => { true };
    (@marked $mark:ident $($other:ident)?) => { false };
    (@preset) => { None };
    (@preset $preset:expr) => { Some({ use $crate::document::Preset::*; $preset }) };
    (@instead) => { &[] };
    (@instead [ $($instead:expr),* ]) => { &[ $($instead),* ] };
    (@instead $instead:literal) => { &[($crate::document::Kinds::ALL, $instead)] };
}

/// Makes a [`Node`] of an object whose fields are all in its table.
macro_rules! object_node {
    ($($Name:ty),* $(,)?) => { $(
        impl $crate::document::node::Node for $Name {
            fn read(
                value: &serde_json::Value,
                at: &$crate::Pointer,
                found: &mut Vec<$crate::Diagnostic>,
            ) -> Option<Self> {
                let object = $crate::document::node::read_object(value, at, found)?;
                let mut read = Self::default();
                for (key, value) in object {
                    if read.read_field(key, value, at, found).is_none() {
                        let known = Self::FIELDS.iter().map(|field| field.name);
                        $crate::document::node::unknown_field(key, known, at, found);
                    }
                }
                Some(read)
            }

            fn unread(value: &serde_json::Value) -> Option<Self> {
                Some(Self::standing_for(value))
            }

            fn write(&self) -> serde_json::Value {
                if let Some(whole) = &self.source.whole {
                    return whole.clone();
                }
                let mut object = serde_json::Map::new();
                self.write_fields(&mut object);
                serde_json::Value::Object(object)
            }
        }
    )* };
}

pub(crate) use {object, object_node};
