//! The decisions that a search has still to try, in order of the number of faults and decisions.

use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;

use crate::decision::Decision;

/// The maximum number of entries that keep their execution. For the others, the execution is run again.
const KEPT: usize = 1_000;

/// How a search reached a state of an execution: the number of the state before, and the decision.
#[derive(Debug)]
pub(crate) struct Step {
    pub(crate) parent: Option<u32>,
    pub(crate) decision: Decision,
}

impl Step {
    /// Returns the decisions that led to a state. `step` returns the step to the state with a number.
    pub(crate) fn decisions_to<'s>(number: Option<u32>, step: impl Fn(u32) -> Option<&'s Self>) -> Vec<Decision> {
        let mut decisions = Vec::new();
        let mut at = number;
        while let Some(step) = at.and_then(&step) {
            decisions.push(step.decision.clone());
            at = step.parent;
        }
        decisions.reverse();
        decisions
    }
}

/// The decisions to try in a state of an execution.
struct Entry<W> {
    /// The number of the state.
    number: u32,
    world: Option<Rc<W>>,
    decisions: VecDeque<Decision>,
}

/// A decision to try.
pub(crate) struct Next<W> {
    pub(crate) world: W,
    pub(crate) number: u32,
    pub(crate) depth: u32,
    pub(crate) decision: Decision,
}

/// The decisions to try, by the number of faults and decisions. Its memory grows by the decisions alone, because an
/// execution with its history is much larger than the decisions that lead to it.
pub(crate) struct Frontier<W> {
    queue: BTreeMap<(u32, u32), VecDeque<Entry<W>>>,
    kept: usize,
}

impl<W: Clone> Frontier<W> {
    pub(crate) fn new() -> Self {
        Self { queue: BTreeMap::new(), kept: 0 }
    }

    /// Adds the decisions in a state of an execution, which has `faults` faults and `depth` decisions.
    pub(crate) fn add(&mut self, world: W, number: u32, (faults, depth): (u32, u32), decisions: Vec<Decision>) {
        let (more, same): (VecDeque<_>, VecDeque<_>) = decisions.into_iter().partition(Decision::is_fault);
        let world = Rc::new(world);
        for (faults, decisions) in [(faults, same), (faults.saturating_add(1), more)] {
            if decisions.is_empty() {
                continue;
            }
            let world = (self.kept < KEPT).then(|| Rc::clone(&world));
            self.kept += usize::from(world.is_some());
            self.queue.entry((faults, depth)).or_default().push_back(Entry { number, world, decisions });
        }
    }

    /// Removes the next decision. `run` returns the execution in the state with this number.
    pub(crate) fn next(&mut self, mut run: impl FnMut(u32) -> Option<W>) -> Option<Next<W>> {
        loop {
            let mut first = self.queue.first_entry()?;
            let (_, depth) = *first.key();
            let entries = first.get_mut();
            let Some(entry) = entries.front_mut() else {
                first.remove();
                continue;
            };
            let number = entry.number;
            if entry.world.is_none() {
                entry.world = run(number).map(Rc::new);
                self.kept += usize::from(entry.world.is_some());
            }
            let decision = entry.decisions.pop_front();
            let world = match entry.decisions.is_empty() {
                // The last decision needs no copy.
                true => {
                    let world = entry.world.take();
                    self.kept -= usize::from(world.is_some());
                    entries.pop_front();
                    world.map(|world| Rc::try_unwrap(world).unwrap_or_else(|shared| (*shared).clone()))
                }
                false => entry.world.as_deref().cloned(),
            };
            if let (Some(world), Some(decision)) = (world, decision) {
                return Some(Next { world, number, depth, decision });
            }
        }
    }

    /// Returns the states with decisions that were not tried, one for each decision.
    pub(crate) fn left(&self) -> impl Iterator<Item = u32> {
        let entries = self.queue.values().flatten();
        entries.flat_map(|entry| std::iter::repeat_n(entry.number, entry.decisions.len()))
    }
}
