//! The fields that differ between states, compared by meaning and not by text.

use serde_json::{Map, Value};

use crate::Pointer;
use crate::document::{Preset, TABLES, Table};
use crate::path::same;

/// Fields that name a next state, or mark the end.
pub(super) const TRANSITIONS: [&str; 3] = ["Next", "Default", "End"];

/// Fields whose entries name a next state each.
const RULES: [&str; 2] = ["Choices", "Catch"];

/// The name of the difference of a state that moved to another scope.
const SCOPE: &str = "(scope)";

/// A field that differs.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct FieldDifference {
    /// Its name, such as `TimeoutSeconds`; `(scope)` for a state that moved to another branch or map.
    pub name: String,
    /// The value in the older definition; `None` if it is absent or equal to the default.
    pub old: Option<Value>,
    /// The value in the newer definition.
    pub new: Option<Value>,
}

impl FieldDifference {
    pub(super) fn moved(old: &Pointer, new: &Pointer) -> Self {
        let text = |pointer: &Pointer| Some(Value::String(pointer.as_str().to_owned()));
        Self { name: SCOPE.to_owned(), old: text(old), new: text(new) }
    }

    /// Returns whether the state moved to another branch or map.
    pub fn is_move(&self) -> bool {
        self.name == SCOPE
    }
}

/// Two definitions, and the new names of renamed states.
pub(super) struct Comparison<'v> {
    pub(super) old: &'v Value,
    pub(super) new: &'v Value,
    pub(super) renames: &'v dyn Fn(&str) -> Option<String>,
}

impl Comparison<'_> {
    /// Returns the fields of a state that differ.
    pub(super) fn state(&self, old: &Pointer, new: &Pointer) -> Vec<FieldDifference> {
        let read = |document: &Value, at: &Pointer| {
            let mut state = document.pointer(at.as_str()).and_then(normal_state).unwrap_or_default();
            let language = state.remove("QueryLanguage").or_else(|| document.get("QueryLanguage").cloned());
            if let Some(language) = language.filter(|language| language != "JSONPath") {
                state.insert("QueryLanguage".to_owned(), language);
            }
            state
        };
        self.fields(read(self.old, old), read(self.new, new))
    }

    /// Returns the fields of the machine that differ. Its query language is compared in each state.
    pub(super) fn machine(&self) -> Vec<FieldDifference> {
        let read = |document: &Value| {
            let mut machine = document.as_object().cloned().unwrap_or_default();
            machine.retain(|name, _| name != "States" && name != "QueryLanguage");
            without_presets(machine, "StateMachine")
        };
        self.fields(read(self.old), read(self.new))
    }

    fn fields(&self, old: Map<String, Value>, mut new: Map<String, Value>) -> Vec<FieldDifference> {
        let mut found = Vec::new();
        for (name, before) in old {
            let after = new.shift_remove(&name);
            let mapped = with_targets(&name, &before, self.renames);
            if after.as_ref().is_none_or(|after| !same(&mapped, after)) {
                found.push(FieldDifference { name, old: Some(before), new: after });
            }
        }
        let added = new.into_iter().map(|(name, after)| FieldDifference { name, old: None, new: Some(after) });
        found.extend(added);
        found
    }
}

/// Returns the fields of a state without nested states and default values, with the new names of states.
pub(super) fn normal_state(state: &Value) -> Option<Map<String, Value>> {
    let mut fields = without_presets(state.as_object()?.clone(), "State");
    if fields.get("End") == Some(&Value::Bool(false)) {
        fields.shift_remove("End");
    }
    if let Some(processor) = fields.shift_remove("Iterator") {
        fields.insert("ItemProcessor".to_owned(), processor);
    }
    if fields.get("Type").is_some_and(|kind| kind == "Map")
        && let Some(selector) = fields.shift_remove("Parameters")
    {
        fields.insert("ItemSelector".to_owned(), selector);
    }
    for (name, table) in [("Retry", "Retrier"), ("Catch", "Catcher")] {
        if let Some(Value::Array(entries)) = fields.get_mut(name) {
            entries.iter_mut().for_each(|entry| *entry = handler(std::mem::take(entry), table));
            if entries.is_empty() {
                fields.shift_remove(name);
            }
        }
    }
    for name in ["Branches", "ItemProcessor"] {
        if let Some(scopes) = fields.get_mut(name) {
            *scopes = without_states(scopes);
        }
    }
    Some(fields)
}

fn handler(entry: Value, table: &str) -> Value {
    let Value::Object(fields) = entry else { return entry };
    let mut fields = without_presets(fields, table);
    if let Some(Value::Array(errors)) = fields.get_mut("ErrorEquals") {
        errors.sort_by_key(|error| error.as_str().map(str::to_owned));
    }
    Value::Object(fields)
}

fn without_states(value: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().map(without_states).collect(),
        Value::Object(members) => {
            let mut kept: Map<_, _> = members.clone();
            kept.retain(|name, _| name != "States");
            if let Some(Value::Object(config)) = kept.get_mut("ProcessorConfig") {
                *config = without_presets(std::mem::take(config), "ProcessorConfig");
            }
            kept.retain(|name, value| name != "ProcessorConfig" || value.as_object().is_none_or(|of| !of.is_empty()));
            Value::Object(kept)
        }
        other => other.clone(),
    }
}

/// Returns the fields of an object without default values.
fn without_presets(mut fields: Map<String, Value>, table: &str) -> Map<String, Value> {
    let table: Option<&Table> = TABLES.iter().find(|known| known.name == table);
    let is_preset = |name: &str, value: &Value| {
        let field = table.and_then(|table| table.fields.iter().find(|field| field.name == name));
        match field.and_then(|field| field.preset) {
            Some(Preset::Integer(number)) => value.as_f64() == Some(number as f64),
            Some(Preset::Number(number)) => value.as_f64() == Some(number),
            Some(Preset::Text(text)) => value == text,
            Some(Preset::Flag(flag)) => value == flag,
            None => false,
        }
    };
    fields.retain(|name, value| !is_preset(name, value));
    fields
}

/// Returns a field with the names of states replaced according to `renames`.
pub(super) fn with_targets(name: &str, value: &Value, renames: &dyn Fn(&str) -> Option<String>) -> Value {
    let target = |value: &Value| value.as_str().and_then(renames).map_or_else(|| value.clone(), Value::String);
    if TRANSITIONS.contains(&name) || name == "StartAt" {
        return target(value);
    }
    let inside = |value: &Value, field: &str| match value {
        Value::Object(members) => {
            let mapped = members
                .iter()
                .map(|(name, value)| (name.clone(), if name == field { target(value) } else { value.clone() }));
            Value::Object(mapped.collect())
        }
        other => other.clone(),
    };
    match value {
        Value::Array(items) if RULES.contains(&name) => items.iter().map(|item| inside(item, "Next")).collect(),
        Value::Array(items) if name == "Branches" => items.iter().map(|item| inside(item, "StartAt")).collect(),
        value if name == "ItemProcessor" => inside(value, "StartAt"),
        value => value.clone(),
    }
}
