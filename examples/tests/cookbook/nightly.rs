//! A nightly pipeline: jobs one after the other, a report, and a message if anything fails.

use std::time::Duration;

use serde_json::json;
use workflow_local::{Answers, Engine, TaskError};
use workflow_runtime::{Json, workflow};

use crate::cookbook::requests::requests;

workflow! {
    /// Cleans the day's orders, and writes the report of the day.
    pub workflow Nightly {
        timeout 6h;
        /// The time for which the schedule starts it.
        input { time: Timestamp }
        returns { report: Option<String> }
        params { bucket: String, alarms: Arn }

        defaults { catch [States.ALL] -> Tell { assign { error: caught.Error, cause: caught.Cause } } }

        pass Day assign { day: $substring(input.time, 0, 10) } -> Find;

        task Find = aws_sdk::s3::listObjectsV2 {
            Bucket: params.bucket,
            Prefix: "orders/" + $day + "/",
            MaxKeys: 1,
        }
            retry [S3.SdkClientException] { interval: 5s, max_attempts: 5, backoff: 2.0 }
            -> Any;

        choice Any {
            if (Find.KeyCount ?? 0) == 0 -> Nothing;
            else -> Clean;
        }

        task Clean = glue::startJobRun.sync { JobName: "clean-orders", Arguments: { "--day": $day } }
            retry [Glue.ConcurrentRunsExceededException] { interval: 1m, max_attempts: 10, backoff: 1.0 }
            timeout 2h
            -> Report;

        task Report = athena::startQueryExecution.sync {
            QueryString: "SELECT * FROM day_report WHERE day = ?",
            ExecutionParameters: ["'" + $day + "'"],
            WorkGroup: "reports",
            ResultConfiguration: { OutputLocation: "s3://" + params.bucket + "/reports/" + $day + "/" },
        }
            timeout 1h
            -> Done;

        succeed Done { report: Report.QueryExecution.ResultConfiguration.OutputLocation }
        succeed Nothing { report: null }

        task Tell = sns::publish {
            TopicArn: params.alarms,
            Subject: "The nightly pipeline failed",
            Message: context.Execution.Id + ": " + $error + ": " + $cause,
        }
            catch [States.ALL] -> Failed
            -> Failed;
        fail Failed { error: $error, cause: $cause }
    }
}

/// An engine on which orders were placed on that day, and every job succeeds.
fn engine() -> Engine {
    let params =
        NightlyParams { bucket: "sales".to_owned(), alarms: "arn:aws:sns:eu-west-1:123456789012:alarms".into() };
    Engine::of_with::<Nightly>(&params)
        .unwrap()
        .on_state(NightlyState::Find, |request: Json| {
            assert_eq!(request["Prefix"], "orders/2030-06-15/");
            Ok(json!({ "KeyCount": 1 }))
        })
        .on_state(NightlyState::Clean, |request: Json| {
            assert_eq!(request["Arguments"]["--day"], "2030-06-15");
            Ok(json!({ "JobRunState": "SUCCEEDED" }))
        })
        .on_state(NightlyState::Report, |request: Json| {
            let to = request["ResultConfiguration"]["OutputLocation"].as_str().unwrap_or_default();
            Ok(json!({ "QueryExecution": { "ResultConfiguration": { "OutputLocation": format!("{to}1.csv") } } }))
        })
}

fn night() -> NightlyInput {
    NightlyInput { time: "2030-06-15T02:00:00Z".into() }
}

#[test]
fn the_report_is_written() {
    let output: NightlyOutput = engine().run(&night()).unwrap().output_as().unwrap();
    assert_eq!(output.report.as_deref(), Some("s3://sales/reports/2030-06-15/1.csv"));
}

#[test]
fn a_day_without_orders_runs_no_job() {
    let execution =
        engine().on_state(NightlyState::Find, |_: Json| Ok(json!({ "KeyCount": 0 }))).run(&night()).unwrap();
    execution.assert_path(["Day", "Find", "Any", "Nothing"]);
}

#[test]
fn a_busy_job_is_started_again_after_a_minute() {
    let clean = Answers::new().fails(2, "Glue.ConcurrentRunsExceededException").then(json!({}));
    let execution = engine().on_state_answers(NightlyState::Clean, clean).run(&night()).unwrap();
    execution.assert_succeeded();
    assert_eq!(execution.started_at().until(execution.now()), Duration::from_secs(120));
}

#[test]
fn a_failure_is_reported() {
    let execution = engine()
        .on_state_never(NightlyState::Clean)
        .on_state(NightlyState::Tell, |request: Json| {
            assert!(request["Message"].as_str().unwrap_or_default().contains("States.Timeout"));
            Ok(json!({ "MessageId": "m" }))
        })
        .run(&night())
        .unwrap();
    execution.assert_path(["Day", "Find", "Any", "Clean", "Tell", "Failed"]);
    execution.assert_failed("States.Timeout");
}

#[test]
fn the_failure_is_kept_if_nobody_can_be_told() {
    let no_job = TaskError::new("Glue.EntityNotFoundException").with_cause("no job clean-orders");
    let engine = engine().fail_task(2, no_job).fail_task(3, "SNS.NotFoundException");
    let execution = engine.run(&night()).unwrap();
    execution.assert_path(["Day", "Find", "Any", "Clean", "Tell", "Failed"]);
    execution.assert_failed("Glue.EntityNotFoundException");
}

/// Runs a night, and asserts that its last request reports this failure. Returns the seconds after which requests
/// are made.
fn reported(engine: Engine, error: &str, cause: &str) -> Vec<u64> {
    let execution =
        engine.on_state(NightlyState::Tell, |_: Json| Ok(json!({ "MessageId": "m" }))).run(&night()).unwrap();
    execution.assert_failed(error);
    assert_eq!(execution.cause(), Some(cause));
    let told = json!({
        "TopicArn": "arn:aws:sns:eu-west-1:123456789012:alarms",
        "Subject": "The nightly pipeline failed",
        "Message": format!("{}: {error}: {cause}", execution.arn()),
    });
    let requests = requests(&execution);
    assert_eq!(requests.last().map(|(_, request)| request), Some(&told));
    requests.into_iter().map(|(second, _)| second).collect()
}

#[test]
fn each_job_is_started_for_the_day() {
    let find = json!({ "Bucket": "sales", "Prefix": "orders/2030-06-15/", "MaxKeys": 1 });
    let clean = json!({ "JobName": "clean-orders", "Arguments": { "--day": "2030-06-15" } });
    let report = json!({
        "QueryString": "SELECT * FROM day_report WHERE day = ?",
        "ExecutionParameters": ["'2030-06-15'"],
        "WorkGroup": "reports",
        "ResultConfiguration": { "OutputLocation": "s3://sales/reports/2030-06-15/" },
    });
    assert_eq!(requests(&engine().run(&night()).unwrap()), [(0, find), (0, clean), (0, report)]);
}

#[test]
fn a_missing_count_is_a_day_without_orders() {
    let execution = engine().on_state(NightlyState::Find, |_: Json| Ok(json!({}))).run(&night()).unwrap();
    execution.assert_path(["Day", "Find", "Any", "Nothing"]);
}

#[test]
fn a_failure_is_reported_after_the_last_attempt() {
    let fails = |state, error| {
        engine().on_state_answers(state, Answers::new().then_fails(TaskError::new(error).with_cause("why")))
    };
    let client = "S3.SdkClientException";
    assert_eq!(reported(fails(NightlyState::Find, client), client, "why"), [0, 5, 15, 35, 75, 155, 155]);
    let busy = "Glue.ConcurrentRunsExceededException";
    let minutes = [0, 0, 60, 120, 180, 240, 300, 360, 420, 480, 540, 600, 600];
    assert_eq!(reported(fails(NightlyState::Clean, busy), busy, "why"), minutes);
    let query = "Athena.InternalServerException";
    assert_eq!(reported(fails(NightlyState::Report, query), query, "why"), [0, 0, 0, 0]);
}

#[test]
fn a_job_that_hangs_is_reported_after_its_timeout() {
    assert_eq!(reported(engine().on_state_never(NightlyState::Clean), "States.Timeout", ""), [0, 0, 7200]);
    assert_eq!(reported(engine().on_state_never(NightlyState::Report), "States.Timeout", ""), [0, 0, 0, 3600]);
}
