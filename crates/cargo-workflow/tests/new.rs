//! Tests `cargo workflow new`: every template makes a crate whose tests pass; the pipelines equal those of AWS's Python
//! SDK.

#[allow(unreachable_pub, reason = "it is a crate of its own where it is made")]
#[path = "../templates/inference-pipeline/lib.rs"]
mod inference_pipeline;
#[allow(unreachable_pub, reason = "it is a crate of its own where it is made")]
#[path = "../templates/training-pipeline/lib.rs"]
mod training_pipeline;

use std::path::Path;
use std::process::{Command, Output};
use workflow_cases::every;

use serde_json::{Value, json};

use crate::generated;
use crate::tools::{self, stdout};

const TEMPLATES: [&str; 6] =
    ["hello-world", "training-pipeline", "inference-pipeline", "order-saga", "human-approval", "distributed-map"];

fn new(folder: &Path, arguments: &[&str]) -> Output {
    let program = env!("CARGO_BIN_EXE_cargo-workflow");
    Command::new(program).args(["workflow", "new"]).args(arguments).current_dir(folder).output().unwrap()
}

/// Returns a folder outside the workspace. Otherwise, cargo would treat the crate as a member.
fn outside(name: &str) -> std::path::PathBuf {
    let folder = std::env::temp_dir().join(format!("workflow-new-{name}-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// A package contains only its own files, so the template is a copy of the example.
#[test]
fn the_order_saga_is_that_of_the_examples() {
    let of = |file: &str| std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).unwrap();
    assert!(of("templates/order-saga/lib.rs") == of("../../examples/src/order_saga.rs"), "change both files together");
}

#[test]
fn each_template_makes_a_crate_whose_tests_pass() {
    let around = tools::folder("templates");
    // A manifest that happens to be around must not matter.
    std::fs::write(around.join("Cargo.toml"), "[package]\nname = \"other\"\n").unwrap();
    let folder = around.join("crates");
    generated::root(&folder, "[workspace]\nmembers = [\"*\"]\nresolver = \"3\"");
    every(TEMPLATES, |template| {
        let made = new(&folder, &[template, "--template", template]);
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let manifest = folder.join(template).join("Cargo.toml");
        let text = std::fs::read_to_string(&manifest).unwrap();
        std::fs::write(&manifest, format!("{text}\n[lints.rust]\nwarnings = \"deny\"\n")).unwrap();
    });
    let output = generated::cargo(&folder, &["test", "--workspace", "--tests"]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}{said}", stdout(&output));
    // The library and the tests of each.
    assert_eq!(stdout(&output).matches("test result: ok. ").count(), 2 * TEMPLATES.len(), "{}", stdout(&output));
    std::fs::remove_dir_all(around).unwrap();
}

#[test]
fn nothing_is_overwritten_and_names_are_checked() {
    let folder = outside("names");
    let error = |arguments: &[&str]| {
        let output = new(&folder, arguments);
        assert_eq!(output.status.code(), Some(2));
        String::from_utf8(output.stderr).unwrap()
    };
    assert!(new(&folder, &["mine"]).status.success());
    assert_eq!(error(&["mine"]), "error: mine already exists and is not empty\n");
    every(["2d", "a b", "fn", "test", "workflow-local", "ä"], |name| {
        assert!(error(&[name]).starts_with(&format!("error: `{name}` is not a valid crate name\n")), "{name}");
    });
    assert!(error(&["other", "--source", "mine"]).contains("is not a checkout"));
    std::fs::remove_dir_all(folder).unwrap();
}

fn golden(name: &str) -> Option<Value> {
    let file = workflow_recorded::data("seed-sdk")?.join(name);
    Some(serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap())
}

/// Normalizes paths: `$.a` and `$['a']` are equal.
fn normalized(value: Value) -> Value {
    match value {
        Value::String(text) if text.starts_with('$') => match workflow_asl::path::JsonPath::parse(&text) {
            Ok(path) => path.normalized().into(),
            Err(_) => text.into(),
        },
        Value::Array(items) => items.into_iter().map(normalized).collect(),
        Value::Object(members) => members.into_iter().map(|(name, value)| (name, normalized(value))).collect(),
        other => other,
    }
}

fn definition(text: &str) -> Value {
    normalized(serde_json::from_str(text).unwrap())
}

#[test]
fn the_training_pipeline_is_that_of_the_python_sdk() {
    use training_pipeline::{Settings, TrainingPipeline};
    let (Some(machine), Some(input)) =
        (golden("pipeline_training_definition.json"), golden("pipeline_training_execution_input.json"))
    else {
        return;
    };
    assert_eq!(definition(TrainingPipeline::definition().as_str()), normalized(machine));
    let settings = Settings {
        pipeline: "training-pipeline".to_owned(),
        job: "pca".to_owned(),
        bucket: "my-bucket".to_owned(),
        role: "arn:aws:iam::123456789012:role/SageMakerRole".to_owned(),
        image: "382416733822.dkr.ecr.us-east-1.amazonaws.com/pca:1".to_owned(),
        inputs: vec![("train".to_owned(), "s3://my-bucket/pca/train".to_owned())],
        hyperparameters: json!({"num_components": "12"}).as_object().unwrap().clone(),
        instance_type: "ml.c4.xlarge".to_owned(),
        instance_count: 1,
        volume_gb: 30,
        max_seconds: 86_400,
    };
    assert_eq!(serde_json::to_value(settings.input()).unwrap(), input);
}

#[test]
fn the_inference_pipeline_is_that_of_the_python_sdk() {
    use inference_pipeline::{InferencePipeline, Preprocessor, Settings};
    let (Some(machine), Some(input)) =
        (golden("pipeline_inference_definition.json"), golden("pipeline_inference_execution_input.json"))
    else {
        return;
    };
    assert_eq!(definition(InferencePipeline::definition().as_str()), normalized(machine));
    let settings = Settings {
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
        hyperparameters: json!({"feature_dim": "10", "predictor_type": "regressor", "mini_batch_size": "32"})
            .as_object()
            .unwrap()
            .clone(),
        instance_type: "ml.c4.xlarge".to_owned(),
        volume_gb: 20,
        max_seconds: 3600,
    };
    assert_eq!(serde_json::to_value(settings.input()).unwrap(), input);
}
