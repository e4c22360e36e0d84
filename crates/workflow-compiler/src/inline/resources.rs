//! The params that name resources, such as `jobs: sqs::Queue`: each use in a request gets the form that the request
//! takes, and a resource of another kind is reported.

use std::collections::BTreeMap;

use workflow_asl::Code;
use workflow_services::{ResourceForm, ResourceKind};

use super::walk::{self, Change};
use crate::problem::Problem;
use crate::syntax::ast::{
    ClauseValue, Expr, ExprKind, Head, MapItems, Member, Reference, Resource, Root, Segment, State, Workflow, plain,
};
use crate::syntax::keyword::ClauseKind;

/// The members of requests that name a resource: of a service, or of all services, the kind that they take, and in
/// which form. AWS's API references give the forms. Other members take the ARN.
const MEMBERS: [(&str, &str, ResourceKind, ResourceForm); 12] = [
    ("lambda", "FunctionName", ResourceKind::Function, ResourceForm::Arn),
    ("sqs", "QueueUrl", ResourceKind::Queue, ResourceForm::Url),
    ("sqs", "QueueName", ResourceKind::Queue, ResourceForm::Name),
    ("s3", "Bucket", ResourceKind::Bucket, ResourceForm::Name),
    ("", "S3Bucket", ResourceKind::Bucket, ResourceForm::Name),
    ("", "S3BucketName", ResourceKind::Bucket, ResourceForm::Name),
    ("dynamodb", "TableName", ResourceKind::Table, ResourceForm::Name),
    ("dynamodb", "TableArn", ResourceKind::Table, ResourceForm::Arn),
    ("sns", "TopicArn", ResourceKind::Topic, ResourceForm::Arn),
    ("", "SnsTopicArn", ResourceKind::Topic, ResourceForm::Arn),
    ("states", "StateMachineArn", ResourceKind::StateMachine, ResourceForm::Arn),
    ("sfn", "StateMachineArn", ResourceKind::StateMachine, ResourceForm::Arn),
];

/// The service whose requests name resources inside other members: `TransactItems[].Put.TableName`. The values of
/// attributes there are objects, never references.
const NESTED: &str = "dynamodb";

/// Gives each use of a resource its form, and returns the uses of the wrong kind.
pub(crate) fn resources(workflow: &mut Workflow) -> Vec<Problem> {
    let kinds = workflow.params().into_iter().flatten().filter_map(|field| Some((plain(&field.name), field.resource?)));
    let mut uses = Uses { kinds: kinds.collect(), problems: Vec::new() };
    if !uses.kinds.is_empty() {
        walk::body(&mut workflow.body, &mut uses);
    }
    uses.problems
}

struct Uses {
    kinds: BTreeMap<String, ResourceKind>,
    problems: Vec<Problem>,
}

impl Change for Uses {
    fn state(&mut self, state: &mut State) {
        let mut service = String::new();
        match &mut state.head {
            Head::Task { resource, body } => {
                service = self.called(resource.as_mut());
                body.iter_mut().for_each(|body| self.request(&service, body));
            }
            Head::Map { over: Some(MapItems::Reader { path, body, .. }), .. } => {
                self.request(&path.first().map(plain).unwrap_or_default(), body);
            }
            _ => {}
        }
        for clause in &mut state.clauses {
            match (&mut clause.value, clause.kind) {
                (ClauseValue::Expr(body), ClauseKind::Arguments | ClauseKind::Parameters) => {
                    self.request(&service, body);
                }
                (ClauseValue::Transfer { call, body: Some(body), .. }, _) => {
                    let service = call.as_mut().map_or_else(|| "s3".to_owned(), |call| self.called(Some(call)));
                    self.request(&service, body);
                }
                _ => {}
            }
        }
    }
}

impl Uses {
    /// Returns the service that a resource calls. If the resource is a param, it must be a function.
    fn called(&mut self, resource: Option<&mut Resource>) -> String {
        match resource {
            Some(Resource::Service { path, .. }) => {
                let words: Vec<_> = path.iter().map(plain).collect();
                let service = words.iter().find(|word| *word != "aws_sdk");
                service.cloned().unwrap_or_default()
            }
            Some(Resource::Value(arn)) => {
                self.value(("a task", ResourceKind::Function, ResourceForm::Arn), arn);
                String::new()
            }
            _ => String::new(),
        }
    }

    fn request(&mut self, service: &str, request: &mut Expr) {
        match &mut request.kind {
            ExprKind::Object(members) => members.iter_mut().for_each(|member| self.member(service, member)),
            ExprKind::Array(items) if service == NESTED => {
                items.iter_mut().for_each(|item| self.request(service, item));
            }
            ExprKind::Paren(inner) => self.request(service, inner),
            _ => {}
        }
    }

    fn member(&mut self, service: &str, member: &mut Member) {
        let name = member.key.value.as_str();
        let row = MEMBERS.iter().find(|(of, known, ..)| (of.is_empty() || *of == service) && *known == name);
        match row {
            Some((.., kind, form)) => self.value((&format!("`{name}`"), *kind, *form), &mut member.value),
            None if service == NESTED => self.request(service, &mut member.value),
            None => {}
        }
    }

    /// Gives a value the form that is taken. A condition has several values.
    fn value(&mut self, taken: (&str, ResourceKind, ResourceForm), value: &mut Expr) {
        let span = value.span;
        match &mut value.kind {
            ExprKind::Paren(inner) => self.value(taken, inner),
            ExprKind::If(_, yes, no) => {
                self.value(taken, yes);
                self.value(taken, no);
            }
            ExprKind::Reference(Reference { root: Root::Params, segments, form, .. }) => {
                let [Segment::Member { name, .. }] = segments.as_slice() else { return };
                let Some(own) = self.kinds.get(&name.value).copied() else { return };
                let (by, kind, takes) = taken;
                if own == kind {
                    *form = Some(takes);
                    return;
                }
                let message = format!("{by} takes {}, and `params.{}` is {}", kind.words(), name.value, own.words());
                let problem = Problem::new(Code::OtherResource, span, message);
                self.problems.push(match self.kinds.iter().find(|(_, other)| **other == kind) {
                    Some((other, _)) => problem.write(format!("params.{other}")),
                    None => problem.help(format!("declare a param of the type `{}`", kind.type_name())),
                });
            }
            _ => {}
        }
    }
}
