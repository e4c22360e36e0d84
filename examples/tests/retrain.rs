//! Tests that the retraining pipeline passes its values by the states' names, on every path.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use examples::retrain::{
    Mode, RetrainChurn, RetrainChurnInput, RetrainChurnOutput, RetrainChurnParams, RetrainChurnState,
};
use serde_json::{Value, json};
use workflow_local::{Engine, Execution, Status, TaskError};
use workflow_runtime::Arn;

const MODEL: &str = "s3://models/churn-7/model.tar.gz";

fn params() -> RetrainChurnParams {
    RetrainChurnParams {
        image: "churn:7".to_owned(),
        output_path: "s3://models".to_owned(),
        sagemaker_role: Arn::from("arn:aws:iam::123456789012:role/sagemaker"),
    }
}

fn run(auc: f64, mode: Mode, training_fails: bool) -> Execution {
    let engine = Engine::of_with::<RetrainChurn>(&params())
        .unwrap()
        .on_state(RetrainChurnState::Prepare, |_: Value| Ok(json!({ "JobRunState": "SUCCEEDED" })))
        .on_state(RetrainChurnState::Train, move |request: Value| {
            assert_eq!(request["TrainingJobName"], "churn-7");
            if training_fails {
                return Err(TaskError::new("SageMaker.ResourceLimitExceededException").with_cause("no instances"));
            }
            Ok(json!({ "ModelArtifacts": { "S3ModelArtifacts": MODEL }, "TrainingJobStatus": "Completed" }))
        })
        .on_lambda("query-training-status", move |payload: Value| {
            assert_eq!(payload, json!({ "model": MODEL }));
            Ok(json!({ "auc": auc }))
        })
        .on_state(RetrainChurnState::Model, |request: Value| {
            assert_eq!(request["PrimaryContainer"]["ModelDataUrl"], MODEL);
            Ok(json!({ "ModelArn": "arn:model" }))
        })
        .on_state(RetrainChurnState::Config, |_: Value| Ok(json!({ "EndpointConfigArn": "arn:config" })))
        .on_state(RetrainChurnState::Endpoint, |_: Value| Ok(json!({ "EndpointArn": "arn:endpoint" })));
    let input =
        RetrainChurnInput { job_name: "churn-7".to_owned(), source: "s3://data".to_owned(), threshold: 0.8, mode };
    engine.run(&input).unwrap()
}

#[test]
fn a_good_model_is_deployed() {
    let execution = run(0.91, Mode::Full, false);
    assert_eq!(execution.status(), Status::Succeeded);
    let output: RetrainChurnOutput = execution.output_as().unwrap();
    assert_eq!(output, RetrainChurnOutput { endpoint: Some("arn:endpoint".to_owned()), auc: 0.91 });
}

#[test]
fn another_is_kept() {
    for (auc, mode) in [(0.5, Mode::Full), (0.91, Mode::TrainOnly)] {
        let output: RetrainChurnOutput = run(auc, mode, false).output_as().unwrap();
        assert_eq!(output, RetrainChurnOutput { endpoint: None, auc });
    }
}

#[test]
fn the_error_of_any_state_is_told() {
    let execution = run(0.9, Mode::Full, true);
    assert_eq!(execution.error(), Some("RetrainFailed"));
    assert_eq!(execution.cause(), Some("SageMaker.ResourceLimitExceededException: no instances"));
}

#[test]
fn each_state_keeps_just_what_is_read() {
    let definition = RetrainChurn::definition_with(&params()).unwrap();
    let definition: Value = serde_json::from_str(definition.as_str()).unwrap();
    let assigned = |state: &str| definition["States"][state]["Assign"].clone();
    assert_eq!(
        assigned("Train"),
        json!({ "Train": "{% {'ModelArtifacts': {'S3ModelArtifacts': $states.result.ModelArtifacts.S3ModelArtifacts}} %}" })
    );
    assert_eq!(assigned("Prepare"), Value::Null);
}
