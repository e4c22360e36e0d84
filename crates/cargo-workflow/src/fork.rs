//! `run --from-history`: a recorded execution that goes on from one of its states, with the recorded answers.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Args;
use serde_json::Value;
use workflow_asl::printable::printable;
use workflow_graph::history::{Attempt, Event, History};
use workflow_local::{Answers, Engine, Execution, TaskError};

use crate::definition::state_of;
use crate::{Failure, history_file};

/// Where the execution goes on.
#[derive(Args)]
pub(crate) struct From {
    /// Go on with the execution in this history file from the state --at, with the recorded input and variables of the
    /// state, and print what is different from then on. Its tasks have the recorded answers, unless --result or --mocks
    /// answers them. --input is then another input of the state. A state of a branch or of an item processor runs that
    /// alone
    #[arg(long, value_name = "HISTORY", requires = "at")]
    from_history: Option<PathBuf>,
    /// State to go on from: where the execution last entered it
    #[arg(long, value_name = "STATE", requires = "from_history")]
    at: Option<String>,
}

/// The recorded execution.
pub(crate) struct Recorded<'f> {
    /// The history, in the form of the API.
    pub(crate) events: Value,
    /// The state from which it goes on.
    pub(crate) state: &'f str,
    history: History,
    /// The event with which it entered the state.
    entered: u64,
    /// Whether the state is in a branch or in an item processor, which runs alone.
    is_inside: bool,
}

/// Returns the events of an execution of the engine, in the form of the API.
#[cfg(feature = "serve")]
pub(crate) fn api_events(execution: &Execution) -> Value {
    execution.history().iter().map(workflow_local::HistoryEvent::to_api_json).collect()
}

impl From {
    /// Reads the recorded execution, if one is named.
    pub(crate) fn read(&self) -> Result<Option<Recorded<'_>>, Failure> {
        let (Some(file), Some(state)) = (&self.from_history, &self.at) else { return Ok(None) };
        let events = history_file::read(file)?;
        let recorded = Recorded::of(events, state);
        Ok(Some(recorded.map_err(|error| format!("error: {}: {error}", file.display()))?))
    }
}

impl<'f> Recorded<'f> {
    /// Reads an execution that goes on from a state.
    pub(crate) fn of(events: Value, state: &'f str) -> Result<Self, String> {
        let history = History::read(&events)?;
        // The engine says if the state was not entered.
        let visit = history.visits.iter().rfind(|visit| visit.state == *state);
        let (entered, is_inside) = visit.map_or((u64::MAX, false), |visit| (visit.entered, visit.parent.is_some()));
        Ok(Self { events, state, history, entered, is_inside })
    }

    /// Returns the engine with the recorded answers of the tasks of its definition, unless they are answered already.
    pub(crate) fn answering(&self, engine: Engine, definition: &Value, is_answered: impl Fn(&str) -> bool) -> Engine {
        let is_task = |state: &str| state_of(definition, state).is_some_and(|state| state["Type"] == "Task");
        let answers = self.answers().into_iter().filter(|(state, _)| is_task(state) && !is_answered(state));
        answers.fold(engine, |engine, (state, answers)| engine.on_state_answers(state, answers))
    }

    /// Returns the recorded answers of the tasks from the state on.
    fn answers(&self) -> BTreeMap<&str, Answers> {
        let mut answers = BTreeMap::<&str, Answers>::new();
        for visit in self.history.visits.iter().filter(|visit| visit.entered >= self.entered) {
            for attempt in &visit.attempts {
                let known = answers.remove(visit.state.as_str()).unwrap_or_default();
                answers.insert(&visit.state, self.answered(known, attempt));
            }
        }
        answers
    }

    fn answered(&self, known: Answers, attempt: &Attempt) -> Answers {
        let events = &self.history.events;
        let ended = attempt.ended.and_then(|id| events.binary_search_by_key(&id, |event| event.id).ok());
        let ended = ended.and_then(|place| events.get(place));
        let text = |event: &Event, name: &str| event.detail(name).and_then(Value::as_str).map(str::to_owned);
        match ended {
            Some(event) if event.kind.ends_with("Succeeded") => {
                let output = text(event, "output").unwrap_or_default();
                known.gives(1, serde_json::from_str::<Value>(&output).unwrap_or(Value::String(output)))
            }
            Some(event) if !event.kind.ends_with("TimedOut") => {
                let error = TaskError::new(event.error().unwrap_or_default());
                known.fails(1, error.with_cause(text(event, "cause").unwrap_or_default()))
            }
            _ => known.never(1),
        }
    }

    /// Returns the events of the whole execution: as recorded until it entered the state, then as it goes on now.
    ///
    /// # Errors
    /// Returns an error for a state of a branch or of an item processor, which ran alone.
    #[cfg(feature = "serve")]
    pub(crate) fn continued(&self, now: &Execution) -> Result<Value, String> {
        use serde_json::json;

        if self.is_inside {
            return Err(format!("{}: there is no whole execution to save", self.ran_alone()));
        }
        let recorded = self.events.as_array().map(Vec::as_slice).unwrap_or_default();
        let id = |event: &Value| event["id"].as_u64().unwrap_or_default();
        let seconds = |event: Option<&Value>| event.and_then(|event| event["timestamp"].as_f64()).unwrap_or_default();
        let entered = recorded.iter().find(|event| id(event) == self.entered);
        let now = api_events(now);
        let now = now.as_array().map(Vec::as_slice).unwrap_or_default();
        // The first event of the part is its start, the second enters the state.
        let later = seconds(entered) - seconds(now.get(1));
        let moved = now.iter().skip(1).map(|event| {
            let mut moved = event.clone();
            moved["id"] = json!(id(event) + self.entered - 2);
            moved["previousEventId"] = match event["previousEventId"].as_u64() {
                Some(previous) if previous > 1 => json!(previous + self.entered - 2),
                _ => json!(entered.map(|event| &event["previousEventId"])),
            };
            moved["timestamp"] = json!(seconds(Some(event)) + later);
            moved
        });
        Ok(recorded.iter().filter(|event| id(event) < self.entered).cloned().chain(moved).collect())
    }

    fn ran_alone(&self) -> String {
        format!("`{}` is in a branch or an item processor, which ran alone", printable(self.state))
    }

    /// Says how the execution went on when it was recorded, and now.
    pub(crate) fn difference(&self, now: &Execution) -> String {
        if self.is_inside {
            return format!("{}\n", self.ran_alone());
        }
        let recorded = self.history.visits.iter().filter(|visit| visit.entered >= self.entered);
        let recorded: Vec<_> = recorded.map(|visit| visit.state.as_str()).collect();
        let end = self.history.events.last();
        let error = end.and_then(Event::error).map(|error| format!(": {error}")).unwrap_or_default();
        let recorded = format!("{}; {}{error}", recorded.join(", "), self.history.status.word());
        let error = now.error().map(|error| format!(": {error}")).unwrap_or_default();
        let is_now =
            format!("{}; {}{error}", now.path().join(", "), now.status().to_string().to_lowercase().replace('_', " "));
        let output = end.and_then(|event| event.detail("output")).and_then(Value::as_str);
        let output = output.and_then(|output| serde_json::from_str::<Value>(output).ok());
        let same = now.output().map(|output| output.value()) == output.as_ref();
        let text = match (recorded == is_now, same) {
            (true, true) => format!("as recorded: {is_now}"),
            (true, false) => format!("as recorded, with another output: {is_now}"),
            (false, _) => format!("recorded: {recorded}\nnow:      {is_now}"),
        };
        text.lines().map(|line| format!("{}\n", printable(line))).collect()
    }
}
