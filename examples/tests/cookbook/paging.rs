//! Paging: calls an API until it returns no more pages.

use serde_json::json;
use workflow_local::{Answers, Engine, Execution};
use workflow_runtime::{Json, workflow};

workflow! {
    /// Deletes the objects under a prefix, a page of the listing at a time.
    pub workflow Clean {
        input { bucket: String, prefix: String }
        returns { deleted: i64 }

        pass Begin assign { deleted: 0 } -> List;

        task List = aws_sdk::s3::listObjectsV2 {
            Bucket: input.bucket,
            Prefix: input.prefix,
            MaxKeys: 500,
            ContinuationToken?: List?.NextContinuationToken,
        }
            retry [S3.SdkClientException] { interval: 1s, max_attempts: 5, backoff: 2.0 }
            -> Each;

        map Each over List.Contents ?? [] max_concurrency 20 {
            task Delete = aws_sdk::s3::deleteObject { Bucket: input.bucket, Key: item.Key }
                retry [S3.SdkClientException] { interval: 1s, max_attempts: 5, backoff: 2.0 }
                output item.Key
                -> end;
        }
            assign { deleted: $deleted + $count(result) }
            -> More;

        choice More {
            if is_present(List.NextContinuationToken) -> List;
            else -> Done;
        }

        succeed Done { deleted: $deleted }
    }
}

/// Runs the workflow on a bucket with so many objects.
fn clean(objects: usize) -> Execution {
    Engine::of::<Clean>()
        .unwrap()
        .on_state(CleanState::List, move |request: Json| {
            let from = request["ContinuationToken"].as_str().map_or(0, |token| token.parse().unwrap());
            let to = (from + 500).min(objects);
            let keys: Vec<_> = (from..to).map(|key| json!({ "Key": key.to_string() })).collect();
            let mut page = json!({ "KeyCount": keys.len() });
            if !keys.is_empty() {
                page["Contents"] = keys.into();
            }
            if to < objects {
                page["NextContinuationToken"] = json!(to.to_string());
            }
            Ok(page)
        })
        .on_state(CleanState::Delete, |_: Json| Ok(json!({})))
        .run(&CleanInput { bucket: "scratch".to_owned(), prefix: "tmp/".to_owned() })
        .unwrap()
}

#[test]
fn every_page_is_read() {
    let execution = clean(1201);
    execution.assert_output(json!({ "deleted": 1201 }));
    assert_eq!(execution.path().iter().filter(|state| **state == "List").count(), 3);
}

#[test]
fn no_object_and_one_object_are_one_page() {
    clean(0).assert_output(json!({ "deleted": 0 }));
    clean(1).assert_output(json!({ "deleted": 1 }));
}

/// Runs the workflow with these answers of S3.
fn answered(list: Answers, delete: Answers) -> Execution {
    Engine::of::<Clean>()
        .unwrap()
        .on_state_answers(CleanState::List, list)
        .on_state_answers(CleanState::Delete, delete)
        .run(&CleanInput { bucket: "scratch".to_owned(), prefix: "tmp/".to_owned() })
        .unwrap()
}

#[test]
fn a_call_that_does_not_reach_s3_is_made_six_times() {
    const ERROR: &str = "S3.SdkClientException";
    let page = Answers::new().then(json!({ "KeyCount": 1, "Contents": [{ "Key": "a" }] }));
    let failed =
        [answered(Answers::new().then_fails(ERROR), Answers::new()), answered(page, Answers::new().then_fails(ERROR))];
    for execution in failed {
        execution.assert_failed(ERROR);
        assert_eq!(execution.started_at().until(execution.now()).as_secs(), 1 + 2 + 4 + 8 + 16);
    }
}

#[test]
fn the_second_page_is_asked_for_with_the_token_of_the_first() {
    let execution = Engine::of::<Clean>()
        .unwrap()
        .on_state_request(CleanState::List, |request| {
            let mut expected = json!({ "Bucket": "scratch", "Prefix": "tmp/", "MaxKeys": 500 });
            let mut page = json!({ "KeyCount": 1, "Contents": [{ "Key": "a" }] });
            if request.nth == 0 {
                page["NextContinuationToken"] = json!("t");
            } else {
                expected["ContinuationToken"] = json!("t");
            }
            assert_eq!(*request.input.value(), expected);
            Ok(page)
        })
        .on_state(CleanState::Delete, |request: Json| {
            assert_eq!(request, json!({ "Bucket": "scratch", "Key": "a" }));
            Ok(json!({}))
        })
        .run(&CleanInput { bucket: "scratch".to_owned(), prefix: "tmp/".to_owned() })
        .unwrap();
    execution.assert_output(json!({ "deleted": 2 }));
}
