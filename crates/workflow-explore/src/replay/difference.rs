//! The first difference between the paths of a replayed execution and the recorded one.

use std::fmt;

use serde_json::{Value, json};
use workflow_local::Status;

use super::json_path::{PathDifference, shortened};

/// The first difference between a replayed execution and the recorded one.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Difference {
    /// The number of the recorded event at which the paths differ.
    pub event: u64,
    /// The state at which the paths differ; `None` at the start.
    pub state: Option<String>,
    /// How they differ.
    pub kind: DifferenceKind,
    /// The history file of the child of a map run that has the difference; `None` for the execution itself.
    pub file: Option<String>,
}

/// How two paths differ.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum DifferenceKind {
    /// A different state follows.
    Entered {
        /// The recorded state; `None` where the recorded execution, branch or iteration ends.
        recorded: Option<String>,
        /// The replayed state; `None` where the replayed execution, branch or iteration ends.
        replayed: Option<String>,
    },
    /// A task gets a different request.
    Called {
        /// The differences of the requests.
        paths: Vec<PathDifference>,
    },
    /// A task has fewer attempts.
    Tried {
        /// The number of recorded attempts.
        recorded: usize,
        /// The number of replayed attempts.
        replayed: usize,
    },
    /// A map has a different number of items.
    Items {
        /// The recorded number.
        recorded: u64,
        /// The replayed number.
        replayed: u64,
    },
    /// A child of a map run gets a different input.
    Input {
        /// The differences of the inputs.
        paths: Vec<PathDifference>,
    },
    /// The execution ends differently.
    Ended {
        /// The recorded end.
        recorded: Box<End>,
        /// The replayed end.
        replayed: Box<End>,
        /// The differences of the outputs.
        paths: Vec<PathDifference>,
    },
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
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct DataDifference {
    /// The number of the recorded event that leaves the state.
    pub event: u64,
    /// The state whose data differ.
    pub state: String,
    /// The differences of its output and, as `$name`, of the variables that it assigns.
    pub paths: Vec<PathDifference>,
}

impl DifferenceKind {
    /// Returns the name in machine-readable output.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Entered { .. } => "other state",
            Self::Called { .. } => "other request",
            Self::Tried { .. } => "fewer attempts",
            Self::Items { .. } => "other number of items",
            Self::Input { .. } => "other input of a child",
            Self::Ended { .. } => "other end",
        }
    }

    /// Returns the values that differ.
    pub fn paths(&self) -> &[PathDifference] {
        match self {
            Self::Called { paths } | Self::Input { paths } | Self::Ended { paths, .. } => paths,
            _ => &[],
        }
    }
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.status)?;
        if let Some(output) = &self.output {
            write!(f, " with {}", shortened(&output.to_string()))?;
        }
        if let Some(error) = &self.error {
            write!(f, " with {error}")?;
        }
        match &self.cause {
            Some(cause) => write!(f, ": {}", shortened(cause)),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.state.as_deref();
        let place = |f: &mut fmt::Formatter<'_>| match name {
            Some(state) => write!(f, "`{state}`"),
            None => f.write_str("the start"),
        };
        match &self.kind {
            DifferenceKind::Entered { recorded: Some(recorded), replayed: Some(replayed) } => {
                place(f)?;
                write!(f, " is followed by `{replayed}` instead of `{recorded}`")
            }
            DifferenceKind::Entered { recorded: Some(recorded), replayed: None } => {
                place(f)?;
                write!(f, " is followed by the end instead of `{recorded}`")
            }
            DifferenceKind::Entered { recorded: None, replayed } => {
                place(f)?;
                write!(f, " is followed by `{}` instead of the end", replayed.as_deref().unwrap_or_default())
            }
            DifferenceKind::Called { paths } => {
                place(f)?;
                f.write_str(" calls its task with other data")?;
                write_paths(f, paths)
            }
            DifferenceKind::Tried { recorded, replayed } => {
                place(f)?;
                write!(f, " tries its task {}, recorded {}", times(*replayed), times(*recorded))
            }
            DifferenceKind::Items { recorded, replayed } => {
                place(f)?;
                write!(f, " has {replayed} items, recorded {recorded}")
            }
            DifferenceKind::Input { paths } => {
                place(f)?;
                f.write_str(" gives a child execution another input")?;
                write_paths(f, paths)
            }
            DifferenceKind::Ended { recorded, replayed, paths } => {
                if recorded.status == replayed.status && !paths.is_empty() {
                    f.write_str("the output is another one")?;
                    return write_paths(f, paths);
                }
                write!(f, "it ends {replayed}, recorded {recorded}")
            }
        }
    }
}

/// The maximum number of differences in a message.
const NAMED: usize = 3;

fn write_paths(f: &mut fmt::Formatter<'_>, paths: &[PathDifference]) -> fmt::Result {
    for (number, path) in paths.iter().take(NAMED).enumerate() {
        write!(f, "{}{path}", if number == 0 { ": " } else { "; " })?;
    }
    match paths.len().saturating_sub(NAMED) {
        0 => Ok(()),
        more => write!(f, "; and {more} more"),
    }
}

fn times(count: usize) -> String {
    match count {
        1 => "once".to_owned(),
        count => format!("{count} times"),
    }
}

pub(super) fn paths_json(paths: &[PathDifference]) -> Value {
    let path = |path: &PathDifference| {
        let mut made = json!({ "path": path.path });
        if let Some(members) = made.as_object_mut() {
            members.extend(path.recorded.iter().map(|value| ("recorded".to_owned(), value.clone())));
            members.extend(path.replayed.iter().map(|value| ("replayed".to_owned(), value.clone())));
        }
        made
    };
    paths.iter().map(path).collect()
}

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
            "kind": self.kind.name(),
            "file": self.file,
            "message": self.to_string(),
            "paths": paths_json(self.kind.paths()),
        });
        let (recorded, replayed) = match &self.kind {
            DifferenceKind::Entered { recorded, replayed } => (json!(recorded), json!(replayed)),
            DifferenceKind::Tried { recorded, replayed } => (json!(recorded), json!(replayed)),
            DifferenceKind::Items { recorded, replayed } => (json!(recorded), json!(replayed)),
            DifferenceKind::Ended { recorded, replayed, .. } => (recorded.to_json(), replayed.to_json()),
            DifferenceKind::Called { .. } | DifferenceKind::Input { .. } => return made,
        };
        if let Some(members) = made.as_object_mut() {
            members.insert("recorded".to_owned(), recorded);
            members.insert("replayed".to_owned(), replayed);
        }
        made
    }
}
