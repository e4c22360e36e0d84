//! Tests one state alone, with the semantics of `TestState`.

use serde_json::{Value, json};
use workflow_cases::every;
use workflow_local::test_state::{FieldValidation, InspectionLevel, Mock, TestState, TestStateStatus};
use workflow_local::{Engine, TaskError};

fn function() -> Value {
    json!({
        "Type": "Task",
        "Resource": "arn:aws:lambda:us-east-1:123456789012:function:pay",
        "InputPath": "$.order",
        "ResultPath": "$.paid",
        "TimeoutSeconds": 5,
        "Retry": [{ "ErrorEquals": ["Busy"], "IntervalSeconds": 3, "MaxAttempts": 2, "MaxDelaySeconds": 4 }],
        "Catch": [
            { "ErrorEquals": ["Refused"], "Next": "Tell" },
            { "ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "Mend" }
        ],
        "Next": "Ship"
    })
}

#[test]
fn an_error_is_retried_then_caught() {
    let busy =
        || TestState::of_state(&function()).unwrap().mock(Mock::error(TaskError::new("Busy").with_cause("full")));
    let input = json!({ "order": { "id": 1 } });

    let result = busy().retrier_retry_count(1).run(&input).unwrap();
    assert_eq!(result.status, TestStateStatus::Retriable);
    let details = result.inspection.error_details.unwrap();
    assert_eq!((details.retry_index, details.catch_index), (Some(0), None));
    // 3 s × 2, but no more than 4.
    assert_eq!(details.retry_backoff_interval_seconds, Some(4.0));
    assert_eq!((result.output, result.next_state), (None, None));

    let result = busy().retrier_retry_count(2).run(&input).unwrap();
    assert_eq!(result.status, TestStateStatus::CaughtError);
    let details = result.inspection.error_details.unwrap();
    assert_eq!((details.retry_index, details.catch_index), (Some(0), Some(1)));
    assert_eq!(result.next_state.as_deref(), Some("Mend"));
    assert_eq!(*result.output.unwrap(), json!({ "order": { "id": 1 }, "error": { "Error": "Busy", "Cause": "full" } }));
}

#[test]
fn a_task_without_a_mock_asks_the_engines_handlers() {
    let machine = json!({
        "StartAt": "Pay",
        "States": {
            "Pay": { "Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:pay", "Next": "Each" },
            "Each": {
                "Type": "Map",
                "ItemProcessor": {
                    "StartAt": "One",
                    "States": { "One": { "Type": "Pass", "Parameters": { "at.$": "$$.Map.Item.Index", "is.$": "$$.Map.Item.Value" }, "End": true } }
                },
                "End": true
            }
        }
    });
    let engine = Engine::new(&machine).unwrap().on_lambda("pay", |order: u64| Ok(order + 1));
    let result = engine.test_state("Pay").unwrap().run(&1).unwrap();
    assert_eq!((result.status, result.next_state.as_deref()), (TestStateStatus::Succeeded, Some("Each")));
    assert_eq!(*result.output.unwrap(), json!(2));

    // A state of an item processor has an item: the first, which is its input.
    let result = engine.test_state("One").unwrap().run(&"x").unwrap();
    assert_eq!(*result.output.unwrap(), json!({ "at": 0, "is": "x" }));

    let missing = TestState::of_machine(&machine, "Pay").unwrap().run(&1).unwrap_err();
    assert!(missing.to_string().starts_with("no handler for state `Pay`"), "{missing}");
    let unknown = engine.test_state("Pya").err().unwrap().to_string();
    assert!(unknown.contains("`Pya`") && unknown.contains("did you mean `Pay`?"), "{unknown}");
}

#[test]
fn variables_are_read_and_assigned() {
    let state = json!({
        "Type": "Pass", "QueryLanguage": "JSONata",
        "Assign": { "sum": "{% $sum + $states.input %}" }, "Output": "{% $sum %}", "End": true
    });
    let result = TestState::of_state(&state).unwrap().variable("sum", json!(10)).run(&5).unwrap();
    // The output is computed from the variables as they were.
    assert_eq!(*result.output.unwrap(), json!(10));
    assert_eq!(*result.inspection.variables.unwrap(), json!({ "sum": 15 }));
}

#[test]
fn a_map_tells_its_items_and_the_children_they_make() {
    let state = json!({
        "Type": "Map",
        "ItemReader": {
            "Resource": "arn:aws:states:::s3:getObject",
            "Parameters": { "Bucket": "b", "Key": "k" },
            "ReaderConfig": { "InputType": "JSON", "ItemsPointer": "/rows" }
        },
        "ItemSelector": { "n.$": "$$.Map.Item.Value" },
        "ItemBatcher": { "MaxItemsPerBatch": 2 },
        "ToleratedFailurePercentage": 40,
        "MaxConcurrency": 7,
        "ItemProcessor": {
            "ProcessorConfig": { "Mode": "DISTRIBUTED", "ExecutionType": "STANDARD" },
            "StartAt": "One",
            "States": { "One": { "Type": "Pass", "End": true } }
        },
        "End": true
    });
    let test = TestState::of_state(&state)
        .unwrap()
        .mock(Mock::result(&json!([1, 2])).unwrap())
        .map_item_reader_data(r#"{"rows": [1, 2, 3]}"#);
    let seen = test.clone().map_iteration_failure_count(1).run(&json!({})).unwrap().to_api_json(InspectionLevel::Debug);
    let seen = &seen["inspectionData"];
    assert_eq!(seen["afterItemsPointer"], "[1,2,3]");
    assert_eq!(seen["afterItemSelector"], r#"[{"n":1},{"n":2},{"n":3}]"#);
    assert_eq!(seen["afterItemBatcher"], r#"[{"Items":[{"n":1},{"n":2}]},{"Items":[{"n":3}]}]"#);
    assert_eq!((&seen["maxConcurrency"], &seen["toleratedFailurePercentage"]), (&json!(7), &json!(40.0)));

    let result = test.clone().map_iteration_failure_count(2).run(&json!({})).unwrap();
    assert_eq!(result.error.as_deref(), Some("States.ExceedToleratedFailureThreshold"));
    let refused = test.map_iteration_failure_count(4).run(&json!({})).unwrap_err();
    assert_eq!(refused.code(), Some("ValidationException"));
}

#[test]
fn what_the_service_refuses_is_refused() {
    let pass = json!({ "Type": "Pass", "End": true });
    let mut both = Mock::error(TaskError::new("E"));
    both.result = Some("{}".to_owned());
    let service =
        json!({ "Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "Parameters": {}, "End": true });
    every(
        [
            (&pass, Mock::result_text("{}"), "State type 'Pass' is not supported when a mock is specified"),
            (&service, both, "A test mock should have only one of the following fields: [result, errorOutput]."),
            (&service, Mock::result_text("{"), "Mocked result must be valid JSON"),
            (&service, Mock::result_text("[]"), "Mocked result must be a JSON object."),
        ],
        |(state, mock, message)| {
            let refused = TestState::of_state(state).unwrap().mock(mock).run(&json!({})).unwrap_err();
            assert_eq!((refused.code(), refused.to_string().as_str()), (Some("ValidationException"), message));
        },
    );
    let unchecked = Mock::result_text("[]").field_validation(FieldValidation::None);
    let result = TestState::of_state(&service).unwrap().mock(unchecked).run(&json!({})).unwrap();
    assert_eq!(*result.output.unwrap(), json!([]));
}

#[test]
fn a_context_object_has_members_of_their_types() {
    let state = json!({ "Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "Parameters": { "QueueUrl": "q", "MessageBody.$": "$$.Task.Token" }, "End": true });
    let test = |context: Value| {
        let test = TestState::of_state(&state).unwrap().mock(Mock::result(&json!({})).unwrap());
        test.context(context).run(&json!({}))
    };
    every(
        [
            (json!([]), "Context object must be a JSON object"),
            (json!({ "Execution": "x" }), "Execution must be an object"),
            (json!({ "State": null }), "State must be an object"),
            (json!({ "Execution": { "Id": 1 } }), "Execution.Id must be a string"),
            (json!({ "Execution": { "Id": null } }), "Execution.Id must be a string"),
            (json!({ "Execution": { "Name": {} } }), "Execution.Name must be a string"),
            (json!({ "Execution": { "RoleArn": true } }), "Execution.RoleArn must be a string"),
            (json!({ "Execution": { "StartTime": 5 } }), "Execution.StartTime must be a string"),
            (json!({ "Execution": { "RedriveCount": "0" } }), "Execution.RedriveCount must be a number"),
            (json!({ "State": { "EnteredTime": [] } }), "State.EnteredTime must be a string"),
            (json!({ "State": { "RetryCount": "1" } }), "State.RetryCount must be a number"),
            (json!({ "StateMachine": { "Id": [] } }), "StateMachine.Id must be a string"),
            (json!({ "Task": { "Token": 7 } }), "Task.Token must be a string"),
            (json!({ "Task": { "Other": 7 } }), "Field 'Other' is not allowed"),
        ],
        |(context, expected)| {
            let refused = test(context.clone()).unwrap_err();
            assert_eq!(refused.code(), Some("ValidationException"));
            assert_eq!(refused.to_string(), format!("Invalid Context object provided: {expected}"), "{context}");
        },
    );
    let context = json!({ "Execution": { "Id": "a", "Input": [1], "RedriveCount": 0 }, "State": { "RetryCount": 2 },
        "Task": { "Token": "t" } });
    assert_eq!(test(context).unwrap().status, TestStateStatus::Succeeded);
}

#[test]
fn a_map_that_exports_is_mocked_with_an_object() {
    let map = |writer: Value| {
        json!({ "Type": "Map", "ResultWriter": writer, "End": true, "ItemProcessor": {
            "ProcessorConfig": { "Mode": "DISTRIBUTED", "ExecutionType": "STANDARD" },
            "StartAt": "I", "States": { "I": { "Type": "Pass", "End": true } } } })
    };
    let config = json!({ "Transformation": "COMPACT", "OutputType": "JSON" });
    let to_s3 = json!({ "Resource": "arn:aws:states:::s3:putObject", "Parameters": { "Bucket": "b" } });
    let mut both = to_s3.clone();
    both["WriterConfig"] = config.clone();
    let exported = json!({ "MapRunArn": "arn", "ResultWriterDetails": { "Bucket": "b", "Key": "k" } });
    let run = |writer: &Value, result: &Value| {
        TestState::of_state(&map(writer.clone())).unwrap().mock(Mock::result(result).unwrap()).run(&json!([1]))
    };
    every([&to_s3, &both], |writer| {
        assert_eq!(run(writer, &json!([1])).unwrap_err().to_string(), "Mocked result must be a JSON object.");
        assert_eq!(run(writer, &json!("x")).unwrap_err().to_string(), "Mocked result must be a JSON object.");
        assert_eq!(*run(writer, &exported).unwrap().output.unwrap(), exported);
    });
    let only_format = json!({ "WriterConfig": config });
    assert_eq!(run(&only_format, &exported).unwrap_err().to_string(), "Mocked result must be an array.");
    assert_eq!(*run(&only_format, &json!([2])).unwrap().output.unwrap(), json!([2]));
}

#[test]
fn a_mocked_result_stays_within_the_limits_of_the_apis_model() {
    let task = |call: &str| {
        let resource = format!("arn:aws:states:::aws-sdk:{call}");
        json!({ "Type": "Task", "Resource": resource, "Parameters": {}, "End": true })
    };
    let (encrypt, function) = (task("kms:encrypt"), task("lambda:getFunctionConfiguration"));
    every(
        [
            (&encrypt, json!({ "CiphertextBlob": "AA==" }), None),
            (
                &encrypt,
                json!({ "CiphertextBlob": "" }),
                Some("Field 'CiphertextBlob' is smaller than the minimum length"),
            ),
            (&encrypt, json!({ "KeyId": "" }), Some("Field 'KeyId' is smaller than the minimum length")),
            (&encrypt, json!({ "KeyId": "k".repeat(2048) }), None),
            (&encrypt, json!({ "KeyId": "k".repeat(2049) }), Some("Field 'KeyId' exceeds the maximum length")),
            (&function, json!({ "MemorySize": 128 }), None),
            (&function, json!({ "MemorySize": 127 }), Some("Field 'MemorySize' is less than the minimum value")),
            (&function, json!({ "MemorySize": 32769 }), Some("Field 'MemorySize' exceeds the maximum value")),
        ],
        |(state, result, wrong)| {
            let mock = Mock::result(&result).unwrap().field_validation(FieldValidation::Present);
            let tested = TestState::of_state(state).unwrap().mock(mock).run(&json!({}));
            let expected = wrong.map(|wrong| format!("Mock result schema validation error: {wrong}"));
            assert_eq!(tested.err().map(|error| error.to_string()), expected, "{result}");
        },
    );
}

#[test]
fn errors_of_a_lone_state_point_into_it() {
    let wrong = json!({ "Type": "Pass", "InputPath": "$..[", "End": true });
    let error = TestState::of_state(&wrong).err().unwrap().to_string();
    assert!(error.contains("/InputPath") && !error.contains("/States"), "{error}");
}
