//! An approval by a person: a task token, and a second person if the first does not answer.

use std::time::Duration;

use serde_json::json;
use workflow_local::{Answers, Engine, TaskError};
use workflow_runtime::{Json, workflow};

workflow! {
    /// Asks the owner of a budget, and after a day the head of the department.
    pub workflow Approval {
        input { request: String, amount: f64 }
        returns { approved: bool, by: String }
        params { owners: String, heads: String }
        struct Decision { approved: bool, by: String }

        task AskOwner = sqs::sendMessage<Decision>.waitForTaskToken {
            QueueUrl: params.owners,
            MessageBody: { token: context.Task.Token, request: input.request, amount: input.amount },
        }
            timeout 1d
            errors [NotMyBudget]
            catch [States.Timeout, NotMyBudget] -> AskHead
            output { approved: result.approved, by: result.by }
            -> Decided;

        task AskHead = sqs::sendMessage<Decision>.waitForTaskToken {
            QueueUrl: params.heads,
            MessageBody: {
                token: context.Task.Token,
                request: input.request,
                amount: input.amount,
                because: caught.Error,
            },
        }
            timeout 2d
            catch [States.Timeout] -> Expired
            output { approved: result.approved, by: result.by }
            -> Decided;

        succeed Decided;
        fail Expired { error: "Expired", cause: "nobody decided on " + input.request }
    }
}

fn engine() -> Engine {
    let queue = |name| format!("https://sqs.eu-west-1.amazonaws.com/123456789012/{name}");
    Engine::of_with::<Approval>(&ApprovalParams { owners: queue("owners"), heads: queue("heads") }).unwrap()
}

fn request() -> ApprovalInput {
    ApprovalInput { request: "a chair".to_owned(), amount: 900.0 }
}

#[test]
fn the_owner_decides() {
    let after_an_hour = Answers::new().then(json!({ "approved": true, "by": "Ada" })).after(Duration::from_secs(3600));
    let execution = engine().on_state_answers(ApprovalState::AskOwner, after_an_hour).run(&request()).unwrap();
    execution.assert_path(["AskOwner", "Decided"]);
    assert_eq!(
        execution.output_as::<ApprovalOutput>().unwrap(),
        ApprovalOutput { approved: true, by: "Ada".to_owned() }
    );
}

#[test]
fn the_head_decides_if_the_owner_does_not() {
    let execution = engine()
        .on_state_never(ApprovalState::AskOwner)
        .on_state_request(ApprovalState::AskHead, |request| {
            assert_eq!(request.input["MessageBody"]["because"], "States.Timeout");
            Ok(json!({ "approved": false, "by": "Grace" }))
        })
        .run(&request())
        .unwrap();
    execution.assert_output(json!({ "approved": false, "by": "Grace" }));
    assert_eq!(execution.started_at().until(execution.now()), Duration::from_secs(86_400));
}

#[test]
fn the_owner_can_hand_the_request_over() {
    let execution = engine()
        .on_state(ApprovalState::AskOwner, |_: Json| Err::<Json, _>(TaskError::new("NotMyBudget")))
        .on_state(ApprovalState::AskHead, |_: Json| Ok(json!({ "approved": true, "by": "Grace" })))
        .run(&request())
        .unwrap();
    execution.assert_output(json!({ "approved": true, "by": "Grace" }));
}

#[test]
fn nobody_decides() {
    let silent = engine().on_state_never(ApprovalState::AskOwner).on_state_never(ApprovalState::AskHead);
    let execution = silent.run(&request()).unwrap();
    execution.assert_failed("Expired");
    assert_eq!(execution.started_at().until(execution.now()), Duration::from_secs(3 * 86_400));
}

#[test]
fn the_cause_names_the_request_that_nobody_decided_on() {
    let execution = engine()
        .on_state(ApprovalState::AskOwner, |_: Json| Err::<Json, _>(TaskError::new("NotMyBudget")))
        .on_state_never(ApprovalState::AskHead)
        .run(&request())
        .unwrap();
    execution.assert_failed("Expired");
    assert_eq!(execution.cause(), Some("nobody decided on a chair"));
}

#[test]
fn owner_and_head_are_asked_in_their_own_queues() {
    let execution = engine()
        .on_state_request(ApprovalState::AskOwner, |request| {
            let expected = json!({
                "QueueUrl": "https://sqs.eu-west-1.amazonaws.com/123456789012/owners",
                "MessageBody": { "token": request.token.as_deref(), "request": "a chair", "amount": 900 },
            });
            assert_eq!(*request.input.value(), expected);
            Err::<Json, _>(TaskError::new("NotMyBudget"))
        })
        .on_state_request(ApprovalState::AskHead, |request| {
            let expected = json!({
                "QueueUrl": "https://sqs.eu-west-1.amazonaws.com/123456789012/heads",
                "MessageBody": {
                    "token": request.token.as_deref(),
                    "request": "a chair",
                    "amount": 900,
                    "because": "NotMyBudget",
                },
            });
            assert_eq!(*request.input.value(), expected);
            Ok(json!({ "approved": true, "by": "Grace" }))
        })
        .run(&request())
        .unwrap();
    execution.assert_path(["AskOwner", "AskHead", "Decided"]);
}
