//! Scenarios that the client must support with every server of the API.

use std::time::Duration;

use workflow_runtime::aws_sdk_sfn;
use workflow_runtime::client::Status;
use workflow_runtime::client::{Backoff, Change, Client, Error};

use crate::client::workflows::{Greet, GreetInput, GreetOutput, GreetParams, GreetState, Sleep, role};

pub(crate) const QUICK: Backoff =
    Backoff { first: Duration::from_millis(20), factor: 1.5, longest: Duration::from_millis(500) };

/// Deploys three times, starts, waits, reads the history, deletes.
pub(crate) async fn deploys_runs_and_deletes(sfn: aws_sdk_sfn::Client) {
    let client = Client::<Greet>::new(sfn);
    let params = |formula: &str| GreetParams { formula: formula.to_owned() };
    let deployed = client.deploy_with(&role(), &params("Dear")).await.unwrap();
    assert_eq!(deployed.change, Change::Created);
    let machine = deployed.machine;

    let again = client.deploy_with(&role(), &params("Dear")).await.unwrap();
    assert_eq!((again.change, again.machine.arn()), (Change::Unchanged, machine.arn()));

    let changed = client.deploy_with(&role(), &params("Most honoured \"friend\"")).await.unwrap();
    assert_eq!((changed.change, changed.machine.arn()), (Change::Updated, machine.arn()));
    assert!(machine.describe().await.unwrap().definition().contains("honoured"));

    let other_role = "arn:aws:iam::123456789012:role/others".into();
    let changed = client.deploy_with(&other_role, &params("Most honoured \"friend\"")).await.unwrap();
    assert_eq!(changed.change, Change::Updated);
    assert_eq!(machine.describe().await.unwrap().role_arn(), other_role.as_str());

    let named = client.attach_by_name("Greet").await.unwrap();
    assert_eq!(named.arn(), machine.arn());
    assert!(matches!(client.attach_by_name("Gree").await, Err(Error::NoSuchMachine { name }) if name == "Gree"));

    let input = GreetInput { name: "Ada".into(), formal: true };
    let execution = client.attach(machine.arn().clone()).start_named("first", &input).await.unwrap();
    let output = execution.wait_with(QUICK).await.unwrap();
    assert_eq!(output, GreetOutput { name: "Ada".into(), words: "Most honoured \"friend\"".into() });

    let description = client.execution(execution.arn().clone()).describe().await.unwrap();
    assert_eq!(description.status(), Status::Succeeded);
    assert_eq!(description.input().unwrap(), input);
    assert_eq!(description.output().unwrap().as_ref(), Some(&output));

    let events = execution.history().collect().await.unwrap();
    assert_eq!(events.first().unwrap().kind(), "ExecutionStarted");
    assert_eq!(events.last().unwrap().kind(), "ExecutionSucceeded");
    let entered = |kind: &str| kind.ends_with("StateEntered");
    let path: Vec<_> = events.iter().filter(|event| entered(event.kind())).filter_map(|event| event.state()).collect();
    assert_eq!(path, [GreetState::HowFormal, GreetState::Formal, GreetState::Done]);
    let left = events.iter().find(|event| event.kind() == "PassStateExited").unwrap();
    assert_eq!(left.output_as::<GreetOutput>().unwrap().as_ref(), Some(&output));

    machine.delete().await.unwrap();
    assert!(client.attach_by_name("Greet").await.is_err());
}

/// Stops an execution that sleeps.
pub(crate) async fn stops(sfn: aws_sdk_sfn::Client) {
    let client = Client::<Sleep>::new(sfn);
    let machine = client.deploy(&role()).await.unwrap().machine;
    let execution = machine.start_named("nap", &serde_json::json!({})).await.unwrap();
    assert_eq!(execution.describe().await.unwrap().status(), Status::Running);
    execution.stop(Some("Enough"), Some("woken up")).await.unwrap();
    assert!(matches!(execution.wait_with(QUICK).await, Err(Error::Aborted { .. })));
    machine.delete().await.unwrap();
}
