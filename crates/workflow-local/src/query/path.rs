//! Parsed paths of a definition, and their evaluation.

use std::borrow::Cow;

use serde_json::Value;
use workflow_asl::path::{JsonPath, Root, Segment};

use super::{ContextPart, ContextValue, QueryFailure, Scope};
use crate::payload::Payload;

/// A path that was parsed when the definition was compiled.
#[derive(Clone, Debug)]
pub(crate) struct Path {
    json_path: JsonPath,
    /// Whether it is `$`, whose value is shared and not copied.
    is_whole: bool,
    /// Where it starts in the context object, if that is its root.
    in_context: ContextStart,
}

/// The start of a path in the context object.
#[derive(Clone, Debug)]
enum ContextStart {
    /// It starts at a shared value.
    Value(ContextValue, Box<JsonPath>),
    /// It needs only a part without shared values.
    Part(ContextPart),
    /// It may select anything.
    Complete,
}

impl ContextStart {
    fn of(path: &JsonPath) -> Self {
        let below = |value: ContextValue| Some(Self::Value(value, path.below(value.names())?.into()));
        if let Some(value) = ContextValue::ALL.into_iter().find_map(below) {
            return value;
        }
        let segments = path.segments().unwrap_or_default();
        let name = |at: usize| match segments.get(at) {
            Some(Segment::Name(name)) => Some(*name),
            _ => None,
        };
        match (name(0), name(1), name(2)) {
            (Some("Execution"), Some(_), _) | (Some("Map"), Some(_), Some(_)) => {
                Self::Part(ContextPart::for_name(name(0)))
            }
            (Some("StateMachine" | "State" | "Task"), ..) => Self::Part(ContextPart::for_name(name(0))),
            _ => Self::Complete,
        }
    }
}

/// The failure of a path that selects nothing: Jayway's text, and the input.
pub(crate) struct Missing<'a> {
    text: String,
    root: Cow<'a, Value>,
    /// Whether it ends with an index outside its array.
    past_end: bool,
}

impl Path {
    pub(crate) fn new(json_path: JsonPath) -> Self {
        let segments = json_path.segments();
        let is_whole = *json_path.root() == Root::Value && segments.as_ref().is_some_and(Vec::is_empty);
        let in_context = ContextStart::of(&json_path);
        Self { is_whole, in_context, json_path }
    }

    /// Returns the source text.
    pub(crate) fn source(&self) -> &str {
        self.json_path.source()
    }

    /// Returns the text of the path with a single dollar, as in some causes.
    pub(crate) fn source_without_context(&self) -> &str {
        let source = self.source();
        if source.starts_with("$$") { &source[1..] } else { source }
    }

    /// Returns the selected value.
    pub(crate) fn select<'a>(&self, scope: &Scope<'a>) -> Result<Cow<'a, Value>, Missing<'a>> {
        let root: &'a Value = match self.json_path.root() {
            Root::Value => scope.value,
            Root::Context => match &self.in_context {
                ContextStart::Value(value, rest) => match scope.context.value(*value).map(|value| rest.select(value)) {
                    Some(Ok(selected)) => return Ok(selected),
                    _ => scope.context.complete(),
                },
                ContextStart::Part(part) => scope.context.part(*part),
                ContextStart::Complete => scope.context.complete(),
            },
            Root::Variable(name) => match scope.variables.get(name) {
                Some(value) => value,
                None => {
                    let text = format!("The variable '${name}' is not assigned");
                    return Err(Missing { text, root: Cow::Owned(Value::Null), past_end: false });
                }
            },
        };
        self.json_path.select(root).map_err(|miss| {
            // The cause prints the whole value.
            let root = match self.json_path.root() {
                Root::Context => scope.context.complete(),
                _ => root,
            };
            Missing { text: miss.to_string(), root: Cow::Borrowed(root), past_end: miss.is_past_end() }
        })
    }

    /// Returns the selected value as a payload, which is shared for `$` and paths to shared values.
    pub(crate) fn payload(&self, scope: &Scope<'_>) -> Result<Payload, QueryFailure> {
        if self.is_whole {
            return Ok(scope.value.clone());
        }
        if let (Root::Context, ContextStart::Value(value, rest)) = (self.json_path.root(), &self.in_context)
            && rest.segments().is_some_and(|segments| segments.is_empty())
            && let Some(payload) = scope.context.value(*value)
        {
            return Ok(payload.clone());
        }
        self.value(scope).map(|value| Payload::new(value.into_owned()))
    }

    /// Returns the value of an operand of a choice rule.
    ///
    /// AWS intends that `$` and paths below it fail on a null input:
    /// <https://github.com/awslabs/states-language/issues/29>.
    pub(crate) fn operand<'a>(&self, scope: &Scope<'a>) -> Result<Cow<'a, Value>, QueryFailure> {
        self.refuse_null(scope)?;
        self.select(scope).map_err(|_| {
            let source = self.source();
            QueryFailure::runtime(format!(
                "Invalid path '{source}': The choice state's condition path references an invalid value."
            ))
        })
    }

    /// Returns whether an operand of a choice rule is present.
    pub(crate) fn is_present(&self, scope: &Scope<'_>) -> Result<bool, QueryFailure> {
        self.refuse_null(scope)?;
        Ok(self.select(scope).is_ok())
    }

    fn refuse_null(&self, scope: &Scope<'_>) -> Result<(), QueryFailure> {
        match self.json_path.root() {
            Root::Value if scope.value.value().is_null() => {
                Err(QueryFailure::runtime("Unable to apply Path transformation to null or empty input."))
            }
            _ => Ok(()),
        }
    }

    /// Returns the selected value. A missing value ends the execution with Jayway's text.
    pub(crate) fn value<'a>(&self, scope: &Scope<'a>) -> Result<Cow<'a, Value>, QueryFailure> {
        self.select(scope)
            .map_err(|missing| QueryFailure::Runtime(format!("Invalid path '{}' : {}", self.source(), missing.text)))
    }

    /// Returns the selected value for a template's field: null if the path ends past the end of a list, as measured on
    /// AWS (2026-09). Missing values have another text here.
    pub(crate) fn value_for_field<'a>(&self, field: &str, scope: &Scope<'a>) -> Result<Cow<'a, Value>, QueryFailure> {
        self.select(scope).or_else(|missing| match missing.past_end {
            true => Ok(Cow::Owned(Value::Null)),
            false => Err(QueryFailure::Runtime(format!(
                "The JSONPath '{}' specified for the field '{field}' could not be found in the input '{}'",
                self.source(),
                missing.root
            ))),
        })
    }

    /// Returns the selected value for an argument of an intrinsic function in the call `source`.
    pub(crate) fn value_for_argument<'a>(
        &self,
        source: &str,
        scope: &Scope<'a>,
    ) -> Result<Cow<'a, Value>, QueryFailure> {
        self.select(scope).map_err(|missing| {
            QueryFailure::Runtime(format!(
                "The function '{source}' had the following error: The JsonPath argument for the field '{}' could not be \
                 found in the input '{}'",
                self.source(),
                missing.root
            ))
        })
    }

    /// Inserts `value` into `into` at the path. `$` replaces everything.
    pub(crate) fn insert(&self, into: &Payload, value: Payload) -> Result<Payload, String> {
        if self.is_whole {
            return Ok(value);
        }
        self.json_path
            .insert(into.value().clone(), value.into_value())
            .map(Payload::new)
            .map_err(|error| error.to_string())
    }
}
