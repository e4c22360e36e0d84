//! An HTTP service for orders. Each order is an execution of a workflow.

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
        returns { parcel: String }

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

/// The runner of the workflow: a state machine on AWS, the engine in a test.
pub type Orders = Arc<dyn Runner<FulfilOrder>>;

/// Returns the routes.
pub fn router(orders: Orders) -> Router {
    Router::new().route("/orders", post(place)).route("/orders/{id}", get(look)).with_state(orders)
}

/// What a customer orders.
#[derive(Deserialize)]
struct Order {
    id: u64,
    cents: u64,
}

/// The status of an order.
#[derive(Serialize)]
struct Standing {
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    parcel: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

/// Places an order. The order's number is the name of its execution, so a request that is sent twice starts only one.
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

/// Why a request failed.
struct Failed(RunnerError);

impl From<RunnerError> for Failed {
    fn from(error: RunnerError) -> Self {
        Self(error)
    }
}

impl IntoResponse for Failed {
    fn into_response(self) -> Response {
        let (status, text) = match self.0 {
            RunnerError::UnknownExecution { .. } => (StatusCode::NOT_FOUND, "unknown order"),
            RunnerError::NameTaken { .. } => (StatusCode::CONFLICT, "another order has this number"),
            error => {
                // For the operator of the service; callers do not need to know.
                eprintln!("{error}");
                (StatusCode::BAD_GATEWAY, "try again later")
            }
        };
        (status, text).into_response()
    }
}
