//! Checks whether two values can be compared.

use workflow_asl::Code;

use super::operator::milliseconds;
use crate::check::analysis::Analysis;
use crate::check::expression_text::words_in_source;
use crate::check::sink::Sink;
use crate::check::types::{Ty, article};
use crate::problem::Problem;
use crate::syntax::ast::{Expr, ExprKind, TokenSpan, plain};

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
                    let by_name = decl.variants.iter().find(|variant| plain(&variant.name) == *text);
                    if let Some(variant) = by_name {
                        return Problem::new(Code::UnknownVariant, other.span, message)
                            .help(format!("`{name}::{text}` is the text {:?}", variant.wire));
                    }
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
            let (ty, other) = if left.is_literal() { (b, left) } else { (a, right) };
            match (ty.present(), &other.unparen().kind) {
                (known, ExprKind::Text(text)) if known.is_number() && text.parse::<f64>().is_ok() => {
                    problem.help(format!("without quotes it is a number: `{text}`"))
                }
                (Ty::Bool, ExprKind::Text(text)) if text == "true" || text == "false" => {
                    problem.help(format!("without quotes it is a `bool`: `{text}`"))
                }
                (Ty::Timestamp, ExprKind::Number(_)) => {
                    let of = if left.is_literal() { right } else { left };
                    words_in_source(of).into_iter().fold(problem, |problem, of| problem.help(milliseconds(&of)))
                }
                (known, ExprKind::Number(text)) if known.is_text() => {
                    let of = if left.is_literal() { right } else { left };
                    let problem = problem.help(format!("in quotes it is text: `\"{text}\"`"));
                    match words_in_source(of).filter(|_| *known == Ty::Text) {
                        Some(of) => problem.help(format!("in JSONata, `$number({of})` reads a number")),
                        None => problem,
                    }
                }
                (known, ExprKind::Null) if !known.is_option() => {
                    problem.help(format!("declare it as `Option<{}>`, if it may be null", ty.rust_name()))
                }
                _ => problem,
            }
        })
    }
}

/// Returns whether two values can be equal. Text types compare with each other, and so do numbers.
pub(super) fn alike(a: &Ty, b: &Ty) -> bool {
    match (a, b) {
        (Ty::Null, other) | (other, Ty::Null) => *other == Ty::Null || other.is_option(),
        (Ty::Enum(a), Ty::Enum(b)) => a == b,
        _ => {
            let (a, b) = (a.present(), b.present());
            a.is_text() && b.is_text()
                || a.is_number() && b.is_number()
                || *a == Ty::Bool && *b == Ty::Bool
                || a.is_array() && b.is_array()
                || a.is_object() && b.is_object()
        }
    }
}

/// Returns an operand in a sentence: its words, where they are few, and its type.
pub(super) fn called(operand: &Expr, ty: &Ty) -> String {
    const FEW: usize = 40;
    match words_in_source(operand).filter(|words| words.chars().count() <= FEW && *words != "null") {
        Some(words) => format!("`{words}` ({})", article(ty).replace('`', "")),
        None => article(ty),
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
