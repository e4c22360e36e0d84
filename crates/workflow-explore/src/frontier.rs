//! The decisions that a search has still to try, in order of the number of faults and, while memory lasts, of decisions.

use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;

use crate::decision::Decision;

/// About how many bytes a decision takes.
const DECISION: u64 = 160;

/// Something that takes memory.
pub(crate) trait Weighed {
    fn bytes(&self) -> u64;
}

/// A state of an execution that a search has found.
#[derive(Debug)]
pub(crate) struct Found {
    /// The number of the state before.
    pub(crate) parent: Option<u32>,
    pub(crate) decision: Decision,
    /// The number of executions that end with one more decision.
    pub(crate) ends: u64,
    /// Whether the state leads beyond a bound or to an end without further faults.
    pub(crate) leads_on: bool,
}

/// Returns the decisions that led to the state with this number.
pub(crate) fn decisions_to(found: &[Found], number: Option<u32>) -> Vec<Decision> {
    let state = |number: u32| found.get(number as usize);
    let states = std::iter::successors(number.and_then(state), |found| found.parent.and_then(state));
    let mut decisions: Vec<_> = states.map(|found| found.decision.clone()).collect();
    decisions.reverse();
    decisions
}

/// The decisions to try in a state of an execution.
struct Entry<W> {
    number: u32,
    world: Option<Rc<W>>,
    decisions: VecDeque<Decision>,
}

pub(crate) struct Next<W> {
    pub(crate) world: W,
    pub(crate) number: u32,
    pub(crate) depth: u32,
    pub(crate) decision: Decision,
}

/// The decisions to try, by the number of faults and decisions. Executions are kept for half of the memory: beyond it, the
/// search is depth first, and executions with a further fault are run again from their decisions.
pub(crate) struct Frontier<W> {
    queue: BTreeMap<(u32, u32), VecDeque<Entry<W>>>,
    /// How many bytes it may take.
    memory: u64,
    /// About how many bytes the kept executions take, and the decisions.
    kept: u64,
    listed: u64,
}

impl<W: Clone + Weighed> Frontier<W> {
    pub(crate) fn new(memory: u64) -> Self {
        Self { queue: BTreeMap::new(), memory, kept: 0, listed: 0 }
    }

    pub(crate) fn is_full(&self) -> bool {
        self.kept.saturating_add(self.listed) > self.memory
    }

    fn is_deep(&self) -> bool {
        self.kept > self.memory / 2
    }

    /// Adds the decisions in a state of an execution, which has `faults` faults and `depth` decisions.
    pub(crate) fn add(&mut self, world: W, number: u32, (faults, depth): (u32, u32), decisions: Vec<Decision>) {
        let (more, same): (VecDeque<_>, VecDeque<_>) = decisions.into_iter().partition(Decision::is_fault);
        let (bytes, world) = (world.bytes(), Rc::new(world));
        for (faults, decisions, is_next) in [(faults, same, true), (faults.saturating_add(1), more, false)] {
            if decisions.is_empty() {
                continue;
            }
            let world = (is_next || !self.is_deep()).then(|| Rc::clone(&world));
            self.kept += if world.is_some() { bytes } else { 0 };
            self.listed += decisions.len() as u64 * DECISION;
            self.queue.entry((faults, depth)).or_default().push_back(Entry { number, world, decisions });
        }
    }

    /// Removes the next decision. `run` returns the execution in the state with this number.
    pub(crate) fn next(&mut self, mut run: impl FnMut(u32) -> Option<W>) -> Option<Next<W>> {
        loop {
            let is_deep = self.is_deep();
            let (faults, first) = *self.queue.first_key_value()?.0;
            let deepest = || self.queue.range((faults, 0)..=(faults, u32::MAX)).next_back().map(|(key, _)| key.1);
            let depth = if is_deep { deepest()? } else { first };
            let entries = self.queue.get_mut(&(faults, depth))?;
            let Some(mut entry) = (if is_deep { entries.pop_back() } else { entries.pop_front() }) else {
                self.queue.remove(&(faults, depth));
                continue;
            };
            let number = entry.number;
            if entry.world.is_none() {
                entry.world = run(number).map(Rc::new);
                self.kept += entry.world.as_ref().map_or(0, |world| world.bytes());
            }
            let decision = entry.decisions.pop_front();
            self.listed = self.listed.saturating_sub(DECISION);
            let world = if entry.decisions.is_empty() {
                // The last decision needs no copy.
                self.kept = self.kept.saturating_sub(entry.world.as_ref().map_or(0, |world| world.bytes()));
                entry.world.map(Rc::unwrap_or_clone)
            } else {
                let world = entry.world.as_deref().cloned();
                if is_deep {
                    entries.push_back(entry)
                } else {
                    entries.push_front(entry)
                }
                world
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
