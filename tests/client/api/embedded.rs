//! Tests workflows embedded in a service.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};
use workflow_local::{MachineType, Status};
use workflow_server::{Builder, Server};

use super::one;

#[tokio::test]
async fn executions_go_on_in_the_next_process() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("embedded");
    let _ = std::fs::remove_dir_all(&folder);
    let calls = Arc::new(AtomicUsize::new(0));
    let builder = || -> Builder {
        let calls = Arc::clone(&calls);
        let function = move |input: Value| {
            calls.fetch_add(1, Ordering::SeqCst);
            Ok(input)
        };
        Server::builder().on_lambda("f", function).data(&folder)
    };
    let definition = json!({"StartAt": "Call", "States": {
        "Call": {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:f", "Next": "Wait"},
        "Wait": {"Type": "Wait", "Seconds": 1, "End": true},
    }})
    .to_string();
    let workflows = builder().embed().await.unwrap();
    let machine = workflows.put_state_machine("M", MachineType::Standard, &definition).unwrap();
    let execution = workflows.start(&machine, "once", &json!({"n": 1})).await.unwrap();
    assert_eq!(workflows.start(&machine, "once", &json!({"n": 1})).await.unwrap(), execution);
    let described = json!({"executionArn": execution});
    for _ in 0..1000 {
        if calls.load(Ordering::SeqCst) == 1 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(2)).await;
    }
    assert_eq!(workflows.call("DescribeExecution", &described).await.unwrap()["status"], "RUNNING");
    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    workflows.shutdown().await;

    let workflows = builder().embed().await.unwrap();
    assert_eq!(workflows.diverged(), [] as [&str; 0]);
    // The same state machine again is not a new revision.
    assert_eq!(workflows.put_state_machine("M", MachineType::Standard, &definition).unwrap(), machine);
    let ended = workflows.ended(&execution).await.unwrap();
    assert_eq!((ended.status, ended.output::<Value>().unwrap()), (Status::Succeeded, json!({"n": 1})));
    assert_eq!(calls.load(Ordering::SeqCst), 1);
    let failing = one(json!({"Type": "Fail", "Error": "E", "Cause": "c"})).to_string();
    let failing = workflows.put_state_machine("Failing", MachineType::Standard, &failing).unwrap();
    let ended = workflows.ended(&workflows.start(&failing, "f", &()).await.unwrap()).await.unwrap();
    assert_eq!((ended.status, ended.error.as_deref(), ended.cause.as_deref()), (Status::Failed, Some("E"), Some("c")));
    assert!(ended.output::<Value>().unwrap_err().to_string().contains("FAILED: E: c"));
    let refused = workflows.start(&format!("{machine}x"), "n", &()).await.unwrap_err();
    assert_eq!(refused.code(), "StateMachineDoesNotExist");
    assert_eq!(workflows.ended("arn:nobody").await.unwrap_err().code(), "ExecutionDoesNotExist");
    assert_eq!(workflows.call("Nothing", &json!({})).await.unwrap_err().code(), "UnknownOperationException");
    workflows.shutdown().await;
}
