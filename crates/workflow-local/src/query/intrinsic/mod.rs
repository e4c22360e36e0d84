//! Evaluates intrinsic functions.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/dg/intrinsic-functions.html>

mod arrays;
mod text;

use serde_json::{Number, Value};
use workflow_asl::intrinsic::{self, Function, Intrinsic};
use workflow_asl::path::JsonPath;

use super::path::Path;
use super::{QueryFailure, Scope};
use crate::random::Random;

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
                Argument::Path(path) => values.push(path.value(scope)?.into_owned()),
                Argument::Call(call) => values.push(call.evaluate(scope)?),
            }
        }
        self.apply(template, values, scope.random).map_err(|why| {
            let name = self.function.name();
            QueryFailure::Intrinsic(format!("The function '{name}' in '{}' failed: {why}", self.source))
        })
    }

    fn apply(&self, template: Option<&[String]>, args: Vec<Value>, random: &Random) -> Result<Value, String> {
        let args = Args(args);
        match self.function {
            Function::Format => text::format(template, &args),
            Function::StringToJson => text::string_to_json(args.text(0)?),
            Function::JsonToString => Ok(Value::String(args.get(0)?.to_string())),
            Function::Array => Ok(Value::Array(args.0)),
            Function::ArrayPartition => arrays::partition(args.array(0)?, args.integer(1)?),
            Function::ArrayContains => Ok(Value::Bool(args.array(0)?.iter().any(|item| same(item, args.0.get(1))))),
            Function::ArrayRange => arrays::range(args.integer(0)?, args.integer(1)?, args.integer(2)?),
            Function::ArrayGetItem => arrays::item(args.array(0)?, args.integer(1)?),
            Function::ArrayLength => Ok(Value::from(args.array(0)?.len())),
            Function::ArrayUnique => Ok(arrays::unique(args.array(0)?)),
            Function::Base64Encode => text::base64_encode(args.text(0)?),
            Function::Base64Decode => text::base64_decode(args.text(0)?),
            Function::Hash => text::hash(args.get(0)?, args.text(1)?),
            Function::JsonMerge => merge(&args),
            Function::MathRandom => math_random(&args, random),
            Function::MathAdd => math_add(args.integer(0)?, args.integer(1)?),
            Function::StringSplit => Ok(text::split(args.text(0)?, args.text(1)?)),
            Function::Uuid => Ok(Value::String(random.uuid())),
            _ => Err("this engine does not know the function".to_owned()),
        }
    }
}

/// The values of a call's arguments. Errors name them by number.
struct Args(Vec<Value>);

impl Args {
    fn get(&self, at: usize) -> Result<&Value, String> {
        self.0.get(at).ok_or_else(|| format!("argument {} is missing", at + 1))
    }

    fn wrong<T>(&self, at: usize, needed: &str) -> Result<T, String> {
        Err(format!("argument {} must be {needed}, not {}", at + 1, self.get(at)?))
    }

    fn text(&self, at: usize) -> Result<&str, String> {
        match self.get(at)? {
            Value::String(text) => Ok(text),
            _ => self.wrong(at, "a string"),
        }
    }

    fn array(&self, at: usize) -> Result<&[Value], String> {
        match self.get(at)? {
            Value::Array(items) => Ok(items),
            _ => self.wrong(at, "an array"),
        }
    }

    /// Returns an integer. Fractions are rounded.
    fn integer(&self, at: usize) -> Result<i64, String> {
        let value = self.get(at)?;
        if let Some(number) = value.as_i64() {
            return Ok(number);
        }
        #[expect(clippy::cast_possible_truncation, reason = "a cast saturates; limits are checked where there are any")]
        match value.as_f64() {
            // As Java rounds: halves go up.
            Some(number) => Ok((number + 0.5).floor() as i64),
            None => self.wrong(at, "a number"),
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
fn merge(args: &Args) -> Result<Value, String> {
    let (Value::Object(first), Value::Object(second)) = (args.get(0)?, args.get(1)?) else {
        let at = usize::from(args.get(0)?.is_object());
        return args.wrong(at, "an object");
    };
    if args.get(2)? != &Value::Bool(false) {
        return args.wrong(2, "false");
    }
    let mut merged = first.clone();
    for (name, value) in second {
        merged.insert(name.clone(), value.clone());
    }
    Ok(Value::Object(merged))
}

fn math_random(args: &Args, random: &Random) -> Result<Value, String> {
    let (start, end) = (args.integer(0)?, args.integer(1)?);
    let span = end.checked_sub(start).and_then(|span| u64::try_from(span).ok()).filter(|span| *span > 0);
    let Some(span) = span else { return Err(format!("{start} is not below {end}")) };
    let offset = match args.0.get(2) {
        Some(_) => Random::new(args.integer(2)?.cast_unsigned()).below(span),
        None => random.below(span),
    };
    Ok(Value::from(start.saturating_add_unsigned(offset)))
}

fn math_add(a: i64, b: i64) -> Result<Value, String> {
    let in_range = |number: i64| i32::try_from(number).is_ok();
    match a.checked_add(b).filter(|_| in_range(a) && in_range(b)) {
        Some(sum) => Ok(Value::from(sum)),
        None => Err("the numbers must be between -2147483648 and 2147483647".to_owned()),
    }
}
