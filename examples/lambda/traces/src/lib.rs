//! A function that CloudWatch Logs calls with the log of executions. It posts their spans to an OpenTelemetry collector.

use std::collections::BTreeSet;
use std::io::Read;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use flate2::read::GzDecoder;
use http_body_util::Full;
use hyper::Request;
use hyper::body::Bytes;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use indexmap::IndexMap;
use lambda_runtime::{Error, LambdaEvent};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::Mutex;
use workflow_graph::history::Event;
use workflow_graph::trace::Following;

/// The maximum number of spans in an element of a request: the default of OpenTelemetry's batches.
const SPANS: usize = 512;
/// The most executions that are followed; if there are more, those that began first are forgotten.
const FOLLOWED: usize = 1000;
/// The most bytes of a log that are read. CloudWatch Logs sends less than 1 MiB, compressed.
const LOG_BYTES: u64 = 64 << 20;

/// The payload of a subscription of CloudWatch Logs:
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html>.
#[derive(Debug, Deserialize)]
pub struct Subscription {
    awslogs: Data,
}

#[derive(Debug, Deserialize)]
struct Data {
    /// JSON, compressed with gzip, in Base64.
    data: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Log {
    #[serde(default)]
    log_events: Vec<LogEvent>,
}

#[derive(Deserialize)]
struct LogEvent {
    message: String,
}

/// A line of the log: <https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html>.
#[derive(Deserialize)]
struct Line {
    id: Value,
    previous_event_id: Value,
    /// Milliseconds since 1970, as text.
    event_timestamp: String,
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    details: Value,
    execution_arn: String,
}

impl Line {
    /// Returns the event as the API of Step Functions has it.
    fn event(&self) -> Option<Event> {
        let time = self.event_timestamp.parse::<f64>().ok()? / 1000.0;
        Event::read(&json!({
            "id": self.id, "previousEventId": self.previous_event_id, "timestamp": time, "type": self.kind,
            "EventDetails": self.details,
        }))
    }
}

/// The executions whose end is not in the log yet, by ARN in the order of their beginnings, with the id of the last event.
type Followed = IndexMap<String, (u64, Following)>;

/// Posts spans of executions to a collector.
#[derive(Debug)]
pub struct Traces {
    url: String,
    client: Client<HttpConnector, Full<Bytes>>,
    followed: Mutex<Followed>,
}

impl Traces {
    /// Creates the function for a collector such as `http://localhost:4318`, without TLS: one that runs beside the function.
    pub fn new(collector: &str) -> Self {
        let url = format!("{}/v1/traces", collector.trim_end_matches('/'));
        let client = Client::builder(TokioExecutor::new()).build_http();
        Self { url, client, followed: Mutex::default() }
    }

    /// Posts the spans that end in a part of the log. An execution is followed if its first event comes to this instance of
    /// the function, and up to the first event that is missing here.
    ///
    /// # Errors
    ///
    /// Fails if the payload cannot be read, or the collector does not accept the spans. Nothing is then noted, and Lambda
    /// can call the function with the same payload once more.
    pub async fn take(&self, event: LambdaEvent<Subscription>) -> Result<(), Error> {
        let mut text = String::new();
        let data = BASE64_STANDARD.decode(&event.payload.awslogs.data).map_err(|error| error.to_string())?;
        GzDecoder::new(data.as_slice()).take(LOG_BYTES).read_to_string(&mut text)?;
        let events = events(serde_json::from_str(&text)?);
        let arns: BTreeSet<_> = events.iter().map(|(_, arn)| arn.clone()).collect();
        let mut followed = self.followed.lock().await;
        // What is followed changes when the collector has the spans.
        let known = arns.iter().filter_map(|arn| Some((arn.clone(), followed.get(arn)?.clone())));
        let mut next: Followed = known.collect();
        let ended = read(&mut next, events);
        if !ended.is_empty() {
            self.post(&json!({ "resourceSpans": ended })).await?;
        }
        for arn in arns {
            match next.swap_remove(&arn) {
                Some(of_it) => drop(followed.insert(arn, of_it)),
                None => drop(followed.shift_remove(&arn)),
            }
        }
        while followed.len() > FOLLOWED {
            followed.shift_remove_index(0);
        }
        Ok(())
    }

    async fn post(&self, body: &Value) -> Result<(), Error> {
        let body = Full::new(Bytes::from(body.to_string()));
        let request = Request::post(&self.url).header("content-type", "application/json").body(body)?;
        let status = self.client.request(request).await?.status();
        if status.is_success() { Ok(()) } else { Err(format!("the collector answered {status}").into()) }
    }
}

/// Returns the events of a log with the ARNs of their executions, in the order of both.
fn events(log: Log) -> Vec<(Event, String)> {
    let lines = log.log_events.iter().filter_map(|event| serde_json::from_str::<Line>(&event.message).ok());
    let mut events: Vec<_> = lines.filter_map(|line| Some((line.event()?, line.execution_arn))).collect();
    events.sort_by(|(one, of_one), (other, of_other)| (of_one, one.id).cmp(&(of_other, other.id)));
    events
}

/// Adds the events of a log, and returns the spans that have ended. A log may have an event twice.
/// Ids of traces depend on the first event, so an execution without it is left out, and one is left where an event is missing.
fn read(followed: &mut Followed, events: Vec<(Event, String)>) -> Vec<Value> {
    let mut changed = Vec::new();
    for (event, arn) in events {
        if event.id == 1 {
            followed.entry(arn.clone()).or_insert_with(|| (0, Following::of(&*arn)));
        }
        let Some((last, following)) = followed.get_mut(&arn) else { continue };
        if event.id == *last + 1 {
            *last = event.id;
            following.push(event);
            changed.push(arn);
        } else if event.id > *last {
            followed.shift_remove(&arn);
        }
    }
    changed.dedup();
    let mut ended = Vec::new();
    for arn in changed {
        let Some((_, following)) = followed.get_mut(&arn) else { continue };
        ended.extend(following.ended(SPANS));
        if following.has_ended() {
            followed.shift_remove(&arn);
        }
    }
    ended
}
