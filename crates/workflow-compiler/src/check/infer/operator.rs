//! Infers the types of operators, and checks their operands.

use workflow_asl::Code;
use workflow_asl::document::QueryLanguage;
use workflow_asl::jsonata::Limits;

use super::{OPEN, written_default};
use crate::check::analysis::Analysis;
use crate::check::expression_text::is_null;
use crate::check::foreign::kinds;
use crate::check::function::Argument;
use crate::check::path::{Path, literal_index, optional_text};
use crate::check::sink::Sink;
use crate::check::types::{Ty, article, unlike};
use crate::check::value_site::ValueSite;
use crate::problem::{Edit, Problem};
use crate::question::{Foreign, QuestionKind};
use crate::syntax::ast::{BinaryOp, Expr, ExprKind, Reference, TokenSpan, UnaryOp};
use crate::syntax::spelling::{sign, spelled};

impl<'a> Analysis<'a> {
    pub(super) fn infer_unary(&self, place: ValueSite<'_, 'a>, op: UnaryOp, operand: &Expr, sink: &mut Sink<'_>) -> Ty {
        match op {
            UnaryOp::Not => {
                self.infer_condition(place, operand, sink);
                Ty::Bool
            }
            UnaryOp::Negate => {
                let ty = self.operand(place, operand, sink);
                sink.hold(&ty, operand.span, kinds::NUMBER, Code::UnlikeTypes, "`-` needs a number");
                match ty {
                    ty if ty.is_error() || ty.is_number() => ty,
                    ty if ty.is_unknown() => Ty::Number,
                    ty => sink.error(|| unlike(Code::UnlikeTypes, operand.span, "`-` needs a number", &ty)),
                }
            }
        }
    }

    /// Returns an operand of an operator: a value that may be absent must be tested first, since in JSONata every
    /// comparison with nothing is false, and in JSONPath the execution fails.
    pub(in crate::check) fn operand(&self, place: ValueSite<'_, 'a>, operand: &Expr, sink: &mut Sink<'_>) -> Ty {
        let ty = self.infer(place, operand, sink);
        self.present(place, operand, ty, sink)
    }

    /// Returns the type of an operand that must be there; reports one that may be absent.
    fn present(&self, place: ValueSite<'_, 'a>, operand: &Expr, ty: Ty, sink: &mut Sink<'_>) -> Ty {
        if let (Ty::Foreign(of), ExprKind::Reference(reference)) = (&ty, &operand.kind) {
            needed(of, reference, operand.span, place, sink);
        }
        let (inner, absent) = match ty {
            Ty::Option(inner) => (inner, true),
            Ty::Nullable(inner) => (inner, false),
            ty => return ty,
        };
        sink.report(|| {
            let text = match &operand.kind {
                ExprKind::Reference(reference) => optional_text(reference),
                _ => spelled(operand),
            };
            let may_be = if absent { "absent" } else { "null" };
            let message = format!("`{text}` may be {may_be}: it is {}", article(&Ty::Option(inner.clone())));
            let problem = Problem::new(Code::UnguardedOption, operand.span, message);
            let test = if absent { format!("is_present({text})") } else { format!("{text} != null") };
            let problem = problem.help(tested_first(place, &test));
            if place.state.language != QueryLanguage::Jsonata {
                return problem;
            }
            let default = written_default(&inner);
            let text = format!("({text} ?? {default})");
            let problem = problem.help(format!("or give a default: `{text}`"));
            if default == OPEN { problem } else { problem.edit(Edit::over(operand.span, text)) }
        });
        *inner
    }

    /// A condition, or an operand of `&&`, `||` or `!`.
    pub(in crate::check) fn infer_condition(&self, place: ValueSite<'_, 'a>, condition: &Expr, sink: &mut Sink<'_>) {
        const BOOL: &str = "a condition must be `bool`";
        let ty = self.infer(place, condition, sink);
        if let (Ty::Option(inner) | Ty::Nullable(inner), ExprKind::Reference(reference)) = (&ty, &condition.kind)
            && !inner.is_unknown()
            && **inner != Ty::Bool
        {
            sink.report(|| {
                let text = optional_text(reference);
                let problem = unlike(Code::UnlikeTypes, condition.span, BOOL, &ty);
                match ty {
                    Ty::Nullable(_) => problem.write(format!("{text} != null")),
                    _ => problem.write(format!("is_present({text})")),
                }
            });
            return;
        }
        let ty = self.present(place, condition, ty, sink);
        sink.hold(&ty, condition.span, kinds::BOOL, Code::UnlikeTypes, BOOL);
        if !ty.is_unknown() && ty != Ty::Bool {
            sink.report(|| {
                let problem = unlike(Code::UnlikeTypes, condition.span, BOOL, &ty);
                match &condition.kind {
                    ExprKind::Reference(_) | ExprKind::Call { .. } if ty.is_number() => {
                        problem.help(format!("compare it: `{} != 0`", spelled(condition)))
                    }
                    ExprKind::Reference(_) if ty.is_text() => {
                        problem.help(format!("compare it: `{} == \"…\"`", spelled(condition)))
                    }
                    ExprKind::Reference(_) if ty.is_array() => {
                        problem.help(format!("in JSONata, `$count({}) > 0` asks for items", spelled(condition)))
                    }
                    _ => problem,
                }
            });
        }
    }

    pub(super) fn infer_binary(
        &self,
        place: ValueSite<'_, 'a>,
        (op, span): (BinaryOp, TokenSpan),
        left: &Expr,
        right: &Expr,
        sink: &mut Sink<'_>,
    ) -> Ty {
        match op {
            BinaryOp::Default => {
                let given = self.infer(place.knowing(&place.facts.asking()), left, sink);
                if sink.listens() {
                    self.unused_default(place, left, span, right, sink);
                }
                let compares = matches!(&right.kind, ExprKind::Binary(op, ..)
                    if *op > BinaryOp::Default && *op < BinaryOp::Add);
                if compares && !given.is_unknown() && *given.present() != Ty::Bool {
                    return sink.error(|| {
                        let message = "the default of `??` is the whole comparison after it";
                        let problem = Problem::new(Code::UnlikeTypes, span, message);
                        problem.help("put the default in parentheses: `(a ?? b) > c`")
                    });
                }
                let default = self.infer(place, right, sink);
                match given {
                    given if given.is_error() => given,
                    given if given.is_open() => Ty::Unknown,
                    given => given.present().clone().join(default),
                }
            }
            BinaryOp::And | BinaryOp::Or => {
                let ty = self.type_of(place.declared(), left);
                if op == BinaryOp::Or && ty.is_option() && (ty.present().is_text() || ty.present().is_number()) {
                    return sink.error(|| {
                        let message = "`||` joins conditions: use `??` for a default";
                        Problem::new(Code::UnlikeTypes, span, message).write("??")
                    });
                }
                self.infer_condition(place, left, sink);
                self.infer_condition(place.knowing(&place.facts.and(left, op == BinaryOp::And)), right, sink);
                Ty::Bool
            }
            BinaryOp::Equal | BinaryOp::NotEqual => {
                // `x == null` tests an optional value.
                let (a, b) = if is_null(left) || is_null(right) {
                    (self.infer(place, left, sink), self.infer(place, right, sink))
                } else {
                    (self.operand(place, left, sink), self.operand(place, right, sink))
                };
                // A value that a test has shown to be present may still be null.
                let asks =
                    |side: &Expr, other: &Expr| is_null(other) && self.type_of(place.declared(), side).is_option();
                for (value, other, ty) in [(left, right, &a), (right, left, &b)] {
                    let null = matches!(other.unparen().kind, ExprKind::Null);
                    if op == BinaryOp::Equal && null && ty.may_be_absent() && !place.facts.asks() {
                        sink.report(|| not_null_if_absent(value));
                    }
                }
                match asks(left, right) || asks(right, left) {
                    true => Ty::Bool,
                    false => self.compare((&a, left), (&b, right), sink),
                }
            }
            BinaryOp::Less | BinaryOp::LessEqual | BinaryOp::Greater | BinaryOp::GreaterEqual => {
                let wanted = format!("`{}` compares numbers and text", sign(op));
                let a = self.operand(place, left, sink);
                let b = self.operand(place, right, sink);
                for ((ty, operand), other) in [((&a, left), &b), ((&b, right), &a)] {
                    // If only one type is known, it decides.
                    if sink.listens() && matches!(ty, Ty::Foreign(_)) && other.is_open() {
                        sink.hold(ty, operand.span, kinds::NUMBER | kinds::TEXT, Code::UnlikeTypes, &wanted);
                    }
                }
                let unordered = [(&a, left), (&b, right)].into_iter().find(|(ty, _)| {
                    !ty.is_unknown() && !ty.is_number() && !matches!(ty, Ty::Text | Ty::Timestamp | Ty::Arn)
                });
                match unordered {
                    Some((ty, operand)) => sink.error(|| unlike(Code::UnlikeTypes, operand.span, wanted, ty)),
                    None => self.compare((&a, left), (&b, right), sink),
                }
            }
            BinaryOp::Range => self.infer_range(place, left, right, sink),
            BinaryOp::In => self.infer_membership(place, left, right, sink),
            BinaryOp::Add => self.add(place, span, left, right, sink),
            BinaryOp::Subtract | BinaryOp::Multiply | BinaryOp::Divide | BinaryOp::Remainder => {
                let a = self.number(place, op, left, sink);
                let b = self.number(place, op, right, sink);
                if let Some(error) = a.error_of(&b) {
                    return error;
                }
                match op {
                    BinaryOp::Divide if goes_into(left, right) => Ty::INTEGER,
                    BinaryOp::Divide => Ty::FLOAT,
                    _ => sum(place, &a, &b),
                }
            }
        }
    }

    /// Returns the type of a range's numbers.
    fn infer_range(&self, place: ValueSite<'_, 'a>, first: &Expr, last: &Expr, sink: &mut Sink<'_>) -> Ty {
        const WANTED: &str = "a range goes from one whole number to another";
        for bound in [first, last] {
            let ty = self.operand(place, bound, sink);
            sink.hold(&ty, bound.span, kinds::WHOLE, Code::UnlikeTypes, WANTED);
            if !ty.is_unknown() && !matches!(ty, Ty::Integer(_) | Ty::Number) {
                sink.report(|| {
                    let problem = unlike(Code::UnlikeTypes, bound.span, WANTED, &ty);
                    match ty {
                        Ty::Float(_) => problem.help(format!("round it: `$floor({})`", spelled(bound))),
                        _ => problem,
                    }
                });
            }
        }
        let whole = |bound| literal_index(bound).map(i128::from);
        let Some((from, to)) = whole(first).zip(whole(last)) else { return Ty::INTEGER };
        let span = first.span.to(last.span);
        if from > to {
            sink.report(|| {
                let message = format!("this range is empty: {to} is less than {from}");
                let problem = Problem::new(Code::KnownAnswer, span, message);
                problem.help(format!("for these numbers from the greatest to the least: `$reverse([{to}..={from}])`"))
            });
        } else if to - from >= i128::from(Limits::DEFAULT.range) {
            sink.report(|| {
                let most = Limits::DEFAULT.range;
                let message = format!("a range has at most {most} numbers, not {}", to - from + 1);
                Problem::new(Code::FailingCall, span, message)
            });
        }
        Ty::INTEGER
    }

    fn number(&self, place: ValueSite<'_, 'a>, op: BinaryOp, operand: &Expr, sink: &mut Sink<'_>) -> Ty {
        let ty = self.operand(place, operand, sink);
        let wanted = format!("`{}` needs numbers", sign(op));
        sink.hold(&ty, operand.span, kinds::NUMBER, Code::UnlikeTypes, &wanted);
        if ty.is_unknown() || ty.is_number() {
            return ty;
        }
        sink.error(|| {
            let problem = unlike(Code::UnlikeTypes, operand.span, wanted, &ty);
            match &ty {
                Ty::Timestamp => problem.help(milliseconds(&spelled(operand))),
                ty if Argument::Numeric.takes(ty) => {
                    problem.help(format!("in JSONata, `$number({})` makes it a number", spelled(operand)))
                }
                _ => problem,
            }
        })
    }

    fn add(&self, place: ValueSite<'_, 'a>, span: TokenSpan, left: &Expr, right: &Expr, sink: &mut Sink<'_>) -> Ty {
        let a = self.operand(place, left, sink);
        let b = self.operand(place, right, sink);
        for ((ty, operand), other) in [((&a, left), &b), ((&b, right), &a)] {
            let (kinds, wanted) = match other {
                other if other.is_text() => (kinds::TEXT, "`+` joins this with text"),
                other if other.is_number() => (kinds::NUMBER, "`+` adds this to a number"),
                // It is not known to be text, so the document adds numbers.
                _ => (kinds::NUMBER, "`+` adds numbers here, because the type of neither value is known"),
            };
            if let (Ty::Foreign(of), false) = (ty.present(), other.is_error()) {
                let begin = || vec!["to join text, begin with text: `\"\" + …`".to_owned()];
                sink.ask(of, operand.span, || {
                    let help = if kinds == kinds::NUMBER && !other.is_number() { begin() } else { Vec::new() };
                    QuestionKind::Kind { kinds, wanted: wanted.to_owned(), code: Code::UnlikeTypes, help }
                });
            }
            if !ty.is_unknown() && !ty.is_number() && !ty.is_text() {
                return sink.error(|| {
                    let problem = unlike(Code::UnlikeTypes, operand.span, "`+` adds numbers or joins text", ty);
                    match a.present().is_array() && (b.present().is_array() || b.is_text()) {
                        true => problem.help("to add to a list, in JSONata: `$append(list, value)`"),
                        false => problem,
                    }
                });
            }
        }
        if let Some(error) = a.error_of(&b) {
            return error;
        }
        let (text, number) = (a.is_text() || b.is_text(), a.is_number() || b.is_number());
        if text && number {
            return sink.error(|| {
                let message = format!("`+` cannot join {} and {}", article(&a), article(&b));
                let problem = Problem::new(Code::UnlikeTypes, span, message);
                let time = [(&a, left), (&b, right)].into_iter().find(|(ty, _)| **ty == Ty::Timestamp);
                if let Some((_, time)) = time {
                    return problem.help(milliseconds(&spelled(time)));
                }
                let number = if a.is_number() { left } else { right };
                match place.state.language {
                    QueryLanguage::Jsonata => problem
                        .help(format!("convert the number to text: `$string({})`", spelled(number)))
                        .edit(Edit::before(number.span, "$string("))
                        .edit(Edit::after(number.span, ")")),
                    QueryLanguage::JsonPath => {
                        let filled = format!("States.Format(\"{{}}{{}}\", {}, {})", spelled(left), spelled(right));
                        problem.help(format!("use: `{filled}`")).edit(Edit::over(left.span.to(right.span), filled))
                    }
                }
            });
        }
        match (text, number) {
            (true, _) => Ty::Text,
            (_, true) => sum(place, &a, &b),
            _ => Ty::Unknown,
        }
    }
}

/// The help for arithmetic with a timestamp.
pub(super) fn milliseconds(of: &str) -> String {
    format!("in JSONata, `$toMillis({of})` gives its milliseconds since 1970")
}

/// Returns the type of a computation with two numbers other than a division. JSONPath only adds whole numbers.
fn sum(place: ValueSite<'_, '_>, a: &Ty, b: &Ty) -> Ty {
    let whole = |ty: &Ty| if ty.is_open() { Ty::INTEGER } else { ty.clone() };
    match place.state.language {
        QueryLanguage::JsonPath => whole(a).arithmetic(&whole(b)),
        QueryLanguage::Jsonata => a.arithmetic(b),
    }
}

/// Returns whether one literal divides another without a rest.
fn goes_into(dividend: &Expr, divisor: &Expr) -> bool {
    let whole = literal_index(dividend).zip(literal_index(divisor));
    whole.and_then(|(dividend, divisor)| dividend.checked_rem(divisor)) == Some(0)
}

/// Asks rustc whether an operand of a user-defined type is certainly present.
fn needed(of: &Foreign, reference: &Reference, span: TokenSpan, place: ValueSite<'_, '_>, sink: &mut Sink<'_>) {
    let known = Path::of(reference);
    let not_null = place.facts.not_null(&known);
    if !sink.listens() || not_null && place.facts.present(&known) {
        return;
    }
    let words = optional_text(reference);
    let mut help = vec![tested_first(place, &format!("is_present({words})"))];
    if place.state.language == QueryLanguage::Jsonata {
        help.push(format!("or give a default: `({words} ?? …)`"));
    }
    sink.ask(of, span, || QuestionKind::Needed { words, not_null, help });
}

/// Returns the help that names the form in which a test can stand at this place.
fn tested_first(place: ValueSite<'_, '_>, test: &str) -> String {
    match place.state.language {
        _ if place.in_condition() => format!("test it first: `{test} && …`"),
        QueryLanguage::Jsonata => format!("test it first: `if {test} {{ … }} else {{ … }}`"),
        QueryLanguage::JsonPath => format!("test it first, in a `choice` before: `if {test} -> …;`"),
    }
}

/// Reports `x == null` for a value that may be absent.
fn not_null_if_absent(value: &Expr) -> Problem {
    let text = spelled(value);
    Problem::new(
        Code::UnguardedOption,
        value.span,
        format!("`{text}` may be absent, and then it is not equal to `null`"),
    )
    .help(format!("whether it is absent: `!is_present({text})`; absent or null: `!({text} != null)`"))
}
