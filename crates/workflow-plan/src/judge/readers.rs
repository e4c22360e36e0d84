//! What readers get: the outputs of executions.

use std::collections::BTreeMap;

use workflow_asl::types::Type;

use super::compare::{Change, Changes, compare, worst};
use super::{Judge, Side, Subject};
use crate::flow::StateData;
use crate::flow::symbol::Symbol;
use crate::rule::{self, Rule, Verdict};

impl Judge<'_> {
    pub(super) fn readers(&mut self) {
        let (old, new) = (self.old.flow.outputs.clone(), self.new.flow.outputs.clone());
        if new.is_empty() && !old.is_empty() {
            return self.find(&rule::SUCCESS_REMOVED, &Subject { state: None, field: "" }, "");
        }
        let (before, after) = (self.old.machine, self.new.machine);
        if let (Some(before), Some(after)) = (&before.output, &after.output) {
            return self.schema("output", (after, before), (&rule::OUTPUT_WIDENED, &rule::OUTPUT_NARROWED));
        }
        if old.is_empty() {
            return;
        }
        let typed = |side: &Side<'_>, name: &String, output: &Symbol| {
            // The names in the outputs are the newer ones.
            let of_state = |state: &&StateData| state.name == *name;
            let at = side.flow.states.iter().find(|(_, state)| of_state(state)).map(|(at, _)| at);
            let types = at.and_then(|at| side.types.get(at));
            (name.clone(), (output.clone(), types.and_then(|types| types.output.clone())))
        };
        let old: Outputs = old.iter().map(|(name, output)| typed(&self.old, name, output)).collect();
        let new: Outputs = new.iter().map(|(name, output)| typed(&self.new, name, output)).collect();
        let all: Vec<(&String, Changes)> =
            new.iter().map(|(name, output)| (name, changes(&old, name, output))).collect();
        let fine = |changes: &Changes| worst(changes).is_none_or(|worst| worst.verdict() != Verdict::Breaking);
        let some_fine = all.iter().any(|(_, changes)| fine(changes));
        for (state, changes) in all {
            // A new final state next to final states that stay unchanged.
            let other_form = some_fine && !old.contains_key(state);
            let places = changes.into_iter().map(|(change, place)| {
                let is_maybe = other_form && change.verdict() == Verdict::Breaking;
                (rule_of(if is_maybe { Change::Maybe } else { change }), place)
            });
            self.find_places(&Subject { state: Some(state), field: "" }, places);
        }
    }
}

/// The outputs of successful executions with their types, by the last state.
type Outputs = BTreeMap<String, (Symbol, Option<Type>)>;

/// Returns how an output differs from the output of the same state, or from the nearest output if that state was not a
/// final one.
fn changes(old: &Outputs, state: &str, (output, is): &(Symbol, Option<Type>)) -> Changes {
    let changes = |(before, was): &(Symbol, Option<Type>)| compare((before, was.as_ref()), (output, is.as_ref()));
    match old.get(state) {
        Some(before) => changes(before),
        None => old.values().map(changes).min_by_key(worst).unwrap_or_default(),
    }
}

fn rule_of(change: Change) -> &'static Rule {
    match change {
        Change::Added => &rule::OUTPUT_ADDED,
        Change::Value => &rule::OUTPUT_VALUE_CHANGED,
        Change::Source => &rule::OUTPUT_SOURCE_CHANGED,
        Change::Maybe => &rule::OUTPUT_MAY_DIFFER,
        Change::Order => &rule::OUTPUT_ORDER_CHANGED,
        Change::Type => &rule::OUTPUT_TYPE_CHANGED,
        Change::Removed => &rule::OUTPUT_REMOVED,
    }
}
