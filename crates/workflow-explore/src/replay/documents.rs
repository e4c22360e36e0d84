//! The documents in a file with a history: pages of events, lines of a log, descriptions of the execution and its machine.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::error::ReplayError;

/// The contents of a file.
#[derive(Debug, Default)]
pub(super) struct Documents {
    /// Events in the format of `GetExecutionHistory`, with the ARN of their execution if they have it.
    pub(super) events: Vec<(Option<String>, Value)>,
    /// Whether the last page refers to a further page.
    pub(super) has_more: bool,
    /// The response of `DescribeExecution`.
    pub(super) execution: Option<Value>,
    /// The response of `DescribeStateMachineForExecution` or `DescribeStateMachine`.
    pub(super) machine: Option<Value>,
}

/// Reads the histories in a file: of one execution, as [`Recording::read`](super::Recording::read) reads it, or of each execution
/// of a log. A history is the ARN of the execution, if its events have it, and the events in the form of
/// `GetExecutionHistory`, by their ids. It may be truncated. The definition that the file has is with each.
///
/// # Errors
/// Returns an error if the contents are not JSON or no history.
pub fn histories(file: &str, contents: &[u8]) -> Result<Vec<(Option<String>, Value)>, ReplayError> {
    let mut documents = Documents::read(file, contents)?;
    let histories = documents.histories(file)?;
    let definition = documents.machine.as_ref().and_then(|machine| definition_in(machine).ok());
    // A page that others follow says so.
    let next = documents.has_more.then_some("more");
    let all = histories.into_iter();
    Ok(all
        .map(|(arn, events)| (arn, json!({ "events": events, "nextToken": next, "definition": definition })))
        .collect())
}

/// Returns the definition in the description of a state machine, as a text or as JSON.
pub(super) fn definition_in(machine: &Value) -> serde_json::Result<Option<Value>> {
    match machine.get("definition") {
        Some(Value::String(text)) => serde_json::from_str(text).map(Some),
        definition => Ok(definition.cloned()),
    }
}

impl Documents {
    /// Takes the events of each execution.
    pub(super) fn histories(&mut self, file: &str) -> Result<BTreeMap<Option<String>, Vec<Value>>, ReplayError> {
        let mut all: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for (arn, event) in std::mem::take(&mut self.events) {
            all.entry(arn).or_default().push(event);
        }
        if all.is_empty() { Err(ReplayError::is_not(file, "a history", "it has no events")) } else { Ok(all) }
    }

    pub(super) fn read(file: &str, bytes: &[u8]) -> Result<Self, ReplayError> {
        let mut made = Self::default();
        let mut any = false;
        for document in serde_json::Deserializer::from_slice(bytes).into_iter::<Value>() {
            made.take(file, document.map_err(|error| ReplayError::is_not(file, "JSON", error))?)?;
            any = true;
        }
        if any { Ok(made) } else { Err(ReplayError::is_not(file, "JSON", "the file is empty")) }
    }

    pub(super) fn take(&mut self, file: &str, mut document: Value) -> Result<(), ReplayError> {
        let refused = |found: &str| Err(ReplayError::is_not(file, "a history", found));
        let has = |name: &str| document.get(name).is_some_and(|member| !member.is_null());
        if has("events") {
            self.has_more = has("nextToken") || has("NextToken");
            // `cargo workflow history --save` writes everything into one object.
            if has("definition") {
                self.machine = Some(json!({
                    "definition": document.get("definition"), "stateMachineArn": document.get("stateMachineArn") }));
            }
            if has("executionArn") {
                self.execution = Some(json!({
                    "executionArn": document.get("executionArn"), "stateMachineArn": document.get("stateMachineArn"),
                    "mapRunArn": document.get("mapRunArn") }));
            }
            let Some(Value::Array(events)) = document.get_mut("events").map(Value::take) else {
                return refused("`events` is not a list");
            };
            return events.into_iter().try_for_each(|event| self.event(file, event));
        }
        if has("id") && has("type") || has("message") {
            return self.event(file, document);
        }
        if has("definition") {
            self.machine = Some(document);
            return Ok(());
        }
        if has("executionArn") {
            self.execution = Some(document);
            return Ok(());
        }
        match document {
            Value::Array(list) => list.into_iter().try_for_each(|item| self.take(file, item)),
            Value::Object(members) if members.contains_key("States") && members.contains_key("StartAt") => {
                self.machine = Some(json!({ "definition": members }));
                Ok(())
            }
            Value::Object(members) => match members.keys().next() {
                Some(first) => refused(&format!("expected an object with `events`, found one with `{first}`")),
                None => refused("expected an object with `events`, found an empty one"),
            },
            _ => refused("expected an object with `events`"),
        }
    }

    /// Reads an event of the API, or of a log of Express executions.
    fn event(&mut self, file: &str, event: Value) -> Result<(), ReplayError> {
        // CloudWatch Logs has the event as a string.
        if let Some(text) = event.get("message").and_then(Value::as_str) {
            let parsed = serde_json::from_str(text);
            let refused = |error| ReplayError::is_not(file, "JSON", format!("a message of the log: {error}"));
            return self.event(file, parsed.map_err(refused)?);
        }
        let arn = event.get("execution_arn").and_then(Value::as_str).map(str::to_owned);
        let made = match event.get("event_timestamp") {
            Some(time) => json!({
                "id": event.get("id"),
                "previousEventId": event.get("previous_event_id"),
                "timestamp": time.as_f64().or_else(|| time.as_str()?.parse().ok()).map(|time| time / 1000.0),
                "type": event.get("type"),
                "EventDetails": event.get("details"),
            }),
            None => event,
        };
        self.events.push((arn, made));
        Ok(())
    }

    pub(super) fn only_describes(&self) -> bool {
        self.events.is_empty() && (self.execution.is_some() || self.machine.is_some())
    }
}
