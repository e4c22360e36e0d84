//! fakecloud's Step Functions behind axum, without authentication, snapshots or other services: its fastest form.
//!
//! `fakecloud PORT`

use std::collections::HashMap;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use fakecloud_core::multi_account::MultiRegionState;
use fakecloud_core::service::{AwsRequest, AwsService, ResponseBody};
use fakecloud_stepfunctions::StepFunctionsService;
use http::{HeaderMap, Method};
use parking_lot::{Mutex, RwLock};

const ACCOUNT: &str = "123456789012";
const REGION: &str = "us-east-1";

#[tokio::main]
async fn main() {
    let port: u16 = std::env::args().nth(1).unwrap().parse().unwrap();
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await.unwrap();
    let state = MultiRegionState::new(ACCOUNT, REGION, &format!("http://127.0.0.1:{port}"));
    let service = Arc::new(StepFunctionsService::new(Arc::new(RwLock::new(state))));
    let router =
        Router::new().fallback(move |headers: HeaderMap, body: Bytes| answer(Arc::clone(&service), headers, body));
    axum::serve(listener, router).await.unwrap();
}

async fn answer(service: Arc<StepFunctionsService>, headers: HeaderMap, body: Bytes) -> Response {
    let target = headers.get("x-amz-target").and_then(|target| target.to_str().ok()).unwrap_or_default();
    let action = target.rsplit('.').next().unwrap_or_default().to_owned();
    let request = AwsRequest {
        service: "states".to_owned(),
        action,
        region: REGION.to_owned(),
        account_id: ACCOUNT.to_owned(),
        request_id: "request".to_owned(),
        headers,
        query_params: HashMap::new(),
        body,
        body_stream: Mutex::new(None).into(),
        path_segments: Vec::new(),
        raw_path: "/".to_owned(),
        raw_query: String::new(),
        method: Method::POST,
        is_query_protocol: false,
        access_key_id: None,
        principal: None,
    };
    match service.handle(request).await {
        Ok(response) => {
            let body = match response.body {
                ResponseBody::Bytes(bytes) => Body::from(bytes),
                ResponseBody::File { .. } => Body::empty(),
            };
            Response::builder().status(response.status).body(body).unwrap()
        }
        Err(error) => Response::builder().status(400).body(Body::from(format!("{error:?}"))).unwrap(),
    }
}
