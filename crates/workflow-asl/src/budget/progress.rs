//! Progress, which keeps a loop from running away: states that take time, and states that change its data.
//!
//! The analysis only reports certain cases. A loop runs away if a turn takes no time and changes nothing: its states
//! are choices that read nothing the loop writes, passes without a value, single requests for the status of something
//! that takes time (`describe…`, `get…`), and tasks that a catcher retries without a pause. A loop that may count, page
//! through a list or do a part of its work in each turn is not reported.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::Pointer;
use crate::document::{Catcher, QueryLanguage, State, StateKind};
use crate::error_name;
use crate::graph::{Edge, EdgeKind, Graph};
use crate::jsonata;
use crate::references::{LiteralKind, Reference, ReferenceRoot};
use crate::resource::{Pattern, Resource};
use crate::rules::object_index::{ObjectIndex, StateAt};
use crate::texts::Texts;

/// The progress of a state in its loop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Progress {
    /// It takes time.
    Slow,
    /// It may change the data of the loop's decisions.
    Changing,
    /// No progress.
    Idle,
}

/// The progress of the states of a definition.
pub(crate) struct LoopProgress<'d, 'a> {
    index: &'d ObjectIndex<'a>,
    /// The states' numbers in the index, by the place of their scope and their name.
    numbers: BTreeMap<(&'d Pointer, &'a str), usize>,
    references: BTreeMap<usize, Vec<&'d Reference<'a>>>,
    pub(super) texts: &'d Texts<'d>,
}

impl<'d, 'a> LoopProgress<'d, 'a> {
    pub(crate) fn of(index: &'d ObjectIndex<'a>, references: &'d [Reference<'a>], texts: &'d Texts<'d>) -> Self {
        let numbers = index.states.iter().enumerate().filter_map(|(number, state)| {
            let scope = index.scopes.get(state.scope)?;
            Some(((&scope.at, state.name), number))
        });
        let mut by_state: BTreeMap<usize, Vec<_>> = BTreeMap::new();
        for reference in references {
            by_state.entry(reference.state_number).or_default().push(reference);
        }
        Self { index, numbers: numbers.collect(), references: by_state, texts }
    }

    /// A state of a graph by its number there, with its number in the index.
    fn state(&self, graph: &Graph<'_>, state: usize) -> Option<(usize, &'d StateAt<'a>)> {
        let (name, _) = graph.states().get(state)?;
        let number = *self.numbers.get(&(&graph.scope().pointer, *name))?;
        Some((number, self.index.states.get(number)?))
    }

    /// Returns the language of a state's fields.
    pub(crate) fn is_express(&self, graph: &Graph<'_>, state: usize) -> bool {
        self.state(graph, state).is_some_and(|(_, state)| state.express)
    }

    /// The language of a state's fields.
    pub(super) fn language(&self, graph: &Graph<'_>, state: usize) -> Option<QueryLanguage> {
        self.state(graph, state).map(|(_, state)| state.language)
    }

    /// Returns the progress that a state of a graph makes in its loops.
    pub(crate) fn of_state(&self, graph: &Graph<'_>, state: usize) -> Progress {
        let Some((number, at)) = self.state(graph, state) else { return Progress::Changing };
        let state = at.state;
        let computes = |fields: &[&str]| fields.iter().any(|field| state.has(field));
        match state.kind {
            _ if state.is_unread() => Progress::Changing,
            StateKind::Wait if state.seconds.as_ref().and_then(Value::as_u64) == Some(0) => Progress::Idle,
            StateKind::Wait => Progress::Slow,
            StateKind::Pass => {
                const GIVING: [&str; 6] = ["Result", "Parameters", "Output", "Assign", "InputPath", "OutputPath"];
                if computes(&GIVING) { Progress::Changing } else { Progress::Idle }
            }
            StateKind::Choice => {
                let rules = state.choices.iter().flatten();
                let changes =
                    rules.into_iter().any(|rule| rule.is_unread() || rule.has("Assign") || rule.has("Output"));
                let own = computes(&["Assign", "Output", "InputPath", "OutputPath"]);
                if changes || own { Progress::Changing } else { Progress::Idle }
            }
            StateKind::Task => self.task(number, state),
            StateKind::Parallel | StateKind::Map | StateKind::Succeed | StateKind::Fail => Progress::Changing,
        }
    }

    fn task(&self, number: usize, state: &State) -> Progress {
        match state.resource.as_deref().and_then(Resource::parse) {
            Some(Resource::Activity { .. }) => Progress::Slow,
            Some(Resource::Integration(call)) if call.pattern != Pattern::RequestResponse => Progress::Slow,
            Some(Resource::Integration(call)) if looks(call.action) && !self.moves_on(number, state) => Progress::Idle,
            _ => Progress::Changing,
        }
    }

    /// Returns whether a request may differ in each turn: it reads data that the previous turn may have written.
    fn moves_on(&self, number: usize, state: &State) -> bool {
        let request = state.arguments.as_ref().or(state.parameters.as_ref());
        if !request.is_some_and(Value::is_object) || state.has("InputPath") {
            return true;
        }
        let references = self.references.get(&number).map_or(&[][..], Vec::as_slice);
        references.iter().any(|used| {
            let place: Vec<_> = used.pointer.tokens().collect();
            let field = place.iter().position(|token| token == "Parameters" || token == "Arguments");
            if field.is_none() || used.root == ReferenceRoot::Context {
                return false;
            }
            // DynamoDB wraps values in objects by their type: `{"id": {"S": "1"}}`.
            let is_type = |name: &str| ["S", "N", "B"].contains(&name);
            let names = |token: &String| token.strip_suffix(".$").unwrap_or(token).to_owned();
            let mut keys = place.iter().map(names).rev().skip_while(|name| is_type(name));
            let key = keys.next().unwrap_or_default().to_ascii_lowercase();
            let mut steps = used
                .steps
                .iter()
                .rev()
                .skip_while(|step| matches!(&step.kind, LiteralKind::Name(name) if is_type(name)));
            // A value with the name of its parameter is the same in each turn, except for page tokens.
            let same = matches!(steps.next().map(|step| &step.kind),
                Some(LiteralKind::Name(name)) if name.eq_ignore_ascii_case(&key));
            !same || MARKS.iter().any(|mark| key.contains(mark))
        })
    }

    /// Returns whether a loop over this edge may run away.
    pub(crate) fn may_run_away(&self, graph: &Graph<'_>, edge: &Edge<'_>) -> bool {
        let EdgeKind::Catch(catcher) = edge.kind else { return self.of_state(graph, edge.from) == Progress::Idle };
        let Some((number, StateAt { state, .. })) = self.state(graph, edge.from) else { return false };
        // A repeated error: nothing was done, unless retries paused or the catcher counts.
        let catcher = state.catch.as_ref().and_then(|catchers| catchers.get(catcher));
        state.kind == StateKind::Task
            && !state.has("Retry")
            && self.task(number, state) != Progress::Slow
            && catcher.is_some_and(|catcher| {
                !catcher.is_unread() && !catcher.has("Assign") && !counts(catcher) && !comes_late(catcher)
            })
    }

    /// Returns whether a loop over this edge takes time.
    pub(crate) fn is_slow(&self, graph: &Graph<'_>, edge: &Edge<'_>) -> bool {
        self.of_state(graph, edge.from) == Progress::Slow
    }
}

/// Returns whether the catcher's errors take time to occur.
fn comes_late(catcher: &Catcher) -> bool {
    let late = |name: &String| [error_name::TIMEOUT, error_name::HEARTBEAT_TIMEOUT].contains(&name.as_str());
    catcher.error_equals.as_ref().is_none_or(|names| names.iter().all(late))
}

/// Returns whether the catcher's output contains more than the error.
fn counts(catcher: &Catcher) -> bool {
    match &catcher.output {
        Some(Value::String(text)) => jsonata::expression(text).is_some_and(|code| code.trim() != "$states.input"),
        Some(_) => true,
        None => false,
    }
}

/// Parts of names, in lower case, of parameters with page tokens.
const MARKS: [&str; 7] = ["token", "marker", "cursor", "startkey", "iterator", "page", "offset"];

/// Returns whether an action only reads one resource.
fn looks(action: &str) -> bool {
    ["describe", "get", "head"].iter().any(|verb| action.starts_with(verb))
}
