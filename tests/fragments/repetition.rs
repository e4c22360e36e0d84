//! Runs workflows with repetitions on the engine: branches, arms, chains, and repetitions of and in fragments.

use serde_json::{Value, json};
use workflow_local::Engine;
use workflow_runtime::{WorkflowState, workflow};

workflow! {
    /// Copies a document to each of these places, and counts the copies.
    fragment CopyAll {
        input { document: String, places: Vec<String> }
        returns { copies: i64 }

        parallel All {
            for place in input.places {
                branch {
                    task Copy as "Copy to " + place = lambda::invoke<String> {
                        FunctionName: "copy",
                        Payload: { document: input.document, to: place },
                    } -> end;
                }
            }
        }
            output $count(result)
            -> Count;
        pass Count { copies: state } -> end;
    }

    pub workflow Publish {
        input { kind: String, document: String }
        returns { kind: String, rows: i64, words: i64, near: i64, far: i64 }

        choice Where match input.kind {
            for site in ["shop", "blog"] {
                site -> "Publish to " + site;
            }
            _ -> Elsewhere;
        }
        for site in ["shop", "blog"] {
            task Publish as "Publish to " + site = lambda::invoke { FunctionName: "publish", Payload: site } -> Index;
        }
        pass Elsewhere -> Index;
        for step in [{ name: "words", factor: 2 }, { name: "rows", factor: 3 }] {
            task Index as "Index " + step.name = lambda::invoke<i64> {
                FunctionName: "index",
                Payload: { step: step.name, length: $length(input.document) * step.factor },
            } -> end;
        } -> Copy;
        for way in [{ id: "near", to: ["a", "b"] }, { id: "far", to: ["x", "y", "z"] }] {
            use CopyAll as Copy as "Copy " + way.id { document: input.document, places: way.to } -> end;
        } -> Report;
        pass Report {
            kind: input.kind,
            words: Index[0].Payload,
            rows: Index[1].Payload,
            near: Copy[0].copies,
            far: Copy[1].copies,
        } -> end;
    }
}

#[test]
fn each_item_has_its_branch_its_arm_or_its_link_of_the_chain() {
    let engine = Engine::of::<Publish>().unwrap();
    let engine = engine
        .on_lambda("publish", |site: Value| Ok(site))
        .on_lambda("index", |request: Value| Ok(request["length"].clone()))
        .on_lambda("copy", |request: Value| Ok(request["to"].clone()));
    let execution = engine.run(&json!({ "kind": "blog", "document": "text" })).unwrap();
    let output = json!({ "kind": "blog", "words": 8, "rows": 12, "near": 2, "far": 3 });
    assert_eq!(execution.output_as::<Value>().unwrap(), output);
    let path = ["Where", "Publish to blog", "Index words", "Index rows", "Copy near / All"];
    assert_eq!(execution.path()[..path.len()], path);
    let execution = engine.run(&json!({ "kind": "other", "document": "" })).unwrap();
    assert_eq!(execution.path()[1], "Elsewhere");
}

#[test]
fn a_copy_has_a_name_in_rust() {
    assert_eq!(PublishState::PublishShop.name(), "Publish to shop");
    assert_eq!(PublishState::IndexRows.name(), "Index rows");
    assert_eq!(PublishState::CopyFarCopyZ.name(), "Copy far / Copy to z");
}
