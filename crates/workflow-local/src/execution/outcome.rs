//! Reading an execution: its status, output, error, history and times.

use std::fmt;

use serde::de::DeserializeOwned;

use super::thread::RunId;
use super::{Execution, Status};
use crate::clock::Instant;
use crate::history::{Details, HistoryEvent, HistoryTable};
use crate::payload::Payload;
use crate::task::TaskId;

impl Execution {
    /// Returns the status.
    pub fn status(&self) -> Status {
        self.run(RunId(0)).status
    }

    /// Returns the input.
    pub fn input(&self) -> &Payload {
        &self.run(RunId(0)).input
    }

    /// Returns the output, if the execution succeeded.
    pub fn output(&self) -> Option<&Payload> {
        self.run(RunId(0)).output.as_ref()
    }

    /// Deserializes the output.
    ///
    /// # Errors
    /// Returns an error if there is no output, or it does not match the type.
    pub fn output_as<T: DeserializeOwned>(&self) -> Result<T, OutputError> {
        let output = self.output().ok_or_else(|| OutputError::NoOutput(self.outcome()))?;
        T::deserialize(output.value()).map_err(|error| OutputError::OtherType(error, output.to_string()))
    }

    /// Returns the error's name, if the execution did not succeed and the error has one.
    pub fn error(&self) -> Option<&str> {
        self.run(RunId(0)).error.as_deref()
    }

    /// Returns the cause, if the execution did not succeed and there is one.
    pub fn cause(&self) -> Option<&str> {
        self.run(RunId(0)).cause.as_deref()
    }

    /// Returns the events so far, in order.
    pub fn history(&self) -> &[HistoryEvent] {
        &self.run(RunId(0)).history
    }

    /// Returns the events so far as a readable table.
    pub fn history_table(&self) -> HistoryTable<'_> {
        HistoryTable::new(self.history())
    }

    /// Returns the names of the entered states, in order.
    pub fn path(&self) -> Vec<&str> {
        let entered = self.history().iter().filter_map(|event| match &event.details {
            Details::StateEntered { name, .. } => Some(&**name),
            _ => None,
        });
        entered.collect()
    }

    /// Returns the start time.
    pub fn started_at(&self) -> Instant {
        self.run(RunId(0)).started
    }

    /// Returns the end time.
    pub fn stopped_at(&self) -> Option<Instant> {
        self.run(RunId(0)).stopped
    }

    /// Returns the current time, by the execution's clock.
    pub fn now(&self) -> Instant {
        self.now
    }

    /// Returns the ARN of the execution.
    pub fn arn(&self) -> &str {
        &self.start.execution_arn
    }

    /// Returns the name of the execution.
    pub fn name(&self) -> &str {
        &self.start.name
    }

    /// Returns the scheduled tasks without an answer, and their states.
    pub fn waiting_tasks(&self) -> Vec<(TaskId, &str)> {
        let waiting = self.tasks.iter().filter_map(|(task, thread)| {
            let visit = self.threads.get(thread.0)?.as_ref()?.visit.as_ref()?;
            Some((*task, &*visit.name))
        });
        waiting.collect()
    }

    /// Returns status, output or error in one line.
    fn outcome(&self) -> String {
        let run = self.run(RunId(0));
        let mut text = run.status.name().to_owned();
        for part in
            [run.output.as_ref().map(ToString::to_string).as_deref(), run.error.as_deref(), run.cause.as_deref()]
                .into_iter()
                .flatten()
        {
            text.push_str(": ");
            text.push_str(part);
        }
        text
    }
}

impl fmt::Display for Execution {
    /// Writes the history as a table, then the outcome.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.history_table(), self.outcome())
    }
}

impl fmt::Debug for Execution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The error of [`Execution::output_as`].
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OutputError {
    /// The execution did not succeed. This is its outcome.
    #[error("the execution has no output: {0}")]
    NoOutput(String),
    /// The output does not match the type: the error, and the output.
    #[error("the output does not fit the type: {0}; it is {1}")]
    OtherType(#[source] serde_json::Error, String),
}
