//! Changes of executions' status, posted to a URL as the events that AWS sends to EventBridge.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html>

use std::io;
use std::time::Duration;

use http_body_util::Full;
use hyper::Request;
use hyper::body::Bytes;
use serde_json::{Value, json};
use tokio::sync::mpsc::{Receiver, Sender, channel};

use crate::api::arn::Scope;
use crate::executions::{Endpoint, HttpClient, Run};
use crate::operations::redrive_status;

/// The maximum number of waiting events; further ones are dropped.
const WAITING: usize = 10_000;
/// The number of attempts to send an event, and the time limit of each.
const ATTEMPTS: u32 = 3;
const LIMIT: Duration = Duration::from_secs(10);
/// The maximum size of input and output together in an event.
const EVENT_PAYLOAD_BYTES: usize = 248 * 1024;

/// The receiver of events.
pub(crate) struct Events(Sender<String>);

impl Events {
    /// Sends events to a URL, in a tokio task.
    ///
    /// # Errors
    /// Fails if it is not a callable URL.
    pub(crate) fn new(url: &str) -> io::Result<Self> {
        Endpoint::read("events", url)?;
        let (give, waiting) = channel(WAITING);
        tokio::spawn(send(url.to_owned(), waiting));
        Ok(Self(give))
    }

    /// Sends an event about an execution's status.
    pub(crate) fn tell(&self, run: &Run, id: String) {
        // A slow receiver must not delay anyone.
        let _ = self.0.try_send(event(run, id).to_string());
    }
}

async fn send(url: String, mut waiting: Receiver<String>) {
    let client = HttpClient::default();
    while let Some(event) = waiting.recv().await {
        post(&client, &url, event).await;
    }
}

/// Posts JSON to a URL, a few times where it is not taken.
pub(super) async fn post(client: &HttpClient, url: &str, text: String) {
    let body = Bytes::from(text);
    for attempt in 1..=ATTEMPTS {
        let request = Request::post(url).header("content-type", "application/json").body(Full::new(body.clone()));
        let Ok(request) = request else { break };
        let is_taken = client.send(request, LIMIT).await.is_ok_and(|answered| answered.status.is_success());
        if is_taken || attempt == ATTEMPTS {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100) * attempt).await;
    }
}

fn event(run: &Run, id: String) -> Value {
    let execution = run.execution.lock();
    let view = execution.view();
    // It is stored as a JSON string.
    let input: String = serde_json::from_str(run.input.get()).unwrap_or_default();
    let output = view.output().map(|output| output.to_string());
    let output_bytes = output.as_ref().map_or(0, String::len);
    let with_input = input.len() + output_bytes <= EVENT_PAYLOAD_BYTES;
    let with_output = output_bytes <= EVENT_PAYLOAD_BYTES;
    let (redrive_status, reason) = redrive_status(&execution);
    let Scope { region, account } = Scope::of_arn(&run.machine.arn);
    let now = execution.now().to_string();
    let mut detail = json!({
        "executionArn": &*run.arn,
        "stateMachineArn": run.machine.arn,
        "stateMachineVersionArn": run.machine.version_arn(),
        "stateMachineAliasArn": run.machine.alias_arn(),
        "name": execution.name(),
        "status": execution.status().name(),
        "startDate": execution.started_at().as_millis(),
        "stopDate": execution.stopped_at().map(|stopped| stopped.as_millis()),
        "input": if with_input { json!(input) } else { Value::Null },
        "output": if with_output { json!(output) } else { Value::Null },
        "inputDetails": {"included": with_input},
        "outputDetails": output.as_ref().map(|_| json!({"included": with_output})),
        "error": view.error(),
        "cause": view.cause(),
        "redriveCount": view.redrive_count(),
        "redriveDate": view.redriven_at().map(|time| time.as_millis()),
        "redriveStatus": redrive_status,
        "redriveStatusReason": reason,
    });
    if reason.is_none() {
        detail["redriveStatusReason"] = Value::Null;
    }
    json!({
        "version": "0",
        "id": id,
        "detail-type": "Step Functions Execution Status Change",
        "source": "aws.states",
        "account": account,
        "time": format!("{}Z", now.split('.').next().unwrap_or_default().trim_end_matches('Z')),
        "region": region,
        "resources": [&*run.arn],
        "detail": detail,
    })
}
