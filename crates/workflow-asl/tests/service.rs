//! Tests what the Step Functions API says about definitions, as measured on AWS in 2024 to 2026.

use serde_json::{Value, json};
use workflow_asl::document::MachineType;
use workflow_asl::rules::{check_as_the_service, check_to_run};
use workflow_cases::every;

/// Returns the errors as `CODE: message at place`.
fn errors(definition: &Value) -> Vec<String> {
    let (machine, found) = check_as_the_service(definition, MachineType::Standard);
    let errors = found.iter().filter(|one| one.is_error);
    let errors: Vec<_> = errors
        .map(|one| format!("{}: {} at {}", one.code, one.message, one.location.as_deref().unwrap_or("null")))
        .collect();
    assert_eq!(machine.is_some(), errors.is_empty(), "{definition}: {errors:?}");
    errors
}

fn expect<const N: usize>(cases: [(Value, &[&str]); N]) {
    every(cases, |(definition, wanted)| assert_eq!(errors(&definition), wanted, "{definition}"));
}

fn pass(next: &str) -> Value {
    json!({"Type": "Pass", "Next": next})
}

fn end() -> Value {
    json!({"Type": "Pass", "End": true})
}

fn machine(states: Value) -> Value {
    json!({"StartAt": "A", "States": states})
}

fn one(state: Value) -> Value {
    machine(json!({"A": state}))
}

const NO_END: &str = "MISSING_END_STATE: Workflow has no terminal state at null";

#[test]
fn transitions() {
    let unreachable = |at: &str, name: &str| {
        format!("MISSING_TRANSITION_TARGET: State \"{name}\" is not reachable. at {at}/States/{name}")
    };
    let missing = |name: &str, at: &str| format!("MISSING_TRANSITION_TARGET: Missing 'Next' target: {name} at {at}");
    let circle = || json!({"A": pass("B"), "B": pass("A")});
    let map = |states: Value| {
        let map = json!({"Type": "Map", "ItemProcessor": machine(states), "End": true});
        json!({"StartAt": "M", "States": {"M": map}})
    };
    expect([
        (machine(circle()), &[NO_END]),
        // Nothing is unreachable in a machine without an end.
        (machine(json!({"A": pass("B"), "B": pass("A"), "C": pass("A")})), &[NO_END]),
        (machine(json!({"A": pass("B"), "B": pass("A"), "C": end()})), &[&unreachable("", "C")]),
        // Only the outermost scope needs an end.
        (map(circle()), &[]),
        (one(pass("X")), &[&missing("X", "/States/A/Next"), NO_END]),
        // An unreachable state does not hide behind a missing target; the state after it has no finding of its own.
        (
            json!({"StartAt": "X", "States": {"A": pass("B"), "B": end()}}),
            &[&missing("X", "/StartAt"), &unreachable("", "A")],
        ),
        (
            machine(json!({"A": pass("X"), "B": pass("C"), "C": end()})),
            &[&missing("X", "/States/A/Next"), &unreachable("", "B")],
        ),
        (machine(json!({"A": end(), "B": pass("C"), "C": pass("B")})), &[&unreachable("", "B")]),
        (map(json!({"A": end(), "B": end()})), &[&unreachable("/States/M/ItemProcessor", "B")]),
        (
            machine(json!({})),
            &["SCHEMA_VALIDATION_FAILED: Value cannot be empty at /States", &missing("A", "/StartAt"), NO_END],
        ),
        (
            one(json!({"Type": "Pass"})),
            &[
                "SCHEMA_VALIDATION_FAILED: This object should have only one of the following fields: [Next, End] at /States/A",
                NO_END,
            ],
        ),
        (
            one(json!({"Type": "Nap", "End": true})),
            &[
                "SCHEMA_VALIDATION_FAILED: The field 'Type' should have one of these values: [Task, Wait, Pass, Succeed, Fail, Choice, Parallel, Map] at /States/A/Type",
            ],
        ),
        (json!({}), &["SCHEMA_VALIDATION_FAILED: These fields are required: [States, StartAt] at /"]),
    ]);
}

#[test]
fn fields_are_reported_at_their_objects_in_the_order_of_the_document() {
    let form = |message: &str| format!("SCHEMA_VALIDATION_FAILED: {message}");
    let of_jsonpath = |field: &str| {
        form(&format!(
            "The QueryLanguage is set to 'JSONata', but field '{field}' is only supported for the 'JSONPath' QueryLanguage at /States/A"
        ))
    };
    let words = form("Value should be one of the following: [JSONPath, JSONata] at /States/A/QueryLanguage");
    let wait = |state: Value| {
        let mut wait = json!({"Type": "Wait", "End": true});
        for (field, value) in state.as_object().into_iter().flatten() {
            wait[field] = value.clone();
        }
        one(wait)
    };
    expect([
        (
            machine(
                json!({"A": {"Type": "Pass", "Retry": [], "Next": "B"}, "B": {"Type": "Wait", "Seconds": -1, "End": true}}),
            ),
            &[&form("Field 'Retry' is not supported at /States/A"), &form("Minimum value is 0 at /States/B/Seconds")],
        ),
        (
            machine(
                json!({"A": {"Type": "Wait", "Seconds": -1, "Next": "B"}, "B": {"Type": "Pass", "Retry": [], "End": true}}),
            ),
            &[&form("Minimum value is 0 at /States/A/Seconds"), &form("Field 'Retry' is not supported at /States/B")],
        ),
        // Any other language is JSONata.
        (
            one(json!({"Type": "Pass", "QueryLanguage": "jsonata", "InputPath": "$.a", "End": true})),
            &[&of_jsonpath("InputPath"), &words],
        ),
        (
            one(json!({"Type": "Pass", "QueryLanguage": 5, "InputPath": "$.a", "End": true})),
            &[&of_jsonpath("InputPath"), &form("Expected value of type [STRING] at /States/A/QueryLanguage")],
        ),
        (wait(json!({"Seconds": 1.5})), &[&form("Expected value of type Integer at /States/A/Seconds")]),
        (
            wait(json!({"Seconds": 1, "TimestampPath": "$.t"})),
            &[&form(
                "There should only be one of the following fields: [SecondsPath, Seconds, TimestampPath, Timestamp] at /States/A",
            )],
        ),
        (
            wait(json!({"SecondsPath": "a"})),
            &[&form("Value is not a Reference Path: Reference path didn't start with '$' at /States/A/SecondsPath")],
        ),
    ]);
}

#[test]
fn one_name_in_an_expression_twice_is_one_finding() {
    let output = |code: &str| json!({"QueryLanguage": "JSONata", "StartAt": "A", "States": {"A": {"Type": "Pass", "Output": code, "End": true}}});
    let unsupported =
        "UNSUPPORTED_JSONATA_EXPRESSION: Reference to 'a' at the top level is not supported. at /States/A/Output";
    let open = "SCHEMA_VALIDATION_FAILED: JSONata string must start with {% and end with %} at /States/A/Output";
    expect([(output("{% a + a %}"), &[unsupported]), (output("{% 1 }"), &[open])]);
}

#[test]
fn what_fails_when_it_runs_is_created() {
    let value = |call: &str| one(json!({"Type": "Pass", "Parameters": {"value.$": call}, "End": true}));
    let calls = ["States.MathAdd('a', 1)", "States.MathAdd(1)", "States.UUID(1, 2)", "States.Format('{{}}', $.a)"];
    every(calls, |call| {
        assert_eq!(errors(&value(call)), [""; 0]);
        let (machine, found) = check_to_run(&value(call), MachineType::Standard);
        assert!(machine.is_some() && found.iter().any(|one| one.is_error()), "{call}: it remains an error of ours");
    });
    every(["States.UUID(", "States.UUID($", "States.Nope()", "name"], |text| {
        let message = "SCHEMA_VALIDATION_FAILED: The value for the field 'value.$' must be a valid JSONPath or a valid intrinsic function call at /States/A/Parameters/value.$";
        assert_eq!(errors(&value(text)), [message]);
    });
}
