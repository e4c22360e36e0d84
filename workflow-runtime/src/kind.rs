//! Standard and Express as types.

use crate::MachineType;
#[cfg(feature = "aws")]
use crate::{
    Workflow,
    client::{Execution, ExpressExecution, Started},
};

/// Standard or Express, as a type: [`Standard`] or [`Express`].
///
/// See <https://docs.aws.amazon.com/step-functions/latest/dg/choosing-workflow-type.html>.
pub trait WorkflowKind: sealed::Sealed + 'static {
    /// The type as a value.
    const TYPE: MachineType;

    /// The client's handle for an execution that it started.
    #[cfg(feature = "aws")]
    type Execution<W: Workflow>: From<Started<W>> + Send;
}

/// Executions run for up to a year. You can describe them, wait for them, stop them, and read their histories.
#[derive(Clone, Copy, Debug)]
pub enum Standard {}

/// Executions run for up to five minutes. The API reports nothing about an execution that was started: either run it
/// for its output, or start it and let it run by itself.
#[derive(Clone, Copy, Debug)]
pub enum Express {}

impl WorkflowKind for Standard {
    const TYPE: MachineType = MachineType::Standard;
    #[cfg(feature = "aws")]
    type Execution<W: Workflow> = Execution<W>;
}

impl WorkflowKind for Express {
    const TYPE: MachineType = MachineType::Express;
    #[cfg(feature = "aws")]
    type Execution<W: Workflow> = ExpressExecution<W>;
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::Standard {}
    impl Sealed for super::Express {}
}
