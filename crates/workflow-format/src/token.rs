//! The tokens of a `workflow!` with the comments and blank lines between them.

use proc_macro2::{Delimiter, Group, Spacing, Span, TokenTree, token_stream};

use super::quotes;
use workflow_compiler::syntax::JOINED;

/// The kind of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TokenKind {
    Word,
    Literal,
    /// Punctuation. `->`, `==` and similar operators are one token.
    Operator,
    /// `/// …` or `//! …`, with its marker.
    Doc,
    Open,
    Close,
}

/// A comment that is not documentation.
#[derive(Clone, Copy, Debug)]
pub(super) struct Comment<'s> {
    pub(super) text: &'s str,
    /// Whether it is the first on its line.
    pub(super) own_line: bool,
    pub(super) blank_before: bool,
    /// Whether it ends its line.
    pub(super) ends_line: bool,
}

/// A token of the source.
#[derive(Clone, Debug)]
pub(super) struct Token<'s> {
    pub(super) text: &'s str,
    pub(super) kind: TokenKind,
    pub(super) start: usize,
    pub(super) end: usize,
    /// The other delimiter of a group, else the token itself.
    pub(super) partner: usize,
    /// The comments before this token that belong to it.
    pub(super) before: Vec<Comment<'s>>,
    /// The comments after it on the same line.
    pub(super) after: Vec<Comment<'s>>,
    /// Whether a blank line precedes it, after its comments.
    pub(super) blank_before: bool,
    /// Whether a line end follows it.
    pub(super) broken_after: bool,
    /// Whether white space or a comment precedes it.
    pub(super) spaced: bool,
}

/// Returns the tokens of a group of `text`, including delimiters; `None` if the spans have no positions.
pub(super) fn read<'s>(text: &'s str, group: &Group) -> Option<Vec<Token<'s>>> {
    let mut tokens: Vec<Token<'s>> = Vec::new();
    let mut open: Vec<(usize, Span, token_stream::IntoIter)> = Vec::new();
    push(&mut tokens, text, TokenKind::Open, group.span_open())?;
    open.push((0, group.span_close(), group.stream().into_iter()));
    // Whether the previous token is punctuation joined to the next character.
    let mut joint = false;
    while let Some((at, close, inside)) = open.last_mut() {
        let was_joint = std::mem::take(&mut joint);
        match inside.next() {
            None => {
                let (at, close) = (*at, *close);
                open.pop();
                let here = tokens.len();
                push(&mut tokens, text, TokenKind::Close, close)?;
                tokens.get_mut(at)?.partner = here;
                tokens.get_mut(here)?.partner = at;
            }
            Some(TokenTree::Group(group)) => {
                if group.delimiter() == Delimiter::None {
                    return None;
                }
                let here = tokens.len();
                push(&mut tokens, text, TokenKind::Open, group.span_open())?;
                open.push((here, group.span_close(), group.stream().into_iter()));
            }
            Some(TokenTree::Punct(punct)) => {
                push(&mut tokens, text, TokenKind::Operator, punct.span())?;
                if tokens.last()?.text.starts_with('/') && punct.as_char() == '#' {
                    // A documentation comment: `#`, optional `!`, and a group, all with the comment's span.
                    tokens.last_mut()?.kind = TokenKind::Doc;
                    if matches!(inside.next()?, TokenTree::Punct(_)) {
                        inside.next();
                    }
                    continue;
                }
                joint = punct.spacing() == Spacing::Joint;
                if was_joint && join(&mut tokens, text) {
                    // Only `..` begins a longer operator.
                    joint &= tokens.last().is_some_and(|token| token.text == "..");
                }
            }
            Some(TokenTree::Ident(word)) => push(&mut tokens, text, TokenKind::Word, word.span())?,
            Some(TokenTree::Literal(literal)) => push(&mut tokens, text, TokenKind::Literal, literal.span())?,
        }
    }
    for at in 1..tokens.len() {
        let (before, rest) = tokens.split_at_mut(at);
        attach(text, before.last_mut()?, rest.first_mut()?)?;
    }
    Some(tokens)
}

fn push<'s>(tokens: &mut Vec<Token<'s>>, text: &'s str, kind: TokenKind, span: Span) -> Option<()> {
    let range = span.byte_range();
    let text = text.get(range.clone())?;
    let partner = tokens.len();
    tokens.push(Token {
        text,
        kind,
        start: range.start,
        end: range.end,
        partner,
        before: Vec::new(),
        after: Vec::new(),
        blank_before: false,
        broken_after: false,
        spaced: false,
    });
    Some(())
}

/// Joins the last two characters of punctuation if they are one operator.
fn join<'s>(tokens: &mut Vec<Token<'s>>, text: &'s str) -> bool {
    let [.., first, second] = tokens.as_slice() else { return false };
    let (start, end) = (first.start, second.end);
    let Some(pair) = text.get(start..end).filter(|pair| JOINED.contains(pair)) else { return false };
    tokens.pop();
    if let Some(first) = tokens.last_mut() {
        first.text = pair;
        first.end = end;
    }
    true
}

/// Attaches the comments between two tokens to one of them.
fn attach<'s>(text: &'s str, previous: &mut Token<'s>, next: &mut Token<'s>) -> Option<()> {
    let gap = text.get(previous.end..next.start)?;
    next.spaced = !gap.is_empty();
    let (found, last_lines) = comments(gap)?;
    next.blank_before = last_lines > 1;
    previous.broken_after = found.first().map_or(last_lines, |(_, lines)| *lines) > 0;
    let same_line = found.iter().take_while(|(_, lines)| *lines == 0).count();
    let one_line = same_line == found.len() && last_lines == 0;
    let ends = next.kind == TokenKind::Close || matches!(next.text, "," | ";");
    let after = if !one_line || (ends && previous.kind != TokenKind::Open) { same_line } else { 0 };
    for (at, (comment, lines)) in found.iter().enumerate() {
        let next_lines = found.get(at + 1).map_or(last_lines, |(_, lines)| *lines);
        let comment = Comment {
            text: comment,
            own_line: *lines > 0,
            blank_before: *lines > 1,
            ends_line: comment.starts_with("//") || (next_lines > 0 && at >= after),
        };
        if at < after { previous.after.push(comment) } else { next.before.push(comment) }
    }
    Some(())
}

/// A comment, and the number of line ends before it.
type Found<'s> = (&'s str, usize);

/// Returns the comments between two tokens, and the number of line ends after the last.
fn comments(mut gap: &str) -> Option<(Vec<Found<'_>>, usize)> {
    let mut found = Vec::new();
    let mut lines = 0;
    while let Some(first) = gap.chars().next() {
        let Some(length) = quotes::comment(gap) else {
            if !first.is_whitespace() && !matches!(first, '\u{200e}' | '\u{200f}') {
                return None;
            }
            lines += usize::from(first == '\n');
            gap = gap.get(first.len_utf8()..)?;
            continue;
        };
        let (comment, rest) = gap.split_at_checked(length)?;
        found.push((comment.trim_end(), std::mem::take(&mut lines)));
        gap = rest;
    }
    Some((found, lines))
}
