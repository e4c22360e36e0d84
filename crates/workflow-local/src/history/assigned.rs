//! The values that a state assigned, shared by its event and the scopes of variables.

use std::sync::Arc;

use crate::payload::Payload;

/// The variables and values that a state assigned, in the order of its `Assign`. Cloning shares them.
///
/// ```
/// # use serde_json::json;
/// # use workflow_local::{Engine, history::Details};
/// let engine = Engine::new(&json!({ "StartAt": "S", "QueryLanguage": "JSONata", "States": {
///     "S": { "Type": "Pass", "Assign": { "n": "{% 6 * 7 %}" }, "End": true } } }))?;
/// let execution = engine.run(&json!({}))?;
/// let assigned = execution.history().iter().find_map(|event| match &event.details {
///     Details::StateExited { assigned, .. } => assigned.as_ref(),
///     _ => None,
/// });
/// assert_eq!(**assigned.unwrap().get("n").unwrap(), json!(42));
/// # Ok::<(), workflow_local::RunError>(())
/// ```
#[cfg_attr(feature = "snapshot", derive(serde::Serialize, serde::Deserialize))]
#[derive(Clone, Debug, PartialEq)]
pub struct Assigned(Arc<[(Arc<str>, Payload)]>);

impl Assigned {
    /// Returns `None` if nothing is assigned. Names must be unique.
    pub(crate) fn of(values: Arc<[(Arc<str>, Payload)]>) -> Option<Self> {
        (!values.is_empty()).then_some(Self(values))
    }

    /// Returns the variables and their values.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Payload)> {
        self.0.iter().map(|(name, value)| (&**name, value))
    }

    /// Returns the value that a variable was assigned.
    pub fn get(&self, name: &str) -> Option<&Payload> {
        self.iter().find(|(known, _)| *known == name).map(|(_, value)| value)
    }

    /// Returns the values, without the names.
    pub fn values(&self) -> impl Iterator<Item = &Payload> {
        self.0.iter().map(|(_, value)| value)
    }

    /// Returns the same variables with other values.
    pub(crate) fn map(&self, mut value: impl FnMut(&Arc<str>, &Payload) -> Payload) -> Self {
        Self(self.shared().map(|(name, old)| (Arc::clone(name), value(name, old))).collect())
    }

    /// Like [`iter`](Self::iter), with shared names.
    pub(crate) fn shared(&self) -> impl Iterator<Item = (&Arc<str>, &Payload)> {
        self.0.iter().map(|(name, value)| (name, value))
    }
}
