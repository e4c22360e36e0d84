//! Formats values: operators by precedence, `if`, calls, references.

use super::token::TokenKind;
use super::walk::Walk;
use workflow_compiler::syntax::precedence;

/// An operand of a chain of operators: the preceding operator, if any, and its tokens.
#[derive(Clone, Copy)]
struct Operand {
    operator: Option<usize>,
    at: usize,
    end: usize,
}

impl Walk<'_, '_> {
    /// Writes a value. A value that is too long for a line is broken before its operators of lowest precedence.
    pub(super) fn value(&mut self, at: usize, end: usize) {
        if let Some(body) = self.after_parameters(at, end) {
            self.parameters(at, body);
            if body < end {
                self.page.space();
                self.value(body, end);
            }
            return;
        }
        let mut operands = Vec::new();
        let mut start = at;
        let mut operator = None;
        let mut here = at;
        // Whether an operand, or a prefix operator, comes next.
        let mut wanted = true;
        while here < end {
            let sign = self.kind(here) == Some(TokenKind::Operator);
            if wanted && sign && matches!(self.text_of(here), "-" | "!") {
                here += 1;
            } else if wanted && self.is_word(here, "if") {
                here = self.after_conditional(here, end);
                wanted = false;
            } else if !wanted && (sign && precedence(self.text_of(here)).is_some() || self.is_in(here)) {
                operands.push(Operand { operator, at: start, end: here });
                operator = Some(here);
                start = here + 1;
                here += 1;
                wanted = true;
            } else {
                wanted = self.is_sign(here, "..") || self.is_sign(here, "..=");
                here = self.after(here);
            }
        }
        operands.push(Operand { operator, at: start, end });
        self.chain(&operands);
    }

    /// Returns whether the operator `in` is here, not a member of that name.
    fn is_in(&self, at: usize) -> bool {
        self.is_word(at, "in") && !at.checked_sub(1).is_some_and(|at| self.is_sign(at, ".") || self.is_sign(at, "?."))
    }

    /// Returns the position after the bars of a closure, if one begins here.
    pub(super) fn after_parameters(&self, at: usize, end: usize) -> Option<usize> {
        let bar = |at: usize| self.is_sign(at, "|");
        let close = (at + 1..end).find(|close| bar(*close)).filter(|_| bar(at))?;
        Some(close + 1)
    }

    /// Writes `|x, i|`.
    fn parameters(&mut self, at: usize, end: usize) {
        for here in at..end {
            if here > at && self.is_sign(here - 1, ",") && here + 1 < end {
                self.page.space();
            }
            self.token(here);
        }
    }

    /// Writes operands with operators between. Each call handles one precedence, so the recursion is shallow.
    fn chain(&mut self, operands: &[Operand]) {
        let strength = |operand: &Operand| operand.operator.and_then(|at| precedence(self.text_of(at)));
        let rest = operands.get(1..).unwrap_or_default();
        let Some(loosest) = rest.iter().filter_map(strength).min() else {
            if let Some(operand) = operands.first() {
                self.operand(operand.at, operand.end);
            }
            return;
        };
        let mut starts: Vec<usize> = vec![0];
        starts.extend((1..operands.len()).filter(|at| operands.get(*at).and_then(strength) == Some(loosest)));
        self.page.begin();
        for (number, start) in starts.iter().enumerate() {
            let end = starts.get(number + 1).copied().unwrap_or(operands.len());
            let part = operands.get(*start..end).unwrap_or_default();
            if number == 1 {
                self.page.indent();
            }
            if number > 0
                && let Some(operator) = part.first().and_then(|operand| operand.operator)
            {
                self.page.line();
                self.token(operator);
                self.page.space();
            }
            self.chain(part);
        }
        self.page.dedent();
        self.page.end();
    }

    /// Writes an operand with its prefix and suffix: `!`, `-`, members, indices, arguments.
    pub(super) fn operand(&mut self, mut at: usize, end: usize) {
        let mut first = true;
        while at < end {
            if !first && self.is_apart_in_value(at) {
                self.page.space();
            }
            if self.is_word(at, "if") {
                let next = self.after_conditional(at, end);
                self.conditional(at, next);
                at = next;
            } else if !first && self.is_sign(at, "[") {
                self.index(at);
                at = self.after(at);
            } else {
                self.token_or_group(at);
                at = self.after(at);
            }
            first = false;
        }
    }

    /// Writes `[index]`.
    fn index(&mut self, open: usize) {
        let end = self.partner(open);
        self.token(open);
        self.value(open + 1, end);
        self.token(end);
    }

    /// Returns whether a blank precedes a token in an operand.
    fn is_apart_in_value(&self, at: usize) -> bool {
        let Some(before) = at.checked_sub(1) else { return false };
        let sign =
            |at: usize, signs: &[&str]| self.kind(at) == Some(TokenKind::Operator) && signs.contains(&self.text_of(at));
        if sign(before, &[".", "..", "..=", "?.", "::", "$", "-", "!"])
            || sign(at, &[".", "..", "..=", "?.", "::", ",", ";", ":", "?"])
        {
            return false;
        }
        !(self.is_sign(at, "(") || self.is_sign(at, "["))
    }

    /// Returns the position after `if c { a } else { b }`.
    fn after_conditional(&self, mut at: usize, end: usize) -> usize {
        loop {
            let Some(yes) = self.find(at + 1, end, |walk, at| walk.is_sign(at, "{")) else { return end };
            let no = self.after(yes);
            if no >= end || !self.is_word(no, "else") {
                return no.min(end);
            }
            if !self.is_word(no + 1, "if") {
                return self.after(no + 1).min(end);
            }
            at = no + 1;
        }
    }

    /// Writes `if c { a } else if d { b } else { c }`.
    fn conditional(&mut self, mut at: usize, end: usize) {
        self.page.begin();
        while at < end {
            let braces = self.find(at, end, |walk, at| walk.is_sign(at, "{")).unwrap_or(end);
            // `else` and `if` before the condition.
            while at < braces && (self.is_word(at, "if") || self.is_word(at, "else")) {
                self.token(at);
                self.page.space();
                at += 1;
            }
            if at < braces {
                self.value(at, braces);
                self.page.space();
            }
            if braces < end {
                self.value_block(braces);
            }
            at = self.after(braces);
            if at < end {
                self.page.space();
            }
        }
        self.page.end();
    }
}
