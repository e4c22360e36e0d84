//! Which optional values are known to be there when a state begins: what was tested on every way to it.
//! The input never changes, so a test of it holds from then on; a test of a result, until its state runs again.

use indexmap::IndexMap;

use super::facts::{Facts, NOTHING};
use super::model::{Model, StateInfo, is_distributed};
use crate::syntax::ast::{Arm, Choice, Head, State, Target, When};

/// What is known at the beginning of each state.
struct Flow<'m, 'a> {
    /// By where the state is in memory: two may have one name.
    states: IndexMap<*const State, (&'m StateInfo<'a>, Option<Facts>)>,
}

impl<'m, 'a> Flow<'m, 'a> {
    /// Follows the edges of every scope until nothing changes: what is known shrinks where ways meet.
    fn of(model: &'m Model<'a>) -> Self {
        let mut flow =
            Self { states: model.all_states().map(|info| (std::ptr::from_ref(info.state), (info, None))).collect() };
        // Without any test there is nothing to follow.
        let tests = model.all_states().any(|info| matches!(info.state.head, Head::Choice(_)));
        if !tests {
            return flow;
        }
        let mut changed = true;
        while changed {
            changed = false;
            for scope in 0..model.scopes.len() {
                let owner = model.scopes.get(scope).and_then(|scope| scope.owner);
                let outside = owner.and_then(|owner| model.info(owner));
                let known = match outside {
                    None => Some(Facts::default()),
                    // The input of a child execution is another one.
                    Some(owner) if is_distributed(owner.state) => Some(Facts::default()),
                    Some(owner) => flow.entry(owner).map(|known| match owner.state.head {
                        Head::Map { .. } => known.of_another_item(),
                        _ => known.clone(),
                    }),
                };
                if let (Some(start), Some(known)) = (model.start_of(scope), known) {
                    changed |= flow.meet(start, &known);
                }
            }
            for number in 0..flow.states.len() {
                let Some((_, (info, Some(known)))) = flow.states.get_index(number) else { continue };
                let (info, known) = (*info, known.clone());
                for (target, facts) in edges(model, info, &known) {
                    if let Some(to) = model.target(target, info.scope) {
                        changed |= flow.meet(to, &facts);
                    }
                }
            }
        }
        flow
    }

    fn entry(&self, info: &StateInfo<'a>) -> Option<&Facts> {
        self.states.get(&std::ptr::from_ref(info.state)).and_then(|(_, facts)| facts.as_ref())
    }

    fn meet(&mut self, info: &StateInfo<'a>, facts: &Facts) -> bool {
        let Some((_, known)) = self.states.get_mut(&std::ptr::from_ref(info.state)) else {
            return false;
        };
        let met = match &known {
            None => facts.lasting(),
            Some(known) => known.common(facts),
        };
        let changed = known.as_ref() != Some(&met);
        *known = Some(met);
        changed
    }
}

/// What is known at the beginning of each state, by where it is in memory.
pub(super) fn facts(model: &Model<'_>) -> IndexMap<*const State, Facts> {
    let known = Flow::of(model).states.into_iter();
    known.filter_map(|(state, (_, facts))| Some((state, facts.filter(|facts| *facts != NOTHING)?))).collect()
}

impl<'a> Model<'a> {
    /// What is known when the state begins.
    pub(super) fn facts(&self, info: &StateInfo<'a>) -> &Facts {
        self.data.facts.get(&std::ptr::from_ref(info.state)).unwrap_or(&NOTHING)
    }
}

/// Where a state goes on, with what is known then.
fn edges<'m, 'a>(model: &'m Model<'a>, info: &'m StateInfo<'a>, known: &Facts) -> Vec<(&'a Target, Facts)> {
    let Head::Choice(choice) = &info.state.head else {
        let mut known = known.clone();
        known.forget(&info.name);
        return model.targets_of(info).into_iter().map(|target| (target, known.clone())).collect();
    };
    arms(choice, known).map(|(arm, facts)| (&arm.target, facts)).collect()
}

/// The arms of a choice, each with what is known when it is taken.
pub(super) fn arms<'c>(choice: &'c Choice, known: &Facts) -> impl Iterator<Item = (&'c Arm, Facts)> {
    let mut known = known.clone();
    choice.arms.iter().map(move |arm| match &arm.when {
        When::If(condition) => {
            let facts = known.and(condition, true);
            known.learn(condition, false);
            (arm, facts)
        }
        When::Patterns(_) | When::Else(_) => (arm, known.clone()),
    })
}
