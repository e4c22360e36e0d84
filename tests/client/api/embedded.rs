//! Tests workflows embedded in a service.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::{Value, json};
use workflow_runtime::runner::{ExecutionStatus, Runner, RunnerError};
use workflow_runtime::workflow;
use workflow_server::{Builder, Embedded, Server, StateMachine, TaskError};

workflow! {
    /// Charges an order, and waits.
    workflow Order {
        input { #[validate(range(min = 1))] number: u64 }
        returns { receipt: String }
        task Charge = lambda::invoke<String> { FunctionName: "charge", Payload: input } -> Rest;
        wait Rest for 1s -> Told;
        pass Told { receipt: Charge.Payload } -> end;
    }
}

workflow! {
    /// Charges an order at once.
    workflow Quick {
        type express;
        params { function: String }
        input { number: u64 }
        returns { receipt: String }
        task Charge = lambda::invoke<String> { FunctionName: params.function, Payload: input }
            output { receipt: result.Payload }
            -> end;
    }
}

/// Counts the calls of `charge`.
fn builder(calls: &Arc<AtomicUsize>) -> Builder {
    let calls = Arc::clone(calls);
    Server::builder().on_lambda("charge", move |OrderInput { number }: OrderInput| {
        calls.fetch_add(1, Ordering::SeqCst);
        match number {
            13 => Err(TaskError::new("Unlucky").with_cause("it is 13")),
            number => Ok(format!("charged {number}")),
        }
    })
}

fn input(number: u64) -> OrderInput {
    OrderInput { number }
}

#[tokio::test]
async fn executions_go_on_in_the_next_process() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("embedded");
    let _ = std::fs::remove_dir_all(&folder);
    let calls = Arc::new(AtomicUsize::new(0));
    let open = async || -> (Embedded, StateMachine<Order>) {
        let workflows = builder(&calls).data(&folder).embed().await.unwrap();
        let orders = workflows.put::<Order>().unwrap();
        (workflows, orders)
    };
    let (workflows, orders) = open().await;
    orders.start_named("once", &input(1)).await.unwrap();
    orders.start_named("once", &input(1)).await.unwrap();
    for _ in 0..1000 {
        if calls.load(Ordering::SeqCst) == 1 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    assert_eq!(orders.status("once").await.unwrap(), ExecutionStatus::Running);
    tokio::time::sleep(Duration::from_millis(50)).await;
    // What waits is told that the service stops.
    let (waiting, ()) = tokio::join!(orders.wait("once"), workflows.shutdown());
    for stopped in [
        waiting.map(drop),
        orders.start(&input(2)).await.map(drop),
        orders.status("once").await.map(drop),
        orders.stop("once", None, None).await,
    ] {
        assert_eq!(stopped.unwrap_err().to_string(), "ServiceUnavailable: the service is shutting down");
    }

    let (workflows, same) = open().await;
    assert_eq!(workflows.diverged(), [] as [&str; 0]);
    assert_eq!(same.arn(), orders.arn());
    assert_eq!(same.wait("once").await.unwrap(), OrderOutput { receipt: "charged 1".to_owned() });
    assert_eq!(calls.load(Ordering::SeqCst), 1);
    // The same state machine again is not a new revision.
    let described = json!({"executionArn": same.arn().as_str().replace(":stateMachine:", ":execution:") + ":once"});
    let before = workflows.call("DescribeStateMachineForExecution", &described).await.unwrap();
    let now = workflows.call("DescribeStateMachine", &json!({"stateMachineArn": same.arn()})).await.unwrap();
    assert_eq!(before["revisionId"], now["revisionId"]);
    assert_eq!(workflows.call("Nothing", &json!({})).await.unwrap_err().code(), "UnknownOperationException");
    workflows.shutdown().await;
}

#[tokio::test]
async fn inputs_and_results_have_the_types_of_the_workflow() {
    let workflows = builder(&Arc::default()).embed().await.unwrap();
    let orders = workflows.put::<Order>().unwrap();
    let name = orders.start(&input(7)).await.unwrap();
    assert!(workflows.run_until_idle(Duration::from_secs(3600)).await);
    let receipt = "charged 7".to_owned();
    assert_eq!(orders.status(&name).await.unwrap(), ExecutionStatus::Succeeded(OrderOutput { receipt }));
    let states: Vec<_> = orders.history(&name).await.unwrap().iter().filter_map(|event| event.state()).collect();
    assert_eq!((states.len(), states[0]), (6, OrderState::Charge));

    orders.start_named("unlucky", &input(13)).await.unwrap();
    let Err(RunnerError::Failed(failure)) = orders.wait("unlucky").await else { panic!("it succeeds") };
    assert_eq!((failure.error.as_deref(), failure.cause.as_deref()), (Some("Unlucky"), Some("it is 13")));
    let taken = orders.start_named("unlucky", &input(7)).await.unwrap_err();
    assert!(matches!(taken, RunnerError::NameTaken { name } if name == "unlucky"));
    assert!(matches!(orders.wait("nobody").await, Err(RunnerError::UnknownExecution { name }) if name == "nobody"));
    assert!(matches!(orders.stop("nobody", None, None).await, Err(RunnerError::UnknownExecution { .. })));
    let refused = orders.start(&input(0)).await.unwrap_err();
    assert_eq!(refused.to_string(), "`input.number` must be an integer from 1 to 18446744073709551615");

    orders.start_named("stopped", &input(8)).await.unwrap();
    orders.stop("stopped", Some("Enough"), None).await.unwrap();
    assert!(matches!(orders.wait("stopped").await, Err(RunnerError::Aborted(_))));
    // An ARN from elsewhere is of no use here.
    let list = json!({"stateMachineArn": "arn:nobody"});
    assert_eq!(workflows.call("ListExecutions", &list).await.unwrap_err().code(), "InvalidArn");
}

#[tokio::test]
async fn express_workflows_are_run_for_their_output() {
    let calls = Arc::default();
    let workflows = builder(&calls).embed().await.unwrap();
    let quick = workflows.put_with::<Quick>(&QuickParams { function: "charge".to_owned() }).unwrap();
    assert_eq!(quick.run(&QuickInput { number: 7 }).await.unwrap(), QuickOutput { receipt: "charged 7".to_owned() });
    let error = quick.run(&QuickInput { number: 13 }).await.unwrap_err();
    assert!(matches!(error, RunnerError::Failed(failure) if failure.error.as_deref() == Some("Unlucky")));
    let execution = quick.start(&QuickInput { number: 8 }).await.unwrap();
    assert!(execution.as_str().contains(":express:Quick:"), "{execution}");
    assert!(workflows.run_until_idle(Duration::ZERO).await);
    assert_eq!(calls.load(Ordering::SeqCst), 3);

    // A future does not borrow its input, and ends with the service.
    let run = tokio::spawn(quick.run(&QuickInput { number: 9 }));
    run.await.unwrap().unwrap();
    drop(workflows);
    let stopped = quick.run(&QuickInput { number: 10 }).await.unwrap_err();
    assert_eq!(stopped.to_string(), "ServiceUnavailable: the service is shutting down");
}

#[tokio::test]
async fn another_definition_of_the_same_name_is_an_update() {
    let workflows = builder(&Arc::default()).embed().await.unwrap();
    let quick = workflows.put_with::<Quick>(&QuickParams { function: "charge".to_owned() }).unwrap();
    let described = json!({"stateMachineArn": quick.arn()});
    let before = workflows.call("DescribeStateMachine", &described).await.unwrap();
    let other = workflows.put_with::<Quick>(&QuickParams { function: "other".to_owned() }).unwrap();
    assert_eq!(other.arn(), quick.arn());
    let after = workflows.call("DescribeStateMachine", &described).await.unwrap();
    assert_ne!(before["revisionId"], after["revisionId"]);
    let definition: Value = serde_json::from_str(after["definition"].as_str().unwrap()).unwrap();
    assert_eq!(definition["States"]["Charge"]["Arguments"]["FunctionName"], "other");
}
