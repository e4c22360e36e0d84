//! Waiting until a date: a reminder that is sent only if it is still needed.

use serde_json::json;
use workflow_local::{Engine, Execution, Instant, TaskError};
use workflow_runtime::{Json, workflow};

workflow! {
    /// Reminds of an invoice on the day when it is due, unless it was paid.
    pub workflow Remind {
        input { invoice: String, due: Timestamp }
        returns { reminded: bool }
        params { topic: Arn }
        struct Invoice { paid: bool, number: String }

        wait UntilDue until input.due -> Read;

        task Read = lambda::invoke<Invoice> { FunctionName: "read-invoice", Payload: { id: input.invoice } }
            retry [Lambda.TooManyRequestsException, Lambda.ServiceException] { interval: 5s, max_attempts: 6 }
            -> Paid;

        choice Paid match Read.Payload.paid {
            true -> Settled;
            false -> Send;
        }
        task Send = sns::publish {
            TopicArn: params.topic,
            Subject: "Invoice " + Read.Payload.number,
            Message: "The invoice is due today.",
        }
            output { reminded: true }
            -> end;
        succeed Settled { reminded: false }
    }
}

const DUE: &str = "2030-06-15T08:00:00Z";

fn remind(started: &str, paid: bool) -> Execution {
    Engine::of_with::<Remind>(&RemindParams { topic: "arn:aws:sns:eu-west-1:123456789012:invoices".into() })
        .unwrap()
        .start_time(Instant::parse(started).unwrap())
        .on_lambda("read-invoice", move |_: Json| Ok(json!({ "paid": paid, "number": "2030-17" })))
        .on_state(RemindState::Send, |request: Json| {
            assert_eq!(request["Subject"], "Invoice 2030-17");
            Ok(json!({ "MessageId": "m" }))
        })
        .run(&RemindInput { invoice: "17".to_owned(), due: DUE.into() })
        .unwrap()
}

#[test]
fn the_reminder_is_sent_on_the_day() {
    let execution = remind("2030-05-16T08:00:00Z", false);
    assert_eq!(execution.output_as::<RemindOutput>().unwrap(), RemindOutput { reminded: true });
    assert_eq!(execution.now(), Instant::parse(DUE).unwrap());
}

#[test]
fn a_paid_invoice_is_left_alone() {
    remind("2030-05-16T08:00:00Z", true).assert_output(json!({ "reminded": false }));
}

#[test]
fn a_date_in_the_past_does_not_wait() {
    let execution = remind("2031-01-01T00:00:00Z", false);
    execution.assert_output(json!({ "reminded": true }));
    assert_eq!(execution.started_at(), execution.now());
}

fn engine() -> Engine {
    let params = RemindParams { topic: "arn:aws:sns:eu-west-1:123456789012:invoices".into() };
    Engine::of_with::<Remind>(&params).unwrap().start_time(Instant::parse(DUE).unwrap())
}

fn invoice() -> RemindInput {
    RemindInput { invoice: "17".to_owned(), due: DUE.into() }
}

#[test]
fn a_busy_function_is_called_seven_times() {
    for error in ["Lambda.TooManyRequestsException", "Lambda.ServiceException"] {
        let engine = engine().on_lambda("read-invoice", move |request: Json| {
            assert_eq!(request, json!({ "id": "17" }));
            Err::<Json, _>(TaskError::new(error))
        });
        let execution = engine.run(&invoice()).unwrap();
        execution.assert_failed(error);
        assert_eq!(execution.started_at().until(execution.now()).as_secs(), 5 + 10 + 20 + 40 + 80 + 160);
    }
}

#[test]
fn the_reminder_says_which_invoice_is_due() {
    let execution = engine()
        .on_lambda("read-invoice", |_: Json| Ok(json!({ "paid": false, "number": "2030-17" })))
        .on_state(RemindState::Send, |request: Json| {
            let expected = json!({
                "TopicArn": "arn:aws:sns:eu-west-1:123456789012:invoices",
                "Subject": "Invoice 2030-17",
                "Message": "The invoice is due today.",
            });
            assert_eq!(request, expected);
            Ok(json!({ "MessageId": "m" }))
        })
        .run(&invoice())
        .unwrap();
    execution.assert_output(json!({ "reminded": true }));
}
