workflow_runtime::workflow! {
    pub workflow PipelineInferenceDefinition {
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
