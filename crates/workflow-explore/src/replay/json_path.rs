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
    compare(Some(recorded), Some(replayed), &mut "$".to_owned(), &mut found);
    found
}

fn compare(old: Option<&Value>, new: Option<&Value>, path: &mut String, found: &mut Vec<PathDifference>) {
    let length = path.len();
    match (old, new) {
        (Some(Value::Object(old)), Some(Value::Object(new))) => {
            // The service words the causes of its own errors.
            let error = old.get("Error").and_then(Value::as_str).filter(|error| error.starts_with("States."));
            let only_wording = error.is_some() && old.get("Error") == new.get("Error");
            let kept = old.keys().filter(|name| !(only_wording && *name == "Cause"));
            for name in kept.chain(new.keys().filter(|name| !old.contains_key(*name))) {
                push_member(path, name);
                compare(old.get(name), new.get(name), path, found);
                path.truncate(length);
            }
        }
        (Some(Value::Array(old)), Some(Value::Array(new))) => {
            for index in 0..old.len().max(new.len()) {
                path.push_str(&format!("[{index}]"));
                compare(old.get(index), new.get(index), path, found);
                path.truncate(length);
            }
        }
        (Some(Value::Number(old)), Some(Value::Number(new))) if old.as_f64() == new.as_f64() => {}
        (old, new) if old == new => {}
        _ => found.push(PathDifference { path: path.clone(), recorded: old.cloned(), replayed: new.cloned() }),
    }
}

fn push_member(path: &mut String, name: &str) {
    let plain = name.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-') && !name.is_empty();
    let step = if plain { None } else { in_brackets(name) };
    path.push_str(&step.unwrap_or_else(|| format!(".{name}")));
}
