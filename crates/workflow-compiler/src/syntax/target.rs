//! The targets of transitions: `Name`, `"any state name"`, `end`.

use proc_macro2::Delimiter;
use workflow_asl::Code;

use super::ast::{Target, TokenSpan};
use super::cursor::Cursor;
use super::keyword::ClauseKind;
use super::literal::string_value;
use super::name::rust_name;
use super::parser::Parser;
use super::recover::{clause_starts_here, item_starts_here};
use super::word::Role;
use crate::problem::{Edit, EditPlace, Problem};

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
            self.report(problem.help(
                "name a `choice`, which leads to one of several: `choice Which { if … -> State; else -> State; }`",
            ));
            while !cursor.is_end() && !cursor.is_punct(";") && !item_starts_here(cursor) {
                cursor.next();
            }
            return Target::Missing(arrow);
        }
        if let (Some(name), false) = (cursor.peek_ident().cloned(), super::recover::item_starts(cursor, 0)) {
            cursor.next();
            self.word(&name, Role::StateReference);
            return if name == "end" { Target::End(name) } else { Target::State(rust_name(&name)) };
        }
        let problem = Problem::new(Code::Syntax, arrow, "expected a state after the arrow");
        self.report(problem.help("name a state, or `end`"));
        self.hole(arrow.last, Role::StateReference);
        Target::Missing(arrow)
    }

    /// Parses an arrow and its target. A wrong arrow is reported.
    pub(super) fn arrow(&mut self, whose: &str, cursor: &mut Cursor) -> Target {
        if let Some(arrow) = cursor.eat_punct("->") {
            return self.target(arrow, cursor);
        }
        if let Some(arrow) = cursor.eat_punct("=>") {
            let problem = Problem::new(Code::Syntax, arrow, format!("expected `->` in {whose}, found `=>`"));
            self.report(problem.write("->"));
            return self.target(arrow, cursor);
        }
        if let Some((edit, target)) = self.target_alone(cursor) {
            let Edit { place: EditPlace::Before(word), .. } = edit else { return target };
            let problem = Problem::new(Code::Syntax, word, format!("expected `->` and a state in {whose}"));
            self.report(problem.help("write `->` before it").edit(edit));
            return target;
        }
        let problem = self.unexpected(cursor, "`->` and a state");
        self.complain(cursor, problem);
        Target::Missing(cursor.before())
    }

    /// Parses a state's name without the arrow before it. Also returns the edit that inserts the arrow.
    pub(super) fn target_alone(&mut self, cursor: &mut Cursor) -> Option<(Edit, Target)> {
        cursor.peek_ident()?;
        if clause_starts_here(cursor) || item_starts_here(cursor) || cursor.is_punct_at(1, ":") {
            return None;
        }
        let ends = cursor.peek_at(1).is_none()
            || [";", ",", "->"].iter().any(|sign| cursor.is_punct_at(1, sign))
            || cursor.peek_group_at(1, Delimiter::Brace).is_some()
            || cursor.peek_ident_at(1).is_some_and(|word| ClauseKind::from_keyword(&word.to_string()).is_some());
        if !ends {
            return None;
        }
        let here = cursor.here();
        Some((Edit::before(here, "-> "), self.target(here, cursor)))
    }
}
