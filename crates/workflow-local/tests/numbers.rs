//! Tests the numbers and strings that states accept from paths and expressions, and the errors for those that a field
//! rejects.

use serde_json::{Value, json};
use workflow_cases::every;
use workflow_local::{Engine, EventType, Execution};

fn run(state: Value, input: &Value) -> Execution {
    let machine = json!({ "StartAt": "S", "States": { "S": state } });
    Engine::new(&machine).unwrap().on_lambda("f", |_: Value| Ok(1)).run(input).unwrap()
}

fn jsonata(mut state: Value) -> Value {
    state["QueryLanguage"] = json!("JSONata");
    state
}

fn task(field: &str, value: &str) -> Value {
    json!({ "Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:f", field: value,
        "Catch": [{ "ErrorEquals": ["States.ALL"], "Next": "S" }], "End": true })
}

/// Returns a map with a field and a value of it, inline or distributed.
fn map(field: &str, value: &str, mode: Value) -> Value {
    let mut state = json!({ "Type": "Map",
        "ItemProcessor": { "ProcessorConfig": mode, "StartAt": "I", "States": { "I": { "Type": "Pass", "End": true } } },
        "End": true });
    if field.contains("Batch") {
        state["ItemBatcher"] = json!({ field: value });
    } else {
        state[field] = json!(value);
    }
    if field.ends_with("Path") {
        state["ItemsPath"] = json!("$.items");
    } else {
        state["Items"] = json!([1]);
    }
    state
}

fn inline() -> Value {
    json!({ "Mode": "INLINE" })
}

fn distributed() -> Value {
    json!({ "Mode": "DISTRIBUTED", "ExecutionType": "STANDARD" })
}

/// A state with a path to a number, the field of the number, the path's, and numbers that are refused with the range that
/// the cause tells.
type Case = (fn() -> Value, &'static str, &'static str, &'static [(i64, &'static str)]);

#[test]
fn a_path_leads_to_a_number_that_its_field_takes() {
    let cases: &[Case] = &[
        (
            || task("TimeoutSecondsPath", "$.n"),
            "TimeoutSeconds",
            "TimeoutSecondsPath",
            &[(0, "1 and 99999999"), (-1, "1 and 99999999"), (100_000_000, "1 and 99999999")],
        ),
        (
            || task("HeartbeatSecondsPath", "$.n"),
            "HeartbeatSeconds",
            "HeartbeatSecondsPath",
            &[(0, "1 and 99999999"), (-1, "1 and 99999999")],
        ),
        (|| map("MaxConcurrencyPath", "$.n", inline()), "MaxConcurrency", "MaxConcurrencyPath", &[(-1, "")]),
        (|| map("MaxConcurrencyPath", "$.n", distributed()), "MaxConcurrency", "MaxConcurrencyPath", &[(-1, "")]),
        (
            || map("ToleratedFailureCountPath", "$.n", distributed()),
            "ToleratedFailureCount",
            "ToleratedFailureCountPath",
            &[(-1, "")],
        ),
        (
            || map("MaxItemsPerBatchPath", "$.n", distributed()),
            "MaxItemsPerBatch",
            "MaxItemsPerBatchPath",
            &[(0, "1 and 100000000"), (-1, "1 and 100000000")],
        ),
        (
            || map("MaxInputBytesPerBatchPath", "$.n", distributed()),
            "MaxInputBytesPerBatch",
            "MaxInputBytesPerBatchPath",
            &[(0, "1 and 262144"), (262_145, "1 and 262144")],
        ),
    ];
    for (state, field, path_field, wrong) in cases {
        run(state(), &json!({ "n": 5, "items": [1] })).assert_succeeded();
        for (number, range) in *wrong {
            let execution = run(state(), &json!({ "n": number, "items": [1] }));
            execution.assert_failed("States.Runtime");
            let expected = match *range {
                "" => format!("{field} cannot be negative."),
                range => format!("{field} must be between {range}."),
            };
            assert!(execution.cause().unwrap().ends_with(&expected), "{expected}: {execution}");
        }
        every([json!(1.5), json!("no"), json!({}), json!(null)], |wrong| {
            let execution = run(state(), &json!({ "n": wrong, "items": [1] }));
            execution.assert_failed("States.Runtime");
            let printed = wrong.as_str().map_or_else(|| wrong.to_string(), str::to_owned);
            let expected =
                format!("The {path_field} field refers to value \"{printed}\" which is not a valid integer: $.n");
            assert!(execution.cause().unwrap().ends_with(&expected), "{expected}: {execution}");
        });
    }
}

#[test]
fn jsonata_gives_a_number_that_its_field_takes() {
    let reader = |value: &str| {
        let mut state = map("MaxConcurrency", "{% 1 %}", distributed());
        state.as_object_mut().unwrap().remove("Items");
        state["ItemReader"] = json!({ "Resource": "arn:aws:states:::s3:getObject", "Arguments": { "Bucket": "b", "Key": "k" },
            "ReaderConfig": { "InputType": "JSON", "MaxItems": value } });
        state
    };
    let wait = |value: &str| json!({ "Type": "Wait", "Seconds": value, "End": true });
    let timeout = |value: &str| {
        json!({ "Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:f", "TimeoutSeconds": value,
            "End": true })
    };
    let concurrency = |value: &str| map("MaxConcurrency", value, inline());
    let percentage = |value: &str| map("ToleratedFailurePercentage", value, distributed());
    let cases: Vec<(Value, &str, String)> = vec![
        (wait("{% 1.5 %}"), "Seconds", "The Seconds field cannot be parsed as an integer: 1.5".into()),
        (wait("{% 'x' %}"), "Seconds", "Expected 'number', but was 'string' for value: \"x\"".into()),
        (wait("{% -1 %}"), "Seconds", "out of range. It must be between 0 and 99999999, but was -1".into()),
        (wait("{% 1e9 %}"), "Seconds", "out of range. It must be between 0 and 99999999, but was 1000000000".into()),
        (timeout("{% 0 %}"), "TimeoutSeconds", "must be between 1 and 99999999, but was 0".into()),
        (timeout("{% 0.5 %}"), "TimeoutSeconds", "The TimeoutSeconds field cannot be parsed as an integer: 0.5".into()),
        (concurrency("{% -2 %}"), "MaxConcurrency", "out of range. It cannot be negative, but was -2".into()),
        (percentage("{% 100.5 %}"), "ToleratedFailurePercentage", "must be between 0 and 100, but was 100.5".into()),
        (reader("{% 1.5 %}"), "MaxItems", "The MaxItems field cannot be parsed as an integer: 1.5".into()),
    ];
    for (state, field, expected) in cases {
        let execution = run(jsonata(state), &json!({}));
        execution.assert_failed("States.QueryEvaluationError");
        let cause = execution.cause().unwrap();
        assert!(cause.contains(field), "{execution}");
        assert!(cause.ends_with(&expected), "{expected}: {execution}");
        assert!(execution.history().iter().any(|event| event.kind == EventType::EvaluationFailed), "{execution}");
    }
    run(jsonata(wait("{% 3 %}")), &json!({})).assert_succeeded();
    run(jsonata(percentage("{% 0.5 %}")), &json!({})).assert_succeeded();
}

#[test]
fn the_error_and_cause_of_a_fail_are_text() {
    let fail = |field: &str, value: &str| json!({ "Type": "Fail", field: value });
    every(
        [
            (
                "ErrorPath",
                "$.n",
                "States.Runtime",
                "The ErrorPath field refers to value \"5\" which is not a valid string: $.n",
            ),
            (
                "CausePath",
                "$.o",
                "States.Runtime",
                "The CausePath field refers to value \"{}\" which is not a valid string: $.o",
            ),
            (
                "CausePath",
                "States.ArrayGetItem($.list, 0)",
                "States.Runtime",
                "The CausePath field refers to value \"7\" which is not a valid string: States.ArrayGetItem($.list, 0)",
            ),
        ],
        |(field, value, error, cause)| {
            let execution = run(fail(field, value), &json!({ "n": 5, "o": {}, "list": [7] }));
            execution.assert_failed(error);
            assert!(execution.cause().unwrap().ends_with(cause), "{execution}");
        },
    );
    every(
        [
            ("Error", "{% 5 %}", "'number' for value: 5"),
            ("Cause", "{% [1, 2] %}", "'array' for value: [1,2]"),
            ("Cause", "{% null %}", "'null' for value: null"),
        ],
        |(field, value, was)| {
            let execution = run(jsonata(fail(field, value)), &json!({}));
            execution.assert_failed("States.QueryEvaluationError");
            let expected = format!("returned an unexpected result type. Expected 'string', but was {was}");
            assert!(execution.cause().unwrap().ends_with(&expected), "{execution}");
        },
    );
    let execution =
        run(json!({ "Type": "Fail", "ErrorPath": "$.e", "CausePath": "$.c" }), &json!({ "e": "E", "c": "c" }));
    execution.assert_failed("E");
    assert_eq!(execution.cause(), Some("c"));
}

#[test]
fn a_range_of_one_number_is_that_number() {
    let give = |expression: &str| {
        let state = jsonata(json!({ "Type": "Pass", "Output": format!("{{% {expression} %}}"), "End": true }));
        run(state, &json!({})).assert_succeeded().value().clone()
    };
    assert_eq!(give("$range(1, 9, 9)"), json!(1));
    assert_eq!(give("$range(9, 9, 1)"), json!(9));
    assert_eq!(give("$range(3, 1, -2)"), json!([3, 1]));
    assert_eq!(give("$partition([1], 1)"), json!([[1]]));
    assert_eq!(give("$partition([1, 2], 5)"), json!([[1, 2]]));
}
