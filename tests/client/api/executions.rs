//! Tests executions: names, weights of aliases, lists, pages of histories, Express.

use serde_json::{Value, json};
use workflow_server::{Builder, Server};

use super::{Api, ROLE, one, pass, text};

#[tokio::test]
async fn executions_are_listed_the_latest_first_by_state_machine_version_alias_and_status() {
    let api = Api::new().await;
    let body = json!({"name": "M", "definition": one(json!({"Type": "Wait", "Seconds": 600, "End": true})).to_string(), "roleArn": ROLE, "publish": true});
    let created = api.ok("CreateStateMachine", body).await;
    let (machine, version) = (text(&created["stateMachineArn"]), text(&created["stateMachineVersionArn"]));
    let routing = json!([{"stateMachineVersionArn": version, "weight": 100}]);
    let alias = text(
        &api.ok("CreateStateMachineAlias", json!({"name": "prod", "routingConfiguration": routing})).await["stateMachineAliasArn"],
    );
    for (n, arn) in [&machine, &version, &alias].into_iter().enumerate() {
        api.ok("StartExecution", json!({"stateMachineArn": arn, "name": format!("e{n}")})).await;
    }
    let names = async |body: Value| -> Vec<String> {
        let list = api.ok("ListExecutions", body).await;
        list["executions"].as_array().unwrap().iter().map(|item| text(&item["name"])).collect()
    };
    assert_eq!(names(json!({"stateMachineArn": machine})).await, ["e2", "e1", "e0"]);
    assert_eq!(names(json!({"stateMachineArn": version})).await, ["e2", "e1"]);
    assert_eq!(names(json!({"stateMachineArn": alias})).await, ["e2"]);
    let stopped = machine.replace(":stateMachine:", ":execution:") + ":e1";
    api.ok("StopExecution", json!({"executionArn": stopped, "error": "E", "cause": "c"})).await;
    assert_eq!(names(json!({"stateMachineArn": machine, "statusFilter": "ABORTED"})).await, ["e1"]);
    assert_eq!(names(json!({"stateMachineArn": machine, "statusFilter": "RUNNING"})).await, ["e2", "e0"]);
    let page = api.ok("ListExecutions", json!({"stateMachineArn": machine, "maxResults": 2})).await;
    api.ok("StartExecution", json!({"stateMachineArn": machine, "name": "e3"})).await;
    assert_eq!(names(json!({"stateMachineArn": machine, "nextToken": page["nextToken"]})).await, ["e0"]);
    for body in [
        json!({}),
        json!({"stateMachineArn": machine, "mapRunArn": machine}),
        json!({"stateMachineArn": machine, "redriveFilter": "REDRIVEN"}),
    ] {
        assert_eq!(api.refused("ListExecutions", body).await.1, "ValidationException");
    }
    let absent = format!("{machine}:7");
    assert_eq!(api.refused("ListExecutions", json!({"stateMachineArn": absent})).await.1, "StateMachineDoesNotExist");
}

#[tokio::test]
async fn an_alias_shares_executions_by_weight() {
    let api = Api::with(Server::builder().seed(7)).await;
    let body = json!({"name": "M", "definition": pass().to_string(), "roleArn": ROLE, "publish": true});
    let created = api.ok("CreateStateMachine", body).await;
    let machine = text(&created["stateMachineArn"]);
    let update =
        json!({"stateMachineArn": machine, "definition": one(json!({"Type": "Succeed"})).to_string(), "publish": true});
    api.ok("UpdateStateMachine", update).await;
    let route =
        |version: u32, weight: u32| json!({"stateMachineVersionArn": format!("{machine}:{version}"), "weight": weight});
    let routing = json!([route(1, 20), route(2, 80)]);
    let alias = api.ok("CreateStateMachineAlias", json!({"name": "prod", "routingConfiguration": routing})).await;
    let alias = text(&alias["stateMachineAliasArn"]);
    let mut second = 0;
    for _ in 0..200 {
        let described = api.describe(&api.start(&alias, &json!({})).await).await;
        assert_eq!(described["stateMachineAliasArn"], json!(alias));
        second += usize::from(described["stateMachineVersionArn"] == format!("{machine}:2"));
    }
    assert!((130..=185).contains(&second), "{second} of 200");
    // An alias is described as its first version.
    let described = api.ok("DescribeStateMachine", json!({"stateMachineArn": alias})).await;
    assert_eq!(described["stateMachineArn"], json!(format!("{machine}:1")));
    let unknown = format!("{machine}:dev");
    assert_eq!(api.refused("StartExecution", json!({"stateMachineArn": unknown})).await.1, "StateMachineDoesNotExist");
}

#[tokio::test]
async fn histories_come_page_by_page_in_both_orders() {
    let api = Api::new().await;
    let states = json!({"StartAt": "A", "States": {
        "A": {"Type": "Pass", "Next": "B"}, "B": {"Type": "Pass", "Next": "C"}, "C": {"Type": "Succeed"},
    }});
    let machine = api.machine("M", &states).await;
    let execution = api.start(&machine, &json!({"secret": 1})).await;
    api.ended(&execution).await;
    for reverse in [false, true] {
        let mut ids = Vec::new();
        let mut body = json!({"executionArn": execution, "maxResults": 3, "reverseOrder": reverse});
        loop {
            let page = api.ok("GetExecutionHistory", body.clone()).await;
            ids.extend(page["events"].as_array().unwrap().iter().map(|event| event["id"].as_u64().unwrap()));
            match &page["nextToken"] {
                Value::Null => break,
                token => body["nextToken"] = token.clone(),
            }
        }
        if reverse {
            ids.reverse();
        }
        assert_eq!(ids, (1..=8).collect::<Vec<_>>());
    }
    let body = json!({"executionArn": execution, "includeExecutionData": false});
    assert!(!api.ok("GetExecutionHistory", body).await.to_string().contains("secret"));
    let other = api.ok("GetExecutionHistory", json!({"executionArn": execution, "maxResults": 1})).await;
    let body = json!({"executionArn": execution, "nextToken": other["nextToken"], "reverseOrder": true});
    assert_eq!(api.refused("GetExecutionHistory", body).await.1, "InvalidToken");
}

#[tokio::test]
async fn express_executions_are_not_described() {
    let api = Api::new().await;
    let body = json!({"name": "X", "definition": pass().to_string(), "roleArn": ROLE, "type": "EXPRESS"});
    let machine = text(&api.ok("CreateStateMachine", body).await["stateMachineArn"]);
    let execution = api.start(&machine, &json!({})).await;
    assert!(execution.contains(":express:X:"), "{execution}");
    for operation in [
        "DescribeExecution",
        "StopExecution",
        "GetExecutionHistory",
        "RedriveExecution",
        "ListMapRuns",
        "DescribeStateMachineForExecution",
    ] {
        let refused = api.refused(operation, json!({"executionArn": execution})).await;
        let message = "Invalid Arn: 'Resource type not valid in this context: express'";
        assert_eq!((&*refused.1, &*refused.2), ("InvalidArn", message), "{operation}");
    }
    let refused = api.refused("ListExecutions", json!({"stateMachineArn": machine})).await;
    let message = "This operation is not supported by this type of state machine";
    assert_eq!((&*refused.1, &*refused.2), ("StateMachineTypeNotSupported", message));
    // A name can be reused immediately.
    for _ in 0..2 {
        api.ok("StartExecution", json!({"stateMachineArn": machine, "name": "again"})).await;
    }
    let body = json!({"stateMachineArn": machine, "input": "{\"a\":1}", "traceHeader": "Root=1", "includedData": "METADATA_ONLY"});
    let answer = api.ok("StartSyncExecution", body).await;
    assert_eq!(
        (&answer["status"], &answer["output"], &answer["traceHeader"]),
        (&json!("SUCCEEDED"), &Value::Null, &json!("Root=1"))
    );
}

#[tokio::test]
async fn the_trace_header_is_kept() {
    let api = Api::new().await;
    let machine = api.machine("M", &pass()).await;
    let started = api.ok("StartExecution", json!({"stateMachineArn": machine, "traceHeader": "Root=1-2"})).await;
    assert_eq!(api.describe(&text(&started["executionArn"])).await["traceHeader"], "Root=1-2");
    let refused = api.refused("StartExecution", json!({"stateMachineArn": machine, "traceHeader": "é"})).await;
    assert!(refused.2.ends_with(r"Member must satisfy regular expression pattern: \p{ASCII}*"), "{refused:?}");
}

#[tokio::test]
async fn ids_and_tokens_of_another_server_mean_nothing_unless_a_seed_repeats_them() {
    let ask = async |builder: Builder| {
        let api = Api::with(builder).await;
        let activity = text(&api.ok("CreateActivity", json!({"name": "A"})).await["activityArn"]);
        let machine = api.machine("M", &one(json!({"Type": "Task", "Resource": activity, "End": true}))).await;
        let unnamed = api.start(&machine, &json!({})).await;
        api.ok("StartExecution", json!({"stateMachineArn": machine, "name": "named"})).await;
        let mut tokens = Vec::new();
        for _ in 0..2 {
            tokens.push(api.ok("GetActivityTask", json!({"activityArn": activity})).await["taskToken"].clone());
        }
        tokens.sort_by_key(Value::to_string);
        (api, unnamed, tokens)
    };
    let (first, second) = (ask(Server::builder()).await, ask(Server::builder()).await);
    assert_ne!(first.1, second.1);
    for token in &first.2 {
        let stale = second.0.refused("SendTaskSuccess", json!({"taskToken": token, "output": "1"})).await;
        assert!(["TaskDoesNotExist", "TaskTimedOut"].contains(&&*stale.1), "{stale:?}");
        first.0.ok("SendTaskSuccess", json!({"taskToken": token, "output": "1"})).await;
    }
    let seeded = async || ask(Server::builder().seed(1)).await;
    let (first, second) = (seeded().await, seeded().await);
    assert_eq!((first.1, first.2), (second.1, second.2));
}
