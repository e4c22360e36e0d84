//! Compares the engine's result with what a case expects, by the rules of the corpus's README and `matcher.py`:
//! wildcards, JSON text, arrays in any order, numbers by value.

use serde_json::Value;

/// Returns `None` if equal, otherwise where and how they differ.
pub(crate) fn differ(expected: &Value, actual: &Value, at: &str) -> Option<String> {
    match (expected, actual) {
        (Value::String(pattern), _) if pattern == "<*>" => None,
        (Value::String(pattern), Value::String(text)) => {
            let same = if pattern.contains("<*>") { glob(pattern, text) } else { pattern == text };
            (!same).then(|| format!("{at}: expected {pattern:?}, got {text:?}"))
        }
        (Value::Object(members), _) if members.len() == 1 && members.contains_key("$jsonText") => {
            let parsed = actual.as_str().and_then(|text| serde_json::from_str::<Value>(text).ok());
            match parsed {
                Some(parsed) => differ(&members["$jsonText"], &parsed, &format!("{at}#json")),
                None => Some(format!("{at}: expected JSON text, got {actual}")),
            }
        }
        (Value::Object(members), _) if members.len() == 1 && members.contains_key("$unorderedItems") => {
            let (Some(expected), Some(actual)) = (members["$unorderedItems"].as_array(), actual.as_array()) else {
                return Some(format!("{at}: expected an array, got {actual}"));
            };
            unordered(expected, actual).map(|missing| format!("{at}: no item for {missing}"))
        }
        (Value::Object(expected), Value::Object(actual)) => {
            if let Some(name) = expected.keys().find(|name| !actual.contains_key(*name)) {
                return Some(format!("{at}.{name}: missing"));
            }
            if let Some(name) = actual.keys().find(|name| !expected.contains_key(*name)) {
                return Some(format!("{at}.{name}: unexpected"));
            }
            expected.iter().find_map(|(name, value)| differ(value, &actual[name], &format!("{at}.{name}")))
        }
        (Value::Array(expected), Value::Array(actual)) => {
            if expected.len() != actual.len() {
                return Some(format!("{at}: expected {} items, got {}", expected.len(), actual.len()));
            }
            let pairs = expected.iter().zip(actual).enumerate();
            pairs.into_iter().find_map(|(i, (expected, actual))| differ(expected, actual, &format!("{at}[{i}]")))
        }
        (Value::Number(a), Value::Number(b)) if a == b || a.as_f64() == b.as_f64() => None,
        (expected, actual) => (expected != actual).then(|| format!("{at}: expected {expected}, got {actual}")),
    }
}

/// Returns `None` if the items are the same in some order, otherwise an expected one that is missing.
pub(crate) fn unordered(expected: &[Value], actual: &[Value]) -> Option<String> {
    let mut rest: Vec<&Value> = actual.iter().collect();
    for wanted in expected {
        match rest.iter().position(|item| differ(wanted, item, "").is_none()) {
            Some(at) => drop(rest.remove(at)),
            None => return Some(wanted.to_string()),
        }
    }
    rest.first().map(|extra| format!("nothing, but there is {extra}"))
}

/// Returns whether a string matches a pattern in which `<*>` matches any characters.
fn glob(pattern: &str, text: &str) -> bool {
    let mut pieces = pattern.split("<*>");
    let Some(mut rest) = pieces.next().and_then(|first| text.strip_prefix(first)) else { return false };
    let pieces: Vec<&str> = pieces.collect();
    let Some((last, middle)) = pieces.split_last() else { return rest.is_empty() };
    for piece in middle {
        match rest.find(piece) {
            Some(at) => rest = &rest[at + piece.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}
