//! The items of a workflow, branch or map: declarations and states.

use proc_macro2::{Delimiter, Ident};
use workflow_asl::Code;
use workflow_asl::nearest::nearest;

use super::ast::{Body, Declaration, Target, TokenSpan, plain};
use super::cursor::Cursor;
use super::keyword::{ClauseKind, DECLARATIONS, FOR, STATES, USE};
use super::name::{is_rust_keyword, rust_name};
use super::other_language::{Form, Place, form};
use super::parser::Parser;
use super::recover::{is_declaration, item_starts, item_starts_here, state_kind, state_named};
use super::word::Role;
use crate::problem::{Edit, Problem};

/// What the items belong to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Level {
    /// A workflow: declarations and states.
    Workflow,
    /// A branch or map: states.
    Inner,
}

impl Level {
    fn role(self) -> Role {
        match self {
            Self::Workflow => Role::Item,
            Self::Inner => Role::InnerItem,
        }
    }
}

const CLAUSE: &str = "it is a clause, which is written at its state, before `->` and a map's braces";

const KINDS: &str = "a state is declared `kind Name … -> Next;`: the kinds are `task`, `pass`, `wait`, `choice`, \
                     `parallel`, `map`, `succeed`, `fail`";

impl Parser<'_> {
    /// Parses all items up to the end. The caller adds the slot at the end.
    pub(super) fn body(&mut self, cursor: &mut Cursor, level: Level, span: TokenSpan) -> (Vec<Declaration>, Body) {
        let comment = self.inner_comment(cursor);
        let mut body = Body { comment, ..Body::new(span) };
        let errors = self.errors_so_far();
        let mut declarations = Vec::new();
        while !cursor.is_end() {
            if cursor.eat_punct(";").is_some() {
                continue;
            }
            self.item(cursor, level, &mut declarations, &mut body);
        }
        body.broken = self.reported_since(errors);
        (declarations, body)
    }

    fn item(&mut self, cursor: &mut Cursor, level: Level, declarations: &mut Vec<Declaration>, body: &mut Body) {
        let Some(attributes) = self.attributes_before(cursor) else { return };
        let Some(keyword) = cursor.peek_ident().cloned() else {
            self.dangling(&attributes);
            let what = if level == Level::Workflow { "a declaration or a state" } else { "a state" };
            self.expected_in(Place::Item, cursor, what);
            cursor.next();
            self.skip_lost(body, cursor);
            return;
        };
        self.word(&keyword, level.role());
        let mut text = keyword.to_string();
        if text == FOR.word {
            let comment = self.only_comment(attributes);
            let place = (body.states.len(), body.uses.len());
            body.repeats.extend(self.repeated_states(comment, place, cursor));
            return;
        }
        if state_named(&text).is_none() && !is_declaration(&text) && text != "start" && text != USE.word {
            let Some(meant) = self.unknown_item(&keyword, level, cursor, body) else { return };
            meant.clone_into(&mut text);
        }
        let kind = state_named(&text);
        cursor.next();
        if level == Level::Workflow && is_declaration(&text) && text != "start" {
            body.lost |= !self.declaration(attributes, keyword, &text, cursor, declarations);
            return;
        }
        let comment = self.only_comment(attributes);
        if let Some(kind) = kind {
            let state = self.state(comment, kind, keyword, cursor);
            body.lost |= state.is_none();
            body.states.extend(state);
        } else if text == USE.word {
            body.uses.extend(self.fragment_use(comment, keyword, body.states.len(), cursor));
        } else if text == "start" {
            self.start(&keyword, cursor, body);
        } else {
            let message = format!("`{text}` is only allowed at the top of a workflow, not in a branch or map");
            self.report(Problem::new(Code::UnknownDeclaration, keyword.span(), message));
            self.skip_lost(body, cursor);
        }
    }

    /// Reports a word that starts no item. Returns the word that is meant, or skips the item.
    fn unknown_item(
        &mut self,
        keyword: &Ident,
        level: Level,
        cursor: &mut Cursor,
        body: &mut Body,
    ) -> Option<&'static str> {
        let text = &keyword.to_string();
        // As in `Comment: "…"` and `A: pass`.
        let signed = cursor.is_punct_at(1, ":") || cursor.is_punct_at(1, "=");
        let states = STATES.iter().map(|(_, keyword)| keyword.word);
        let known = states.chain(DECLARATIONS.iter().map(|keyword| keyword.word).filter(|_| level == Level::Workflow));
        let form = form(Place::Item, text);
        let near = match form {
            Some(form) => form.words().filter(|word| level == Level::Workflow || !is_declaration(word)),
            // A word of Rust is not misspelt, and a clause is known.
            None if is_rust_keyword(text) || ClauseKind::from_keyword(text).is_some() => None,
            None => nearest(text, known),
        };
        let declared = body.states.iter_mut().find(|state| plain(&state.name) == *text);
        let help = match (form, near) {
            (Some(Form::Help(help)), _) => help.to_owned(),
            (_, Some(near)) => format!("did you mean `{near}`?"),
            _ if ClauseKind::from_keyword(text).is_some() => CLAUSE.to_owned(),
            _ if self.fragments.contains(text) => format!("a fragment is used by `use {text} {{ … }}`"),
            _ if declared.is_some() => format!("`{text}` is declared: its transition is at its end, before the `;`"),
            _ if signed => format!("the kind of a state comes before its name: `pass {text} -> end;`"),
            _ => KINDS.to_owned(),
        };
        let message = format!("`{text}` does not begin a state or a declaration");
        let mut problem = Problem::new(Code::UnknownDeclaration, keyword.span(), message).help(help);
        let words = TokenSpan::from(keyword.span()).to(if signed { cursor.at(1) } else { cursor.here() });
        problem.fix.extend(near.map(|near| Edit::over(words, near)));
        if let (true, Some(name)) = (text == "name", cursor.peek_text_at(1)) {
            let moved = Edit::after(self.head, format!(" as {:?}", name.value));
            problem.fix = vec![moved, Edit::over(cursor.here().to(cursor.at(2)), "")];
        }
        let reported = self.report(problem);
        if let Some(state) = declared {
            state.broken = Some(reported);
        }
        let is_name = |word: &Ident| !["as", "match", "over", "for", "until"].iter().any(|other| word == other);
        let named = cursor.peek_ident_at(1).is_some_and(is_name) && !item_starts(cursor, 1);
        let meant = near.filter(|near| !signed && (named || is_declaration(near)));
        if meant.is_none() {
            cursor.advance(if signed { 3 } else { 1 });
            self.skip_lost(body, cursor);
        }
        meant
    }

    /// `start Name;`
    fn start(&mut self, keyword: &Ident, cursor: &mut Cursor, body: &mut Body) {
        self.stray_sign(&["->", "=>", ":", "=", "at", "with"], cursor);
        let mut target = cursor.eat_text().map(Target::Text);
        if let (None, Some(name), false) = (&target, cursor.peek_ident().cloned(), item_starts_here(cursor)) {
            cursor.next();
            self.word(&name, Role::StateReference);
            target = Some(Target::State(rust_name(&name)));
        }
        if target.is_none() {
            self.expected(cursor, "a state after `start`");
            self.hole(cursor.here_first(), Role::StateReference);
        }
        if body.start.is_some() {
            self.error(Code::RepeatedClause, keyword.span(), "`start` is given twice");
        } else {
            body.start = target;
        }
        self.semicolon("`start`", cursor);
    }

    /// Parses the `;` that ends a declaration.
    pub(super) fn semicolon(&mut self, after: &str, cursor: &mut Cursor) {
        if cursor.eat_punct(";").is_some() || cursor.is_end() {
            return;
        }
        self.expected(cursor, &format!("`;` after {after}"));
        let next = cursor.peek_ident().map(Ident::to_string).unwrap_or_default();
        if !is_declaration(&next) && state_kind(cursor, 0).is_none() {
            self.skip_item(cursor);
        }
    }
}

impl Parser<'_> {
    /// Skips to the end of an item that may end in braces, as in `if c { … } else { … }`.
    fn skip_lost(&mut self, body: &mut Body, cursor: &mut Cursor) {
        body.lost = true;
        let start = cursor.position();
        while !cursor.is_end() && !item_starts_here(cursor) {
            let braces = cursor.peek_group(Delimiter::Brace).is_some();
            let ends = braces || cursor.is_punct(";");
            cursor.next();
            let goes_on = ["else", "catch", "finally"].iter().any(|word| cursor.is_word(word))
                || braces && cursor.is_any(&["->", ".", ",", ";", "="]);
            if ends && !goes_on {
                break;
            }
        }
        self.note_skipped(cursor.since(start));
    }
}
