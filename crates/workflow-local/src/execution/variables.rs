//! Workflow variables with ASL's scopes: inner scopes read outer variables and assign their own.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html>

use std::sync::Arc;

use indexmap::IndexMap;

use crate::history::Assigned;
use crate::payload::Payload;

/// The variables that are visible to a branch or iteration. Cloning shares them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Variables {
    /// The innermost scope that has variables.
    frame: Option<Arc<Frame>>,
    /// Whether that is the scope itself, and not an outer one.
    is_own: bool,
}

type Values = IndexMap<Arc<str>, Payload>;

#[derive(Clone, Debug)]
struct Frame {
    own: Values,
    outer: Option<Arc<Frame>>,
}

/// Up to this many variables, comparing names is faster than hashing them.
const FEW: usize = 8;

impl Frame {
    fn get(&self, name: &str) -> Option<&Payload> {
        if self.own.len() > FEW {
            return self.own.get(name);
        }
        self.own.iter().find(|(known, _)| ***known == *name).map(|(_, value)| value)
    }
}

impl Variables {
    /// Creates a scope with these values.
    pub(crate) fn of(values: impl IntoIterator<Item = (Arc<str>, Payload)>) -> Self {
        let own: Values = values.into_iter().collect();
        let is_own = !own.is_empty();
        Self { frame: is_own.then(|| Arc::new(Frame { own, outer: None })), is_own }
    }

    /// Returns the scopes that have variables, the innermost first.
    fn frames(&self) -> impl Iterator<Item = &Frame> {
        std::iter::successors(self.frame.as_deref(), |frame| frame.outer.as_deref())
    }

    /// Returns the scope's own variables.
    fn own_frame(&self) -> Option<&Frame> {
        self.frame.as_deref().filter(|_| self.is_own)
    }

    /// Returns the values of all variables, with the variables of this scope first.
    #[cfg(feature = "jsonata")]
    pub(crate) fn all(&self) -> impl Iterator<Item = &Payload> {
        self.frames().flat_map(|frame| frame.own.values())
    }

    /// Returns the value of a variable, of this scope or the nearest outer one.
    pub(crate) fn get(&self, name: &str) -> Option<&Payload> {
        self.frames().find_map(|frame| frame.get(name))
    }

    /// Returns the bytes of the scope's own values that `values` replaces.
    pub(crate) fn replaced_bytes(&self, values: &Assigned) -> usize {
        let Some(frame) = self.own_frame() else { return 0 };
        values.iter().filter_map(|(name, _)| frame.get(name)).map(Payload::bytes).sum()
    }

    /// Returns the bytes of the scope's own values, which are dropped with the scope.
    pub(crate) fn own_bytes(&self) -> usize {
        self.own().map(|(_, value)| value.bytes()).sum()
    }

    /// Returns the scope's own variables, in the order of their first assignment.
    pub(crate) fn own(&self) -> impl Iterator<Item = (&str, &Payload)> {
        self.own_frame().into_iter().flat_map(|frame| &frame.own).map(|(name, value)| (&**name, value))
    }

    /// Stores the values that a state assigned.
    pub(crate) fn assign(&mut self, values: &Assigned) {
        match &mut self.frame {
            Some(frame) if self.is_own => {
                let own = &mut Arc::make_mut(frame).own;
                for (name, value) in values.shared() {
                    let few = own.len() <= FEW;
                    let place = if few { own.iter_mut().find(|(known, _)| *known == name) } else { None };
                    match place {
                        Some((_, place)) => place.clone_from(value),
                        None => drop(own.insert(Arc::clone(name), value.clone())),
                    }
                }
            }
            outer => {
                let own = values.shared().map(|(name, value)| (Arc::clone(name), value.clone())).collect();
                *outer = Some(Arc::new(Frame { own, outer: outer.take() }));
                self.is_own = true;
            }
        }
    }

    /// Creates an inner scope, which sees the current values of these variables.
    pub(crate) fn inner(&self) -> Self {
        Self { frame: self.frame.clone(), is_own: false }
    }
}
