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
    /// The same as a value.
    const TYPE: MachineType;

    /// What the client gives for an execution that it started.
    #[cfg(feature = "aws")]
    type Execution<W: Workflow>: From<Started<W>> + Send;
}

/// Executions run up to a year, and can be described, waited for, stopped, and their histories read.
#[derive(Clone, Copy, Debug)]
pub enum Standard {}

/// Executions run up to five minutes. The API tells nothing of one that was started: it is run for its output, or started
/// and left alone.
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
