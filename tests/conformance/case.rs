//! Runs one case and compares the result.

use std::sync::Arc;

use serde_json::{Map, Value};
use workflow_local::{
    Execution, HistoryEvent, Instant, MachineType, MemoryStore, ObjectStore, Program, Progress, Start, TaskError,
};

use crate::matcher::{differ, unordered};
use crate::mocks::Mocks;
use crate::stand_ins::StandIns;

/// The result of a case.
pub(crate) struct Outcome {
    /// Why it fails; `None` if it passes.
    pub(crate) failure: Option<String>,
    /// How the causes differ from AWS's, if they do; `None` if the case has no cause.
    pub(crate) causes: Option<Option<String>>,
}

/// The number of steps after which a case is assumed to run forever.
const MOST_STEPS: usize = 1_000_000;

pub(crate) fn run(case: &Value) -> Outcome {
    let failed = |why: String| Outcome { failure: Some(why), causes: None };
    let mut stand_ins = StandIns::of(case);
    let execution = match execute(case, &mut stand_ins) {
        Ok(execution) => execution,
        Err(why) => return failed(why),
    };
    let expect = &stand_ins.resolve(&case["expect"]);
    let actual = |text: Option<&str>| stand_ins.resolve(&text.map_or(Value::Null, Value::from));
    let expected = |name: &str| expect.get(name).cloned().unwrap_or(Value::Null);
    let failure = differ(&expect["status"], &execution.status().name().into(), "status")
        .or_else(|| {
            let output = execution.output().map(|output| stand_ins.resolve(output)).unwrap_or_default();
            differ(&expected("output"), &output, "output")
        })
        .or_else(|| differ(&expected("error"), &actual(execution.error()), "error"))
        .or_else(|| event_types(expect, execution.history()))
        .or_else(|| events(expect, execution.history(), &stand_ins, false));
    let causes = has_cause(expect).then(|| {
        differ(&expected("cause"), &actual(execution.cause()), "cause")
            .or_else(|| events(expect, execution.history(), &stand_ins, true))
    });
    Outcome { failure, causes }
}

fn has_cause(expect: &Value) -> bool {
    expect.get("cause").is_some() || expect["events"].as_array().into_iter().flatten().any(|e| e.get("cause").is_some())
}

/// Runs the case's machine with its recorded answers to the end.
fn execute(case: &Value, stand_ins: &mut StandIns) -> Result<Execution, String> {
    let definition = match case["definitionText"].as_str() {
        Some(text) => serde_json::from_str(text).map_err(|error| error.to_string())?,
        None => case["definition"].clone(),
    };
    let program = Program::of(&definition, machine_type(case)).map_err(|error| error.to_string())?;
    let mut mocks = Mocks::of(case);
    let mut execution = start(case, program);
    // An activity that nobody answers was deleted before the execution.
    let answered: Vec<String> = case["mocks"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|mock| Some(mock["resource"].as_str()?.trim_end_matches(".pattern").to_owned()))
        .collect();
    execution.known_activities(move |arn| answered.iter().any(|known| known == arn));
    for _ in 0..MOST_STEPS {
        match execution.step() {
            Progress::Advanced => {}
            Progress::Ended => return Ok(execution),
            Progress::Task(request) => {
                if !mocks.has(&request.state) {
                    return Err(format!("no recorded answer for state `{}`", request.state));
                }
                let Some(answer) = mocks.take(&request) else {
                    return Err(format!("state `{}` asks more often than was recorded", request.state));
                };
                stand_ins.learn(&answer["request"], &request.input);
                let id = request.id;
                if request.is_activity {
                    let _ = execution.start_activity(id, worker(case));
                }
                if let Some(submitted) = answer.get("submitted") {
                    let _ = execution.submit(id, submitted.clone());
                }
                if let Some(output) = answer.get("output") {
                    let _ = execution.succeed(id, output.clone());
                } else if answer.get("timeout").is_none() && answer.get("never").is_none() {
                    let mut error = match answer["error"].as_str() {
                        Some(name) => TaskError::new(name.to_owned()),
                        None => TaskError::unnamed(),
                    };
                    error.cause = answer["cause"].as_str().map(str::to_owned);
                    let _ = execution.fail_task(id, error);
                }
            }
            // An aborted execution was stopped while it waited.
            Progress::Waiting { .. } if case["expect"]["status"] == "ABORTED" => {
                execution.stop(case["expect"]["error"].as_str(), case["expect"]["cause"].as_str());
            }
            Progress::Waiting { until: Some(until) } => execution.advance_to(until),
            Progress::Waiting { until: None } => return Err("it waits forever".to_owned()),
            other => return Err(format!("unknown step {other:?}")),
        }
    }
    Err("it does not end".to_owned())
}

fn machine_type(case: &Value) -> MachineType {
    match case["stateMachineType"].as_str() {
        Some("EXPRESS") => MachineType::Express,
        _ => MachineType::Standard,
    }
}

/// Returns the worker that took the activity's task in the recording.
fn worker(case: &Value) -> Option<&str> {
    case["expect"]["events"].as_array().into_iter().flatten().find_map(|event| event["workerName"].as_str())
}

fn start(case: &Value, program: Program) -> Execution {
    let store = MemoryStore::new();
    for object in case["fixtures"]["s3"].as_array().into_iter().flatten() {
        let text = |name: &str| object[name].as_str().unwrap_or_default();
        let _ = store.put(text("Bucket"), text("Key"), text("Body").as_bytes().to_vec());
    }
    let input = case.get("input").cloned().unwrap_or_default();
    let execution = match machine_type(case) {
        MachineType::Express => "arn:aws:states:us-east-1:111111111111:express:machine:execution:uuid",
        _ => "arn:aws:states:us-east-1:111111111111:execution:machine:execution",
    };
    let mut start = Start::new("arn:aws:states:us-east-1:111111111111:stateMachine:machine", execution);
    start.role_arn = "arn:aws:iam::111111111111:role/role".to_owned();
    start.machine_type = machine_type(case);
    if let Some(time) = case["clock"]["start"].as_str().and_then(Instant::parse) {
        start.time = time;
    }
    Execution::start(Arc::new(program), input.into(), start, Arc::new(store))
}

/// moto's cases only have the types of the events.
fn event_types(expect: &Value, history: &[HistoryEvent]) -> Option<String> {
    let types: Vec<Value> = history.iter().map(|event| event.kind.name().into()).collect();
    if let Some(count) = expect.get("eventCount").and_then(Value::as_u64)
        && count != types.len() as u64
    {
        return Some(format!("expected {count} events, got {}", types.len()));
    }
    expect.get("eventTypes").and_then(|expected| differ(expected, &Value::Array(types), "eventTypes"))
}

fn events(expect: &Value, history: &[HistoryEvent], stand_ins: &StandIns, with_causes: bool) -> Option<String> {
    let expected = expect.get("events")?.as_array()?;
    let strict = expect["eventsOrder"] == "strict";
    let keep = |event: &Value| prepared(event, strict, with_causes);
    let expected: Vec<Value> = expected.iter().map(keep).collect();
    let actual: Vec<Value> = history.iter().map(|event| keep(&stand_ins.resolve(&flat(event)))).collect();
    if expect["eventsOrder"] == "scrubbed" {
        // The recorder's sorting loses events that end a parallel.
        let mut rest = actual.clone();
        rest.retain(|event| !(LOST.iter().any(|kind| event["type"] == *kind) && unmatched(event, &expected)));
        return unordered(&expected, &rest).map(|missing| format!("events: there should be {missing}"));
    }
    if !strict {
        return unordered(&expected, &actual).map(|missing| format!("events: there should be {missing}"));
    }
    for (expected, event) in expected.iter().zip(&actual) {
        let Some(difference) = differ(expected, event, &format!("event {}", expected["id"])) else { continue };
        if older(event, &actual).is_none_or(|event| differ(expected, &event, "").is_some()) {
            return Some(difference);
        }
    }
    (expected.len() != actual.len()).then(|| format!("expected {} events, got {}", expected.len(), actual.len()))
}

/// Returns an event as AWS linked it before it changed the links of two types: `EvaluationFailed` followed the event
/// before the state's (measured otherwise since December 2024), and the exit of a distributed map followed the end of
/// the map run (measured otherwise since November 2024).
fn older(event: &Value, history: &[Value]) -> Option<Value> {
    let previous = history.iter().find(|previous| previous["id"] == event["prev"])?;
    let (kind, of) = (event["type"].as_str()?, previous["type"].as_str()?);
    let link = match kind {
        "EvaluationFailed" if of.ends_with("StateEntered") => &previous["prev"],
        "MapStateExited" if of == "MapRunStarted" => {
            let ended = |next: &&Value| next["type"] == "MapRunSucceeded" && next["prev"] == previous["id"];
            &history.iter().find(ended)?["id"]
        }
        _ => return None,
    };
    let mut older = event.clone();
    older["prev"] = link.clone();
    Some(older)
}

/// Events that end a parallel, which scrubbed recordings may lack.
const LOST: &[&str] = &["ParallelStateSucceeded", "ParallelStateFailed", "ParallelStateExited"];

fn unmatched(event: &Value, expected: &[Value]) -> bool {
    !expected.iter().any(|expected| differ(expected, event, "").is_none())
}

/// Returns an event without what is not compared: IDs where the order is AWS's own, causes unless requested.
fn prepared(event: &Value, with_ids: bool, with_causes: bool) -> Value {
    let mut event = event.clone();
    if let Some(members) = event.as_object_mut() {
        if !with_ids {
            members.shift_remove("id");
            members.shift_remove("prev");
        }
        if !with_causes {
            members.shift_remove("cause");
        }
    }
    event
}

/// Returns an event in the corpus's form: details at the top level, JSON text parsed.
fn flat(event: &HistoryEvent) -> Value {
    let mut flat = Map::new();
    flat.insert("id".to_owned(), event.id.into());
    flat.insert("prev".to_owned(), event.previous_id.into());
    flat.insert("type".to_owned(), event.kind.name().into());
    let parsed = |value: &Value| {
        value.as_str().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_else(|| value.clone())
    };
    let api = event.to_api_json();
    let details = api.as_object().into_iter().flatten().filter(|(name, _)| name.ends_with("EventDetails"));
    for (name, value) in details.flat_map(|(_, details)| details.as_object().into_iter().flatten()) {
        let value = match name.as_str() {
            "roleArn" | "region" | "inputDetails" | "outputDetails" | "assignedVariablesDetails" => continue,
            "input" | "output" | "parameters" => parsed(value),
            "assignedVariables" => {
                let variables = value.as_object().into_iter().flatten();
                Value::Object(variables.map(|(name, value)| (name.clone(), parsed(value))).collect())
            }
            _ => value.clone(),
        };
        flat.insert(name.clone(), value);
    }
    Value::Object(flat)
}
