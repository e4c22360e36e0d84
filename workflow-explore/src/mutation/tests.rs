#![allow(clippy::unwrap_used, reason = "a test may panic")]

use super::*;

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
            "drop-timeout /TimeoutSeconds: the time-out of the execution is dropped",
            "drop-timeout /States/Ship/TimeoutSeconds: the time-out of `Ship` is dropped",
            "drop-timeout /States/Ship/HeartbeatSeconds: the heartbeat of `Ship` is dropped",
            "change-literal /States/Ship/Arguments/FunctionName: \"ship\" becomes \"ship-changed\"",
            "change-literal /States/Ship/Arguments/Payload/fast: true becomes false",
            "change-literal /States/Ship/Arguments/Payload/weight: `1` becomes `2`",
            "change-literal /States/Ship/Assign/a: 1 becomes 2",
            "drop-assignment /States/Ship/Assign/a: the assignment of `$a` is dropped",
            "drop-assignment /States/Ship/Assign/b: the assignment of `$b` is dropped",
            "retarget-transition /States/Ship/Next: `Ship` leads to `Note` instead of `Rest`",
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
            "retarget-transition /States/Rest/Next: `Rest` leads to `Ship` instead of `Note`",
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
            format!("move-bound {at}/Condition 2: `>=` becomes `>`"),
            format!("change-literal {at}/Condition: `'a'` becomes `'a-changed'`"),
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
            format!("negate-condition {at}/And/0: the condition is negated"),
            format!("move-bound {at}/And/0/NumericLessThanEquals: `NumericLessThanEquals` becomes `NumericLessThan`"),
            format!("move-bound {at}/And/0/NumericLessThanEquals 2: `10` becomes `11`"),
            format!("negate-condition {at}/And/1: the condition is negated"),
            format!("change-literal {at}/And/1/StringEquals: `a` becomes `a-changed`"),
            format!("swap-arms {at}: rule 1 leads to `No` and the default to `Yes`"),
        ]
    );
}

#[test]
fn what_the_rules_refuse_is_left_out() {
    // Without its catcher, nothing leads to `Note`.
    let definition = json!({ "StartAt": "Ship", "States": {
        "Ship": {
            "Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:ship",
            "Catch": [{ "ErrorEquals": ["Lost"], "Next": "Note" }], "End": true,
        },
        "Note": { "Type": "Pass", "End": true },
    } });
    assert_eq!(lines(&definition), ["rename-error /States/Ship/Catch/0/ErrorEquals/0: `Lost` becomes `LostRenamed`"]);
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
