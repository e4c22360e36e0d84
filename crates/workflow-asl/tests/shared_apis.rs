//! Tests the rules on AWS's APIs with every available definition: each finding must be a real mistake. The tests of
//! `workflow-services` check that AWS's recorded answers are possible.
//!
//! The data is not in the repository. If it is missing, the tests print a note and pass.

use std::collections::BTreeMap;
use workflow_cases::every;

use serde_json::Value;
use workflow_asl::rules;

use crate::shared;

use shared::{files, machine_type};

/// Every finding about an API in real definitions: the file, how many, a part of the text, and why it is no false alarm.
const REVIEWED: &[(&str, usize, &str, &str)] = &[
    ("seed-sdk/partition_aws_us_gov", 1, "a request to `states:startExecution` needs `StateMachineArn`", LEFT_OUT),
    (
        "seed-sdk/sagemaker_training_no_wait_multi_channel",
        4,
        "takes a string",
        "the API has strings there; the SDK makes strings of them in a pipeline, which this test of it does not use",
    ),
    ("seed-sdk/service_eks_call", 1, "a request to `eks:call` needs", REQUIRED_BY_EKS),
    ("seed-sdk/service_eks_create_cluster_call_and_continue", 1, "a request to `eks:createCluster` needs", LEFT_OUT),
    (
        "seed-sdk/service_eks_create_fargate_profile_call_and_continue",
        1,
        "a request to `eks:createFargateProfile` needs",
        LEFT_OUT,
    ),
    ("seed-sdk/service_eks_create_fargate_profile_sync", 1, "needs `PodExecutionRoleArn`", LEFT_OUT),
    (
        "seed-sdk/service_eks_create_nodegroup_call_and_continue",
        1,
        "a request to `eks:createNodegroup` needs",
        LEFT_OUT,
    ),
    ("seed-sdk/service_eks_create_nodegroup_sync", 1, "a request to `eks:createNodegroup` needs", LEFT_OUT),
    ("seed-sdk/service_eks_delete_fargate_profile_call_and_continue", 1, "needs `FargateProfileName`", LEFT_OUT),
    ("seed-sdk/service_eks_delete_nodegroup_call_and_continue", 1, "needs `NodegroupName`", LEFT_OUT),
    ("seed-sdk/service_eks_run_job_call_and_continue", 1, "a request to `eks:runJob` needs", REQUIRED_BY_EKS),
    ("seed-sdk/service_eks_run_job_sync", 1, "a request to `eks:runJob` needs", REQUIRED_BY_EKS),
    (
        "seed-sdk/service_emr_add_step_no_wait",
        1,
        "`Step` of `elasticmapreduce:addStep` needs `HadoopJarStep`",
        LEFT_OUT,
    ),
    ("seed-sdk/service_emr_add_step_sync", 1, "`Step` of `elasticmapreduce:addStep` needs `HadoopJarStep`", LEFT_OUT),
    ("seed-sdk/service_emr_create_cluster_no_wait", 1, "needs `Instances`", LEFT_OUT),
    ("seed-sdk/service_emr_create_cluster_sync", 1, "needs `Instances`", LEFT_OUT),
    (
        "corpus/definitions/07fd427bd6e27b92",
        1,
        "does not raise `ParameterNotFound`",
        "without the prefix that every error of the SDK has",
    ),
    ("seed-sdk/doc_lambda_step_output", 1, "the result of `lambda:invoke` has no member `Response`", NOT_IN_PAYLOAD),
    ("corpus/definitions/42de8290d321d12a", 1, "the result of `lambda:invoke` has no member `output`", NOT_IN_PAYLOAD),
    ("corpus/definitions/54077a05108eba52", 4, "AWS has retired the service `iotanalytics`", "ended in December 2025"),
    ("corpus/definitions/7dab6a8515b2b184", 1, "the service `appsync` has no operation `graphql`", NO_API),
    (
        "corpus/definitions/96adb2ab87c3a1fd",
        1,
        "does not raise `InternalServerException`",
        "without the prefix that every error of the SDK has",
    ),
    (
        "corpus/definitions/c19a4f6e663a9214",
        1,
        "the result of `lambda:invoke` has no member `batch_input`",
        NOT_IN_PAYLOAD,
    ),
    ("corpus/definitions/da1f492ced7c4d4e", 1, "the service `appsync` has no operation `graphql`", NO_API),
    ("corpus/definitions/e250a0fdc0a3502f", 3, "`aws-sdk:s3:getObject` does not raise `Error", "names to be replaced"),
    (
        "corpus/definitions/e19e864fa701fd51",
        2,
        "the result of `aws-sdk:cloudformation:describeStackSetOperation` has no",
        "the operation that failed has a status, and no `error` or `cause`",
    ),
    (
        "conformance/teststate/ls-test_state_test_state_scenarios--localstack-blogpost-scenario--check-approval-granted-response",
        1,
        "the result of `apigateway:invoke` has no member `approval`",
        MOCKED,
    ),
    (
        "conformance/teststate/ls-test_state_test_state_scenarios--localstack-blogpost-scenario--large-purchase-ask-for-approval-response",
        1,
        "the result of `apigateway:invoke` has no member `approval`",
        MOCKED,
    ),
    (
        "conformance/teststate/ls-test_state_test_state_scenarios--localstack-blogpost-scenario--small-purchase-approval-required-response",
        1,
        "the result of `apigateway:invoke` has no member `approval`",
        MOCKED,
    ),
    (
        "corpus/definitions/148f9fce53a0e99d",
        1,
        "has no member `StartQueryParams` after `Start Athena Query`",
        "the state that adds it reads it, so it fails the first time",
    ),
];
const LEFT_OUT: &str = "a test of the SDK that never meets AWS leaves out what the API requires";
const REQUIRED_BY_EKS: &str =
    "AWS's page on EKS has them in every request; a test of the SDK that never meets AWS leaves them out";
const NOT_IN_PAYLOAD: &str = "what the function gives is in `Payload`";
const NO_API: &str = "AppSync's SDK manages APIs; GraphQL itself is asked over HTTP";
const MOCKED: &str = "a warning: no page of AWS has the member, and a mocked result in a call of TestState may";

/// The definition of a file, in whichever way it has one.
fn definition(case: &Value) -> Option<Value> {
    let text = case["definitionText"].as_str().and_then(|text| serde_json::from_str(text).ok());
    let definition =
        text.unwrap_or_else(|| if case["States"].is_object() { case } else { &case["definition"] }.clone());
    definition.is_object().then_some(definition)
}

#[test]
fn every_finding_is_a_real_mistake() {
    let (mut problems, mut met, mut folders) = (String::new(), BTreeMap::new(), 0);
    for folder in ["seed-sdk", "corpus/definitions", "conformance"] {
        let cases = files(folder);
        folders += usize::from(!cases.is_empty());
        for (path, case) in cases {
            let name = format!("{folder}/{}", path.with_extension("").display());
            let Some(definition) = definition(&case) else { continue };
            for found in rules::check_definition(&definition, machine_type(&case)) {
                if !found.code.depends_on_table() {
                    continue;
                }
                // Nothing that ran on AWS is wrong.
                let ran = case["kind"] == "execution" && case["provenance"] == "aws";
                // What AWS took in a call of TestState has no error.
                let ran = ran || case["kind"] == "teststate" && case["provenance"] == "aws" && found.is_error();
                let reviewed =
                    REVIEWED.iter().find(|(file, _, part, _)| *file == name && found.message().contains(part));
                match reviewed {
                    Some((file, ..)) if !ran => *met.entry(*file).or_insert(0) += 1,
                    _ => problems.push_str(&format!("{name}: {found}\n")),
                }
            }
        }
    }
    assert_eq!(problems, "");
    if folders == 3 {
        every(REVIEWED, |(file, count, ..)| {
            assert_eq!(met.get(file), Some(count), "{file}");
        });
    }
}
