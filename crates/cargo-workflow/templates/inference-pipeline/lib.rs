//! A preprocessor and a model, trained by SageMaker and deployed to one endpoint.
//!
//! Every request is in the execution's input, which [`Settings::input`] creates.

use serde_json::{Map, Value, json};
use workflow_runtime::workflow;

workflow! {
    // Trains a preprocessor and a model on what it makes of the data, and deploys both as one.
    pub workflow InferencePipeline {
        query jsonpath;
        input {
            #[serde(rename = "Train Preprocessor")]
            train_preprocessor: TrainPreprocessor,
            #[serde(rename = "Create Preprocessor Model")]
            create_preprocessor_model: CreatePreprocessorModel,
            #[serde(rename = "Transform Input")]
            transform_input: TransformInput,
            #[serde(rename = "Training")]
            training: Training,
            #[serde(rename = "Create Pipeline Model")]
            create_pipeline_model: CreatePipelineModel,
            #[serde(rename = "Configure Endpoint")]
            configure_endpoint: ConfigureEndpoint,
            #[serde(rename = "Deploy")]
            deploy: Deploy,
        }
        #[serde(rename_all = "PascalCase")]
        struct TrainPreprocessor {
            algorithm_specification: Json,
            output_data_config: Json,
            stopping_condition: Json,
            resource_config: Json,
            role_arn: Arn,
            input_data_config: Json,
            hyper_parameters: Json,
            training_job_name: String,
            debug_hook_config: Json,
        }
        #[serde(rename_all = "PascalCase")]
        struct CreatePreprocessorModel {
            model_name: String,
            primary_container: Json,
            execution_role_arn: Arn,
        }
        struct TransformInput {
            #[serde(rename = "TransformJobName")]
            transform_job_name: String,
            #[serde(rename = "ModelName")]
            model_name: String,
            #[serde(rename = "TransformInput")]
            transform_input: Json,
            #[serde(rename = "TransformOutput")]
            transform_output: Json,
            #[serde(rename = "TransformResources")]
            transform_resources: Json,
            #[serde(rename = "MaxPayloadInMB")]
            max_payload_in_mb: i64,
            #[serde(rename = "Environment")]
            environment: Json,
        }
        #[serde(rename_all = "PascalCase")]
        struct Training {
            algorithm_specification: Json,
            output_data_config: Json,
            stopping_condition: Json,
            resource_config: Json,
            role_arn: Arn,
            input_data_config: Json,
            hyper_parameters: Json,
            training_job_name: String,
            debug_hook_config: Json,
        }
        #[serde(rename_all = "PascalCase")]
        struct CreatePipelineModel {
            model_name: String,
            containers: Json,
            execution_role_arn: Arn,
        }
        #[serde(rename_all = "PascalCase")]
        struct ConfigureEndpoint {
            endpoint_config_name: String,
            production_variants: Json,
        }
        #[serde(rename_all = "PascalCase")]
        struct Deploy {
            endpoint_config_name: String,
            endpoint_name: String,
        }

        task TrainPreprocessor as "Train Preprocessor" = sagemaker::createTrainingJob.sync {
            AlgorithmSpecification: input.train_preprocessor.algorithm_specification,
            OutputDataConfig: input.train_preprocessor.output_data_config,
            StoppingCondition: input.train_preprocessor.stopping_condition,
            ResourceConfig: input.train_preprocessor.resource_config,
            RoleArn: input.train_preprocessor.role_arn,
            InputDataConfig: input.train_preprocessor.input_data_config,
            HyperParameters: input.train_preprocessor.hyper_parameters,
            TrainingJobName: input.train_preprocessor.training_job_name,
            DebugHookConfig: input.train_preprocessor.debug_hook_config,
        } -> CreatePreprocessorModel;
        task CreatePreprocessorModel as "Create Preprocessor Model" = sagemaker::createModel {
            ModelName: input.create_preprocessor_model.model_name,
            PrimaryContainer: input.create_preprocessor_model.primary_container,
            ExecutionRoleArn: input.create_preprocessor_model.execution_role_arn,
        } -> TransformInput;
        task TransformInput as "Transform Input" = sagemaker::createTransformJob.sync {
            TransformJobName: input.transform_input.transform_job_name,
            ModelName: input.transform_input.model_name,
            TransformInput: input.transform_input.transform_input,
            TransformOutput: input.transform_input.transform_output,
            TransformResources: input.transform_input.transform_resources,
            MaxPayloadInMB: input.transform_input.max_payload_in_mb,
            Environment: input.transform_input.environment,
        } -> Training;
        task Training = sagemaker::createTrainingJob.sync {
            AlgorithmSpecification: input.training.algorithm_specification,
            OutputDataConfig: input.training.output_data_config,
            StoppingCondition: input.training.stopping_condition,
            ResourceConfig: input.training.resource_config,
            RoleArn: input.training.role_arn,
            InputDataConfig: input.training.input_data_config,
            HyperParameters: input.training.hyper_parameters,
            TrainingJobName: input.training.training_job_name,
            DebugHookConfig: input.training.debug_hook_config,
        } -> CreatePipelineModel;
        task CreatePipelineModel as "Create Pipeline Model" = sagemaker::createModel {
            ModelName: input.create_pipeline_model.model_name,
            Containers: input.create_pipeline_model.containers,
            ExecutionRoleArn: input.create_pipeline_model.execution_role_arn,
        } -> ConfigureEndpoint;
        task ConfigureEndpoint as "Configure Endpoint" = sagemaker::createEndpointConfig {
            EndpointConfigName: input.configure_endpoint.endpoint_config_name,
            ProductionVariants: input.configure_endpoint.production_variants,
        } -> Deploy;
        task Deploy = sagemaker::createEndpoint {
            EndpointConfigName: input.deploy.endpoint_config_name,
            EndpointName: input.deploy.endpoint_name,
        } -> end;
    }
}

/// The settings of a pipeline.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The name of the pipeline, a folder in the bucket.
    pub pipeline: String,
    /// The name of this run: of the model, the endpoint and its configuration.
    pub job: String,
    /// The bucket for the models and the transformed data.
    pub bucket: String,
    /// The region, which the preprocessor's script needs.
    pub region: String,
    /// SageMaker's role.
    pub role: String,
    /// The location of the training data.
    pub train: String,
    /// The preprocessor.
    pub preprocessor: Preprocessor,
    /// The image of the algorithm.
    pub image: String,
    /// The algorithm's hyperparameters.
    pub hyperparameters: Map<String, Value>,
    /// The instances for every step and for the endpoint.
    pub instance_type: String,
    /// The volume of the instance that trains the model, in GB.
    pub volume_gb: u32,
    /// The maximum training time of the model, in seconds.
    pub max_seconds: u32,
}

/// A preprocessor: a script for a framework's image.
#[derive(Clone, Debug)]
pub struct Preprocessor {
    /// The image.
    pub image: String,
    /// The archive with the script.
    pub source: String,
    /// The script in the archive.
    pub program: String,
    /// The volume of the instance that trains it, in GB.
    pub volume_gb: u32,
    /// The maximum training time, in seconds.
    pub max_seconds: u32,
}

/// The log level of the framework's images: Python's `INFO`.
const LOG_LEVEL: &str = "20";

impl Settings {
    /// Returns the input of an execution.
    pub fn input(&self) -> InferencePipelineInput {
        let folder = format!("s3://{}/{}", self.bucket, self.pipeline);
        let models = format!("{folder}/models");
        let preprocessor = format!("preprocessor-{}", self.job);
        let estimator = format!("estimator-{}", self.job);
        let transformed = format!("{folder}/preprocessor-transform-{}/transform", self.job);
        let model_of = |job: &str| format!("{models}/{job}/output/model.tar.gz");
        let debug = json!({ "S3OutputPath": format!("{models}/debug") });
        let container = json!({
            "Image": self.preprocessor.image,
            "Environment": {
                "SAGEMAKER_PROGRAM": self.preprocessor.program,
                "SAGEMAKER_SUBMIT_DIRECTORY": self.preprocessor.source,
                "SAGEMAKER_CONTAINER_LOG_LEVEL": LOG_LEVEL,
                "SAGEMAKER_REGION": self.region,
            },
            "ModelDataUrl": model_of(&preprocessor),
        });
        InferencePipelineInput {
            train_preprocessor: TrainPreprocessor {
                algorithm_specification: algorithm(&self.preprocessor.image),
                output_data_config: json!({ "S3OutputPath": models }),
                stopping_condition: json!({ "MaxRuntimeInSeconds": self.preprocessor.max_seconds }),
                resource_config: self.instances(self.preprocessor.volume_gb),
                role_arn: self.role.as_str().into(),
                input_data_config: channel(&self.train),
                hyper_parameters: json!({
                    // The framework reads JSON.
                    "sagemaker_submit_directory": json!(self.preprocessor.source).to_string(),
                    "sagemaker_program": json!(self.preprocessor.program).to_string(),
                    "sagemaker_container_log_level": LOG_LEVEL,
                    "sagemaker_job_name": json!(preprocessor).to_string(),
                    "sagemaker_region": json!(self.region).to_string(),
                }),
                training_job_name: preprocessor.clone(),
                debug_hook_config: debug.clone(),
            },
            create_preprocessor_model: CreatePreprocessorModel {
                model_name: preprocessor.clone(),
                primary_container: container.clone(),
                execution_role_arn: self.role.as_str().into(),
            },
            transform_input: TransformInput {
                transform_job_name: preprocessor.clone(),
                model_name: preprocessor,
                transform_input: json!({ "DataSource": { "S3DataSource": {
                    "S3DataType": "S3Prefix", "S3Uri": self.train,
                } } }),
                transform_output: json!({ "S3OutputPath": transformed }),
                transform_resources: json!({ "InstanceCount": 1, "InstanceType": self.instance_type }),
                max_payload_in_mb: 20,
                environment: json!({}),
            },
            training: Training {
                algorithm_specification: algorithm(&self.image),
                output_data_config: json!({ "S3OutputPath": models }),
                stopping_condition: json!({ "MaxRuntimeInSeconds": self.max_seconds }),
                resource_config: self.instances(self.volume_gb),
                role_arn: self.role.as_str().into(),
                input_data_config: channel(&transformed),
                hyper_parameters: self.hyperparameters.clone().into(),
                training_job_name: estimator.clone(),
                debug_hook_config: debug,
            },
            create_pipeline_model: CreatePipelineModel {
                model_name: self.job.clone(),
                containers: json!([
                    container,
                    { "Image": self.image, "Environment": {}, "ModelDataUrl": model_of(&estimator) },
                ]),
                execution_role_arn: self.role.as_str().into(),
            },
            configure_endpoint: ConfigureEndpoint {
                endpoint_config_name: self.job.clone(),
                production_variants: json!([{
                    "InitialInstanceCount": 1,
                    "InstanceType": self.instance_type,
                    "ModelName": self.job,
                    "VariantName": "AllTraffic",
                }]),
            },
            deploy: Deploy { endpoint_config_name: self.job.clone(), endpoint_name: self.job.clone() },
        }
    }

    fn instances(&self, volume_gb: u32) -> Value {
        json!({ "VolumeSizeInGB": volume_gb, "InstanceCount": 1, "InstanceType": self.instance_type })
    }
}

fn algorithm(image: &str) -> Value {
    json!({ "TrainingImage": image, "TrainingInputMode": "File" })
}

/// Returns a channel with the training data in an S3 folder.
fn channel(uri: &str) -> Value {
    json!([{
        "DataSource": { "S3DataSource": {
            "S3DataType": "S3Prefix", "S3Uri": uri, "S3DataDistributionType": "FullyReplicated",
        } },
        "ChannelName": "train",
    }])
}
