//! A workflow that waits for an activity, and the work for it.

use std::time::Duration;

use workflow_runtime::worker::{Activity, NotAnActivity, Worker};
use workflow_runtime::{Arn, TaskFailure, aws_sdk_sfn, handler, workflow};

workflow! {
    /// Ships an order.
    pub workflow Ship {
        input { order: Order }
        returns { parcel: u64 }
        params { packers: Arn }

        /// What is to be packed.
        struct Order { id: u64, articles: Vec<String> }
        struct Parcel { number: u64, grams: u32 }

        task Pack = activity<Parcel>(params.packers)
            arguments input.order
            timeout 1h
            heartbeat 30s
            retry [States.HeartbeatTimeout, "Worker.ShutDown"] { interval: 1s, max_attempts: 5, backoff: 2.0 }
            catch [NothingToPack] -> Empty
            output { parcel: result.number }
            -> end;

        fail Empty { error: "NothingToPack", cause: "the order has no articles" }
    }
}

/// Packs an order. If a worker is cut off, another worker may do its work again, so the parcel has the order's number.
///
/// # Errors
///
/// `NothingToPack`, which the workflow catches.
#[handler(Ship::Pack)]
pub async fn pack(order: Order) -> Result<Parcel, TaskFailure> {
    if order.articles.is_empty() {
        return Err(TaskFailure::new("NothingToPack"));
    }
    let mut grams = 0;
    for article in &order.articles {
        tokio::time::sleep(Duration::from_millis(50)).await;
        grams += 100 + u32::try_from(article.len())?;
    }
    Ok(Parcel { number: order.id, grams })
}

/// Returns a worker for the activity with this ARN, with the heartbeats that the workflow requires.
///
/// # Errors
///
/// Fails if `Pack` no longer waits for an activity.
pub fn packer(sfn: aws_sdk_sfn::Client, packers: Arn) -> Result<Worker, NotAnActivity> {
    let definition = Ship::definition_with(&ShipParams { packers: packers.clone() });
    let activity = match definition {
        Ok(definition) => Activity::of(&definition, ShipState::Pack)?,
        Err(_) => Activity::new(packers),
    };
    Ok(Worker::new(sfn).activity(activity, pack).concurrency(4))
}
