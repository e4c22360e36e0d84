//! Parses ranges, `[1..=input.n]`, and reports the range syntax of other languages.

use super::ast::{BinaryOp, Expr, ExprKind};
use super::cursor::Cursor;
use super::parser::{Mode, Parser};

impl Parser<'_> {
    /// Parses the first or the last number of a range.
    pub(super) fn range_bound(&mut self, cursor: &mut Cursor) -> Expr {
        let mode = Mode { braces: true, in_range: true, ..self.mode };
        self.with(mode, |parser| parser.deeper_value(cursor, |parser, cursor| parser.binary(cursor, 1)))
    }

    /// Parses the rest of a range, at its `..=`. A range without its end, `..`, is reported.
    pub(super) fn rest_of_range(&mut self, first: Expr, cursor: &mut Cursor, is_item: bool) -> Expr {
        let (sign, height) = (cursor.here(), self.height);
        let written = ["..=", "..."].into_iter().find(|sign| cursor.is_punct(sign)).unwrap_or("..");
        cursor.advance(written.len());
        let sign = sign.to(cursor.before());
        if written != "..=" && is_item {
            self.rewrite(sign, format!("expected `..=`, found `{written}`: `[1..=3]` is 1, 2 and 3"), "..=");
        }
        let last = self.range_bound(cursor);
        let height = height.max(self.height) + 1;
        let span = first.span.to(last.span);
        let range = self.grown(ExprKind::Binary(BinaryOp::Range, sign, Box::new(first), Box::new(last)), span, height);
        if is_item || matches!(range.kind, ExprKind::Invalid(_)) {
            return range;
        }
        let reported = self.wrong(span, "a range is a list, in brackets", "`[1..=3]` is 1, 2 and 3");
        self.leaf(ExprKind::Invalid(reported), span)
    }
}
