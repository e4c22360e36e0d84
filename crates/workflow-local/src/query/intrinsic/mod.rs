//! Evaluates intrinsic functions.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/dg/intrinsic-functions.html>

mod arrays;
mod text;

use serde_json::{Number, Value};
use workflow_asl::error_name::INTRINSIC_CAUSE;
use workflow_asl::intrinsic::{self, Function, Intrinsic};
use workflow_asl::path::JsonPath;

use super::path::Path;
use super::{QueryFailure, Scope};
use crate::random::Random;
use workflow_jsonata::random::JavaRandom;

/// A call that was parsed when the definition was compiled.
#[derive(Clone, Debug)]
pub(crate) struct CompiledCall {
    function: Function,
    args: Vec<Argument>,
    source: String,
}

#[derive(Clone, Debug)]
enum Argument {
    Value(Value),
    /// The template of a `States.Format`, split at its placeholders.
    Template(Vec<String>),
    Path(Path),
    Call(CompiledCall),
}

impl CompiledCall {
    pub(crate) fn new(intrinsic: &Intrinsic) -> Self {
        Self::of(&intrinsic.call, intrinsic.source())
    }

    fn of(call: &intrinsic::FunctionCall, source: &str) -> Self {
        let args = call.args.iter().map(|argument| match argument {
            intrinsic::Argument::String(text) => Argument::Value(Value::String(text.clone())),
            intrinsic::Argument::Template(pieces) => Argument::Template(pieces.clone()),
            intrinsic::Argument::Number(number) => Argument::Value(Value::Number(number.clone())),
            intrinsic::Argument::Bool(value) => Argument::Value(Value::Bool(*value)),
            intrinsic::Argument::Null => Argument::Value(Value::Null),
            intrinsic::Argument::Path(path) => Argument::Path(Path::new(JsonPath::clone(path))),
            intrinsic::Argument::Call(call) => Argument::Call(Self::of(call, source)),
        });
        Self { function: call.function, args: args.collect(), source: source.to_owned() }
    }

    /// Returns the source text.
    pub(crate) fn source(&self) -> &str {
        &self.source
    }

    /// Evaluates the call.
    pub(crate) fn evaluate(&self, scope: &Scope<'_>) -> Result<Value, QueryFailure> {
        let mut template = None;
        let mut values = Vec::with_capacity(self.args.len());
        for argument in &self.args {
            match argument {
                Argument::Value(value) => values.push(value.clone()),
                Argument::Template(pieces) => template = Some(pieces.as_slice()),
                Argument::Path(path) => values.push(path.value_for_argument(&self.source, scope)?.into_owned()),
                Argument::Call(call) => values.push(call.evaluate(scope)?),
            }
        }
        self.apply(template, values, scope.random)
            .map_err(|why| QueryFailure::runtime(format!("{INTRINSIC_CAUSE}{}. {why}", self.source)))
    }

    /// Returns the result, or the service's reason why there is none.
    fn apply(&self, template: Option<&[String]>, args: Vec<Value>, random: &Random) -> Result<Value, String> {
        let args = Args(args);
        let (least, most) = self.function.arity();
        let count = args.0.len() + usize::from(template.is_some());
        let fits = count >= least && most.is_none_or(|most| count <= most);
        let result = match self.function {
            // The service ignores arguments here.
            Function::Uuid => Some(Value::String(random.uuid())),
            _ if !fits => None,
            Function::Format => text::format(template, &args)?,
            Function::StringToJson => match args.text(0) {
                Some(text) => Some(text::string_to_json(text)?),
                None => None,
            },
            function => args.apply(function, random),
        };
        result.ok_or_else(|| format!("Invalid arguments in {}", self.function.name()))
    }
}

/// The values of a call's arguments.
struct Args(Vec<Value>);

impl Args {
    /// Returns the result of a function, if it takes the arguments.
    fn apply(&self, function: Function, random: &Random) -> Option<Value> {
        match function {
            Function::JsonToString => Some(Value::String(self.get(0)?.to_string())),
            Function::Array => Some(Value::Array(self.0.clone())),
            Function::ArrayPartition => arrays::partition(self.array(0)?, self.cut(1)?),
            Function::ArrayContains => Some(Value::Bool(self.array(0)?.iter().any(|item| same(item, self.0.get(1))))),
            Function::ArrayRange => arrays::range(self.cut(0)?, self.cut(1)?, self.cut(2)?),
            Function::ArrayGetItem => arrays::item(self.array(0)?, self.cut(1)?),
            Function::ArrayLength => Some(Value::from(self.array(0)?.len())),
            Function::ArrayUnique => Some(arrays::unique(self.array(0)?)),
            Function::Base64Encode => text::base64_encode(self.text(0)?),
            Function::Base64Decode => text::base64_decode(self.text(0)?),
            Function::Hash => text::hash(self.get(0)?, self.text(1)?),
            Function::JsonMerge => merge(self),
            Function::MathRandom => math_random(self, random),
            Function::MathAdd => self.rounded(0)?.checked_add(self.rounded(1)?).map(Value::from),
            Function::StringSplit => Some(text::split(self.text(0)?, self.text(1)?)),
            _ => None,
        }
    }

    fn get(&self, at: usize) -> Option<&Value> {
        self.0.get(at)
    }

    fn text(&self, at: usize) -> Option<&str> {
        self.get(at)?.as_str()
    }

    fn array(&self, at: usize) -> Option<&[Value]> {
        self.get(at)?.as_array().map(Vec::as_slice)
    }

    /// Returns an integer of 32 bits, as [`Self::rounded`] does. A fraction is cut towards zero, as measured on AWS (2026)
    /// although the documentation says that it is rounded.
    fn cut(&self, at: usize) -> Option<i32> {
        i32::try_from(self.long(at)?).ok()
    }

    #[expect(clippy::cast_possible_truncation, reason = "a cast saturates, as Java's does")]
    fn long(&self, at: usize) -> Option<i64> {
        let value = self.get(at)?;
        value.as_i64().or_else(|| value.as_f64().map(|number| number as i64))
    }

    /// Returns an integer of 32 bits. A fraction is rounded as Java rounds, halves up, as measured on AWS (2026) for
    /// `States.MathAdd` only. It accepts 1e309, but not the integer 3000000000: Java's conversion of a double cannot fail.
    #[expect(clippy::cast_possible_truncation, reason = "as Java converts")]
    fn rounded(&self, at: usize) -> Option<i32> {
        let number = self.get(at)?.as_number()?;
        match number.as_f64() {
            Some(double) if number.is_f64() => Some((double + 0.5).floor() as i64 as i32),
            _ => i32::try_from(number.as_i64()?).ok(),
        }
    }
}

/// Returns whether two values are equal, numbers by value.
fn same(a: &Value, b: Option<&Value>) -> bool {
    match (a, b) {
        (Value::Number(a), Some(Value::Number(b))) => same_number(a, b),
        (Value::Array(a), Some(Value::Array(b))) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, Some(b)))
        }
        (Value::Object(a), Some(Value::Object(b))) => {
            a.len() == b.len() && a.iter().all(|(name, value)| b.contains_key(name) && same(value, b.get(name)))
        }
        (a, Some(b)) => a == b,
        (_, None) => false,
    }
}

fn same_number(a: &Number, b: &Number) -> bool {
    a == b || (a.as_f64() == b.as_f64() && (a.is_f64() || b.is_f64()))
}

/// Evaluates `States.JsonMerge`: the service merges only the outermost members.
fn merge(args: &Args) -> Option<Value> {
    let (Value::Object(first), Value::Object(second), Value::Bool(false)) = (args.get(0)?, args.get(1)?, args.get(2)?)
    else {
        return None;
    };
    let mut merged = first.clone();
    for (name, value) in second {
        merged.insert(name.clone(), value.clone());
    }
    Some(Value::Object(merged))
}

/// Evaluates `States.MathRandom`. With a seed, it gives the first number of Java's generator, as measured on AWS
/// (2026-04).
fn math_random(args: &Args, random: &Random) -> Option<Value> {
    let (start, end) = (args.cut(0)?, args.cut(1)?);
    let span = u32::try_from(end.checked_sub(start)?).ok().filter(|span| *span > 0)?;
    let offset = match args.get(2) {
        Some(_) => JavaRandom::new(args.long(2)?).below(span).into(),
        None => random.below(span.into()),
    };
    Some(Value::from(i64::from(start).saturating_add_unsigned(offset)))
}
