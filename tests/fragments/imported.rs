//! Runs a workflow with fragments of other files.

use serde_json::json;
use workflow_runtime::workflow;

use super::engine;

workflow! {
    fragment Notify from "fragments/shared.rs";

    pub workflow Imported {
        input { customer: String }
        returns { tries: i64, kind: Kind }

        use Notify as Told { to: input.customer, text: "hello" } -> Report;
        pass Report { tries: Told.tries, kind: Told.kind } -> end;
    }
}

#[test]
fn fragments_of_other_files_run() {
    let execution = engine::<Imported>().run(&json!({ "customer": "ada" })).unwrap();
    let output: ImportedOutput = execution.output_as().unwrap();
    assert!(matches!(output, ImportedOutput { tries: 2, kind: Kind::Later }));
}
