//! Reads the contents of an event from its format in the API.

use serde_json::Value;
use workflow_graph::history::Event;
use workflow_local::{EventType, Instant, Payload};

use super::error::ReplayError;
use super::json_path::SHOWN;
use super::noted::{Called, Fact, Noted, failure, resource_name};
use crate::decision::shortened;

/// The help for missing data.
const WITH_DATA: &str =
    "export the history with its data: `aws stepfunctions get-execution-history --include-execution-data`";

pub(super) struct Reading<'e> {
    pub(super) file: &'e str,
    pub(super) event: &'e Event,
}

impl Reading<'_> {
    fn refused(&self, problem: impl Into<String>, help: &str) -> ReplayError {
        ReplayError::at(self.file, self.event.id, problem.into(), help)
    }

    fn text(&self, name: &str) -> Option<String> {
        self.event.detail(name).and_then(Value::as_str).map(str::to_owned)
    }

    fn number(&self, name: &str) -> Option<u64> {
        let value = self.event.detail(name)?;
        value.as_u64().or_else(|| value.as_str()?.parse().ok())
    }

    /// Reads a payload that the replay needs.
    fn payload(&self, name: &str) -> Result<Payload, ReplayError> {
        let kind = &self.event.kind;
        let truncated = self.event.detail(&format!("{name}Details")).and_then(|details| details.get("truncated"));
        if truncated.is_some_and(|truncated| *truncated == Value::Bool(true)) {
            let help = "the service keeps no more of it: leave this execution out";
            return Err(self.refused(format!("the {name} of {kind} is truncated"), help));
        }
        match self.event.detail(name) {
            Some(Value::String(text)) => match serde_json::from_str::<Value>(text) {
                Ok(value) => Ok(value.into()),
                Err(_) if text.contains("[truncated]") || text.contains("HIDDEN_DUE_TO_SECURITY_REASONS") => {
                    Err(self
                        .refused(format!("the {name} of {kind} is truncated: {}", shortened(text, SHOWN)), WITH_DATA))
                }
                Err(error) => Err(self.refused(format!("the {name} of {kind} is not JSON: {error}"), WITH_DATA)),
            },
            Some(_) => Err(self.refused(format!("the {name} of {kind} is not text with JSON"), WITH_DATA)),
            None => Err(self.refused(format!("{kind} has no {name}: the history has no data"), WITH_DATA)),
        }
    }

    /// Reads an optional payload.
    fn shown_payload(&self, name: &str) -> Option<Payload> {
        let text = self.event.detail(name)?.as_str()?;
        serde_json::from_str::<Value>(text).ok().map(Into::into)
    }

    fn failure(&self) -> Fact {
        Fact::Failed(failure(self.text("error").as_deref(), self.text("cause").as_deref()))
    }

    pub(super) fn noted(&self) -> Result<Noted, ReplayError> {
        use EventType as E;
        let kind = EventType::from_name(&self.event.kind);
        let Some(time) = self.event.time else {
            return Err(self
                .refused("it has no timestamp that can be read", "export the history again; replay needs the times"));
        };
        let of_task = || match (self.text("resourceType"), self.text("resource")) {
            (Some(service), Some(action)) => Ok(resource_name(&service, &action)),
            (None, Some(arn)) => Ok(arn),
            _ => Err(self.refused(format!("{} has no resource", self.event.kind), WITH_DATA)),
        };
        let Some(known) = kind else {
            return Ok(Noted { id: self.event.id, kind, time: Instant::from_millis(time), fact: Fact::Nothing });
        };
        let fact = match known {
            E::ExecutionStarted => Fact::Input(self.payload("input")?),
            E::ExecutionSucceeded
            | E::TaskSucceeded
            | E::TaskSubmitted
            | E::LambdaFunctionSucceeded
            | E::ActivitySucceeded => Fact::Result(self.payload("output")?),
            E::TaskScheduled | E::LambdaFunctionScheduled | E::ActivityScheduled => Fact::Called(Called {
                resource: of_task()?,
                parameters: self.payload(if known == E::TaskScheduled { "parameters" } else { "input" })?,
                timeout: self.number("timeoutInSeconds"),
                heartbeat: self.number("heartbeatInSeconds"),
            }),
            E::ActivityStarted => Fact::Worker(self.text("workerName")),
            E::MapStateStarted => self.number("length").map_or(Fact::Nothing, Fact::Items),
            E::MapRunStarted => match self.text("mapRunArn") {
                Some(arn) => Fact::MapRun(arn),
                None => return Err(self.refused("MapRunStarted has no mapRunArn", WITH_DATA)),
            },
            E::ExecutionAborted => self.failure(),
            kind if ["Failed", "TimedOut"].iter().any(|end| kind.name().ends_with(end)) => self.failure(),
            kind if kind.name().ends_with("StateEntered") => {
                if self.text("name").is_none() {
                    return Err(self.refused(format!("{kind} names no state"), WITH_DATA));
                }
                self.shown_payload("input").map_or(Fact::Nothing, Fact::Input)
            }
            kind if kind.name().ends_with("StateExited") => {
                let assigned = self.event.detail("assignedVariables").and_then(Value::as_object).into_iter().flatten();
                let assigned = assigned.filter_map(|(name, text)| {
                    let value = serde_json::from_str::<Value>(text.as_str()?).ok()?;
                    Some((name.clone(), value.into()))
                });
                let output = self.shown_payload("output");
                output.map_or(Fact::Nothing, |output| Fact::Output(output, assigned.collect()))
            }
            _ => Fact::Nothing,
        };
        Ok(Noted { id: self.event.id, kind, time: Instant::from_millis(time), fact })
    }
}
