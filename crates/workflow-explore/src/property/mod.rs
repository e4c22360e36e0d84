//! Properties that every execution must have.

mod monitor;
mod text;

use std::fmt;
use std::sync::Arc;

use workflow_asl::document::StateMachine;
use workflow_asl::property::{Moment, PropertyKind, PropertyOf, Subjects};
use workflow_asl::rules::Annotations;
use workflow_local::internal::{InternalExecution, InternalProgram};
use workflow_local::{Execution, Status};

pub(crate) use monitor::{Happening, Happenings, KnownOutputs, Monitors, known_outputs, last_state};
pub use text::PropertyError;

use crate::broken::Broken;
use crate::error::ExploreError;
use crate::states::States;

/// A property of executions, with a text form for the command line and for everything that the functions here do not
/// create: `after Reserve failed with Busy: Wait until Done`.
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
pub struct Property(PropertyOf<String>);

impl Property {
    fn new<S: Into<String>>(kind: PropertyKind, states: impl IntoIterator<Item = S>) -> Self {
        Self(PropertyOf::new(kind, states.into_iter().map(Into::into)))
    }

    /// Creates a property: after `first` has succeeded, one of the others is entered before the end.
    pub fn after<S: Into<String>>(first: impl Into<String>, then: impl IntoIterator<Item = S>) -> Self {
        Self::new(PropertyKind::After, std::iter::once(first.into()).chain(then.into_iter().map(Into::into)))
    }

    /// Creates a property: at most one of the states succeeds in an execution.
    pub fn never_both(one: impl Into<String>, other: impl Into<String>) -> Self {
        Self::new(PropertyKind::NeverBoth, [one.into(), other.into()])
    }

    /// Creates a property: the state does not succeed twice in one execution.
    pub fn at_most_once(state: impl Into<String>) -> Self {
        Self::new(PropertyKind::AtMostOnce, [state])
    }

    /// Creates a property: `then` is not entered before `first` has succeeded.
    pub fn before(first: impl Into<String>, then: impl Into<String>) -> Self {
        Self::new(PropertyKind::Before, [first.into(), then.into()])
    }

    /// Creates a property: the last state of every execution is one of these.
    pub fn ends_in<S: Into<String>>(states: impl IntoIterator<Item = S>) -> Self {
        Self::new(PropertyKind::EndsIn, states)
    }

    /// Creates a property: `call` is not entered after `compensation` was.
    pub fn none_after(call: impl Into<String>, compensation: impl Into<String>) -> Self {
        Self::new(PropertyKind::NoneAfter, [call.into(), compensation.into()])
    }

    /// Returns the states that the property names.
    pub fn states(&self) -> Vec<&str> {
        self.0.all_events().map(|event| event.state.as_str()).collect()
    }

    /// Returns the errors that it tells apart from others.
    pub(crate) fn errors(&self) -> impl Iterator<Item = &String> {
        self.0.all_events().filter_map(|event| event.error.as_ref())
    }

    /// Returns the state that an execution must be able to enter.
    pub(crate) fn reachable(&self) -> Option<&str> {
        let event = self.0.events.first().filter(|event| event.moment == Moment::Entered);
        event.filter(|_| self.0.kind == PropertyKind::Reachable).map(|event| event.state.as_str())
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
        let annotations = Annotations::default();
        self.validate(&Subjects::of(&machine, &annotations, None)).map_err(|error| error.to_string())?;
        if execution.status() == Status::Running {
            return Err("the execution has not ended".to_owned());
        }
        let mut monitors = Monitors::new(std::slice::from_ref(self), &states, None);
        if monitors.properties.iter().any(|watched| watched.within.is_some()) && !execution.keeps_for_inspection() {
            return Err(format!(
                "the property `{self}` is about the children of a distributed map, and their histories \
                were not kept: call `keep_for_inspection` before they run"
            ));
        }
        let mut found = None;
        let mut note = |broken: Broken| found = found.take().or(Some(broken.message));
        Happenings::default().read(execution, |news| monitors.see(news, &mut note));
        if self.0.kind == PropertyKind::Reachable && monitors.unexercised().next().is_some() {
            return Err(format!("not so in this execution: `{self}`"));
        }
        found.map_or(Ok(()), Err)
    }

    /// Checks that what the property names exists and can be as it says.
    pub(crate) fn validate(&self, subjects: &Subjects<'_>) -> Result<(), ExploreError> {
        let Some((name, misfit)) = self.0.misfit(subjects) else { return Ok(()) };
        let problem = format!("{}, in the property `{self}`", misfit.problem(&name));
        Err(ExploreError::misfit(problem, misfit.help()))
    }
}

impl fmt::Display for Property {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
