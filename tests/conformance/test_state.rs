//! Runs one `teststate` case: one state alone, as in the API's `TestState`.

use serde_json::{Map, Value};
use workflow_local::TaskError;
use workflow_local::test_state::{FieldValidation, InspectionLevel, Mock, TestState, TestStateError, TestStateResult};

use crate::case::Outcome;
use crate::matcher::differ;

/// The role used for the recordings. States that make no calls were tested without one.
const ROLE: &str = "arn:aws:iam::111111111111:role/role";

pub(crate) fn run(case: &Value) -> Outcome {
    let expect = &case["expect"];
    let expected = |name: &str| expect.get(name).cloned().unwrap_or(Value::Null);
    let failure = match test(case) {
        Ok(result) => {
            let level = match case["inspectionLevel"].as_str() {
                Some("DEBUG") => InspectionLevel::Debug,
                Some("TRACE") => InspectionLevel::Trace,
                _ => InspectionLevel::Info,
            };
            differ(&expected("response"), &parsed(&result.to_api_json(level)), "response")
        }
        Err(error) => differ(&expected("errorCode"), &error.code().into(), "errorCode")
            .or_else(|| differ(&expected("message"), &error.to_string().into(), "message")),
    };
    Outcome { failure, causes: None }
}

fn test(case: &Value) -> Result<TestStateResult, TestStateError> {
    let parameters = &case["parameters"];
    let definition = &case["definition"];
    let mut test = match parameters["stateName"].as_str() {
        Some(name) => TestState::of_machine(definition, name)?,
        None => TestState::of_state(definition)?,
    };
    test = test.account("111111111111");
    let calls =
        definition.get("States").is_some() || matches!(definition["Type"].as_str(), Some("Task" | "Map" | "Parallel"));
    if calls && case.get("variables").is_none() {
        test = test.role_arn(ROLE);
    }
    if let Some(mock) = case.get("mock") {
        test = test.mock(mock_of(mock));
    } else {
        // Only the response shows what the real function returned.
        let response = &case["expect"]["response"];
        let answer = response["inspectionData"].get("result").unwrap_or(&response["output"]).clone();
        test = test.on_task(move |_| Ok(answer.clone()));
    }
    for (name, value) in case["variables"].as_object().into_iter().flatten() {
        test = test.variable(name, value.clone());
    }
    if let Some(context) = case.get("context") {
        test = test.context(context.clone());
    }
    test = test.reveal_secrets(parameters["revealSecrets"] == true);
    let configuration = &case["stateConfiguration"];
    if let Some(count) = configuration["retrierRetryCount"].as_u64() {
        test = test.retrier_retry_count(count);
    }
    if let Some(name) = configuration["errorCausedByState"].as_str() {
        test = test.error_caused_by_state(name);
    }
    if let Some(count) = configuration["mapIterationFailureCount"].as_u64() {
        test = test.map_iteration_failure_count(count as usize);
    }
    if let Some(data) = configuration["mapItemReaderData"].as_str() {
        test = test.map_item_reader_data(data);
    }
    // A missing input is an empty one.
    let input = case.get("input").filter(|input| !input.is_null());
    test.run(input.unwrap_or(&Value::Object(Map::new())))
}

fn mock_of(mock: &Value) -> Mock {
    let mut made = Mock::default();
    made.result = mock["result"].as_str().map(str::to_owned);
    if let Some(output) = mock.get("errorOutput") {
        let mut error = match output["error"].as_str() {
            Some(name) => TaskError::new(name.to_owned()),
            None => TaskError::unnamed(),
        };
        error.cause = output["cause"].as_str().map(str::to_owned);
        made.error_output = Some(error);
    }
    made.field_validation(match mock["fieldValidationMode"].as_str() {
        Some("PRESENT") => FieldValidation::Present,
        Some("NONE") => FieldValidation::None,
        _ => FieldValidation::Strict,
    })
}

/// Returns a response in the corpus's form: JSON text parsed.
fn parsed(response: &Value) -> Value {
    let mut response = response.clone();
    let parse = |value: &mut Value| {
        if let Some(json) = value.as_str().and_then(|text| serde_json::from_str(text).ok()) {
            *value = json;
        }
    };
    if let Some(output) = response.get_mut("output") {
        parse(output);
    }
    for (_, value) in response.get_mut("inspectionData").and_then(Value::as_object_mut).into_iter().flatten() {
        parse(value);
    }
    response
}
