//! What callers must send: the parts of the input that executions read.

use serde_json::Value;
use workflow_asl::graph::Graph;
use workflow_asl::{Pointer, StateKind, jsonata};
use workflow_jsonata::Expression;

use super::choice::{leads_without_data, no_data, value_for};
use super::task::listed;
use super::{Judge, Side, Subject};
use crate::flow::{Read, is_in, succeeds};
use crate::rule::{self, Rule};
use crate::schema;

impl Judge<'_> {
    pub(super) fn callers(&mut self) {
        let (old, new) = (self.old.machine, self.new.machine);
        if let (Some(old), Some(new)) = (&old.input, &new.input) {
            return self.schema("input", (old, new), (&rule::INPUT_NARROWED, &rule::INPUT_WIDENED));
        }
        let (old, new) = (self.old.flow.reads.clone(), self.new.flow.reads.clone());
        let mut told: Vec<Vec<String>> = Vec::new();
        let mut reads: Vec<&Read> = new.iter().collect();
        // Required parts first, and a whole before its parts.
        reads.sort_by_key(|read| (!read.needed, read.asked, read.path.len()));
        for read in reads {
            if told.iter().any(|told| read.path.starts_with(told)) {
                continue;
            }
            // Reading a part of a value counts as reading it.
            let known = old.iter().filter(|old| old.path.starts_with(&read.path));
            let (mut is_read, mut is_needed) = (false, false);
            for old in known {
                is_read = true;
                is_needed |= old.needed;
            }
            let inside = old.iter().any(|old| read.path.starts_with(&old.path));
            let asks = |other: &Read| other.asked && other.state == read.state && read.path.starts_with(&other.path);
            let rule = match (read.needed, is_read) {
                (true, true) if is_needed => continue,
                (true, true) if self.old.succeeds_without(&read.path) => &rule::INPUT_NEEDED,
                // A state that asks whether there is such a part works without it.
                (false, false) if new.iter().any(asks) => &rule::INPUT_OPTIONAL,
                (false, true) => continue,
                (true, false) if !inside => &rule::INPUT_NEEDED,
                _ => &rule::INPUT_MAYBE_NEEDED,
            };
            told.push(read.path.clone());
            let place = read.path.join(".").replace(".[", "[");
            self.find(rule, &Subject { state: Some(&read.state), field: &place }, format!("`{place}`"));
        }
        for read in &old {
            let related = |new: &Read| new.path.starts_with(&read.path) || read.path.starts_with(&new.path);
            let place = read.path.join(".").replace(".[", "[");
            if !new.iter().any(related) && !told.contains(&read.path) {
                told.push(read.path.clone());
                self.find(&rule::INPUT_UNREAD, &Subject { state: None, field: &place }, format!("`{place}`"));
            }
        }
    }

    /// Judges the schemas of an input or output: by the first rule the values that only the first one accepts, else by the
    /// second rule those that only the second one accepts.
    pub(super) fn schema(&mut self, field: &str, schemas: (&Value, &Value), rules: (&'static Rule, &'static Rule)) {
        let (first, second) = (schema::beyond(schemas.0, schemas.1), schema::beyond(schemas.1, schemas.0));
        let (rule, places) = if first.is_empty() { (rules.1, second) } else { (rules.0, first) };
        if !places.is_empty() {
            self.find(rule, &Subject { state: None, field }, listed(&places));
        }
    }
}

impl Side<'_> {
    /// Returns whether an execution without this part of its input certainly can succeed: on some path, what reads the part
    /// gives a value without it.
    fn succeeds_without(&self, part: &[String]) -> bool {
        let graph = Graph::of(self.document.scope());
        let leads = |number: usize| -> Option<Option<String>> {
            let (at, (_, state)) = (graph.state_pointer(number), graph.states().get(number)?);
            let reads = self.flow.reads.iter();
            let mut reads = reads.filter(|read| read.path.starts_with(part) && is_in(&read.state_at, &at)).peekable();
            match (reads.peek().is_some(), state.kind) {
                (true, StateKind::Choice) => Some(Some(leads_without_data(state, self.document.language_of(state))?)),
                _ => reads.all(|read| self.gives_without_data(&read.pointer)).then_some(None),
            }
        };
        let leads: Vec<_> = (0..graph.states().len()).map(leads).collect();
        let start = graph.start().filter(|start| leads.get(*start).is_some_and(Option::is_some));
        let reached = graph.flow().reached(start, |edge| {
            let goes = match leads.get(edge.from) {
                Some(Some(only)) => only.as_deref().is_none_or(|only| only == edge.target),
                _ => false,
            };
            goes && !edge.is_caught() && edge.to.is_some_and(|to| leads.get(to).is_some_and(Option::is_some))
        });
        graph.states().iter().zip(reached).any(|((_, state), reached)| reached && succeeds(state))
    }

    /// Returns whether a text is an expression that gives a value where there is no data.
    fn gives_without_data(&self, text: &Pointer) -> bool {
        let text = self.machine.definition.pointer(text.as_str()).and_then(Value::as_str);
        let ast = text.and_then(jsonata::expression).and_then(|code| jsonata::parse(code).ok());
        let expression = ast.and_then(|ast| Expression::compile(&ast).ok());
        expression.is_some_and(|expression| value_for(&expression, &no_data()).is_some())
    }
}
