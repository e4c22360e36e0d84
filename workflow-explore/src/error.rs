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
    /// A text is not a valid property.
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
    /// A property requires that a Fail state succeeds.
    #[error("the property `{property}` is about the success of `{state}`, a Fail state, which never succeeds")]
    NeverSucceeds {
        /// The property.
        property: String,
        /// The state.
        state: String,
    },
    /// A property names a state of a distributed map, whose children have their own histories.
    #[error(
        "the property `{property}` names `{state}`, which is in a distributed map: properties do not follow its children"
    )]
    Distributed {
        /// The property.
        property: String,
        /// The state.
        state: String,
    },
    /// Values are given for a state that does not exist or is not a task.
    #[error("values are given for `{state}`, which is not a task of the workflow{}", did_you_mean(nearest.as_deref()))]
    NoTask {
        /// The name.
        state: String,
        /// The most similar name.
        nearest: Option<String>,
    },
    /// A bound is zero, so that nothing would be explored.
    #[error("the bound `{bound}` is 0: nothing would be explored")]
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
