//! A position in a sequence of tokens, with look-ahead and spans for missing tokens.

use std::cell::Cell;

use proc_macro2::{Delimiter, Group, Ident, Literal, Spacing, Span, TokenStream, TokenTree};

use super::ast::{Text, TokenSpan};
use crate::problem::Reported;
use syn::Lit;

/// A position in the tokens of one delimited group, or of the whole macro.
pub(super) struct Cursor {
    tokens: Vec<TokenTree>,
    at: usize,
    /// The position of the last reported problem.
    complained: Cell<Option<(usize, Reported)>>,
    /// The span after the last token: the closing delimiter.
    end: Span,
}

/// A group with its tokens. The tokens are requested from rustc once, because that is the slowest part of reading them.
pub(super) struct OpenGroup {
    pub(super) group: Group,
    pub(super) inside: Cursor,
}

impl OpenGroup {
    pub(super) fn of(group: &Group) -> Self {
        Self { group: group.clone(), inside: Cursor::inside(group) }
    }
}

impl Cursor {
    /// Creates a cursor at the first token. Something missing at the end is reported at `end`.
    pub(super) fn new(stream: TokenStream, end: Span) -> Self {
        Self { tokens: flatten(stream), at: 0, complained: Cell::new(None), end }
    }

    /// Creates a cursor at the first token inside a group.
    pub(super) fn inside(group: &Group) -> Self {
        Self::new(group.stream(), group.span_close())
    }

    pub(super) fn is_end(&self) -> bool {
        self.at >= self.tokens.len()
    }

    /// Returns the number of remaining tokens.
    pub(super) fn remaining(&self) -> usize {
        self.tokens.len().saturating_sub(self.at)
    }

    /// Returns the number of tokens read, for loops that must advance.
    pub(super) fn position(&self) -> usize {
        self.at
    }

    /// Returns the problem that was reported at this token, if it was the last.
    pub(super) fn complaint(&self) -> Option<Reported> {
        self.complained.get().filter(|(at, _)| *at == self.at).map(|(_, reported)| reported)
    }

    /// Notes that a problem was reported at the token with this number.
    pub(super) fn note_complaint(&self, at: usize, reported: Reported) {
        self.complained.set(Some((at, reported)));
    }

    /// Returns the token `ahead` tokens after the next.
    pub(super) fn peek_at(&self, ahead: usize) -> Option<&TokenTree> {
        self.tokens.get(self.at.checked_add(ahead)?)
    }

    pub(super) fn peek(&self) -> Option<&TokenTree> {
        self.peek_at(0)
    }

    /// Returns the tokens read since this position.
    pub(super) fn since(&self, position: usize) -> &[TokenTree] {
        self.tokens.get(position..self.at).unwrap_or_default()
    }

    /// Reads the next token.
    pub(super) fn next(&mut self) -> Option<TokenTree> {
        let token = self.peek().cloned();
        self.eat(token)
    }

    /// Reads the next token, if it is what was looked for.
    fn eat<T>(&mut self, found: Option<T>) -> Option<T> {
        self.at += usize::from(found.is_some());
        found
    }

    /// Skips tokens.
    pub(super) fn advance(&mut self, count: usize) {
        self.at = self.at.saturating_add(count).min(self.tokens.len());
    }

    /// Skips to the first token that `ends` what is skipped. Attributes are skipped as a whole.
    pub(super) fn skip_until(&mut self, ends: impl Fn(&Self) -> bool) {
        while !self.is_end() && !ends(self) {
            self.advance(attributes_length(self, 0).max(1));
        }
    }

    /// Skips past the next of these signs.
    pub(super) fn skip_past(&mut self, signs: &[&str]) {
        self.skip_until(|cursor| cursor.is_any(signs));
        self.advance(1);
    }

    /// Returns whether this sign is next, and not a longer one that begins like it.
    pub(super) fn is_sign(&self, sign: &str) -> bool {
        let longer = |other: &&str| other.len() > sign.len() && other.starts_with(sign) && self.is_punct(other);
        self.is_punct(sign) && !JOINED.iter().any(longer)
    }

    /// Returns whether one of these signs is next.
    pub(super) fn is_any(&self, signs: &[&str]) -> bool {
        signs.iter().any(|sign| self.is_punct(sign))
    }

    /// Returns the next token, or the end.
    pub(super) fn here(&self) -> TokenSpan {
        self.at(0)
    }

    /// Returns the token `ahead` tokens after the next, or the end.
    pub(super) fn at(&self, ahead: usize) -> TokenSpan {
        self.peek_at(ahead).map_or_else(|| self.end.into(), token_span)
    }

    /// Returns the span of the next token (the opening delimiter of a group), or the end.
    pub(super) fn here_first(&self) -> Span {
        self.here().first
    }

    /// Returns the previous token; the end if none was read.
    pub(super) fn before(&self) -> TokenSpan {
        match self.last() {
            Some(token) => token_span(token),
            None => self.here(),
        }
    }

    /// Returns the token that was read last.
    pub(super) fn last(&self) -> Option<&TokenTree> {
        self.at.checked_sub(1).and_then(|at| self.tokens.get(at))
    }

    /// Returns whether the token before is a group in braces.
    pub(super) fn ends_in_braces(&self) -> bool {
        matches!(self.last(), Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace)
    }

    /// Describes the next token, for messages.
    pub(super) fn found(&self) -> String {
        match self.peek() {
            None => "the end".to_owned(),
            Some(token) => format!("`{}`", token_text(token, self.peek_at(1))),
        }
    }

    pub(super) fn peek_ident_at(&self, ahead: usize) -> Option<&Ident> {
        match self.peek_at(ahead) {
            Some(TokenTree::Ident(ident)) => Some(ident),
            _ => None,
        }
    }

    pub(super) fn peek_ident(&self) -> Option<&Ident> {
        self.peek_ident_at(0)
    }

    /// Returns whether the next token is this word.
    pub(super) fn is_word(&self, word: &str) -> bool {
        self.peek_ident().is_some_and(|ident| ident == word)
    }

    /// Returns whether the token `ahead` tokens after the next is this word.
    pub(super) fn is_word_at(&self, ahead: usize, word: &str) -> bool {
        self.peek_ident_at(ahead).is_some_and(|ident| ident == word)
    }

    pub(super) fn eat_ident(&mut self) -> Option<Ident> {
        let ident = self.peek_ident().cloned();
        self.eat(ident)
    }

    pub(super) fn eat_word(&mut self, word: &str) -> Option<Ident> {
        if self.is_word(word) { self.eat_ident() } else { None }
    }

    /// Reads text in quotes.
    pub(super) fn eat_text(&mut self) -> Option<Text> {
        let text = self.peek_text_at(0);
        self.eat(text)
    }

    /// Returns the text in quotes `ahead` tokens after the next.
    pub(super) fn peek_text_at(&self, ahead: usize) -> Option<Text> {
        self.peek_literal_at(ahead).and_then(string_value)
    }

    /// Returns whether a literal is next that is no text in quotes.
    pub(super) fn is_number(&self) -> bool {
        self.peek_literal_at(0).is_some() && self.peek_text_at(0).is_none()
    }

    pub(super) fn peek_literal_at(&self, ahead: usize) -> Option<&Literal> {
        match self.peek_at(ahead) {
            Some(TokenTree::Literal(literal)) => Some(literal),
            _ => None,
        }
    }

    /// Returns whether this punctuation, with its characters joined, is `ahead` tokens after the next.
    pub(super) fn is_punct_at(&self, ahead: usize, text: &str) -> bool {
        let Some(TokenTree::Punct(first)) = self.peek_at(ahead) else { return false };
        if !text.starts_with(first.as_char()) {
            return false;
        }
        if text.len() == 1 {
            return true;
        }
        let last = text.len() - 1;
        text.chars().enumerate().all(|(i, wanted)| match self.peek_at(ahead + i) {
            Some(TokenTree::Punct(punct)) => {
                punct.as_char() == wanted && (i == last || punct.spacing() == Spacing::Joint)
            }
            _ => false,
        })
    }

    pub(super) fn is_punct(&self, text: &str) -> bool {
        self.is_punct_at(0, text)
    }

    pub(super) fn eat_punct(&mut self, text: &str) -> Option<TokenSpan> {
        if !self.is_punct(text) {
            return None;
        }
        let first = self.here();
        self.at += text.len();
        Some(first.to(self.before()))
    }

    /// Reads one character of punctuation, even if it is joined to the next, as in `>>`.
    pub(super) fn eat_char(&mut self, wanted: char) -> Option<TokenSpan> {
        let is_here = matches!(self.peek(), Some(TokenTree::Punct(punct)) if punct.as_char() == wanted);
        let sign = is_here.then(|| self.here());
        self.eat(sign)
    }

    pub(super) fn peek_group_at(&self, ahead: usize, delimiter: Delimiter) -> Option<&Group> {
        match self.peek_at(ahead) {
            Some(TokenTree::Group(group)) if group.delimiter() == delimiter => Some(group),
            _ => None,
        }
    }

    pub(super) fn peek_group(&self, delimiter: Delimiter) -> Option<&Group> {
        self.peek_group_at(0, delimiter)
    }

    pub(super) fn eat_group(&mut self, delimiter: Delimiter) -> Option<Group> {
        let group = self.peek_group(delimiter).cloned();
        self.eat(group)
    }
}

/// Returns the value of a string literal without a suffix.
pub(super) fn string_value(literal: &Literal) -> Option<Text> {
    match Lit::new(literal.clone()) {
        Lit::Str(text) if text.suffix().is_empty() => Some(Text { value: text.value(), span: literal.span().into() }),
        _ => None,
    }
}

/// Returns the number of tokens of the attributes that start `ahead` tokens after the next.
pub(super) fn attributes_length(cursor: &Cursor, ahead: usize) -> usize {
    let mut length = 0;
    while cursor.is_punct_at(ahead + length, "#") {
        let bang = usize::from(cursor.is_punct_at(ahead + length + 1, "!"));
        if cursor.peek_group_at(ahead + length + 1 + bang, Delimiter::Bracket).is_none() {
            break;
        }
        length += 2 + bang;
    }
    length
}

/// Returns the tokens without the invisible groups that `macro_rules!` leaves around substitutions.
fn flatten(stream: TokenStream) -> Vec<TokenTree> {
    let mut tokens = Vec::new();
    let mut open = vec![stream.into_iter()];
    while let Some(innermost) = open.last_mut() {
        match innermost.next() {
            None => {
                open.pop();
            }
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::None => {
                open.push(group.stream().into_iter());
            }
            Some(token) => tokens.push(token),
        }
    }
    tokens
}

/// Returns the span of a token. A group spans both delimiters.
pub(super) fn token_span(token: &TokenTree) -> TokenSpan {
    match token {
        TokenTree::Group(group) => group_span(group),
        token => token.span().into(),
    }
}

/// Returns the span of a group.
pub(super) fn group_span(group: &Group) -> TokenSpan {
    TokenSpan::new(group.span_open(), group.span_close())
}

/// The operators of several characters.
pub const JOINED: [&str; 13] = ["->", "=>", "==", "!=", "<=", ">=", "&&", "||", "??", "?.", "::", "..", "..="];

/// Returns a token's text for a message: the opening delimiter of a group, or a whole operator.
pub(super) fn token_text(token: &TokenTree, next: Option<&TokenTree>) -> String {
    match token {
        TokenTree::Group(group) => match group.delimiter() {
            Delimiter::Parenthesis => "(".to_owned(),
            Delimiter::Bracket => "[".to_owned(),
            Delimiter::Brace | Delimiter::None => "{".to_owned(),
        },
        TokenTree::Punct(punct) => match next {
            Some(TokenTree::Punct(second)) if punct.spacing() == Spacing::Joint => {
                let pair = format!("{}{}", punct.as_char(), second.as_char());
                if JOINED.contains(&pair.as_str()) { pair } else { punct.as_char().to_string() }
            }
            _ => punct.as_char().to_string(),
        },
        token => {
            let text = token.to_string();
            if text.chars().count() > 40 {
                let start: String = text.chars().take(37).collect();
                format!("{start}…")
            } else {
                text
            }
        }
    }
}
