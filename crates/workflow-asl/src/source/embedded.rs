//! A document in the syntax of another language, such as Terraform's, whose parser knows the positions.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::layout::{Below, Layout, Notation, Span};
use super::{Format, Source};
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

/// The positions and the placeholders of an embedded document.
#[derive(Clone, Debug)]
pub(super) struct Embedded {
    pub(super) layout: Layout,
    pub(super) bare: BTreeSet<Pointer>,
}

impl Source {
    /// Creates the document that a text in another language contains. Its findings have no [`edits`](Self::edits).
    pub fn embedded(text: String, document: Positioned) -> Self {
        let mut bare = BTreeSet::new();
        let (value, layout) = read(document, &Pointer::root(), &mut bare);
        let embedded = Some(Box::new(Embedded { layout, bare }));
        let (repeated, remarks) = (Vec::new(), Vec::new());
        Self { text, format: Format::Json, value, quoted: None, embedded, repeated, remarks }
    }
}

fn read(document: Positioned, at: &Pointer, bare: &mut BTreeSet<Pointer>) -> (Value, Layout) {
    let Positioned { span, value } = document;
    let below = |below| Layout { span, below };
    match value {
        PositionedValue::Scalar(value) => (value, below(Below::Nothing)),
        PositionedValue::Quoted(text) => (Value::String(text), below(Below::Text(Notation::Quoted))),
        PositionedValue::Literal(text) => (Value::String(text), below(Below::Text(Notation::Plain))),
        PositionedValue::Unknown(text) => {
            bare.insert(at.clone());
            (Value::String(text), below(Below::Nothing))
        }
        PositionedValue::Items(items) => {
            let items = items.into_iter().enumerate().map(|(index, item)| read(item, &at.index(index), bare));
            let (values, layouts): (_, Vec<_>) = items.unzip();
            (Value::Array(values), below(Below::Items(layouts)))
        }
        PositionedValue::Members(members) => {
            let (mut values, mut layouts) = (Map::new(), indexmap::IndexMap::<String, (Span, Layout)>::new());
            for (key, span, member) in members {
                let (value, layout) = read(member, &at.child(&key), bare);
                values.insert(key.clone(), value);
                layouts.insert(key, (span, layout));
            }
            (Value::Object(values), below(Below::Members(layouts)))
        }
    }
}
