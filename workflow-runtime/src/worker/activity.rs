//! Activities, and the work for their tasks.

use std::error::Error;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::TaskContext;
use crate::{Arn, Definition, Json, TaskFailure, WorkflowState};

/// An activity: its ARN, how often to send heartbeats, and when its tasks time out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Activity {
    pub(super) arn: Arn,
    pub(super) heartbeat: Option<Duration>,
    pub(super) timeout: Option<Duration>,
}

impl Activity {
    /// Creates the activity with this ARN, without heartbeats and timeout.
    pub fn new(arn: impl Into<Arn>) -> Self {
        Self { arn: arn.into(), heartbeat: None, timeout: None }
    }

    /// Returns the activity that a state of a workflow waits for. Heartbeats are sent three times in the state's
    /// `HeartbeatSeconds`, so that two may be lost. The timeout is the state's `TimeoutSeconds`.
    ///
    /// # Errors
    ///
    /// Fails if the state is not a task, or if its resource is not an activity.
    pub fn of(definition: &Definition, state: impl WorkflowState) -> Result<Self, NotAnActivity> {
        let not = |found| NotAnActivity { state: state.name(), found };
        let machine: Json = serde_json::from_str(definition.as_str()).unwrap_or_default();
        let found = find(&machine, state.name()).ok_or_else(|| not(None))?;
        let resource = found["Resource"].as_str().filter(|resource| resource.contains(":activity:"));
        let arn = resource.ok_or_else(|| not(found["Resource"].as_str().map(str::to_owned)))?;
        let seconds = |member: &str| found[member].as_u64().map(Duration::from_secs);
        let heartbeat = seconds("HeartbeatSeconds").map(|time| time / 3);
        Ok(Self { arn: Arn::from(arn), heartbeat, timeout: seconds("TimeoutSeconds") })
    }

    /// Sets the interval of heartbeats, for a state whose `HeartbeatSeconds` is computed.
    #[must_use]
    pub fn heartbeat_every(mut self, time: Duration) -> Self {
        self.heartbeat = Some(time.max(Duration::from_millis(1)));
        self
    }

    /// Sets the time after which a task times out, for a state whose `TimeoutSeconds` is computed. It is only told to the
    /// work, by [`TaskContext::deadline`].
    #[must_use]
    pub fn timeout_after(mut self, time: Duration) -> Self {
        self.timeout = Some(time);
        self
    }

    /// Returns the ARN.
    pub fn arn(&self) -> &Arn {
        &self.arn
    }

    /// Returns the interval of heartbeats, if any are sent.
    pub fn heartbeat(&self) -> Option<Duration> {
        self.heartbeat
    }

    /// Returns the time after which a task times out, if it is known. It counts from when the service sends the task:
    /// <https://docs.aws.amazon.com/step-functions/latest/dg/state-task.html>.
    pub fn timeout(&self) -> Option<Duration> {
        self.timeout
    }
}

/// Finds the state of this name at any depth: names are unique in a state machine.
fn find<'j>(machine: &'j Json, name: &str) -> Option<&'j Json> {
    let states = machine["States"].as_object()?;
    if let Some(found) = states.get(name) {
        return Some(found);
    }
    states.values().find_map(|state| {
        let branches = state["Branches"].as_array().into_iter().flatten();
        let processors = ["ItemProcessor", "Iterator"].into_iter().map(|member| &state[member]);
        branches.chain(processors).find_map(|machine| find(machine, name))
    })
}

/// The state does not wait for an activity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotAnActivity {
    state: &'static str,
    found: Option<String>,
}

impl fmt::Display for NotAnActivity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the state `{}` does not wait for an activity", self.state)?;
        match &self.found {
            Some(resource) => write!(f, ": its resource is {resource}"),
            None => Ok(()),
        }
    }
}

impl Error for NotAnActivity {}

/// The work for a task, from input to output as JSON text.
pub(super) type Handles = dyn Fn(&str, TaskContext) -> Work + Send + Sync;

pub(super) type Work = Pin<Box<dyn Future<Output = Result<String, TaskFailure>> + Send>>;

/// Converts a typed closure to one with JSON texts.
pub(super) fn handles<I, O, E, F>(work: impl Fn(I, TaskContext) -> F + Send + Sync + 'static) -> Arc<Handles>
where
    I: DeserializeOwned,
    O: Serialize,
    E: Into<TaskFailure>,
    F: Future<Output = Result<O, E>> + Send + 'static,
{
    Arc::new(move |input, context| match read(input) {
        Ok(input) => {
            let work = work(input, context);
            Box::pin(async move { work.await.map_err(Into::into).and_then(|output| written(&output)) })
        }
        Err(failure) => Box::pin(std::future::ready(Err(failure))),
    })
}

fn read<I: DeserializeOwned>(input: &str) -> Result<I, TaskFailure> {
    serde_path_to_error::deserialize(&mut serde_json::Deserializer::from_str(input)).map_err(|error| {
        let (path, inner) = (error.path().to_string(), error.inner());
        TaskFailure::new(TaskFailure::INVALID_INPUT).with_cause(format!("at `{path}`: {inner}"))
    })
}

/// Returns an output as JSON text.
pub(super) fn written(output: &impl Serialize) -> Result<String, TaskFailure> {
    serde_json::to_string(output)
        .map_err(|error| TaskFailure::new(TaskFailure::INVALID_OUTPUT).with_cause(error.to_string()))
}
