//! The targets of transitions: `Name`, `"any state name"`, `end`.

use proc_macro2::{Delimiter, Group};
use workflow_asl::Code;

use super::ast::{Target, TokenSpan};
use super::cursor::Cursor;
use super::keyword::{ClauseKind, FAIL_FIELDS};
use super::literal::string_value;
use super::name::rust_name;
use super::parser::Parser;
use super::recover::{clause_starts_here, item_starts_here, skip_to_end};
use super::word::Role;
use crate::problem::{Edit, Problem};

impl Parser<'_> {
    /// Parses the target after an arrow.
    pub(super) fn target(&mut self, arrow: TokenSpan, cursor: &mut Cursor) -> Target {
        // A word that is being typed is the beginning of a state's name too.
        if let Some(word) = cursor.peek_ident().filter(|word| self.item_named(word)).cloned() {
            self.word(&word, Role::StateReference);
        }
        if let Some(name) = self.computed_name(cursor) {
            return Target::Computed(name);
        }
        if let Some(text) = cursor.peek_literal_at(0).and_then(string_value) {
            cursor.next();
            return Target::Text(text);
        }
        if let Some(word) = cursor.peek_ident().filter(|word| *word == "if" || *word == "match").cloned()
            && !cursor.is_punct_at(1, ";")
        {
            let message = format!("a transition leads to one state, found `{word}`");
            let problem = Problem::new(Code::Syntax, word.span(), message);
            let reported = self.report(problem.help(
                "name a `choice`, which leads to one of several: `choice Which { if … -> State; else -> State; }`",
            ));
            skip_to_end(cursor);
            return Target::Missing(arrow, reported);
        }
        let is_field = |group: &Group| FAIL_FIELDS.iter().any(|field| Cursor::inside(group).is_word(field.word));
        if cursor.is_word("fail") && cursor.peek_group_at(1, Delimiter::Brace).is_some_and(is_field) {
            let problem = Problem::new(Code::Syntax, cursor.here(), "an arrow leads to a state by its name");
            let problem = problem.help("declare the state: `fail Failed { … }`, and write `-> Failed`");
            let reported = self.complain(cursor, problem);
            cursor.advance(2);
            return Target::Missing(arrow, reported);
        }
        if let (Some(name), false) = (cursor.peek_ident().cloned(), super::recover::item_starts(cursor, 0)) {
            cursor.next();
            self.word(&name, Role::StateReference);
            return if name == "end" { Target::End(name) } else { Target::State(rust_name(&name)) };
        }
        let problem = Problem::new(Code::Syntax, arrow, "expected a state after the arrow");
        let is_list =
            cursor.eat_group(Delimiter::Bracket).or_else(|| cursor.eat_group(Delimiter::Parenthesis)).is_some();
        let reported = self.report(problem.help(match is_list {
            true => "name one state, without brackets; a `parallel` runs several",
            false => "name a state, or `end`",
        }));
        self.hole(arrow.last, Role::StateReference);
        Target::Missing(arrow, reported)
    }

    /// Parses an arrow and its target. A wrong arrow is reported.
    pub(super) fn arrow(&mut self, whose: &str, cursor: &mut Cursor) -> Target {
        if let Some(arrow) = cursor.eat_punct("->") {
            return self.target(arrow, cursor);
        }
        if let Some(sign) = ["=>", ":"].into_iter().find(|sign| cursor.is_punct(sign) && !cursor.is_punct("::")) {
            let (complaint, here) = (cursor.complaint(), cursor.here());
            cursor.advance(sign.len());
            let span = here.to(cursor.before());
            if complaint.is_none() {
                let problem = Problem::new(Code::Syntax, span, format!("expected `->` in {whose}, found `{sign}`"));
                let reported = self
                    .report(problem.help("write `->`").edit(Edit::over(span, if sign == ":" { " ->" } else { "->" })));
                cursor.note_complaint(cursor.position(), reported);
            }
            return self.target(span, cursor);
        }
        let (at, complaint) = (cursor.position(), cursor.complaint());
        let (problem, target) = self.without_arrow(whose, cursor);
        let reported = complaint.unwrap_or_else(|| self.report(problem));
        cursor.note_complaint(at, reported);
        target.unwrap_or(Target::Missing(cursor.before(), reported))
    }

    /// Parses a state's name without the arrow before it, if one is here. Also returns the problem.
    pub(super) fn without_arrow(&mut self, whose: &str, cursor: &mut Cursor) -> (Problem, Option<Target>) {
        let problem = self.unexpected_in_value(cursor, &format!("`->` and a state in {whose}"));
        let edit = Edit::before(cursor.here(), "-> ");
        match cursor.peek_ident().is_some() && self.ends_after_word(cursor) {
            true => (problem.help("write `->` before it").edit(edit), Some(self.target(cursor.here(), cursor))),
            false => (problem, None),
        }
    }

    /// Returns whether what follows the next word can follow a state's name.
    pub(super) fn ends_after_word(&self, cursor: &Cursor) -> bool {
        let ends = cursor.peek_at(1).is_none()
            || [";", ",", "->"].iter().any(|sign| cursor.is_punct_at(1, sign))
            || cursor.peek_group_at(1, Delimiter::Brace).is_some()
            || cursor.peek_ident_at(1).is_some_and(|word| ClauseKind::from_keyword(&word.to_string()).is_some());
        ends && !clause_starts_here(cursor) && !item_starts_here(cursor)
    }
}
