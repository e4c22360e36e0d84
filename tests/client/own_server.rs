//! Tests the client with this project's server.

use serde_json::json;
use workflow_local::{Clock, TaskError};
use workflow_runtime::Json;
use workflow_runtime::aws_sdk_sfn::{self, error::ProvideErrorMetadata};
use workflow_runtime::client::Status;
use workflow_runtime::client::{Client, Error};
use workflow_server::Server;

use crate::client::scenario::{self, QUICK};
use crate::client::workflows::{
    Broken, Calls, Greet, GreetInput, GreetOutput, GreetParams, Liar, Lost, Nowhere, Quick, Sleep, Slow, role, serve,
    sfn,
};

#[tokio::test]
async fn a_workflow_is_deployed_run_and_deleted() {
    let server = serve(Server::builder()).await;
    scenario::deploys_runs_and_deletes(sfn(&server.endpoint_url())).await;
    server.shutdown().await;
}

#[tokio::test]
async fn an_execution_that_sleeps_is_stopped() {
    let server = serve(Server::builder()).await;
    scenario::stops(sfn(&server.endpoint_url())).await;

    let machine = Client::<Sleep>::new(sfn(&server.endpoint_url())).deploy(&role()).await.unwrap().machine;
    let execution = machine.start(&json!({})).await.unwrap();
    tokio::time::sleep(std::time::Duration::from_millis(30)).await;
    execution.stop(Some("Enough"), Some("woken up")).await.unwrap();
    match execution.wait_with(QUICK).await {
        Err(Error::Aborted { error, cause, .. }) => {
            assert_eq!((error.as_deref(), cause.as_deref()), (Some("Enough"), Some("woken up")));
        }
        other => panic!("{other:?}"),
    }
    let description = execution.describe().await.unwrap();
    let (started, stopped) = (description.started(), description.stopped().unwrap());
    assert!(
        stopped.duration_since(started).unwrap() >= std::time::Duration::from_millis(30),
        "{started:?} {stopped:?}"
    );
    // Stopping again changes nothing.
    execution.stop(None, None).await.unwrap();
    assert_eq!(execution.describe().await.unwrap().error(), Some("Enough"));
}

#[tokio::test]
async fn the_ends_of_an_execution_are_different_errors() {
    let server = serve(Server::builder().clock(Clock::Virtual)).await;
    let url = server.endpoint_url();

    let broken = Client::<Broken>::new(sfn(&url)).deploy(&role()).await.unwrap().machine;
    let error = broken.start(&json!({})).await.unwrap().wait_with(QUICK).await.unwrap_err();
    assert!(error.to_string().starts_with("the execution failed in the state `No`: Nope\nsee https://"), "{error}");
    assert!(matches!(error, Error::Failed { cause: Some(cause), .. } if &*cause == "because"));

    let slow = Client::<Slow>::new(sfn(&url)).deploy(&role()).await.unwrap().machine;
    let error = slow.start(&json!({})).await.unwrap().wait_with(QUICK).await.unwrap_err();
    assert!(matches!(error, Error::TimedOut { .. }), "{error:?}");

    let liar = Client::<Liar>::new(sfn(&url)).deploy(&role()).await.unwrap().machine;
    let execution = liar.start(&json!({"name": 7})).await.unwrap();
    match execution.wait_with(QUICK).await {
        Err(Error::Output(mismatch)) => {
            assert_eq!(mismatch.text(), r#"{"name":7}"#);
            assert!(mismatch.reason().contains("invalid type: integer `7`, expected a string"), "{mismatch:?}");
        }
        other => panic!("{other:?}"),
    }
    let description = execution.describe().await.unwrap();
    assert_eq!(description.status(), Status::Succeeded);
    assert!(description.output().is_err());

    let lost = Client::<Lost>::new(sfn(&url)).deploy(&role()).await.unwrap().machine;
    match lost.start(&json!({})).await.unwrap().wait_with(QUICK).await {
        Err(Error::Failed { error, .. }) => assert_eq!(error.as_deref(), Some("Lambda.ResourceNotFoundException")),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn what_the_service_refuses_has_its_code_and_message() {
    let server = serve(Server::builder()).await;
    let url = server.endpoint_url();
    let error = Client::<Nowhere>::new(sfn(&url)).deploy(&role()).await.unwrap_err();
    let Error::Invalid { name, findings } = &error else { panic!("{error:?}") };
    assert_eq!((&**name, &*findings[0].code), ("Nowhere", "MISSING_TRANSITION_TARGET"));
    assert_eq!(findings[0].location.as_deref(), Some("/States/A/Next"));
    assert!(error.to_string().starts_with("the definition of `Nowhere` is not valid\n  MISSING_TRANSITION_TARGET: "));

    let client = Client::<Sleep>::new(sfn(&url));
    let nobody = client.attach("arn:aws:states:us-east-1:123456789012:stateMachine:Nobody");
    let error = nobody.start(&json!({})).await.unwrap_err();
    assert_eq!(error.refusal().unwrap().code, "StateMachineDoesNotExist");
    // Deleting unknown ones is not an error.
    nobody.delete().await.unwrap();

    let machine = client.deploy(&role()).await.unwrap().machine;
    let error = machine.start_named("no blanks", &json!({})).await.unwrap_err();
    assert_eq!(error.to_string(), "Step Functions refused StartExecution: InvalidName: Invalid Name: 'no blanks'");

    let error = client.execution("arn:aws:iam::1:role/x").describe().await.unwrap_err();
    assert_eq!(error.refusal().unwrap().code, "InvalidArn");
}

#[tokio::test]
async fn a_name_guards_against_starting_twice() {
    let server = serve(Server::builder()).await;
    let machine = Client::<Sleep>::new(sfn(&server.endpoint_url())).deploy(&role()).await.unwrap().machine;
    let first = machine.start_named("once", &json!({"n": 1})).await.unwrap();
    let same = machine.start_named("once", &json!({"n": 1})).await.unwrap();
    assert_eq!(first.arn(), same.arn());
    let other = machine.start_named("once", &json!({"n": 2})).await.unwrap_err();
    assert_eq!(other.refusal().unwrap().code, "ExecutionAlreadyExists");
    first.stop(None, None).await.unwrap();
    let closed = machine.start_named("once", &json!({"n": 1})).await.unwrap_err();
    assert_eq!(closed.refusal().unwrap().message, format!("Execution Already Exists: '{}'", first.arn()));
}

#[tokio::test]
async fn creating_again_with_another_definition_is_refused() {
    let server = serve(Server::builder()).await;
    let sfn = sfn(&server.endpoint_url());
    let create = |definition: &str, role: &str| {
        sfn.create_state_machine().name("Twice").definition(definition).role_arn(role).send()
    };
    let definition = r#"{"StartAt":"A","States":{"A":{"Type":"Succeed"}}}"#;
    let first = create(definition, role().as_str()).await.unwrap();
    // The role is neither compared nor updated.
    let again = create(definition, "arn:aws:iam::123456789012:role/other").await.unwrap();
    assert_eq!((first.state_machine_arn(), first.creation_date()), (again.state_machine_arn(), again.creation_date()));
    let other = r#"{"StartAt":"A","States":{"A":{"Type":"Pass","End":true}}}"#;
    let error = create(other, role().as_str()).await.unwrap_err();
    assert_eq!(error.code(), Some("StateMachineAlreadyExists"));
    assert_eq!(error.message().unwrap(), format!("State Machine Already Exists: '{}'", first.state_machine_arn()));
}

#[tokio::test]
async fn the_other_type_cannot_be_deployed() {
    let server = serve(Server::builder()).await;
    let sfn = sfn(&server.endpoint_url());
    let create = sfn.create_state_machine().name("Quick").role_arn(role().as_str());
    create.definition(r#"{"StartAt":"A","States":{"A":{"Type":"Succeed"}}}"#).send().await.unwrap();
    let error = Client::<Quick>::new(sfn).deploy(&role()).await.unwrap_err();
    assert!(matches!(&error, Error::OtherType { existing, .. } if existing == "STANDARD"), "{error:?}");
}

#[tokio::test]
async fn long_histories_come_page_by_page() {
    let server = serve(
        Server::builder().clock(Clock::Virtual).on_lambda("double", |n: i64| Ok::<_, TaskError>(n.saturating_mul(2))),
    )
    .await;
    let machine = Client::<Calls>::new(sfn(&server.endpoint_url())).deploy(&role()).await.unwrap().machine;
    let items: Vec<i64> = (0..300).collect();
    let execution = machine.start(&json!(items)).await.unwrap();
    let doubled: Vec<i64> = items.iter().map(|n| n * 2).collect();
    assert_eq!(execution.wait_with(QUICK).await.unwrap(), doubled);

    let mut history = execution.history();
    let mut last = 0;
    while let Some(event) = history.next().await.unwrap() {
        assert_eq!(event.id(), last + 1);
        last = event.id();
    }
    // Seven events per iteration, two at either end of the map, two at either end of the execution.
    assert!(last > 2000, "{last}");
    assert!(history.next().await.unwrap().is_none());
}

#[tokio::test]
async fn a_function_that_panics_or_fails_fails_its_execution_only() {
    let server = serve(Server::builder().clock(Clock::Virtual).on_lambda("double", |n: i64| match n {
        0 => panic!("zero"),
        1 => Err(TaskError::new("Odd").with_cause("one")),
        n => Ok(n * 2),
    }))
    .await;
    let machine = Client::<Calls>::new(sfn(&server.endpoint_url())).deploy(&role()).await.unwrap().machine;
    let error = machine.start(&json!([0])).await.unwrap().wait_with(QUICK).await.unwrap_err();
    assert!(
        matches!(&error, Error::Failed { cause: Some(cause), .. } if cause.contains("panicked: zero")),
        "{error:?}"
    );
    let error = machine.start(&json!([1])).await.unwrap().wait_with(QUICK).await.unwrap_err();
    assert!(error.to_string().starts_with("the execution failed in the state `Double`: Odd\n"), "{error}");
    assert_eq!(machine.start(&json!([4])).await.unwrap().wait_with(QUICK).await.unwrap(), [8]);
}

#[tokio::test]
async fn async_functions_run_on_the_servers_runtime() {
    let server = serve(Server::builder().on_lambda_async("double", |n: i64| async move {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        Ok::<_, TaskError>(n * 2)
    }))
    .await;
    let machine = Client::<Calls>::new(sfn(&server.endpoint_url())).deploy(&role()).await.unwrap().machine;
    assert_eq!(machine.start(&json!([1, 2, 3])).await.unwrap().wait_with(QUICK).await.unwrap(), [2, 4, 6]);
}

#[tokio::test]
async fn an_express_workflow_answers_at_once() {
    let server = serve(Server::builder()).await;
    let sfn = aws_sdk_sfn::Client::from_conf(server.sfn_config());
    let machine = Client::<Quick>::new(sfn.clone()).deploy(&role()).await.unwrap().machine;
    let output = machine.run(&json!({"name": "Ada"})).await.unwrap();
    assert_eq!(output, GreetOutput { name: "Ada".into(), words: "Hi Ada".into() });
    let error = machine.run(&Json::Null).await.unwrap_err();
    assert!(matches!(error, Error::Failed { .. }), "{error:?}");

    // As on AWS, an Express execution cannot be described, so its handle does not offer that.
    let execution = machine.start(&json!({"name": "Ada"})).await.unwrap();
    let error = sfn.describe_execution().execution_arn(execution.arn().as_str()).send().await.unwrap_err();
    assert_eq!(error.message(), Some("Invalid Arn: 'Resource type not valid in this context: express'"));
    assert_eq!(execution.name().len(), 36, "{execution:?}");
}

#[tokio::test]
async fn no_server_is_not_a_refusal() {
    let server = serve(Server::builder()).await;
    let url = server.endpoint_url();
    server.shutdown().await;
    let error = Client::<Sleep>::new(sfn(&url)).deploy(&role()).await.unwrap_err();
    assert!(matches!(error, Error::NoAnswer { operation: "ListStateMachines", .. }), "{error:?}");
    assert!(error.refusal().is_none());
}

#[tokio::test]
async fn a_parameter_is_spliced_into_what_is_deployed() {
    let server = serve(Server::builder()).await;
    let client = Client::<Greet>::new(sfn(&server.endpoint_url()));
    let params = GreetParams { formula: "a \"b\" \\ {% c %}".into() };
    let machine = client.deploy_with(&role(), &params).await.unwrap().machine;
    let execution = machine.start(&GreetInput { name: "Ada".into(), formal: true }).await.unwrap();
    assert_eq!(execution.wait_with(QUICK).await.unwrap().words, params.formula);
}

#[tokio::test]
async fn a_state_is_tested_over_http() {
    use aws_sdk_sfn::types::{
        InspectionLevel, MockErrorOutput, MockInput, TestExecutionStatus, TestStateConfiguration,
    };

    let server = serve(Server::builder().on_lambda("greet", |name: String| Ok(format!("Hello, {name}")))).await;
    let sfn = aws_sdk_sfn::Client::from_conf(server.sfn_config());
    let state = json!({
        "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": { "FunctionName": "greet", "Payload.$": "$.name" }, "ResultSelector": { "text.$": "$.Payload" },
        "Retry": [{ "ErrorEquals": ["Busy"], "IntervalSeconds": 3 }], "Next": "Then"
    });
    let test = || sfn.test_state().definition(state.to_string()).input(json!({ "name": "Ada" }).to_string());

    let refused = test().send().await.unwrap_err();
    assert_eq!(refused.code(), Some("ValidationException"));
    assert_eq!(refused.message(), Some("RoleArn must be specified when testing a Task state"));

    // The server's closure answers, as in an execution.
    let tested = test().role_arn(role()).inspection_level(InspectionLevel::Debug).send().await.unwrap();
    assert_eq!(tested.status(), Some(&TestExecutionStatus::Succeeded));
    assert_eq!((tested.output(), tested.next_state()), (Some("{\"text\":\"Hello, Ada\"}"), Some("Then")));
    let seen = tested.inspection_data().unwrap();
    assert_eq!(seen.after_parameters(), Some("{\"FunctionName\":\"greet\",\"Payload\":\"Ada\"}"));

    // A mock needs no role.
    let mock = MockInput::builder().result("{\"Payload\":1}").build();
    assert_eq!(test().mock(mock).send().await.unwrap().output(), Some("{\"text\":1}"));
    let busy = MockErrorOutput::builder().error("Busy").cause("full").build();
    let tested = test()
        .mock(MockInput::builder().error_output(busy).build())
        .state_configuration(TestStateConfiguration::builder().retrier_retry_count(1).build())
        .inspection_level(InspectionLevel::Debug)
        .send()
        .await
        .unwrap();
    assert_eq!((tested.status(), tested.error()), (Some(&TestExecutionStatus::Retriable), Some("Busy")));
    let details = tested.inspection_data().unwrap().error_details().unwrap();
    assert_eq!((details.retry_index(), details.retry_backoff_interval_seconds()), (Some(0), Some(6)));

    // A state of a whole machine, with variables; invalid JSON and invalid states are rejected.
    let machine = json!({
        "QueryLanguage": "JSONata", "StartAt": "A",
        "States": { "A": { "Type": "Pass", "Next": "B" }, "B": { "Type": "Pass", "Output": "{% $n + 1 %}", "End": true } }
    });
    let tested = sfn.test_state().definition(machine.to_string()).state_name("B").variables("{\"n\":41}").send().await;
    assert_eq!(tested.unwrap().output(), Some("42"));
    for (definition, input, code) in [
        ("{", "{}", "InvalidDefinition"),
        ("{\"Type\":\"Pas\"}", "{}", "InvalidDefinition"),
        ("{\"Type\":\"Succeed\"}", "{", "InvalidExecutionInput"),
    ] {
        let refused = sfn.test_state().definition(definition).input(input).send().await.unwrap_err();
        assert_eq!(refused.code(), Some(code), "{refused:?}");
    }
    server.shutdown().await;
}

#[tokio::test]
async fn a_definition_is_validated_with_as_many_findings_as_are_asked_for() {
    use aws_sdk_sfn::types::{
        ValidateStateMachineDefinitionResultCode as ResultCode, ValidateStateMachineDefinitionSeverity as Severity,
    };

    let server = serve(Server::builder()).await;
    let definition = json!({
        "StartAt": "A",
        "States": {
            "A": { "Type": "Pass", "Next": "C" },
            "B": { "Type": "Pass", "Parameters": { "a": "$.b" }, "Next": "D" }
        }
    });
    let sfn = sfn(&server.endpoint_url());
    let validate = || sfn.validate_state_machine_definition().definition(definition.to_string());
    let all = validate().severity(Severity::Warning).send().await.unwrap();
    assert_eq!((all.result(), all.truncated()), (&ResultCode::Fail, Some(false)));
    let errors = all.diagnostics().iter().filter(|found| *found.severity() == Severity::Error).count();
    assert!(errors >= 2 && all.diagnostics().len() > errors, "{all:?}");
    let missing = all.diagnostics().iter().find(|found| found.code() == "MISSING_TRANSITION_TARGET").unwrap();
    assert!(missing.location() == Some("/States/A/Next") && missing.message() == "Missing 'Next' target: C", "{all:?}");
    // Only errors by default, without warnings; and truncation is reported.
    assert_eq!(validate().send().await.unwrap().diagnostics().len(), errors);
    let first = validate().max_results(1).send().await.unwrap();
    assert_eq!((first.diagnostics().len(), first.truncated()), (1, Some(true)));
    server.shutdown().await;
}
