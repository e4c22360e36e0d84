//! Tests the worker with a server on loopback.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Duration;

use example_worker::{Order, Ship, ShipInput, ShipParams, packer};
use tokio::sync::oneshot;
use workflow_runtime::client::{Error, Execution, StateMachine};
use workflow_runtime::{Arn, Client, aws_sdk_sfn};
use workflow_server::Server;

struct Place {
    server: Server,
    sfn: aws_sdk_sfn::Client,
    packers: Arn,
    machine: StateMachine<Ship>,
}

async fn place() -> Place {
    let server = Server::builder().bind("127.0.0.1:0").await.unwrap();
    let sfn = aws_sdk_sfn::Client::from_conf(server.sfn_config());
    let packers = Arn::from(sfn.create_activity().name("packers").send().await.unwrap().activity_arn);
    let role = Arn::from("arn:aws:iam::123456789012:role/ship");
    let params = ShipParams { packers: packers.clone() };
    let machine = Client::<Ship>::new(sfn.clone()).deploy_with(&role, &params).await.unwrap().machine;
    Place { server, sfn, packers, machine }
}

impl Place {
    async fn start(&self, id: u64, articles: &[&str]) -> Execution<Ship> {
        let articles = articles.iter().map(|article| (*article).to_owned()).collect();
        self.machine.start(&ShipInput { order: Order { id, articles } }).await.unwrap()
    }

    /// Starts the worker, and returns a sender that stops it.
    fn work(&self) -> (oneshot::Sender<()>, tokio::task::JoinHandle<Result<(), Error>>) {
        let (stop, stopped) = oneshot::channel();
        let worker = packer(self.sfn.clone(), self.packers.clone()).unwrap();
        (stop, tokio::spawn(worker.run_until(async { drop(stopped.await) })))
    }
}

#[tokio::test]
async fn orders_are_packed() {
    let place = place().await;
    let (stop, worker) = place.work();
    let (shoes, nothing) = (place.start(7, &["shoe", "shoe"]).await, place.start(8, &[]).await);

    assert_eq!(shoes.wait().await.unwrap().parcel, 7);
    let failed = nothing.wait().await.unwrap_err();
    assert!(matches!(&failed, Error::Failed { error, .. } if error.as_deref() == Some("NothingToPack")), "{failed}");

    stop.send(()).unwrap();
    worker.await.unwrap().unwrap();
    place.server.shutdown().await;
}

#[tokio::test]
async fn a_worker_that_is_told_to_stop_finishes_what_it_has() {
    let place = place().await;
    let (stop, worker) = place.work();
    // Two seconds of work.
    let long = place.start(7, &["shoe"; 40]).await;
    while !has_begun(&long).await {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }

    stop.send(()).unwrap();
    let late = place.start(8, &["hat"]).await;
    worker.await.unwrap().unwrap();

    assert_eq!(long.wait().await.unwrap().parcel, 7);
    assert!(!has_begun(&late).await, "a worker that stops takes no more tasks");
    let (stop, worker) = place.work();
    assert_eq!(late.wait().await.unwrap().parcel, 8, "the next worker takes it");
    stop.send(()).unwrap();
    worker.await.unwrap().unwrap();
}

/// Returns whether a worker has taken the execution's task.
async fn has_begun(execution: &Execution<Ship>) -> bool {
    let events = execution.history().collect().await.unwrap();
    events.iter().any(|event| event.kind() == "ActivityStarted")
}
