//! Runs the recorded executions with activities, callbacks and timeouts over HTTP: a worker polls, a client that reads
//! a token answers with it, and the clock is advanced for timeouts.

use std::time::Duration;

use serde_json::{Value, json};
use workflow_local::{Answers, Execution};
use workflow_server::Server;

use super::{Api, ROLE, text};
use matcher::differ;

#[path = "../../conformance/matcher.rs"]
#[allow(dead_code, reason = "it is shared with the conformance test, which uses all of it")]
mod matcher;

const FOLDERS: [&str; 3] = ["activity", "callback", "timeout"];
const ACCOUNT: &str = "111111111111";

/// Returns the first task token in a value.
fn token(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Execution::arn_of_token(text).map(|_| text.clone()),
        Value::Array(items) => items.iter().find_map(token),
        Value::Object(members) => members.values().find_map(token),
        _ => None,
    }
}

/// The end of a task, for `SendTaskSuccess` and `SendTaskFailure`.
async fn answer(api: &Api, token: &str, result: &Value) {
    match result.get("output") {
        Some(output) => {
            let body = json!({"taskToken": token, "output": output.to_string()});
            api.ok("SendTaskSuccess", body).await;
        }
        None => {
            let body = json!({"taskToken": token, "error": result.get("error"), "cause": result.get("cause")});
            api.ok("SendTaskFailure", body).await;
        }
    }
}

/// Returns the token of an unanswered task that was scheduled with it.
async fn scheduled(api: &Api, execution: &str, answered: &[String]) -> String {
    for _ in 0..2000 {
        for event in api.history(execution).await {
            let parameters = event["taskScheduledEventDetails"]["parameters"].as_str().unwrap_or("null").to_owned();
            let parameters: Value = serde_json::from_str(&parameters).unwrap();
            if let Some(token) = token(&parameters).filter(|token| !answered.contains(token)) {
                return token;
            }
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("no token is in {:?}", api.history(execution).await)
}

async fn run(case: &Value) -> Result<(), String> {
    let mut builder = Server::builder().account(ACCOUNT);
    let results = |mock: &Value| mock["results"].as_array().cloned().unwrap_or_default();
    for mock in case["mocks"].as_array().into_iter().flatten() {
        let resource = text(&mock["resource"]).trim_end_matches(".pattern").to_owned();
        if resource.contains(":activity:") {
            continue;
        }
        // The holder of the token answers, or nobody does.
        let answers = results(mock).iter().fold(Answers::new(), |answers, _| answers.then_never());
        builder = builder.on_state_answers(text(&mock["state"]), answers);
    }
    let api = Api::with(builder).await;
    let mut activities = Vec::new();
    for mock in case["mocks"].as_array().into_iter().flatten() {
        if let Some((_, name)) = text(&mock["resource"]).trim_end_matches(".pattern").split_once(":activity:") {
            let created = api.ok("CreateActivity", json!({"name": name})).await;
            activities.push((text(&created["activityArn"]), results(mock)));
        }
    }
    let body = json!({
        "name": "M", "definition": case["definition"].to_string(), "roleArn": ROLE, "type": case["stateMachineType"],
    });
    let machine = text(&api.ok("CreateStateMachine", body).await["stateMachineArn"]);
    let execution = api.start(&machine, &case["input"]).await;
    for (activity, results) in activities {
        for result in results {
            let worker = case.pointer("/expect/events").and_then(Value::as_array).into_iter().flatten();
            let worker = worker.into_iter().find_map(|event| event.get("workerName")).cloned();
            let task = api.ok("GetActivityTask", json!({"activityArn": activity, "workerName": worker})).await;
            answer(&api, &text(&task["taskToken"]), &result).await;
        }
    }
    let mut answered = Vec::new();
    for mock in case["mocks"].as_array().into_iter().flatten() {
        if text(&mock["resource"]).contains(".waitForTaskToken") {
            for result in results(mock).iter().filter(|result| result.get("timeout").is_none()) {
                let token = scheduled(&api, &execution, &answered).await;
                api.event(&execution, "TaskSubmitted").await;
                answer(&api, &token, result).await;
                answered.push(token);
            }
        }
    }
    api.0.run_until_idle(Duration::from_secs(400 * 24 * 3600)).await;
    let described = api.ended(&execution).await;
    let expect = &case["expect"];
    let output = described["output"].as_str().map_or(Value::Null, |text| serde_json::from_str(text).unwrap());
    let expected = |name: &str| expect.get(name).cloned().unwrap_or(Value::Null);
    let differs = differ(&expected("status"), &described["status"], "status")
        .or_else(|| differ(&expected("error"), &described["error"], "error"))
        .or_else(|| differ(&expected("output"), &output, "output"));
    if let Some(difference) = differs {
        return Err(difference);
    }
    let Some(events) = expect["events"].as_array() else { return Ok(()) };
    let mut wanted: Vec<_> = events.iter().map(|event| text(&event["type"])).collect();
    let mut found = api.events(&execution).await;
    if expect["eventsOrder"] != "strict" {
        wanted.sort();
        found.sort();
    }
    if wanted == found { Ok(()) } else { Err(format!("events {found:?}, expected {wanted:?}")) }
}

/// Returns whether a case starts executions or calls the service otherwise.
fn calls_the_service(case: &Value) -> bool {
    let definition = case["definition"].to_string();
    definition.contains(":states:startExecution") || definition.contains(":aws-sdk:sfn:")
}

/// Members that differ between calls, or did not exist at the time of the recording.
const MADE: [&str; 7] = [
    "StartDate",
    "StopDate",
    "SdkHttpMetadata",
    "SdkResponseMetadata",
    "RedriveCount",
    "RedriveStatus",
    "RedriveStatusReason",
];

/// Compares values. Members that differ between calls must only exist.
fn similar(recorded: &Value, found: &Value, at: &str) -> Option<String> {
    let read = |value: &Value| value.as_str().and_then(|text| serde_json::from_str::<Value>(text).ok());
    // A cause may be JSON as text.
    let (recorded, found) = match (read(recorded), read(found)) {
        (Some(recorded @ Value::Object(_)), Some(found @ Value::Object(_))) => (recorded, found),
        _ => (recorded.clone(), found.clone()),
    };
    let (mut recorded, mut found) = (recorded, found);
    if let (Value::Object(recorded), Value::Object(found)) = (&mut recorded, &mut found) {
        for name in MADE {
            if recorded.shift_remove(name).is_some() && !found.contains_key(name) {
                return Some(format!("{at} has no {name}: {found:?}"));
            }
            found.shift_remove(name);
        }
    }
    differ(&recorded, &found, at)
}

/// Returns the state machine of a case: it does what the recorded answer says.
fn target(case: &Value) -> Value {
    let result = &case["mocks"][0]["results"][0];
    let output = &result["output"];
    let cause: Value = result["cause"].as_str().and_then(|cause| serde_json::from_str(cause).ok()).unwrap_or_default();
    if !cause["Error"].is_null() {
        return super::one(json!({"Type": "Fail", "Error": cause["Error"], "Cause": cause["Cause"]}));
    }
    if output.is_string() {
        // It answers with the token that it received.
        return super::one(json!({
            "Type": "Task", "Resource": "arn:aws:states:::aws-sdk:sfn:sendTaskSuccess", "End": true,
            "Parameters": {"Output": output.to_string(), "TaskToken.$": "$.TaskToken"},
        }));
    }
    let given = match &output["Output"] {
        Value::String(text) => serde_json::from_str(text).unwrap(),
        other => other.clone(),
    };
    super::one(json!({"Type": "Pass", "Result": given, "End": true}))
}

async fn run_with_target(case: &Value) -> Result<(), String> {
    let api = Api::with(Server::builder().account(ACCOUNT)).await;
    let whole = case.to_string();
    if let Some((_, rest)) = whole.split_once(":stateMachine:statemachine")
        && let Some((name, _)) = rest.split_once('"')
        && !name.contains("NoSuchArn")
    {
        api.machine(&format!("statemachine{name}"), &target(case)).await;
    }
    let machine = api.machine("M", &case["definition"]).await;
    let execution = api.start(&machine, &case["input"]).await;
    let described = api.ended(&execution).await;
    let expect = &case["expect"];
    let output = described["output"].as_str().map_or(Value::Null, |text| serde_json::from_str(text).unwrap());
    let expected = |name: &str| expect.get(name).cloned().unwrap_or(Value::Null);
    let cause = json!(expected("cause").as_str().map(|cause| cause.replace("<request_id>", "<*>")));
    let differs = differ(&expected("status"), &described["status"], "status")
        .or_else(|| differ(&expected("error"), &described["error"], "error"))
        .or_else(|| similar(&cause, &described["cause"], "cause"))
        .or_else(|| similar(&expected("output"), &output, "output"));
    if let Some(difference) = differs {
        return Err(difference);
    }
    let wanted: Vec<_> = expect["events"].as_array().unwrap().iter().map(|event| text(&event["type"])).collect();
    let found = api.events(&execution).await;
    if wanted == found { Ok(()) } else { Err(format!("events {found:?}, expected {wanted:?}")) }
}

#[tokio::test]
async fn recorded_executions_that_start_others_are_the_same_over_http() {
    let Some(folder) = workflow_recorded::data("conformance") else { return };
    let (mut cases, mut failed) = (0, Vec::new());
    for path in
        ["callback", "error", "task-mocked"].iter().flat_map(|name| std::fs::read_dir(folder.join(name)).unwrap())
    {
        let recorded = std::fs::read_to_string(path.unwrap().path()).unwrap();
        // The account is replaced by this server's.
        let case: Value = serde_json::from_str(&recorded.replace("<secondary_test_aws_account_id>", ACCOUNT)).unwrap();
        if !calls_the_service(&case) {
            continue;
        }
        cases += 1;
        if let Err(why) = run_with_target(&case).await {
            failed.push(format!("{}: {why}", text(&case["id"])));
        }
    }
    assert!(failed.is_empty(), "{} of {cases} failed:\n{}", failed.len(), failed.join("\n"));
    assert!(cases >= 5, "{cases}");
}

#[tokio::test]
async fn recorded_activities_callbacks_and_time_outs_are_the_same_over_http() {
    let Some(folder) = workflow_recorded::data("conformance") else { return };
    let (mut cases, mut failed) = (0, Vec::new());
    for path in FOLDERS.iter().flat_map(|name| std::fs::read_dir(folder.join(name)).unwrap()) {
        let path = path.unwrap().path();
        let case: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        if calls_the_service(&case) {
            continue;
        }
        cases += 1;
        if let Err(why) = run(&case).await {
            failed.push(format!("{}: {why}", text(&case["id"])));
        }
    }
    assert!(failed.is_empty(), "{} of {cases} failed:\n{}", failed.len(), failed.join("\n"));
    assert!(cases >= 10, "{cases}");
}
