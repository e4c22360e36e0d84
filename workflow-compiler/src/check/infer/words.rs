//! The words of an expression, as messages and comparisons of expressions have them.

use workflow_asl::jsonata;

use crate::check::resolve::reference_text;
use crate::syntax::ast::{Expr, ExprKind, Reference, UnaryOp, plain};
use crate::syntax::spelling::sign;

/// The words of a reference, with the `?` of a state that may not have run.
pub(super) fn optional_text(reference: &Reference) -> String {
    let text = reference_text(reference);
    let root = text.find(['.', '[']).unwrap_or(text.len());
    match text.split_at_checked(root) {
        Some((root, rest)) if reference.optional => format!("{root}?{rest}"),
        _ => text,
    }
}

/// The words of an expression that gives the same each time, to tell whether two are the same.
pub(in crate::check) fn words(expr: &Expr) -> Option<String> {
    let list = |items: &[Expr]| Some(items.iter().map(words).collect::<Option<Vec<_>>>()?.join(", "));
    Some(match &expr.kind {
        ExprKind::Null => "null".to_owned(),
        ExprKind::Bool(value) => value.to_string(),
        ExprKind::Number(text) => text.clone(),
        ExprKind::Duration(seconds) => format!("{seconds}s"),
        ExprKind::Text(text) => format!("{text:?}"),
        ExprKind::Array(items) => format!("[{}]", list(items)?),
        ExprKind::Reference(reference) => Some(reference_text(reference)).filter(|text| !text.contains('…'))?,
        ExprKind::Unary(UnaryOp::Not, inner) => format!("!{}", words(inner)?),
        ExprKind::Unary(UnaryOp::Negate, inner) => format!("-{}", words(inner)?),
        ExprKind::Binary(op, _, left, right) => format!("({} {} {})", words(left)?, sign(*op), words(right)?),
        ExprKind::Call { name, .. } if changes(&name.value) => return None,
        ExprKind::Call { name, arguments } => format!("{}({})", name.value, list(arguments)?),
        ExprKind::Variant { ty, variant } => format!("{}::{}", plain(ty), plain(variant)),
        ExprKind::Jsonata(text) => format!("jsonata {:?}", text.value),
        ExprKind::Path(text) => format!("path {:?}", text.value),
        ExprKind::Paren(inner) => words(inner)?,
        ExprKind::Object(_) | ExprKind::Access(..) | ExprKind::If(..) | ExprKind::Constant(_) => return None,
        ExprKind::Habit(_) | ExprKind::Invalid => return None,
    })
}

/// Whether a function of either language gives another value each time: two calls with the same words are not the same.
fn changes(function: &str) -> bool {
    matches!(function, "States.UUID" | "States.MathRandom")
        || function.strip_prefix('$').is_some_and(|name| jsonata::changing().any(|known| known == name))
}
