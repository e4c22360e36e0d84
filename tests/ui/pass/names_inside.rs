//! Types of a workflow with names that serde's traits use internally.

#![deny(warnings)]

use workflow_runtime::{Workflow, workflow};

workflow! {
    workflow Names {
        input { found: Found, s: S, d: D, a: A, visitor: Visitor, field: Field }
        struct Found { x: Option<i64> }
        struct S { x: A }
        struct D { x: Vec<S> }
        struct A { x: i64 }
        struct Visitor { x: i64 }
        enum Field { One, Two }
        pass Only { x: input.found.x ?? 0 } -> end;
    }
}

pub(crate) fn main() {
    let text = r#"{"found":{},"s":{"x":{"x":1}},"d":{"x":[]},"a":{"x":2},"visitor":{"x":3},"field":"Two"}"#;
    let input: <Names as Workflow>::Input = workflow_runtime::__private::serde_json::from_str(text).expect("it fits");
    assert_eq!(input.found, Found { x: None });
    assert_eq!(input.s, S { x: A { x: 1 } });
    assert_eq!(input.field, Field::Two);
    assert_eq!(Names::NAME, "Names");
}
