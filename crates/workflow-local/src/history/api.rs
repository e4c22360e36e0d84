//! Events in the format of `GetExecutionHistory`.

use serde_json::{Map, Value, json};

use super::{Details, EventType, HistoryEvent};
use crate::payload::Payload;

/// The region of a local execution.
const REGION: &str = "us-east-1";

impl HistoryEvent {
    /// Returns the event as an element of `GetExecutionHistory`'s `events`: payloads as JSON text, the timestamp in
    /// seconds since 1970.
    pub fn to_api_json(&self) -> Value {
        self.to_api_json_in(REGION)
    }

    /// Like [`to_api_json`](Self::to_api_json), for another region than `us-east-1`. The events of scheduled tasks name
    /// the region.
    pub fn to_api_json_in(&self, region: &str) -> Value {
        let mut event = Map::new();
        event.insert("timestamp".to_owned(), json!(self.timestamp.as_epoch_seconds()));
        event.insert("type".to_owned(), json!(self.kind.name()));
        event.insert("id".to_owned(), json!(self.id));
        event.insert("previousEventId".to_owned(), json!(self.previous_id));
        if let Some(details) = details(self.kind, &self.details, region) {
            event.insert(self.kind.details_member(), Value::Object(details));
        }
        Value::Object(event)
    }
}

/// An object that is written member by member, without absent ones.
struct Members(Map<String, Value>);

impl Members {
    fn new() -> Self {
        Self(Map::new())
    }

    fn with(mut self, name: &str, value: Option<impl Into<Value>>) -> Self {
        if let Some(value) = value {
            self.0.insert(name.to_owned(), value.into());
        }
        self
    }

    fn text(self, name: &str, text: Option<&str>) -> Self {
        self.with(name, text)
    }

    /// Adds a payload as JSON text, and the member that says that it is not truncated.
    fn payload(self, name: &str, payload: &Payload) -> Self {
        self.with(name, Some(payload.to_string())).with(&format!("{name}Details"), Some(json!({"truncated": false})))
    }
}

fn details(kind: EventType, details: &Details, region: &str) -> Option<Map<String, Value>> {
    let members = Members::new();
    let members = match details {
        Details::None => return None,
        Details::ExecutionStarted { input, role_arn } => {
            members.payload("input", input).text("roleArn", Some(role_arn))
        }
        Details::Output { output } => members.payload("output", output),
        Details::Failure { error, cause } => members.text("error", error.as_deref()).text("cause", cause.as_deref()),
        Details::StateEntered { name, input } => members.text("name", Some(name)).payload("input", input),
        Details::StateExited { name, output, assigned } => {
            let members = members.text("name", Some(name)).payload("output", output);
            match assigned {
                Some(assigned) => members
                    .with(
                        "assignedVariables",
                        Some(
                            assigned
                                .iter()
                                .map(|(name, value)| (name.to_owned(), value.to_string().into()))
                                .collect::<Map<_, _>>(),
                        ),
                    )
                    .with("assignedVariablesDetails", Some(json!({"truncated": false}))),
                None => members,
            }
        }
        Details::TaskScheduled {
            resource_type,
            resource,
            parameters,
            timeout_seconds,
            heartbeat_seconds,
            role_arn,
        } => members
            .text("resourceType", Some(resource_type))
            .text("resource", Some(resource))
            .text("region", Some(region))
            .with("parameters", Some(parameters.to_string()))
            .with("timeoutInSeconds", *timeout_seconds)
            .with("heartbeatInSeconds", *heartbeat_seconds)
            .with("taskCredentials", role_arn.as_deref().map(|arn| json!({"roleArn": arn}))),
        Details::Task { resource_type, resource } => {
            members.text("resourceType", Some(resource_type)).text("resource", Some(resource))
        }
        Details::TaskOutput { resource_type, resource, output } => {
            members.text("resourceType", Some(resource_type)).text("resource", Some(resource)).payload("output", output)
        }
        Details::TaskFailure { resource_type, resource, error, cause } => members
            .text("resourceType", Some(resource_type))
            .text("resource", Some(resource))
            .text("error", error.as_deref())
            .text("cause", cause.as_deref()),
        Details::WorkScheduled { resource, input, timeout_seconds, heartbeat_seconds, role_arn } => members
            .text("resource", Some(resource))
            .payload("input", input)
            .with("timeoutInSeconds", *timeout_seconds)
            // A Lambda function has no heartbeat in its events.
            .with("heartbeatInSeconds", heartbeat_seconds.filter(|_| kind == EventType::ActivityScheduled))
            .with("taskCredentials", role_arn.as_deref().map(|arn| json!({"roleArn": arn}))),
        Details::ActivityStarted { worker_name } => members.text("workerName", worker_name.as_deref()),
        Details::MapStateStarted { length } => members.with("length", Some(*length)),
        Details::MapIteration { name, index } => members.text("name", Some(name)).with("index", Some(*index)),
        Details::MapRunStarted { map_run_arn } => members.text("mapRunArn", Some(map_run_arn)),
        Details::ExecutionRedriven { redrive_count } => members.with("redriveCount", Some(*redrive_count)),
        Details::MapRunRedriven { map_run_arn, redrive_count } => {
            members.text("mapRunArn", Some(map_run_arn)).with("redriveCount", Some(*redrive_count))
        }
        Details::EvaluationFailed { error, cause, location, state } => members
            .text("error", Some(error))
            .text("cause", Some(cause))
            .text("location", location.as_deref())
            .text("state", Some(state)),
    };
    Some(members.0)
}
