//! The forms that an execution is converted to, by the program that runs the server.

use std::collections::BTreeMap;

use serde_json::Value;

/// The form that is wanted of an execution, or of one that goes on from it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Conversion {
    /// A mock file with the answers of its tasks.
    Mocks(Option<Fork>),
    /// A test in Rust with these answers.
    Test(Option<Fork>),
    /// The HTML page of an execution that goes on from a state.
    Page(Fork),
}

/// How an execution goes on from one of its states.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Fork {
    /// The state.
    pub state: String,
    /// The state's input, if it is not the recorded one.
    pub input: Option<Value>,
    /// Results of tasks, by state, instead of the recorded answers.
    pub results: BTreeMap<String, Value>,
}

/// Converts an execution.
pub(crate) type Convert = dyn Fn(&Value, &Conversion) -> Result<String, String> + Send + Sync;
