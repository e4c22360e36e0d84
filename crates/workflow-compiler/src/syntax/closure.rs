//! Parses closures: `|order| order.total > 10`, an argument of a function such as `$filter`.

use proc_macro2::Ident;
use workflow_asl::Code;

use super::ast::{Closure, Expr, ExprKind, Text, plain};
use super::cursor::Cursor;
use super::parser::{Parameter, Parser};
use super::reference::root;
use super::word::Role;
use crate::problem::Problem;

const CLOSURE: &str = "a parameter is a name, as in `|order| order.total > 10`";

impl Parser<'_> {
    /// Parses a closure, starting at its `|`.
    pub(super) fn closure(&mut self, cursor: &mut Cursor) -> Expr {
        let first = cursor.here();
        let outer = self.parameters.len();
        let mut parameters = Vec::new();
        cursor.next();
        while !cursor.is_end() && !cursor.is_punct("|") {
            parameters.extend(self.parameter(cursor));
            if cursor.eat_punct(",").is_none() {
                break;
            }
        }
        if cursor.eat_punct("|").is_none() {
            self.parameters.truncate(outer);
            let reported = self.expected_as(cursor, "`,` or `|` after a closure's parameter", CLOSURE);
            cursor.skip_until(|cursor| cursor.is_any(&[",", ";"]));
            return self.leaf(ExprKind::Invalid(reported), first);
        }
        let bars = first.to(cursor.before());
        if parameters.is_empty() {
            self.wrong(bars, "a closure has at least one parameter", CLOSURE);
        }
        let body = self.expr(cursor);
        self.parameters.truncate(outer);
        let height = self.height + 1;
        let span = first.to(body.span);
        self.grown(ExprKind::Closure(Box::new(Closure { parameters, bars, body })), span, height)
    }

    /// Parses a parameter, and declares it for the closure's body.
    fn parameter(&mut self, cursor: &mut Cursor) -> Option<Text> {
        let Some(name) = cursor.eat_ident() else {
            self.expected_as(cursor, "a closure's parameter", CLOSURE);
            return None;
        };
        Some(self.declare_parameter(&name, false))
    }

    /// Declares a name for what follows.
    pub(super) fn declare_parameter(&mut self, name: &Ident, is_item: bool) -> Text {
        let text = plain(name);
        let of_for = |around: &&Parameter| around.is_item || around.of_repetition || is_item;
        let taken = match self.parameter_named(name).filter(of_for) {
            _ if root(&text).is_some() => Some((Code::ReservedName, "a word of the language")),
            Some(around) if around.is_item => Some((Code::DuplicateName, "the item of the map around this")),
            Some(_) => Some((Code::DuplicateName, "the item of a `for` around this")),
            None => None,
        };
        if let Some((code, what)) = taken {
            let problem = Problem::new(code, name.span(), format!("`{text}` is already {what}"));
            self.report(problem.help("choose another name"));
        }
        let (span, word) = (name.span().into(), self.words.len());
        self.word(name, Role::ParameterName);
        self.parameters.push(Parameter {
            name: text.clone(),
            span,
            is_item,
            is_read: false,
            word,
            of_repetition: false,
        });
        Text { value: text, span }
    }

    /// Returns the parameter with this name of an enclosing closure, or the item of an enclosing map.
    pub(super) fn parameter_named(&self, name: &Ident) -> Option<&Parameter> {
        self.parameters.iter().rev().find(|parameter| name == parameter.name.as_str())
    }

    /// Ends the names of items after the state that declares them. In a complete state, an unused name is reported.
    pub(super) fn end_items(&mut self, outer: usize, complete: bool) {
        for Parameter { name, span, is_read, .. } in self.parameters.split_off(outer) {
            if complete && !is_read && !name.starts_with('_') {
                let problem = Problem::new(Code::UnusedDeclaration, span, format!("the item `{name}` is not used"));
                self.report(problem.help(format!("remove `as {name}`, or write `_{name}`")));
            }
        }
    }
}
