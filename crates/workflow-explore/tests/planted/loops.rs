//! Mistakes in loops.

use serde_json::json;

use super::{ENDS, Planted, QUOTAS, call, caught, jsonata, machine, planted, task, with};

pub(super) fn all() -> Vec<Planted> {
    let retry = |counts: &str| {
        let pay = with(
            call("pay", "Done"),
            json!({ "Catch": [{
            "ErrorEquals": ["States.ALL"], "Assign": { "n": counts }, "Output": "{% $states.input %}", "Next": "Enough" }] }),
        );
        jsonata(json!({
            "Begin": { "Type": "Pass", "Assign": { "n": 0 }, "Next": "Pay" },
            "Pay": pay,
            "Enough": { "Type": "Choice", "Choices": [{ "Condition": "{% $n >= 3 %}", "Next": "Failed" }], "Default": "Rest" },
            "Rest": { "Type": "Wait", "Seconds": 10, "Next": "Pay" },
        }))
    };
    let endless = |catch: &str| {
        machine(json!({
            "Pay": with(task("pay", "Done"), caught(&["States.ALL"], catch)),
            "Rest": { "Type": "Wait", "Seconds": 60, "Next": "Pay" },
        }))
    };
    let reset = |again: &str| {
        let pay = with(
            call("pay", "Done"),
            json!({ "Catch": [{
            "ErrorEquals": ["States.ALL"], "Assign": { "n": "{% $n + 1 %}" }, "Output": "{% $states.input %}", "Next": "Enough" }] }),
        );
        jsonata(json!({
            "Begin": { "Type": "Pass", "Assign": { "n": 0 }, "Next": "Pay" },
            "Pay": pay,
            "Enough": { "Type": "Choice", "Choices": [{ "Condition": "{% $n >= 3 %}", "Next": "Failed" }], "Default": again },
        }))
    };
    let counting = |step: &str| {
        jsonata(json!({
            "Begin": { "Type": "Pass", "Assign": { "n": 0 }, "Next": "Count" },
            "Count": { "Type": "Pass", "Assign": { "n": step }, "Next": "Enough" },
            "Enough": { "Type": "Choice", "Choices": [{ "Condition": "{% $n = 20 %}", "Next": "Done" }], "Default": "Count" },
        }))
    };
    let waiting = |test: &str| {
        jsonata(json!({
            "Ask": with(call("ask", "Ready"), json!({ "Assign": { "status": "{% $states.result.Payload.status %}" } })),
            "Ready": { "Type": "Choice", "Choices": [{ "Condition": test, "Next": "Done" }], "Default": "Rest" },
            "Rest": { "Type": "Wait", "Seconds": 5, "Next": "Ask" },
        }))
    };
    let polling = |counts: &str, again: &str| {
        jsonata(json!({
            "Begin": { "Type": "Pass", "Assign": { "n": 0 }, "Next": "Ask" },
            "Ask": with(call("ask", "Ready"), json!({ "Assign": {
                "status": "{% $states.result.Payload.status %}", "n": counts } })),
            "Ready": { "Type": "Choice", "Choices": [
                { "Condition": "{% $status = 'DONE' %}", "Next": "Done" },
                { "Condition": "{% $n >= 3 %}", "Next": "Failed" },
            ], "Default": "Rest" },
            "Rest": { "Type": "Wait", "Seconds": 5, "Next": again },
        }))
    };
    let polled_by_path = |counts: &str| {
        machine(json!({
            "Begin": { "Type": "Pass", "Result": 0, "ResultPath": "$.n", "Next": "Ask" },
            "Ask": with(task("ask", "Count"), json!({ "ResultPath": "$.answer" })),
            "Count": { "Type": "Pass", "Parameters": { "value.$": counts }, "ResultPath": "$.counted", "Next": "Keep" },
            "Keep": { "Type": "Pass", "InputPath": "$.counted.value", "ResultPath": "$.n", "Next": "Ready" },
            "Ready": { "Type": "Choice", "Choices": [
                { "Variable": "$.answer.Payload.status", "StringEquals": "DONE", "Next": "Done" },
                { "Variable": "$.n", "NumericGreaterThanEquals": 4, "Next": "Failed" },
            ], "Default": "Rest" },
            "Rest": { "Type": "Wait", "Seconds": 5, "Next": "Ask" },
        }))
    };
    let polling_by_default = |counts: &str| {
        jsonata(json!({
            "Begin": { "Type": "Pass", "Assign": { "left": 3 }, "Next": "Ask" },
            "Ask": with(call("ask", "Ready"), json!({ "Assign": {
                "status": "{% $states.result.Payload.status %}", "left": counts } })),
            "Ready": { "Type": "Choice", "Choices": [{ "Condition": "{% $status = 'DONE' %}", "Next": "Done" }],
                "Default": "Left" },
            "Left": { "Type": "Choice", "Choices": [{ "Condition": "{% $left > 0 %}", "Next": "Rest" }], "Default": "Failed" },
            "Rest": { "Type": "Wait", "Seconds": 5, "Next": "Ask" },
        }))
    };
    vec![
        planted(
            "the counter of a poll does not count",
            ENDS,
            polling("{% $n %}", "Ask"),
            polling("{% $n + 1 %}", "Ask"),
        ),
        planted(
            "the counter of a poll begins anew",
            ENDS,
            polling("{% $n + 1 %}", "Begin"),
            polling("{% $n + 1 %}", "Ask"),
        ),
        planted(
            "the counter of a poll is not written back",
            ENDS,
            polled_by_path("$.n"),
            polled_by_path("States.MathAdd($.n, 1)"),
        ),
        planted(
            "what is left does not become less",
            ENDS,
            polling_by_default("{% $left %}"),
            polling_by_default("{% $left - 1 %}"),
        ),
        planted("a failure is tried again forever", ENDS, endless("Rest"), endless("Failed")),
        planted("the counter of retries does not count", ENDS, retry("{% $n %}"), retry("{% $n + 1 %}")),
        planted("the counter begins anew in each turn", ENDS, reset("Begin"), reset("Pay")),
        planted("a loop of its own never ends", ENDS, counting("{% 1 %}"), counting("{% $n + 1 %}")),
        planted("a loop counts past its end", QUOTAS, counting("{% $n + 3 %}"), counting("{% $n + 4 %}")),
        planted(
            "no answer leads out of the loop",
            ENDS,
            waiting("{% $status = 'DONE' and $status = 'READY' %}"),
            waiting("{% $status = 'DONE' or $status = 'READY' %}"),
        ),
    ]
}
