//! A fragment by itself, without what only its uses know: they check it.

use workflow_asl::document::QueryLanguage;

use super::walk::{self, Change};
use crate::problem::Reported;
use crate::syntax::ast::{Body, Clause, ClauseValue, Expr, ExprKind, Head, Reference, Resource, Root, State};
use crate::syntax::keyword::ClauseKind;

/// Returns whether states have clauses that only JSONPath has.
pub(super) fn has_clauses_of_jsonpath(body: &mut Body) -> bool {
    struct OfJsonPath(bool);
    impl Change for OfJsonPath {
        fn clause(&mut self, clause: &mut Clause) {
            self.0 |= clause.kind.language() == Some(QueryLanguage::JsonPath);
        }
    }
    let mut found = OfJsonPath(false);
    walk::body(body, &mut found);
    found.0
}

/// Removes the fields of the input from the parts that must be known at compile time.
pub(super) struct WithoutValues;

impl Change for WithoutValues {
    fn state(&mut self, state: &mut State) {
        let Head::Task { resource, .. } = &mut state.head else { return };
        if let Some(Resource::Value(arn) | Resource::Activity { arn, .. }) = resource
            && reads_input(arn)
        {
            *resource = None;
            state.broken = Some(Reported::AT_USES);
        }
    }

    fn clause(&mut self, clause: &mut Clause) {
        match (&mut clause.value, clause.kind) {
            (ClauseValue::Retrier(retrier), _) => retrier.fields.retain(|field| !reads_input(&field.value)),
            (ClauseValue::ToleratePercent(value) | ClauseValue::TolerateCount(value), _)
            | (ClauseValue::Expr(value), ClauseKind::MaxConcurrency | ClauseKind::Batch) => any_number(value),
            _ => {}
        }
    }
}

/// Replaces a number that JSONPath cannot read from the execution's input, as a fragment by itself would.
fn any_number(value: &mut Expr) {
    if let ExprKind::Object(members) = &mut value.kind {
        members.iter_mut().for_each(|member| any_number(&mut member.value));
    } else if reads_input(value) {
        value.kind = ExprKind::Number("1".to_owned());
    }
}

/// Returns whether a value reads the input.
pub(super) fn reads_input(value: &Expr) -> bool {
    let mut reads = false;
    value.walk(&mut |part| {
        reads |= matches!(&part.kind, ExprKind::Reference(Reference { root: Root::Input, .. }));
    });
    reads
}
