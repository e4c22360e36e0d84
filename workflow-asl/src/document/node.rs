//! How a value of the document model is read from JSON and written back, and the
//! macro that declares an ASL object: its struct, its table, its reader, its writer.

use indexmap::IndexMap;
use serde_json::{Map, Value};

use crate::{Code, Diagnostic, Pointer};

/// A part of the document.
pub(crate) trait Node: Sized {
    /// Reads it, reporting what is wrong; `None` when nothing could be understood.
    fn read(value: &Value, at: &Pointer, found: &mut Vec<Diagnostic>) -> Option<Self>;
    /// Writes it as JSON.
    fn write(&self) -> Value;
}

/// What a path field holds: `null` is not the same as no field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PathField {
    /// `null`: an empty object on the way in or out, a discarded result in `ResultPath`.
    Null,
    /// The JSONPath's text.
    Path(String),
}

/// Reports that a value is not of the type that its field has.
pub(crate) fn wrong_type(expected: &str, at: &Pointer, found: &mut Vec<Diagnostic>) {
    found.push(Diagnostic::new(Code::WrongType, at.clone(), format!("expected value of type {expected}")));
}

impl Node for String {
    fn read(value: &Value, at: &Pointer, found: &mut Vec<Diagnostic>) -> Option<Self> {
        let text = value.as_str().map(str::to_owned);
        if text.is_none() {
            wrong_type("String", at, found);
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
            wrong_type("Boolean", at, found);
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
}

impl Node for PathField {
    fn read(value: &Value, at: &Pointer, found: &mut Vec<Diagnostic>) -> Option<Self> {
        match value {
            Value::Null => Some(Self::Null),
            Value::String(path) => Some(Self::Path(path.clone())),
            _ => {
                wrong_type("String or null", at, found);
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
            wrong_type("Array", at, found);
            return None;
        };
        Some(items.iter().enumerate().filter_map(|(i, item)| T::read(item, &at.index(i), found)).collect())
    }

    fn write(&self) -> Value {
        Value::Array(self.iter().map(Node::write).collect())
    }
}

impl<T: Node> Node for Box<T> {
    fn read(value: &Value, at: &Pointer, found: &mut Vec<Diagnostic>) -> Option<Self> {
        T::read(value, at, found).map(Box::new)
    }

    fn write(&self) -> Value {
        (**self).write()
    }
}

impl<T: Node> Node for IndexMap<String, T> {
    fn read(value: &Value, at: &Pointer, found: &mut Vec<Diagnostic>) -> Option<Self> {
        let object = read_object(value, at, found)?;
        Some(
            object
                .iter()
                .filter_map(|(key, value)| Some((key.clone(), T::read(value, &at.child(key), found)?)))
                .collect(),
        )
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
        wrong_type("Object", at, found);
    }
    value.as_object()
}

/// The order in which an object's fields stood when it was read; empty for one made by code.
/// Two objects with the same fields are equal whatever their order.
#[derive(Clone, Debug, Default)]
pub(crate) struct FieldOrder(pub(crate) Vec<u8>);

impl PartialEq for FieldOrder {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

/// Reports a field that its object does not have, with the nearest that it has.
pub(crate) fn unknown_field<'a>(
    key: &str,
    known: impl Iterator<Item = &'a str>,
    at: &Pointer,
    found: &mut Vec<Diagnostic>,
) {
    let mut diagnostic = Diagnostic::new(Code::UnknownField, at.child(key), format!("field `{key}` is not supported"));
    if let Some(near) = crate::nearest::nearest(key, known) {
        diagnostic = diagnostic.with_help(format!("did you mean `{near}`?"));
    }
    found.push(diagnostic);
}

/// Declares an ASL object. Each field becomes an `Option` of the struct, a row of
/// `FIELDS`, and an arm of the reader and the writer.
macro_rules! object {
    (
        $(#[$meta:meta])*
        $Name:ident {
            $( $key:literal $field:ident : $ty:ty, $form:expr $(, in $kinds:expr)? $(, only $language:ident)? , $doc:literal; )*
        }
        $( with { $($extra:tt)* } )?
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, Default, PartialEq)]
        #[non_exhaustive]
        pub struct $Name {
            $( #[doc = $doc] pub $field: Option<$ty>, )*
            $( $($extra)* )?
            pub(crate) order: $crate::document::node::FieldOrder,
        }

        impl $Name {
            /// The fields of this object.
            pub const FIELDS: &'static [$crate::document::Field] = &[
                $( $crate::document::Field {
                    name: $key,
                    kinds: object!(@kinds $($kinds)?),
                    language: object!(@language $($language)?),
                    form: $form,
                    doc: $doc,
                }, )*
            ];

            /// Reads one field into its place; `None` when the object has no such field.
            #[allow(unused_variables, reason = "an object without fields reads none")]
            pub(crate) fn read_field(
                &mut self,
                key: &str,
                value: &serde_json::Value,
                at: &$crate::Pointer,
                found: &mut Vec<$crate::Diagnostic>,
            ) -> Option<()> {
                let index = Self::FIELDS.iter().position(|field| field.name == key)?;
                match key {
                    $( $key => self.$field = $crate::document::node::Node::read(value, &at.child(key), found), )*
                    _ => return None,
                }
                self.order.0.push(u8::try_from(index).ok()?);
                Some(())
            }

            /// Writes the fields that are there: those that were read in their order, then the others.
            pub(crate) fn write_fields(&self, object: &mut serde_json::Map<String, serde_json::Value>) {
                let read = self.order.0.iter().map(|&index| usize::from(index));
                for index in read.chain(0..Self::FIELDS.len()) {
                    let Some(field) = Self::FIELDS.get(index) else { continue };
                    if object.contains_key(field.name) {
                        continue;
                    }
                    if let Some(value) = self.field_value(field.name) {
                        object.insert(field.name.to_owned(), value);
                    }
                }
            }

            /// The value of the field named `name` as JSON, where it is present.
            pub fn field_value(&self, name: &str) -> Option<serde_json::Value> {
                match name {
                    $( $key => self.$field.as_ref().map($crate::document::node::Node::write), )*
                    _ => None,
                }
            }

            /// The fields that are present, in the order of the table.
            pub fn present(&self) -> impl Iterator<Item = &'static $crate::document::Field> + '_ {
                let there = [ $( self.$field.is_some(), )* ];
                Self::FIELDS.iter().zip(there).filter_map(|(field, there)| there.then_some(field))
            }
        }
    };
    (@kinds) => { $crate::document::Kinds::ALL };
    (@kinds $kinds:expr) => { $kinds };
    (@language) => { None };
    (@language $language:ident) => { Some($crate::document::QueryLanguage::$language) };
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

            fn write(&self) -> serde_json::Value {
                let mut object = serde_json::Map::new();
                self.write_fields(&mut object);
                serde_json::Value::Object(object)
            }
        }
    )* };
}

pub(crate) use {object, object_node};
