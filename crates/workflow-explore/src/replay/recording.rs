//! A recorded execution: its checked events, and the known facts about it.

use std::collections::BTreeMap;

use serde_json::Value;
use workflow_graph::history::{Event, History};
use workflow_local::{EventType, Execution, HistoryEvent, Instant, MachineType, Status};
use workflow_services::{Arn, OwnResource};

use super::documents::{Documents, definition_in};
use super::error::ReplayError;
use super::noted::{Fact, Noted};
use super::reading::Reading;
use super::trace::Trace;

/// A recorded execution: its history as AWS exports it, with the histories of the children of its map runs.
///
/// ```
/// use workflow_explore::replay::Recording;
///
/// let history = r#"{"events": [
///     {"id": 1, "previousEventId": 0, "timestamp": 1735689600.0, "type": "ExecutionStarted",
///      "executionStartedEventDetails": {"input": "{}"}},
///     {"id": 2, "previousEventId": 0, "timestamp": 1735689600.1, "type": "SucceedStateEntered",
///      "stateEnteredEventDetails": {"name": "Done", "input": "{}"}}
/// ]}"#;
/// let error = Recording::read("order.json", history.as_bytes()).unwrap_err().to_string();
/// assert!(error.starts_with("order.json: the history ends with event 2, SucceedStateEntered: the execution has no end"));
/// ```
#[derive(Clone, Debug, Default)]
pub struct Recording {
    /// The file of the history.
    pub file: String,
    pub(super) events: Vec<(Event, Noted)>,
    pub(super) role: Option<String>,
    pub(super) arn: Option<String>,
    pub(super) machine_arn: Option<String>,
    pub(super) map_run: Option<String>,
    /// The definition that the execution ran, if it is known.
    pub definition: Option<Value>,
    /// Whether it ran as a Standard or an Express execution, if that is known.
    pub machine_type: Option<MachineType>,
    pub(crate) children: Vec<Self>,
}

impl Recording {
    /// Reads the history of one execution from the contents of a file. The contents are the output of `aws
    /// stepfunctions get-execution-history`, in any order, as one page or several; or the events of an Express
    /// execution from its log. The responses of `describe-execution` and `describe-state-machine-for-execution` may
    /// follow in the same file. `file` is the name in messages.
    ///
    /// # Errors
    /// Returns an error if the contents are not JSON, not a history, or a history that is truncated or without data.
    pub fn read(file: impl Into<String>, contents: &[u8]) -> Result<Self, ReplayError> {
        let file = file.into();
        let mut all = Self::of_documents(&file, Documents::read(&file, contents)?)?;
        match (all.pop(), all.len()) {
            (Some(only), 0) => Ok(only),
            (_, more) => Err(ReplayError::new(
                format!("{file} has the events of {} executions", more + 1),
                "read it with `Recordings::read`",
            )),
        }
    }

    /// Creates a recording of an execution on an engine, for a test.
    ///
    /// # Errors
    /// Returns an error if the execution has not ended.
    pub fn of(execution: &Execution) -> Result<Self, ReplayError> {
        let events = execution.history().iter().map(HistoryEvent::to_api_json).collect();
        Self::of_events(execution.name().to_owned(), events, false)
    }

    /// Returns the recordings in a file: one, or several from a log.
    pub(super) fn of_documents(file: &str, mut documents: Documents) -> Result<Vec<Self>, ReplayError> {
        let by_execution = documents.histories(file)?;
        let Documents { has_more, execution, machine, .. } = documents;
        let several = by_execution.len() > 1;
        let read = by_execution.into_iter().map(|(arn, events)| {
            let name = match (several, &arn) {
                (true, Some(arn)) => format!("{file} ({})", arn.rsplit(':').nth(1).unwrap_or(arn)),
                _ => file.to_owned(),
            };
            let mut made = Self::of_events(name, events, has_more)?;
            made.arn = arn;
            if let Some(execution) = &execution {
                made.describe_execution(execution);
            }
            if let Some(machine) = &machine {
                made.describe_machine(machine)?;
            }
            made.know_type();
            Ok(made)
        });
        read.collect()
    }

    fn of_events(file: String, list: Vec<Value>, has_more: bool) -> Result<Self, ReplayError> {
        let mut events = Vec::with_capacity(list.len());
        for (number, event) in list.iter().enumerate() {
            events.push(Event::read(event).ok_or_else(|| {
                let found = format!("element {number} of `events` has no `id` or no `type`");
                ReplayError::is_not(&file, "a history", found)
            })?);
        }
        // The newest event may come first, and pages may overlap.
        events.sort_by_key(|event| event.id);
        events.dedup();
        let mut made: Vec<(Event, Noted)> = Vec::with_capacity(events.len());
        for event in events {
            let expected = made.last().map_or(1, |(before, _)| before.id + 1);
            let refused = |problem: &str, help: &str| Err(ReplayError::at(&file, event.id, problem, help));
            if event.id < expected {
                let problem = "two different events have this number: the file mixes executions";
                return refused(problem, "save each execution in a file of its own");
            }
            if event.id > expected {
                let missing = match event.id - expected {
                    1 => format!("event {expected} is missing"),
                    _ => format!("events {expected} to {} are missing", event.id - 1),
                };
                let help = "save all pages of the history, one after the other: the AWS CLI does so by itself";
                return Err(ReplayError::new(format!("{file}: {missing}"), help));
            }
            if event.previous >= event.id {
                let problem = format!("its `previousEventId` is {}, which is not an earlier event", event.previous);
                return refused(&problem, "export it again");
            }
            if made.is_empty() && event.kind != EventType::ExecutionStarted.name() {
                let problem = format!("the history begins with {}, not with ExecutionStarted", event.kind);
                return refused(&problem, "export it again");
            }
            let noted = Reading { file: &file, event: &event }.noted()?;
            made.push((event, noted));
        }
        if let Some((last, noted)) = made.last()
            && noted.kind.and_then(status_of).is_none()
        {
            let (why, help) = match has_more {
                true => ("it is one page of several", "save the pages that `nextToken` leads to, one after the other"),
                false => ("the execution has no end", "export the whole history, of an execution that has ended"),
            };
            let problem = format!("{file}: the history ends with event {}, {}: {why}", last.id, last.kind);
            return Err(ReplayError::new(problem, help));
        }
        let role = made.first().and_then(|(first, _)| first.detail("roleArn")?.as_str()).map(str::to_owned);
        Ok(Self { file, events: made, role, ..Self::default() })
    }

    pub(super) fn describe_execution(&mut self, described: &Value) {
        let text = |name: &str| described.get(name).and_then(Value::as_str).map(str::to_owned);
        self.arn = text("executionArn").or_else(|| self.arn.take());
        self.machine_arn = text("stateMachineArn");
        self.map_run = text("mapRunArn");
        self.know_type();
    }

    /// Reads the type from the ARN of an Express execution.
    fn know_type(&mut self) {
        let own = self.arn.as_deref().and_then(Arn::parse).and_then(Arn::own_resource);
        if own == Some(OwnResource::ExpressExecution) {
            self.machine_type = Some(MachineType::Express);
        }
    }

    /// Reads the response of `DescribeStateMachineForExecution`.
    pub(super) fn describe_machine(&mut self, described: &Value) -> Result<(), ReplayError> {
        let refused = |error| ReplayError::is_not(&self.file, "JSON", format!("the definition beside it: {error}"));
        self.definition = definition_in(described).map_err(refused)?;
        self.machine_arn = described.get("stateMachineArn").and_then(Value::as_str).map(str::to_owned);
        let kind = described.get("type").and_then(Value::as_str).and_then(MachineType::from_name);
        self.machine_type = kind.or(self.machine_type);
        Ok(())
    }

    /// Returns the execution's input.
    pub fn input(&self) -> &Value {
        static NULL: Value = Value::Null;
        match self.events.first().map(|(_, noted)| &noted.fact) {
            Some(Fact::Input(input)) => input.value(),
            _ => &NULL,
        }
    }

    /// Returns the execution's output, if it succeeded.
    pub fn output(&self) -> Option<&Value> {
        match self.events.last().map(|(_, noted)| (noted.kind, &noted.fact)) {
            Some((Some(EventType::ExecutionSucceeded), Fact::Result(output))) => Some(output.value()),
            _ => None,
        }
    }

    pub(crate) fn fact(&self, id: u64) -> Option<&Fact> {
        self.events.get(usize::try_from(id).ok()?.checked_sub(1)?).map(|(_, noted)| &noted.fact)
    }

    pub(crate) fn unknown_events(&self) -> impl Iterator<Item = &Event> {
        self.events.iter().filter(|(_, noted)| noted.kind.is_none()).map(|(event, _)| event)
    }

    /// Returns its events and the visits of its states.
    pub fn history(&self) -> History {
        let mut history = History::default();
        self.events.iter().for_each(|(event, _)| history.push(event.clone()));
        history
    }

    /// Returns the names of the states that it entered, and the events that entered them.
    pub(super) fn states(&self) -> impl Iterator<Item = (&str, u64)> {
        let entered = self.events.iter().filter(|(event, _)| event.kind.ends_with("StateEntered"));
        entered.filter_map(|(event, _)| Some((event.detail("name")?.as_str()?, event.id)))
    }

    pub(super) fn started_at(&self) -> Option<Instant> {
        self.events.first().map(|(_, noted)| noted.time)
    }

    /// Returns the history by lanes, with the state names of a newer definition.
    pub(super) fn trace(&self, renamed: &BTreeMap<String, String>) -> Trace {
        let mut trace = Trace::default();
        for (event, noted) in &self.events {
            let mut event = event.clone();
            if let Some(name) = event.details.get_mut("name")
                && let Some(new) = name.as_str().and_then(|name| renamed.get(name))
            {
                *name = new.as_str().into();
            }
            trace.push(event, noted.clone());
        }
        trace
    }
}

/// Returns the status of an execution after its last event.
pub(super) fn status_of(kind: EventType) -> Option<Status> {
    match kind {
        EventType::ExecutionSucceeded => Some(Status::Succeeded),
        EventType::ExecutionFailed => Some(Status::Failed),
        EventType::ExecutionTimedOut => Some(Status::TimedOut),
        EventType::ExecutionAborted => Some(Status::Aborted),
        _ => None,
    }
}
