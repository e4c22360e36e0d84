//! Executions that have ended, as traces posted to a collector of OpenTelemetry.
//!
//! <https://opentelemetry.io/docs/specs/otlp/#otlphttp>

use std::io;
use std::time::Duration;

use http_body_util::Full;
use hyper::Request;
use hyper::body::Bytes;
use serde_json::{Value, json};
use tokio::sync::mpsc::{Sender, channel};
use workflow_graph::history::History;
use workflow_graph::trace::Trace;
use workflow_local::HistoryEvent;

use super::events;
use crate::executions::{Endpoint, HttpClient, Run};

/// Traces that wait to be sent; those beyond are dropped.
const WAITING: usize = 1_000;
/// How long a collector may take.
const LIMIT: Duration = Duration::from_secs(10);
/// Where a collector takes traces.
const PATH: &str = "/v1/traces";

/// Where traces are sent.
pub(crate) struct Traces(Sender<String>);

impl Traces {
    /// Sends traces to a collector, by a task of the runtime.
    ///
    /// # Errors
    /// It is no URL that can be called.
    pub(crate) fn new(url: &str) -> io::Result<Self> {
        let url = collector(url)?;
        let (give, waiting) = channel(WAITING);
        tokio::spawn(events::send(url, waiting));
        Ok(Self(give))
    }

    /// Sends the trace of an execution.
    pub(crate) fn tell(&self, run: &Run) {
        // Nobody is to wait for a slow collector.
        let Ok(place) = self.0.try_reserve() else { return };
        let events: Vec<_> = run.execution().history().iter().map(HistoryEvent::to_api_json).collect();
        if let Ok(history) = History::read(&json!(events)) {
            place.send(Trace::of(&history, &run.arn).to_otlp_json().to_string());
        }
    }
}

/// Where a collector takes traces: the path that the URL has, or else that of the specification.
fn collector(url: &str) -> io::Result<String> {
    let endpoint = Endpoint::read("trace", url)?;
    let is_base = endpoint.is_base();
    Ok(format!("{}{}", url.trim_end_matches('/'), if is_base { PATH } else { "" }))
}

/// Posts a trace, as `workflow_graph::trace::Trace::to_otlp_json` gives it, to a collector such as `http://localhost:4318`.
///
/// # Errors
/// It is no URL that can be called, nobody answers, or the collector refuses it.
pub async fn post_trace(url: &str, trace: &Value) -> io::Result<()> {
    let url = collector(url)?;
    let body = Full::new(Bytes::from(trace.to_string()));
    let request =
        Request::post(&url).header("content-type", "application/json").body(body).map_err(io::Error::other)?;
    let answered = HttpClient::default().send(request, LIMIT).await;
    let answered = answered.map_err(|not| io::Error::other(not.to_string()))?;
    if answered.status.is_success() {
        return Ok(());
    }
    Err(io::Error::other(format!("the collector answered {}", answered.status)))
}
