//! Orders over HTTP, each an execution of a workflow.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use workflow_runtime::runner::{ExecutionStatus, Runner, RunnerError};
use workflow_runtime::workflow;

workflow! {
    /// Charges the customer, lets the order rest for an hour in which it can be changed, and packs it.
    pub workflow FulfilOrder {
        input { order: u64, cents: u64 }
        output { parcel: String }

        task Charge = lambda::invoke { FunctionName: "charge", Payload: { order: input.order, cents: input.cents } }
            retry [Lambda.TooManyRequestsException] { interval: 1s, max_attempts: 3, backoff: 2.0, jitter: full }
            timeout 1m
            -> Rest;
        wait Rest for 1h -> Pack;
        task Pack = lambda::invoke<String> { FunctionName: "pack", Payload: { order: input.order } }
            timeout 1m
            output { parcel: result.Payload }
            -> end;
    }
}

/// Who runs the workflow: on AWS a state machine, in a test the engine.
pub type Orders = Arc<dyn Runner<FulfilOrder>>;

/// The routes.
pub fn router(orders: Orders) -> Router {
    Router::new().route("/orders", post(place)).route("/orders/{id}", get(look)).with_state(orders)
}

/// What a customer orders.
#[derive(Deserialize)]
struct Order {
    id: u64,
    cents: u64,
}

/// How an order stands.
#[derive(Serialize)]
struct Standing {
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    parcel: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

/// The order's number names its execution: a request that is sent twice starts one.
async fn place(State(orders): State<Orders>, Json(order): Json<Order>) -> Result<Response, Failed> {
    let input = FulfilOrderInput { order: order.id, cents: order.cents };
    orders.start_named(&name(order.id), &input).await?;
    Ok((StatusCode::ACCEPTED, [(LOCATION, format!("/orders/{}", order.id))]).into_response())
}

async fn look(State(orders): State<Orders>, Path(id): Path<u64>) -> Result<Json<Standing>, Failed> {
    let status = orders.status(&name(id)).await?;
    let (word, error) = (status.name(), status.failure().and_then(|failure| failure.error.clone()));
    let parcel = match status {
        ExecutionStatus::Succeeded(FulfilOrderOutput { parcel }) => Some(parcel),
        _ => None,
    };
    Ok(Json(Standing { status: word, parcel, error }))
}

fn name(order: u64) -> String {
    format!("order-{order}")
}

/// Why a request was not answered.
struct Failed(RunnerError);

impl From<RunnerError> for Failed {
    fn from(error: RunnerError) -> Self {
        Self(error)
    }
}

impl IntoResponse for Failed {
    fn into_response(self) -> Response {
        let (status, text) = match self.0 {
            RunnerError::UnknownExecution { .. } => (StatusCode::NOT_FOUND, "there is no such order"),
            RunnerError::NameTaken { .. } => (StatusCode::CONFLICT, "there is another order with this number"),
            error => {
                // For whoever operates the service; callers need not know.
                eprintln!("{error}");
                (StatusCode::BAD_GATEWAY, "try again later")
            }
        };
        (status, text).into_response()
    }
}
