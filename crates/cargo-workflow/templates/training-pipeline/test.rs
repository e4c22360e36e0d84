//! Runs the pipeline on the embedded engine, with mocked answers of SageMaker.

use CRATE::{TrainingPipeline, Settings};
use serde_json::{Value, json};
use workflow_local::{Engine, TaskError};

fn settings() -> Settings {
    Settings {
        pipeline: "training-pipeline".to_owned(),
        job: "pca".to_owned(),
        bucket: "my-bucket".to_owned(),
        role: "arn:aws:iam::123456789012:role/SageMakerRole".to_owned(),
        image: "382416733822.dkr.ecr.us-east-1.amazonaws.com/pca:1".to_owned(),
        inputs: vec![("train".to_owned(), "s3://my-bucket/pca/train".to_owned())],
        hyperparameters: json!({ "num_components": "12" }).as_object().cloned().unwrap_or_default(),
        instance_type: "ml.c4.xlarge".to_owned(),
        instance_count: 1,
        volume_gb: 30,
        max_seconds: 86_400,
    }
}

fn engine() -> Engine {
    ["Training", "Create Model", "Configure Endpoint", "Deploy"]
        .into_iter()
        .fold(Engine::of::<TrainingPipeline>().unwrap(), |engine, state| engine.on_state(state, |_: Value| Ok(json!({}))))
}

#[test]
fn every_step_runs_and_gets_its_request_from_the_input() {
    let input = settings().input();
    let execution = engine()
        .on_state("Deploy", |request: Value| Ok(json!({ "EndpointArn": request["EndpointName"] })))
        .run(&input)
        .unwrap();
    execution.assert_path(["Training", "Create Model", "Configure Endpoint", "Deploy"]);
    execution.assert_output(json!({ "EndpointArn": settings().job }));
}

#[test]
fn a_failed_training_ends_the_execution() {
    let engine = engine().on_state("Training", |_: Value| Err::<Value, _>(TaskError::new("SageMaker.Failed")));
    engine.run(&settings().input()).unwrap().assert_failed("SageMaker.Failed");
}
