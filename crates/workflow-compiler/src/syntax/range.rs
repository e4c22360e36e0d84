//! Parses ranges, `[1..=input.n]`, and reports the range syntax of other languages.

use workflow_asl::Code;

use super::ast::{BinaryOp, Expr, ExprKind};
use super::cursor::Cursor;
use super::parser::Parser;
use crate::problem::Problem;

impl Parser<'_> {
    /// Parses the first or the last number of a range.
    pub(super) fn range_bound(&mut self, cursor: &mut Cursor) -> Expr {
        let here = cursor.here_first();
        let before = std::mem::replace(&mut self.in_range, true);
        let bound = self.with_braces(true, |parser| parser.deeper(here, |parser| parser.binary(cursor, 1)));
        self.in_range = before;
        bound.unwrap_or_else(|reported| {
            cursor.next();
            self.leaf(ExprKind::Invalid(reported), here)
        })
    }

    /// Parses the rest of a range, at its `..=`. A range without its end, `..`, is reported.
    pub(super) fn rest_of_range(&mut self, first: Expr, cursor: &mut Cursor, is_item: bool) -> Expr {
        let (sign, height) = (cursor.here(), self.height);
        let written = ["..=", "..."].into_iter().find(|sign| cursor.is_punct(sign)).unwrap_or("..");
        cursor.advance(written.len());
        let sign = sign.to(cursor.before());
        if written != "..=" && is_item {
            let message = format!("expected `..=`, found `{written}`: `[1..=3]` is 1, 2 and 3");
            self.report(Problem::new(Code::Syntax, sign, message).write("..="));
        }
        let last = self.range_bound(cursor);
        let height = height.max(self.height) + 1;
        let span = first.span.to(last.span);
        let range = self.grown(ExprKind::Binary(BinaryOp::Range, sign, Box::new(first), Box::new(last)), span, height);
        if is_item {
            return range;
        }
        if matches!(range.kind, ExprKind::Invalid(_)) {
            return range;
        }
        let problem = Problem::new(Code::Syntax, span, "a range is a list, in brackets");
        let reported = self.report(problem.help("`[1..=3]` is 1, 2 and 3"));
        self.leaf(ExprKind::Invalid(reported), span)
    }
}
