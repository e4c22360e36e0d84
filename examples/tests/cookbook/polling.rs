//! Polling: asks for the state of a job until it has ended, but not for ever.

use std::time::Duration;

use serde_json::json;
use workflow_local::{Answers, Engine};
use workflow_runtime::workflow;

workflow! {
    /// Reads the text of a document with Textract, which has no `.sync`.
    pub workflow ReadDocument {
        input { bucket: String, key: String }
        output { pages: i64 }

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
