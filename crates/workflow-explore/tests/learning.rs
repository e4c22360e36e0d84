//! Models that are learnt from histories, and simulations with them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Map, Value, json};
use workflow_asl::document::MachineType;
use workflow_asl::source::Format;
use workflow_explore::replay::{Recording, ReplayError};
use workflow_explore::simulate::{Learning, Model, Simulation};
use workflow_local::{Answers, DefinitionError, Engine, HistoryEvent, RunError};

const FUNCTION: &str = "arn:aws:lambda:us-east-1:123456789012:function:f";

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "json") {
            found.push(path);
        }
    }
}

/// Returns a recorded event in the format of the API. Recordings have no times: the events are one millisecond apart,
/// which is within each timeout.
fn event(recorded: &Value) -> Value {
    let mut details = Map::new();
    for (name, value) in recorded.as_object().into_iter().flatten() {
        let text = matches!(name.as_str(), "input" | "output" | "parameters");
        details.insert(name.clone(), if text { json!(value.to_string()) } else { value.clone() });
    }
    json!({ "id": recorded["id"], "previousEventId": recorded["prev"], "type": recorded["type"], "timestamp": recorded["id"].as_f64().unwrap_or_default() / 1000.0,
        "recordedEventDetails": details })
}

/// Returns the share of the attempts of each state that failed, by the events of executions without branches.
fn failure_shares(events: &[Value]) -> BTreeMap<String, f64> {
    let mut state = "";
    let mut attempts: BTreeMap<String, (f64, f64)> = BTreeMap::new();
    for event in events {
        let kind = event["type"].as_str().unwrap_or_default();
        if kind.ends_with("StateEntered") {
            state = event["name"].as_str().unwrap_or_default();
        }
        let count = attempts.entry(state.to_owned()).or_default();
        if ["Failed", "TimedOut", "Succeeded"].iter().any(|end| kind.ends_with(end)) && !kind.starts_with("Execution") {
            count.0 += 1.0;
            count.1 += f64::from(u8::from(!kind.ends_with("Succeeded")));
        }
    }
    let tried = attempts.into_iter().filter(|(_, (all, _))| *all > 0.0);
    tried.map(|(state, (all, failed))| (state, failed / all)).collect()
}

#[test]
fn models_learnt_from_recorded_executions_fail_as_often() {
    let Some(folder) = workflow_recorded::data("conformance") else { return };
    let mut paths = Vec::new();
    files(&folder, &mut paths);
    paths.sort();
    let (mut learnt_from, mut simulated, mut failing) = (0, 0, 0);
    for path in paths {
        let case: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        if case["kind"] != "execution" || case["expect"]["eventsOrder"] != "strict" {
            continue;
        }
        let Some(events) = case["expect"]["events"].as_array() else { continue };
        if !events.iter().any(|event| event["type"].as_str().is_some_and(|kind| kind.ends_with("Scheduled"))) {
            continue;
        }
        let name = path.display();
        let Ok(engine) = Engine::new(&case["definition"]) else { continue };
        let express = case["stateMachineType"] == "EXPRESS";
        let engine = engine.machine_type(if express { MachineType::Express } else { MachineType::Standard });
        let mut learning = Learning::new(&engine);
        let history = read(&json!({ "events": events.iter().map(event).collect::<Vec<_>>() }));
        let added = history.and_then(|history| learning.add(&history));
        added.unwrap_or_else(|error| panic!("{name}: {error}"));
        let learnt = learning.finish();
        learnt_from += 1;
        let shares = failure_shares(events);
        for (state, share) in &shares {
            let failures = learnt.model["states"][state]["failures"].as_object();
            let learnt: f64 =
                failures.into_iter().flatten().filter_map(|(_, failure)| failure["probability"].as_f64()).sum();
            assert!((learnt - share).abs() < 1e-9, "{name}: {state}: expected {share}, found {learnt}");
        }
        // If every attempt of a state ended in the same way and every task was reached, the simulation must end like
        // the recording.
        if shares.values().any(|share| *share > 0.0 && *share < 1.0) || !learnt.notes.is_empty() {
            continue;
        }
        let model = Model::read(learnt.model.to_string().as_bytes(), Format::Json);
        let model = model.unwrap_or_else(|error| panic!("{name}: {error}\n{}", learnt.model));
        let report = Simulation::new(&engine, &model).unwrap().executions(5).without_gains().run();
        let report = report.unwrap_or_else(|error| panic!("{name}: {error}\n{}", learnt.model));
        simulated += 1;
        failing += u32::from(case["expect"]["status"] != "SUCCEEDED");
        assert_eq!(report.outcomes.len(), 1, "{name}: {report}");
        assert_eq!(json!(report.outcomes[0].status), case["expect"]["status"], "{name}: {report}");
    }
    assert!(learnt_from >= 60 && simulated >= 40 && failing >= 10, "{learnt_from}, {simulated}, {failing}");
}

fn charge() -> Result<Engine, DefinitionError> {
    Engine::new(&json!({ "StartAt": "Charge", "States": { "Charge": { "Type": "Task", "Resource": FUNCTION,
        "Retry": [{ "ErrorEquals": ["Busy"], "MaxAttempts": 1 }], "End": true } } }))
}

fn history(engine: &Engine, answers: Answers, input: &Value) -> Result<Value, RunError> {
    let execution = engine.clone().on_state_answers("Charge", answers).run(input)?;
    Ok(json!({ "events": execution.history().iter().map(HistoryEvent::to_api_json).collect::<Vec<_>>() }))
}

fn read(history: &Value) -> Result<Recording, ReplayError> {
    Recording::read("history", history.to_string().as_bytes())
}

#[test]
fn a_learnt_model_has_the_latencies_errors_outputs_and_inputs_of_the_histories() {
    let engine = charge().unwrap();
    let mut learning = Learning::new(&engine);
    for number in 0..100_u64 {
        let input = json!({ "big": number % 4 == 0 });
        let latency = Duration::from_millis(100 + 10 * number);
        let answers = match number {
            0..7 => Answers::new().then_fails("Declined").after(Duration::from_millis(50)),
            7..17 => Answers::new().fails(1, "Busy").then(json!({ "paid": 1 })).after(latency),
            _ => Answers::new().then(json!({ "paid": number % 2 })).after(latency),
        };
        learning.add(&read(&history(&engine, answers, &input).unwrap()).unwrap()).unwrap();
    }
    let learnt = learning.finish();
    assert_eq!((learnt.histories, learnt.attempts, learnt.notes.len()), (100, 110, 0), "{:?}", learnt.notes);
    assert_eq!(
        learnt.model["inputs"],
        json!([{ "value": { "big": false }, "weight": 75 }, { "value": { "big": true }, "weight": 25 }])
    );
    let state = &learnt.model["states"]["Charge"];
    assert_eq!(state["outputs"].as_array().unwrap().len(), 2);
    assert_eq!(
        state["failures"]["Declined"],
        json!({ "probability": 7.0 / 110.0, "latency": { "samples": vec![0.05; 7] } })
    );
    let model = Model::read(learnt.model.to_string().as_bytes(), Format::Json).unwrap();
    let report = Simulation::new(&engine, &model).unwrap().executions(20_000).without_gains().run().unwrap();
    let fails =
        |error: &str| report.outcomes.iter().find(|outcome| outcome.error.as_deref() == Some(error)).unwrap().share;
    // The probabilities of: declined at once, or after one busy attempt; busy twice.
    let (declined, busy) = (7.0 / 110.0, 10.0 / 110.0);
    assert!((fails("Declined") / (declined * (1.0 + busy)) - 1.0).abs() < 0.05, "{report}");
    assert!((fails("Busy") / (busy * busy) - 1.0).abs() < 0.1, "{report}");
}

#[test]
fn nothing_is_learnt_from_what_is_no_whole_history() {
    let engine = charge().unwrap();
    let whole = history(&engine, Answers::new().then(json!({})), &json!({})).unwrap();
    let added = |history: &Value| {
        let error = read(history).and_then(|read| Learning::new(&engine).add(&read)).unwrap_err();
        error.to_string()
    };
    let with = |change: &dyn Fn(&mut Value)| {
        let mut changed = whole.clone();
        changed["events"].as_array_mut().unwrap().iter_mut().for_each(change);
        added(&changed)
    };
    let error = with(&|event| {
        if let Some(details) = event.get_mut("stateEnteredEventDetails") {
            details["name"] = json!("Charger");
        }
    });
    assert!(error.contains("event 2: it enters `Charger`") && error.contains("did you mean `Charge`?"), "{error}");
    let error = with(&|event| {
        if let Some(details) = event.get_mut("lambdaFunctionSucceededEventDetails") {
            details.as_object_mut().unwrap().clear();
        }
    });
    assert!(error.contains("LambdaFunctionSucceeded has no output"), "{error}");
    assert!(error.contains("event 5") && error.contains("--include-execution-data"), "{error}");
    let error = with(&|event| drop(event.as_object_mut().unwrap().remove("timestamp")));
    assert!(error.contains("no timestamp that can be read"), "{error}");
    let error = with(&|event| {
        if let Some(details) = event.get_mut("lambdaFunctionSucceededEventDetails") {
            details["output"] = json!("{\"paid\": [truncated]");
        }
    });
    assert!(error.contains("event 5: the output of LambdaFunctionSucceeded is truncated"), "{error}");
    let error = with(&|event| {
        if event["id"].as_u64() > Some(3) {
            event["id"] = json!(event["id"].as_u64().unwrap() + 1);
        }
    });
    assert!(error.contains("event 4 is missing"), "{error}");
    assert!(added(&json!({ "events": [] })).contains("it has no events"));
    assert!(added(&json!("text")).contains("is not a history"));
    // The running attempts would be missing, so a truncated history is an error.
    let mut cut = whole.clone();
    cut["events"].as_array_mut().unwrap().truncate(3);
    let error = added(&cut);
    assert!(error.contains("the history ends with event 3") && error.contains("\n  = help: "), "{error}");
    let learnt = Learning::new(&engine).finish();
    assert!(learnt.histories == 0 && learnt.notes.join("\n").contains("the task `Charge`"), "{:?}", learnt.notes);
}

#[test]
fn an_attempt_that_an_unknown_event_ends_is_told() {
    let engine = charge().unwrap();
    let mut strange = history(&engine, Answers::new().then(json!({})), &json!({})).unwrap();
    for event in strange["events"].as_array_mut().unwrap() {
        if event["type"] == "LambdaFunctionSucceeded" {
            event["type"] = json!("LambdaFunctionPostponed");
        }
    }
    let mut learning = Learning::new(&engine);
    learning.add(&read(&strange).unwrap()).unwrap();
    let learnt = learning.finish();
    assert_eq!(learnt.attempts, 0);
    let notes = learnt.notes.join("\n");
    assert!(notes.contains("`LambdaFunctionPostponed` is unknown"), "{notes}");
    assert!(notes.contains("an attempt of `Charge` has no event that ends it: it is left out"), "{notes}");
}

#[test]
fn many_inputs_are_a_sample_in_which_each_path_has_its_share() {
    let definition = json!({ "StartAt": "Is", "States": {
        "Is": { "Type": "Choice", "Choices": [{ "Variable": "$.kind", "StringEquals": "fast", "Next": "Fast" }], "Default": "Slow" },
        "Fast": { "Type": "Pass", "End": true }, "Slow": { "Type": "Pass", "End": true } } });
    let engine = Engine::new(&definition).unwrap();
    let mut learning = Learning::new(&engine);
    // All inputs differ, and the texts of the fast ones come first.
    for number in 0..300 {
        let (id, kind) = if number < 60 { ("a", "fast") } else { ("z", "slow") };
        let input = json!({ "id": format!("{id}{number}"), "kind": kind });
        learning.add(&Recording::of(&engine.run(&input).unwrap()).unwrap()).unwrap();
    }
    let of_seed = |seed: u64| {
        let mut learning = learning.clone();
        learning.seed = seed;
        learning.finish()
    };
    let learnt = of_seed(0);
    for learnt in [&learnt, &of_seed(1)] {
        let inputs = learnt.model["inputs"].as_array().unwrap();
        let fast = inputs.iter().filter(|input| input["value"]["kind"] == "fast").count();
        assert_eq!((inputs.len(), fast), (50, 10), "{}", learnt.model);
    }
    assert_ne!(learnt.model, of_seed(1).model);
    assert_eq!(learnt.notes, ["there are 300 different inputs: the model has a sample of 50, by path"]);
}

#[test]
fn what_occurred_is_tried_beside_what_is_generated() {
    let task = |next: &str| {
        json!({ "Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:f",
        "Output": "{% $states.input %}", "Next": next })
    };
    let engine = Engine::new(&json!({ "StartAt": "Look", "QueryLanguage": "JSONata", "States": {
        // No generated value has this sum.
        "Look": { "Type": "Choice", "Default": "Common", "Choices": [
            { "Condition": "{% $sum($states.input.sizes) * 7 = 77 %}", "Next": "Rare" }] },
        "Rare": task("Done"), "Common": task("Done"),
        "Done": { "Type": "Succeed" },
    } }))
    .unwrap();
    let explorer = || workflow_explore::Explorer::new(&engine).unwrap();
    let is_shown = |report: &workflow_explore::Report| report.not_shown().all(|point| point.state != "Rare");
    let report = explorer().explore().unwrap();
    assert!(!is_shown(&report), "{report}");

    let history = |input: &Value, error: Option<&'static str>| {
        let answers = match error {
            Some(error) => Answers::new().fails(1, error),
            None => Answers::new().then(json!({})),
        };
        let engine = engine.clone().on_state_answers("Rare", answers.clone()).on_state_answers("Common", answers);
        Recording::of(&engine.run(input).unwrap()).unwrap()
    };
    let mut learning = Learning::new(&engine);
    for (input, error) in [
        (json!({ "sizes": [5, 6] }), None),
        (json!({ "sizes": [4, 7] }), Some("Card.Declined")),
        (json!({ "sizes": [1] }), None),
        (json!({ "sizes": [1] }), None),
    ] {
        learning.add(&history(&input, error)).unwrap();
    }
    let report = explorer().occurred(&learning).explore().unwrap();
    assert!(is_shown(&report), "{report}");
    let text = report.to_string();
    assert!(text.contains("occurred: in 2 of 4 recorded executions"), "{text}");

    // The error that occurred is tried, and what happened more often comes first.
    let declared = |state: &str| format!("no Done after {state} entered").parse().unwrap();
    let failed = "never both Rare failed with Card.Declined and Look entered".parse().unwrap();
    let explorer =
        explorer().property(declared("Common")).property(declared("Rare")).property(failed).occurred(&learning);
    let report = explorer.may_fail().explore().unwrap();
    let found: Vec<_> = report.findings.iter().map(|finding| (finding.property.as_str(), finding.occurred)).collect();
    let expected = [
        ("no Done after Common", 2),
        ("never both Rare failed with Card.Declined and Look entered", 2),
        ("no Done after Rare", 1),
    ];
    assert_eq!(found, expected, "{report}");
}
