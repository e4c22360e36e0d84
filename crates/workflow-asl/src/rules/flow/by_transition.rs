//! Reports errors that certainly happen after one of several transitions to a state: the types of the transitions are
//! joined, so that the analysis of the state alone does not show it.

use std::cell::RefCell;
use std::rc::Rc;

use super::{Fact, Flow, Outcome, Solving};
use crate::Finding;
use crate::finding::Vocabulary;
use crate::graph::{EdgeKind, Graph, Solver};

/// A transition to a state that others lead to as well.
pub(super) struct TakenTransition {
    /// The state that it leaves; `None` for the start of the scope.
    from: Option<String>,
    is_caught: bool,
}

impl TakenTransition {
    /// Returns the finding with the transition, or `None` for one that is no mistake after a single transition: there,
    /// a comparison may be false.
    pub(super) fn named_in(&self, finding: Finding) -> Option<Finding> {
        if matches!(finding, Finding::NeverTrue { .. } | Finding::ShownAbsent { .. }) {
            return None;
        }
        let (code, message) = (finding.code(), finding.message(Vocabulary::Asl));
        let after = match &self.from {
            Some(from) if self.is_caught => format!("after an error of `{from}`"),
            Some(from) => format!("after `{from}`"),
            None => "at the start".to_owned(),
        };
        let message = format!("{} {after}", message.trim_end_matches(" here"));
        Some(Finding::Other { code, message, help: finding.help(Vocabulary::Asl) })
    }
}

impl<'a> Flow<'_, 'a> {
    /// Reports errors after each of several transitions to a state, in that state and in the states after it.
    pub(super) fn say_by_transition(
        &self,
        graph: &Graph<'a>,
        (facts, outcomes): (&[Option<Fact>], &[Option<Outcome>]),
        solving: &Solving<'_, '_, 'a>,
        entry: Fact,
    ) {
        if self.taken.borrow().is_some() {
            return;
        }
        let start = graph.start().map(|start| (start, None, entry));
        let edges = graph.edges().iter().filter_map(|edge| {
            let fact = outcomes.get(edge.from)?.as_ref()?.along(edge.kind)?;
            Some((edge.to?, Some(edge), fact))
        });
        let mut solver = Solver::of(graph.flow());
        let taken: Vec<_> = start.into_iter().chain(edges).collect();
        for (to, edge, fact) in &taken {
            let Some(Some(joined)) = facts.get(*to) else { continue };
            let same = fact.input.same(&joined.input)
                && (Rc::ptr_eq(&fact.variables, &joined.variables)
                    || fact.variables.len() == joined.variables.len()
                        && fact
                            .variables
                            .iter()
                            .all(|(name, ty)| joined.variables.get(name).is_some_and(|joined| joined.same(ty))));
            if same {
                continue;
            }
            let from = edge.and_then(|edge| graph.states().get(edge.from)).map(|(name, _)| (*name).to_owned());
            let is_caught = edge.is_some_and(|edge| matches!(edge.kind, EdgeKind::Catch(_)));
            self.taken.replace(Some(TakenTransition { from, is_caught }));
            let after = Solving { cut: Some(*to), ends: RefCell::default(), said: None, ..*solving };
            self.says.set(false);
            let facts = solver.solve_from(*to, fact.clone(), &after);
            self.says.set(true);
            // A state that certainly fails has no successors.
            let found = self.found.borrow().len();
            for (state, fact) in facts {
                if let Some(Some(number)) = solving.numbers.get(state)
                    && self.takes_turn()
                {
                    let _ = self.state(*number, &fact, solving.context);
                }
                if self.found.borrow().len() > found {
                    break;
                }
            }
            self.taken.replace(None);
            // Without all visits, types may lack values.
            if self.left_by_transition.get() == 0 {
                self.found.borrow_mut().truncate(found);
                return;
            }
        }
    }
}
