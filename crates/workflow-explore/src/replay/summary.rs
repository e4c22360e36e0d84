//! Summarizes many replays in a table.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::{Value, json};

use super::{Replay, ReplayVerdict};

/// The verdicts of many replays.
///
/// The summary prints a row for each execution and a sentence for all of them.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    rows: Vec<Row>,
}

#[derive(Clone, Debug)]
struct Row {
    file: String,
    verdict: ReplayVerdict,
    state: Option<String>,
    event: Option<u64>,
    message: String,
}

impl Summary {
    /// Creates the summary of these replays.
    pub fn of<'r>(replays: impl IntoIterator<Item = &'r Replay>) -> Self {
        let row = |replay: &Replay| {
            let (state, event) = replay.place().unwrap_or_default();
            let message = match (replay.difference(), replay.missing()) {
                (Some(difference), _) => difference.to_string(),
                (None, Some(missing)) => missing.to_string(),
                (None, None) => String::new(),
            };
            Row {
                file: replay.file().to_owned(),
                verdict: replay.verdict(),
                state: state.map(str::to_owned),
                event,
                message,
            }
        };
        Self { rows: replays.into_iter().map(row).collect() }
    }

    /// Returns the number of executions with a verdict.
    pub fn count(&self, verdict: ReplayVerdict) -> usize {
        self.rows.iter().filter(|row| row.verdict == verdict).count()
    }

    /// Returns whether all executions take the same path.
    pub fn is_same(&self) -> bool {
        self.rows.iter().all(|row| row.verdict == ReplayVerdict::SameWay)
    }

    /// Returns the number of executions with a verdict at each state, the largest first; `None` is the start.
    pub fn states(&self, verdict: ReplayVerdict) -> Vec<(Option<&str>, usize)> {
        let mut counts: BTreeMap<Option<&str>, usize> = BTreeMap::new();
        for row in self.rows.iter().filter(|row| row.verdict == verdict) {
            *counts.entry(row.state.as_deref()).or_default() += 1;
        }
        let mut counts: Vec<_> = counts.into_iter().collect();
        counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        counts
    }

    /// Converts the summary to JSON.
    pub fn to_json(&self) -> Value {
        let states = |verdict| {
            let states = self.states(verdict).into_iter();
            states.map(|(state, count)| json!({ "state": state, "executions": count })).collect::<Vec<_>>()
        };
        json!({
            "executions": self.rows.len(),
            "sameWay": self.count(ReplayVerdict::SameWay),
            "anotherWay": self.count(ReplayVerdict::AnotherWay),
            "answerMissing": self.count(ReplayVerdict::AnswerMissing),
            "anotherWayAt": states(ReplayVerdict::AnotherWay),
            "answerMissingAt": states(ReplayVerdict::AnswerMissing),
        })
    }

    fn sentence(&self) -> String {
        let all = match self.rows.len() {
            1 => "of 1 execution".to_owned(),
            count => format!("of {count} executions"),
        };
        let mut parts = Vec::new();
        for (verdict, what) in [
            (ReplayVerdict::AnotherWay, "would take another path"),
            (ReplayVerdict::AnswerMissing, "would need an answer that the history does not have"),
        ] {
            let states = self.states(verdict);
            let name =
                |state: &Option<&str>| state.map_or_else(|| "the start".to_owned(), |state| format!("`{state}`"));
            let places = match states.as_slice() {
                [] => continue,
                [(state, 1)] => format!("at {}", name(state)),
                [(state, _)] => format!("all at {}", name(state)),
                several => several
                    .iter()
                    .map(|(state, count)| format!("{count} at {}", name(state)))
                    .collect::<Vec<_>>()
                    .join(", "),
            };
            parts.push(format!("{} {what}, {places}", self.count(verdict)));
        }
        match parts.is_empty() {
            true => format!("{all}, all take the same path"),
            false => format!("{all}, {}", parts.join("; ")),
        }
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.rows.iter().map(|row| row.file.chars().count()).max().unwrap_or_default().max(9);
        writeln!(f, "{:<width$}  {:<14}  where", "execution", "verdict")?;
        for row in &self.rows {
            let place = match row.event {
                Some(event) => format!("event {event}: {}", row.message),
                None => row.message.clone(),
            };
            let line = format!("{:<width$}  {:<14}  {place}", row.file, row.verdict.name());
            writeln!(f, "{}", line.trim_end())?;
        }
        writeln!(f, "{}", self.sentence())
    }
}
