//! The events of an execution: one table and one form as JSON, wherever the execution ran.

use std::io::{self, Write};

use clap::{Args, ValueEnum};
use serde_json::{Value, json};
use workflow_graph::history::{Event, History, Visit};
use workflow_local::{Execution, Instant};

use crate::{report, terminal};

/// The columns of the table.
const HEAD: [&str; 5] = ["id", "time", "type", "state", "details"];

/// The number of characters of a payload that the table has, where payloads cost nothing.
pub(crate) const PAYLOAD_CHARS: usize = 72;

/// The members of an event with payloads, and the signs before them.
const PAYLOADS: [(&str, &str); 3] = [("parameters", "<- "), ("input", "<- "), ("output", "-> ")];

/// The members of an event with numbers, and the words around them.
const NUMBERS: [(&str, &str, &str); 3] =
    [("length", "", " items"), ("index", "item ", ""), ("redriveCount", "redrive ", "")];

/// The output format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Text for people
    Text,
    /// JSON for programs
    Json,
}

/// Which events are printed, and how.
#[derive(Args)]
pub(crate) struct Options {
    /// Print the newest event first
    #[arg(long)]
    pub(crate) reverse: bool,
    /// Maximum number of events
    #[arg(long)]
    pub(crate) limit: Option<usize>,
    /// Print whole inputs and outputs. Without this option, the table has the beginnings of those in a file, and none of
    /// an execution in AWS
    #[arg(long)]
    pub(crate) data: bool,
    /// Print dates and times in UTC instead of the time since the start. JSON always has dates
    #[arg(long)]
    pub(crate) utc: bool,
    /// Output format
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) format: Format,
}

impl Options {
    /// Prints the events of a history, with so many characters of each payload unless whole ones are wanted. `start` is
    /// the time of the first event in milliseconds since 1970.
    pub(crate) fn print(
        &self,
        history: &History,
        start: Option<i64>,
        payloads: usize,
        output: &mut impl Write,
    ) -> io::Result<()> {
        let mut events: Vec<&Event> = history.events.iter().collect();
        if self.reverse {
            events.reverse();
        }
        events.truncate(self.limit.unwrap_or(usize::MAX));
        if self.format == Format::Json {
            let events = events.into_iter().map(|event| to_json(event, self.data)).collect();
            return writeln!(output, "{}", report::json_text(&Value::Array(events)));
        }
        let payloads = if self.data { usize::MAX } else { payloads };
        let start = start.filter(|_| !self.utc);
        let rows: Vec<_> = events.into_iter().map(|event| row(event, &history.visits, start, payloads)).collect();
        terminal::table(output, &HEAD, &rows)
    }
}

/// Prints the events of an execution of the engine.
pub(crate) fn print(execution: &Execution, output: &mut impl Write) -> io::Result<()> {
    let start = execution.history().first().map(|event| event.timestamp.as_millis());
    let (mut history, mut rows) = (History::default(), Vec::new());
    for event in execution.history() {
        let Some(event) = Event::read(&event.to_api_json()) else { continue };
        history.push(event);
        let Some(event) = history.events.last_mut() else { continue };
        rows.push(row(event, &history.visits, start, PAYLOAD_CHARS));
        // Together, the payloads may be as large as the history is long.
        event.details = Value::Null;
    }
    terminal::table(output, &HEAD, &rows)
}

fn row(event: &Event, visits: &[Visit], start: Option<i64>, payloads: usize) -> Vec<String> {
    let visit = event.visit.and_then(|number| visits.get(number)).map(|visit| visit.state.as_str());
    let time = event.time.map(|time| match start {
        Some(start) => {
            let since = time.saturating_sub(start).max(0);
            format!("+{}.{:03}s", since / 1000, since % 1000)
        }
        None => Instant::from_millis(time).to_string(),
    });
    let state = visit.or_else(|| text(event, "name")).unwrap_or_default().to_owned();
    vec![event.id.to_string(), time.unwrap_or_default(), event.kind.clone(), state, details(event, payloads)]
}

/// Returns the error and its cause; without an error, the resource, the numbers and the payloads.
fn details(event: &Event, payloads: usize) -> String {
    let joined = |names: [&str; 2], between: &str| {
        names.into_iter().filter_map(|name| text(event, name)).collect::<Vec<_>>().join(between)
    };
    let error = joined(["error", "cause"], ": ");
    if !error.is_empty() {
        return error;
    }
    let mut parts = vec![joined(["resourceType", "resource"], ":"), joined(["workerName", "mapRunArn"], " ")];
    for (name, before, after) in NUMBERS {
        parts.extend(event.detail(name).map(|number| format!("{before}{number}{after}")));
    }
    let shown = |sign: &str, payload: &str| match payload.char_indices().nth(payloads) {
        Some((end, _)) => format!("{sign}{}…", payload.get(..end).unwrap_or_default()),
        None => format!("{sign}{payload}"),
    };
    if payloads > 0 {
        parts.extend(PAYLOADS.iter().filter_map(|(name, sign)| Some(shown(sign, text(event, name)?))));
        let assigned = event.detail("assignedVariables").and_then(Value::as_object).into_iter().flatten();
        parts.extend(assigned.filter_map(|(name, value)| Some(shown(&format!("${name} = "), value.as_str()?))));
    }
    parts.retain(|part| !part.is_empty());
    parts.join(" ")
}

fn to_json(event: &Event, data: bool) -> Value {
    // The name of an event of a map's item is not of a state that it is about.
    let state = text(event, "name").filter(|_| event.detail("index").is_none());
    let mut made = json!({
        "id": event.id,
        "previousEventId": event.previous,
        "timestamp": event.time.map(|time| Instant::from_millis(time).to_string()),
        "type": event.kind,
        "state": state,
        "error": text(event, "error"),
        "cause": text(event, "cause"),
    });
    if data {
        made["input"] = payload(text(event, "input"));
        made["output"] = payload(text(event, "output"));
    }
    made
}

fn text<'e>(event: &'e Event, name: &str) -> Option<&'e str> {
    event.detail(name).and_then(Value::as_str)
}

/// Returns a payload, which the service sends as text, as JSON; as a string if it is not JSON.
pub(crate) fn payload(text: Option<&str>) -> Value {
    text.map_or(Value::Null, |text| serde_json::from_str(text).unwrap_or_else(|_| text.into()))
}
