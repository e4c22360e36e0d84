//! The APIs that tasks call, and the types of their results.

use std::rc::Rc;

use workflow_asl::result::ResultPart;
use workflow_services::{Arn, Integration, Pattern, TaskResource};

use super::analysis::Analysis;
use super::members::aws;
use super::model::StateInfo;
use super::path::{Path, PathRoot};
use super::types::{Ty, Types};
use crate::question::ForeignPart;
use crate::syntax::ast::{Head, Resource, Type, integration};

/// The type that the source declares for a task's result.
#[derive(Debug)]
pub struct DeclaredResult<'r> {
    /// The member of the result with the type; empty for the result itself, such as a token's value.
    pub member: &'static str,
    /// The type.
    pub ty: ResultType<'r>,
}

/// The type of a task's result.
#[derive(Debug)]
pub enum ResultType<'r> {
    /// The one in angle brackets.
    Written(&'r Type),
    /// The type of the output of the workflow that is started.
    OutputOf(&'r Type),
}

/// The member of the result of a started execution that is its output.
pub const OUTPUT: &str = "Output";

/// Returns the type that the source declares for the result of a task with this resource.
pub fn declared_result(resource: &Resource) -> Option<DeclaredResult<'_>> {
    match resource {
        Resource::Service { path, pattern, result, workflow, .. } => {
            let pattern = pattern.as_ref().map(|pattern| pattern.value.as_str());
            let ty = match workflow {
                // The execution's output is JSON text, which the state's expressions parse.
                Some(workflow) if resource.express_child().is_some() => {
                    return Some(DeclaredResult { member: OUTPUT, ty: ResultType::OutputOf(workflow) });
                }
                // The other patterns return the output as text, or not at all.
                Some(workflow) if pattern == Some("sync:2") => ResultType::OutputOf(workflow),
                Some(_) => return None,
                None => ResultType::Written(result.as_ref()?),
            };
            Some(DeclaredResult { member: wrapper(&integration(path, pattern)).unwrap_or_default(), ty })
        }
        Resource::Activity { result, .. } => {
            Some(DeclaredResult { member: "", ty: ResultType::Written(result.as_ref()?) })
        }
        Resource::Text(_) | Resource::Value(_) => None,
    }
}

/// Returns whether a state waits for an Express execution.
pub fn is_express_child(info: &StateInfo<'_>) -> bool {
    matches!(&info.state.head, Head::Task { resource: Some(resource), .. } if resource.express_child().is_some())
}

/// Returns the member that contains the callee's result, for calls that have one.
fn wrapper(arn: &str) -> Option<&'static str> {
    let name = Arn::parse(arn).and_then(Arn::integration)?;
    let (name, pattern) = Pattern::split(name);
    Integration::find(name)?.returned_in(pattern)
}

impl<'a> Analysis<'a> {
    /// Returns the type of a task's result: the declared type, else the type in AWS's API.
    pub(super) fn task_type(&self, info: &StateInfo<'a>) -> Ty {
        let Head::Task { resource: Some(resource), .. } = &info.state.head else { return Ty::Unknown };
        let arn = resource.arn().unwrap_or_default();
        let declared = declared_result(resource).and_then(|declared| match declared.ty {
            ResultType::Written(ty) => Some(self.types.ty(ty)),
            ResultType::OutputOf(workflow) => {
                Types::part_of(workflow, ForeignPart::Output).map(|output| Ty::Foreign(Box::new(output)))
            }
        });
        let wrapper = if resource.express_child().is_some() { Some(OUTPUT) } else { wrapper(&arn) };
        match (declared, wrapper) {
            (declared, None) if arn.is_empty() => declared.unwrap_or(Ty::Unknown),
            (None, _) if self.unchecked(info).is_some() => Ty::Unknown,
            (declared, Some(member)) => self.wrapped(&arn, member, declared.unwrap_or(Ty::Unknown)),
            (Some(declared), None) => declared,
            (None, None) => self.called(&arn).map_or(Ty::Unknown, aws),
        }
    }

    /// Returns the pattern with which the result would have a member that it lacks because the task does not wait.
    pub(super) fn waiting_has(&self, result: &Path<'_>, member: &str) -> Option<String> {
        let PathRoot::StateResult(name) = &result.root else { return None };
        let Head::Task { resource: Some(Resource::Service { path, pattern: None, .. }), .. } =
            &self.states.get(name.as_ref()).filter(|_| result.segments.is_empty())?.state.head
        else {
            return None;
        };
        workflow_asl::result::waiting_has(Arn::parse(&integration(path, None)).and_then(Arn::integration)?, member)
    }

    /// Returns the result of a call of the ARN, looked up once in AWS's table.
    fn called(&self, arn: &str) -> Option<ResultPart> {
        let look_up = || TaskResource::parse(arn).ok().map(ResultPart::of);
        *self.calls.borrow_mut().entry(arn.to_owned()).or_insert_with(look_up)
    }

    /// Returns the members of a result. One member has the type that the source declares.
    fn wrapped(&self, arn: &str, wrapped: &str, ty: Ty) -> Ty {
        let Some(part) = self.called(arn) else { return Ty::Unknown };
        let Some(structure) = part.shape().structure() else { return Ty::Unknown };
        let mut known = self.wrappers.borrow_mut();
        let members = known.entry(arn.to_owned()).or_insert_with(|| {
            let members = structure.members().map(|member| {
                let ty = match member.name {
                    name if name == wrapped => Ty::Unknown,
                    // They are only present if the request asks for them, or the function failed.
                    "LogResult" | "FunctionError" => Ty::Text.optional(),
                    name => match part.member(name) {
                        workflow_asl::result::Member::Found(part, _) => aws(part),
                        _ => Ty::Unknown,
                    },
                };
                (member.name.to_owned(), ty)
            });
            Rc::new(members.collect())
        });
        let mut members = Rc::clone(members);
        if ty != Ty::Unknown
            && let Some(member) = Rc::make_mut(&mut members).get_mut(wrapped)
        {
            *member = ty;
        }
        Ty::Object(members)
    }
}
