//! Properties that every execution must have.

mod monitor;
mod text;

use std::fmt;
use std::sync::Arc;

use workflow_asl::document::StateMachine;
use workflow_asl::nearest::nearest;
use workflow_asl::property::{Misfit, PropertyKind};
use workflow_local::{Execution, Status};

pub(crate) use monitor::{Breach, Happening, Happenings, Monitors, last_state};
pub use text::PropertyError;

use crate::error::ExploreError;
use crate::states::States;

/// A property of the order of states, with a text form for the command line.
///
/// A state *succeeds* when it is left other than by a catcher. If all states of a property are in the same map, each
/// iteration is checked separately; in a distributed map, each child execution.
///
/// ```
/// use workflow_explore::Property;
/// let property = Property::after("Reserve", ["Done", "Release"]);
/// assert_eq!(property.to_string(), "after Reserve: Done or Release");
/// assert_eq!("after Reserve: Done or Release".parse(), Ok(property));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Property {
    /// `after A: B or C`: after A has succeeded, one of the others is entered before the end.
    After {
        /// The state that succeeds.
        first: String,
        /// The states. One of them must follow.
        then: Vec<String>,
    },
    /// `never both A and B`: at most one of them succeeds in an execution.
    NeverBoth(String, String),
    /// `at most once A`: it does not succeed twice.
    AtMostOnce(String),
    /// `A before B`: B is not entered before A has succeeded.
    Before(String, String),
    /// `ends in A or B`: the last state of every execution is one of these.
    EndsIn(Vec<String>),
    /// `no A after B`: A is not entered after B was entered, so that nothing is called after its compensation.
    NoneAfter {
        /// The state that must not be entered after the compensation.
        call: String,
        /// The state that compensates it.
        compensation: String,
    },
}

fn owned<S: Into<String>>(names: impl IntoIterator<Item = S>) -> Vec<String> {
    names.into_iter().map(Into::into).collect()
}

impl Property {
    /// Creates a property: after `first` has succeeded, one of the others is entered before the end.
    pub fn after<S: Into<String>>(first: impl Into<String>, then: impl IntoIterator<Item = S>) -> Self {
        Self::After { first: first.into(), then: owned(then) }
    }

    /// Creates a property: at most one of the states succeeds in an execution.
    pub fn never_both(one: impl Into<String>, other: impl Into<String>) -> Self {
        Self::NeverBoth(one.into(), other.into())
    }

    /// Creates a property: the state does not succeed twice in one execution.
    pub fn at_most_once(state: impl Into<String>) -> Self {
        Self::AtMostOnce(state.into())
    }

    /// Creates a property: `then` is not entered before `first` has succeeded.
    pub fn before(first: impl Into<String>, then: impl Into<String>) -> Self {
        Self::Before(first.into(), then.into())
    }

    /// Creates a property: the last state of every execution is one of these.
    pub fn ends_in<S: Into<String>>(states: impl IntoIterator<Item = S>) -> Self {
        Self::EndsIn(owned(states))
    }

    /// Creates a property: `call` is not entered after `compensation` was.
    pub fn none_after(call: impl Into<String>, compensation: impl Into<String>) -> Self {
        Self::NoneAfter { call: call.into(), compensation: compensation.into() }
    }

    /// Returns the states that the property names.
    pub fn states(&self) -> Vec<&str> {
        self.parts().1
    }

    /// Returns the kind and the states of the property, in the order of its text form.
    fn parts(&self) -> (PropertyKind, Vec<&str>) {
        match self {
            Self::After { first, then } => {
                (PropertyKind::After, std::iter::once(first).chain(then).map(String::as_str).collect())
            }
            Self::NeverBoth(one, other) => (PropertyKind::NeverBoth, vec![one, other]),
            Self::AtMostOnce(state) => (PropertyKind::AtMostOnce, vec![state]),
            Self::Before(first, then) => (PropertyKind::Before, vec![first, then]),
            Self::EndsIn(states) => (PropertyKind::EndsIn, states.iter().map(String::as_str).collect()),
            Self::NoneAfter { call, compensation } => (PropertyKind::NoneAfter, vec![call, compensation]),
        }
    }

    /// Creates the property of this kind with these states.
    fn of(kind: PropertyKind, mut states: impl Iterator<Item = String>) -> Self {
        let mut next = || states.next().unwrap_or_default();
        match kind {
            PropertyKind::After => Self::After { first: next(), then: states.collect() },
            PropertyKind::NeverBoth => Self::NeverBoth(next(), next()),
            PropertyKind::AtMostOnce => Self::AtMostOnce(next()),
            PropertyKind::Before => Self::Before(next(), next()),
            PropertyKind::EndsIn => Self::EndsIn(states.collect()),
            PropertyKind::NoneAfter => Self::NoneAfter { call: next(), compensation: next() },
        }
    }

    /// Checks whether an ended execution has the property, by its history. A property of the children of a distributed
    /// map needs their histories: see [`Execution::keep_for_inspection`].
    ///
    /// # Errors
    /// Returns an error if the execution violates the property. Also returns an error if the execution still runs, or
    /// if the property names a state that the definition does not have.
    pub fn check(&self, execution: &Execution) -> Result<(), String> {
        let program = execution.program();
        let (machine, _) = StateMachine::read(program.definition());
        let states = Arc::new(States::of(&machine, program));
        self.validate(&states).map_err(|error| error.to_string())?;
        if execution.status() == Status::Running {
            return Err("the execution has not ended".to_owned());
        }
        let mut monitors = Monitors::new(std::slice::from_ref(self), &states);
        if monitors.looks_at_children() && !execution.keeps_for_inspection() {
            return Err(format!(
                "the property `{self}` is about the children of a distributed map, and their histories \
                were not kept: call `keep_for_inspection` before they run"
            ));
        }
        let mut found = None;
        let mut note = |breach: Breach| found = found.take().or(Some(breach.message));
        Happenings::default().read(execution, |news| monitors.see(news, &mut note));
        found.map_or(Ok(()), Err)
    }

    /// Checks that every named state exists and is valid in the property.
    pub(crate) fn validate(&self, states: &States) -> Result<(), ExploreError> {
        let (kind, names) = self.parts();
        let place = |name: &str| states.get(name).map(|facts| (facts.kind, facts.distributed.as_deref()));
        let Some((at, misfit)) = kind.misfit(&names, place) else { return Ok(()) };
        let name = |at: usize| names.get(at).copied().unwrap_or_default().to_owned();
        let (property, state) = (self.to_string(), name(at));
        Err(match misfit {
            Misfit::Unknown => {
                let nearest = nearest(&state, states.all.keys().map(String::as_str)).map(str::to_owned);
                ExploreError::UnknownState { property, state, nearest }
            }
            Misfit::NeverSucceeds => ExploreError::NeverSucceeds { property, state },
            Misfit::Distributed { inside, map, outside } => {
                ExploreError::Distributed { property, state: name(inside), map: map.to_owned(), other: name(outside) }
            }
        })
    }
}

impl fmt::Display for Property {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, states) = self.parts();
        f.write_str(&kind.text(&states))
    }
}
