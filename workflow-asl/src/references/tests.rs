use serde_json::json;

use super::*;

/// Each reference as `state field root steps`, with `!` where it is needed and `…` where more follows.
fn found(definition: &Value) -> Vec<String> {
    let (machine, problems) = StateMachine::read(definition);
    assert_eq!(problems, []);
    let mut lines = Vec::new();
    for reference in references(&machine) {
        let text = definition.pointer(reference.pointer.as_str()).and_then(Value::as_str).unwrap();
        let steps: Vec<_> = reference.steps.iter().map(|step| &text[step.range.clone()]).collect();
        let last = reference.pointer.tokens().last().unwrap();
        let sign = if reference.needed { "!" } else { "" };
        let more = if reference.exact { "" } else { "…" };
        assert!(reference.steps.iter().all(|step| step.range.end <= reference.range.end || !reference.exact));
        lines.push(format!(
            "{} {last} {:?}{sign} {}{more} in {}",
            reference.state,
            reference.root,
            steps.join("|"),
            &text[reference.range]
        ));
    }
    lines
}

#[test]
fn paths_templates_and_calls_are_read_by_their_place() {
    let definition = json!({"StartAt": "A", "States": {
        "A": {"Type": "Task", "Resource": "r", "InputPath": "$.order", "TimeoutSecondsPath": "$$.Execution.Input.t",
            "Parameters": {"a.$": "$.items[0]['sku']", "b": [{"c.$": "States.Array($x.y, $.z[*].w, States.UUID())"}], "d": "$.no"},
            "ResultSelector": {"id.$": "$.Payload.id"}, "ResultPath": "$.no", "OutputPath": "$..all",
            "Assign": {"v.$": "$.Payload"},
            "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.no", "Assign": {"e.$": "$.Cause"}, "Next": "B"}], "Next": "B"},
        "B": {"Type": "Choice", "Assign": {"n.$": "$.n"}, "Default": "C", "Choices": [
            {"Variable": "$x", "NumericEqualsPath": "$.n", "Next": "C"},
            {"And": [{"Variable": "$y", "IsPresent": true}, {"Variable": "$y", "IsNull": true}], "Next": "C"}]},
        "C": {"Type": "Fail", "ErrorPath": "$.e", "CausePath": "States.Format('{}', $$.State.Name)"}}});
    assert_eq!(
        found(&definition),
        [
            "A InputPath Input! .order in $.order",
            "A a.$ Effective! .items|[0]|['sku'] in $.items[0]['sku']",
            "A c.$ Variable(\"x\")! .y in $x.y",
            "A c.$ Effective .z… in $.z[*].w",
            "A TimeoutSecondsPath Context! .Execution|.Input|.t in $$.Execution.Input.t",
            "A id.$ Result! .Payload|.id in $.Payload.id",
            "A OutputPath Output … in $..all",
            "A v.$ Result! .Payload in $.Payload",
            "A e.$ ErrorOutput .Cause in $.Cause",
            "B n.$ Input! .n in $.n",
            "B Variable Variable(\"x\")!  in $x",
            "B NumericEqualsPath Input! .n in $.n",
            "B Variable Variable(\"y\")  in $y",
            "B Variable Variable(\"y\")  in $y",
            "C ErrorPath Input .e in $.e",
            "C CausePath Context .State|.Name in $$.State.Name",
        ]
    );
}

#[test]
fn jsonata_is_read_at_any_depth() {
    let definition = json!({"QueryLanguage": "JSONata", "StartAt": "A", "States": {
        "A": {"Type": "Map", "Items": "{% $states.input.orders[0].items[qty > $least] %}", "MaxConcurrency": "{% $limit %}",
            "ItemSelector": {"i": ["{% $states.context.Map.Item.Value %}", "text"]},
            "ItemProcessor": {"StartAt": "I", "States": {"I": {"Type": "Pass", "Output": "{% ($x := $outer[1].a; $x & $map) %}", "End": true}}},
            "Catch": [{"ErrorEquals": ["States.ALL"], "Output": "{% $states.errorOutput.Cause %}", "Next": "B"}],
            "Output": "{% $states.result %}", "Next": "B"},
        "B": {"Type": "Choice", "Choices": [{"Condition": "{% $exists($a) %}", "Next": "C"}, {"Condition": "{% $b %}", "Next": "C"}]},
        "C": {"Type": "Fail", "Cause": "{% $string($states) %}", "Error": "{ $no %}"}}});
    assert_eq!(
        found(&definition),
        [
            "A Items Input orders|[0]|items… in $states.input.orders[0].items",
            "A Items Variable(\"least\")  in $least",
            "A 0 Context Map|Item|Value in $states.context.Map.Item.Value",
            "A MaxConcurrency Variable(\"limit\")!  in $limit",
            "A Output Result!  in $states.result",
            "A Output ErrorOutput Cause in $states.errorOutput.Cause",
            "I Output Variable(\"outer\") [1]|a in $outer[1].a",
            "B Condition Variable(\"a\")  in $a",
            "B Condition Variable(\"b\")  in $b",
            "C Cause States  in $states",
        ]
    );
}

#[test]
fn variables_are_listed_by_state() {
    let definition = json!({"StartAt": "A", "States": {"A": {"Type": "Pass", "InputPath": "$b", "OutputPath": "$b.c",
        "Parameters": {"x.$": "States.Array($a, $$.State.Name)"}, "End": true}}});
    let (machine, _) = StateMachine::read(&definition);
    let names: Vec<_> = variable_references(&machine).into_iter().collect();
    assert_eq!(names, [("A".to_owned(), BTreeSet::from(["a".to_owned(), "b".to_owned()]))]);
}
