//! Tests code written against `Runner`, both on the engine in virtual time and with a server on loopback.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use workflow_local::{Clock, Engine, LocalRunner, TaskError};
use workflow_runtime::runner::{ExecutionStatus, Runner, RunnerError};
use workflow_runtime::{Client, workflow};
use workflow_server::Server;

use crate::client::workflows::{role, serve, sfn};

workflow! {
    /// Charges a card after a day.
    workflow Charge {
        input { card: String }
        returns { receipt: String }
        wait Consider for 1d -> Take;
        task Take = lambda::invoke<String> { FunctionName: "charge", Payload: input.card }
            timeout 1m
            output { receipt: result.Payload }
            -> end;
    }
}

fn charge(card: String) -> Result<String, TaskError> {
    match card.as_str() {
        "stolen" => Err(TaskError::new("CardRefused").with_cause("card 4111 is stolen")),
        card => Ok(format!("{card} was charged")),
    }
}

fn input(card: &str) -> ChargeInput {
    ChargeInput { card: card.to_owned() }
}

/// A service that starts a workflow with any runner.
struct Shop {
    charge: Arc<dyn Runner<Charge>>,
}

impl Shop {
    async fn buy(&self, card: &str) -> Result<String, RunnerError> {
        self.charge.start(&input(card)).await
    }

    async fn receipt(&self, purchase: &str) -> Result<String, RunnerError> {
        self.charge.wait(purchase).await.map(|output| output.receipt)
    }
}

async fn scenario(runner: Arc<dyn Runner<Charge>>) {
    let shop = Shop { charge: Arc::clone(&runner) };
    let purchase = shop.buy("visa").await.unwrap();
    assert_eq!(shop.receipt(&purchase).await.unwrap(), "visa was charged");
    let receipt = "visa was charged".to_owned();
    assert_eq!(runner.status(&purchase).await.unwrap(), ExecutionStatus::Succeeded(ChargeOutput { receipt }));
    let history = runner.history(&purchase).await.unwrap();
    let states: Vec<_> = history.iter().filter_map(|event| Some((event.kind.as_str(), event.state()?))).collect();
    assert_eq!(
        states,
        [
            ("WaitStateEntered", ChargeState::Consider),
            ("WaitStateExited", ChargeState::Consider),
            ("TaskStateEntered", ChargeState::Take),
            ("TaskStateExited", ChargeState::Take),
        ]
    );
    assert_eq!((history[0].id, history[0].previous_id, history[0].kind.as_str()), (1, 0, "ExecutionStarted"));
    assert_eq!(history[0].input.as_ref().unwrap().as_str(), r#"{"card":"visa"}"#);
    let waited = history[2].time.duration_since(history[1].time).unwrap();
    assert_eq!(waited.as_secs(), 86_400);

    runner.start_named("stolen", &input("stolen")).await.unwrap();
    let error = runner.wait("stolen").await.unwrap_err();
    assert_eq!(error.to_string(), "the execution failed: CardRefused");
    assert!(!format!("{error:?}").contains("4111"));
    let RunnerError::Failed(failure) = error else { panic!("{error:?}") };
    assert_eq!(failure.cause.as_deref(), Some("card 4111 is stolen"));
    assert_eq!(runner.status("stolen").await.unwrap(), ExecutionStatus::Failed(failure.clone()));
    let history = runner.history("stolen").await.unwrap();
    assert_eq!(history.last().unwrap().failure.as_ref(), Some(&failure));

    let taken = runner.start_named("stolen", &input("other")).await.unwrap_err();
    assert!(matches!(taken, RunnerError::NameTaken { name } if name == "stolen"));
    assert!(matches!(runner.start_named("no blanks", &input("visa")).await, Err(RunnerError::Other(_))));

    // Stopping an ended execution does nothing, and is not an error.
    runner.stop("stolen", Some("Late"), None).await.unwrap();
    assert_eq!(runner.status("stolen").await.unwrap().name(), "FAILED");
}

#[tokio::test]
async fn a_service_runs_on_the_engine_and_on_a_server() {
    let engine = Engine::of::<Charge>().unwrap().on_lambda("charge", charge);
    scenario(Arc::new(LocalRunner::new(engine))).await;

    let server = serve(Server::builder().clock(Clock::Virtual).on_lambda("charge", charge)).await;
    let machine = Client::<Charge>::new(sfn(&server.endpoint_url())).deploy(&role()).await.unwrap().machine;
    scenario(Arc::new(machine)).await;
    server.shutdown().await;
}

/// Tests an unused name, and stopping a running execution.
async fn stops(runner: impl Runner<Charge>) {
    for unknown in [
        runner.status("nobody").await.map(drop),
        runner.history("nobody").await.map(drop),
        runner.stop("nobody", None, None).await,
    ] {
        assert!(matches!(unknown, Err(RunnerError::UnknownExecution { ref name }) if name == "nobody"), "{unknown:?}");
    }
    runner.start_named("one", &input("visa")).await.unwrap();
    // The same name and input again is the same execution.
    runner.start_named("one", &input("visa")).await.unwrap();
    assert!(matches!(runner.start_named("one", &input("gold")).await, Err(RunnerError::NameTaken { .. })));
    assert_eq!(runner.status("one").await.unwrap(), ExecutionStatus::Running);
    runner.stop("one", Some("Enough"), Some("woken up")).await.unwrap();
    let ExecutionStatus::Aborted(failure) = runner.status("one").await.unwrap() else { panic!("it runs") };
    assert_eq!((failure.error.as_deref(), failure.cause.as_deref()), (Some("Enough"), Some("woken up")));
    assert!(matches!(runner.wait("one").await, Err(RunnerError::Aborted(told)) if told == failure));
}

#[tokio::test]
async fn what_runs_is_stopped_on_the_engine_and_on_a_server() {
    stops(LocalRunner::new(Engine::of::<Charge>().unwrap().on_lambda("charge", charge))).await;

    let server = serve(Server::builder().on_lambda("charge", charge)).await;
    stops(Client::<Charge>::new(sfn(&server.endpoint_url())).deploy(&role()).await.unwrap().machine).await;
    server.shutdown().await;
}

#[tokio::test]
async fn virtual_time_passes_when_it_is_told_to() {
    let runner = LocalRunner::<Charge>::new(Engine::of::<Charge>().unwrap().on_lambda("charge", charge));
    let first = runner.start(&input("visa")).await.unwrap();
    runner.pass(Duration::from_secs(3600));
    let second = runner.start(&input("gold")).await.unwrap();
    assert_eq!((first.as_str(), second.as_str()), ("execution-1", "execution-2"));
    runner.pass(Duration::from_secs(23 * 3600 - 1));
    assert_eq!(runner.status(&first).await.unwrap(), ExecutionStatus::Running);
    runner.pass(Duration::from_secs(1));
    assert_eq!(runner.status(&first).await.unwrap().name(), "SUCCEEDED");
    assert_eq!(runner.status(&second).await.unwrap(), ExecutionStatus::Running);
    // Waiting advances the time as needed, for all executions.
    let before = runner.now();
    assert_eq!(runner.wait(&second).await.unwrap().receipt, "gold was charged");
    assert_eq!(before.until(runner.now()).as_secs(), 3600);
    assert_eq!(runner.inspect(&first, |execution| execution.path().len()), Some(2));
}

#[tokio::test]
async fn closures_that_give_futures_are_answered_whoever_looks() {
    let gate = Arc::new(tokio::sync::Semaphore::new(0));
    let engine = Engine::of::<Charge>().unwrap().on_lambda_async("charge", {
        let gate = Arc::clone(&gate);
        move |card: String| {
            let gate = Arc::clone(&gate);
            async move {
                let _permit = gate.acquire().await;
                Ok(card)
            }
        }
    });
    let runner = LocalRunner::<Charge>::new(engine);
    let name = runner.start(&input("visa")).await.unwrap();
    let waits: Vec<_> = (0..3)
        .map(|_| {
            let (runner, name) = (runner.clone(), name.clone());
            tokio::spawn(async move { runner.wait(&name).await.map(|output| output.receipt) })
        })
        .collect();
    tokio::task::yield_now().await;
    // Time stands still while a closure runs.
    runner.pass(Duration::from_secs(86_400 * 2));
    assert_eq!(runner.status(&name).await.unwrap(), ExecutionStatus::Running);
    gate.add_permits(1);
    for wait in waits {
        assert_eq!(wait.await.unwrap().unwrap(), "visa");
    }
}

#[tokio::test]
async fn what_the_engine_refuses_is_told() {
    let runner = LocalRunner::<Charge>::new(Engine::of::<Charge>().unwrap());
    let name = runner.start(&input("visa")).await.unwrap();
    for _ in 0..2 {
        let error = runner.wait(&name).await.unwrap_err();
        assert!(error.to_string().contains("no handler for state `Take`"), "{error}");
    }
    let engine = Engine::of::<Charge>().unwrap().on_lambda("charge", |_: Value| Ok(json!(7)));
    let runner = LocalRunner::<Charge>::new(engine);
    let name = runner.start(&input("visa")).await.unwrap();
    let error = runner.wait(&name).await.unwrap_err();
    assert!(error.to_string().contains("`result.Payload`: expected String, found 7"), "{error}");

    let engine = Engine::of::<Charge>().unwrap().on_state_never("Take");
    let runner = LocalRunner::<Charge>::new(engine);
    let name = runner.start(&input("visa")).await.unwrap();
    assert!(
        matches!(runner.wait(&name).await, Err(RunnerError::Failed(failure)) if failure.error.as_deref() == Some("States.Timeout"))
    );
}
