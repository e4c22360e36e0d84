//! Reads and writes policies as IAM's JSON.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html>

use std::fmt;

use serde_json::{Map, Value, json};

use super::{Conditions, Policy, Statement};

/// The version of the policy language.
pub(crate) const VERSION: &str = "2012-10-17";

/// Why a document is not a policy that can be compared, in a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnreadablePolicy(String);

impl fmt::Display for UnreadablePolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for UnreadablePolicy {}

impl Policy {
    /// Returns the policy in IAM's syntax.
    pub fn to_json(&self) -> Value {
        let statements: Vec<_> = self.statements.iter().map(Statement::to_json).collect();
        json!({"Version": VERSION, "Statement": statements})
    }

    /// Reads the statements of a policy. Notes and states are not part of it.
    ///
    /// # Errors
    /// Fails if the policy has no statements, a `Deny` statement, or a statement with `NotAction`, `NotResource` or a
    /// principal.
    pub fn read(value: &Value) -> Result<Self, UnreadablePolicy> {
        let statements = match value.get("Statement") {
            Some(Value::Array(statements)) => statements.iter().collect(),
            Some(statement @ Value::Object(_)) => vec![statement],
            _ => return Err(UnreadablePolicy("it has no `Statement`".to_owned())),
        };
        let statements = statements.into_iter().map(Statement::read).collect::<Result<_, _>>()?;
        Ok(Self { statements, ..Self::default() })
    }
}

impl Statement {
    /// Returns the statement in IAM's syntax. A list of one element becomes that element.
    pub fn to_json(&self) -> Value {
        let mut made = Map::new();
        made.insert("Sid".to_owned(), self.sid.clone().into());
        made.insert("Effect".to_owned(), "Allow".into());
        made.insert("Action".to_owned(), one_or_many(&self.actions));
        made.insert("Resource".to_owned(), one_or_many(&self.resources));
        if !self.conditions.is_empty() {
            made.insert("Condition".to_owned(), conditions_json(&self.conditions));
        }
        Value::Object(made)
    }

    fn read(value: &Value) -> Result<Self, UnreadablePolicy> {
        let refuse = |reason: &str| Err(UnreadablePolicy(reason.to_owned()));
        if value.get("Effect").and_then(Value::as_str) != Some("Allow") {
            return refuse("a statement whose `Effect` is not `Allow` cannot be compared");
        }
        if let Some(name) = ["NotAction", "NotResource", "Principal"].into_iter().find(|name| value.get(name).is_some())
        {
            return refuse(&format!("a statement with `{name}` cannot be compared"));
        }
        let (Some(actions), Some(resources)) =
            (value.get("Action").and_then(texts), value.get("Resource").and_then(texts))
        else {
            return refuse("a statement needs `Action` and `Resource`, each a string or a list of strings");
        };
        let mut conditions = Conditions::new();
        if let Some(condition) = value.get("Condition") {
            for (operator, keys) in condition.as_object().into_iter().flatten() {
                for (key, values) in keys.as_object().into_iter().flatten() {
                    let Some(mut values) = texts(values) else {
                        return refuse("a condition's values must be strings");
                    };
                    values.sort();
                    conditions.entry(operator.clone()).or_default().insert(key.clone(), values);
                }
            }
        }
        let sid = value.get("Sid").and_then(Value::as_str).unwrap_or_default().to_owned();
        Ok(Self { sid, actions, resources, conditions, states: Vec::new() })
    }
}

/// Returns conditions in IAM's syntax.
pub(crate) fn conditions_json(conditions: &Conditions) -> Value {
    let keys = |keys: &std::collections::BTreeMap<String, Vec<String>>| -> Map<String, Value> {
        keys.iter().map(|(key, values)| (key.clone(), one_or_many(values))).collect()
    };
    Value::Object(conditions.iter().map(|(operator, of)| (operator.clone(), Value::Object(keys(of)))).collect())
}

fn one_or_many(texts: &[String]) -> Value {
    match texts {
        [one] => one.clone().into(),
        many => many.to_vec().into(),
    }
}

fn texts(value: &Value) -> Option<Vec<String>> {
    match value {
        Value::String(text) => Some(vec![text.clone()]),
        Value::Array(items) => items.iter().map(|item| item.as_str().map(str::to_owned)).collect(),
        _ => None,
    }
}
