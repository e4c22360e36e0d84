//! A person decides after two days, or nobody does. Both take no time here.

use std::time::Duration;

use CRATE::{Approval, ApprovalInput, ApprovalOutput, ApprovalParams};
use serde_json::json;
use workflow_local::{Answers, Engine};

fn engine() -> Engine {
    let params = ApprovalParams { queue_url: "https://sqs.eu-west-1.amazonaws.com/123456789012/requests".to_owned() };
    Engine::of_with::<Approval>(&params).unwrap()
}

fn request(amount: f64) -> ApprovalInput {
    ApprovalInput { request: "a chair".to_owned(), amount }
}

#[test]
fn somebody_decides() {
    let late = Answers::new().then(json!({ "approved": true, "by": "Ada" })).after(Duration::from_secs(2 * 86_400));
    let execution = engine().on_state_answers("Ask", late).run(&request(900.0)).unwrap();
    let output: ApprovalOutput = execution.output_as().unwrap();
    assert_eq!(output, ApprovalOutput { approved: true, by: "Ada".to_owned() });
}

#[test]
fn nobody_decides() {
    engine().on_state_never("Ask").run(&request(900.0)).unwrap().assert_failed("Expired");
}

#[test]
fn nobody_needs_to() {
    engine().run(&request(9.0)).unwrap().assert_path(["Small", "Granted"]);
}
