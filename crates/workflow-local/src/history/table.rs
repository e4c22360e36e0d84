//! A history as a readable table.

use std::fmt::{self, Write};

use workflow_asl::printable::printable;

use super::{Details, HistoryEvent};
use crate::clock::Instant;

/// The maximum number of characters of a payload in a row.
const PAYLOAD_CHARS: usize = 72;

/// Displays events as a table: id, previous id, seconds since the first event, type, and the main details.
#[derive(Clone, Copy, Debug)]
pub struct HistoryTable<'a>(&'a [HistoryEvent]);

impl<'a> HistoryTable<'a> {
    /// Creates a table of these events.
    pub fn new(events: &'a [HistoryEvent]) -> Self {
        Self(events)
    }
}

impl fmt::Display for HistoryTable<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let start = self.0.first().map(|event| event.timestamp);
        let types = self.0.iter().map(|event| event.kind.name().len()).max().unwrap_or(4);
        let times: Vec<String> = self.0.iter().map(|event| seconds(start, event.timestamp)).collect();
        let width = times.iter().map(String::len).max().unwrap_or(0).max(4);
        writeln!(f, "{:>5} {:>5} {:>width$}  {:<types$}  details", "id", "prev", "time", "type")?;
        for (event, time) in self.0.iter().zip(&times) {
            let row = format!(
                "{:>5} {:>5} {time:>width$}  {:<types$}  {}",
                event.id,
                event.previous_id,
                event.kind,
                Summary(&event.details)
            );
            // Names and causes must not control the terminal or end a row.
            writeln!(f, "{}", printable(row.trim_end()))?;
        }
        Ok(())
    }
}

/// `+3s`, `+1.5s`: the time since the first event.
fn seconds(start: Option<Instant>, time: Instant) -> String {
    let since = start.unwrap_or(time).until(time).as_millis();
    match since % 1000 {
        0 => format!("+{}s", since / 1000),
        part => format!("+{}.{part:03}s", since / 1000),
    }
}

struct Summary<'a>(&'a Details);

impl fmt::Display for Summary<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Details::None => Ok(()),
            Details::ExecutionStarted { input, .. } => f.write_str(&short(input)),
            Details::Output { output } => f.write_str(&short(output)),
            Details::StateEntered { name, input } => write!(f, "{name} <- {}", short(input)),
            Details::StateExited { name, output, assigned } => {
                write!(f, "{name} -> {}", short(output))?;
                for (name, value) in assigned.iter().flat_map(|assigned| assigned.iter()) {
                    write!(f, ", ${name} = {}", short(value))?;
                }
                Ok(())
            }
            Details::TaskScheduled { resource_type, resource, parameters, .. } => {
                write!(f, "{resource_type}:{resource} {}", short(parameters))
            }
            Details::Task { resource_type, resource } => write!(f, "{resource_type}:{resource}"),
            Details::TaskOutput { resource_type, resource, output } => {
                write!(f, "{resource_type}:{resource} -> {}", short(output))
            }
            Details::Failure { error, cause } | Details::TaskFailure { error, cause, .. } => {
                f.write_str(error.as_deref().unwrap_or("(no error name)"))?;
                match cause {
                    Some(cause) => write!(f, ": {cause}"),
                    None => Ok(()),
                }
            }
            Details::WorkScheduled { resource, input, .. } => write!(f, "{resource} {}", short(input)),
            Details::ActivityStarted { worker_name } => f.write_str(worker_name.as_deref().unwrap_or_default()),
            Details::MapStateStarted { length } => write!(f, "{length} items"),
            Details::MapIteration { name, index } => write!(f, "{name} [{index}]"),
            Details::ExecutionRedriven { redrive_count } => write!(f, "redrive {redrive_count}"),
            Details::MapRunStarted { map_run_arn } | Details::MapRunRedriven { map_run_arn, .. } => {
                f.write_str(map_run_arn)
            }
            Details::EvaluationFailed { cause, .. } => f.write_str(cause),
        }
    }
}

/// Returns the JSON text of a payload, cut to fit a row. Only this part is written.
fn short(payload: &crate::Payload) -> String {
    let mut start = Start { text: String::new(), room: PAYLOAD_CHARS };
    if write!(start, "{payload}").is_ok() {
        return start.text;
    }
    start.text.pop();
    start.text.push('…');
    start.text
}

/// Accepts this many characters, and fails at the next one.
struct Start {
    text: String,
    room: usize,
}

impl Write for Start {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for letter in text.chars() {
            self.room = self.room.checked_sub(1).ok_or(fmt::Error)?;
            self.text.push(letter);
        }
        Ok(())
    }
}
