//! The catchers that a use adds to the states of its fragment.

use std::collections::BTreeSet;

use workflow_asl::Code;
use workflow_asl::error_name::ALL;

use super::Inliner;
use super::substitute::renumber_clauses;
use crate::problem::Problem;
use crate::syntax::ast::{Clause, ClauseValue, State, Use};
use crate::syntax::keyword::ClauseKind;

impl Inliner<'_> {
    /// Adds the catchers of a use to each of its states that does not catch the same errors itself.
    pub(super) fn handle(&mut self, used: &Use, states: &mut [State]) {
        // Before it is added to: the catchers of a use are in the order of the use.
        let own: Vec<_> = states.iter().map(own_catchers).collect();
        for clause in used.clauses.iter().filter(|clause| clause.kind == ClauseKind::Catch) {
            if !states.iter().any(|state| clause.kind.stands_on(state.kind) || state.is_broken()) {
                let message = format!("no state of the fragment `{}` has errors to catch", used.fragment);
                let problem = Problem::new(Code::MisplacedClause, clause.span, message);
                self.problems.push(problem.help("remove the `catch`: only tasks, parallels and maps have one"));
            }
            for (state, own) in states.iter_mut().zip(&own).filter(|(state, _)| clause.kind.stands_on(state.kind)) {
                let Some(own) = own else { continue };
                let errors = match &clause.value {
                    ClauseValue::Catcher(catcher) => catcher.errors.as_slice(),
                    _ => &[],
                };
                let new: Vec<_> = errors.iter().filter(|error| !own.contains(&error.value)).cloned().collect();
                if own.contains(ALL) || new.is_empty() && !errors.is_empty() {
                    continue;
                }
                let mut copy = vec![clause.clone()];
                renumber_clauses(&mut copy, &mut self.nodes);
                for clause in &mut copy {
                    if let ClauseValue::Catcher(catcher) = &mut clause.value {
                        catcher.errors.clone_from(&new);
                    }
                }
                state.clauses.extend(copy);
            }
        }
    }
}

/// Returns the errors that a state catches itself; `None` if it must not catch any.
fn own_catchers(state: &State) -> Option<BTreeSet<String>> {
    let catches_none = |own: &Clause| own.kind == ClauseKind::Catch && matches!(own.value, ClauseValue::None(_));
    if state.clauses.iter().any(catches_none) {
        return None;
    }
    let own = state.clauses.iter().filter_map(|own| match &own.value {
        ClauseValue::Catcher(own) => Some(own.errors.iter().map(|error| error.value.clone())),
        _ => None,
    });
    Some(own.flatten().collect())
}
