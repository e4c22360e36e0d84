//! The names of errors that conditions compare: each is an error to try, although no handler names it.

use std::collections::BTreeSet;

use serde_json::Value;
use workflow_asl::jsonata::{self, Node, NodeKind};

use crate::values::matching;

/// The member of a caught error that has its name.
const ERROR: &str = "Error";

/// Returns the texts with which conditions of a definition compare the name of a caught error, also through a variable.
pub(crate) fn compared_errors(document: &Value) -> BTreeSet<String> {
    let mut variables = BTreeSet::new();
    walk(document, &mut |members| {
        for (name, value) in members.get("Assign").and_then(Value::as_object).into_iter().flatten() {
            let code = value.as_str().and_then(jsonata::expression).and_then(|code| jsonata::parse(code).ok());
            let is_error = code.is_some_and(|code| is_error_name(&code.root, &BTreeSet::new()));
            let is_path = name.ends_with(".$") && value.as_str().is_some_and(|path| path.ends_with(".Error"));
            if is_error || is_path {
                variables.insert(name.trim_end_matches(".$").to_owned());
            }
        }
    });
    let mut found = BTreeSet::new();
    walk(document, &mut |members| {
        let path = members.get("Variable").and_then(Value::as_str).unwrap_or_default();
        if path.ends_with(".Error") || path.strip_prefix('$').is_some_and(|name| variables.contains(name)) {
            let text = |operator| members.get(operator).and_then(Value::as_str);
            found.extend(text("StringEquals").map(str::to_owned));
            found.extend(text("StringMatches").map(matching));
        }
        for text in members.values().filter_map(Value::as_str) {
            if let Some(code) = jsonata::expression(text).and_then(|code| jsonata::parse(code).ok()) {
                compared(&code.root, &variables, &mut found);
            }
        }
    });
    found.retain(|name| !name.is_empty());
    found
}

/// Sees each object of a document.
pub(crate) fn walk(value: &Value, see: &mut impl FnMut(&serde_json::Map<String, Value>)) {
    match value {
        Value::Object(members) => {
            see(members);
            members.values().for_each(|value| walk(value, see));
        }
        Value::Array(items) => items.iter().for_each(|item| walk(item, see)),
        _ => {}
    }
}

/// Collects the texts that an expression compares with the name of an error.
fn compared(node: &Node, variables: &BTreeSet<String>, found: &mut BTreeSet<String>) {
    if let NodeKind::Binary("=" | "!=" | "in", left, right) = &node.kind {
        for (side, other) in [(left, right), (right, left)] {
            if is_error_name(side, variables) {
                texts(other, found);
            }
        }
    }
    if let NodeKind::Call(function, arguments) = &node.kind
        && matches!(&function.kind, NodeKind::Variable(name) if name == "contains")
        && let [text, part] = arguments.as_slice()
        && is_error_name(text, variables)
    {
        texts(part, found);
    }
    node.children().into_iter().for_each(|part| compared(part, variables, found));
}

fn texts(node: &Node, found: &mut BTreeSet<String>) {
    match &node.kind {
        NodeKind::String(text) => drop(found.insert(text.clone())),
        NodeKind::Array(items) => items.iter().for_each(|item| texts(item, found)),
        _ => {}
    }
}

fn is_error_name(node: &Node, variables: &BTreeSet<String>) -> bool {
    match &node.kind {
        NodeKind::Path(steps) => {
            steps.last().is_some_and(|last| matches!(&last.kind, NodeKind::Name(name) if name == ERROR))
        }
        NodeKind::Variable(name) => variables.contains(name),
        NodeKind::Block(parts) => matches!(parts.as_slice(), [part] if is_error_name(part, variables)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn names_are_compared_in_both_languages_and_through_variables() {
        let document = json!({ "States": {
            "A": { "Catch": [{ "Assign": { "why": "{% $states.errorOutput.Error %}" } }] },
            "B": { "Choices": [
                { "Variable": "$.error.Error", "StringEquals": "Busy" },
                { "Variable": "$.error.Error", "StringMatches": "Card.*" },
                { "Variable": "$.other", "StringEquals": "No" },
                { "Condition": "{% $why in ['Late', 'Slow'] and $states.input.x = 'no' %}" },
                { "Condition": "{% 'Gone' = $states.input.error.Error %}" } ] } } });
        let expected: Vec<_> = ["Busy", "Card.x", "Gone", "Late", "Slow"].into_iter().map(str::to_owned).collect();
        assert_eq!(compared_errors(&document).into_iter().collect::<Vec<_>>(), expected);
    }
}
