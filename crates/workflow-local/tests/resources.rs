//! Tests params that name resources: the requests of an execution have the form that each takes, and the ARN of another
//! kind is refused.

use serde_json::{Value, json};
use workflow_cases::every;
use workflow_local::Engine;
use workflow_runtime::workflow;

workflow! {
    workflow Store {
        params { jobs: sqs::Queue, photos: s3::Bucket, rows: dynamodb::Table, keep: lambda::Function }
        returns { kept: String }

        task Send = sqs::sendMessage { QueueUrl: params.jobs, MessageBody: "in " + params.photos.name } -> Put;
        task Put = dynamodb::putItem { TableName: params.rows, Item: { id: { S: "1" } } } -> Keep;
        task Keep = lambda::invoke<String> { FunctionName: params.keep, Payload: { bucket: params.photos } } -> Done;
        succeed Done { kept: Keep.Payload }
    }
}

fn params() -> StoreParams {
    StoreParams {
        jobs: "arn:aws:sqs:eu-west-1:123456789012:jobs".into(),
        photos: "arn:aws:s3:::pics".into(),
        rows: "arn:aws:dynamodb:eu-west-1:123456789012:table/rows".into(),
        keep: "arn:aws:lambda:eu-west-1:123456789012:function:keep".into(),
    }
}

#[test]
fn a_request_has_the_form_that_it_takes() {
    let engine = Engine::of_with::<Store>(&params())
        .unwrap()
        .on_state("Send", |request: Value| {
            let url = "https://sqs.eu-west-1.amazonaws.com/123456789012/jobs";
            assert_eq!(request, json!({"QueueUrl": url, "MessageBody": "in pics"}));
            Ok(json!({"MessageId": "1", "MD5OfMessageBody": "x"}))
        })
        .on_state("Put", |request: Value| {
            assert_eq!(request["TableName"], "rows");
            Ok(json!({}))
        })
        .on_lambda("keep", |payload: Value| Ok(payload["bucket"].clone()));
    let execution = engine.run(&json!({})).unwrap();
    assert_eq!(execution.output().unwrap().value(), &json!({"kept": "arn:aws:s3:::pics"}));
}

#[test]
fn the_arn_of_another_kind_is_an_error_that_names_the_param() {
    every(["arn:aws:sns:eu-west-1:123456789012:jobs", "arn:aws:sqs:eu-west-1:1:jobs", "jobs", ""], |arn| {
        let error = Store::definition_with(&StoreParams { jobs: arn.into(), ..params() }).unwrap_err();
        assert_eq!(error.to_string(), "parameter `jobs` is not the ARN of a queue");
        assert_eq!(error.name(), "jobs");
    });
}

#[test]
fn the_schema_of_the_params_has_the_pattern() {
    let schema: Value = serde_json::from_str(Store::params_schema()).unwrap();
    let keep = &schema["$defs"]["StoreParams"]["properties"]["keep"]["pattern"];
    assert_eq!(keep, "^arn:aws[a-z-]*:lambda:[a-z0-9-]+:[0-9]{12}:function:[A-Za-z0-9:$_-]+$", "{schema}");
}
