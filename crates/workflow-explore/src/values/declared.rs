//! The types that a workflow's source declares: for the rules of its document, and what the output needs.

use workflow_asl::rules::Annotations;
use workflow_asl::types::Type;
use workflow_schema::{Field, Shape, Types};
use workflow_services::TaskResource;

use super::wanted::Kind;
use crate::states::States;

/// The maximum depth of the parts of the output.
const DEPTH: usize = 6;

/// Returns what the source declares of the input and of the results of tasks.
pub(crate) fn annotations(types: Option<&Types>, states: &States) -> Annotations {
    let Some(types) = types else { return Annotations::default() };
    let results = types.results.iter().filter_map(|result| {
        let facts = states.get(result.state)?;
        // The result of an Express child is the text of JSON.
        let is_text = facts.task().is_some_and(TaskResource::waits_for_express);
        (!is_text).then(|| (facts.pointer.clone(), (result.member, type_of(result.shape))))
    });
    Annotations { input: type_of(types.input), results: results.collect(), ..Annotations::default() }
}

fn type_of(shape: &Shape) -> Type {
    match shape {
        Shape::Null => Type::NULL,
        Shape::Bool => Type::BOOL,
        Shape::Integer { least, greatest } => Type::numbers(*least as f64, *greatest as f64),
        Shape::Number | Shape::Float => Type::numbers(f64::NEG_INFINITY, f64::INFINITY),
        Shape::Text | Shape::Timestamp | Shape::Parsed { .. } => Type::TEXT,
        Shape::Texts { of } => Type::one_of(of.iter().copied()),
        Shape::Array { of } => Type::list(type_of(of)),
        Shape::Tuple { .. } => Type::list(Type::default()),
        Shape::Map { .. } => Type::object([]),
        Shape::Object { of } => {
            Type::object(flat(of).into_iter().map(|field| (field.name, type_of(field.shape), field.optional)))
        }
        Shape::Named { of, .. } | Shape::Read { of, .. } => type_of(of),
        // An optional value may be null.
        Shape::Any | Shape::Opaque { .. } | Shape::Option { .. } | Shape::OneOf { .. } | Shape::Own => Type::default(),
    }
}

/// Returns the fields of an object, with the fields of objects that are flattened into it.
pub(super) fn flat(fields: &'static [Field]) -> Vec<&'static Field> {
    let own = |field: &'static Field| match field.shape {
        _ if !field.flat => vec![field],
        Shape::Named { of: Shape::Object { of }, .. } | Shape::Object { of } => flat(of),
        _ => Vec::new(),
    };
    fields.iter().flat_map(own).collect()
}

/// Calls a function with the path and the kind of each part of a value of a declared type.
pub(super) fn each_part(shape: &Shape, path: &mut Vec<String>, see: &mut impl FnMut(&[String], Kind)) {
    let kind = match shape {
        Shape::Option { of } | Shape::Named { of, .. } | Shape::Read { of, .. } => return each_part(of, path, see),
        Shape::Bool => Kind::Bool,
        Shape::Integer { .. } | Shape::Number | Shape::Float => Kind::Number,
        Shape::Timestamp => Kind::Timestamp,
        Shape::Text | Shape::Parsed { .. } | Shape::Texts { .. } => Kind::Text,
        Shape::Array { .. } => Kind::Array,
        Shape::Object { .. } => Kind::Object,
        _ => return,
    };
    see(path, kind);
    let inside: Vec<(String, &Shape)> = match shape {
        _ if path.len() >= DEPTH => Vec::new(),
        Shape::Array { of } => vec![("[]".to_owned(), *of)],
        Shape::Object { of } => flat(of).into_iter().map(|field| (field.name.to_owned(), field.shape)).collect(),
        _ => Vec::new(),
    };
    for (name, shape) in inside {
        path.push(name);
        each_part(shape, path, see);
        path.pop();
    }
}
