//! The items of a workflow, branch or map: declarations and states.

use proc_macro2::{Delimiter, Ident};
use workflow_asl::nearest::nearest;
use workflow_asl::{Code, StateKind};

use super::ast::{Body, Declaration, DeclarationKind, Target, TokenSpan, plain};
use super::cursor::{Cursor, token_span};
use super::keyword::{ClauseKind, DECLARATIONS, FOR, STATES, USE};
use super::literal::string_value;
use super::name::{is_rust_keyword, rust_name};
use super::other_language::{Form, Place, form};
use super::parser::Parser;
use super::recover::{is_declaration, item_starts, item_starts_here, skip_item, state_kind};
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
        if level == Level::Workflow && self.late_name(cursor, declarations) {
            self.only_comment(attributes);
            return;
        }
        let Some(keyword) = cursor.peek_ident().cloned() else {
            self.dangling(&attributes);
            let what = if level == Level::Workflow { "a declaration or a state" } else { "a state" };
            let problem = self.unexpected(cursor, what);
            let text = cursor.peek_literal_at(0).and_then(string_value);
            let problem = match text.and_then(|text| form(Place::Item, &text.value)) {
                _ if cursor.is_punct("#") => {
                    Problem::new(Code::Syntax, cursor.here(), "a comment begins with `//`").write("//")
                }
                Some(Form::Help(help)) => problem.help(help),
                _ => problem,
            };
            self.complain(cursor, problem);
            cursor.next();
            self.skip_lost(body, cursor);
            return;
        };
        self.word(&keyword, level.role());
        let text = keyword.to_string();
        if text == FOR.word {
            let comment = self.only_comment(attributes);
            let place = (body.states.len(), body.uses.len());
            body.repeats.extend(self.repeated_states(comment, place, cursor));
            return;
        }
        let kind = state_kind(cursor, 0);
        if kind.is_none() && !is_declaration(&text) && text != "start" && text != USE.word {
            return self.unknown_item(attributes, keyword, (&text, level), cursor, declarations, body);
        }
        cursor.next();
        if level == Level::Workflow && is_declaration(&text) && text != "start" {
            body.lost |= !self.declaration(attributes, keyword, &text, cursor, declarations);
            return;
        }
        let comment = self.only_comment(attributes);
        if let Some(kind) = kind {
            let state = self.state(comment, kind, keyword, false, cursor);
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

    /// Reports a word that starts no item, then parses the item as the most likely kind.
    fn unknown_item(
        &mut self,
        attributes: super::attributes::Attributes,
        keyword: Ident,
        (text, level): (&str, Level),
        cursor: &mut Cursor,
        declarations: &mut Vec<Declaration>,
        body: &mut Body,
    ) {
        let is_name = |word: &Ident| !["as", "match", "over", "for", "until"].iter().any(|other| word == other);
        let named = cursor.peek_ident_at(1).is_some_and(is_name) && !item_starts(cursor, 1);
        // As in `Comment: "…"` and `A: pass`.
        let signed = cursor.is_punct_at(1, ":") || cursor.is_punct_at(1, "=");
        let form = form(Place::Item, text);
        let states = STATES.iter().map(|(_, keyword)| keyword.word);
        let known = states.chain(DECLARATIONS.iter().map(|keyword| keyword.word).filter(|_| level == Level::Workflow));
        let near = match form {
            Some(Form::Words(word)) if is_declaration(word) && level == Level::Inner => None,
            Some(Form::Words(word)) => Some(word),
            Some(Form::Help(_)) => None,
            // A word of Rust is not misspelt.
            None if is_rust_keyword(text) => None,
            None => nearest(text, known),
        };
        let declared = body.states.iter_mut().find(|state| plain(&state.name) == text);
        let is_use = self.fragments.iter().any(|fragment| fragment == text);
        let is_clause = form.is_none() && ClauseKind::from_keyword(text).is_some();
        let sign = cursor.peek_at(1).filter(|_| signed).map(token_span);
        let message = format!("`{text}` does not begin a state or a declaration");
        let problem = Problem::new(Code::UnknownDeclaration, keyword.span(), message);
        let problem = match (form, near) {
            _ if is_clause => problem.help(format!(
                "`{text}` is a clause: it is written at its state, before the `->` and the braces of a map"
            )),
            _ if is_use => {
                problem.help("a use of a fragment begins with `use`").edit(Edit::before(keyword.span(), "use "))
            }
            (Some(Form::Help(help)), _) => problem.help(help),
            (_, Some(near)) => match sign.filter(|_| is_declaration(near)) {
                Some(sign) => problem.help(format!("write `{near}`")).edit(Edit::over(cursor.here().to(sign), near)),
                None => problem.did_you_mean(near, near),
            },
            _ if declared.is_some() => {
                problem.help(format!("`{text}` is declared: its transition is at its end, before the `;`"))
            }
            _ if signed => {
                problem.help(format!("the kind of a state comes before its name, as in `pass {text} -> end;`"))
            }
            _ => {
                let kinds: Vec<_> = STATES.iter().map(|(_, keyword)| keyword.word).collect();
                problem
                    .help(format!("a state is declared `kind Name … -> Next;`: the kinds are `{}`", kinds.join("`, `")))
            }
        };
        let reported = self.report(problem);
        if let Some(state) = declared {
            state.broken = Some(reported);
        }
        if is_use {
            let comment = self.only_comment(attributes);
            body.uses.extend(self.fragment_use(comment, keyword, body.states.len(), cursor));
            return;
        }
        cursor.next();
        let kind = near.and_then(|near| STATES.iter().find(|(_, keyword)| keyword.word == near));
        match (kind, near) {
            _ if signed || is_clause || matches!(form, Some(Form::Help(_))) => {
                cursor.advance(if signed { 2 } else { 0 });
                self.skip_lost(body, cursor);
            }
            (Some((kind, _)), _) if named => {
                let comment = self.only_comment(attributes);
                body.states.extend(self.state(comment, *kind, keyword, false, cursor));
            }
            (None, Some(near)) if near != "start" => {
                body.lost |= !self.declaration(attributes, keyword, near, cursor, declarations);
            }
            // `kind Name …` of an unknown kind is kept, so that transitions to it are not reported.
            (None, None) if named => {
                let comment = self.only_comment(attributes);
                body.states.extend(self.state(comment, StateKind::Task, keyword, true, cursor));
            }
            _ => self.skip_lost(body, cursor),
        }
    }

    /// Parses `name "text";`, the name in the document after the workflow's own name, which is reported. Returns `false`
    /// if something else is next.
    fn late_name(&mut self, cursor: &mut Cursor, declarations: &mut Vec<Declaration>) -> bool {
        let Some(keyword) = cursor.peek_ident().filter(|word| *word == "name").cloned() else { return false };
        let sign = usize::from(cursor.is_punct_at(1, ":") || cursor.is_punct_at(1, "="));
        let Some(text) = cursor.peek_literal_at(1 + sign).and_then(string_value) else { return false };
        let first = cursor.here();
        cursor.advance(2 + sign);
        let end = cursor.eat_punct(";").or_else(|| cursor.eat_punct(",")).unwrap_or_else(|| cursor.before());
        let written = format!("as {:?}", text.value);
        let problem =
            Problem::new(Code::UnknownDeclaration, first, "the name in the document is in the head of the workflow");
        let problem = problem.help(format!("write `workflow … {written} {{ … }}`")).edit(Edit::over(first.to(end), ""));
        self.report(problem.edit(Edit::after(self.head, format!(" {written}"))));
        declarations.push(Declaration {
            comment: None,
            derives: Vec::new(),
            keyword,
            kind: DeclarationKind::Name(text),
        });
        true
    }

    /// `start Name;`
    fn start(&mut self, keyword: &Ident, cursor: &mut Cursor, body: &mut Body) {
        self.stray_sign(keyword, &["->", "=>", ":", "=", "at", "with"], cursor);
        let target = match cursor.peek_literal_at(0).and_then(string_value) {
            Some(text) => {
                cursor.next();
                Some(Target::Text(text))
            }
            None => match cursor.peek_ident().cloned() {
                Some(name) if !item_starts_here(cursor) => {
                    cursor.next();
                    self.word(&name, Role::StateReference);
                    Some(Target::State(rust_name(&name)))
                }
                _ => {
                    self.error(Code::Syntax, keyword.span(), "expected a state after `start`");
                    self.hole(cursor.here_first(), Role::StateReference);
                    None
                }
            },
        };
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
            skip_item(cursor);
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
