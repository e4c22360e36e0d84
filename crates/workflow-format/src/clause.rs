//! Formats phrases that start with a keyword: clauses, declarations, the first line of a state.

use super::token::TokenKind;
use super::walk::Walk;
use workflow_compiler::syntax::keyword::USE;
use workflow_compiler::syntax::word::Role;

impl Walk<'_, '_> {
    /// Writes a keyword and its value, without the `;`.
    pub(super) fn clause(&mut self, at: usize, end: usize) {
        match self.text_of(at) {
            "retry" | "catch" | "struct" | "enum" | "defaults" => self.spaced(at, end),
            "property" => self.property(at, end),
            "task" => {
                let called = self.find(at, end, |walk, at| walk.is_sign(at, "=")).map_or(end, |equals| equals + 1);
                self.spaced(at, called);
                self.page.space();
                self.call(called, end);
            }
            "item_reader" | "write_to" => {
                self.token(at);
                self.page.space();
                let config = self.find(at + 1, end, Self::is_setting).unwrap_or(end);
                if self.is_sign(at + 1, "{") {
                    self.spaced(at + 1, config);
                } else {
                    self.call(at + 1, config);
                }
                self.page.space();
                self.spaced(config, end);
            }
            _ => self.phrase(at, end),
        }
    }

    /// Writes a property. If it does not fit, each alternative is on a separate line.
    fn property(&mut self, first: usize, end: usize) {
        self.page.begin();
        self.token(first);
        self.page.indent();
        for at in first + 1..end {
            if self.is_word(at, "or") {
                self.page.line();
            } else if !self.is_sign(at, ":") && !self.is_sign(at, ".") && !self.is_sign(at - 1, ".") {
                self.page.space();
            }
            self.token(at);
        }
        self.page.dedent();
        self.page.end();
    }

    /// Writes a keyword, an optional name, then words with a meaning of their own, each with an optional value.
    fn phrase(&mut self, mut at: usize, end: usize) {
        let is_use = self.is_word(at, USE.word);
        let mut first = true;
        while at < end {
            if !first {
                self.page.space();
            }
            let is_item = || matches!(self.role(at + 1), Some(Role::Parameter(..)));
            let alias = self.is_word(at, "as") && (self.kind(at + 1) == Some(TokenKind::Literal) || is_item());
            let names_use = is_use && (self.is_word(at, "as") || matches!(self.role(at), Some(Role::UseName)));
            if first || alias || names_use || self.is_sign(at, "=") || self.is_setting(at) || self.is_name(at) {
                self.token(at);
                at += 1;
                if alias {
                    self.page.space();
                    let next = self.name_end(at, end);
                    self.spaced(at, next);
                    at = next;
                }
            } else {
                let ends = |walk: &Self, at: usize| walk.is_setting(at) || is_use && walk.is_word(at, "as");
                let next = self.find(self.after(at), end, ends).unwrap_or(end);
                // A reader has a type in angle brackets, `s3::csv<Row> { … }`, as a call has.
                if self.is_sign(at + 1, "::") && self.is_word(at - 1, "over") {
                    self.call(at, next);
                } else {
                    self.value(at, next);
                }
                at = next;
            }
            first = false;
        }
    }

    /// Returns the position after a name in the document, such as `"Copy to " + step.region`.
    fn name_end(&self, mut at: usize, end: usize) -> usize {
        loop {
            at += 1;
            while self.is_sign(at, ".") {
                at += 2;
            }
            if at >= end || !self.is_sign(at, "+") {
                return at.min(end);
            }
            at += 1;
        }
    }

    fn is_setting(&self, at: usize) -> bool {
        matches!(self.role(at), Some(Role::Setting(_)))
    }

    fn is_name(&self, at: usize) -> bool {
        use Role::{HandlerName, StateName, TypeName};
        matches!(self.role(at), Some(StateName { .. } | TypeName | HandlerName(_)))
    }

    /// Writes a resource and its request.
    fn call(&mut self, at: usize, end: usize) {
        let path = self.is_sign(at + 1, "::");
        let request = self.find(at, end, |walk, at| walk.is_sign(at, "{")).unwrap_or(end);
        if path {
            self.rust(at, request);
        } else if self.is_word(at, "activity") && self.is_sign(at + 1, "<") {
            let arn = self.find(at, request, |walk, at| walk.is_sign(at, "(")).unwrap_or(request);
            self.rust(at, arn);
            if arn < request {
                self.token_or_group(arn);
            }
        } else {
            self.value(at, request);
        }
        if request < end {
            self.page.space();
            self.spaced(request, end);
        }
    }

    /// Writes words, signs and groups separated by blanks.
    pub(super) fn spaced(&mut self, mut at: usize, end: usize) {
        let mut first = true;
        while at < end {
            if !first && !self.is_sign(at, ".") && !self.is_sign(at - 1, ".") && !self.is_sign(at, ",") {
                self.page.space();
            }
            self.token_or_group(at);
            first = false;
            at = self.after(at);
        }
    }

    /// Writes `{ clause clause }`.
    pub(super) fn clause_block(&mut self, open: usize) {
        let end = self.partner(open);
        self.page.begin();
        if self.tokens.get(open).is_some_and(|token| token.broken_after) {
            self.page.break_all();
        }
        self.token(open);
        self.page.indent();
        let mut at = open + 1;
        while at < end {
            self.page.line();
            self.lead(at, at > open + 1);
            let head = self.attributes(at, end, true);
            let next = self.find(head + 1, end, Self::starts_block_clause).unwrap_or(end);
            let last = self.before_semicolons(head, next);
            self.clause(head, last);
            self.semicolons(last, next);
            at = next;
        }
        self.closing_comments(end);
        self.page.dedent();
        self.page.line();
        self.token(end);
        self.page.end();
    }

    fn starts_block_clause(&self, at: usize) -> bool {
        let documented = self.kind(at) == Some(TokenKind::Doc) || self.is_sign(at, "#");
        let head = if documented { self.after_attributes(at, self.tokens.len()) } else { at };
        matches!(self.role(head), Some(Role::BlockClause { .. } | Role::DefaultClause))
    }
}
