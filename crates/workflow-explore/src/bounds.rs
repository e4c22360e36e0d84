//! The bounds of exploration.

use serde_json::{Map, Value, json};

/// The bounds of exploration. The report lists the parts that each bound cut off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Bounds {
    /// The maximum number of faults in one execution. The default is 2.
    pub faults: u32,
    /// The maximum number of visits of a task on a loop in one execution. The default is 10.
    pub turns: u32,
    /// The maximum number of executions to try, and of states of executions to find. The default is 100,000.
    pub executions: u64,
    /// The maximum memory, in bytes. It is estimated. The default is 1 GiB.
    pub memory: u64,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { faults: 2, turns: 10, executions: 100_000, memory: 1 << 30 }
    }
}

/// Counts the parts that each bound has cut off.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CutOff {
    /// The number of states of executions in which more faults were possible.
    pub faults: u64,
    /// The number of executions that were abandoned on a loop.
    pub turns: u64,
    /// The number of executions that were started but not run to their end.
    pub executions: u64,
    /// The number of executions that were not run to their end because the memory was used up.
    pub memory: u64,
    /// The number of values of the input and of results that were omitted.
    pub values: u64,
}

impl CutOff {
    /// Returns the names of the bounds, each with its count.
    fn counts(&self) -> [(&'static str, u64); 5] {
        let Self { faults, turns, executions, memory, values } = *self;
        [("faults", faults), ("turns", turns), ("executions", executions), ("memory", memory), ("values", values)]
    }

    /// Returns the names of the bounds that have cut something off.
    pub fn names(&self) -> Vec<&'static str> {
        self.counts().into_iter().filter(|(_, count)| *count > 0).map(|(name, _)| name).collect()
    }

    /// Returns whether executions were not run to their end.
    pub(crate) fn ends_early(self) -> bool {
        self.executions > 0 || self.memory > 0
    }

    pub(crate) fn to_json(self, bounds: Bounds) -> Value {
        json!({
            "faults": bounds.faults,
            "turns": bounds.turns,
            "executions": bounds.executions,
            "memory": bounds.memory,
            "cut_off": self.counts().into_iter().map(|(name, count)| (name.to_owned(), count.into())).collect::<Map<_, _>>(),
        })
    }
}
