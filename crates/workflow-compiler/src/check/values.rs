//! Checks every value in a state, with its position.

use workflow_asl::{Code, StateKind};

use super::analysis::Analysis;
use super::choice;
use super::data::visit;
use super::flow::Narrowing;
use super::foreign::{kinds, kinds_of};
use super::model::{StateInfo, is_distributed, names_handler};
use super::sink::Sink;
use super::types::{Ty, unlike};
use super::value_site::{ValueField, ValueSite};
use crate::problem::{Problem, Problems};
use crate::syntax::ast::{Clause, DeclarationKind, Expr, ExprKind, Head, Reference, Resource, Root, plain};
use crate::syntax::keyword::ClauseKind;

/// Checks that every reference is valid, and that operators and functions get values of their types.
pub(super) fn check<'a>(analysis: &Analysis<'a>, sink: &mut Sink<'_>) {
    for info in analysis.all_states() {
        let facts = analysis.narrowing(info);
        head(analysis, info, facts, sink);
        clauses(analysis, info, &info.state.clauses, facts, sink);
    }
    for declaration in &analysis.workflow.declarations {
        match &declaration.kind {
            DeclarationKind::Catcher { name, catcher: handler } => {
                let name = plain(name);
                let of_default = || {
                    let named = |(_, clause): &&(StateKind, &Clause)| names_handler(clause, ClauseKind::Catch, &name);
                    analysis.defaults.iter().find(named).and_then(|(kind, _)| first_of(analysis, *kind))
                };
                let facts = common(analysis, |info| inherits(analysis, info, &name));
                let check = |info: &StateInfo<'a>, sink: &mut Sink<'_>| {
                    visit::catcher(handler, &mut |expr, field| {
                        value(analysis, info.site(field).knowing(&facts), expr, sink);
                    });
                };
                let users = analysis.all_states().filter(|info| inherits(analysis, info, &name));
                if let Some(info) = stands_for(users, &check).or_else(of_default) {
                    check(info, sink);
                }
            }
            DeclarationKind::Retrier { name, retrier: handler } => {
                let name = plain(name);
                let retries = |clause: &Clause| names_handler(clause, ClauseKind::Retry, &name);
                let user = analysis.all_states().find(|info| info.state.clauses.iter().any(retries));
                if let Some(info) = user {
                    visit::retrier(handler, &mut |expr, field| value(analysis, info.site(field), expr, sink));
                }
            }
            DeclarationKind::Defaults(kind, defaults) => {
                for clause in defaults {
                    let takes = |info: &StateInfo<'_>| analysis.clauses_of(info).any(|own| own.id == clause.id);
                    let facts = common(analysis, takes);
                    let check = |info: &StateInfo<'a>, sink: &mut Sink<'_>| {
                        clauses(analysis, info, std::slice::from_ref(clause), &facts, sink);
                    };
                    let users = analysis.all_states().filter(|info| takes(info));
                    if let Some(info) = stands_for(users, &check).or_else(|| first_of(analysis, *kind)) {
                        check(info, sink);
                    }
                }
            }
            _ => {}
        }
    }
}

/// The meaning of shared words depends on the state: returns the first for which they are wrong, or else the first.
fn stands_for<'m, 'a: 'm>(
    mut users: impl Iterator<Item = &'m StateInfo<'a>>,
    check: &impl Fn(&StateInfo<'a>, &mut Sink<'_>),
) -> Option<&'m StateInfo<'a>> {
    let first = users.next()?;
    let wrong = |info: &&StateInfo<'a>| {
        let mut problems = Problems::default();
        check(info, &mut Sink::to(&mut problems));
        problems.iter().next().is_some()
    };
    Some(std::iter::once(first).chain(users).find(wrong).unwrap_or(first))
}

/// Returns the facts that hold at the start of all states that share a clause.
fn common<'a>(analysis: &Analysis<'a>, shares: impl Fn(&StateInfo<'a>) -> bool) -> Narrowing {
    let facts = analysis.all_states().filter(|info| shares(info)).map(|info| analysis.narrowing(info).clone());
    facts.reduce(|known, other| known.common(&other)).unwrap_or_default()
}

fn first_of<'m, 'a>(analysis: &'m Analysis<'a>, kind: StateKind) -> Option<&'m StateInfo<'a>> {
    analysis.all_states().find(|info| info.state.kind == kind)
}

/// Returns whether a state has the catcher of this name.
fn inherits(analysis: &Analysis<'_>, info: &StateInfo<'_>, name: &str) -> bool {
    analysis.catchers_of(info).iter().any(|(clause, _)| names_handler(clause, ClauseKind::Catch, name))
}

fn head<'a>(analysis: &Analysis<'a>, info: &StateInfo<'a>, facts: &Narrowing, sink: &mut Sink<'_>) {
    match &info.state.head {
        Head::Task { resource: Some(Resource::Text(text)), .. } => {
            analysis.braces_in_text((&text.value, text.span), sink);
        }
        Head::Choice(arms) => choice::check(analysis, info, arms, facts, sink),
        _ => {}
    }
    visit::head(info, &mut |expr, field| value(analysis, info.site(field).knowing(facts), expr, sink));
}

/// Checks the values in clauses of a state, `defaults` or an arm.
pub(super) fn clauses<'a>(
    analysis: &Analysis<'a>,
    info: &StateInfo<'a>,
    clauses: &[Clause],
    facts: &Narrowing,
    sink: &mut Sink<'_>,
) {
    let of_another_item = facts.of_another_item();
    visit::clauses(info, clauses, &mut |expr, field| {
        let facts = if field == ValueField::ItemSelector { &of_another_item } else { facts };
        value(analysis, info.site(field).knowing(facts), expr, sink);
    });
}

fn value<'a>(analysis: &Analysis<'a>, place: ValueSite<'_, 'a>, expr: &Expr, sink: &mut Sink<'_>) {
    let ty = analysis.infer(place, expr, sink);
    analysis.needed(place, expr, None, sink);
    fits(analysis, place, &ty, expr, sink);
}

/// A number of seconds is a number, a time is text, items are an array.
fn fits(analysis: &Analysis<'_>, place: ValueSite<'_, '_>, ty: &Ty, expr: &Expr, sink: &mut Sink<'_>) {
    let (position, ty) = (place.position, ty.present());
    // An error of the user's own expression or variable may be caught at run time.
    let own = match &expr.kind {
        ExprKind::Jsonata(_) | ExprKind::Raw(_) => true,
        ExprKind::Text(text) => text.starts_with("{%"),
        ExprKind::Reference(Reference { root: Root::Variable(name), .. }) => {
            // The result of a use is in a variable too.
            let mut uses = analysis.workflow.inlined.iter();
            position == ValueField::Items && uses.all(|used| used.variable() != *name)
        }
        _ => false,
    };
    if own {
        return;
    }
    let wants = match position {
        ValueField::Seconds => Some((kinds::WHOLE, "`for` takes a duration or a whole number of seconds")),
        ValueField::Timestamp => Some((kinds::TEXT, "`until` takes a timestamp")),
        ValueField::Timeout => Some((kinds::WHOLE, "a timeout must be a duration or a whole number of seconds")),
        ValueField::Limit => Some((kinds::WHOLE, "a limit must be a whole number")),
        ValueField::Share => Some((kinds::NUMBER, "a share of the items must be a number")),
        // A distributed map also takes the members of an object.
        ValueField::Items if is_distributed(place.state.state) => {
            Some((kinds::ARRAY | kinds::OBJECT, "a map iterates over an array"))
        }
        ValueField::Items => Some((kinds::ARRAY, "a map iterates over an array")),
        ValueField::Failure => Some((kinds::TEXT, "`error` and `cause` must be text")),
        _ => None,
    };
    if let Some((kinds, wanted)) = wants {
        sink.hold(ty, expr.span, kinds, Code::UnlikeTypes, wanted);
    }
    if ty.is_unknown() {
        return;
    }
    let Some((wanted_kinds, wanted)) = wants else { return };
    // An ARN or an enum is text, and no time.
    let time = position != ValueField::Timestamp || matches!(ty, Ty::Text | Ty::Timestamp);
    let fraction =
        wanted_kinds == kinds::WHOLE && matches!(ty, Ty::Float(_)) && !matches!(expr.kind, ExprKind::Number(_));
    if time && !fraction && kinds_of(ty).is_none_or(|kinds| kinds & wanted_kinds != 0) {
        return;
    }
    sink.report(|| {
        if fraction {
            let message = format!("{wanted}, but this may have a fraction");
            let problem = Problem::new(Code::UnlikeTypes, expr.span, message);
            return problem.help("round it, in JSONata with `$round`, `$floor` or `$ceil`");
        }
        let problem = unlike(Code::UnlikeTypes, expr.span, wanted, ty);
        match (position, ty) {
            (ValueField::Seconds, Ty::Timestamp) => problem.help("for a point in time write `until`"),
            (ValueField::Seconds | ValueField::Timeout, Ty::Text) if matches!(expr.kind, ExprKind::Text(_)) => {
                problem.help("write a duration without quotes, such as `5m`")
            }
            (ValueField::Items, Ty::Map(_) | Ty::Struct(_) | Ty::Object(_)) => {
                problem.help("in JSONata `$each(…, |value, name| …)` makes a list of the members")
            }
            (ValueField::Timestamp, ty) if ty.is_number() => problem.help("for a number of seconds write `for`"),
            _ => problem,
        }
    });
}
