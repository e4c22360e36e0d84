//! The errors of reading and replaying histories.

use std::fmt;

use workflow_local::DefinitionError;

/// An error that prevents reading or replaying a history. Each message names the file, the event if there is one, and a
/// remedy.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReplayError {
    /// A file or folder cannot be read.
    #[error("cannot read {file}: {reason}")]
    Unreadable {
        /// The file.
        file: String,
        /// The reason.
        reason: String,
    },
    /// A folder contains no history.
    #[error(
        "{folder} contains no history\n  = help: save one there: `aws stepfunctions get-execution-history --execution-arn … > {folder}/NAME.json`"
    )]
    NoHistory {
        /// The folder.
        folder: String,
    },
    /// A file is not JSON.
    #[error("{file} is not JSON: {reason}{EXPORT}")]
    NotJson {
        /// The file.
        file: String,
        /// The reason, with line and column.
        reason: String,
    },
    /// A file is JSON, but not a history.
    #[error("{file} is not a history: {found}{EXPORT}")]
    NotHistory {
        /// The file.
        file: String,
        /// A description of the contents.
        found: String,
    },
    /// An event is invalid.
    #[error("{file}: event {event}: {problem}\n  = help: {help}")]
    Event {
        /// The file.
        file: String,
        /// The number of the event.
        event: u64,
        /// The problem.
        problem: String,
        /// How to fix it.
        help: String,
    },
    /// Events are missing.
    #[error("{file}: {problem}\n  = help: {help}")]
    CutOff {
        /// The file.
        file: String,
        /// The missing events.
        problem: String,
        /// How to fix it.
        help: String,
    },
    /// The history is of another state machine.
    #[error(
        "{file} is the history of another state machine: event {event} enters `{state}`, and the definition has none of its {states}{}\n  = help: name its own definition, or a changed one, with --definition",
        Like(nearest.as_deref())
    )]
    OtherMachine {
        /// The file.
        file: String,
        /// The number of the event that enters the first state.
        event: u64,
        /// The first state.
        state: String,
        /// The number of states that the history enters, in words.
        states: String,
        /// The most similar name of a state.
        nearest: Option<String>,
    },
    /// The definition is unknown.
    #[error(
        "{file}: the definition is not known: a history does not contain it\n  = help: name a file with --definition, or save the execution's own beside it: `aws stepfunctions describe-state-machine-for-execution --execution-arn … > {beside}`"
    )]
    NoDefinition {
        /// The file.
        file: String,
        /// The file to save the definition in.
        beside: String,
    },
    /// The definition has errors.
    #[error("{file}: {error}")]
    Definition {
        /// The file of the history.
        file: String,
        /// The error.
        error: DefinitionError,
    },
    /// An execution cannot be written as a mock file or a test.
    #[error("{file} cannot be written as a mock file or a test: {problem}\n  = help: {help}")]
    NoAnswers {
        /// The file.
        file: String,
        /// The reason.
        problem: String,
        /// What you can do instead.
        help: String,
    },
}

/// The command that exports a history.
pub(crate) const EXPORT: &str =
    "\n  = help: `aws stepfunctions get-execution-history --execution-arn … --include-execution-data` prints one";

/// Formats `did you mean` if there is a similar name.
struct Like<'a>(Option<&'a str>);

impl fmt::Display for Like<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(name) => write!(f, " (nearest: `{name}`)"),
            None => Ok(()),
        }
    }
}
