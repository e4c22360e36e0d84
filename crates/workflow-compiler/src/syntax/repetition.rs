//! Parses repetitions: `for region in ["eu-west-1", "us-east-1"] { … }`, and names that contain the item.

use proc_macro2::{Delimiter, Group, Ident};
use workflow_asl::{Code, StateKind};

use super::ast::{
    Comment, ComputedName, Expr, ExprKind, Reference, Repeated, Repetition, Root, Segment, Text, TokenSpan, plain,
};
use super::clause::Clauses;
use super::cursor::{Cursor, string_value};
use super::parser::Parser;
use super::recover::{clause_starts_here, item_starts_here};
use crate::problem::Problem;

/// The number of states, branches or arms, and of uses, before a repetition.
pub(super) type Place = (usize, usize);

impl Parser<'_> {
    /// Parses a repetition of states, after `item` has recorded its keyword.
    pub(super) fn repeated_states(
        &mut self,
        comment: Comment,
        place: Place,
        cursor: &mut Cursor,
    ) -> Option<Repetition> {
        let read = |parser: &mut Self, group: &Group, span| {
            let body = parser.inner_body(group, span);
            if let Some(start) = &body.start {
                parser.wrong(start.span(), "a `for` has no `start`", "each copy begins with its first state");
            }
            Repeated::States(body)
        };
        let mut repetition = self.repetition(comment, place, cursor, read)?;
        let mut clauses = Clauses::default();
        let (transition, tail, closed) = self.state_tail(StateKind::Task, cursor, &mut clauses);
        for clause in &clauses.list {
            let word = clause.kind.keyword();
            let problem = Problem::new(Code::MisplacedClause, clause.span, format!("a `for` has no `{word}`"));
            self.report(problem.help("write it on the states in its braces"));
        }
        let broken = self.proof(clauses.broken);
        repetition = Repetition { transition, tail, closed, broken, ..repetition };
        Some(repetition)
    }

    /// Parses `for item in list { … }`.
    pub(super) fn repetition(
        &mut self,
        comment: Comment,
        (place, uses_before): Place,
        cursor: &mut Cursor,
        read: impl FnOnce(&mut Self, &Group, TokenSpan) -> Repeated,
    ) -> Option<Repetition> {
        const EXAMPLE: &str = "for example `for region in [\"eu-west-1\", \"us-east-1\"] { … }`";
        let keyword = cursor.eat_ident()?;
        let name = cursor.peek_ident().filter(|_| cursor.is_word_at(1, "in")).cloned();
        let Some(name) = name else {
            self.expected_as(cursor, "the name of the item and `in` after `for`", EXAMPLE);
            self.skip_item(cursor);
            return None;
        };
        cursor.next();
        cursor.next();
        let outer = self.parameters.len();
        let item = self.declare_parameter(&name, false);
        // The list does not see its item.
        let mut parameters = self.parameters.split_off(outer);
        let word = parameters.first().map_or(usize::MAX, |parameter| parameter.word);
        parameters.iter_mut().for_each(|parameter| parameter.of_repetition = true);
        let list = self.head_expr(cursor);
        self.parameters.extend(parameters);
        let span = TokenSpan::from(keyword.span()).to(cursor.before());
        let content = match cursor.eat_group(Delimiter::Brace) {
            Some(group) => Some(((group.span_open(), group.span_close()), read(self, &group, span))),
            None => {
                self.expected_as(cursor, "the states that `for` repeats, in braces", EXAMPLE);
                self.skip_item(cursor);
                None
            }
        };
        self.parameters.truncate(outer);
        let (braces, content) = content?;
        Some(Repetition {
            comment,
            keyword,
            item,
            word,
            field: field_of_input(&list),
            list,
            place,
            uses_before,
            braces,
            content,
            transition: None,
            tail: cursor.before(),
            closed: false,
            broken: None,
        })
    }

    /// Returns whether the word is the item of an enclosing repetition.
    pub(super) fn item_named(&self, word: &Ident) -> bool {
        self.parameter_named(word).is_some_and(|parameter| parameter.of_repetition)
    }

    /// Parses a name in the document that contains an item: `"Copy to " + region`. Returns `None` if none is here.
    pub(super) fn computed_name(&mut self, cursor: &mut Cursor) -> Option<ComputedName> {
        if !self.parameters.iter().any(|parameter| parameter.of_repetition) {
            return None;
        }
        let joined = cursor.peek_literal_at(0).is_some_and(|text| string_value(text).is_some())
            && ["+", "&"].iter().any(|sign| cursor.is_punct_at(1, sign));
        if !joined && !cursor.peek_ident().is_some_and(|word| self.item_named(word)) {
            return None;
        }
        let first = cursor.here();
        let mut parts = Vec::new();
        loop {
            if let Some(text) = cursor.eat_text() {
                parts.push(self.leaf(ExprKind::Text(text.value), text.span));
            } else if cursor.peek_ident().is_some_and(|word| self.item_named(word)) {
                parts.push(self.reference(cursor));
            } else {
                let help = "for example `\"Copy to \" + region`";
                let reported = self.expected_as(cursor, "text or the item of `for` in a state's name", help);
                parts.push(self.leaf(ExprKind::Invalid(reported), cursor.here()));
                if cursor.peek_ident().is_some() && !clause_starts_here(cursor) && !item_starts_here(cursor) {
                    self.reference(cursor);
                }
                break;
            }
            if !self.joins(cursor) {
                break;
            }
        }
        Some(ComputedName { parts, span: first.to(cursor.before()) })
    }

    /// Reads the sign that joins the parts of a name; JSONata's is reported.
    fn joins(&mut self, cursor: &mut Cursor) -> bool {
        if let Some(sign) = cursor.eat_punct("&") {
            self.rewrite(sign, "`&` is not an operator here", "+");
            return true;
        }
        cursor.eat_punct("+").is_some()
    }

    /// Returns the name in the document of a state that is repeated and has no other name there: its own, and the items.
    pub(super) fn implied_name(&self, name: &Ident) -> Option<ComputedName> {
        let span = TokenSpan::from(name.span());
        let mut parts = vec![Expr::made(ExprKind::Text(plain(name)), span)];
        for parameter in self.parameters.iter().filter(|parameter| parameter.of_repetition) {
            let item = Reference::to(Root::Parameter(parameter.name.clone()), span);
            parts.push(Expr::made(ExprKind::Text(" ".to_owned()), span));
            parts.push(Expr::made(ExprKind::Reference(item), span));
        }
        (parts.len() > 1).then_some(ComputedName { parts, span })
    }
}

/// Returns the field of the input that a list is.
fn field_of_input(list: &Expr) -> Option<String> {
    let ExprKind::Reference(Reference { root: Root::Input, segments, .. }) = &list.kind else { return None };
    match segments.as_slice() {
        [Segment::Member { name, .. }] => Some(name.value.clone()),
        _ => None,
    }
}

impl ComputedName {
    /// Returns the text that it begins with, as an alias, and the other parts.
    pub(super) fn split(mut self) -> (Option<Text>, Vec<Expr>) {
        let value = match self.parts.first() {
            Some(Expr { kind: ExprKind::Text(text), .. }) => text.clone(),
            _ => String::new(),
        };
        if !value.is_empty() {
            self.parts.remove(0);
        }
        (Some(Text { value, span: self.span }), self.parts)
    }
}
