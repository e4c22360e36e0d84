//! An execution of an Express workflow, about which the API reports nothing.

use std::fmt;
use std::marker::PhantomData;

use super::execution::Started;
use crate::Arn;

/// An execution of the Express workflow `W` that was started asynchronously.
///
/// You cannot describe it, wait for it or stop it, nor read its history through the API. It logs to CloudWatch Logs if
/// the state machine's logging says so. If you need the output, call [`StateMachine::run`](super::StateMachine::run).
///
/// ```
/// # use workflow_runtime::client::{Error, StateMachine};
/// # use workflow_runtime::{Json, workflow};
/// # workflow! { workflow Quick { type express; pass Say { text: "hi" } -> end; } }
/// # async fn start(machine: StateMachine<Quick>, input: Json) -> Result<(), Error> {
/// let execution = machine.start(&input).await?;
/// println!("started {}", execution.name());
/// # Ok(())
/// # }
/// ```
///
/// ```compile_fail,E0599
/// # use workflow_runtime::client::{Error, StateMachine};
/// # use workflow_runtime::{Json, workflow};
/// # workflow! { workflow Quick { type express; pass Say { text: "hi" } -> end; } }
/// # async fn start(machine: StateMachine<Quick>, input: Json) -> Result<(), Error> {
/// let execution = machine.start(&input).await?;
/// execution.wait().await?; // error: no method named `wait` found for struct `ExpressExecution<W>`
/// # Ok(())
/// # }
/// ```
///
/// # Duplicate executions
///
/// A name prevents duplicates only for Standard workflows. If the answer to `StartExecution` is lost, the request is not
/// sent again, unless you ask for it: [`StateMachine::repeating`](super::StateMachine::repeating). The error names the
/// execution that may have started.
pub struct ExpressExecution<W> {
    arn: Arn,
    workflow: PhantomData<fn() -> W>,
}

impl<W> From<Started<W>> for ExpressExecution<W> {
    fn from(started: Started<W>) -> Self {
        Self { arn: started.arn, workflow: PhantomData }
    }
}

impl<W> ExpressExecution<W> {
    /// Returns the execution's ARN.
    pub fn arn(&self) -> &Arn {
        &self.arn
    }

    /// Returns the execution's name: `arn:…:express:MACHINE:NAME:ID`.
    pub fn name(&self) -> &str {
        self.arn.as_str().rsplit(':').nth(1).unwrap_or_default()
    }
}

impl<W> Clone for ExpressExecution<W> {
    fn clone(&self) -> Self {
        Self { arn: self.arn.clone(), workflow: PhantomData }
    }
}

impl<W> fmt::Debug for ExpressExecution<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExpressExecution").field("arn", &self.arn).finish_non_exhaustive()
    }
}
