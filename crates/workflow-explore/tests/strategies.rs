//! Values that strategies of proptest generate.

use proptest::prelude::*;
use serde_json::{Value, json};
use workflow_explore::{ExploreError, Explorer, Report};
use workflow_local::Engine;

/// Returns a workflow that fails if the product of two members is greater than 5000.
fn engine(seed: u64) -> Result<Engine, ExploreError> {
    let engine = Engine::new(&json!({ "QueryLanguage": "JSONata", "StartAt": "Quote", "States": {
        "Quote": {
            "Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:quote", "Next": "Large",
            "Catch": [{ "ErrorEquals": ["States.ALL"], "Next": "Done" }],
            "Output": "{% $states.result.price * $states.result.pieces %}" },
        "Large": { "Type": "Choice", "Choices": [{ "Condition": "{% $states.input > 5000 %}", "Next": "Refused" }],
            "Default": "Done" },
        "Done": { "Type": "Succeed" },
        "Refused": { "Type": "Fail", "Error": "TooLarge" },
    } }))?;
    Ok(engine.seed(seed))
}

fn quotes() -> impl Strategy<Value = Value> {
    (1..100_u32, 1..100_u32).prop_map(|(price, pieces)| json!({ "price": price, "pieces": pieces }))
}

fn explored(seed: u64, count: usize) -> Result<Report, ExploreError> {
    Explorer::new(&engine(seed)?)?.may_fail().results_from("Quote", quotes(), count)?.explore()
}

#[test]
fn a_strategy_reaches_what_a_computation_hides() {
    let without = Explorer::new(&engine(0).unwrap()).unwrap().may_fail().explore().unwrap();
    assert!(!without.unreached().is_empty(), "{without}");
    let report = explored(0, 50).unwrap();
    assert!(report.unreached().is_empty(), "{report}");
}

#[test]
fn the_seed_decides_which_values_are_tried() {
    let tried = |seed| {
        let explorer = Explorer::new(&engine(seed).unwrap()).unwrap().may_fail();
        let explorer = explorer
            .results_from("Quote", quotes(), 20)
            .unwrap()
            .check("sees", |execution| Err(execution.output().map_or_else(|| "none".to_owned(), ToString::to_string)));
        let report = explorer.explore().unwrap();
        report.findings().iter().map(|finding| format!("{:?}", finding.decisions)).collect::<Vec<_>>()
    };
    assert_eq!(tried(7), tried(7));
    assert_ne!(tried(7), tried(8));
}

#[test]
fn inputs_come_from_a_strategy() {
    let engine = Engine::new(&json!({ "QueryLanguage": "JSONata", "StartAt": "Halve", "States": {
        "Halve": { "Type": "Pass", "Output": "{% $number($substring($states.input.code, 1)) %}", "Next": "Even" },
        "Even": { "Type": "Choice", "Choices": [{ "Condition": "{% $states.input % 2 = 0 %}", "Next": "Done" }],
            "Default": "Odd" },
        "Done": { "Type": "Succeed" },
        "Odd": { "Type": "Succeed" },
    } }))
    .unwrap();
    let codes = (10..100_u32).prop_map(|number| json!({ "code": format!("c{number}") }));
    let report = Explorer::new(&engine).unwrap().inputs_from(codes, 20).unwrap().explore().unwrap();
    assert!(report.unreached().is_empty() && report.findings().is_empty(), "{report}");
}

#[test]
fn a_strategy_without_values_is_an_error() {
    let nothing = Just(json!(1)).prop_filter("never fits", |_| false);
    let explorer = || Explorer::new(&engine(0).unwrap()).unwrap();
    let error = explorer().results_from("Quote", nothing, 1).unwrap_err();
    assert!(error.to_string().starts_with("no value can be generated for `Quote`: "), "{error}");
    assert!(error.to_string().contains("Too many local rejects"), "{error}");

    let unwritable = Just(std::collections::BTreeMap::from([(vec![1], 1)]));
    let error = explorer().inputs_from(unwritable, 1).unwrap_err();
    assert!(error.to_string().contains("the input: key must be a string"), "{error}");

    let error = explorer().results_from("Quote", quotes(), 0).unwrap().explore().unwrap_err();
    assert!(error.to_string().starts_with("no value is given for "), "{error}");
    let error = explorer().results_from("Quota", quotes(), 1).unwrap().explore().unwrap_err();
    assert!(
        error.to_string().ends_with("which is not a task of the workflow\n  = help: did you mean `Quote`?"),
        "{error}"
    );
}
