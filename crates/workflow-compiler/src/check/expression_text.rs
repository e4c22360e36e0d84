//! The text of an expression, by which expressions are compared and which messages print.

use workflow_asl::jsonata;

use super::path::{Path, PathRoot};
use crate::syntax::ast::{BinaryOp, Expr, ExprKind, Reference, Root, Text, UnaryOp, plain};
use crate::syntax::spelling::sign;

/// Values of other languages.
pub(super) const VALUES: &[(&str, &[&str])] = &[
    ("null", &["None", "nil", "undefined", "NULL", "Null", "Nothing", "nullptr"]),
    ("true", &["True", "TRUE", "yes"]),
    ("false", &["False", "FALSE", "no"]),
];

/// Returns whether a value is `null`, in the words of another language too, which are reported where they are read.
pub(super) fn is_null(value: &Expr) -> bool {
    match &value.kind {
        ExprKind::Null => true,
        ExprKind::Reference(Reference { root: Root::StateResult(word), segments, optional: false, .. }) => {
            let word = plain(word);
            segments.is_empty()
                && VALUES.iter().any(|(value, words)| *value == "null" && words.contains(&word.as_str()))
        }
        _ => false,
    }
}

/// Returns the words of a deterministic expression, to compare two of them.
pub(super) fn words(expr: &Expr) -> Option<String> {
    let list = |items: &[Expr]| Some(items.iter().map(words).collect::<Option<Vec<_>>>()?.join(", "));
    Some(match &expr.kind {
        ExprKind::Null => "null".to_owned(),
        ExprKind::Bool(value) => value.to_string(),
        ExprKind::Number(text) => text.clone(),
        ExprKind::Duration(seconds) => format!("{seconds}s"),
        ExprKind::Text(text) => format!("{text:?}"),
        ExprKind::Array(items) => format!("[{}]", list(items)?),
        ExprKind::Reference(reference) => Some(Path::of(reference)).filter(Path::is_fixed)?.to_string(),
        ExprKind::Unary(UnaryOp::Not, inner) => format!("!{}", words(inner)?),
        ExprKind::Unary(UnaryOp::Negate, inner) => format!("-{}", words(inner)?),
        ExprKind::Binary(BinaryOp::Range, _, left, right) => format!("{}..={}", words(left)?, words(right)?),
        ExprKind::Binary(op, _, left, right) => format!("({} {} {})", words(left)?, sign(*op), words(right)?),
        ExprKind::Call { name, .. } if changes(&name.value) => return None,
        ExprKind::Call { name, arguments } => format!("{}({})", name.value, list(arguments)?),
        ExprKind::Variant { ty, variant } => format!("{}::{}", plain(ty), plain(variant)),
        ExprKind::Jsonata(text) => format!("jsonata {:?}", text.value),
        ExprKind::Path(text) => format!("path {:?}", text.value),
        ExprKind::Regex(text) => format!("regex {:?}", text.value),
        ExprKind::Paren(inner) => words(inner)?,
        ExprKind::Object(_)
        | ExprKind::Closure(_)
        | ExprKind::Access(..)
        | ExprKind::If(..)
        | ExprKind::Raw(_)
        | ExprKind::Constant(_)
        | ExprKind::Invalid(_) => return None,
    })
}

/// Returns the path of a value, `unknown` in place of words that it does not have.
pub(super) fn path_of<'e>(value: &'e Expr, unknown: &str) -> Path<'e> {
    match &value.kind {
        ExprKind::Paren(inner) => path_of(inner, unknown),
        ExprKind::Reference(reference) if Path::of(reference).is_fixed() => Path::of(reference),
        _ => PathRoot::Value(words(value).unwrap_or_else(|| unknown.to_owned())).into(),
    }
}

/// Returns a function of either language in a value that returns a different value on each call, without its `$`.
pub(crate) fn changing(value: &Expr) -> Option<&str> {
    let mut found = None;
    value.walk(&mut |part| {
        let call = match &part.kind {
            ExprKind::Call { name, .. } if changes(&name.value) => Some(name.value.trim_start_matches('$')),
            ExprKind::Jsonata(Text { value: text, .. }) | ExprKind::Text(text) => {
                jsonata::changing().find(|name| text.contains(&format!("${name}(")))
            }
            _ => None,
        };
        found = found.or(call);
    });
    found
}

/// Returns whether a function of either language returns a different value on each call.
fn changes(function: &str) -> bool {
    matches!(function, "States.UUID" | "States.MathRandom")
        || function.strip_prefix('$').is_some_and(|name| jsonata::changing().any(|known| known == name))
}
