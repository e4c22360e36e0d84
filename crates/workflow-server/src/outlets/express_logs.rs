//! The logs of Express executions, one line per event, in the format of CloudWatch Logs.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html>

use std::io::{self, Write};
use std::sync::mpsc::{SyncSender, sync_channel};

use serde_json::{Value, json};

use crate::executions::Run;
use crate::operations::without_payloads;

/// The maximum number of executions whose lines wait to be written; further ones are dropped.
const WAITING: usize = 1000;

/// The endings of the events logged at `ERROR` and `FATAL`; `ALL` logs all events.
const ERRORS: [&str; 6] = ["Failed", "Aborted", "TimedOut", "FailStateEntered", "ScheduleFailed", "StartFailed"];
const FATALS: [&str; 3] = ["ExecutionAborted", "ExecutionFailed", "ExecutionTimedOut"];

/// Writes lines on its own thread.
pub(crate) struct ExpressLogs(SyncSender<String>);

impl ExpressLogs {
    /// # Errors
    /// Fails if the thread cannot be started.
    pub(crate) fn new(mut write: Box<dyn Write + Send>) -> io::Result<Self> {
        let (give, waiting) = sync_channel::<String>(WAITING);
        let work = move || {
            while let Ok(lines) = waiting.recv() {
                // A write error must not stop executions.
                let _ = write.write_all(lines.as_bytes()).and_then(|()| write.flush());
            }
        };
        std::thread::Builder::new().name("workflow-logs".to_owned()).spawn(work)?;
        Ok(Self(give))
    }

    /// Writes the events of an ended execution.
    pub(crate) fn tell(&self, run: &Run) {
        let logging = &run.machine.revision.configuration.logging;
        let Some(level) = logging.get("level").and_then(Value::as_str).filter(|level| *level != "OFF") else { return };
        let with_data = logging.get("includeExecutionData") == Some(&Value::Bool(true));
        let region = run.arn.split(':').nth(3).unwrap_or_default();
        let mut lines = String::new();
        let execution = run.execution.lock();
        for event in execution.history().iter().filter(|event| is_logged(event.kind.name(), level)) {
            let mut event = event.to_api_json_in(region);
            if !with_data {
                without_payloads(&mut event);
            }
            lines.push_str(&line(&event, &run.arn).to_string());
            lines.push('\n');
        }
        drop(execution);
        // A slow reader must not delay anyone.
        let _ = self.0.try_send(lines);
    }
}

fn is_logged(kind: &str, level: &str) -> bool {
    match level {
        "ERROR" => ERRORS.iter().any(|end| kind.ends_with(end)),
        "FATAL" => FATALS.contains(&kind),
        _ => true,
    }
}

fn line(event: &Value, arn: &str) -> Value {
    let members = event.as_object().into_iter().flatten();
    let details = members.filter(|(name, _)| name.ends_with("EventDetails")).map(|(_, details)| details).next();
    #[expect(clippy::cast_possible_truncation, reason = "a cast saturates, and times are far below")]
    let time = (event.get("timestamp").and_then(Value::as_f64).unwrap_or_default() * 1000.0).round() as i64;
    let text = |name: &str| event.get(name).map(Value::to_string).unwrap_or_default();
    json!({
        "id": text("id"),
        "type": event.get("type"),
        "details": details.cloned().unwrap_or_else(|| json!({})),
        "redrive_count": "0",
        "previous_event_id": text("previousEventId"),
        "event_timestamp": time.to_string(),
        "execution_arn": arn,
    })
}
