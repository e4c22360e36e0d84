//! Mistakes with data.

use serde_json::{Value, json};

use super::{PROGRAM, Planted, call, jsonata, machine, planted, task, with};

pub(super) fn all() -> Vec<Planted> {
    let choice = |choices: Value, more: Value| {
        machine(json!({ "Which": with(json!({ "Type": "Choice", "Choices": choices }), more) }))
    };
    let rule = |operator: &str, value: Value, next: &str| {
        let mut rule = json!({ "Variable": "$.amount", "Next": next });
        rule[operator] = value;
        rule
    };
    let coupon = |next: &str| {
        machine(json!({
            "Has": { "Type": "Choice", "Choices": [{ "Variable": "$.coupon", "IsPresent": true, "Next": "Use" }], "Default": next },
            "Use": with(task("use", "Done"), json!({ "Parameters": { "coupon.$": "$.coupon" } })),
        }))
    };
    let first = |guard: bool| {
        let processor = json!({ "StartAt": "Each", "States": { "Each": { "Type": "Pass", "End": true } } });
        let next = if guard { "Any" } else { "Use" };
        machine(json!({
            "All": { "Type": "Map", "ItemsPath": "$.items", "ItemProcessor": processor, "ResultPath": "$.made", "Next": next },
            "Any": { "Type": "Choice", "Choices": [{ "Variable": "$.made[0]", "IsPresent": true, "Next": "Use" }], "Default": "Done" },
            "Use": with(task("use", "Done"), json!({ "InputPath": "$.made[0]" })),
        }))
    };
    let status = |more: Value| {
        let ask = with(task("ask", "Which"), json!({ "ResultPath": "$.answer" }));
        let rule =
            |status: &str, next: &str| json!({ "Variable": "$.answer.status", "StringEquals": status, "Next": next });
        let which = json!({ "Type": "Choice", "Choices": [rule("PAID", "Done"), rule("DECLINED", "Failed")] });
        machine(json!({ "Ask": ask, "Which": with(which, more) }))
    };
    let guarded = |expression: &str| {
        let total = json!({ "Arguments": { "FunctionName": "total", "Payload": { "total": expression } } });
        let has = json!({ "Type": "Choice", "Choices": [{ "Condition": "{% $exists($states.input.note) %}", "Next": "Done" }], "Default": "Total" });
        jsonata(json!({ "Has": has, "Total": with(call("total", "Done"), total) }))
    };
    let seconds = |rule: &str| {
        let states = json!({
            "Long": { "Type": "Choice", "Choices": [{ "Variable": "$.seconds", rule: 0, "Next": "Rest" }], "Default": "Done" },
            "Rest": { "Type": "Wait", "SecondsPath": "$.seconds", "Next": "Done" },
        });
        machine(states)
    };
    let item = |next: &str| {
        let mut get = with(
            task("get", next),
            json!({
            "Resource": "arn:aws:states:::dynamodb:getItem", "ResultPath": "$.found",
            "Parameters": { "TableName": "orders", "Key": { "id": { "S.$": "$.id" } } } }),
        );
        get["Catch"][0]["ResultPath"] = json!(null);
        let is_there = json!({ "Variable": "$.found.Item", "IsPresent": true, "Next": "Ship" });
        machine(json!({
            "Get": get,
            "IsThere": { "Type": "Choice", "Choices": [is_there], "Default": "Failed" },
            "Ship": with(task("ship", "Done"), json!({ "Parameters": { "order.$": "$.found.Item" } })),
        }))
    };
    vec![
        planted(
            "a choice without a way for the rest",
            PROGRAM,
            choice(json!([rule("NumericGreaterThan", json!(100), "Done")]), json!({})),
            choice(json!([rule("NumericGreaterThan", json!(100), "Done")]), json!({ "Default": "Failed" })),
        ),
        planted(
            "neither below nor above the bound",
            PROGRAM,
            choice(
                json!([rule("NumericGreaterThan", json!(100), "Done"), rule("NumericLessThan", json!(100), "Failed")]),
                json!({}),
            ),
            choice(
                json!([
                    rule("NumericGreaterThanEquals", json!(100), "Done"),
                    rule("NumericLessThan", json!(100), "Failed")
                ]),
                json!({}),
            ),
        ),
        planted("an optional member that is absent", PROGRAM, coupon("Use"), coupon("Done")),
        planted("the first of no items", PROGRAM, first(false), first(true)),
        planted("a status that no rule knows", PROGRAM, status(json!({})), status(json!({ "Default": "Failed" }))),
        planted(
            "an expression without a value",
            PROGRAM,
            guarded("{% $states.input.note %}"),
            guarded("{% $exists($states.input.note) ? 1 : 0 %}"),
        ),
        planted(
            "a wait of less than nothing",
            PROGRAM,
            seconds("NumericLessThanEquals"),
            seconds("NumericGreaterThanEquals"),
        ),
        planted("an item that the table does not have", PROGRAM, item("Ship"), item("IsThere")),
    ]
}
