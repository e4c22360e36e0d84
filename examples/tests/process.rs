//! Tests that the processing job gets its values by name, and that both of its ends can be reached.

use examples::process::{Process, ProcessInput, ProcessOutput, ProcessParams, ProcessState};
use serde_json::{Value, json};
use workflow_local::{Engine, Execution, Status, TaskError};
use workflow_runtime::Arn;

/// The request of the job, whole.
fn expected() -> Value {
    json!({
        "ProcessingJobName": "monday",
        "ProcessingInputs": [{
            "InputName": "input-1",
            "S3Input": {
                "S3Uri": "s3://raw/monday",
                "LocalPath": "/opt/ml/processing/input",
                "S3DataType": "S3Prefix",
                "S3InputMode": "File",
            },
        }],
        "ProcessingOutputConfig": { "Outputs": [{
            "OutputName": "output-1",
            "S3Output": {
                "S3Uri": "s3://features/out/monday",
                "LocalPath": "/opt/ml/processing/output",
                "S3UploadMode": "EndOfJob",
            },
        }] },
        "AppSpecification": {
            "ImageUri": "prepare:3",
            "ContainerEntrypoint": ["python3", "/opt/program/my_script.py"],
        },
        "RoleArn": "arn:aws:iam::123456789012:role/sagemaker",
        "ProcessingResources": {
            "ClusterConfig": { "InstanceCount": 1, "InstanceType": "ml.m5.xlarge", "VolumeSizeInGB": 30 },
        },
    })
}

fn params() -> ProcessParams {
    ProcessParams {
        image: "prepare:3".to_owned(),
        bucket: "features".to_owned(),
        sagemaker_role: Arn::from("arn:aws:iam::123456789012:role/sagemaker"),
    }
}

fn input() -> ProcessInput {
    ProcessInput { job_name: "monday".to_owned(), source: "s3://raw/monday".to_owned() }
}

fn run(fails: bool) -> Execution {
    let engine = Engine::of_with::<Process>(&params()).unwrap().on_state(ProcessState::Job, move |request: Value| {
        assert_eq!(request, expected());
        if fails {
            return Err(TaskError::new("SageMaker.ResourceLimitExceededException").with_cause("no instances"));
        }
        Ok(json!({ "ProcessingJobArn": "arn:job", "ProcessingJobName": "monday", "ProcessingJobStatus": "Completed" }))
    });
    engine.run(&input()).unwrap()
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

#[test]
fn a_job_that_never_ends_is_given_up_after_two_hours() {
    let engine = Engine::of_with::<Process>(&params()).unwrap().on_state_never(ProcessState::Job);
    let execution = engine.run(&input()).unwrap();
    assert_eq!(execution.error(), Some("ProcessingFailed"));
    assert!(execution.cause().unwrap().starts_with("States.Timeout"), "{:?}", execution.cause());
    assert_eq!(execution.started_at().until(execution.now()).as_secs(), 7200);
}
