//! Runs a workflow whose states are in a document in Amazon States Language. The document is checked at compile time,
//! and the workflow has types for its input, output, parameters and states.
//!
//! ```text
//! cargo run -p examples --example from_document
//! ```

use std::error::Error;

use examples::refund::{Refund, RefundInput, RefundOutput, RefundParams, RefundState};
use serde_json::{Value, json};
use workflow_local::Engine;
use workflow_runtime::Arn;

fn main() -> Result<(), Box<dyn Error>> {
    let params = RefundParams {
        approval_queue_url: "https://sqs.eu-central-1.amazonaws.com/123456789012/approvals".to_owned(),
        company: "Ada's".to_owned(),
        pay_function_arn: Arn::from("arn:aws:lambda:eu-central-1:123456789012:function:pay"),
    };
    let engine = Engine::of_with::<Refund>(&params)?
        .on_state(RefundState::AskForApproval, |request: Value| {
            println!("{}", request["MessageBody"]["text"]);
            Ok(json!({}))
        })
        .on_state(RefundState::Pay, |_: Value| Ok(json!({ "Payload": { "receipt": "R-17" } })));
    let execution = engine.run(&RefundInput { customer: "Grace".to_owned(), amount: 250 })?;
    println!("{}", execution.history_table());
    println!("{:?}", execution.output_as::<RefundOutput>()?);
    Ok(())
}
