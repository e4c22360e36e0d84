//! The page of an execution, and the stream that says when there is more to see.

use std::sync::Arc;
use std::time::Duration;

use hyper::body::Bytes;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value, json};
use tokio::sync::mpsc::{Receiver, channel};
use tokio::sync::watch;
use workflow_asl::document::MachineType;
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
    each_event(registry, input, |event| Event::read(&event).into_iter().for_each(|event| history.push(event)))?;
    let arn = arn_of(input);
    let encoded = utf8_percent_encode(&arn, NON_ALPHANUMERIC);
    let live = Live::new(
        format!("/console/events?arn={encoded}"),
        format!("/console/execution.json?arn={encoded}"),
        "/console/execution.js",
        "/console/console.css",
    );
    let name = arn.rsplit(':').next().unwrap_or_default().to_owned();
    let is_express = arn.split(':').nth(5) == Some("express");
    let kind = if is_express { MachineType::Express } else { MachineType::Standard };
    let page = Page::of(history).titled(name).of_machine(definition(&machine)).of_type(kind).live(live);
    Ok(with_machine(page, registry, input, &machine)?.with("ARN", arn))
}

/// Passes on each event of an execution.
fn each_event(registry: &Registry, input: &Input, mut take: impl FnMut(Value)) -> Result<(), ApiError> {
    let mut next = Value::Null;
    loop {
        let mut answer =
            registry.get_execution_history(&asking(input, &[("maxResults", json!(EVENTS)), ("nextToken", next)]))?;
        answer["events"].as_array_mut().into_iter().flat_map(std::mem::take).for_each(&mut take);
        next = answer["nextToken"].take();
        if next.is_null() {
            return Ok(());
        }
    }
}

/// The execution as `cargo workflow history --save` writes it.
pub(super) fn recorded(registry: &Registry, input: &Input) -> Result<Value, ApiError> {
    let machine = registry.describe_state_machine_for_execution(input)?;
    let (definition, arn) = (&machine["definition"], &machine["stateMachineArn"]);
    let mut events = Vec::new();
    each_event(registry, input, |event| events.push(event))?;
    Ok(json!({"executionArn": arn_of(input), "stateMachineArn": arn, "definition": definition, "events": events}))
}

/// Adds the state machine of an execution to its page, with its version or revision, and a link if it still exists.
fn with_machine(page: Page, registry: &Registry, input: &Input, machine: &Value) -> Result<Page, ApiError> {
    let described: Value = serde_json::from_slice(&registry.describe_execution(input)?).unwrap_or_default();
    let arn = described["stateMachineArn"].as_str().unwrap_or_default();
    let version = described["stateMachineVersionArn"].as_str().and_then(|version| version.rsplit(':').next());
    let revision = match (version, machine["revisionId"].as_str()) {
        (Some(version), _) => format!("version {version}"),
        (None, Some(revision)) => format!("revision {revision}"),
        (None, None) => "first revision".to_owned(),
    };
    let name = format!("{}, {revision}", machine["name"].as_str().unwrap_or_default());
    let path = format!("/console/#/machine/{}", utf8_percent_encode(arn, NON_ALPHANUMERIC));
    Ok(match registry.describe_state_machine(&asking_of(input, "stateMachineArn", arn, &[])) {
        Ok(now) if now["revisionId"] == machine["revisionId"] => page.with_link("State machine", name, path),
        Ok(_) => page.with_link("State machine", format!("{name}, not the current one"), path),
        Err(_) => page.with("State machine", format!("{name}, deleted")),
    })
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
    asking_of(input, "executionArn", &arn_of(input), more)
}

/// A request for what an ARN names.
fn asking_of(input: &Input, name: &str, arn: &str, more: &[(&str, Value)]) -> Input {
    let mut members: Map<String, Value> = Map::new();
    members.insert(name.to_owned(), arn.into());
    members.extend(
        more.iter().filter(|(_, value)| !value.is_null()).map(|(name, value)| ((*name).to_owned(), value.clone())),
    );
    Input::new(members, input.scope.clone())
}
