//! Pipelines for machine learning from fragments: `docs/cookbook/model-pipelines.md`.

use serde_json::{Value, json};
use workflow_local::{Engine, TaskError};
use workflow_runtime::{Definition, Json, Workflow, workflow};

workflow! {
    /// Trains a model on the data in a folder.
    fragment Train {
        input { job: String, image: String, role: Arn, data: String, models: String, instance: String }
        returns { artifacts: String }

        task Fit = sagemaker::createTrainingJob.sync {
            TrainingJobName: input.job,
            AlgorithmSpecification: { TrainingImage: input.image, TrainingInputMode: "File" },
            RoleArn: input.role,
            InputDataConfig: [
                {
                    ChannelName: "train",
                    DataSource: { S3DataSource: { S3DataType: "S3Prefix", S3Uri: input.data } },
                },
            ],
            OutputDataConfig: { S3OutputPath: input.models },
            ResourceConfig: { InstanceCount: 1, InstanceType: input.instance, VolumeSizeInGB: 30 },
            StoppingCondition: { MaxRuntimeInSeconds: 86400 },
        }
            output { artifacts: result.ModelArtifacts.S3ModelArtifacts }
            -> end;
    }

    /// Trains a model with many values of a hyperparameter, and keeps the best one.
    fragment Tune {
        input { job: String, image: String, role: Arn, data: String, models: String, instance: String, metric: String }
        returns { artifacts: String }

        task Search = sagemaker::createHyperParameterTuningJob.sync {
            HyperParameterTuningJobName: input.job,
            HyperParameterTuningJobConfig: {
                Strategy: "Bayesian",
                ResourceLimits: { MaxNumberOfTrainingJobs: 20, MaxParallelTrainingJobs: 4 },
                HyperParameterTuningJobObjective: { Type: "Maximize", MetricName: input.metric },
                ParameterRanges: { ContinuousParameterRanges: [{ Name: "eta", MinValue: "0.01", MaxValue: "0.5" }] },
            },
            TrainingJobDefinition: {
                AlgorithmSpecification: { TrainingImage: input.image, TrainingInputMode: "File" },
                RoleArn: input.role,
                InputDataConfig: [
                    {
                        ChannelName: "train",
                        DataSource: { S3DataSource: { S3DataType: "S3Prefix", S3Uri: input.data } },
                    },
                ],
                OutputDataConfig: { S3OutputPath: input.models },
                ResourceConfig: { InstanceCount: 1, InstanceType: input.instance, VolumeSizeInGB: 30 },
                StoppingCondition: { MaxRuntimeInSeconds: 86400 },
            },
        } -> Found;
        choice Found {
            if is_present(Search.BestTrainingJob) -> Best;
            else -> NoneFound;
        }
        task Best = aws_sdk::sagemaker::describeTrainingJob {
            TrainingJobName: Search.BestTrainingJob.TrainingJobName,
        }
            output { artifacts: result.ModelArtifacts.S3ModelArtifacts }
            -> end;
        fail NoneFound { error: "NoModel", cause: "no training job of the search succeeded" }
    }

    /// Saves a model from its artifacts.
    fragment SaveModel {
        input { name: String, image: String, role: Arn, artifacts: String }

        task Save = sagemaker::createModel {
            ModelName: input.name,
            ExecutionRoleArn: input.role,
            PrimaryContainer: { Image: input.image, ModelDataUrl: input.artifacts },
        } -> end;
    }

    /// Runs a model on the data in a folder, and writes the results to another.
    fragment Transform {
        input { job: String, model: String, data: String, results: String, instance: String }

        task Apply = sagemaker::createTransformJob.sync {
            TransformJobName: input.job,
            ModelName: input.model,
            TransformInput: { DataSource: { S3DataSource: { S3DataType: "S3Prefix", S3Uri: input.data } } },
            TransformOutput: { S3OutputPath: input.results },
            TransformResources: { InstanceCount: 1, InstanceType: input.instance },
        } -> end;
    }

    /// Serves a model at an endpoint.
    fragment Deploy {
        input { endpoint: String, model: String, instance: String }

        task Configure = sagemaker::createEndpointConfig {
            EndpointConfigName: input.model,
            ProductionVariants: [
                {
                    VariantName: "AllTraffic",
                    ModelName: input.model,
                    InstanceType: input.instance,
                    InitialInstanceCount: 1,
                },
            ],
        } -> Create;
        task Create = sagemaker::createEndpoint {
            EndpointName: input.endpoint,
            EndpointConfigName: input.model,
        } -> end;
    }

    /// Trains a model, and deploys it.
    pub workflow TrainingPipeline {
        input { job: String, data: String }
        params { image: String, role: Arn, bucket: String, instance: String }

        use Train as Trained {
            job: input.job,
            image: params.image,
            role: params.role,
            data: input.data,
            models: "s3://" + params.bucket + "/models",
            instance: params.instance,
        } -> Saved;
        use SaveModel as Saved {
            name: input.job,
            image: params.image,
            role: params.role,
            artifacts: Trained.artifacts,
        } -> Served;
        use Deploy as Served { endpoint: input.job, model: input.job, instance: params.instance } -> end;
    }

    /// Trains a preprocessor and a model on what it makes of the data, and deploys both as one.
    pub workflow InferencePipeline {
        input { job: String, data: String }
        params { preprocessor: String, image: String, role: Arn, bucket: String, instance: String }

        use Train as Preprocessor {
            job: "preprocessor-" + input.job,
            image: params.preprocessor,
            role: params.role,
            data: input.data,
            models: "s3://" + params.bucket + "/models",
            instance: params.instance,
        } -> Saved;
        use SaveModel as Saved {
            name: "preprocessor-" + input.job,
            image: params.preprocessor,
            role: params.role,
            artifacts: Preprocessor.artifacts,
        } -> Transformed;
        use Transform as Transformed {
            job: input.job,
            model: "preprocessor-" + input.job,
            data: input.data,
            results: "s3://" + params.bucket + "/transformed/" + input.job,
            instance: params.instance,
        } -> Trained;
        use Train as Trained {
            job: "estimator-" + input.job,
            image: params.image,
            role: params.role,
            data: "s3://" + params.bucket + "/transformed/" + input.job,
            models: "s3://" + params.bucket + "/models",
            instance: params.instance,
        } -> Combine;
        task Combine = sagemaker::createModel {
            ModelName: input.job,
            ExecutionRoleArn: params.role,
            Containers: [
                { Image: params.preprocessor, ModelDataUrl: Preprocessor.artifacts },
                { Image: params.image, ModelDataUrl: Trained.artifacts },
            ],
        } -> Served;
        use Deploy as Served { endpoint: input.job, model: input.job, instance: params.instance } -> end;
    }

    /// Searches the best models of several algorithms at once, and saves them.
    pub workflow Candidates {
        input { job: String, data: String }
        params { registry: String, role: Arn, bucket: String }

        parallel Search {
            for algorithm in [
                { name: "xgboost", instance: "ml.m5.xlarge", metric: "validation:auc" },
                { name: "linear-learner", instance: "ml.c5.xlarge", metric: "validation:roc_auc_score" },
            ] {
                branch {
                    use Tune as Tuned as "Tune " + algorithm.name {
                        job: algorithm.name + "-" + input.job,
                        image: params.registry + "/" + algorithm.name,
                        role: params.role,
                        data: input.data,
                        models: "s3://" + params.bucket + "/" + algorithm.name,
                        instance: algorithm.instance,
                        metric: algorithm.metric,
                    } -> Saved;
                    use SaveModel as Saved as "Save " + algorithm.name {
                        name: algorithm.name + "-" + input.job,
                        image: params.registry + "/" + algorithm.name,
                        role: params.role,
                        artifacts: Tuned.artifacts,
                    } -> end;
                }
            }
        } -> end;
    }
}

const ROLE: &str = "arn:aws:iam::123456789012:role/sagemaker";

/// An engine on which every job succeeds, and writes its artifacts to a file with its name.
fn engine<W: Workflow>(params: &W::Params) -> Engine {
    let artifacts = |request: Json| {
        let name = request["TrainingJobName"].as_str().unwrap_or_default();
        Ok(json!({ "ModelArtifacts": { "S3ModelArtifacts": format!("s3://models/{name}.tar.gz") } }))
    };
    let best = |request: Json| {
        let name = request["HyperParameterTuningJobName"].as_str().unwrap_or_default();
        Ok(json!({ "BestTrainingJob": { "TrainingJobName": format!("{name}-7") } }))
    };
    let mut engine = Engine::of_with::<W>(params)
        .unwrap()
        .on_resource("arn:aws:states:::sagemaker:createTrainingJob.sync", artifacts)
        .on_resource("arn:aws:states:::aws-sdk:sagemaker:describeTrainingJob", artifacts)
        .on_resource("arn:aws:states:::sagemaker:createHyperParameterTuningJob.sync", best);
    for action in ["createModel", "createTransformJob.sync", "createEndpointConfig", "createEndpoint"] {
        engine = engine.on_resource(format!("arn:aws:states:::sagemaker:{action}"), |_: Json| Ok(json!({})));
    }
    engine
}

fn training() -> TrainingPipelineParams {
    TrainingPipelineParams {
        image: "xgboost".to_owned(),
        role: ROLE.into(),
        bucket: "churn".to_owned(),
        instance: "ml.m5.xlarge".to_owned(),
    }
}

fn inference() -> InferencePipelineParams {
    InferencePipelineParams {
        preprocessor: "scikit-learn".to_owned(),
        image: "linear-learner".to_owned(),
        role: ROLE.into(),
        bucket: "churn".to_owned(),
        instance: "ml.m5.xlarge".to_owned(),
    }
}

#[test]
fn a_model_is_trained_saved_and_served() {
    let saved = |request: Json| {
        assert_eq!(request["PrimaryContainer"]["ModelDataUrl"], "s3://models/today.tar.gz");
        Ok(json!({}))
    };
    let execution = engine::<TrainingPipeline>(&training())
        .on_state(TrainingPipelineState::SavedSave, saved)
        .run(&TrainingPipelineInput { job: "today".to_owned(), data: "s3://churn/train".to_owned() })
        .unwrap();
    execution.assert_path(["Trained / Fit", "Saved / Save", "Served / Configure", "Served / Create"]);
}

#[test]
fn a_failed_training_deploys_nothing() {
    let execution = engine::<TrainingPipeline>(&training())
        .on_state(TrainingPipelineState::TrainedFit, |_: Json| {
            Err::<Json, _>(TaskError::new("SageMaker.AmazonSageMakerException").with_cause("no capacity"))
        })
        .run(&TrainingPipelineInput { job: "today".to_owned(), data: "s3://churn/train".to_owned() })
        .unwrap();
    execution.assert_path(["Trained / Fit"]);
    execution.assert_failed("SageMaker.AmazonSageMakerException");
}

#[test]
fn a_model_is_trained_on_what_the_preprocessor_makes() {
    let combined = |request: Json| {
        let models: Vec<_> = (0..2).map(|at| request["Containers"][at]["ModelDataUrl"].clone()).collect();
        assert_eq!(models, ["s3://models/preprocessor-today.tar.gz", "s3://models/estimator-today.tar.gz"]);
        Ok(json!({}))
    };
    let execution = engine::<InferencePipeline>(&inference())
        .on_state(InferencePipelineState::Combine, combined)
        .run(&InferencePipelineInput { job: "today".to_owned(), data: "s3://churn/train".to_owned() })
        .unwrap();
    execution.assert_path([
        "Preprocessor / Fit",
        "Saved / Save",
        "Transformed / Apply",
        "Trained / Fit",
        "Combine",
        "Served / Configure",
        "Served / Create",
    ]);
}

fn candidates() -> CandidatesParams {
    CandidatesParams { registry: "registry".to_owned(), role: ROLE.into(), bucket: "churn".to_owned() }
}

#[test]
fn each_algorithm_has_its_own_search() {
    let saved = |request: Json| {
        assert_eq!(request["PrimaryContainer"]["ModelDataUrl"], "s3://models/xgboost-today-7.tar.gz");
        Ok(json!({}))
    };
    let execution = engine::<Candidates>(&candidates())
        .on_state(CandidatesState::SavedXgboostSave, saved)
        .run(&CandidatesInput { job: "today".to_owned(), data: "s3://churn/train".to_owned() })
        .unwrap();
    execution.assert_succeeded();
    assert!(execution.path().contains(&"Save linear-learner / Save"));
}

#[test]
fn a_search_without_a_model_fails() {
    let execution = engine::<Candidates>(&candidates())
        .on_state(CandidatesState::TunedLinearLearnerSearch, |_: Json| Ok(json!({})))
        .run(&CandidatesInput { job: "today".to_owned(), data: "s3://churn/train".to_owned() })
        .unwrap();
    execution.assert_failed("NoModel");
}

/// The tasks are those of the Python SDK's `TrainingPipeline` and `InferencePipeline`, in the same order.
#[test]
fn the_tasks_are_those_of_the_python_sdk() {
    let tasks = |definition: Definition| {
        let definition: Value = serde_json::from_str(definition.as_str()).unwrap();
        let mut tasks = Vec::new();
        let mut next = definition["StartAt"].as_str();
        while let Some(state) = next.map(|name| &definition["States"][name]) {
            tasks.extend(state["Resource"].as_str().and_then(|arn| arn.rsplit(':').next()).map(str::to_owned));
            next = state["Next"].as_str();
        }
        tasks
    };
    let serve = ["createModel", "createEndpointConfig", "createEndpoint"];
    let expected = [&["createTrainingJob.sync"], &serve[..]].concat();
    assert_eq!(tasks(TrainingPipeline::definition_with(&training()).unwrap()), expected);
    let prepare = ["createTrainingJob.sync", "createModel", "createTransformJob.sync"];
    assert_eq!(
        tasks(InferencePipeline::definition_with(&inference()).unwrap()),
        [&prepare[..], &expected[..]].concat()
    );
}
