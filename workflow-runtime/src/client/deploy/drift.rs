//! Drift: a state machine differs from its last deployment.

use std::fmt;

use aws_sdk_sfn::operation::describe_state_machine::DescribeStateMachineOutput;

use crate::Arn;

/// A part of a state machine that a deployment updates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Aspect {
    /// The definition, or the role.
    Definition,
    /// Logging to CloudWatch Logs.
    Logging,
    /// Tracing by X-Ray.
    Tracing,
    /// The encryption key.
    Encryption,
    /// The tags.
    Tags,
}

impl Aspect {
    /// The aspects of the configuration.
    pub(super) const CONFIGURATION: [Self; 4] = [Self::Logging, Self::Tracing, Self::Encryption, Self::Tags];

    /// Returns the name, such as `logging`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Definition => "definition or role",
            Self::Logging => "logging",
            Self::Tracing => "tracing",
            Self::Encryption => "encryption",
            Self::Tags => "tags",
        }
    }
}

impl fmt::Display for Aspect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The reason why a deployment did not overwrite a state machine.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Drift {
    /// The state machine.
    pub machine: Arn,
    /// The current definition.
    pub definition: String,
    /// The current role.
    pub role: Arn,
    /// Whether this client deployed it before and it was changed since by other means. Otherwise it was created by
    /// other means.
    pub was_deployed: bool,
    /// The aspects that differ from the last deployment.
    pub changed: Vec<Aspect>,
}

impl Drift {
    pub(super) fn of(
        machine: &Arn,
        existing: &DescribeStateMachineOutput,
        was_deployed: bool,
        changed: Vec<Aspect>,
    ) -> Self {
        Self {
            machine: machine.clone(),
            definition: existing.definition().to_owned(),
            role: Arn::from(existing.role_arn()),
            was_deployed,
            changed,
        }
    }

    /// Returns why it was not changed: `its logging and tags were changed by other means since it was last deployed`.
    pub fn why(&self) -> String {
        if !self.was_deployed {
            return "it was created by other means and differs from the workflow".to_owned();
        }
        let names: Vec<_> = self.changed.iter().map(|aspect| aspect.name()).collect();
        let (last, first) = names.split_last().unwrap_or((&"definition or role", &[]));
        let names = if first.is_empty() { (*last).to_owned() } else { format!("{} and {last}", first.join(", ")) };
        let were = if matches!(*self.changed, [Aspect::Tags] | [_, _, ..]) { "were" } else { "was" };
        format!("its {names} {were} changed by other means since it was last deployed")
    }
}

impl fmt::Display for Drift {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the state machine {} was not changed: {}\n\
             help: compare it with the workflow, and overwrite it with `.deploy(…).overwrite()`",
            self.machine,
            self.why()
        )
    }
}

impl fmt::Debug for Drift {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Drift")
            .field("machine", &self.machine)
            .field("role", &self.role)
            .field("was_deployed", &self.was_deployed)
            .field("changed", &self.changed)
            .finish_non_exhaustive()
    }
}
