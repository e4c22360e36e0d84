//! Formats the contents of delimiters: members, fields, variants, arguments, and tokens of Rust types and attributes.

use super::token::TokenKind;
use super::walk::{Comma, Walk};
use workflow_compiler::syntax::word::Role;

/// An element of a list: its tokens, and whether a comma follows them.
struct Element {
    at: usize,
    end: usize,
    comma: bool,
}

impl Walk<'_, '_> {
    /// Writes a token, or the group that it opens.
    pub(super) fn token_or_group(&mut self, at: usize) {
        if self.kind(at) != Some(TokenKind::Open) {
            self.token(at);
            return;
        }
        match self.text_of(at) {
            "{" => self.braces(at),
            "[" => self.list(at, false),
            _ => self.parentheses(at),
        }
    }

    /// Writes delimiters that contain only comments. Returns `false` if they contain more.
    pub(super) fn empty(&mut self, open: usize) -> bool {
        let end = self.partner(open);
        if open + 1 != end {
            return false;
        }
        self.page.begin();
        self.token(open);
        if self.tokens.get(end).is_some_and(|token| !token.before.is_empty()) {
            self.page.indent();
            self.page.line();
            self.lead(end, false);
            self.page.dedent();
            self.page.line();
        }
        self.token(end);
        self.page.end();
        true
    }

    fn braces(&mut self, open: usize) {
        if self.empty(open) {
            return;
        }
        let end = self.partner(open);
        let first = self.after_attributes(open + 1, end);
        match self.role(first) {
            Some(Role::BlockClause { .. } | Role::DefaultClause) => self.clause_block(open),
            Some(Role::FieldName | Role::VariantName) => self.list(open, true),
            _ if self.is_sign(first + 1, ":") || (self.is_sign(first + 1, "?") && self.is_sign(first + 2, ":")) => {
                self.list(open, true);
            }
            _ => {
                self.page.begin();
                self.value_block(open);
                self.page.end();
            }
        }
    }

    /// Writes `{ value }`, which is broken with the current group.
    pub(super) fn value_block(&mut self, open: usize) {
        if self.empty(open) {
            return;
        }
        let end = self.partner(open);
        self.token(open);
        self.page.indent();
        self.page.line();
        self.lead(open + 1, false);
        self.value(open + 1, end);
        self.closing_comments(end);
        self.page.dedent();
        self.page.line();
        self.token(end);
    }

    /// Writes the comments on separate lines before a closing delimiter.
    pub(super) fn closing_comments(&mut self, end: usize) {
        if self.tokens.get(end).is_some_and(|token| !token.before.is_empty()) {
            self.page.line();
            self.lead(end, true);
        }
    }

    /// Writes `( … )`: arguments, or a value.
    fn parentheses(&mut self, open: usize) {
        if self.empty(open) {
            return;
        }
        let end = self.partner(open);
        let only = self.elements(open).len() == 1 && !self.is_sign(end - 1, ",");
        let quiet = (open..=end).all(|at| {
            let quiet = self.tokens.get(at).is_some_and(|token| token.before.is_empty() && token.after.is_empty());
            quiet || (at != open + 1 && at != end)
        });
        // A single object, array or call needs no separate lines.
        let group = self.find(open + 1, end, |walk, at| walk.kind(at) == Some(TokenKind::Open));
        let closes = group.is_some_and(|group| self.after(group) == end);
        let word =
            |walk: &Self, at: usize| walk.kind(at) == Some(TokenKind::Word) || matches!(walk.text_of(at), "$" | ".");
        if only && quiet && closes && group.is_some_and(|group| (open + 1..group).all(|at| word(self, at))) {
            self.token(open);
            self.operand(open + 1, end);
            self.token(end);
            return;
        }
        self.list(open, false);
    }

    /// Writes elements separated by commas, on one line each if they do not fit on one.
    pub(super) fn list(&mut self, open: usize, braces: bool) {
        if self.empty(open) {
            return;
        }
        let end = self.partner(open);
        let elements = self.elements(open);
        let group = self.page.begin();
        if braces && self.tokens.get(open).is_some_and(|token| token.broken_after) {
            self.page.break_all();
        }
        self.token(open);
        self.page.indent();
        // `(a)` is not a list: a comma would change its meaning.
        let may_end_in_comma = !self.is_sign(open, "(") || elements.len() > 1;
        let count = elements.len();
        for (number, Element { at, end, comma }) in elements.into_iter().enumerate() {
            let last = number + 1 == count;
            if braces || number > 0 {
                self.page.line();
            } else {
                self.page.soft_line();
            }
            self.lead(at, number > 0);
            if at == end {
                self.token(end);
                continue;
            }
            if comma || (last && may_end_in_comma) {
                self.commas.push(Comma { after: end - 1, group: last.then_some(group) });
            }
            self.element(at, end);
            if comma {
                self.comments_of(end);
            }
        }
        self.closing_comments(end);
        self.page.dedent();
        if braces {
            self.page.line();
        } else {
            self.page.soft_line();
        }
        self.token(end);
        self.page.end();
    }

    fn elements(&self, open: usize) -> Vec<Element> {
        let close = self.partner(open);
        let mut elements = Vec::new();
        let mut at = open + 1;
        while at < close {
            let head = self.after_attributes(at, close);
            let field = matches!(self.role(head), Some(Role::FieldName));
            // `Map<A, B>` in a Rust type contains a comma.
            let mut angles = 0_usize;
            let mut end = self.after_parameters(head, close).unwrap_or(head);
            while end < close && (angles > 0 || !self.is_sign(end, ",")) {
                if field && self.is_sign(end, "<") {
                    angles += 1;
                } else if field && self.is_sign(end, ">") {
                    angles = angles.saturating_sub(1);
                }
                end = self.after(end);
            }
            let end = end.min(close);
            elements.push(Element { at, end, comma: end < close });
            at = end + 1;
        }
        elements
    }

    /// Writes `key: value`, `name: Type`, a variant or a value.
    fn element(&mut self, at: usize, end: usize) {
        let head = self.attributes(at, end, false);
        if matches!(self.role(head), Some(Role::VariantName)) {
            self.token(head);
            if self.is_sign(head + 1, "{") {
                self.page.space();
                self.spaced(head + 1, end);
            } else {
                self.rust(head + 1, end);
            }
            return;
        }
        let optional = usize::from(self.is_sign(head + 1, "?"));
        let colon = head + 1 + optional;
        if !self.is_sign(colon, ":") || colon >= end {
            self.value(head, end);
            return;
        }
        for at in head..=colon {
            self.token(at);
        }
        self.page.space();
        if matches!(self.role(head), Some(Role::FieldName)) {
            self.rust(colon + 1, end);
        } else {
            self.value(colon + 1, end);
        }
    }

    /// Writes Rust tokens: types, visibilities, attributes, paths.
    pub(super) fn rust(&mut self, at: usize, end: usize) {
        for at in at..end {
            if self.kind(at) != Some(TokenKind::Doc) && self.is_apart(at) {
                self.page.space();
            }
            self.token(at);
        }
    }

    /// Returns whether a blank precedes a Rust token that is not the first.
    fn is_apart(&self, at: usize) -> bool {
        let Some(before) = at.checked_sub(1) else { return false };
        let (first, second) = (self.text_of(before), self.text_of(at));
        let sign = |at: usize| !matches!(self.kind(at), Some(TokenKind::Word | TokenKind::Literal));
        let (signs_first, signs_second) = (sign(before), sign(at));
        match (first, second) {
            (_, "=" | "=>" | "->" | "+" | "==" | "|" | "||" | "&&") if signs_second => true,
            ("=" | "=>" | "->" | "+" | "==" | "|" | "||" | "&&" | "," | ";", _) if signs_first => true,
            (":", _) if signs_first => self.kind(at) != Some(TokenKind::Literal),
            (">" | ")" | "]" | "}", _) if signs_first => !signs_second,
            _ => !signs_first && (!signs_second || matches!(second, "{" | "&" | "*" | "'")),
        }
    }
}
