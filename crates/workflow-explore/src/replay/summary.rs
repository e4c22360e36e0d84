//! Summarizes many replays in a table.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::{Value, json};

use super::{Replay, ReplayVerdict};
use crate::report::counted;

/// The verdicts of many replays.
///
/// The summary prints a row for each execution and a sentence for all of them.
#[derive(Clone, Debug, Default)]
pub struct Summary<'r> {
    replays: Vec<&'r Replay>,
}

impl<'r> Summary<'r> {
    /// Creates the summary of these replays.
    pub fn of(replays: impl IntoIterator<Item = &'r Replay>) -> Self {
        Self { replays: replays.into_iter().collect() }
    }

    /// Returns the number of executions with a verdict.
    pub fn count(&self, verdict: ReplayVerdict) -> usize {
        self.replays.iter().filter(|replay| replay.verdict() == verdict).count()
    }

    /// Returns whether all executions take the same path.
    pub fn is_same(&self) -> bool {
        self.count(ReplayVerdict::SameWay) == self.replays.len()
    }

    /// Returns the number of executions with a verdict at each state, the largest first; `None` is the start.
    pub fn states(&self, verdict: ReplayVerdict) -> Vec<(Option<&str>, usize)> {
        let mut counts: BTreeMap<Option<&str>, usize> = BTreeMap::new();
        for replay in self.replays.iter().filter(|replay| replay.verdict() == verdict) {
            *counts.entry(replay.place().and_then(|(state, _)| state)).or_default() += 1;
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
            "executions": self.replays.len(),
            "sameWay": self.count(ReplayVerdict::SameWay),
            "anotherWay": self.count(ReplayVerdict::AnotherWay),
            "answerMissing": self.count(ReplayVerdict::AnswerMissing),
            "anotherWayAt": states(ReplayVerdict::AnotherWay),
            "answerMissingAt": states(ReplayVerdict::AnswerMissing),
        })
    }

    fn sentence(&self) -> String {
        let all = format!("of {}", counted(self.replays.len() as u64, "execution"));
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

impl fmt::Display for Summary<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.replays.iter().map(|replay| replay.file.chars().count()).max().unwrap_or_default().max(9);
        writeln!(f, "{:<width$}  {:<14}  where", "execution", "verdict")?;
        for replay in &self.replays {
            let message = match (&replay.difference, &replay.missing) {
                (Some(difference), _) => difference.to_string(),
                (None, Some(missing)) => missing.to_string(),
                (None, None) => String::new(),
            };
            let event = replay.place().and_then(|(_, event)| event);
            let event = event.map(|event| format!("event {event}: ")).unwrap_or_default();
            let line = format!("{:<width$}  {:<14}  {event}{message}", replay.file, replay.verdict().name());
            writeln!(f, "{}", line.trim_end())?;
        }
        writeln!(f, "{}", self.sentence())
    }
}
