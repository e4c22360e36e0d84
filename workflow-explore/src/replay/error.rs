//! Why a history cannot be replayed.

use std::fmt;

use workflow_local::DefinitionError;

/// Why a history cannot be read or replayed. Each message names the file, the event where there is one, and what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReplayError {
    /// A file or folder cannot be read.
    #[error("cannot read {file}: {reason}")]
    Unreadable {
        /// The file.
        file: String,
        /// Why.
        reason: String,
    },
    /// A folder has no history.
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
        /// Why, with line and column.
        reason: String,
    },
    /// A file is JSON, but no history.
    #[error("{file} is not a history: {found}{EXPORT}")]
    NotHistory {
        /// The file.
        file: String,
        /// What was found instead.
        found: String,
    },
    /// An event cannot be used.
    #[error("{file}: event {event}: {problem}\n  = help: {help}")]
    Event {
        /// The file.
        file: String,
        /// The number of the event.
        event: u64,
        /// What is wrong with it.
        problem: String,
        /// How to fix it.
        help: String,
    },
    /// Events are missing.
    #[error("{file}: {problem}\n  = help: {help}")]
    CutOff {
        /// The file.
        file: String,
        /// Which events are missing.
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
        /// How many states it enters, in words.
        states: String,
        /// The name of a state that is most like it.
        nearest: Option<String>,
    },
    /// No definition is known.
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
        /// What is wrong.
        error: DefinitionError,
    },
    /// An execution cannot be written as a mock file or a test.
    #[error("{file} cannot be written as a mock file or a test: {problem}\n  = help: {help}")]
    NoAnswers {
        /// The file.
        file: String,
        /// Why.
        problem: String,
        /// What to do instead.
        help: String,
    },
}

/// The command that exports a history.
pub(crate) const EXPORT: &str =
    "\n  = help: `aws stepfunctions get-execution-history --execution-arn … --include-execution-data` prints one";

/// `did you mean`, where a name is near.
struct Like<'a>(Option<&'a str>);

impl fmt::Display for Like<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(name) => write!(f, " (nearest: `{name}`)"),
            None => Ok(()),
        }
    }
}
