//! Continues a recorded execution from one of its states: with another definition, input or answer.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::{Map, Value};

use crate::driver::Driver;
use crate::engine::Engine;
use crate::error::RunError;
use crate::execution::Execution;
use crate::history::HistoryEvent;

/// Why an execution cannot be continued from a state.
#[derive(Debug)]
#[non_exhaustive]
pub enum ForkError {
    /// The execution did not enter the state.
    NotEntered {
        /// The state's name.
        state: String,
    },
    /// The history does not have the data: it was fetched without, or the data was cut.
    NoData {
        /// The state's name.
        state: String,
    },
    /// The state cannot be run.
    Run(RunError),
}

impl fmt::Display for ForkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotEntered { state } => write!(f, "the execution did not enter the state `{state}`"),
            Self::NoData { state } => {
                write!(f, "the history has no input of the state `{state}`, or only a part of it")
            }
            Self::Run(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for ForkError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Run(error) => error.source(),
            _ => None,
        }
    }
}

impl Engine {
    /// Continues a recorded execution where it last entered a state, with this engine's definition and handlers. `history`
    /// has the form of [`GetExecutionHistory`]. The execution has the recorded input, the state its recorded input and
    /// variables; [`Execution::set_next_input`] and [`Execution::set_variable`] change them. A state of a branch or of an
    /// item processor runs that branch or item processor alone, to its end. Time begins as in other executions.
    ///
    /// ```
    /// # use serde_json::json;
    /// # use workflow_local::Engine;
    /// let definition = |bonus: i32| json!({
    ///     "StartAt": "Count", "QueryLanguage": "JSONata",
    ///     "States": {
    ///         "Count": { "Type": "Pass", "Assign": { "sum": "{% $states.input.n %}" }, "Next": "Tell" },
    ///         "Tell": { "Type": "Pass", "Output": format!("{{% $sum + {bonus} %}}"), "End": true }
    ///     }
    /// });
    /// let recorded = Engine::new(&definition(1))?.run(&json!({ "n": 40 }))?;
    /// let forked = recorded.fork(&Engine::new(&definition(2))?, "Tell")?.finish()?;
    /// forked.assert_path(["Tell"]);
    /// forked.assert_output(42);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// See [`ForkError`].
    ///
    /// [`GetExecutionHistory`]: https://docs.aws.amazon.com/step-functions/latest/apireference/API_GetExecutionHistory.html
    pub fn fork(&self, history: &Value, state: impl AsRef<str>) -> Result<Driver<'_>, ForkError> {
        let state = state.as_ref();
        let events = history.get("events").unwrap_or(history).as_array().map(Vec::as_slice).unwrap_or_default();
        let no_data = || ForkError::NoData { state: state.to_owned() };
        let entered = events.iter().rfind(|event| is_entry(event) && details(event)["name"] == state);
        let entered = entered.ok_or_else(|| ForkError::NotEntered { state: state.to_owned() })?;
        let input = payload(details(entered), "input").ok_or_else(no_data)?;
        let started = events.iter().find(|event| event["type"] == "ExecutionStarted");
        let execution_input = started.and_then(|event| payload(details(event), "input")).ok_or_else(no_data)?;
        // Each event names the one before it, in its branch and then around it.
        let by_id: BTreeMap<_, _> = events.iter().map(|event| (event["id"].as_u64(), event)).collect();
        let mut variables = Map::new();
        let mut next = by_id.get(&entered["previousEventId"].as_u64()).copied();
        while let Some(event) = next {
            let details = details(event);
            let is_visible = details["name"].as_str().is_some_and(|name| self.is_around(name, state));
            let assigned = details["assignedVariables"].as_object().filter(|_| is_visible);
            for (name, value) in assigned.into_iter().flatten() {
                if !variables.contains_key(name) {
                    let value = value.as_str().and_then(|text| serde_json::from_str(text).ok()).ok_or_else(no_data)?;
                    variables.insert(name.clone(), value);
                }
            }
            let before = event["previousEventId"].as_u64().filter(|before| Some(*before) < event["id"].as_u64());
            next = before.and_then(|before| by_id.get(&Some(before)).copied());
        }
        self.driver_with(state, execution_input, input, variables).map_err(ForkError::Run)
    }
}

impl Execution {
    /// Continues this execution where it last entered a state, with the definition and the handlers of an engine: see
    /// [`Engine::fork`]. This execution stays as it is.
    ///
    /// # Errors
    /// See [`ForkError`].
    pub fn fork<'e>(&self, engine: &'e Engine, state: impl AsRef<str>) -> Result<Driver<'e>, ForkError> {
        engine.fork(&self.history().iter().map(HistoryEvent::to_api_json).collect(), state)
    }
}

fn is_entry(event: &Value) -> bool {
    event["type"].as_str().is_some_and(|kind| kind.ends_with("StateEntered"))
}

/// Returns the member of an event with its details.
fn details(event: &Value) -> &Value {
    let members = event.as_object().into_iter().flatten();
    members.into_iter().find(|(name, _)| name.ends_with("EventDetails")).map_or(&Value::Null, |(_, details)| details)
}

/// Returns a payload that was not cut.
fn payload(details: &Value, name: &str) -> Option<Value> {
    let is_cut = details[format!("{name}Details")]["truncated"] == true;
    serde_json::from_str(details[name].as_str().filter(|_| !is_cut)?).ok()
}
