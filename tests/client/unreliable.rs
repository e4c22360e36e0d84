//! Tests the client with a failing service or connection.

use std::time::Duration;

use serde_json::{Value, json};
use workflow_runtime::Express;
use workflow_runtime::aws_sdk_sfn;
use workflow_runtime::aws_sdk_sfn::config::retry::RetryConfig;
use workflow_runtime::client::{Backoff, Client, Error, Execution, Status, Untyped};

use crate::client::made::{Answer, Asked, Made, error, socket};
use crate::client::workflows::{GreetOutput, Liar, Quick, Sleep, config};

const MACHINE: &str = "arn:aws:states:us-east-1:123456789012:stateMachine:Sleep";
const EXECUTION: &str = "arn:aws:states:us-east-1:123456789012:execution:Sleep:one";

fn started(asked: &Asked) -> Answer {
    let name = asked.body["name"].as_str().unwrap_or_default();
    let arn = format!("arn:aws:states:us-east-1:123456789012:execution:Sleep:{name}");
    Answer::Json(200, json!({"executionArn": arn, "startDate": 1.5}))
}

fn described(more: Value) -> Answer {
    let mut answer = json!({
        "executionArn": EXECUTION, "stateMachineArn": MACHINE, "startDate": 1.5, "status": "RUNNING", "input": "{}",
        "inputDetails": {"included": true}
    });
    answer.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    Answer::Json(200, answer)
}

fn running() -> Answer {
    described(json!({}))
}

fn succeeded() -> Answer {
    described(json!({"status": "SUCCEEDED", "stopDate": 2.5, "output": "7", "outputDetails": {"included": true}}))
}

fn throttled() -> Answer {
    error(400, "ThrottlingException", "Rate exceeded")
}

fn unavailable() -> Answer {
    error(503, "ServiceUnavailable", "try again")
}

fn execution(sfn: aws_sdk_sfn::Client) -> Execution<Sleep> {
    Client::<Sleep>::new(sfn).execution(EXECUTION)
}

/// Runs something, and returns how long it took by the clock, which only advances while nothing else happens.
async fn timed<T>(future: impl IntoFuture<Output = T>) -> (T, Duration) {
    let start = tokio::time::Instant::now();
    let given = future.await;
    (given, start.elapsed())
}

#[tokio::test(start_paused = true)]
async fn a_start_whose_answer_was_lost_is_sent_again_under_its_name() {
    let made = Made::new(|asked| if asked.number == 0 { Answer::Lost } else { started(asked) });
    let machine = Client::<Sleep>::new(made.sfn()).attach(MACHINE);
    let first = machine.start(&json!({})).await.unwrap();
    let second = machine.start(&json!({})).await.unwrap();
    let names: Vec<_> = made.asked().iter().map(|asked| asked.body["name"].as_str().unwrap().to_owned()).collect();
    assert_eq!(names.len(), 3);
    assert_eq!((&*names[0], &*names[1], &*names[2]), (first.name(), first.name(), second.name()));
    assert_ne!(first.name(), second.name());
    assert_eq!((first.name().len(), first.name().matches('-').count()), (36, 4), "{}", first.name());
}

#[tokio::test(start_paused = true)]
async fn an_express_workflow_does_not_run_twice_unseen() {
    let sync = |_: &Asked| {
        let arn = "arn:aws:states:us-east-1:123456789012:express:Quick:name:id";
        Answer::Json(
            200,
            json!({"executionArn": arn, "startDate": 1, "stopDate": 2, "status": "SUCCEEDED", "output": "7"}),
        )
    };
    let lost = move |asked: &Asked| if asked.number == 0 { Answer::Lost } else { sync(asked) };
    let machine = |made: &Made| Client::<Untyped<Express>>::new(made.sfn()).attach(MACHINE);
    let made = Made::new(lost);
    let error = machine(&made).execute_named("once", &json!({})).await.unwrap_err();
    assert!(error.to_string().ends_with("; the execution `once` may have started"), "{error}");
    assert_eq!(made.asked().len(), 1);
    let made = Made::new(lost);
    assert!(machine(&made).start(&json!({})).await.is_err());
    assert_eq!(made.asked().len(), 1);
    let made = Made::new(lost);
    assert_eq!(machine(&made).repeating().run(&json!({})).await.unwrap(), json!(7));
    assert_eq!(made.asked().len(), 2);
    // What was refused has not run.
    let made = Made::new(move |asked| if asked.number == 0 { throttled() } else { sync(asked) });
    assert_eq!(machine(&made).run(&json!({})).await.unwrap(), json!(7));
    assert_eq!(made.asked().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn names_of_executions_are_an_input() {
    let made = Made::new(started);
    let names = std::sync::atomic::AtomicU32::new(0);
    let name = move || format!("nightly-{}", names.fetch_add(1, std::sync::atomic::Ordering::Relaxed));
    let machine = Client::<Sleep>::new(made.sfn()).name_executions(name).attach(MACHINE);
    assert_eq!(machine.start(&json!({})).await.unwrap().name(), "nightly-0");
    assert_eq!(machine.start(&json!({})).await.unwrap().name(), "nightly-1");
    assert_eq!(machine.start_named("mine", &json!({})).await.unwrap().name(), "mine");
}

#[tokio::test(start_paused = true)]
async fn an_execution_that_ended_before_its_start_was_sent_again_is_not_started_twice() {
    let made = Made::new(|asked| match asked.number % 2 {
        0 => Answer::Lost,
        _ => error(400, "ExecutionAlreadyExists", "Execution Already Exists: 'arn'"),
    });
    // The executions of a version are those of the machine.
    for arn in [MACHINE.to_owned(), format!("{MACHINE}:3")] {
        let machine = Client::<Sleep>::new(made.sfn()).attach(arn);
        let execution = machine.start(&json!({})).await.unwrap();
        let name = made.asked().last().unwrap().body["name"].clone();
        let expected = format!("arn:aws:states:us-east-1:123456789012:execution:Sleep:{}", name.as_str().unwrap());
        assert_eq!(execution.arn().as_str(), expected);
        // A name chosen by the caller may belong to another execution.
        let error = machine.start_named("mine", &json!({})).await.unwrap_err();
        assert_eq!(error.refusal().unwrap().code, "ExecutionAlreadyExists");
    }
}

#[tokio::test(start_paused = true)]
async fn waiting_sits_out_what_passes() {
    let script = |asked: &Asked| match asked.number {
        0 => running(),
        1..=4 => unavailable(),
        5..=8 => throttled(),
        9..=12 => Answer::Lost,
        13 => Answer::Text(502, "text/html", "<html>bad gateway</html>"),
        14 => error(500, "InternalServerError", "oops"),
        15 => error(400, "KmsThrottlingException", "Rate exceeded"),
        _ => succeeded(),
    };
    let made = Made::new(script);
    assert_eq!(execution(made.sfn_once()).wait().await.unwrap(), json!(7));
    assert_eq!(made.asked().len(), 17);
    // The same with the SDK's own retries underneath.
    let made = Made::new(script);
    assert_eq!(execution(made.sfn()).wait().await.unwrap(), json!(7));
    assert_eq!(made.asked().len(), 17);
}

#[tokio::test(start_paused = true)]
async fn waiting_gives_up_when_an_outage_lasts() {
    let made = Made::new(|asked| if asked.number < 3 { running() } else { unavailable() });
    let (ended, took) = timed(execution(made.sfn_once()).wait()).await;
    assert_eq!(ended.unwrap_err().refusal().unwrap().status, 503);
    // Three polls within two seconds, then five minutes with a poll every ten seconds.
    assert!((300..315).contains(&took.as_secs()), "{took:?}");

    let made = Made::new(|_| throttled());
    let (ended, took) = timed(execution(made.sfn_once()).wait().outage(Duration::from_secs(5))).await;
    assert_eq!(ended.unwrap_err().refusal().unwrap().code, "ThrottlingException");
    assert!((5..10).contains(&took.as_secs()), "{took:?}");

    // An outage that has ended does not count towards the next one.
    let made = Made::new(|asked| match asked.number {
        0..200 if asked.number % 10 == 9 => running(),
        0..200 => Answer::Lost,
        _ => succeeded(),
    });
    let (ended, took) = timed(execution(made.sfn_once()).wait()).await;
    assert!(ended.is_ok() && took > Duration::from_secs(1500), "{ended:?} {took:?}");
}

#[tokio::test(start_paused = true)]
async fn waiting_is_bounded_by_time() {
    let made = Made::new(|_| running());
    let (ended, took) = timed(execution(made.sfn()).wait().at_most(Duration::from_secs(3600))).await;
    assert!(
        matches!(&ended, Err(Error::StillRunning { waited, .. }) if *waited == Duration::from_secs(3600)),
        "{ended:?}"
    );
    assert_eq!(took, Duration::from_secs(3600));
    assert_eq!(ended.unwrap_err().to_string(), format!("the execution {EXECUTION} still runs after 3600 s"));

    let backoff = Backoff { first: Duration::from_secs(1), factor: 1.0, longest: Duration::from_secs(1) };
    let made = Made::new(|_| running());
    let _ = execution(made.sfn()).wait().backoff(backoff).at_most(Duration::from_secs(10)).await;
    assert_eq!(made.asked().len(), 11);
}

#[tokio::test(start_paused = true)]
async fn waiting_ends_though_the_endpoint_never_answers() {
    let made = Made::new(|_| Answer::Never);
    let (ended, took) = timed(execution(made.sfn()).wait().at_most(Duration::from_secs(20))).await;
    assert!(matches!(ended, Err(Error::StillRunning { .. })), "{ended:?}");
    assert_eq!(took, Duration::from_secs(20));

    let made = Made::new(|_| Answer::Never);
    let (ended, took) = timed(execution(made.sfn_once()).wait()).await;
    assert!(matches!(ended, Err(Error::NoAnswer { operation: "DescribeExecution", .. })), "{ended:?}");
    assert!((300..400).contains(&took.as_secs()), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn waiting_ends_at_once_at_what_does_not_pass() {
    for (status, code) in
        [(400, "AccessDeniedException"), (400, "ExpiredTokenException"), (400, "ExecutionDoesNotExist")]
    {
        let made = Made::new(move |_| error(status, code, "no"));
        let ended = execution(made.sfn()).wait().await;
        assert_eq!(ended.unwrap_err().refusal().unwrap().code, code);
        assert_eq!(made.asked().len(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn an_execution_just_started_may_be_unknown_for_a_while() {
    let unknown = || error(400, "ExecutionDoesNotExist", "Execution Does Not Exist");
    let made = Made::new(move |asked| match asked.number {
        0 => started(asked),
        1..5 => unknown(),
        _ => succeeded(),
    });
    let execution = Client::<Sleep>::new(made.sfn()).attach(MACHINE).start(&json!({})).await.unwrap();
    assert_eq!(execution.wait().await.unwrap(), json!(7));

    let made = Made::new(move |asked| if asked.number == 0 { started(asked) } else { unknown() });
    let execution = Client::<Sleep>::new(made.sfn()).attach(MACHINE).start(&json!({})).await.unwrap();
    let (ended, took) = timed(execution.wait()).await;
    assert_eq!(ended.unwrap_err().refusal().unwrap().code, "ExecutionDoesNotExist");
    assert!((30..45).contains(&took.as_secs()), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_is_not_from_the_service_is_called_so() {
    let html = "<html>please log in</html>";
    for (answer, status, content_type) in [
        (Answer::Text(403, "text/html", html), 403, Some("text/html")),
        (Answer::Text(200, "text/html", html), 200, Some("text/html")),
        (Answer::Text(400, "application/json", r#"{"message": "Forbidden"}"#), 400, Some("application/json")),
        (Answer::Text(404, "text/plain", ""), 404, Some("text/plain")),
        (Answer::Json(200, json!({})), 200, None),
        (Answer::Json(200, json!({"hello": "world"})), 200, None),
    ] {
        let answer = std::sync::Mutex::new(Some(answer));
        let made = Made::new(move |_| answer.lock().unwrap().take().unwrap_or(Answer::Never));
        let error = execution(made.sfn_once()).describe().await.unwrap_err();
        let Error::Foreign { operation, status: found, content_type: kind, .. } = &error else { panic!("{error:?}") };
        assert_eq!((*operation, *found, kind.as_deref()), ("DescribeExecution", status, content_type));
        assert!(error.refusal().is_none());
        assert!(
            error.to_string().starts_with("the answer to DescribeExecution is not from Step Functions: "),
            "{error}"
        );
        assert!(!format!("{error}{error:?}").contains("log in"), "{error:?}");
    }
    // The same for each operation that must return something.
    let made = Made::new(|_| Answer::Json(200, json!({})));
    let client = Client::<Sleep>::new(made.sfn());
    let foreign = |error: Error| matches!(error, Error::Foreign { status: 200, .. });
    assert!(foreign(client.attach(MACHINE).start(&json!({})).await.unwrap_err()));
    assert!(foreign(client.attach(MACHINE).describe().await.unwrap_err()));
    assert!(foreign(Client::<Quick>::new(made.sfn()).attach(MACHINE).run(&json!({})).await.unwrap_err()));
}

#[tokio::test]
async fn half_an_answer_and_none_are_no_answer() {
    let whole = b"HTTP/1.1 200 OK\r\nContent-Type: application/x-amz-json-1.0\r\nContent-Length: 500\r\n\r\n{\"executionArn\":\"a";
    for (answer, passes) in [(&whole[..], true), (&whole[..30], true), (b"", true), (b"nonsense\r\n\r\n", false)] {
        let address = socket(answer).await;
        let config = config(&format!("http://{address}")).retry_config(RetryConfig::disabled()).build();
        let error = execution(aws_sdk_sfn::Client::from_conf(config)).describe().await.unwrap_err();
        assert!(matches!(error, Error::NoAnswer { operation: "DescribeExecution", .. }), "{error:?}");
        assert_eq!(error.is_transient(), passes, "{error:?}");
    }
}

#[tokio::test]
async fn a_request_that_cannot_be_made_does_not_pass() {
    let without_credentials = aws_sdk_sfn::Config::builder()
        .behavior_version(aws_sdk_sfn::config::BehaviorVersion::v2026_01_12())
        .region(aws_sdk_sfn::config::Region::new("us-east-1"))
        .endpoint_url("http://127.0.0.1:1")
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .build();
    let error = execution(aws_sdk_sfn::Client::from_conf(without_credentials)).wait().await.unwrap_err();
    assert!(matches!(error, Error::NoAnswer { .. }) && !error.is_transient(), "{error:?}");
}

#[tokio::test(start_paused = true)]
async fn an_output_that_was_not_included_is_an_error() {
    let kept_back = json!({"status": "SUCCEEDED", "stopDate": 2.5, "outputDetails": {"included": false}});
    let made = Made::new(move |_| described(kept_back.clone()));
    let execution = execution(made.sfn());
    assert!(matches!(execution.wait().await, Err(Error::NotIncluded { payload: "output" })));
    let description = execution.describe().await.unwrap();
    assert!(matches!(description.output(), Err(Error::NotIncluded { payload: "output" })));
    let error = description.output().unwrap_err();
    assert_eq!(error.to_string(), "the answer does not include the output");

    let made = Made::new(|_| {
        let sync = json!({"executionArn": "e", "startDate": 1, "stopDate": 2, "status": "SUCCEEDED"});
        Answer::Json(200, sync)
    });
    let ran = Client::<Quick>::new(made.sfn()).attach(MACHINE).run(&json!({})).await;
    assert!(matches!(ran, Err(Error::NotIncluded { payload: "output" })), "{ran:?}");

    let made = Made::new(|_| {
        let answer =
            json!({"executionArn": EXECUTION, "stateMachineArn": MACHINE, "startDate": 1.5, "status": "RUNNING"});
        Answer::Json(200, answer)
    });
    let description = self::execution(made.sfn()).describe().await.unwrap();
    assert!(matches!(description.input(), Err(Error::NotIncluded { payload: "input" })));
    // An execution that has not succeeded has no output to include.
    assert!(matches!(description.output(), Ok(None)));
}

#[tokio::test(start_paused = true)]
async fn a_status_that_is_not_known_keeps_its_name() {
    let made = Made::new(|_| described(json!({"status": "HIBERNATING"})));
    assert_eq!(execution(made.sfn()).describe().await.unwrap().status(), Status::Unknown);
    let error = execution(made.sfn()).wait().await.unwrap_err();
    assert!(matches!(&error, Error::UnknownStatus { status } if status == "HIBERNATING"), "{error:?}");
}

#[tokio::test(start_paused = true)]
async fn payloads_and_causes_are_not_printed() {
    const SECRET: &str = "hunter2";
    let texts = |error: &Error| {
        let mut texts = format!("{error}\n{error:#}\n{error:?}\n{error:#?}");
        let mut source = std::error::Error::source(error);
        while let Some(error) = source {
            texts += &format!("\n{error}\n{error:?}");
            source = error.source();
        }
        texts
    };
    let mut errors = Vec::new();
    for status in ["FAILED", "TIMED_OUT", "ABORTED"] {
        let ended = json!({"status": status, "stopDate": 2, "error": "Refused", "cause": SECRET});
        let made = Made::new(move |_| described(ended.clone()));
        let error = execution(made.sfn()).wait().await.unwrap_err();
        let (Error::Failed { cause, .. } | Error::TimedOut { cause, .. } | Error::Aborted { cause, .. }) = &error
        else {
            panic!("{error:?}")
        };
        assert_eq!(cause.as_deref(), Some(SECRET));
        assert!(error.to_string().contains(": Refused\nsee https://"), "{error}");
        errors.push(error);
    }
    for output in [json!({"name": {"card": SECRET}}).to_string(), json!(SECRET).to_string(), SECRET.to_owned()] {
        let done = json!({"status": "SUCCEEDED", "stopDate": 2, "output": output});
        let made = Made::new(move |_| described(done.clone()));
        let error = Client::<Liar>::new(made.sfn()).execution(EXECUTION).wait().await.unwrap_err();
        let Error::Output(mismatch) = &error else { panic!("{error:?}") };
        assert!(mismatch.text().contains(SECRET));
        errors.push(error);
    }
    // Rejections because of a payload, and answers of other services.
    let quoted = format!("Invalid State Machine Execution Input: 'Unrecognized token '{SECRET}''");
    for answer in [("InvalidExecutionInput", quoted.clone()), ("InvalidOutput", quoted)] {
        let made = Made::new(move |_| error(400, answer.0, &answer.1));
        let error = Client::<Sleep>::new(made.sfn()).attach(MACHINE).start(&json!(SECRET)).await.unwrap_err();
        assert!(error.refusal().unwrap().message.contains(SECRET));
        errors.push(error);
    }
    for content_type in ["text/html", "application/x-amz-json-1.0"] {
        for status in [200, 500] {
            let made = Made::new(move |_| Answer::Text(status, content_type, "hunter2 <html>"));
            errors.push(execution(made.sfn_once()).describe().await.unwrap_err());
        }
    }
    for error in &errors {
        assert!(!texts(error).contains(SECRET), "{}", texts(error));
    }
    // Descriptions and events behave the same.
    let done = json!({"status": "SUCCEEDED", "stopDate": 2, "output": json!(SECRET).to_string(), "cause": SECRET});
    let made = Made::new(move |_| described(done.clone()));
    let description = execution(made.sfn()).describe().await.unwrap();
    assert!(!format!("{description:?}").contains(SECRET));
    let event = json!({
        "timestamp": 1, "type": "TaskFailed", "id": 2, "previousEventId": 1,
        "taskFailedEventDetails": {"resourceType": "lambda", "resource": "invoke", "error": "Refused", "cause": SECRET}
    });
    let made = Made::new(move |_| Answer::Json(200, json!({"events": [event]})));
    let event = execution(made.sfn()).history().next().await.unwrap().unwrap();
    assert_eq!(event.to_string(), "    2  TaskFailed                    Refused");
    assert_eq!(format!("{event:#}"), "    2  TaskFailed                    Refused  hunter2");
    assert!(!format!("{event:?}").contains(SECRET));
}

/// A type for an output that is never valid.
#[test]
fn a_mismatch_tells_what_was_expected() {
    let made = Made::new(|_| {
        described(json!({"status": "SUCCEEDED", "stopDate": 2, "output": r#"{"name": 7, "words": "a"}"#}))
    });
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let waited: Result<GreetOutput, _> =
        runtime.block_on(async { Client::<Liar>::new(made.sfn()).execution(EXECUTION).wait().await });
    let message = waited.unwrap_err().to_string();
    assert!(message.starts_with("the output does not fit the workflow's output type: expected "), "{message}");
}
