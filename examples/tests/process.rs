//! Tests that the processing job gets its values by name, and that both of its ends can be reached.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use examples::process::{Process, ProcessInput, ProcessOutput, ProcessParams, ProcessState};
use serde_json::{Value, json};
use workflow_local::{Engine, Execution, Status, TaskError};
use workflow_runtime::Arn;

fn run(fails: bool) -> Execution {
    let params = ProcessParams {
        image: "prepare:3".to_owned(),
        bucket: "features".to_owned(),
        sagemaker_role: Arn::from("arn:aws:iam::123456789012:role/sagemaker"),
    };
    let engine = Engine::of_with::<Process>(&params).unwrap().on_state(ProcessState::Job, move |request: Value| {
        assert_eq!(request["ProcessingJobName"], "monday");
        assert_eq!(request["ProcessingInputs"][0]["S3Input"]["S3Uri"], "s3://raw/monday");
        let output = &request["ProcessingOutputConfig"]["Outputs"][0]["S3Output"];
        assert_eq!(output["S3Uri"], "s3://features/out/monday");
        assert_eq!(request["AppSpecification"]["ImageUri"], "prepare:3");
        if fails {
            return Err(TaskError::new("SageMaker.ResourceLimitExceededException").with_cause("no instances"));
        }
        Ok(json!({ "ProcessingJobArn": "arn:job", "ProcessingJobName": "monday", "ProcessingJobStatus": "Completed" }))
    });
    engine.run(&ProcessInput { job_name: "monday".to_owned(), source: "s3://raw/monday".to_owned() }).unwrap()
}

#[test]
fn the_job_and_its_result_are_told() {
    let execution = run(false);
    assert_eq!(execution.status(), Status::Succeeded);
    let expected = ProcessOutput { job: "arn:job".to_owned(), result: "s3://features/out/monday".to_owned() };
    assert_eq!(execution.output_as::<ProcessOutput>().unwrap(), expected);
}

#[test]
fn a_job_that_fails_fails_the_workflow() {
    let execution = run(true);
    assert_eq!(execution.error(), Some("ProcessingFailed"));
    assert_eq!(execution.cause(), Some("SageMaker.ResourceLimitExceededException: no instances"));
}
