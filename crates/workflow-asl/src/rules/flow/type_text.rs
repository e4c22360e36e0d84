//! Writes types: for people, and as JSON Schema for programs.

use std::fmt;

use serde_json::{Map, Value, json};

use super::ty::{Range, Ty};
use super::types::Type;
use crate::json_kind::JsonKind;
use crate::jsonata::number;

/// The most texts that a type shows.
const SHOWN: usize = 6;

/// The levels of objects and lists that a text shows, and the members of each object.
const LEVELS: usize = 3;
const MEMBERS: usize = 6;

/// The most types in a schema, so that a result of AWS that contains itself ends.
const TYPES: usize = 200;

/// From here on, the bounds of a number are bounds of its representation rather than of its meaning.
const FAR: f64 = 2_147_483_647.0;

impl Type {
    /// Returns the type in the words that `explain` and editors show: `{ id: string, note?: string, lines: { n: number }[] }`.
    /// A `?` is at a member that may be absent. `any value` is an unknown type, and `…` stands for the parts that are left out.
    pub fn text(&self) -> String {
        self.text_at(LEVELS)
    }

    fn text_at(&self, levels: usize) -> String {
        match &self.0 {
            Ty::Sequence(each) => format!("{} or several", Self((**each).clone()).text_at(levels)),
            Ty::Tuple(items) if levels > 0 && !items.is_empty() => {
                let shown = items.iter().take(MEMBERS).map(|item| Self(item.clone()).text_at(levels - 1));
                format!("[{}]", with_more(shown, items.len()))
            }
            ty if ty.kind() == Some(JsonKind::Array) => match self.at("[]") {
                Some(item) if levels > 0 => {
                    let item = item.text_at(levels - 1);
                    if item.contains(' ') && !item.starts_with('{') {
                        format!("({item})[]")
                    } else {
                        format!("{item}[]")
                    }
                }
                _ => self.to_string(),
            },
            _ => {
                let mut members = self.members();
                // The first members are shown, and these are there.
                members.sort_by_key(|(_, _, certain)| !certain);
                if members.is_empty() {
                    return self.to_string();
                }
                if levels == 0 {
                    return "{ … }".to_owned();
                }
                let shown = members.iter().take(MEMBERS).map(|(name, ty, certain)| {
                    format!("{name}{}: {}", if *certain { "" } else { "?" }, ty.text_at(levels - 1))
                });
                format!("{{ {} }}", with_more(shown, members.len()))
            }
        }
    }

    /// Returns the type as JSON Schema of draft 2020-12; an empty schema for a type that is unknown, or nested too deeply.
    pub fn json_schema(&self) -> Value {
        self.schema(&mut TYPES.clone())
    }

    fn schema(&self, left: &mut usize) -> Value {
        let Some(fewer) = left.checked_sub(1) else { return json!({}) };
        *left = fewer;
        match &self.0 {
            Ty::Bool(Some(value)) => json!({"const": value}),
            Ty::Number(range) => {
                let mut schema = Map::from_iter([("type".to_owned(), "number".into())]);
                for ((bound, closed), words) in
                    [(range.low, ["minimum", "exclusiveMinimum"]), (range.high, ["maximum", "exclusiveMaximum"])]
                {
                    if bound.is_finite() {
                        schema.insert(words[usize::from(!closed)].to_owned(), number(bound));
                    }
                }
                schema.into()
            }
            Ty::Sequence(each) => {
                let each = Self((**each).clone()).schema(left);
                json!({"anyOf": [each, {"type": "array", "items": each}]})
            }
            Ty::Tuple(items) => {
                let items: Vec<_> = items.iter().map(|item| Self(item.clone()).schema(left)).collect();
                json!({"type": "array", "prefixItems": items, "items": false})
            }
            ty => match (ty.texts(), ty.kind()) {
                (Some((texts, None)), _) => json!({"enum": texts.iter().map(|text| &**text).collect::<Vec<_>>()}),
                (_, None) => json!({}),
                (_, Some(JsonKind::Array)) => match self.at("[]") {
                    Some(item) => json!({"type": "array", "items": item.schema(left)}),
                    None => json!({"type": "array"}),
                },
                (_, Some(JsonKind::Object)) => {
                    let (mut properties, mut required) = (Map::new(), Vec::new());
                    for (name, ty, certain) in self.members() {
                        properties.insert(name.clone(), ty.schema(left));
                        required.extend(certain.then_some(name));
                    }
                    let mut schema = json!({"type": "object"});
                    if !properties.is_empty() {
                        schema["properties"] = properties.into();
                    }
                    if !required.is_empty() {
                        schema["required"] = required.into();
                    }
                    if matches!(ty, Ty::Object(fields) if !fields.open) {
                        schema["additionalProperties"] = false.into();
                    }
                    schema
                }
                (_, Some(kind)) => json!({"type": kind.name()}),
            },
        }
    }
}

/// Returns the first texts, and the number of the others.
fn with_more(shown: impl Iterator<Item = String>, count: usize) -> String {
    let more = (count > MEMBERS).then(|| format!("… {} more", count - MEMBERS));
    shown.chain(more).collect::<Vec<_>>().join(", ")
}

/// The known texts or numbers, or else the kind.
impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Ty::Bool(Some(value)) => write!(f, "{value}"),
            Ty::Number(Range { low, high }) if low == high => write!(f, "{}", low.0),
            Ty::Number(range) if *range != Range::ALL => {
                let bound = |(bound, closed): (f64, bool), sign: char| {
                    (bound.abs() < FAR).then(|| format!("{sign}{} {bound}", if closed { "=" } else { "" }))
                };
                let bounds: Vec<_> = bound(range.low, '>').into_iter().chain(bound(range.high, '<')).collect();
                let bounds = bounds.join(" and ");
                write!(f, "number{}{bounds}", if bounds.is_empty() { "" } else { " " })
            }
            ty => match (ty.texts().filter(|(texts, _)| texts.len() <= SHOWN), ty.kind()) {
                (Some((texts, _)), _) => {
                    let texts: Vec<_> = texts.iter().map(|text| Value::from(&**text).to_string()).collect();
                    write!(f, "{}", texts.join(" | "))
                }
                (None, kind) => write!(f, "{}", kind.map_or("any value", JsonKind::name)),
            },
        }
    }
}
