//! A CSV file in S3, row by row, with many child executions at the same time.

use std::sync::Arc;

use serde_json::json;
use workflow_local::{Answers, Engine, Execution, MemoryStore, ObjectStore, TaskError};
use workflow_runtime::{Json, workflow};

workflow! {
    /// Charges the rows of a file: `id,customer,cents`. One row in twenty may fail.
    pub workflow ChargeRows {
        input { key: String }
        returns { run: String, results: String }
        params { bucket: String, charge: Arn }
        struct Row { id: String, customer: String, cents: String }

        map Rows over s3::csv<Row> { Bucket: params.bucket, Key: input.key, headers: first_row }
            distributed express
            max_concurrency 50
            tolerate percent 5
            write_to { Bucket: params.bucket, Prefix: "charged" }
            label "rows"
        {
            task Charge = lambda::invoke {
                FunctionName: params.charge,
                Payload: { id: item.id, customer: item.customer, cents: $number(item.cents) },
            }
                retry [Lambda.TooManyRequestsException, Lambda.ServiceException] {
                    interval: 2s,
                    max_attempts: 5,
                    jitter: full,
                }
                output { id: item.id }
                -> end;
        }
            catch [States.ExceedToleratedFailureThreshold] -> TooManyFailed
            catch [States.ItemReaderFailed] -> NoFile
            -> Done;

        succeed Done { run: Rows.MapRunArn, results: Rows.ResultWriterDetails.Key }
        fail TooManyFailed { error: "TooManyFailed", cause: "more than one row in twenty of " + input.key + " failed" }
        fail NoFile { error: "NoFile", cause: caught.Cause }
    }
}

/// An engine on which the customer `broke` cannot pay.
fn engine(store: Arc<MemoryStore>) -> Engine {
    let charge = "arn:aws:lambda:eu-west-1:123456789012:function:charge".into();
    Engine::of_with::<ChargeRows>(&ChargeRowsParams { bucket: "orders".to_owned(), charge })
        .unwrap()
        .object_store(store)
        .on_lambda("charge", |row: Json| match row["customer"].as_str() {
            Some("broke") => Err(TaskError::new("Declined")),
            _ => Ok(json!({ "charged": row["cents"] })),
        })
}

/// Runs the workflow on a file with this text.
fn charge(file: &str) -> (Execution, Arc<MemoryStore>) {
    let store = Arc::new(MemoryStore::new());
    store.put("orders", "today.csv", file.as_bytes().to_vec()).unwrap();
    let execution = engine(Arc::clone(&store)).run(&ChargeRowsInput { key: "today.csv".to_owned() }).unwrap();
    (execution, store)
}

/// Returns a file with so many rows, of which the first cannot be charged.
fn file(rows: usize) -> String {
    let rows: String = (0..rows).map(|row| format!("{row},{},250\n", if row == 0 { "broke" } else { "Ada" })).collect();
    format!("id,customer,cents\n{rows}")
}

#[test]
fn one_row_in_twenty_may_fail() {
    let (execution, store) = charge(&file(20));
    let output: ChargeRowsOutput = execution.output_as().unwrap();
    let manifest: Json = serde_json::from_slice(&store.get("orders", &output.results).unwrap()).unwrap();
    let key = |files: &str| manifest["ResultFiles"][files][0]["Key"].as_str().unwrap().to_owned();
    let read = |key: &str| -> Vec<Json> { serde_json::from_slice(&store.get("orders", key).unwrap()).unwrap() };
    assert_eq!(read(&key("SUCCEEDED")).len(), 19);
    let failed = read(&key("FAILED"));
    assert_eq!(failed.len(), 1);
    assert_eq!(failed[0]["Error"], "Declined");
    assert!(failed[0]["Input"].as_str().unwrap().contains("broke"));
}

#[test]
fn too_many_failures_fail_the_workflow() {
    charge(&file(19)).0.assert_failed("TooManyFailed");
}

#[test]
fn a_file_without_rows_is_no_error() {
    charge(&file(0)).0.assert_succeeded();
}

#[test]
fn a_missing_file_is_an_error_of_its_own() {
    let engine = engine(Arc::new(MemoryStore::new()));
    engine.run(&ChargeRowsInput { key: "today.csv".to_owned() }).unwrap().assert_failed("NoFile");
}

/// Runs the workflow on a file with one row, on a function that gives the answers.
fn answered(answers: Answers, seed: u64) -> Execution {
    let charge = "arn:aws:lambda:eu-west-1:123456789012:function:charge".into();
    let store = Arc::new(MemoryStore::new());
    store.put("orders", "today.csv", b"id,customer,cents\n1,Ada,250\n".to_vec()).unwrap();
    let engine = Engine::of_with::<ChargeRows>(&ChargeRowsParams { bucket: "orders".to_owned(), charge })
        .unwrap()
        .object_store(store)
        .on_lambda_answers("charge", answers)
        .seed(seed);
    engine.run(&ChargeRowsInput { key: "today.csv".to_owned() }).unwrap()
}

#[test]
fn a_busy_function_is_called_six_times() {
    for error in ["Lambda.TooManyRequestsException", "Lambda.ServiceException"] {
        let fails = |times| Answers::new().fails(times, error).then(json!({ "charged": 250 }));
        answered(fails(5), 0).assert_succeeded();
        let execution = answered(fails(6), 0);
        execution.assert_failed("TooManyFailed");
        assert_eq!(execution.cause(), Some("more than one row in twenty of today.csv failed"));
    }
}

#[test]
fn the_first_retry_waits_a_random_time_of_at_most_two_seconds() {
    let fails_once = Answers::new().fails(1, "Lambda.ServiceException").then(json!({ "charged": 250 }));
    let pauses = (0..50).map(|seed| {
        let execution = answered(fails_once.clone(), seed);
        execution.started_at().until(execution.now()).as_secs_f64()
    });
    let longest = pauses.fold(0.0, f64::max);
    assert!((1.8..=2.0).contains(&longest), "{longest}");
}
