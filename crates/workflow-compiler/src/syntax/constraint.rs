//! Parses `#[validate(…)]`: constraints on fields, with the names that the crates `validator`, `garde` and `schemars`
//! use.

use proc_macro2::{Delimiter, Group, TokenTree};
use workflow_asl::Code;

use super::ast::{Bound, Constraint, ConstraintKind, Text};
use super::cursor::Cursor;
use super::literal::string_value;
use super::parser::Parser;
use super::recover::skip_past;
use crate::problem::Problem;

impl Parser<'_> {
    /// Parses `#[validate(range(min = 1, max = 10), length(max = 80))]`.
    pub(super) fn validate(&mut self, attribute: &Group, constraints: &mut Vec<Constraint>) {
        self.within(attribute, |parser, cursor| {
            cursor.next();
            let Some(list) = cursor.eat_group(Delimiter::Parenthesis) else {
                parser.expected(cursor, "`(` after `validate`");
                return;
            };
            parser.separated(&list, |parser, cursor| constraints.extend(parser.constraint(cursor)));
        })
        .ok();
    }

    /// Parses a comma-separated list.
    fn separated(&mut self, list: &Group, mut part: impl FnMut(&mut Self, &mut Cursor)) {
        self.within(list, |parser, cursor| {
            while !cursor.is_end() {
                part(parser, cursor);
                if cursor.eat_punct(",").is_none() && !cursor.is_end() {
                    parser.expected(cursor, "`,`");
                    skip_past(cursor, &[","]);
                }
            }
        })
        .ok();
    }

    /// Parses `range(min = 1, max = 10)`.
    fn constraint(&mut self, cursor: &mut Cursor) -> Option<Constraint> {
        let Some(word) = cursor.eat_ident() else {
            self.expected(cursor, "`range`, `length` or `regex`");
            skip_past(cursor, &[]);
            return None;
        };
        let name = word.to_string();
        let Some(kind) = ConstraintKind::ALL.into_iter().find(|kind| kind.word() == name) else {
            let problem = Problem::new(Code::Syntax, word.span(), format!("unknown constraint `{name}`"));
            let words = ConstraintKind::ALL.map(ConstraintKind::word);
            let help =
                "`range` limits numbers, `length` strings, lists and maps, and `regex` has a pattern for strings";
            self.report(problem.suggest(&name, words).help(help));
            while !cursor.is_end() && !cursor.is_punct(",") {
                cursor.next();
            }
            return None;
        };
        let Some(bounds) = cursor.eat_group(Delimiter::Parenthesis) else {
            let arguments =
                if kind == ConstraintKind::Pattern { "(pattern = \"…\")" } else { "(min = …, max = …)" };
            self.expected(cursor, &format!("`{arguments}` after `{name}`"));
            return None;
        };
        let mut constraint = Constraint { kind, least: None, greatest: None, pattern: None, span: word.span().into() };
        if kind == ConstraintKind::Pattern {
            self.within(&bounds, |parser, cursor| constraint.pattern = parser.regular_expression(cursor)).ok();
            return constraint.pattern.is_some().then_some(constraint);
        }
        self.separated(&bounds, |parser, cursor| parser.bound(cursor, &mut constraint));
        if constraint.least.is_none() && constraint.greatest.is_none() && bounds.stream().is_empty() {
            let problem = Problem::new(Code::Syntax, constraint.span, format!("`{name}` has no bounds"));
            self.report(problem.help("the bounds are `min`, `max` and `equal`"));
        }
        Some(constraint)
    }

    /// Parses `pattern = "^[A-Z]+$"`.
    fn regular_expression(&mut self, cursor: &mut Cursor) -> Option<Text> {
        let text = if cursor.eat_word("pattern").is_some() && cursor.eat_punct("=").is_some() {
            cursor.peek_literal_at(0).and_then(string_value)
        } else {
            None
        };
        let Some(text) = text else {
            let problem = self.unexpected(cursor, "`pattern = \"…\"`");
            self.complain(cursor, problem.help("for example `regex(pattern = \"^[A-Z]{3}$\")`"));
            skip_past(cursor, &[]);
            return None;
        };
        cursor.next();
        if let Err(error) = regex_lite::Regex::new(&text.value) {
            let problem = Problem::new(Code::Syntax, text.span, format!("not a regular expression: {error}"));
            self.report(problem.help("it has the syntax of the crate `regex`"));
            return None;
        }
        Some(text)
    }

    /// Parses `min = 1`.
    fn bound(&mut self, cursor: &mut Cursor, constraint: &mut Constraint) {
        const BOUNDS: [&str; 3] = ["min", "max", "equal"];
        let word = cursor.eat_ident();
        let name = word.as_ref().map(ToString::to_string).unwrap_or_default();
        let (Some(word), true) = (&word, BOUNDS.contains(&name.as_str())) else {
            match &word {
                Some(word) => {
                    let problem = Problem::new(Code::Syntax, word.span(), format!("unknown bound `{name}`"));
                    self.report(problem.suggest(&name, BOUNDS).help("the bounds are `min`, `max` and `equal`"));
                }
                None => {
                    let problem = self.unexpected(cursor, "`min`, `max` or `equal`");
                    self.complain(cursor, problem.help("for example `(min = 1, max = 10)`"));
                    cursor.advance(cursor.remaining());
                }
            }
            while !cursor.is_end() && !cursor.is_punct(",") {
                cursor.next();
            }
            return;
        };
        if cursor.eat_punct("=").is_none() {
            self.expected(cursor, &format!("`=` after `{word}`"));
            return;
        }
        let first = cursor.here();
        let sign = if cursor.eat_punct("-").is_some() { "-" } else { "" };
        let number = match cursor.peek() {
            Some(TokenTree::Literal(literal)) => Some(format!("{sign}{}", literal.to_string().replace('_', ""))),
            _ => None,
        };
        let Some(text) = number.filter(|text| text.parse::<f64>().is_ok_and(f64::is_finite)) else {
            self.expected(cursor, "a number");
            while !cursor.is_end() && !cursor.is_punct(",") {
                cursor.next();
            }
            return;
        };
        cursor.next();
        let bound = Bound { text, span: first.to(cursor.before()) };
        if name != "max" {
            constraint.least = Some(bound.clone());
        }
        if name != "min" {
            constraint.greatest = Some(bound);
        }
    }
}
