//! Parses closures: `|order| order.total > 10`, an argument of a function such as `$filter`.

use proc_macro2::{Ident, TokenTree};
use workflow_asl::Code;

use super::ast::{Closure, Expr, ExprKind, Text, plain};
use super::cursor::Cursor;
use super::parser::{Parameter, Parser};
use super::reference::root;
use super::word::Role;
use crate::problem::Problem;

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
            let problem = self.unexpected(cursor, "`,` or `|` after a closure's parameter");
            let reported = self.complain(cursor, problem.help("for example `|order| order.total > 10`"));
            cursor.skip_until(|cursor| cursor.is_any(&[",", ";"]));
            return self.leaf(ExprKind::Invalid(reported), first);
        }
        let bars = first.to(cursor.before());
        if parameters.is_empty() {
            let problem = Problem::new(Code::Syntax, bars, "a closure has at least one parameter");
            self.report(problem.help("for example `|order| order.total > 10`"));
        }
        let body = self.expr(cursor);
        self.parameters.truncate(outer);
        let height = self.height + 1;
        let span = first.to(body.span);
        self.grown(ExprKind::Closure(Box::new(Closure { parameters, bars, body })), span, height)
    }

    /// Parses a parameter, and declares it for the closure's body.
    fn parameter(&mut self, cursor: &mut Cursor) -> Option<Text> {
        let Some(TokenTree::Ident(name)) = cursor.peek().cloned() else {
            let is_pattern = matches!(cursor.peek(), Some(TokenTree::Group(_)));
            let problem = self.unexpected(cursor, "a closure's parameter");
            let help = match is_pattern {
                true => "a parameter is a name: read the members or items of its value, such as `pair[0]`",
                false => "for example `|order| order.total > 10`",
            };
            self.complain(cursor, problem.help(help));
            return None;
        };
        cursor.next();
        if self.item_named(&name) {
            let message = format!("`{name}` is the item of an enclosing `for`");
            let problem = Problem::new(Code::ReservedName, name.span(), message);
            self.report(problem.help("choose another name for the parameter"));
        }
        Some(self.declare_parameter(&name, false))
    }

    /// Declares a name for what follows.
    pub(super) fn declare_parameter(&mut self, name: &Ident, is_item: bool) -> Text {
        let text = plain(name);
        let what = if is_item { "an item" } else { "a parameter" };
        if root(&text).is_some() {
            let message = format!("`{text}` is a word of the language, and cannot name {what}");
            let problem = Problem::new(Code::ReservedName, name.span(), message);
            self.report(problem.help("choose another name, for example `x` for an item and `i` for its index"));
        } else if let Some(around) = self.parameter_named(name).filter(|around| around.is_item || is_item) {
            let whose = if around.is_item { "item of the map" } else { "item of the `for`" };
            let message = format!("`{text}` is already the {whose} around this");
            self.report(Problem::new(Code::DuplicateName, name.span(), message).help("choose another name"));
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
