//! The targets of transitions: `Name`, `"any state name"`, `end`.

use proc_macro2::{Delimiter, Group, TokenTree};

use super::ast::{Target, TokenSpan};
use super::cursor::Cursor;
use super::keyword::{ClauseKind, FAIL_FIELDS};
use super::name::rust_name;
use super::other_language::Place;
use super::parser::Parser;
use super::recover::{clause_starts_here, item_starts_here, no_braces, skip_in_state};
use super::state::arrow_word;
use super::word::Role;

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
        if let Some(text) = cursor.eat_text() {
            return Target::Text(text);
        }
        if let (Some(name), false) = (cursor.peek_ident().cloned(), self.is_no_target(cursor)) {
            cursor.next();
            self.word(&name, Role::StateReference);
            return if name == "end" { Target::End(name) } else { Target::State(rust_name(&name)) };
        }
        let reported = self.expected_in(Place::Target, cursor, "a state after the arrow");
        self.hole(arrow.last, Role::StateReference);
        // As in `-> [A, B]` and `-> if … { A } else { B }`.
        if matches!(cursor.peek(), Some(TokenTree::Ident(_) | TokenTree::Group(_))) {
            skip_in_state(cursor, no_braces);
        }
        Target::Missing(arrow, reported)
    }

    /// Returns whether the word here begins an item or a statement of other languages, and is no name of a state.
    fn is_no_target(&self, cursor: &Cursor) -> bool {
        let is_statement = ["if", "match"].iter().any(|word| cursor.is_word(word)) && !cursor.is_punct_at(1, ";");
        let is_field = |group: &Group| FAIL_FIELDS.iter().any(|field| Cursor::inside(group).is_word(field.word));
        is_statement
            || cursor.is_word("fail") && cursor.peek_group_at(1, Delimiter::Brace).is_some_and(is_field)
            || item_starts_here(cursor)
    }

    /// Parses an arrow and its target. A wrong arrow is reported.
    pub(super) fn arrow(&mut self, whose: &str, cursor: &mut Cursor) -> Target {
        if let Some(arrow) = cursor.eat_punct("->") {
            return self.target(arrow, cursor);
        }
        let first = cursor.here();
        let Some(length) = self.other_arrow(cursor) else {
            let place = if whose == "a catcher" { Place::Catcher } else { Place::Value };
            let reported = self.expected_in(place, cursor, &format!("`->` and a state in {whose}"));
            return Target::Missing(cursor.before(), reported);
        };
        let what = format!("`->` in {whose}");
        // As in JSON, other mistakes follow a word.
        match cursor.peek_ident().is_none() || length == 0 || cursor.is_punct_at(length + 1, ";") {
            true => _ = self.expected_text(cursor, length, &what, "->"),
            false => {
                self.expected_as(cursor, &what, "a transition is `-> State;`");
                cursor.advance(length);
            }
        }
        self.target(first.to(cursor.before()), cursor)
    }

    /// Returns the number of tokens of another sign or word for `->` here; 0 before a state.
    pub(super) fn other_arrow(&self, cursor: &Cursor) -> Option<usize> {
        let word = arrow_word(cursor);
        match ["=>", ":"].into_iter().find(|sign| cursor.is_sign(sign)) {
            Some(sign) => Some(sign.len()),
            None if word > 0 => Some(word),
            None => (cursor.peek_ident().is_some() && self.ends_after_word(cursor)).then_some(0),
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
