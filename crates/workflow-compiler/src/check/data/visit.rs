//! Visits the values of a state and their parts: references, texts, JSONata.

use crate::check::model::{Model, StateInfo};
use crate::syntax::ast::{
    Clause, ClauseValue, Expr, ExprKind, Head, MapItems, Reference, Segment, TokenSpan, WaitHead, When,
};

/// Calls `each` for every reference in a value, including those inside computed indices.
pub(in crate::check) fn references<'e>(expr: &'e Expr, each: &mut dyn FnMut(&'e Reference)) {
    match &expr.kind {
        ExprKind::Reference(reference) => {
            each(reference);
            segments(&reference.segments, each);
        }
        ExprKind::Object(members) => members.iter().for_each(|member| references(&member.value, each)),
        ExprKind::Array(items) => items.iter().for_each(|item| references(item, each)),
        ExprKind::Access(value, steps) => {
            references(value, each);
            segments(steps, each);
        }
        ExprKind::Unary(_, inner) | ExprKind::Paren(inner) => references(inner, each),
        ExprKind::Binary(_, _, left, right) => {
            references(left, each);
            references(right, each);
        }
        ExprKind::If(condition, yes, no) => {
            references(condition, each);
            references(yes, each);
            references(no, each);
        }
        ExprKind::Call { arguments, .. } => arguments.iter().for_each(|argument| references(argument, each)),
        ExprKind::Closure(closure) => references(&closure.body, each),
        ExprKind::Raw(raw) => raw.variables.iter().for_each(|member| references(&member.value, each)),
        ExprKind::Null
        | ExprKind::Bool(_)
        | ExprKind::Number(_)
        | ExprKind::Duration(_)
        | ExprKind::Text(_)
        | ExprKind::Constant(_)
        | ExprKind::Variant { .. }
        | ExprKind::Jsonata(_)
        | ExprKind::Path(_)
        | ExprKind::Regex(_)
        | ExprKind::Invalid(_) => {}
    }
}

/// Returns whether a value contains raw JSONata.
pub(in crate::check) fn has_raw(expr: &Expr) -> bool {
    let mut any = false;
    raws(expr, &mut |_, _| any = true);
    any
}

/// Calls `each` for every string in a value that is the user's own JSONata, with or without `{%` and `%}`, and with the
/// span of the literal.
pub(in crate::check) fn raws<'e>(expr: &'e Expr, each: &mut dyn FnMut(&'e str, TokenSpan)) {
    leaves(expr, &mut |leaf| match &leaf.kind {
        ExprKind::Jsonata(text) => each(&text.value, text.span),
        ExprKind::Text(text) if text.starts_with("{%") => each(text, leaf.span),
        _ => {}
    });
}

/// Calls `each` for every text literal in a value.
pub(in crate::check) fn texts<'e>(expr: &'e Expr, each: &mut dyn FnMut(&'e str, TokenSpan)) {
    leaves(expr, &mut |leaf| match &leaf.kind {
        ExprKind::Jsonata(text) | ExprKind::Path(text) => each(&text.value, text.span),
        ExprKind::Text(text) => each(text, leaf.span),
        _ => {}
    });
}

/// Calls `each` for every part of a value that has no parts, and for raw JSONata with a type or with values.
pub(in crate::check) fn leaves<'e>(expr: &'e Expr, each: &mut dyn FnMut(&'e Expr)) {
    match &expr.kind {
        ExprKind::Object(members) => members.iter().for_each(|member| leaves(&member.value, each)),
        ExprKind::Array(items) => items.iter().for_each(|item| leaves(item, each)),
        ExprKind::Access(inner, _) | ExprKind::Unary(_, inner) | ExprKind::Paren(inner) => leaves(inner, each),
        ExprKind::Binary(_, _, left, right) => {
            leaves(left, each);
            leaves(right, each);
        }
        ExprKind::If(condition, yes, no) => [condition, yes, no].into_iter().for_each(|part| leaves(part, each)),
        ExprKind::Call { arguments, .. } => arguments.iter().for_each(|argument| leaves(argument, each)),
        ExprKind::Closure(closure) => leaves(&closure.body, each),
        ExprKind::Raw(raw) => {
            each(expr);
            each(&raw.text);
            raw.variables.iter().for_each(|member| leaves(&member.value, each));
        }
        _ => each(expr),
    }
}

fn segments<'e>(segments: &'e [Segment], each: &mut dyn FnMut(&'e Reference)) {
    for segment in segments {
        match segment {
            Segment::Index(index) => references(index, each),
            Segment::Slice(slice) => slice.bounds().for_each(|bound| references(bound, each)),
            Segment::Member { .. } | Segment::Each { .. } => {}
        }
    }
}

/// Calls `each` for every value of a state, including the values of the handlers and defaults that it uses; the flag is
/// true for values in the braces of a catcher.
pub(in crate::check) fn values<'a>(model: &Model<'a>, info: &StateInfo<'a>, each: &mut dyn FnMut(&'a Expr, bool)) {
    match &info.state.head {
        Head::Task { body: Some(body), .. } => each(body, false),
        Head::Pass { value: Some(value) } | Head::Succeed { value: Some(value) } => each(value, false),
        Head::Wait(Some(WaitHead::For(time) | WaitHead::Until(time))) => each(time, false),
        Head::Choice(choice) => {
            choice.subject.iter().for_each(|subject| each(subject, false));
            for arm in &choice.arms {
                if let When::If(condition) = &arm.when {
                    each(condition, false);
                }
                clauses(&arm.clauses, each);
            }
        }
        Head::Map { over: Some(MapItems::Items(items)), .. } => each(items, false),
        Head::Map { over: Some(MapItems::Reader { body, .. }), .. } => each(body, false),
        Head::Fail { error, cause } => error.iter().chain(cause).for_each(|text| each(text, false)),
        Head::Task { body: None, .. } | Head::Pass { value: None } | Head::Succeed { value: None } => {}
        Head::Wait(None) | Head::Parallel(_) | Head::Map { over: None, .. } => {}
    }
    for clause in model.clauses_of(info) {
        if !matches!(clause.value, ClauseValue::Catcher(_)) {
            clauses(std::slice::from_ref(clause), each);
        }
    }
    for (_, catcher) in model.catchers_of(info) {
        for clause in &catcher.clauses {
            if let ClauseValue::Expr(value) = &clause.value {
                each(value, true);
            }
        }
    }
}

fn clauses<'a>(clauses: &'a [Clause], each: &mut dyn FnMut(&'a Expr, bool)) {
    for clause in clauses {
        match &clause.value {
            ClauseValue::Expr(value) | ClauseValue::ToleratePercent(value) | ClauseValue::TolerateCount(value) => {
                each(value, false);
            }
            ClauseValue::Transfer { body, config, .. } => {
                body.iter().chain(config).for_each(|value| each(value, false))
            }
            ClauseValue::Flag
            | ClauseValue::None(_)
            | ClauseValue::Named(_)
            | ClauseValue::Retrier(_)
            | ClauseValue::Catcher(_)
            | ClauseValue::Errors(_)
            | ClauseValue::Query(_)
            | ClauseValue::Distributed { .. } => {}
        }
    }
}
