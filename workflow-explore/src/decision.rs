//! What the world decides of an execution, and the list of decisions that replays one.

use std::fmt;
use std::sync::Arc;

use serde_json::{Map, Value, json};
use workflow_local::Payload;

/// One decision of the world: everything that the definition does not say.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Decision {
    /// The execution starts with this input.
    Input(Payload),
    /// A task that waits succeeds with this result.
    Succeed {
        /// The task.
        task: Task,
        /// Its result.
        result: Payload,
    },
    /// A task that waits goes wrong.
    Fault {
        /// The task.
        task: Task,
        /// How it goes wrong.
        fault: Fault,
        /// For how long.
        lasting: Lasting,
    },
    /// Time passes until the next timer is due, before any task that waits is answered.
    TimePasses,
}

/// A task that waits: its state, and which branches and iterations it is in.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct Task {
    /// The state's name.
    pub state: Arc<str>,
    /// The numbers of the branches and iterations around it, the outermost first.
    pub place: Vec<usize>,
}

/// How a task goes wrong.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Fault {
    /// It fails with this error.
    Error(Arc<str>),
    /// It never answers: it times out or misses its heartbeat, where its state says when.
    Silence,
    /// It succeeds with a result of another type.
    OtherType(Payload),
}

/// For how long a task goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Lasting {
    /// At this attempt.
    Once,
    /// At this attempt and all that retriers make of it.
    Retries,
    /// Whenever the state is tried from now on.
    Forever,
}

impl Lasting {
    fn name(self) -> &'static str {
        match self {
            Self::Once => "once",
            Self::Retries => "retries",
            Self::Forever => "forever",
        }
    }
}

impl Decision {
    /// Whether something goes wrong.
    pub fn is_fault(&self) -> bool {
        matches!(self, Self::Fault { .. })
    }

    /// The task that is decided of.
    pub fn task(&self) -> Option<&Task> {
        match self {
            Self::Succeed { task, .. } | Self::Fault { task, .. } => Some(task),
            Self::Input(_) | Self::TimePasses => None,
        }
    }

    /// As JSON, which [`from_json`](Self::from_json) reads.
    ///
    /// ```
    /// use serde_json::json;
    /// use workflow_explore::Decision;
    /// let decision = Decision::from_json(&json!({ "state": "Ship", "fails": "Broken", "lasting": "once" })).unwrap();
    /// assert_eq!(decision.to_json(), json!({ "state": "Ship", "fails": "Broken", "lasting": "once" }));
    /// assert_eq!(decision.to_string(), "`Ship` fails with `Broken`");
    /// ```
    pub fn to_json(&self) -> Value {
        let of = |task: &Task| {
            let mut members = Map::new();
            members.insert("state".to_owned(), (*task.state).into());
            if !task.place.is_empty() {
                members.insert("place".to_owned(), json!(task.place));
            }
            members
        };
        match self {
            Self::Input(input) => json!({ "input": input.value() }),
            Self::Succeed { task, result } => {
                let mut members = of(task);
                members.insert("gives".to_owned(), result.value().clone());
                Value::Object(members)
            }
            Self::Fault { task, fault, lasting } => {
                let mut members = of(task);
                let (name, value) = match fault {
                    Fault::Error(error) => ("fails", Value::from(&**error)),
                    Fault::Silence => ("never_answers", Value::Bool(true)),
                    Fault::OtherType(value) => ("gives_another_type", value.value().clone()),
                };
                members.insert(name.to_owned(), value);
                members.insert("lasting".to_owned(), lasting.name().into());
                Value::Object(members)
            }
            Self::TimePasses => json!({ "time_passes": true }),
        }
    }

    /// Reads what [`to_json`](Self::to_json) gives; `None` for anything else.
    pub fn from_json(value: &Value) -> Option<Self> {
        let members = value.as_object()?;
        if let Some(input) = members.get("input") {
            return Some(Self::Input(Payload::new(input.clone())));
        }
        if members.contains_key("time_passes") {
            return Some(Self::TimePasses);
        }
        let place = match members.get("place") {
            Some(place) => {
                let numbers = place.as_array()?.iter();
                numbers
                    .map(|number| number.as_u64().and_then(|number| usize::try_from(number).ok()))
                    .collect::<Option<_>>()?
            }
            None => Vec::new(),
        };
        let task = Task { state: members.get("state")?.as_str()?.into(), place };
        if let Some(result) = members.get("gives") {
            return Some(Self::Succeed { task, result: Payload::new(result.clone()) });
        }
        let all = [Lasting::Once, Lasting::Retries, Lasting::Forever];
        let lasting = members.get("lasting").and_then(Value::as_str).unwrap_or("once");
        let lasting = all.into_iter().find(|one| one.name() == lasting)?;
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
        if self.place.is_empty() {
            return Ok(());
        }
        let place: Vec<_> = self.place.iter().map(ToString::to_string).collect();
        write!(f, " [{}]", place.join(", "))
    }
}

/// How many characters of a value are shown.
const SHOWN: usize = 120;

/// The beginning of a value.
pub(crate) fn shortened(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}

impl fmt::Display for Decision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Input(input) => write!(f, "the input is {}", shortened(input)),
            Self::Succeed { task, result } => write!(f, "{task} gives {}", shortened(result)),
            Self::Fault { task, fault, lasting } => {
                match fault {
                    Fault::Error(error) => write!(f, "{task} fails with `{error}`")?,
                    Fault::Silence => write!(f, "{task} never answers")?,
                    Fault::OtherType(value) => write!(f, "{task} gives a value of another type: {}", shortened(value))?,
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
