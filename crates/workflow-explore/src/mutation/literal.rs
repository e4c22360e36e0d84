//! The mutants of data: literals in JSON and in expressions.

use std::ops::Range;

use serde_json::{Value, json};
use workflow_asl::Pointer;
use workflow_asl::document::QueryLanguage;
use workflow_asl::jsonata::expression;
use workflow_asl::template::SUFFIX;

use super::expression::{Altered, altered, altered_call};
use super::{Change, Making, Operator, Within};

/// The suffix that is added to a string.
const ADDED: &str = "-changed";

impl Making<'_> {
    /// Changes each literal of a value, by `operator`, and the expressions in it.
    pub(super) fn literals(
        &mut self,
        state: &Within<'_>,
        reached_at: &Pointer,
        value: &Value,
        at: &Pointer,
        operator: Operator,
    ) {
        let changed = match value {
            Value::Object(members) => {
                // The value of such a name is a path or an intrinsic function.
                let is_computed = |name: &str| state.language == QueryLanguage::JsonPath && name.ends_with(SUFFIX);
                for (name, value) in members {
                    let at = at.child(name);
                    if is_computed(name) {
                        self.computed(state, reached_at, value, &at);
                    } else {
                        self.literals(state, reached_at, value, &at, operator);
                    }
                }
                return;
            }
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.literals(state, reached_at, item, &at.index(index), operator);
                }
                return;
            }
            Value::String(text) => {
                if state.language == QueryLanguage::Jsonata
                    && let Some(inside) = expression(text)
                {
                    self.expression(state, reached_at, inside, at, operator, false);
                    return;
                }
                Some(json!(other(text)))
            }
            Value::Bool(truth) => Some(json!(!truth)),
            Value::Number(_) => increased(value),
            Value::Null => None,
        };
        if let Some(changed) = changed {
            let found = text_of(value);
            let description = format!("{} becomes {}", value, changed);
            self.offer_in(state, reached_at, Change::replace(operator, at.clone(), changed, description).word(found));
        }
    }

    /// Changes the condition of a rule in JSONata.
    pub(super) fn condition(&mut self, state: &Within<'_>, condition: &Value, at: &Pointer) {
        match condition {
            Value::Bool(truth) => {
                let description = format!("{truth} becomes {}", !truth);
                let change = Change::replace(Operator::NegateCondition, at.clone(), json!(!truth), description);
                self.offer_in(state, &state.at, change);
            }
            Value::String(text) => {
                if let Some(inside) = expression(text) {
                    self.expression(state, &state.at, inside, at, Operator::ChangeLiteral, true);
                }
            }
            _ => {}
        }
    }

    fn expression(
        &mut self,
        state: &Within<'_>,
        reached_at: &Pointer,
        inside: &str,
        at: &Pointer,
        literals: Operator,
        is_condition: bool,
    ) {
        for Altered { operator, range, text, description } in altered(inside, is_condition) {
            let Some((changed, word)) = replaced(inside, range, &text) else { continue };
            let operator = if operator == Operator::ChangeLiteral { literals } else { operator };
            let change = Change::replace(operator, at.clone(), json!(format!("{{%{changed}%}}")), description);
            self.offer_in(state, reached_at, change.word(word));
        }
    }

    /// Changes each literal of an intrinsic function call.
    pub(super) fn computed(&mut self, state: &Within<'_>, reached_at: &Pointer, value: &Value, at: &Pointer) {
        let Some(call) = value.as_str() else { return };
        for Altered { operator, range, text, description } in altered_call(call) {
            let Some((changed, word)) = replaced(call, range, &text) else { continue };
            let change = Change::replace(operator, at.clone(), json!(changed), description);
            self.offer_in(state, reached_at, change.word(word));
        }
    }
}

/// Returns the string with the range replaced, and the replaced part.
fn replaced<'t>(text: &'t str, range: Range<usize>, by: &str) -> Option<(String, &'t str)> {
    let (before, word, after) = (text.get(..range.start)?, text.get(range.clone())?, text.get(range.end..)?);
    Some((format!("{before}{by}{after}"), word))
}

/// Returns a different string.
pub(super) fn other(text: &str) -> String {
    format!("{text}{ADDED}")
}

/// Returns the number plus one.
pub(super) fn increased(value: &Value) -> Option<Value> {
    moved(value, 1)
}

/// Returns the number plus `by`.
pub(super) fn moved(value: &Value, by: i8) -> Option<Value> {
    match value.as_i64() {
        Some(integer) => Some(json!(integer.checked_add(by.into())?)),
        None => value.as_f64().map(|number| json!(number + f64::from(by))),
    }
}

/// Formats a literal as in the source.
pub(super) fn text_of(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
