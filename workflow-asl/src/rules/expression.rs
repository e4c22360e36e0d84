//! Checks of JSONata expressions inside strings, by the place where they stand.

use serde_json::Value;

use super::part::{Part, PartKind};
use super::{all_of, report};
use crate::document::{Field, Form, StateKind, json_type, wrong_type};
use crate::jsonata::Expressions;
use crate::template::{self, syntax_error};
use crate::{Code, Diagnostic, Pointer, jsonata, nearest, placeholder};

const OPEN: &str = "{%";

/// Whether the text begins an expression.
pub(super) fn is_begun(text: &str) -> bool {
    text.starts_with(OPEN)
}

/// Checks every string of a value, however deep.
pub(super) fn check_all(
    expressions: &Expressions,
    part: &Part<'_>,
    field: &Field,
    value: &Value,
    at: &Pointer,
    found: &mut Vec<Diagnostic>,
) {
    match value {
        Value::String(text) if is_begun(text) => check_expression(expressions, part, field, text, at, found),
        Value::String(text) => check_literal(text, at, found),
        Value::Array(items) => {
            for (i, item) in items.iter().enumerate() {
                check_all(expressions, part, field, item, &at.index(i), found);
            }
        }
        Value::Object(members) => {
            for (key, value) in members {
                let at = &at.child(key);
                if let (Some(name), true) = (key.strip_suffix(template::SUFFIX), value.is_string()) {
                    let message = format!("`{key}` is a key of JSONPath: JSONata keeps it as it is");
                    let diagnostic = Diagnostic::new(Code::JsonPathKey, at.clone(), message);
                    found.push(
                        diagnostic.with_help(format!("write `\"{name}\"`, and the value between `{{%` and `%}}`")),
                    );
                    continue;
                }
                check_all(expressions, part, field, value, at, found);
            }
        }
        _ => {}
    }
}

/// Warns of a text that was probably meant to be an expression: between its markers with blanks around them, a
/// path under `$states`, or a path of JSONPath.
fn check_literal(text: &str, at: &Pointer, found: &mut Vec<Diagnostic>) {
    if placeholder::contained(text) {
        return;
    }
    let trimmed = text.trim();
    let help = if trimmed.starts_with(OPEN) && trimmed.ends_with("%}") {
        "nothing may stand around `{%` and `%}`, not even blanks".to_owned()
    } else if text.split_once(OPEN).is_some_and(|(_, rest)| rest.contains("%}")) {
        "an expression is the whole of its string: join texts inside it, `{% 'Hello ' & $name %}`".to_owned()
    } else if trimmed.starts_with("$states.") && jsonata::parse(trimmed).is_ok() {
        format!("write `{{% {trimmed} %}}`")
    } else if let (Some(rest), true) = (text.strip_prefix("$."), template::looks_computed(text)) {
        format!("in JSONata the state's input is `{{% $states.input.{rest} %}}`")
    } else if let (Some(rest), true) = (text.strip_prefix("$$."), template::looks_computed(text)) {
        format!("in JSONata the context object is `{{% $states.context.{rest} %}}`")
    } else {
        return;
    };
    let message = format!("`{text}` is taken as text");
    found.push(Diagnostic::new(Code::ExpressionAsText, at.clone(), message).with_help(help));
}

/// Warns of items that are neither an array nor an object nor an expression.
pub(super) fn check_items(value: &Value, at: &Pointer, found: &mut Vec<Diagnostic>) {
    match value {
        Value::String(text) if is_begun(text) || placeholder::contained(text) => return,
        Value::Array(_) | Value::Object(_) => return,
        _ => {}
    }
    let is = json_type(value);
    report(found, Code::FailingCall, at.clone(), format!("`Items` must be an array or an object, and this is {is}"));
}

/// Checks a string that must be one expression.
pub(super) fn check_whole(
    expressions: &Expressions,
    part: &Part<'_>,
    field: &Field,
    text: &str,
    at: &Pointer,
    found: &mut Vec<Diagnostic>,
) {
    if is_begun(text) {
        check_expression(expressions, part, field, text, at, found);
    } else if !placeholder::contained(text) {
        let message = "a JSONata string must start with `{%` and end with `%}`";
        report(found, Code::BadJsonata, at.clone(), message);
    }
}

/// Checks the condition of a choice rule.
pub(super) fn check_condition(
    expressions: &Expressions,
    part: &Part<'_>,
    field: &Field,
    value: &Value,
    at: &Pointer,
    found: &mut Vec<Diagnostic>,
) {
    match value {
        Value::Bool(_) => {}
        Value::String(text) => check_whole(expressions, part, field, text, at, found),
        _ => wrong_type(value, "Boolean or JSONata expression", at, found),
    }
}

fn check_expression(
    expressions: &Expressions,
    part: &Part<'_>,
    field: &Field,
    text: &str,
    at: &Pointer,
    found: &mut Vec<Diagnostic>,
) {
    let unknown = placeholder::contained(text);
    let Some(code) = jsonata::expression(text) else {
        if !unknown {
            let message = "a JSONata string must start with `{%` and end with `%}`";
            let diagnostic = Diagnostic::new(Code::BadJsonata, at.clone(), message);
            found.push(diagnostic.with_help("nothing may stand after `%}`").with_range(text.len(), 0));
        }
        return;
    };
    let read = expressions.read(code);
    let (ast, names) = match &*read {
        Ok(read) => read,
        // What a placeholder stands for may be what is missing.
        Err(_) if unknown => return,
        Err(error) => {
            found.push(syntax_error(Code::BadJsonata, at.clone(), text, error.clone().shifted(OPEN.len())));
            return;
        }
    };
    for (error, length) in ast.failing(placeholder::contained) {
        let diagnostic = Diagnostic::new(Code::FailingCall, at.clone(), error.message);
        found.push(diagnostic.with_range(OPEN.len() + error.offset, length));
    }
    if let (Some(gives), Some(wanted)) = (ast.gives(placeholder::contained), wanted(field))
        && !wanted.contains(&gives)
    {
        let message = format!("`{}` must be {}, and this gives {gives}", field.name, wanted.join(" or "));
        found.push(Diagnostic::new(Code::FailingCall, at.clone(), message));
    }
    for error in &names.unsupported {
        found.push(syntax_error(Code::UnsupportedJsonata, at.clone(), text, error.clone().shifted(OPEN.len())));
    }
    let members = members(part.kind, field.name);
    for used in names.states.iter().filter(|used| !used.name.is_empty() && !members.contains(&used.name.as_str())) {
        let message = format!("`$states.{}` does not exist here", used.name);
        let diagnostic = Diagnostic::new(Code::UnsupportedJsonata, at.clone(), message);
        found.push(ranged(diagnostic.with_help(help_on_member(&used.name, members)), used));
    }
    for used in names.calls.iter().filter(|used| !jsonata::is_function(&used.name)) {
        let message = format!("there is no function `${}`", used.name);
        let mut diagnostic = Diagnostic::new(Code::UnknownFunction, at.clone(), message);
        if let Some(near) = nearest::nearest(&used.name, workflow_jsonata::names()) {
            diagnostic = diagnostic.with_help(format!("did you mean `${near}`?"));
        }
        found.push(ranged(diagnostic, used));
    }
}

/// The kind of value that a field wants, where an expression may give none else.
fn wanted(field: &Field) -> Option<&'static [&'static str]> {
    match field.form {
        Form::Condition => Some(&["a boolean"]),
        Form::Integer { .. } | Form::Number { .. } => Some(&["a number"]),
        Form::Timestamp | Form::TextOrExpression => Some(&["a string"]),
        _ if field.name == "Items" => Some(&["an array", "an object"]),
        _ => None,
    }
}

/// Narrows a finding to a name inside the markers.
fn ranged(diagnostic: Diagnostic, used: &jsonata::Use) -> Diagnostic {
    diagnostic.with_range(OPEN.len() + used.span.start, used.span.len())
}

/// The members that `$states` has in a field.
fn members(part: PartKind, field: &str) -> &'static [&'static str] {
    let computes = matches!(field, "Output" | "Assign");
    match part {
        PartKind::State(StateKind::Task | StateKind::Parallel | StateKind::Map) if computes => {
            &["input", "context", "result"]
        }
        PartKind::Catcher if computes => &["input", "context", "errorOutput"],
        _ => &["input", "context"],
    }
}

fn help_on_member(name: &str, members: &[&str]) -> String {
    match name {
        "result" => "only `Output` and `Assign` of a Task, Parallel or Map state have it".to_owned(),
        "errorOutput" => "only `Output` and `Assign` of a catcher have it".to_owned(),
        _ => match nearest::nearest(name, members.iter().copied()) {
            Some(near) => format!("did you mean `$states.{near}`?"),
            None => format!(
                "there is {}",
                all_of(
                    members
                        .iter()
                        .map(|member| format!("$states.{member}"))
                        .collect::<Vec<_>>()
                        .iter()
                        .map(String::as_str)
                )
            ),
        },
    }
}
