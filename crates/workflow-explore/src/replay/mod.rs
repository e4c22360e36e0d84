//! Plays recorded executions against a changed definition: which of last week's executions would take another path?
//!
//! A [`Recording`] is a history as AWS exports it. [`replay`] runs a definition with the recorded input, answers of
//! tasks and times, and checks whether the execution takes the same path: the same states in the same order, the same
//! requests of tasks, and the same end. Answers are found by the name of the state, in the order of its visits, within
//! each branch and each item of a map.
//!
//! ```
//! use serde_json::json;
//! use workflow_explore::replay::{Recording, ReplayVerdict, replay};
//! use workflow_local::Engine;
//!
//! let machine = |least: f64| json!({ "StartAt": "GoodEnough", "States": {
//!     "GoodEnough": { "Type": "Choice", "Default": "Retrain",
//!         "Choices": [{ "Variable": "$.score", "NumericGreaterThanEquals": least, "Next": "Deploy" }] },
//!     "Deploy": { "Type": "Succeed" },
//!     "Retrain": { "Type": "Fail", "Error": "NotGoodEnough" } } });
//!
//! // In a test, a history is made by an engine or read from a file: `Recording::read(name, &std::fs::read(name)?)`.
//! let execution = Engine::new(&machine(0.8))?.run(&json!({ "score": 0.85 }))?;
//! let recording = Recording::of(&execution)?;
//!
//! let same = replay(&Engine::new(&machine(0.8))?, &recording)?;
//! assert_eq!(same.verdict(), ReplayVerdict::SameWay);
//!
//! let other = replay(&Engine::new(&machine(0.9))?, &recording)?;
//! assert_eq!(other.verdict(), ReplayVerdict::AnotherWay);
//! assert_eq!(other.to_string(), "another path from event 4: `GoodEnough` is followed by `Retrain` instead of `Deploy`\n");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod compare;
mod difference;
mod documents;
mod error;
mod files;
mod json_path;
mod matching;
mod missing;
mod noted;
mod objects;
mod output;
mod play;
mod reading;
mod recorded_answer;
mod recording;
mod replayer;
mod summary;
mod trace;

use std::fmt;

use serde_json::{Value, json};
use workflow_local::{Engine, Execution};

use compare::{Compared, end_of};
pub use difference::{DataDifference, Difference, End};
pub use documents::histories;
pub use error::ReplayError;
pub use files::Recordings;
pub use json_path::PathDifference;
pub(crate) use json_path::differences;
use matching::Recorded;
pub use missing::MissingAnswer;
pub(crate) use noted::Fact;
use play::Played;
pub use recording::Recording;
pub use replayer::Replayer;
pub use summary::Summary;
pub(crate) use trace::{Answered, Trace, graph_event};

/// Plays a recorded execution against the workflow that an engine runs. To play many, create one
/// [`Replayer`](Replayer::new).
///
/// # Errors
/// Returns an error if the history is of another state machine.
pub fn replay(engine: &Engine, recording: &Recording) -> Result<Replay, ReplayError> {
    Replayer::new(engine).replay(recording)
}

/// Whether a replayed execution takes the recorded path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum ReplayVerdict {
    /// The states, requests and end are the same.
    SameWay,
    /// A state, a request or the end differs.
    AnotherWay,
    /// The path is the same up to an answer that the history does not have.
    AnswerMissing,
}

impl ReplayVerdict {
    /// Returns the name in machine-readable output.
    pub fn name(self) -> &'static str {
        match self {
            Self::SameWay => "same path",
            Self::AnotherWay => "another path",
            Self::AnswerMissing => "answer missing",
        }
    }
}

/// The result of a replay.
#[derive(Debug)]
#[non_exhaustive]
pub struct Replay {
    /// The file of the history.
    pub file: String,
    /// The first difference from the recorded path.
    pub difference: Option<Difference>,
    /// The first state whose data differ before the path differs.
    pub since: Option<DataDifference>,
    /// The missing answer at which the replay ended. An execution that takes another path often needs one.
    pub missing: Option<MissingAnswer>,
    /// The paths of values that differ but were ignored, because they come from the clock, random numbers, task tokens or the
    /// names of executions.
    pub ignored: Vec<String>,
    /// How the recorded execution ended.
    pub recorded: Option<End>,
    /// The replayed execution, up to its end or the missing answer.
    pub execution: Execution,
}

impl Replay {
    fn of(recording: &Recording, recorded: &Recorded, played: Played<'_>, compared: Compared) -> Self {
        let Compared { difference, since, ignored } = compared;
        // A difference after a missing answer means nothing.
        let missing_at = played.missing.as_ref().and_then(|missing| missing.event.filter(|_| missing.file.is_none()));
        let difference = difference
            .filter(|difference| difference.file.is_some() || missing_at.is_none_or(|event| difference.event <= event));
        Self {
            file: recording.file.clone(),
            since: since.filter(|_| difference.is_some()),
            difference,
            missing: played.missing,
            ignored: ignored.into_iter().collect(),
            recorded: end_of(&recorded.trace),
            execution: played.execution,
        }
    }

    /// Returns the verdict.
    pub fn verdict(&self) -> ReplayVerdict {
        match (&self.difference, &self.missing) {
            (Some(_), _) => ReplayVerdict::AnotherWay,
            (None, Some(_)) => ReplayVerdict::AnswerMissing,
            (None, None) => ReplayVerdict::SameWay,
        }
    }

    /// Returns the state and the recorded event that the verdict is about.
    pub fn place(&self) -> Option<(Option<&str>, Option<u64>)> {
        match (&self.difference, &self.missing) {
            (Some(difference), _) => Some((difference.state.as_deref(), Some(difference.event))),
            (None, Some(missing)) => Some((Some(&missing.state), missing.event)),
            (None, None) => None,
        }
    }

    /// Fails a test unless the execution takes the recorded path.
    ///
    /// # Panics
    /// Panics if the execution takes another path or an answer is missing.
    #[track_caller]
    pub fn assert_same_way(&self) {
        assert!(self.verdict() == ReplayVerdict::SameWay, "{}: {self}\n{}", self.file, self.execution);
    }

    /// Converts the replay to JSON.
    pub fn to_json(&self) -> Value {
        let (state, event) = self.place().unwrap_or_default();
        json!({
            "file": self.file,
            "verdict": self.verdict().name(),
            "event": event,
            "state": state,
            "difference": self.difference.as_ref().map(Difference::to_json),
            "since": self.since,
            "missing": self.missing,
            "ignored": self.ignored,
            "end": self.recorded.as_ref().map(End::to_json),
        })
    }
}

impl fmt::Display for Replay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.verdict().name())?;
        if let Some(difference) = &self.difference {
            write!(f, " from event {}", difference.event)?;
            if let Some(file) = difference.file.as_deref().filter(|file| !file.is_empty()) {
                write!(f, " of {file}")?;
            }
            write!(f, ": {difference}")?;
        }
        if let Some(since) = &self.since {
            write!(f, "\n  the data differ since event {}, the exit of `{}`", since.event, since.state)?;
            if let Some(path) = since.paths.first() {
                write!(f, ": {path}")?;
            }
        }
        match (&self.missing, &self.difference) {
            (Some(missing), None) => {
                if let Some(event) = missing.event {
                    write!(f, " at event {event}")?;
                }
                write!(f, ": {missing}")?;
            }
            (Some(missing), Some(_)) => write!(f, "\n  then an answer is missing: {missing}")?,
            (None, _) => {}
        }
        writeln!(f)
    }
}
