//! Loops as values, in the syntax of other languages: `for x in xs { x.id }`, `[x.id for x in xs if x.paid]`.

use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use quote::quote_spanned;
use workflow_asl::Code;

use crate::problem::Problem;
use crate::syntax::ast::{Expr, TokenSpan};
use crate::syntax::cursor::Cursor;
use crate::syntax::parser::Parser;
use crate::syntax::spelling::spelled;

impl Parser<'_> {
    /// Parses `for x in xs { x.id }` as a value. Returns `None` if this is something else.
    pub(super) fn for_value(&mut self, cursor: &mut Cursor) -> Option<Expr> {
        let mut at = 1;
        let mut tokens = Vec::new();
        let body = loop {
            match cursor.peek_at(at)? {
                TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => break group.clone(),
                TokenTree::Punct(punct) if matches!(punct.as_char(), ',' | ';') => return None,
                token => tokens.push(token.clone()),
            }
            at += 1;
        };
        let (item, list) = item_and_list(&tokens)?;
        let meant = as_map(&body.stream(), item, list, &[]);
        let first = cursor.here();
        cursor.advance(at + 1);
        self.report_loop(meant, first.to(cursor.before()))
    }

    /// Parses `x.id for x in xs if x.paid`, the content of a group. Returns `None` if it contains something else.
    pub(in crate::syntax) fn comprehension(&mut self, group: &Group, span: TokenSpan) -> Option<Expr> {
        let is = |token: &TokenTree, word: &str| matches!(token, TokenTree::Ident(ident) if ident == word);
        let mut tokens = group.stream().into_iter();
        // Most groups have no loop.
        tokens.find(|token| is(token, "for"))?;
        let tokens: Vec<_> = group.stream().into_iter().collect();
        let at = tokens.iter().position(|token| is(token, "for")).filter(|at| *at > 0)?;
        let (value, rest) = (tokens.get(..at)?, tokens.get(at + 1..)?);
        let condition = rest.iter().position(|token| is(token, "if")).unwrap_or(rest.len());
        let (item, list) = item_and_list(rest.get(..condition)?)?;
        let meant = as_map(&value.iter().cloned().collect(), item, list, rest.get(condition + 1..).unwrap_or_default());
        self.report_loop(meant, span)
    }

    fn report_loop(&mut self, meant: TokenStream, span: TokenSpan) -> Option<Expr> {
        let group = Group::new(Delimiter::None, meant);
        let meant = self.within(&group, |parser, cursor| parser.expr(cursor))?;
        let problem = Problem::new(Code::Syntax, span, "a loop is not a value: `$map` gives a value for each item");
        self.report(problem.write(spelled(&meant)));
        Some(Expr { span, ..meant })
    }
}

/// Splits `x in xs`.
fn item_and_list(tokens: &[TokenTree]) -> Option<(&Ident, &[TokenTree])> {
    match tokens {
        [TokenTree::Ident(item), TokenTree::Ident(word), list @ ..] if word == "in" && !list.is_empty() => {
            Some((item, list))
        }
        _ => None,
    }
}

/// Returns `$map(xs, |x| value)`, with a filter if there is a condition.
fn as_map(value: &TokenStream, item: &Ident, list: &[TokenTree], condition: &[TokenTree]) -> TokenStream {
    let (span, list) = (item.span(), list.iter().cloned().collect::<TokenStream>());
    let list = if condition.is_empty() {
        list
    } else {
        let condition: TokenStream = condition.iter().cloned().collect();
        quote_spanned! { span=> $filter(#list, |#item| #condition) }
    };
    quote_spanned! { span=> $map(#list, |#item| #value) }
}
