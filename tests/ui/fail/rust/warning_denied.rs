//! A warning of the macro is an error where warnings are denied; `#[allow(deprecated)]` turns it off.

#![deny(warnings)]

use workflow_runtime::workflow;

workflow! {
    workflow Warned {
        query jsonpath;
        pass Only parameters { path: "$.looks_like_a_path" } -> end;
    }
}

fn main() {
    let _ = Warned::definition();
}
