//! `cargo workflow migrate`: each rule of the rewriting, what the comparison says, and files that are written or refused.

use serde_json::{Map, Value, json};

use crate::command::{Done, file, workflow};
use crate::imported::{collect, definition};

const TASK: &str = "arn:aws:lambda:us-east-1:123456789012:function:charge";

/// Migrates a definition of one state `A`, and returns its clauses, what was printed, and the exit code.
fn migrated(name: &str, mut state: Value) -> (Map<String, Value>, Done) {
    if state["Type"] == "Task" && state.get("Resource").is_none() {
        state["Resource"] = TASK.into();
    }
    if state["Type"] != "Choice" && state["Type"] != "Succeed" && state["Type"] != "Fail" {
        state["End"] = true.into();
    }
    let definition = json!({ "StartAt": "A", "States": {
        "A": state, "B": { "Type": "Succeed" }, "C": { "Type": "Fail" } } });
    let reaches = |next: &str| definition["States"]["A"].to_string().contains(&format!("\":\"{next}\""));
    let mut written = definition.clone();
    for next in ["B", "C"] {
        if !reaches(next) {
            written["States"].as_object_mut().unwrap().remove(next);
        }
    }
    let path = file("migrate", &format!("{name}.asl.json"), written.to_string());
    let done = workflow("migrate", &path, &[]);
    let new: Value = serde_json::from_str(&done.stdout).unwrap_or_default();
    assert!(done.code == Some(3) || new["QueryLanguage"] == "JSONata", "{name}: {}", done.stderr);
    let mut clauses = new["States"]["A"].as_object().cloned().unwrap_or_default();
    for same in ["Type", "Resource", "End", "Default", "Retry"] {
        clauses.remove(same);
    }
    (clauses, done)
}

/// Each rule: the clauses of a state in JSONPath, and in JSONata.
#[test]
fn each_clause_has_its_counterpart() {
    let rows = [
        (
            "parameters",
            json!({ "Type": "Task", "Parameters": { "id.$": "$.order.id", "by": "mail", "all": [{ "x.$": "$$.Execution.Id" }] } }),
            json!({ "Arguments": { "id": "{% $states.input.order.id %}", "by": "mail", "all": [{ "x": "{% $states.context.Execution.Id %}" }] } }),
        ),
        (
            "input path",
            json!({ "Type": "Task", "InputPath": "$.order", "Parameters": { "id.$": "$.id" } }),
            json!({ "Arguments": { "id": "{% $states.input.order.id %}" } }),
        ),
        (
            "input path alone",
            json!({ "Type": "Task", "InputPath": "$['a b']" }),
            json!({ "Arguments": "{% $states.input.`a b` %}" }),
        ),
        ("no input", json!({ "Type": "Task", "InputPath": null }), json!({ "Arguments": {} })),
        (
            "selector",
            json!({ "Type": "Task", "ResultSelector": { "id.$": "$.id" } }),
            json!({ "Output": { "id": "{% $states.result.id %}" } }),
        ),
        (
            "result path",
            json!({ "Type": "Task", "ResultPath": "$.paid" }),
            json!({ "Output": "{% $merge([$states.input, {'paid': $states.result}]) %}" }),
        ),
        (
            "deep result path",
            json!({ "Type": "Task", "ResultSelector": { "id.$": "$.id", "n": 1 }, "ResultPath": "$.a.b" }),
            json!({ "Output": "{% $merge([$states.input, {'a': $merge([$states.input.a, {'b': {'id': $states.result.id, 'n': 1}}])}]) %}" }),
        ),
        (
            "result path to an item",
            json!({ "Type": "Task", "ResultPath": "$.a[1]" }),
            json!({ "Output": "{% $merge([$states.input, {'a': $map($states.input.a, function($item, $index) { $index = 1 ? $states.result : $item })[]}]) %}" }),
        ),
        (
            "an item in an object",
            json!({ "Type": "Task", "ResultSelector": { "first.$": "$.rows[0]" }, "ResultPath": "$.q" }),
            json!({ "Output": "{% $merge([$states.input, {'q': {'first': $exists($states.result.rows[0]) ? $states.result.rows[0] : null}}]) %}" }),
        ),
        ("result discarded", json!({ "Type": "Task", "ResultPath": null }), json!({ "Output": "{% $states.input %}" })),
        ("result replaces all", json!({ "Type": "Task", "ResultPath": "$" }), json!({})),
        (
            "output path",
            json!({ "Type": "Task", "OutputPath": "$.Payload" }),
            json!({ "Output": "{% $states.result.Payload %}" }),
        ),
        (
            "output path in the result",
            json!({ "Type": "Task", "ResultPath": "$.r", "OutputPath": "$.r.id" }),
            json!({ "Output": "{% $states.result.id %}" }),
        ),
        (
            "output path beside the result",
            json!({ "Type": "Task", "ResultPath": "$.r", "OutputPath": "$.order" }),
            json!({ "Output": "{% $states.input.order %}" }),
        ),
        (
            "output path around the result",
            json!({ "Type": "Task", "ResultPath": "$.a.r", "OutputPath": "$.a" }),
            json!({ "Output": "{% $merge([$states.input.a, {'r': $states.result}]) %}" }),
        ),
        ("no output", json!({ "Type": "Task", "OutputPath": null }), json!({ "Output": {} })),
        (
            "catch",
            json!({ "Type": "Task", "Catch": [
                { "ErrorEquals": ["E"], "ResultPath": "$.error", "Next": "B" }, { "ErrorEquals": ["F"], "ResultPath": null, "Next": "B" },
                { "ErrorEquals": ["G"], "Assign": { "why.$": "$.Cause" }, "Next": "B" }] }),
            json!({ "Catch": [
                { "ErrorEquals": ["E"], "Output": "{% $merge([$states.input, {'error': $states.errorOutput}]) %}", "Next": "B" },
                { "ErrorEquals": ["F"], "Output": "{% $states.input %}", "Next": "B" },
                { "ErrorEquals": ["G"], "Assign": { "why": "{% $states.errorOutput.Cause %}" }, "Next": "B" }] }),
        ),
        (
            "timeouts",
            json!({ "Type": "Task", "TimeoutSecondsPath": "$.t", "HeartbeatSecondsPath": "$$.Execution.Input.h" }),
            json!({ "TimeoutSeconds": "{% $states.input.t %}", "HeartbeatSeconds": "{% $states.context.Execution.Input.h %}" }),
        ),
        (
            "credentials",
            json!({ "Type": "Task", "Credentials": { "RoleArn.$": "$.role" } }),
            json!({ "Credentials": { "RoleArn": "{% $states.input.role %}" } }),
        ),
        (
            "assign",
            json!({ "Type": "Task", "Assign": { "id.$": "$.id", "n": 1 } }),
            json!({ "Assign": { "id": "{% $states.result.id %}", "n": 1 } }),
        ),
        (
            "result of a pass",
            json!({ "Type": "Pass", "Result": { "x.$": "$.y" } }),
            json!({ "Output": { "x.$": "$.y" } }),
        ),
        (
            "assign of a pass",
            json!({ "Type": "Pass", "Parameters": { "a": { "b.$": "$.c" } }, "Assign": { "v.$": "$.a.b" } }),
            json!({ "Output": { "a": { "b": "{% $states.input.c %}" } }, "Assign": { "v": "{% $states.input.c %}" } }),
        ),
        (
            "wait",
            json!({ "Type": "Wait", "SecondsPath": "$.s", "OutputPath": "$.next" }),
            json!({ "Seconds": "{% $states.input.s %}", "Output": "{% $states.input.next %}" }),
        ),
        (
            "wait until",
            json!({ "Type": "Wait", "TimestampPath": "$.at" }),
            json!({ "Timestamp": "{% $states.input.at %}" }),
        ),
        (
            "succeed",
            json!({ "Type": "Succeed", "InputPath": "$.a", "OutputPath": "$.b" }),
            json!({ "Output": "{% $states.input.a.b %}" }),
        ),
        (
            "fail",
            json!({ "Type": "Fail", "ErrorPath": "$.e", "CausePath": "States.Format('{}: {}', $.a, $.b)" }),
            json!({ "Error": "{% $states.input.e %}", "Cause": "{% $states.input.a & ': ' & $states.input.b %}" }),
        ),
        (
            "parallel",
            json!({ "Type": "Parallel", "Parameters": { "x.$": "$.x" }, "ResultPath": "$.r",
                "Branches": [{ "StartAt": "P", "States": { "P": { "Type": "Pass", "InputPath": "$.x", "End": true } } }] }),
            json!({ "Arguments": { "x": "{% $states.input.x %}" }, "Output": "{% $merge([$states.input, {'r': $states.result}]) %}",
                "Branches": [{ "StartAt": "P", "States": { "P": { "Type": "Pass", "Output": "{% $states.input.x %}", "End": true } } }] }),
        ),
        (
            "map",
            json!({ "Type": "Map", "InputPath": "$.order", "ItemsPath": "$.lines", "MaxConcurrencyPath": "$.most",
                "Parameters": { "line.$": "$$.Map.Item.Value", "id.$": "$.id" },
                "Iterator": { "StartAt": "P", "States": { "P": { "Type": "Pass", "End": true } } } }),
            json!({ "Items": "{% $states.input.order.lines %}", "MaxConcurrency": "{% $states.input.order.most %}",
                "ItemSelector": { "line": "{% $states.context.Map.Item.Value %}", "id": "{% $states.input.order.id %}" },
                "Iterator": { "StartAt": "P", "States": { "P": { "Type": "Pass", "End": true } } } }),
        ),
        (
            "distributed map",
            json!({ "Type": "Map", "ItemReader": { "Resource": "arn:aws:states:::s3:getObject",
                    "ReaderConfig": { "InputType": "JSON", "MaxItemsPath": "$.most" }, "Parameters": { "Bucket.$": "$.b", "Key": "k" } },
                "ItemBatcher": { "MaxItemsPerBatchPath": "$.size", "BatchInput": { "x.$": "$.x" } }, "ToleratedFailureCountPath": "$.bad",
                "ResultWriter": { "Resource": "arn:aws:states:::s3:putObject", "Parameters": { "Bucket.$": "$.b", "Prefix": "p" } },
                "ItemProcessor": { "ProcessorConfig": { "Mode": "DISTRIBUTED", "ExecutionType": "STANDARD" },
                    "StartAt": "P", "States": { "P": { "Type": "Pass", "End": true } } } }),
            json!({ "ItemReader": { "Resource": "arn:aws:states:::s3:getObject",
                    "ReaderConfig": { "InputType": "JSON", "MaxItems": "{% $states.input.most %}" },
                    "Arguments": { "Bucket": "{% $states.input.b %}", "Key": "k" } },
                "ItemBatcher": { "MaxItemsPerBatch": "{% $states.input.size %}", "BatchInput": { "x": "{% $states.input.x %}" } },
                "ToleratedFailureCount": "{% $states.input.bad %}",
                "ResultWriter": { "Resource": "arn:aws:states:::s3:putObject", "Arguments": { "Bucket": "{% $states.input.b %}", "Prefix": "p" } },
                "ItemProcessor": { "ProcessorConfig": { "Mode": "DISTRIBUTED", "ExecutionType": "STANDARD" },
                    "StartAt": "P", "States": { "P": { "Type": "Pass", "End": true } } } }),
        ),
    ];
    let wrong = rows.into_iter().filter_map(|(name, old, new)| {
        let (clauses, done) = migrated(name, old);
        (Value::Object(clauses.clone()) != new).then(|| format!("{name}: {}\n{}", Value::Object(clauses), done.stderr))
    });
    let wrong: Vec<_> = wrong.collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Each value of a payload template, and its expression.
#[test]
fn each_path_and_function_has_its_counterpart() {
    let rows = [
        ("$.a[0].b", "$states.input.a[0].b"),
        ("$.a[-1]", "$states.input.a[-1]"),
        ("$.a[*].b", "[$states.input.a.b]"),
        ("$.a[1:]", "[$filter($states.input.a, function($item, $index, $list) { $index >= 1 })]"),
        ("$.a[:-2]", "[$filter($states.input.a, function($item, $index, $list) { $index < $count($list) - 2 })]"),
        ("$.a[0,2]", "[$states.input.a[[0, 2]]]"),
        ("$..id", "[$states.input.**.id]"),
        (
            "$.a[?(@.n > 3 && @.to == $.to)].id",
            "[$states.input.a[$type(n) = 'number' and n > 3 and to = $states.input.to].id]",
        ),
        (
            "$.a[?(@.n <= @.most && !('m' < @.t))]",
            "[$states.input.a[$type(n) = $type(most) and $type(n) in ['number', 'string'] and n <= most and $not($type(t) = 'string' and 'm' < t)]]",
        ),
        ("$.a[?(@.n != 1)]", "[$states.input.a[$not(n = 1)]]"),
        ("$['a','b']", "$merge([{}, $sift($states.input, function($value, $name) { $name in ['a', 'b'] })])"),
        ("States.Format('{}', $.n)", "$string($states.input.n)"),
        ("States.Format('a {} \\{\\}', $.n)", "'a ' & $states.input.n & ' {}'"),
        ("States.StringToJson($.t)", "$parse($states.input.t)"),
        ("States.ArrayPartition($.a, 4)", "[$partition($states.input.a, 4)]"),
        ("States.ArrayContains($.a, 'x')", "'x' in $states.input.a"),
        ("States.ArrayRange(1, 9, 2)", "[$range(1, 9, 2)]"),
        ("States.ArrayGetItem($.a, $.i)", "$states.input.a[$states.input.i]"),
        ("States.ArrayLength($.a)", "$count($states.input.a)"),
        ("States.ArrayUnique($.a)", "$distinct($states.input.a)"),
        ("States.Base64Encode($.t)", "$base64encode($states.input.t)"),
        ("States.Hash($.t, 'SHA-256')", "$hash($string($states.input.t), 'SHA-256')"),
        ("States.JsonMerge($.a, $.b, false)", "$merge([$states.input.a, $states.input.b])"),
        ("States.MathRandom(1, 7)", "$floor($random() * 6) + 1"),
        ("States.MathAdd($.n, -1)", "$states.input.n + -1"),
        ("States.StringSplit($.t, ',')", "[$split($states.input.t, ',')[$ != '']]"),
        ("States.StringSplit($.t, '.,')", "[$split($states.input.t, /[\\.,]/)[$ != '']]"),
        ("States.UUID()", "$uuid()"),
        (
            "States.JsonToString($.x)",
            "$type($states.input.x) = 'string' ? $replace($string([$states.input.x]), /^\\[|\\]$/, '') : $string($states.input.x)",
        ),
        (
            "States.JsonToString(States.JsonMerge($.a, $.b, false))",
            "$string($merge([$states.input.a, $states.input.b]))",
        ),
    ];
    let wrong = rows.into_iter().enumerate().filter_map(|(number, (old, new))| {
        let (clauses, done) =
            migrated(&format!("value {number}"), json!({ "Type": "Pass", "Parameters": { "v.$": old } }));
        let expected = format!("{{% {new} %}}");
        (clauses["Output"]["v"] != expected).then(|| format!("{old}: {}\n{}", clauses["Output"]["v"], done.stderr))
    });
    let wrong: Vec<_> = wrong.collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // AWS's model says that this is an object, which needs no test of its type.
    let state = json!({ "Type": "Task", "Resource": "arn:aws:states:::aws-sdk:dynamodb:getItem",
        "Parameters": { "TableName": "t", "Key": { "id": { "S": "1" } } },
        "ResultSelector": { "t.$": "States.JsonToString($.Item)" } });
    assert_eq!(migrated("known", state).0["Output"]["t"], "{% $string($states.result.Item) %}");
    // A list in a list stays so.
    let (clauses, _) =
        migrated("array", json!({ "Type": "Pass", "Parameters": { "v.$": "States.Array($.a, 'x', 1)" } }));
    assert_eq!(clauses["Output"]["v"], json!(["{% $states.input.a %}", "x", 1]));
}

/// Each rule of a choice, and its condition.
#[test]
fn each_rule_has_its_condition() {
    let rows = [
        (json!({ "StringEquals": "a" }), "$states.input.v = 'a'"),
        (json!({ "NumericEquals": 1 }), "$states.input.v = 1"),
        (json!({ "BooleanEquals": false }), "$states.input.v = false"),
        (json!({ "NumericLessThan": 5 }), "$type($states.input.v) = 'number' and $states.input.v < 5"),
        (json!({ "StringGreaterThanEquals": "m" }), "$type($states.input.v) = 'string' and $states.input.v >= 'm'"),
        (
            json!({ "NumericEqualsPath": "$.w" }),
            "$type($states.input.v) = 'number' and $states.input.v = $states.input.w",
        ),
        (
            json!({ "NumericGreaterThanPath": "$.w" }),
            "$type($states.input.v) = 'number' and $type($states.input.w) = 'number' and $states.input.v > $states.input.w",
        ),
        (json!({ "IsPresent": true }), "$exists($states.input.v)"),
        (json!({ "IsPresent": false }), "$not($exists($states.input.v))"),
        (json!({ "IsNull": true }), "$states.input.v = null"),
        (json!({ "IsNumeric": false }), "$type($states.input.v) != 'number'"),
        (json!({ "IsString": true }), "$type($states.input.v) = 'string'"),
        (json!({ "StringMatches": "a.b" }), "$states.input.v = 'a.b'"),
        (
            json!({ "StringMatches": "a.*" }),
            "$type($states.input.v) = 'string' and $contains($states.input.v, /^a\\./)",
        ),
        (
            json!({ "StringMatches": "*x*y\\*" }),
            "$type($states.input.v) = 'string' and $contains($states.input.v, /x[\\s\\S]*y\\*$/)",
        ),
        (
            json!({ "TimestampLessThan": "2030-01-01T00:00:00Z" }),
            "$type($states.input.v) = 'string' and $contains($states.input.v, /^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?(Z|[+\\-]\\d\\d:\\d\\d)$/) \
             and $toMillis($states.input.v) < $toMillis('2030-01-01T00:00:00Z')",
        ),
    ];
    let wrong = rows.into_iter().enumerate().filter_map(|(number, (test, new))| {
        let mut rule = test;
        rule["Variable"] = "$.v".into();
        rule["Next"] = "B".into();
        let (clauses, done) =
            migrated(&format!("rule {number}"), json!({ "Type": "Choice", "Choices": [rule], "Default": "C" }));
        let condition = clauses["Choices"][0]["Condition"].clone();
        (condition != format!("{{% {new} %}}")).then(|| format!("{new}:\n{condition}\n{}", done.stderr))
    });
    let wrong: Vec<_> = wrong.collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));

    let rule = json!({ "And": [{ "Variable": "$.v", "IsPresent": true }, { "Not": { "Or": [
        { "Variable": "$.v", "StringEquals": "a" }, { "Variable": "$.v", "StringEquals": "b" }] } }], "Comment": "why", "Next": "B" });
    let (clauses, done) =
        migrated("joined", json!({ "Type": "Choice", "InputPath": "$.o", "Choices": [rule], "Default": "C" }));
    assert_eq!(
        clauses["Choices"][0],
        json!({ "Condition": "{% $exists($states.input.o.v) and $not($states.input.o.v = 'a' or $states.input.o.v = 'b') %}",
            "Comment": "why", "Next": "B" })
    );
    assert_eq!(clauses["Output"], "{% $states.input.o %}");
    assert!(!done.stderr.contains("the condition is decided"), "the value is present: {}", done.stderr);
}

#[test]
fn what_executions_show_is_listed_and_decides_the_exit_code() {
    // Nothing differs.
    let (_, done) = migrated("same", json!({ "Type": "Task", "Parameters": { "by": "mail" }, "ResultPath": "$.r" }));
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    assert!(done.stderr.contains("1 state rewritten; the same in "), "{}", done.stderr);
    // A list has another text, so the request differs.
    let path = "$.v";
    let state = json!({ "Type": "Task", "Parameters": { "t.$": format!("States.Format('{{}}', {path})") } });
    let definition = json!({ "StartAt": "L", "States": { "L": { "Type": "Pass", "Result": { "v": [1, 2] }, "Next": "A" }, "A": state } });
    let mut definition = definition;
    definition["States"]["A"]["Resource"] = TASK.into();
    definition["States"]["A"]["End"] = true.into();
    let file = file("migrate", "differs.asl.json", definition.to_string());
    let done = workflow("migrate", &file, &[]);
    assert_eq!(done.code, Some(1), "{}", done.stderr);
    assert!(done.stderr.contains("difference: `A`: the data or the way differ"), "{}", done.stderr);
    assert!(done.stderr.contains("`A` is called with \"[1, 2]\" at `$.t`"), "{}", done.stderr);
    assert!(done.stderr.contains("may differ: `A`: a value becomes other text"), "{}", done.stderr);
}

#[test]
fn an_absent_value_that_fails_with_another_error_is_a_difference() {
    let (_, done) = migrated(
        "absent",
        json!({ "Type": "Task", "ResultSelector": { "id.$": "$.id" },
        "Catch": [{ "ErrorEquals": ["States.ALL"], "Next": "B" }] }),
    );
    assert!(done.stderr.contains("may differ: `A`: a retrier or catcher also handles"), "{}", done.stderr);
    let inside = json!({ "Type": "Task", "ResultSelector": { "id.$": "$.id" }, "ResultPath": "$.r" });
    let (_, done) = migrated("left out", inside);
    assert!(done.stderr.contains("may differ: `A`: an absent value is left out"), "{}", done.stderr);
}

/// The differences in principle that no compared execution shows are named, and others are not.
#[test]
fn what_may_differ_is_named_unless_the_clause_excludes_it() {
    const ASSUMED: &str = "may differ: values are assumed to have the kinds that paths and functions expect";
    let pass = |value: &str| json!({ "Type": "Pass", "Parameters": { "v.$": value } });
    let rule = |path: &str| {
        json!({ "Type": "Choice", "Default": "C",
        "Choices": [{ "And": [{ "Variable": path, "IsPresent": true }, { "Variable": path, "TimestampLessThan": "2030-01-01T00:00:00Z" }], "Next": "B" }] })
    };
    let rows = [
        (pass("$.order.id"), ASSUMED, true),
        (pass("$$.Execution.Id"), ASSUMED, false),
        (pass("States.ArrayLength(States.Array(1, 2))"), ASSUMED, false),
        (json!({ "Type": "Task", "ResultPath": "$.r" }), ASSUMED, true),
        (json!({ "Type": "Task", "ResultPath": null }), ASSUMED, false),
        (json!({ "Type": "Task", "ResultPath": "$.a[0]" }), "`A`: nothing is written to an item", true),
        (rule("$.at"), "`A`: a timestamp with an impossible date or time counts as one", true),
        (rule("$$.Execution.StartTime"), "impossible date", false),
        (
            json!({ "Type": "Task", "TimeoutSecondsPath": "$.t" }),
            "`A`: a number in a text, like \"5\", is an error",
            true,
        ),
        (json!({ "Type": "Wait", "SecondsPath": "$.t" }), "`A`: seconds like 3.0 are accepted", true),
        (json!({ "Type": "Wait", "SecondsPath": "$.t" }), "a number in a text", false),
        (json!({ "Type": "Wait", "TimestampPath": "$.t" }), "a number in a text", false),
        (pass("States.ArrayPartition($.l, $.n)"), "`A`: a step or size of 0", true),
        (pass("States.ArrayPartition($.l, 0)"), "`A`: a step or size of 0", true),
        (pass("States.ArrayPartition($.l, 2)"), "a step or size of 0", false),
        (pass("States.ArrayGetItem($.l, -1)"), "`A`: a step or size of 0", true),
        (pass("States.ArrayRange(1, 1001, 1)"), "`A`: a step or size of 0", true),
        (pass("States.ArrayRange(1, 1000, 1)"), "a step or size of 0", false),
        (pass("$.l[0]"), "`A`: an index past the end of a list is an error or left out", true),
        (
            json!({ "Type": "Task", "ResultSelector": { "v.$": "$.l[0]" }, "ResultPath": "$.q" }),
            "`A`: an item of an absent list is null",
            true,
        ),
        (pass("$.l[?(@.n == 5)]"), "`A`: a filter finds no number equal to a text", true),
        (pass("$.l[?(@.n in ['a', '5'])]"), "`A`: a filter finds no number equal to a text", true),
        (pass("$.l[?(@.n == 'a' && @.m > 5 && @.o)]"), "a filter finds", false),
    ];
    let wrong = rows.into_iter().enumerate().filter_map(|(number, (state, doubt, is_named))| {
        let (_, done) = migrated(&format!("doubt {number}"), state.clone());
        let times = done.stderr.matches(doubt).count();
        (times != usize::from(is_named)).then(|| format!("{state}: {doubt}: {times} times:\n{}", done.stderr))
    });
    let wrong: Vec<_> = wrong.collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_cannot_be_written_is_said_with_its_reason() {
    let yaml = file("migrate", "no.asl.yaml", "StartAt: A\nStates: { A: { Type: Succeed } }\n");
    let done = workflow("migrate", &yaml, &["--write"]);
    assert!(done.code == Some(2) && done.stderr.contains("no.asl.yaml: `--write` is for JSON"), "{}", done.stderr);
    assert!(!done.stderr.contains("cannot read"), "the file was read: {}", done.stderr);
    let done = workflow("migrate", std::path::Path::new("-"), &["--write"]);
    assert!(done.code == Some(2) && done.stderr.contains("`--write` needs a file"), "{}", done.stderr);
}

#[test]
fn what_has_no_counterpart_is_refused_with_its_place() {
    let refused = [
        (
            json!({ "Type": "Pass", "Parameters": { "v.$": "$.a[?(@.b =~ /x/)]" } }),
            "no counterpart of `[?(@.b =~ /x/)]`",
            "/States/A/Parameters/v.$",
        ),
        (
            json!({ "Type": "Pass", "Parameters": { "v.$": "States.Format($.t, 1)" } }),
            "only known when the execution runs",
            "/States/A/Parameters/v.$",
        ),
        (json!({ "Type": "Pass", "Assign": { "count": 1 } }), "rename the variable", "/States/A/Assign/count"),
        (json!({ "Type": "Pass", "Result": "{% 1 %}" }), "would be an expression", "/States/A/Result"),
        (
            json!({ "Type": "Pass", "Result": 12_345_678_901_234_567_891_u64, "ResultPath": "$.n" }),
            "an integer beyond 2^53 is not exact",
            "/States/A/Result",
        ),
    ];
    for (number, (state, why, at)) in refused.into_iter().enumerate() {
        let (_, done) = migrated(&format!("refused {number}"), state);
        assert_eq!(done.code, Some(3), "{}", done.stderr);
        assert!(done.stdout.is_empty() && done.stderr.contains(why), "{why}: {}", done.stderr);
        assert!(
            done.stderr.contains("not rewritten to JSONata") && done.stderr.contains(&format!("= at: {at}\n")),
            "{}",
            done.stderr
        );
    }
}

#[test]
fn a_file_is_written_in_its_order_with_its_comments_and_indentation() {
    let text = "{\n    \"Comment\": \"Pays\",\n    \"States\": {\n        \"A\": {\n            \"ResultPath\": \"$.r\",\n            \"Comment\": \"Charges\",\n            \
                \"Type\": \"Task\",\n            \"Resource\": \"RES\",\n            \"End\": true\n        }\n    },\n    \"StartAt\": \"A\"\n}\n";
    let text = text.replace("RES", TASK);
    let path = file("migrate", "written.asl.json", &text);
    let check = workflow("migrate", &path, &["--check"]);
    assert!(
        check.stdout.contains("-            \"ResultPath\": \"$.r\",")
            && check.stdout.contains("+    \"QueryLanguage\": \"JSONata\","),
        "{}",
        check.stdout
    );
    assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
    let done = workflow("migrate", &path, &["--write"]);
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    let expected = text
        .replace("\"Pays\",\n", "\"Pays\",\n    \"QueryLanguage\": \"JSONata\",\n")
        .replace("\"ResultPath\": \"$.r\"", "\"Output\": \"{% $merge([$states.input, {'r': $states.result}]) %}\"");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), expected);
    let again = workflow("migrate", &path, &["--write"]);
    assert!(again.code == Some(0) && again.stderr.contains("nothing to rewrite"), "{}", again.stderr);
    assert_eq!(std::fs::read_to_string(&path).unwrap(), expected);
}

#[test]
fn histories_and_params_take_part_in_the_comparison() {
    let definition = json!({ "StartAt": "W", "States": { "W": { "Type": "Wait", "Seconds": "${Rest}", "Next": "P" },
        "P": { "Type": "Pass", "Parameters": { "t.$": "States.Format('{}', $.order)" }, "End": true } } });
    let path = file("migrate", "params.asl.json", definition.to_string());
    let without = workflow("migrate", &path, &[]);
    assert!(without.code == Some(1) && without.stderr.contains("not compared: "), "{}", without.stderr);
    let with = workflow("migrate", &path, &["--param", "Rest=5"]);
    assert!(with.code == Some(0) && with.stderr.contains("the same in "), "{}", with.stderr);
    // An order that is a list was recorded, and it becomes other text.
    let run = workflow("run", &path, &["--param", "Rest=5", "--input", "{\"order\": [1, 2]}", "--history", "json"]);
    let history = file(
        "migrate",
        "history/one.json",
        json!({ "events": serde_json::from_str::<Value>(&run.stdout).unwrap() }).to_string(),
    );
    let recorded =
        workflow("migrate", &path, &["--param", "Rest=5", "--from", history.parent().unwrap().to_str().unwrap()]);
    assert!(recorded.code == Some(1) && recorded.stderr.contains("difference: `P`"), "{}", recorded.stderr);
    assert!(recorded.stderr.contains("{\"t\":\"[1, 2]\"}"), "{}", recorded.stderr);
}

/// Functions, rules and paths, run with values of all types in both versions: an execution that succeeds in JSONPath has
/// the same output in JSONata, except where a doubt says so.
#[test]
fn values_of_all_types_give_the_same() {
    let values = json!(["a", "5", 5, 1.5, true, null, [], [1], ["a", "b"], [[1], [2]], {}, { "x": 1 }, "", "a,b,,c", [1, 1, "1"], -3, [{ "n": 1 }, { "n": "x" }, { "n": 2 }, { "m": 1 }],
        "2024-01-01T00:00:00Z", "2024-01-01T01:00:00+01:00"]);
    let functions = [
        "JsonToString($.v)",
        "Array($.v, 1)",
        "ArrayLength($.v)",
        "ArrayUnique($.v)",
        "ArrayPartition($.v, 2)",
        "ArrayGetItem($.v, 0)",
        "StringSplit($.v, ',')",
        "StringSplit($.v, ',a')",
        "Hash($.v, 'SHA-1')",
        "Base64Encode($.v)",
        "ArrayRange(1, $.v, 2)",
        "JsonMerge($.v, $.v, false)",
        "ArrayContains($.v, 1)",
    ];
    let pass = |state: Value| json!({ "StartAt": "A", "States": { "A": state } });
    let of_functions = functions
        .map(|call| pass(json!({ "Type": "Pass", "Parameters": { "o.$": format!("States.{call}") }, "End": true })));
    let results = [json!({ "r": [7] }), json!([7, 8]), json!([7]), json!([])];
    let of_results = ["$.v", "$.w", "$.v.x.y", "$.v[0]", "$.v[0].r", "$.v[0][1]"].into_iter().flat_map(|path| {
        let written = |result| pass(json!({ "Type": "Pass", "Result": result, "ResultPath": path, "End": true }));
        results.clone().map(written)
    });
    let of_items = ["@.n > 1)].n", "@.n < 'y')].n", "@.n >= $.v[0].n)].n", "@.n != 1)].m", "!(@.n > 1))].n"]
        .map(|test| pass(json!({ "Type": "Pass", "Parameters": { "o.$": format!("$.v[?({test}") }, "End": true })));
    let of_ends = pass(json!({ "Type": "Pass", "Parameters": { "o.$": "$.v[4]" }, "ResultPath": "$.r", "End": true }));
    let rules = json!([{ "StringEquals": "a" }, { "StringLessThan": "b" }, { "NumericEquals": 5 }, { "NumericLessThan": 6 },
        { "BooleanEquals": true }, { "StringMatches": "a*" }, { "StringMatches": "*" }, { "IsNull": true }, { "IsNull": false },
        { "IsPresent": true }, { "IsPresent": false }, { "IsNumeric": false }, { "IsString": true }, { "IsBoolean": true },
        { "IsTimestamp": true }, { "IsTimestamp": false }, { "TimestampEquals": "2024-01-01T00:00:00Z" },
        { "TimestampLessThan": "2025-01-01T00:00:00Z" }, { "NumericEqualsPath": "$.v" }, { "StringLessThanPath": "$.v" }]);
    let of_rules = rules.as_array().unwrap().iter().map(|rule| {
        let mut rule = rule.clone();
        rule["Variable"] = "$.v".into();
        rule["Next"] = "B".into();
        json!({ "StartAt": "A", "States": { "A": { "Type": "Choice", "Choices": [rule], "Default": "C" },
            "B": { "Type": "Pass", "Result": "yes", "End": true }, "C": { "Type": "Pass", "Result": "no", "End": true } } })
    });
    let output = |definition: &Value, value: &Value| {
        let execution = workflow_local::Engine::new(definition).unwrap().run(&json!({ "v": value })).unwrap();
        execution.output().map(|output| output.value().clone())
    };
    let (mut same, mut wrong) = (0, Vec::new());
    for old in of_functions.into_iter().chain(of_results).chain(of_items).chain([of_ends]).chain(of_rules) {
        let new = workflow_import::migrate(&old, workflow_local::MachineType::Standard).definition;
        for value in values.as_array().unwrap() {
            match (output(&old, value), output(&new, value)) {
                (None, _) => {}
                (one, other) if one == other => same += 1,
                (one, other) => wrong.push(format!("{value}: {one:?} is {other:?} of {new}")),
            }
        }
    }
    assert!(wrong.is_empty() && same > 400, "{same} are the same, not these:\n{}", wrong.join("\n"));
}

/// Of the definitions of public repositories in JSONPath, all without errors are rewritten, without new errors.
#[test]
fn public_definitions_are_rewritten() {
    let Some(folder) = workflow_recorded::data("corpus/definitions") else { return };
    let (mut rewritten, mut refused, mut files) = (0, Vec::new(), Vec::new());
    collect(&folder, &mut files);
    let kind = workflow_local::MachineType::Standard;
    let error = |definition: &Value| {
        workflow_asl::rules::check_definition(definition, kind).into_iter().find(|found| found.is_error())
    };
    for file in files {
        let Some(old) = definition(&file) else { continue };
        if old["QueryLanguage"] == "JSONata" || error(&old).is_some() {
            continue;
        }
        let migrated = workflow_import::migrate(&old, kind);
        match (migrated.refused.first(), error(&migrated.definition)) {
            (None, None) => rewritten += 1,
            (why, error) => refused.push(format!("{}: {why:?} {error:?}", file.display())),
        }
    }
    assert!(refused.is_empty() && rewritten >= 300, "{rewritten} rewritten, not these:\n{}", refused.join("\n"));
}
