//! Enters states, and does their work.

use std::sync::Arc;

use serde_json::Value;
use workflow_asl::document::StateKind;

use super::Execution;
use super::context::VisitContext;
use super::failure::Failure;
use super::thread::{Thread, Visit};
use crate::history::{Details, EventType};
use crate::payload::Payload;
use crate::program::{Amount, AmountFrom, CoverageEvent, Program, Range, Selection, StateId, StateProgram, Work};
use crate::query::template::Template;
use crate::query::{Context, QueryFailure, Scope};

impl StateProgram {
    pub(super) fn kind(&self) -> StateKind {
        match self.work {
            Work::Pass { .. } => StateKind::Pass,
            Work::Succeed => StateKind::Succeed,
            Work::Fail { .. } => StateKind::Fail,
            Work::Choice { .. } => StateKind::Choice,
            Work::Wait(_) => StateKind::Wait,
            Work::Task(_) => StateKind::Task,
            Work::Parallel { .. } => StateKind::Parallel,
            Work::Map(_) => StateKind::Map,
        }
    }
}

impl Execution {
    pub(super) fn enter(&mut self, program: &Program, mut thread: Box<Thread>, id: StateId, input: Payload) {
        let state = program.state(id);
        let kind = match state.kind() {
            StateKind::Pass => EventType::PassStateEntered,
            StateKind::Succeed => EventType::SucceedStateEntered,
            StateKind::Fail => EventType::FailStateEntered,
            StateKind::Choice => EventType::ChoiceStateEntered,
            StateKind::Wait => EventType::WaitStateEntered,
            StateKind::Task => EventType::TaskStateEntered,
            StateKind::Parallel => EventType::ParallelStateEntered,
            StateKind::Map => EventType::MapStateEntered,
        };
        self.took(id, CoverageEvent::Entered);
        let details = Details::StateEntered { name: Arc::clone(&state.name), input: input.clone() };
        self.record(&mut thread, kind, details);
        let mut visit = Visit {
            state: id,
            name: Arc::clone(&state.name),
            raw: input,
            selected: None,
            entered: thread.last,
            exit_after: None,
            entered_time: self.now,
            retries: 0,
            used: vec![0; state.retry.len()],
            token: None,
        };
        match self.input_of(&thread, &visit, state) {
            Ok(selected) => visit.selected = selected,
            Err(failure) => return self.fail(thread, visit, failure),
        }
        self.work(program, thread, visit);
    }

    /// Does the work of a state again in a redrive.
    pub(super) fn work_again(&mut self, program: &Program, mut thread: Box<Thread>) {
        let Some(mut visit) = thread.visit.take() else { return };
        match self.input_of(&thread, &visit, program.state(visit.state)) {
            Ok(selected) => visit.selected = selected,
            Err(failure) => return self.fail(thread, visit, failure),
        }
        self.work(program, thread, visit);
    }

    /// Does the state's work, on entry and on each retry.
    pub(super) fn work(&mut self, program: &Program, thread: Box<Thread>, visit: Visit) {
        let state = program.state(visit.state);
        match &state.work {
            Work::Pass { result } => match result {
                Some(result) => self.finish(program, thread, visit, result.clone()),
                None => match self.arguments(&thread, &visit, state) {
                    Ok(result) => self.finish(program, thread, visit, result),
                    Err(failure) => self.fail(thread, visit, failure),
                },
            },
            Work::Succeed => {
                let result = visit.base().clone();
                self.finish(program, thread, visit, result);
            }
            Work::Fail { error, cause } => {
                let failure = self.failure_of(&thread, &visit, error.as_ref(), cause.as_ref());
                self.fail(thread, visit, failure);
            }
            Work::Choice { rules, default } => self.choose(thread, visit, state, rules, *default),
            Work::Wait(wait) => self.wait(thread, visit, wait),
            Work::Task(task) => self.schedule(thread, visit, state, task),
            Work::Parallel { branches } => self.begin_branches(thread, visit, state, branches),
            Work::Map(map) => self.start_map(thread, visit, state, map),
        }
    }

    /// Returns the input after `InputPath`; `None` if it is the whole input.
    pub(super) fn input_of(
        &self,
        thread: &Thread,
        visit: &Visit,
        state: &StateProgram,
    ) -> Result<Option<Payload>, Failure> {
        match &state.input_path {
            Selection::Whole => Ok(None),
            Selection::Empty => Ok(Some(Payload::empty())),
            Selection::Path(path) => {
                self.evaluate(thread, visit, |scope| path.payload(&scope.at(scope.input))).map(Some)
            }
        }
    }

    /// Returns the effective input: `Parameters` or `Arguments`, if the state has them.
    pub(super) fn arguments(&self, thread: &Thread, visit: &Visit, state: &StateProgram) -> Result<Payload, Failure> {
        let Some(template) = &state.arguments else { return Ok(visit.base().clone()) };
        let arguments = self.evaluate(thread, visit, |scope| template.payload(scope))?;
        if arguments.is_too_large() {
            return Err(Failure::too_large(&visit.name));
        }
        Ok(arguments)
    }

    /// Returns the failure of a fail state.
    pub(super) fn failure_of(
        &self,
        thread: &Thread,
        visit: &Visit,
        error: Option<&Template>,
        cause: Option<&Template>,
    ) -> Failure {
        let text = |template, path_field| self.fail_text(thread, visit, template, path_field);
        match (text(error, "ErrorPath"), text(cause, "CausePath")) {
            (Ok(error), Ok(cause)) => Failure { error, cause, ..Failure::timeout(false) },
            (Err(failure), _) | (_, Err(failure)) => failure,
        }
    }

    /// Evaluates `Error` or `Cause` of a fail state: text, a path, a function or an expression.
    fn fail_text(
        &self,
        thread: &Thread,
        visit: &Visit,
        template: Option<&Template>,
        path_field: &str,
    ) -> Result<Option<Arc<str>>, Failure> {
        let Some(template) = template else { return Ok(None) };
        self.evaluate(thread, visit, |scope| match (template.evaluate(scope)?, template) {
            (Value::String(text), _) => Ok(Some(text.into())),
            (other, Template::Jsonata(expression)) => Err(expression.unexpected("string", &other)),
            (other, Template::Path { path, .. }) => Err(not_valid(path_field, &other, "string", path.source())),
            (other, Template::Intrinsic { call }) => Err(not_valid(path_field, &other, "string", call.source())),
            // The rules require text in `Error` and `Cause` themselves.
            (other, _) => Ok(Some(other.to_string().into())),
        })
    }

    /// Evaluates something in the scope of a visit, with `$` the effective input.
    pub(super) fn evaluate<T>(
        &self,
        thread: &Thread,
        visit: &Visit,
        with: impl FnOnce(&Scope<'_>) -> Result<T, QueryFailure>,
    ) -> Result<T, Failure> {
        let source = VisitContext { execution: self, thread, visit, item: None };
        let context = Context::new(&source);
        with(&self.scope(thread, visit, &context)).map_err(|failure| Failure::query(visit, failure))
    }

    pub(super) fn scope<'a>(&'a self, thread: &'a Thread, visit: &'a Visit, context: &'a Context<'a>) -> Scope<'a> {
        Scope {
            value: visit.base(),
            input: &visit.raw,
            result: None,
            error_output: None,
            context,
            variables: &thread.variables,
            random: &self.random,
            now: self.now,
            #[cfg(feature = "jsonata")]
            limits: self.jsonata_limits,
        }
    }

    /// Evaluates a number of a state, which its field must allow.
    pub(super) fn amount(
        &self,
        thread: &Thread,
        visit: &Visit,
        amount: Option<&Amount>,
    ) -> Result<Option<f64>, Failure> {
        let Some(Amount { field, range, from }) = amount else { return Ok(None) };
        match from {
            AmountFrom::Literal(number) => Ok(Some(*number)),
            AmountFrom::Jsonata(expression) => self.evaluate(thread, visit, |scope| {
                let value = expression.evaluate(scope)?;
                match value.as_f64() {
                    None => Err(expression.unexpected("number", &value)),
                    Some(number) if range.whole && number.fract() != 0.0 => {
                        Err(expression.not_an_integer(field, &value))
                    }
                    Some(number) if !range.contains(number) => Err(expression.out_of_range(&allowed(*range), &value)),
                    Some(number) => Ok(Some(number)),
                }
            }),
            AmountFrom::Path(path, path_field) => self.evaluate(thread, visit, |scope| {
                let value = path.value(scope)?;
                let number = match &*value {
                    Value::Number(number) => number.as_f64(),
                    // AWS accepts numbers as text here: variables that contain "2" work.
                    Value::String(text) => text.trim().parse::<f64>().ok(),
                    _ => None,
                };
                match number.filter(|number| !range.whole || number.fract() == 0.0) {
                    None => {
                        let valid = if range.whole { "integer" } else { "float" };
                        Err(not_valid(path_field, &value, valid, path.source()))
                    }
                    Some(number) if !range.contains(number) => {
                        Err(QueryFailure::runtime(format!("{field} {}.", allowed(*range))))
                    }
                    Some(number) => Ok(Some(number)),
                }
            }),
        }
    }
}

/// Describes the numbers that a field allows, in the service's words.
fn allowed(range: Range) -> String {
    if range.max.is_finite() {
        format!("must be between {} and {}", range.min, range.max)
    } else {
        "cannot be negative".to_owned()
    }
}

/// Returns the failure for a path's value that its field does not allow. Text and other values are printed in quotes.
fn not_valid(field: &str, value: &Value, valid: &str, source: &str) -> QueryFailure {
    let printed = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    QueryFailure::runtime(format!(
        "The {field} field refers to value \"{printed}\" which is not a valid {valid}: {source}"
    ))
}
