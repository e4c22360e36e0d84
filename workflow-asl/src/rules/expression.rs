//! Checks of JSONata expressions inside strings, by the place where they stand.

use serde_json::Value;

use super::part::Part;
use super::report;
use super::value::wrong_type;
use crate::document::Field;
use crate::{Code, Diagnostic, Pointer, placeholder};

const OPEN: &str = "{%";
const CLOSE: &str = "%}";

/// Whether the text begins an expression.
pub(super) fn is_begun(text: &str) -> bool {
    text.starts_with(OPEN)
}

/// Checks every string of a value, however deep.
pub(super) fn check_all(part: &Part<'_>, field: &Field, value: &Value, at: &Pointer, found: &mut Vec<Diagnostic>) {
    match value {
        Value::String(text) if is_begun(text) => check_expression(part, field, text, at, found),
        Value::Array(items) => {
            for (i, item) in items.iter().enumerate() {
                check_all(part, field, item, &at.index(i), found);
            }
        }
        Value::Object(members) => {
            for (key, value) in members {
                check_all(part, field, value, &at.child(key), found);
            }
        }
        _ => {}
    }
}

/// Checks a string that must be one expression.
pub(super) fn check_whole(part: &Part<'_>, field: &Field, text: &str, at: &Pointer, found: &mut Vec<Diagnostic>) {
    if is_begun(text) {
        check_expression(part, field, text, at, found);
    } else if !placeholder::contained(text) {
        let message = "a JSONata string must start with `{%` and end with `%}`";
        report(found, Code::BadJsonata, at.clone(), message);
    }
}

/// Checks the condition of a choice rule.
pub(super) fn check_condition(
    part: &Part<'_>,
    field: &Field,
    value: &Value,
    at: &Pointer,
    found: &mut Vec<Diagnostic>,
) {
    match value {
        Value::Bool(_) => {}
        Value::String(text) => check_whole(part, field, text, at, found),
        _ => wrong_type("Boolean or JSONata expression", value, at, found),
    }
}

fn check_expression(part: &Part<'_>, field: &Field, text: &str, at: &Pointer, found: &mut Vec<Diagnostic>) {
    let inner = text.strip_prefix(OPEN).and_then(|text| text.strip_suffix(CLOSE));
    if inner.is_none() && !placeholder::contained(text) {
        let message = "a JSONata string must start with `{%` and end with `%}`";
        let diagnostic = Diagnostic::new(Code::BadJsonata, at.clone(), message);
        found.push(diagnostic.with_help("nothing may stand after `%}`").with_range(text.len(), 0));
    }
    let _ = (part, field);
}
