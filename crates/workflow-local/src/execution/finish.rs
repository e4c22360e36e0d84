//! Turns a state's result into its output, its variables and the next state.

use workflow_asl::document::{QueryLanguage, StateKind};
use workflow_asl::error_name::RESULT_PATH_MATCH_FAILURE;
use workflow_asl::limits::{PAYLOAD_BYTES, VARIABLES_BYTES};

use super::context::VisitContext;
use super::failure::Failure;
use super::thread::{Doing, Thread, Visit};
use super::{Execution, Status};
use crate::history::{Assigned, Details, EventType};
use crate::payload::Payload;
use crate::program::{CoverageEvent, Program, ResultPlace, Selection, StateId, StateProgram};
use crate::query::assignment::Assignment;
use crate::query::{Context, QueryFailure, Scope};

/// The stages of a result in a JSONPath state.
#[derive(Default)]
pub(super) struct Stages {
    pub(super) after_result_selector: Option<Payload>,
    pub(super) after_result_path: Option<Payload>,
}

/// The output and variables with which a state is exited.
pub(super) struct StateExit {
    pub(super) output: Payload,
    pub(super) assigned: Option<Assigned>,
    /// The size of all variables after the assignment, in bytes.
    variable_bytes: usize,
}

impl Execution {
    /// Ends a visit successfully: output, variables, `Exited`, and the next state.
    pub(super) fn finish(&mut self, program: &Program, thread: Box<Thread>, visit: Visit, result: Payload) {
        let state = program.state(visit.state);
        match self.exit_of(&thread, &visit, state, result, None) {
            Ok(exit) => {
                if state.kind() != StateKind::Succeed {
                    self.took(visit.state, CoverageEvent::Left);
                }
                self.exit(thread, visit, exit, state.next);
            }
            Err(failure) => self.fail(thread, visit, failure),
        }
    }

    /// Returns the exit of a state with this result, and writes the stages of the result to `stages`.
    pub(super) fn exit_of(
        &self,
        thread: &Thread,
        visit: &Visit,
        state: &StateProgram,
        result: Payload,
        mut stages: Option<&mut Stages>,
    ) -> Result<StateExit, Failure> {
        let works = matches!(state.kind(), StateKind::Task | StateKind::Parallel | StateKind::Map);
        let source = VisitContext { execution: self, thread, visit, item: None };
        let context = Context::new(&source);
        let scope = self.scope(thread, visit, &context);
        let fails = |failure| Failure::query(visit, failure);
        let (output, assigned) = match state.language {
            QueryLanguage::JsonPath => {
                let assigned = assigned(state.assign.as_ref(), &scope.at(&result)).map_err(fails)?;
                let output = match &state.result_selector {
                    Some(selector) => selector.payload(&scope.at(&result)).map_err(fails)?,
                    None => result,
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
                let scope = if works { scope.with_result(&result) } else { scope };
                let output = state.output.as_ref().map(|output| output.payload(&scope)).transpose().map_err(fails)?;
                let assigned = assigned(state.assign.as_ref(), &scope).map_err(fails)?;
                (output.unwrap_or(result), assigned)
            }
        };
        self.checked(thread, visit, output, assigned)
    }

    /// Checks an exit against the limits.
    ///
    /// <https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html#limits>
    pub(super) fn checked(
        &self,
        thread: &Thread,
        visit: &Visit,
        output: Payload,
        assigned: Option<Assigned>,
    ) -> Result<StateExit, Failure> {
        if output.is_too_large() {
            return Err(Failure::too_large(&visit.name));
        }
        let mut variable_bytes = self.run(thread.run).variable_bytes;
        if let Some(assigned) = &assigned {
            let bytes: usize = assigned.values().map(Payload::bytes).sum();
            let stored = variable_bytes.saturating_sub(thread.variables.replaced_bytes(assigned));
            variable_bytes = stored.saturating_add(bytes);
            if bytes > PAYLOAD_BYTES || variable_bytes > VARIABLES_BYTES {
                return Err(Failure::too_large(&visit.name));
            }
        }
        Ok(StateExit { output, assigned, variable_bytes })
    }

    /// Exits a state for `next`, or ends the thread.
    pub(super) fn exit(&mut self, mut thread: Box<Thread>, visit: Visit, exit: StateExit, next: Option<StateId>) {
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
            self.run_mut(thread.run).variable_bytes = exit.variable_bytes;
            thread.variables.assign(assigned);
        }
        let output = exit.output.clone();
        thread.last = visit.exit_after.unwrap_or(thread.last);
        let details = Details::StateExited { name: visit.name, output: exit.output, assigned: exit.assigned };
        self.record(&mut thread, kind, details);
        match next {
            Some(next) => {
                thread.doing = Doing::Enter(next, output);
                self.go_on(thread);
            }
            None => self.succeeded(thread, output),
        }
    }

    /// Handles the end of a thread.
    fn succeeded(&mut self, thread: Box<Thread>, output: Payload) {
        self.end_thread(&thread);
        match thread.parent {
            Some((parent, index)) => {
                let (run, last) = (thread.run, thread.last);
                self.recycle(thread);
                self.child_succeeded(parent, index, (run, last), output);
            }
            None => {
                self.emit(
                    thread.run,
                    thread.last,
                    EventType::ExecutionSucceeded,
                    Details::Output { output: output.clone() },
                );
                let now = self.now;
                let run = self.run_mut(thread.run);
                // The last event may have exceeded the limit.
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

/// Evaluates an `Assign`.
pub(super) fn assigned(assignment: Option<&Assignment>, scope: &Scope<'_>) -> Result<Option<Assigned>, QueryFailure> {
    assignment.map_or(Ok(None), |assignment| assignment.evaluate(scope))
}

/// Applies `ResultPath`: inserts a result into the state's input.
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

/// Applies `OutputPath`.
pub(super) fn select(selection: &Selection, scope: &Scope<'_>, output: Payload) -> Result<Payload, QueryFailure> {
    match selection {
        Selection::Whole => Ok(output),
        Selection::Empty => Ok(Payload::empty()),
        Selection::Path(path) => path.payload(&scope.at(&output)),
    }
}
