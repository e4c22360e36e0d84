//! The forms that an execution is converted to, by the program that runs the server.

use std::collections::BTreeMap;

use serde_json::Value;

/// The form that is wanted of an execution.
#[derive(Clone, Debug)]
pub enum Conversion {
    /// A mock file with the recorded answers of its tasks.
    Mocks,
    /// A test in Rust with these answers.
    Test,
    /// The HTML page of an execution that goes on from one of its states.
    Fork {
        /// The state.
        state: String,
        /// The state's input, if it is not the recorded one.
        input: Option<Value>,
        /// Results of tasks, by state, instead of the recorded answers.
        results: BTreeMap<String, Value>,
    },
}

/// Converts an execution.
pub(crate) type Convert = dyn Fn(&Value, &Conversion) -> Result<String, String> + Send + Sync;
