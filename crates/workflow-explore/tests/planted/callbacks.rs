//! Mistakes with task tokens, timeouts, retriers without attempts and the order of handlers.

use serde_json::{Value, json};
use workflow_explore::Property;

use super::{
    ENDS, PROGRAM, Planted, UNCAUGHT, call, caught, declared, inner, jsonata, machine, planted, sorted, task, token,
    with,
};

pub(super) fn all() -> Vec<Planted> {
    let end = || json!({ "Type": "Pass", "End": true });
    let queued = |body: Value| {
        let parameters = with(json!({ "QueueUrl": "https://sqs.us-east-1.amazonaws.com/123456789012/q" }), body);
        machine(json!({ "Ask": token(json!({ "TimeoutSeconds": 600, "Parameters": parameters })) }))
    };
    let invoked = |payload: Value| {
        let ask = json!({
            "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken", "TimeoutSeconds": 600, "Next": "Done",
            "Arguments": { "FunctionName": "ask", "Payload": payload }, "Catch": [{ "ErrorEquals": ["States.ALL"], "Next": "Failed" }] });
        jsonata(json!({ "Ask": ask }))
    };
    let approved = |late: &str| {
        let ask = json!({ "TimeoutSeconds": 600, "ResultPath": null, "Next": "Ship" });
        machine(
            json!({ "Ask": token(with(ask, sorted("States.Timeout", late, "Failed"))), "Ship": task("ship", "Done") }),
        )
    };
    let reminded = |counts: &str| {
        let mut ask = call("ask", "Done");
        ask["Resource"] = "arn:aws:states:::lambda:invoke.waitForTaskToken".into();
        ask["Arguments"]["Payload"] = json!({ "token": "{% $states.context.Task.Token %}" });
        ask["HeartbeatSeconds"] = 60.into();
        ask["Catch"] = json!([
            { "ErrorEquals": ["States.Timeout"], "Output": "{% $states.input %}", "Assign": { "asked": counts }, "Next": "Often" },
            { "ErrorEquals": ["States.ALL"], "Next": "Failed" }]);
        jsonata(json!({
            "Begin": { "Type": "Pass", "Assign": { "asked": 0 }, "Next": "Ask" },
            "Ask": ask,
            "Often": { "Type": "Choice", "Choices": [{ "Condition": "{% $asked >= 3 %}", "Next": "Failed" }], "Default": "Remind" },
            "Remind": call("remind", "Ask"),
        }))
    };
    let charged = |attempts: u64| {
        let branches = json!([
            { "StartAt": "Charge", "States": { "Charge": inner("charge") } },
            { "StartAt": "Pack", "States": { "Pack": inner("pack") } },
        ]);
        let retry = json!([{ "ErrorEquals": ["States.TaskFailed"], "MaxAttempts": attempts },
            { "ErrorEquals": ["States.ALL"], "MaxAttempts": 0 }]);
        let both =
            json!({ "Type": "Parallel", "Branches": branches, "Retry": retry, "ResultPath": null, "Next": "Done" });
        machine(json!({ "Both": with(both, caught(&["States.ALL"], "Failed")) }))
    };
    let in_order = |first: (&str, &str), second: (&str, &str)| {
        let catch = |(error, next): (&str, &str)| json!({ "ErrorEquals": [error], "ResultPath": null, "Next": next });
        machine(json!({
            "Reserve": task("reserve", "Pay"),
            "Pay": with(task("pay", "Done"), json!({ "Catch": [catch(first), catch(second)] })),
            "Release": task("release", "Failed"),
        }))
    };
    let never = |attempts: u64| {
        let retry = json!({ "Retry": [{ "ErrorEquals": ["Busy"], "MaxAttempts": attempts }],
            "Catch": [{ "ErrorEquals": ["Declined", "Busy"], "ResultPath": null, "Next": "Failed" }] });
        let retry = if attempts == 0 {
            with(retry, caught(&["Declined"], "Failed"))
        } else {
            with(retry, caught(&["States.ALL"], "Failed"))
        };
        machine(json!({ "Pay": with(task("pay", "Done"), retry) }))
    };
    let named = |error: &str| {
        let stock = json!({ "StartAt": "Count", "States": {
            "Count": { "Type": "Choice", "Choices": [{ "Variable": "$.pieces", "NumericGreaterThan": 0, "Next": "Enough" }], "Default": "Empty" },
            "Enough": end(), "Empty": { "Type": "Fail", "Error": "OutOfStock" } } });
        let price = json!({ "StartAt": "Price", "States": { "Price": { "Type": "Pass", "End": true } } });
        let both = json!({ "Type": "Parallel", "Branches": [stock, price], "ResultPath": null, "Next": "Done" });
        machine(json!({ "Both": with(both, caught(&[error], "Failed")) }))
    };
    let swallowed = |catch: Value| {
        let check = with(inner("check"), catch);
        let branches = json!([
            { "StartAt": "Check", "States": { "Check": check, "Unchecked": end() } },
            { "StartAt": "Pack", "States": { "Pack": inner("pack") } },
        ]);
        let both = json!({ "Type": "Parallel", "Branches": branches, "ResultPath": null, "Next": "Ship" });
        let mut machine =
            machine(json!({ "Both": with(both, caught(&["States.ALL"], "Failed")), "Ship": task("ship", "Done") }));
        if machine["States"]["Both"]["Branches"][0]["States"]["Check"].get("Catch").is_none() {
            machine["States"]["Both"]["Branches"][0]["States"].as_object_mut().unwrap().remove("Unchecked");
        }
        machine
    };
    let refunded = |fails: &str| {
        machine(json!({
            "Charge": task("charge", "Ship"),
            "Ship": with(task("ship", "Done"), caught(&["States.ALL"], "Refund")),
            "Refund": task("refund", "Tell"),
            "Tell": with(task("tell", "Failed"), caught(&["States.ALL"], fails)),
        }))
    };
    let backwards = |first: (&str, &str), second: &str| {
        let cancel = |name: &str, next: &str| with(task(name, next), caught(&["States.ALL"], next));
        let car = first.0;
        machine(json!({
            "Flight": task("flight", "Hotel"),
            "Hotel": with(task("hotel", "Car"), caught(&["States.ALL"], "CancelFlight")),
            "Car": with(task("car", "Done"), caught(&["States.ALL"], car)),
            "CancelHotel": cancel("cancel-hotel", first.1),
            "CancelFlight": cancel("cancel-flight", second),
        }))
    };
    let parsed = |error: &str| {
        let pay = json!({ "TimeoutSeconds": 60, "Catch": [
            { "ErrorEquals": [error], "ResultPath": "$.error", "Next": "Read" },
            { "ErrorEquals": ["States.ALL"], "ResultPath": null, "Next": "Failed" } ] });
        let pay = if error == "States.ALL" {
            with(pay, json!({ "Catch": [{ "ErrorEquals": [error], "ResultPath": "$.error", "Next": "Read" }] }))
        } else {
            pay
        };
        machine(json!({
            "Pay": with(task("pay", "Done"), pay),
            "Read": { "Type": "Pass", "Parameters": { "reason.$": "States.StringToJson($.error.Cause)" }, "Next": "Failed" },
        }))
    };
    vec![
        planted(
            "a message without the task token",
            PROGRAM,
            queued(json!({ "MessageBody.$": "$.order" })),
            queued(json!({ "MessageBody": { "token.$": "$$.Task.Token" } })),
        ),
        planted(
            "a function is not given the task token",
            PROGRAM,
            invoked(json!({ "token": "{% $states.context.Execution.Id %}" })),
            invoked(json!({ "token": "{% $states.context.Task.Token %}" })),
        ),
        declared(
            "shipped because nobody answered",
            Property::before("Ask", "Ship"),
            approved("Ship"),
            approved("Failed"),
        ),
        planted("reminded forever", ENDS, reminded("{% $asked %}"), reminded("{% $asked + 1 %}")),
        declared("a parallel whose retrier has attempts", Property::at_most_once("Charge"), charged(1), charged(0)),
        declared(
            "a catcher for more comes before one for less",
            Property::after("Reserve", ["Done", "Release"]),
            in_order(("States.TaskFailed", "Failed"), ("Lost", "Release")),
            in_order(("Lost", "Release"), ("States.TaskFailed", "Release")),
        ),
        planted("a retrier without attempts, and no catcher for its error", UNCAUGHT, never(0), never(2)),
        declared(
            "a misspelt error of a Fail state",
            Property::ends_in(["Done", "Failed"]),
            named("OutOfStok"),
            named("OutOfStock"),
        ),
        declared(
            "a branch hides that its check failed",
            Property::before("Check", "Ship"),
            swallowed(json!({ "Catch": [{ "ErrorEquals": ["States.ALL"], "ResultPath": null, "Next": "Unchecked" }] })),
            swallowed(json!({})),
        ),
        declared("refunded twice", Property::at_most_once("Refund"), refunded("Refund"), refunded("Failed")),
        declared(
            "undone in the wrong order",
            Property::none_after("CancelHotel", "CancelFlight"),
            {
                let mut wrong = backwards(("CancelFlight", "Failed"), "CancelHotel");
                wrong["States"]["Hotel"]["Catch"][0]["Next"] = "Failed".into();
                wrong
            },
            backwards(("CancelHotel", "CancelFlight"), "Failed"),
        ),
        planted("the cause of an error is not always JSON", PROGRAM, parsed("States.ALL"), parsed("Declined")),
    ]
}
