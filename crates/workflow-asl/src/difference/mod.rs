//! The difference of two definitions: matching states, and their fields that differ.
//!
//! States are matched by name, then by content: a state with another name but mostly the same fields is renamed. A
//! difference without effect, such as an explicit default, is ignored.

mod field;
mod state_matching;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::Pointer;
pub use field::FieldDifference;
pub use state_matching::states_in;

/// The difference of an older and a newer definition.
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
    /// All states of both definitions: the newer one's in order, each before those inside it, then removed ones.
    pub states: Vec<StateDifference>,
    /// The fields of the machine that differ, except its states.
    pub machine: Vec<FieldDifference>,
}

/// A state of one definition or of both.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct StateDifference {
    /// Its position in the older definition; `None` for an added state.
    pub old: Option<StateLocation>,
    /// Its position in the newer definition; `None` for a removed state.
    pub new: Option<StateLocation>,
    /// The fields that differ, for a state in both. Transitions to a renamed state do not differ.
    pub fields: Vec<FieldDifference>,
}

/// The position of a state.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct StateLocation {
    /// Its name.
    pub name: String,
    /// Its pointer in the definition.
    pub pointer: Pointer,
    /// The pointer of its scope: the machine, a branch or an item processor.
    pub scope: Pointer,
}

impl StateDifference {
    /// Returns the name in the newer definition, or else in the older one.
    pub fn name(&self) -> &str {
        self.new.as_ref().or(self.old.as_ref()).map_or("", |place| &place.name)
    }

    /// Returns the old and the new name of a renamed state.
    pub fn renamed(&self) -> Option<(&str, &str)> {
        let (old, new) = (self.old.as_ref()?, self.new.as_ref()?);
        (old.name != new.name).then_some((&old.name, &new.name))
    }

    /// Returns whether only the newer definition has it.
    pub fn is_added(&self) -> bool {
        self.old.is_none()
    }

    /// Returns whether only the older definition has it.
    pub fn is_removed(&self) -> bool {
        self.new.is_none()
    }

    /// Returns the field with this name, if it differs.
    pub fn field(&self, name: &str) -> Option<&FieldDifference> {
        self.fields.iter().find(|field| field.name == name)
    }
}

impl Difference {
    /// Compares the valid parts of two definitions.
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

    /// Returns whether there are no differences.
    pub fn is_empty(&self) -> bool {
        self.machine.is_empty() && self.changed().is_empty()
    }

    /// Returns the new names of states in both definitions, by their old names.
    pub fn names(&self) -> BTreeMap<&str, &str> {
        let both = self.states.iter().filter_map(|state| Some((state.old.as_ref()?, state.new.as_ref()?)));
        both.map(|(old, new)| (old.name.as_str(), new.name.as_str())).collect()
    }

    /// Returns the names of the states that differ, with their newer names if they have one.
    pub fn changed(&self) -> BTreeSet<&str> {
        let differs = |state: &&StateDifference| {
            state.is_added() || state.is_removed() || !state.fields.is_empty() || state.renamed().is_some()
        };
        self.states.iter().filter(differs).map(StateDifference::name).collect()
    }
}
