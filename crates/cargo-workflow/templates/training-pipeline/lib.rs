//! A model trained by SageMaker and deployed to an endpoint.
//!
//! Every request is in the execution's input, which [`Settings::input`] creates.

use serde_json::{Map, Value, json};
use workflow_runtime::workflow;

workflow! {
    // Trains a model, and deploys it to an endpoint.
    pub workflow TrainingPipeline {
        query jsonpath;
        input {
            #[serde(rename = "Training")]
            training: Training,
            #[serde(rename = "Create Model")]
            create_model: CreateModel,
            #[serde(rename = "Configure Endpoint")]
            configure_endpoint: ConfigureEndpoint,
            #[serde(rename = "Deploy")]
            deploy: Deploy,
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
        }
        #[serde(rename_all = "PascalCase")]
        struct CreateModel {
            execution_role_arn: Arn,
            model_name: String,
            primary_container: Json,
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

        task Training = sagemaker::createTrainingJob.sync {
            AlgorithmSpecification: input.training.algorithm_specification,
            OutputDataConfig: input.training.output_data_config,
            StoppingCondition: input.training.stopping_condition,
            ResourceConfig: input.training.resource_config,
            RoleArn: input.training.role_arn,
            InputDataConfig: input.training.input_data_config,
            HyperParameters: input.training.hyper_parameters,
            TrainingJobName: input.training.training_job_name,
        } -> CreateModel;
        task CreateModel as "Create Model" = sagemaker::createModel {
            ExecutionRoleArn: input.create_model.execution_role_arn,
            ModelName: input.create_model.model_name,
            PrimaryContainer: input.create_model.primary_container,
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
    /// The bucket for the models.
    pub bucket: String,
    /// SageMaker's role.
    pub role: String,
    /// The image of the algorithm.
    pub image: String,
    /// The locations of the training data, by channel: `("train", "s3://bucket/train")`.
    pub inputs: Vec<(String, String)>,
    /// The algorithm's hyperparameters.
    pub hyperparameters: Map<String, Value>,
    /// The instance type, for training and for the endpoint.
    pub instance_type: String,
    /// The number of instances.
    pub instance_count: u32,
    /// The volume of each instance, in GB.
    pub volume_gb: u32,
    /// The maximum training time, in seconds.
    pub max_seconds: u32,
}

impl Settings {
    /// Returns the input of an execution.
    pub fn input(&self) -> TrainingPipelineInput {
        let models = format!("s3://{}/{}/models", self.bucket, self.pipeline);
        let estimator = format!("estimator-{}", self.job);
        let channels: Vec<_> = self
            .inputs
            .iter()
            .map(|(channel, uri)| {
                json!({
                    "DataSource": { "S3DataSource": {
                        "S3DataType": "S3Prefix", "S3Uri": uri, "S3DataDistributionType": "FullyReplicated",
                    } },
                    "ChannelName": channel,
                })
            })
            .collect();
        TrainingPipelineInput {
            training: Training {
                algorithm_specification: json!({ "TrainingImage": self.image, "TrainingInputMode": "File" }),
                output_data_config: json!({ "S3OutputPath": models }),
                stopping_condition: json!({ "MaxRuntimeInSeconds": self.max_seconds }),
                resource_config: json!({
                    "VolumeSizeInGB": self.volume_gb,
                    "InstanceCount": self.instance_count,
                    "InstanceType": self.instance_type,
                }),
                role_arn: self.role.as_str().into(),
                input_data_config: channels.into(),
                hyper_parameters: self.hyperparameters.clone().into(),
                training_job_name: estimator.clone(),
            },
            create_model: CreateModel {
                execution_role_arn: self.role.as_str().into(),
                model_name: self.job.clone(),
                primary_container: json!({
                    "Environment": {},
                    "Image": self.image,
                    "ModelDataUrl": format!("{models}/{estimator}/output/model.tar.gz"),
                }),
            },
            configure_endpoint: ConfigureEndpoint {
                endpoint_config_name: self.job.clone(),
                production_variants: json!([{
                    "InitialInstanceCount": self.instance_count,
                    "InstanceType": self.instance_type,
                    "ModelName": self.job,
                    "VariantName": "AllTraffic",
                }]),
            },
            deploy: Deploy { endpoint_config_name: self.job.clone(), endpoint_name: self.job.clone() },
        }
    }
}
