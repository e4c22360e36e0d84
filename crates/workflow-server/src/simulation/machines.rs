//! The state machines of the simulation.

use serde_json::{Value, json};

pub(super) const ACTIVITY: &str = "arn:aws:states:us-east-1:123456789012:activity:work";
pub(super) const KINDS: u64 = 6;

/// Returns a task whose identity is unique among all calls, except those that a crash repeats. It tells what its input
/// was, so that the end of earlier tasks is known.
fn task(index: &str) -> Value {
    let id = format!(
        "States.Format('{{}} {{}} {{}} {{}} {{}}', $$.Execution.Id, $$.State.Name, $$.Execution.RedriveCount, \
         $$.State.RetryCount, {index})"
    );
    json!({
        "Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:f",
        "Parameters": {"id.$": id, "after.$": "$"},
        "Retry": [{"ErrorEquals": ["Flaky"], "IntervalSeconds": 1, "MaxAttempts": 2, "BackoffRate": 1.0}],
        "End": true,
    })
}

fn with(mut state: Value, members: Value) -> Value {
    let members = members.as_object().unwrap().clone();
    state.as_object_mut().unwrap().extend(members);
    state
}

fn then(state: Value, next: &str) -> Value {
    let mut state = with(state, json!({"Next": next}));
    state.as_object_mut().unwrap().remove("End");
    state
}

/// Returns the definition of a state machine of this kind.
pub(super) fn definition(kind: u64) -> Value {
    let one = || task("0");
    let wait = |seconds: u64, next: &str| json!({"Type": "Wait", "Seconds": seconds, "Next": next});
    let inside =
        |index: &str, config: Value| json!({"ProcessorConfig": config, "StartAt": "T", "States": {"T": task(index)}});
    let states = match kind {
        0 => json!({"A": then(one(), "B"), "B": then(one(), "C"), "C": one()}),
        1 => json!({
            "A": {"Type": "Pass", "Next": "B"}, "B": wait(4, "C"), "C": then(one(), "D"), "D": wait(7200, "E"), "E": one()
        }),
        2 => {
            let retry = json!({"ErrorEquals": ["States.Timeout"], "IntervalSeconds": 1, "MaxAttempts": 50});
            let worked = json!({"Resource": ACTIVITY, "TimeoutSeconds": 600, "Retry": [retry]});
            json!({"A": then(with(one(), worked), "B"), "B": one()})
        }
        3 => {
            let mut payload = one()["Parameters"].clone();
            payload["token.$"] = json!("$$.Task.Token");
            let called = json!({
                "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
                "Parameters": {"FunctionName": "f", "Payload": payload},
            });
            json!({"A": then(with(one(), called), "B"), "B": one()})
        }
        4 => {
            let branches = json!([
                {"StartAt": "P", "States": {"P": one()}},
                {"StartAt": "Q", "States": {"Q": then(one(), "R"), "R": wait(2, "S"), "S": one()}},
            ]);
            json!({
                "A": {"Type": "Parallel", "Branches": branches, "Next": "B"},
                "B": {"Type": "Map", "ItemProcessor": inside("$$.Map.Item.Index", json!({"Mode": "INLINE"})), "End": true},
            })
        }
        _ => json!({"A": {
            "Type": "Map", "Label": "Each", "ToleratedFailurePercentage": 50, "MaxConcurrency": 2, "End": true,
            "ItemProcessor": inside("0", json!({"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"})),
            "ItemReader": {
                "Resource": "arn:aws:states:::s3:getObject", "ReaderConfig": {"InputType": "JSON"},
                "Parameters": {"Bucket": "b", "Key": "k"},
            },
        }}),
    };
    json!({"StartAt": "A", "States": states})
}
