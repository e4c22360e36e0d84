use serde_json::{Value, json};

use super::*;

fn draw(definition: &Value) -> String {
    let (machine, found) = StateMachine::read(definition);
    assert_eq!(found, []);
    diagram(&machine)
}

#[test]
fn hello_world_as_in_the_golden() {
    let definition = json!({"StartAt": "MyPassState", "States": {
        "MyPassState": {"Type": "Pass", "Next": "Is this Hello World example?"},
        "Is this Hello World example?": {"Type": "Choice", "Choices": [
            {"Variable": "$['IsHelloWorldExample']", "BooleanEquals": true, "Next": "Wait for 3 seconds"},
            {"Variable": "$['IsHelloWorldExample']", "BooleanEquals": false, "Next": "HelloWorldFailed"}]},
        "Wait for 3 seconds": {"Seconds": 3, "Type": "Wait", "Next": "MyParallelState"},
        "MyParallelState": {"Type": "Parallel", "Next": "Convert HelloWorld to Base64", "Branches": [
            {"StartAt": "Hello", "States": {"Hello": {"Type": "Pass", "End": true}}},
            {"StartAt": "World", "States": {"World": {"Type": "Pass", "End": true}}}]},
        "Convert HelloWorld to Base64": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Next": "HelloWorldSuccessful",
            "Catch": [{"ErrorEquals": ["States.TaskFailed"], "Next": "LambdaTaskFailed"}]},
        "HelloWorldSuccessful": {"Type": "Succeed"},
        "LambdaTaskFailed": {"Type": "Fail"},
        "HelloWorldFailed": {"Type": "Fail"}}});
    assert_eq!(draw(&definition), include_str!("hello_world.mmd"));
}

#[test]
fn conditions_read_like_sentences() {
    let rule = |rule: Value| {
        let definition = json!({"StartAt": "C", "States": {
            "C": {"Type": "Choice", "Choices": [rule]}, "X": {"Type": "Succeed"}}});
        let (machine, found) = StateMachine::read(&definition);
        assert_eq!(found, []);
        condition(&machine.states.unwrap()["C"].choices.as_ref().unwrap()[0], Place::Top)
    };
    assert_eq!(rule(json!({"Variable": "$['a']['b c']", "NumericLessThanEqualsPath": "$.y"})), "$.a['b c'] <= $.y");
    assert_eq!(rule(json!({"Variable": "$.a", "StringMatches": "x*"})), "$.a matches \"x*\"");
    assert_eq!(rule(json!({"Variable": "$.a", "IsPresent": false})), "$.a is not present");
    let both = json!([{"Variable": "$.a", "IsNull": true}, {"Variable": "$.b", "StringEquals": "x"}]);
    assert_eq!(rule(json!({"Not": {"Or": both}})), "not ($.a is null or $.b == \"x\")");
    assert_eq!(rule(json!({"And": both})), "$.a is null and $.b == \"x\"");
    assert_eq!(rule(json!({"Condition": "{% $states.input.x\n   > 3 %}"})), "$states.input.x > 3");
}

#[test]
fn a_name_of_any_characters_stays_inside_its_label() {
    for name in [
        "end",
        "a\"b",
        "x`y`",
        "<script>",
        "#35;",
        "%%{init: {}}%%",
        "1. one",
        "- two",
        "a|b",
        "a\nb",
        "\\n",
        "style:#a;",
        "",
    ] {
        let text = draw(&json!({"StartAt": name, "States": {name: {"Type": "Pass", "End": true}}}));
        let line = text.lines().nth(2).unwrap().trim();
        let label = line.strip_prefix("n1(\"").and_then(|l| l.strip_suffix("\")")).unwrap();
        assert!(!label.is_empty() && !label.contains(['"', '`', '<', '>', '&', '%', ':', '|', '\\', '\n']), "{label}");
        assert_eq!(text.lines().count(), 6 + CLASSES.len());
    }
    assert_eq!(escape("1. one - a_b"), "1#46; one - a_b");
}
