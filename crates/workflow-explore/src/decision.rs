//! The decisions of the world about an execution. A list of decisions replays it.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use workflow_local::Payload;

/// A decision of the world: anything that the definition does not determine.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Decision {
    /// The execution starts with this input.
    Input(Payload),
    /// A waiting task succeeds with this result.
    Succeed {
        /// The task.
        task: Task,
        /// Its result.
        result: Payload,
    },
    /// A waiting task fails or never answers.
    Fault {
        /// The task.
        task: Task,
        /// The fault.
        fault: Fault,
        /// How long the fault lasts.
        lasting: Lasting,
    },
    /// Time passes until the next timer is due, before a waiting task is answered.
    TimePasses,
}

/// A waiting task: its state, and the branches and iterations around it.
#[derive(Clone, Debug, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::derived_hash_with_manual_eq, reason = "tasks are equal if all fields are")]
#[non_exhaustive]
pub struct Task {
    /// The state's name.
    pub state: Arc<str>,
    /// The indices of the enclosing branches and iterations, outermost first.
    pub place: Vec<usize>,
}

impl PartialEq for Task {
    fn eq(&self, other: &Self) -> bool {
        // Most places are empty. `memcmp` of two empty slices is slow where it reads with a mask (AVX-512).
        self.state == other.state && self.place.iter().eq(&other.place)
    }
}

/// A fault of a task.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Fault {
    /// The task fails with this error.
    Error(Arc<str>),
    /// The task never answers: it times out or misses its heartbeat if its state has such a limit.
    Silence,
    /// The task succeeds with a result of another type.
    OtherType(Payload),
}

/// How long a fault lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Lasting {
    /// For this attempt only.
    Once,
    /// For this attempt and all its retries.
    Retries,
    /// For all further attempts in the execution.
    Forever,
}

impl Decision {
    /// Returns whether the decision is a fault.
    pub fn is_fault(&self) -> bool {
        matches!(self, Self::Fault { .. })
    }

    /// Returns the task that the decision is about.
    pub fn task(&self) -> Option<&Task> {
        match self {
            Self::Succeed { task, .. } | Self::Fault { task, .. } => Some(task),
            Self::Input(_) | Self::TimePasses => None,
        }
    }

    /// Converts the decision to JSON, which [`from_json`](Self::from_json) reads.
    ///
    /// ```
    /// use serde_json::json;
    /// use workflow_explore::Decision;
    /// let decision = Decision::from_json(&json!({ "state": "Ship", "fails": "Broken", "lasting": "once" })).unwrap();
    /// assert_eq!(decision.to_json(), json!({ "state": "Ship", "fails": "Broken", "lasting": "once" }));
    /// assert_eq!(decision.to_string(), "`Ship` fails with `Broken`");
    /// ```
    pub fn to_json(&self) -> Value {
        let of = |task: &Task, answer: &str, value: Value| {
            let mut made = json!({ "state": &*task.state });
            if !task.place.is_empty() {
                made["place"] = json!(task.place);
            }
            made[answer] = value;
            made
        };
        match self {
            Self::Input(input) => json!({ "input": input.value() }),
            Self::Succeed { task, result } => of(task, "gives", result.value().clone()),
            Self::Fault { task, fault, lasting } => {
                let mut made = match fault {
                    Fault::Error(error) => of(task, "fails", (**error).into()),
                    Fault::Silence => of(task, "never_answers", true.into()),
                    Fault::OtherType(value) => of(task, "gives_another_type", value.value().clone()),
                };
                made["lasting"] = json!(lasting);
                made
            }
            Self::TimePasses => json!({ "time_passes": true }),
        }
    }

    /// Reads the output of [`to_json`](Self::to_json). Returns `None` for any other value.
    pub fn from_json(value: &Value) -> Option<Self> {
        let members = value.as_object()?;
        if let Some(input) = members.get("input") {
            return Some(Self::Input(Payload::new(input.clone())));
        }
        if members.contains_key("time_passes") {
            return Some(Self::TimePasses);
        }
        let place = members.get("place").map(|place| serde_json::from_value(place.clone()));
        let place = place.transpose().ok()?.unwrap_or_default();
        let task = Task { state: members.get("state")?.as_str()?.into(), place };
        if let Some(result) = members.get("gives") {
            return Some(Self::Succeed { task, result: Payload::new(result.clone()) });
        }
        let lasting = members.get("lasting").map_or(Ok(Lasting::Once), Lasting::deserialize).ok()?;
        let fault = match (members.get("fails"), members.get("gives_another_type")) {
            (Some(error), _) => Fault::Error(error.as_str()?.into()),
            (None, Some(value)) => Fault::OtherType(Payload::new(value.clone())),
            (None, None) => members.contains_key("never_answers").then_some(Fault::Silence)?,
        };
        Some(Self::Fault { task, fault, lasting })
    }
}

impl fmt::Display for Task {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`", self.state)?;
        if self.place.is_empty() { Ok(()) } else { write!(f, " {:?}", self.place) }
    }
}

/// The maximum number of characters of a value to show.
const SHOWN: usize = 120;

/// Formats a value and shortens it to its first characters.
pub(crate) fn shown(value: &Value) -> String {
    shortened(&value.to_string(), SHOWN)
}

/// Returns the first characters of a long text.
pub(crate) fn shortened(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

impl fmt::Display for Decision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Input(input) => write!(f, "the input is {}", shown(input)),
            Self::Succeed { task, result } => write!(f, "{task} gives {}", shown(result)),
            Self::Fault { task, fault, lasting } => {
                match fault {
                    Fault::Error(error) => write!(f, "{task} fails with `{error}`")?,
                    Fault::Silence => write!(f, "{task} never answers")?,
                    Fault::OtherType(value) => write!(f, "{task} gives a value of another type: {}", shown(value))?,
                }
                f.write_str(match lasting {
                    Lasting::Once => "",
                    Lasting::Retries => ", at each attempt",
                    Lasting::Forever => ", from now on",
                })
            }
            Self::TimePasses => f.write_str("time passes"),
        }
    }
}
