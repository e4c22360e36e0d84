//! Visits the values of a state and their parts: references, texts, JSONata.

use workflow_asl::document::QueryLanguage;

use crate::check::model::{Model, StateInfo};
use crate::check::value_site::ValueField;
use crate::syntax::ast::{
    Catcher, Clause, ClauseValue, Expr, ExprKind, Head, MapItems, Reference, Resource, Retrier, TokenSpan, WaitHead,
    When,
};

/// Calls `each` for every reference in a value, including those inside computed indices.
pub(in crate::check) fn references<'e>(expr: &'e Expr, each: &mut dyn FnMut(&'e Reference)) {
    expr.walk(&mut |part| {
        if let ExprKind::Reference(reference) = &part.kind {
            each(reference);
        }
    });
}

/// Calls `each` for every string in a value that is the user's own JSONata, with or without `{%` and `%}`, and with the
/// span of the literal.
pub(in crate::check) fn raws<'e>(expr: &'e Expr, each: &mut dyn FnMut(&'e str, TokenSpan)) {
    expr.walk(&mut |part| match &part.kind {
        ExprKind::Jsonata(text) => each(&text.value, text.span),
        ExprKind::Text(text) if text.starts_with("{%") => each(text, part.span),
        _ => {}
    });
}

/// Calls `each` for every text literal in a value.
pub(in crate::check) fn texts<'e>(expr: &'e Expr, each: &mut dyn FnMut(&'e str, TokenSpan)) {
    expr.walk(&mut |part| match &part.kind {
        ExprKind::Jsonata(text) | ExprKind::Path(text) => each(&text.value, text.span),
        ExprKind::Text(text) => each(text, part.span),
        _ => {}
    });
}

/// Calls `each` for every value of a state and its field, including the values of the handlers and defaults that it uses.
pub(in crate::check) fn values<'a>(
    model: &Model<'a>,
    info: &StateInfo<'a>,
    each: &mut dyn FnMut(&'a Expr, ValueField),
) {
    head(info, each);
    if let Head::Choice(choice) = &info.state.head {
        choice.subject.iter().for_each(|subject| each(subject, ValueField::Condition));
        for arm in &choice.arms {
            if let When::If(condition) = &arm.when {
                each(condition, ValueField::Condition);
            }
            clauses(info, &arm.clauses, each);
        }
    }
    for clause in model.clauses_of(info).filter(|clause| !matches!(clause.value, ClauseValue::Catcher(_))) {
        clauses(info, std::slice::from_ref(clause), each);
    }
    model.catchers_of(info).iter().for_each(|(_, handler)| catcher(handler, each));
}

/// Calls `each` for the values in the head of a state that is no choice.
pub(in crate::check) fn head<'a>(info: &StateInfo<'a>, each: &mut dyn FnMut(&'a Expr, ValueField)) {
    match &info.state.head {
        Head::Task { resource, body } => {
            if let Some(Resource::Activity { arn, .. } | Resource::Value(arn)) = resource {
                each(arn, ValueField::Resource);
            }
            body.iter().for_each(|body| each(body, ValueField::Parameters));
        }
        Head::Pass { value } => {
            let field = match info.language {
                QueryLanguage::Jsonata => ValueField::Output,
                QueryLanguage::JsonPath => ValueField::Parameters,
            };
            value.iter().for_each(|value| each(value, field));
        }
        Head::Wait(Some(WaitHead::For(seconds))) => each(seconds, ValueField::Seconds),
        Head::Wait(Some(WaitHead::Until(time))) => each(time, ValueField::Timestamp),
        Head::Map { over: Some(MapItems::Items(items)), .. } => each(items, ValueField::Items),
        Head::Map { over: Some(MapItems::Reader { body, .. }), .. } => each(body, ValueField::Transfer),
        Head::Succeed { value } => value.iter().for_each(|value| each(value, ValueField::Output)),
        Head::Fail { error, cause } => error.iter().chain(cause).for_each(|text| each(text, ValueField::Failure)),
        Head::Choice(_) | Head::Wait(None) | Head::Parallel(_) | Head::Map { over: None, .. } => {}
    }
}

/// Calls `each` for the values in clauses of a state, of `defaults` or of an arm.
pub(in crate::check) fn clauses<'a>(
    info: &StateInfo<'_>,
    clauses: &'a [Clause],
    each: &mut dyn FnMut(&'a Expr, ValueField),
) {
    // A clause of the other query language was refused.
    let own = |clause: &&Clause| clause.kind.language().is_none_or(|language| language == info.language);
    for clause in clauses.iter().filter(own) {
        let field = ValueField::of_clause(clause.kind, info.state.kind);
        match &clause.value {
            ClauseValue::ToleratePercent(value) => each(value, ValueField::Share),
            ClauseValue::Expr(value) | ClauseValue::TolerateCount(value) => each(value, field),
            ClauseValue::Transfer { call, body, config } => {
                if let Some(Resource::Activity { arn, .. } | Resource::Value(arn)) = call {
                    each(arn, ValueField::Resource);
                }
                body.iter().chain(config).for_each(|value| each(value, field));
            }
            ClauseValue::Retrier(handler) => retrier(handler, each),
            ClauseValue::Catcher(handler) => catcher(handler, each),
            ClauseValue::Flag
            | ClauseValue::None(_)
            | ClauseValue::Named(_)
            | ClauseValue::Errors(_)
            | ClauseValue::Query(_)
            | ClauseValue::Distributed { .. } => {}
        }
    }
}

/// Calls `each` for the values of a retrier.
pub(in crate::check) fn retrier<'a>(retrier: &'a Retrier, each: &mut dyn FnMut(&'a Expr, ValueField)) {
    retrier.fields.iter().for_each(|field| each(&field.value, ValueField::Literal));
}

/// Calls `each` for the values of a catcher.
pub(in crate::check) fn catcher<'a>(catcher: &'a Catcher, each: &mut dyn FnMut(&'a Expr, ValueField)) {
    for clause in &catcher.clauses {
        if let ClauseValue::Expr(value) = &clause.value {
            each(value, ValueField::of_catcher(clause.kind));
        }
    }
}
