//! The items of a workflow, branch or map: declarations and states.

use proc_macro2::{Delimiter, Ident, TokenTree};
use workflow_asl::document::QueryLanguage;
use workflow_asl::{Code, StateKind};

use super::ast::{Body, Declaration, DeclarationKind, Target, TokenSpan, plain};
use super::cursor::Cursor;
use super::keyword::{ClauseKind, DECLARATIONS, MAP, STATES, USE};
use super::literal::string_value;
use super::name::rust_name;
use super::other_language::asl::written_target;
use super::other_language::statement::name_statements;
use super::parser::Parser;
use super::recover::{is_declaration, item_starts_here, skip_item, state_kind};
use super::word::Role;
use crate::problem::{Edit, Problem};

/// Words before functions in other languages.
const MODIFIERS: [&str; 6] = ["async", "await", "export", "public", "pub", "static"];

/// The names of kinds of states in other languages, and of a declaration that was renamed.
const SYNONYMS: [(&[&str], &str); 8] = [
    (&["output"], "returns"),
    (&["sleep", "delay", "pause", "timer"], "wait"),
    (&["action", "call", "invoke", "run", "execute", "job", "activity", "function"], "task"),
    (&["condition", "decision", "branching", "route"], "choice"),
    (&["success", "succeeded", "done", "finish", "stop"], "succeed"),
    (&["failure", "failed", "abort"], "fail"),
    (&["fork", "concurrent", "all"], "parallel"),
    (&["noop", "nop", "inject", "transform"], "pass"),
];

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
        let outer = std::mem::take(&mut self.transitions);
        let outer_statements = std::mem::take(&mut self.statements);
        while !cursor.is_end() {
            if cursor.eat_punct(";").is_some() {
                continue;
            }
            self.item(cursor, level, &mut declarations, &mut body);
        }
        name_statements(&std::mem::replace(&mut self.statements, outer_statements), &mut body);
        self.report_transitions(&mut body, outer);
        body.broken = self.errors_so_far() > errors;
        (declarations, body)
    }

    pub(super) fn item(
        &mut self,
        cursor: &mut Cursor,
        level: Level,
        declarations: &mut Vec<Declaration>,
        body: &mut Body,
    ) {
        let attributes = self.attributes(cursor);
        if cursor.is_end() {
            self.dangling(&attributes);
            return;
        }
        if level == Level::Workflow && self.late_name(cursor, declarations) {
            self.only_comment(attributes);
            return;
        }
        let Some(keyword) = self.clause_word(cursor) else {
            self.dangling(&attributes);
            let what = if level == Level::Workflow { "a declaration or a state" } else { "a state" };
            if cursor.is_punct("#") {
                let problem = Problem::new(Code::Syntax, cursor.here(), "a comment begins with `//`");
                self.complain(cursor, problem.write("//"));
            } else {
                self.expected(cursor, what);
            }
            cursor.next();
            skip_item(cursor);
            return;
        };
        self.word(&keyword, level.role());
        if MODIFIERS.iter().any(|word| keyword == word) && state_kind(cursor, 1).is_some() {
            let here = cursor.here();
            let problem =
                Problem::new(Code::UnknownDeclaration, here, format!("unexpected `{keyword}` before a state"));
            self.report(problem.help("remove it").edit(Edit::over(here, "")));
            cursor.next();
            self.only_comment(attributes);
            return self.item(cursor, level, declarations, body);
        }
        if let Some(kind) = state_kind(cursor, 0) {
            cursor.next();
            let comment = self.only_comment(attributes);
            body.states.extend(self.state(comment, kind, keyword, false, cursor));
            return;
        }
        let text = keyword.to_string();
        if text == USE.word {
            cursor.next();
            let comment = self.only_comment(attributes);
            body.uses.extend(self.fragment_use(comment, keyword, body.states.len(), cursor));
            return;
        }
        if self.repeats_here(cursor) {
            let comment = self.only_comment(attributes);
            let place = (body.states.len(), body.uses.len());
            body.repeats.extend(self.repeated_states(comment, place, cursor));
            return;
        }
        if !is_declaration(&text) && text != "start" && self.kind_after_name(&keyword, cursor) {
            return self.item(cursor, level, declarations, body);
        }
        if !is_declaration(&text) && text != "start" && self.transition_alone(&keyword, cursor) {
            self.only_comment(attributes);
            return;
        }
        let signed = cursor.is_punct_at(1, ":") || cursor.is_punct_at(1, "=");
        if signed && level == Level::Workflow && self.asl_item(&keyword, &text, cursor, body, declarations) {
            self.only_comment(attributes);
            return;
        }
        if text == "start" {
            cursor.next();
            self.only_comment(attributes);
            self.start(&keyword, cursor, body);
            return;
        }
        if is_declaration(&text) {
            cursor.next();
            if level == Level::Inner {
                let problem = Problem::new(
                    Code::UnknownDeclaration,
                    keyword.span(),
                    format!("`{text}` is only allowed at the top of a workflow, not in a branch or map"),
                );
                self.report(problem);
                skip_item_with_body(cursor);
                return;
            }
            self.declaration(attributes, keyword, &text, cursor, declarations);
            return;
        }
        if self.fragments.contains(&text) || cursor.is_word_at(1, "as") && cursor.peek_ident_at(2).is_some() {
            let problem =
                Problem::new(Code::UnknownDeclaration, keyword.span(), "a use of a fragment begins with `use`");
            self.report(problem.help(format!("write `use {text} …`")).edit(Edit::before(keyword.span(), "use ")));
            let comment = self.only_comment(attributes);
            body.uses.extend(self.fragment_use(comment, keyword, body.states.len(), cursor));
            return;
        }
        if level == Level::Inner && self.clause_of_map(&keyword, cursor, body) {
            return;
        }
        if self.statement(&keyword, cursor, body) {
            self.only_comment(attributes);
            return;
        }
        self.unknown_item(attributes, keyword, &text, level, cursor, declarations, body);
    }

    /// Reports a clause that only a map has and that is among its states, up to the next state. Returns `false` for other
    /// words.
    fn clause_of_map(&mut self, keyword: &Ident, cursor: &mut Cursor, body: &mut Body) -> bool {
        if ClauseKind::from_keyword(&plain(keyword)).is_none_or(|clause| clause.kinds() != MAP) {
            return false;
        }
        let message = format!("`{keyword}` belongs to the map, not to its states");
        let help = format!("write it before the braces: `map … over … {keyword} … {{ … }}`");
        self.report(Problem::new(Code::Syntax, keyword.span(), message).help(help));
        body.broken = true;
        let is_state = |cursor: &Cursor| {
            let named = cursor.peek_ident().filter(|_| cursor.peek_ident_at(1).is_some());
            named.is_some_and(|word| STATES.iter().any(|(_, keyword)| word == keyword.word))
        };
        while !cursor.is_end() && !is_state(cursor) {
            cursor.next();
        }
        true
    }

    /// Reports a word that starts no item, then parses the item as the most likely kind.
    #[expect(clippy::too_many_arguments, reason = "all of them are what `item` has at hand")]
    fn unknown_item(
        &mut self,
        attributes: super::attributes::Attributes,
        keyword: Ident,
        text: &str,
        level: Level,
        cursor: &mut Cursor,
        declarations: &mut Vec<Declaration>,
        body: &mut Body,
    ) {
        let named = cursor.peek_ident_at(1).is_some() && cursor.peek_ident_at(1).is_some_and(|word| word != "as");
        let states = STATES.iter().map(|(_, keyword)| keyword.word);
        let known = states.chain(DECLARATIONS.iter().map(|keyword| keyword.word).filter(|_| level == Level::Workflow));
        let synonym = SYNONYMS.iter().find(|(words, _)| words.contains(&text)).map(|(_, word)| *word);
        let synonym = synonym.filter(|word| if is_declaration(word) { level == Level::Workflow } else { named });
        let near = synonym.or_else(|| workflow_asl::nearest::nearest(text, known));
        let what = match near {
            Some(near) if is_declaration(near) => "declaration",
            _ if named => "state kind",
            _ => "declaration or state kind",
        };
        let mut problem = Problem::new(Code::UnknownDeclaration, keyword.span(), format!("unknown {what} `{text}`"));
        problem = match (near, named) {
            (Some(near), _) => problem.did_you_mean(near, near),
            (None, true) => {
                let kinds: Vec<_> = STATES.iter().map(|(_, keyword)| keyword.word).collect();
                problem.help(format!("the kinds of state are `{}`", kinds.join("`, `")))
            }
            (None, false) => problem.help("a state is declared `kind Name … -> Next;`"),
        };
        self.report(problem);
        cursor.next();
        let kind = near.and_then(|near| STATES.iter().find(|(_, keyword)| keyword.word == near));
        match (kind, near) {
            (Some((kind, _)), _) if named => {
                let comment = self.only_comment(attributes);
                body.states.extend(self.state(comment, *kind, keyword, false, cursor));
            }
            (None, Some(near)) if near != "start" => self.declaration(attributes, keyword, near, cursor, declarations),
            // `kind Name …` of an unknown kind is kept, so that transitions to it are not reported.
            (None, None) if named => {
                let comment = self.only_comment(attributes);
                body.states.extend(self.state(comment, StateKind::Task, keyword, true, cursor));
            }
            _ => skip_item_with_body(cursor),
        }
    }

    /// Parses a field of a definition in ASL syntax: `StartAt: "Hello"`. Returns `false` for other words.
    fn asl_item(
        &mut self,
        keyword: &Ident,
        text: &str,
        cursor: &mut Cursor,
        body: &mut Body,
        declarations: &mut Vec<Declaration>,
    ) -> bool {
        // Names are followed by a sign in JSON and in other languages.
        let sign = cursor.is_punct_at(1, ":") && !cursor.is_punct_at(1, "::") || cursor.is_punct_at(1, "=");
        let value = cursor.peek_literal_at(2).filter(|_| sign).cloned();
        let first = cursor.here();
        let name = text.replace(['_', '-'], "").to_lowercase();
        // A whole definition in JSON is one problem.
        let looks = sign && !std::mem::replace(&mut self.looked_for_json, true);
        let states = (0..if looks { cursor.remaining() } else { 0 }).find(|at| {
            cursor.is_punct_at(at + 1, ":")
                && cursor.peek_group_at(at + 2, Delimiter::Brace).is_some()
                && match cursor.peek_at(*at) {
                    Some(TokenTree::Ident(word)) => *word == "States",
                    Some(TokenTree::Literal(literal)) => literal.to_string() == "\"States\"",
                    _ => false,
                }
        });
        if let Some(states) = states {
            cursor.advance(states + 3);
            let problem = Problem::new(Code::Syntax, first.to(cursor.before()), "found a definition in JSON");
            self.report(
                problem.help("a state is declared `pass Hello { … } -> Next;`").help(
                    "`cargo workflow import FILE` turns a definition in Amazon States Language into this language",
                ),
            );
            cursor.advance(cursor.remaining());
            return true;
        }
        let string = value.as_ref().and_then(string_value);
        let (written, kind) = match (name.as_str(), &string, &value) {
            ("startat", Some(state), _) => {
                let target = Target::Text(state.clone());
                body.start.get_or_insert(target);
                (format!("start {};", written_target(&state.value)), None)
            }
            ("timeoutseconds", None, Some(number)) => {
                let value = self.literal(number);
                (format!("timeout {number}s;"), Some(DeclarationKind::Timeout(value)))
            }
            ("querylanguage", Some(language), _) => {
                let written = language.value.to_lowercase();
                let language = if written == "jsonpath" { QueryLanguage::JsonPath } else { QueryLanguage::Jsonata };
                (format!("query {written};"), Some(DeclarationKind::Query { language, explicit: false }))
            }
            ("type", Some(kind), _) => {
                let written = kind.value.to_lowercase();
                let express = written == "express";
                (format!("type {written};"), Some(DeclarationKind::Type { express }))
            }
            ("comment" | "description", Some(text), _) => {
                (format!("comment {:?};", text.value), Some(DeclarationKind::Comment(text.clone())))
            }
            ("version", Some(text), _) => {
                (format!("version {:?};", text.value), Some(DeclarationKind::Version(text.clone())))
            }
            _ if sign && cursor.peek_group_at(2, Delimiter::Brace).is_some() && !is_declaration(text) => {
                // `States: { … }`, `Hello: { Type: "Pass", … }`
                cursor.advance(3);
                let problem = Problem::new(Code::Syntax, first, "found a definition in JSON");
                self.report(problem.help("a state is declared `pass Hello { … } -> Next;`").help(
                    "`cargo workflow import FILE` turns a definition in Amazon States Language into this language",
                ));
                cursor.eat_punct(",");
                return true;
            }
            _ => return false,
        };
        cursor.advance(3);
        let mut span = first.to(cursor.before());
        if let Some(end) = cursor.eat_punct(",").or_else(|| cursor.eat_punct(";")) {
            span = span.to(end);
        }
        self.report(
            Problem::new(Code::UnknownDeclaration, span, format!("unknown declaration `{text}:`")).write(written),
        );
        if let Some(kind) = kind {
            declarations.push(Declaration { comment: None, derives: Vec::new(), keyword: keyword.clone(), kind });
        }
        true
    }

    /// Parses `name "text";`, the name in the document after the workflow's own name, which is reported. Returns `false`
    /// if something else is next.
    fn late_name(&mut self, cursor: &mut Cursor, declarations: &mut Vec<Declaration>) -> bool {
        let Some(keyword) = self.clause_word(cursor).filter(|word| word == "name") else { return false };
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
        self.stray_sign(keyword, &["->", "=>", ":", "="], cursor);
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

/// Skips to the end of an item that may end in braces.
fn skip_item_with_body(cursor: &mut Cursor) {
    while !cursor.is_end() && !item_starts_here(cursor) {
        if cursor.eat_punct(";").is_some() {
            return;
        }
        if cursor.eat_group(Delimiter::Brace).is_some() {
            return;
        }
        cursor.next();
    }
}
