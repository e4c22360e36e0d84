//! Removes values from the payloads of histories before they are written.

use serde_json::{Map, Value, json};

/// The members to remove: `card.number` is the member `number` of any member `card`, wherever that is.
#[derive(Clone, Default)]
pub(crate) struct Redaction(Vec<Vec<String>>);

impl Redaction {
    /// Reads paths; `$.` at their beginning changes nothing. `*` is any member.
    pub(crate) fn of(paths: &[String]) -> Self {
        let names = |path: &String| {
            let path = path.strip_prefix("$.").unwrap_or(path);
            path.split('.').map(str::to_owned).collect()
        };
        Self(paths.iter().map(names).collect())
    }

    /// Removes the values from an event: from its texts that are JSON, such as `input` and `cause`, and from the variables that it
    /// assigns.
    pub(crate) fn apply(&self, event: &mut Value) {
        for path in &self.0 {
            in_texts(event, path);
        }
    }
}

fn in_texts(value: &mut Value, path: &[String]) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                if name == "assignedVariables" {
                    redact(member, path);
                }
                in_texts(member, path);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| in_texts(item, path)),
        Value::String(_) => redact(value, path),
        _ => {}
    }
}

/// Removes the values at a path that begins anywhere in a value.
fn redact(value: &mut Value, path: &[String]) {
    at(value, path);
    inside(value, &mut |value| redact(value, path));
}

/// Removes the values at a path that begins here. It leads through lists.
fn at(value: &mut Value, path: &[String]) {
    let Some((first, rest)) = path.split_first() else {
        *value = removed(value);
        return;
    };
    match value {
        Value::Object(members) => {
            let named = members.iter_mut().filter(|(name, _)| first == "*" || *name == first);
            named.for_each(|(_, member)| at(member, rest));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| at(item, path)),
        Value::String(_) => inside(value, &mut |value| at(value, path)),
        _ => {}
    }
}

/// Visits the members, the items, or the value that a text has as JSON.
fn inside(value: &mut Value, visit: &mut dyn FnMut(&mut Value)) {
    match value {
        Value::Object(members) => members.values_mut().for_each(visit),
        Value::Array(items) => items.iter_mut().for_each(visit),
        Value::String(text) if text.trim_start().starts_with(['{', '[']) => {
            if let Ok(mut parsed) = serde_json::from_str::<Value>(text) {
                visit(&mut parsed);
                *text = parsed.to_string();
            }
        }
        _ => {}
    }
}

/// Returns a value of the same kind that says nothing. A text that is JSON stays one.
fn removed(value: &Value) -> Value {
    match value {
        Value::String(text) => match serde_json::from_str::<Value>(text) {
            Ok(parsed) => removed(&parsed).to_string().into(),
            Err(_) => "redacted".into(),
        },
        Value::Number(_) => json!(0),
        Value::Bool(_) => json!(false),
        Value::Array(_) => json!([]),
        Value::Object(_) => Value::Object(Map::new()),
        Value::Null => Value::Null,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::Redaction;

    fn redacted(event: Value, paths: &[&str]) -> Value {
        let mut event = event;
        Redaction::of(&paths.iter().map(ToString::to_string).collect::<Vec<_>>()).apply(&mut event);
        event
    }

    #[test]
    fn members_are_removed_wherever_they_are() {
        let body = json!({ "card": { "number": "4111", "expires": 2031 } }).to_string();
        let input =
            json!({ "order": { "card": { "number": 4111, "name": "A" } }, "cards": [{ "number": 1 }], "body": body });
        let event = json!({ "type": "TaskStateEntered", "stateEnteredEventDetails": { "name": "card", "input": input.to_string() } });
        let found = redacted(event.clone(), &["$.card.number"]);
        let details = &found["stateEnteredEventDetails"];
        assert_eq!(details["name"], "card");
        let input: Value = serde_json::from_str(details["input"].as_str().unwrap()).unwrap();
        let body = json!({ "card": { "number": "0", "expires": 2031 } }).to_string();
        assert_eq!(
            input,
            json!({ "order": { "card": { "number": 0, "name": "A" } }, "cards": [{ "number": 1 }], "body": body })
        );

        // A path leads through lists; `*` is any member; the event's own members stay.
        let found = redacted(event, &["cards.number", "order.*", "name"]);
        let input: Value = serde_json::from_str(found["stateEnteredEventDetails"]["input"].as_str().unwrap()).unwrap();
        assert_eq!((&input["cards"], &input["order"]), (&json!([{ "number": 0 }]), &json!({ "card": {} })));
        assert_eq!(found["stateEnteredEventDetails"]["name"], "card");
    }

    #[test]
    fn variables_are_removed() {
        let event = json!({ "stateExitedEventDetails": { "assignedVariables": { "email": "\"a@b.c\"", "n": "1" } } });
        let found = redacted(event, &["email"]);
        let variables = &found["stateExitedEventDetails"]["assignedVariables"];
        assert_eq!(*variables, json!({ "email": "\"redacted\"", "n": "1" }));
    }
}
