//! Signs of other languages after a value: `x!`, `x ** 2`, `n++`, `n += 1`.

use proc_macro2::TokenTree;
use workflow_asl::Code;

use crate::problem::Problem;
use crate::syntax::ast::{BinaryOp, Expr, ExprKind, OtherLanguage, Reference, Root, Text, TokenSpan, plain};
use crate::syntax::cursor::Cursor;
use crate::syntax::parser::Parser;
use crate::syntax::spelling::spelled;

/// Operators of other languages that change a variable.
const CHANGES: [(&str, BinaryOp); 5] = [
    ("+=", BinaryOp::Add),
    ("-=", BinaryOp::Subtract),
    ("*=", BinaryOp::Multiply),
    ("/=", BinaryOp::Divide),
    ("%=", BinaryOp::Remainder),
];

/// Operators that change a variable by one.
const STEPS: [(&str, BinaryOp); 2] = [("++", BinaryOp::Add), ("--", BinaryOp::Subtract)];

/// Returns whether `+=` or a similar operator is next.
pub(in crate::syntax) fn changes(cursor: &Cursor) -> bool {
    CHANGES.iter().any(|(sign, _)| cursor.is_punct(sign))
}

impl Parser<'_> {
    /// Parses such signs after a value.
    pub(in crate::syntax) fn with_foreign_signs(&mut self, mut value: Expr, cursor: &mut Cursor) -> Expr {
        let sign = matches!(cursor.peek(), Some(TokenTree::Punct(punct)) if "!*^+-".contains(punct.as_char()));
        // A value that did not parse was reported.
        if !sign || matches!(value.kind, ExprKind::Invalid) {
            return value;
        }
        let height = self.height;
        if cursor.is_punct("!") && !cursor.is_punct("!=") {
            let span = cursor.here();
            cursor.next();
            let whole = value.span.to(span);
            let name = Text { value: "!".to_owned(), span };
            let kind = ExprKind::OtherLanguage(OtherLanguage::Method {
                receiver: Box::new(value),
                name,
                arguments: Vec::new(),
            });
            value = self.grown(kind, whole, height + 2);
            if cursor.is_punct(".") {
                let (segments, _) = self.segments(cursor);
                value = self.with_steps(value, segments, cursor);
            }
        }
        let sign = ["**", "^"].into_iter().find(|sign| cursor.is_punct(sign));
        if let Some(sign) = sign
            && let Some(span) = cursor.eat_punct(sign)
        {
            let power = self.operand(cursor);
            let height = height.max(self.height) + 2;
            let whole = value.span.to(power.span);
            let name = Text { value: sign.to_owned(), span };
            let kind = ExprKind::OtherLanguage(OtherLanguage::Method {
                receiver: Box::new(value),
                name,
                arguments: vec![power],
            });
            return self.grown(kind, whole, height);
        }
        // `a --b` is a subtraction.
        let ends = |at: usize| {
            cursor.peek_at(at).is_none() || [",", ";", "->", "=>"].iter().any(|end| cursor.is_punct_at(at, end))
        };
        let step = STEPS.iter().find(|(sign, _)| cursor.is_punct(sign) && !cursor.is_punct("->") && ends(2));
        if let Some((sign, op)) = step
            && let Some(span) = cursor.eat_punct(sign)
        {
            let whole = value.span.to(span);
            return self.by_one(value, *op, (sign, span), whole);
        }
        value
    }

    /// `++n`
    pub(in crate::syntax) fn counted_before(&mut self, cursor: &mut Cursor) -> Expr {
        let sign = cursor.here();
        cursor.advance(2);
        let span = sign.to(cursor.before());
        let value = self.operand(cursor);
        let whole = span.to(value.span);
        self.by_one(value, BinaryOp::Add, ("++", span), whole)
    }

    /// Returns a value plus or minus one, which is reported.
    fn by_one(&mut self, value: Expr, op: BinaryOp, (sign, span): (&str, TokenSpan), whole: TokenSpan) -> Expr {
        let height = self.height + 1;
        let one = Expr::made(ExprKind::Number("1".to_owned()), span);
        let value = self.grown(ExprKind::Binary(op, span, Box::new(value), Box::new(one)), whole, height);
        let problem = Problem::new(Code::Syntax, span, format!("`{sign}` is not an operator here"));
        let written = spelled(&value);
        self.report(problem.help(format!("write `{written}`")).edit(crate::problem::Edit::over(whole, written)));
        value
    }

    /// Parses `n += 1`, `$n -= 2`, `n++`. Returns the variable and its new value.
    pub(in crate::syntax) fn change(&mut self, cursor: &mut Cursor) -> Option<(Text, Expr)> {
        let dollar = usize::from(cursor.is_punct("$"));
        let name = cursor.peek_ident_at(dollar)?.clone();
        let after = dollar + 1;
        let own = |signs: &[(&'static str, BinaryOp)]| {
            signs.iter().find(|(sign, _)| cursor.is_punct_at(after, sign)).copied()
        };
        let (by, step) = (own(&CHANGES), own(&STEPS));
        let (sign, op) = by.or(step)?;
        cursor.advance(after + sign.len());
        let span = TokenSpan::from(name.span());
        let value = match by {
            Some(_) => self.expr(cursor),
            None => Expr::made(ExprKind::Number("1".to_owned()), span),
        };
        let whole = span.to(cursor.before());
        let value = match value.kind {
            ExprKind::Binary(..) | ExprKind::If(..) => {
                let span = value.span;
                Expr::made(ExprKind::Paren(Box::new(value)), span)
            }
            _ => value,
        };
        let of = Expr::made(ExprKind::Reference(Reference::to(Root::Variable(plain(&name)), span)), span);
        let height = self.height + 2;
        let value = self.grown(ExprKind::Binary(op, span, Box::new(of), Box::new(value)), whole, height);
        Some((Text { value: plain(&name), span }, value))
    }
}
