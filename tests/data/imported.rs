//! Imports state machines of public repositories to the language's own forms, and runs the original and the result on
//! the engine with lists of none, one and many: both have the same history.

use std::path::Path;

use proc_macro2::{TokenStream, TokenTree};
use serde_json::{Value, json};
use workflow_import::{ImportOptions, import};
use workflow_local::{Engine, Execution, TaskError};

/// The result of a resource, given its request and the items of this run.
type Answer = fn(&Value, &[Value]) -> Value;

/// The members of a batch that `locations` reads as JSONata's sequences, in which a single value is no list.
const SEQUENCES: usize = 2;

/// Returns the definition of a file, and that of the workflow that it is imported to.
#[track_caller]
fn definitions(file: &str) -> [Value; 2] {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/imported").join(file).with_extension("json");
    let mut document: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let original = document["definition"].take();
    let imported = import(&original, &ImportOptions::new(file)).unwrap();
    let raw: Vec<_> = imported.kept.iter().filter(|kept| kept.kind.is_raw()).collect();
    assert_eq!(raw.len(), if file == "locations" { SEQUENCES } else { 0 }, "{raw:?}");
    for raw in ["{%", "jsonata \"", "raw {", " path \""].into_iter().filter(|_| file != "locations") {
        assert!(!imported.source.contains(raw), "{raw}: {}", imported.source);
    }
    let tokens: TokenStream = imported.source.parse().unwrap();
    let Some(TokenTree::Group(body)) = tokens.into_iter().last() else { panic!("no macro: {}", imported.source) };
    let mut compilation = workflow_compiler::compile(body.stream());
    let errors: Vec<_> =
        compilation.problems.iter().filter(|problem| problem.is_error()).map(|one| one.text()).collect();
    assert_eq!(errors, Vec::<String>::new(), "{}", imported.source);
    [original, compilation.workflows.pop().unwrap().definition]
}

#[track_caller]
fn run(definition: &Value, input: &Value, answers: &[(&str, Answer)], items: &[Value]) -> Execution {
    let mut engine = Engine::new(definition).unwrap();
    for (resource, answer) in answers.iter().copied() {
        let items = items.to_vec();
        let integration = format!("arn:aws:states:::{resource}");
        let resource = if resource.starts_with("arn:") { resource.to_owned() } else { integration };
        engine = engine.on_resource(resource, move |request: Value| Ok::<_, TaskError>(answer(&request, &items)));
    }
    engine.run(input).unwrap()
}

/// Runs both definitions for each list, and returns the outputs.
#[track_caller]
fn outputs(file: &str, lists: &[Vec<Value>], input: fn(&[Value]) -> Value, answers: &[(&str, Answer)]) -> Vec<Value> {
    let [original, imported] = definitions(file);
    let output = |items: &Vec<Value>| {
        let input = input(items);
        let one = run(&original, &input, answers, items);
        let two = run(&imported, &input, answers, items);
        assert_eq!(one.path(), two.path());
        assert_eq!(format!("{:#?}", one.history()), format!("{:#?}", two.history()), "{input}");
        one.output().unwrap_or_else(|| panic!("{:?}", one.history())).value().clone()
    };
    lists.iter().map(output).collect()
}

/// Returns lists of none, one and many items.
fn lists(item: fn(usize) -> Value) -> [Vec<Value>; 3] {
    [0, 1, 3].map(|count| (0..count).map(item).collect())
}

#[test]
fn each_item_of_a_list_is_crawled() {
    let outputs = outputs(
        "crawlers",
        &lists(|number| json!(format!("crawler-{number}"))),
        |names| json!({"crawlers": names, "behavior": "WAIT"}),
        &[
            ("aws-sdk:glue:getCrawler", |request, _| json!({"Crawler": {"Name": request["Name"], "State": "READY"}})),
            ("aws-sdk:glue:startCrawler", |request, _| request.clone()),
        ],
    );
    let started = |number: usize| json!({"Name": format!("crawler-{number}")});
    assert_eq!(outputs, [json!([]), json!([started(0)]), json!([started(0), started(1), started(2)])]);
}

#[test]
fn a_page_of_rows_is_converted() {
    let outputs = outputs(
        "pages",
        &lists(|number| json!({"resourceKey": number, "state": "failed", "errors": [{"message": "say \"no\""}]})),
        |_| json!({"locationId": "l-1", "dataType": "failed", "limit": 10, "offset": "20", "childTaskToken": "t"}),
        &[
            ("http:invoke", |request, rows| {
                assert_eq!(request["ApiEndpoint"], "api_endpointl-1/get-data");
                json!({"StatusCode": 200, "ResponseBody": {"count": rows.len(), "results": rows}})
            }),
            ("aws-sdk:sfn:sendTaskSuccess", |request, _| request["Output"].clone()),
        ],
    );
    let row = |number: usize| json!({"discount_code": number, "error_message": "say no", "status": "failed"});
    let page = |rows: &[Value]| json!({"csvContent": rows, "resultCount": rows.len(), "offset": 20 + rows.len()});
    assert_eq!(outputs, [page(&[]), page(&[row(0)]), page(&[row(0), row(1), row(2)])]);
}

#[test]
fn each_location_is_a_child_execution() {
    let outputs = outputs(
        "locations",
        &lists(|number| json!({"location_id": {"S": format!("l-{number}")}})),
        |_| json!({"task_id": "t-1", "task_sort_key": "k"}),
        &[
            ("aws-sdk:dynamodb:query", |_, items| json!({"Items": items, "Count": items.len()})),
            ("http:invoke", |request, _| {
                let none = request["ApiEndpoint"] == "api_endpointl-0/get-summary";
                json!({"StatusCode": 200, "ResponseBody": {"states": {"failed": if none { "0" } else { "2" }, "rejected": 0}}})
            }),
            ("states:startExecution.sync:2", |request, _| {
                assert_eq!(request["Input"]["taskId"], "t-1");
                json!({"Status": "SUCCEEDED", "Output": request["Input"]["locationId"]})
            }),
            ("glue:startJobRun", |_, _| json!({"JobRunId": "r"})),
            (
                "aws-sdk:glue:getJobRun",
                |request, _| json!({"JobRun": {"Id": request["RunId"], "JobRunState": "SUCCEEDED"}}),
            ),
            ("dynamodb:updateItem", |request, _| json!({"Attributes": request["Key"]})),
        ],
    );
    assert!(outputs.iter().all(|output| output["outputFileName"].as_str().unwrap().starts_with("accumulate-")));
}

#[test]
fn the_last_part_of_a_path_is_transcribed() {
    let outputs = outputs(
        "transcription",
        &lists(|number| json!(format!("part {number}"))),
        |parts| {
            let parts: Vec<_> = parts.iter().map(|part| part.as_str().unwrap()).collect();
            json!({"detail": {"bucket": {"name": "in"}, "object": {"key": parts.join("/")}}})
        },
        &[
            ("states:startExecution.sync:2", |request, _| json!({"Status": "SUCCEEDED", "Input": request["Input"]})),
            ("aws-sdk:transcribe:startTranscriptionJob", |_, _| json!({})),
            ("aws-sdk:transcribe:getTranscriptionJob", |request, parts| {
                let name = request["TranscriptionJobName"].as_str().unwrap();
                let last = parts.last().map_or("", |last| last.as_str().unwrap()).replace(' ', "-");
                assert!(name.ends_with(&format!("--{last}")), "{name}");
                json!({"TranscriptionJob": {
                    "TranscriptionJobName": name, "TranscriptionJobStatus": "COMPLETED", "StartTime": 1,
                    "CompletionTime": 2, "LanguageCode": "en", "MediaFormat": "mp3",
                    "Transcript": {"TranscriptFileUri": "uri"}}})
            }),
            ("aws-sdk:s3:putObject", |_, _| json!({})),
            ("aws-sdk:s3:copyObject", |_, _| json!({})),
            ("events:putEvents", |request, _| json!({"Entries": request["Entries"], "FailedEntryCount": 0})),
        ],
    );
    assert!(outputs.iter().all(|output| output["Input"]["lock_name"] == "video_transcriptions"));
}

#[test]
fn each_deletion_is_a_job_and_their_number_is_sent() {
    let outputs = outputs(
        "deletion",
        &lists(
            |number| json!({"job_name": format!("job-{number}"), "s3_file_uri": "s3://b/f", "manifest_uri": "s3://b/m"}),
        ),
        |_| json!({}),
        &[
            ("arn:aws:lambda:eu-west-2:123456789012:function:control", |_, jobs| json!({"jobs_to_run": jobs})),
            ("batch:submitJob.sync", |request, _| json!({"JobName": request["JobName"], "Status": "SUCCEEDED"})),
            ("sns:publish", |request, jobs| {
                let message: Value = serde_json::from_str(request["Message"].as_str().unwrap()).unwrap();
                let description = format!("Environment: test; Jobs run: {}", jobs.len());
                assert_eq!(message["content"]["description"], json!(description));
                json!({"MessageId": "m"})
            }),
            ("ecs:runTask.sync", |_, jobs| json!({"TaskArn": "t", "StoppedReason": jobs.len().to_string()})),
        ],
    );
    let reasons: Vec<_> = outputs.iter().map(|output| &output["StoppedReason"]).collect();
    assert_eq!(reasons, ["0", "1", "3"]);
}

#[test]
fn a_list_is_sent_and_returned() {
    let lists = lists(|number| json!({"handle": number}));
    let outputs = outputs(
        "completion",
        &lists,
        |handles| json!({"WaitConditionHandle": handles}),
        &[("lambda:invoke", |request, handles| {
            assert_eq!(request["Payload"]["waitConditionHandle"], json!(handles));
            json!({"StatusCode": 200, "Payload": handles})
        })],
    );
    assert_eq!(outputs, lists.map(Value::from));
}
