//! Retrains a model and deploys it if it is good enough. Values pass from state to state by the states' names.

use workflow_runtime::workflow;

workflow! {
    /// Retrains the churn model and deploys it when it is good enough.
    pub workflow RetrainChurn {
        input {
            /// Names the training job and what is made of it.
            job_name: String,
            /// Where the data lies.
            source: String,
            /// The area under the curve from which on the model is deployed.
            threshold: f64,
            /// Whether the model is deployed at all.
            mode: Mode,
        }
        enum Mode { TrainOnly, Full }
        struct Metrics { auc: f64, note: Option<String> }
        params { image: String, output_path: String, sagemaker_role: Arn }
        returns {
            /// The endpoint, where the model was deployed.
            endpoint: Option<String>,
            /// How good the model is.
            auc: f64,
        }
        catch failed [States.ALL] -> Failed;

        task Prepare = glue::startJobRun.sync {
            JobName: "customer-churn-etl",
            Arguments: { "--S3_SOURCE": input.source },
        }
            retry [Glue.ConcurrentRunsExceededException] { interval: 30s, max_attempts: 5, backoff: 2.0 }
            catch failed
            -> Train;

        task Train = sagemaker::createTrainingJob.sync {
            TrainingJobName: input.job_name,
            AlgorithmSpecification: { TrainingImage: params.image, TrainingInputMode: "File" },
            OutputDataConfig: { S3OutputPath: params.output_path },
            ResourceConfig: { InstanceCount: 1, InstanceType: "ml.m5.xlarge", VolumeSizeInGB: 20 },
            RoleArn: params.sagemaker_role,
            StoppingCondition: { MaxRuntimeInSeconds: 3600 },
        }
            timeout 2h
            catch failed
            -> Evaluate;

        task Evaluate as "Query training results" = lambda::invoke<Metrics> {
            FunctionName: "query-training-status",
            Payload: { model: Train.ModelArtifacts.S3ModelArtifacts },
        }
            catch failed
            -> GoodEnough;

        choice GoodEnough {
            if Evaluate.Payload.auc >= input.threshold && input.mode == Mode::Full -> Model;
            else -> Kept;
        }

        task Model = sagemaker::createModel {
            ModelName: input.job_name,
            PrimaryContainer: { Image: params.image, ModelDataUrl: Train.ModelArtifacts.S3ModelArtifacts },
            ExecutionRoleArn: params.sagemaker_role,
        }
            catch failed
            -> Config;

        task Config = sagemaker::createEndpointConfig {
            EndpointConfigName: input.job_name,
            ProductionVariants: [
                {
                    ModelName: input.job_name,
                    VariantName: "all",
                    InitialInstanceCount: 1,
                    InstanceType: "ml.m5.xlarge",
                },
            ],
        }
            catch failed
            -> Endpoint;

        task Endpoint = sagemaker::createEndpoint {
            EndpointName: "churn",
            EndpointConfigName: input.job_name,
        }
            catch failed
            -> Deployed;

        succeed Deployed { endpoint: Endpoint.EndpointArn, auc: Evaluate.Payload.auc }
        succeed Kept { endpoint: null, auc: Evaluate.Payload.auc }
        fail Failed { error: "RetrainFailed", cause: caught.Error + ": " + caught.Cause }
    }
}
