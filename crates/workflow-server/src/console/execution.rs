//! The page of an execution, and the stream that says when there is more to see.

use std::sync::Arc;
use std::time::Duration;

use hyper::body::Bytes;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value, json};
use tokio::sync::mpsc::{Receiver, channel};
use tokio::sync::watch;
use workflow_graph::history::{Event, History};
use workflow_graph::page::{Live, Page};

use crate::api::{ApiError, Input};
use crate::http::stopped;
use crate::registry::Registry;

/// How often it is looked for new events: more often than a page is drawn nobody would see them.
const LOOK: Duration = Duration::from_millis(150);
/// After so many looks without news a line is sent, so that a client that is gone is noticed.
const QUIET: u32 = 100;
/// Events of one page of the API.
const EVENTS: usize = 1000;

/// The definition in what the API answers.
pub(super) fn definition(described: &Value) -> Value {
    let text = described["definition"].as_str().unwrap_or_default();
    serde_json::from_str(text).unwrap_or_default()
}

/// The page of an execution as it is now.
pub(super) fn page(registry: &Registry, input: &Input) -> Result<Page, ApiError> {
    let machine = registry.describe_state_machine_for_execution(input)?;
    let mut history = History::default();
    let mut next = Value::Null;
    loop {
        let answer =
            registry.get_execution_history(&asking(input, &[("maxResults", json!(EVENTS)), ("nextToken", next)]))?;
        let events = answer["events"].as_array().into_iter().flatten();
        events.filter_map(Event::read).for_each(|event| history.push(event));
        next = answer["nextToken"].clone();
        if next.is_null() {
            break;
        }
    }
    let arn = arn_of(input);
    let encoded = utf8_percent_encode(&arn, NON_ALPHANUMERIC);
    let live = Live::new(
        format!("/console/events?arn={encoded}"),
        format!("/console/execution.json?arn={encoded}"),
        "/console/execution.js",
        "/console/console.css",
    );
    let name = arn.rsplit(':').next().unwrap_or_default().to_owned();
    Ok(Page::of(history).titled(name).of_machine(definition(&machine)).with("ARN", arn).live(live))
}

/// A stream of server-sent events (<https://html.spec.whatwg.org/multipage/server-sent-events.html>): one for the newest event
/// of the history, each time that it is another, until the client goes or the server stops.
pub(super) fn follow(
    registry: &Arc<Registry>,
    input: Input,
    stopping: watch::Receiver<bool>,
) -> Result<Receiver<Bytes>, ApiError> {
    let registry = Arc::clone(registry);
    let input = asking(
        &input,
        &[("reverseOrder", json!(true)), ("maxResults", json!(1)), ("includeExecutionData", json!(false))],
    );
    let mut newest = registry.get_execution_history(&input)?;
    let (give, lines) = channel(1);
    tokio::spawn(async move {
        let (mut told, mut quiet) = (Value::Null, 0);
        loop {
            let event = newest["events"][0]["id"].clone();
            quiet += 1;
            if told != event || quiet > QUIET {
                let line = if told == event { ": nothing new\n\n".to_owned() } else { format!("data: {event}\n\n") };
                (told, quiet) = (event, 0);
                if give.send(line.into()).await.is_err() {
                    return;
                }
            }
            tokio::select! {
                () = tokio::time::sleep(LOOK) => {}
                () = give.closed() => return,
                () = stopped(stopping.clone()) => return,
            }
            match registry.get_execution_history(&input) {
                Ok(answer) => newest = answer,
                // It is kept no longer.
                Err(_) => return,
            }
        }
    });
    Ok(lines)
}

fn arn_of(input: &Input) -> String {
    input.members().text("executionArn").unwrap_or_default().to_owned()
}

/// A request for the same execution, with more members.
fn asking(input: &Input, more: &[(&str, Value)]) -> Input {
    let mut members: Map<String, Value> = Map::new();
    members.insert("executionArn".to_owned(), arn_of(input).into());
    members.extend(
        more.iter().filter(|(_, value)| !value.is_null()).map(|(name, value)| ((*name).to_owned(), value.clone())),
    );
    Input::new(members, input.scope.clone())
}
