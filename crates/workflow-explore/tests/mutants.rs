//! The mutants of definitions.

use serde_json::{Map, Value, json};
use workflow_explore::Mutant;
use workflow_local::MachineType;

fn lines(definition: &Value) -> Vec<String> {
    let mutants = Mutant::all(definition, MachineType::Standard);
    mutants.iter().map(|mutant| format!("{}: {}", mutant.id, mutant.description)).collect()
}

#[test]
fn each_operator_changes_a_task_and_its_handlers() {
    let definition = json!({ "StartAt": "Ship", "QueryLanguage": "JSONata", "TimeoutSeconds": 60, "States": {
        "Ship": {
            "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "TimeoutSeconds": 9, "HeartbeatSeconds": 3,
            "Arguments": { "FunctionName": "ship", "Payload": { "fast": true, "weight": "{% $states.input.n + 1 %}" } },
            "Assign": { "a": 1, "b": "{% $states.result.b %}" },
            "Retry": [{ "ErrorEquals": ["Busy"], "MaxAttempts": 2 }],
            "Catch": [
                { "ErrorEquals": ["Lost"], "Next": "Note" },
                { "ErrorEquals": ["States.ALL"], "Next": "Rest" },
            ],
            "Next": "Rest",
        },
        "Rest": { "Type": "Wait", "Seconds": 5, "Next": "Note" },
        "Note": { "Type": "Pass", "End": true },
    } });
    assert_eq!(
        lines(&definition),
        [
            "drop-timeout /TimeoutSeconds: the timeout of the execution is dropped",
            "change-wait /TimeoutSeconds: the timeout of the execution becomes 61 instead of 60",
            "drop-timeout /States/Ship/TimeoutSeconds: the timeout of `Ship` is dropped",
            "change-wait /States/Ship/TimeoutSeconds: 9 becomes 10",
            "drop-timeout /States/Ship/HeartbeatSeconds: the heartbeat of `Ship` is dropped",
            "change-wait /States/Ship/HeartbeatSeconds: 3 becomes 4",
            "change-literal /States/Ship/Arguments/FunctionName: \"ship\" becomes \"ship-changed\"",
            "change-literal /States/Ship/Arguments/Payload/fast: true becomes false",
            "change-literal /States/Ship/Arguments/Payload/weight: `1` becomes `2`",
            "change-literal /States/Ship/Assign/a: 1 becomes 2",
            "drop-assignment /States/Ship/Assign/a: the assignment of `$a` is dropped",
            "drop-assignment /States/Ship/Assign/b: the assignment of `$b` is dropped",
            "retarget-transition /States/Ship/Next: `Ship` ends instead of leading to `Rest`",
            "retarget-transition /States/Ship/Next 2: `Ship` leads to `Note` instead of `Rest`",
            "drop-retrier /States/Ship/Retry/0: the retrier of `Busy` of `Ship` is dropped",
            "rename-error /States/Ship/Retry/0/ErrorEquals/0: `Busy` becomes `BusyRenamed`",
            "change-literal /States/Ship/Retry/0/MaxAttempts: `MaxAttempts` becomes 3 instead of 2",
            "drop-catcher /States/Ship/Catch/0: the catcher of `Lost` of `Ship` is dropped",
            "rename-error /States/Ship/Catch/0/ErrorEquals/0: `Lost` becomes `LostRenamed`",
            "retarget-handler /States/Ship/Catch/0/Next: the catcher of `Lost` of `Ship` leads to `Rest` instead of `Note`",
            "drop-catcher /States/Ship/Catch/1: the catcher of `States.ALL` of `Ship` is dropped",
            "rename-error /States/Ship/Catch/1/ErrorEquals/0: `States.ALL` becomes `States.Timeout`",
            "retarget-handler /States/Ship/Catch/1/Next: the catcher of `States.ALL` of `Ship` leads to `Note` instead of `Rest`",
            "change-wait /States/Rest/Seconds: 5 becomes 6",
            "retarget-transition /States/Rest/Next: `Rest` ends instead of leading to `Note`",
            "retarget-transition /States/Rest/Next 2: `Rest` leads to `Ship` instead of `Note`",
        ]
    );
}

#[test]
fn conditions_of_both_languages_are_changed() {
    let machine = |language: &str, rule: Value| {
        json!({ "StartAt": "Is", "QueryLanguage": language, "States": {
            "Is": { "Type": "Choice", "Choices": [rule], "Default": "No" },
            "Yes": { "Type": "Succeed" }, "No": { "Type": "Succeed" },
        } })
    };
    let at = "/States/Is/Choices/0";
    let expression = "{% $states.input.n >= 10 and $states.input.kind = 'a' %}";
    let of_jsonata = lines(&machine("JSONata", json!({ "Condition": expression, "Next": "Yes" })));
    assert_eq!(
        of_jsonata,
        [
            format!("negate-condition {at}/Condition: `$states.input.n >= 10 and $states.input.kind = 'a'` is negated"),
            format!("negate-condition {at}/Condition 2: `$states.input.n >= 10` is negated"),
            format!("negate-condition {at}/Condition 3: `$states.input.kind = 'a'` is negated"),
            format!("move-bound {at}/Condition: `10` becomes `11`"),
            format!("move-bound {at}/Condition 2: `10` becomes `9`"),
            format!("move-bound {at}/Condition 3: `>=` becomes `>`"),
            format!("change-literal {at}/Condition: `'a'` becomes `'a-changed'`"),
            format!("swap-connective {at}/Condition: `and` becomes `or`"),
            format!("swap-arms {at}: rule 1 leads to `No` and the default to `Yes`"),
        ]
    );
    let rule = json!({
        "And": [{ "Variable": "$.n", "NumericLessThanEquals": 10 }, { "Variable": "$.kind", "StringEquals": "a" }],
        "Next": "Yes",
    });
    let of_jsonpath = lines(&machine("JSONPath", rule));
    assert_eq!(
        of_jsonpath,
        [
            format!("negate-condition {at}: the condition is negated"),
            format!("swap-connective {at}/And: `And` becomes `Or`"),
            format!("negate-condition {at}/And/0: the condition is negated"),
            format!("move-bound {at}/And/0/NumericLessThanEquals: `NumericLessThanEquals` becomes `NumericLessThan`"),
            format!("move-bound {at}/And/0/NumericLessThanEquals 2: `10` becomes `11`"),
            format!("move-bound {at}/And/0/NumericLessThanEquals 3: `10` becomes `9`"),
            format!("negate-condition {at}/And/1: the condition is negated"),
            format!("change-literal {at}/And/1/StringEquals: `a` becomes `a-changed`"),
            format!("swap-arms {at}: rule 1 leads to `No` and the default to `Yes`"),
        ]
    );
}

#[test]
fn literals_of_intrinsic_functions_are_changed() {
    let call = "States.Format('It\\'s {} {}', States.MathAdd($['a \\'1\\''][0], -1), true)";
    let definition = json!({ "StartAt": "A", "States": {
        "A": { "Type": "Pass", "Parameters": { "text.$": call, "path.$": "$.items[0]" }, "Next": "B" },
        "B": { "Type": "Fail", "ErrorPath": "$.text", "CausePath": "States.Format('{}!', $.text)" },
    } });
    let at = "change-literal /States/A/Parameters/text.$";
    assert_eq!(
        lines(&definition),
        [
            format!("{at}: `'It\\'s {{}} {{}}'` becomes `'It\\'s {{}} {{}}-changed'`"),
            format!("{at} 2: `-1` becomes `0`"),
            format!("{at} 3: `true` becomes `false`"),
            "change-literal /States/B/CausePath: `'{}!'` becomes `'{}!-changed'`".to_owned(),
        ]
    );
    let changed = Mutant::all(&definition, MachineType::Standard)[1].apply(&definition).unwrap();
    assert_eq!(changed["States"]["A"]["Parameters"]["text.$"], call.replace("-1", "0"));
}

#[test]
fn comparisons_outside_conditions_and_timestamps_are_changed() {
    let pass = json!({ "StartAt": "A", "QueryLanguage": "JSONata", "States": {
        "A": { "Type": "Pass", "Output": "{% $states.input.items[kind = 'x' or n != 2] %}", "End": true } } });
    let at = "/States/A/Output";
    assert_eq!(
        lines(&pass),
        [
            format!("change-literal {at}: `'x'` becomes `'x-changed'`"),
            format!("negate-condition {at}: `kind = 'x'` is negated"),
            format!("move-bound {at}: `2` becomes `3`"),
            format!("negate-condition {at} 2: `n != 2` is negated"),
            format!("swap-connective {at}: `or` becomes `and`"),
        ]
    );
    let time = "2025-01-01T00:00:00Z";
    let choice = json!({ "StartAt": "A", "States": {
        "A": { "Type": "Choice", "Choices": [{ "Variable": "$.at", "TimestampEquals": time, "Next": "Yes" }], "Default": "No" },
        "Yes": { "Type": "Succeed" }, "No": { "Type": "Succeed" },
    } });
    let moved =
        "move-bound /States/A/Choices/0/TimestampEquals: `2025-01-01T00:00:00Z` becomes `2025-01-01T00:00:01.000Z`";
    assert!(lines(&choice).contains(&moved.to_owned()), "{:#?}", lines(&choice));
}

#[test]
fn what_the_rules_refuse_is_left_out() {
    // Without its catcher, `Note` is unreachable.
    let definition = json!({ "StartAt": "Ship", "States": {
        "Ship": {
            "Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:ship",
            "Catch": [{ "ErrorEquals": ["Lost"], "Next": "Note" }], "End": true,
        },
        "Note": { "Type": "Pass", "End": true },
    } });
    assert_eq!(
        lines(&definition),
        [
            "retarget-transition /States/Ship/End: `Ship` leads to `Note` instead of the end",
            "rename-error /States/Ship/Catch/0/ErrorEquals/0: `Lost` becomes `LostRenamed`",
            "retarget-transition /States/Note/End: `Note` leads to `Ship` instead of the end",
        ]
    );
    for document in [json!(null), json!([]), json!({ "States": 1 }), json!({ "States": { "A": 7 } })] {
        assert_eq!(lines(&document), Vec::<String>::new());
    }
}

#[test]
fn states_inside_branches_and_maps_are_changed() {
    let inner = |name: &str| {
        let mut states = Map::new();
        states.insert(name.to_owned(), json!({ "Type": "Wait", "Seconds": 1, "End": true }));
        json!({ "StartAt": name, "States": states })
    };
    let definition = json!({ "StartAt": "Both", "States": {
        "Both": { "Type": "Parallel", "Branches": [inner("A")], "Next": "Each" },
        "Each": { "Type": "Map", "ItemProcessor": inner("B"), "End": true },
    } });
    assert_eq!(
        lines(&definition),
        [
            "change-wait /States/Both/Branches/0/States/A/Seconds: 1 becomes 2",
            "change-wait /States/Each/ItemProcessor/States/B/Seconds: 1 becomes 2",
        ]
    );
}
