//! Evaluating what a definition computes: paths, intrinsic functions, JSONata, templates.

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
}

impl<'a> Scope<'a> {
    /// The same scope with another `$`.
    pub(crate) fn at(&self, value: &'a Payload) -> Scope<'a> {
        Scope { value, ..*self }
    }

    /// The same scope with a result, which is `$` too.
    pub(crate) fn with_result(&self, result: &'a Payload) -> Scope<'a> {
        Scope { value: result, result: Some(result), ..*self }
    }

    /// The same scope with an error output, which is `$` too.
    pub(crate) fn with_error(&self, error: &'a Payload) -> Scope<'a> {
        Scope { value: error, error_output: Some(error), ..*self }
    }
}

/// How much of the context object is asked for: all of it is made of texts and may hold a large input, and most
/// expressions look at one member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ContextPart {
    Whole,
    /// All but `Execution.Input`, which may be large: a map that asks for `$$.Map.Item.Value` would
    /// copy the list that it goes through once for each item of it.
    WithoutInput,
    /// `Execution` without its `Input`.
    Execution,
    StateMachine,
    State,
    /// `Task` and `Map`.
    Visit,
}

impl ContextPart {
    /// What is enough for a path of these names below the context object; `None` is a name that is not known.
    pub(crate) fn for_names(first: Option<&str>, second: Option<&str>) -> Self {
        match (first, second) {
            (None, _) | (Some("Execution"), None | Some("Input")) => Self::Whole,
            (Some("Execution"), _) => Self::Execution,
            (Some("StateMachine"), _) => Self::StateMachine,
            (Some("State"), _) => Self::State,
            (Some("Task" | "Map"), _) => Self::Visit,
            _ => Self::WithoutInput,
        }
    }

    /// What is enough for both.
    pub(crate) fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Whole, _) | (_, Self::Whole) => Self::Whole,
            (one, other) if one == other => one,
            _ => Self::WithoutInput,
        }
    }

    /// Whether a member of the context object is part of it.
    pub(crate) fn has(self, member: Self) -> bool {
        matches!(self, Self::Whole | Self::WithoutInput) || self == member
    }
}

/// The context object, made when something first asks for it.
pub(crate) struct Context<'a> {
    build: &'a dyn Fn(ContextPart) -> Value,
    /// One for each part.
    built: [OnceCell<Payload>; 6],
}

impl<'a> Context<'a> {
    pub(crate) fn new(build: &'a dyn Fn(ContextPart) -> Value) -> Self {
        Self { build, built: Default::default() }
    }

    pub(crate) fn payload(&self, part: ContextPart) -> &Payload {
        #[expect(clippy::indexing_slicing, reason = "there is one for each part")]
        self.built[part as usize].get_or_init(|| Payload::new((self.build)(part)))
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
