//! Tests the rules on paths, payload templates and JSONata expressions.

use super::*;
use workflow_cases::every;

#[test]
fn paths_and_templates() {
    expect(&[
        (pass(json!({"InputPath": "x"})), &[(Code::BadJsonPath, "/States/S/InputPath")]),
        (pass(json!({"OutputPath": "$.a["})), &[(Code::BadJsonPath, "/States/S/OutputPath")]),
        (pass(json!({"ResultPath": "$.a[*]"})), &[(Code::BadJsonPath, "/States/S/ResultPath")]),
        (pass(json!({"ResultPath": "$$.a"})), &[(Code::BadJsonPath, "/States/S/ResultPath")]),
        (one(json!({"Type": "Fail", "CausePath": "because"})), &[(Code::BadJsonPath, "/States/S/CausePath")]),
        (one(json!({"Type": "Fail", "CausePath": "States.Array(1)"})), &[(Code::BadIntrinsic, "/States/S/CausePath")]),
        (pass(json!({"Parameters": {"a.$": "States.Formt('')"}})), &[(Code::BadIntrinsic, "/States/S/Parameters/a.$")]),
        (pass(json!({"Parameters": {"a": 1, "a.$": "$.x"}})), &[(Code::BadTemplate, "/States/S/Parameters/a.$")]),
        (pass(json!({"Parameters": {"b": [{"a.$": "x"}]}})), &[(Code::BadTemplate, "/States/S/Parameters/b/0/a.$")]),
        (pass(json!({"Parameters": {"a": "$.x"}})), &[(Code::PathUnderPlainKey, "/States/S/Parameters/a")]),
        (
            pass(json!({"Parameters": {"a": {"b": "States.UUID()"}}})),
            &[(Code::PathUnderPlainKey, "/States/S/Parameters/a/b")],
        ),
        (pass(json!({"Result": {"a.$": "$.x"}})), &[(Code::StaticResult, "/States/S/Result/a.$")]),
        (pass(json!({"Result": "$.x"})), &[(Code::StaticResult, "/States/S/Result")]),
        (
            one(json!({"Type": "Wait", "Timestamp": "2024-08-18", "End": true})),
            &[(Code::BadTimestamp, "/States/S/Timestamp")],
        ),
        (
            one(json!({"Type": "Wait", "Timestamp": "2024-08-18T12:00:00", "End": true})),
            &[(Code::BadTimestamp, "/States/S/Timestamp")],
        ),
    ]);
}

#[test]
fn expressions() {
    let output = |code: &str| jsonata(pass(json!({"Output": {"a": [code]}})));
    let at = "/States/S/Output/a/0";
    expect(&[
        (output("{% $states.input.x[y > 1].{'z': $} ~> $count %}"), &[]),
        (output("text with 5 %}"), &[]),
        (output("{% $map($states.input.xs, function($x) { $x + ${Step} }) %}"), &[]),
        (output("{% 1 + %}"), &[(Code::BadJsonata, at)]),
        (output("{% [1, 2 %}"), &[(Code::BadJsonata, at)]),
        (output("{% $match('a', /a{2,1}/) %}"), &[(Code::BadJsonata, at)]),
        (output("{% 1 %} "), &[(Code::BadJsonata, at)]),
        (output("{% phone %}"), &[(Code::UnsupportedJsonata, at)]),
        (output("{% $$.x %}"), &[(Code::UnsupportedJsonata, at)]),
        (output("{% $eval('1') %}"), &[(Code::UnknownFunction, at)]),
        (output("{% $states.result %}"), &[(Code::UnsupportedJsonata, at)]),
        (output("{% $states.inptu.x %}"), &[(Code::UnsupportedJsonata, at)]),
        (output("{% $uppercas('x') %}"), &[(Code::UnknownFunction, at)]),
        (output("{% $randomSeeded(1) %}"), &[(Code::UnknownFunction, at)]),
        (jsonata(task(json!({"Output": "{% $states.result.x %}", "Assign": {"v": "{% $states.result %}"}}))), &[]),
        (
            jsonata(task(json!({"Arguments": "{% $states.result %}"}))),
            &[(Code::UnsupportedJsonata, "/States/S/Arguments")],
        ),
        (
            jsonata(task(json!({"Output": "{% $states.errorOutput %}"}))),
            &[(Code::UnsupportedJsonata, "/States/S/Output")],
        ),
        (
            jsonata(task(
                json!({"Catch": [{"ErrorEquals": ["E"], "Output": "{% $states.errorOutput.Cause %}", "Next": "T"}]}),
            )),
            &[],
        ),
        (jsonata(task(json!({"TimeoutSeconds": "10"}))), &[(Code::BadJsonata, "/States/S/TimeoutSeconds")]),
        (
            jsonata(choice(json!({"Condition": "true", "Next": "T"}))),
            &[(Code::BadJsonata, "/States/S/Choices/0/Condition")],
        ),
        (jsonata(choice(json!({"Condition": 1, "Next": "T"}))), &[(Code::WrongType, "/States/S/Choices/0/Condition")]),
        // In a JSONPath state it is text.
        (pass(json!({"Result": "{% 1 + %}"})), &[]),
    ]);
}

#[test]
fn a_finding_in_a_string_points_at_the_character() {
    let found = check_definition(&pass(json!({"InputPath": "$.größe["})), MachineType::Standard);
    assert_eq!(found[0].range.map(|(offset, _)| offset), Some("$.größe[".len()));
}

#[test]
fn expressions_that_are_taken_as_text() {
    let output = |value: Value| jsonata(pass(json!({"Output": value})));
    let at: &[(Code, &str)] = &[(Code::ExpressionAsText, "/States/S/Output")];
    expect(&[
        (output(json!("$states.input.total")), at),
        (output(json!(" {% $states.input.total %}")), at),
        (output(json!("$.total")), at),
        (output(json!("$$.Execution.Id")), at),
        (output(json!({"a": ["$[0] dollars", "$5", "costs $.5", "${X}"]})), &[]),
        (output(json!({"a.$": "$.total"})), &[(Code::JsonPathKey, "/States/S/Output/a.$")]),
        (
            pass(json!({"Parameters": {"a": "{% $states.input.x %}", "b": "{% not one"}})),
            &[(Code::ExpressionAsText, "/States/S/Parameters/a")],
        ),
    ]);
}

#[test]
fn calls_that_fail_on_their_values() {
    let output = |text: &str| jsonata(pass(json!({"Output": text})));
    let fails: &[(Code, &str)] = &[(Code::FailingCall, "/States/S/Output")];
    expect(&[
        (output("{% $sum('a') %}"), fails),
        (output("{% $states.input.a + '1' %}"), fails),
        (output("{% $range(1, 2) %}"), fails),
        (output("{% $range(1, 10, 2) %}"), &[]),
        (
            jsonata(choice(json!({"Condition": "{% 'yes' %}", "Next": "T"}))),
            &[(Code::FailingCall, "/States/S/Choices/0/Condition")],
        ),
        (
            jsonata(one(json!({"Type": "Wait", "Seconds": "{% 'a' & 'b' %}", "Next": "T"}))),
            &[(Code::FailingCall, "/States/S/Seconds")],
        ),
    ]);
    let call = |text: &str| pass(json!({"Parameters": {"a.$": text}}));
    let fails: &[(Code, &str)] = &[(Code::FailingCall, "/States/S/Parameters/a.$")];
    expect(&[
        (call("States.ArrayPartition($.a, 0)"), fails),
        (call("States.ArrayPartition($.a, $.n)"), &[]),
        (call("States.Array(States.Hash('a', 'SHA1'))"), fails),
        (call("States.ArrayRange(1, 9, 0)"), fails),
        (call("States.ArrayRange(1, 2000, 1)"), fails),
        (call("States.ArrayRange(1, 2000, 2)"), &[]),
        (call("States.JsonMerge($.a, $.b, true)"), fails),
        (call("States.MathAdd(1, 4294967296)"), fails),
        (call("States.MathAdd(2147483647, 1)"), fails),
        // AWS takes it, as measured in 2026.
        (call("States.MathAdd(1e309, 1)"), &[]),
        (call("States.ArrayRange(1, 9, 0.9)"), fails),
        (call("States.MathRandom(1.4, 1.6)"), fails),
        (call("$.a.sum()"), fails),
        (call("$.a['b','c'].d"), fails),
        (call("$.a[*]['b','c']"), &[]),
        (call("States.Array(1, $.a.length())"), fails),
        (pass(json!({"InputPath": "$.a.length()"})), &[(Code::FailingCall, "/States/S/InputPath")]),
        (call("States.MathRandom('a', 2)"), &[(Code::WrongArgument, "/States/S/Parameters/a.$")]),
        (call("States.Format('{} {}', $.a)"), &[(Code::WrongArgument, "/States/S/Parameters/a.$")]),
    ]);
}

#[test]
fn expressions_are_whole_strings_and_items_are_lists() {
    let output = |text: &str| found(&jsonata(pass(json!({"Output": text}))), MachineType::Standard);
    assert_eq!(output("Hello {% $states.input.name %}!"), [(Code::ExpressionAsText, "/States/S/Output".to_owned())]);
    assert_eq!(output("100 {% of it"), []);
    let items = |items: Value| found(&jsonata(map(json!({"Items": items}))), MachineType::Standard);
    every([json!("abc"), json!(5), json!(true), json!(null)], |wrong| {
        assert_eq!(items(wrong), [(Code::FailingCall, "/States/S/Items".to_owned())]);
    });
    every([json!([1, "a"]), json!({"a": 1}), json!("{% [1] %}"), json!("${Items}")], |right| {
        assert_eq!(items(right), []);
    });
}

#[test]
fn a_path_in_an_array_is_text() {
    let wrong = pass(json!({"Parameters": {"a": ["x", "$.b", {"c.$": "$.d"}]}}));
    assert_eq!(
        found(&wrong, MachineType::Standard),
        [(Code::PathUnderPlainKey, "/States/S/Parameters/a/1".to_owned())]
    );
    assert_eq!(found(&pass(json!({"Parameters": {"a.$": "States.Array('x', $.b)"}})), MachineType::Standard), []);
}
