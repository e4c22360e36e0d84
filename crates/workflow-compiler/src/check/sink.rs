//! The receiver of problems: the user, or none if a later phase only needs a result.

use super::types::Ty;
use crate::problem::{Problem, Problems};
use crate::question::{Foreign, Question, QuestionKind};
use crate::syntax::ast::TokenSpan;

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

    /// Asks rustc a question about a type, unless the sink is silent.
    pub(super) fn ask(&mut self, subject: &Foreign, span: TokenSpan, asks: impl FnOnce() -> QuestionKind) {
        if let Some(problems) = &mut self.0 {
            problems.ask(Question { subject: subject.clone(), asks: asks(), span });
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

    /// The same for a value that has no type because of the problem. A warning leaves the type open, and so does a silent
    /// sink, which reports nothing.
    pub(super) fn error(&mut self, problem: impl FnOnce() -> Problem) -> Ty {
        let Some(problems) = &mut self.0 else { return Ty::Unknown };
        let problem = problem();
        let is_error = problem.is_error();
        let reported = problems.push(problem);
        if is_error { Ty::Error(reported) } else { Ty::Unknown }
    }
}
