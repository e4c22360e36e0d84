//! `DefinitionSubstitutions`: the values of a definition's placeholders.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/dg/concepts-sam-sfn.html#definition-substitutions>

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use workflow_asl::{Code, Diagnostic, Pointer, placeholder};

use super::formats::Entry;
use super::functions::{Functions, TooLarge};
use super::parameters::Parameters;
use crate::params::ArgumentValue;

pub(super) struct Substitutions {
    values: BTreeMap<String, ArgumentValue>,
    /// In the order of the template.
    names: Vec<String>,
    at: Pointer,
    /// Whether the names are complete. A function may generate others.
    known: bool,
}

impl Substitutions {
    /// Returns the substitutions of a state machine.
    pub(super) fn of(
        entry: &Entry<'_>,
        functions: &Functions<'_>,
        parameters: &Parameters<'_>,
    ) -> Result<Self, TooLarge> {
        let name = entry.form.substitutions;
        let at = entry.at.child(name.unwrap_or_default());
        let mut substitutions = Self { values: BTreeMap::new(), names: Vec::new(), at, known: name.is_some() };
        let Some(given) = name.and_then(|name| entry.properties.get(name)) else { return Ok(substitutions) };
        let Value::Object(members) = given else {
            substitutions.known = false;
            return Ok(substitutions);
        };
        if members.keys().any(|name| name.starts_with("Fn::")) {
            substitutions.known = false;
            return Ok(substitutions);
        }
        for (name, value) in members {
            let value = match functions.value(value)? {
                Some(Value::String(text)) => Value::String(of_parameters(&text, parameters)),
                Some(value) => value,
                None => continue,
            };
            // A value on the command line overrides the template's value.
            let value = parameters.command_line_value(name).cloned().unwrap_or_else(|| ArgumentValue::value(value));
            substitutions.names.push(name.clone());
            substitutions.values.insert(name.clone(), value);
        }
        Ok(substitutions)
    }

    pub(super) fn get(&self, name: &str) -> Option<&ArgumentValue> {
        self.values.get(name)
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str)
    }

    /// Returns whether the names are complete.
    pub(super) fn are_known(&self) -> bool {
        self.known
    }

    /// Returns the unused substitutions, at their positions in the template.
    pub(super) fn unused(&self, used: &BTreeSet<String>) -> Vec<Diagnostic> {
        let unused = self.names.iter().filter(|name| !used.contains(*name));
        let found = unused.map(|name| {
            let message = format!("the definition does not use the substitution `{name}`");
            Diagnostic::new(Code::UnusedParam, self.at.child(name), message)
                .with_help(format!("a use would be `${{{name}}}`"))
        });
        found.collect()
    }
}

/// Returns a string with the values of the template's parameters.
fn of_parameters(text: &str, parameters: &Parameters<'_>) -> String {
    let mut made = String::new();
    let mut from = 0;
    for (range, name) in placeholder::named(text) {
        if let Some(value) = parameters.value(name) {
            made.push_str(text.get(from..range.start).unwrap_or_default());
            made.push_str(&value.text());
            from = range.end;
        }
    }
    made.push_str(text.get(from..).unwrap_or_default());
    made
}
