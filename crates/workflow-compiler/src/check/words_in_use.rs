//! The names that the words of a use or copy can write, where inlining made others.

use std::collections::BTreeMap;

use super::model::{Model, StateInfo};
use crate::syntax::ast::plain;

impl Model<'_> {
    /// Returns the states and uses that the source in this use or copy can name, with the names as written there: the
    /// copies of a repeated state have one word outside of the repetition, and a number.
    pub(super) fn words_in(&self, number: u32) -> BTreeMap<String, String> {
        let here: Vec<u32> = self.workflow.around(number).collect();
        let states = self.states.values().map(|info| {
            let written = info.state.written.clone().unwrap_or_else(|| info.name.clone());
            (written, self.workflow.around(info.state.in_use).collect())
        });
        let uses = self.workflow.inlined.iter().map(|used| {
            let around = used.outer.into_iter().flat_map(|outer| self.workflow.around(outer));
            (plain(&used.written), around.collect::<Vec<_>>())
        });
        let mut words = BTreeMap::new();
        for (written, around) in states.chain(uses) {
            let mut outer = around.iter().rev().filter(|number| !here.contains(number));
            let copies = outer.try_fold(String::new(), |copies, number| {
                let copy = self.workflow.copies.iter().find(|copy| copy.number == *number)?;
                Some(format!("{copies}[{}]", copy.index))
            });
            if let Some(copies) = copies {
                words.entry(written.clone()).or_insert_with(|| format!("{written}{copies}"));
            }
        }
        words
    }

    /// Returns the word with which a state leads to another, which is in its own use or copy, or in one inside of that.
    pub(super) fn word_for(&self, other: &StateInfo<'_>, from: &StateInfo<'_>) -> Option<String> {
        let here: Vec<u32> = self.workflow.around(from.state.in_use).collect();
        let there: Vec<u32> = self.workflow.around(other.state.in_use).collect();
        if here.iter().any(|number| !there.contains(number)) {
            return None;
        }
        let mut inside = there.iter().rev().filter(|number| !here.contains(number));
        let used = inside.find_map(|number| self.workflow.inlined.iter().find(|used| used.number == *number));
        let state = || other.state.written.clone().unwrap_or_else(|| other.name.clone());
        Some(used.map_or_else(state, |used| plain(&used.written)))
    }
}
