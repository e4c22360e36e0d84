//! The receiver of problems: the user, or none if a later phase only needs a result.

use crate::problem::{Problem, Problems};
use crate::question::Question;

/// Takes problems, or drops them.
pub(super) struct Sink<'p>(Option<&'p mut Problems>);

impl<'p> Sink<'p> {
    pub(super) fn to(problems: &'p mut Problems) -> Self {
        Self(Some(problems))
    }

    pub(super) fn silent() -> Self {
        Self(None)
    }

    pub(super) fn push(&mut self, problem: Problem) {
        if let Some(problems) = &mut self.0 {
            problems.push(problem);
        }
    }

    /// Asks rustc a question, unless the sink is silent.
    pub(super) fn ask(&mut self, question: impl FnOnce() -> Question) {
        if let Some(problems) = &mut self.0 {
            problems.ask(question());
        }
    }

    /// Returns whether anybody listens.
    pub(super) fn listens(&self) -> bool {
        self.0.is_some()
    }

    /// Builds the problem only if the sink is not silent.
    pub(super) fn report(&mut self, problem: impl FnOnce() -> Problem) {
        if let Some(problems) = &mut self.0 {
            problems.push(problem());
        }
    }
}
