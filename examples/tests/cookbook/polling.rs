//! Polling: asks for the state of a job until it has ended, but not for ever.

use std::time::Duration;

use serde_json::json;
use workflow_local::{Answers, Engine, Execution};
use workflow_runtime::{Json, workflow};

workflow! {
    /// Reads the text of a document with Textract, which has no `.sync`.
    pub workflow ReadDocument {
        input { bucket: String, key: String }
        returns { pages: i64 }

        task Start = aws_sdk::textract::startDocumentTextDetection {
            DocumentLocation: { S3Object: { Bucket: input.bucket, Name: input.key } },
            ClientRequestToken: context.Execution.Name,
        }
            retry [Textract.ProvisionedThroughputExceededException, Textract.ThrottlingException] {
                interval: 5s,
                max_attempts: 6,
                jitter: full,
            }
            assign { job: result.JobId, checks: 0 }
            -> Rest;

        wait Rest for 20s -> Check;

        task Check = aws_sdk::textract::getDocumentTextDetection { JobId: $job, MaxResults: 1 }
            retry [Textract.ProvisionedThroughputExceededException, Textract.ThrottlingException] {
                interval: 5s,
                max_attempts: 6,
                jitter: full,
            }
            assign { checks: $checks + 1 }
            -> Ended;

        choice Ended {
            if Check.JobStatus == "SUCCEEDED" -> Read;
            if Check.JobStatus != "IN_PROGRESS" -> Failed;
            if $checks >= 90 -> GaveUp;
            else -> Rest;
        }

        succeed Read { pages: Check.DocumentMetadata.Pages ?? 0 }
        fail Failed { error: "ReadingFailed", cause: Check.StatusMessage ?? "Textract gave no reason" }
        fail GaveUp { error: "GaveUp", cause: "job " + $job + " has not ended after 30 minutes" }
    }
}

fn engine(checks: Answers) -> Engine {
    Engine::of::<ReadDocument>()
        .unwrap()
        .on_state_answers(ReadDocumentState::Start, Answers::new().then(json!({ "JobId": "j1" })))
        .on_state_answers(ReadDocumentState::Check, checks)
}

fn scan() -> ReadDocumentInput {
    ReadDocumentInput { bucket: "scans".to_owned(), key: "letter.pdf".to_owned() }
}

#[test]
fn the_job_ends_at_the_third_check() {
    let checks = Answers::new()
        .gives(2, json!({ "JobStatus": "IN_PROGRESS" }))
        .then(json!({ "JobStatus": "SUCCEEDED", "DocumentMetadata": { "Pages": 4 } }));
    let execution = engine(checks).run(&scan()).unwrap();
    assert_eq!(execution.output_as::<ReadDocumentOutput>().unwrap(), ReadDocumentOutput { pages: 4 });
    assert_eq!(execution.started_at().until(execution.now()), Duration::from_secs(60));
}

#[test]
fn the_job_never_ends() {
    let execution = engine(Answers::new().then(json!({ "JobStatus": "IN_PROGRESS" }))).run(&scan()).unwrap();
    execution.assert_failed("GaveUp");
    assert_eq!(execution.started_at().until(execution.now()), Duration::from_secs(90 * 20));
}

#[test]
fn the_job_fails() {
    let checks = Answers::new().then(json!({ "JobStatus": "FAILED", "StatusMessage": "no PDF" }));
    let execution = engine(checks).run(&scan()).unwrap();
    execution.assert_failed("ReadingFailed");
    assert_eq!(execution.cause(), Some("no PDF"));
}

#[test]
fn a_throttled_check_is_repeated_and_counts_once() {
    let checks = Answers::new()
        .fails(2, "Textract.ThrottlingException")
        .then(json!({ "JobStatus": "SUCCEEDED", "DocumentMetadata": { "Pages": 1 } }));
    engine(checks).run(&scan()).unwrap().assert_path(["Start", "Rest", "Check", "Ended", "Read"]);
}

#[test]
fn textract_is_asked_for_the_document_and_then_for_its_job() {
    let execution = Engine::of::<ReadDocument>()
        .unwrap()
        .on_state(ReadDocumentState::Start, |request: Json| {
            let document = json!({ "S3Object": { "Bucket": "scans", "Name": "letter.pdf" } });
            assert_eq!(request, json!({ "DocumentLocation": document, "ClientRequestToken": "execution-1" }));
            Ok(json!({ "JobId": "j1" }))
        })
        .on_state(ReadDocumentState::Check, |request: Json| {
            assert_eq!(request, json!({ "JobId": "j1", "MaxResults": 1 }));
            Ok(json!({ "JobStatus": "SUCCEEDED", "DocumentMetadata": { "Pages": 4 } }))
        })
        .run(&scan())
        .unwrap();
    execution.assert_output(json!({ "pages": 4 }));
}

#[test]
fn textract_may_tell_neither_pages_nor_a_reason() {
    let read = engine(Answers::new().then(json!({ "JobStatus": "SUCCEEDED" }))).run(&scan()).unwrap();
    read.assert_output(json!({ "pages": 0 }));
    let failed = engine(Answers::new().then(json!({ "JobStatus": "FAILED" }))).run(&scan()).unwrap();
    assert_eq!(failed.cause(), Some("Textract gave no reason"));
}

#[test]
fn the_cause_names_the_job_that_never_ends() {
    let execution = engine(Answers::new().then(json!({ "JobStatus": "IN_PROGRESS" }))).run(&scan()).unwrap();
    assert_eq!(execution.cause(), Some("job j1 has not ended after 30 minutes"));
}

/// Runs the workflow with a call of Textract that fails so many times before it succeeds.
fn throttled(call: ReadDocumentState, times: u64, error: &'static str, seed: u64) -> Execution {
    let fails = |state| Answers::new().fails(if state == call { times } else { 0 }, error);
    Engine::of::<ReadDocument>()
        .unwrap()
        .on_state_answers(ReadDocumentState::Start, fails(ReadDocumentState::Start).then(json!({ "JobId": "j1" })))
        .on_state_answers(
            ReadDocumentState::Check,
            fails(ReadDocumentState::Check).then(json!({ "JobStatus": "SUCCEEDED" })),
        )
        .seed(seed)
        .run(&scan())
        .unwrap()
}

#[test]
fn a_throttled_call_is_made_seven_times() {
    for call in [ReadDocumentState::Start, ReadDocumentState::Check] {
        for error in ["Textract.ProvisionedThroughputExceededException", "Textract.ThrottlingException"] {
            throttled(call, 6, error, 0).assert_output(json!({ "pages": 0 }));
            throttled(call, 7, error, 0).assert_failed(error);
        }
    }
}

#[test]
fn the_first_retry_waits_a_random_time_of_at_most_five_seconds() {
    for call in [ReadDocumentState::Start, ReadDocumentState::Check] {
        let pauses = (0..50).map(|seed| {
            let execution = throttled(call, 1, "Textract.ThrottlingException", seed);
            execution.started_at().until(execution.now()).as_secs_f64() - 20.0
        });
        let longest = pauses.fold(0.0, f64::max);
        assert!((4.5..=5.0).contains(&longest), "{longest}");
    }
}
