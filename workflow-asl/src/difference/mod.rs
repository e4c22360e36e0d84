//! What differs between two definitions: which state became which, and which of their fields differ.
//!
//! States are matched by name, then by what they do: a state that has another name but mostly the same fields is
//! renamed. A difference that changes nothing, such as a default that is written out, is no difference.

mod field;
mod state_matching;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::Pointer;
pub use field::FieldDifference;

/// What differs between an older and a newer definition.
///
/// ```
/// use serde_json::json;
/// use workflow_asl::difference::Difference;
///
/// let machine = |name: &str, seconds| json!({"StartAt": name, "States": {
///     name: {"Type": "Wait", "Seconds": seconds, "Next": "Done"}, "Done": {"Type": "Succeed"}}});
/// let renamed = Difference::of(&machine("Rest", 3), &machine("Sleep", 3));
/// assert_eq!(renamed.states[0].renamed(), Some(("Rest", "Sleep")));
/// assert!(renamed.states[0].fields.is_empty());
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Difference {
    /// Every state of both: those of the newer one in its order, each before those inside it, then what it no longer has.
    pub states: Vec<StateDifference>,
    /// The fields of the machine that differ, but for its states.
    pub machine: Vec<FieldDifference>,
}

/// A state of one definition or of both.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct StateDifference {
    /// In the older definition; `None` for a state that was added.
    pub old: Option<Place>,
    /// In the newer definition; `None` for a state that was removed.
    pub new: Option<Place>,
    /// The fields that differ, of a state that both have; transitions to a renamed state do not.
    pub fields: Vec<FieldDifference>,
}

/// Where a state is.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Place {
    /// Its name.
    pub name: String,
    /// Where it is in the definition.
    pub pointer: Pointer,
    /// Where the scope is that has it: the machine, a branch, an item processor.
    pub scope: Pointer,
}

impl StateDifference {
    /// The name: the newer one, if there is one.
    pub fn name(&self) -> &str {
        self.new.as_ref().or(self.old.as_ref()).map_or("", |place| &place.name)
    }

    /// The old and the new name, of a state that has another one.
    pub fn renamed(&self) -> Option<(&str, &str)> {
        let (old, new) = (self.old.as_ref()?, self.new.as_ref()?);
        (old.name != new.name).then_some((&old.name, &new.name))
    }

    /// Whether only the newer definition has it.
    pub fn is_added(&self) -> bool {
        self.old.is_none()
    }

    /// Whether only the older definition has it.
    pub fn is_removed(&self) -> bool {
        self.new.is_none()
    }

    /// The field of this name, if it differs.
    pub fn field(&self, name: &str) -> Option<&FieldDifference> {
        self.fields.iter().find(|field| field.name == name)
    }
}

impl Difference {
    /// Compares two definitions; takes what it can of one that is malformed.
    pub fn of(old: &Value, new: &Value) -> Self {
        let (pairs, moved) = state_matching::pairs(old, new);
        let names: BTreeMap<&str, &str> = pairs
            .iter()
            .filter_map(|(old, new)| Some((old.as_ref()?.name.as_str(), new.as_ref()?.name.as_str())))
            .collect();
        let renames = |name: &str| names.get(name).copied().map(str::to_owned);
        let comparison = field::Comparison { old, new, renames: &renames };
        let states = pairs.iter().map(|(before, after)| {
            let mut fields = match (before, after) {
                (Some(before), Some(after)) => comparison.state(&before.pointer, &after.pointer),
                _ => Vec::new(),
            };
            if let (Some(before), Some(after)) = (before, after)
                && moved.contains(&after.pointer)
            {
                fields.push(FieldDifference::moved(&before.scope, &after.scope));
            }
            StateDifference { old: before.clone(), new: after.clone(), fields }
        });
        Self { states: states.collect(), machine: comparison.machine() }
    }

    /// Whether nothing differs.
    pub fn is_empty(&self) -> bool {
        let same = |state: &StateDifference| {
            state.old.is_some() && state.new.is_some() && state.fields.is_empty() && state.renamed().is_none()
        };
        self.machine.is_empty() && self.states.iter().all(same)
    }

    /// The new name of each state that both have, by its old name.
    pub fn names(&self) -> BTreeMap<&str, &str> {
        let both = self.states.iter().filter_map(|state| Some((state.old.as_ref()?, state.new.as_ref()?)));
        both.map(|(old, new)| (old.name.as_str(), new.name.as_str())).collect()
    }

    /// The names of the states that differ in some way, in the words of the newer definition where it has them.
    pub fn changed(&self) -> BTreeSet<&str> {
        let differs = |state: &&StateDifference| {
            state.is_added() || state.is_removed() || !state.fields.is_empty() || state.renamed().is_some()
        };
        self.states.iter().filter(differs).map(StateDifference::name).collect()
    }
}
