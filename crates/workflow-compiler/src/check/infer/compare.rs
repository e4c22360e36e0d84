//! Checks whether two values can be compared.

use workflow_asl::Code;

use super::operator::milliseconds;
use crate::check::analysis::Analysis;
use crate::check::foreign::kinds_compared_with;
use crate::check::sink::Sink;
use crate::check::types::{Ty, article};
use crate::problem::Problem;
use crate::syntax::ast::{Expr, ExprKind, TokenSpan};
use crate::syntax::spelling::spelled;

impl Analysis<'_> {
    /// Checks that both sides of a comparison have one kind, and that text compared with an enum is one of its
    /// variants. Returns the type of the comparison.
    pub(in crate::check) fn compare(
        &self,
        (a, left): (&Ty, &Expr),
        (b, right): (&Ty, &Expr),
        sink: &mut Sink<'_>,
    ) -> Ty {
        for (ty, other) in [(a, right), (b, left)] {
            if let (Ty::Enum(name), ExprKind::Text(text)) = (ty.present(), &other.unparen().kind)
                && !text.starts_with("{%")
                && let Some(decl) = self.types.enums.get(name)
                && !decl.variants.iter().any(|variant| variant.wire == *text)
            {
                return sink.error(|| {
                    let known: Vec<_> = decl.variants.iter().map(|variant| variant.wire.clone()).collect();
                    let message = format!("`{name}` is never {text:?}");
                    unknown_variant(message, other.span, text, &known, true)
                });
            }
        }
        sink.hold_like((a, left), (b, right));
        sink.hold_like((b, right), (a, left));
        if let Some(error) = a.error_of(b) {
            return error;
        }
        if a.is_unknown() || b.is_unknown() || alike(a, b) {
            return Ty::Bool;
        }
        sink.error(|| {
            let message = match (a.present(), b.present()) {
                (Ty::Null, other) => format!("{} is never `null`", called(right, other)),
                (other, Ty::Null) => format!("{} is never `null`", called(left, other)),
                (a, b) => format!("{} cannot be compared with {}", called(left, a), called(right, b)),
            };
            let span = if left.is_literal() && !right.is_literal() { left.span } else { right.span };
            let problem = Problem::new(Code::UnlikeTypes, span, message);
            let (ty, of, literal) = if left.is_literal() { (b, right, left) } else { (a, left, right) };
            match (ty.present(), &literal.unparen().kind) {
                (known, ExprKind::Text(text)) if known.is_number() && text.parse::<f64>().is_ok() => {
                    problem.help(format!("without quotes it is a number: `{text}`"))
                }
                (Ty::Bool, ExprKind::Text(text)) if text == "true" || text == "false" => {
                    problem.help(format!("without quotes it is a `bool`: `{text}`"))
                }
                (Ty::Timestamp, ExprKind::Number(_)) => problem.help(milliseconds(&spelled(of))),
                (known, ExprKind::Number(text)) if known.is_text() => {
                    problem.help(format!("in quotes it is text: `\"{text}\"`"))
                }
                (known, ExprKind::Null) if !known.is_option() => {
                    problem.help(format!("declare it as `Option<{}>`, if it may be null", ty.rust_name()))
                }
                _ => problem,
            }
        })
    }
}

/// Returns whether two values of known types can be equal. Text types compare with each other, and so do numbers.
pub(super) fn alike(a: &Ty, b: &Ty) -> bool {
    match (a, b) {
        (Ty::Null, other) | (other, Ty::Null) => *other == Ty::Null || other.is_option(),
        (Ty::Enum(a), Ty::Enum(b)) => a == b,
        _ => {
            let kinds = kinds_compared_with(a.present()).zip(kinds_compared_with(b.present()));
            kinds.is_none_or(|(a, b)| a & b != 0)
        }
    }
}

/// Returns an operand in a sentence: its words, where they are few, and its type.
pub(super) fn called(operand: &Expr, ty: &Ty) -> String {
    const FEW: usize = 40;
    match spelled(operand) {
        words if words.chars().count() > FEW || words == "null" => article(ty),
        words => format!("`{words}` ({})", article(ty).replace('`', "")),
    }
}

/// Reports that no variant of an enum has this name.
pub(super) fn unknown_variant(message: String, span: TokenSpan, name: &str, known: &[String], quoted: bool) -> Problem {
    let problem = Problem::new(Code::UnknownVariant, span, message);
    let names = known.iter().map(String::as_str);
    let problem = if quoted { problem.suggest_text(name, names) } else { problem.suggest(name, names) };
    if problem.help.is_empty() && !known.is_empty() {
        let names: Vec<_> = known.iter().map(|name| format!("`{name}`")).collect();
        return problem.help(format!("there is {}", names.join(", ")));
    }
    problem
}
