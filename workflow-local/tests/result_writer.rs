//! What a distributed map exports to the object store.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::sync::Arc;

use serde_json::{Value, json};
use workflow_local::{Engine, MemoryStore, ObjectStore, TaskError};

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
