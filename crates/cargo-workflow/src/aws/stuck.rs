//! `cargo workflow watch --stuck`: names running executions that wait longer than recorded ones, or whose data are nearly
//! too large.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use workflow_asl::limits::PAYLOAD_BYTES;
use workflow_asl::printable::{printable, thousands};
use workflow_explore::replay::Recordings;
use workflow_explore::simulate::time;
use workflow_graph::history::History;
use workflow_runtime::client::Status;

use super::history::events;
use super::list::Filter;
use super::{Connect, executions_of, failure};
use crate::{Failure, report};

/// Data of this size, in bytes, are told: four fifths of the greatest.
const LARGE: usize = PAYLOAD_BYTES / 5 * 4;

/// The longest time in each state in recorded executions, in milliseconds.
struct Longest(BTreeMap<String, i64>);

impl Longest {
    fn read(histories: &[PathBuf]) -> Result<Self, Failure> {
        let read = Recordings::read_apart(histories);
        if let Some(error) = read.errors.first() {
            return Err(format!("error: {error}").into());
        }
        let mut longest = BTreeMap::new();
        for visit in read.executions.iter().flat_map(|recording| recording.history().visits) {
            if let (Some(begin), Some(end)) = visit.time {
                let known = longest.entry(visit.state).or_default();
                *known = (end - begin).max(*known);
            }
        }
        Ok(Self(longest))
    }

    /// Returns what is unusual about an execution, and the names of its states that no recorded execution entered.
    fn unusual(&self, history: &History, now: i64) -> (Vec<String>, Vec<String>) {
        let (mut told, mut unknown) = (Vec::new(), Vec::new());
        let is_open = |number: &usize| history.visits.get(*number).is_some_and(|visit| !visit.has_ended());
        let open: Vec<_> = (0..history.visits.len()).filter(is_open).collect();
        let around: BTreeSet<_> = open.iter().filter_map(|number| history.visits.get(*number)?.parent).collect();
        for visit in
            open.iter().filter(|number| !around.contains(number)).filter_map(|number| history.visits.get(*number))
        {
            let name = printable(&visit.state);
            let (Some(begin), Some(longest)) = (visit.time.0, self.0.get(&visit.state)) else {
                unknown.push(name.into_owned());
                continue;
            };
            #[expect(clippy::cast_precision_loss, reason = "milliseconds are far below 2^53")]
            let text = |milliseconds: i64| time(milliseconds as f64 / 1000.0);
            if now - begin > *longest {
                told.push(format!("`{name}` for {}, at most {} in the histories", text(now - begin), text(*longest)));
            }
        }
        let sizes = history.events.iter().flat_map(|event| {
            let size = |data| event.details.get(data).and_then(Value::as_str).map_or(0, str::len);
            ["input", "output"].map(|data| (size(data), data, event))
        });
        if let Some((size, data, event)) = sizes.max_by_key(|(size, ..)| *size).filter(|(size, ..)| *size >= LARGE) {
            let of = event.visit.and_then(|visit| history.visits.get(visit)).map(|visit| visit.state.as_str());
            let of = of.map_or_else(|| "the execution".to_owned(), |state| format!("`{}`", printable(state)));
            let (size, most) = (thousands(size as u64), thousands(PAYLOAD_BYTES as u64));
            told.push(format!("the {data} of {of} has {size} of {most} bytes"));
        }
        (told, unknown)
    }
}

/// Prints a line for each unusual thing about the running executions of state machines.
pub(super) fn tell(
    connect: &Connect,
    machines: &[String],
    filter: &Filter,
    histories: &[PathBuf],
    output: &mut impl Write,
) -> Result<ExitCode, Failure> {
    let longest = Longest::read(histories)?;
    let (mut running, mut unusual, mut unjudged) = (0, 0, BTreeSet::new());
    connect.run(async |client| {
        for machine in machines {
            let mut list = filter.apply(executions_of(&client, machine).await?).status(Status::Running).list();
            while let Some(item) = list.next().await? {
                let execution = item.execution();
                let read = History::read(&json!({ "events": events(&execution).await? }));
                let history = read.map_err(|error| Failure::from(format!("error: {error}")))?;
                let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
                let (told, unknown) = longest.unusual(&history, i64::try_from(now).unwrap_or(i64::MAX));
                for line in &told {
                    writeln!(output, "{}  {line}", printable(execution.arn().as_str()))?;
                }
                running += 1;
                unusual += usize::from(!told.is_empty());
                unjudged.extend(unknown);
            }
        }
        Ok(())
    })?;
    let notes = unjudged.iter().map(|state| format!("no history enters `{state}`: how long it may take is unknown"));
    report::note_all(notes);
    eprintln!("{running} running executions: {unusual} unusual");
    Ok(if unusual > 0 { ExitCode::from(failure::NOT_ENDED_WELL) } else { ExitCode::SUCCESS })
}
