//! Measures the recorded executions that are replayed in a second on one thread: `cargo bench -p workflow-explore
//! --bench replay`.

use std::time::Instant;

use serde_json::{Value, json};
use workflow_explore::replay::{Recording, ReplayVerdict, Replayer};
use workflow_local::Engine;

/// The number of histories that are read and replayed.
const HISTORIES: usize = 2_000;

/// Returns a chain of tasks with retriers, and a map over three items.
fn machine() -> Value {
    let task = |next: Value| {
        let mut task = json!({
            "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "ResultPath": "$.result",
            "Parameters": { "FunctionName": "work", "Payload.$": "$" },
            "Retry": [{ "ErrorEquals": ["Busy"], "IntervalSeconds": 1, "MaxAttempts": 2 }],
        });
        for (name, value) in next.as_object().into_iter().flatten() {
            task[name] = value.clone();
        }
        task
    };
    let each = json!({ "StartAt": "Item", "States": { "Item": task(json!({ "End": true })) } });
    json!({ "StartAt": "First", "States": {
        "First": task(json!({ "Next": "Second" })),
        "Second": task(json!({ "Next": "Large" })),
        "Large": { "Type": "Choice", "Default": "Each",
            "Choices": [{ "Variable": "$.total", "NumericGreaterThan": 1_000_000, "Next": "Refused" }] },
        "Each": { "Type": "Map", "ItemsPath": "$.items", "ItemProcessor": each, "End": true },
        "Refused": { "Type": "Fail", "Error": "Refused" },
    } })
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let definition = machine();
    let recorder =
        Engine::new(&definition)?.on_lambda("work", |input: Value| Ok::<_, workflow_local::TaskError>(input));
    let mut histories = Vec::new();
    for number in 0..HISTORIES {
        let items: Vec<_> = (0..3).map(|item| json!({ "n": item, "order": number })).collect();
        let execution = recorder.run(&json!({ "total": number, "items": items }))?;
        let events: Vec<_> = execution.history().iter().map(workflow_local::HistoryEvent::to_api_json).collect();
        histories.push((events.len(), json!({ "events": events }).to_string().into_bytes()));
    }
    let events: usize = histories.iter().map(|(events, _)| events).sum();
    let bytes: usize = histories.iter().map(|(_, bytes)| bytes.len()).sum();
    let begin = Instant::now();
    let recordings: Result<Vec<_>, _> =
        histories.iter().enumerate().map(|(number, (_, bytes))| Recording::read(format!("{number}"), bytes)).collect();
    let recordings = recordings?;
    let read = begin.elapsed().as_secs_f64();
    let engine = Engine::new(&definition)?;
    let replayer = Replayer::new(&engine);
    let begin = Instant::now();
    let mut same = 0;
    for recording in &recordings {
        same += usize::from(replayer.replay(recording)?.verdict() == ReplayVerdict::SameWay);
    }
    let replayed = begin.elapsed().as_secs_f64();
    #[expect(clippy::cast_precision_loss, reason = "the number is small")]
    let rate = |seconds: f64| HISTORIES as f64 / seconds;
    println!("{HISTORIES} histories, {} events and {} bytes each", events / HISTORIES, bytes / HISTORIES);
    println!("read: {:.0} histories a second; replayed: {:.0}; {same} take the same path", rate(read), rate(replayed));
    Ok(())
}
