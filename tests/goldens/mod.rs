//! Tests state machines that AWS's Python SDK for Step Functions generated, written in the language: each must give the
//! same document, as JSON values.
//!
//! Paths are compared by meaning (`$.x` is `$['x']`), numbers by value.

use serde_json::Value;
use workflow_asl::StateMachine;
use workflow_asl::path::JsonPath;
use workflow_asl::policy::{self, Setting};
use workflow_cases::every;
use workflow_runtime::Definition;

/// Declares the modules of `machines/` and lists what each must equal.
macro_rules! machines {
    ($($name:ident $workflow:ident)*) => {
        mod machines {
            $( pub(crate) mod $name; )*
        }

        const MACHINES: &[(&str, fn() -> Definition)] = &[
            $( (stringify!($name), || machines::$name::$workflow::definition()), )*
        ];
    };
}

machines! {
    chain_of_chains_flattened ChainOfChainsFlattened
    choice_all_operators ChoiceAllOperators
    choice_chained_sets_default ChoiceChainedSetsDefault
    choice_next_is_chain_uses_head ChoiceNextIsChainUsesHead
    compute_batch_submit_job_no_wait ComputeBatchSubmitJobNoWait
    compute_batch_submit_job_sync ComputeBatchSubmitJobSync
    compute_ecs_run_task_no_wait ComputeEcsRunTaskNoWait
    compute_ecs_run_task_sync ComputeEcsRunTaskSync
    compute_glue_start_job_run_no_wait ComputeGlueStartJobRunNoWait
    compute_glue_start_job_run_sync ComputeGlueStartJobRunSync
    compute_lambda_step ComputeLambdaStep
    compute_lambda_step_wait_for_callback ComputeLambdaStepWaitForCallback
    cycle_retry_until_done CycleRetryUntilDone
    doc_lambda_global_input DocLambdaGlobalInput
    doc_lambda_step_output DocLambdaStepOutput
    map_attach_iterator_nested MapAttachIteratorNested
    map_inline_iterator MapInlineIterator
    parallel_with_retry_catch_and_chains ParallelWithRetryCatchAndChains
    partition_aws_cn PartitionAwsCn
    partition_aws_us_gov PartitionAwsUsGov
    pipeline_inference_definition PipelineInferenceDefinition
    pipeline_training_definition PipelineTrainingDefinition
    placeholders_everywhere PlaceholdersEverywhere
    placeholders_index_access PlaceholdersIndexAccess
    retry_defaults_are_not_emitted RetryDefaultsAreNotEmitted
    sagemaker_endpoint_config SagemakerEndpointConfig
    sagemaker_endpoint_config_placeholders SagemakerEndpointConfigPlaceholders
    sagemaker_endpoint_create SagemakerEndpointCreate
    sagemaker_endpoint_update SagemakerEndpointUpdate
    sagemaker_model SagemakerModel
    sagemaker_model_framework_sklearn SagemakerModelFrameworkSklearn
    sagemaker_model_placeholders_and_parameters SagemakerModelPlaceholdersAndParameters
    sagemaker_processing_placeholders_via_parameters SagemakerProcessingPlaceholdersViaParameters
    sagemaker_training_debugger_rules SagemakerTrainingDebuggerRules
    sagemaker_training_no_wait_multi_channel SagemakerTrainingNoWaitMultiChannel
    sagemaker_training_placeholders SagemakerTrainingPlaceholders
    sagemaker_training_sync SagemakerTrainingSync
    sagemaker_training_then_model_from_expected_model SagemakerTrainingThenModelFromExpectedModel
    sagemaker_transform_no_wait_placeholders SagemakerTransformNoWaitPlaceholders
    sagemaker_transform_sync SagemakerTransformSync
    sagemaker_tuning_no_wait_placeholder_job SagemakerTuningNoWaitPlaceholderJob
    sagemaker_tuning_sync SagemakerTuningSync
    seed000_002_readme_chain Seed000002ReadmeChain
    seed001_processing_one_step Seed001ProcessingOneStep
    seed004_hello_world_basic Seed004HelloWorldBasic
    seed004_hello_world_branching Seed004HelloWorldBranching
    seed004_hello_world_happy Seed004HelloWorldHappy
    service_databrew_start_job_run_call_and_continue ServiceDatabrewStartJobRunCallAndContinue
    service_databrew_start_job_run_sync ServiceDatabrewStartJobRunSync
    service_dynamodb_delete_item ServiceDynamodbDeleteItem
    service_dynamodb_get_item ServiceDynamodbGetItem
    service_dynamodb_put_item ServiceDynamodbPutItem
    service_dynamodb_update_item ServiceDynamodbUpdateItem
    service_eks_call ServiceEksCall
    service_eks_create_cluster_call_and_continue ServiceEksCreateClusterCallAndContinue
    service_eks_create_cluster_sync ServiceEksCreateClusterSync
    service_eks_create_fargate_profile_call_and_continue ServiceEksCreateFargateProfileCallAndContinue
    service_eks_create_fargate_profile_sync ServiceEksCreateFargateProfileSync
    service_eks_create_nodegroup_call_and_continue ServiceEksCreateNodegroupCallAndContinue
    service_eks_create_nodegroup_sync ServiceEksCreateNodegroupSync
    service_eks_delete_cluster_call_and_continue ServiceEksDeleteClusterCallAndContinue
    service_eks_delete_cluster_sync ServiceEksDeleteClusterSync
    service_eks_delete_fargate_profile_call_and_continue ServiceEksDeleteFargateProfileCallAndContinue
    service_eks_delete_fargate_profile_sync ServiceEksDeleteFargateProfileSync
    service_eks_delete_nodegroup_call_and_continue ServiceEksDeleteNodegroupCallAndContinue
    service_eks_delete_nodegroup_sync ServiceEksDeleteNodegroupSync
    service_eks_run_job_call_and_continue ServiceEksRunJobCallAndContinue
    service_eks_run_job_sync ServiceEksRunJobSync
    service_emr_add_step_no_wait ServiceEmrAddStepNoWait
    service_emr_add_step_sync ServiceEmrAddStepSync
    service_emr_cancel_step ServiceEmrCancelStep
    service_emr_create_cluster_no_wait ServiceEmrCreateClusterNoWait
    service_emr_create_cluster_sync ServiceEmrCreateClusterSync
    service_emr_modify_instance_fleet_by_name ServiceEmrModifyInstanceFleetByName
    service_emr_modify_instance_group_by_name ServiceEmrModifyInstanceGroupByName
    service_emr_set_cluster_termination_protection ServiceEmrSetClusterTerminationProtection
    service_emr_terminate_cluster_no_wait ServiceEmrTerminateClusterNoWait
    service_emr_terminate_cluster_sync ServiceEmrTerminateClusterSync
    service_eventbridge_put_events ServiceEventbridgePutEvents
    service_eventbridge_put_events_wait_for_callback ServiceEventbridgePutEventsWaitForCallback
    service_sfn_start_execution_call_and_continue ServiceSfnStartExecutionCallAndContinue
    service_sfn_start_execution_sync2 ServiceSfnStartExecutionSync2
    service_sfn_start_execution_wait_for_task_token ServiceSfnStartExecutionWaitForTaskToken
    service_sns_publish ServiceSnsPublish
    service_sns_publish_wait_for_callback ServiceSnsPublishWaitForCallback
    service_sqs_send_message ServiceSqsSendMessage
    service_sqs_send_message_wait_for_callback ServiceSqsSendMessageWaitForCallback
    state_fail_all_fields StateFailAllFields
    state_fail_minimal StateFailMinimal
    state_pass_all_fields StatePassAllFields
    state_pass_null_paths StatePassNullPaths
    state_succeed_all_fields StateSucceedAllFields
    state_wait_seconds StateWaitSeconds
    state_wait_seconds_path StateWaitSecondsPath
    state_wait_timestamp StateWaitTimestamp
    state_wait_timestamp_path StateWaitTimestampPath
    task_aws_sdk_integration_via_generic_task TaskAwsSdkIntegrationViaGenericTask
    task_generic_all_fields TaskGenericAllFields
    task_generic_timeout_paths TaskGenericTimeoutPaths
    workflow_top_level_fields WorkflowTopLevelFields
}

#[test]
fn every_machine_equals_the_document_of_the_python_sdk() {
    let Some(folder) = workflow_recorded::data("seed-sdk") else { return };
    let mut wrong = Vec::new();
    every(MACHINES, |(name, definition)| {
        let text = std::fs::read_to_string(folder.join(format!("{name}.json"))).unwrap();
        let expected = normal(serde_json::from_str(&text).unwrap(), None);
        let actual = normal(serde_json::from_str(definition().as_str()).unwrap(), None);
        if expected != actual {
            wrong.push(format!("{name}\n  expected {expected}\n  actual   {actual}"));
        }
    });
    println!("{} machines equal, {} differ", MACHINES.len() - wrong.len(), wrong.len());
    for name in documents(&folder).filter(|name| MACHINES.iter().all(|(known, _)| known != name)) {
        println!("left out: {name}");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_machine_carries_the_policy_of_the_document() {
    let Some(folder) = workflow_recorded::data("seed-sdk") else { return };
    let mut statements = 0;
    every(MACHINES, |(name, definition)| {
        let document: Value =
            serde_json::from_str(&std::fs::read_to_string(folder.join(format!("{name}.json"))).unwrap()).unwrap();
        let definition = definition();
        let setting = Setting { machine: Some(definition.name().to_owned()), tracing: true, ..Setting::default() };
        let expected = policy::of(&StateMachine::read(&document).0, &setting);
        assert_eq!(definition.iam_policy_in(&setting), expected, "{name}");
        statements += expected.statements.len();
    });
    assert!(statements > 2 * MACHINES.len(), "{statements}");
}

/// Returns the state machines of the folder, by file name without its extension.
fn documents(folder: &std::path::Path) -> impl Iterator<Item = String> {
    let mut names: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .filter_map(|entry| entry.unwrap().file_name().into_string().unwrap().strip_suffix(".json").map(str::to_owned))
        .filter(|name| {
            let text = std::fs::read_to_string(folder.join(format!("{name}.json"))).unwrap();
            serde_json::from_str::<Value>(&text).unwrap().get("StartAt").is_some()
        })
        .collect();
    names.sort();
    names.into_iter()
}

/// Returns the value with object keys sorted, numbers as `f64` and paths in bracket form.
fn normal(value: Value, key: Option<&str>) -> Value {
    match value {
        Value::Object(object) => {
            let mut members: Vec<_> = object
                .into_iter()
                .map(|(key, value)| {
                    let value = normal(value, Some(&key));
                    (key, value)
                })
                .collect();
            members.sort_by(|a, b| a.0.cmp(&b.0));
            Value::Object(members.into_iter().collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(|item| normal(item, None)).collect()),
        Value::Number(number) => number.as_f64().map_or(Value::Null, Value::from),
        Value::String(text)
            if key.is_some_and(|key| key.ends_with(".$") || key.ends_with("Path") || key == "Variable") =>
        {
            match JsonPath::parse(&text) {
                Ok(path) => Value::String(path.normalized()),
                Err(_) => Value::String(text),
            }
        }
        other => other,
    }
}

#[test]
fn the_comparison_can_fail() {
    let value = |text: &str| normal(serde_json::from_str(text).unwrap(), None);
    assert_eq!(value(r#"{"a": 1, "InputPath": "$.x"}"#), value(r#"{"InputPath": "$['x']", "a": 1.0}"#));
    assert_ne!(value(r#"{"a": 1}"#), value(r#"{"a": 2}"#));
    assert_ne!(value(r#"{"a": "$.x"}"#), value(r#"{"a": "$['x']"}"#));
    assert_ne!(value(r#"{"a.$": "$.x"}"#), value(r#"{"a.$": "$.y"}"#));
}
