//! The contents of one event of a history.

use workflow_local::history::Details;
use workflow_local::{EventType, Instant, Payload, TaskError};

/// An event with its data.
#[derive(Clone, Debug)]
pub(super) struct Noted {
    pub(super) id: u64,
    /// The type; `None` for one that is not known.
    pub(super) kind: Option<EventType>,
    pub(super) time: Instant,
    pub(super) fact: Fact,
}

#[derive(Clone, Debug)]
pub(crate) struct Called {
    pub(super) resource: String,
    pub(super) parameters: Payload,
    pub(super) timeout: Option<u64>,
    pub(super) heartbeat: Option<u64>,
}

/// The content of an event.
#[derive(Clone, Debug)]
pub(crate) enum Fact {
    Nothing,
    /// The execution's input, or the input of a state.
    Input(Payload),
    /// The output of a state or the execution, and the variables that the state assigned.
    Output(Payload, Vec<(String, Payload)>),
    Called(Called),
    /// The response of a service that took a job or a callback task; or the output of a task.
    Result(Payload),
    /// The worker that took an activity's task.
    Worker(Option<String>),
    Failed(TaskError),
    Items(u64),
    MapRun(String),
}

/// Returns whether an event says that a task failed.
pub(super) fn is_task_failure(kind: EventType) -> bool {
    let is_of_task = ["Task", "LambdaFunction", "Activity"].iter().any(|of| kind.name().starts_with(of));
    is_of_task && kind.name().ends_with("Failed")
}

/// Returns the name of a task's resource, as in its events.
pub(super) fn resource_name(service: &str, action: &str) -> String {
    format!("{service}:{action}")
}

/// Returns the content of an event of the engine.
pub(super) fn fact(details: &Details) -> Fact {
    match details {
        Details::ExecutionStarted { input, .. } | Details::StateEntered { input, .. } => Fact::Input(input.clone()),
        Details::Output { output } => Fact::Result(output.clone()),
        Details::StateExited { output, assigned, .. } => Fact::Output(
            output.clone(),
            assigned.iter().flat_map(|all| all.iter()).map(|(name, value)| (name.to_owned(), value.clone())).collect(),
        ),
        Details::TaskScheduled { resource_type, resource, parameters, timeout_seconds, heartbeat_seconds, .. } => {
            Fact::Called(Called {
                resource: resource_name(resource_type, resource),
                parameters: parameters.clone(),
                timeout: *timeout_seconds,
                heartbeat: *heartbeat_seconds,
            })
        }
        Details::WorkScheduled { resource, input, timeout_seconds, heartbeat_seconds, .. } => Fact::Called(Called {
            resource: resource.to_string(),
            parameters: input.clone(),
            timeout: *timeout_seconds,
            heartbeat: *heartbeat_seconds,
        }),
        Details::TaskOutput { output, .. } => Fact::Result(output.clone()),
        Details::ActivityStarted { worker_name } => Fact::Worker(worker_name.as_deref().map(str::to_owned)),
        Details::MapStateStarted { length } => Fact::Items(*length as u64),
        Details::MapRunStarted { map_run_arn } => Fact::MapRun(map_run_arn.to_string()),
        details => match details.failure() {
            Some((error, cause)) => Fact::Failed(failure(error, cause)),
            None => Fact::Nothing,
        },
    }
}

/// Creates an error with a name and a cause.
pub(super) fn failure(error: Option<&str>, cause: Option<&str>) -> TaskError {
    TaskError { error: error.map(|error| error.to_owned().into()), cause: cause.map(str::to_owned) }
}
