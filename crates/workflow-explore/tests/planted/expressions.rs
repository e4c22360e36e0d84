//! Mistakes in expressions and paths, and in the handlers of their errors.

use serde_json::{Value, json};
use workflow_explore::Property;

use super::{IDEMPOTENCE, PROGRAM, Planted, call, caught, declared, jsonata, machine, planted, task, with};

pub(super) fn all() -> Vec<Planted> {
    let choice = |rule: Value, next: &str| json!({ "Type": "Choice", "Choices": [with(rule, json!({ "Next": next }))], "Default": "Done" });
    let formatted = |text: &str| {
        let pay = with(task("pay", "Done"), json!({ "Parameters": { "text.$": text } }));
        machine(json!({ "Pay": with(pay, caught(&["States.ALL"], "Failed")) }))
    };
    let kept = |path: &str| {
        let named = json!({ "Type": "Pass", "Result": "none", "ResultPath": "$.name", "Next": "Pay" });
        machine(json!({ "Name": named, "Pay": with(task("pay", "Done"), json!({ "ResultPath": path })) }))
    };
    let lost = |output: Value| {
        let mut pay = call("pay", "Done");
        pay["Catch"][0] = with(json!({ "ErrorEquals": ["States.ALL"], "Next": "Tell" }), output);
        let tell =
            json!({ "Arguments": { "FunctionName": "tell", "Payload": { "order": "{% $states.input.order %}" } } });
        jsonata(json!({ "Pay": pay, "Tell": with(call("tell", "Failed"), tell) }))
    };
    let indexed = |next: &str| {
        machine(json!({
            "Any": choice(json!({ "Variable": "$.items[0]", "IsPresent": true }), next),
            "Each": { "Type": "Map", "ItemsPath": "$.items", "ResultPath": null, "Next": "Use",
                "ItemProcessor": { "StartAt": "One", "States": { "One": { "Type": "Pass", "End": true } } } },
            "Use": with(task("use", "Done"), json!({ "InputPath": "$.items[0]" })),
        }))
    };
    let skips = |next: &str| {
        let mut machine = indexed("Each");
        machine["States"]["Any"]["Default"] = next.into();
        machine
    };
    let first = |output: &str| {
        jsonata(json!({
            "List": with(call("list", "First"), json!({ "Output": "{% $states.result.Payload.orders %}" })),
            "First": { "Type": "Pass", "Output": output, "Next": "Done" },
        }))
    };
    let budget = |seconds: u64| {
        let retry = json!({ "Retry": [{ "ErrorEquals": ["States.ALL"], "IntervalSeconds": 100, "MaxAttempts": 3, "BackoffRate": 2.0 }] });
        let states = json!({
            "Reserve": task("reserve", "Ship"),
            "Ship": with(with(task("ship", "Done"), caught(&["States.ALL"], "Release")), retry),
            "Release": task("release", "Failed"),
        });
        with(machine(states), json!({ "TimeoutSeconds": seconds }))
    };
    let branch = |catch: &str| {
        let inside = with(
            task("reserve", "Check"),
            json!({ "Catch": [{ "ErrorEquals": ["States.ALL"], "ResultPath": null, "Next": "Skipped" }] }),
        );
        let check = with(task("check", "Checked"), caught(&["States.ALL"], catch));
        let free = with(task("free", "Skipped"), caught(&["States.ALL"], "Skipped"));
        let end = json!({ "Type": "Pass", "End": true });
        let branches = json!([
            { "StartAt": "Reserve", "States": { "Reserve": inside, "Check": check, "Free": with(free, json!({})), "Checked": end, "Skipped": end } },
            { "StartAt": "Other", "States": { "Other": end } },
        ]);
        let mut machine = machine(
            json!({ "Both": { "Type": "Parallel", "Branches": branches, "ResultPath": null, "Next": "Done" } }),
        );
        machine["States"]["Both"]["Branches"][0]["States"]["Check"]["Catch"] = json!([
            { "ErrorEquals": ["Refused"], "ResultPath": null, "Next": "Free" },
            { "ErrorEquals": ["States.ALL"], "ResultPath": null, "Next": catch },
        ]);
        machine
    };
    let loops = |token: &str| {
        let run = json!({
            "Type": "Task", "Resource": "arn:aws:states:::ecs:runTask.sync", "TimeoutSeconds": 60, "Next": "Done", "ResultPath": null,
            "Parameters": { "Cluster": "c", "TaskDefinition": "t", "ClientToken.$": token },
            "Catch": [{ "ErrorEquals": ["States.Timeout"], "ResultPath": null, "Next": "Counted" },
                { "ErrorEquals": ["States.ALL"], "ResultPath": null, "Next": "Failed" }] });
        machine(json!({
            "Begin": { "Type": "Pass", "Result": { "value": 0 }, "ResultPath": "$.n", "Next": "Run" },
            "Run": run,
            "Counted": { "Type": "Pass", "Parameters": { "value.$": "States.MathAdd($.n.value, 1)" }, "ResultPath": "$.n", "Next": "Enough" },
            "Enough": { "Type": "Choice", "Choices": [{ "Variable": "$.n.value", "NumericGreaterThan": 2, "Next": "Failed" }], "Default": "Run" },
        }))
    };
    vec![
        planted(
            "a function fails, and a catcher hides it",
            PROGRAM,
            formatted("States.ArrayGetItem(States.Array(1, 2), 2)"),
            formatted("States.ArrayGetItem(States.Array(1, 2), 1)"),
        ),
        planted("a result is put into a text", PROGRAM, kept("$.name.given"), kept("$.given")),
        planted(
            "a catcher drops the input in JSONata",
            PROGRAM,
            lost(json!({})),
            lost(json!({ "Output": "{% $states.input %}" })),
        ),
        planted("the first of no items of the input", PROGRAM, skips("Use"), skips("Done")),
        planted(
            "the first of a list that is empty",
            PROGRAM,
            first("{% $max($states.input) %}"),
            first("{% $count($states.input) %}"),
        ),
        declared(
            "retries outlast the execution's timeout",
            Property::after("Reserve", ["Done", "Release"]),
            budget(500),
            budget(5000),
        ),
        declared(
            "a branch keeps what it reserved",
            Property::after("Reserve", ["Checked", "Free"]),
            branch("Skipped"),
            branch("Free"),
        ),
        planted(
            "a turn of a loop after a timeout has a token of its own",
            IDEMPOTENCE,
            loops("States.Format('{}-{}', $.name, $.n.value)"),
            loops("$.name"),
        ),
    ]
}
