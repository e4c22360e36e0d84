//! Assignments to variables: a compiled `Assign`.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html>

use std::sync::Arc;

use serde_json::Value;

use super::template::Template;
use super::{QueryFailure, Scope};
use crate::history::Assigned;
use crate::payload::Payload;

/// An `Assign`.
#[derive(Clone, Debug)]
pub(crate) enum Assignment {
    /// Constant values.
    Literal(Option<Assigned>),
    /// Variables with unique names, and their values.
    Variables(Vec<(Arc<str>, Template)>),
    /// A value whose members are assigned.
    Members(Template),
}

impl Assignment {
    pub(crate) fn new(template: Template) -> Self {
        match &template {
            Template::Literal(payload) => Self::Literal(members_of(payload.value().clone())),
            Template::Object(object) => match object.members() {
                Some(members) => Self::Variables(members.to_vec()),
                None => Self::Members(template),
            },
            _ => Self::Members(template),
        }
    }

    /// Returns the assigned values, if any.
    pub(crate) fn evaluate(&self, scope: &Scope<'_>) -> Result<Option<Assigned>, QueryFailure> {
        match self {
            Self::Literal(assigned) => Ok(assigned.clone()),
            Self::Variables(members) => {
                let mut failure = None;
                // Not collected as a `Result`, which would copy the list.
                let value = |(name, template): &(Arc<str>, Template)| {
                    let value = match failure {
                        None => template.payload(scope).map_err(|error| failure = Some(error)).ok(),
                        Some(_) => None,
                    };
                    (Arc::clone(name), value.unwrap_or_default())
                };
                let values = members.iter().map(value).collect();
                failure.map_or_else(|| Ok(Assigned::of(values)), Err)
            }
            Self::Members(template) => template.evaluate(scope).map(members_of),
        }
    }
}

/// Returns the members of an object; none for any other value.
fn members_of(value: Value) -> Option<Assigned> {
    let Value::Object(members) = value else { return None };
    Assigned::of(members.into_iter().map(|(name, value)| (name.into(), Payload::new(value))).collect())
}
