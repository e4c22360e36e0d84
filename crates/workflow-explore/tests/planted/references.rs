//! Mistakes with members and variables that only some paths to a state create.

use serde_json::{Value, json};

use super::{PROGRAM, Planted, call, caught, jsonata, machine, planted, task, with};

/// Returns a choice on `$.express`.
fn express(then: &str, otherwise: &str) -> Value {
    json!({ "Type": "Choice", "Default": otherwise,
        "Choices": [{ "Variable": "$.express", "BooleanEquals": true, "Next": then }] })
}

pub(super) fn all() -> Vec<Planted> {
    let told = |refused: &str| {
        machine(json!({
            "Express": express("Pay", refused),
            "Pay": with(task("pay", "Done"), json!({ "Catch": [{ "ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "Broken" }] })),
            "Broken": { "Type": "Fail", "ErrorPath": "$.error.Error", "CausePath": "$.error.Cause" },
        }))
    };
    let refunded = |catch: &str| {
        let refund = json!({ "Parameters": { "receipt.$": "$.receipt.id" } });
        machine(json!({
            "Pay": with(task("pay", "Ship"), with(json!({ "ResultPath": "$.receipt" }), caught(&["States.ALL"], catch))),
            "Ship": with(task("ship", "Done"), caught(&["States.ALL"], "Refund")),
            "Refund": with(task("refund", "Failed"), refund),
        }))
    };
    let priced = |next: &str| {
        machine(json!({
            "Express": express("Surcharge", next),
            "Surcharge": { "Type": "Pass", "Result": { "cents": 500 }, "ResultPath": "$.surcharge", "Next": "Pay" },
            "Nothing": { "Type": "Pass", "Result": { "cents": 0 }, "ResultPath": "$.surcharge", "Next": "Pay" },
            "Pay": with(task("pay", "Done"), json!({ "Parameters": { "surcharge.$": "$.surcharge.cents" } })),
        }))
    };
    let noted = |cause: &str| {
        let mut pay = call("pay", "Done");
        pay["Catch"][0] = json!({ "ErrorEquals": ["States.ALL"], "Next": "Note",
            "Output": "{% $merge([$states.input, {'problem': $states.errorOutput}]) %}" });
        jsonata(json!({
            "Large": { "Type": "Choice", "Choices": [{ "Condition": "{% $states.input.total > 100 %}", "Next": "Note" }], "Default": "Pay" },
            "Pay": pay,
            "Note": { "Type": "Fail", "Error": "Refused", "Cause": cause },
        }))
    };
    let sent = |selector: Value| {
        let processor = json!({ "StartAt": "Send", "States": { "Send": { "Type": "Pass", "End": true } } });
        machine(json!({
            "List": { "Type": "Pass", "Parameters": { "items.$": "$.order.lines" }, "Next": "All" },
            "All": { "Type": "Map", "ItemsPath": "$.items", "ItemSelector": selector, "ItemProcessor": processor, "Next": "Done" },
        }))
    };
    let mapped = |path: Value| {
        let processor = json!({ "StartAt": "One", "States": { "One": { "Type": "Pass", "End": true } } });
        let map = json!({ "Type": "Map", "ItemsPath": "$.items", "ItemProcessor": processor, "ResultPath": path, "Next": "Tell" });
        machine(
            json!({ "All": map, "Tell": with(task("tell", "Done"), json!({ "Parameters": { "order.$": "$.order" } })) }),
        )
    };
    let batched = |path: &str| {
        let processor = json!({ "ProcessorConfig": { "Mode": "DISTRIBUTED", "ExecutionType": "STANDARD" }, "StartAt": "Send",
            "States": { "Send": { "Type": "Pass", "Parameters": { "order.$": path }, "End": true } } });
        let map = json!({ "Type": "Map", "ItemsPath": "$.orders", "ItemBatcher": { "MaxItemsPerBatch": 10 },
            "ItemProcessor": processor, "ResultPath": null, "Next": "Done" });
        machine(json!({ "All": with(map, caught(&["States.ALL"], "Failed")) }))
    };
    let typed = |operator: &str, value: Value| {
        machine(json!({
            "Count": { "Type": "Pass", "Parameters": { "count.$": "States.ArrayLength($.items)" }, "ResultPath": "$.made", "Next": "Any" },
            "Any": { "Type": "Choice", "Choices": [
                { "Variable": "$.made.count", operator: value, "Next": "Failed" },
                { "Variable": "$.made.count", "NumericGreaterThan": 0, "Next": "Done" }] },
        }))
    };
    let waits = |seconds: Value| {
        machine(json!({
            "Plan": { "Type": "Pass", "Result": { "seconds": seconds }, "ResultPath": "$.plan", "Next": "Rest" },
            "Rest": { "Type": "Wait", "SecondsPath": "$.plan.seconds", "Next": "Done" },
        }))
    };
    let until = |expression: &str| {
        jsonata(json!({
            "Rest": { "Type": "Wait", "Timestamp": expression, "Next": "Done" },
        }))
    };
    let typo = |member: &str| {
        let mut counted =
            json!({ "Type": "Pass", "Parameters": { "n.$": "States.MathAdd($.tries.n, 1)" }, "Next": "Enough" });
        counted["ResultPath"] = member.into();
        machine(json!({
            "Begin": { "Type": "Pass", "Result": { "n": 0 }, "ResultPath": "$.tries", "Next": "Pay" },
            "Pay": with(task("pay", "Done"), caught(&["States.ALL"], "Count")),
            "Count": counted,
            "Enough": { "Type": "Choice", "Choices": [{ "Variable": "$.tries.n", "NumericGreaterThanEquals": 3, "Next": "Failed" }], "Default": "Rest" },
            "Rest": { "Type": "Wait", "Seconds": 10, "Next": "Pay" },
        }))
    };
    let brought = |rest: &str| {
        let pay = json!({ "Catch": [{ "ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "Rest" }] });
        let less = json!({ "left.$": "States.MathAdd($.tries.left, -1)" });
        machine(json!({
            "Pay": with(task("pay", "Done"), pay),
            "Rest": { "Type": "Wait", "SecondsPath": "$.pause", "Next": rest },
            "Count": { "Type": "Pass", "Parameters": less, "ResultPath": "$.tries", "Next": "Again" },
            "Again": { "Type": "Choice", "Choices": [{ "Variable": "$.tries.left", "NumericGreaterThan": 0, "Next": "Pay" }], "Default": "Failed" },
        }))
    };
    vec![
        planted("the cause of an error that did not happen", PROGRAM, told("Broken"), told("Failed")),
        planted("a refund of what was not paid", PROGRAM, refunded("Refund"), refunded("Failed")),
        planted("only one way has a surcharge", PROGRAM, priced("Pay"), priced("Nothing")),
        planted(
            "the problem of an order without one",
            PROGRAM,
            noted("{% $states.input.problem.Cause %}"),
            noted("{% $exists($states.input.problem) ? $states.input.problem.Cause : 'too large' %}"),
        ),
        planted(
            "an item selector reads what was replaced",
            PROGRAM,
            sent(json!({ "order.$": "$.order", "line.$": "$$.Map.Item.Value" })),
            sent(json!({ "order.$": "$$.Execution.Input.order", "line.$": "$$.Map.Item.Value" })),
        ),
        planted("the result of a map replaces the order", PROGRAM, mapped(json!("$")), mapped(json!("$.made"))),
        planted("a batch is not an item", PROGRAM, batched("$.id"), batched("$.Items[0].id")),
        planted(
            "a number is compared with a text",
            PROGRAM,
            typed("StringEquals", json!("0")),
            typed("NumericEquals", json!(0)),
        ),
        planted("a text of seconds", PROGRAM, waits(json!("60")), waits(json!(60))),
        planted(
            "a wait until what is no point in time",
            PROGRAM,
            until("{% $now('[Y0001]-[M01]-[D01]') %}"),
            until("{% $now() %}"),
        ),
        planted("another member counts", super::ENDS, typo("$.try"), typo("$.tries")),
        planted("a loop over what the caller brings", super::ENDS, brought("Pay"), brought("Count")),
    ]
}
