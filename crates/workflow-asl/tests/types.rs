//! Tests the types of values that other crates read: kinds, parts and bytes.

use serde_json::{Value, json};
use workflow_asl::StateMachine;
use workflow_asl::document::MachineType;
use workflow_asl::types::{self, Type};

/// Returns the type of the output of the state `A`.
fn output(states: Value) -> Type {
    let (machine, _) = StateMachine::read(&json!({"StartAt": "A", "QueryLanguage": "JSONata", "States": states}));
    let states = types::of_states(&machine, MachineType::Standard);
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
