//! Checks every value in a state, with its position.

use workflow_asl::document::QueryLanguage;
use workflow_asl::{Code, StateKind};

use super::analysis::Analysis;
use super::choice;
use super::flow::Narrowing;
use super::foreign::{kinds, kinds_of};
use super::model::StateInfo;
use super::sink::Sink;
use super::types::{Ty, article};
use super::value_site::{ValueField, ValueSite};
use crate::problem::{Problem, Problems};
use crate::syntax::ast::{
    Catcher, Clause, ClauseValue, DeclarationKind, Expr, ExprKind, Head, MapItems, Reference, Resource, Retrier, Root,
    WaitHead, plain,
};
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
                let user = analysis.all_states().find(|info| uses(&info.state.clauses, ClauseKind::Catch, &name));
                let of_default = || {
                    let named = |(_, clause): &&(StateKind, &Clause)| {
                        uses(std::slice::from_ref(*clause), ClauseKind::Catch, &name)
                    };
                    analysis.defaults.iter().find(named).and_then(|(kind, _)| first_of(analysis, *kind))
                };
                let user = user.or_else(of_default);
                let facts = common(analysis, |info| inherits(analysis, info, &name));
                let check = |info: &StateInfo<'a>, sink: &mut Sink<'_>| catcher(analysis, info, handler, &facts, sink);
                let users = analysis.all_states().filter(|info| inherits(analysis, info, &name));
                if let Some(info) = stands_for(users, &check).or(user) {
                    check(info, sink);
                }
            }
            DeclarationKind::Retrier { name, retrier: handler } => {
                let name = plain(name);
                let user = analysis.all_states().find(|info| uses(&info.state.clauses, ClauseKind::Retry, &name));
                if let Some(info) = user {
                    retrier(analysis, info, handler, sink);
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
    let named = |clause: &Clause| matches!(&clause.value, ClauseValue::Named(used) if plain(used) == name);
    analysis.catchers_of(info).iter().any(|(clause, _)| named(clause))
}

fn uses(clauses: &[Clause], kind: ClauseKind, name: &str) -> bool {
    clauses
        .iter()
        .any(|clause| clause.kind == kind && matches!(&clause.value, ClauseValue::Named(used) if plain(used) == name))
}

fn head<'a>(analysis: &Analysis<'a>, info: &StateInfo<'a>, facts: &Narrowing, sink: &mut Sink<'_>) {
    if let Head::Task { resource: Some(Resource::Text(text)), .. } = &info.state.head {
        analysis.braces_in_text(info.site(ValueField::Resource).knowing(facts), (&text.value, text.span), sink);
    }
    let mut value = |expr: &Expr, position| value(analysis, info.site(position).knowing(facts), expr, sink);
    match &info.state.head {
        Head::Task { resource, body } => {
            if let Some(Resource::Activity { arn, .. } | Resource::Value(arn)) = resource {
                value(arn, ValueField::Resource);
            }
            if let Some(body) = body {
                value(body, ValueField::Parameters);
            }
        }
        Head::Pass { value: Some(body) } => value(
            body,
            match info.language {
                QueryLanguage::Jsonata => ValueField::Output,
                QueryLanguage::JsonPath => ValueField::Parameters,
            },
        ),
        Head::Wait(Some(WaitHead::For(seconds))) => value(seconds, ValueField::Seconds),
        Head::Wait(Some(WaitHead::Until(time))) => value(time, ValueField::Timestamp),
        Head::Choice(arms) => choice::check(analysis, info, arms, facts, sink),
        Head::Map { over: Some(MapItems::Items(items)), .. } => value(items, ValueField::Items),
        Head::Map { over: Some(MapItems::Reader { body, .. }), .. } => value(body, ValueField::Transfer),
        Head::Succeed { value: Some(body) } => value(body, ValueField::Output),
        Head::Fail { error, cause } => error.iter().chain(cause).for_each(|text| value(text, ValueField::Failure)),
        Head::Pass { value: None } | Head::Wait(None) | Head::Parallel(_) => {}
        Head::Map { over: None, .. } | Head::Succeed { value: None } => {}
    }
}

/// Checks the values in clauses of a state, `defaults` or an arm.
pub(super) fn clauses<'a>(
    analysis: &Analysis<'a>,
    info: &StateInfo<'a>,
    clauses: &[Clause],
    facts: &Narrowing,
    sink: &mut Sink<'_>,
) {
    // A clause of the other query language was refused.
    let own = |clause: &&Clause| clause.kind.language().is_none_or(|language| language == info.language);
    for clause in clauses.iter().filter(own) {
        let position = match clause.kind {
            ClauseKind::Timeout | ClauseKind::Heartbeat => ValueField::Timeout,
            ClauseKind::Credentials => ValueField::Credentials,
            ClauseKind::Assign => ValueField::Assign,
            ClauseKind::Output => ValueField::Output,
            // In a map `parameters` is the older word for `item_selector`.
            ClauseKind::Parameters if matches!(info.state.head, Head::Map { .. }) => ValueField::ItemSelector,
            ClauseKind::Arguments | ClauseKind::Parameters => ValueField::Parameters,
            ClauseKind::InputPath | ClauseKind::ResultPath => ValueField::Path,
            ClauseKind::OutputPath => ValueField::OutputPath,
            ClauseKind::ResultSelector => ValueField::ResultSelector,
            ClauseKind::ItemSelector => ValueField::ItemSelector,
            ClauseKind::MaxConcurrency | ClauseKind::Tolerate => ValueField::Limit,
            ClauseKind::ItemReader | ClauseKind::Batch | ClauseKind::WriteTo => ValueField::Transfer,
            _ => ValueField::Literal,
        };
        let facts = if position == ValueField::ItemSelector { &facts.of_another_item() } else { facts };
        match &clause.value {
            ClauseValue::ToleratePercent(expr) => {
                value(analysis, info.site(ValueField::Share).knowing(facts), expr, sink)
            }
            ClauseValue::Expr(expr) | ClauseValue::TolerateCount(expr) => {
                value(analysis, info.site(position).knowing(facts), expr, sink);
            }
            ClauseValue::Transfer { call, body, config } => {
                if let Some(Resource::Activity { arn, .. } | Resource::Value(arn)) = call {
                    value(analysis, info.site(ValueField::Resource).knowing(facts), arn, sink);
                }
                for expr in body.iter().chain(config) {
                    value(analysis, info.site(position).knowing(facts), expr, sink);
                }
            }
            ClauseValue::Retrier(handler) => retrier(analysis, info, handler, sink),
            ClauseValue::Catcher(handler) => catcher(analysis, info, handler, facts, sink),
            ClauseValue::Flag
            | ClauseValue::None(_)
            | ClauseValue::Named(_)
            | ClauseValue::Errors(_)
            | ClauseValue::Query(_)
            | ClauseValue::Distributed { .. } => {}
        }
    }
}

fn retrier<'a>(analysis: &Analysis<'a>, info: &StateInfo<'a>, retrier: &Retrier, sink: &mut Sink<'_>) {
    for field in &retrier.fields {
        value(analysis, info.site(ValueField::Literal).knowing(&Narrowing::default()), &field.value, sink);
    }
}

fn catcher<'a>(
    analysis: &Analysis<'a>,
    info: &StateInfo<'a>,
    catcher: &Catcher,
    facts: &Narrowing,
    sink: &mut Sink<'_>,
) {
    for clause in &catcher.clauses {
        let position = match clause.kind {
            ClauseKind::Assign => ValueField::CatchAssign,
            ClauseKind::Output => ValueField::CatchOutput,
            _ => ValueField::Path,
        };
        if let ClauseValue::Expr(expr) = &clause.value {
            value(analysis, info.site(position).knowing(facts), expr, sink);
        }
    }
}

fn value<'a>(analysis: &Analysis<'a>, place: ValueSite<'_, 'a>, expr: &Expr, sink: &mut Sink<'_>) {
    let ty = analysis.infer(place, expr, sink);
    analysis.needed(place, expr, None, sink);
    fits(analysis, place.position, &ty, expr, sink);
}

/// A number of seconds is a number, a time is text, items are an array.
fn fits(analysis: &Analysis<'_>, position: ValueField, ty: &Ty, expr: &Expr, sink: &mut Sink<'_>) {
    let ty = ty.present();
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
    if own || matches!(expr.kind, ExprKind::Invalid(_)) {
        return;
    }
    let wants = match position {
        ValueField::Seconds => Some((kinds::WHOLE, "`for` takes a duration or a whole number of seconds")),
        ValueField::Timestamp => Some((kinds::TEXT, "`until` takes a timestamp")),
        ValueField::Timeout => Some((kinds::WHOLE, "a timeout must be a duration or a whole number of seconds")),
        ValueField::Limit => Some((kinds::WHOLE, "a limit must be a whole number")),
        ValueField::Share => Some((kinds::NUMBER, "a share of the items must be a number")),
        ValueField::Items => Some((kinds::ARRAY | kinds::OBJECT, "a map iterates over an array")),
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
        let problem = Problem::new(Code::UnlikeTypes, expr.span, format!("{wanted}, found {}", article(ty)));
        match (position, ty) {
            (ValueField::Seconds, Ty::Timestamp) => problem.help("for a point in time write `until`"),
            (ValueField::Seconds | ValueField::Timeout, Ty::Text) if matches!(expr.kind, ExprKind::Text(_)) => {
                problem.help("write a duration without quotes, such as `5m`")
            }
            (ValueField::Timestamp, ty) if ty.is_number() => problem.help("for a number of seconds write `for`"),
            _ => problem,
        }
    });
}
