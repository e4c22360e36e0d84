//! Checks the computed parameters of requests: values of known types must match their parameters.
//!
//! Literals, names of parameters and missing parameters are checked against AWS's API in the lowered document, where
//! computed values may be anything. Only the language knows their types.

use std::collections::BTreeMap;

use workflow_asl::Code;
use workflow_asl::document::QueryLanguage;
use workflow_asl::request_input::RequestInput;
use workflow_services::{Shape, TaskResource};

use super::analysis::Analysis;
use super::foreign::{kinds, kinds_of};
use super::model::StateInfo;
use super::sink::Sink;
use super::types::{Ty, unlike};
use super::value_site::ValueField;
use crate::problem::{Edit, Problem};
use crate::syntax::ast::{Expr, ExprKind, Head, Resource, State};
use crate::syntax::keyword::ClauseKind;
use crate::syntax::spelling::spelled;

/// Checks that values match the API's parameters.
pub(super) fn check(analysis: &Analysis<'_>, sink: &mut Sink<'_>) {
    // Looking up an operation is slow: tasks that call the same one share it.
    let mut requests = BTreeMap::new();
    for info in analysis.all_states() {
        let Head::Task { resource, body } = &info.state.head else { continue };
        let clause = info.state.clause_value(&[ClauseKind::Arguments, ClauseKind::Parameters]);
        let Some(request) = body.as_ref().or(clause).filter(|request| has_computed(request)) else { continue };
        let Some(arn) = resource.as_ref().and_then(Resource::arn) else { continue };
        if analysis.unchecked(info).is_some() {
            continue;
        }
        let Some(input) = *requests.entry(arn).or_insert_with_key(|arn| input_of(arn)) else { continue };
        let code = if input.certain { Code::WrongParameterType } else { Code::DoubtfulParameter };
        Request { analysis, info, input, code }.value(request, input.shape, None, "", sink);
    }
}

/// Returns whether the request of a task has a parameter of this name; an unknown request may have any.
pub(super) fn has_parameter(state: &State, name: &str) -> bool {
    let Head::Task { resource: Some(resource), .. } = &state.head else { return true };
    let input = resource.arn().and_then(|arn| input_of(&arn));
    input.is_none_or(|input| input.shape.member(name).is_some())
}

fn input_of(arn: &str) -> Option<RequestInput> {
    RequestInput::of(TaskResource::parse(arn).ok()?)
}

/// Returns whether anything in a value is computed.
fn has_computed(value: &Expr) -> bool {
    let mut any = false;
    value.walk(&mut |part| any |= is_computed(part));
    any
}

/// Returns whether the document has no literal for it.
fn is_computed(value: &Expr) -> bool {
    use ExprKind::{Access, Binary, Call, If, Reference, Unary};
    matches!(value.kind, Reference(_) | Access(..) | Unary(..) | Binary(..) | If(..) | Call { .. })
}

struct Request<'m, 'a> {
    analysis: &'m Analysis<'a>,
    info: &'m StateInfo<'a>,
    input: RequestInput,
    /// The error where a value does not fit.
    code: Code,
}

impl Request<'_, '_> {
    /// Checks the value of a parameter, of its items, or of a map, which has no `name`.
    fn value(&self, value: &Expr, shape: Shape, name: Option<&str>, place: &str, sink: &mut Sink<'_>) {
        match (&value.kind, shape) {
            (ExprKind::Paren(inner), _) => self.value(inner, shape, name, place, sink),
            (ExprKind::Object(members), Shape::Structure(structure) | Shape::Union(structure)) => {
                for member in members.iter().filter(|member| has_computed(&member.value)) {
                    // A key of JSONPath has the document's value.
                    let known = structure.member(&member.key.value);
                    if let Some(known) = known {
                        let place = below(place, known.name);
                        self.value(&member.value, known.shape, Some(known.name), &place, sink);
                    }
                }
            }
            (ExprKind::Object(members), Shape::Map(map)) => {
                let computed = |key: &str| self.info.language == QueryLanguage::JsonPath && key.ends_with(".$");
                for member in members.iter().filter(|member| !computed(&member.key.value)) {
                    self.value(&member.value, map.value(), None, &below(place, &member.key.value), sink);
                }
            }
            (ExprKind::Array(items), Shape::List(list)) => {
                for (i, item) in items.iter().enumerate().filter(|(_, item)| has_computed(item)) {
                    self.value(item, list.element(), name, &format!("{place}[{i}]"), sink);
                }
            }
            _ if is_computed(value) => self.computed(value, shape, name, place, sink),
            _ => {}
        }
    }

    fn computed(&self, value: &Expr, shape: Shape, name: Option<&str>, place: &str, sink: &mut Sink<'_>) {
        let text = self.input.text_parameter(name, shape);
        let Some(taken) = self.input.kinds(name, shape) else { return };
        let wanted = taken.into_iter().fold(0, |all, kind| all | kinds::of(kind));
        let kind = if text.is_some() { "a string" } else { shape.kind() };
        let takes = match place {
            "" => format!("a request must be {kind}"),
            _ => format!("`{place}` takes {kind}"),
        };
        let at = self.info.site(ValueField::Parameters);
        let ty = self.analysis.type_of(at.knowing(self.analysis.narrowing(self.info)), value);
        if self.code == Code::WrongParameterType {
            sink.hold(&ty, value.span, wanted, self.code, &takes);
        }
        // The document's rules have the same for literals.
        let (code, wanted) = match text {
            Some(text) if fits(&ty, wanted) && !text.refuses_number => {
                (Code::DoubtfulParameter, wanted & !(kinds::NUMBER | kinds::BOOL))
            }
            _ => (self.code, wanted),
        };
        if !fits(&ty, wanted) {
            let ty = ty.present();
            let problem = unlike(code, value.span, &takes, ty);
            let scalar = text.is_some() && matches!(ty, Ty::Bool | Ty::Integer(_) | Ty::Number | Ty::Float(_));
            sink.report(|| if scalar { self.as_text(problem, value) } else { problem });
        }
    }

    /// Returns how to convert a number or a boolean to text.
    fn as_text(&self, problem: Problem, value: &Expr) -> Problem {
        let (before, after) = match self.info.language {
            QueryLanguage::Jsonata => ("$string(", ")"),
            QueryLanguage::JsonPath => ("States.Format(\"{}\", ", ")"),
        };
        let problem = problem.help(format!("convert it to text: `{before}{}{after}`", spelled(value)));
        problem.edit(Edit::before(value.span, before)).edit(Edit::after(value.span, after))
    }
}

/// Returns the place of a member, as messages name it: `Entries[0].Detail`.
fn below(place: &str, name: &str) -> String {
    if place.is_empty() { name.to_owned() } else { format!("{place}.{name}") }
}

/// Returns whether a value of the type may be of these kinds. Another check reports null and absent values.
fn fits(ty: &Ty, wanted: u8) -> bool {
    let ty = ty.present();
    matches!(ty, Ty::Null | Ty::Foreign(_)) || kinds_of(ty).is_none_or(|kinds| kinds & wanted != 0)
}
