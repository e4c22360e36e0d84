//! The first difference between the paths of a replayed execution and the recorded one.

use std::fmt;

use serde::Serialize;
use serde_json::{Value, json};
use workflow_local::Status;

use super::json_path::{PathDifference, SHOWN};
use crate::decision::shortened;

/// The first difference between a replayed execution and the recorded one.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Difference {
    /// The number of the recorded event at which the paths differ.
    pub event: u64,
    /// The state at which the paths differ; `None` at the start.
    pub state: Option<String>,
    /// What differs: `other state`, `other request`, `fewer attempts`, `other number of items`, `other input of a child` or
    /// `other end`.
    pub kind: &'static str,
    /// The difference as a sentence.
    pub message: String,
    /// The values of the request, the input or the output that differ.
    pub paths: Vec<PathDifference>,
    /// The recorded and the replayed state, number or end: what `kind` names, unless it is a request or an input.
    pub values: Option<[Value; 2]>,
    /// The history file of the child of a map run that has the difference; `None` for the execution itself.
    pub file: Option<String>,
}

/// How an execution ended.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct End {
    /// The status.
    pub status: Status,
    /// The output, if it succeeded.
    pub output: Option<Value>,
    /// The error's name.
    pub error: Option<String>,
    /// The cause.
    pub cause: Option<String>,
}

/// Data that differ before the paths differ.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct DataDifference {
    /// The number of the recorded event that leaves the state.
    pub event: u64,
    /// The state whose data differ.
    pub state: String,
    /// The differences of its output and, as `$name`, of the variables that it assigns.
    pub paths: Vec<PathDifference>,
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.status)?;
        if let Some(output) = &self.output {
            write!(f, " with {}", shortened(&output.to_string(), SHOWN))?;
        }
        if let Some(error) = &self.error {
            write!(f, " with {error}")?;
        }
        self.cause.as_ref().map_or(Ok(()), |cause| write!(f, ": {}", shortened(cause, SHOWN)))
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        for (number, path) in self.paths.iter().take(NAMED).enumerate() {
            write!(f, "{}{path}", if number == 0 { ": " } else { "; " })?;
        }
        match self.paths.len().saturating_sub(NAMED) {
            0 => Ok(()),
            more => write!(f, "; and {more} more"),
        }
    }
}

/// The maximum number of differing values in a message.
const NAMED: usize = 3;

impl End {
    pub(super) fn to_json(&self) -> Value {
        json!({ "status": self.status.name(), "output": self.output, "error": self.error, "cause": self.cause })
    }
}

impl Difference {
    pub(super) fn to_json(&self) -> Value {
        let mut made = json!({
            "event": self.event,
            "state": self.state,
            "kind": self.kind,
            "file": self.file,
            "message": self.to_string(),
            "paths": self.paths,
        });
        if let Some([recorded, replayed]) = &self.values {
            made["recorded"].clone_from(recorded);
            made["replayed"].clone_from(replayed);
        }
        made
    }
}
