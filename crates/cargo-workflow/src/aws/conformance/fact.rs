//! The table of facts: requests to the Step Functions API, and AWS's answers, in JSON Lines.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Map, Value, json};

/// The facts that come with the command.
const FACTS: &str = include_str!("../../../tests/measured/facts.jsonl");

/// A fact: a line of the table.
#[derive(Clone)]
pub(super) struct Fact(pub(super) Map<String, Value>);

/// How the endpoint is asked.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Call {
    /// The state machine is created and started.
    Execution,
    Create,
    Validate,
    TestState,
    /// Calls with parameters of their own.
    Steps,
    /// Nothing can be asked: a documented limit that takes too long to reach.
    Nothing,
}

impl Fact {
    /// Reads the facts of a file, of the `.jsonl` files of a folder, or those of the command. Of two with the same id
    /// the later one counts.
    pub(super) fn read(path: Option<&Path>) -> Result<Vec<Self>, String> {
        let mut facts: BTreeMap<String, Self> = BTreeMap::new();
        let mut add = |name: &str, text: &str| {
            for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
                let wrong = |why: &str| format!("error: {name}:{}: {why}", number + 1);
                let fact: Map<String, Value> = serde_json::from_str(line).map_err(|error| wrong(&error.to_string()))?;
                let fact = Self(fact);
                if fact.text("id").is_empty() {
                    return Err(wrong("a fact needs an `id`"));
                }
                let known = facts.get(fact.text("id"));
                if known.is_none_or(|known| known.text("date") <= fact.text("date")) {
                    facts.insert(fact.text("id").to_owned(), fact);
                }
            }
            Ok(())
        };
        let Some(path) = path else {
            add("the facts of the command", FACTS)?;
            return Ok(facts.into_values().collect());
        };
        let failed = |path: &Path, error: std::io::Error| format!("error: {}: {error}", path.display());
        let mut files = vec![path.to_owned()];
        if path.is_dir() {
            let entries = std::fs::read_dir(path).map_err(|error| failed(path, error))?;
            files = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
            files.retain(|file| file.extension().is_some_and(|extension| extension == "jsonl"));
            files.sort();
        }
        for file in &files {
            let text = std::fs::read_to_string(file).map_err(|error| failed(file, error))?;
            add(&file.display().to_string(), &text)?;
        }
        Ok(facts.into_values().collect())
    }

    pub(super) fn text(&self, field: &str) -> &str {
        self.0.get(field).and_then(Value::as_str).unwrap_or_default()
    }

    /// Returns AWS's answer, a [pattern](super::answer).
    pub(super) fn answer(&self) -> Map<String, Value> {
        self.expanded("answer").and_then(|answer| answer.as_object().cloned()).unwrap_or_default()
    }

    /// Returns whether only a server with prepared results or objects can be asked.
    pub(super) fn needs_preparation(&self) -> bool {
        self.0.contains_key("mocks") || self.0.contains_key("objects")
    }

    pub(super) fn call(&self) -> Call {
        match self.text("call") {
            _ if self.0.contains_key("steps") => Call::Steps,
            _ if !self.0.contains_key("answer") => Call::Nothing,
            "CreateStateMachine" => Call::Create,
            "ValidateStateMachineDefinition" => Call::Validate,
            "TestState" => Call::TestState,
            _ => Call::Execution,
        }
    }

    /// Returns the definition of the state machine. An expression is the output of a Pass state.
    pub(super) fn definition(&self) -> Value {
        match self.expression_state() {
            Some(mut state) => {
                let language = state.remove("QueryLanguage");
                json!({"QueryLanguage": language, "StartAt": "E", "States": {"E": state}})
            }
            None => self.expanded("definition").unwrap_or_default(),
        }
    }

    /// Returns what `TestState` tests: a state.
    pub(super) fn state(&self) -> Value {
        self.expression_state().map_or_else(|| self.definition(), Value::Object)
    }

    fn expression_state(&self) -> Option<Map<String, Value>> {
        let expression = self.expanded("expression")?;
        let key = self.0.get("key").and_then(Value::as_str).unwrap_or("v");
        let output = json!({key: format!("{{% {} %}}", expression.as_str()?)});
        json!({"QueryLanguage": "JSONata", "Type": "Pass", "Output": output, "End": true}).as_object().cloned()
    }

    /// Returns a field, with `<<99*TEXT>>` written out.
    pub(super) fn expanded(&self, field: &str) -> Option<Value> {
        self.0.get(field).map(expanded)
    }
}

/// Writes out `<<99*TEXT>>`, which stands for 99 times TEXT, in all texts of a value.
fn expanded(value: &Value) -> Value {
    match value {
        Value::String(text) => Value::String(repeated(text)),
        Value::Array(items) => items.iter().map(expanded).collect(),
        Value::Object(members) => members.iter().map(|(name, value)| (repeated(name), expanded(value))).collect(),
        other => other.clone(),
    }
}

fn repeated(text: &str) -> String {
    let (mut whole, mut rest) = (String::new(), text);
    while let Some((before, after)) = rest.split_once("<<") {
        whole.push_str(before);
        let repetition = after.split_once(">>").and_then(|(inner, rest)| {
            let (count, text) = inner.split_once('*')?;
            Some((text.repeat(count.parse().ok()?), rest))
        });
        match repetition {
            Some((text, after)) => {
                whole.push_str(&text);
                rest = after;
            }
            None => {
                whole.push_str("<<");
                rest = after;
            }
        }
    }
    whole + rest
}
