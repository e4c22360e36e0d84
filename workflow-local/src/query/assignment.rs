//! What a state assigns to variables: `Assign`, compiled.
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
    /// Values that need no computing.
    Literal(Option<Assigned>),
    /// Variables, each with a name of its own, and their values.
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

    /// Returns what is assigned, if anything is.
    pub(crate) fn evaluate(&self, scope: &Scope<'_>) -> Result<Option<Assigned>, QueryFailure> {
        match self {
            Self::Literal(assigned) => Ok(assigned.clone()),
            Self::Variables(members) => {
                let mut failure = None;
                // Not collected as a `Result`, which would be a list first and then a copy of it.
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

/// Returns the members of an object; those of anything else are none.
fn members_of(value: Value) -> Option<Assigned> {
    let Value::Object(members) = value else { return None };
    Assigned::of(members.into_iter().map(|(name, value)| (name.into(), Payload::new(value))).collect())
}
