//! Why nothing can be explored.

use workflow_local::DefinitionError;

use crate::property::PropertyError;

/// Why nothing can be explored.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExploreError {
    /// The definition has errors.
    #[error(transparent)]
    Definition(#[from] DefinitionError),
    /// A text is no property.
    #[error(transparent)]
    Property(#[from] PropertyError),
    /// A property names a state that does not exist.
    #[error("the property `{property}` names the state `{state}`, which does not exist{}", did_you_mean(nearest.as_deref()))]
    UnknownState {
        /// The property.
        property: String,
        /// The name.
        state: String,
        /// The name that is most like it.
        nearest: Option<String>,
    },
    /// A property is about the success of a Fail state.
    #[error("the property `{property}` is about the success of `{state}`, a Fail state, which never succeeds")]
    NeverSucceeds {
        /// The property.
        property: String,
        /// The state.
        state: String,
    },
    /// A property names a state of a distributed map, whose children have histories of their own.
    #[error(
        "the property `{property}` names `{state}`, which is in a distributed map: properties do not follow its children"
    )]
    Distributed {
        /// The property.
        property: String,
        /// The state.
        state: String,
    },
    /// Values are given for a state that does not exist or is no task.
    #[error("values are given for `{state}`, which is no task of the workflow{}", did_you_mean(nearest.as_deref()))]
    NoTask {
        /// The name.
        state: String,
        /// The name that is most like it.
        nearest: Option<String>,
    },
    /// A bound is zero that lets nothing happen then.
    #[error("the bound `{bound}` is 0: nothing would be explored")]
    Zero {
        /// The bound.
        bound: &'static str,
    },
    /// No values are given where at least one is needed.
    #[error("no value is given for {what}: give at least one, or leave the values to the types")]
    NoValues {
        /// What they are for.
        what: String,
    },
    /// A list of decisions does not fit the workflow.
    #[error("decision {number} does not fit: {problem}")]
    Decision {
        /// The number of the decision, from 1.
        number: usize,
        /// What does not fit.
        problem: String,
    },
}

fn did_you_mean(nearest: Option<&str>) -> String {
    nearest.map(|name| format!("\n  = help: did you mean `{name}`?")).unwrap_or_default()
}
