//! Parses ranges, `[1..=input.n]`, and reports the range syntax of other languages.

use workflow_asl::Code;

use super::ast::{BinaryOp, Expr, ExprKind};
use super::cursor::Cursor;
use super::parser::Parser;
use super::spelling::spelled;
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
        let exclusive = written == ".." && !is_item;
        if written != "..=" && !exclusive {
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
        let reported = match &range.kind {
            ExprKind::Binary(.., first, last) => {
                let first = number_after_comparison(first);
                // As in Rust, where the last number is not included.
                let end = if exclusive { spelled(&one_less(last)) } else { spelled(last) };
                let problem = Problem::new(Code::Syntax, first.span.to(last.span), "a range is a list, in brackets");
                self.report(problem.write(format!("[{}..={end}]", spelled(first))))
            }
            _ => return range,
        };
        self.leaf(ExprKind::Invalid(reported), span)
    }
}

/// Returns the number with which a range begins after a comparison, such as 1 in `n in 1..=3`.
fn number_after_comparison(first: &Expr) -> &Expr {
    match &first.kind {
        ExprKind::Binary(op, _, _, right)
            if !matches!(
                op,
                BinaryOp::Add | BinaryOp::Subtract | BinaryOp::Multiply | BinaryOp::Divide | BinaryOp::Remainder
            ) =>
        {
            number_after_comparison(right)
        }
        _ => first,
    }
}

/// Returns `last - 1`.
fn one_less(last: &Expr) -> Expr {
    let number = |number: i64| Expr::made(ExprKind::Number(number.to_string()), last.span);
    let literal = match &last.kind {
        ExprKind::Number(text) => text.parse::<i64>().ok().and_then(|last| last.checked_sub(1)),
        _ => None,
    };
    literal.map(number).unwrap_or_else(|| {
        let less = ExprKind::Binary(BinaryOp::Subtract, last.span, Box::new(last.clone()), Box::new(number(1)));
        Expr::made(less, last.span)
    })
}
