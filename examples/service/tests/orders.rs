//! Tests the same requests on the engine, with a server on loopback, and with that server embedded in the service.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, LOCATION};
use axum::http::{Request, StatusCode};
use example_service::{FulfilOrder, router};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tower::ServiceExt;
use workflow_local::{Engine, LocalRunner};
use workflow_runtime::{Arn, Client, Json, aws_sdk_sfn};
use workflow_server::{Builder, Server, TaskError};

fn charge(request: Json) -> Result<Json, TaskError> {
    match request["cents"].as_u64() {
        Some(cents) if cents > 0 => Ok(json!({ "charged": cents })),
        _ => Err(TaskError::new("NothingToCharge")),
    }
}

fn pack(request: Json) -> Result<String, TaskError> {
    Ok(format!("parcel of {}", request["order"]))
}

fn server() -> Builder {
    Server::builder().on_lambda("charge", charge).on_lambda("pack", pack)
}

/// The service, and a function that lets an hour pass.
struct Shop<P: AsyncFn(Duration)> {
    routes: Router,
    pass: P,
}

impl<P: AsyncFn(Duration)> Shop<P> {
    async fn post(&self, order: Value) -> (StatusCode, Option<String>) {
        let request = Request::post("/orders").header(CONTENT_TYPE, "application/json");
        let response = self.routes.clone().oneshot(request.body(Body::from(order.to_string())).unwrap()).await.unwrap();
        let place = response.headers().get(LOCATION).map(|place| place.to_str().unwrap().to_owned());
        (response.status(), place)
    }

    async fn get(&self, path: &str) -> (StatusCode, Value) {
        let response = self.routes.clone().oneshot(Request::get(path).body(Body::empty()).unwrap()).await.unwrap();
        let status = response.status();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        (status, serde_json::from_slice(&body).unwrap_or_default())
    }

    /// The server answers while its executions continue.
    async fn settled(&self, path: &str) -> Value {
        for _ in 0..1000 {
            let (status, order) = self.get(path).await;
            assert_eq!(status, StatusCode::OK);
            if order["status"] != "RUNNING" {
                return order;
            }
            (self.pass)(Duration::from_secs(3600)).await;
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        panic!("{path} never ends");
    }

    async fn takes_orders(&self) {
        let order = json!({ "id": 7, "cents": 1250 });
        assert_eq!(self.post(order.clone()).await, (StatusCode::ACCEPTED, Some("/orders/7".to_owned())));
        assert_eq!(self.get("/orders/7").await, (StatusCode::OK, json!({ "status": "RUNNING" })));
        // The answer was lost, so the order is sent again.
        assert_eq!(self.post(order).await.0, StatusCode::ACCEPTED);
        assert_eq!(self.post(json!({ "id": 7, "cents": 1 })).await, (StatusCode::CONFLICT, None));

        assert_eq!(self.settled("/orders/7").await, json!({ "status": "SUCCEEDED", "parcel": "parcel of 7" }));

        assert_eq!(self.post(json!({ "id": 8, "cents": 0 })).await.0, StatusCode::ACCEPTED);
        assert_eq!(self.settled("/orders/8").await, json!({ "status": "FAILED", "error": "NothingToCharge" }));

        assert_eq!(self.get("/orders/9").await.0, StatusCode::NOT_FOUND);
        assert_eq!(self.post(json!({ "id": "nine" })).await.0, StatusCode::UNPROCESSABLE_ENTITY);
    }
}

#[tokio::test]
async fn in_process() {
    let engine = Engine::of::<FulfilOrder>().unwrap().on_lambda("charge", charge).on_lambda("pack", pack);
    let runner = Arc::new(LocalRunner::<FulfilOrder>::new(engine));
    let shop = Shop { routes: router(Arc::clone(&runner) as _), pass: async |time| runner.pass(time) };
    shop.takes_orders().await;
}

#[tokio::test]
async fn over_loopback() {
    let server = server().bind("127.0.0.1:0").await.unwrap();
    let client = Client::<FulfilOrder>::new(aws_sdk_sfn::Client::from_conf(server.sfn_config()));
    let role = Arn::from("arn:aws:iam::123456789012:role/order");
    let machine = client.deploy(&role).alias("live").await.unwrap().machine;
    let orders = machine.alias("live").machine().clone();
    // It waits for running handlers. An order that begins to rest only now rests until the next call.
    let pass = async |time| {
        server.run_until_idle(time).await;
    };
    let shop = Shop { routes: router(Arc::new(orders)), pass };
    shop.takes_orders().await;
}

#[tokio::test]
async fn embedded() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("orders");
    let _ = std::fs::remove_dir_all(&folder);
    let workflows = server().data(&folder).embed().await.unwrap();
    let orders = workflows.put::<FulfilOrder>().unwrap();
    let pass = async |time| {
        workflows.run_until_idle(time).await;
    };
    let shop = Shop { routes: router(Arc::new(orders)), pass };
    shop.takes_orders().await;
    workflows.shutdown().await;
}
