//! Mutants of a definition that are not equivalent to it, although few executions show it.

use serde_json::{Value, json};
use workflow_explore::{Equivalence, Explorer, Mutant};
use workflow_local::{Engine, MachineType};

/// Compares a definition with each of its mutants; returns their operators and results.
fn compared(definition: &Value) -> Vec<(String, Equivalence)> {
    let explorer = |definition: &Value| Explorer::new(&Engine::new(definition).unwrap()).unwrap().executions(10_000);
    let compared = |mutant: &Mutant| {
        let changed = explorer(&mutant.apply(definition).unwrap());
        let found = explorer(definition).compare_at(&changed, mutant.reached_at.as_ref()).unwrap();
        (format!("{}: {}", mutant.operator, mutant.description), found)
    };
    Mutant::all(definition, MachineType::Standard).iter().map(compared).collect()
}

fn function(name: &str, more: Value) -> Value {
    let mut task =
        json!({ "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Arguments": { "FunctionName": name } });
    task.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    task
}

#[test]
fn each_error_that_one_of_both_names_is_tried() {
    let definition = json!({ "QueryLanguage": "JSONata", "StartAt": "Pack", "States": {
        "Pack": function("pack", json!({
            "Retry": [{ "ErrorEquals": ["Lambda.ServiceException", "Lambda.TooManyRequestsException"], "MaxAttempts": 2 }],
            "Catch": [{ "ErrorEquals": ["Odd", "Even"], "Next": "Failed" }],
            "End": true })),
        "Failed": { "Type": "Fail", "Error": "Failed" } } });
    let all = compared(&definition);
    assert!(all.iter().filter(|(name, _)| name.starts_with("rename-error")).count() >= 4, "{all:?}");
    for (name, found) in all {
        assert!(matches!(found, Equivalence::Different(_)), "{name}: {found}");
    }
}

#[test]
fn a_bound_that_no_compared_execution_reaches_is_not_decided() {
    let definition = json!({ "QueryLanguage": "JSONata", "StartAt": "Start", "States": {
        "Start": { "Type": "Pass", "Assign": { "n": 0 }, "Next": "Ask" },
        "Ask": function("ask", json!({ "Assign": { "n": "{% $n + 1 %}" }, "Next": "Is" })),
        "Is": { "Type": "Choice", "Choices": [
            { "Condition": "{% $states.input.Payload = true %}", "Next": "Done" },
            { "Condition": "{% $n < 20 %}", "Next": "Ask" }], "Default": "Done" },
        "Done": { "Type": "Succeed" } } });
    let all = compared(&definition);
    let of_bound: Vec<_> = all.iter().filter(|(name, _)| name.contains("20")).collect();
    assert!(!of_bound.is_empty() && of_bound.iter().all(|(_, found)| *found != Equivalence::Same), "{of_bound:?}");
}

/// After a difference, the comparison goes on with the other executions.
#[test]
fn all_differences_of_two_definitions_are_found() {
    let definition = |paid: &str, other: &str| {
        let fail = |error: &str| json!({ "Type": "Fail", "Error": error });
        json!({ "StartAt": "Is", "States": {
            "Is": { "Type": "Choice", "Choices": [
                { "Variable": "$.kind", "StringEquals": "paid", "Next": "Paid" },
                { "Variable": "$.kind", "StringEquals": "open", "Next": "Open" }], "Default": "Other" },
            "Paid": fail(paid), "Open": fail("Open"), "Other": fail(other) } })
    };
    let explorer = |paid, other| {
        let explorer = Explorer::new(&Engine::new(&definition(paid, other)).unwrap()).unwrap();
        explorer.inputs(["paid", "open", "lost"].map(|kind| json!({ "kind": kind })))
    };
    let compared = explorer("A", "B").compare_all(&explorer("C", "D")).unwrap();
    assert_eq!((compared.executions, compared.is_complete), (3, true));
    let found: Vec<_> = compared.differences.iter().map(|one| (one.state.as_deref(), one.errors.clone())).collect();
    let errors = |one: &str, other: &str| [one, other].map(|error| Some(error.to_owned()));
    assert_eq!(found, [(Some("Paid"), errors("A", "C")), (Some("Other"), errors("B", "D"))]);
}
