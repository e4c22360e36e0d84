//! Continues a recorded execution from one of its states: with another definition, input or answer.

use std::fmt;

use serde_json::{Map, Value};
use workflow_graph::history::{Event, History};

use crate::driver::Driver;
use crate::engine::Engine;
use crate::error::RunError;
use crate::execution::Execution;
use crate::history::HistoryEvent;

/// Why an execution cannot be continued from a state.
#[derive(Debug)]
#[non_exhaustive]
pub enum ForkError {
    /// The value is no history, for this reason.
    NoHistory(String),
    /// The execution did not enter the state.
    NotEntered {
        /// The state's name.
        state: String,
        /// The names of the states that it entered, in order.
        entered: Vec<String>,
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
            Self::NoHistory(reason) => f.write_str(reason),
            Self::NotEntered { state, entered } => {
                write!(f, "the execution did not enter the state `{state}`, but `{}`", entered.join("`, `"))
            }
            Self::NoData { state } => write!(
                f,
                "the history does not have the data of the state `{state}`: fetch it with execution data, of an execution \
                 whose data AWS did not cut"
            ),
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
        let history = History::read(history).map_err(ForkError::NoHistory)?;
        let no_data = || ForkError::NoData { state: state.to_owned() };
        let event = |id: u64| {
            let place = history.events.binary_search_by_key(&id, |event| event.id).ok()?;
            history.events.get(place)
        };
        let visit = history.visits.iter().rfind(|visit| visit.state == state);
        let Some(entered) = visit.and_then(|visit| event(visit.entered)) else {
            let mut entered: Vec<_> = history.visits.iter().map(|visit| visit.state.clone()).collect();
            entered.dedup();
            return Err(ForkError::NotEntered { state: state.to_owned(), entered });
        };
        let input = payload(entered, "input").ok_or_else(no_data)?;
        let started = history.events.first().filter(|event| event.kind == "ExecutionStarted");
        let execution_input = started.and_then(|event| payload(event, "input")).ok_or_else(no_data)?;
        // Each event names the one before it, in its branch and then around it.
        let mut variables = Map::new();
        let mut before = event(entered.previous);
        while let Some(earlier) = before {
            let name = earlier.detail("name").and_then(Value::as_str);
            let is_visible = name.is_some_and(|name| self.is_around(name, state));
            let assigned = earlier.detail("assignedVariables").and_then(Value::as_object).filter(|_| is_visible);
            for (name, value) in assigned.into_iter().flatten() {
                if !variables.contains_key(name) {
                    let value = value.as_str().and_then(|text| serde_json::from_str(text).ok()).ok_or_else(no_data)?;
                    variables.insert(name.clone(), value);
                }
            }
            before = Some(earlier.previous).filter(|previous| *previous < earlier.id).and_then(event);
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

/// Returns a payload that was not cut.
fn payload(event: &Event, name: &str) -> Option<Value> {
    let is_cut = event.detail(&format!("{name}Details")).is_some_and(|details| details["truncated"] == true);
    serde_json::from_str(event.detail(name)?.as_str().filter(|_| !is_cut)?).ok()
}
