//! The cost of simulated executions, by AWS's published prices.

use workflow_local::MachineType;

/// The cost of a million executions.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Cost {
    /// The type of the executions.
    pub machine_type: MachineType,
    /// The cost of transitions of Standard executions, in US dollars.
    pub transitions: f64,
    /// The cost of starts of Express executions, in US dollars.
    pub requests: f64,
    /// The cost of time and memory of Express executions, in US dollars.
    pub duration: f64,
    /// The mean of the billed memory of Express executions, in MB.
    pub memory: f64,
}

impl Cost {
    /// Returns the total cost in US dollars.
    pub fn total(&self) -> f64 {
        self.transitions + self.requests + self.duration
    }
}
