//! Compares answers with AWS's model of the API: members, types, lengths, and the words of enums.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::future::pending;

use serde_json::{Value, json};
use workflow_local::{EventType, TaskError};
use workflow_server::Server;
use workflow_services::{Limits, Service, Shape};

use super::{Api, ROLE, one, pass, text};

/// Fails if an answer of an operation is not as in the model.
pub(crate) fn assert_modelled(operation: &str, answer: &Value) {
    let mut wrong = Vec::new();
    let name = operation[..1].to_lowercase() + &operation[1..];
    // Some tests ask for operations that do not exist.
    let Some(modelled) = Service::find("sfn").unwrap().operation(&name) else { return };
    compare(modelled.output(), None, answer, operation, &mut wrong);
    for event in answer["events"].as_array().into_iter().flatten() {
        details(event, &mut wrong);
    }
    assert!(wrong.is_empty(), "{}: {answer}", wrong.join("; "));
}

fn compare(shape: Shape, limits: Option<Limits>, value: &Value, at: &str, wrong: &mut Vec<String>) {
    let mut size = None;
    let fits = match (shape, value) {
        (Shape::Structure(structure) | Shape::Union(structure), Value::Object(members)) => {
            for (name, value) in members {
                match structure.member(&(name[..1].to_uppercase() + &name[1..])) {
                    Some(member) => compare(member.shape, member.limits, value, &format!("{at}.{name}"), wrong),
                    None => wrong.push(format!("{at} has an unknown member {name}")),
                }
            }
            for member in structure.members().filter(|member| member.required) {
                if !members.contains_key(&(member.name[..1].to_lowercase() + &member.name[1..])) {
                    wrong.push(format!("{at} lacks {}", member.name));
                }
            }
            true
        }
        (Shape::List(list), Value::Array(items)) => {
            let at = format!("{at}[]");
            items.iter().for_each(|item| compare(list.element(), list.element_limits(), item, &at, wrong));
            size = Some(items.len() as f64);
            true
        }
        (Shape::Map(map), Value::Object(members)) => {
            let at = format!("{at}{{}}");
            members.values().for_each(|value| compare(map.value(), map.value_limits(), value, &at, wrong));
            size = Some(members.len() as f64);
            true
        }
        (Shape::Enum(words), Value::String(text)) => words.values().any(|word| word == text),
        (Shape::String, Value::String(text)) => {
            size = Some(text.chars().count() as f64);
            true
        }
        (Shape::Integer | Shape::Long, Value::Number(number)) => {
            size = number.as_f64();
            number.is_i64() || number.is_u64()
        }
        (Shape::Float | Shape::Double, Value::Number(number)) => {
            size = number.as_f64();
            true
        }
        (Shape::Timestamp, Value::Number(_)) | (Shape::Boolean, Value::Bool(_)) => true,
        _ => false,
    };
    let is_bounded = |limits: Limits| {
        let size = size.unwrap_or_default();
        limits.least().is_none_or(|least| size >= least) && limits.greatest().is_none_or(|greatest| size <= greatest)
    };
    if !fits || size.is_some() && !limits.is_none_or(is_bounded) {
        wrong.push(format!("{at} is {value}"));
    }
}

/// Compares the details of an event with its type.
fn details(event: &Value, wrong: &mut Vec<String>) {
    let kind = event["type"].as_str().unwrap_or_default();
    let of_state = ["StateEntered", "StateExited"].into_iter().find(|end| kind.ends_with(end));
    let stem = of_state.unwrap_or(kind);
    let own = format!("{}{}EventDetails", stem[..1].to_lowercase(), &stem[1..]);
    let history = Service::find("sfn").unwrap().operation("getExecutionHistory").unwrap();
    let Some(Shape::List(events)) = history.output().member("Events").map(|member| member.shape) else { panic!() };
    let has_own = events.element().member(&(own[..1].to_uppercase() + &own[1..])).is_some();
    let found: Vec<_> = event.as_object().unwrap().keys().filter(|name| name.ends_with("EventDetails")).collect();
    if found != Vec::from_iter(has_own.then_some(&own)) {
        wrong.push(format!("{kind} has {found:?}"));
    }
}

/// A server, and the operations and events that it was seen to answer with.
struct Tour {
    api: Api,
    operations: RefCell<BTreeSet<String>>,
    events: RefCell<BTreeSet<String>>,
}

impl Tour {
    async fn ok(&self, operation: &str, body: Value) -> Value {
        let answer = self.api.ok(operation, body).await;
        self.operations.borrow_mut().insert(operation.to_owned());
        let events = answer["events"].as_array().into_iter().flatten();
        self.events.borrow_mut().extend(events.map(|event| text(&event["type"])));
        answer
    }

    async fn machine(&self, name: &str, definition: &Value, more: Value) -> Value {
        let mut body = json!({"name": name, "definition": definition.to_string(), "roleArn": ROLE});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.ok("CreateStateMachine", body).await
    }

    async fn start(&self, name: &str, definition: &Value, input: Value) -> String {
        let machine = self.machine(name, definition, json!({})).await;
        let body = json!({"stateMachineArn": machine["stateMachineArn"], "input": input.to_string()});
        text(&self.ok("StartExecution", body).await["executionArn"])
    }

    /// Waits for the end of an execution.
    async fn ends(&self, execution: &str) -> String {
        let described = self.api.ended(execution).await;
        self.ok("DescribeExecution", json!({"executionArn": execution})).await;
        self.ok("GetExecutionHistory", json!({"executionArn": execution, "maxResults": 1000})).await;
        text(&described["status"])
    }

    async fn run(&self, name: &str, definition: Value, input: Value) -> (String, String) {
        let execution = self.start(name, &definition, input).await;
        let status = self.ends(&execution).await;
        (execution, status)
    }

    async fn task(&self, activity: &str) -> Value {
        self.ok("GetActivityTask", json!({"activityArn": activity, "workerName": "w"})).await["taskToken"].clone()
    }
}

fn states(states: Value) -> Value {
    json!({"StartAt": "A", "States": states})
}

/// Returns a branch or an item processor of one state.
fn inner(name: &str, state: Value) -> Value {
    json!({"StartAt": name, "States": {name: state}})
}

fn function(name: &str) -> String {
    format!("arn:aws:lambda:us-east-1:123456789012:function:{name}")
}

fn distributed(kind: &str, inner: Value, more: Value) -> Value {
    let config = json!({"Mode": "DISTRIBUTED", "ExecutionType": kind});
    let processor = json!({"ProcessorConfig": config, "StartAt": "I", "States": {"I": inner}});
    let mut state = json!({"Type": "Map", "Label": "L", "ItemProcessor": processor, "End": true});
    state.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    one(state)
}

#[tokio::test]
async fn all_operations_and_events_are_as_in_the_model() {
    let builder = Server::builder()
        .speed(20.0)
        .on_lambda("good", |input: Value| Ok(input))
        .on_lambda("bad", |_: Value| Err::<Value, _>(TaskError::new("Bad").with_cause("c")))
        .on_lambda_async("never", |_: Value| pending::<Result<Value, TaskError>>());
    let tour = Tour { api: Api::with(builder).await, operations: RefCell::default(), events: RefCell::default() };

    // State machines, versions and aliases.
    let more = json!({
        "publish": true, "versionDescription": "one", "tags": [{"key": "k", "value": "v"}],
        "loggingConfiguration": {"level": "OFF"}, "tracingConfiguration": {"enabled": true},
    });
    let created = tour.machine("M", &pass(), more).await;
    let (machine, version) = (&created["stateMachineArn"], &created["stateMachineVersionArn"]);
    let update =
        json!({"stateMachineArn": machine, "definition": one(json!({"Type": "Succeed"})).to_string(), "publish": true});
    tour.ok("UpdateStateMachine", update).await;
    tour.ok("PublishStateMachineVersion", json!({"stateMachineArn": machine, "description": "d"})).await;
    let routing = json!([{"stateMachineVersionArn": version, "weight": 100}]);
    let alias = json!({"name": "live", "description": "d", "routingConfiguration": routing});
    let alias = tour.ok("CreateStateMachineAlias", alias).await["stateMachineAliasArn"].clone();
    tour.ok("UpdateStateMachineAlias", json!({"stateMachineAliasArn": alias, "description": "e"})).await;
    tour.ok("DescribeStateMachineAlias", json!({"stateMachineAliasArn": alias})).await;
    tour.ok("ListStateMachineAliases", json!({"stateMachineArn": machine})).await;
    tour.ok("ListStateMachineVersions", json!({"stateMachineArn": machine, "maxResults": 1})).await;
    let started = tour.ok("StartExecution", json!({"stateMachineArn": alias, "traceHeader": "Root=1"})).await;
    tour.ends(&text(&started["executionArn"])).await;
    tour.ok("DescribeStateMachineForExecution", json!({"executionArn": started["executionArn"]})).await;
    for arn in [machine, version, &alias] {
        tour.ok("DescribeStateMachine", json!({"stateMachineArn": arn})).await;
        tour.ok("ListExecutions", json!({"stateMachineArn": arn})).await;
    }
    let metadata = json!({"executionArn": started["executionArn"], "includedData": "METADATA_ONLY"});
    tour.ok("DescribeExecution", metadata).await;
    let bare = json!({"executionArn": started["executionArn"], "includeExecutionData": false});
    tour.ok("GetExecutionHistory", bare).await;
    tour.ok("ListStateMachines", json!({})).await;
    tour.ok("TagResource", json!({"resourceArn": machine, "tags": [{"key": "l", "value": ""}]})).await;
    tour.ok("ListTagsForResource", json!({"resourceArn": machine})).await;
    tour.ok("UntagResource", json!({"resourceArn": machine, "tagKeys": ["l"]})).await;
    let unused = json!({"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "Q"}}}).to_string();
    for definition in [pass().to_string(), unused, "{".to_owned()] {
        let body = json!({"definition": definition, "severity": "WARNING"});
        tour.ok("ValidateStateMachineDefinition", body).await;
    }
    let express = tour.machine("X", &pass(), json!({"type": "EXPRESS"})).await;
    for more in ["ALL_DATA", "METADATA_ONLY"] {
        let body = json!({"stateMachineArn": express["stateMachineArn"], "includedData": more});
        tour.ok("StartSyncExecution", body).await;
    }

    // One state.
    let retry = json!([{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 3, "BackoffRate": 1.5}]);
    let catch = json!([{"ErrorEquals": ["States.ALL"], "Next": "B"}]);
    let tested = json!({"Type": "Task", "Resource": function("bad"), "Retry": retry, "Catch": catch, "End": true});
    let map = distributed("STANDARD", json!({"Type": "Pass", "End": true}), json!({"ToleratedFailureCount": 2}));
    let mock = json!({"errorOutput": {"error": "E", "cause": "c"}});
    for (state, mock, retries) in
        [(&tested, &mock, 0), (&tested, &mock, 3), (&map["States"]["A"], &json!({"result": "[1]"}), 0)]
    {
        let body = json!({
            "definition": state.to_string(), "roleArn": ROLE, "inspectionLevel": "TRACE", "input": "[1]", "mock": mock,
            "stateConfiguration": {"retrierRetryCount": retries},
        });
        tour.ok("TestState", body).await;
    }

    // Tasks that succeed, and states of each type.
    let activity = text(&tour.ok("CreateActivity", json!({"name": "A"})).await["activityArn"]);
    tour.ok("DescribeActivity", json!({"activityArn": activity})).await;
    tour.ok("ListActivities", json!({})).await;
    let invoke = "arn:aws:states:::lambda:invoke";
    let rule = json!({"Variable": "$", "IsPresent": true, "Next": "D"});
    let all = states(json!({
        "A": {"Type": "Task", "Resource": function("good"), "Next": "B"},
        "B": {"Type": "Task", "Resource": invoke, "Parameters": {"FunctionName": "good"}, "Next": "C"},
        "C": {"Type": "Choice", "Choices": [rule], "Default": "D"},
        "D": {"Type": "Wait", "Seconds": 1, "Next": "E"},
        "E": {"Type": "Parallel", "Branches": [inner("E1", json!({"Type": "Pass", "End": true}))], "Assign": {"v": 1}, "Next": "F"},
        "F": {"Type": "Map", "ItemsPath": "$", "ItemProcessor": inner("F1", json!({"Type": "Pass", "End": true})), "Next": "G"},
        "G": {"Type": "Task", "Resource": "arn:aws:states:::states:startExecution.sync:2", "Parameters": {"StateMachineArn": machine}, "Next": "H"},
        "H": {"Type": "Task", "Resource": activity, "TimeoutSeconds": 900, "HeartbeatSeconds": 600, "Next": "I"},
        "I": {"Type": "Succeed"},
    }));
    let execution = tour.start("All", &all, json!({})).await;
    let token = tour.task(&activity).await;
    tour.ok("SendTaskHeartbeat", json!({"taskToken": token})).await;
    tour.ok("SendTaskSuccess", json!({"taskToken": token, "output": "{}"})).await;
    assert_eq!(tour.ends(&execution).await, "SUCCEEDED");

    // Tasks that fail or time out.
    let next = |state: Value, next: &str| {
        let mut state = state;
        state["Catch"] = json!([{"ErrorEquals": ["States.ALL"], "Next": next}]);
        state["Next"] = json!(next);
        state
    };
    let failing = states(json!({
        "A": next(json!({"Type": "Task", "Resource": function("bad")}), "B"),
        "B": next(json!({"Type": "Task", "Resource": invoke, "Parameters": {"FunctionName": "bad"}}), "C"),
        "C": next(json!({"Type": "Task", "Resource": function("never"), "TimeoutSeconds": 1}), "D"),
        "D": next(json!({"Type": "Task", "Resource": invoke, "Parameters": {"FunctionName": "never"}, "TimeoutSeconds": 1}), "E"),
        "E": next(json!({"Type": "Task", "Resource": activity, "TimeoutSeconds": 1}), "F"),
        "F": next(json!({"Type": "Map", "ItemProcessor": inner("F1", json!({"Type": "Fail", "Error": "E", "Cause": "c"})), "ItemsPath": "$$.Execution.Input"}), "G"),
        "G": {"Type": "Pass", "QueryLanguage": "JSONata", "Output": "{% $states.input.a.b + 'x' %}", "End": true},
    }));
    let execution = tour.start("Failing", &failing, json!([1])).await;
    // The time of an activity's task begins when a worker takes it.
    tour.task(&activity).await;
    assert_eq!(tour.ends(&execution).await, "FAILED");
    let execution =
        tour.start("Worker", &one(json!({"Type": "Task", "Resource": activity, "End": true})), json!({})).await;
    tour.task(&activity).await;
    tour.ok("StopExecution", json!({"executionArn": execution, "error": "E", "cause": "c"})).await;
    assert_eq!(tour.ends(&execution).await, "ABORTED");
    let again =
        json!({"stateMachineArn": execution.replace(":execution:", ":stateMachine:").rsplit_once(':').unwrap().0});
    let execution = text(&tour.ok("StartExecution", again).await["executionArn"]);
    let token = tour.task(&activity).await;
    tour.ok("SendTaskFailure", json!({"taskToken": token, "error": "E", "cause": "c"})).await;
    assert_eq!(tour.ends(&execution).await, "FAILED");
    let wait = || json!({"Type": "Wait", "Seconds": 600, "End": true});
    let mut slow = one(wait());
    slow["TimeoutSeconds"] = json!(1);
    assert_eq!(tour.run("Slow", slow, json!({})).await.1, "TIMED_OUT");
    // A branch fails while the others are in a state of each type.
    let late =
        json!({"StartAt": "B", "States": {"B": {"Type": "Wait", "Seconds": 20, "Next": "C"}, "C": {"Type": "Fail"}}});
    let waits = inner("D", wait());
    let within = inner("E", json!({"Type": "Parallel", "Branches": [inner("F", wait())], "End": true}));
    let each = inner("G", json!({"Type": "Map", "ItemProcessor": inner("H", wait()), "End": true}));
    let works = inner("I", json!({"Type": "Task", "Resource": function("never"), "End": true}));
    let branches = one(json!({"Type": "Parallel", "Branches": [late, waits, within, each, works], "End": true}));
    assert_eq!(tour.run("Branches", branches, json!([1])).await.1, "FAILED");

    // Map runs.
    let rule = json!({"Variable": "$", "NumericEquals": 2, "Next": "N"});
    let two = |tolerated: u64| {
        let inner = json!({"Type": "Choice", "Choices": [rule], "Default": "O"});
        let mut map = distributed("STANDARD", inner, json!({"ToleratedFailureCount": tolerated}));
        let states = &mut map["States"]["A"]["ItemProcessor"]["States"];
        states["N"] = json!({"Type": "Fail", "Error": "two"});
        states["O"] = json!({"Type": "Pass", "End": true});
        map
    };
    for (name, definition, expected) in [
        ("Tolerant", two(1), "SUCCEEDED"),
        ("Strict", two(0), "FAILED"),
        ("Quick", distributed("EXPRESS", json!({"Type": "Pass", "End": true}), json!({})), "SUCCEEDED"),
    ] {
        let (execution, status) = tour.run(name, definition, json!([1, 2, 3])).await;
        assert_eq!(status, expected);
        let map_runs = tour.ok("ListMapRuns", json!({"executionArn": execution})).await;
        let map_run = &map_runs["mapRuns"][0]["mapRunArn"];
        tour.ok("DescribeMapRun", json!({"mapRunArn": map_run})).await;
        if status == "FAILED" {
            tour.ok("RedriveExecution", json!({"executionArn": execution})).await;
            tour.api.until(&execution, |described| described["redriveCount"] == 1).await;
            tour.ends(&execution).await;
            tour.ok("DescribeMapRun", json!({"mapRunArn": map_run})).await;
        }
        if name != "Quick" {
            let children = tour.ok("ListExecutions", json!({"mapRunArn": map_run})).await;
            for child in children["executions"].as_array().unwrap() {
                tour.ends(&text(&child["executionArn"])).await;
            }
        }
    }
    let waiting = distributed("STANDARD", wait(), json!({}));
    let execution = tour.start("Waiting", &waiting, json!([1])).await;
    let started = tour.api.event(&execution, "MapRunStarted").await;
    let map_run = &started["mapRunStartedEventDetails"]["mapRunArn"];
    tour.ok("UpdateMapRun", json!({"mapRunArn": map_run, "toleratedFailureCount": 3})).await;
    tour.ok("DescribeMapRun", json!({"mapRunArn": map_run})).await;
    tour.ok("StopExecution", json!({"executionArn": execution})).await;
    tour.ends(&execution).await;

    tour.ok("DeleteStateMachineAlias", json!({"stateMachineAliasArn": alias})).await;
    tour.ok("DeleteStateMachineVersion", json!({"stateMachineVersionArn": version})).await;
    tour.ok("DeleteStateMachine", json!({"stateMachineArn": machine})).await;
    tour.ok("DeleteActivity", json!({"activityArn": activity})).await;

    let operations = Service::find("sfn").unwrap().operations().map(|operation| operation.name().to_lowercase());
    let seen: BTreeSet<_> = tour.operations.borrow().iter().map(|name| name.to_lowercase()).collect();
    assert_eq!(operations.filter(|name| !seen.contains(name)).collect::<Vec<_>>(), [""; 0]);
    // The engine does not write these: failures of AWS's own, and the end of a map run that an aborted execution contains.
    let unwritten = ["ScheduleFailed", "StartFailed", "SubmitFailed", "MapRunAborted"];
    let own = |kind: &&EventType| !unwritten.iter().any(|end| kind.name().ends_with(end));
    let missing = EventType::ALL.iter().filter(own).map(|kind| kind.name());
    assert_eq!(missing.filter(|name| !tour.events.borrow().contains(*name)).collect::<Vec<_>>(), [""; 0]);
}
