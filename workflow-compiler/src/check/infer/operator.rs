//! The types of operators, and what is wrong with their operands.

use workflow_asl::Code;
use workflow_asl::document::QueryLanguage;

use super::words::optional_text;
use crate::check::facts::Facts;
use crate::check::foreign::{Asks, Foreign, Question, kinds};
use crate::check::model::Model;
use crate::check::resolve::{Place, article, reference_text};
use crate::check::sink::Sink;
use crate::check::types::Ty;
use crate::problem::Problem;
use crate::syntax::ast::{BinaryOp, Expr, ExprKind, Reference, Spot, UnaryOp};

impl<'a> Model<'a> {
    pub(super) fn infer_unary(
        &self,
        place: Place<'_, 'a>,
        op: UnaryOp,
        operand: &Expr,
        facts: &Facts,
        sink: &mut Sink<'_>,
    ) -> Ty {
        match op {
            UnaryOp::Not => {
                self.infer_condition(place, operand, facts, sink);
                Ty::Bool
            }
            UnaryOp::Negate => {
                let ty = self.operand(place, operand, facts, sink);
                sink.hold(&ty, operand.spot, kinds::NUMBER, Code::UnlikeTypes, "`-` needs a number");
                if ty.is_unknown() {
                    return Ty::Number;
                }
                if !ty.is_number() {
                    let message = format!("`-` needs a number, this is {}", article(&ty));
                    sink.push(Problem::new(Code::UnlikeTypes, operand.spot, message));
                    return Ty::Number;
                }
                ty
            }
        }
    }

    /// An operand of an operator: what may be absent must be tested first, since in JSONata every comparison
    /// with nothing is false, and in JSONPath the execution fails.
    pub(in crate::check) fn operand(
        &self,
        place: Place<'_, 'a>,
        operand: &Expr,
        facts: &Facts,
        sink: &mut Sink<'_>,
    ) -> Ty {
        let ty = self.infer(place, operand, facts, sink);
        if let (Ty::Foreign(of), ExprKind::Reference(reference)) = (&ty, &operand.kind) {
            needed(of, reference, operand.spot, place.state.language, facts, sink);
        }
        let (inner, absent) = match ty {
            Ty::Option(inner) => (inner, true),
            Ty::Nullable(inner) => (inner, false),
            ty => return ty,
        };
        sink.report(|| {
            let text = match &operand.kind {
                ExprKind::Reference(reference) => optional_text(reference),
                _ => "this value".to_owned(),
            };
            let may_be = if absent { "absent" } else { "null" };
            let message = format!("{} may be {may_be}: it is {}", quoted(&text), article(&Ty::Option(inner.clone())));
            let problem = Problem::new(Code::UnguardedOption, operand.spot, message);
            if text == "this value" {
                return problem.help("give a default with `??`");
            }
            let problem = match absent {
                true => problem.help(format!("test it first: `is_present({text}) && …`")),
                false => problem.help(format!("test it first: `{text} != null && …`")),
            };
            if place.state.language == QueryLanguage::Jsonata {
                problem.help(format!("or give a default: `({text} ?? …)`"))
            } else {
                problem
            }
        });
        *inner
    }

    /// A condition, or an operand of `&&`, `||` or `!`.
    pub(in crate::check) fn infer_condition(
        &self,
        place: Place<'_, 'a>,
        condition: &Expr,
        facts: &Facts,
        sink: &mut Sink<'_>,
    ) {
        let ty = self.operand(place, condition, facts, sink);
        sink.hold(&ty, condition.spot, kinds::BOOL, Code::UnlikeTypes, "a condition is `bool`");
        if !ty.is_unknown() && ty != Ty::Bool {
            sink.report(|| {
                let message = format!("a condition is `bool`, this is {}", article(&ty));
                let problem = Problem::new(Code::UnlikeTypes, condition.spot, message);
                match &condition.kind {
                    ExprKind::Reference(reference) if ty.is_number() => {
                        problem.help(format!("compare it: `{} != 0`", reference_text(reference)))
                    }
                    ExprKind::Reference(reference) if ty.is_text() => {
                        problem.help(format!("compare it: `{} == \"…\"`", reference_text(reference)))
                    }
                    _ => problem,
                }
            });
        }
    }

    pub(super) fn infer_binary(
        &self,
        place: Place<'_, 'a>,
        (op, spot): (BinaryOp, Spot),
        left: &Expr,
        right: &Expr,
        facts: &Facts,
        sink: &mut Sink<'_>,
    ) -> Ty {
        match op {
            BinaryOp::Default => {
                let given = self.infer(place, left, &facts.asking(), sink);
                let default = self.infer(place, right, facts, sink);
                match given {
                    given if given.is_open() => Ty::Unknown,
                    given => given.present().clone().join(default),
                }
            }
            BinaryOp::And | BinaryOp::Or => {
                self.infer_condition(place, left, facts, sink);
                self.infer_condition(place, right, &facts.and(left, op == BinaryOp::And), sink);
                Ty::Bool
            }
            BinaryOp::Equal | BinaryOp::NotEqual => {
                let null = |expr: &Expr| matches!(expr.kind, ExprKind::Null);
                // `x == null` is how to ask an optional value.
                let (a, b) = if null(left) || null(right) {
                    (self.infer(place, left, facts, sink), self.infer(place, right, facts, sink))
                } else {
                    (self.operand(place, left, facts, sink), self.operand(place, right, facts, sink))
                };
                // What a test has shown to be there may be null all the same.
                let asks = |side: &Expr, other: &Expr| null(other) && self.type_of(place, side).is_option();
                if !asks(left, right) && !asks(right, left) {
                    self.compare((&a, left), (&b, right), sink);
                }
                Ty::Bool
            }
            BinaryOp::Less | BinaryOp::LessEqual | BinaryOp::Greater | BinaryOp::GreaterEqual => {
                let a = self.operand(place, left, facts, sink);
                let b = self.operand(place, right, facts, sink);
                for ((ty, operand), other) in [((&a, left), &b), ((&b, right), &a)] {
                    // Beside a known type that one counts.
                    if sink.listens() && matches!(ty, Ty::Foreign(_)) && other.is_open() {
                        let wanted = format!("`{}` compares numbers and text", operator(op));
                        sink.hold(ty, operand.spot, kinds::NUMBER | kinds::TEXT, Code::UnlikeTypes, &wanted);
                    }
                }
                let unordered = [(&a, left), (&b, right)].into_iter().find(|(ty, _)| {
                    !ty.is_unknown()
                        && !ty.is_number()
                        && !matches!(ty, Ty::Text | Ty::Listed(_) | Ty::Timestamp | Ty::Arn)
                });
                if let Some((ty, operand)) = unordered {
                    let message = format!("`{}` compares numbers and text, this is {}", operator(op), article(ty));
                    sink.push(Problem::new(Code::UnlikeTypes, operand.spot, message));
                } else {
                    self.compare((&a, left), (&b, right), sink);
                }
                Ty::Bool
            }
            BinaryOp::Add => self.add(place, spot, left, right, facts, sink),
            BinaryOp::Subtract | BinaryOp::Multiply | BinaryOp::Divide | BinaryOp::Remainder => {
                let a = self.number(place, op, left, facts, sink);
                let b = self.number(place, op, right, facts, sink);
                let whole = op != BinaryOp::Divide && are_whole(place, &a, &b);
                if whole { Ty::Integer } else { either(&a, &b) }
            }
        }
    }

    fn number(&self, place: Place<'_, 'a>, op: BinaryOp, operand: &Expr, facts: &Facts, sink: &mut Sink<'_>) -> Ty {
        let ty = self.operand(place, operand, facts, sink);
        if matches!(ty, Ty::Foreign(_)) {
            let wanted = format!("`{}` needs numbers", operator(op));
            sink.hold(&ty, operand.spot, kinds::NUMBER, Code::UnlikeTypes, &wanted);
        }
        if !ty.is_unknown() && !ty.is_number() {
            let message = format!("`{}` needs numbers, this is {}", operator(op), article(&ty));
            let problem = Problem::new(Code::UnlikeTypes, operand.spot, message);
            let jsonata = place.state.language == QueryLanguage::Jsonata;
            sink.push(match &operand.kind {
                ExprKind::Reference(reference) if ty.is_text() && jsonata => {
                    problem.help(format!("make it a number: `$number({})`", reference_text(reference)))
                }
                _ => problem,
            });
            return Ty::Number;
        }
        ty
    }

    fn add(
        &self,
        place: Place<'_, 'a>,
        spot: Spot,
        left: &Expr,
        right: &Expr,
        facts: &Facts,
        sink: &mut Sink<'_>,
    ) -> Ty {
        let a = self.operand(place, left, facts, sink);
        let b = self.operand(place, right, facts, sink);
        for ((ty, operand), other) in [((&a, left), &b), ((&b, right), &a)] {
            let (kinds, wanted) = match other {
                other if other.is_text() => (kinds::TEXT, "`+` joins this with text"),
                other if other.is_number() => (kinds::NUMBER, "`+` adds this to a number"),
                _ => (kinds::NUMBER | kinds::TEXT, "`+` adds numbers or joins text"),
            };
            sink.hold(ty, operand.spot, kinds, Code::UnlikeTypes, wanted);
            if !ty.is_unknown() && !ty.is_number() && !ty.is_text() {
                let message = format!("`+` adds numbers or joins text, this is {}", article(ty));
                sink.push(Problem::new(Code::UnlikeTypes, operand.spot, message));
                return Ty::Unknown;
            }
        }
        let (text, number) = (a.is_text() || b.is_text(), a.is_number() || b.is_number());
        if text && number {
            sink.report(|| {
                let message = format!("`+` cannot join {} and {}", article(&a), article(&b));
                let (number, others) = if a.is_number() { (left, right) } else { (right, left) };
                let words = |expr: &Expr| match &expr.kind {
                    ExprKind::Reference(reference) => reference_text(reference),
                    ExprKind::Number(text) => text.clone(),
                    ExprKind::Text(text) => format!("{text:?}"),
                    _ => "…".to_owned(),
                };
                Problem::new(Code::UnlikeTypes, spot, message).help(match place.state.language {
                    QueryLanguage::Jsonata => format!("make the number text: `$string({})`", words(number)),
                    QueryLanguage::JsonPath if a.is_number() => {
                        format!("fill it in: `States.Format(\"{{}}{{}}\", {}, {})`", words(number), words(others))
                    }
                    QueryLanguage::JsonPath => {
                        format!("fill it in: `States.Format(\"{{}}{{}}\", {}, {})`", words(others), words(number))
                    }
                })
            });
            return Ty::Text;
        }
        match (text, number) {
            (true, _) => Ty::Text,
            (_, true) if are_whole(place, &a, &b) => Ty::Integer,
            (_, true) => either(&a, &b),
            _ => Ty::Unknown,
        }
    }
}

/// What is computed of two numbers of which one may have a fraction may have one too.
fn either(a: &Ty, b: &Ty) -> Ty {
    if [a, b].contains(&&Ty::Float) { Ty::Float } else { Ty::Number }
}

/// Whether what is computed of two numbers is whole. JSONPath adds no others, so `n: $n + 1` is one in a loop too.
fn are_whole(place: Place<'_, '_>, a: &Ty, b: &Ty) -> bool {
    let whole = |ty: &Ty| *ty == Ty::Integer || place.state.language == QueryLanguage::JsonPath && ty.is_open();
    whole(a) && whole(b)
}

/// Has rustc tell whether an operand of the user's own types is certainly there.
fn needed(
    of: &Foreign,
    reference: &Reference,
    spot: Spot,
    language: QueryLanguage,
    facts: &Facts,
    sink: &mut Sink<'_>,
) {
    let known = reference_text(reference);
    let not_null = facts.not_null(&known);
    if !sink.listens() || not_null && facts.present(&known) {
        return;
    }
    let words = optional_text(reference);
    let mut help = vec![format!("test it first: `is_present({words}) && …`")];
    if language == QueryLanguage::Jsonata {
        help.push(format!("or give a default: `({words} ?? …)`"));
    }
    sink.ask(|| Question { of: of.clone(), asks: Asks::Needed { words, not_null, help }, spot });
}

/// The sign of an operator.
pub(super) fn operator(op: BinaryOp) -> &'static str {
    match op {
        BinaryOp::Default => "??",
        BinaryOp::Or => "||",
        BinaryOp::And => "&&",
        BinaryOp::Equal => "==",
        BinaryOp::NotEqual => "!=",
        BinaryOp::Less => "<",
        BinaryOp::LessEqual => "<=",
        BinaryOp::Greater => ">",
        BinaryOp::GreaterEqual => ">=",
        BinaryOp::Add => "+",
        BinaryOp::Subtract => "-",
        BinaryOp::Multiply => "*",
        BinaryOp::Divide => "/",
        BinaryOp::Remainder => "%",
    }
}

fn quoted(text: &str) -> String {
    if text == "this value" { text.to_owned() } else { format!("`{text}`") }
}
