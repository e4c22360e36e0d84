//! The choice state.

use workflow_asl::document::QueryLanguage;

use super::Execution;
use super::context::VisitContext;
use super::failure::Failure;
use super::finish::{StateExit, assigned, select};
use super::thread::{Thread, Visit};
use crate::program::{ChoiceProgram, CoverageEvent, StateId, StateProgram};
use crate::query::Context;

impl Execution {
    pub(super) fn choose(
        &mut self,
        thread: Box<Thread>,
        visit: Visit,
        state: &StateProgram,
        rules: &[ChoiceProgram],
        default: Option<StateId>,
    ) {
        match self.chosen(&thread, &visit, state, rules, default) {
            Ok((exit, next, way)) => {
                self.took(visit.state, way);
                self.exit(thread, visit, exit, Some(next));
            }
            Err(failure) => self.fail(thread, visit, failure),
        }
    }

    /// Returns the output of a choice, and the next state.
    pub(super) fn chosen(
        &self,
        thread: &Thread,
        visit: &Visit,
        state: &StateProgram,
        rules: &[ChoiceProgram],
        default: Option<StateId>,
    ) -> Result<(StateExit, StateId, CoverageEvent), Failure> {
        let source = VisitContext { execution: self, thread, visit, item: None };
        let context = Context::new(&source);
        let scope = self.scope(thread, visit, &context);
        let fails = |failure| Failure::query(visit, failure);
        let mut matched = None;
        for (number, rule) in rules.iter().enumerate() {
            if rule.condition.is_true(&scope).map_err(fails)? {
                matched = Some((number, rule));
                break;
            }
        }
        let (next, way, assign, output) = match (matched, default) {
            // The matching rule's `Assign` replaces the state's own.
            (Some((number, rule)), _) => (
                rule.next,
                CoverageEvent::Rule(number),
                rule.assign.as_ref(),
                rule.output.as_ref().or(state.output.as_ref()),
            ),
            (None, Some(default)) => (default, CoverageEvent::Default, state.assign.as_ref(), state.output.as_ref()),
            (None, None) => {
                let text = "Failed to transition out of the state. The state does not point to a next state.";
                return Err(Failure::runtime(visit, text));
            }
        };
        let assigned = assigned(assign, &scope).map_err(fails)?;
        let output = match (state.language, output) {
            (QueryLanguage::Jsonata, Some(output)) => output.payload(&scope).map_err(fails)?,
            _ => select(&state.output_path, &scope, visit.base().clone()).map_err(fails)?,
        };
        Ok((self.checked(thread, visit, output, assigned)?, next, way))
    }
}
