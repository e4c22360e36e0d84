//! Checks JSONata expressions in strings, depending on their position.

use serde_json::Value;

use super::object_index::ObjectKind;
use crate::document::{Field, Form, StateKind, wrong_type};
use crate::intrinsic::{self, Intrinsic};
use crate::json_kind::JsonKind;
use crate::jsonata::{Expressions, Names};
use crate::template::{self, syntax_error};
use crate::{Code, Diagnostic, Finding, Pointer, SyntaxError, context, jsonata, nearest, placeholder};

const OPEN: &str = "{%";

/// The fields and parameters that often are the whole input of a state. Elsewhere, `$` may be text.
const WHOLE: &[&str] =
    &["Arguments", "Body", "Detail", "Input", "Items", "Message", "MessageBody", "Output", "Payload", "RequestBody"];

/// Returns whether the text begins an expression.
pub(super) fn is_begun(text: &str) -> bool {
    text.starts_with(OPEN)
}

/// A field whose strings may be expressions.
#[derive(Clone, Copy)]
pub(super) struct Strings<'a> {
    pub(super) expressions: &'a Expressions,
    pub(super) of: ObjectKind,
    pub(super) field: &'a Field,
}

impl Strings<'_> {
    /// Checks every string of a value, at any depth.
    pub(super) fn check_all(self, value: &Value, at: &Pointer, found: &mut Vec<Diagnostic>) {
        match value {
            Value::String(text) if is_begun(text) => self.check_expression(text, at, found),
            Value::String(text) => check_literal(text, at, found),
            Value::Array(items) => {
                items.iter().enumerate().for_each(|(i, item)| self.check_all(item, &at.index(i), found));
            }
            Value::Object(members) => {
                for (key, value) in members {
                    let at = &at.child(key);
                    if let (Some(name), true) = (key.strip_suffix(template::SUFFIX), value.is_string()) {
                        found.push(Finding::JsonPathKey { key: key.clone(), name: name.to_owned() }.at(at.clone()));
                        continue;
                    }
                    self.check_all(value, at, found);
                }
            }
            _ => {}
        }
    }

    /// Checks a string that must be one expression.
    pub(super) fn check_whole(self, text: &str, at: &Pointer, found: &mut Vec<Diagnostic>) {
        if is_begun(text) {
            self.check_expression(text, at, found);
        } else if placeholder::contained(text) {
            found.push(unfilled(text, at));
        } else {
            found.push(Finding::NotAnExpression {}.at(at.clone()));
        }
    }

    /// Checks the condition of a choice rule.
    pub(super) fn check_condition(self, value: &Value, at: &Pointer, found: &mut Vec<Diagnostic>) {
        match value {
            Value::Bool(_) => {}
            Value::String(text) => self.check_whole(text, at, found),
            _ => wrong_type(value, "Boolean or JSONata expression", at, found),
        }
    }

    fn check_expression(self, text: &str, at: &Pointer, found: &mut Vec<Diagnostic>) {
        let is_unknown = || placeholder::may_complete(text);
        let Some(code) = jsonata::expression(text) else {
            found.push(match is_unknown() {
                true => unfilled(text, at),
                false => Finding::OpenExpression {}.at(at.clone()).with_range(text.len(), 0),
            });
            return;
        };
        let read = match self.expressions.read(code) {
            // A placeholder may be an operand, like a variable that nothing is known about.
            read if read.is_err() && is_unknown() => {
                let operand = |length: usize| format!("${}", "_".repeat(length.saturating_sub(1)));
                self.expressions.read(&placeholder::replaced_in_code(code, operand))
            }
            read => read,
        };
        let (ast, names) = match &*read {
            Ok(read) => read,
            // It may also contain the missing part.
            Err(_) if is_unknown() => return,
            Err(error) => {
                let mut diagnostic =
                    syntax_error(Code::BadJsonata, at.clone(), text, error.clone().shifted(OPEN.len()));
                diagnostic.finding = Box::new(Finding::MalformedJsonata {
                    error: Box::new(error.clone()),
                    translated: jsonata::translate_foreign_operators(code),
                });
                found.push(diagnostic);
                return;
            }
        };
        let failing = ast.failing(placeholder::contained);
        for (error, length) in failing.iter().filter(|(error, _)| refused_by(names, code, error).is_none()).cloned() {
            let offset = OPEN.len() + error.offset;
            found.push(Finding::Malformed { code: Code::FailingCall, error }.at(at.clone()).with_range(offset, length));
        }
        for (error, length) in ast.constant_conditions(placeholder::contained) {
            let offset = OPEN.len() + error.offset;
            found.push(Finding::Malformed { code: Code::KnownAnswer, error }.at(at.clone()).with_range(offset, length));
        }
        if let (Some(gives), Some(wanted)) = (ast.gives(placeholder::contained), wanted(self.field))
            && !wanted.contains(&gives)
        {
            found.push(Finding::GivesOther { field: self.field.name, wanted, gives }.at(at.clone()));
        }
        let placeholders: Vec<_> = placeholder::in_code(code).collect();
        let is_placeholder = |offset: usize| placeholders.iter().any(|range| range.contains(&offset));
        for error in &names.unsupported {
            // A name such as `__x__`.
            if let Some(range) = placeholders.iter().find(|range| range.contains(&error.offset)) {
                let placeholder = code.get(range.clone()).unwrap_or_default().to_owned();
                let (code, error) = (Code::UnsupportedJsonata, Box::new(error.clone()));
                found.push(Finding::UnfilledCode { code, placeholder, error }.at(at.clone()));
                continue;
            }
            let mut error = error.clone();
            let method = failing.iter().find(|(method, _)| refused_by(names, code, method) == Some(error.offset));
            error.instead = error.instead.filter(|_| method.is_none());
            error.help = method.and_then(|(method, _)| method.help.clone()).or(error.help);
            found.push(syntax_error(Code::UnsupportedJsonata, at.clone(), text, error.shifted(OPEN.len())));
        }
        let members = members(self.of, self.field.name);
        for used in names.states.iter().filter(|used| !used.name.is_empty() && !members.contains(&used.name.as_str())) {
            let near = nearest::nearest(&used.name, members.iter().copied()).map(str::to_owned);
            let is_of_context = context::MEMBERS.iter().any(|member| member.name == used.name);
            let near = near.or_else(|| is_of_context.then(|| format!("context.{}", used.name)));
            found.push(ranged(Finding::NotInStates { name: used.name.clone(), members, near }.at(at.clone()), used));
        }
        let calls = names.calls.iter().filter(|used| !jsonata::is_function(&used.name));
        for used in calls.filter(|used| !is_placeholder(used.span.start) && !is_placeholder(used.span.start + 1)) {
            let near = nearest::nearest(&used.name, workflow_jsonata::names()).map(str::to_owned);
            found.push(ranged(Finding::UnknownFunction { name: used.name.clone(), near }.at(at.clone()), used));
        }
    }
}

fn unfilled(text: &str, at: &Pointer) -> Diagnostic {
    Finding::Unfilled { expected: "JSONata expression".to_owned(), text: text.to_owned() }.at(at.clone())
}

/// Returns the position of the name that AWS refuses, if a call that fails is of a method of that name, as in
/// `JSON.stringify(x)`. Both are one mistake.
fn refused_by(names: &Names, code: &str, call: &SyntaxError) -> Option<usize> {
    let name = call.offset.checked_sub(1)?;
    let refused = names.unsupported.iter().map(|error| error.offset).rfind(|offset| *offset < name)?;
    let before = code.get(refused..name)?;
    before.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_$".contains(&byte)).then_some(refused)
}

/// Warns of a string that was probably meant to be an expression: between its markers with blanks around them, a
/// path under `$states`, or a path of JSONPath.
fn check_literal(literal: &str, at: &Pointer, found: &mut Vec<Diagnostic>) {
    if placeholder::contained(literal) {
        return;
    }
    let (trimmed, text) = (literal.trim(), literal.to_owned());
    let path = |sign| literal.strip_prefix(sign).filter(|_| template::looks_computed(literal));
    let finding = if trimmed.starts_with(OPEN) && trimmed.ends_with("%}") {
        Finding::TextAroundExpression { text }
    } else if literal.split_once(OPEN).is_some_and(|(_, rest)| rest.contains("%}")) {
        Finding::ExpressionInText { text }
    } else if trimmed.starts_with("$states.") && jsonata::parse(trimmed).is_ok() {
        Finding::BareExpression { text }
    } else if !trimmed.starts_with("{{") && literal.contains("$states.") {
        // As in `Hello {{ $states.input.name }}`.
        Finding::ExpressionInText { text }
    } else if let Some(rest) = path("$.") {
        let expression = format!("{{% $states.input.{rest} %}}");
        Finding::PathInJsonata { text, of: "the state's input", expression }
    } else if let Some(rest) = path("$$.") {
        let expression = format!("{{% $states.context.{rest} %}}");
        Finding::PathInJsonata { text, of: "the context object", expression }
    } else if literal == "$" && at.tokens().last().is_some_and(|key| WHOLE.contains(&&*key)) {
        Finding::PathInJsonata { text, of: "the state's input", expression: "{% $states.input %}".to_owned() }
    } else if intrinsic::is_begun(literal)
        && let Ok(call) = Intrinsic::parse(literal)
    {
        Finding::IntrinsicInJsonata { text, instead: call.call.function.in_jsonata() }
    } else {
        return;
    };
    found.push(finding.at(at.clone()));
}

/// Warns of items that are neither an array nor an object nor an expression.
pub(super) fn check_items(value: &Value, at: &Pointer, found: &mut Vec<Diagnostic>) {
    match value {
        Value::String(text) if is_begun(text) || placeholder::contained(text) => return,
        Value::Array(_) | Value::Object(_) => return,
        _ => {}
    }
    found.push(Finding::ItemsNotListed { is: JsonKind::of(value).noun() }.at(at.clone()));
}

/// Returns the kind of value that a field wants, where an expression may give none else.
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

/// Returns the members that `$states` has in a field.
fn members(object: ObjectKind, field: &str) -> &'static [&'static str] {
    let computes = matches!(field, "Output" | "Assign");
    match object {
        ObjectKind::State(StateKind::Task | StateKind::Parallel | StateKind::Map) if computes => {
            &["input", "context", "result"]
        }
        ObjectKind::Catcher if computes => &["input", "context", "errorOutput"],
        _ => &["input", "context"],
    }
}
