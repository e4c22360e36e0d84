//! The cost of executions in a month.

use serde::Serialize;
use workflow_asl::price::Prices;
use workflow_local::MachineType;

/// What is billed: how many executions in a month, and whether AWS's free tier is left for them.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Billing {
    /// The number of executions in a month.
    pub executions: f64,
    /// Whether the free transitions of each month are deducted.
    pub free_tier: bool,
}

impl Default for Billing {
    fn default() -> Self {
        Self { executions: 1e6, free_tier: false }
    }
}

/// The cost of the executions of a month.
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

/// What an execution uses on average.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Usage {
    /// The transitions as Standard, with a transition for each child that a distributed map starts.
    pub transitions: f64,
    /// The GB-hours as Express.
    pub gb_hours: f64,
    /// The Express children of distributed maps.
    pub children: f64,
    /// The GB-hours of these children.
    pub children_gb_hours: f64,
}

impl Cost {
    pub(super) fn of(
        usage: &Usage,
        machine_type: MachineType,
        (billing, prices): (Billing, &Prices),
        memory: f64,
    ) -> Self {
        let Billing { executions, free_tier } = billing;
        match machine_type {
            MachineType::Standard => {
                let (requests, duration) =
                    prices.express(usage.children * executions, usage.children_gb_hours * executions);
                let free = if free_tier { prices.free_transitions } else { 0.0 };
                let transitions = prices.transitions((usage.transitions * executions - free).max(0.0));
                Self { machine_type, transitions, requests, duration, memory: 0.0 }
            }
            MachineType::Express => {
                let (requests, duration) = prices.express(executions, usage.gb_hours * executions);
                Self { machine_type, transitions: 0.0, requests, duration, memory }
            }
        }
    }

    /// Returns the total cost in US dollars.
    pub fn total(&self) -> f64 {
        self.transitions + self.requests + self.duration
    }
}

/// The most executions in a month that are looked at.
const MOST: f64 = 1e12;

/// Where the cheaper type changes.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Crossover {
    /// Express executions cost less from this number of executions in a month.
    From(f64),
    /// One type costs less for any number.
    Always(MachineType),
}

impl Crossover {
    /// Finds where Express executions begin to cost less: their price of time falls with their number, and the free tier
    /// is for transitions.
    pub(super) fn of(usage: &Usage, billing: Billing, prices: &Prices) -> Self {
        let express_is_cheaper = |executions: f64| {
            let billing = Billing { executions, ..billing };
            let cost = |machine_type| Cost::of(usage, machine_type, (billing, prices), 0.0).total();
            cost(MachineType::Express) < cost(MachineType::Standard)
        };
        if express_is_cheaper(1.0) {
            return Self::Always(MachineType::Express);
        }
        if !express_is_cheaper(MOST) {
            return Self::Always(MachineType::Standard);
        }
        let (mut below, mut above) = (1.0_f64, MOST);
        while above - below > 1.0 {
            let middle = f64::midpoint(below, above).floor();
            if express_is_cheaper(middle) { above = middle } else { below = middle }
        }
        Self::From(above)
    }
}
