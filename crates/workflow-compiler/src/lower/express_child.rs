//! `workflow::<Other>.express`: a synchronous Express execution in one state.
//!
//! `StartSyncExecution` succeeds when the execution fails. Its result has `Status`, `Error` and `Cause`, and the output as
//! JSON text. The state's `Output` parses the output, and fails if the execution did: `$error` is an error of the state,
//! which its retriers and catchers handle.

use serde_json::Value;
use workflow_asl::Pointer;
use workflow_asl::document::QueryLanguage;
use workflow_asl::jsonata::Node;

use super::object::Fields;
use super::reference::states;
use super::{Lowering, ValueField, ValueSite};
use crate::check::{AccessStep, Capture, OUTPUT, StateInfo};
use crate::syntax::ast::{Expr, Head, Resource};

/// Returns the value if the execution has succeeded, or the error with its status, error and cause.
fn checked(value: Node) -> Node {
    let succeeded = states("result").member("Status").binary("=", Node::string("SUCCEEDED"));
    let parts = ["Status", "Error", "Cause"].map(|name| states("result").member(name));
    let words = Node::call("join", [Node::array(parts), Node::string(": ")]);
    succeeded.condition(value.within("or"), Node::call("error", [words]))
}

/// Returns the output of the execution.
fn output() -> Node {
    Node::call("parse", [states("result").member(OUTPUT)])
}

/// Returns the result with the output as JSON.
fn result() -> Node {
    Node::call("merge", [Node::array([states("result"), Node::object([(OUTPUT, output())])])])
}

/// Returns the parts of the result that other states read.
pub(super) fn captured(capture: &Capture, constructor: impl Fn(&Capture, Node) -> Node) -> Node {
    checked(match capture {
        Capture::Members(members) => Node::object(members.iter().map(|(name, inner)| {
            let member = if name == OUTPUT { output() } else { states("result").member(name) };
            (name, constructor(inner, member))
        })),
        _ => result(),
    })
}

impl<'a> Lowering<'_, 'a> {
    /// Returns a part of the result in a clause of the state, and the steps that remain.
    pub(super) fn express_result<'s>(
        &self,
        place: ValueSite<'_, 'a>,
        steps: &'s [AccessStep],
    ) -> (Node, &'s [AccessStep]) {
        let (value, rest) = match steps {
            [AccessStep::Member { name, .. }, rest @ ..] if name == OUTPUT => (output(), rest),
            [AccessStep::Member { .. }, ..] => return (states("result"), steps),
            _ => (result(), steps),
        };
        // The whole `Output` is checked once.
        let value = if place.position == ValueField::Output { value } else { Node::block([checked(value)]) };
        (value, rest)
    }

    /// Returns the value of the clause `output`.
    pub(super) fn express_output(&mut self, place: ValueSite<'_, 'a>, value: &Expr, at: &Pointer) -> Value {
        self.source_map.put(at.clone(), value.span);
        self.spans_within(value, at);
        let value = self.jsonata(place, value);
        self.braced(checked(value))
    }

    /// Adds the `Output` of a state that waits for an Express execution and has no clause `output`.
    pub(super) fn express_child(&mut self, info: &StateInfo<'a>, fields: &mut Fields) {
        let Head::Task { resource: Some(resource @ Resource::Service { span, .. }), .. } = &info.state.head else {
            return;
        };
        let Some(workflow) = resource.express_child() else { return };
        if info.language == QueryLanguage::JsonPath {
            let name = workflow.last_word().unwrap_or_default();
            let call = format!("`workflow::<{name}>.express`, which parses the execution's output");
            self.needs_jsonata(*span, &call);
        } else if !fields.map.contains_key("Output") {
            let output = self.braced(checked(result()));
            self.put(fields, "Output", output, *span);
        }
    }
}
