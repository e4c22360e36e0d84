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
        let message = "SCHEMA_VALIDATION_FAILED: The value for the field 'value.$' must be a valid JSONPath or a valid intrinsic function call at /States/A/Parameters";
        assert_eq!(errors(&value(text)), [message]);
    });
}

#[test]
fn a_refused_field_is_reported_once() {
    let form = |message: &str| format!("SCHEMA_VALIDATION_FAILED: {message} at /States/A");
    let jsonata = |state: Value| json!({"QueryLanguage": "JSONata", "StartAt": "A", "States": {"A": state}});
    let other = |field: &str| {
        form(&format!(
            "The QueryLanguage is set to 'JSONata', but field '{field}' is only supported for the 'JSONPath' QueryLanguage"
        ))
    };
    expect([
        // The API does not read the value of a field that should not be there.
        (one(json!({"Type": "Pass", "Retry": {}, "End": true})), &[&form("Field 'Retry' is not supported")]),
        (
            one(json!({"Type": "Pass", "Catch": [5, {"No": 1}], "End": true})),
            &[&form("Field 'Catch' is not supported")],
        ),
        (one(json!({"Type": "Succeed", "Next": 5})), &[&form("Field 'Next' is not supported")]),
        (jsonata(json!({"Type": "Pass", "InputPath": 5, "End": true})), &[&other("InputPath")]),
        // Where no headers are allowed, none are missing.
        (
            one(json!({
                "Type": "Map", "End": true,
                "ItemReader": {
                    "Resource": "arn:aws:states:::s3:getObject", "Parameters": {"Bucket": "b", "Key": "k"},
                    "ReaderConfig": {"InputType": "JSON", "CSVHeaderLocation": "GIVEN"},
                },
                "ItemProcessor": {
                    "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
                    "StartAt": "B", "States": {"B": end()},
                },
            })),
            &[
                "SCHEMA_VALIDATION_FAILED: Field 'CSVHeaderLocation' is not supported at /States/A/ItemReader/ReaderConfig",
            ],
        ),
        // Nor is a field of the other language one too many.
        (jsonata(json!({"Type": "Fail", "Error": "a", "ErrorPath": "$.a"})), &[&other("ErrorPath")]),
        (jsonata(json!({"Type": "Wait", "Seconds": 1, "SecondsPath": "$.a", "End": true})), &[&other("SecondsPath")]),
    ]);
}

#[test]
fn names_come_before_targets() {
    let branches = |next: &str| json!([{"StartAt": "A", "States": {"A": pass(next)}}]);
    expect([
        (
            one(json!({"Type": "Parallel", "Branches": branches("X"), "Foo": 1, "End": true})),
            &[
                "SCHEMA_VALIDATION_FAILED: Field 'Foo' is not supported at /States/A",
                "DUPLICATE_STATE_NAME: Duplicate State name: A at /States/A/Branches[0]/States/A",
                "MISSING_TRANSITION_TARGET: Missing 'Next' target: X at /States/A/Branches[0]/States/A/Next",
            ],
        ),
        (
            one(json!({"Type": "Pass", "Assign": {"states": 1, "a-b": 1}, "End": true})),
            &[
                "RESERVED_VARIABLE_NAME: Cannot assign to reserved variable '$states'. at /States/A/Assign/states",
                "INVALID_VARIABLE_NAME: Invalid variable name 'a-b': the variable name contains invalid characters. at /States/A/Assign/a-b",
            ],
        ),
    ]);
    let long = "n".repeat(81);
    let found = errors(&json!({"StartAt": long, "States": {(long.as_str()): end()}}));
    assert!(found[0].contains("exceeds the 80-character limit allowed by the service"), "{found:?}");
}

#[test]
fn values_have_the_words_of_the_service() {
    let form = |message: &str, at: &str| format!("SCHEMA_VALIDATION_FAILED: {message} at /States/A{at}");
    let with = |field: &str, value: Value| one(json!({"Type": "Pass", (field): value, "End": true}));
    let task = |resource: &str, request: Value| {
        one(json!({"Type": "Task", "Resource": resource, "Parameters": request, "End": true}))
    };
    let choice = |rule: Value| machine(json!({"A": {"Type": "Choice", "Choices": [rule], "Default": "B"}, "B": end()}));
    let of_rule = form(
        "The object must have only one of the following fields, [And, Or, Not, Variable, Condition]",
        "/Choices[0]",
    );
    let unknown = |arn: &str| {
        let why = "The value is not a valid resource ARN, or the resource is not available in this region.";
        form(&format!("The resource provided {arn} is not recognized. {why}"), "/Resource")
    };
    let sync = "arn:aws:states:::lambda:invoke.sync";
    let other = "arn:aws-cn:states:::lambda:invoke.other";
    let missing = |field: &str| format!("The field '{field}' is required but was missing");
    let call = "The value for the field 'ErrorPath' must be a valid JSONPath or a valid intrinsic function call";
    expect([
        (with("InputPath", json!("a")), &[&form("Value must be a valid JSONPath.", "/InputPath")]),
        (with("OutputPath", json!("$.")), &[&form("Value must be a valid JSONPath.", "/OutputPath")]),
        (with("ResultPath", json!("$.")), &[&form("Value is not a Reference Path", "/ResultPath")]),
        (one(json!({"Type": "Fail", "ErrorPath": "a"})), &[&form(call, "/ErrorPath")]),
        (choice(json!({"Next": "B"})), &[&of_rule]),
        (
            choice(
                json!({"And": [{"Variable": "$.a", "IsNull": true}], "Variable": "$.a", "IsNull": true, "Next": "B"}),
            ),
            &[&of_rule],
        ),
        (task(sync, json!({"FunctionName": "f"})), &[&unknown(sync)]),
        (task(other, json!({"FunctionName": "f"})), &[&unknown(other)]),
    ]);
    let request = task("arn:aws:states:::sqs:sendMessage", json!({"DelaySeconds": 1}));
    let (_, found) = check_as_the_service(&request, MachineType::Standard);
    let found: Vec<_> = found.iter().filter(|one| one.is_error).map(|one| one.message.as_str()).collect();
    assert_eq!(found, [missing("QueueUrl"), missing("MessageBody")]);
    // One rule names all operators, whichever are there.
    let both = choice(json!({"Variable": "$.a", "IsNull": true, "IsString": true, "Next": "B"}));
    let none = choice(json!({"Variable": "$.a", "Next": "B"}));
    every([(both, "There should only be one of"), (none, "This object should have only one of")], |(rule, start)| {
        let found = errors(&rule);
        assert!(found[0].contains(start) && found[0].contains("NumericLessThanEqualsPath"), "{found:?}");
    });
}

#[test]
fn express_machines_refuse_with_the_words_of_the_service() {
    let map = json!({
        "Type": "Map", "End": true,
        "ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"}, "StartAt": "B", "States": {"B": end()}},
    });
    let token = json!({
        "Type": "Task", "End": true, "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
        "Parameters": {"FunctionName": "f", "Payload": {"token.$": "$$.Task.Token"}},
    });
    let wanted = [
        (map, "The field 'Mode' with value 'DISTRIBUTED' is not supported inside 'EXPRESS' state machines"),
        // The blank at the end is the service's.
        (token, "Express state machine does not support '.waitForTaskToken' service integration "),
    ];
    every(wanted, |(state, message)| {
        let (_, found) = check_as_the_service(&one(state), MachineType::Express);
        assert_eq!(found.iter().map(|one| one.message.as_str()).collect::<Vec<_>>(), [message]);
    });
}
