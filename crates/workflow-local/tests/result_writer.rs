//! Tests the objects that a distributed map exports to the object store.

use std::sync::Arc;
use workflow_cases::every;

use serde_json::{Value, json};
use workflow_local::{Answers, Engine, MemoryStore, ObjectStore, Status, TaskError};

#[test]
fn children_are_exported_by_how_they_ended() {
    let store = Arc::new(MemoryStore::new());
    let machine = json!({
        "StartAt": "Each",
        "States": { "Each": {
            "Type": "Map",
            "ToleratedFailureCount": 1,
            "ItemProcessor": {
                "ProcessorConfig": { "Mode": "DISTRIBUTED", "ExecutionType": "STANDARD" },
                "StartAt": "Work",
                "States": { "Work": { "Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:work", "End": true } }
            },
            "ResultWriter": { "Resource": "arn:aws:states:::s3:putObject", "Parameters": { "Bucket": "b", "Prefix": "out" } },
            "End": true
        } }
    });
    let engine = Engine::new(&machine).unwrap().object_store(store.clone()).on_lambda("work", |item: u64| match item {
        2 => Err(TaskError::new("Odd").with_cause("two")),
        item => Ok(item * 10),
    });
    let execution = engine.run(&[1, 2, 3]).unwrap();
    let key = execution.assert_succeeded()["ResultWriterDetails"]["Key"].as_str().unwrap().to_owned();
    assert!(key.starts_with("out/") && key.ends_with("/manifest.json"), "{key}");
    let read = |key: &str| serde_json::from_slice::<Value>(&store.get("b", key).unwrap()).unwrap();
    let files = &read(&key)["ResultFiles"];
    let file = |kind: &str| read(files[kind][0]["Key"].as_str().unwrap());
    let (succeeded, failed) = (file("SUCCEEDED"), file("FAILED"));
    let outputs: Vec<_> = succeeded.as_array().unwrap().iter().map(|child| child["Output"].as_str().unwrap()).collect();
    assert_eq!(outputs, ["10", "30"]);
    assert_eq!(
        (&failed[0]["Error"], &failed[0]["Input"], &failed[0]["Status"]),
        (&json!("Odd"), &json!("2"), &json!("FAILED"))
    );
    assert_eq!((failed.as_array().unwrap().len(), &files["PENDING"]), (1, &json!([])));
}

/// Returns a map over what it gets, whose children fail for 0 and else give `[item, item]`; with its store.
fn doubled(writer: Value, tolerated: u64, concurrency: u64) -> (Engine, Arc<MemoryStore>) {
    let machine = json!({
        "StartAt": "Each",
        "States": { "Each": {
            "Type": "Map", "Label": "Each", "MaxConcurrency": concurrency, "ToleratedFailureCount": tolerated,
            "ItemProcessor": {
                "ProcessorConfig": { "Mode": "DISTRIBUTED", "ExecutionType": "STANDARD" },
                "StartAt": "Work",
                "States": { "Work": { "Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:work", "End": true } }
            },
            "ResultWriter": writer,
            "End": true
        } }
    });
    let store = Arc::new(MemoryStore::new());
    let engine = Engine::new(&machine).unwrap().object_store(store.clone()).on_lambda("work", |item: u64| match item {
        0 => Err(TaskError::new("Zero")),
        item => Ok([item, item]),
    });
    (engine, store)
}

#[test]
fn without_a_place_the_results_are_the_states_in_the_form_that_is_asked_for() {
    let run = |transformation: &str, items: &[u64]| {
        let writer = json!({ "WriterConfig": { "Transformation": transformation, "OutputType": "JSON" } });
        doubled(writer, 1, 0).0.run(&items).unwrap().assert_succeeded().clone()
    };
    assert_eq!(*run("COMPACT", &[1, 2]), json!([[1, 1], [2, 2]]));
    assert_eq!(*run("FLATTEN", &[1, 2]), json!([1, 1, 2, 2]));
    let details = run("NONE", &[1]);
    assert_eq!(
        (&details[0]["Status"], &details[0]["Input"], &details[0]["Output"]),
        (&json!("SUCCEEDED"), &json!("1"), &json!("[1,1]"))
    );
    // A child that failed has its details in each form.
    every(["NONE", "COMPACT", "FLATTEN"], |transformation| {
        let results = run(transformation, &[0, 2]);
        assert_eq!((&results[0]["Status"], &results[0]["Error"]), (&json!("FAILED"), &json!("Zero")));
    });
    assert_eq!(run("FLATTEN", &[0, 2]).as_array().unwrap()[1..], [json!(2), json!(2)]);
}

#[test]
fn exported_results_have_the_form_that_is_asked_for() {
    every(
        [
            ("COMPACT", "JSON", "SUCCEEDED_0.json", "[[1,1],[2,2]]"),
            ("COMPACT", "JSONL", "SUCCEEDED_0.jsonl", "[1,1]\n[2,2]\n"),
            ("FLATTEN", "JSON", "SUCCEEDED_0.json", "[1,1,2,2]"),
            ("FLATTEN", "JSONL", "SUCCEEDED_0.jsonl", "1\n1\n2\n2\n"),
        ],
        |(transformation, output_type, file, text)| {
            let writer = json!({
                "Resource": "arn:aws:states:::s3:putObject", "Parameters": { "Bucket": "b", "Prefix": "out" },
                "WriterConfig": { "Transformation": transformation, "OutputType": output_type }
            });
            let (engine, store) = doubled(writer, 1, 0);
            let execution = engine.run(&[1, 0, 2]).unwrap();
            let result = execution.assert_succeeded();
            let key = result["ResultWriterDetails"]["Key"].as_str().unwrap();
            let manifest: Value = serde_json::from_slice(&store.get("b", key).unwrap()).unwrap();
            assert_eq!((&manifest["DestinationBucket"], &manifest["MapRunArn"]), (&json!("b"), &result["MapRunArn"]));
            let folder = key.strip_suffix("manifest.json").unwrap();
            assert_eq!(
                manifest["ResultFiles"]["SUCCEEDED"],
                json!([{ "Key": format!("{folder}{file}"), "Size": text.len() }])
            );
            assert_eq!(store.get("b", &format!("{folder}{file}")).unwrap(), text.as_bytes());
            let failed = manifest["ResultFiles"]["FAILED"][0]["Key"].as_str().unwrap();
            assert!(String::from_utf8(store.get("b", failed).unwrap()).unwrap().contains("\"Error\":\"Zero\""));
        },
    );
}

#[test]
fn what_there_is_is_exported_when_too_many_fail() {
    let writer = json!({ "Resource": "arn:aws:states:::s3:putObject", "Parameters": { "Bucket": "b" } });
    let (engine, store) = doubled(writer, 0, 2);
    // The first is running still when 0 fails, and 4 and 5 are not started.
    let engine = engine.on_state_answers("Work", Answers::new().never(1).gives(2, 7).fails(1, "Zero"));
    let execution = engine.run(&[3, 1, 2, 0, 4, 5]).unwrap();
    execution.assert_failed("States.ExceedToleratedFailureThreshold");
    let listed = store.list("b", "").unwrap();
    let file = |name: &str| {
        let object = listed.iter().find(|object| object.key.ends_with(name)).unwrap();
        serde_json::from_slice::<Value>(&store.get("b", &object.key).unwrap()).unwrap()
    };
    let inputs = |name: &str, status: &str| {
        let children = file(name);
        let children = children.as_array().unwrap().iter();
        let inputs = children.map(|child| {
            (child["Input"].as_str().unwrap().parse::<u64>().unwrap(), child["Status"].as_str().unwrap().to_owned())
        });
        inputs.filter(|(_, of)| of == status).map(|(input, _)| input).collect::<Vec<_>>()
    };
    assert_eq!(inputs("SUCCEEDED_0.json", "SUCCEEDED"), [1, 2]);
    assert_eq!(inputs("FAILED_0.json", "FAILED"), [0]);
    assert_eq!(inputs("FAILED_0.json", "ABORTED"), [3]);
    assert_eq!(inputs("PENDING_0.json", "PENDING"), [4, 5]);
    let files = &file("manifest.json")["ResultFiles"];
    assert!(["SUCCEEDED", "FAILED", "PENDING"].iter().all(|kind| files[kind].as_array().unwrap().len() == 1));
}

#[test]
fn what_there_is_is_exported_when_the_map_is_stopped_from_outside() {
    let writer = json!({ "Resource": "arn:aws:states:::s3:putObject", "Parameters": { "Bucket": "b" } });
    let map = |timeout: Option<u64>, others: &str| {
        let mut map = json!({
            "Type": "Map", "Label": "Each", "MaxConcurrency": 1, "ItemsPath": "$.items",
            "ItemProcessor": {
                "ProcessorConfig": { "Mode": "DISTRIBUTED", "ExecutionType": "STANDARD" },
                "StartAt": "Work",
                "States": { "Work": { "Type": "Wait", "SecondsPath": "$", "End": true } }
            },
            "End": true
        });
        map["ResultWriter"] = writer.clone();
        let mut machine = json!({ "StartAt": "Each", "States": { "Each": map } });
        if !others.is_empty() {
            let fails = json!({ "StartAt": "Wait", "States": {
                "Wait": { "Type": "Wait", "Seconds": 5, "Next": "Fail" }, "Fail": { "Type": "Fail", "Error": others }
            } });
            let parallel = json!({ "Type": "Parallel", "Branches": [machine, fails], "End": true });
            machine = json!({ "StartAt": "Both", "States": { "Both": parallel } });
        }
        if let Some(timeout) = timeout {
            machine["TimeoutSeconds"] = json!(timeout);
        }
        machine
    };
    let input = json!({ "items": [1, 100, 3] });
    // The first child has ended, the second waits, the third was not started.
    let exported = |engine: Engine, run: &dyn Fn(&Engine)| {
        let store = Arc::new(MemoryStore::new());
        run(&engine.object_store(store.clone()));
        let status = |kind: &str| {
            let object = store.list("b", "").unwrap().into_iter().find(|object| object.key.ends_with(kind)).unwrap();
            let children: Value = serde_json::from_slice(&store.get("b", &object.key).unwrap()).unwrap();
            children.as_array().unwrap().iter().map(|child| format!("{} {}", child["Input"], child["Status"])).collect()
        };
        let files: Vec<Vec<String>> =
            ["SUCCEEDED_0.json", "FAILED_0.json", "PENDING_0.json"].into_iter().map(status).collect();
        assert_eq!(files, [[r#""1" "SUCCEEDED""#], [r#""100" "ABORTED""#], [r#""3" "PENDING""#]]);
        assert!(store.list("b", "").unwrap().iter().any(|object| object.key.ends_with("/manifest.json")));
    };
    exported(Engine::new(&map(Some(10), "")).unwrap(), &|engine| {
        assert_eq!(engine.run(&input).unwrap().status(), Status::TimedOut);
    });
    exported(Engine::new(&map(None, "Other")).unwrap(), &|engine| engine.run(&input).unwrap().assert_failed("Other"));
    exported(Engine::new(&map(None, "Other")).unwrap(), &|engine| {
        let mut driver = engine.driver(&input).unwrap();
        assert!(driver.until("Fail").unwrap());
        driver.execution_mut().stop(None, None);
        assert_eq!(driver.execution().status(), Status::Aborted);
    });
}
