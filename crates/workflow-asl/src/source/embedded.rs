//! A document in the syntax of another language, such as Terraform's, whose parser knows the positions.

use std::collections::BTreeSet;

use indexmap::IndexMap;
use serde_json::{Map, Value};

use super::layout::{Below, Layout, Notation, Span};
use super::{Format, Read, Repeated, Source};
use crate::Pointer;

/// A value and its position in the text.
#[derive(Clone, Debug, PartialEq)]
pub struct Positioned {
    /// Offset and length in bytes of the text.
    pub span: (usize, usize),
    /// The value.
    pub value: PositionedValue,
}

/// A value whose parts have positions.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum PositionedValue {
    /// Null, a boolean or a number.
    Scalar(Value),
    /// A string in double quotes, with escapes.
    Quoted(String),
    /// A string whose characters are the bytes of the span.
    Literal(String),
    /// A value that only a deployment knows: a placeholder `${X}`.
    Unknown(String),
    /// The items of an array.
    Items(Vec<Positioned>),
    /// The members of an object, with the spans of their keys. The last of equal keys counts.
    Members(Vec<(String, (usize, usize), Positioned)>),
}

/// The parts of a document.
#[derive(Debug, Default)]
pub(super) struct Contents {
    pub(super) value: Value,
    pub(super) layout: Layout,
    /// The pointers of the values that only a deployment knows.
    pub(super) bare: BTreeSet<Pointer>,
    pub(super) repeated: Vec<Repeated>,
}

impl Source {
    /// Creates the document that a text in another language contains. Its findings have no [`edits`](Self::edits).
    pub fn embedded(text: String, document: Positioned) -> Self {
        let Contents { value, layout, bare, .. } = read(document);
        let read = Read { value, bare, ..Read::default() };
        Self { text, format: Format::Json, read, embedded: Some(Box::new(layout)) }
    }
}

/// Returns the parts of a document with positions.
pub(super) fn read(document: Positioned) -> Contents {
    let mut contents = Contents::default();
    (contents.value, contents.layout) = contents.add(document, &Pointer::root());
    contents
}

impl Contents {
    fn add(&mut self, document: Positioned, at: &Pointer) -> (Value, Layout) {
        let Positioned { span, value } = document;
        let below = |below| Layout { span, below };
        match value {
            PositionedValue::Scalar(value) => (value, below(Below::Nothing)),
            PositionedValue::Quoted(text) => (Value::String(text), below(Below::Text(Notation::Quoted))),
            PositionedValue::Literal(text) => (Value::String(text), below(Below::Text(Notation::Plain))),
            PositionedValue::Unknown(text) => {
                self.bare.insert(at.clone());
                (Value::String(text), below(Below::Nothing))
            }
            PositionedValue::Items(items) => {
                let items = items.into_iter().enumerate().map(|(index, item)| self.add(item, &at.index(index)));
                let (values, layouts): (_, Vec<_>) = items.unzip();
                (Value::Array(values), below(Below::Items(layouts)))
            }
            PositionedValue::Members(members) => {
                let (mut values, mut layouts) = (Map::new(), IndexMap::<String, (Span, Layout)>::new());
                for (key, second, member) in members {
                    let at = at.child(&key);
                    let (value, layout) = self.add(member, &at);
                    values.insert(key.clone(), value);
                    if let Some((first, _)) = layouts.insert(key, (second, layout)) {
                        self.repeated.push(Repeated { at, holder: "object", first, second });
                    }
                }
                (Value::Object(values), below(Below::Members(layouts)))
            }
        }
    }
}
