//! The types of the states' results and of the variables, inferred in execution order.
//!
//! A reference is only valid after its state has run, so states are visited in execution order: one walk over each
//! scope's graph, including nested scopes. Types that are not known yet, as in a loop, are unknown. A variable with two
//! types gets a type that holds both.

use std::collections::BTreeMap;

use workflow_asl::document::QueryLanguage;

use super::inputs::IncomingTransitions;
use super::visit;
use crate::check::analysis::{Analysis, Expressions};
use crate::check::flow::state_narrowing::arms;
use crate::check::flow::{Narrowing, StateGraphs};
use crate::check::model::StateInfo;
use crate::check::sink::Sink;
use crate::check::types::Ty;
use crate::check::value_site::{ValueField, ValueSite};
use crate::problem::Problems;
use crate::syntax::ast::{Clause, ClauseValue, Expr, ExprKind, Head, Root, Target};
use crate::syntax::keyword::ClauseKind;

/// Fills in [`Analysis::results`](crate::check::analysis::Analysis::results) and
/// [`Analysis::variables`](crate::check::analysis::Analysis::variables).
pub(super) fn infer(analysis: &mut Analysis<'_>) {
    let mut asked = false;
    for info in analysis.states.values() {
        if asked {
            break;
        }
        visit::values(analysis, info, &mut |value, _| {
            visit::references(value, &mut |reference| {
                asked |=
                    matches!(reference.root, Root::StateResult(_) | Root::Variable(_) | Root::Result | Root::State);
            });
            visit::raws(value, &mut |_, _| asked = true);
        });
    }
    let wants_output = analysis.output != Ty::Unknown;
    if !asked && !wants_output {
        return;
    }
    analysis.results = vec![Ty::Unknown; analysis.states.len()];
    analysis.inputs = vec![Ty::Unknown; analysis.states.len()];
    let mut order = Vec::new();
    enter(&analysis.graphs, 0, &mut order);
    let ways = IncomingTransitions::of(analysis);
    // Types of variables and results depend on each other, and a loop on the states after it.
    for _ in 0..2 {
        let mut again = false;
        let mut done = vec![false; analysis.states.len()];
        for &(number, ends) in &order {
            if ends {
                let Some((_, info)) = analysis.states.get_index(number) else { continue };
                let ty = analysis.result_type(info).bounded();
                if let Some(known) = analysis.results.get_mut(number) {
                    learn(known, ty, &mut analysis.expressions);
                }
                if let Some(done) = done.get_mut(number) {
                    *done = true;
                }
            } else {
                again |= ways.lead_back(number, &done);
                let ty = ways.input(analysis, number, &done).bounded();
                if let Some(known) = analysis.inputs.get_mut(number) {
                    learn(known, ty, &mut analysis.expressions);
                }
            }
        }
        variables(analysis);
        if !again && analysis.variable_types.is_empty() {
            break;
        }
    }
}

/// Stores a type, which changes the types of expressions that read it.
fn learn<T: PartialEq>(known: &mut T, found: T, expressions: &mut Expressions) {
    if *known != found {
        *known = found;
        expressions.forget();
    }
}

/// Adds the states of a scope in the order in which they run, each when it begins and, with `true`, when it ends; those
/// inside one come between.
fn enter(graphs: &StateGraphs, scope: usize, order: &mut Vec<(usize, bool)>) {
    for state in graphs.order(scope) {
        order.push((state, false));
        graphs.inside(state).for_each(|scope| enter(graphs, scope, order));
        order.push((state, true));
    }
}

/// The maximum number of passes over the assignments; a type that still changes is unknown.
const ROUNDS: usize = 4;

/// Fills in the types of all variables that the workflow assigns; one that is assigned out of sight has none.
///
/// A value computed from the variable itself, as in `n: $n + 1`, counts once the variable has a type: a counter that
/// starts with an integer is an integer.
fn variables(analysis: &mut Analysis<'_>) {
    learn(&mut analysis.variable_types, BTreeMap::new(), &mut analysis.expressions);
    if analysis.variables.is_none() {
        return;
    }
    for round in 1..=ROUNDS {
        let Assigned { mut types, reads, waiting } = assigned(analysis);
        for used in analysis.workflow.inlined.iter().filter(|used| used.is_read) {
            // What does not have the declared type is reported where it ends the fragment.
            let declared = used.result.as_ref().map(|result| analysis.types.ty(result));
            if let Some(declared) = declared.filter(|declared| !declared.is_unknown()) {
                types.insert(used.variable(), declared);
            }
        }
        let known = &analysis.variable_types;
        let settled = !reads || types == *known;
        if settled || round == ROUNDS {
            types.extend(waiting.into_iter().map(|name| (name, Ty::Unknown)));
        }
        if !settled && round == ROUNDS {
            types.iter_mut().filter(|(name, ty)| known.get(*name) != Some(*ty)).for_each(|(_, ty)| *ty = Ty::Unknown);
        }
        learn(&mut analysis.variable_types, types, &mut analysis.expressions);
        if settled {
            return;
        }
    }
}

/// The result of one pass over all assignments.
#[derive(Default)]
struct Assigned {
    types: BTreeMap<String, Ty>,
    /// Whether a value reads a variable.
    reads: bool,
    /// The variables with a value that reads one without a type.
    waiting: Vec<String>,
}

fn assigned(analysis: &Analysis<'_>) -> Assigned {
    let mut found = Assigned::default();
    for info in analysis.all_states() {
        let facts = analysis.narrowing(info);
        let mut note = |clauses: &mut dyn Iterator<Item = &Clause>, field, facts: &Narrowing| {
            for clause in clauses.filter(|clause| clause.kind == ClauseKind::Assign) {
                assign(analysis, info.site(field).knowing(facts), clause, &mut found);
            }
        };
        note(&mut analysis.clauses_of(info), ValueField::Assign, facts);
        if let Head::Choice(choice) = &info.state.head {
            for (arm, facts) in arms(choice, facts) {
                note(&mut arm.clauses.iter(), ValueField::Assign, &facts);
            }
        }
        for (_, catcher) in analysis.catchers_of(info) {
            note(&mut catcher.clauses.iter(), ValueField::CatchAssign, facts);
        }
    }
    found
}

fn assign<'a>(analysis: &Analysis<'a>, place: ValueSite<'_, 'a>, clause: &Clause, found: &mut Assigned) {
    let ClauseValue::Expr(value) = &clause.value else { return };
    let ExprKind::Object(members) = &value.kind else { return };
    for member in members {
        let (name, ty) = match member.key.value.strip_suffix(".$") {
            Some(name) => (name, Ty::Unknown),
            None => {
                let name = member.key.value.as_str();
                let (reads, waits) = reads_variables(analysis, &member.value);
                found.reads |= reads;
                if waits {
                    found.waiting.push(name.to_owned());
                    continue;
                }
                let ty = analysis.type_of(place, &member.value).bounded();
                // A wrong value says nothing of the type. It is reported where the types of variables are known.
                if reads && is_wrong(analysis, place, &member.value) {
                    continue;
                }
                (name, if member.optional { ty.or_absent() } else { ty.assume_present() })
            }
        };
        match found.types.get_mut(name) {
            Some(known) => *known = std::mem::replace(known, Ty::Unknown).join(ty).bounded(),
            None => drop(found.types.insert(name.to_owned(), ty)),
        }
    }
}

fn is_wrong<'a>(analysis: &Analysis<'a>, place: ValueSite<'_, 'a>, value: &Expr) -> bool {
    let mut problems = Problems::default();
    analysis.infer(place, value, &mut Sink::to(&mut problems));
    problems.has_errors()
}

/// Returns whether a value reads variables that the workflow assigns, and whether one of them has no type yet.
fn reads_variables(analysis: &Analysis<'_>, value: &Expr) -> (bool, bool) {
    let (mut reads, mut waits) = (false, false);
    let mut read = |name: &str| {
        if analysis.variables.as_ref().is_some_and(|names| names.contains(name)) {
            reads = true;
            waits |= !analysis.variable_types.contains_key(name);
        }
    };
    visit::references(value, &mut |reference| {
        if let Root::Variable(name) = &reference.root {
            read(name);
        }
    });
    visit::raws(value, &mut |text, _| {
        if let Ok((_, names)) = &*analysis.jsonata(text) {
            names.variables.iter().for_each(|used| read(&used.name));
        }
    });
    (reads, waits)
}

impl<'a> Analysis<'a> {
    /// Returns the type of a state's raw result.
    pub(in crate::check) fn result_type(&self, info: &StateInfo<'a>) -> Ty {
        match &info.state.head {
            Head::Task { .. } => self.task_type(info),
            Head::Parallel(_) | Head::Map { .. } => self.fan_in(info),
            Head::Pass { value: Some(_) } => {
                info.output_value().map_or(Ty::Unknown, |(value, field)| self.narrowed_type(info.site(field), value))
            }
            Head::Pass { value: None } if info.language == QueryLanguage::Jsonata => self.output_type(info),
            _ => Ty::Unknown,
        }
    }

    /// Returns the type of the result of a scope: the output of a parallel's branch, or of a map's iteration.
    pub(in crate::check) fn scope_output(&self, scope: usize) -> Ty {
        let ends = self.states_of(scope).filter(|info| self.ends(info));
        let types = ends.map(|info| self.output_type(info));
        types.reduce(Ty::join).unwrap_or(Ty::Unknown)
    }

    /// Returns whether a branch or workflow may end successfully with this state.
    pub(in crate::check) fn ends(&self, info: &StateInfo<'a>) -> bool {
        let end = |target: &Target| matches!(target, Target::End(_));
        matches!(info.state.head, Head::Succeed { .. })
            || info.state.transition.iter().any(end)
            || info.state.arms().iter().any(|arm| end(&arm.target))
            || self.catchers_of(info).iter().any(|(_, catcher)| end(&catcher.target))
    }

    /// Returns the type of the output of a branch or workflow that ends with this state.
    pub(in crate::check) fn output_type(&self, info: &StateInfo<'a>) -> Ty {
        let catches_to_end = self.catchers_of(info).iter().any(|(_, catcher)| matches!(catcher.target, Target::End(_)));
        match info.state.broken {
            Some(reported) => Ty::Error(reported),
            None if catches_to_end => Ty::Unknown,
            None => self.success_output(info),
        }
    }

    /// Returns the type of a state's output when it succeeds, and no arm of a choice says another.
    pub(in crate::check) fn success_output(&self, info: &StateInfo<'a>) -> Ty {
        let shapes = [ClauseKind::ResultSelector, ClauseKind::ResultPath, ClauseKind::OutputPath, ClauseKind::Raw];
        if info.state.has_clause(&shapes) {
            return Ty::Unknown;
        }
        if let Some((value, field)) = info.output_value() {
            return self.narrowed_type(info.site(field), value);
        }
        if !matches!(info.state.head, Head::Task { .. } | Head::Parallel(_) | Head::Map { .. }) {
            // The input is passed on.
            let makes = [ClauseKind::InputPath, ClauseKind::Parameters, ClauseKind::Result];
            return if info.state.has_clause(&makes) { Ty::Unknown } else { self.own_input(info) };
        }
        info.number.map_or(Ty::Unknown, |number| self.result_of(number))
    }
}
