//! The operation that tests one state.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/apireference/API_TestState.html>

use serde_json::{Map, Value};
use workflow_asl::limits::{DEFINITION_CHARS, PAYLOAD_BYTES};

use super::error::ApiError;
use super::input::Input;
use super::registry::Registry;
use super::{arn, definition};
use crate::error::DefinitionError;
use crate::task::TaskError;
use crate::test_state::{FieldValidation, InspectionLevel, Mock, TestState, TestStateError};

impl Registry {
    /// Tests a state; a task without a mock is answered by the server's closures, which may block.
    pub(super) async fn test_state(&self, input: &Input) -> Result<Value, ApiError> {
        let text = definition::member(input)?.ok_or_else(|| ApiError::constraint(None, "definition", "not be null"))?;
        let document = json(text, "definition", "Invalid State Machine Definition")?;
        let role_arn = input.text("roleArn")?.map(arn::check_role).transpose()?;
        let level = match input.word("inspectionLevel", &["INFO", "DEBUG", "TRACE"])? {
            Some("DEBUG") => InspectionLevel::Debug,
            Some("TRACE") => InspectionLevel::Trace,
            _ => InspectionLevel::Info,
        };
        let state_name = input.text("stateName")?;
        let mut test = match state_name {
            Some(name) => TestState::of_machine(&document, name),
            None => TestState::of_state(&document),
        }
        .map_err(refused)?;
        let mock = input.object("mock")?.map(|mock| mock_of(&mock)).transpose()?;
        let makes_calls = test.is_task();
        if makes_calls && mock.is_none() && role_arn.is_none() {
            let message = "RoleArn must be specified when testing a Task state";
            return Err(ApiError::new("ValidationException", message));
        }
        if let Some(mock) = mock {
            test = test.mock(mock);
        }
        if let Some(role_arn) = role_arn {
            test = test.role_arn(role_arn);
        }
        if let Some(text) = input.sensitive("variables", DEFINITION_CHARS)? {
            let Value::Object(variables) = json(text, "variables", "Invalid variables")? else {
                return Err(ApiError::new("ValidationException", "'variables' must be a JSON object"));
            };
            for (name, value) in variables {
                test = test.variable(name, value);
            }
        }
        if let Some(text) = input.sensitive("context", DEFINITION_CHARS)? {
            test = test.context(json(text, "context", "Invalid context")?);
        }
        test = test.reveal_secrets(input.boolean("revealSecrets")?.unwrap_or(false));
        if let Some(configuration) = input.object("stateConfiguration")? {
            test = configured(test, &configuration)?;
        }
        let state_input = match input.sensitive("input", PAYLOAD_BYTES)? {
            Some(text) => json(text, "input", "Invalid State Machine Execution Input")?,
            None => Value::Object(Map::new()),
        };
        let test = test.answered_by(&self.handlers);
        // A closure that stands for a task may block.
        let run = tokio::task::spawn_blocking(move || test.run(&state_input)).await;
        match run {
            Ok(Ok(result)) => Ok(result.to_api_json(level)),
            Ok(Err(error)) => Err(refused(error)),
            Err(_) => Err(ApiError::new("InternalServerError", "the test was cut short")),
        }
    }
}

fn json(text: &str, member: &str, wrong: &str) -> Result<Value, ApiError> {
    serde_json::from_str(text).map_err(|error| {
        let code = match member {
            "definition" => "InvalidDefinition",
            "input" => "InvalidExecutionInput",
            _ => "ValidationException",
        };
        ApiError::new(code, format!("{wrong}: '{}'", definition::what_is_not_json(text, &error)))
    })
}

fn mock_of(mock: &Input) -> Result<Mock, ApiError> {
    let mut made = Mock { result: mock.text("result")?.map(str::to_owned), ..Mock::default() };
    if let Some(output) = mock.object("errorOutput")? {
        let error = output.text("error")?.map_or_else(TaskError::unnamed, |name| TaskError::new(name.to_owned()));
        made.error_output = Some(TaskError { cause: output.text("cause")?.map(str::to_owned), ..error });
    }
    let mode = mock.word("fieldValidationMode", &["STRICT", "PRESENT", "NONE"])?;
    Ok(made.field_validation(match mode {
        Some("PRESENT") => FieldValidation::Present,
        Some("NONE") => FieldValidation::None,
        _ => FieldValidation::Strict,
    }))
}

/// The largest count that the API takes.
const MOST: usize = i32::MAX as usize;

fn configured(mut test: TestState, configuration: &Input) -> Result<TestState, ApiError> {
    if let Some(count) = configuration.number("retrierRetryCount", MOST)? {
        test = test.retrier_retry_count(count as u64);
    }
    if let Some(name) = configuration.text("errorCausedByState")? {
        test = test.error_caused_by_state(name);
    }
    if let Some(count) = configuration.number("mapIterationFailureCount", MOST)? {
        test = test.map_iteration_failure_count(count);
    }
    if let Some(data) = configuration.text("mapItemReaderData")? {
        test = test.map_item_reader_data(data);
    }
    Ok(test)
}

/// The API's words for what cannot be tested.
fn refused(error: TestStateError) -> ApiError {
    match error {
        TestStateError::Refused { code, message } => ApiError::new(code, message),
        TestStateError::Definition(DefinitionError::Invalid(found)) => definition::invalid(found),
        TestStateError::Definition(other) => ApiError::new("InvalidDefinition", other.to_string()),
        TestStateError::Run(error) => ApiError::new("ValidationException", error.to_string()),
    }
}
