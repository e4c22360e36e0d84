//! Tests state machines: revisions, configurations, lists, omitted members, region and account.

use serde_json::{Value, json};

use super::{Api, ROLE, one, pass, text};
use crate::client::http::send;

#[tokio::test]
async fn terraforms_sequence_works() {
    let api = Api::new().await;
    let body = json!({
        "name": "M", "definition": pass().to_string(), "roleArn": ROLE, "publish": true, "type": "STANDARD",
        "tags": [{"key": "team", "value": "a"}], "versionDescription": "first",
        "loggingConfiguration": {"level": "OFF", "includeExecutionData": false},
        "tracingConfiguration": {"enabled": false},
    });
    let created = api.ok("CreateStateMachine", body.clone()).await;
    let machine = json!({"stateMachineArn": created["stateMachineArn"]});
    assert_eq!(text(&created["stateMachineVersionArn"]), format!("{}:1", text(&created["stateMachineArn"])));
    assert_eq!(api.ok("CreateStateMachine", body.clone()).await, created);
    let described = api.ok("DescribeStateMachine", machine.clone()).await;
    assert_eq!((&described["status"], &described["revisionId"]), (&json!("ACTIVE"), &Value::Null));
    let versions = api.ok("ListStateMachineVersions", machine.clone()).await;
    assert_eq!(versions["stateMachineVersions"].as_array().unwrap().len(), 1);
    let tags = api.ok("ListTagsForResource", json!({"resourceArn": created["stateMachineArn"]})).await;
    assert_eq!(tags, json!({"tags": [{"key": "team", "value": "a"}]}));
    let update = json!({
        "stateMachineArn": created["stateMachineArn"], "definition": one(json!({"Type": "Succeed"})).to_string(),
        "roleArn": ROLE, "publish": true,
    });
    let updated = api.ok("UpdateStateMachine", update).await;
    assert_eq!(text(&updated["stateMachineVersionArn"]), format!("{}:2", text(&created["stateMachineArn"])));
    assert!(updated["revisionId"].is_string());
    // The created state machine now differs, in its definition and in whether it was published.
    let (_, code, _) = api.refused("CreateStateMachine", body).await;
    assert_eq!(code, "StateMachineAlreadyExists");
    assert_eq!(api.ok("DeleteStateMachine", machine.clone()).await, json!({}));
    assert_eq!(api.ok("DeleteStateMachine", machine.clone()).await, json!({}));
    assert_eq!(api.refused("DescribeStateMachine", machine).await.1, "StateMachineDoesNotExist");
}

#[tokio::test]
async fn whether_it_was_published_is_part_of_what_was_created() {
    let api = Api::new().await;
    let body = |publish| json!({"name": "M", "definition": pass().to_string(), "roleArn": ROLE, "publish": publish});
    api.ok("CreateStateMachine", body(false)).await;
    assert_eq!(api.refused("CreateStateMachine", body(true)).await.1, "StateMachineAlreadyExists");
}

#[tokio::test]
async fn configurations_are_checked_and_completed() {
    let api = Api::new().await;
    let group = "arn:aws:logs:us-east-1:123456789012:log-group:/aws/states/m:*";
    let destination = |arn: &str| json!([{"cloudWatchLogsLogGroup": {"logGroupArn": arn}}]);
    let create = |name: &str, more: Value| {
        let mut body = json!({"name": name, "definition": pass().to_string(), "roleArn": ROLE});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    for (logging, message) in [
        (json!({"level": "ALL"}), "Invalid Logging Configuration: Must specify exactly one Log Destination."),
        (
            json!({"level": "ERROR", "destinations": []}),
            "Invalid Logging Configuration: Must specify exactly one Log Destination.",
        ),
        (
            json!({"destinations": [destination(group)[0], destination(group)[0]]}),
            "Invalid Logging Configuration: Must specify exactly one Log Destination.",
        ),
        (
            json!({"destinations": [{"cloudWatchLogsLogGroup": {}}]}),
            "Invalid Logging Configuration: Log Destination not found.",
        ),
        (
            json!({"level": "ALL", "destinations": destination("nonsense")}),
            "Invalid Logging Configuration: Log Destination not found.",
        ),
    ] {
        let refused = api.refused("CreateStateMachine", create("L", json!({"loggingConfiguration": logging}))).await;
        assert_eq!((&*refused.1, &*refused.2), ("InvalidLoggingConfiguration", message), "{logging}");
    }
    let refused =
        api.refused("CreateStateMachine", create("L", json!({"loggingConfiguration": {"level": "LOUD"}}))).await;
    assert_eq!(
        refused.2,
        "1 validation error detected: Value 'LOUD' at 'loggingConfiguration.level' failed to satisfy constraint: \
         Member must satisfy enum value set: [ALL, ERROR, FATAL, OFF]"
    );
    for encryption in [json!({"type": "CUSTOMER_MANAGED_KMS_KEY"}), json!({"type": "AWS_OWNED_KEY", "kmsKeyId": "k"})] {
        let body = create("E", json!({"encryptionConfiguration": encryption}));
        assert_eq!(api.refused("CreateStateMachine", body).await.1, "InvalidEncryptionConfiguration", "{encryption}");
    }
    for encryption in
        [json!({}), json!({"type": "CUSTOMER_MANAGED_KMS_KEY", "kmsKeyId": "k", "kmsDataKeyReusePeriodSeconds": 59})]
    {
        let body = create("E", json!({"encryptionConfiguration": encryption}));
        assert_eq!(api.refused("CreateStateMachine", body).await.1, "ValidationException", "{encryption}");
    }

    let more = json!({
        "loggingConfiguration": {"level": "ALL", "destinations": destination(group)},
        "tracingConfiguration": {"enabled": true},
        "encryptionConfiguration": {"type": "CUSTOMER_MANAGED_KMS_KEY", "kmsKeyId": "k"},
    });
    let machine = text(&api.ok("CreateStateMachine", create("M", more)).await["stateMachineArn"]);
    let describe = async || api.ok("DescribeStateMachine", json!({"stateMachineArn": machine})).await;
    let described = describe().await;
    let logging = json!({"level": "ALL", "includeExecutionData": false, "destinations": destination(group)});
    assert_eq!(described["loggingConfiguration"], logging);
    assert_eq!(described["tracingConfiguration"], json!({"enabled": true}));
    assert_eq!(described["encryptionConfiguration"]["kmsDataKeyReusePeriodSeconds"], 300);
    // What an update omits stays unchanged.
    let updated = api
        .ok("UpdateStateMachine", json!({"stateMachineArn": machine, "tracingConfiguration": {"enabled": false}}))
        .await;
    let described = describe().await;
    assert_eq!(
        (&described["loggingConfiguration"], &described["tracingConfiguration"]),
        (&logging, &json!({"enabled": false}))
    );
    assert_eq!(described["revisionId"], updated["revisionId"]);
    let refused = api.refused("UpdateStateMachine", json!({"stateMachineArn": machine})).await;
    assert_eq!(
        (&*refused.1, &*refused.2),
        (
            "MissingRequiredParameter",
            "Either the definition, the role ARN, the LoggingConfiguration, or the TracingConfiguration must be specified"
        )
    );
}

#[tokio::test]
async fn metadata_alone_leaves_the_definition_out() {
    let api = Api::new().await;
    let definition = json!({
        "StartAt": "A", "QueryLanguage": "JSONata",
        "States": {
            "A": {"Type": "Pass", "Assign": {"x": 1, "y": 2}, "Next": "B"},
            "B": {"Type": "Pass", "Output": "{% $x + $y %}", "End": true},
        },
    });
    let machine = api.machine("M", &definition).await;
    let all = api.ok("DescribeStateMachine", json!({"stateMachineArn": machine})).await;
    assert_eq!(text(&all["definition"]), definition.to_string());
    assert_eq!(all["variableReferences"], json!({"B": ["x", "y"]}));
    let less =
        api.ok("DescribeStateMachine", json!({"stateMachineArn": machine, "includedData": "METADATA_ONLY"})).await;
    assert_eq!((&less["definition"], &less["variableReferences"]), (&json!("{}"), &Value::Null));
    let execution = api.start(&machine, &json!({"a": 1})).await;
    let all = api.ended(&execution).await;
    assert_eq!((&all["input"], &all["output"]), (&json!("{\"a\":1}"), &json!("3")));
    let less = api.ok("DescribeExecution", json!({"executionArn": execution, "includedData": "METADATA_ONLY"})).await;
    assert_eq!((&less["input"], &less["output"]), (&Value::Null, &Value::Null));
    assert_eq!(less["inputDetails"], json!({"included": false}));
    let of = api.ok("DescribeStateMachineForExecution", json!({"executionArn": execution})).await;
    assert_eq!(of["variableReferences"], json!({"B": ["x", "y"]}));
}

#[tokio::test]
async fn an_execution_keeps_the_revision_that_it_began_with() {
    let api = Api::new().await;
    let machine = api.machine("M", &one(json!({"Type": "Wait", "Seconds": 600, "End": true}))).await;
    let execution = api.start(&machine, &json!({})).await;
    let update = json!({"stateMachineArn": machine, "definition": pass().to_string()});
    let updated = api.ok("UpdateStateMachine", update).await;
    let of = api.ok("DescribeStateMachineForExecution", json!({"executionArn": execution})).await;
    assert!(text(&of["definition"]).contains("Wait"), "{of}");
    assert_eq!(of["revisionId"], Value::Null);
    let later = api.start(&machine, &json!({})).await;
    let of = api.ok("DescribeStateMachineForExecution", json!({"executionArn": later})).await;
    assert_eq!(of["revisionId"], updated["revisionId"]);
}

#[tokio::test]
async fn a_state_machine_is_deleted_when_its_executions_have_ended() {
    let api = Api::new().await;
    let wait = |seconds: u64| {
        json!({"StartAt": "A", "States": {
            "A": {"Type": "Wait", "Seconds": seconds, "Next": "B"}, "B": {"Type": "Pass", "End": true},
        }})
    };
    let machine = api.machine("M", &wait(1)).await;
    let of = json!({"stateMachineArn": machine});
    let transits = api.start(&machine, &json!({})).await;
    let update = json!({"stateMachineArn": machine, "definition": wait(600).to_string(), "publish": true});
    let version = text(&api.ok("UpdateStateMachine", update.clone()).await["stateMachineVersionArn"]);
    let stays = api.start(&machine, &json!({})).await;
    api.event(&stays, "WaitStateEntered").await;
    api.ok("DeleteStateMachine", of.clone()).await;
    api.ok("DeleteStateMachine", of.clone()).await;
    assert_eq!(api.ok("DescribeStateMachine", of.clone()).await["status"], "DELETING");
    assert_eq!(
        api.refused("DescribeStateMachine", json!({"stateMachineArn": version})).await.1,
        "StateMachineDoesNotExist"
    );
    let created = json!({"name": "M", "definition": pass().to_string(), "roleArn": ROLE});
    for (operation, body) in [
        ("StartExecution", &of),
        ("UpdateStateMachine", &update),
        ("PublishStateMachineVersion", &of),
        ("CreateStateMachine", &created),
    ] {
        let (_, code, message) = api.refused(operation, body.clone()).await;
        assert_eq!((&*code, message), ("StateMachineDeleting", format!("State Machine is being deleted: '{machine}'")));
    }
    // An execution ends when it leaves a state, or when it is stopped.
    let described = api.ended(&transits).await;
    assert_eq!(described["status"], "ABORTED");
    assert_eq!(described["redriveStatusReason"], "State machine is in DELETING status.");
    let events = api.events(&transits).await;
    assert_eq!(events[events.len() - 2..], ["WaitStateExited", "ExecutionAborted"]);
    assert_eq!(api.describe(&stays).await["status"], "RUNNING");
    assert_eq!(api.ok("DescribeStateMachine", of.clone()).await["status"], "DELETING");
    api.ok("StopExecution", json!({"executionArn": stays})).await;
    api.gone(&machine).await;
    api.ok("CreateStateMachine", created).await;
}

#[tokio::test]
async fn lists_go_on_where_a_page_ended_whatever_went_in_between() {
    let api = Api::new().await;
    let mut machines = Vec::new();
    for n in 0..5 {
        machines.push(api.machine(&format!("M{n}"), &pass()).await);
    }
    let page = api.ok("ListStateMachines", json!({"maxResults": 2})).await;
    let names =
        |page: &Value| page["stateMachines"].as_array().unwrap().iter().map(|m| text(&m["name"])).collect::<Vec<_>>();
    assert_eq!(names(&page), ["M0", "M1"]);
    for machine in &machines[..2] {
        api.ok("DeleteStateMachine", json!({"stateMachineArn": machine})).await;
    }
    let page = api.ok("ListStateMachines", json!({"maxResults": 2, "nextToken": page["nextToken"]})).await;
    assert_eq!(names(&page), ["M2", "M3"]);
    let page = api.ok("ListStateMachines", json!({"nextToken": page["nextToken"]})).await;
    assert_eq!((names(&page), &page["nextToken"]), (vec!["M4".to_owned()], &Value::Null));
    let refused = api.refused("ListStateMachines", json!({"nextToken": "nonsense"})).await;
    assert_eq!((&*refused.1, &*refused.2), ("InvalidToken", "Invalid Token: 'Invalid token'"));
}

#[tokio::test]
async fn region_and_account_come_from_the_request() {
    let api = Api::new().await;
    let signed = async |operation: &str, credential: &str, body: Value| {
        let target = format!("AWSStepFunctions.{operation}");
        let authorization =
            format!("AWS4-HMAC-SHA256 Credential={credential}/aws4_request, SignedHeaders=host, Signature=0");
        let headers = [("X-Amz-Target", &*target), ("Authorization", &*authorization)];
        send(api.0.local_addr(), "POST", "/", &headers, body.to_string().as_bytes()).await.1
    };
    let body = json!({"name": "M", "definition": pass().to_string(), "roleArn": ROLE});
    let here = signed("CreateStateMachine", "AKIDEXAMPLE/20260101/eu-west-1/states", body.clone()).await;
    assert_eq!(here["stateMachineArn"], "arn:aws:states:eu-west-1:123456789012:stateMachine:M");
    let there = signed("CreateStateMachine", "111122223333/20260101/cn-north-1/states", body).await;
    assert_eq!(there["stateMachineArn"], "arn:aws-cn:states:cn-north-1:111122223333:stateMachine:M");
    let list = signed("ListStateMachines", "AKIDEXAMPLE/20260101/eu-west-1/states", json!({})).await;
    assert_eq!(list["stateMachines"].as_array().unwrap().len(), 1);
    assert_eq!(api.ok("ListStateMachines", json!({})).await, json!({"stateMachines": []}));
    // A resource is found by its ARN from any scope, and an execution is in the scope of its state machine.
    let execution = api.start(&text(&there["stateMachineArn"]), &json!({})).await;
    assert!(execution.starts_with("arn:aws-cn:states:cn-north-1:111122223333:execution:M:"), "{execution}");
}

#[tokio::test]
async fn a_labelled_arn_names_the_children_of_a_map() {
    let api = Api::new().await;
    let processor = json!({
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
        "StartAt": "B", "States": {"B": {"Type": "Pass", "End": true}},
    });
    let map = one(json!({"Type": "Map", "Label": "Each", "ItemProcessor": processor, "End": true}));
    let machine = api.machine("M", &map).await;
    let labelled = format!("{machine}/Each");
    let described = api.ok("DescribeStateMachine", json!({"stateMachineArn": labelled})).await;
    assert_eq!(serde_json::from_str::<Value>(&text(&described["definition"])).unwrap(), processor);
    assert_eq!((&described["label"], &described["stateMachineArn"]), (&json!("Each"), &json!(labelled)));
    for operation in ["StartExecution", "DeleteStateMachine"] {
        let (status, answer) = api.send(operation, &json!({"stateMachineArn": labelled})).await;
        assert_eq!((status, &answer["__type"]), (400, &json!("ValidationException")));
        assert_eq!(answer["reason"], "API_DOES_NOT_SUPPORT_LABELED_ARNS");
    }
}

#[tokio::test]
async fn answers_about_many_findings_are_bounded() {
    let api = Api::new().await;
    let states: serde_json::Map<_, _> = (0..20_000).map(|n| (format!("S{n}"), json!({"Type": "Pass"}))).collect();
    let many = json!({"StartAt": "S0", "States": states}).to_string();
    let inner =
        json!({"StartAt": "S0", "States": states.iter().take(500).collect::<std::collections::BTreeMap<_, _>>()});
    let name = "n".repeat(100_000);
    let long =
        json!({"StartAt": name, "States": {&name: {"Type": "Map", "ItemProcessor": inner, "End": true}}}).to_string();
    let broken = format!("{{\"Comment\": \"{}\", ", "c".repeat(500_000));
    for definition in [many, long, broken] {
        let body = json!({"name": "M", "definition": definition, "roleArn": ROLE});
        let (_, code, message) = api.refused("CreateStateMachine", body).await;
        assert!(code == "InvalidDefinition" && message.len() < 1_000_000, "{code} {}", message.len());
        let answer = api.ok("ValidateStateMachineDefinition", json!({"definition": definition})).await;
        assert!(answer.to_string().len() < 1_000_000, "{}", answer.to_string().len());
    }
}
