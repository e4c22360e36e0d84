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
    Object(Vec<(String, Template)>),
    /// An array with something to compute in it.
    Array(Vec<Template>),
}

impl Template {
    /// Its value, shared when it is literal or a whole value.
    pub(crate) fn payload(&self, scope: &Scope<'_>) -> Result<Payload, QueryFailure> {
        match self {
            Self::Literal(payload) => Ok(payload.clone()),
            Self::Jsonata(expression) => expression.payload(scope),
            other => other.evaluate(scope).map(Payload::new),
        }
    }

    /// Its value.
    pub(crate) fn evaluate(&self, scope: &Scope<'_>) -> Result<Value, QueryFailure> {
        match self {
            Self::Literal(payload) => Ok(payload.value().clone()),
            Self::Path { path, field } => path.value_for_field(field, scope).map(std::borrow::Cow::into_owned),
            Self::Intrinsic { call } => call.evaluate(scope),
            Self::Jsonata(expression) => expression.evaluate(scope),
            Self::Object(members) => {
                let mut object = Map::with_capacity(members.len());
                for (name, template) in members {
                    object.insert(name.clone(), template.evaluate(scope)?);
                }
                Ok(Value::Object(object))
            }
            Self::Array(items) => {
                items.iter().map(|item| item.evaluate(scope)).collect::<Result<_, _>>().map(Value::Array)
            }
        }
    }

    /// The value that it has in any scope, when there is nothing to compute.
    pub(crate) fn literal(&self) -> Option<&Payload> {
        match self {
            Self::Literal(payload) => Some(payload),
            _ => None,
        }
    }
}
