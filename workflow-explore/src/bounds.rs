//! How far exploration goes.

use serde_json::{Value, json};

/// How far exploration goes; what lies beyond a bound is reported as cut off by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Bounds {
    /// How many things go wrong in one execution; 2 unless set.
    pub faults: u32,
    /// How often a task on a loop is visited in one execution; 10 unless set.
    pub turns: u32,
    /// How many executions are tried; 100,000 unless set.
    pub executions: u64,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { faults: 2, turns: 10, executions: 100_000 }
    }
}

/// How often each bound has cut something off.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CutOff {
    /// States of executions in which more could go wrong.
    pub faults: u64,
    /// Executions that were left on a loop.
    pub turns: u64,
    /// Executions that were begun and not tried to their end, because enough were tried.
    pub executions: u64,
    /// Values of the input and of results that were left out because there are too many.
    pub values: u64,
}

impl CutOff {
    /// The names of the bounds that have cut something off.
    pub fn names(&self) -> Vec<&'static str> {
        let all =
            [("faults", self.faults), ("turns", self.turns), ("executions", self.executions), ("values", self.values)];
        all.into_iter().filter(|(_, count)| *count > 0).map(|(name, _)| name).collect()
    }

    pub(crate) fn to_json(self, bounds: Bounds) -> Value {
        json!({
            "faults": bounds.faults,
            "turns": bounds.turns,
            "executions": bounds.executions,
            "cut_off": {
                "faults": self.faults, "turns": self.turns, "executions": self.executions, "values": self.values,
            },
        })
    }
}
