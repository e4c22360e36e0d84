//! The check of what a task is called with: a value whose type is known fits the parameter that gets it.
//!
//! Literals, names of parameters and those that are missing are held against AWS's API in the lowered document, where
//! what is computed may be anything. What it certainly is, only the language knows.

use std::collections::BTreeMap;

use workflow_asl::Code;
use workflow_asl::document::QueryLanguage;
use workflow_services::{Shape, TaskResource};

use super::api::integration;
use super::foreign::{kinds, kinds_of};
use super::model::{Model, StateInfo};
use super::resolve::{Place, Position, article};
use super::sink::Sink;
use super::types::Ty;
use crate::problem::Problem;
use crate::syntax::ast::{Clause, ClauseValue, Expr, ExprKind, Head, Resource};
use crate::syntax::keyword::ClauseKind;

/// Values fit the parameters of the API that they are for.
pub(super) fn check(model: &Model<'_>, sink: &mut Sink<'_>) {
    // Finding an operation takes longest: tasks that call the same share it.
    let mut requests = BTreeMap::new();
    for info in model.all_states() {
        let Head::Task { resource, body } = &info.state.head else { continue };
        let given = |clause: &&Clause| matches!(clause.kind, ClauseKind::Arguments | ClauseKind::Parameters);
        let clause = info.state.clauses.iter().find(given).and_then(|clause| match &clause.value {
            ClauseValue::Expr(value) => Some(value),
            _ => None,
        });
        let Some(request) = body.as_ref().or(clause).filter(|request| has_computed(request)) else { continue };
        let arn = match resource {
            Some(Resource::Service { path, pattern, .. }) => {
                integration(path, pattern.as_ref().map(|pattern| pattern.value.as_str()))
            }
            Some(Resource::Text(text)) => text.value.clone(),
            _ => continue,
        };
        if model.unchecked(info).is_some() {
            continue;
        }
        let bare = arn.contains(":::dynamodb:");
        let called = *requests.entry(arn).or_insert_with_key(|arn| input_of(arn));
        let Some((shape, certain)) = called else { continue };
        let code = if certain { Code::WrongParameterType } else { Code::DoubtfulParameter };
        Request { model, info, code, bare }.value(request, shape, "", sink);
    }
}

/// What the call of an ARN takes, and whether what does not fit is certainly wrong.
fn input_of(arn: &str) -> Option<(Shape, bool)> {
    match TaskResource::parse(arn).ok()? {
        TaskResource::Optimised(integration, _) => Some((integration.input(), integration.input_verified())),
        TaskResource::Sdk(operation, _) => Some((operation.input(), operation.service().is_documented())),
        _ => None,
    }
}

/// Whether anything in a value is computed.
fn has_computed(value: &Expr) -> bool {
    match &value.kind {
        ExprKind::Object(members) => members.iter().any(|member| has_computed(&member.value)),
        ExprKind::Array(items) => items.iter().any(has_computed),
        ExprKind::Paren(inner) => has_computed(inner),
        _ => is_computed(value),
    }
}

/// Whether the document has no literal for it.
fn is_computed(value: &Expr) -> bool {
    use ExprKind::{Access, Binary, Call, If, Reference, Unary};
    matches!(value.kind, Reference(_) | Access(..) | Unary(..) | Binary(..) | If(..) | Call { .. })
}

struct Request<'m, 'a> {
    model: &'m Model<'a>,
    info: &'m StateInfo<'a>,
    code: Code,
    /// Whether a text may stand for an object, as the optimised DynamoDB takes it.
    bare: bool,
}

impl Request<'_, '_> {
    fn value(&self, value: &Expr, shape: Shape, place: &str, sink: &mut Sink<'_>) {
        match (&value.kind, shape) {
            (ExprKind::Paren(inner), _) => self.value(inner, shape, place, sink),
            (ExprKind::Object(members), Shape::Structure(structure) | Shape::Union(structure)) => {
                for member in members.iter().filter(|member| has_computed(&member.value)) {
                    // Under a key of JSONPath stands what the document says.
                    let known = structure.member(&member.key.value);
                    if let Some(known) = known {
                        self.value(&member.value, known.shape, &below(place, known.name), sink);
                    }
                }
            }
            (ExprKind::Object(members), Shape::Map(map)) => {
                let computed = |key: &str| self.info.language == QueryLanguage::JsonPath && key.ends_with(".$");
                for member in members.iter().filter(|member| !computed(&member.key.value)) {
                    self.value(&member.value, map.value(), &below(place, &member.key.value), sink);
                }
            }
            (ExprKind::Array(items), Shape::List(list)) => {
                for (i, item) in items.iter().enumerate().filter(|(_, item)| has_computed(item)) {
                    self.value(item, list.element(), &format!("{place}[{i}]"), sink);
                }
            }
            _ if is_computed(value) => {
                let Some(wanted) = wanted(shape, self.bare) else { return };
                let ty = self.model.type_of(Place { state: self.info, position: Position::Parameters }, value);
                if self.code == Code::WrongParameterType {
                    let takes = match place {
                        "" => format!("a request is {}", shape.kind()),
                        _ => format!("`{place}` takes {}", shape.kind()),
                    };
                    sink.hold(&ty, value.spot, wanted, self.code, &takes);
                }
                if !fits(&ty, wanted) {
                    let (kind, ty) = (shape.kind(), article(ty.present()));
                    let message = match place {
                        "" => format!("a request is {kind}, but this is {ty}"),
                        _ => format!("`{place}` takes {kind}, but this is {ty}"),
                    };
                    sink.report(|| Problem::new(self.code, value.spot, message));
                }
            }
            _ => {}
        }
    }
}

/// The place of a member, as messages name it: `Entries[0].Detail`.
fn below(place: &str, name: &str) -> String {
    if place.is_empty() { name.to_owned() } else { format!("{place}.{name}") }
}

/// The kinds of values of which AWS makes what a parameter takes; `None` where it takes any. A text may be a number or a
/// boolean, and becomes one.
fn wanted(shape: Shape, bare: bool) -> Option<u8> {
    match shape {
        Shape::Structure(_) | Shape::Union(_) if bare => Some(kinds::OBJECT | kinds::TEXT),
        Shape::Structure(_) | Shape::Union(_) | Shape::Map(_) => Some(kinds::OBJECT),
        Shape::List(_) => Some(kinds::ARRAY),
        Shape::Boolean => Some(kinds::BOOL | kinds::NUMBER | kinds::TEXT),
        Shape::Integer | Shape::Long | Shape::Float | Shape::Double => Some(kinds::NUMBER | kinds::TEXT),
        _ => None,
    }
}

/// Whether a value of the type may be of these kinds. What is null or absent another check tells.
fn fits(ty: &Ty, wanted: u8) -> bool {
    let ty = ty.present();
    matches!(ty, Ty::Null | Ty::Foreign(_)) || kinds_of(ty).is_none_or(|kinds| kinds & wanted != 0)
}
