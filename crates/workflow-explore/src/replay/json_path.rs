//! Finds the differences of two JSON values, with their paths.

use std::fmt;

use serde::Serialize;
use serde_json::Value;
use workflow_asl::path::in_brackets;

use crate::decision::shortened;

/// A place in which two JSON values differ.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct PathDifference {
    /// The place, as a JSONPath such as `$.order.items[2]`.
    pub path: String,
    /// The recorded value; `None` if it is absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recorded: Option<Value>,
    /// The replayed value; `None` if it is absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replayed: Option<Value>,
}

/// The maximum number of characters of a value in a message.
pub(super) const SHOWN: usize = 60;

impl fmt::Display for PathDifference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |value: &Option<Value>| match value {
            None => "nothing".to_owned(),
            Some(value) => shortened(&value.to_string(), SHOWN),
        };
        write!(f, "{}: recorded {}, now {}", self.path, shown(&self.recorded), shown(&self.replayed))
    }
}

/// Returns the differences of the innermost values, in the order of the recorded value.
pub(crate) fn differences(recorded: &Value, replayed: &Value) -> Vec<PathDifference> {
    let mut found = Vec::new();
    compare(recorded, replayed, &mut "$".to_owned(), &mut found);
    found
}

fn compare(recorded: &Value, replayed: &Value, path: &mut String, found: &mut Vec<PathDifference>) {
    let length = path.len();
    let differs = |path: &str, recorded: Option<&Value>, replayed: Option<&Value>| PathDifference {
        path: path.to_owned(),
        recorded: recorded.cloned(),
        replayed: replayed.cloned(),
    };
    match (recorded, replayed) {
        (Value::Object(old), Value::Object(new)) => {
            // The service words the causes of its own errors.
            let error = old.get("Error").and_then(Value::as_str).filter(|error| error.starts_with("States."));
            let only_wording = error.is_some() && old.get("Error") == new.get("Error");
            for (name, old) in old.iter().filter(|(name, _)| !(only_wording && *name == "Cause")) {
                push_member(path, name);
                match new.get(name) {
                    Some(new) => compare(old, new, path, found),
                    None => found.push(differs(path, Some(old), None)),
                }
                path.truncate(length);
            }
            for (name, new) in new.iter().filter(|(name, _)| !old.contains_key(*name)) {
                push_member(path, name);
                found.push(differs(path, None, Some(new)));
                path.truncate(length);
            }
        }
        (Value::Array(old), Value::Array(new)) => {
            for index in 0..old.len().max(new.len()) {
                path.push_str(&format!("[{index}]"));
                match (old.get(index), new.get(index)) {
                    (Some(old), Some(new)) => compare(old, new, path, found),
                    (old, new) => found.push(differs(path, old, new)),
                }
                path.truncate(length);
            }
        }
        (Value::Number(old), Value::Number(new)) if old == new || old.as_f64() == new.as_f64() => {}
        (old, new) if old == new => {}
        (old, new) => found.push(differs(path, Some(old), Some(new))),
    }
}

fn push_member(path: &mut String, name: &str) {
    let plain = name.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-') && !name.is_empty();
    let step = if plain { None } else { in_brackets(name) };
    path.push_str(&step.unwrap_or_else(|| format!(".{name}")));
}
