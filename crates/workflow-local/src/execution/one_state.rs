//! Visits one state alone: computes its output from its input, and its result or error. There is no history, transition
//! or waiting.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/dg/test-state-isolation.html>

use std::sync::Arc;

use serde_json::Value;
use workflow_asl::document::{QueryLanguage, StateKind};
use workflow_asl::error_name::ITEM_READER_FAILED;

use super::distributed::exceeds;
use super::failure::Failure;
use super::finish::{Stages, StateExit};
use super::thread::{Doing, MapItem, RunId, Thread, ThreadId, Visit};
use super::{Execution, Start, Variables};
use crate::item_reader;
use crate::payload::Payload;
use crate::program::{MapProgram, Program, StateId, StateProgram, Work};
use crate::store::MemoryStore;
use crate::task::{TaskError, TaskId, TaskRequest};

/// The inputs of a visit.
pub(crate) struct Visitor<'a> {
    pub(crate) state: StateId,
    pub(crate) input: Payload,
    pub(crate) variables: Variables,
    pub(crate) context: Payload,
    /// How often the matching retrier was used.
    pub(crate) retries: u64,
    /// The mocked result of a task, parallel or map.
    pub(crate) mock: Option<Result<Payload, TaskError>>,
    /// Answers a task without a mock. Returns `None` if there is no handler.
    pub(crate) answer: &'a dyn Fn(&TaskRequest) -> Option<Result<Payload, TaskError>>,
    /// The number of failed items of a map.
    pub(crate) failed_items: Option<usize>,
    /// The items that a map's item reader read.
    pub(crate) read: Option<Value>,
}

/// The input and the result between the state's fields.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen {
    pub(crate) after_input_path: Option<Payload>,
    pub(crate) after_parameters: Option<Payload>,
    pub(crate) after_arguments: Option<Payload>,
    pub(crate) after_items_pointer: Option<Payload>,
    pub(crate) after_items_path: Option<Payload>,
    pub(crate) after_item_selector: Option<Payload>,
    pub(crate) after_item_batcher: Option<Payload>,
    pub(crate) result: Option<Payload>,
    pub(crate) after_result_selector: Option<Payload>,
    pub(crate) after_result_path: Option<Payload>,
    pub(crate) max_concurrency: Option<f64>,
    pub(crate) tolerated_count: Option<f64>,
    pub(crate) tolerated_percentage: Option<f64>,
    /// The number of a map's items, if known.
    pub(crate) items: Option<usize>,
}

/// How a visit ended.
pub(crate) enum Ended {
    Succeeded { output: Payload, next: Option<StateId> },
    Caught { output: Payload, next: StateId, error: NamedError, catcher: usize, retrier: Option<usize> },
    Retriable { error: NamedError, retrier: usize, backoff_seconds: f64 },
    Failed { error: NamedError, retrier: Option<usize> },
}

/// An error's name and cause.
pub(crate) struct NamedError {
    pub(crate) error: Option<Arc<str>>,
    pub(crate) cause: Option<Arc<str>>,
}

impl From<Failure> for NamedError {
    fn from(failure: Failure) -> Self {
        Self { error: failure.error, cause: failure.cause }
    }
}

/// An ended visit.
pub(crate) struct Visited {
    pub(crate) ended: Ended,
    pub(crate) seen: Seen,
    pub(crate) variables: Variables,
}

/// The request without an answer.
pub(crate) struct Unanswered(pub(crate) TaskRequest);

/// The reason why a state's work has no result.
enum Stop {
    Failed(Failure),
    Unanswered(Unanswered),
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

/// The result of a state's work.
enum Done {
    Result(Payload),
    /// A choice chose this state.
    Chosen(StateExit, StateId),
}

/// Visits one state.
pub(crate) fn visit(program: Arc<Program>, start: Start, visitor: &Visitor<'_>) -> Result<Visited, Unanswered> {
    let input = visitor.input.clone();
    let mut execution = Execution::start(program, input, start, Arc::new(MemoryStore::new()));
    execution.given_context = Some(visitor.context.clone());
    execution.visit_once(visitor)
}

impl Execution {
    fn visit_once(&mut self, visitor: &Visitor<'_>) -> Result<Visited, Unanswered> {
        let program = Arc::clone(&self.program);
        let state = program.state(visitor.state);
        // The item of a state inside a map is its input.
        let item = state.in_map.then(|| MapItem { index: 0, value: visitor.input.clone(), origin: None });
        let mut thread = Thread {
            id: ThreadId(0),
            run: RunId(0),
            parent: None,
            last: 0,
            variables: visitor.variables.clone(),
            item,
            visit: None,
            doing: Doing::Done,
            ticket: 0,
        };
        let mut visit = Visit {
            state: visitor.state,
            name: Arc::clone(&state.name),
            raw: visitor.input.clone(),
            selected: None,
            entered: 0,
            exit_after: None,
            entered_time: self.now,
            retries: 0,
            used: Vec::new(),
            token: None,
        };
        let mut seen = Seen::default();
        let done = self.work_once(&thread, &mut visit, state, visitor, &mut seen);
        let exit = done.and_then(|done| match done {
            Done::Chosen(exit, next) => Ok((exit, Some(next))),
            Done::Result(result) => {
                let mut stages = Stages::default();
                let exit = self.exit_of(&thread, &visit, state, result, Some(&mut stages));
                seen.after_result_selector = stages.after_result_selector;
                seen.after_result_path = stages.after_result_path;
                Ok((exit?, state.next))
            }
        });
        let (exit, ended) = match exit {
            Ok((exit, next)) => {
                let ended = Ended::Succeeded { output: exit.output.clone(), next };
                (Some(exit), ended)
            }
            Err(Stop::Unanswered(unanswered)) => return Err(unanswered),
            Err(Stop::Failed(failure)) => self.fail_once(&thread, &visit, state, failure, visitor.retries),
        };
        if let Some(assigned) = exit.and_then(|exit| exit.assigned) {
            thread.variables.assign(&assigned);
        }
        Ok(Visited { ended, seen, variables: thread.variables })
    }

    fn work_once(
        &mut self,
        thread: &Thread,
        visit: &mut Visit,
        state: &StateProgram,
        visitor: &Visitor<'_>,
        seen: &mut Seen,
    ) -> Result<Done, Stop> {
        visit.selected = self.input_of(thread, visit, state)?;
        let json_path = state.language == QueryLanguage::JsonPath;
        // `Result` replaces the input. A parallel's input goes to its branches, which do not run.
        let has_input = !matches!(state.work, Work::Pass { result: Some(_) } | Work::Parallel { .. });
        seen.after_input_path = (json_path && has_input).then(|| visit.base().clone());
        let result = match &state.work {
            Work::Pass { result: Some(result) } => {
                seen.result = Some(result.clone());
                result.clone()
            }
            Work::Pass { result: None } => {
                let arguments = self.arguments(thread, visit, state)?;
                seen.after_parameters = json_path.then(|| arguments.clone());
                arguments
            }
            Work::Succeed => visit.base().clone(),
            Work::Fail { error, cause } => {
                return Err(self.failure_of(thread, visit, error.as_ref(), cause.as_ref()).into());
            }
            Work::Choice { rules, default } => {
                let (exit, next, _) = self.chosen(thread, visit, state, rules, *default)?;
                return Ok(Done::Chosen(exit, next));
            }
            Work::Wait(wait) => {
                self.wait_until(thread, visit, wait)?;
                visit.base().clone()
            }
            Work::Task(_) => self.task_once(thread, visit, state, visitor, seen)?,
            Work::Parallel { .. } => mocked(visitor)?,
            Work::Map(map) => {
                self.items_once(thread, visit, state, map, visitor, seen)?;
                let result = mocked(visitor)?;
                let tolerated = (seen.tolerated_count, seen.tolerated_percentage);
                let total = seen.items.unwrap_or_default();
                // Recorded: without limits, TestState reports any number of failures as a success.
                let limited = tolerated != (None, None);
                if visitor.failed_items.is_some_and(|failed| limited && exceeds(tolerated, failed, total)) {
                    return Err(Failure::threshold_exceeded().into());
                }
                result
            }
        };
        Ok(Done::Result(result))
    }

    fn task_once(
        &mut self,
        thread: &Thread,
        visit: &mut Visit,
        state: &StateProgram,
        visitor: &Visitor<'_>,
        seen: &mut Seen,
    ) -> Result<Payload, Stop> {
        let Work::Task(task) = &state.work else { return Ok(visit.base().clone()) };
        let asked = self.ask(thread, visit, state, task)?;
        match state.language {
            QueryLanguage::JsonPath => seen.after_parameters = Some(asked.input.clone()),
            QueryLanguage::Jsonata => seen.after_arguments = Some(asked.input.clone()),
        }
        let answer = match &visitor.mock {
            Some(answer) => answer.clone(),
            None => {
                let token = visitor.context.pointer("/Task/Token").and_then(Value::as_str);
                let request = TaskRequest {
                    id: TaskId(0),
                    state: Arc::clone(&visit.name),
                    resource: Arc::clone(&task.resource.arn),
                    input: asked.input,
                    attempt: visitor.retries,
                    nth: visitor.retries,
                    number: 1,
                    scheduled_at: self.now,
                    iteration: thread.item.as_ref().map(|item| item.index),
                    token: token.map(Arc::from),
                    is_activity: false,
                };
                match (visitor.answer)(&request) {
                    Some(answer) => answer,
                    None => return Err(Stop::Unanswered(Unanswered(request))),
                }
            }
        };
        let result = answer.map_err(Failure::from)?;
        if result.is_too_large() {
            return Err(Failure::too_large(&task.resource.arn).into());
        }
        seen.result = Some(result.clone());
        Ok(result)
    }

    /// Returns the inputs of a map's iterations, which do not run.
    fn items_once(
        &mut self,
        thread: &Thread,
        visit: &Visit,
        state: &StateProgram,
        map: &MapProgram,
        visitor: &Visitor<'_>,
        seen: &mut Seen,
    ) -> Result<(), Failure> {
        let json_path = state.language == QueryLanguage::JsonPath;
        let reader = map.distributed.as_ref().and_then(|distributed| distributed.reader.as_ref());
        let items = match (reader, &visitor.read) {
            (None, _) => {
                let value = self.items_value(thread, visit, map)?;
                let items = self.listed_items(visit, state, map, value.clone())?;
                seen.after_items_path = json_path.then_some(value);
                Some(items.into_kept())
            }
            (Some(reader), read) => {
                let (arguments, most) = self.reader_arguments(thread, visit, reader)?;
                let failed = |cause| Failure::new(ITEM_READER_FAILED, Some(cause));
                match read {
                    None => None,
                    Some(read) => {
                        let value = item_reader::pointed(read.clone(), reader.pointer()).map_err(failed)?;
                        if reader.pointer().is_some() {
                            seen.after_items_pointer = Some(value.clone().into());
                        }
                        let most = most.map(super::distributed::size).unwrap_or_default();
                        let source = item_reader::source(reader, &arguments);
                        let items = item_reader::listed(value, &source.into(), most).map_err(failed)?;
                        Some(items.into_iter().enumerate().map(MapItem::of_read).collect())
                    }
                }
            }
        };
        let most = self.amount(thread, visit, map.max_concurrency.as_ref())?;
        seen.max_concurrency = Some(most.unwrap_or(0.0));
        if let Some(distributed) = &map.distributed {
            (seen.tolerated_count, seen.tolerated_percentage) = self.tolerated(thread, visit, distributed)?;
        }
        let Some(items) = items else { return Ok(()) };
        seen.items = Some(items.len());
        if let Some(selector) = &map.selector {
            let selected = items.iter().map(|item| self.select_item(thread, visit, selector, item));
            let selected = selected.map(|item| item.map(Payload::into_value)).collect::<Result<Vec<_>, _>>()?;
            seen.after_item_selector = Some(Value::Array(selected).into());
        }
        if let Some(batcher) = map.distributed.as_ref().and_then(|distributed| distributed.batcher.as_ref()) {
            let batches = self.batch(thread, visit, map, batcher, &items)?;
            let batches = batches.into_iter().map(|(batch, _)| batch.into_value()).collect();
            seen.after_item_batcher = Some(Value::Array(batches).into());
        }
        Ok(())
    }

    /// Applies the state's retriers and catchers to a failure.
    fn fail_once(
        &self,
        thread: &Thread,
        visit: &Visit,
        state: &StateProgram,
        failure: Failure,
        used: u64,
    ) -> (Option<StateExit>, Ended) {
        if failure.is_runtime() {
            return (None, Ended::Failed { error: failure.into(), retrier: None });
        }
        let retrier = state.retrier_for(&failure);
        if let Some((at, retrier)) = retrier.filter(|(_, retrier)| used < retrier.max_attempts) {
            let backoff_seconds = retrier.delay_seconds(used);
            return (None, Ended::Retriable { error: failure.into(), retrier: at, backoff_seconds });
        }
        let retrier = retrier.map(|(at, _)| at);
        let Some((catcher, handling)) = state.catcher_for(&failure) else {
            return (None, Ended::Failed { error: failure.into(), retrier });
        };
        match self.caught(thread, visit, handling, &failure) {
            Ok(exit) => {
                let output = exit.output.clone();
                let next = handling.next;
                (Some(exit), Ended::Caught { output, next, error: failure.into(), catcher, retrier })
            }
            Err(failure) => (None, Ended::Failed { error: failure.into(), retrier }),
        }
    }
}

/// Returns the mock's result, for states that require one.
fn mocked(visitor: &Visitor<'_>) -> Result<Payload, Failure> {
    match &visitor.mock {
        Some(answer) => answer.clone().map_err(Failure::from),
        None => Ok(Payload::new(Value::Null)),
    }
}

impl Program {
    /// Returns the request and the kind of a state, to visit it alone.
    pub(crate) fn kind(&self, id: StateId) -> StateKind {
        self.state(id).kind()
    }
}
