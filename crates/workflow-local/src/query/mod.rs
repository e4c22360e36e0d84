//! Evaluates the expressions of a definition: paths, intrinsic functions, JSONata, templates.

pub(crate) mod assignment;
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

/// The values that an expression may use.
pub(crate) struct Scope<'a> {
    /// `$` of a JSONPath state.
    pub(crate) value: &'a Payload,
    /// `$states.input`
    pub(crate) input: &'a Payload,
    /// `$states.result`, if there is one.
    #[cfg_attr(not(feature = "jsonata"), expect(dead_code, reason = "only JSONata reads it"))]
    pub(crate) result: Option<&'a Payload>,
    /// `$states.errorOutput`, in a catcher.
    #[cfg_attr(not(feature = "jsonata"), expect(dead_code, reason = "only JSONata reads it"))]
    pub(crate) error_output: Option<&'a Payload>,
    /// `$$` and `$states.context`
    pub(crate) context: &'a Context<'a>,
    /// The variables at the state's entry.
    pub(crate) variables: &'a Variables,
    pub(crate) random: &'a Random,
    #[cfg_attr(not(feature = "jsonata"), expect(dead_code, reason = "only JSONata reads it"))]
    pub(crate) now: Instant,
    /// The limits of one expression.
    #[cfg(feature = "jsonata")]
    pub(crate) limits: workflow_jsonata::Limits,
}

impl<'a> Scope<'a> {
    /// Returns the scope with another `$`.
    pub(crate) fn at(&self, value: &'a Payload) -> Scope<'a> {
        Scope { value, ..*self }
    }

    /// Returns the scope with a result, which is `$` too.
    pub(crate) fn with_result(&self, result: &'a Payload) -> Scope<'a> {
        Scope { value: result, result: Some(result), ..*self }
    }

    /// Returns the scope with an error output, which is `$` too.
    pub(crate) fn with_error(&self, error: &'a Payload) -> Scope<'a> {
        Scope { value: error, error_output: Some(error), ..*self }
    }
}

/// A part of the context object. The whole consists of many texts, and most expressions read one member.
///
/// The values of [`ContextValue`], which may be large, are `null` in all parts.
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
    /// Returns the part that contains the member of this name; everything for `None`.
    pub(crate) fn for_name(name: Option<&str>) -> Self {
        match name {
            Some("Execution") => Self::Execution,
            Some("StateMachine") => Self::StateMachine,
            Some("State") => Self::State,
            Some("Task" | "Map") => Self::Visit,
            _ => Self::Whole,
        }
    }

    /// Returns a part that contains both.
    pub(crate) fn and(self, other: Self) -> Self {
        if self == other { self } else { Self::Whole }
    }

    /// Returns whether the part contains a member of the context object.
    pub(crate) fn has(self, member: Self) -> bool {
        self == Self::Whole || self == member
    }
}

/// A value of the context object that is shared as a payload. Copies for each item would make a map quadratic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ContextValue {
    ExecutionInput,
    ItemValue,
}

impl ContextValue {
    pub(crate) const ALL: [Self; 2] = [Self::ExecutionInput, Self::ItemValue];

    /// Returns the path of names to it.
    pub(crate) fn names(self) -> &'static [&'static str] {
        match self {
            Self::ExecutionInput => &["Execution", "Input"],
            Self::ItemValue => &["Map", "Item", "Value"],
        }
    }
}

/// The source of the context object's values.
pub(crate) trait ContextSource {
    /// Returns a part, with `null` for the values of [`value`](Self::value).
    fn part(&self, part: ContextPart) -> Value;
    /// Returns a shared value; `None` if the context object does not have it, or has it in its parts.
    fn value(&self, value: ContextValue) -> Option<&Payload>;
}

/// The context object, which is created on first access.
pub(crate) struct Context<'a> {
    source: &'a dyn ContextSource,
    /// One value for each part.
    parts: [OnceCell<Value>; 5],
    complete: OnceCell<Value>,
}

impl<'a> Context<'a> {
    pub(crate) fn new(source: &'a dyn ContextSource) -> Self {
        Self { source, parts: Default::default(), complete: OnceCell::new() }
    }

    /// Returns a part without shared values.
    pub(crate) fn part(&self, part: ContextPart) -> &Value {
        #[expect(clippy::indexing_slicing, reason = "there is one for each part")]
        self.parts[part as usize].get_or_init(|| self.source.part(part))
    }

    /// Returns a value that is shared.
    pub(crate) fn value(&self, value: ContextValue) -> Option<&'a Payload> {
        self.source.value(value)
    }

    /// Returns the whole context object, with copies of shared values.
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

/// The reason why an expression has no value. The texts follow the prefix that names the state.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum QueryFailure {
    /// `States.Runtime`, which cannot be caught.
    Runtime(String),
    /// `States.QueryEvaluationError`, with the field of the expression.
    Evaluation { location: Option<Arc<str>>, text: String },
}

impl QueryFailure {
    pub(crate) fn runtime(text: impl Into<String>) -> Self {
        Self::Runtime(text.into())
    }
}
