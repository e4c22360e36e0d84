//! Facts about the states of a definition that exploration needs before a run.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use foldhash::fast::FixedState;
use indexmap::{IndexMap, IndexSet};
use workflow_asl::document::{Scope, State, StateMachine};
use workflow_asl::error_name::{
    ALL, HEARTBEAT_TIMEOUT, HTTP_SOCKET, HTTP_STATUS_PREFIX, PERMISSIONS, PREFIX, TASK_FAILED, TIMEOUT,
};
use workflow_asl::graph::Graph;
use workflow_asl::limits::LAMBDA_SECONDS;
use workflow_asl::rules::waits_for_unsent_token;
use workflow_asl::{Pointer, StateKind};
use workflow_local::Program;
use workflow_local::internal::InternalProgram;
use workflow_services::{Pattern, TaskResource};

use crate::repeat::{Repeat, is_throttling};

/// The error that represents all errors that no handler names.
const UNNAMED: &str = "UnnamedError";

/// The error of a Lambda function that ended without an error of its own.
const UNKNOWN: &str = "Lambda.Unknown";

/// Errors that need a member of the request, by their ends and the beginnings of the members.
///
/// Source: <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_PutItem.html> and
/// <https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html>
const OF_MEMBERS: [(&str, &[&str]); 3] = [
    ("ConditionalCheckFailedException", &["Condition", "Expected"]),
    ("ExecutionAlreadyExists", &["Name"]),
    ("ExecutionAlreadyExistsException", &["Name"]),
];

#[derive(Clone, Debug)]
pub(crate) struct StateFacts {
    pub(crate) pointer: Pointer,
    pub(crate) kind: StateKind,
    resource: Option<String>,
    /// Its index among the states that can reach themselves.
    pub(crate) on_loop: Option<usize>,
    /// The maps that contain the state, up to the nearest distributed map; outermost first.
    pub(crate) maps: Vec<Arc<str>>,
    /// The nearest distributed map that contains the state: the state runs in a child execution.
    pub(crate) distributed: Option<Arc<str>>,
    /// The outermost of the states around it that are retried.
    pub(crate) retried: Option<Arc<str>>,
    /// One error of each class that the handlers around the task distinguish.
    pub(crate) errors: Vec<Arc<str>>,
    /// Whether the state has a timeout, and whether it has a heartbeat.
    pub(crate) timers: (bool, bool),
    pub(crate) has_reader: bool,
    /// Whether the task may never answer: it or the execution times out, or it waits for a person or worker.
    pub(crate) may_be_silent: bool,
    pub(crate) is_function: bool,
    /// Whether the task waits for its token but the request does not contain it: it cannot be answered.
    pub(crate) is_unanswerable: bool,
    pub(crate) repeat: Repeat,
    /// Whether the task waits for a job. A retrier of a job that failed is there to run it again.
    pub(crate) is_job: bool,
    /// Whether a path without an error leads to the state.
    pub(crate) is_regular: bool,
    /// Whether the state, or one around it, catches errors that no handler names.
    pub(crate) catches_all: bool,
}

impl StateFacts {
    /// Returns what the state calls, if it is a task.
    pub(crate) fn task(&self) -> Option<TaskResource<'_>> {
        TaskResource::parse(self.resource.as_deref()?).ok()
    }
}

#[derive(Clone, Debug)]
pub(crate) struct States {
    pub(crate) all: IndexMap<String, StateFacts, FixedState>,
    /// The states on loops, by their indices.
    pub(crate) looping: Vec<String>,
    /// The outermost states around others that are retried.
    pub(crate) retried: BTreeSet<Arc<str>>,
    /// Whether most tasks on paths without an error catch every error, as if the others were forgotten.
    pub(crate) mostly_catch: bool,
    /// The pointers of the ways of the program, by number.
    pub(crate) ways: IndexSet<Pointer, FixedState>,
}

struct Definition<'a> {
    machine: &'a StateMachine,
    program: &'a Program,
    compared: &'a BTreeSet<String>,
    /// The names of errors of which each is tried, whatever handles it.
    told_apart: &'a BTreeSet<String>,
}

/// An enclosing state with handlers: its name, the errors that it handles, and whether a path without an error leads to it.
struct Around<'a> {
    name: &'a str,
    errors: Vec<&'a str>,
    is_regular: bool,
}

/// The maps around a state up to the nearest distributed one, that one, and the outermost state that is retried.
type Inside = (Vec<Arc<str>>, Option<Arc<str>>, Option<Arc<str>>);

impl States {
    pub(crate) fn of(machine: &StateMachine, program: &Program) -> Self {
        Self::telling_apart(machine, program, false, [&BTreeSet::new(), &BTreeSet::new()])
    }

    /// Finds the facts of all states. The errors in `told_apart` are tried even if no handler distinguishes them, and those in
    /// `compared`, which conditions compare, if one catches them. If the definition reads JSON from texts, functions also fail
    /// with a cause that is plain text, and jobs with their descriptions.
    pub(crate) fn telling_apart(
        machine: &StateMachine,
        program: &Program,
        reads_json: bool,
        [compared, told_apart]: [&BTreeSet<String>; 2],
    ) -> Self {
        let mut all = BTreeMap::new();
        let of = Definition { machine, program, compared, told_apart };
        scope(&of, machine.scope(), &mut Vec::new(), &Inside::default(), &mut all);
        for facts in all.values_mut() {
            facts.errors.extend((reads_json && facts.is_function).then(|| Arc::from(UNKNOWN)));
            facts.errors.extend((reads_json && facts.is_job).then(|| Arc::from(TASK_FAILED)));
        }
        let retried = all.values().filter_map(|facts| facts.retried.clone()).collect();
        let regular = |facts: &&StateFacts| facts.kind == StateKind::Task && facts.is_regular;
        let (caught, uncaught): (Vec<_>, Vec<_>) = all.values().filter(regular).partition(|facts| facts.catches_all);
        let mostly_catch = caught.len() > 1 && caught.len() >= 2 * uncaught.len();
        let mut looping = Vec::new();
        for (name, facts) in all.iter_mut().filter(|(_, facts)| facts.on_loop.is_some()) {
            facts.on_loop = Some(looping.len());
            looping.push(name.clone());
        }
        Self {
            all: all.into_iter().collect(),
            looping,
            retried,
            mostly_catch,
            ways: program.ways().into_iter().collect(),
        }
    }

    pub(crate) fn get(&self, name: &str) -> Option<&StateFacts> {
        self.all.get(name)
    }
}

fn scope<'a>(
    of: &Definition<'_>,
    scope_of: Scope<'a>,
    around: &mut Vec<Around<'a>>,
    inside: &Inside,
    all: &mut BTreeMap<String, StateFacts>,
) {
    let Definition { machine, program, .. } = *of;
    let graph = Graph::of(scope_of);
    let looping: BTreeSet<usize> = graph.loops(|_| true).into_iter().flatten().collect();
    let lasts = machine.timeout_seconds.as_ref().and_then(serde_json::Value::as_u64);
    let regular = graph.flow().reached(graph.start(), |edge| !edge.is_caught());
    for (number, (name, state)) in graph.states().iter().enumerate() {
        let at = graph.state_pointer(number);
        let is_regular = regular.get(number) == Some(&true) && around.last().is_none_or(|around| around.is_regular);
        let task = resource(state);
        let (is_function, pattern) =
            (task.is_some_and(TaskResource::calls_function), task.and_then(TaskResource::pattern));
        around.push(Around { name, errors: handled(state), is_regular });
        let facts = StateFacts {
            pointer: at.clone(),
            kind: state.kind,
            resource: state.resource.clone(),
            on_loop: looping.contains(&number).then_some(number),
            maps: inside.0.clone(),
            distributed: inside.1.clone(),
            retried: inside.2.clone(),
            errors: if state.kind == StateKind::Task { errors(state, of, around) } else { Vec::new() },
            timers: timers(state),
            has_reader: state.has("ItemReader"),
            may_be_silent: state.kind == StateKind::Task
                && (timers(state) != (false, false)
                    || task == Some(TaskResource::Activity)
                    || pattern == Some(Pattern::WaitForTaskToken)
                    || inside.1.is_none() && lasts.is_some_and(|lasts| !is_function || lasts <= LAMBDA_SECONDS)),
            is_function,
            is_unanswerable: waits_for_unsent_token(state, machine.language_of(state)),
            repeat: task.map_or(Repeat::Harmless, Repeat::of),
            is_job: matches!(pattern, Some(Pattern::Sync | Pattern::Sync2)),
            is_regular,
            catches_all: around.iter().any(|level| program.handlers_of(level.name, Some(UNNAMED), false).1.is_some()),
        };
        all.insert((*name).to_owned(), facts);
        let mut inside = inside.clone();
        if state.is_distributed() {
            (inside.0, inside.1) = (Vec::new(), Some(Arc::from(*name)));
        } else if state.kind == StateKind::Map {
            inside.0.push(Arc::from(*name));
        }
        if state.retry.as_ref().is_some_and(|all| !all.is_empty()) {
            inside.2.get_or_insert_with(|| Arc::from(*name));
        }
        for inner in state.scopes(name, &at) {
            scope(of, inner, around, &inside, all);
        }
        around.pop();
    }
}

/// Returns the error names that the handlers of a state have in only one of two definitions.
pub(crate) fn named_in_one(machines: [&StateMachine; 2]) -> BTreeSet<String> {
    let [one, other] = machines.map(|machine| {
        let graphs = Graph::all(machine);
        let states = graphs.iter().flat_map(|graph| graph.states());
        let names = states.flat_map(|(name, state)| handled(state).into_iter().map(move |error| (*name, error)));
        names.map(|(name, error)| (name.to_owned(), error.to_owned())).collect::<BTreeSet<_>>()
    });
    one.symmetric_difference(&other).map(|(_, error)| error.clone()).collect()
}

/// Returns the error names in a state's retriers and catchers.
fn handled(state: &State) -> Vec<&str> {
    let retriers = state.retry.iter().flatten().filter_map(|retrier| retrier.error_equals.as_ref());
    let catchers = state.catch.iter().flatten().filter_map(|catcher| catcher.error_equals.as_ref());
    retriers.chain(catchers).flatten().map(String::as_str).collect()
}

/// Returns whether a state has a timeout, and whether it has a heartbeat.
fn timers(state: &State) -> (bool, bool) {
    let has = |fields: [&str; 2]| fields.iter().any(|field| state.has(field));
    (has(State::TIMEOUT_FIELDS), has(State::HEARTBEAT_FIELDS))
}

fn resource(state: &State) -> Option<TaskResource<'_>> {
    TaskResource::parse(state.resource.as_deref()?).ok()
}

/// Returns whether an error needs a member that the request of a state does not have.
fn lacks_member(state: &State, error: &str) -> bool {
    let needed = OF_MEMBERS.iter().find(|(end, _)| error.ends_with(end)).map(|(_, members)| members);
    let request = state.parameters.as_ref().or(state.arguments.as_ref()).and_then(serde_json::Value::as_object);
    needed.zip(request).is_some_and(|(needed, request)| {
        !request.keys().any(|member| needed.iter().any(|needed| member.starts_with(needed)))
    })
}

/// Returns one error of each class. Errors that lead to the same retrier and catcher on every level are in one class.
fn errors(state: &State, of: &Definition<'_>, around: &[Around<'_>]) -> Vec<Arc<str>> {
    let task = resource(state);
    let names = around.iter().flat_map(|level| level.errors.iter().copied());
    let names: BTreeSet<&str> = names.chain(of.compared.iter().chain(of.told_apart).map(String::as_str)).collect();
    let raises = |name: &str| match (name, task) {
        (ALL | TASK_FAILED | HEARTBEAT_TIMEOUT, _) => false,
        (TIMEOUT, _) => timers(state) == (true, true),
        (PERMISSIONS, _) => true,
        (name, _) if name.starts_with(HTTP_STATUS_PREFIX) || name == HTTP_SOCKET => {
            task.is_none_or(|task| task.calls_http() || task == TaskResource::Unknown)
        }
        (name, _) if name.starts_with(PREFIX) => name == workflow_asl::error_name::DATA_LIMIT_EXCEEDED,
        (name, _) if lacks_member(state, name) => false,
        (name, Some(task)) => task.raises_any() || task.errors().any(|error| error.matches(name)),
        (_, None) => true,
    };
    // The error that no handler names comes first, because it is the simplest.
    let mut unnamed = UNNAMED.to_owned();
    if let Some(task) = task.filter(|task| !task.raises_any()) {
        let mut errors = task.modelled_errors().chain(task.errors()).map(|error| error.to_string());
        // It stands for errors after which it is unknown whether the call had its effect.
        let stands = |error: &str| !names.contains(error) && !is_throttling(error) && !lacks_member(state, error);
        match errors.find(|error| stands(error)) {
            Some(error) => unnamed = error,
            None => unnamed.clear(),
        }
    }
    while names.contains(unnamed.as_str()) {
        unnamed.push('_');
    }
    let mut candidates: Vec<&str> = Some(unnamed.as_str()).filter(|unnamed| !unnamed.is_empty()).into_iter().collect();
    candidates.extend((timers(state) == (true, true)).then_some(TIMEOUT));
    candidates.extend(names.iter().copied().filter(|name| raises(name)));
    candidates.sort_by_key(|name| is_throttling(name));
    let mut classes = Vec::new();
    let mut found: Vec<Arc<str>> = Vec::new();
    for error in candidates {
        let mut class = Vec::new();
        for level in around.iter().rev() {
            let handlers = of.program.handlers_of(level.name, Some(error), false);
            class.push(handlers);
            // No error passes this catcher.
            if handlers.1.is_some() {
                break;
            }
        }
        // A condition tells an error that is caught from the others.
        let is_caught = class.iter().any(|(_, catcher)| catcher.is_some());
        let is_own = is_caught && of.compared.contains(error) || of.told_apart.contains(error);
        let kind = (class, error == TIMEOUT, is_own.then_some(error));
        if !classes.contains(&kind) {
            classes.push(kind);
            found.push(error.into());
        }
    }
    found
}
