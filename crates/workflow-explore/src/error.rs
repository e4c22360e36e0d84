//! The errors of exploration.

use workflow_local::DefinitionError;

use crate::property::PropertyError;

/// An error that prevents exploration.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExploreError {
    /// The definition has errors.
    #[error(transparent)]
    Definition(#[from] DefinitionError),
    /// A string is not a valid property.
    #[error(transparent)]
    Property(#[from] PropertyError),
    /// A property names a state that does not exist.
    #[error("the property `{property}` names the state `{state}`, which does not exist{}", did_you_mean(nearest.as_deref()))]
    UnknownState {
        /// The property.
        property: String,
        /// The name.
        state: String,
        /// The most similar name.
        nearest: Option<String>,
    },
    /// A property is about the success of a Fail state.
    #[error(
        "the property `{property}` is about the success of `{state}`, a Fail state, which never succeeds\n  = help: write \
         `ends in …` for the states that executions end in, or name another state"
    )]
    NeverSucceeds {
        /// The property.
        property: String,
        /// The state.
        state: String,
    },
    /// A property names a state of a distributed map and a state outside it. The children of the map have their own
    /// histories.
    #[error(
        "the property `{property}` names `{state}`, which runs in the children of the distributed map `{map}`, and `{other}`, \
         which does not\n  = help: name `{map}` in place of `{state}`, or name only states of its item processor: each child \
         is then judged by itself"
    )]
    Distributed {
        /// The property.
        property: String,
        /// The state in the distributed map.
        state: String,
        /// The distributed map.
        map: String,
        /// The state outside the map.
        other: String,
    },
    /// Values are given for a state that does not exist or is not a task.
    #[error("values are given for `{state}`, which is not a task of the workflow{}", did_you_mean(nearest.as_deref()))]
    NoTask {
        /// The name.
        state: String,
        /// The most similar name.
        nearest: Option<String>,
    },
    /// A bound is 0, so nothing would be explored.
    #[error("the bound `{bound}` is 0, so that nothing would be explored\n  = help: give at least 1")]
    Zero {
        /// The bound.
        bound: &'static str,
    },
    /// An empty list of values is given.
    #[error("no value is given for {what}: give at least one, or leave the values to the types")]
    NoValues {
        /// What the values are for.
        what: String,
    },
    /// A strategy of proptest generates no value.
    #[error("no value can be generated for {what}: {problem}\n  = help: change the strategy, or give values yourself")]
    Strategy {
        /// What the values are for.
        what: String,
        /// The reason.
        problem: String,
    },
    /// A list of decisions does not fit the workflow.
    #[error("decision {number} does not fit: {problem}")]
    Decision {
        /// The number of the decision, starting at 1.
        number: usize,
        /// The reason.
        problem: String,
    },
}

fn did_you_mean(nearest: Option<&str>) -> String {
    nearest.map(|name| format!("\n  = help: did you mean `{name}`?")).unwrap_or_default()
}
