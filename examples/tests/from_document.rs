//! Tests that the workflow with states from a document equals that document, and that all of its paths run.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use examples::refund::{Refund, RefundInput, RefundOutput, RefundParams, RefundState};
use serde_json::{Value, json};
use workflow_local::{Engine, Execution, Status, TaskError};
use workflow_runtime::Arn;

fn params() -> RefundParams {
    RefundParams {
        approval_queue_url: "https://sqs/approvals".to_owned(),
        company: "Ada's {shop}".to_owned(),
        pay_function_arn: Arn::from("arn:aws:lambda:eu-central-1:123456789012:function:pay"),
    }
}

fn run(amount: u32, approves: bool) -> Execution {
    let engine = Engine::of_with::<Refund>(&params())
        .unwrap()
        .on_state(RefundState::AskForApproval, move |request: Value| {
            assert_eq!(request["QueueUrl"], "https://sqs/approvals");
            // A quote is escaped, so that it does not end the intrinsic function's string.
            assert_eq!(request["MessageBody"]["text"], "Ada's {shop}: refund 250 to Grace?");
            if approves { Ok(json!({})) } else { Err(TaskError::new("No")) }
        })
        .on_state(RefundState::Pay, |request: Value| {
            assert_eq!(request["Payload"]["customer"], "Grace");
            Ok(json!({ "Payload": { "receipt": "R-17" } }))
        });
    engine.run(&RefundInput { customer: "Grace".to_owned(), amount }).unwrap()
}

#[test]
fn small_refunds_and_approved_ones_are_paid() {
    for amount in [5, 250] {
        let execution = run(amount, true);
        assert_eq!(execution.status(), Status::Succeeded);
        assert_eq!(execution.output_as::<RefundOutput>().unwrap(), RefundOutput { receipt: "R-17".to_owned() });
    }
}

#[test]
fn what_nobody_approves_of_is_refused() {
    let execution = run(250, false);
    assert_eq!((execution.status(), execution.error()), (Status::Failed, Some("Refused")));
}

#[test]
fn it_is_the_document_but_for_its_placeholders() {
    let definition: Value = serde_json::from_str(Refund::definition_with(&params()).unwrap().as_str()).unwrap();
    let filled = include_str!("../flows/refund.asl.json")
        .replace("${ApprovalQueueUrl}", "https://sqs/approvals")
        .replace("${Company}", r"Ada\\'s \\{shop\\}")
        .replace("${PayFunction.Arn}", "arn:aws:lambda:eu-central-1:123456789012:function:pay");
    assert_eq!(definition, serde_json::from_str::<Value>(&filled).unwrap());
}
