//! The optional values that are known to be present when a state begins, because they were tested on every path. The
//! input never changes, so its tests remain valid. The tests of a result remain valid until its state runs again, the
//! tests of a variable until it is assigned, and the tests of the state's own input as long as states pass it on.

use workflow_asl::graph::{FlowAnalysis, solve};

use super::narrowing::NOTHING;
use super::{Edge, Narrowing, Point, StateGraphs, TransitionKind};
use crate::check::analysis::Analysis;
use crate::check::model::StateInfo;
use crate::check::path::PathRoot;
use crate::syntax::ast::{Arm, Catcher, Choice, Clause, ClauseValue, Expr, ExprKind, Head, When};
use crate::syntax::keyword::ClauseKind;

/// The clauses that change the input or the output.
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
const SELECTS: &[ClauseKind] = &[ClauseKind::ItemSelector, ClauseKind::Parameters, ClauseKind::Batch, ClauseKind::Raw];

/// Returns the facts at the start of each state, by its id; none if there are no tests to follow.
pub(in crate::check) fn narrowings(analysis: &Analysis<'_>, graphs: &StateGraphs) -> Vec<Narrowing> {
    if !analysis.all_states().any(|info| matches!(info.state.head, Head::Choice(_))) {
        return Vec::new();
    }
    let mut found: Vec<Option<Narrowing>> = vec![None; analysis.all_states().count()];
    // Scopes come after the states that contain them.
    for scope in 0..analysis.scopes.len() {
        let Some(graph) = graphs.graph(scope) else { continue };
        let known = match graphs.owner(scope) {
            None => Some(Narrowing::of_input(PathRoot::Word("input"))),
            // The input of a child execution is another one.
            Some((_, true)) => Some(Narrowing::default()),
            Some((owner, false)) => {
                let known = found.get(owner).cloned().flatten();
                known.zip(analysis.by_id(owner)).map(|(known, owner)| inside(owner, &known))
            }
        };
        let Some(known) = known else { continue };
        for (node, known) in solve(graph, known.lasting(), &Tests { analysis, graphs, scope }).into_iter().enumerate() {
            let state = graphs.state_at(Point { scope, node });
            if let Some(found) = state.and_then(|state| found.get_mut(state)) {
                *found = known;
            }
        }
    }
    found.into_iter().map(|known| known.unwrap_or_else(Narrowing::all)).collect()
}

impl<'a> Analysis<'a> {
    /// Returns the facts at the start of the state.
    pub(in crate::check) fn narrowing(&self, info: &StateInfo<'a>) -> &Narrowing {
        self.narrowings.get(info.id).unwrap_or(&NOTHING)
    }
}

/// The tests of the choices in a scope.
struct Tests<'m, 'a> {
    analysis: &'m Analysis<'a>,
    graphs: &'m StateGraphs,
    scope: usize,
}

impl FlowAnalysis<Edge> for Tests<'_, '_> {
    type Fact = Narrowing;

    fn leave<'s>(
        &'s self,
        node: usize,
        leaving: &'s [Edge],
        before: &'s Narrowing,
    ) -> impl Iterator<Item = Option<Narrowing>> + 's {
        let state = self.graphs.state_at(Point { scope: self.scope, node });
        let mut ways = state
            .and_then(|state| self.analysis.by_id(state))
            .map(|info| OutgoingTransitions::of(self.analysis, info, before));
        leaving.iter().map(move |edge| Some(ways.as_mut()?.next(edge.by)?.lasting()))
    }

    /// Returns where paths join, keeps only the facts of both.
    fn meet(&self, known: &mut Narrowing, way: &Narrowing) -> bool {
        let met = known.common(way);
        let changed = *known != met;
        *known = met;
        changed
    }
}

/// The transitions from a state, each with its facts.
enum OutgoingTransitions<'s, 'a> {
    Choice(&'s StateInfo<'a>, Box<dyn Iterator<Item = (&'a Arm, Narrowing)> + 's>),
    Other {
        info: &'s StateInfo<'a>,
        /// The facts after the state has done its work.
        known: Narrowing,
        catchers: std::vec::IntoIter<(&'a Clause, &'a Catcher)>,
    },
}

impl<'s, 'a> OutgoingTransitions<'s, 'a> {
    fn of(analysis: &'s Analysis<'a>, info: &'s StateInfo<'a>, known: &Narrowing) -> Self {
        if let Head::Choice(choice) = &info.state.head {
            return Self::Choice(info, Box::new(arms(choice, known)));
        }
        let mut known = known.clone();
        known.forget(&PathRoot::StateResult((&info.name).into()));
        analysis.clauses_of(info).for_each(|clause| forget(clause, &mut known));
        Self::Other { info, known, catchers: analysis.catchers_of(info).into_iter() }
    }

    fn next(&mut self, by: TransitionKind) -> Option<Narrowing> {
        match (self, by) {
            (Self::Choice(info, arms), TransitionKind::Arm) => {
                let (arm, mut known) = arms.next()?;
                let clauses = || arm.clauses.iter().chain(&info.state.clauses);
                clauses().for_each(|clause| forget(clause, &mut known));
                let shaped = clauses().any(|clause| SHAPES.contains(&clause.kind));
                Some(if shaped { known.with_input(None) } else { known })
            }
            (Self::Other { known, catchers, .. }, TransitionKind::Catcher) => {
                let mut known = known.clone().with_input(None);
                let (_, catcher) = catchers.next()?;
                catcher.clauses.iter().for_each(|clause| forget(clause, &mut known));
                Some(known)
            }
            (Self::Other { info, known, .. }, TransitionKind::State) => Some(match &info.state.head {
                _ if info.state.has_clause(SHAPES) => known.clone().with_input(None),
                Head::Pass { value: None } | Head::Wait(_) => known.clone(),
                // If two states have one name, the other may be the intended one.
                _ if info.number.is_none() => known.clone().with_input(None),
                _ => known.clone().with_input(Some(PathRoot::StateResult(info.name.clone().into()))),
            }),
            _ => None,
        }
    }
}

/// Returns the facts at the start of the states inside a state.
fn inside(owner: &StateInfo<'_>, known: &Narrowing) -> Narrowing {
    let mut known = known.lasting();
    match &owner.state.head {
        Head::Parallel(_) if !owner.state.has_clause(GIVES) => known,
        Head::Map { .. } => {
            known.forget(&PathRoot::Word("item"));
            known.with_input((!owner.state.has_clause(SELECTS)).then_some(PathRoot::Word("item")))
        }
        _ => known.with_input(None),
    }
}

/// Discards the facts about the variables that a clause assigns.
fn forget(clause: &Clause, facts: &mut Narrowing) {
    if let (ClauseKind::Assign, ClauseValue::Expr(Expr { kind: ExprKind::Object(members), .. })) =
        (clause.kind, &clause.value)
    {
        for member in members {
            let name = member.key.value.as_str();
            facts.forget(&PathRoot::Variable(name.strip_suffix(".$").unwrap_or(name).into()));
        }
    } else if matches!(clause.kind, ClauseKind::Assign | ClauseKind::Raw) {
        facts.forget_variables();
    }
}

/// Returns the arms of a choice, each with the facts that hold when it is taken.
pub(in crate::check) fn arms<'c>(
    choice: &'c Choice,
    known: &Narrowing,
) -> impl Iterator<Item = (&'c Arm, Narrowing)> + use<'c> {
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
