//! Retriers and catchers.

use proc_macro2::{Delimiter, TokenTree};
use workflow_asl::Code;

use super::ast::{Catcher, Clause, ClauseValue, Retrier, SettingField, Spot, Text, plain};
use super::clause::{Clauses, Place};
use super::cursor::{Cursor, Opened, group_spot};
use super::keyword::ClauseKind;
use super::literal::string_value;
use super::object::Braces;
use super::parser::Parser;
use super::recover::skip_past;
use super::word::Role;
use crate::problem::Problem;

impl Parser<'_> {
    /// What follows `retry` or `catch` in a state: `none`, a name, or a handler.
    pub(super) fn handler_clause(&mut self, kind: ClauseKind, cursor: &mut Cursor) -> Option<ClauseValue> {
        let without_brackets = cursor.peek_ident().is_some() && cursor.is_punct_at(1, ".");
        if cursor.peek_group(Delimiter::Bracket).is_some() || without_brackets {
            return Some(if kind == ClauseKind::Retry {
                ClauseValue::Retrier(self.retrier(cursor))
            } else {
                ClauseValue::Catcher(self.catcher(cursor))
            });
        }
        if let Some(name) = cursor.eat_ident() {
            self.word(&name, Role::HandlerReference(kind));
            return Some(if name == "none" { ClauseValue::None(name) } else { ClauseValue::Named(name) });
        }
        let problem = self.unexpected(cursor, &format!("errors in brackets after `{}`", kind.keyword()));
        let example = if kind == ClauseKind::Retry {
            "such as `retry [States.Timeout] { interval: 5s, max_attempts: 3 }`, or the name of a retrier"
        } else {
            "such as `catch [States.ALL] => Failed`, or the name of a catcher"
        };
        self.complain(cursor, problem.help(example));
        self.hole(cursor.here_first(), Role::HandlerReference(kind));
        None
    }

    /// `[Errors…] { interval: …, … }`
    pub(super) fn retrier(&mut self, cursor: &mut Cursor) -> Retrier {
        let (errors, errors_spot) = self.errors(cursor);
        let fields = match cursor.eat_group(Delimiter::Brace) {
            Some(group) => self
                .members(Opened::of(&group), Braces::Retry)
                .into_iter()
                .filter_map(|(member, name)| match name {
                    Some(name) => Some(SettingField { name, value: member.value }),
                    None => {
                        self.error(Code::Syntax, member.key.spot, "the fields of a retrier have no quotes");
                        None
                    }
                })
                .collect(),
            None => Vec::new(),
        };
        Retrier { errors, errors_spot, fields }
    }

    /// `[Errors…] => State { … }`
    pub(super) fn catcher(&mut self, cursor: &mut Cursor) -> Catcher {
        let (errors, errors_spot) = self.errors(cursor);
        let target = self.arrow("=>", "a catcher", cursor);
        let clauses = self.block_clauses(Place::Block { catcher: true }, cursor);
        Catcher { errors, errors_spot, target, clauses }
    }

    /// `{ assign … output … }` after a target, where it is given.
    pub(super) fn block_clauses(&mut self, place: Place, cursor: &mut Cursor) -> Vec<Clause> {
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

    /// `[A, B.C, "any text"]`
    pub(super) fn errors(&mut self, cursor: &mut Cursor) -> (Vec<Text>, Spot) {
        if cursor.peek_ident().is_some() && cursor.is_punct_at(1, ".") {
            let errors: Vec<_> = self.error_name(cursor).into_iter().collect();
            let spot = errors.first().map_or_else(|| cursor.before(), |error| error.spot);
            let name = errors.first().map(|error| error.value.as_str()).unwrap_or_default();
            let problem = Problem::new(Code::Syntax, spot, "the names of errors stand in brackets");
            self.report(problem.help(format!("write `[{name}]`")));
            return (errors, spot);
        }
        let Some(group) = cursor.eat_group(Delimiter::Bracket) else {
            self.expected(cursor, "errors in brackets, such as `[States.ALL]`");
            return (Vec::new(), cursor.here_first().into());
        };
        let errors = self.within(&group, |parser, cursor| {
            let mut errors = Vec::new();
            while !cursor.is_end() {
                errors.extend(parser.error_name(cursor));
                if cursor.is_end() || cursor.eat_punct(",").is_some() {
                    continue;
                }
                let problem = parser.unexpected(cursor, "`,` between error names");
                parser.complain(cursor, problem.help("a name that is more than words and dots stands in quotes"));
                skip_past(cursor, &[","]);
            }
            errors
        });
        (errors.unwrap_or_default(), group_spot(&group))
    }

    /// Words with dots, or text.
    fn error_name(&mut self, cursor: &mut Cursor) -> Option<Text> {
        if let Some(text) = cursor.peek_literal_at(0).and_then(string_value) {
            cursor.next();
            return Some(text);
        }
        let Some(first) = cursor.eat_ident() else {
            let problem = self.unexpected(cursor, "an error's name");
            self.complain(cursor, problem.help("such as `States.Timeout`, or any text in quotes"));
            return None;
        };
        let mut value = plain(&first);
        let spot = Spot::from(first.span());
        while cursor.is_punct(".") {
            match cursor.peek_at(1) {
                Some(TokenTree::Ident(word)) => value.push_str(&format!(".{}", plain(word))),
                // `States.Http.StatusCode.429`
                Some(TokenTree::Literal(number)) if string_value(number).is_none() => {
                    value.push_str(&format!(".{number}"));
                }
                _ => {
                    let problem = Problem::new(Code::Syntax, cursor.here(), "expected a word after `.`");
                    self.report(problem);
                    cursor.next();
                    break;
                }
            }
            cursor.advance(2);
        }
        Some(Text { value, spot: spot.to(cursor.before()) })
    }
}
