//! Tests the types of values that other crates read: kinds, parts and bytes.

use serde_json::{Value, json};
use workflow_asl::document::MachineType;
use workflow_asl::rules::Annotations;
use workflow_asl::types::{self, Type};
use workflow_asl::{Pointer, StateMachine};
use workflow_cases::every;

/// Returns the type of the output of the state `A`.
fn output(states: Value) -> Type {
    let (machine, _) = StateMachine::read(&json!({"StartAt": "A", "QueryLanguage": "JSONata", "States": states}));
    let states = types::of_states(&machine, MachineType::Standard, &Annotations::default());
    let (_, state) = states.into_iter().find(|(at, _)| at.as_str() == "/States/A").expect("the state");
    state.output.expect("an output")
}

fn pass(output_of: Value) -> Type {
    output(json!({"A": {"Type": "Pass", "Output": output_of, "End": true}}))
}

#[track_caller]
fn bytes(ty: &Type, least: usize, most: Result<usize, &str>) {
    let of = ty.bytes();
    assert_eq!((of.least, of.most), (least, most.map_err(str::to_owned)), "{ty}");
}

#[test]
fn constants_have_their_bytes() {
    for value in
        [json!({}), json!([]), json!({"a": [1, true, null], "ä\"": "\n"}), json!(vec![7; 90]), json!("z".repeat(900))]
    {
        let ty = pass(value.clone());
        assert!(ty.bytes().least <= value.to_string().len(), "{value}");
        assert_eq!(ty.bytes().most, Ok(value.to_string().len()), "{value}");
    }
}

#[test]
fn what_is_computed_has_the_bytes_of_its_type() {
    bytes(&pass(json!({"n": "{% $number($states.input.n) %}"})), 7, Ok(30));
    bytes(&pass(json!("{% $states.input.a = 1 %}")), 4, Ok(5));
    bytes(&pass(json!("{% $states.input.a = 1 ? 'short' : 'longer' %}")), 7, Ok(8));
    bytes(&pass(json!({"a": 1, "of": {"items": "{% $states.input.items %}"}})), 24, Err("$.of.items"));
    bytes(&pass(json!(["{% $string($states.input.x) %}"])), 3, Err("$[0]"));
}

#[test]
fn aws_limits_the_texts_of_its_results() {
    let task = |member: &str| {
        output(json!({"A": {"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:glue:startJobRun", "End": true,
            "Arguments": {"JobName": "j"}, "Output": format!("{{% $states.result{member} %}}")}}))
    };
    // At most 255 characters.
    bytes(&task(".JobRunId"), 2, Ok(2 + 6 * 255));
    // A newer API may return more.
    bytes(&task(""), 1, Err("$"));
}

#[test]
fn a_type_knows_what_it_may_be() {
    let may_be = |ty: &Type, value: Value| ty.may_be(Some(&value));
    let text = pass(json!("{% $states.input.a = 1 ? 'a' : 'b' %}"));
    assert!(may_be(&text, json!("b")) && !may_be(&text, json!("c")) && !may_be(&text, json!(1)) && text.may_be(None));
    let ten = pass(json!(10));
    assert!(may_be(&ten, json!(10)) && !may_be(&ten, json!(11)) && !may_be(&ten, json!(true)));
    let any = pass(json!("{% $states.input.a %}"));
    assert!(may_be(&any, json!({})) && any.kind().is_none());
}

#[test]
fn parts_whose_kinds_differ_are_found() {
    let one = pass(json!({"a": {"b": [1, "x"]}, "c": 1, "d": "{% $states.input.d %}"}));
    let two = pass(json!({"a": {"b": ["1", "x"]}, "e": 1, "d": true}));
    let found: Vec<_> = one.differing_kinds(&two).into_iter().map(|(at, was, is)| format!("{at} {was} {is}")).collect();
    assert_eq!(found, [".a.b[0] 1 \"1\""]);
    assert_eq!(
        one.at("a").and_then(|a| a.at("b")).and_then(|b| b.at("[1]")).map(|ty| ty.to_string()),
        Some("\"x\"".to_owned())
    );
    assert!(one.at("d").is_none() && one.at("none").is_none());
}

#[test]
fn a_type_is_written_for_people_and_as_a_schema() {
    every(
        [
            (json!({"Output": {"id": "a", "n": [1, "x"]}}), "{ id: \"a\", n: [1, \"x\"] }"),
            (json!({"Output": "{% $split($states.input.x, ',') %}"}), "string[]"),
            (json!({"Output": {"n": "{% $number($states.input.x) %}"}}), "{ n: number }"),
            (json!({"Output": "{% $states.input.xs.name %}"}), "any value"),
            (json!({"Output": {"a": {"b": {"c": {"d": 1}}}}}), "{ a: { b: { c: { … } } } }"),
        ],
        |(state, text)| {
            let mut state = state;
            state["Type"] = "Pass".into();
            state["End"] = true.into();
            assert_eq!(output(json!({"A": state})).text(), text);
        },
    );
    let made = output(json!({"A": {"Type": "Pass", "End": true, "Output": {
        "ok": true, "by": "{% $states.input.vip ? 'mail' : 'post' %}", "n": "{% $count($states.input.xs) %}"}}}));
    let schema = made.json_schema();
    assert_eq!(schema["properties"]["ok"], json!({"const": true}));
    assert_eq!(schema["properties"]["by"], json!({"enum": ["mail", "post"]}));
    assert_eq!(schema["additionalProperties"], false);
    assert_eq!(schema["required"], json!(["by", "n", "ok"]));
}

#[test]
fn a_declared_member_of_a_result_leaves_the_others_as_the_api_has_them() {
    let (machine, _) = StateMachine::read(&json!({"StartAt": "A", "QueryLanguage": "JSONata", "States": {
        "A": {"Type": "Task", "Resource": "arn:aws:states:::states:startExecution.sync:2", "End": true,
            "Arguments": {"StateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:m"}}}}));
    let at = Pointer::root().child("States").child("A");
    let declared = Type::object([("total", Type::numbers(0.0, 9.0), false)]);
    let annotations =
        Annotations { results: [(at.clone(), ("Output", declared))].into_iter().collect(), ..Annotations::default() };
    let states = types::of_states(&machine, MachineType::Standard, &annotations);
    let members = states[&at].result.as_ref().unwrap().members();
    let member =
        |name: &str| members.iter().find(|(known, ..)| known == name).map(|(_, ty, certain)| (ty.text(), *certain));
    assert_eq!(member("Output"), Some(("{ total: number >= 0 and <= 9 }".to_owned(), true)));
    // A successful execution has no cause.
    assert_eq!(member("Cause").map(|(_, certain)| certain), Some(false));
}
