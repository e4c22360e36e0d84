//! Checks literal numbers in clauses against the ranges in the tables of the document's fields.

use workflow_asl::Code;
use workflow_asl::document::{self, Form};

use super::analysis::Analysis;
use super::sink::Sink;
use crate::problem::Problem;
use crate::syntax::ast::{ClauseValue, DeclarationKind, Expr, ExprKind, Head, UnaryOp, WaitHead};
use crate::syntax::keyword::ClauseKind;

/// Checks that durations, limits and counts are in their ranges.
pub(super) fn check(analysis: &Analysis<'_>, sink: &mut Sink<'_>) {
    for declaration in &analysis.workflow.declarations {
        match &declaration.kind {
            DeclarationKind::Timeout(value) => {
                let form = form(document::StateMachine::FIELDS, "TimeoutSeconds");
                // The document may say 0, which the service takes for no time at all.
                let form = match form {
                    Form::Integer { max, expression, .. } => Form::Integer { min: 1, max, expression },
                    form => form,
                };
                number("timeout", form, value, sink);
            }
            DeclarationKind::Defaults(_, clauses) => {
                clauses.iter().for_each(|clause| clause_range(clause.kind, &clause.value, sink))
            }
            _ => {}
        }
    }
    for info in analysis.all_states() {
        if let Head::Wait(Some(WaitHead::For(seconds))) = &info.state.head {
            in_range("for", form(document::State::FIELDS, "Seconds"), seconds, sink);
        }
        for clause in &info.state.clauses {
            clause_range(clause.kind, &clause.value, sink);
        }
    }
}

fn clause_range(kind: ClauseKind, value: &ClauseValue, sink: &mut Sink<'_>) {
    let state = document::State::FIELDS;
    let (field, value) = match (kind, value) {
        (ClauseKind::Timeout, ClauseValue::Expr(value)) => (form(state, "TimeoutSeconds"), value),
        (ClauseKind::Heartbeat, ClauseValue::Expr(value)) => (form(state, "HeartbeatSeconds"), value),
        (ClauseKind::MaxConcurrency, ClauseValue::Expr(value)) => (form(state, "MaxConcurrency"), value),
        (_, ClauseValue::ToleratePercent(value)) => (form(state, "ToleratedFailurePercentage"), value),
        (_, ClauseValue::TolerateCount(value)) => (form(state, "ToleratedFailureCount"), value),
        (ClauseKind::Batch, ClauseValue::Expr(value)) if !matches!(value.kind, ExprKind::Object(_)) => {
            return number("batch", form(document::ItemBatcher::FIELDS, "MaxItemsPerBatch"), value, sink);
        }
        _ => return,
    };
    in_range(kind.keyword(), field, value, sink);
}

fn form(fields: &[document::Field], name: &str) -> Form {
    fields.iter().find(|field| field.name == name).map_or(Form::Json, |field| field.form)
}

/// A literal is a number in the form's range; computed values are not checked.
pub(super) fn number(name: &str, form: Form, value: &Expr, sink: &mut Sink<'_>) {
    match &value.kind {
        ExprKind::Paren(inner) => number(name, form, inner, sink),
        ExprKind::Text(text) if text.starts_with("{%") => {}
        ExprKind::Text(_) | ExprKind::Bool(_) | ExprKind::Null | ExprKind::Object(_) | ExprKind::Array(_) => {
            sink.push(Problem::new(Code::UnlikeTypes, value.span, format!("`{name}` must be a number")));
        }
        _ => in_range(name, form, value, sink),
    }
}

/// Returns a literal number, and whether it is a duration.
fn literal(value: &Expr) -> Option<(String, bool)> {
    match &value.kind {
        ExprKind::Duration(seconds) => Some((seconds.to_string(), true)),
        ExprKind::Number(text) => Some((text.clone(), false)),
        ExprKind::Paren(inner) => literal(inner),
        ExprKind::Unary(UnaryOp::Negate, inner) => {
            let (number, duration) = literal(inner)?;
            Some((number.strip_prefix('-').map_or_else(|| format!("-{number}"), str::to_owned), duration))
        }
        _ => None,
    }
}

/// A literal number is of the form's range; whether it is one is checked with the other values.
fn in_range(name: &str, form: Form, value: &Expr, sink: &mut Sink<'_>) {
    let Some((given, duration)) = literal(value) else { return };
    let (low, high, whole) = match form {
        Form::Integer { min, max, .. } => (min as f64, max as f64, true),
        Form::Number { min, max, .. } => (min, max, false),
        _ => return,
    };
    let Ok(number) = given.parse::<f64>() else { return };
    let unit = if duration { " seconds" } else { "" };
    if whole && number.fract() != 0.0 {
        sink.push(Problem::new(
            Code::NumberOutOfRange,
            value.span,
            format!("`{name}` must be a whole number, found {given}"),
        ));
    } else if !(low..=high).contains(&number) {
        // Some fields have no upper bound except the bound of their type.
        let range = if high > 1e15 { format!("at least {low}") } else { format!("between {low} and {high}") };
        let message = format!("`{name}` must be {range}{unit}, found {given}{unit}");
        sink.push(Problem::new(Code::NumberOutOfRange, value.span, message));
    }
}

/// A literal is one of the form's words.
pub(super) fn text(name: &str, form: Form, value: &Expr, sink: &mut Sink<'_>) {
    let Form::Word(words) = form else { return };
    let known: Vec<_> = words.iter().map(|word| word.to_lowercase()).collect();
    let given = match &value.kind {
        ExprKind::Text(text) => text.to_lowercase(),
        ExprKind::Reference(_) | ExprKind::Invalid(_) | ExprKind::Constant(_) => return,
        _ => String::new(),
    };
    if known.contains(&given) {
        return;
    }
    let message = format!("`{name}` must be `{}`", known.join("` or `"));
    sink.push(Problem::new(Code::NotAllowedValue, value.span, message));
}
