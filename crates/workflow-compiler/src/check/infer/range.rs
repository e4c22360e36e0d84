//! Infers `[a..=b]`: the whole numbers from one to another, both included.

use workflow_asl::Code;
use workflow_asl::jsonata::Limits;

use crate::check::analysis::Analysis;
use crate::check::foreign::kinds;
use crate::check::path::literal_index;
use crate::check::sink::Sink;
use crate::check::types::{Ty, article};
use crate::check::value_site::ValueSite;
use crate::problem::Problem;
use crate::syntax::ast::Expr;
use crate::syntax::spelling::spelled;

impl<'a> Analysis<'a> {
    /// Returns the type of a range's numbers.
    pub(super) fn infer_range(&self, place: ValueSite<'_, 'a>, first: &Expr, last: &Expr, sink: &mut Sink<'_>) -> Ty {
        const WANTED: &str = "a range goes from one whole number to another";
        for bound in [first, last] {
            let ty = self.operand(place, bound, sink);
            sink.hold(&ty, bound.span, kinds::WHOLE, Code::UnlikeTypes, WANTED);
            if !ty.is_unknown() && !matches!(ty, Ty::Integer(_) | Ty::Number) {
                sink.report(|| {
                    let problem =
                        Problem::new(Code::UnlikeTypes, bound.span, format!("{WANTED}, found {}", article(&ty)));
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
}
