//! Progress, which keeps a loop from running away: states that take time, and states that change its data.
//!
//! The analysis only reports certain cases. A loop runs away if a turn takes no time and changes nothing: its states
//! are choices that read nothing the loop writes, passes without a value, single requests for the status of something
//! that takes time (`describe…`, `get…`), and tasks that a catcher retries without a pause. A loop that may count, page
//! through a list or do a part of its work in each turn is not reported.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::document::{Catcher, QueryLanguage, State, StateKind};
use crate::error_name;
use crate::graph::{Edge, EdgeKind, Graph};
use crate::jsonata;
use crate::references::{LiteralKind, Reference, ReferenceRoot};
use crate::resource::{Pattern, Resource};
use crate::rules::object_index::ObjectIndex;

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
    numbers: BTreeMap<*const State, usize>,
    references: BTreeMap<usize, Vec<&'d Reference<'a>>>,
}

impl<'d, 'a> LoopProgress<'d, 'a> {
    pub(crate) fn of(index: &'d ObjectIndex<'a>, references: &'d [Reference<'a>]) -> Self {
        let numbers = index.states.iter().enumerate().map(|(number, state)| (std::ptr::from_ref(state.state), number));
        let mut by_state: BTreeMap<usize, Vec<_>> = BTreeMap::new();
        for reference in references {
            by_state.entry(reference.state_number).or_default().push(reference);
        }
        Self { index, numbers: numbers.collect(), references: by_state }
    }

    /// Returns whether the state runs in an Express execution, which has no limit of events.
    pub(crate) fn is_express(&self, state: &State) -> bool {
        let number = self.numbers.get(&std::ptr::from_ref(state));
        number.and_then(|number| self.index.states.get(*number)).is_some_and(|state| state.express)
    }

    /// Returns the language of a state's fields.
    pub(super) fn language(&self, state: &State) -> Option<QueryLanguage> {
        let number = self.numbers.get(&std::ptr::from_ref(state))?;
        self.index.states.get(*number).map(|state| state.language)
    }

    pub(crate) fn of_state(&self, state: &State) -> Progress {
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
            StateKind::Task => self.task(state),
            StateKind::Parallel | StateKind::Map | StateKind::Succeed | StateKind::Fail => Progress::Changing,
        }
    }

    fn task(&self, state: &State) -> Progress {
        match state.resource.as_deref().and_then(Resource::parse) {
            Some(Resource::Activity { .. }) => Progress::Slow,
            Some(Resource::Integration(call)) if call.pattern != Pattern::RequestResponse => Progress::Slow,
            Some(Resource::Integration(call)) if looks(call.action) && !self.moves_on(state) => Progress::Idle,
            _ => Progress::Changing,
        }
    }

    /// Returns whether a request may differ in each turn: it reads data that the previous turn may have written.
    fn moves_on(&self, state: &State) -> bool {
        let request = state.arguments.as_ref().or(state.parameters.as_ref());
        if !request.is_some_and(Value::is_object) || state.has("InputPath") {
            return true;
        }
        let number = self.numbers.get(&std::ptr::from_ref(state));
        let references = number.and_then(|number| self.references.get(number)).map_or(&[][..], Vec::as_slice);
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
        let Some((_, state)) = graph.states().get(edge.from) else { return false };
        let EdgeKind::Catch(catcher) = edge.kind else { return self.of_state(state) == Progress::Idle };
        // A repeated error: nothing was done, unless retries paused or the catcher counts.
        let catcher = state.catch.as_ref().and_then(|catchers| catchers.get(catcher));
        state.kind == StateKind::Task
            && !state.has("Retry")
            && self.task(state) != Progress::Slow
            && catcher.is_some_and(|catcher| {
                !catcher.is_unread() && !catcher.has("Assign") && !counts(catcher) && !comes_late(catcher)
            })
    }

    /// Returns whether a loop over this edge takes time.
    pub(crate) fn is_slow(&self, graph: &Graph<'_>, edge: &Edge<'_>) -> bool {
        graph.states().get(edge.from).is_some_and(|(_, state)| self.of_state(state) == Progress::Slow)
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
