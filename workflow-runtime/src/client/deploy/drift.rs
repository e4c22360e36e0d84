//! A state machine that is not as it was last deployed.

use std::fmt;

use aws_sdk_sfn::operation::describe_state_machine::DescribeStateMachineOutput;

use crate::Arn;

/// What stands where a deployment would have overwritten what it does not know.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Drift {
    /// The state machine.
    pub machine: Arn,
    /// Its definition, as it is now.
    pub definition: String,
    /// Its role, as it is now.
    pub role: Arn,
    /// Whether this client deployed it before: then it was changed since by other means. Otherwise it was made by other means.
    pub was_deployed: bool,
}

impl Drift {
    pub(super) fn of(machine: &Arn, existing: &DescribeStateMachineOutput, was_deployed: bool) -> Self {
        Self {
            machine: machine.clone(),
            definition: existing.definition().to_owned(),
            role: Arn::from(existing.role_arn()),
            was_deployed,
        }
    }
}

impl fmt::Display for Drift {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let why = match self.was_deployed {
            true => "its definition or role was changed by other means since it was last deployed",
            false => "it was made by other means, and differs from the workflow",
        };
        write!(
            f,
            "the state machine {} was left as it is: {why}\n\
             help: compare it with the workflow, and overwrite it with `.deploy(…).overwrite()`",
            self.machine
        )
    }
}

impl fmt::Debug for Drift {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Drift")
            .field("machine", &self.machine)
            .field("role", &self.role)
            .field("was_deployed", &self.was_deployed)
            .finish_non_exhaustive()
    }
}
