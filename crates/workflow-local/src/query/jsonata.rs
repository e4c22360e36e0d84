//! JSONata expressions in the fields of states, evaluated by [`workflow_jsonata`].
//!
//! Expressions are compiled once and read payloads in place. This module has `$states` and the texts of failures:
//! <https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html>.

use std::sync::Arc;

use serde_json::Value;
use workflow_asl::checked::CheckedExpression;
use workflow_asl::json_kind::JsonKind;

use super::{ContextPart, QueryFailure, Scope};
use crate::payload::Payload;

/// An expression that was compiled when the definition was compiled.
#[derive(Clone, Debug)]
pub(crate) struct Expression(Arc<Compiled>);

#[derive(Debug)]
struct Compiled {
    /// The text between `{%` and `%}`, trimmed.
    source: String,
    /// The field that contains it, as a path inside the state: `Output/result`.
    location: Arc<str>,
    #[cfg_attr(not(feature = "jsonata"), expect(dead_code, reason = "only JSONata reads it"))]
    program: engine::Program,
    #[cfg_attr(not(feature = "jsonata"), expect(dead_code, reason = "only JSONata reads it"))]
    uses: ContextUse,
}

/// The parts of the context object that the expression may read.
#[derive(Debug, Default, PartialEq)]
struct ContextUse {
    context: Option<ContextPart>,
}

impl ContextUse {
    /// Finds them in the text, and includes more than needed in case of doubt.
    fn of(source: &str) -> Self {
        let mut uses = Self::default();
        let mut rest = source;
        while let Some(at) = rest.find('$') {
            rest = &rest[at + 1..];
            let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
            let (name, after) = rest.split_at(end);
            rest = after;
            if name == "states" {
                let (member, after) = next_member(after);
                let part = match member {
                    Some("input" | "result" | "errorOutput") => continue,
                    // `%` can lead from any value to its parent.
                    Some("context") => ContextPart::for_name(next_member(after).0.filter(|_| !source.contains('%'))),
                    _ => ContextPart::Whole,
                };
                uses.context = Some(uses.context.map_or(part, |other| other.and(part)));
            }
        }
        uses
    }
}

/// Returns the plain name after the next dot, and the text after it; no name if anything else follows.
fn next_member(text: &str) -> (Option<&str>, &str) {
    let Some(member) = text.trim_start().strip_prefix('.').map(str::trim_start) else { return (None, text) };
    let end = member.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(member.len());
    let (name, after) = member.split_at(end);
    ((!name.is_empty()).then_some(name), after)
}

impl Expression {
    /// Compiles the text between the markers.
    pub(crate) fn new(checked: &CheckedExpression, location: &str) -> Self {
        let (source, program) = (&checked.source, engine::compile(checked));
        Self(Arc::new(Compiled {
            source: source.clone(),
            location: location.into(),
            program,
            uses: ContextUse::of(source),
        }))
    }

    /// Evaluates the expression. A missing value, a function and an error are failures.
    pub(crate) fn evaluate(&self, scope: &Scope<'_>) -> Result<Value, QueryFailure> {
        engine::value(&self.0, scope).map_err(|text| self.failed(&text))
    }

    /// Evaluates the expression; the value is shared if it is a whole value of the scope.
    pub(crate) fn payload(&self, scope: &Scope<'_>) -> Result<Payload, QueryFailure> {
        engine::payload(&self.0, scope).map_err(|text| self.failed(&text))
    }

    #[cold]
    fn failed(&self, text: &str) -> QueryFailure {
        self.failure(format!(
            "The JSONata expression '{}' specified for the field '{}' {text}",
            self.0.source, self.0.location
        ))
    }

    /// Returns the failure for a value whose type the field does not allow.
    pub(crate) fn unexpected(&self, expected: &str, value: &Value) -> QueryFailure {
        self.failure(format!(
            "The JSONata expression '{}' specified for the field '{}' returned an unexpected result type. \
             Expected '{expected}', but was '{}' for value: {value}",
            self.0.source,
            self.0.location,
            JsonKind::of(value).name()
        ))
    }

    /// Returns the failure for a fraction in a field that requires an integer.
    pub(crate) fn not_an_integer(&self, field: &str, value: &Value) -> QueryFailure {
        self.failure(format!("The {field} field cannot be parsed as an integer: {value}"))
    }

    /// Returns the failure for a number that the field does not allow; `allowed` describes the range.
    pub(crate) fn out_of_range(&self, allowed: &str, value: &Value) -> QueryFailure {
        self.failure(format!(
            "The JSONata expression '{}' specified for the field '{}' returned a value that is out of range. It {allowed}, \
             but was {value}",
            self.0.source, self.0.location
        ))
    }

    fn failure(&self, text: String) -> QueryFailure {
        QueryFailure::Evaluation { location: Some(self.0.location.clone()), text }
    }
}

#[cfg(not(feature = "jsonata"))]
mod engine {
    use serde_json::Value;

    use super::{CheckedExpression, Compiled, Scope};
    use crate::payload::Payload;

    pub(super) type Program = ();

    pub(super) fn compile(_: &CheckedExpression) -> Program {}

    pub(super) fn value(_: &Compiled, _: &Scope<'_>) -> Result<Value, String> {
        Err("cannot be evaluated: this build of workflow-local has no JSONata: turn on its feature `jsonata`"
            .to_owned())
    }

    pub(super) fn payload(expression: &Compiled, scope: &Scope<'_>) -> Result<Payload, String> {
        value(expression, scope).map(Payload::new)
    }
}

#[cfg(feature = "jsonata")]
mod engine {
    use std::borrow::Cow;

    use serde_json::Value;
    use workflow_jsonata::{Binding, Expression, Output, Setting, Variables};

    use super::{CheckedExpression, Compiled, ContextPart, Scope};
    use crate::payload::Payload;
    use crate::query::ContextValue;
    use crate::random::Random;

    /// The expression, or the problem of a regular expression in it.
    pub(super) type Program = Result<Expression, String>;

    pub(super) fn compile(checked: &CheckedExpression) -> Program {
        Expression::compile(&checked.ast).map_err(|error| error.message)
    }

    /// The value, or the message why there is none.
    pub(super) fn value(expression: &Compiled, scope: &Scope<'_>) -> Result<Value, String> {
        evaluate(expression, scope, |value, _| value.into_owned())
    }

    /// As [`value`], shared where it is a whole value of the scope.
    pub(super) fn payload(expression: &Compiled, scope: &Scope<'_>) -> Result<Payload, String> {
        evaluate(expression, scope, |value, given| match value {
            Cow::Owned(value) => Payload::new(value),
            Cow::Borrowed(value) => given.whole(value).cloned().unwrap_or_else(|| Payload::new(value.clone())),
        })
    }

    fn evaluate<T>(
        expression: &Compiled,
        scope: &Scope<'_>,
        with: impl FnOnce(Cow<'_, Value>, &Bindings<'_>) -> T,
    ) -> Result<T, String> {
        let given = Bindings { scope, context: expression.uses.context };
        let random = scope.random;
        let seed = random.state();
        let draw = move |place| Random::new(seed).nth(place);
        let setting = Setting {
            variables: &given,
            now: scope.now.as_millis(),
            random: &draw,
            limits: scope.limits,
            ..Setting::default()
        };
        let program =
            expression.program.as_ref().map_err(|error| format!("threw an error during evaluation. {error}"))?;
        let outcome = program.evaluate_in(&setting).map_err(|error| match error.code {
            // The service gives no code for its limits.
            _ if error.is_limit() => format!("threw an error during evaluation: {error}"),
            code => format!("threw an error during evaluation. {code}: {error}"),
        })?;
        random.skip(outcome.draws);
        match outcome.output {
            Output::Value(value) => Ok(with(value, &given)),
            Output::Function => Err("returned an unsupported result type.".to_owned()),
            _ => Err("returned nothing (undefined).".to_owned()),
        }
    }

    /// The names that an expression may use: `$states` and the variables.
    struct Bindings<'s> {
        scope: &'s Scope<'s>,
        /// The part of the context object that it uses, if any.
        context: Option<ContextPart>,
    }

    impl<'s> Bindings<'s> {
        /// Returns a member of `$states`.
        fn member(&self, name: &str) -> Option<Binding<'s>> {
            let payload = match name {
                "input" => Some(self.scope.input),
                "result" => self.scope.result,
                "errorOutput" => self.scope.error_output,
                "context" => return Some(self.context(self.context.unwrap_or(ContextPart::Whole))),
                _ => None,
            };
            payload.map(|payload| Binding::Value(payload.value()))
        }

        /// Returns a part of the context object, including shared values.
        fn context(&self, part: ContextPart) -> Binding<'s> {
            let shared = ContextValue::ALL.map(|value| Some((value.names(), self.scope.context.value(value)?)));
            let shared: Vec<_> = shared.into_iter().flatten().collect();
            with_shared(self.scope.context.part(part), &shared)
        }

        /// Returns the payload that is this very value.
        fn whole(&self, value: &Value) -> Option<&'s Payload> {
            let scope = self.scope;
            let context = ContextValue::ALL.into_iter().filter_map(|value| scope.context.value(value));
            [Some(scope.input), scope.result, scope.error_output]
                .into_iter()
                .flatten()
                .chain(context)
                .chain(scope.variables.all())
                .find(|payload| payload.is_at(value))
        }
    }

    impl<'s> Variables<'s> for Bindings<'s> {
        fn variable(&self, name: &str) -> Option<Binding<'s>> {
            if name != "states" {
                return self.scope.variables.get(name).map(|payload| Binding::Value(payload.value()));
            }
            let members = ["input", "result", "errorOutput"].into_iter();
            let members = members.chain(self.context.is_some().then_some("context"));
            Some(Binding::Object(members.filter_map(|name| Some((Cow::Borrowed(name), self.member(name)?))).collect()))
        }

        fn path(&self, name: &str, members: &[String]) -> Option<(Option<Binding<'s>>, usize)> {
            let (first, rest) = members.split_first().filter(|_| name == "states")?;
            if first == "context" {
                // Shared values need not be looked up in the object.
                for value in ContextValue::ALL {
                    let names = value.names();
                    let leads = rest.len() >= names.len() && names.iter().zip(rest).all(|(name, given)| name == given);
                    if leads && let Some(payload) = self.scope.context.value(value) {
                        return Some((Some(Binding::Value(payload.value())), 1 + names.len()));
                    }
                }
            }
            Some((self.member(first), 1))
        }
    }

    /// Returns a value with others inserted at the paths of their names, if these exist.
    fn with_shared<'s>(value: &'s Value, shared: &[(&'static [&'static str], &'s Payload)]) -> Binding<'s> {
        if let Some((_, payload)) = shared.iter().find(|(names, _)| names.is_empty()) {
            return Binding::Value(payload.value());
        }
        match value {
            Value::Object(members) if !shared.is_empty() => {
                let member = |(name, value): (&'s String, &'s Value)| {
                    let below = |(names, payload): &(&'static [&'static str], &'s Payload)| {
                        let (first, rest) = names.split_first()?;
                        (first == name).then_some((rest, *payload))
                    };
                    let below: Vec<_> = shared.iter().filter_map(below).collect();
                    (Cow::Borrowed(name.as_str()), with_shared(value, &below))
                };
                Binding::Object(members.iter().map(member).collect())
            }
            value => Binding::Value(value),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{ContextPart, ContextUse};

    #[test]
    fn finds_what_an_expression_uses() {
        assert_eq!(ContextUse::of("$states . input.a + $x & $sum($states.result.y)").context, None);
        assert_eq!(ContextUse::of("$lookup($states, 'input')").context, Some(ContextPart::Whole));
        let context = |source| ContextUse::of(source).context;
        for source in [
            "$states.context",
            "$states.context.*",
            "$states.context.Map.%",
            "$states.context.`Execution`",
            "$states.context.Other",
            "$states.context.State.Name & $states.context.Map.Item.Value",
        ] {
            assert_eq!(context(source), Some(ContextPart::Whole), "{source}");
        }
        for (source, part) in [
            ("$states.context.Map.Item.Value & $states.context.Task.Token", ContextPart::Visit),
            ("$states.context . Execution . Id & $states.context.Execution.Input.a", ContextPart::Execution),
            ("$states.context.State.Name", ContextPart::State),
            ("$states.context.StateMachine.Name", ContextPart::StateMachine),
        ] {
            assert_eq!(context(source), Some(part), "{source}");
        }
    }
}
