//! Which optional values are known to be there when a state begins: what was tested on every way to it.
//! The input never changes, so a test of it holds from then on; a test of a result, until its state runs again; of a
//! variable, until it is assigned; of the state's own input, as long as states pass that on.

use indexmap::IndexMap;

use super::facts::{Facts, NOTHING};
use super::model::{Model, StateInfo, is_distributed};
use crate::syntax::ast::{Arm, Choice, Clause, ClauseValue, Expr, ExprKind, Head, State, Target, When};
use crate::syntax::keyword::ClauseKind;

/// The clauses that make something else of what comes in or out.
const SHAPES: &[ClauseKind] = &[
    ClauseKind::Output,
    ClauseKind::InputPath,
    ClauseKind::OutputPath,
    ClauseKind::Arguments,
    ClauseKind::Parameters,
    ClauseKind::Result,
    ClauseKind::ResultSelector,
    ClauseKind::ResultPath,
    ClauseKind::Raw,
];

/// The clauses that make something else than its own the input of a parallel's branches.
const GIVES: &[ClauseKind] = &[ClauseKind::InputPath, ClauseKind::Arguments, ClauseKind::Parameters, ClauseKind::Raw];

/// The clauses that make something else than an item the input of an iteration.
const SELECTS: &[ClauseKind] =
    &[ClauseKind::ItemSelector, ClauseKind::Parameters, ClauseKind::Batch, ClauseKind::ItemBatcher, ClauseKind::Raw];

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
            flow.states.clear();
            return flow;
        }
        let mut changed = true;
        while changed {
            changed = false;
            for scope in 0..model.scopes.len() {
                let owner = model.scopes.get(scope).and_then(|scope| scope.owner);
                let outside = owner.and_then(|owner| model.info(owner));
                let known = match outside {
                    None => Some(Facts::of_input("input")),
                    // The input of a child execution is another one.
                    Some(owner) if is_distributed(owner.state) => Some(Facts::default()),
                    Some(owner) => flow.entry(owner).cloned().map(|known| inside(owner, known)),
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
    let known = known.map(|(state, (_, facts))| (state, facts.unwrap_or_else(Facts::all)));
    known.filter(|(_, facts)| *facts != NOTHING).collect()
}

impl<'a> Model<'a> {
    /// What is known when the state begins.
    pub(super) fn facts(&self, info: &StateInfo<'a>) -> &Facts {
        self.data.facts.get(&std::ptr::from_ref(info.state)).unwrap_or(&NOTHING)
    }
}

/// Where a state goes on, with what is known then.
fn edges<'m, 'a>(model: &'m Model<'a>, info: &'m StateInfo<'a>, known: &Facts) -> Vec<(&'a Target, Facts)> {
    let shaped = shaped(&info.state.clauses, SHAPES);
    if let Head::Choice(choice) = &info.state.head {
        let edge = |(arm, mut facts): (&'a Arm, Facts)| {
            let clauses = || arm.clauses.iter().chain(&info.state.clauses);
            clauses().for_each(|clause| forget(clause, &mut facts));
            if shaped || clauses().any(|clause| SHAPES.contains(&clause.kind)) {
                facts = facts.with_input("");
            }
            (&arm.target, facts)
        };
        return arms(choice, known).map(edge).collect();
    }
    let mut known = known.clone();
    known.forget(&info.name);
    model.clauses_of(info).for_each(|clause| forget(clause, &mut known));
    let catchers = model.catchers_of(info).into_iter().map(|(_, catcher)| {
        let mut known = known.clone().with_input("");
        catcher.clauses.iter().for_each(|clause| forget(clause, &mut known));
        (&catcher.target, known)
    });
    let mut edges: Vec<_> = catchers.collect();
    if let Some(target) = &info.state.transition {
        let known = match &info.state.head {
            _ if shaped => known.with_input(""),
            Head::Pass { value: None } | Head::Wait(_) => known,
            _ if info.number.is_some() => known.with_input(&info.name),
            _ => known.with_input(""),
        };
        edges.push((target, known));
    }
    edges
}

/// What is known where the states inside of a state begin.
fn inside(owner: &StateInfo<'_>, known: Facts) -> Facts {
    let mut known = known.lasting();
    match &owner.state.head {
        Head::Parallel(_) if !shaped(&owner.state.clauses, GIVES) => known,
        Head::Map { .. } => {
            known.forget("item");
            known.with_input(if shaped(&owner.state.clauses, SELECTS) { "" } else { "item" })
        }
        _ => known.with_input(""),
    }
}

fn shaped(clauses: &[Clause], kinds: &[ClauseKind]) -> bool {
    clauses.iter().any(|clause| kinds.contains(&clause.kind))
}

/// Forgets the variables that a clause assigns.
fn forget(clause: &Clause, facts: &mut Facts) {
    if let (ClauseKind::Assign, ClauseValue::Expr(Expr { kind: ExprKind::Object(members), .. })) =
        (clause.kind, &clause.value)
    {
        for member in members {
            let name = member.key.value.as_str();
            facts.forget(&format!("${}", name.strip_suffix(".$").unwrap_or(name)));
        }
    } else if matches!(clause.kind, ClauseKind::Assign | ClauseKind::Raw) {
        facts.forget_variables();
    }
}

/// The arms of a choice, each with what is known when it is taken.
pub(super) fn arms<'c>(choice: &'c Choice, known: &Facts) -> impl Iterator<Item = (&'c Arm, Facts)> {
    let mut known = known.clone();
    choice.arms.iter().map(move |arm| {
        let mut facts = known.clone();
        match (&arm.when, &choice.subject) {
            (When::If(condition), _) => {
                facts.learn(condition, true);
                known.learn(condition, false);
            }
            (When::Patterns(patterns), Some(subject)) => facts.learn_match(subject, patterns),
            (When::Patterns(_), None) | (When::Else(_), _) => {}
        }
        (arm, facts)
    })
}
