//! A workflow whose states are in a document, with every lint denied.

#![deny(warnings, missing_docs, unused_qualifications, unreachable_pub)]

use workflow_runtime::{Workflow, WorkflowState, workflow};

workflow! {
    pub workflow Order {
        input { total: f64, customer: String }
        from "flows/order.asl.json";
    }

    #[cfg(any())]
    pub workflow Left {
        from "flows/order.asl.json";
    }
}

mod inner {
    workflow_runtime::workflow! {
        pub(crate) workflow Declared as "declared" {
            params { limit: u32, #[serde(rename = "QueueUrl")] queue: String }
            type express;
            from "flows/order.asl.json";
        }
    }
}

mod types {
    use serde::{Deserialize, Serialize};
    use workflow_runtime::{Schema, workflow};

    #[derive(Serialize, Deserialize, Schema)]
    struct Known {
        #[serde(rename = "customer")]
        _name: Option<String>,
        #[serde(flatten)]
        _rest: Rest,
    }

    #[derive(Serialize, Deserialize, Schema)]
    struct Rest {
        #[serde(rename = "total")]
        _sum: f64,
    }

    // Nothing is known of its members, so that the document may read any.
    #[derive(Serialize, Deserialize)]
    struct Plain;

    workflow! {
        workflow OfAKnownType {
            input Known;
            from "flows/order.asl.json";
        }

        workflow OfAPlainType {
            input Plain;
            from "flows/order.asl.json";
        }
    }
}

pub(crate) fn main() {
    let params = OrderParams { limit: 60.into(), queue_url: "https://sqs/\"q\"".to_owned() };
    let definition = Order::definition_with(&params).map(|definition| definition.to_string()).unwrap_or_default();
    assert!(definition.contains(r#""TimeoutSeconds":60,"#), "{definition}");
    assert!(definition.contains(r#""QueueUrl":"https://sqs/\"q\"""#), "{definition}");
    assert_eq!(OrderState::IsItLarge.name(), "Is it large?");
    assert_eq!(OrderState::ALL.len(), 3);
    _ = OrderInput { total: 1.0, customer: String::new() };

    let params = inner::DeclaredParams { limit: 5, queue: "q".to_owned() };
    let definition =
        inner::Declared::definition_with(&params).map(|definition| definition.to_string()).unwrap_or_default();
    assert!(definition.contains(r#""TimeoutSeconds":5,"#), "{definition}");
    assert_eq!(<inner::Declared as Workflow>::NAME, "declared");
}
