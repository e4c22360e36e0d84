//! Evaluating what a definition computes: paths, intrinsic functions, JSONata, templates.

pub(crate) mod assignment;
pub(crate) mod hash;
pub(crate) mod intrinsic;
pub(crate) mod jsonata;
pub(crate) mod path;
pub(crate) mod template;

use std::cell::OnceCell;
use std::sync::Arc;

use serde_json::Value;

use crate::clock::Instant;
use crate::execution::Variables;
use crate::payload::Payload;
use crate::random::Random;

/// What an expression may refer to.
pub(crate) struct Scope<'a> {
    /// `$` of a JSONPath state.
    pub(crate) value: &'a Payload,
    /// `$states.input`
    pub(crate) input: &'a Payload,
    /// `$states.result`, where there is one.
    #[cfg_attr(not(feature = "jsonata"), expect(dead_code, reason = "only JSONata reads it"))]
    pub(crate) result: Option<&'a Payload>,
    /// `$states.errorOutput`, in a catcher.
    #[cfg_attr(not(feature = "jsonata"), expect(dead_code, reason = "only JSONata reads it"))]
    pub(crate) error_output: Option<&'a Payload>,
    /// `$$` and `$states.context`
    pub(crate) context: &'a Context<'a>,
    /// The variables as of the state's entry.
    pub(crate) variables: &'a Variables,
    pub(crate) random: &'a Random,
    #[cfg_attr(not(feature = "jsonata"), expect(dead_code, reason = "only JSONata reads it"))]
    pub(crate) now: Instant,
    /// What one expression may use.
    #[cfg(feature = "jsonata")]
    pub(crate) limits: workflow_jsonata::Limits,
}

impl<'a> Scope<'a> {
    /// Returns the same scope with another `$`.
    pub(crate) fn at(&self, value: &'a Payload) -> Scope<'a> {
        Scope { value, ..*self }
    }

    /// Returns the same scope with a result, which is `$` too.
    pub(crate) fn with_result(&self, result: &'a Payload) -> Scope<'a> {
        Scope { value: result, result: Some(result), ..*self }
    }

    /// Returns the same scope with an error output, which is `$` too.
    pub(crate) fn with_error(&self, error: &'a Payload) -> Scope<'a> {
        Scope { value: error, error_output: Some(error), ..*self }
    }
}

/// How much of the context object is asked for: all of it is made of texts, and most expressions look at one member.
///
/// No part has the values of [`ContextValue`], which may be large: `null` stands in their places.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ContextPart {
    Whole,
    Execution,
    StateMachine,
    State,
    /// `Task` and `Map`.
    Visit,
}

impl ContextPart {
    /// What is enough for a path that starts with this name; `None` is a name that is not known.
    pub(crate) fn for_name(name: Option<&str>) -> Self {
        match name {
            Some("Execution") => Self::Execution,
            Some("StateMachine") => Self::StateMachine,
            Some("State") => Self::State,
            Some("Task" | "Map") => Self::Visit,
            _ => Self::Whole,
        }
    }

    /// What is enough for both.
    pub(crate) fn and(self, other: Self) -> Self {
        if self == other { self } else { Self::Whole }
    }

    /// Returns whether a member of the context object is part of it.
    pub(crate) fn has(self, member: Self) -> bool {
        self == Self::Whole || self == member
    }
}

/// A value in the context object that the execution has as a payload, shared with everything that looks at it: copied
/// for each item of a map, it would make the map quadratic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ContextValue {
    ExecutionInput,
    ItemValue,
}

impl ContextValue {
    pub(crate) const ALL: [Self; 2] = [Self::ExecutionInput, Self::ItemValue];

    /// Returns the names that lead to it.
    pub(crate) fn names(self) -> &'static [&'static str] {
        match self {
            Self::ExecutionInput => &["Execution", "Input"],
            Self::ItemValue => &["Map", "Item", "Value"],
        }
    }
}

/// Where the values of the context object come from.
pub(crate) trait ContextSource {
    /// Returns a part, with `null` in the places of values that [`value`](Self::value) gives.
    fn part(&self, part: ContextPart) -> Value;
    /// Returns a value that is shared; `None` where the context object does not have it, or has it in its parts.
    fn value(&self, value: ContextValue) -> Option<&Payload>;
}

/// The context object, made when something first asks for it.
pub(crate) struct Context<'a> {
    source: &'a dyn ContextSource,
    /// One for each part.
    parts: [OnceCell<Value>; 5],
    complete: OnceCell<Value>,
}

impl<'a> Context<'a> {
    pub(crate) fn new(source: &'a dyn ContextSource) -> Self {
        Self { source, parts: Default::default(), complete: OnceCell::new() }
    }

    /// Returns a part, without the values that are shared.
    pub(crate) fn part(&self, part: ContextPart) -> &Value {
        #[expect(clippy::indexing_slicing, reason = "there is one for each part")]
        self.parts[part as usize].get_or_init(|| self.source.part(part))
    }

    /// Returns a value that is shared.
    pub(crate) fn value(&self, value: ContextValue) -> Option<&'a Payload> {
        self.source.value(value)
    }

    /// All of it, with copies of the values that are shared.
    pub(crate) fn complete(&self) -> &Value {
        self.complete.get_or_init(|| {
            let mut context = self.part(ContextPart::Whole).clone();
            for shared in ContextValue::ALL {
                let place = shared.names().iter().try_fold(&mut context, |value, name| value.get_mut(name));
                if let (Some(place), Some(payload)) = (place, self.value(shared)) {
                    *place = payload.value().clone();
                }
            }
            context
        })
    }
}

/// Why an expression has no value. The texts follow the prefix that names the state.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum QueryFailure {
    /// `States.Runtime`: nobody catches it.
    Runtime(String),
    /// `States.QueryEvaluationError`, with the field whose expression it was.
    Evaluation { location: Option<Arc<str>>, text: String },
    /// `States.IntrinsicFailure`.
    Intrinsic(String),
}

impl QueryFailure {
    pub(crate) fn runtime(text: impl Into<String>) -> Self {
        Self::Runtime(text.into())
    }
}
