//! Checks whether two values can be compared, by an operator or by `value in list`: each item is compared with the value as
//! by `==`.

use workflow_asl::Code;

use super::operator::milliseconds;
use crate::check::analysis::Analysis;
use crate::check::foreign::{kinds, kinds_compared_with};
use crate::check::sink::Sink;
use crate::check::types::{Ty, article, unlike};
use crate::check::value_site::ValueSite;
use crate::problem::Problem;
use crate::syntax::ast::{Expr, ExprKind, TokenSpan};
use crate::syntax::spelling::spelled;

/// JSON values that `in` compares: JSONata compares lists and objects by identity.
const COMPARED: u8 = kinds::NULL | kinds::BOOL | kinds::NUMBER | kinds::TEXT;

impl<'a> Analysis<'a> {
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

    pub(super) fn infer_membership(
        &self,
        place: ValueSite<'_, 'a>,
        left: &Expr,
        right: &Expr,
        sink: &mut Sink<'_>,
    ) -> Ty {
        let value = self.operand(place, left, sink);
        let list = self.operand(place, right, sink);
        if !sink.listens() {
            return Ty::Bool;
        }
        sink.hold(&value, left.span, COMPARED, Code::UnlikeTypes, "`in` compares text, numbers and `bool`");
        if !is_comparable(&value) {
            sink.push(not_comparable(left, &value));
        } else if let ExprKind::Array(items) = &right.unparen().kind {
            if items.is_empty() {
                let message = "the list is empty, so `in` always returns `false`";
                sink.push(Problem::new(Code::KnownAnswer, right.span, message));
            }
            for item in items {
                let ty = self.type_of(place, item);
                self.compare((&value, left), (&ty, item), sink);
            }
        } else {
            self.is_in((&value, left), (&list, right), sink);
        }
        Ty::Bool
    }

    /// Checks that a value can be an item of a list that is not written out.
    fn is_in(&self, (value, left): (&Ty, &Expr), (list, right): (&Ty, &Expr), sink: &mut Sink<'_>) {
        const WANTED: &str = "`in` needs a list";
        let Some(item) = list.items() else {
            if !list.is_unknown() {
                let problem = unlike(Code::UnlikeTypes, right.span, WANTED, list);
                let right = spelled(right);
                sink.push(match list {
                    _ if list.is_text() => problem.help(format!("to find text in it: `matches({right}, \"*part*\")`")),
                    _ if list.is_object() => problem.help(format!("its keys are, in JSONata, `$keys({right})`")),
                    _ => problem,
                });
            }
            return;
        };
        sink.hold(list, right.span, kinds::ARRAY, Code::UnlikeTypes, WANTED);
        if let (Ty::Foreign(_), Some(kinds)) = (&item, kinds_compared_with(value)) {
            let wanted = format!("an item of `{}` cannot be compared with {}", spelled(right), article(value));
            sink.hold(&item, right.span, kinds, Code::UnlikeTypes, &wanted);
        } else if !is_comparable(&item) {
            sink.push(not_comparable(right, &item));
        } else if item.is_unknown() || value.is_unknown() || alike(value, &item) {
            self.compare((value, left), (&item, right), sink);
        } else {
            let message = format!("{} is never in {}", called(left, value), called(right, list));
            sink.push(Problem::new(Code::UnlikeTypes, right.span, message));
        }
    }
}

/// Returns whether two values of known types can be equal. Text types compare with each other, and so do numbers.
fn alike(a: &Ty, b: &Ty) -> bool {
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
fn called(operand: &Expr, ty: &Ty) -> String {
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

/// Returns whether `in` compares values of a type by their contents.
fn is_comparable(ty: &Ty) -> bool {
    ty.is_unknown() || !ty.present().is_array() && !ty.present().is_object()
}

fn not_comparable(operand: &Expr, ty: &Ty) -> Problem {
    let problem = unlike(Code::UnlikeTypes, operand.span, "`in` compares text, numbers and `bool`", ty);
    problem.help("compare a member of each item, for example `input.id in orders[*].id`")
}
