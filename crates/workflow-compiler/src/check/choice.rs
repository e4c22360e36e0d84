//! Choices: conditions, arms that are never taken, and values without an arm.

use workflow_asl::document::QueryLanguage;
use workflow_asl::{Code, StateKind};

use super::analysis::Analysis;
use super::expression_text::words;
use super::flow::Narrowing;
use super::model::StateInfo;
use super::sink::Sink;
use super::types::Ty;
use super::value_site::{ValueField, ValueSite};
use super::values;
use crate::problem::Problem;
use crate::syntax::ast::{Arm, BinaryOp, Choice, Expr, ExprKind, Reference, Root, UnaryOp, When, plain};
use crate::syntax::spelling::spelled;

/// A value that an arm certainly matches: the tested expression, its type, and the value.
#[derive(Clone, PartialEq)]
struct Case {
    tested: String,
    domain: Domain,
    value: String,
}

/// The values that something may have.
#[derive(Clone, PartialEq)]
enum Domain {
    Bool,
    /// The enum's Rust name.
    Enum(String),
    /// There are too many to list.
    Open,
}

/// An arm with its cases and their expressions; `None` for unknown cases.
type ArmCases<'c> = (&'c Arm, Vec<(Option<Case>, &'c Expr)>);

/// Checks that the conditions of a choice are valid, each arm can be taken, and one always is.
pub(super) fn check<'a>(
    analysis: &Analysis<'a>,
    info: &StateInfo<'a>,
    choice: &Choice,
    known: &Narrowing,
    sink: &mut Sink<'_>,
) {
    let mut wrong = info.state.is_broken();
    wrong |= conditions(analysis, info, choice, known, sink);
    else_is_last(choice, sink);
    let place = info.site(ValueField::Condition);
    let mut taken: Vec<Case> = Vec::new();
    let mut always = false;
    let arms: Vec<_> = choice.arms.iter().map(|arm| (arm, cases(analysis, place, choice, arm))).collect();
    for (arm, found) in &arms {
        always |= matches!(arm.when, When::Else(_))
            || matches!(&arm.when, When::If(condition) if matches!(condition.unparen().kind, ExprKind::Bool(true)));
        dead_arm(arm, found, &taken, sink);
        taken.extend(found.iter().filter_map(|(case, _)| case.clone()));
    }
    if always || choice.nonexhaustive.is_some() || wrong || choice.arms.is_empty() {
        return;
    }
    not_exhaustive(analysis, info, choice, &arms, (&taken, known), sink);
}

/// Checks that conditions are `bool`, and that patterns have the type of the subject. Earlier arms were not taken. Returns
/// whether something is wrong, so that the cases of an arm are not known: the correct pattern may be the missing one.
fn conditions<'a>(
    analysis: &Analysis<'a>,
    info: &StateInfo<'a>,
    choice: &Choice,
    known: &Narrowing,
    sink: &mut Sink<'_>,
) -> bool {
    let place = info.site(ValueField::Condition);
    let mut facts = known.clone();
    let subject = choice.subject.as_ref().map(|subject| {
        // In JSONata, an absent value equals no pattern; in JSONPath, the execution fails.
        let ty = match info.language {
            QueryLanguage::Jsonata => analysis.infer(place.knowing(&facts), subject, sink),
            QueryLanguage::JsonPath => analysis.operand(place.knowing(&facts), subject, sink),
        };
        (subject, ty)
    });
    let mut wrong = subject.as_ref().is_some_and(|(_, ty)| ty.is_error());
    for arm in &choice.arms {
        let mut inside = facts.clone();
        match (&arm.when, &subject) {
            (When::If(condition), _) => {
                wrong |= condition.reported().is_some();
                analysis.infer_condition(place.knowing(&facts), condition, sink);
                gives_something(analysis, place.knowing(&facts), condition, sink);
                inside.learn(condition, true);
                facts.learn(condition, false);
            }
            (When::Patterns(patterns), Some((subject, ty))) => {
                for pattern in patterns {
                    let pattern_ty = analysis.infer(place.knowing(&facts), pattern, sink);
                    wrong |= pattern_ty.is_error() || matches!(pattern.kind, ExprKind::Reference(_));
                    if !matches!(pattern.kind, ExprKind::Null) {
                        // What does not fit is the pattern.
                        let subject = Expr { span: pattern.span, ..(*subject).clone() };
                        wrong |= analysis.compare((ty, &subject), (&pattern_ty, pattern), sink).is_error();
                    }
                }
                inside.learn_match(subject, patterns);
            }
            _ => {}
        }
        values::clauses(analysis, info, &arm.clauses, &inside, sink);
    }
    wrong
}

/// Reports a condition that may have no value, like `$boolean` of an absent value: the choice fails then.
fn gives_something<'a>(analysis: &Analysis<'a>, place: ValueSite<'_, 'a>, condition: &Expr, sink: &mut Sink<'_>) {
    match &condition.kind {
        ExprKind::Paren(inner) | ExprKind::Unary(UnaryOp::Not, inner) => {
            gives_something(analysis, place, inner, sink);
        }
        ExprKind::Call { .. } => analysis.needed(place, condition, None, sink),
        _ => {}
    }
}

/// Returns the word of the arm for all other cases.
fn rest_word(choice: &Choice) -> &'static str {
    if choice.subject.is_some() { "_" } else { "else" }
}

/// Checks that nothing follows `else`, which matches everything, and that `nonexhaustive` is not beside it.
fn else_is_last(choice: &Choice, sink: &mut Sink<'_>) {
    let word = rest_word(choice);
    let mut arms = choice.arms.iter().skip_while(|arm| !matches!(arm.when, When::Else(_)));
    if arms.next().is_none() {
        return;
    }
    for arm in arms {
        let problem = match arm.when {
            When::Else(span) => Problem::new(Code::DeadArm, span, format!("`{word}` is given twice")),
            _ => Problem::new(Code::DeadArm, arm.span, format!("this arm is never taken: `{word}` comes before it"))
                .help(format!("move `{word}` to the end")),
        };
        sink.push(problem);
    }
    if let Some(nonexhaustive) = &choice.nonexhaustive {
        let message = format!("`nonexhaustive` allows that no arm matches, but `{word}` always does");
        let problem = Problem::new(Code::MisplacedClause, nonexhaustive.span(), message);
        sink.push(problem.help(format!("remove `nonexhaustive`, or the arm `{word}`")));
    }
}

/// Reports an arm that only matches what earlier arms match.
fn dead_arm(arm: &Arm, found: &[(Option<Case>, &Expr)], taken: &[Case], sink: &mut Sink<'_>) {
    let dead = |case: &Option<Case>| case.as_ref().is_some_and(|case| taken.contains(case));
    match &arm.when {
        When::If(condition) if !found.is_empty() && found.iter().all(|(case, _)| dead(case)) => {
            let message = "this arm is never taken: an earlier arm matches the same";
            sink.push(Problem::new(Code::DeadArm, condition.span, message).help("remove it, or correct its condition"));
        }
        When::Patterns(_) => {
            for (number, (case, pattern)) in found.iter().enumerate() {
                let again = found.iter().take(number).any(|(other, _)| other.is_some() && other == case);
                if dead(case) || again {
                    let message = "this pattern is never reached: an earlier one matches the same";
                    sink.push(Problem::new(Code::DeadArm, pattern.span, message));
                }
            }
        }
        _ => {}
    }
}

/// Checks that a choice has an arm for every value, `else`, or `nonexhaustive`.
fn not_exhaustive<'a>(
    analysis: &Analysis<'a>,
    info: &StateInfo<'a>,
    choice: &Choice,
    arms: &[ArmCases<'_>],
    (taken, known): (&[Case], &Narrowing),
    sink: &mut Sink<'_>,
) {
    let place = info.site(ValueField::Condition);
    let subject = choice.subject.as_ref().map(|subject| analysis.type_of(place.knowing(known), subject));
    // An absent value equals no pattern, also not `null`.
    let uncovered = |ty: &Ty| ty.may_be_absent() || ty.is_option() && !takes_null(choice);
    let absent = subject.as_ref().is_some_and(uncovered);
    let missing = |of: &Case| -> Option<Vec<String>> {
        let has = |value: &str| taken.iter().any(|case| case.tested == of.tested && case.value == value);
        let values = values_of(analysis, &of.domain)?.into_iter();
        Some(values.filter(|(value, _)| !has(value)).map(|(_, words)| words).collect())
    };
    let covered = |case: &Case| missing(case).is_some_and(|missing| missing.is_empty());
    let all = taken.iter().find(|case| covered(case)).filter(|_| !absent);
    if let (Some(subject), Some(Case { tested: of, domain: Domain::Enum(name), .. })) = (&choice.subject, all)
        && is_unchecked(analysis, subject)
    {
        sink.report(|| {
            let message = format!(
                "`{}` matches nothing if `{of}` is not a variant of `{name}`: AWS does not check types",
                info.name
            );
            with_other_arm(Problem::new(Code::NoDefault, info.state.span(), message), info, choice)
        });
    }
    if all.is_some() {
        return;
    }
    sink.report(|| {
        // Values can be named if every arm tests the same expression.
        let one = taken.first().filter(|first| {
            let about =
                |(case, _): &(Option<Case>, &Expr)| case.as_ref().is_some_and(|case| case.tested == first.tested);
            let comparison = first.tested.starts_with('(');
            !comparison && arms.iter().all(|(_, found)| !found.is_empty() && found.iter().all(about))
        });
        let what = one.and_then(|case| Some((case, missing(case)?))).map(|(case, missing)| {
            let mut missing: Vec<_> = missing.iter().map(|value| format!("`{value}`")).collect();
            missing.extend(absent.then(|| "absent".to_owned()));
            format!("`{}` matches nothing if `{}` is {}", info.name, case.tested, missing.join(" or "))
        });
        let rest = rest_word(choice);
        let message = what.unwrap_or_else(|| format!("`{}` may match nothing: it has no `{rest}`", info.name));
        with_other_arm(Problem::new(Code::NotExhaustive, info.state.span(), message), info, choice)
    });
}

/// Adds the helps that show the arm for all other cases, and the choice that needs none.
fn with_other_arm(problem: Problem, info: &StateInfo<'_>, choice: &Choice) -> Problem {
    let arms = if choice.subject.is_some() { "match …" } else { "{ … }" };
    problem
        .help(format!("add an arm for all other cases: `{} -> State`", rest_word(choice)))
        .help(format!("or let the execution fail in this case: `choice {} nonexhaustive {arms}`", info.name))
}

/// Returns whether a caller or a service gives the value: AWS checks no types, so it may have any value.
fn is_unchecked(analysis: &Analysis<'_>, value: &Expr) -> bool {
    match &value.unparen().kind {
        // The arguments of a fragment are checked.
        ExprKind::Reference(Reference { root: Root::Input, .. }) => !analysis.workflow.is_fragment,
        ExprKind::Reference(Reference { root: Root::StateResult(name), .. }) => {
            analysis.states.get(&plain(name)).is_some_and(|info| info.state.kind == StateKind::Task)
        }
        _ => false,
    }
}

fn takes_null(choice: &Choice) -> bool {
    let mut arms = choice.arms.iter();
    arms.any(|arm| matches!(&arm.when, When::Patterns(patterns) if patterns.iter().any(|p| matches!(p.kind, ExprKind::Null))))
}

/// Returns the cases of an arm, each with its words; `None` for unknown ones.
fn cases<'c, 'a>(
    analysis: &Analysis<'a>,
    place: ValueSite<'_, 'a>,
    choice: &'c Choice,
    arm: &'c Arm,
) -> Vec<(Option<Case>, &'c Expr)> {
    match (&arm.when, &choice.subject) {
        (When::If(condition), _) => {
            let mut found = Vec::new();
            collect(analysis, place, condition, true, &mut found);
            found
        }
        (When::Patterns(patterns), Some(subject)) => {
            patterns.iter().map(|pattern| (equality(analysis, place, subject, pattern), pattern)).collect()
        }
        _ => Vec::new(),
    }
}

/// The cases in which `condition` is `outcome`: alternatives. Each alternative is enough.
fn collect<'c, 'a>(
    analysis: &Analysis<'a>,
    place: ValueSite<'_, 'a>,
    condition: &'c Expr,
    outcome: bool,
    found: &mut Vec<(Option<Case>, &'c Expr)>,
) {
    match &condition.kind {
        ExprKind::Paren(inner) => return collect(analysis, place, inner, outcome, found),
        ExprKind::Unary(UnaryOp::Not, inner) => return collect(analysis, place, inner, !outcome, found),
        ExprKind::Binary(BinaryOp::Or, _, left, right) if outcome => {
            collect(analysis, place, left, true, found);
            return collect(analysis, place, right, true, found);
        }
        ExprKind::Binary(BinaryOp::And, _, left, right) if !outcome => {
            collect(analysis, place, left, false, found);
            return collect(analysis, place, right, false, found);
        }
        ExprKind::Binary(BinaryOp::In, _, of, list) if outcome => {
            if let ExprKind::Array(items) = &list.kind
                && items.iter().all(|item| equality(analysis, place, of, item).is_some())
            {
                return found.extend(items.iter().map(|item| (equality(analysis, place, of, item), item)));
            }
        }
        ExprKind::Binary(op @ (BinaryOp::Equal | BinaryOp::NotEqual), _, left, right) => {
            let case = equality(analysis, place, left, right).or_else(|| equality(analysis, place, right, left));
            let equal = (*op == BinaryOp::Equal) == outcome;
            match case {
                Some(case) if equal => return found.push((Some(case), condition)),
                Some(case) if case.domain != Domain::Open => {
                    let others = values_of(analysis, &case.domain).unwrap_or_default().into_iter();
                    let others = others.filter(|(value, _)| *value != case.value);
                    let others = others.map(|(value, _)| Case { value, ..case.clone() });
                    return found.extend(others.map(|case| (Some(case), condition)));
                }
                _ => {}
            }
        }
        _ => {}
    }
    let case = words(condition).map(|of| Case { tested: of, domain: Domain::Bool, value: outcome.to_string() });
    found.push((case, condition));
}

/// Returns the case that `of == value` says.
fn equality<'a>(analysis: &Analysis<'a>, place: ValueSite<'_, 'a>, of: &Expr, value: &Expr) -> Option<Case> {
    let domain = match analysis.type_of(place, of).present() {
        Ty::Bool => Domain::Bool,
        Ty::Enum(name) => Domain::Enum(name.clone()),
        // If the type is unknown, a comparison with `true` implies that it is a `bool`.
        ty if ty.is_open() && matches!(value.kind, ExprKind::Bool(_)) => Domain::Bool,
        // A use of a fragment can give a text for an enum.
        _ if matches!(of.kind, ExprKind::Text(_)) => match &value.kind {
            ExprKind::Variant { ty, .. } => Domain::Enum(plain(ty)),
            _ => Domain::Open,
        },
        _ => Domain::Open,
    };
    let value = match &value.kind {
        ExprKind::Bool(value) => value.to_string(),
        ExprKind::Variant { ty, variant } => analysis.types.variant_wire(&plain(ty), &plain(variant))?.to_owned(),
        ExprKind::Text(text) if !text.starts_with("{%") => match domain {
            Domain::Enum(_) => text.clone(),
            _ => format!("{text:?}"),
        },
        ExprKind::Number(text) => text.clone(),
        ExprKind::Null => "null".to_owned(),
        _ => return None,
    };
    // A use of a fragment may give a literal for the matched value.
    let literal =
        || matches!(of.kind, ExprKind::Bool(_) | ExprKind::Variant { .. } | ExprKind::Text(_)).then(|| spelled(of));
    Some(Case { tested: words(of).or_else(literal)?, domain, value })
}

/// Returns all values of a domain, each with its words.
fn values_of(analysis: &Analysis<'_>, domain: &Domain) -> Option<Vec<(String, String)>> {
    match domain {
        Domain::Open => None,
        Domain::Bool => Some(["true", "false"].map(|value| (value.to_owned(), value.to_owned())).into()),
        Domain::Enum(name) => {
            let variants = analysis.types.enums.get(name)?.variants.iter();
            Some(variants.map(|one| (one.wire.clone(), format!("{name}::{}", plain(&one.name)))).collect())
        }
    }
}
