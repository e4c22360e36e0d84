//! Tests that the retraining pipeline passes its values by the states' names, on every path.

use examples::retrain::{
    Mode, RetrainChurn, RetrainChurnInput, RetrainChurnOutput, RetrainChurnParams, RetrainChurnState,
};
use serde_json::{Value, json};
use workflow_local::{Engine, Execution, Status, TaskError};
use workflow_runtime::{Arn, WorkflowState};

const MODEL: &str = "s3://models/churn-7/model.tar.gz";

fn params() -> RetrainChurnParams {
    RetrainChurnParams {
        image: "churn:7".to_owned(),
        output_path: "s3://models".to_owned(),
        sagemaker_role: Arn::from("arn:aws:iam::123456789012:role/sagemaker"),
    }
}

const IMAGE: &str = "churn:7";
const ROLE: &str = "arn:aws:iam::123456789012:role/sagemaker";

/// What the task of a state gets, whole.
fn expected(state: RetrainChurnState) -> Value {
    match state {
        RetrainChurnState::Prepare => {
            json!({ "JobName": "customer-churn-etl", "Arguments": { "--S3_SOURCE": "s3://data" } })
        }
        RetrainChurnState::Train => json!({
            "TrainingJobName": "churn-7",
            "AlgorithmSpecification": { "TrainingImage": IMAGE, "TrainingInputMode": "File" },
            "OutputDataConfig": { "S3OutputPath": "s3://models" },
            "ResourceConfig": { "InstanceCount": 1, "InstanceType": "ml.m5.xlarge", "VolumeSizeInGB": 20 },
            "RoleArn": ROLE,
            "StoppingCondition": { "MaxRuntimeInSeconds": 3600 },
        }),
        RetrainChurnState::Evaluate => {
            json!({ "FunctionName": "query-training-status", "Payload": { "model": MODEL } })
        }
        RetrainChurnState::Model => json!({
            "ModelName": "churn-7",
            "PrimaryContainer": { "Image": IMAGE, "ModelDataUrl": MODEL },
            "ExecutionRoleArn": ROLE,
        }),
        RetrainChurnState::Config => json!({
            "EndpointConfigName": "churn-7",
            "ProductionVariants": [{
                "ModelName": "churn-7",
                "VariantName": "all",
                "InitialInstanceCount": 1,
                "InstanceType": "ml.m5.xlarge",
            }],
        }),
        RetrainChurnState::Endpoint => json!({ "EndpointName": "churn", "EndpointConfigName": "churn-7" }),
        other => panic!("{other} is no task"),
    }
}

/// What the task of a state gives.
fn given(state: RetrainChurnState, auc: f64) -> Value {
    match state {
        RetrainChurnState::Prepare => json!({ "JobRunState": "SUCCEEDED" }),
        RetrainChurnState::Train => {
            json!({ "ModelArtifacts": { "S3ModelArtifacts": MODEL }, "TrainingJobStatus": "Completed" })
        }
        RetrainChurnState::Evaluate => json!({ "Payload": { "auc": auc } }),
        RetrainChurnState::Model => json!({ "ModelArn": "arn:model" }),
        RetrainChurnState::Config => json!({ "EndpointConfigArn": "arn:config" }),
        RetrainChurnState::Endpoint => json!({ "EndpointArn": "arn:endpoint" }),
        other => panic!("{other} is no task"),
    }
}

const TASKS: [RetrainChurnState; 6] = [
    RetrainChurnState::Prepare,
    RetrainChurnState::Train,
    RetrainChurnState::Evaluate,
    RetrainChurnState::Model,
    RetrainChurnState::Config,
    RetrainChurnState::Endpoint,
];

fn input(mode: Mode) -> RetrainChurnInput {
    RetrainChurnInput { job_name: "churn-7".to_owned(), source: "s3://data".to_owned(), threshold: 0.8, mode }
}

/// An engine whose tasks succeed, but for those of one state that fail with an error.
fn engine(auc: f64, failing: Option<(RetrainChurnState, &'static str)>) -> Engine {
    TASKS.into_iter().fold(Engine::of_with::<RetrainChurn>(&params()).unwrap(), |engine, state| {
        engine.on_state(state, move |request: Value| {
            assert_eq!(request, expected(state));
            match failing {
                Some((failing, error)) if failing.name() == state.name() => {
                    Err(TaskError::new(error).with_cause("no instances"))
                }
                _ => Ok(given(state, auc)),
            }
        })
    })
}

fn run(auc: f64, mode: Mode) -> Execution {
    engine(auc, None).run(&input(mode)).unwrap()
}

fn seconds(execution: &Execution) -> u64 {
    execution.started_at().until(execution.now()).as_secs()
}

#[test]
fn a_good_model_is_deployed() {
    let execution = run(0.91, Mode::Full);
    assert_eq!(execution.status(), Status::Succeeded);
    let output: RetrainChurnOutput = execution.output_as().unwrap();
    assert_eq!(output, RetrainChurnOutput { endpoint: Some("arn:endpoint".to_owned()), auc: 0.91 });
}

#[test]
fn another_is_kept() {
    for (auc, mode) in [(0.5, Mode::Full), (0.91, Mode::TrainOnly)] {
        let output: RetrainChurnOutput = run(auc, mode).output_as().unwrap();
        assert_eq!(output, RetrainChurnOutput { endpoint: None, auc });
    }
}

#[test]
fn a_model_on_the_threshold_is_deployed() {
    let output: RetrainChurnOutput = run(0.8, Mode::Full).output_as().unwrap();
    assert_eq!(output.endpoint.as_deref(), Some("arn:endpoint"));
}

#[test]
fn the_error_of_any_state_is_told() {
    for state in TASKS {
        let execution = engine(0.9, Some((state, "Broken"))).run(&input(Mode::Full)).unwrap();
        assert_eq!(execution.error(), Some("RetrainFailed"), "{state}");
        assert_eq!(execution.cause(), Some("Broken: no instances"), "{state}");
        assert_eq!(execution.path().last(), Some(&"Failed"), "{state}");
        assert_eq!(seconds(&execution), 0, "{state} is tried once");
    }
}

#[test]
fn a_busy_job_is_tried_again_with_longer_and_longer_pauses() {
    let busy = Some((RetrainChurnState::Prepare, "Glue.ConcurrentRunsExceededException"));
    let execution = engine(0.9, busy).run(&input(Mode::Full)).unwrap();
    assert_eq!(execution.cause(), Some("Glue.ConcurrentRunsExceededException: no instances"));
    assert_eq!(seconds(&execution), 30 + 60 + 120 + 240 + 480);
}

#[test]
fn a_training_that_never_ends_is_given_up_after_two_hours() {
    let execution = engine(0.9, None).on_state_never(RetrainChurnState::Train).run(&input(Mode::Full)).unwrap();
    assert!(execution.cause().unwrap().starts_with("States.Timeout"), "{:?}", execution.cause());
    assert_eq!(seconds(&execution), 7200);
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
