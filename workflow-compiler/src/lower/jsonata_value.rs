//! Values in a JSONata state: JSON whose strings may be expressions in `{% … %}`.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html>

use serde_json::{Map, Value};
use workflow_asl::Pointer;

use super::jsonata::{Jsonata, expression, quote};
use super::{Lowering, ValueSite};
use crate::fragment::Escape;
use crate::syntax::ast::{Expr, ExprKind};

/// The start of an expression in AWS.
const OPEN: &str = "{%";

/// Returns an expression as a string of the document.
pub(super) fn braced(text: &str) -> Value {
    format!("{{% {text} %}}").into()
}

impl<'a> Lowering<'_, 'a> {
    /// Lowers a value of a JSONata state to the pointer `at`.
    pub(super) fn jsonata_value(&mut self, place: ValueSite<'_, 'a>, expr: &Expr, at: &Pointer) -> Value {
        self.source_map.put(at.clone(), expr.spot);
        match &expr.kind {
            ExprKind::Paren(inner) => self.jsonata_value(place, inner, at),
            ExprKind::Object(members) if members.iter().any(|member| member.optional) => {
                self.spots_within(expr, at);
                braced(&self.constructor(place, members).text)
            }
            ExprKind::Object(members) => {
                let members = members.iter().map(|member| {
                    let key = member.key.value.clone();
                    self.source_map.put_key(at.child(&key), member.key.spot);
                    let value = self.jsonata_value(place, &member.value, &at.child(&key));
                    (key, value)
                });
                Value::Object(members.collect::<Map<_, _>>())
            }
            ExprKind::Array(items) => {
                let items = items.iter().enumerate();
                items.map(|(index, item)| self.jsonata_value(place, item, &at.index(index))).collect()
            }
            ExprKind::Text(text) => self.jsonata_text(text),
            ExprKind::Call { name, arguments } if name.value == "timestamp" => match arguments.first() {
                Some(time) => self.jsonata_value(place, time, at),
                None => Value::Null,
            },
            ExprKind::Reference(reference) if self.param(reference).is_some() => match self.param(reference) {
                Some(source) => self.slots.value(source, Escape::JsonataTemplate),
                None => Value::Null,
            },
            ExprKind::Variant { .. } => match self.literal(expr) {
                Value::String(text) => self.jsonata_text(&text),
                other => other,
            },
            _ => match self.scalar_literal(expr, Escape::JsonataTemplate) {
                Some(value) => value,
                None => {
                    let Jsonata { text, .. } = self.jsonata(place, expr);
                    braced(&text)
                }
            },
        }
    }

    /// Records the spans of the parts of an object that becomes one expression.
    fn spots_within(&mut self, expr: &Expr, at: &Pointer) {
        match &expr.kind {
            ExprKind::Paren(inner) => self.spots_within(inner, at),
            ExprKind::Object(members) => {
                for member in members {
                    let at = at.child(&member.key.value);
                    self.source_map.put_key(at.clone(), member.key.spot);
                    self.source_map.put(at.clone(), member.value.spot);
                    self.spots_within(&member.value, &at);
                }
            }
            ExprKind::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    let at = at.index(index);
                    self.source_map.put(at.clone(), item.spot);
                    self.spots_within(item, &at);
                }
            }
            _ => {}
        }
    }

    /// Lowers text: raw JSONata is unchanged, and text that AWS would interpret as JSONata is quoted.
    fn jsonata_text(&mut self, text: &str) -> Value {
        if text.starts_with(OPEN) && expression(text).is_none() { braced(&quote(text)) } else { text.into() }
    }
}
