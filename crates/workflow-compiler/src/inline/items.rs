//! The items of a repetition: literals of one type.

use std::collections::BTreeSet;

use workflow_asl::Code;
use workflow_asl::nearest::nearest;

use super::{MOST_STATES, substitute};
use crate::problem::{Problem, Problems};
use crate::syntax::ast::{BinaryOp, Expr, ExprKind, Member, Reference, Repetition, Root, TokenSpan, plain};
use crate::syntax::spelling::spelled;

/// The argument of a use that is the list.
pub(super) struct Given<'g> {
    /// The field of the fragment's input.
    pub(super) field: &'g str,
    pub(super) fragment: &'g str,
    /// The argument.
    pub(super) value: &'g Expr,
}

/// Returns the items of a repetition. If they are invalid, which is reported, it is one invalid item. `around` are the
/// names of the items of the repetitions around it.
pub(super) fn items(
    repetition: &Repetition,
    given: Option<Given<'_>>,
    around: &[&str],
    problems: &mut Problems,
) -> Vec<Expr> {
    let invalid = |reported| vec![Expr::made(ExprKind::Invalid(reported), repetition.list.span)];
    let code = if given.is_some() { Code::FragmentArgument } else { Code::NotRepeated };
    let report = |problems: &mut Problems, span, message: String, help: String| {
        problems.push(Problem::new(code, span, message).help(help))
    };
    let list = repetition.list.unparen();
    let items = match &list.kind {
        ExprKind::Array(items) => &items.iter().flat_map(numbers).collect::<Vec<_>>(),
        ExprKind::Invalid(reported) => return invalid(*reported),
        _ => {
            if let Some(Given { field, fragment, value }) = given {
                let message = format!(
                    "`{field}` of `{fragment}` must be a list that is known at compile time: a `for` repeats states for its items"
                );
                let help = "write the items here, such as `[\"a\", \"b\"]`".to_owned();
                return invalid(report(problems, value.span, message, help));
            }
            if let ExprKind::Reference(Reference { root: Root::StateResult(name), root_span, .. }) = &list.kind
                && let Some(near) = nearest(&plain(name), around.iter().copied())
            {
                let problem = Problem::new(Code::ReferenceNotHere, *root_span, format!("cannot find `{name}`"));
                return invalid(problems.push(problem.did_you_mean(near, near)));
            }
            let written = spelled(list);
            let message = format!("`for` takes a list that is known at compile time, and `{written}` is not");
            let help = format!(
                "write the items: `[\"a\", \"b\"]`; for each item of a value, `map Each over {written} {{ … }}` runs states"
            );
            return invalid(report(problems, list.span, message, help));
        }
    };
    let Some(first) = items.first() else {
        let (span, message, help) = match given {
            Some(Given { field, fragment, value }) => {
                let message = format!("`{field}` of `{fragment}` has no items, and a `for` repeats states for them");
                (value.span, message, "give at least one, or do not use the fragment here")
            }
            None => (list.span, "the list has no items".to_owned(), "write at least one, or remove the `for`"),
        };
        return invalid(report(problems, span, message, help.to_owned()));
    };
    if let Some(reported) = items.iter().find_map(Expr::reported) {
        return invalid(reported);
    }
    if let Some(item) = items.iter().find(|item| !substitute::is_stable(item)) {
        let message = format!("`{}` is not known at compile time", spelled(item));
        let help = "an item is a literal, or an object of literals such as `{ name: \"a\" }`";
        return invalid(report(problems, item.span, message, help.to_owned()));
    }
    if let Some((span, message)) = items.iter().skip(1).find_map(|item| unlike(first, item)) {
        let help = "give all items the same type, and objects the same members";
        return invalid(report(problems, span, message, help.to_owned()));
    }
    items.clone()
}

/// Returns the numbers of a range of literals; other items as they are. It is cut where no workflow can have so many states.
fn numbers(item: &Expr) -> Vec<Expr> {
    let number = |value: &Expr| match &value.kind {
        ExprKind::Number(text) => text.parse::<i64>().ok(),
        _ => None,
    };
    match &item.kind {
        ExprKind::Binary(BinaryOp::Range, _, first, last) => match (number(first), number(last)) {
            (Some(first), Some(last)) => {
                let all = (first..=last).take(MOST_STATES + 1);
                all.map(|number| Expr::made(ExprKind::Number(number.to_string()), item.span)).collect()
            }
            _ => vec![item.clone()],
        },
        _ => vec![item.clone()],
    }
}

/// Returns the first part of an item that has not the type of the first item, and what the types are.
fn unlike(first: &Expr, item: &Expr) -> Option<(TokenSpan, String)> {
    let (wanted, found) = (type_of(&first.kind)?, type_of(&item.kind)?);
    if wanted != found {
        let message = format!("the items have different types: this is {found}, and in the first item it is {wanted}");
        return Some((item.span, message));
    }
    let (ExprKind::Object(wanted), ExprKind::Object(found)) = (&first.kind, &item.kind) else { return None };
    let keys = |members: &[Member]| members.iter().map(|member| member.key.value.clone()).collect::<BTreeSet<_>>();
    let (of_first, own) = (keys(wanted), keys(found));
    if let Some(key) = of_first.symmetric_difference(&own).next() {
        let (one, other) = if own.contains(key) { ("this", "the first item") } else { ("the first item", "this") };
        return Some((item.span, format!("the items have different members: {one} has `{key}`, and {other} has not")));
    }
    let same = |member: &Member| found.iter().find(|other| other.key.value == member.key.value);
    wanted.iter().find_map(|member| unlike(&member.value, &same(member)?.value))
}

/// Returns the type of a literal; `None` for other values.
fn type_of(kind: &ExprKind) -> Option<&'static str> {
    Some(match kind {
        ExprKind::Text(_) => "text",
        ExprKind::Number(_) => "a number",
        ExprKind::Bool(_) => "a truth value",
        ExprKind::Duration(_) => "a duration",
        ExprKind::Object(_) => "an object",
        ExprKind::Array(_) => "a list",
        _ => return None,
    })
}

/// Returns an item for messages.
pub(super) fn label(item: &Expr) -> String {
    match &item.kind {
        ExprKind::Object(members) => match members.as_slice() {
            [first, _, ..] => format!("{{ {}: {}, … }}", first.key.value, spelled(&first.value)),
            _ => spelled(item),
        },
        _ => spelled(item),
    }
}
