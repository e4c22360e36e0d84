//! The function as Lambda runs it: `cargo lambda build --package example-lambda-function`.

use example_lambda_function::charge;
use lambda_runtime::{Error, run, service_fn};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    run(service_fn(charge)).await
}
