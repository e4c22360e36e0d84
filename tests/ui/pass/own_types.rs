//! User-defined types as input, output and field, and Rust constants in strings.

#![deny(warnings)]

use workflow_runtime::__private::serde::de::DeserializeOwned;
use workflow_runtime::{Arn, Timestamp, Workflow, workflow};

mod model {
    use workflow_runtime::workflow;

    pub const QUEUE: &str = "a \"queue\"";
    pub const LIMIT: i64 = 7;

    workflow! {
        pub workflow Types {
            struct Order { id: String, at: Timestamp, by: Arn }
            pass Only -> end;
        }
    }
}

workflow! {
    /// Takes what another module declares.
    workflow Foreign {
        input model::Order;
        returns model::Order;
        params { limits: Limits, role: Arn }
        struct Limits { orders: Vec<model::Order>, most: u32 }
        pass Only {
            id: "1",
            at: "2026-01-01T00:00:00Z",
            by: params.role,
            queue: const model::QUEUE,
            limit: const model::LIMIT,
            most: params.limits,
            who: params.role,
        } -> end;
    }
}

fn is_input<T: DeserializeOwned, W: Workflow<Input = T, Output = T>>() {}

pub(crate) fn main() {
    is_input::<model::Order, Foreign>();
    let order = model::Order { id: "1".to_owned(), at: Timestamp::new("2026-01-01T00:00:00Z"), by: Arn::from("arn") };
    let params = ForeignParams { limits: Limits { orders: vec![order], most: 3 }, role: Arn::from("{% role %}") };
    let text = Foreign::definition_with(&params).unwrap().into_string();
    assert!(text.contains(r#""queue":"a \"queue\"","limit":7,"most":{"orders":[{"id":"1""#), "{text}");
    assert!(text.contains(r#""who":"{% \"{% role %}\" %}""#), "{text}");
}
