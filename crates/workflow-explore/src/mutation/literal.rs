//! The mutants of data: literals in JSON and in expressions.

use serde_json::{Value, json};
use workflow_asl::Pointer;
use workflow_asl::document::QueryLanguage;
use workflow_asl::jsonata::expression;
use workflow_asl::template::SUFFIX;

use super::expression::{Altered, altered, altered_call};
use super::{Making, Mutant, Operator, Within};

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
                    self.parts(state, reached_at, (inside, Some(operator)), at, altered(inside, false));
                    return;
                }
                Some(json!(other(text)))
            }
            Value::Bool(truth) => Some(json!(!truth)),
            Value::Number(_) => moved(value, 1),
            Value::Null => None,
        };
        if let Some(changed) = changed {
            let found = text_of(value);
            let description = format!("{} becomes {}", value, changed);
            self.offer_in(state, reached_at, Mutant::replace(operator, at.clone(), changed, description).word(found));
        }
    }

    /// Changes the condition of a rule in JSONata.
    pub(super) fn condition(&mut self, state: &Within<'_>, condition: &Value, at: &Pointer) {
        match condition {
            Value::Bool(truth) => {
                let description = format!("{truth} becomes {}", !truth);
                let mutant = Mutant::replace(Operator::NegateCondition, at.clone(), json!(!truth), description);
                self.offer_in(state, &state.at, mutant);
            }
            Value::String(text) => {
                if let Some(inside) = expression(text) {
                    let literals = Some(Operator::ChangeLiteral);
                    self.parts(state, &state.at, (inside, literals), at, altered(inside, true));
                }
            }
            _ => {}
        }
    }

    /// Changes each literal of an intrinsic function call.
    pub(super) fn computed(&mut self, state: &Within<'_>, reached_at: &Pointer, value: &Value, at: &Pointer) {
        let Some(call) = value.as_str() else { return };
        self.parts(state, reached_at, (call, None), at, altered_call(call));
    }

    /// Changes parts of a text: of an expression, whose literals the operator changes, or of a call.
    fn parts(
        &mut self,
        state: &Within<'_>,
        reached_at: &Pointer,
        (whole, literals): (&str, Option<Operator>),
        at: &Pointer,
        all: Vec<Altered>,
    ) {
        for Altered { operator, range, text, description } in all {
            let word = whole.get(range.clone()).unwrap_or_default();
            let mut changed = whole.to_owned();
            changed.replace_range(range, &text);
            let (operator, changed) = match literals {
                Some(literals) if operator == Operator::ChangeLiteral => (literals, format!("{{%{changed}%}}")),
                Some(_) => (operator, format!("{{%{changed}%}}")),
                None => (operator, changed),
            };
            self.offer_in(
                state,
                reached_at,
                Mutant::replace(operator, at.clone(), json!(changed), description).word(word),
            );
        }
    }
}

/// Returns a different string.
pub(super) fn other(text: &str) -> String {
    format!("{text}{ADDED}")
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
