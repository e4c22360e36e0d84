//! The error of reading and replaying histories.

use std::fmt::Display;

/// An error that prevents reading or replaying a history.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{problem}{}{help}", if help.is_empty() { "" } else { "\n  = help: " })]
#[non_exhaustive]
pub struct ReplayError {
    /// The problem, with the file, and the event if there is one.
    pub problem: String,
    /// What you can do; empty if that follows from the problem.
    pub help: String,
}

impl ReplayError {
    pub(crate) fn new(problem: impl Into<String>, help: impl Into<String>) -> Self {
        Self { problem: problem.into(), help: help.into() }
    }

    pub(crate) fn at(file: &str, event: u64, problem: impl Display, help: impl Into<String>) -> Self {
        Self::new(format!("{file}: event {event}: {problem}"), help)
    }

    /// Creates the error of a file that is not what is needed.
    pub(super) fn is_not(file: &str, what: &str, found: impl Display) -> Self {
        let help = "`aws stepfunctions get-execution-history --execution-arn … --include-execution-data` prints one";
        Self::new(format!("{file} is not {what}: {found}"), help)
    }
}
