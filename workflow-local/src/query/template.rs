//! Payload templates of both query languages, compiled to a tree that is evaluated.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::intrinsic::Call;
use super::jsonata::Expression;
use super::path::Path;
use super::{QueryFailure, Scope};
use crate::payload::Payload;

/// A value that is computed from a scope.
#[derive(Clone, Debug)]
pub(crate) enum Template {
    /// A value without anything to compute; shared.
    Literal(Payload),
    /// The value of a path, for the field named `field`.
    Path { path: Path, field: Arc<str> },
    /// The value of an intrinsic function.
    Intrinsic { call: Call },
    /// The value of a JSONata expression.
    Jsonata(Expression),
    /// An object with something to compute in it.
    Object(ObjectTemplate),
    /// An array with something to compute in it.
    Array(Vec<Template>),
}

impl Template {
    /// Returns its value, shared when it is literal or a whole value.
    pub(crate) fn payload(&self, scope: &Scope<'_>) -> Result<Payload, QueryFailure> {
        match self {
            Self::Literal(payload) => Ok(payload.clone()),
            Self::Jsonata(expression) => expression.payload(scope),
            other => other.evaluate(scope).map(Payload::new),
        }
    }

    /// Returns its value.
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

    /// Returns the value that it has in any scope, when there is nothing to compute.
    pub(crate) fn literal(&self) -> Option<&Payload> {
        match self {
            Self::Literal(payload) => Some(payload),
            _ => None,
        }
    }
}

/// An object with something to compute in it.
#[derive(Clone, Debug)]
pub(crate) struct ObjectTemplate {
    members: Vec<(Arc<str>, Template)>,
    /// All the names, with the values that need no computing: to copy it is quicker than to put each name in.
    prepared: Map<String, Value>,
}

impl ObjectTemplate {
    /// Of these members, of which the last one counts where a name comes twice.
    pub(crate) fn new(members: Vec<(String, Template)>) -> Self {
        let value = |template: &Template| template.literal().map_or(Value::Null, |payload| payload.value().clone());
        let prepared = members.iter().map(|(name, template)| (name.clone(), value(template))).collect();
        let members = members.into_iter().map(|(name, template)| (name.into(), template)).collect();
        Self { members, prepared }
    }

    /// Returns the members, each with a name of its own; `None` where a name comes twice.
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
