//! From a state's result to its output, its variables and the next state.

use std::sync::Arc;

use indexmap::IndexMap;
use serde_json::Value;
use workflow_asl::document::{QueryLanguage, StateKind};
use workflow_asl::error_name::RESULT_PATH_MATCH_FAILURE;
use workflow_asl::limits::{PAYLOAD_BYTES, VARIABLES_BYTES};

use super::context::VisitContext;
use super::failure::Failure;
use super::thread::{Doing, Thread, Visit};
use super::{Execution, Status};
use crate::history::{Details, EventType};
use crate::payload::Payload;
use crate::program::{ResultPlace, Selection, StateId, StateProgram, Way};
use crate::query::template::Template;
use crate::query::{Context, QueryFailure, Scope};

/// What a result became on its way out of a JSONPath state.
#[derive(Default)]
pub(super) struct Stages {
    pub(super) after_result_selector: Option<Payload>,
    pub(super) after_result_path: Option<Payload>,
}

/// What leaves a state.
pub(super) struct Exit {
    pub(super) output: Payload,
    pub(super) assigned: Option<Arc<IndexMap<String, Payload>>>,
}

impl Execution {
    /// Ends a visit successfully: output, variables, `Exited`, and on to the next state.
    pub(super) fn finish(&mut self, thread: Box<Thread>, visit: Visit, result: Payload) {
        let program = Arc::clone(&self.program);
        let state = program.state(visit.state);
        match self.exit_of(&thread, &visit, state, &result, None) {
            Ok(exit) => {
                if state.kind() != StateKind::Succeed {
                    self.took(visit.state, Way::Left);
                }
                self.exit(thread, &visit, exit, state.next);
            }
            Err(failure) => self.fail(thread, visit, failure),
        }
    }

    /// What leaves a state with this result; `stages` is told what the result becomes.
    pub(super) fn exit_of(
        &self,
        thread: &Thread,
        visit: &Visit,
        state: &StateProgram,
        result: &Payload,
        mut stages: Option<&mut Stages>,
    ) -> Result<Exit, Failure> {
        let works = matches!(state.kind(), StateKind::Task | StateKind::Parallel | StateKind::Map);
        let source = VisitContext { execution: self, thread, visit, item: None };
        let context = Context::new(&source);
        let scope = self.scope(thread, visit, &context);
        let fails = |failure| Failure::query(visit, failure);
        let (output, assigned) = match state.language {
            QueryLanguage::JsonPath => {
                let scope = scope.at(result);
                let assigned = assigned(state.assign.as_ref(), &scope).map_err(fails)?;
                let output = match &state.result_selector {
                    Some(selector) => selector.payload(&scope).map_err(fails)?,
                    None => result.clone(),
                };
                let takes_result = works || state.kind() == StateKind::Pass;
                if let Some(stages) = stages.as_deref_mut().filter(|_| takes_result) {
                    stages.after_result_selector = Some(output.clone());
                }
                let output = if takes_result { place(&state.result_path, visit, output)? } else { output };
                if let Some(stages) = stages.filter(|_| takes_result) {
                    stages.after_result_path = Some(output.clone());
                }
                (select(&state.output_path, &scope, output).map_err(fails)?, assigned)
            }
            QueryLanguage::Jsonata => {
                let scope = if works { scope.with_result(result) } else { scope };
                let output = match &state.output {
                    Some(output) => output.payload(&scope).map_err(fails)?,
                    None => result.clone(),
                };
                (output, assigned(state.assign.as_ref(), &scope).map_err(fails)?)
            }
        };
        self.checked(thread, visit, output, assigned)
    }

    /// What leaves a state unless it is over the limits.
    ///
    /// <https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html#limits>
    pub(super) fn checked(
        &self,
        thread: &Thread,
        visit: &Visit,
        output: Payload,
        assigned: Option<Arc<IndexMap<String, Payload>>>,
    ) -> Result<Exit, Failure> {
        if output.is_too_large() {
            return Err(Failure::too_large(&visit.name));
        }
        if let Some(assigned) = &assigned {
            let bytes: usize = assigned.values().map(Payload::bytes).sum();
            let stored = self.run(thread.run).variable_bytes.saturating_sub(thread.variables.replaced_bytes(assigned));
            if bytes > PAYLOAD_BYTES || stored.saturating_add(bytes) > VARIABLES_BYTES {
                return Err(Failure::too_large(&visit.name));
            }
        }
        Ok(Exit { output, assigned })
    }

    /// Leaves a state for `next`, or ends the thread.
    pub(super) fn exit(&mut self, mut thread: Box<Thread>, visit: &Visit, exit: Exit, next: Option<StateId>) {
        let kind = match self.program.state(visit.state).kind() {
            StateKind::Pass => EventType::PassStateExited,
            StateKind::Succeed => EventType::SucceedStateExited,
            StateKind::Choice => EventType::ChoiceStateExited,
            StateKind::Wait => EventType::WaitStateExited,
            StateKind::Parallel => EventType::ParallelStateExited,
            StateKind::Map => EventType::MapStateExited,
            StateKind::Task | StateKind::Fail => EventType::TaskStateExited,
        };
        if let Some(assigned) = &exit.assigned {
            let replaced = thread.variables.replaced_bytes(assigned);
            let bytes: usize = assigned.values().map(Payload::bytes).sum();
            let run = self.run_mut(thread.run);
            run.variable_bytes = run.variable_bytes.saturating_sub(replaced).saturating_add(bytes);
            thread.variables.assign(assigned);
        }
        let output = exit.output.clone();
        let details =
            Details::StateExited { name: Arc::clone(&visit.name), output: exit.output, assigned: exit.assigned };
        self.record(&mut thread, kind, details);
        match next {
            Some(next) => {
                thread.doing = Doing::Enter(next, output);
                self.go_on(thread);
            }
            None => self.succeeded(thread, output),
        }
    }

    /// A thread has come to its end.
    fn succeeded(&mut self, thread: Box<Thread>, output: Payload) {
        self.end_thread(&thread);
        match thread.parent {
            Some((parent, index)) => self.child_succeeded(parent, index, &thread, output),
            None => {
                self.emit(
                    thread.run,
                    thread.last,
                    EventType::ExecutionSucceeded,
                    Details::Output { output: output.clone() },
                );
                let now = self.now;
                let run = self.run_mut(thread.run);
                // The last event may have been one too many.
                if run.status == Status::Running {
                    run.status = Status::Succeeded;
                    run.output = Some(output.clone());
                    run.stopped = Some(now);
                }
                match run.owner {
                    Some((parent, index)) => self.map_run_child_ended(parent, index, thread.run),
                    None => self.drop_everything(),
                }
            }
        }
    }
}

/// The values of an `Assign`.
pub(super) fn assigned(
    template: Option<&Template>,
    scope: &Scope<'_>,
) -> Result<Option<Arc<IndexMap<String, Payload>>>, QueryFailure> {
    let Some(template) = template else { return Ok(None) };
    let values = match template {
        Template::Object(members) => members
            .iter()
            .map(|(name, value)| Ok((name.clone(), value.payload(scope)?)))
            .collect::<Result<IndexMap<_, _>, QueryFailure>>()?,
        other => match other.evaluate(scope)? {
            Value::Object(members) => members.into_iter().map(|(name, value)| (name, Payload::new(value))).collect(),
            _ => IndexMap::new(),
        },
    };
    Ok((!values.is_empty()).then(|| Arc::new(values)))
}

/// `ResultPath`: where a result goes in the state's input.
pub(super) fn place(place: &ResultPlace, visit: &Visit, result: Payload) -> Result<Payload, Failure> {
    match place {
        ResultPlace::Whole => Ok(result),
        ResultPlace::Dropped => Ok(visit.raw.clone()),
        ResultPlace::Path(path) => path.insert(&visit.raw, result).map_err(|text| {
            let cause = format!("Unable to apply ReferencePath {} to input {}: {text}", path.source(), visit.raw);
            Failure::new(RESULT_PATH_MATCH_FAILURE, Some(cause))
        }),
    }
}

/// `OutputPath`
pub(super) fn select(selection: &Selection, scope: &Scope<'_>, output: Payload) -> Result<Payload, QueryFailure> {
    match selection {
        Selection::Whole => Ok(output),
        Selection::Empty => Ok(Payload::empty()),
        Selection::Path(path) => path.payload(&scope.at(&output)),
    }
}
