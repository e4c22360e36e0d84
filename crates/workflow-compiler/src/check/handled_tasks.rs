//! The tasks that the user's functions and workers handle: their requests, and the results that they must return.

use workflow_services::{Pattern, TaskResource};

use super::analysis::Analysis;
use super::api::{ResultType, declared_result};
use super::model::StateInfo;
use super::types::Ty;
use super::value_site::ValueField;
use crate::syntax::ast::{Expr, ExprKind, Head, Type};
use crate::syntax::keyword::ClauseKind;

/// The member of a call of Lambda that is the function's event.
const PAYLOAD: &str = "Payload";

/// A task of a Lambda function, or of an activity.
#[derive(Clone, Debug)]
pub struct HandledTask {
    /// The state's identifier, without `r#`.
    pub state: String,
    /// The type of the request.
    pub sends: Ty,
    /// The type that the source declares for the returned value; `None` if the source declares none, or nothing reads
    /// the returned value.
    pub reads: Option<Type>,
}

/// Returns the tasks of a workflow that are of this kind.
pub(crate) fn handled_tasks(analysis: &Analysis<'_>) -> Vec<HandledTask> {
    let found = analysis.all_states().filter_map(|info| {
        let Head::Task { resource: Some(resource), body } = &info.state.head else { return None };
        let called = resource.arn().map_or(Some(CalledTask::Whole), |arn| CalledTask::of_arn(&arn))?;
        let declared = declared_result(resource).filter(|_| called != CalledTask::ForToken);
        let reads = declared.and_then(|declared| match declared.ty {
            ResultType::Written(ty) => Some(ty.clone()),
            ResultType::OutputOf(_) => None,
        });
        Some(HandledTask { state: info.name.clone(), sends: sends(analysis, info, called, body.as_ref()), reads })
    });
    found.collect()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum CalledTask {
    /// `lambda::invoke`: the payload is sent, and the function's returned value is read.
    Lambda,
    /// The same with `.waitForTaskToken`: the value that is sent back with the token is read.
    ForToken,
    /// An activity, or a function by its ARN: all is sent.
    Whole,
}

impl CalledTask {
    fn of_arn(arn: &str) -> Option<Self> {
        match TaskResource::parse(arn) {
            Ok(task @ TaskResource::Optimised(_, pattern)) if task.calls_function() => match pattern {
                Pattern::RequestResponse => Some(Self::Lambda),
                Pattern::WaitForTaskToken => Some(Self::ForToken),
                _ => None,
            },
            Ok(TaskResource::Function | TaskResource::Activity | TaskResource::Unknown) => Some(Self::Whole),
            _ => None,
        }
    }
}

/// Returns whether a task of a document with this `Resource` may be one of them.
pub(crate) fn is_handled(resource: &str) -> bool {
    CalledTask::of_arn(resource).is_some()
}

fn sends<'a>(analysis: &Analysis<'a>, info: &StateInfo<'a>, called: CalledTask, body: Option<&Expr>) -> Ty {
    let request = body.or(info.state.clause_value(&[ClauseKind::Arguments, ClauseKind::Parameters]));
    let Some(request) = request else { return Ty::Unknown };
    let ty = analysis.narrowed_type(info.site(ValueField::Parameters), request);
    match (called, &ty, &request.kind) {
        (CalledTask::Whole, ..) => ty,
        // Without one the function gets an empty object.
        (_, Ty::Object(members), ExprKind::Object(_)) => match members.get(PAYLOAD) {
            Some(payload) => payload.clone(),
            None => Ty::object(std::iter::empty::<(String, Ty)>()),
        },
        _ => Ty::Unknown,
    }
}
