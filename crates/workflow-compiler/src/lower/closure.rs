//! Lowers calls with a closure, such as `$filter(xs, |x| x > 1)`, to JSONata. The result is a list even if it has one
//! item or none.

use workflow_asl::jsonata::{self, FunctionId as Row, Node};

use super::list::may_be_list;
use super::{Lowering, ValueSite};
use crate::check::function::Function;
use crate::check::{Ty, callback};
use crate::syntax::ast::{BinaryOp, Closure, Expr, ExprKind, Segment, Text};

impl<'a> Lowering<'_, 'a> {
    /// Returns a call with a closure as JSONata.
    pub(super) fn call_with_closure(&mut self, place: ValueSite<'_, 'a>, name: &Text, arguments: &[Expr]) -> Node {
        let scope = self.analysis.closure_scope(&place, &name.value, arguments);
        let inner = scope.as_ref().map_or(place, |scope| place.inside(scope));
        let mut body_may_be_list = false;
        let lowered: Vec<_> = arguments
            .iter()
            .map(|argument| match &argument.kind {
                ExprKind::Closure(closure) => {
                    body_may_be_list = may_be_list(&self.analysis.type_of(inner, &closure.body));
                    self.closure(inner, closure)
                }
                _ => self.jsonata(place, argument),
            })
            .collect();
        let call = Node::call(name.value.trim_start_matches('$'), lowered);
        let item_may_be_list = || match arguments.first().map(|of| self.analysis.type_of(place, of)) {
            Some(Ty::Array(item)) => may_be_list(&item),
            _ => true,
        };
        let list = |call: Node, keep: bool| Node::array([if keep { call.kept_array() } else { call }]);
        match callback(&name.value, arguments) {
            Some((Function::Jsonata(row), ..)) => match row.id {
                Row::Map | Row::Each => list(call, body_may_be_list),
                Row::Filter => list(call, item_may_be_list()),
                // `$sift` returns nothing if no member is left.
                Row::Sift => Node::call("merge", [Node::array([call])]),
                _ => call,
            },
            _ => call,
        }
    }

    /// Returns `function($x) { … }`.
    fn closure(&mut self, place: ValueSite<'_, 'a>, closure: &Closure) -> Node {
        let outer = self.parameters.len();
        for Text { value: name, .. } in &closure.parameters {
            let in_jsonata = self.name_of_parameter(name, &closure.body);
            self.parameters.push((name.clone(), in_jsonata));
        }
        let body = self.jsonata(place, &closure.body);
        Node::lambda(self.parameters.drain(outer..).map(|(_, name)| name), body)
    }

    /// Returns the JSONata name of a parameter: its own name, unless it would hide a variable or a function that the
    /// body reads.
    fn name_of_parameter(&self, name: &str, body: &Expr) -> String {
        let fits = |name: &String| {
            name != "states" && self.is_unused(name) && (!jsonata::is_function(name) || calls_nothing(body))
        };
        let names = (1..100).map(|number| if number == 1 { name.to_owned() } else { format!("{name}_{number}") });
        names.into_iter().find(fits).unwrap_or_else(|| name.to_owned())
    }

    /// Returns the JSONata name of a parameter of an enclosing closure.
    pub(super) fn parameter(&self, name: &str) -> String {
        let known = self.parameters.iter().rev().find(|(known, _)| known == name);
        known.map_or_else(|| name.to_owned(), |(_, name)| name.clone())
    }
}

/// Returns whether an expression calls no function in JSONata.
fn calls_nothing(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Number(_) | ExprKind::Text(_) => true,
        ExprKind::Reference(reference) => {
            reference.segments.iter().all(|segment| matches!(segment, Segment::Member { .. }))
        }
        ExprKind::Paren(inner) => calls_nothing(inner),
        ExprKind::Binary(op, _, left, right) => *op >= BinaryOp::Add && calls_nothing(left) && calls_nothing(right),
        _ => false,
    }
}
