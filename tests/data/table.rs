//! Tests the workflows of the compiler's `passes/data_flow.wf`, whose values can be read. Each workflow must run and
//! return what its source says.

use std::path::Path;

use proc_macro2::TokenStream;
use serde_json::{Value, json};
use workflow_compiler::compile;
use workflow_local::{Engine, Status};

/// The setup of a workflow: its input, the answers of a state's tasks, and the expected output. Tasks of other states
/// answer like a Lambda function that returns `x`, `y`, `name` and `n`.
struct Case {
    workflow: &'static str,
    input: Value,
    answers: Vec<(&'static str, Value)>,
    output: Value,
}

fn case<const N: usize>(
    workflow: &'static str,
    input: Value,
    answers: [(&'static str, Value); N],
    output: Value,
) -> Case {
    Case { workflow, input, answers: answers.into(), output }
}

/// Returns the result of `lambda:invoke` for a function that returned the value.
fn payload(value: Value) -> Value {
    json!({ "Payload": value, "StatusCode": 200 })
}

fn cases() -> Vec<Case> {
    vec![
        case(
            "ResultOfAService",
            json!({ "image": "i", "role": "arn:aws:iam::1:role/r" }),
            [(
                "Train",
                json!({
                    "ModelArtifacts": { "S3ModelArtifacts": "s3://m" },
                    "TrainingJobStatus": "Completed",
                    "TrainingTimeInSeconds": 7
                }),
            )],
            json!({ "model": "s3://m", "why": "status Completed" }),
        ),
        case(
            "ResultOfTheSdk",
            json!({}),
            [("List", json!({ "Contents": [{ "Key": "k", "Size": 4 }] }))],
            json!({ "first": "k!", "size": 5 }),
        ),
        case("NarrowedOutput", json!({ "o": 7, "by": 1 }), [], json!({ "v": 7 })),
        case("NarrowedOutput", json!({ "by": 5 }), [], json!({ "v": 5 })),
        case("NarrowedOutputOfAPass", json!({ "o": 7 }), [], json!({ "v": 7 })),
        case("NarrowedResult", json!({}), [("T", payload(json!({ "x": 7 })))], json!({ "v": 7 })),
        case("NarrowedResult", json!({}), [("T", payload(json!({})))], json!({ "v": 3 })),
        case("NarrowedInput", json!({}), [], json!({ "o": 3 })),
        case("NarrowedArm", json!({ "o": 7 }), [], json!({ "v": 7 })),
        case("NarrowedVariable", json!({ "o": 7 }), [], json!({ "v": 7 })),
        case("OptionalMember", json!({}), [("List", json!({ "StateMachines": [] }))], json!({ "token": "" })),
        case(
            "OptionalMemberOfTheOwnResult",
            json!({}),
            [("Job", json!({ "TrainingJobName": "t" }))],
            json!({ "other": "" }),
        ),
        case(
            "OptionalMemberInJsonPath",
            json!({ "a": 1 }),
            [("List", json!({ "StateMachines": [] }))],
            json!({ "StateMachines": [] }),
        ),
        case(
            "RecursiveShape",
            json!({}),
            [(
                "Get",
                json!({ "Item": {
                    "name": { "S": "n" },
                    "tree": { "M": { "left": { "M": { "left": { "L": [{ "N": "3" }] } } } } }
                } }),
            )],
            json!({ "name": "n!", "deep": "3" }),
        ),
        case(
            "OutputFromAService",
            json!({}),
            [("Job", json!({ "ModelArtifacts": { "S3ModelArtifacts": "s3://m" } }))],
            json!({ "model": "s3://m", "seconds": 0 }),
        ),
        case("OptionalArgument", json!({}), [], json!({ "note": "", "there": false })),
        case("OptionalArgument", json!({ "note": "x" }), [], json!({ "note": "X", "there": true })),
        case(
            "TypedAnswers",
            json!({}),
            [
                ("Worker", json!({ "total": 1.0, "paid": true })),
                ("Call", json!({ "ResponseBody": { "total": 2.0, "paid": true }, "StatusText": "OK" })),
                ("Child", json!({ "Output": { "total": 3.0, "paid": true } })),
                ("Approve", json!({ "total": 4.0, "paid": true })),
            ],
            json!({ "total": 10, "text": "OK!" }),
        ),
        case("OwnInput", json!({ "count": 5, "name": "Ada" }), [], json!({ "n": 7, "name": "Ada", "same": false })),
        case("OwnInput", json!({ "count": 1, "name": "Ada" }), [], json!({ "n": 1, "name": "", "same": false })),
        case(
            "OwnInputOfIterations",
            json!({ "orders": [{ "id": "a", "total": 100.0 }] }),
            [],
            json!({ "first": 21, "all": 3 }),
        ),
        case(
            "RawJsonata",
            json!({ "count": 1, "names": ["a", "b"] }),
            [],
            json!({ "n": 4, "text": "A!yes", "any": "b!", "other": 0 }),
        ),
        case(
            "RawOfAState",
            json!({}),
            [("Start", json!({ "Contents": [{ "Key": "k" }, { "Key": "l" }], "KeyCount": 2 }))],
            json!({ "a": "k", "b": 2, "c": ["k", "l"], "d": 1 }),
        ),
        case("ResultsOfFunctions", json!({ "xs": [3, 5], "names": ["b", "a"] }), [], json!({ "n": 8, "name": "a!" })),
        case("ResultsOfIntrinsics", json!({ "name": "a,b", "xs": [4] }), [], json!({ "parts": ["a", "b"], "n": 4 })),
        case("OutputOfWhatComesIn", json!({}), [], json!({ "n": 1 })),
        case("LoopInJsonPath", json!({}), [], json!({ "n": 1 })),
        case("ParallelInJsonPath", json!({}), [("A", payload(json!({ "x": 7 })))], json!({ "x": 7, "n": 1 })),
        case("MapInJsonPath", json!({ "xs": [1, 2] }), [("A", payload(json!({ "x": 7 })))], json!({ "first": 7 })),
        case("NestedParallel", json!({}), [("A", payload(json!({ "x": 7 })))], json!({ "x": 7 })),
        case("MapInAParallel", json!({}), [("A", payload(json!({ "x": 7 })))], json!({ "n": 3 })),
        case(
            "ConditionOnAResult",
            json!({}),
            [("Check", payload(json!({ "ok": true, "left": 3 })))],
            json!({ "left": 2 }),
        ),
        case(
            "EnumOfAResult",
            json!({}),
            [("Check", payload(json!({ "verdict": "Good" })))],
            json!({ "verdict": "Good" }),
        ),
        case("WaitForAResult", json!({}), [("Ask", payload(json!({ "seconds": 9 })))], json!({ "slept": 9 })),
        case(
            "ListedValues",
            json!({}),
            [("Describe", json!({ "JobRun": { "JobRunState": "SUCCEEDED" } }))],
            json!({ "done": true, "any": false, "raw": false, "text": "it SUCCEEDED" }),
        ),
        case(
            "ListedValuesInJsonPath",
            json!({}),
            [("Describe", json!({ "JobRun": { "JobRunState": "SUCCEEDED" } }))],
            json!({ "state": "SUCCEEDED" }),
        ),
        case(
            "HashAlgorithms",
            json!({ "name": "a", "by": "MD5" }),
            [],
            json!({
                "a": "0cc175b9c0f1b6a831c399e269772661",
                "b": "0cc175b9c0f1b6a831c399e269772661",
                "c": "86f7e437faa5a7fce15d1ddcb9eaeaea377667b8"
            }),
        ),
        case(
            "WrittenResults",
            json!({ "xs": [1, 2] }),
            [],
            json!({
                "run": "arn:aws:states",
                "bucket": "b", "pair": 3, "told": "SUCCEEDED!", "plain": 2, "tolerated": 1
            }),
        ),
        case(
            "OutputAsText",
            json!({}),
            [("Run", json!({ "Output": "{\"n\":1}" })), ("Again", json!({ "Output": { "n": 2 } }))],
            json!({ "a": 1, "b": 2 }),
        ),
        case(
            "ItemLater",
            json!({ "orders": [{ "id": "a", "total": 1.0, "note": "n" }, { "id": "b", "total": 2.0 }] }),
            [("Charge", payload(json!({ "x": 7 })))],
            json!([{ "id": "a", "note": "n!", "x": 7 }, { "id": "b", "in": { "total": 3 } }]),
        ),
        case(
            "ItemLaterInJsonPath",
            json!({ "orders": [{ "id": "a", "total": 20.0 }, { "id": "b", "total": 2.0 }] }),
            [("Charge", payload(json!({ "x": 7 })))],
            json!([{ "id": "a", "x": 7 }, { "id": "b", "x": 0 }]),
        ),
        case(
            "ItemInALoop",
            json!({ "names": ["a", "b"] }),
            [],
            json!([{ "name": "a!", "turns": 3 }, { "name": "b!", "turns": 3 }]),
        ),
        case(
            "ItemOfNestedMaps",
            json!({ "orders": [{ "id": "a", "lines": [{ "article": "x", "amount": 1 }] }] }),
            [],
            json!([{ "id": "a", "first": "x" }]),
        ),
        case("RawThatMayLack", json!({ "fast": true }), [], json!({ "raw": 0 })),
        case(
            "RawThatMayLack",
            json!({ "fast": false }),
            [("Start", json!({ "KeyCount": 2 }))],
            json!({ "count": 2, "raw": 2 }),
        ),
        case("AssignedFromAResult", json!({}), [("A", payload(json!({ "n": 3 })))], json!({ "total": 3 })),
        case("OptionalInput", json!({}), [], json!({ "keep": "none", "first": [""] })),
        case("OptionalInput", json!({ "o": "x", "n": 2 }), [], json!({ "keep": "x", "first": ["x"] })),
        case("OptionalInputInJsonPath", json!({}), [], json!({})),
        case("OptionalInputInJsonPath", json!({ "o": 2 }), [], json!({ "o": 2 })),
        case("OptionalInputInJsonPath", json!({ "o": 2, "p": "x" }), [], json!({ "v": 2, "text": "by x" })),
        case("OptionalInACatcher", json!({ "o": "x" }), [("Try", payload(json!(null)))], json!({ "v": "x" })),
        case("NarrowedOwnInput", json!({}), [], json!({ "o": 3 })),
        case("NarrowedOwnInput", json!({ "o": 7 }), [], json!({ "o": 7 })),
        case("NarrowedThrough", json!({}), [], json!({ "o": 3 })),
        case("NarrowedThrough", json!({ "o": 7 }), [], json!({ "o": 7 })),
        case("NarrowedItem", json!({ "xs": [{ "o": 1 }, {}] }), [], json!([{ "v": 2 }, { "v": 0 }])),
        case("TestedVariable", json!({}), [], json!({ "v": 0 })),
        case("TestedVariable", json!({ "o": 1 }), [], json!({ "v": 2 })),
        case("NarrowedByMatch", json!({}), [], json!({ "kind": "none" })),
        case("NarrowedByMatch", json!({ "kind": "b" }), [], json!({ "kind": "bb" })),
        case("MatchInJsonPath", json!({}), [], json!({ "kind": "none" })),
        case("MatchInJsonPath", json!({ "kind": "a" }), [], json!({ "kind": "a" })),
        case("NotNull", json!({}), [], json!({ "v": 0 })),
        case("NotNull", json!({ "o": null }), [], json!({ "v": 0 })),
        case("NotNull", json!({ "o": 1 }), [], json!({ "v": 2 })),
        case("NotNullInJsonPath", json!({}), [], json!({ "v": 0 })),
        case("NotNullInJsonPath", json!({ "o": null }), [], json!({ "v": 0 })),
        case("NotNullInJsonPath", json!({ "o": 1 }), [], json!({ "v": 1 })),
        case("WhatIsNotFound", json!({}), [("Get", json!({})), ("Take", json!({}))], json!({ "kind": "none" })),
        case(
            "WhatIsNotFound",
            json!({}),
            [("Get", json!({ "Item": { "kind": { "S": "a" } } })), ("Take", json!({}))],
            json!({ "kind": "a" }),
        ),
        case("WhatIsNotFoundInJsonPath", json!({}), [("Get", json!({}))], json!({})),
        case(
            "WhatIsNotFoundInJsonPath",
            json!({}),
            [("Get", json!({ "Item": { "name": { "S": "n" } } }))],
            json!({ "name": "n" }),
        ),
        case("RecursiveShape", json!({}), [("Get", json!({}))], json!({})),
        case(
            "NumbersOfTheOutput",
            json!({ "n": 4, "f": 1.4, "m": { "a": 1 } }),
            [],
            json!({ "n": 4, "half": 2, "f": 4, "round": 1, "m": { "a": 1 }, "made": { "a": 4 } }),
        ),
        case("NullAfterATest", json!({ "o": 1 }), [], json!({ "v": 1 })),
        case("NullAfterATest", json!({ "o": null }), [], json!({ "v": 0 })),
        case("NullIsThere", json!({ "ready": false, "xs": [null] }), [], json!({ "v": null, "next": 1, "x": null })),
    ]
}

/// Returns the source of each workflow of the file, by name.
fn workflows() -> Vec<(String, String)> {
    let folder =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/workflow-compiler/tests/diagnostics/cases/passes");
    let text = std::fs::read_to_string(folder.join("data_flow.wf")).unwrap();
    let sources = text.split("\nworkflow ").skip(1);
    sources.map(|source| (source.split(' ').next().unwrap().to_owned(), format!("workflow {source}"))).collect()
}

#[test]
fn each_runs_and_gives_what_its_source_says() {
    let workflows = workflows();
    for case in cases() {
        let (_, source) = workflows.iter().find(|(name, _)| name == case.workflow).unwrap();
        let tokens: TokenStream = source.parse().unwrap();
        let definition = compile(tokens).workflows[0].definition.clone();
        let mut engine = Engine::new(&definition).unwrap();
        for (state, answer) in case.answers {
            engine = engine.on_state(state, move |_: Value| Ok::<_, workflow_local::TaskError>(answer.clone()));
        }
        let execution = engine.run(&case.input).unwrap();
        let name = case.workflow;
        assert_eq!(execution.status(), Status::Succeeded, "{name}: {:?} {:?}", execution.error(), execution.cause());
        assert_eq!(execution.output_as::<Value>().unwrap(), case.output, "{name}");
    }
}
