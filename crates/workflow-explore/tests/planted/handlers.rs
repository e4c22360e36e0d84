//! Mistakes in retriers and catchers.

use serde_json::{Value, json};

use super::{PROGRAM, Planted, UNCAUGHT, call, caught, jsonata, machine, planted, task, with};

pub(super) fn all() -> Vec<Planted> {
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
            "States.TaskFailed does not catch a timeout",
            UNCAUGHT,
            alone(&["States.TaskFailed"], json!({ "TimeoutSeconds": 5 })),
            alone(&["States.TaskFailed", "States.Timeout"], json!({ "TimeoutSeconds": 5 })),
        ),
        planted(
            "a missed heartbeat is caught, a timeout is not",
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
