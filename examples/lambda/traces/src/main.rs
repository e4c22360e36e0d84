//! The function as Lambda runs it: `cargo lambda build --package example-lambda-traces`.

use example_lambda_traces::Traces;
use lambda_runtime::{Error, run, service_fn};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let collector = std::env::var("OTEL_EXPORTER_OTLP_ENDPOINT").ok().filter(|url| !url.is_empty());
    let traces = Traces::new(collector.as_deref().unwrap_or("http://localhost:4318"));
    run(service_fn(|event| traces.take(event))).await
}
