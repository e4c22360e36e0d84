//! Histories in files: which are read, which are refused with which error, and the files written from them.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use workflow_explore::replay::{Recording, Recordings, ReplayVerdict, Replayer, Summary, replay};
use workflow_local::{Answers, Engine, Execution, MachineType, MemoryStore, MockFile, ObjectStore, TaskError};

fn pay() -> Value {
    json!({ "StartAt": "Charge", "States": {
        "Charge": { "Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:charge",
            "Retry": [{ "ErrorEquals": ["Busy"], "MaxAttempts": 2 }], "ResultPath": "$.paid", "Next": "Each" },
        "Each": { "Type": "Map", "ItemsPath": "$.items", "ResultPath": "$.packed", "Next": "Answer",
            "ItemProcessor": { "StartAt": "Pack", "States": { "Pack": { "Type": "Task", "End": true,
                "Resource": "arn:aws:lambda:us-east-1:123456789012:function:pack" } } } },
        "Answer": { "Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken", "TimeoutSeconds": 60,
            "Parameters": { "QueueUrl": "https://sqs.us-east-1.amazonaws.com/123456789012/q", "MessageBody.$": "$$.Task.Token" },
            "ResultPath": "$.answer", "Catch": [{ "ErrorEquals": ["States.Timeout"], "ResultPath": null, "Next": "Done" }],
            "Next": "Done" },
        "Done": { "Type": "Succeed" },
    } })
}

fn paid() -> Execution {
    let busy = TaskError::new("Busy").with_cause("try \"later\"\n");
    let engine = Engine::new(&pay()).unwrap();
    engine
        .on_state_answers("Charge", Answers::new().fails(1, busy).then(json!({ "receipt": 1.5 })))
        .on_state("Pack", |item: Value| Ok(json!([item])))
        .on_state_never("Answer")
        .run(&json!({ "items": ["a", "b", "c"] }))
        .unwrap()
}

/// Returns the history as the AWS CLI prints it.
fn exported(execution: &Execution) -> Value {
    json!({ "events": execution.history().iter().map(workflow_local::HistoryEvent::to_api_json).collect::<Vec<_>>() })
}

fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

fn write(path: &Path, value: &Value) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, value.to_string()).unwrap();
}

fn is_same(text: &str) {
    let recording = Recording::read("pay.json", text.as_bytes()).unwrap();
    replay(&Engine::new(&pay()).unwrap(), &recording).unwrap().assert_same_way();
}

#[test]
fn a_history_may_come_in_any_order_and_in_several_pages() {
    let whole = exported(&paid());
    is_same(&whole.to_string());
    let mut events = whole["events"].as_array().unwrap().clone();
    // The list alone.
    is_same(&Value::Array(events.clone()).to_string());
    let (first, rest) = events.split_at(7);
    is_same(&format!("{}\n{}", json!({ "events": first, "nextToken": "AAAA" }), json!({ "events": rest })));
    is_same(&json!([{ "events": rest }, { "events": first }]).to_string());
    events.reverse();
    is_same(&json!({ "events": events }).to_string());
    events.swap(3, 9);
    is_same(&json!({ "events": events }).to_string());
}

#[test]
fn the_log_of_an_express_execution_is_a_history() {
    let execution = paid();
    let lines = execution.history().iter().map(|event| {
        let event = event.to_api_json();
        let details = event.as_object().unwrap().iter().find(|(name, _)| name.ends_with("EventDetails"));
        let line = json!({
            "id": event["id"].to_string(), "type": event["type"], "previous_event_id": event["previousEventId"].to_string(),
            "event_timestamp": ((event["timestamp"].as_f64().unwrap() * 1000.0) as i64).to_string(),
            "execution_arn": "arn:aws:states:us-east-1:123456789012:express:Pay:one:1",
            "details": details.map(|(_, details)| details),
        });
        json!({ "message": line.to_string() }).to_string()
    });
    let text = lines.collect::<Vec<_>>().join("\n");
    let recording = Recording::read("log.json", text.as_bytes()).unwrap();
    assert_eq!(recording.machine_type, Some(MachineType::Express));
    replay(&Engine::new(&pay()).unwrap(), &recording).unwrap().assert_same_way();
}

#[test]
fn a_bad_history_is_refused_by_file_and_event() {
    let whole = exported(&paid());
    let with = |change: &dyn Fn(&mut Vec<Value>)| {
        let mut events = whole["events"].as_array().unwrap().clone();
        change(&mut events);
        json!({ "events": events }).to_string()
    };
    let last = whole["events"].as_array().unwrap().len();
    let cases: Vec<(&str, String, String)> = vec![
        (
            "not JSON",
            "{\"events\": [".to_owned(),
            "h.json is not JSON: EOF while parsing a list at line 1 column 12".to_owned(),
        ),
        ("empty", String::new(), "h.json is not JSON: the file is empty".to_owned()),
        (
            "no events",
            "{}".to_owned(),
            "h.json is not a history: expected an object with `events`, found an empty one".to_owned(),
        ),
        (
            "another object",
            json!({ "name": 1 }).to_string(),
            "h.json is not a history: expected an object with `events`, found one with `name`".to_owned(),
        ),
        (
            "a list of nothing",
            json!({ "events": [] }).to_string(),
            "h.json is not a history: it has no events".to_owned(),
        ),
        ("no list", json!({ "events": 1 }).to_string(), "h.json is not a history: `events` is not a list".to_owned()),
        ("a text", "\"x\"".to_owned(), "h.json is not a history: expected an object with `events`".to_owned()),
        (
            "no event",
            json!({ "events": [{ "type": "x" }] }).to_string(),
            "h.json is not a history: element 0 of `events` has no `id` or no `type`".to_owned(),
        ),
        (
            "cut off at the end",
            with(&|events| drop(events.pop())),
            format!("h.json: the history ends with event {}, SucceedStateExited: the execution has no end", last - 1),
        ),
        (
            "cut off at the start",
            with(&|events| drop(events.drain(..3))),
            "h.json: events 1 to 3 are missing".to_owned(),
        ),
        ("a gap", with(&|events| drop(events.remove(4))), "h.json: event 5 is missing".to_owned()),
        (
            "one page",
            json!({ "events": whole["events"].as_array().unwrap()[..5], "nextToken": "A" }).to_string(),
            "h.json: the history ends with event 5, LambdaFunctionFailed: it is one page of several".to_owned(),
        ),
        (
            "two executions",
            with(&|events| {
                let mut other = events[2].clone();
                other["timestamp"] = json!(1.0);
                events.push(other);
            }),
            "h.json: event 3: two different events have this number: the file mixes executions".to_owned(),
        ),
        (
            "an unknown type",
            with(&|events| events[2]["type"] = json!("TaskDreamt")),
            "h.json: event 3: unknown event type `TaskDreamt`".to_owned(),
        ),
        (
            "no time",
            with(&|events| drop(events[3].as_object_mut().unwrap().remove("timestamp"))),
            "h.json: event 4: it has no timestamp that can be read".to_owned(),
        ),
        (
            "a previous event that does not exist",
            with(&|events| events[3]["previousEventId"] = json!(99)),
            "h.json: event 4: its `previousEventId` is 99, which is not an earlier event".to_owned(),
        ),
        (
            "no data",
            with(&|events| {
                for event in events {
                    for (name, details) in event.as_object_mut().unwrap() {
                        if name.ends_with("EventDetails") {
                            for name in ["input", "output", "parameters"] {
                                details.as_object_mut().unwrap().remove(name);
                            }
                        }
                    }
                }
            }),
            "h.json: event 1: ExecutionStarted has no input: the history has no data".to_owned(),
        ),
        (
            "a missing output",
            with(&|events| {
                let event = events.iter_mut().find(|event| event["type"] == "LambdaFunctionSucceeded").unwrap();
                event["lambdaFunctionSucceededEventDetails"].as_object_mut().unwrap().remove("output");
            }),
            "h.json: event 8: LambdaFunctionSucceeded has no output: the history has no data".to_owned(),
        ),
        (
            "a truncated output",
            with(&|events| {
                let event = events.iter_mut().find(|event| event["type"] == "LambdaFunctionSucceeded").unwrap();
                event["lambdaFunctionSucceededEventDetails"]["outputDetails"]["truncated"] = json!(true);
            }),
            "h.json: event 8: the output of LambdaFunctionSucceeded is truncated".to_owned(),
        ),
        (
            "a text that is cut",
            with(&|events| {
                events[0]["executionStartedEventDetails"]["input"] = json!("{\"items\": [truncated]");
            }),
            "h.json: event 1: the input of ExecutionStarted is truncated: {\"items\": [truncated]".to_owned(),
        ),
    ];
    let mut failures = Vec::new();
    for (name, text, expected) in cases {
        let read = Recording::read("h.json", text.as_bytes());
        // Only replay needs to know each type.
        let found = read.and_then(|read| replay(&Engine::new(&pay()).unwrap(), &read)).map(|_| "no error".to_owned());
        let found = found.unwrap_or_else(|error| error.to_string());
        if !found.starts_with(&expected) || !found.contains("\n  = help: ") {
            failures.push(format!("{name}:\n  expected {expected}\n  found    {found}"));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn a_history_of_another_machine_is_refused() {
    let recording = Recording::read("pay.json", exported(&paid()).to_string().as_bytes()).unwrap();
    let other = json!({ "StartAt": "Charged", "States": { "Charged": { "Type": "Succeed" } } });
    let error = replay(&Engine::new(&other).unwrap(), &recording).unwrap_err().to_string();
    assert_eq!(
        error,
        "pay.json is the history of another state machine: event 2 enters `Charge`, and the definition has none of its 5 states \
         (nearest: `Charged`)\n  = help: name its own definition, or a changed one, with --definition"
    );
    let error = Replayer::of_recording(&recording, std::sync::Arc::new(MemoryStore::new())).unwrap_err().to_string();
    assert!(error.starts_with("pay.json: the definition is not known"), "{error}");
    assert!(error.ends_with("> pay.machine.json`"), "{error}");
}

#[test]
fn files_of_a_folder_belong_together() {
    let folder = folder("replay-folder");
    write(&folder.join("one.json"), &exported(&paid()));
    write(
        &folder.join("one.execution.json"),
        &json!({
        "executionArn": "arn:aws:states:us-east-1:123456789012:execution:Pay:one",
        "stateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:Pay" }),
    );
    write(&folder.join("deep/two.json"), &exported(&paid()));
    write(&folder.join("broken.json"), &json!({ "events": [] }));
    write(
        &folder.join("pay.machine.json"),
        &json!({
        "stateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:Pay", "definition": pay().to_string() }),
    );
    let read = Recordings::read([&folder], None);
    let files: Vec<_> =
        read.executions.iter().map(|recording| Path::new(&recording.file).file_name().unwrap()).collect();
    assert_eq!(files, ["one.json", "two.json"]);
    assert_eq!(read.errors.len(), 1);
    assert!(read.executions[0].definition.is_some());
    assert!(read.executions[1].definition.is_none(), "the definition is that of its folder alone");
    let replayer = Replayer::of_recording(&read.executions[0], std::sync::Arc::new(MemoryStore::new())).unwrap();
    replayer.replay(&read.executions[0]).unwrap().assert_same_way();
    let empty = folder.join("nothing");
    std::fs::create_dir_all(&empty).unwrap();
    let read = Recordings::read([&empty, &folder.join("absent.json")], None);
    assert!(read.errors[0].to_string().contains("contains no history"), "{}", read.errors[0]);
    assert!(read.errors[1].to_string().ends_with("absent.json: no such file"), "{}", read.errors[1]);
}

/// Returns a distributed map whose children call a task.
fn distributed() -> Value {
    json!({ "StartAt": "Each", "States": { "Each": { "Type": "Map", "End": true, "ItemsPath": "$.items",
        "ItemProcessor": { "ProcessorConfig": { "Mode": "DISTRIBUTED", "ExecutionType": "STANDARD" }, "StartAt": "Pack",
            "States": { "Pack": { "Type": "Task", "End": true, "Resource": "arn:aws:states:::lambda:invoke", "OutputPath": "$.Payload",
                "Parameters": { "FunctionName": "pack", "Payload.$": "$" } } } } } } })
}

/// Returns the history of a map run and the histories of its children.
fn map_run() -> (Value, Vec<Value>) {
    let engine = Engine::new(&distributed()).unwrap();
    let mut execution = engine.start(&json!({ "items": [3, 1, 2] })).unwrap();
    execution.keep_for_inspection();
    loop {
        match execution.step() {
            workflow_local::Progress::Task(request) => {
                let _ = execution
                    .succeed(request.id, json!({ "Payload": request.input["Payload"].as_i64().unwrap() * 10 }));
            }
            workflow_local::Progress::Ended => break,
            _ => {}
        }
    }
    let map_run = &execution.map_runs()[0];
    let children = execution.children(map_run, 3).map(|(_, view)| {
        json!({ "events": view.history().iter().map(workflow_local::HistoryEvent::to_api_json).collect::<Vec<_>>() })
    });
    (exported(&execution), children.collect())
}

#[test]
fn children_of_map_runs_are_replayed_with_their_answers() {
    let (parent, children) = map_run();
    let folder = folder("replay-map-run");
    write(&folder.join("run.json"), &parent);
    // The names do not identify the items.
    for (number, child) in children.iter().rev().enumerate() {
        write(&folder.join(format!("run/child-{number}.json")), child);
    }
    let engine = Engine::new(&distributed()).unwrap();
    let read = Recordings::read([folder.join("run.json")], None);
    assert!(read.errors.is_empty(), "{:?}", read.errors);
    replay(&engine, &read.executions[0]).unwrap().assert_same_way();

    // All files are in one folder. The definition identifies the children.
    for (number, child) in children.iter().enumerate() {
        write(&folder.join(format!("flat/child-{number}.json")), child);
    }
    write(&folder.join("flat/run.json"), &parent);
    let read = Recordings::read([folder.join("flat")], Some(&distributed()));
    assert!(read.errors.is_empty(), "{:?}", read.errors);
    assert_eq!(read.executions.len(), 1);
    replay(&engine, &read.executions[0]).unwrap().assert_same_way();

    // A change in the children, and a change before them.
    let mut changed = distributed();
    changed["States"]["Each"]["ItemProcessor"]["States"]["Pack"]["Parameters"]["FunctionName"] = "wrap".into();
    let other = replay(&Engine::new(&changed).unwrap(), &read.executions[0]).unwrap();
    let text = other.to_string();
    assert!(
        text.contains("child-") && text.contains("`Pack` calls its task with other data: $.FunctionName"),
        "{text}"
    );
    let mut changed = distributed();
    changed["States"]["Each"]["ItemSelector"] = json!({ "n.$": "$$.Map.Item.Value" });
    let other = replay(&Engine::new(&changed).unwrap(), &read.executions[0]).unwrap();
    assert_eq!(other.difference.as_ref().unwrap().kind, "other input of a child", "{other}");

    // Without the children, their answers are missing.
    let alone = Recording::read("run.json", parent.to_string().as_bytes()).unwrap();
    let missing = replay(&engine, &alone).unwrap();
    assert_eq!(missing.verdict(), ReplayVerdict::AnswerMissing);
    assert!(missing.to_string().contains("no history of a child execution has its input"), "{missing}");
    // A child without its parent.
    let read = Recordings::read([folder.join("flat/child-0.json")], Some(&distributed()));
    assert!(read.errors[0].to_string().contains("as a child of a map run does"), "{}", read.errors[0]);
}

#[test]
fn objects_that_are_not_there_are_named() {
    let definition = json!({ "StartAt": "Each", "States": { "Each": { "Type": "Map", "End": true,
        "ItemReader": { "Resource": "arn:aws:states:::s3:getObject", "ReaderConfig": { "InputType": "JSON" },
            "Parameters": { "Bucket": "stock", "Key": "all.json" } },
        "ItemProcessor": { "ProcessorConfig": { "Mode": "DISTRIBUTED", "ExecutionType": "STANDARD" }, "StartAt": "Keep",
            "States": { "Keep": { "Type": "Pass", "End": true } } } } } });
    let store = std::sync::Arc::new(MemoryStore::new());
    store.put("stock", "all.json", b"[1, 2]".to_vec()).unwrap();
    let engine = Engine::new(&definition).unwrap();
    let execution = engine.clone().object_store(store.clone()).run(&json!({})).unwrap();
    let recording = Recording::of(&execution).unwrap();
    replay(&engine.clone().object_store(store), &recording).unwrap().assert_same_way();
    let without = replay(&engine.object_store(std::sync::Arc::new(MemoryStore::new())), &recording).unwrap();
    assert_eq!(without.missing.as_ref().unwrap().reason, "no object", "{without}");
    assert!(without.missing.as_ref().unwrap().to_string().contains("stock/all.json"), "{without}");
}

fn engine() -> Engine {
    Engine::new(&pay()).unwrap().named("Pay")
}

/// The output of `--test` compiles and passes.
mod emitted {
    use super::engine;

    include!("replay/emitted.rs");
}

#[test]
fn a_recorded_execution_is_written_as_a_test() {
    let recording = Recording::read("order-17.json", exported(&paid()).to_string().as_bytes()).unwrap();
    let text = Replayer::new(&engine()).test(&recording).unwrap();
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/replay/emitted.rs");
    if std::env::var_os("WORKFLOW_BLESS").is_some() {
        std::fs::write(&file, &text).unwrap();
    }
    assert_eq!(text, std::fs::read_to_string(file).unwrap());
}

#[test]
fn a_recorded_execution_is_written_as_a_mock_file() {
    let recording = Recording::of(&paid()).unwrap();
    let mocks = Replayer::new(&engine()).mocks(&recording).unwrap();
    let file = MockFile::parse(&mocks.to_string()).unwrap();
    let execution = engine().mocks(&file, "Recorded").unwrap().run(recording.input()).unwrap();
    assert_eq!(execution.path(), paid().path());
    assert_eq!(execution.output().map(|output| output.value()), recording.output());
}

#[test]
fn what_only_times_decide_is_not_written() {
    let branch = |name: &str| {
        json!({ "StartAt": name, "States": { name: { "Type": "Task", "End": true,
        "Resource": format!("arn:aws:lambda:us-east-1:123456789012:function:{name}") } } })
    };
    let definition = json!({ "StartAt": "Both", "States": { "Both": { "Type": "Parallel", "End": true,
        "Branches": [branch("First"), branch("Second")] } } });
    let engine = Engine::new(&definition).unwrap();
    let after = |answers: Answers, seconds| answers.after(std::time::Duration::from_secs(seconds));
    // The second branch fails before the first is answered.
    let execution = engine
        .clone()
        .on_state_answers("First", after(Answers::new().then(1), 9))
        .on_state_answers("Second", after(Answers::new().then_fails("Late"), 1))
        .run(&json!({}))
        .unwrap();
    let recording = Recording::of(&execution).unwrap();
    replay(&engine, &recording).unwrap().assert_same_way();
    let error = Replayer::new(&engine).mocks(&recording).unwrap_err().to_string();
    assert!(error.contains("`First` was stopped before it was answered"), "{error}");
    assert!(Replayer::new(&engine).test(&recording).unwrap().contains(".never(1)"));
}

#[test]
fn many_executions_are_a_table_and_a_sentence() {
    let machine = |least: u64| {
        json!({ "StartAt": "GoodEnough", "States": {
        "GoodEnough": { "Type": "Choice", "Default": "Retrain",
            "Choices": [{ "Variable": "$.score", "NumericGreaterThanEquals": least, "Next": "Deploy" }] },
        "Deploy": { "Type": "Succeed" }, "Retrain": { "Type": "Succeed" } } })
    };
    let engine = Engine::new(&machine(50)).unwrap();
    let recordings: Vec<_> =
        (0..10).map(|number| Recording::of(&engine.run(&json!({ "score": number * 10 })).unwrap()).unwrap()).collect();
    let replays = |least| -> Vec<_> {
        let replayer = Replayer::new(&Engine::new(&machine(least)).unwrap());
        recordings.iter().map(|recording| replayer.replay(recording).unwrap()).collect()
    };
    let summary = Summary::of(&replays(80)).to_string();
    assert!(summary.ends_with("\nof 10 executions, 3 would take another path, all at `GoodEnough`\n"), "{summary}");
    assert!(Summary::of(&replays(50)).is_same());
    assert_eq!(
        Summary::of(&replays(80)).to_json()["anotherWayAt"],
        json!([{ "state": "GoodEnough", "executions": 3 }])
    );
}
