//! Attributes before a workflow apply to everything that it generates.

#![deny(warnings)]

use workflow_runtime::workflow;

workflow! {
    #[cfg(any())]
    pub workflow Absent {
        input { kind: Missing, name: DoesNotExist }
        params { a: String }
        enum Missing { A }
        pass Only -> end;
    }

    // A warning of the macro is turned off where the workflow is declared.
    #[allow(deprecated)]
    workflow Warned {
        query jsonpath;
        pass Only parameters { path: "$.looks_like_a_path" } -> end;
    }

    #[allow(clippy::pedantic)]
    #[must_use]
    pub(self) workflow Present {
        input { name: String }
        pass Only -> end;
    }
}

// Its names are free.
struct Absent;
struct AbsentInput;

pub(crate) fn main() {
    let _ = (Absent, AbsentInput, Present::definition(), PresentInput { name: String::new() });
}
