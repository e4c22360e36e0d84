//! The mutants of data: literals in JSON, and those in expressions.

use serde_json::{Value, json};
use workflow_asl::Pointer;
use workflow_asl::document::QueryLanguage;
use workflow_asl::jsonata::expression;

use super::expression::{Altered, altered};
use super::{Change, Making, Operator, Within};

/// What is added to a text.
const ADDED: &str = "-changed";

impl Making<'_> {
    /// Each literal of a value, by `operator`; and what else may be changed in its expressions.
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
                // A path or an intrinsic function is behind such a name.
                let is_path = |name: &str| state.language == QueryLanguage::JsonPath && name.ends_with(".$");
                for (name, value) in members.iter().filter(|(name, _)| !is_path(name)) {
                    self.literals(state, reached_at, value, &at.child(name), operator);
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

    /// The condition of a rule in JSONata.
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
            let (Some(before), Some(word), Some(after)) =
                (inside.get(..range.start), inside.get(range.clone()), inside.get(range.end..))
            else {
                continue;
            };
            let operator = if operator == Operator::ChangeLiteral { literals } else { operator };
            let changed = json!(format!("{{%{before}{text}{after}%}}"));
            let change = Change::replace(operator, at.clone(), changed, description).word(word);
            self.offer_in(state, reached_at, change);
        }
    }
}

/// Another text.
pub(super) fn other(text: &str) -> String {
    format!("{text}{ADDED}")
}

/// The number that is one more.
pub(super) fn increased(value: &Value) -> Option<Value> {
    match value.as_i64() {
        Some(integer) => Some(json!(integer.checked_add(1)?)),
        None => value.as_f64().map(|number| json!(number + 1.0)),
    }
}

/// A literal as the source would have it.
pub(super) fn text_of(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
