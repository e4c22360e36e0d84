//! What the properties of a definition can be about.

use std::collections::BTreeMap;

use super::{Moment, PropertyOf};
use crate::StateKind;
use crate::document::{State, StateMachine};
use crate::error_name::{RUNTIME, TIMEOUT};
use crate::nearest::nearest;
use crate::rules::object_index::ObjectIndex;
use crate::rules::raised_errors::{Errors, RaisedErrors};
use crate::rules::{Annotations, flow};

/// Why a property cannot be about one of its names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Misfit {
    /// The state does not exist.
    Unknown {
        /// The most similar state.
        near: Option<String>,
    },
    /// The property is about the success of a Fail state.
    NeverSucceeds,
    /// One state runs in the children of a distributed map, which have histories of their own, and another does not.
    Distributed {
        /// The state that runs in them.
        inside: String,
        /// The map.
        map: String,
        /// The state that does not.
        outside: String,
    },
    /// The state never fails with this error.
    NeverFails {
        /// The state.
        state: String,
        /// The most similar error that it may fail with.
        near: Option<String>,
    },
    /// The state has no timeout.
    NeverTimesOut,
    /// The state is not a distributed map that tolerates failures.
    ToleratesNothing,
    /// The output never has this member.
    NoMember {
        /// The most similar member.
        near: Option<String>,
    },
}

impl Misfit {
    /// Replaces the names of states that it has.
    #[must_use]
    pub fn renamed(self, name: impl Fn(&str) -> String) -> Self {
        match self {
            Self::Distributed { inside, map, outside } => {
                Self::Distributed { inside: name(&inside), map: name(&map), outside: name(&outside) }
            }
            Self::NeverFails { state, near } => Self::NeverFails { state: name(&state), near },
            other => other,
        }
    }

    /// Returns the problem with this name.
    pub fn problem(&self, name: &str) -> String {
        match self {
            Self::Unknown { .. } => format!("unknown state `{name}`"),
            Self::NeverSucceeds => format!("`{name}` never succeeds: it is a Fail state"),
            Self::Distributed { inside, map, outside } => {
                format!("`{inside}` runs in the children of the distributed map `{map}`, and `{outside}` does not")
            }
            Self::NeverFails { state, .. } => format!("`{state}` never fails with `{name}`"),
            Self::NeverTimesOut => format!("`{name}` never times out: it has no timeout"),
            Self::ToleratesNothing => format!("`{name}` is not a distributed map that tolerates failures"),
            Self::NoMember { .. } => format!("the output has no member `{name}`"),
        }
    }

    /// Returns the name that may be meant.
    pub fn near(&self) -> Option<&str> {
        match self {
            Self::Unknown { near } | Self::NeverFails { near, .. } | Self::NoMember { near } => near.as_deref(),
            _ => None,
        }
    }

    /// Returns what helps.
    pub fn help(&self) -> String {
        if let Some(near) = self.near() {
            return format!("did you mean `{near}`?");
        }
        match self {
            Self::Unknown { .. } => "declare it, or name a state of the workflow".to_owned(),
            Self::NeverSucceeds => {
                "write `ends in …` for the states that executions end in, or name another state".to_owned()
            }
            Self::Distributed { inside, map, .. } => format!(
                "name `{map}` instead of `{inside}`, or name only states of its item processor: the property is then checked for each child alone"
            ),
            Self::NeverFails { .. } => "write `failed` for any error, or name an error that it may have".to_owned(),
            Self::NeverTimesOut => "name a task with a timeout, or write `failed`".to_owned(),
            Self::ToleratesNothing => {
                "name a distributed map with a tolerated number or percentage of failures".to_owned()
            }
            Self::NoMember { .. } => "name a member of the output".to_owned(),
        }
    }
}

/// What properties of a definition can be about.
#[derive(Debug)]
pub struct Subjects<'a> {
    states: BTreeMap<&'a str, Subject<'a>>,
    /// The members of the output, if they are known.
    members: Option<Vec<String>>,
}

#[derive(Debug)]
struct Subject<'a> {
    state: &'a State,
    /// The nearest distributed map that it is in.
    within: Option<&'a str>,
    errors: Errors<'a>,
}

impl<'a> Subjects<'a> {
    /// Finds them in a definition. `members` are the members of the output, if a type says them.
    pub fn of(machine: &'a StateMachine, annotations: &'a Annotations, members: Option<Vec<String>>) -> Self {
        let index = ObjectIndex::of(machine, false);
        let raised = RaisedErrors::of(&index, annotations);
        let states = index.states.iter().zip(raised.states).map(|(at, errors)| {
            let map = index.around(at.scope).find(|(scope, _)| scope.distributed);
            (at.name, Subject { state: at.state, within: map.map(|(_, map)| map.name), errors })
        });
        Self { states: states.collect(), members: members.or_else(|| flow::types::output_members(machine)) }
    }
}

impl<N: AsRef<str> + Clone> PropertyOf<N> {
    /// Returns why the property cannot be about one of its names, and this name.
    pub fn misfit(&self, subjects: &Subjects<'_>) -> Option<(N, Misfit)> {
        let mut first: Option<(&N, Option<&str>)> = None;
        for event in self.all_events() {
            let name = event.state.as_ref();
            let misfit = |misfit| Some((event.state.clone(), misfit));
            let Some(Subject { state, within, errors }) = subjects.states.get(name) else {
                let near = nearest(name, subjects.states.keys().copied()).map(str::to_owned);
                return misfit(Misfit::Unknown { near });
            };
            let (other, around) = *first.get_or_insert((&event.state, *within));
            let (name, other) = (name.to_owned(), other.as_ref().to_owned());
            match (*within, around) {
                (here, around) if here == around => {}
                (Some(map), _) => {
                    return misfit(Misfit::Distributed { inside: name, map: map.to_owned(), outside: other });
                }
                (None, map) => {
                    let map = map.unwrap_or_default().to_owned();
                    return misfit(Misfit::Distributed { inside: other, map, outside: name });
                }
            }
            let has_timer = State::TIMEOUT_FIELDS.iter().chain(&State::HEARTBEAT_FIELDS).any(|field| state.has(field));
            match event.moment {
                Moment::Succeeded if state.kind == StateKind::Fail => return misfit(Misfit::NeverSucceeds),
                Moment::TimedOut if state.kind == StateKind::Task && !has_timer || !errors.may_have(TIMEOUT) => {
                    return misfit(Misfit::NeverTimesOut);
                }
                Moment::ToleratedFailures if !TOLERANCE.iter().any(|field| state.has(field)) => {
                    return misfit(Misfit::ToleratesNothing);
                }
                _ => {}
            }
            let is_other = |error: &&N| error.as_ref() != RUNTIME && !errors.may_have(error.as_ref());
            if let Some(error) = event.error.as_ref().filter(is_other) {
                let known: Vec<_> = errors.known().collect();
                let near = nearest(error.as_ref(), known.iter().map(AsRef::as_ref)).map(str::to_owned);
                return Some((error.clone(), Misfit::NeverFails { state: name, near }));
            }
        }
        // Of the outputs of a map's children, the members are not known.
        let of_execution = first.is_none_or(|(_, map)| map.is_none());
        let (member, known) = (self.member.as_ref()?, subjects.members.as_ref().filter(|_| of_execution)?);
        let name = member.as_ref();
        let near = || nearest(name, known.iter().map(String::as_str)).map(str::to_owned);
        (!known.iter().any(|known| known == name)).then(|| (member.clone(), Misfit::NoMember { near: near() }))
    }
}

/// The fields by which a distributed map tolerates failures.
const TOLERANCE: [&str; 4] = [
    "ToleratedFailurePercentage",
    "ToleratedFailurePercentagePath",
    "ToleratedFailureCount",
    "ToleratedFailureCountPath",
];
