//! Walks through a workflow's tokens, using the roles that the parser assigned to words.

use std::collections::BTreeMap;

use super::pretty_printer::Page;
use super::token::{Token, TokenKind};
use workflow_compiler::syntax::word::{EditorWord, Role};

/// A comma to write after the token with this index.
#[derive(Clone, Copy, Debug)]
pub(super) struct Comma {
    pub(super) after: usize,
    /// The group that must be broken for it; `None` for an unconditional comma.
    pub(super) group: Option<usize>,
}

/// Writes tokens to a page, each once, in order. A range of tokens excludes its end.
pub(super) struct Walk<'s, 't> {
    pub(super) text: &'s str,
    pub(super) tokens: &'t [Token<'s>],
    roles: BTreeMap<usize, &'t Role>,
    pub(super) page: Page<'s>,
    /// The pending commas, the next one last.
    pub(super) commas: Vec<Comma>,
    /// The last token whose preceding comments were written.
    led: Option<usize>,
}

impl<'s, 't> Walk<'s, 't> {
    pub(super) fn new(text: &'s str, tokens: &'t [Token<'s>], words: &'t [EditorWord]) -> Self {
        let written = words.iter().filter(|word| word.ident.is_some());
        let roles = written.map(|word| (word.span.byte_range().start, &word.role)).collect();
        Self { text, tokens, roles, page: Page::default(), commas: Vec::new(), led: None }
    }

    /// Writes all tokens.
    pub(super) fn page(mut self) -> Page<'s> {
        self.workflows();
        self.page
    }

    pub(super) fn kind(&self, at: usize) -> Option<TokenKind> {
        self.tokens.get(at).map(|token| token.kind)
    }

    pub(super) fn text_of(&self, at: usize) -> &'s str {
        self.tokens.get(at).map_or("", |token| token.text)
    }

    /// Returns whether this punctuation or delimiter is here. It does not match words or literals.
    pub(super) fn is_sign(&self, at: usize, text: &str) -> bool {
        self.tokens.get(at).is_some_and(|token| {
            matches!(token.kind, TokenKind::Operator | TokenKind::Open | TokenKind::Close) && token.text == text
        })
    }

    pub(super) fn is_word(&self, at: usize, text: &str) -> bool {
        self.tokens.get(at).is_some_and(|token| token.kind == TokenKind::Word && token.text == text)
    }

    /// Returns the other end of a group.
    pub(super) fn partner(&self, at: usize) -> usize {
        self.tokens.get(at).map_or(at, |token| token.partner)
    }

    /// Returns the position after this token, or after the group that it opens.
    pub(super) fn after(&self, at: usize) -> usize {
        if self.kind(at) == Some(TokenKind::Open) { self.partner(at).max(at) + 1 } else { at + 1 }
    }

    pub(super) fn role(&self, at: usize) -> Option<&'t Role> {
        let token = self.tokens.get(at).filter(|token| token.kind == TokenKind::Word)?;
        self.roles.get(&token.start).copied()
    }

    /// Returns the first match in a range; groups count as one token.
    pub(super) fn find(&self, mut at: usize, end: usize, wanted: impl Fn(&Self, usize) -> bool) -> Option<usize> {
        while at < end {
            if wanted(self, at) {
                return Some(at);
            }
            at = self.after(at);
        }
        None
    }

    /// Returns the position after the documentation and attributes here.
    pub(super) fn after_attributes(&self, mut at: usize, end: usize) -> usize {
        while at < end {
            if self.kind(at) == Some(TokenKind::Doc) {
                at += 1;
            } else if self.is_sign(at, "#") && self.is_sign(at + 1, "[") {
                at = self.after(at + 1);
            } else {
                break;
            }
        }
        at.min(end)
    }

    /// Returns the position after the `;` here.
    pub(super) fn after_semicolons(&self, at: usize, end: usize) -> usize {
        (at..end).find(|at| !self.is_sign(*at, ";")).unwrap_or(end)
    }

    /// Returns the position of the `;` before the end.
    pub(super) fn before_semicolons(&self, first: usize, end: usize) -> usize {
        (first..end).rfind(|at| !self.is_sign(*at, ";")).map_or(first, |at| at + 1)
    }

    /// Writes the comments before a token and, with `blanks`, the blank lines.
    pub(super) fn lead(&mut self, at: usize, blanks: bool) {
        if self.led == Some(at) {
            return;
        }
        self.led = Some(at);
        let Some(token) = self.tokens.get(at) else { return };
        for comment in &token.before {
            if comment.blank_before && blanks {
                self.page.blank();
            }
            self.page.comment(comment.text, comment.own_line, comment.ends_line);
        }
        if token.blank_before && blanks && token.kind != TokenKind::Close {
            self.page.blank();
        }
    }

    fn trail(&mut self, at: usize) {
        let Some(token) = self.tokens.get(at) else { return };
        for comment in &token.after {
            self.page.comment(comment.text, false, comment.ends_line);
        }
    }

    /// Writes the comments around a token that is itself omitted or already written.
    pub(super) fn comments_of(&mut self, at: usize) {
        self.lead(at, false);
        self.trail(at);
    }

    /// Writes a token with its comments, and a pending comma after it.
    pub(super) fn token(&mut self, at: usize) {
        self.lead(at, false);
        let Some(token) = self.tokens.get(at) else { return };
        if token.kind == TokenKind::Doc {
            self.page.comment(token.text, true, true);
        } else {
            self.page.text(token.text);
        }
        if let Some(comma) = self.commas.pop_if(|comma| comma.after == at) {
            match comma.group {
                Some(group) => self.page.comma_if_broken(group),
                None => self.page.text(","),
            }
        }
        self.trail(at);
    }

    /// Writes tokens as in the source, including line ends.
    pub(super) fn verbatim(&mut self, at: usize, end: usize) {
        let (Some(first), Some(last)) = (self.tokens.get(at), self.tokens.get(end.saturating_sub(1))) else { return };
        self.lead(at, false);
        self.page.text(self.text.get(first.start..last.end).unwrap_or_default());
        self.trail(end.saturating_sub(1));
    }
}
