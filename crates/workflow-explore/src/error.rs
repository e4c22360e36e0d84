//! The errors of exploration.

use workflow_asl::nearest::nearest;
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
    /// A property, values or a bound that were given do not fit the workflow.
    #[error("{problem}\n  = help: {help}")]
    Misfit {
        /// The problem.
        problem: String,
        /// What helps.
        help: String,
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

/// Returns which known name is meant by a wrong one, or another help if none is like it.
pub(crate) fn meant<'n>(
    name: &str,
    known: impl IntoIterator<Item = &'n str>,
    otherwise: impl FnOnce() -> String,
) -> String {
    nearest(name, known).map_or_else(otherwise, |near| format!("did you mean `{near}`?"))
}

impl ExploreError {
    pub(crate) fn misfit(problem: impl Into<String>, help: impl Into<String>) -> Self {
        Self::Misfit { problem: problem.into(), help: help.into() }
    }

    pub(crate) fn no_values(what: &str) -> Self {
        Self::misfit(format!("no value is given for {what}"), "give at least one, or leave the values to the types")
    }
}
