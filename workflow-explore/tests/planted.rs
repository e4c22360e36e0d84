//! Workflows with a mistake in them, each with its corrected twin: every mistake is found, no twin is reported.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use serde_json::{Value, json};
use workflow_explore::{Explorer, Property, Verdict};
use workflow_local::Engine;

const UNCAUGHT: &str = "no error is left uncaught";
const ENDS: &str = "every execution ends";
const PROGRAM: &str = "no fault of the program";
const QUOTAS: &str = "history, payload and variables stay within quotas";
const IDEMPOTENCE: &str = "what is called again has its idempotency token";

/// `more` over `base`.
fn with(mut base: Value, more: Value) -> Value {
    for (name, value) in more.as_object().unwrap() {
        base[name] = value.clone();
    }
    base
}

/// Returns a task that gives its input on, and goes to `Failed` when it fails.
fn task(function: &str, next: &str) -> Value {
    json!({
        "Type": "Task", "Resource": format!("arn:aws:lambda:us-east-1:123456789012:function:{function}"),
        "ResultPath": null, "Next": next,
        "Catch": [{ "ErrorEquals": ["States.ALL"], "ResultPath": null, "Next": "Failed" }],
    })
}

/// One error by name goes one way, all others another.
fn sorted(name: &str, to: &str, rest: &str) -> Value {
    json!({ "Catch": [
        { "ErrorEquals": [name], "ResultPath": null, "Next": to },
        { "ErrorEquals": ["States.ALL"], "ResultPath": null, "Next": rest },
    ] })
}

fn caught(names: &[&str], next: &str) -> Value {
    json!({ "Catch": [{ "ErrorEquals": names, "ResultPath": null, "Next": next }] })
}

/// Returns the machine of these states, with `Done` and `Failed`.
fn machine(states: Value) -> Value {
    let ends = json!({ "Done": { "Type": "Succeed" }, "Failed": { "Type": "Fail", "Error": "ItFailed" } });
    let start = states.as_object().unwrap().keys().next().unwrap().clone();
    json!({ "StartAt": start, "States": with(states, ends) })
}

fn jsonata(states: Value) -> Value {
    with(machine(states), json!({ "QueryLanguage": "JSONata" }))
}

/// Returns a task in JSONata.
fn call(function: &str, next: &str) -> Value {
    json!({
        "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
        "Arguments": { "FunctionName": function, "Payload": "{% $states.input %}" },
        "Output": "{% $states.input %}", "Next": next,
        "Catch": [{ "ErrorEquals": ["States.ALL"], "Output": "{% $states.input %}", "Next": "Failed" }],
    })
}

fn token(fields: Value) -> Value {
    let task = json!({
        "Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "Parameters": { "QueueUrl": "https://sqs.us-east-1.amazonaws.com/123456789012/q", "MessageBody.$": "$$.Task.Token" },
        "Next": "Done",
    });
    with(with(task, caught(&["States.ALL"], "Failed")), fields)
}

/// Without `Done`, `Failed` and the like where no way leads there, which a definition may not have.
fn pruned(mut machine: Value) -> Value {
    let start = machine["StartAt"].clone();
    loop {
        let states = machine["States"].as_object().unwrap();
        let text = states.values().map(Value::to_string).collect::<String>();
        let is_unused = |name: &&String| start != name.as_str() && !text.contains(&format!("\"{name}\""));
        let Some(unused) = states.keys().find(is_unused).cloned() else { return machine };
        machine["States"].as_object_mut().unwrap().shift_remove(&unused);
    }
}

struct Planted {
    name: &'static str,
    wrong: Value,
    right: Value,
    properties: Vec<Property>,
    broken: String,
}

fn planted(name: &'static str, broken: &str, wrong: Value, right: Value) -> Planted {
    Planted { name, wrong, right, properties: Vec::new(), broken: broken.to_owned() }
}

fn declared(name: &'static str, property: Property, wrong: Value, right: Value) -> Planted {
    Planted { name, wrong, right, broken: property.to_string(), properties: vec![property] }
}

fn handlers() -> Vec<Planted> {
    let alone = |catch: &[&str], more: Value| {
        machine(json!({ "Pay": with(with(task("pay", "Done"), caught(catch, "Failed")), more) }))
    };
    let without = |mut task: Value| {
        task.as_object_mut().unwrap().remove("Catch");
        task
    };
    let branches = |catch: &[&str]| {
        let branch = |name: &str| {
            let mut inner = without(task(name, ""));
            inner.as_object_mut().unwrap().remove("Next");
            json!({ "StartAt": name, "States": { name: with(inner, json!({ "End": true })) } })
        };
        let both = json!({ "Type": "Parallel", "Branches": [branch("A"), branch("B")], "Next": "Done" });
        machine(json!({ "Both": with(both, caught(catch, "Failed")) }))
    };
    let map = |catch: Value| {
        let mut inner = without(task("each", ""));
        inner.as_object_mut().unwrap().remove("Next");
        let processor = json!({ "StartAt": "Each", "States": { "Each": with(inner, json!({ "End": true })) } });
        let map = json!({ "Type": "Map", "ItemsPath": "$.items", "ItemProcessor": processor, "Next": "Done" });
        machine(json!({ "All": with(map, catch) }))
    };
    let lost = |result_path: Value| {
        let mut pay = task("pay", "Done");
        pay["Catch"][0]["Next"] = "Tell".into();
        pay["Catch"][0]["ResultPath"] = result_path;
        let tell = with(task("tell", "Failed"), json!({ "Parameters": { "order.$": "$.order" } }));
        machine(json!({ "Pay": pay, "Tell": tell }))
    };
    let unassigned = |receipt: Value| {
        let mut ship = call("ship", "Done");
        ship["Catch"][0]["Next"] = "Refund".into();
        let mut pay = with(call("pay", "Ship"), json!({ "Assign": { "receipt": "{% $states.result.Payload.id %}" } }));
        pay["Catch"][0]["Next"] = "Refund".into();
        pay["Catch"][0]["Assign"] = receipt;
        let refund = with(
            call("refund", "Failed"),
            json!({ "Arguments": { "FunctionName": "refund", "Payload": { "receipt": "{% $receipt %}" } } }),
        );
        jsonata(json!({ "Pay": pay, "Ship": ship, "Refund": refund }))
    };
    let retried = |attempts: u64, catch: &[&str]| {
        let retry = json!({ "Retry": [{ "ErrorEquals": ["Busy"], "MaxAttempts": attempts }] });
        alone(catch, retry)
    };
    vec![
        planted(
            "no catcher",
            UNCAUGHT,
            machine(json!({ "Pay": without(task("pay", "Done")) })),
            alone(&["States.ALL"], json!({})),
        ),
        planted(
            "only a named error is caught",
            UNCAUGHT,
            alone(&["Declined"], json!({})),
            alone(&["States.ALL"], json!({})),
        ),
        planted(
            "States.TaskFailed does not catch a time-out",
            UNCAUGHT,
            alone(&["States.TaskFailed"], json!({ "TimeoutSeconds": 5 })),
            alone(&["States.TaskFailed", "States.Timeout"], json!({ "TimeoutSeconds": 5 })),
        ),
        planted(
            "a missed heartbeat is caught, a time-out is not",
            UNCAUGHT,
            alone(
                &["States.TaskFailed", "States.HeartbeatTimeout"],
                json!({ "TimeoutSeconds": 50, "HeartbeatSeconds": 5 }),
            ),
            alone(&["States.TaskFailed", "States.Timeout"], json!({ "TimeoutSeconds": 50, "HeartbeatSeconds": 5 })),
        ),
        planted(
            "a branch fails with what the parallel does not catch",
            UNCAUGHT,
            branches(&["A.Failed"]),
            branches(&["States.ALL"]),
        ),
        planted("an item fails", UNCAUGHT, map(json!({})), map(caught(&["States.ALL"], "Failed"))),
        planted("a retrier is used up", UNCAUGHT, retried(2, &["Declined"]), retried(2, &["States.ALL"])),
        planted("a catcher drops the input", PROGRAM, lost(json!("$")), lost(json!("$.error"))),
        planted(
            "a handler needs what only success assigns",
            PROGRAM,
            unassigned(json!({ "other": 1 })),
            unassigned(json!({ "receipt": "none" })),
        ),
    ]
}

fn compensation() -> Vec<Planted> {
    let saga = |refund_fails: &str| {
        machine(json!({
            "Reserve": task("reserve", "Charge"),
            "Charge": with(task("charge", "Ship"), caught(&["States.ALL"], "Release")),
            "Ship": with(task("ship", "Done"), caught(&["States.ALL"], "Refund")),
            "Refund": with(task("refund", "Release"), caught(&["States.ALL"], refund_fails)),
            "Release": task("release", "Failed"),
        }))
    };
    let again = |after_refund: &str| {
        machine(json!({
            "Charge": task("charge", "Ship"),
            "Ship": with(task("ship", "Done"), caught(&["States.ALL"], "Refund")),
            "Refund": task("refund", after_refund),
        }))
    };
    let notified = |catch: &str| {
        machine(json!({
            "Ship": with(task("ship", "Notify"), caught(&["States.ALL"], "Cancel")),
            "Notify": with(task("notify", "Done"), caught(&["States.ALL"], catch)),
            "Cancel": task("cancel", "Failed"),
        }))
    };
    let branched = |catch: &str| {
        let branch = |name: &str| {
            let mut inner = task(name, "");
            for field in ["Next", "Catch"] {
                inner.as_object_mut().unwrap().remove(field);
            }
            json!({ "StartAt": name, "States": { name: with(inner, json!({ "End": true })) } })
        };
        let both = json!({ "Type": "Parallel", "Branches": [branch("Check"), branch("Reserve")], "ResultPath": null, "Next": "Done" });
        machine(json!({ "Both": with(both, sorted("Lost", "Release", catch)), "Release": task("release", "Failed") }))
    };
    let two = |skips: &str| {
        machine(json!({
            "Flight": task("flight", "Hotel"),
            "Hotel": with(task("hotel", "Car"), caught(&["States.ALL"], "NoFlight")),
            "Car": with(task("car", "Done"), caught(&["States.ALL"], "NoHotel")),
            "NoHotel": with(task("no-hotel", "NoFlight"), caught(&["States.ALL"], skips)),
            "NoFlight": task("no-flight", "Failed"),
        }))
    };
    let express = |next: &str| {
        machine(json!({
            "Express": { "Type": "Choice", "Choices": [{ "Variable": "$.express", "BooleanEquals": true, "Next": next }], "Default": "Charge" },
            "Charge": task("charge", "Ship"),
            "Ship": task("ship", "Done"),
        }))
    };
    let twice = |next: &str| {
        let mut charge = task("charge", next);
        charge["Catch"][0]["Next"] = "ChargeOther".into();
        machine(json!({ "Charge": charge, "ChargeOther": task("charge-other", "Done"), "Ship": task("ship", "Done") }))
    };
    let each = |catch: &str| {
        let inner = with(
            task("reserve", "Pay"),
            json!({ "Catch": [{ "ErrorEquals": ["States.ALL"], "ResultPath": null, "Next": "Given" }] }),
        );
        let pay = with(task("pay", "Kept"), sorted("Declined", "Free", catch));
        let free = with(
            task("free", "Given"),
            json!({ "Catch": [{ "ErrorEquals": ["States.ALL"], "ResultPath": null, "Next": "Given" }] }),
        );
        let processor = json!({ "StartAt": "Reserve", "States": {
            "Reserve": inner, "Pay": pay, "Free": free,
            "Kept": { "Type": "Pass", "End": true }, "Given": { "Type": "Pass", "End": true },
        } });
        machine(
            json!({ "All": { "Type": "Map", "ItemsPath": "$.items", "ItemProcessor": processor, "ResultPath": null, "Next": "Done" } }),
        )
    };
    vec![
        declared(
            "a failed refund leaves the reservation held",
            Property::after("Reserve", ["Done", "Release"]),
            saga("Failed"),
            saga("Release"),
        ),
        declared(
            "a charge after its refund",
            Property::none_after("Charge", "Refund"),
            again("Charge"),
            again("Failed"),
        ),
        declared("shipped and cancelled", Property::never_both("Ship", "Cancel"), notified("Cancel"), notified("Done")),
        declared(
            "a branch has reserved when the other fails",
            Property::after("Reserve", ["Done", "Release"]),
            branched("Failed"),
            branched("Release"),
        ),
        declared(
            "the second compensation is skipped",
            Property::after("Flight", ["Done", "NoFlight"]),
            two("Failed"),
            two("NoFlight"),
        ),
        declared(
            "shipped before it is charged",
            Property::before("Charge", "Ship"),
            express("Ship"),
            express("Charge"),
        ),
        declared("charged twice", Property::never_both("Charge", "ChargeOther"), twice("ChargeOther"), twice("Ship")),
        declared(
            "an item keeps what it reserved",
            Property::after("Reserve", ["Kept", "Free"]),
            each("Given"),
            each("Free"),
        ),
        declared(
            "a failure that looks like success",
            Property::ends_in(["Done", "Failed"]),
            machine(json!({
                "Pay": with(task("pay", "Done"), sorted("Declined", "Failed", "Other")), "Other": { "Type": "Succeed" },
            })),
            machine(json!({ "Pay": with(task("pay", "Done"), caught(&["States.ALL"], "Failed")) })),
        ),
    ]
}

fn loops() -> Vec<Planted> {
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
    vec![
        planted("a failure is tried again for ever", ENDS, endless("Rest"), endless("Failed")),
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

fn times() -> Vec<Planted> {
    let activity = |more: Value| {
        let task =
            with(task("x", "Done"), json!({ "Resource": "arn:aws:states:us-east-1:123456789012:activity:approve" }));
        machine(json!({ "Approve": with(task, more) }))
    };
    let run = |token: Value| {
        let parameters = with(json!({ "Cluster": "c", "TaskDefinition": "t" }), token);
        machine(json!({ "Run": with(
            json!({ "Type": "Task", "Resource": "arn:aws:states:::ecs:runTask.sync", "Parameters": parameters, "TimeoutSeconds": 60,
                "Retry": [{ "ErrorEquals": ["States.Timeout"], "MaxAttempts": 2 }], "Next": "Done" }),
            caught(&["States.ALL"], "Failed"),
        ) }))
    };
    let limited = |seconds: u64| {
        let ship =
            with(with(task("ship", "Done"), caught(&["States.ALL"], "Release")), json!({ "TimeoutSeconds": 900 }));
        let states = json!({ "Reserve": task("reserve", "Ship"), "Ship": ship, "Release": task("release", "Failed") });
        with(machine(states), json!({ "TimeoutSeconds": seconds }))
    };
    let waits = |seconds: u64| {
        let states = json!({
            "Reserve": task("reserve", "Rest"),
            "Rest": { "Type": "Wait", "Seconds": seconds, "Next": "Release" },
            "Release": task("release", "Done"),
        });
        with(machine(states), json!({ "TimeoutSeconds": 600 }))
    };
    vec![
        planted(
            "a callback that never comes",
            ENDS,
            machine(json!({ "Ask": token(json!({})) })),
            machine(json!({ "Ask": token(json!({ "TimeoutSeconds": 600 })) })),
        ),
        planted("an activity that nobody does", ENDS, activity(json!({})), activity(json!({ "TimeoutSeconds": 600 }))),
        planted(
            "a callback beats no heart",
            ENDS,
            machine(json!({ "Ask": token(json!({})) })),
            machine(json!({ "Ask": token(json!({ "HeartbeatSeconds": 60 })) })),
        ),
        planted(
            "a call after a time-out without a token",
            IDEMPOTENCE,
            run(json!({})),
            run(json!({ "ClientToken.$": "$$.Execution.Name" })),
        ),
        planted(
            "each call has a token of its own",
            IDEMPOTENCE,
            run(json!({ "ClientToken.$": "States.UUID()" })),
            run(json!({ "ClientToken.$": "$$.Execution.Id" })),
        ),
        declared(
            "the execution times out before its task",
            Property::after("Reserve", ["Done", "Release"]),
            limited(600),
            limited(3600),
        ),
        declared("the execution times out in a wait", Property::after("Reserve", ["Release"]), waits(900), waits(60)),
    ]
}

fn data() -> Vec<Planted> {
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
            "Use": with(task("use", "Done"), json!({ "Parameters": { "first.$": "$.made[0]" } })),
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
    ]
}

#[test]
fn every_mistake_is_found_and_no_twin_is_reported() {
    let all: Vec<_> = [handlers(), compensation(), loops(), times(), data()].into_iter().flatten().collect();
    assert!(all.len() >= 30, "{}", all.len());
    let mut wrong = Vec::new();
    for planted in all {
        let explore = |definition: &Value| {
            let engine = {
                let definition = pruned(definition.clone());
                Engine::new(&definition).unwrap_or_else(|error| panic!("{}: {error}", planted.name))
            };
            let explorer = planted.properties.iter().cloned().fold(Explorer::new(&engine).unwrap(), Explorer::property);
            explorer.explore().unwrap()
        };
        let report = explore(&planted.wrong);
        if !report.findings().iter().any(|finding| finding.property == planted.broken) {
            wrong.push(format!("{}: not found\n{report}", planted.name));
        }
        for finding in report.findings() {
            if report.replay(finding).is_none() {
                wrong.push(format!("{}: does not replay\n{report}", planted.name));
            }
        }
        let report = explore(&planted.right);
        if report.verdict() != Verdict::Holds {
            wrong.push(format!("{}: the twin is reported\n{report}", planted.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
