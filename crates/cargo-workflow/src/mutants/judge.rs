//! Judges a mutant by its tests, and compares one that they did not notice with the workflow by exploration.

use workflow_explore::{Equivalence, Explorer, Mutant};
use workflow_local::Engine;
use workflow_local::internal::InternalEngine;

use super::Subject;
use super::outcome::{Judged, Outcome};
use super::trial::TrialOutcome;

/// How many decisions of the world are compared at most.
const DECISIONS: u64 = 10_000;

/// A mutant with its workflow.
pub(crate) struct Judge<'s> {
    pub(crate) subject: &'s Subject,
    pub(crate) mutant: &'s Mutant,
}

impl Judge<'_> {
    pub(crate) fn judge(&self, tried: TrialOutcome, is_covered: bool, tests: usize) -> Judged {
        let judged = |outcome| Judged { outcome, failed: Vec::new(), tests, difference: None, not_shown: None };
        let unnoticed = match tried {
            TrialOutcome::Failed(failed) => return Judged { failed, ..judged(Outcome::Killed) },
            TrialOutcome::TimedOut => return judged(Outcome::TimedOut),
            TrialOutcome::NotRun => return judged(Outcome::NotRun),
            TrialOutcome::Passed if is_covered => Outcome::Survived,
            TrialOutcome::Passed => Outcome::NotCovered,
        };
        let not_shown = match self.compare() {
            Some(Equivalence::Same) => return judged(Outcome::Equivalent),
            Some(Equivalence::Different(difference)) => {
                return Judged { difference: Some(difference.to_string()), ..judged(unnoticed) };
            }
            Some(not_shown) => not_shown.to_string(),
            None => return judged(unnoticed),
        };
        // That no test reaches it says more.
        let outcome = if is_covered { Outcome::NotShown } else { unnoticed };
        Judged { not_shown: Some(not_shown), ..judged(outcome) }
    }

    /// Explores the workflow and the mutant side by side; `None` where that cannot be done.
    fn compare(&self) -> Option<Equivalence> {
        let definition = self.subject.covered.document();
        let changed = self.mutant.apply(&definition)?;
        let explorer = |definition: &serde_json::Value| {
            let mut engine = Engine::new(definition).ok()?;
            if let Some(placed) = &self.subject.placed {
                engine = engine.machine_type(placed.machine_type).declaring(placed.types);
            }
            Some(Explorer::new(&engine).ok()?.executions(DECISIONS))
        };
        let place = self.mutant.reached_at.as_ref();
        explorer(&definition)?.compare_at(&explorer(&changed)?, place).ok()
    }
}
