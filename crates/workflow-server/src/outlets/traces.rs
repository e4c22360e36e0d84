//! Posts executions as traces to an OpenTelemetry collector: each span when it ends.
//!
//! <https://opentelemetry.io/docs/specs/otlp/#otlphttp>

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use http_body_util::Full;
use hyper::Request;
use hyper::body::Bytes;
use parking_lot::Mutex;
use serde_json::{Value, json};
use tokio::sync::Notify;
use workflow_graph::history::Event;
use workflow_graph::trace::Following;

use super::events;
use crate::executions::{Endpoint, HttpClient, Run};

/// The maximum number of executions with unsent spans; further ones are dropped.
const WAITING: usize = 10_000;
/// How long to wait for more spans, so that they are sent together.
const BATCH: Duration = Duration::from_millis(500);
/// The maximum number of spans in a request: the default of OpenTelemetry's batches.
const SPANS: usize = 512;
/// The time limit of a collector.
const LIMIT: Duration = Duration::from_secs(10);
/// The path of traces at a collector.
const PATH: &str = "/v1/traces";

/// The receiver of traces.
pub(crate) struct Traces(Arc<News>);

/// The executions with new events, by ARN.
#[derive(Default)]
struct News {
    runs: Mutex<BTreeMap<Arc<str>, Arc<Run>>>,
    more: Notify,
    /// Whether no more events follow.
    is_closed: AtomicBool,
}

impl Traces {
    /// Sends traces to a collector, in a tokio task.
    ///
    /// # Errors
    /// Fails if it is not a callable URL.
    pub(crate) fn new(url: &str) -> io::Result<Self> {
        let url = collector(url)?;
        let news = Arc::new(News::default());
        tokio::spawn(send(url, Arc::clone(&news)));
        Ok(Self(news))
    }

    /// Records that an execution may have new events. A slow collector must not delay anyone.
    pub(crate) fn note(&self, run: &Arc<Run>) {
        let mut runs = self.0.runs.lock();
        if runs.len() < WAITING {
            runs.insert(Arc::clone(&run.arn), Arc::clone(run));
            drop(runs);
            self.0.more.notify_one();
        }
    }
}

impl Drop for Traces {
    fn drop(&mut self) {
        self.0.is_closed.store(true, Ordering::Relaxed);
        self.0.more.notify_one();
    }
}

/// Posts spans when they end, until no more events follow.
async fn send(url: String, news: Arc<News>) {
    let client = HttpClient::default();
    let mut followed = BTreeMap::new();
    while !news.is_closed.load(Ordering::Relaxed) {
        news.more.notified().await;
        tokio::time::sleep(BATCH).await;
        let runs = std::mem::take(&mut *news.runs.lock());
        // Long histories take a while.
        let read = tokio::task::spawn_blocking(move || {
            let requests = read(&mut followed, runs);
            (requests, followed)
        });
        let Ok((requests, kept)) = read.await else { return };
        followed = kept;
        for request in requests {
            events::post(&client, &url, request.to_string()).await;
        }
    }
}

/// Returns the ended spans of these executions, as the bodies of requests.
fn read(followed: &mut BTreeMap<Arc<str>, Following>, runs: BTreeMap<Arc<str>, Arc<Run>>) -> Vec<Value> {
    let mut ended = Vec::new();
    for (arn, run) in runs {
        let following = followed.entry(Arc::clone(&arn)).or_insert_with(|| Following::of(&*arn));
        let events: Vec<_> = {
            let execution = run.execution.lock();
            execution.history().iter().skip(following.events()).map(|event| event.to_api_json()).collect()
        };
        events.iter().filter_map(Event::read).for_each(|event| following.push(event));
        ended.extend(following.ended(SPANS));
        if following.has_ended() {
            followed.remove(&arn);
        }
    }
    let mut requests = Vec::new();
    let (mut batch, mut spans) = (Vec::new(), 0);
    for element in ended {
        let count = element["scopeSpans"][0]["spans"].as_array().map_or(0, Vec::len);
        if spans > 0 && spans + count > SPANS {
            requests.push(json!({"resourceSpans": std::mem::take(&mut batch)}));
            spans = 0;
        }
        spans += count;
        batch.push(element);
    }
    if !batch.is_empty() {
        requests.push(json!({"resourceSpans": batch}));
    }
    requests
}

/// Returns the URL for traces at a collector: with the given path, or that of the specification.
fn collector(url: &str) -> io::Result<String> {
    let endpoint = Endpoint::read("trace", url)?;
    let is_base = endpoint.is_base();
    Ok(format!("{}{}", url.trim_end_matches('/'), if is_base { PATH } else { "" }))
}

/// Posts a trace, as returned by `workflow_graph::trace::Trace::to_otlp_json`, to a collector such as
/// `http://localhost:4318`.
///
/// # Errors
/// Fails if it is not a callable URL, if nobody answers, or if the collector rejects the trace.
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
