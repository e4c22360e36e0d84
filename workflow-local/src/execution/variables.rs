//! Workflow variables with ASL's scopes: inner scopes read outer variables and assign their own.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html>

use std::sync::Arc;

use indexmap::IndexMap;

use crate::payload::Payload;

/// The variables that a branch or iteration sees; cloning shares them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Variables(Arc<Frame>);

#[derive(Clone, Debug, Default)]
struct Frame {
    own: IndexMap<String, Payload>,
    outer: Option<Arc<Frame>>,
}

impl Variables {
    /// A scope with these values.
    pub(crate) fn of(values: IndexMap<String, Payload>) -> Self {
        Self(Arc::new(Frame { own: values, outer: None }))
    }

    /// The values of all variables, those of this scope first.
    #[cfg(feature = "jsonata")]
    pub(crate) fn all(&self) -> impl Iterator<Item = &Payload> {
        std::iter::successors(Some(&self.0), |frame| frame.outer.as_ref()).flat_map(|frame| frame.own.values())
    }

    /// The value of a variable, of this scope or the nearest outer one.
    pub(crate) fn get(&self, name: &str) -> Option<&Payload> {
        let mut frame = Some(&self.0);
        while let Some(here) = frame {
            if let Some(value) = here.own.get(name) {
                return Some(value);
            }
            frame = here.outer.as_ref();
        }
        None
    }

    /// Bytes of the scope's own values that `values` take the place of.
    pub(crate) fn replaced_bytes(&self, values: &IndexMap<String, Payload>) -> usize {
        values.keys().filter_map(|name| self.0.own.get(name)).map(Payload::bytes).sum()
    }

    /// Bytes of the scope's own values, which go when the scope ends.
    pub(crate) fn own_bytes(&self) -> usize {
        self.0.own.values().map(Payload::bytes).sum()
    }

    /// The scope's own variables, in the order in which they were first assigned.
    pub(crate) fn own(&self) -> impl Iterator<Item = (&str, &Payload)> {
        self.0.own.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// Stores what a state assigned.
    pub(crate) fn assign(&mut self, values: &IndexMap<String, Payload>) {
        if values.is_empty() {
            return;
        }
        let frame = Arc::make_mut(&mut self.0);
        for (name, value) in values {
            match frame.own.get_mut(name) {
                Some(place) => place.clone_from(value),
                None => drop(frame.own.insert(name.clone(), value.clone())),
            }
        }
    }

    /// A scope inside this one, which sees these variables as they are now.
    pub(crate) fn inner(&self) -> Self {
        Self(Arc::new(Frame { own: IndexMap::new(), outer: Some(Arc::clone(&self.0)) }))
    }
}
