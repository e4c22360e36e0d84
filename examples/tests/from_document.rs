//! Tests that the workflow with states from a document equals that document, and that all of its paths run.

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
            assert_eq!(request["FunctionName"], "arn:aws:lambda:eu-central-1:123456789012:function:pay");
            assert_eq!(request["Payload"]["customer"], "Grace");
            Ok(json!({ "Payload": { "receipt": "R-17" } }))
        });
    engine.run(&RefundInput { customer: "Grace".to_owned(), amount }).unwrap()
}

#[test]
fn small_refunds_and_approved_ones_are_paid() {
    for amount in [5, 100, 250] {
        let execution = run(amount, true);
        assert_eq!(execution.status(), Status::Succeeded);
        assert_eq!(execution.output_as::<RefundOutput>().unwrap(), RefundOutput { receipt: "R-17".to_owned() });
    }
}

#[test]
fn what_nobody_approves_of_is_refused() {
    let execution = run(250, false);
    assert_eq!((execution.status(), execution.error()), (Status::Failed, Some("Refused")));
    assert_eq!(execution.cause(), Some("nobody approved of the refund"));
}

/// Runs it with a function that pays and a person who does not answer, or the other way round.
fn run_with_silence(amount: u32, payment: Result<Value, TaskError>) -> Execution {
    let engine = Engine::of_with::<Refund>(&params()).unwrap().on_state_never(RefundState::AskForApproval);
    let engine = engine.on_state(RefundState::Pay, move |_: Value| payment.clone());
    engine.run(&RefundInput { customer: "Grace".to_owned(), amount }).unwrap()
}

#[test]
fn only_more_than_100_needs_approval_which_is_waited_for_a_day() {
    let paid = Ok(json!({ "Payload": { "receipt": "R-17" } }));
    assert_eq!(run_with_silence(100, paid.clone()).path(), ["Is it large?", "Pay"]);
    let execution = run_with_silence(101, paid);
    assert_eq!(execution.path(), ["Is it large?", "Ask for approval", "Refused"]);
    assert_eq!(execution.started_at().until(execution.now()).as_secs(), 86400);
}

#[test]
fn a_busy_payment_is_tried_four_times() {
    let execution = run_with_silence(5, Err(TaskError::new("Lambda.TooManyRequestsException")));
    assert_eq!(execution.error(), Some("Lambda.TooManyRequestsException"));
    assert_eq!(execution.started_at().until(execution.now()).as_secs(), 1 + 2 + 4);
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
