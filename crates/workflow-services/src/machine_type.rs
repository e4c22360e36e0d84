//! The types of state machines.

use std::fmt;

/// The type of a state machine, which cannot change after its creation. It is not part of the definition.
///
/// See <https://docs.aws.amazon.com/step-functions/latest/dg/choosing-workflow-type.html>.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MachineType {
    /// Runs for up to a year, each step once. The API provides executions and their histories.
    #[default]
    Standard,
    /// Runs for up to five minutes, steps at least once, and supports only [`Pattern::RequestResponse`](crate::Pattern::RequestResponse). Histories only go to
    /// CloudWatch Logs.
    Express,
}

impl MachineType {
    /// Returns the name in the Step Functions API: `STANDARD` or `EXPRESS`.
    ///
    /// <https://docs.aws.amazon.com/step-functions/latest/apireference/API_CreateStateMachine.html>
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Standard => "STANDARD",
            Self::Express => "EXPRESS",
        }
    }

    /// Returns the word for people: `Standard` or `Express`.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Standard => "Standard",
            Self::Express => "Express",
        }
    }

    /// Returns the type with this name in the API.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Standard, Self::Express].into_iter().find(|kind| kind.as_str() == name)
    }
}

impl fmt::Display for MachineType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
