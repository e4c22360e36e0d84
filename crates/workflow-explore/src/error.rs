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
    /// A property names something that does not exist, or that can never be as it says.
    #[error("{problem}, in the property `{property}`\n  = help: {help}")]
    Misfit {
        /// The property.
        property: String,
        /// The problem.
        problem: String,
        /// What helps.
        help: String,
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
