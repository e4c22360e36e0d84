//! Compares an answer with the answer of a fact.
//!
//! The answer of a fact has only what was reported. Objects in it may lack members; an `output` is whole. In place of a
//! value there may be `{"$re": PATTERN}`, `{"$has": [TEXT]}`, `{"$json": VALUE}` for JSON text, `{"$absent": true}`, and
//! `{"$anyOrder": [VALUE]}`.

use regex_lite::Regex;
use serde_json::{Map, Value};
use workflow_asl::path::same;

/// The tolerance for the duration of an execution, in seconds.
const SECONDS: f64 = 0.05;

/// Returns how an answer differs from the wanted one: a line for each difference.
pub(super) fn differences(wanted: &Map<String, Value>, given: &Map<String, Value>) -> Vec<String> {
    if let (Some(refused), false) = (given.get("refused"), wanted.contains_key("refused")) {
        return vec![format!("refused: {refused}")];
    }
    wanted.keys().flat_map(|key| differences_of(key, wanted, given)).collect()
}

/// Returns the answer to record for a fact: the members that it has, as they were given where they differ.
pub(super) fn recorded(wanted: &Map<String, Value>, given: &Map<String, Value>) -> Map<String, Value> {
    if let (Some(refused), false) = (given.get("refused"), wanted.contains_key("refused")) {
        return Map::from_iter([("refused".to_owned(), refused.clone())]);
    }
    let same = |key: &str| differences_of(key, wanted, given).is_empty();
    let member = |(key, value): (&String, &Value)| match key.as_str() {
        key if same(key) => Some((key.to_owned(), value.clone())),
        "event" => {
            let events = value.as_object()?.keys().filter_map(|key| Some((key.clone(), event(key, given)?.clone())));
            Some((key.clone(), Value::Object(events.collect())))
        }
        "outputHas" => Some(("output".to_owned(), given.get("output")?.clone())),
        key => Some((key.to_owned(), given.get(key)?.clone())),
    };
    wanted.iter().filter_map(member).collect()
}

fn differences_of(key: &str, wanted: &Map<String, Value>, given: &Map<String, Value>) -> Vec<String> {
    let mut found = Vec::new();
    let Some(wanted) = wanted.get(key) else { return found };
    let value = given.get(key).unwrap_or(&Value::Null);
    match key {
        "output" if !same(wanted, value) => found.push(format!("output: {value}, not {wanted}")),
        "output" => {}
        "outputHas" => compare(wanted, given.get("output").unwrap_or(&Value::Null), "output", &mut found),
        "has" => compare(wanted, given.get("described").unwrap_or(&Value::Null), "execution", &mut found),
        "event" => {
            for (key, wanted) in wanted.as_object().into_iter().flatten() {
                compare(wanted, event(key, given).unwrap_or(&Value::Null), &format!("event {key}"), &mut found);
            }
        }
        "seconds" => {
            let off = wanted.as_f64().zip(value.as_f64()).map(|(wanted, given)| (wanted - given).abs());
            if off.is_none_or(|off| off > SECONDS) {
                found.push(format!("seconds: {value}, not {wanted}"));
            }
        }
        // Findings are compared with errors alone, unless the fact has a warning.
        "diagnostics" => {
            let is_error = |finding: &Value| finding.get("severity").is_none_or(|severity| severity == "ERROR");
            let listed = wanted.get("$anyOrder").unwrap_or(wanted).as_array();
            let errors_only = listed.is_none_or(|listed| listed.iter().all(is_error));
            let given: Vec<_> = value.as_array().into_iter().flatten().cloned().collect();
            let given = given.into_iter().filter(|finding| !errors_only || is_error(finding)).collect();
            compare(wanted, &given, key, &mut found);
        }
        "cause" => compare(wanted, &cause(wanted, value), key, &mut found),
        _ => compare(wanted, value, key, &mut found),
    }
    found
}

/// Returns a cause without its first sentence, which names the state, where the wanted one has no such sentence.
fn cause(wanted: &Value, given: &Value) -> Value {
    const FIRST: &str = "An error occurred while executing the state '";
    let has_first = |value: &Value| value.as_str().is_some_and(|text| text.starts_with(FIRST));
    match given.as_str().and_then(|text| text.split_once("). ")) {
        Some((_, rest)) if has_first(given) && wanted.is_string() && !has_first(wanted) => rest.into(),
        _ => given.clone(),
    }
}

/// Returns an event of a history by its index (-1 is the last), or by its type, with `#1` for the second of that type.
fn event<'a>(key: &str, given: &'a Map<String, Value>) -> Option<&'a Value> {
    let events = given.get("history")?.as_array()?;
    if let Ok(index) = key.parse::<isize>() {
        let from_end = events.len().checked_add_signed(index);
        return events.get(usize::try_from(index).ok().or(from_end)?);
    }
    let (name, number) = key.split_once('#').unwrap_or((key, "0"));
    events.iter().filter(|event| event["type"] == name).nth(number.parse().ok()?)
}

/// Adds how a value differs from a wanted one or a pattern.
fn compare(wanted: &Value, given: &Value, place: &str, found: &mut Vec<String>) {
    let text = given.as_str();
    let fits = match wanted {
        Value::Object(pattern) => {
            if let Some(Value::String(pattern)) = pattern.get("$re") {
                text.is_some_and(|text| Regex::new(pattern).is_ok_and(|pattern| pattern.is_match(text)))
            } else if let Some(Value::Array(parts)) = pattern.get("$has") {
                text.is_some_and(|text| parts.iter().filter_map(Value::as_str).all(|part| text.contains(part)))
            } else if let Some(json) = pattern.get("$json") {
                let value = text.and_then(|text| serde_json::from_str(text).ok());
                value.is_some_and(|value: Value| same(json, &value))
            } else if pattern.contains_key("$absent") {
                given.is_null()
            } else if let Some(Value::Array(items)) = pattern.get("$anyOrder") {
                any_order(items, given)
            } else if let Value::Object(members) = given {
                for (name, wanted) in pattern {
                    let place = format!("{place}.{name}");
                    compare(wanted, members.get(name).unwrap_or(&Value::Null), &place, found);
                }
                true
            } else {
                false
            }
        }
        Value::Array(items) => match given {
            Value::Array(given) if given.len() == items.len() => {
                for (number, (wanted, given)) in items.iter().zip(given).enumerate() {
                    compare(wanted, given, &format!("{place}[{number}]"), found);
                }
                true
            }
            _ => false,
        },
        scalar => same(scalar, given),
    };
    if !fits {
        found.push(format!("{place}: {given}, not {wanted}"));
    }
}

fn any_order(items: &[Value], given: &Value) -> bool {
    let Value::Array(given) = given else { return false };
    let mut rest: Vec<_> = given.iter().collect();
    let all = items.iter().all(|wanted| {
        let fits = |given: &&Value| {
            let mut found = Vec::new();
            compare(wanted, given, "", &mut found);
            found.is_empty()
        };
        rest.iter().position(fits).map(|index| rest.swap_remove(index)).is_some()
    });
    all && rest.is_empty()
}
