//! Tests one state alone, with the semantics of the API's `TestState`.
//!
//! ```
//! use serde_json::json;
//! use workflow_local::TaskError;
//! use workflow_local::test_state::{Mock, TestState, TestStateStatus};
//!
//! let pay = json!({
//!     "Type": "Task",
//!     "Resource": "arn:aws:states:::lambda:invoke",
//!     "Parameters": { "FunctionName": "pay", "Payload.$": "$.order" },
//!     "ResultSelector": { "id.$": "$.Payload.id" },
//!     "ResultPath": "$.payment",
//!     "Retry": [{ "ErrorEquals": ["Busy"], "IntervalSeconds": 2, "MaxAttempts": 3 }],
//!     "Next": "Ship"
//! });
//!
//! let result = TestState::of_state(&pay)?
//!     .mock(Mock::result(&json!({ "Payload": { "id": "p-1", "fee": 3 } }))?)
//!     .run(&json!({ "order": 17 }))?;
//! assert_eq!(result.status, TestStateStatus::Succeeded);
//! assert_eq!(result.next_state.as_deref(), Some("Ship"));
//! assert_eq!(*result.output.unwrap(), json!({ "order": 17, "payment": { "id": "p-1" } }));
//! assert_eq!(*result.inspection.after_parameters.unwrap(), json!({ "FunctionName": "pay", "Payload": 17 }));
//!
//! let result = TestState::of_state(&pay)?
//!     .mock(Mock::error(TaskError::new("Busy")))
//!     .retrier_retry_count(2)
//!     .run(&json!({ "order": 17 }))?;
//! assert_eq!(result.status, TestStateStatus::Retriable);
//! assert_eq!(result.inspection.error_details.unwrap().retry_backoff_interval_seconds, Some(8.0));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod context;
mod definition;
mod error;
mod mock;
mod mock_model;
mod response;

use std::cell::RefCell;
use std::fmt;
use std::sync::Arc;

use indexmap::IndexMap;
use serde::Serialize;
use serde_json::{Map, Value};
use workflow_asl::document::{MachineType, StateKind};

use crate::clock::VIRTUAL_START;
use crate::declared::AnswerTypes;
use crate::driver::block_on;
use crate::engine::ACCOUNT;
use crate::error::{DefinitionError, RunError};
use crate::execution::one_state::{self, Ended, NamedError, Seen, Unanswered, Visited, Visitor};
use crate::execution::{Start, Variables};
use crate::handlers::{self, CallCounts, Handlers, Reply};
use crate::payload::Payload;
use crate::program::{Program, StateId, Work};
use crate::schedule::TaskEvent;
use crate::task::{TaskError, TaskRequest};

pub use error::TestStateError;
pub use mock::{FieldValidation, Mock};
pub use response::{ErrorDetails, Inspection, InspectionLevel, TestStateResult, TestStateStatus};

/// A state to test, with its input and the mock of its work.
///
/// A task without a mock is answered by [`on_task`](Self::on_task), or by the handlers of the
/// [`Engine`](crate::Engine::test_state) that created the test. A wait does not wait.
///
/// <https://docs.aws.amazon.com/step-functions/latest/apireference/API_TestState.html>
#[derive(Clone)]
pub struct TestState {
    program: Arc<Program>,
    state: StateId,
    handlers: Handlers,
    /// The types that the result of a task is checked against.
    answer_types: Option<Arc<AnswerTypes>>,
    mock: Option<Mock>,
    variables: IndexMap<String, Payload>,
    context: Option<Value>,
    account: String,
    role_arn: Option<String>,
    reveal_secrets: bool,
    retrier_retry_count: u64,
    error_caused_by_state: Option<String>,
    map_iteration_failure_count: Option<usize>,
    map_item_reader_data: Option<String>,
}

impl fmt::Debug for TestState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestState")
            .field("state", &self.state)
            .field("account", &self.account)
            .field("role_arn", &self.role_arn)
            .finish_non_exhaustive()
    }
}

impl TestState {
    /// Creates a test of a single state, whose targets need not exist.
    ///
    /// # Errors
    /// Returns an error if the state has errors.
    pub fn of_state(state: &Value) -> Result<Self, TestStateError> {
        let (program, id) = definition::around(state)?;
        Ok(Self::of_program(Arc::new(program), id, Handlers::default()))
    }

    /// Creates a test of a definition's state, which may be in a branch or an item processor.
    ///
    /// # Errors
    /// Returns an error if the definition has errors, or the state does not exist.
    pub fn of_machine(definition: &Value, state: &str) -> Result<Self, TestStateError> {
        let program = Program::of_created(definition, MachineType::Standard)?;
        let id = definition::in_machine(&program, state)?;
        Ok(Self::of_program(Arc::new(program), id, Handlers::default()))
    }

    pub(crate) fn of_engine(
        program: &Arc<Program>,
        handlers: &Handlers,
        answer_types: Option<&Arc<AnswerTypes>>,
        state: &str,
    ) -> Result<Self, TestStateError> {
        let id = program.find_id(state).ok_or_else(|| DefinitionError::unknown_state(program, state))?;
        let test = Self::of_program(Arc::clone(program), id, handlers.clone());
        Ok(Self { answer_types: answer_types.map(Arc::clone), ..test })
    }

    fn of_program(program: Arc<Program>, state: StateId, handlers: Handlers) -> Self {
        Self {
            program,
            state,
            handlers,
            answer_types: None,
            mock: None,
            variables: IndexMap::new(),
            context: None,
            account: ACCOUNT.to_owned(),
            role_arn: None,
            reveal_secrets: false,
            retrier_retry_count: 0,
            error_caused_by_state: None,
            map_iteration_failure_count: None,
            map_item_reader_data: None,
        }
    }

    /// Sets the mock for the work of a task, map or parallel.
    #[must_use]
    pub fn mock(mut self, mock: Mock) -> Self {
        self.mock = Some(mock);
        self
    }

    /// Answers the state's task if there is no mock.
    #[must_use]
    pub fn on_task<R: Serialize>(
        mut self,
        closure: impl Fn(&TaskRequest) -> Result<R, TaskError> + Send + Sync + 'static,
    ) -> Self {
        let name = Arc::clone(&self.program.state(self.state).name);
        self.handlers.add_state(&name, handlers::whole(closure));
        self
    }

    /// Answers the state's task with these handlers if there is no mock.
    #[must_use]
    pub fn handlers(mut self, handlers: Handlers) -> Self {
        self.handlers = handlers;
        self
    }

    /// Returns the state's name.
    pub fn state_name(&self) -> &str {
        &self.program.state(self.state).name
    }

    /// Returns whether the state is a task.
    pub fn is_task(&self) -> bool {
        matches!(self.program.state(self.state).work, Work::Task(_))
    }

    /// Sets a variable that was assigned before the state.
    #[must_use]
    pub fn variable(mut self, name: impl Into<String>, value: impl Into<Payload>) -> Self {
        self.variables.insert(name.into(), value.into());
        self
    }

    /// Sets the context object, instead of the default one. Nothing is added to it.
    #[must_use]
    pub fn context(mut self, context: Value) -> Self {
        self.context = Some(context);
        self
    }

    /// Sets the account in the ARNs of the default context object. The default is `123456789012`.
    #[must_use]
    pub fn account(mut self, id: impl Into<String>) -> Self {
        self.account = id.into();
        self
    }

    /// Sets the role in the context object.
    #[must_use]
    pub fn role_arn(mut self, arn: impl Into<String>) -> Self {
        self.role_arn = Some(arn.into());
        self
    }

    /// Sets `revealSecrets`, which the service rejects together with a mock.
    #[must_use]
    pub fn reveal_secrets(mut self, reveal: bool) -> Self {
        self.reveal_secrets = reveal;
        self
    }

    /// Sets how often the matching retrier was used before.
    #[must_use]
    pub fn retrier_retry_count(mut self, count: u64) -> Self {
        self.retrier_retry_count = count;
        self
    }

    /// Sets the state inside a map or parallel from which a mocked error comes.
    #[must_use]
    pub fn error_caused_by_state(mut self, name: impl Into<String>) -> Self {
        self.error_caused_by_state = Some(name.into());
        self
    }

    /// Sets the number of a map's failed iterations.
    #[must_use]
    pub fn map_iteration_failure_count(mut self, count: usize) -> Self {
        self.map_iteration_failure_count = Some(count);
        self
    }

    /// Sets the items that a map's item reader read, as JSON text.
    #[must_use]
    pub fn map_item_reader_data(mut self, data: impl Into<String>) -> Self {
        self.map_item_reader_data = Some(data.into());
        self
    }

    /// Runs the state with an input.
    ///
    /// # Errors
    /// See [`TestStateError`]. A state that fails returns a result, like one that succeeds.
    pub fn run(&self, input: &impl Serialize) -> Result<TestStateResult, TestStateError> {
        let input = Payload::new(serde_json::to_value(input).map_err(RunError::Input)?);
        if input.is_too_large() {
            return Err(RunError::InputTooLarge { bytes: input.bytes() }.into());
        }
        let state = self.program.state(self.state);
        let kind = self.program.kind(self.state);
        let mock = self.checked_mock(kind)?;
        let read = match &self.map_item_reader_data {
            Some(data) => Some(
                serde_json::from_str(data)
                    .map_err(|_| TestStateError::validation("Map item reader data must be valid JSON"))?,
            ),
            None => None,
        };
        let has_token = match &state.work {
            Work::Task(task) => task.resource.has_token(),
            _ => false,
        };
        let context = match &self.context {
            Some(context) => {
                context::check(context, has_token)?;
                context.clone()
            }
            None => {
                let token = has_token.then_some("TaskToken");
                context::made_up(kind, &input, &self.account, self.role_arn.as_deref(), token)
            }
        };
        if let Some(Ok(result)) = &mock {
            self.check_answer(result)?;
        }
        let refusal = RefCell::new(None);
        let visitor = Visitor {
            state: self.state,
            input: input.clone(),
            variables: Variables::of(self.variables.iter().map(|(name, value)| (name.as_str().into(), value.clone()))),
            context: context.into(),
            retries: self.retrier_retry_count,
            mock,
            answer: &|request| {
                let answer = self.answer(request)?;
                let checked = answer.as_ref().map_or(Ok(()), |result| self.check_answer(result));
                refusal.replace(checked.err());
                Some(answer)
            },
            failed_items: self.map_iteration_failure_count,
            read,
        };
        let start = Start {
            state_machine_arn: String::new(),
            execution_arn: String::new(),
            name: "ExecutionName".to_owned(),
            state_machine_name: "StateMachineName".to_owned(),
            role_arn: self.role_arn.clone().unwrap_or_default(),
            machine_type: MachineType::Standard,
            time: VIRTUAL_START,
            seed: 0,
        };
        let visited = one_state::visit(Arc::clone(&self.program), start, &visitor).map_err(unanswered)?;
        if let Some(refusal) = refusal.take() {
            return Err(refusal);
        }
        if let (Some(failed), Some(items)) = (self.map_iteration_failure_count, visited.seen.items)
            && failed > items
        {
            let message = "Map iteration failure count must be less than or equal to the number of Map iterations";
            return Err(TestStateError::validation(message));
        }
        Ok(self.result(input, visited))
    }

    /// Returns the mock's answer, if the service accepts the request.
    fn checked_mock(&self, kind: StateKind) -> Result<Option<Result<Payload, TaskError>>, TestStateError> {
        let Some(mock) = &self.mock else {
            if self.map_iteration_failure_count.is_some() {
                let message = "TestState does not support MapIterationFailureCount when a mock is not specified.";
                return Err(TestStateError::validation(message));
            }
            if matches!(kind, StateKind::Map | StateKind::Parallel) {
                return Err(TestStateError::Refused {
                    code: "InvalidDefinition",
                    message: "TestState API does not support Map or Parallel states. Supported state types include: [Task, Wait, Pass, Succeed, Fail, Choice]".to_owned(),
                });
            }
            return Ok(None);
        };
        if self.reveal_secrets {
            let message = "TestState does not support RevealSecrets when a mock is specified.";
            return Err(TestStateError::validation(message));
        }
        if let Some(name) = &self.error_caused_by_state
            && self.program.find(name).is_none()
        {
            let message = format!("there is no state `{name}` that the error could come from");
            return Err(TestStateError::validation(message));
        }
        mock.answer(self.program.state(self.state), kind).map(Some)
    }

    /// Rejects a task's result that does not match its declared type.
    fn check_answer(&self, result: &Payload) -> Result<(), TestStateError> {
        let mismatches =
            self.answer_types.as_ref().map(|types| types.mismatches(self.state, result)).unwrap_or_default();
        match mismatches.is_empty() {
            true => Ok(()),
            false => {
                let state = self.program.state(self.state).name.to_string();
                Err(TestStateError::Run(RunError::AnswerType { state, mismatches }))
            }
        }
    }

    /// Returns the handlers' answer to a task without a mock. One that never answers times out.
    fn answer(&self, request: &TaskRequest) -> Option<Result<Payload, TaskError>> {
        let asking = self.handlers.find(request, &mut CallCounts::default())?;
        let answer = match asking.call(request) {
            Reply::Now(answer) => answer,
            Reply::Later(future) => block_on(future),
            Reply::Never => Err(TaskError::new(workflow_asl::error_name::TIMEOUT)),
            Reply::Planned(given) => {
                given.answer.unwrap_or_else(|| Err(TaskError::new(workflow_asl::error_name::TIMEOUT)))
            }
            Reply::Nested(nested) => match block_on(nested.run) {
                Ok(acts) => {
                    let answer = acts.into_iter().find_map(|(_, act)| match act {
                        TaskEvent::Answer(answer) => Some(answer),
                        TaskEvent::Heartbeat => None,
                    });
                    answer.unwrap_or_else(|| Err(TaskError::new(workflow_asl::error_name::TIMEOUT)))
                }
                Err(error) => Err(TaskError::new(workflow_asl::error_name::RUNTIME).with_cause(error.to_string())),
            },
            Reply::NoneLeft { .. } => return None,
        };
        Some(answer.map(Payload::new))
    }

    fn result(&self, input: Payload, visited: Visited) -> TestStateResult {
        let name = |id: StateId| self.program.state(id).name.to_string();
        let mut details = None;
        let (status, output, next_state, error) = match visited.ended {
            Ended::Succeeded { output, next } => (TestStateStatus::Succeeded, Some(output), next.map(name), None),
            Ended::Caught { output, next, error, catcher, retrier } => {
                details =
                    Some(ErrorDetails { catch_index: Some(catcher), retry_index: retrier, ..ErrorDetails::default() });
                (TestStateStatus::CaughtError, Some(output), Some(name(next)), Some(error))
            }
            Ended::Retriable { error, retrier, backoff_seconds } => {
                details = Some(ErrorDetails {
                    retry_index: Some(retrier),
                    retry_backoff_interval_seconds: Some(backoff_seconds),
                    ..ErrorDetails::default()
                });
                (TestStateStatus::Retriable, None, None, Some(error))
            }
            Ended::Failed { error, retrier } => {
                details = retrier.map(|at| ErrorDetails { retry_index: Some(at), ..ErrorDetails::default() });
                (TestStateStatus::Failed, None, None, Some(error))
            }
        };
        let NamedError { error, cause } = error.unwrap_or(NamedError { error: None, cause: None });
        TestStateResult {
            status,
            output,
            error: error.as_deref().map(str::to_owned),
            cause: cause.as_deref().map(str::to_owned),
            next_state,
            inspection: inspection(input, visited.seen, &visited.variables, details),
        }
    }
}

fn inspection(input: Payload, seen: Seen, variables: &Variables, details: Option<ErrorDetails>) -> Inspection {
    let variables: Map<String, Value> =
        variables.own().map(|(name, value)| (name.to_owned(), value.value().clone())).collect();
    Inspection {
        input,
        after_input_path: seen.after_input_path,
        after_parameters: seen.after_parameters,
        after_arguments: seen.after_arguments,
        after_items_pointer: seen.after_items_pointer,
        after_items_path: seen.after_items_path,
        after_item_selector: seen.after_item_selector,
        after_item_batcher: seen.after_item_batcher,
        result: seen.result,
        after_result_selector: seen.after_result_selector,
        after_result_path: seen.after_result_path,
        variables: (!variables.is_empty()).then(|| Value::Object(variables).into()),
        max_concurrency: seen.max_concurrency.map(whole),
        tolerated_failure_count: seen.tolerated_count.map(whole),
        tolerated_failure_percentage: seen.tolerated_percentage,
        error_details: details,
    }
}

fn unanswered(Unanswered(request): Unanswered) -> TestStateError {
    TestStateError::Run(RunError::of_request(&request))
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a cast saturates, and the numbers are counts"
)]
fn whole(number: f64) -> u64 {
    number as u64
}
