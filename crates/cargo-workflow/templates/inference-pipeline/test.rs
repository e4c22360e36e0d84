//! Runs the pipeline on the embedded engine, with mocked answers of SageMaker.

use CRATE::{InferencePipeline, Preprocessor, Settings};
use serde_json::{Value, json};
use workflow_local::{Engine, TaskError};

fn settings() -> Settings {
    Settings {
        pipeline: "inference-pipeline".to_owned(),
        job: "linear-learner".to_owned(),
        bucket: "my-bucket".to_owned(),
        region: "us-east-1".to_owned(),
        role: "arn:aws:iam::123456789012:role/SageMakerRole".to_owned(),
        train: "s3://my-bucket/inference/train".to_owned(),
        preprocessor: Preprocessor {
            image: "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:0.20.0-cpu-py3".to_owned(),
            source: "s3://my-bucket/source/sourcedir.tar.gz".to_owned(),
            program: "sklearn_abalone_featurizer.py".to_owned(),
            volume_gb: 30,
            max_seconds: 86_400,
        },
        image: "382416733822.dkr.ecr.us-east-1.amazonaws.com/linear-learner:1".to_owned(),
        hyperparameters: json!({ "feature_dim": "10", "predictor_type": "regressor", "mini_batch_size": "32" })
            .as_object()
            .cloned()
            .unwrap_or_default(),
        instance_type: "ml.c4.xlarge".to_owned(),
        volume_gb: 20,
        max_seconds: 3600,
    }
}

fn engine() -> Engine {
    [
        "Train Preprocessor",
        "Create Preprocessor Model",
        "Transform Input",
        "Training",
        "Create Pipeline Model",
        "Configure Endpoint",
        "Deploy",
    ]
        .into_iter()
        .fold(Engine::of::<InferencePipeline>().unwrap(), |engine, state| engine.on_state(state, |_: Value| Ok(json!({}))))
}

#[test]
fn every_step_runs_and_gets_its_request_from_the_input() {
    let input = settings().input();
    let execution = engine()
        .on_state("Deploy", |request: Value| Ok(json!({ "EndpointArn": request["EndpointName"] })))
        .run(&input)
        .unwrap();
    execution.assert_path([
        "Train Preprocessor",
        "Create Preprocessor Model",
        "Transform Input",
        "Training",
        "Create Pipeline Model",
        "Configure Endpoint",
        "Deploy",
    ]);
    execution.assert_output(json!({ "EndpointArn": settings().job }));
}

#[test]
fn a_failed_training_ends_the_execution() {
    let engine = engine().on_state("Training", |_: Value| Err::<Value, _>(TaskError::new("SageMaker.Failed")));
    engine.run(&settings().input()).unwrap().assert_failed("SageMaker.Failed");
}
