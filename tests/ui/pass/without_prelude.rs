//! The expansion needs no prelude.

#![no_implicit_prelude]

::workflow_runtime::workflow! {
    workflow Bare {
        input { note: Option<String>, things: Vec<Thing>, kind: Kind }
        returns { done: Option<bool>, kind: Option<String> }
        params { bucket: String }
        struct Thing { r#type: String, size: Option<i64> }
        enum Kind { A, B }
        choice ByKind match input.kind {
            Kind::A -> Keep;
            Kind::B -> Done;
            _ -> Done;
        };
        pass Keep { kind: params.bucket + input.things[0].r#type } -> end;
        succeed Done { done: null }
    }
}

pub(crate) fn main() {}
