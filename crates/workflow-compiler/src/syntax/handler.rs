//! Retriers and catchers.

use proc_macro2::{Delimiter, Ident, TokenTree};
use workflow_asl::{Code, error_name};

use super::ast::{Catcher, Clause, ClauseValue, Retrier, Target, Text, TokenSpan, plain};
use super::clause::{ClauseOwner, Clauses};
use super::cursor::{Cursor, OpenGroup, group_span, string_value};
use super::keyword::ClauseKind;
use super::name::rust_name;
use super::object::Braces;
use super::parser::Parser;
use super::recover::{clause_starts_here, holds_states, item_starts, item_starts_here, no_braces, skip_in_state};
use super::word::Role;
use crate::problem::{Edit, Problem, Reported};

const RETRIER: &str = "for example `retry [States.ALL] { interval: 5s, max_attempts: 3 }`, or the name of a retrier";

const CATCHER: &str = "for example `catch [States.ALL] -> Failed`, or the name of a catcher";

impl Parser<'_> {
    /// Parses the value of `retry` or `catch` in a state: `none`, a name, a handler, or a parameter with all retriers.
    pub(super) fn handler_clause(&mut self, kind: ClauseKind, cursor: &mut Cursor) -> Option<ClauseValue> {
        if kind == ClauseKind::Retry && cursor.is_word("params") && cursor.is_punct_at(1, ".") {
            return Some(ClauseValue::Expr(self.operand(cursor)));
        }
        // A name is that of a declared handler, and an error's name where a state and a transition follow.
        let is_clause = |word: &Ident| ClauseKind::from_keyword(&word.to_string()).is_some();
        let is_error = cursor.is_punct_at(1, ".")
            || cursor.peek_group_at(1, Delimiter::Parenthesis).is_some()
            || cursor.is_punct_at(1, "=>")
            || cursor.peek_ident_at(1).is_some_and(|word| !is_clause(word))
                && !item_starts(cursor, 1)
                // As in `catch Failed tim 5m`: the clause after it is misspelt, or being typed.
                && !matches!(cursor.peek_at(2), Some(TokenTree::Literal(_)))
            || cursor.is_punct_at(1, "->") && cursor.is_punct_at(4, "->")
            || kind == ClauseKind::Retry
                && cursor.peek_group_at(1, Delimiter::Brace).is_some_and(|group| !holds_states(group));
        if let (Some(name), false) = (cursor.peek_ident().cloned(), is_error || clause_starts_here(cursor)) {
            cursor.next();
            self.word(&name, Role::HandlerReference(kind));
            return Some(if name == "none" { ClauseValue::None(name) } else { ClauseValue::Named(name) });
        }
        if cursor.peek().is_none() || cursor.is_punct(";") || clause_starts_here(cursor) {
            self.no_errors(kind, cursor);
            self.hole(cursor.here_first(), Role::HandlerReference(kind));
            return None;
        }
        Some(if kind == ClauseKind::Retry {
            ClauseValue::Retrier(self.retrier(cursor))
        } else {
            ClauseValue::Catcher(self.catcher(cursor))
        })
    }

    /// `[Errors…] { interval: …, … }`
    pub(super) fn retrier(&mut self, cursor: &mut Cursor) -> Retrier {
        let (errors, errors_span) = self.errors_of(ClauseKind::Retry, cursor);
        let fields = cursor.eat_group(Delimiter::Brace);
        let fields = fields.map(|group| self.members(OpenGroup::of(&group), Braces::Retry)).unwrap_or_default();
        Retrier { errors, errors_span, fields }
    }

    /// `[Errors…] -> State { … }`
    pub(super) fn catcher(&mut self, cursor: &mut Cursor) -> Catcher {
        let start = cursor.position();
        let (errors, errors_span) = self.errors_of(ClauseKind::Catch, cursor);
        let target = match (cursor.since(start), errors.is_empty()) {
            // `catch Exception Failed`
            ([.., TokenTree::Ident(before), TokenTree::Ident(name)], true) if *before != "as" => {
                Target::State(rust_name(name))
            }
            _ => self.catcher_target(cursor),
        };
        // The braces after the catcher of a map may have the map's states.
        let is_body = cursor.peek_group(Delimiter::Brace).is_some_and(holds_states);
        let clauses =
            if is_body { Vec::new() } else { self.block_clauses(ClauseOwner::Block { catcher: true }, cursor) };
        Catcher { errors, errors_span, target, clauses }
    }

    /// Parses `-> State`. What precedes it, such as a name of the error or the clauses, is reported.
    fn catcher_target(&mut self, cursor: &mut Cursor) -> Target {
        let is_clause = clause_starts_here(cursor) && cursor.peek_group_at(1, Delimiter::Brace).is_none();
        let ends = cursor.is_end() || cursor.is_any(&["->", ";"]) || is_clause || item_starts_here(cursor);
        let target = self.arrow("a catcher", cursor);
        if ends || !matches!(target, Target::Missing(..)) || cursor.eat_group(Delimiter::Brace).is_some() {
            return target;
        }
        cursor.next();
        skip_in_state(cursor, no_braces);
        match cursor.eat_punct("->").or_else(|| cursor.eat_punct("=>")) {
            Some(arrow) => self.target(arrow, cursor),
            None => target,
        }
    }

    /// Parses the errors of a retrier or catcher. In place of brackets, everything up to what follows is reported and skipped.
    fn errors_of(&mut self, kind: ClauseKind, cursor: &mut Cursor) -> (Vec<Text>, TokenSpan) {
        if cursor.peek_group(Delimiter::Bracket).is_some() {
            return self.errors(cursor);
        }
        let first = cursor.here();
        let reported = self.no_errors(kind, cursor);
        let goes_on = |cursor: &Cursor| {
            cursor.is_any(&["->", "=>", ";"])
                || kind == ClauseKind::Catch && cursor.is_punct(":")
                || cursor.peek_group(Delimiter::Brace).is_some()
                || clause_starts_here(cursor)
                || item_starts_here(cursor)
        };
        cursor.skip_until(goes_on);
        // What is in place of the arrow after them is part of this mistake.
        if kind == ClauseKind::Catch {
            cursor.note_complaint(cursor.position(), reported);
        }
        (Vec::new(), first)
    }

    fn no_errors(&mut self, kind: ClauseKind, cursor: &Cursor) -> Reported {
        let help = if kind == ClauseKind::Retry { RETRIER } else { CATCHER };
        let problem = self.unexpected(cursor, &format!("errors in brackets after `{}`", kind.keyword())).help(help);
        let is_next = |at: usize| match kind {
            ClauseKind::Retry => cursor.peek_group_at(at, Delimiter::Brace).is_some(),
            _ => cursor.is_punct_at(at, "->"),
        };
        let edit = match cursor.peek_ident_at(2).filter(|_| cursor.is_punct_at(1, ".") && is_next(3)) {
            Some(last) => Some(Edit::over(
                cursor.here().to(last.span().into()),
                format!("[{}.{last}]", cursor.found().trim_matches('`')),
            )),
            None => is_next(0).then(|| Edit::before(cursor.here(), format!("[{}] ", error_name::ALL))),
        };
        self.complain(cursor, edit.into_iter().fold(problem, Problem::edit))
    }

    /// `[A, B.C, "any text"]`
    pub(super) fn errors(&mut self, cursor: &mut Cursor) -> (Vec<Text>, TokenSpan) {
        let Some(group) = cursor.eat_group(Delimiter::Bracket) else {
            self.expected(cursor, "errors in brackets, such as `[States.ALL]`");
            return (Vec::new(), cursor.here_first().into());
        };
        let errors = self.each(&group, |parser, cursor| {
            let error = parser.error_name(cursor);
            if !cursor.is_end() && cursor.eat_punct(",").is_none() {
                let help = "put a name with other characters than words and dots in quotes";
                parser.expected_as(cursor, "`,` between error names", help);
                cursor.skip_past(&[","]);
            }
            if cursor.is_end() {
                parser.hole(group.span_close(), Role::ErrorName(Vec::new()));
            }
            error
        });
        (errors, group_span(&group))
    }

    /// Parses `{ assign … output … }` after a target, if given.
    pub(super) fn block_clauses(&mut self, place: ClauseOwner, cursor: &mut Cursor) -> Vec<Clause> {
        let Some(group) = cursor.eat_group(Delimiter::Brace) else { return Vec::new() };
        self.within(&group, |parser, cursor| {
            let mut clauses = Clauses::default();
            while !cursor.is_end() {
                if cursor.eat_punct(";").is_some() || cursor.eat_punct(",").is_some() {
                    continue;
                }
                let start = cursor.position();
                if !parser.clause_here(place, cursor, &mut clauses) && cursor.position() == start {
                    cursor.next();
                }
            }
            parser.hole(group.span_close(), place.role());
            clauses.list
        })
        .unwrap_or_default()
    }

    /// Parses words with dots, or text.
    fn error_name(&mut self, cursor: &mut Cursor) -> Option<Text> {
        if let Some(text) = cursor.eat_text() {
            return Some(text);
        }
        let is_every = ["all", "any", "_"].iter().any(|all| cursor.is_word(all)) || cursor.is_punct("*");
        if is_every && !cursor.is_punct_at(1, ".") {
            self.expected_text(cursor, 1, "the name of all errors", error_name::ALL);
            return Some(Text { value: error_name::ALL.to_owned(), span: cursor.before() });
        }
        let Some(first) = cursor.eat_ident() else {
            self.expected_as(cursor, "an error's name", "for example `States.Timeout`, or any text in quotes");
            return None;
        };
        self.word(&first, Role::ErrorName(Vec::new()));
        let mut value = plain(&first);
        let span = TokenSpan::from(first.span());
        while cursor.is_punct(".") {
            match cursor.peek_at(1) {
                Some(TokenTree::Ident(word)) => {
                    self.word(word, Role::ErrorName(value.split('.').map(str::to_owned).collect()));
                    value.push_str(&format!(".{}", plain(word)));
                }
                // `States.Http.StatusCode.429`
                Some(TokenTree::Literal(number)) if string_value(number).is_none() => {
                    value.push_str(&format!(".{number}"));
                }
                _ => {
                    self.hole(cursor.here().last, Role::ErrorName(value.split('.').map(str::to_owned).collect()));
                    self.error(Code::Syntax, cursor.here(), "expected a word after `.`");
                    cursor.next();
                    break;
                }
            }
            cursor.advance(2);
        }
        Some(Text { value, span: span.to(cursor.before()) })
    }
}
