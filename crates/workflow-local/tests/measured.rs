//! Tests answers that were measured on AWS (2026-04 to 2026-09) and that its documentation does not tell, or tells
//! otherwise.

use serde_json::{Value, json};
use workflow_cases::every;
use workflow_local::{Engine, Execution};

fn run(states: Value, input: &Value) -> Execution {
    let first = states.as_object().unwrap().keys().next().unwrap().clone();
    Engine::new(&json!({ "StartAt": first, "States": states })).unwrap().run(input).unwrap()
}

fn pass(parameters: Value, input: &Value) -> Execution {
    run(json!({ "P": { "Type": "Pass", "Parameters": parameters, "End": true } }), input)
}

/// The previous event of each event, and its type.
fn links(execution: &Execution) -> Vec<String> {
    execution.history().iter().map(|event| format!("{}<{} {}", event.id, event.previous_id, event.kind)).collect()
}

#[test]
fn a_failing_intrinsic_ends_the_execution() {
    let input = json!({ "a": [1, 2], "text": "{x" });
    every(
        [
            ("States.ArrayGetItem($.a, 2)", "Invalid arguments in States.ArrayGetItem"),
            ("States.Array(States.ArrayRange(1, 10, 0.49))", "Invalid arguments in States.ArrayRange"),
            ("States.MathAdd(2147483647, $.a[0])", "Invalid arguments in States.MathAdd"),
            ("States.MathAdd(3000000000, 1)", "Invalid arguments in States.MathAdd"),
            // Integers have 32 bits in the other functions too.
            ("States.ArrayPartition($.a, 2147483648)", "Invalid arguments in States.ArrayPartition"),
            ("States.ArrayRange(1, 3000000000, 1000000000)", "Invalid arguments in States.ArrayRange"),
            ("States.MathRandom($.a[0], 1.6)", "Invalid arguments in States.MathRandom"),
            ("States.StringSplit($.a, ',')", "Invalid arguments in States.StringSplit"),
            ("States.Hash('data', $.text)", "Invalid arguments in States.Hash"),
            ("States.Format($.text, 1)", "Invalid template in States.Format: matching '}' not found for '{'."),
        ],
        |(call, why)| {
            let caught = json!({ "P": {
                "Type": "Parallel",
                "Branches": [{ "StartAt": "I", "States": {
                    "I": { "Type": "Pass", "Parameters": { "v.$": call }, "End": true } } }],
                "Retry": [{ "ErrorEquals": ["States.ALL"] }],
                "Catch": [{ "ErrorEquals": ["States.ALL"], "Next": "Q" }],
                "End": true
            }, "Q": { "Type": "Succeed" } });
            let execution = run(caught, &input);
            assert_eq!(execution.error(), Some("States.Runtime"));
            let why = format!("There was an error while evaluating the intrinsic function: {call}. {why}");
            assert!(execution.cause().unwrap().ends_with(&why), "{:?}", execution.cause());
        },
    );
    let execution = pass(json!({ "v.$": "States.Format('{} {}', $.a[0], $.nope)" }), &json!({ "a": [1] }));
    let missing = "The function 'States.Format('{} {}', $.a[0], $.nope)' had the following error: The JsonPath argument \
                   for the field '$.nope' could not be found in the input '{\"a\":[1]}'";
    assert!(execution.cause().unwrap().ends_with(missing), "{:?}", execution.cause());
}

#[test]
fn intrinsics_cut_fractions_and_only_addition_rounds_them() {
    let input = json!({ "list": [1, 2, 3, 4, 5] });
    every(
        [
            ("States.ArrayPartition($.list, 2.6)", json!([[1, 2], [3, 4], [5]])),
            ("States.ArrayRange(5.4, -0.6, -2.4)", json!([5, 3, 1])),
            ("States.ArrayGetItem($.list, 1.2)", json!(2)),
            ("States.MathAdd(1.6, 2.7)", json!(5)),
            // Reported to succeed on AWS; the sum is the one that Java's conversions give.
            ("States.MathAdd(1e309, 1)", json!(0)),
            ("States.ArrayPartition($.list, 2147483647)", json!([[1, 2, 3, 4, 5]])),
            ("States.MathAdd(-2147483648, 0)", json!(-2_147_483_648_i64)),
            ("States.MathRandom(1, 100, 42)", json!(63)),
            ("States.MathRandom(-5, 5, 42)", json!(-5)),
        ],
        |(call, result)| assert_eq!(pass(json!({ "v.$": call }), &input).output().unwrap()["v"], result),
    );
}

#[test]
fn computed_members_follow_the_others_as_in_a_hash_map() {
    let parameters = json!({
        "payload.$": "$.p", "requestId.$": "$$.Execution.Input.id", "original.$": "$", "metadata": { "b": 1, "a.$": "$.p" },
        "first": true
    });
    let execution = pass(parameters, &json!({ "p": 1, "id": "q" }));
    let text = r#"{"metadata":{"b":1,"a":1},"first":true,"original":{"p":1,"id":"q"},"payload":1,"requestId":"q"}"#;
    assert_eq!(execution.output().unwrap().to_string(), text);
}

#[test]
fn past_the_end_of_a_list_is_null_in_a_template() {
    let input = json!({ "items": [1, 2] });
    let null = pass(json!({ "v.$": "$.items[5]", "w.$": "$.items[-3]" }), &input);
    null.assert_output(json!({ "v": null, "w": null }));
    for path in ["$.items[5].name", "$.nope[0]", "$.nope"] {
        let missing = format!("The JSONPath '{path}' specified for the field 'v.$' could not be found in the input");
        let execution = pass(json!({ "v.$": path }), &input);
        assert!(execution.cause().unwrap().contains(&missing), "{:?}", execution.cause());
    }
}

#[test]
fn failures_follow_what_happened_last() {
    let inner = |state: Value| json!([{ "StartAt": "I", "States": { "I": state } }]);
    let ok = inner(json!({ "Type": "Pass", "End": true }));
    let selects =
        json!({ "P": { "Type": "Parallel", "Branches": ok, "ResultSelector": { "m.$": "$.nope" }, "End": true } });
    let execution = run(selects, &json!({}));
    assert_eq!(links(&execution)[4..], ["5<4 PassStateExited", "6<5 ParallelStateSucceeded", "7<6 ExecutionFailed"]);

    let fails = inner(json!({ "Type": "Fail", "Error": "E" }));
    let catches = json!({ "P": {
        "Type": "Parallel", "QueryLanguage": "JSONata", "Branches": fails, "Next": "Q",
        "Catch": [{ "ErrorEquals": ["E"], "Output": "{% $states.input.nope %}", "Next": "Q" }]
    }, "Q": { "Type": "Succeed" } });
    assert_eq!(
        links(&run(catches, &json!({})))[3..],
        [
            "4<3 FailStateEntered",
            "5<4 ParallelStateFailed",
            "6<4 EvaluationFailed",
            "7<6 ParallelStateFailed",
            "8<7 ExecutionFailed"
        ]
    );

    let each = json!({ "M": { "Type": "Map", "ItemsPath": "$.items", "End": true, "ItemProcessor": {
        "ProcessorConfig": { "Mode": "DISTRIBUTED", "ExecutionType": "STANDARD" }, "StartAt": "I",
        "States": { "I": { "Type": "Pass", "End": true } } } } });
    assert_eq!(
        links(&run(each, &json!({ "items": [1] })))[3..],
        [
            "4<3 MapRunStarted",
            "5<4 MapRunSucceeded",
            "6<5 MapStateSucceeded",
            "7<4 MapStateExited",
            "8<7 ExecutionSucceeded"
        ]
    );
}
