//! The one place that knows the JSONata engine, `jsonata-core`.
//!
//! Expressions are parsed once; values cross at the border as they are needed. What Step
//! Functions adds ($partition, $range, $hash, $random, $uuid, $parse) and forbids ($eval) is
//! here too: <https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html>.

use std::sync::Arc;

use serde_json::Value;

use super::{ContextPart, QueryFailure, Scope};

/// An expression that was parsed when the definition was compiled.
#[derive(Clone, Debug)]
pub(crate) struct Expression(Arc<Parsed>);

#[derive(Debug)]
struct Parsed {
    /// The text between `{%` and `%}`, trimmed.
    source: String,
    /// The field it stands in, as a path inside the state: `Output/result`.
    location: Arc<str>,
    ast: engine::Ast,
    #[cfg_attr(not(feature = "jsonata"), expect(dead_code, reason = "only JSONata reads it"))]
    uses: Uses,
}

/// Which members of `$states`, and which variables, the expression may look at.
#[derive(Debug, Default, PartialEq)]
struct Uses {
    /// `$states` at all.
    states: bool,
    input: bool,
    context: Option<ContextPart>,
    result: bool,
    error_output: bool,
    /// Variables and functions.
    variables: Vec<String>,
    /// Whether it may draw random numbers.
    draws: bool,
}

impl Uses {
    /// Finds them in the text; what it cannot tell it takes to be used.
    fn of(source: &str) -> Self {
        let mut uses = Self::default();
        let mut rest = source;
        let whole = Some(ContextPart::Whole);
        while let Some(at) = rest.find('$') {
            rest = &rest[at + 1..];
            let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
            let (name, after) = rest.split_at(end);
            rest = after;
            if name == "states" {
                uses.states = true;
                let (member, after) = next_member(after);
                match member {
                    Some("input") => uses.input = true,
                    Some("context") => {
                        // `%` may lead from anywhere to what is around it.
                        let first = next_member(after).0.filter(|_| !source.contains('%'));
                        let part = ContextPart::for_name(first);
                        uses.context = Some(uses.context.map_or(part, |other| other.and(part)));
                    }
                    Some("result") => uses.result = true,
                    Some("errorOutput") => uses.error_output = true,
                    _ => (uses.input, uses.context, uses.result, uses.error_output) = (true, whole, true, true),
                }
            } else if !name.is_empty() && !uses.variables.iter().any(|known| known == name) {
                uses.draws |= matches!(name, "uuid" | "random");
                uses.variables.push(name.to_owned());
            }
        }
        uses
    }
}

/// The plain name after the next dot, and what follows it; no name where anything else does.
fn next_member(text: &str) -> (Option<&str>, &str) {
    let Some(member) = text.trim_start().strip_prefix('.').map(str::trim_start) else { return (None, text) };
    let end = member.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(member.len());
    let (name, after) = member.split_at(end);
    ((!name.is_empty()).then_some(name), after)
}

/// The text between the markers of an expression string; `None` when the string is a literal.
pub(crate) fn expression_text(text: &str) -> Option<&str> {
    text.strip_prefix("{%")?.strip_suffix("%}").map(str::trim)
}

impl Expression {
    /// Parses the text between the markers.
    pub(crate) fn parse(source: &str, location: &str) -> Result<Self, String> {
        let ast = engine::parse(source)?;
        let uses = Uses::of(source);
        Ok(Self(Arc::new(Parsed { source: source.to_owned(), location: location.into(), ast, uses })))
    }

    /// Its value; no value, a function and an error are all failures.
    pub(crate) fn evaluate(&self, scope: &Scope<'_>) -> Result<Value, QueryFailure> {
        engine::evaluate(&self.0, scope).map_err(|text| {
            self.failure(format!(
                "The JSONata expression '{}' specified for the field '{}' {text}",
                self.0.source, self.0.location
            ))
        })
    }

    /// The failure of a value that is not of the type that the field needs.
    pub(crate) fn unexpected(&self, expected: &str, value: &Value) -> QueryFailure {
        self.failure(format!(
            "The JSONata expression '{}' specified for the field '{}' returned an unexpected result type. \
             Expected '{expected}', but was '{}' for value: {value}",
            self.0.source,
            self.0.location,
            type_name(value)
        ))
    }

    /// The failure of a number that the field does not take; `allowed` says which it does.
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

/// The name of a value's type, as causes print it.
pub(crate) fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

#[cfg(not(feature = "jsonata"))]
mod engine {
    use serde_json::Value;

    use super::{Parsed, Scope};

    pub(super) type Ast = std::convert::Infallible;

    pub(super) fn parse(_: &str) -> Result<Ast, String> {
        Err("this build of workflow-local has no JSONata: turn on its feature `jsonata`".to_owned())
    }

    pub(super) fn evaluate(expression: &Parsed, _: &Scope<'_>) -> Result<Value, String> {
        match expression.ast {}
    }
}

#[cfg(feature = "jsonata")]
mod engine {
    use std::cell::RefCell;
    use std::collections::VecDeque;
    use std::rc::Rc;

    use jsonata_core::ast::AstNode;
    use jsonata_core::evaluator::{Context, Evaluator, EvaluatorError, EvaluatorOptions};
    use jsonata_core::parser;
    use jsonata_core::value::{JValue, with_stack};
    use serde_json::{Map, Number, Value};

    use super::{ContextPart, Parsed, Scope, Uses};
    use crate::payload::{Payload, WeakPayload};
    use crate::query::ContextValue;
    use crate::random::Random;

    pub(super) type Ast = AstNode;

    pub(super) fn parse(source: &str) -> Result<Ast, String> {
        parser::parse(source).map_err(|error| error.display_message())
    }

    /// Milliseconds after which an expression fails, so that endless recursion does not hang its caller.
    const MOST_MILLISECONDS: u64 = 10_000;

    /// The value, or the words that say why there is none.
    pub(super) fn evaluate(expression: &Parsed, scope: &Scope<'_>) -> Result<Value, String> {
        let uses = &expression.uses;
        let mut context = Context::new();
        if uses.states {
            context.bind("states".to_owned(), states(uses, scope));
        }
        for name in &uses.variables {
            if let Some(value) = scope.variables.get(name) {
                context.bind(name.clone(), shared(value));
            }
        }
        let options = EvaluatorOptions { timeout_ms: Some(MOST_MILLISECONDS), ..EvaluatorOptions::default() };
        let mut evaluator = Evaluator::with_options(context, options);
        let random = uses.draws.then(|| Rc::new(scope.random.clone()));
        let result = add_functions(&mut evaluator, uses, scope.now.as_millis(), random.as_ref())
            .and_then(|()| evaluator.evaluate(&expression.ast, &JValue::Undefined));
        if let Some(random) = random {
            scope.random.advance_to(&random);
        }
        match result {
            Ok(JValue::Undefined) => Err("returned nothing (undefined).".to_owned()),
            Ok(value) => from_jsonata(&value).ok_or_else(|| "returned an unsupported result type.".to_owned()),
            // Its text names the function; the service's engine does not.
            Err(error) if error.code() == Some("T1006") => {
                Err("threw an error during evaluation. T1006: Attempted to invoke a non-function".to_owned())
            }
            Err(error) => Err(format!("threw an error during evaluation. {}", error.message())),
        }
    }

    /// `$states`, with the members that the expression looks at.
    fn states(uses: &Uses, scope: &Scope<'_>) -> JValue {
        let members = [
            ("input", uses.input.then_some(scope.input)),
            ("result", scope.result.filter(|_| uses.result)),
            ("errorOutput", scope.error_output.filter(|_| uses.error_output)),
        ];
        let members = members.into_iter().filter_map(|(name, payload)| Some((name.to_owned(), shared(payload?))));
        let context = uses.context.map(|part| ("context".to_owned(), context(part, scope)));
        JValue::object(members.chain(context).collect())
    }

    /// A part of the context object. It is made for this state and item and is not worth keeping, but for what is shared.
    fn context(part: ContextPart, scope: &Scope<'_>) -> JValue {
        let mut context = to_jsonata(scope.context.part(part));
        for value in ContextValue::ALL {
            if let Some(payload) = scope.context.value(value) {
                replace(&mut context, value.names(), payload);
            }
        }
        context
    }

    /// Puts a payload in the place that the names lead to, if there is one.
    fn replace(value: &mut JValue, names: &[&str], payload: &Payload) {
        let Some((name, rest)) = names.split_first() else {
            *value = shared(payload);
            return;
        };
        if let JValue::Object(members) = value
            && let Some(member) = Rc::get_mut(members).and_then(|members| members.get_mut(*name))
        {
            replace(member, rest, payload);
        }
    }

    /// How many values a thread keeps converted.
    const KEPT: usize = 8;

    thread_local! {
        /// The lists and objects that were looked at last, converted. An item selector reads the same list for each of its items,
        /// and the expressions of a state the same input: converted each time, a map over a list would be quadratic.
        static CONVERTED: RefCell<VecDeque<(WeakPayload, JValue)>> = const { RefCell::new(VecDeque::new()) };
    }

    /// The value of a payload, which shares what it is converted to.
    fn shared(payload: &Payload) -> JValue {
        if !matches!(payload.value(), Value::Array(_) | Value::Object(_)) {
            return to_jsonata(payload);
        }
        // An entry holds on to its payload's place, so that no other payload is there, but not to its value.
        let kept = CONVERTED.with_borrow_mut(|kept| {
            let at = kept.iter().position(|(of, _)| of.is(payload))?;
            // Last, as it was looked at last: the items that go by must not drive out what each of them looks at.
            let entry = kept.remove(at)?;
            let converted = entry.1.clone();
            kept.push_back(entry);
            Some(converted)
        });
        kept.unwrap_or_else(|| {
            let converted = to_jsonata(payload);
            CONVERTED.with_borrow_mut(|kept| {
                kept.retain(|(of, _)| of.is_alive());
                if kept.len() >= KEPT {
                    kept.pop_front();
                }
                kept.push_back((payload.downgrade(), converted.clone()));
            });
            converted
        })
    }

    fn to_jsonata(value: &Value) -> JValue {
        with_stack(|| match value {
            Value::Null => JValue::Null,
            Value::Bool(value) => JValue::Bool(*value),
            Value::Number(number) => JValue::Number(number.as_f64().unwrap_or(f64::NAN)),
            Value::String(text) => JValue::string(text.as_str()),
            Value::Array(items) => JValue::array(items.iter().map(to_jsonata).collect()),
            Value::Object(members) => {
                JValue::object(members.iter().map(|(name, value)| (name.clone(), to_jsonata(value))).collect())
            }
        })
    }

    /// `None` for a function. As in `JSON.stringify`, undefined members are left out and
    /// undefined items are null.
    fn from_jsonata(value: &JValue) -> Option<Value> {
        with_stack(|| {
            Some(match value {
                JValue::Null | JValue::Undefined => Value::Null,
                JValue::Bool(value) => Value::Bool(*value),
                JValue::Number(number) => from_number(*number),
                JValue::String(text) => Value::String(text.to_string()),
                JValue::Array(items) => Value::Array(items.iter().map(from_jsonata).collect::<Option<_>>()?),
                JValue::Object(members) => {
                    let mut object = Map::with_capacity(members.len());
                    for (name, value) in members.iter() {
                        if !value.is_undefined() {
                            object.insert(name.clone(), from_jsonata(value)?);
                        }
                    }
                    Value::Object(object)
                }
                _ => return None,
            })
        })
    }

    /// Whole numbers lose their fraction.
    fn from_number(number: f64) -> Value {
        #[expect(clippy::cast_possible_truncation, reason = "in range and whole, as tested")]
        if number.fract() == 0.0 && number.abs() < 9.0e18 {
            return Value::from(number as i64);
        }
        Number::from_f64(number).map_or(Value::Null, Value::Number)
    }

    fn wrong(code: &str, text: &str) -> EvaluatorError {
        EvaluatorError::TypeError(format!("{code}: {text}"))
    }

    fn number(args: &[JValue], at: usize, function: &str) -> Result<f64, EvaluatorError> {
        args.get(at).and_then(JValue::as_f64).ok_or_else(|| {
            wrong("T0410", &format!("Argument {} of function \"{function}\" does not match function signature", at + 1))
        })
    }

    fn text<'a>(args: &'a [JValue], at: usize, function: &str) -> Result<&'a str, EvaluatorError> {
        args.get(at).and_then(JValue::as_str).ok_or_else(|| {
            wrong("T0410", &format!("Argument {} of function \"{function}\" does not match function signature", at + 1))
        })
    }

    /// Items that `$range` and `$partition` may make: enough for any payload within its limit.
    const MOST_ITEMS: usize = 262_144;

    /// The functions that the expression names; to make all of them costs more than most expressions.
    fn add_functions(
        evaluator: &mut Evaluator,
        uses: &Uses,
        now: i64,
        random: Option<&Rc<Random>>,
    ) -> Result<(), EvaluatorError> {
        for name in &uses.variables {
            match (name.as_str(), random) {
                ("partition", _) => evaluator.register_fn("partition", partition)?,
                ("range", _) => evaluator.register_fn("range", range)?,
                ("hash", _) => evaluator.register_fn("hash", |args: &[JValue]| {
                    let algorithm = text(args, 1, "hash")?;
                    crate::query::hash::hash(text(args, 0, "hash")?, algorithm)
                        .map(JValue::string)
                        .ok_or_else(|| wrong("D3141", &format!("unknown hash algorithm '{algorithm}'")))
                })?,
                ("parse", _) => evaluator.register_fn("parse", |args: &[JValue]| {
                    let text = text(args, 0, "parse")?;
                    JValue::from_json_str(text).map_err(|error| wrong("D3141", &format!("not JSON: {error}")))
                })?,
                ("uuid", Some(random)) => {
                    let own = Rc::clone(random);
                    evaluator.register_fn("uuid", move |_: &[JValue]| Ok(JValue::string(own.uuid())))?;
                }
                ("random", Some(random)) => {
                    let own = Rc::clone(random);
                    evaluator.register_fn_override("random", move |args: &[JValue]| {
                        Ok(JValue::from_f64(match args.first() {
                            None => own.fraction(),
                            // The same seed gives the same number.
                            Some(_) => Random::new(number(args, 0, "random")?.to_bits()).fraction(),
                        }))
                    })?;
                }
                ("eval", _) => evaluator.register_fn_override("eval", |_: &[JValue]| {
                    Err(wrong("T1006", "Attempted to invoke a non-function"))
                })?,
                #[expect(clippy::cast_precision_loss, reason = "milliseconds of any date are below 2^53")]
                ("millis", _) => {
                    evaluator.register_fn_override("millis", move |_: &[JValue]| Ok(JValue::from_f64(now as f64)))?;
                }
                ("now", _) => evaluator.register_fn_override("now", move |args: &[JValue]| present(now, args))?,
                _ => {}
            }
        }
        Ok(())
    }

    /// `$now([picture [, timezone]])` by the execution's clock.
    fn present(now: i64, args: &[JValue]) -> Result<JValue, EvaluatorError> {
        let mut context = Context::new();
        #[expect(clippy::cast_precision_loss, reason = "milliseconds of any date are below 2^53")]
        context.bind("now".to_owned(), JValue::from_f64(now as f64));
        for (name, arg) in ["picture", "timezone"].into_iter().zip(args) {
            context.bind(name.to_owned(), arg.clone());
        }
        let call = match args.len() {
            0 => "$fromMillis($now)",
            1 => "$fromMillis($now, $picture)",
            _ => "$fromMillis($now, $picture, $timezone)",
        };
        let ast = parser::parse(call).map_err(|error| EvaluatorError::EvaluationError(error.display_message()))?;
        Evaluator::with_context(context).evaluate(&ast, &JValue::Undefined)
    }

    /// `$partition(array, size)`
    fn partition(args: &[JValue]) -> Result<JValue, EvaluatorError> {
        let items = match args.first() {
            Some(JValue::Array(items)) => items.iter().cloned().collect::<Vec<_>>(),
            Some(JValue::Undefined) | None => return Ok(JValue::Undefined),
            Some(single) => vec![single.clone()],
        };
        let size = number(args, 1, "partition")?.floor();
        if size < 1.0 {
            return Err(wrong("D3141", "the size of a partition must be positive"));
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "positive and whole; a cast saturates"
        )]
        let size = size as usize;
        Ok(JValue::array(items.chunks(size).map(|chunk| JValue::array(chunk.to_vec())).collect()))
    }

    /// `$range(first, last, delta)`
    fn range(args: &[JValue]) -> Result<JValue, EvaluatorError> {
        let [first, last, delta] =
            [number(args, 0, "range")?.floor(), number(args, 1, "range")?.floor(), number(args, 2, "range")?.floor()];
        if delta == 0.0 {
            return Err(wrong("D3141", "the step of a range must not be 0"));
        }
        let mut items = Vec::new();
        let mut next = first;
        while (delta > 0.0 && next <= last) || (delta < 0.0 && next >= last) {
            if items.len() == MOST_ITEMS {
                return Err(wrong("D2014", "the range is too long"));
            }
            items.push(JValue::from_f64(next));
            next += delta;
        }
        // A sequence of one is the one itself, as everywhere in JSONata; AWS's `$partition` gives an array all the same.
        Ok(match items.as_slice() {
            [only] => only.clone(),
            _ => JValue::array(items),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{ContextPart, Uses};

    #[test]
    fn finds_what_an_expression_uses() {
        let uses = Uses::of("$states . input.a + $x & $sum($states.result.y)");
        assert!(uses.input && uses.result && uses.context.is_none() && !uses.error_output);
        assert_eq!(uses.variables, ["x", "sum"]);
        let uses = Uses::of("$lookup($states, 'input')");
        assert!(uses.input && uses.context == Some(ContextPart::Whole));
        let context = |source| Uses::of(source).context;
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
