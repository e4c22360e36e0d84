//! Mistakes with time.

use serde_json::{Value, json};
use workflow_explore::Property;

use super::{ENDS, IDEMPOTENCE, Planted, UNCAUGHT, caught, declared, machine, planted, task, token, with};

pub(super) fn all() -> Vec<Planted> {
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
    let file_system = |token: &str| {
        let create = json!({
            "Type": "Task", "Resource": "arn:aws:states:::aws-sdk:efs:createFileSystem", "TimeoutSeconds": 60,
            "Parameters": { "CreationToken.$": token }, "ResultPath": null, "Next": "Done",
            "Retry": [{ "ErrorEquals": ["States.Timeout"], "MaxAttempts": 1 }] });
        machine(json!({ "Create": with(create, caught(&["States.ALL"], "Failed")) }))
    };
    let looping = |limit: Value| {
        let states = json!({
            "Pay": with(task("pay", "Done"), caught(&["States.ALL"], "Rest")),
            "Rest": { "Type": "Wait", "Seconds": 60, "Next": "Pay" },
        });
        with(machine(states), limit)
    };
    vec![
        planted(
            "a callback that never comes",
            ENDS,
            machine(json!({ "Ask": token(json!({})) })),
            machine(json!({ "Ask": token(json!({ "TimeoutSeconds": 600 })) })),
        ),
        planted("an activity without a worker", ENDS, activity(json!({})), activity(json!({ "TimeoutSeconds": 600 }))),
        planted(
            "a callback beats no heart",
            ENDS,
            machine(json!({ "Ask": token(json!({})) })),
            machine(json!({ "Ask": token(json!({ "HeartbeatSeconds": 60 })) })),
        ),
        planted(
            "a call after a timeout without a token",
            IDEMPOTENCE,
            run(json!({})),
            run(json!({ "ClientToken.$": "$$.Execution.Name" })),
        ),
        planted(
            "a call after a timeout with a token that only the model marks",
            IDEMPOTENCE,
            file_system("States.UUID()"),
            file_system("$$.Execution.Name"),
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
        planted("a wait is longer than the execution may take", UNCAUGHT, waits(900), waits(60)),
        planted(
            "only a time limit ends a loop that tries again",
            ENDS,
            looping(json!({})),
            looping(json!({ "TimeoutSeconds": 900 })),
        ),
        declared("the execution times out in a wait", Property::after("Reserve", ["Release"]), waits(900), waits(60)),
    ]
}
