//! Error recovery: where the parser continues after unknown syntax.

use proc_macro2::{Delimiter, Group, TokenTree};
use workflow_asl::StateKind;

use super::cursor::{Cursor, OpenGroup, attributes_length};
use super::keyword::{ClauseKind, DECLARATIONS, STATES};
use super::parser::Parser;

/// Returns the kind of state that this keyword declares.
pub(super) fn state_kind(cursor: &Cursor, ahead: usize) -> Option<StateKind> {
    state_named(&cursor.peek_ident_at(ahead)?.to_string())
}

/// Returns the kind of state that this keyword declares.
pub(super) fn state_named(word: &str) -> Option<StateKind> {
    STATES.iter().find(|(_, keyword)| keyword.word == word).map(|(kind, _)| *kind)
}

/// Returns whether a word is the keyword of a declaration.
pub(super) fn is_declaration(word: &str) -> bool {
    DECLARATIONS.iter().any(|keyword| keyword.word == word)
}

/// Returns whether a state or declaration certainly starts `ahead` tokens after the next, even if the one before has
/// not ended. Words that are also clauses require look-ahead.
pub(super) fn item_starts(cursor: &Cursor, ahead: usize) -> bool {
    let Some(ident) = cursor.peek_ident_at(ahead) else { return false };
    if state_kind(cursor, ahead).is_some() {
        return matches!(cursor.peek_at(ahead + 1), Some(TokenTree::Ident(_)));
    }
    let braces = cursor.peek_group_at(ahead + 1, Delimiter::Brace).is_some();
    let name = cursor.peek_ident_at(ahead + 1).is_some();
    match ident.to_string().as_str() {
        "input" | "params" => braces,
        "defaults" => braces || cursor.peek_group_at(ahead + 2, Delimiter::Brace).is_some(),
        "returns" => braces || name,
        "struct" | "enum" => name && cursor.peek_group_at(ahead + 2, Delimiter::Brace).is_some(),
        "start" | "use" => name,
        "for" => name && (cursor.is_word_at(ahead + 2, "in") || cursor.is_word_at(ahead + 2, "of")),
        "property" => {
            let name = cursor.peek_ident_at(ahead + 1);
            let clause = name.is_some_and(|name| ClauseKind::from_keyword(&name.to_string()).is_some());
            !clause && (name.is_some() || cursor.peek_literal_at(ahead + 1).is_some())
        }
        "retry" | "catch" => name && cursor.peek_group_at(ahead + 2, Delimiter::Bracket).is_some(),
        "type" => name && cursor.is_punct_at(ahead + 2, ";"),
        "from" => cursor.peek_literal_at(ahead + 1).is_some(),
        _ => false,
    }
}

/// Returns whether an item certainly starts here, possibly after attributes.
pub(super) fn item_starts_here(cursor: &Cursor) -> bool {
    item_starts(cursor, attributes_length(cursor, 0))
}

/// Returns whether a clause starts here, possibly after attributes.
pub(super) fn clause_starts_here(cursor: &Cursor) -> bool {
    let ahead = attributes_length(cursor, 0);
    !item_starts(cursor, ahead)
        && cursor.peek_ident_at(ahead).is_some_and(|ident| ClauseKind::from_keyword(&ident.to_string()).is_some())
}

/// Returns whether a group in braces contains states and not members.
pub(super) fn holds_states(group: &Group) -> bool {
    item_starts_here(&Cursor::inside(group))
}

/// Opens the group in braces that is next, unless it contains states.
pub(super) fn braces_of_values(cursor: &Cursor) -> Option<OpenGroup> {
    let opened = OpenGroup::of(cursor.peek_group(Delimiter::Brace)?);
    (!item_starts_here(&opened.inside)).then_some(opened)
}

impl Parser<'_> {
    /// Skips to the end of a state or declaration: after a `;`, or to the certain start of the next one.
    pub(super) fn skip_item(&mut self, cursor: &mut Cursor) {
        let start = cursor.position();
        skip_to_end(cursor);
        cursor.eat_punct(";");
        self.note_skipped(cursor.since(start));
    }
}

/// Skips to the next part of a state: a clause, an arrow, `;`, the next item, or these braces.
pub(super) fn skip_in_state(cursor: &mut Cursor, ends_at: fn(&Group) -> bool) {
    cursor.skip_until(|cursor| {
        cursor.is_any(&[";", "->"])
            || item_starts_here(cursor)
            || clause_starts_here(cursor)
            || cursor.peek_group(Delimiter::Brace).is_some_and(ends_at)
    });
}

/// Skips to the `;` at the end of a state, or to the next item.
pub(super) fn skip_to_end(cursor: &mut Cursor) {
    cursor.skip_until(|cursor| cursor.is_punct(";") || item_starts_here(cursor));
}

/// Ends at no braces.
pub(super) fn no_braces(_: &Group) -> bool {
    false
}
