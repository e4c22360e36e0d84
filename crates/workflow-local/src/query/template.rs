//! Payload templates of both query languages, compiled to a tree.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::intrinsic::CompiledCall;
use super::jsonata::Expression;
use super::path::Path;
use super::{QueryFailure, Scope};
use crate::payload::Payload;

/// A value that is computed from a scope.
#[derive(Clone, Debug)]
pub(crate) enum Template {
    /// A constant, shared value.
    Literal(Payload),
    /// The value of a path, for the field named `field`.
    Path { path: Path, field: Arc<str> },
    /// The value of an intrinsic function.
    Intrinsic { call: CompiledCall },
    /// The value of a JSONata expression.
    Jsonata(Expression),
    /// An object with a computed value in it.
    Object(ObjectTemplate),
    /// An array with a computed value in it.
    Array(Vec<Template>),
}

impl Template {
    /// Evaluates the template. The value is shared if it is constant or a whole value.
    pub(crate) fn payload(&self, scope: &Scope<'_>) -> Result<Payload, QueryFailure> {
        match self {
            Self::Literal(payload) => Ok(payload.clone()),
            Self::Jsonata(expression) => expression.payload(scope),
            other => other.evaluate(scope).map(Payload::new),
        }
    }

    /// Evaluates the template.
    pub(crate) fn evaluate(&self, scope: &Scope<'_>) -> Result<Value, QueryFailure> {
        match self {
            Self::Literal(payload) => Ok(payload.value().clone()),
            Self::Path { path, field } => path.value_for_field(field, scope).map(std::borrow::Cow::into_owned),
            Self::Intrinsic { call } => call.evaluate(scope),
            Self::Jsonata(expression) => expression.evaluate(scope),
            Self::Object(object) => object.evaluate(scope).map(Value::Object),
            Self::Array(items) => {
                items.iter().map(|item| item.evaluate(scope)).collect::<Result<_, _>>().map(Value::Array)
            }
        }
    }

    /// Returns the value if it is constant.
    pub(crate) fn literal(&self) -> Option<&Payload> {
        match self {
            Self::Literal(payload) => Some(payload),
            _ => None,
        }
    }
}

/// An object with a computed value in it.
#[derive(Clone, Debug)]
pub(crate) struct ObjectTemplate {
    members: Vec<(Arc<str>, Template)>,
    /// All names, with the constant values. Cloning it is faster than inserting each name.
    prepared: Map<String, Value>,
}

impl ObjectTemplate {
    /// Creates an object of these members. For duplicate names, the last one counts.
    pub(crate) fn new(members: Vec<(String, Template)>) -> Self {
        let value = |template: &Template| template.literal().map_or(Value::Null, |payload| payload.value().clone());
        let prepared = members.iter().map(|(name, template)| (name.clone(), value(template))).collect();
        let members = members.into_iter().map(|(name, template)| (name.into(), template)).collect();
        Self { members, prepared }
    }

    /// Returns the members if their names are unique.
    pub(crate) fn members(&self) -> Option<&[(Arc<str>, Template)]> {
        (self.members.len() == self.prepared.len()).then_some(&*self.members)
    }

    pub(crate) fn evaluate(&self, scope: &Scope<'_>) -> Result<Map<String, Value>, QueryFailure> {
        let mut object = self.prepared.clone();
        match self.members() {
            Some(members) => {
                for (place, (_, template)) in object.values_mut().zip(members) {
                    if template.literal().is_none() {
                        *place = template.evaluate(scope)?;
                    }
                }
            }
            None => {
                for (name, template) in &self.members {
                    object.insert((**name).to_owned(), template.evaluate(scope)?);
                }
            }
        }
        Ok(object)
    }
}
