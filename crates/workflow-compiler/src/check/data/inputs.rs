//! The types of the states' inputs, derived from the preceding states and joined where paths meet.
//!
//! The first state of the workflow gets the execution's input, the first state of a branch the parallel's input, the
//! first state of a map an item or the value of `item_selector`. The input of a state in a loop is unknown.

use workflow_asl::document::QueryLanguage;

use crate::check::analysis::Analysis;
use crate::check::flow::state_narrowing::arms;
use crate::check::flow::{Narrowing, TransitionKind};
use crate::check::model::StateInfo;
use crate::check::types::{Ty, error_type};
use crate::check::value_site::{ValueField, ValueSite};
use crate::syntax::ast::{Catcher, Clause, Expr, ExprKind, Head};
use crate::syntax::keyword::ClauseKind;

/// A transition into a state: the number of its source, and its kind.
struct IncomingTransition<'a> {
    from: usize,
    by: IncomingKind<'a>,
}

enum IncomingKind<'a> {
    Transition,
    /// An arm of a choice, with its clauses, and the facts that hold when it is taken.
    Arm(&'a [Clause], Narrowing),
    Catch(&'a Catcher),
}

/// The transitions into each state, by its number.
pub(super) struct IncomingTransitions<'a>(Vec<Vec<IncomingTransition<'a>>>);

impl<'a> IncomingTransitions<'a> {
    pub(super) fn of(analysis: &Analysis<'a>) -> Self {
        let mut ways = Self(Vec::new());
        ways.0.resize_with(analysis.states.len(), Vec::new);
        for (from, info) in analysis.states.values().enumerate() {
            let choice = match &info.state.head {
                Head::Choice(choice) => Some(choice),
                _ => None,
            };
            let mut arms = choice.into_iter().flat_map(|choice| arms(choice, analysis.narrowing(info)));
            let mut catchers = analysis.catchers_of(info).into_iter();
            for (by, to) in analysis.graphs.leaving(from) {
                let by = match by {
                    TransitionKind::State => Some(IncomingKind::Transition),
                    TransitionKind::Arm => arms.next().map(|(arm, known)| IncomingKind::Arm(&arm.clauses, known)),
                    TransitionKind::Catcher => catchers.next().map(|(_, catcher)| IncomingKind::Catch(catcher)),
                };
                if let (Some(ways), Some(by)) = (to.and_then(|to| ways.0.get_mut(to)), by) {
                    ways.push(IncomingTransition { from, by });
                }
            }
        }
        ways
    }

    /// Returns whether a transition into a state comes from one that is not `done`, which is later in the order.
    pub(super) fn lead_back(&self, number: usize, done: &[bool]) -> bool {
        self.0.get(number).into_iter().flatten().any(|way| done.get(way.from) != Some(&true))
    }

    /// Returns the type of a state's input, where those before it in the order are `done`.
    pub(super) fn input(&self, analysis: &Analysis<'a>, number: usize, done: &[bool]) -> Ty {
        let Some((_, info)) = analysis.states.get_index(number) else { return Ty::Unknown };
        let starts = analysis.graphs.start(info.scope) == Some(number);
        let mut ty = starts.then(|| scope_input(analysis, info.scope));
        for way in self.0.get(number).into_iter().flatten() {
            let known = done.get(way.from).copied().unwrap_or_default();
            let given = match analysis.states.get_index(way.from) {
                Some((_, from)) if known => match from.state.broken {
                    Some(reported) => Ty::Error(reported),
                    None => way.gives(analysis, from),
                },
                _ => Ty::Unknown,
            };
            ty = Some(match ty {
                Some(ty) => ty.join(given),
                None => given,
            });
            if matches!(ty, Some(Ty::Unknown | Ty::Error(_))) {
                break;
            }
        }
        ty.unwrap_or(Ty::Unknown)
    }
}

impl<'a> IncomingTransition<'a> {
    fn gives(&self, analysis: &Analysis<'a>, from: &StateInfo<'a>) -> Ty {
        match &self.by {
            IncomingKind::Transition => analysis.success_output(from),
            IncomingKind::Arm(clauses, facts) => match Clause::value_of(clauses, &[ClauseKind::Output]) {
                Some(output) => analysis.type_of(from.site(ValueField::Output).knowing(facts), output).assume_present(),
                // The choice's own output is used if no arm is taken.
                None if from.state.has_clause(&[ClauseKind::Output]) => Ty::Unknown,
                None => analysis.success_output(from),
            },
            IncomingKind::Catch(catcher) => match Clause::value_of(&catcher.clauses, &[ClauseKind::Output]) {
                Some(output) => analysis.narrowed_type(from.site(ValueField::CatchOutput), output),
                // `result_path` puts the error into the input.
                None if catcher.clauses.iter().any(|clause| clause.kind == ClauseKind::ResultPath) => Ty::Unknown,
                None if from.state.has_clause(&[ClauseKind::Raw, ClauseKind::OutputPath]) => Ty::Unknown,
                None => error_type(),
            },
        }
    }
}

/// Returns the input of the first state of a scope.
fn scope_input(analysis: &Analysis<'_>, scope: usize) -> Ty {
    let Some(known) = analysis.scopes.get(scope) else { return Ty::Unknown };
    let Some(info) = known.owner_id.and_then(|owner| analysis.by_id(owner)) else {
        // A fragment begins with what precedes its use.
        return if analysis.workflow.is_fragment { Ty::Unknown } else { analysis.input.clone() };
    };
    if info.state.has_clause(&[ClauseKind::Raw]) {
        return Ty::Unknown;
    }
    match &info.state.head {
        Head::Parallel(_) => match info.state.clause_value(&[ClauseKind::Arguments, ClauseKind::Parameters]) {
            Some(made) => analysis.narrowed_type(info.site(ValueField::Parameters), made),
            None => analysis.own_input(info),
        },
        Head::Map { .. } => {
            let item = match info.state.clause_value(&[ClauseKind::ItemSelector, ClauseKind::Parameters]) {
                Some(made) => {
                    let facts = analysis.narrowing(info).of_another_item();
                    analysis.type_of(info.site(ValueField::ItemSelector).knowing(&facts), made).assume_present()
                }
                None => analysis.item_type(info),
            };
            if info.state.has_clause(&[ClauseKind::Batch]) { batch(analysis, info, item) } else { item }
        }
        _ => Ty::Unknown,
    }
}

/// Returns the input of the first state of a map with batches: a list of items, and the members that are added to each
/// batch.
fn batch<'a>(analysis: &Analysis<'a>, info: &StateInfo<'a>, item: Ty) -> Ty {
    let mut members = vec![("Items", Ty::Array(Box::new(item)))];
    if let Some(Expr { kind: ExprKind::Object(settings), .. }) = info.state.clause_value(&[ClauseKind::Batch])
        && let Some(added) = settings.iter().find(|setting| setting.key.value == "BatchInput")
    {
        members.push(("BatchInput", analysis.narrowed_type(info.site(ValueField::Transfer), &added.value)));
    }
    Ty::object(members)
}

impl<'a> Analysis<'a> {
    /// Returns the type of a state's own input; unknown in a JSONPath state that takes a part of it.
    pub(in crate::check) fn own_input(&self, info: &StateInfo<'a>) -> Ty {
        if info.language == QueryLanguage::JsonPath && info.state.has_clause(&[ClauseKind::InputPath, ClauseKind::Raw])
        {
            return Ty::Unknown;
        }
        info.number.and_then(|number| self.inputs.get(number)).cloned().unwrap_or(Ty::Unknown)
    }

    /// Returns the type of the input that a field sees: `input_path` sees the whole input.
    pub(in crate::check) fn input_at(&self, place: ValueSite<'_, 'a>) -> Ty {
        if place.position == ValueField::Path && !place.state.state.has_clause(&[ClauseKind::Raw]) {
            let known = place.state.number.and_then(|number| self.inputs.get(number));
            return known.cloned().unwrap_or(Ty::Unknown);
        }
        self.own_input(place.state)
    }
}
