//! Checks `#[validate(…)]` on fields: constraints must fit the types of their fields, and literals must fit the
//! constraints.

use workflow_asl::Code;

use super::sink::Sink;
use super::types::Int;
use crate::problem::Problem;
use crate::syntax::ast::{Constraint, ConstraintKind, Expr, ExprKind, FieldDecl, Type, TypeKind, UnaryOp, plain};

/// Checks that a field's constraints are possible.
pub(super) fn declared(field: &FieldDecl, sink: &mut Sink<'_>) {
    let name = plain(&field.name);
    let ty = &inside(&field.ty).kind;
    if matches!(ty, TypeKind::Invalid(_)) {
        return;
    }
    for constraint in &field.constraints {
        let word = constraint.kind.word();
        let (limits, fits) = match constraint.kind {
            ConstraintKind::Range => ("numbers", matches!(ty, TypeKind::Integer(_) | TypeKind::Float(_))),
            ConstraintKind::Length => (
                "strings, lists and maps",
                matches!(ty, TypeKind::String | TypeKind::Arn | TypeKind::Vec(_) | TypeKind::Map(_)),
            ),
            ConstraintKind::Pattern => ("strings", matches!(ty, TypeKind::String | TypeKind::Arn)),
        };
        if !fits {
            let message = format!("`{word}` limits {limits}, but `{name}` has another type");
            let help = "`range(…)` limits a number, and `length(…)` a string, a list or a map";
            sink.push(Problem::new(Code::UnlikeTypes, constraint.span, message).help(help));
            continue;
        }
        let range = match ty {
            TypeKind::Integer(int) => Some((format!("`{}`", plain(int)), Int::named(&plain(int)).range())),
            _ if constraint.kind == ConstraintKind::Length => Some(("a length".to_owned(), (0, u32::MAX.into()))),
            _ => None,
        };
        let bounds = [&constraint.least, &constraint.greatest].into_iter().flatten();
        for bound in bounds {
            let Some((what, (least, greatest))) = &range else { continue };
            if !bound.whole().is_some_and(|number| (*least..=*greatest).contains(&number)) {
                let message =
                    format!("a bound of {what} is a whole number from {least} to {greatest}, found {}", bound.text);
                sink.push(Problem::new(Code::NumberOutOfRange, bound.span, message).of_language());
            }
        }
        if let (Some(least), Some(greatest)) = (&constraint.least, &constraint.greatest)
            && least.number() > greatest.number()
        {
            let message = format!("no value is at least {} and at most {}", least.text, greatest.text);
            let help = "`min` must not be above `max`";
            sink.push(Problem::new(Code::NumberOutOfRange, constraint.span, message).of_language().help(help));
        }
    }
}

/// Checks that a literal for a field fits its constraints.
pub(super) fn literal(field: &FieldDecl, value: &Expr, what: &str, sink: &mut Sink<'_>) {
    for constraint in &field.constraints {
        let given = match constraint.kind {
            ConstraintKind::Range => number(value).map(|(number, text)| (number, format!("is {text}"))),
            ConstraintKind::Length => length(value).map(|(length, unit)| {
                let s = if length == 1.0 { "" } else { "s" };
                (length, format!("has {length} {unit}{s}"))
            }),
            ConstraintKind::Pattern => {
                if let (Some(text), Some(pattern)) = (literal_text(value), &constraint.pattern)
                    && regex_lite::Regex::new(&pattern.value).is_ok_and(|regex| !regex.is_match(text))
                {
                    let message = format!("{what} is {text:?}, but must match `{}`", pattern.value);
                    sink.push(Problem::new(Code::OutputDoesNotFit, value.span, message));
                }
                None
            }
        };
        let Some((given, says)) = given else { continue };
        if !constraint.allows(given) {
            let message = format!("{what} {says}, but must {}", constraint.describe());
            sink.push(Problem::new(Code::OutputDoesNotFit, value.span, message));
        }
    }
}

/// Returns the type without an enclosing `Option`.
fn inside(ty: &Type) -> &Type {
    match &ty.kind {
        TypeKind::Option(inner) => inside(inner),
        _ => ty,
    }
}

/// Returns the value of a number literal, and its text.
fn number(value: &Expr) -> Option<(f64, String)> {
    match &value.unparen().kind {
        ExprKind::Number(text) => Some((text.parse().ok()?, text.clone())),
        ExprKind::Unary(UnaryOp::Negate, inner) => {
            let (number, text) = number(inner)?;
            Some((-number, format!("-{text}")))
        }
        _ => None,
    }
}

/// Returns the whole number that a literal is, however it is written: `1`, `1.0`, `1e3`.
pub(super) fn whole(number: &str) -> Option<i128> {
    number.parse().ok().or_else(|| {
        let number: f64 = number.parse().ok()?;
        // A number that is too large becomes the maximum, which no type of the language can hold.
        (number.fract() == 0.0).then_some(number as i128)
    })
}

/// Returns the text of a literal, unless it is an expression or has placeholders.
fn literal_text(value: &Expr) -> Option<&str> {
    match &value.unparen().kind {
        ExprKind::Text(text) if !text.starts_with("{%") && !text.contains("${") => Some(text),
        _ => None,
    }
}

/// Returns the length of a literal and its unit, if all its parts are known.
fn length(value: &Expr) -> Option<(f64, &'static str)> {
    match &value.unparen().kind {
        ExprKind::Text(_) => literal_text(value).map(|text| (text.chars().count() as f64, "character")),
        ExprKind::Array(items) if items.iter().all(|item| number(item).is_some() || length(item).is_some()) => {
            Some((items.len() as f64, "item"))
        }
        _ => None,
    }
}

impl Constraint {
    /// Returns whether a number or a length is in its bounds.
    fn allows(&self, given: f64) -> bool {
        let at_least = self.least.as_ref().is_none_or(|least| given >= least.number());
        at_least && self.greatest.as_ref().is_none_or(|greatest| given <= greatest.number())
    }

    /// Returns a description of the values that the constraint allows.
    fn describe(&self) -> String {
        let verb = match self.kind {
            ConstraintKind::Range => "be",
            ConstraintKind::Length | ConstraintKind::Pattern => "have",
        };
        match (&self.least, &self.greatest) {
            (Some(least), Some(greatest)) if least.text == greatest.text => format!("{verb} {}", least.text),
            (Some(least), Some(greatest)) => format!("{verb} {} to {}", least.text, greatest.text),
            (Some(least), None) => format!("{verb} at least {}", least.text),
            (None, Some(greatest)) => format!("{verb} at most {}", greatest.text),
            (None, None) => format!("{verb} anything"),
        }
    }
}
