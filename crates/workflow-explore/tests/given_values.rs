//! Results and inputs that the caller gives.

use serde_json::{Value, json};
use workflow_explore::Explorer;
use workflow_local::Engine;

/// Returns a workflow that fails if the product of two members is greater than 5000.
fn engine() -> Engine {
    let definition = json!({ "QueryLanguage": "JSONata", "StartAt": "Quote", "States": {
        "Quote": {
            "Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:quote", "Next": "Large",
            "Catch": [{ "ErrorEquals": ["States.ALL"], "Next": "Done" }],
            "Output": "{% $states.result.price * $states.result.pieces %}" },
        "Large": { "Type": "Choice", "Choices": [{ "Condition": "{% $states.input > 5000 %}", "Next": "Refused" }],
            "Default": "Done" },
        "Done": { "Type": "Succeed" },
        "Refused": { "Type": "Fail", "Error": "TooLarge" },
    } });
    Engine::new(&definition).unwrap()
}

#[test]
fn results_reach_what_a_computation_hides() {
    let explorer = || Explorer::new(&engine()).unwrap().may_fail();
    let without = explorer().explore().unwrap();
    assert!(!without.unreached.is_empty(), "{without}");
    let quotes = [(2, 3), (99, 98)].map(|(price, pieces)| json!({ "price": price, "pieces": pieces }));
    let report = explorer().results("Quote", quotes).explore().unwrap();
    assert!(report.unreached.is_empty(), "{report}");
}

#[test]
fn inputs_reach_what_a_computation_hides() {
    let engine = Engine::new(&json!({ "QueryLanguage": "JSONata", "StartAt": "Halve", "States": {
        "Halve": { "Type": "Pass", "Output": "{% $number($substring($states.input.code, 1)) %}", "Next": "Even" },
        "Even": { "Type": "Choice", "Choices": [{ "Condition": "{% $states.input % 2 = 0 %}", "Next": "Done" }],
            "Default": "Odd" },
        "Done": { "Type": "Succeed" },
        "Odd": { "Type": "Succeed" },
    } }))
    .unwrap();
    let codes = (10..12).map(|number| json!({ "code": format!("c{number}") }));
    let report = Explorer::new(&engine).unwrap().inputs(codes).explore().unwrap();
    assert!(report.unreached.is_empty() && report.findings.is_empty(), "{report}");
}

#[test]
fn values_that_do_not_fit_are_errors() {
    let explorer = || Explorer::new(&engine()).unwrap();
    let none: [Value; 0] = [];
    for (explorer, expected) in [
        (explorer().results("Quote", none.clone()), "no value is given for `Quote`\n"),
        (explorer().inputs(none), "no value is given for the input\n"),
        (explorer().results("Quota", [json!(1)]), "is not a task of the workflow\n  = help: did you mean `Quote`?"),
        (explorer().results("Large", [json!(1)]), "values are given for `Large`, which is not a task"),
    ] {
        let error = explorer.explore().unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
}
