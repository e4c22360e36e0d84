//! The operation that tests one state.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/apireference/API_TestState.html>

use std::sync::Arc;

use serde_json::{Map, Value, json};
use workflow_asl::Pointer;
use workflow_asl::limits::{CAUSE_CHARS, DEFINITION_CHARS, ERROR_CHARS, PAYLOAD_BYTES, RESOURCE_NAME_CHARS};
use workflow_asl::rules::reported_by_the_service;
use workflow_asl::source::Source;
use workflow_local::handlers::Handlers;
use workflow_local::test_state::{FieldValidation, InspectionLevel, Mock, TestState, TestStateError};
use workflow_local::{DefinitionError, TaskError};

use super::definitions;
use super::definitions::{what_cannot_be_read, what_is_not_json};
use crate::api::{ARN_CHARS, ApiError, Code, Input, Members, arn};
use crate::executions::HandlerOwner;
use crate::registry::Registry;

impl Registry {
    /// Tests a state. The server's closures answer a task without a mock, and may block.
    pub(crate) async fn test_state(&self, input: &Input) -> Result<Value, ApiError> {
        let mut members = input.members();
        let text = members.required_sensitive("definition", DEFINITION_CHARS);
        let role_arn = members.bounded("roleArn", 1, ARN_CHARS);
        let level = match members.word("inspectionLevel", &["INFO", "DEBUG", "TRACE"]) {
            Some("DEBUG") => InspectionLevel::Debug,
            Some("TRACE") => InspectionLevel::Trace,
            _ => InspectionLevel::Info,
        };
        let state_name = members.sensitive_from("stateName", 1, RESOURCE_NAME_CHARS);
        let mock = members.structure("mock", mock);
        let variables = members.sensitive("variables", PAYLOAD_BYTES);
        let context = members.sensitive("context", PAYLOAD_BYTES);
        let reveals = members.boolean("revealSecrets").unwrap_or(false);
        let configuration = members.structure("stateConfiguration", StateConfiguration::read);
        let state_input = members.sensitive("input", PAYLOAD_BYTES);
        members.check()?;
        let role_arn = role_arn.map(arn::check_role).transpose()?;
        let source = Source::read_filled(text).map_err(|error| {
            let why = what_cannot_be_read(text, &error);
            ApiError::new(Code::InvalidDefinition, format!("Invalid State Machine Definition: '{why}'"))
        })?;
        let mut test = match state_name {
            Some(name) => TestState::of_machine(source.value(), name),
            None => TestState::of_state(source.value()),
        }
        .map_err(|error| refused(error, source.value(), state_name))?;
        let makes_calls = test.is_task() && mock.is_none();
        if makes_calls && role_arn.is_none() {
            let message = "RoleArn must be specified when testing a Task state";
            return Err(ApiError::new(Code::Validation, message));
        }
        if let Some(mock) = mock {
            test = test.mock(mock);
        }
        if let Some(role_arn) = role_arn {
            test = test.role_arn(role_arn);
        }
        if let Some(text) = variables {
            let Value::Object(variables) = json(text, Code::Validation, "Invalid variables")? else {
                return Err(ApiError::new(Code::Validation, "'variables' must be a JSON object"));
            };
            for (name, value) in variables {
                test = test.variable(name, value);
            }
        }
        if let Some(text) = context {
            test = test.context(json(text, Code::Validation, "Invalid context")?);
        }
        test = test.reveal_secrets(reveals).handlers(Handlers::clone(&self.handlers));
        if let Some(configuration) = configuration {
            test = configuration.apply(test);
        }
        let state_input = match state_input {
            Some(text) => json(text, Code::InvalidExecutionInput, "Invalid State Machine Execution Input")?,
            None => Value::Object(Map::new()),
        };
        let tested = match makes_calls {
            // A closure for a task may block.
            true => {
                let runs_for = HandlerOwner { state: Arc::from(test.state_name()), execution_arn: None };
                let run = self.threads.run(runs_for, move || test.run(&state_input)).await;
                run.map_err(|not_run| ApiError::new(Code::InternalServerError, not_run.to_string()))?
            }
            false => test.run(&state_input),
        };
        tested.map(|result| result.to_api_json(level)).map_err(|error| refused(error, source.value(), state_name))
    }
}

fn json(text: &str, code: Code, wrong: &str) -> Result<Value, ApiError> {
    serde_json::from_str(text)
        .map_err(|error| ApiError::new(code, format!("{wrong}: '{}'", what_is_not_json(text, &error))))
}

fn mock(members: &mut Members<'_>) -> Mock {
    let mut mock = Mock::default();
    mock.result = members.sensitive("result", PAYLOAD_BYTES).map(str::to_owned);
    mock.error_output = members.structure("errorOutput", |output| {
        let error = output
            .sensitive("error", ERROR_CHARS)
            .map_or_else(TaskError::unnamed, |name| TaskError::new(name.to_owned()));
        TaskError { cause: output.sensitive("cause", CAUSE_CHARS).map(str::to_owned), ..error }
    });
    let mode = members.word("fieldValidationMode", &["STRICT", "PRESENT", "NONE"]);
    mock.field_validation(match mode {
        Some("PRESENT") => FieldValidation::Present,
        Some("NONE") => FieldValidation::None,
        _ => FieldValidation::Strict,
    })
}

/// The maximum of a count in the API.
const MOST: usize = i32::MAX as usize;

/// How the state is tested.
struct StateConfiguration<'a> {
    retrier_retry_count: Option<usize>,
    error_caused_by_state: Option<&'a str>,
    map_iteration_failure_count: Option<usize>,
    map_item_reader_data: Option<&'a str>,
}

impl<'a> StateConfiguration<'a> {
    fn read(members: &mut Members<'a>) -> Self {
        Self {
            retrier_retry_count: members.number("retrierRetryCount", MOST),
            error_caused_by_state: members.sensitive_from("errorCausedByState", 1, RESOURCE_NAME_CHARS),
            map_iteration_failure_count: members.number("mapIterationFailureCount", MOST),
            map_item_reader_data: members.sensitive("mapItemReaderData", PAYLOAD_BYTES),
        }
    }

    fn apply(self, mut test: TestState) -> TestState {
        if let Some(count) = self.retrier_retry_count {
            test = test.retrier_retry_count(count as u64);
        }
        if let Some(name) = self.error_caused_by_state {
            test = test.error_caused_by_state(name);
        }
        if let Some(count) = self.map_iteration_failure_count {
            test = test.map_iteration_failure_count(count);
        }
        if let Some(data) = self.map_item_reader_data {
            test = test.map_item_reader_data(data);
        }
        test
    }
}

/// Returns the API's error for a state that cannot be tested. A state without its machine is called `StateName`.
fn refused(error: TestStateError, definition: &Value, state_name: Option<&str>) -> ApiError {
    match error {
        TestStateError::Refused { code, message } => {
            ApiError::new(Code::named(code).unwrap_or(Code::Validation), message)
        }
        TestStateError::Definition(DefinitionError::Invalid(mut found)) => {
            let mut definition = definition.clone();
            if state_name.is_none() {
                definition = json!({"States": {"StateName": definition}});
                let state = Pointer::root().child("States").child("StateName");
                for one in &mut found {
                    one.pointer = one.pointer.tokens().fold(state.clone(), |at, token| at.child(&token));
                }
            }
            definitions::refused(&reported_by_the_service(&definition, found))
        }
        TestStateError::Definition(other) => ApiError::new(Code::InvalidDefinition, other.to_string()),
        other => ApiError::new(Code::Validation, other.to_string()),
    }
}
