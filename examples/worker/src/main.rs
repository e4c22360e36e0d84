//! The worker on AWS, with the region and credentials of the environment. `PACKERS` is the activity's ARN.

use std::env;
use std::error::Error;

use example_worker::{Ship, packer};
use workflow_runtime::{Arn, Client};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let packers = Arn::from(env::var("PACKERS").map_err(|_| "PACKERS must be the ARN of an activity")?);
    let client = Client::<Ship>::from_env().await;
    packer(client.sfn().clone(), packers)?.run().await?;
    Ok(())
}
