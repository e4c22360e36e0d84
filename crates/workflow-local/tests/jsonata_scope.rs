//! Tests the values that JSONata expressions read while values are shared between expressions, states and executions.

use serde_json::{Value, json};
use workflow_cases::every;
use workflow_local::Engine;

#[test]
fn values_that_are_shared_are_those_of_the_state_that_asks() {
    // Ever new values of the same form: none is taken for another.
    let machine = json!({
        "QueryLanguage": "JSONata", "StartAt": "Count",
        "States": {
            "Count": {
                "Type": "Pass",
                "Assign": { "list": "{% $append($states.input.list, [$count($states.input.list)]) %}" },
                "Output": { "list": "{% $append($states.input.list, [$count($states.input.list)]) %}" },
                "Next": "More"
            },
            "More": {
                "Type": "Choice", "Default": "Done",
                "Choices": [{ "Condition": "{% $count($states.input.list) < 50 and $list = $states.input.list %}", "Next": "Count" }]
            },
            "Done": { "Type": "Pass", "Output": "{% {'sum': $sum($list), 'last': $states.input.list[-1]} %}", "End": true }
        }
    });
    let engine = Engine::new(&machine).unwrap();
    every([0, 100], |first| {
        let sum: u64 = first + (1..50).sum::<u64>();
        engine.run(&json!({ "list": [first] })).unwrap().assert_output(json!({ "sum": sum, "last": 49 }));
    });
}

#[test]
fn an_expression_does_not_change_the_input_of_the_next() {
    let machine = json!({
        "QueryLanguage": "JSONata", "StartAt": "Same",
        "States": { "Same": {
            "Type": "Pass",
            "Output": {
                "changed": "{% $states.input ~> |rows|{'a': a + 1}| %}",
                "sorted": "{% $sort($states.input.rows, function($l, $r) { $l.a < $r.a }) %}",
                "same": "{% $states.input %}"
            },
            "End": true
        } }
    });
    let input = json!({ "rows": [{ "a": 1 }, { "a": 2 }] });
    let execution = Engine::new(&machine).unwrap().run(&input).unwrap();
    let output: &Value = execution.assert_succeeded();
    assert_eq!(output["same"], input);
    assert_eq!(output["changed"], json!({ "rows": [{ "a": 2 }, { "a": 3 }] }));
    assert_eq!(output["sorted"], json!([{ "a": 2 }, { "a": 1 }]));
}

#[test]
fn the_service_s_functions_are_there_for_whoever_names_them() {
    let machine = json!({
        "QueryLanguage": "JSONata", "StartAt": "All",
        "States": { "All": {
            "Type": "Pass",
            "Output": {
                "applied": "{% $map([4], $range(1, 2, 1) ~> $count ~> function($n) { function($i) { $i + $n } }) %}",
                "partition": "{% [1, 2, 3] ~> $partition(2) %}",
                "hash": "{% ($h := $hash; $h('a', 'MD5')) %}",
                "parse": "{% $map(['{\"a\": 1}'], $parse)[0].a %}",
                "now": "{% $now() %}", "millis": "{% $millis() %}",
                "draws": "{% $uuid() != $uuid() and $random() != $random() and $random(7) = $random(7) %}"
            },
            "End": true
        } }
    });
    let execution = Engine::new(&machine).unwrap().run(&json!({})).unwrap();
    execution.assert_output(json!({
        "applied": 6, "partition": [[1, 2], [3]], "hash": "0cc175b9c0f1b6a831c399e269772661", "parse": 1,
        "now": "2025-01-01T00:00:00.000Z", "millis": 1_735_689_600_000_u64, "draws": true
    }));
}
