workflow_runtime::workflow! {
    pub workflow PipelineTrainingDefinition {
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
