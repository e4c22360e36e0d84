//! The uses of fragments in a definition.

use super::Fragment;
use crate::{Definition, MachineType, Params, ParamsError};

/// A use of a fragment. An engine can run a task that stands in for its states.
#[derive(Debug)]
pub struct FragmentUse {
    /// Its name in the definition: `Told`.
    pub name: &'static str,
    /// The name of the state that runs first.
    pub first: &'static str,
    /// The names of its states in the scope of the use.
    pub states: &'static [&'static str],
    /// The task that stands in for them, as JSON.
    pub stand_in: &'static [Fragment],
}

impl FragmentUse {
    /// Returns the task that stands in for the states, as JSON.
    ///
    /// # Errors
    ///
    /// Fails if a parameter's own `Serialize` fails.
    pub fn stand_in(&self, params: &impl Params) -> Result<String, ParamsError> {
        Definition::spliced(self.name, MachineType::Standard, self.stand_in, params).map(|text| text.to_string())
    }
}
