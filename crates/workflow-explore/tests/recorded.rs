//! Replays executions recorded on AWS on their own definitions. Each must take the same path.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Map, Value, json};
use workflow_explore::replay::{Recording, ReplayVerdict, replay};
use workflow_local::{Engine, EventType, MachineType, MemoryStore, ObjectStore, Program};

/// The start time of recordings without times.
const START: f64 = 1_735_689_600.0;

fn collect(folder: &Path, cases: &mut Vec<Value>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, cases);
        } else if path.extension().is_some_and(|extension| extension == "json") {
            let text = std::fs::read_to_string(&path).unwrap_or_default();
            match serde_json::from_str(&text) {
                Ok(Value::Array(several)) => cases.extend(several),
                Ok(case) => cases.push(case),
                Err(error) => cases.push(json!({ "id": path.display().to_string(), "broken": error.to_string() })),
            }
        }
    }
}

/// A case in which the recorder replaced a random number that the seed of the definition determines.
const REPLACED: [&str; 1] = ["ls-intrinsic_functions_math_operations--math-random-seeded"];

/// The members of an event that are not its details.
const OWN: [&str; 3] = ["id", "prev", "type"];

/// Converts an event of the corpus, whose details are flat and parsed, to the format of the API.
fn event_of_api(event: &Value, time: f64) -> Value {
    let mut details = Map::new();
    for (name, value) in event.as_object().into_iter().flatten().filter(|(name, _)| !OWN.contains(&name.as_str())) {
        let value = match name.as_str() {
            "input" | "output" | "parameters" => Value::from(value.to_string()),
            "assignedVariables" => value
                .as_object()
                .into_iter()
                .flatten()
                .map(|(name, value)| (name.clone(), Value::from(value.to_string())))
                .collect(),
            _ => value.clone(),
        };
        details.insert(name.clone(), value);
    }
    let kind = event["type"].as_str().unwrap_or_default();
    let known = EventType::from_name(kind).is_some();
    assert!(known, "unknown type {kind}");
    json!({ "id": event["id"], "previousEventId": event["prev"], "timestamp": time, "type": kind, "EventDetails": details })
}

/// Replaces the recorder's marks with values, as far as their meaning is known. `<*>` stands for any value, and
/// `.pattern` matches some of its invented names.
struct Marks<'c> {
    /// The strings of the input and of the definition.
    texts: Vec<&'c str>,
    is_random: bool,
}

impl<'c> Marks<'c> {
    fn of(case: &'c Value) -> Self {
        let mut texts = Vec::new();
        collect_texts(&case["input"], &mut texts);
        collect_texts(&case["definition"], &mut texts);
        Self { texts, is_random: case["definition"].to_string().contains("States.MathRandom") }
    }

    fn replaced(&self, value: &Value) -> Value {
        match value {
            Value::String(text) if text == "<*>" && self.is_random => 7.into(),
            Value::String(text) => {
                let text = text.replace(".pattern", "");
                let fits = |known: &&&str| match text.split_once("<*>") {
                    Some((before, after)) => !before.is_empty() && known.starts_with(before) && known.ends_with(after),
                    None => false,
                };
                self.texts.iter().find(fits).map_or_else(|| text.clone().into(), |known| Value::from(*known))
            }
            Value::Array(items) => items.iter().map(|item| self.replaced(item)).collect(),
            Value::Object(members) => {
                members.iter().map(|(name, value)| (name.clone(), self.replaced(value))).collect()
            }
            other => other.clone(),
        }
    }
}

fn collect_texts<'c>(value: &'c Value, texts: &mut Vec<&'c str>) {
    match value {
        Value::String(text) => texts.push(text),
        Value::Array(items) => items.iter().for_each(|item| collect_texts(item, texts)),
        Value::Object(members) => members.values().for_each(|member| collect_texts(member, texts)),
        _ => {}
    }
}

/// Returns the history of a case. The recorder removed the times, which are added where a task timed out.
fn history(case: &Value) -> Option<Value> {
    let events = case["expect"]["events"].as_array()?;
    let start = case["clock"]["start"].as_str().and_then(workflow_local::Instant::parse);
    let mut time = start.map_or(START, workflow_local::Instant::as_epoch_seconds);
    let mut limits = (0.0, 0.0);
    let mut made = Vec::new();
    let marks = Marks::of(case);
    for event in events {
        let event = &marks.replaced(event);
        if event["type"].as_str().is_some_and(|kind| kind.ends_with("Scheduled")) {
            let seconds = |name: &str| event[name].as_f64().unwrap_or_default();
            limits = (seconds("timeoutInSeconds"), seconds("heartbeatInSeconds"));
        }
        if event["type"].as_str().is_some_and(|kind| kind.ends_with("TimedOut") && !kind.starts_with("Execution")) {
            time += if event["error"] == "States.HeartbeatTimeout" { limits.1 } else { limits.0 };
        }
        made.push(event_of_api(event, time));
    }
    Some(json!({ "events": made }))
}

fn engine(case: &Value) -> Result<Engine, String> {
    let definition = match case["definitionText"].as_str() {
        Some(text) => serde_json::from_str(text).map_err(|error| error.to_string())?,
        None => case["definition"].clone(),
    };
    let kind = if case["stateMachineType"] == "EXPRESS" { MachineType::Express } else { MachineType::Standard };
    let program = Program::of(&definition, kind).map_err(|error| error.to_string())?;
    let store = MemoryStore::new();
    for object in case["fixtures"]["s3"].as_array().into_iter().flatten() {
        let text = |name: &str| object[name].as_str().unwrap_or_default();
        store.put(text("Bucket"), text("Key"), text("Body").as_bytes().to_vec())?;
    }
    Ok(Engine::with_program(program.into()).machine_type(kind).object_store(std::sync::Arc::new(store)))
}

#[test]
fn recorded_executions_go_the_same_way_on_their_own_definitions() {
    let Some(folder) = workflow_recorded::data("conformance") else { return };
    let mut cases = Vec::new();
    collect(&folder, &mut cases);
    let wanted = std::env::var("WORKFLOW_CASE").unwrap_or_default();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let mut failures = Vec::new();
    for case in cases.iter().filter(|case| case["kind"] == "execution" || case.get("broken").is_some()) {
        let id = case["id"].as_str().unwrap_or_default();
        if !id.contains(&wanted) {
            continue;
        }
        // The recorder sorted the events and removed their numbers, so they are no longer a history.
        if case["expect"]["eventsOrder"] == "scrubbed" {
            *counts.entry("without numbers of events").or_default() += 1;
            continue;
        }
        if REPLACED.contains(&id) {
            *counts.entry("with a number replaced").or_default() += 1;
            continue;
        }
        let Some(history) = history(case) else {
            *counts.entry("without events").or_default() += 1;
            continue;
        };
        let replayed = Recording::read(id, history.to_string().as_bytes())
            .map_err(|error| error.to_string())
            .and_then(|recording| replay(&engine(case)?, &recording).map_err(|error| error.to_string()));
        match replayed {
            Ok(replayed) if replayed.verdict() == ReplayVerdict::SameWay => {
                *counts.entry("same path").or_default() += 1
            }
            Ok(replayed) => failures.push(format!("{id}: {replayed}")),
            Err(error) => failures.push(format!("{id}: {error}")),
        }
    }
    println!("{counts:?}");
    assert!(failures.is_empty(), "{} differ:\n{}", failures.len(), failures.join("\n"));
    assert!(!wanted.is_empty() || counts.get("same path").is_some_and(|count| *count > 300), "{counts:?}");
}
