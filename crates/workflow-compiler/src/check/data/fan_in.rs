//! Fan-in: the results of a parallel's branches and of a map's iterations, and the results that a distributed map
//! writes to S3.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/dg/input-output-resultwriter.html>

use std::rc::Rc;

use crate::check::analysis::Analysis;
use crate::check::model::{StateInfo, is_distributed};
use crate::check::types::Ty;
use crate::syntax::ast::{ClauseValue, Expr, ExprKind, Head};
use crate::syntax::keyword::ClauseKind;
use workflow_asl::error_name::ERROR_OUTPUT;

impl<'a> Analysis<'a> {
    /// Returns the type of the combined results of a parallel's branches or a map's iterations.
    pub(in crate::check) fn fan_in(&self, info: &StateInfo<'a>) -> Ty {
        let mut inside = self.graphs.inside(info.id).map(|scope| self.scope_output(scope));
        match &info.state.head {
            Head::Parallel(_) => Ty::Tuple(inside.collect()),
            Head::Map { .. } => {
                let item = inside.next().unwrap_or(Ty::Unknown);
                if is_distributed(info.state) { written(info, item) } else { array(item) }
            }
            _ => Ty::Unknown,
        }
    }
}

fn array(item: Ty) -> Ty {
    Ty::Array(Box::new(item))
}

/// Returns the result type of a distributed map whose iterations return this type.
fn written(info: &StateInfo<'_>, item: Ty) -> Ty {
    // The results include the description of a tolerated failed iteration.
    let tolerates = info.state.clauses.iter().any(|clause| match &clause.value {
        ClauseValue::ToleratePercent(share) => !matches!(share.kind, ExprKind::Invalid(_)),
        _ => clause.kind == ClauseKind::Tolerate,
    });
    if info.state.has_clause(&[ClauseKind::Raw]) {
        return Ty::Unknown;
    }
    let writer = info.state.clauses.iter().rfind(|clause| clause.kind == ClauseKind::WriteTo);
    let result = match writer.map(|clause| &clause.value) {
        None => Some(item),
        Some(ClauseValue::Transfer { call: None, body: None, config }) => {
            config.as_ref().and_then(|config| transformed(config, item))
        }
        Some(_) => return exported(),
    };
    let Some(result) = result else { return Ty::Unknown };
    array(match result {
        // A member that only one of them has may be absent.
        Ty::Object(_) if tolerates => result.join(failed()),
        _ if tolerates => Ty::Unknown,
        result => result,
    })
}

/// Returns the type of each result for the configuration of a writer without a destination, if it is known.
fn transformed(config: &Expr, item: Ty) -> Option<Ty> {
    let ExprKind::Object(members) = &config.kind else { return None };
    let mut named = members.iter().filter(|member| member.key.value.eq_ignore_ascii_case("transformation"));
    match named.next().map(|member| &member.value.kind) {
        None => Some(item),
        Some(ExprKind::Text(text)) => match (text.to_ascii_uppercase().as_str(), item) {
            ("COMPACT", item) => Some(item),
            // Results that are arrays are flattened.
            ("FLATTEN", Ty::Array(inner)) => Some(*inner),
            ("FLATTEN", ty) if ty.is_unknown() || ty.is_option() || ty.is_array() => Some(Ty::Unknown),
            ("FLATTEN", ty) => Some(ty),
            ("NONE", _) => Some(described()),
            _ => None,
        },
        Some(_) => None,
    }
}

/// Returns where the results are: the manifest that lists them.
fn exported() -> Ty {
    let details = Ty::object([("Bucket", Ty::Text), ("Key", Ty::Text)]);
    Ty::object([("MapRunArn", Ty::Arn), ("ResultWriterDetails", details)])
}

/// Returns the description of an execution that has failed.
fn failed() -> Ty {
    let Ty::Object(members) = described() else { return Ty::Unknown };
    let error = ERROR_OUTPUT.iter().map(|name| ((*name).to_owned(), Ty::Text.optional()));
    let members = Rc::unwrap_or_clone(members).into_iter().filter(|(name, _)| !name.starts_with("Output"));
    let of_redrive = |name: &str| name.starts_with("Redrive");
    let members = members.map(|(name, ty)| if of_redrive(&name) { (name, ty.or_absent()) } else { (name, ty) });
    Ty::object(members.chain(error))
}

/// Returns the description of an execution that has succeeded.
fn described() -> Ty {
    let included = || Ty::object([("Included", Ty::Bool)]);
    Ty::object([
        ("ExecutionArn", Ty::Arn),
        ("Input", Ty::Text),
        ("InputDetails", included()),
        ("Name", Ty::Text),
        ("Output", Ty::Text),
        ("OutputDetails", included()),
        // Their types in executions of an Express workflow are not documented.
        ("RedriveCount", Ty::Unknown),
        ("RedriveStatus", Ty::Unknown),
        ("RedriveStatusReason", Ty::Unknown),
        ("StartDate", Ty::Unknown),
        ("StateMachineArn", Ty::Arn),
        ("Status", Ty::Text),
        ("StopDate", Ty::Unknown),
    ])
}
