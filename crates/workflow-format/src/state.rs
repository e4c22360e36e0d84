//! Formats states: their first line, and clauses on separate lines if they do not fit there.

use super::token::TokenKind;
use super::walk::Walk;
use workflow_compiler::syntax::keyword::FOR;
use workflow_compiler::syntax::word::Role;

/// The maximum number of clauses on the first line of a state.
const MOST_ON_A_LINE: usize = 2;

impl Walk<'_, '_> {
    /// Writes a state without the `;` at its end.
    pub(super) fn state(&mut self, at: usize, end: usize) {
        let block = match self.text_of(at) {
            "choice" => {
                let end = self.find(at, end, Self::starts_clause).unwrap_or(end);
                self.last_braces(at, end)
            }
            "parallel" => self.find(at, end, |walk, at| walk.is_sign(at, "{")),
            "map" => self.find(at, end, Self::holds_states),
            word if word == FOR.word => {
                let block = self.find(at, end, |walk, at| walk.is_sign(at, "{")).unwrap_or(end);
                self.repetition(at, block);
                self.body(block);
                return self.block_tail(block, end);
            }
            _ => None,
        };
        match block {
            Some(block) => self.state_with_block(at, block, end),
            None => self.simple_state(at, end),
        }
    }

    fn simple_state(&mut self, at: usize, end: usize) {
        let clauses = self.find(at + 1, end, Self::starts_clause).unwrap_or(end);
        let arrow = self.find(at + 1, end, |walk, at| walk.is_sign(at, "->")).unwrap_or(end);
        let head_end = clauses.min(arrow);
        if head_end == end {
            self.clause(at, end);
        } else if head_end == arrow && self.is_sign(head_end - 1, "}") {
            self.clause(at, arrow);
            self.page.space();
            self.spaced(arrow, end);
        } else {
            self.page.begin();
            self.break_clauses(head_end, end);
            self.page.begin();
            self.clause(at, head_end);
            self.page.end();
            self.page.indent();
            self.tail(head_end, end);
            self.page.dedent();
            self.page.end();
        }
    }

    fn state_with_block(&mut self, at: usize, block: usize, end: usize) {
        let head_end = if self.is_word(at, "map") {
            self.find(at + 1, block, Self::starts_clause).unwrap_or(block)
        } else {
            block
        };
        if head_end < block {
            self.page.begin();
            self.break_clauses(head_end, block);
            self.clause(at, head_end);
            self.page.indent();
            let mut at = head_end;
            while at < block {
                let next = self.segment_end(at, block);
                self.page.line();
                self.clause_with_comment(at, next);
                at = next;
            }
            self.page.dedent();
            // The brace is on a separate line if the clauses are.
            self.page.line();
            self.page.end();
        } else {
            self.clause(at, block);
            self.page.space();
        }
        match self.text_of(at) {
            "choice" => self.arms(block),
            "parallel" => self.branches(block),
            _ => self.body(block),
        }
        self.block_tail(block, end);
    }

    /// Writes `for item in list` before the braces.
    fn repetition(&mut self, at: usize, block: usize) {
        let list = (at + 3).min(block);
        self.spaced(at, list);
        self.page.space();
        self.value(list, block);
        self.page.space();
    }

    /// Writes the part after the block of a state.
    fn block_tail(&mut self, block: usize, end: usize) {
        let at = self.after(block);
        if at >= end {
            return;
        }
        if self.is_sign(at, "->") {
            self.page.space();
            self.spaced(at, end);
            return;
        }
        self.page.begin();
        let first_end = self.segment_end(at, end);
        if first_end < end && !self.is_sign(first_end, "->") {
            self.page.break_all();
        }
        self.break_clauses(at, end);
        self.page.indent();
        self.tail(at, end);
        self.page.dedent();
        self.page.end();
    }

    /// Writes clauses and the transition, on separate lines if the group is broken.
    fn tail(&mut self, mut at: usize, end: usize) {
        while at < end {
            self.page.line();
            if self.is_sign(at, "->") {
                self.spaced(at, end);
                return;
            }
            let next = self.segment_end(at, end);
            self.clause_with_comment(at, next);
            at = next;
        }
    }

    /// Breaks the open groups if there are too many clauses for one line, or the author broke before the first.
    fn break_clauses(&mut self, at: usize, end: usize) {
        let (mut count, mut here) = (0, at);
        while here < end && !self.is_sign(here, "->") {
            count += 1;
            here = self.segment_end(here, end);
        }
        let by_author =
            at.checked_sub(1).and_then(|before| self.tokens.get(before)).is_some_and(|token| token.broken_after);
        if count > MOST_ON_A_LINE || (count > 0 && by_author) {
            self.page.break_all();
        }
    }

    fn clause_with_comment(&mut self, at: usize, end: usize) {
        let head = self.attributes(at, end, true);
        self.clause(head, end);
    }

    /// Returns the position after the clause that starts here.
    fn segment_end(&self, at: usize, end: usize) -> usize {
        let mut first = self.after_attributes(at, end) + 1;
        if self.is_word(first - 1, "catch") && self.is_sign(first, "[") {
            // The arrow of the catcher.
            first = self.after(first) + 1;
        }
        let next = |walk: &Self, at: usize| walk.starts_clause(at) || walk.is_map_word(at) || walk.is_sign(at, "->");
        self.find(first, end, next).unwrap_or(end).min(end)
    }

    /// Returns whether a clause starts here, possibly after documentation.
    fn starts_clause(&self, at: usize) -> bool {
        let documented = self.kind(at) == Some(TokenKind::Doc) || self.is_sign(at, "#");
        // Of many lines of documentation, only the first looks ahead.
        if documented && at.checked_sub(1).is_some_and(|before| self.kind(before) == Some(TokenKind::Doc)) {
            return false;
        }
        let head = if documented { self.after_attributes(at, self.tokens.len()) } else { at };
        matches!(self.role(head), Some(Role::Clause(_)))
    }

    /// `over` or `iterator`
    fn is_map_word(&self, at: usize) -> bool {
        matches!(self.role(at), Some(Role::Setting("map")))
    }

    fn holds_states(&self, at: usize) -> bool {
        if !self.is_sign(at, "{") {
            return false;
        }
        let end = self.partner(at);
        let first = self.after_attributes(at + 1, end);
        self.inner_comment(at + 1).is_some() || matches!(self.role(first), Some(Role::InnerItem))
    }

    fn last_braces(&self, mut at: usize, end: usize) -> Option<usize> {
        let mut last = None;
        while at < end {
            if self.is_sign(at, "{") {
                last = Some(at);
            }
            at = self.after(at);
        }
        last
    }

    fn branches(&mut self, open: usize) {
        self.block(open, Self::branch);
    }

    fn branch(&mut self, at: usize, end: usize) -> usize {
        self.lead(at, true);
        let head = self.attributes(at, end, true);
        let braces = self.find(head, end, |walk, at| walk.is_sign(at, "{")).unwrap_or(end);
        let repeats = self.is_word(head, FOR.word);
        if repeats {
            self.repetition(head, braces);
        } else {
            self.spaced(head, braces);
        }
        if braces == end {
            return end;
        }
        if repeats {
            self.branches(braces);
        } else {
            self.page.space();
            self.short_body(braces);
        }
        let next = self.after_semicolons(self.after(braces), end);
        self.semicolons(self.after(braces), next);
        next
    }

    /// Writes the arms of a choice, each on a separate line.
    fn arms(&mut self, open: usize) {
        self.block(open, Self::arm);
    }

    fn arm(&mut self, at: usize, end: usize) -> usize {
        let next = self.arm_end(at, end);
        self.lead(at, true);
        let head = self.attributes(at, end, true);
        let last = self.before_semicolons(head, next);
        if self.is_word(head, FOR.word) {
            let braces = self.find(head, last, |walk, at| walk.is_sign(at, "{")).unwrap_or(last);
            self.repetition(head, braces);
            self.arms(braces);
        } else {
            self.rule(head, last);
        }
        self.semicolons(last, next);
        next
    }

    /// Returns the position after the arm that starts here.
    fn arm_end(&self, at: usize, end: usize) -> usize {
        let mut at = self.after_attributes(at, end);
        // The braces of a repetition have no arrow before them.
        let mut arrow = self.is_word(at, FOR.word);
        while at < end && !self.is_sign(at, ";") {
            let braces = self.is_sign(at, "{");
            arrow |= self.is_sign(at, "->");
            at = self.after(at);
            // After braces, the `;` is optional.
            if braces && arrow {
                break;
            }
        }
        // It is also optional before the comment of the next arm.
        self.after_semicolons(at, end)
    }

    /// Writes `if condition -> State { … }` or `pattern | pattern -> State { … }`.
    fn rule(&mut self, at: usize, end: usize) {
        let arrow = self.find(at, end, |walk, at| walk.is_sign(at, "->")).unwrap_or(end);
        let block = self.find(arrow, end, |walk, at| walk.is_sign(at, "{")).unwrap_or(end);
        self.page.begin();
        let is_condition = self.is_word(at, "if");
        if is_condition {
            self.token(at);
            self.page.space();
            self.value(at + 1, arrow);
        } else {
            self.patterns(at, arrow);
        }
        self.page.indent();
        if arrow < end && (is_condition || self.is_word(at, "else")) {
            self.page.line();
        } else if arrow < end {
            self.page.space();
        }
        self.spaced(arrow, block);
        self.page.dedent();
        self.page.end();
        if block < end {
            self.page.space();
            self.spaced(block, end);
        }
    }

    fn patterns(&mut self, mut at: usize, end: usize) {
        let mut first = true;
        while at < end {
            let next = self.find(at, end, |walk, at| walk.is_sign(at, "|")).unwrap_or(end);
            if !first {
                self.page.space();
            }
            self.operand(at, next);
            if next < end {
                self.page.line();
                self.token(next);
            }
            first = false;
            at = next + 1;
        }
    }
}
