//! Formats workflows, and the items in the braces of workflows, branches and maps: declarations and states.

use super::token::TokenKind;
use super::walk::Walk;
use workflow_compiler::syntax::keyword::{FOR, STATES, USE};
use workflow_compiler::syntax::word::Role;

impl Walk<'_, '_> {
    /// Writes everything in the delimiters of the macro.
    pub(super) fn workflows(&mut self) {
        self.block(0, Self::workflow);
    }

    /// Writes a workflow or a fragment. Returns the position after it.
    fn workflow(&mut self, at: usize, end: usize) -> usize {
        // An import has no braces.
        let ends = |walk: &Self, at| walk.is_sign(at, "{") || walk.is_sign(at, ";");
        let braces = self.find(self.after_attributes(at, end), end, ends).unwrap_or(end);
        let next = self.after_semicolons(self.after(braces).min(end), end);
        self.lead(at, true);
        if self.is_skipped(at, end) {
            self.verbatim(at, next);
            return next;
        }
        let head = self.attributes(at, end, true);
        self.rust(head, braces);
        if self.is_sign(braces, "{") {
            self.page.space();
            self.body(braces);
        } else if braces < end {
            self.token(braces);
        }
        self.semicolons(self.after(braces), next);
        next
    }

    /// Writes braces with items.
    pub(super) fn body(&mut self, open: usize) {
        self.block(open, Self::item);
    }

    /// Writes delimiters whose parts are on separate lines. `part` writes one, and returns the position after it.
    pub(super) fn block(&mut self, open: usize, part: fn(&mut Self, usize, usize) -> usize) {
        let end = self.partner(open);
        if self.empty(open) {
            return;
        }
        self.token(open);
        self.page.indent();
        let mut at = open + 1;
        while at < end {
            self.page.hard_line();
            at = part(self, at, end);
        }
        self.page.hard_line();
        self.lead(end, true);
        self.page.dedent();
        self.page.hard_line();
        self.token(end);
    }

    /// Writes braces with one item on the same line if the author wrote it so and it fits; else like [`Self::body`].
    pub(super) fn short_body(&mut self, open: usize) {
        let end = self.partner(open);
        let broken = self.tokens.get(open).is_none_or(|token| token.broken_after);
        if broken || open + 1 == end || self.item_end(open + 1, end) < end {
            self.body(open);
            return;
        }
        self.page.begin();
        self.token(open);
        self.page.indent();
        self.page.line();
        self.item(open + 1, end);
        self.lead(end, true);
        self.page.dedent();
        self.page.line();
        self.token(end);
        self.page.end();
    }

    /// Writes an item. Returns the position after it.
    fn item(&mut self, at: usize, end: usize) -> usize {
        let next = self.item_end(at, end);
        self.lead(at, true);
        if self.is_skipped(at, next) {
            self.verbatim(at, next);
            return next;
        }
        if self.inner_comment(at).is_some() {
            self.rust(at, next);
            return next;
        }
        let head = self.attributes(at, next, true);
        if head < next {
            self.declaration_or_state(head, next);
        }
        next
    }

    /// Returns the position after the `//!` or `#![doc = "…"]` here.
    pub(super) fn inner_comment(&self, at: usize) -> Option<usize> {
        let marked = ["//!", "/*!"].iter().any(|mark| self.text_of(at).starts_with(mark));
        if self.kind(at) == Some(TokenKind::Doc) && marked {
            return Some(at + 1);
        }
        (self.is_sign(at, "#") && self.is_sign(at + 1, "!") && self.is_sign(at + 2, "[")).then(|| self.after(at + 2))
    }

    /// Returns the position after the item that starts here.
    fn item_end(&self, at: usize, end: usize) -> usize {
        if let Some(next) = self.inner_comment(at) {
            return next;
        }
        let mut at = self.after_attributes(at, end);
        if at < end && !self.is_sign(at, ";") {
            at = self.after(at);
        }
        while at < end {
            if self.is_sign(at, ";") {
                return self.after_semicolons(at, end);
            }
            let head = self.after_attributes(at, end);
            if matches!(self.role(head), Some(Role::Item | Role::InnerItem)) {
                return at;
            }
            at = if head > at { head } else { self.after(at) };
        }
        end
    }

    /// Writes documentation and attributes, on separate lines if `lines` or if the group is broken. Returns the
    /// position after them.
    pub(super) fn attributes(&mut self, mut at: usize, end: usize, lines: bool) -> usize {
        let head = self.after_attributes(at, end);
        while at < head {
            let next = if self.kind(at) == Some(TokenKind::Doc) { at + 1 } else { self.after(at + 1) };
            self.rust(at, next);
            if self.kind(at) != Some(TokenKind::Doc) {
                if lines {
                    self.page.hard_line();
                } else {
                    self.page.line();
                }
            }
            at = next;
        }
        head
    }

    /// Returns whether `#[rustfmt::skip]` or `// rustfmt::skip` precedes.
    fn is_skipped(&self, at: usize, end: usize) -> bool {
        let head = self.after_attributes(at, end);
        (at..=head).any(|at| {
            let comment = self.tokens.get(at).is_some_and(|token| {
                token.before.iter().any(|comment| {
                    matches!(comment.text.trim_matches(['/', '*', ' ']), "rustfmt::skip" | "#[rustfmt::skip]")
                })
            });
            let words = ["#", "[", "rustfmt", "::", "skip", "]"];
            comment || (at < head && words.iter().enumerate().all(|(ahead, word)| self.text_of(at + ahead) == *word))
        })
    }

    /// Writes the end of an item.
    pub(super) fn semicolons(&mut self, at: usize, end: usize) {
        for at in at..end {
            self.token(at);
        }
    }

    fn declaration_or_state(&mut self, at: usize, end: usize) {
        let last = self.before_semicolons(at, end);
        match (self.role(at), self.text_of(at)) {
            (Some(Role::Item | Role::InnerItem), word) if is_state(word) => self.state(at, last),
            (_, "input" | "returns") if !self.is_sign(at + 1, "{") => {
                self.token(at);
                self.page.space();
                self.rust(at + 1, last);
            }
            _ => self.clause(at, last),
        }
        self.semicolons(last, end);
    }
}

fn is_state(word: &str) -> bool {
    let states = STATES.iter().map(|(_, keyword)| keyword);
    states.chain([&USE, &FOR]).any(|keyword| keyword.word == word)
}
