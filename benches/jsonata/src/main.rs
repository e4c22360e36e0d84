//! Evaluations a second of each kind of expression, beside the crate `jsonata-core` and the npm package `jsonata`.
//! `benches/jsonata/run` installs the latter.
//!
//! An expression is compiled once. The others have the document in the form that suits them best, and what they give
//! is dropped in that form; ours comes as JSON. Each time is the fastest of several rounds.

mod kinds;

use std::hint::black_box;
use std::io::Write;
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use jsonata_core::evaluator::Evaluator;
use jsonata_core::value::JValue;
use serde_json::{Value, json};
use workflow_jsonata::{Expression, Setting};

use kinds::{KINDS, document};

/// Nanoseconds of a run: the fastest of seven rounds, each of some 15 ms.
fn fastest(mut run: impl FnMut()) -> f64 {
    let mut count = 1u32;
    loop {
        let start = Instant::now();
        (0..count).for_each(|_| run());
        if start.elapsed() > Duration::from_millis(5) {
            break;
        }
        count *= 2;
    }
    let rounds = (0..7).map(|_| {
        let start = Instant::now();
        (0..count * 3).for_each(|_| run());
        start.elapsed().as_nanos() as f64 / f64::from(count * 3)
    });
    rounds.fold(f64::INFINITY, f64::min)
}

fn ours(text: &str, document: &Value) -> Result<(f64, Option<Value>), String> {
    let expression = Expression::parse(text).map_err(|error| error.message)?;
    let setting = Setting { input: Some(document), ..Setting::default() };
    let value = expression.evaluate(document).map_err(|error| error.to_string())?;
    Ok((fastest(|| drop(black_box(expression.evaluate_in(black_box(&setting))))), value))
}

fn jsonata_core(text: &str, document: &JValue) -> Option<(f64, Value)> {
    let ast = jsonata_core::parser::parse(text).ok()?;
    let mut evaluator = Evaluator::new();
    let value = evaluator.evaluate(&ast, document).ok()?;
    let time = fastest(|| drop(black_box(evaluator.evaluate(black_box(&ast), document))));
    Some((time, Value::from(&value)))
}

/// Nanoseconds of each expression on Node; none without the package.
fn npm(document: &Value) -> Vec<f64> {
    let folder = std::env::var("WORKFLOW_JSONATA_NPM").unwrap_or_default();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/reference.cjs");
    let node = Command::new("node").args([script, &folder]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    let Ok(mut node) = node else { return Vec::new() };
    let expressions: Vec<&str> = KINDS.iter().map(|(_, text)| *text).collect();
    if let Some(mut input) = node.stdin.take() {
        let _ = write!(input, "{}", json!([document, expressions]));
    }
    let output = node.wait_with_output().map(|output| output.stdout).unwrap_or_default();
    serde_json::from_slice(&output).unwrap_or_default()
}

fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => left.as_f64() == right.as_f64(),
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| same(left, right))
        }
        (Value::Object(left), Value::Object(right)) => {
            left.len() == right.len()
                && left.iter().all(|(name, value)| right.get(name).is_some_and(|other| same(value, other)))
        }
        _ => left == right,
    }
}

fn main() -> ExitCode {
    let document = document();
    let converted = JValue::from(document.clone());
    let npm = npm(&document);
    println!("{:<24} {:>12} {:>12} {:>12} {:>8} {:>8}", "ns an evaluation", "ours", "jsonata-core", "npm", "ahead of", "ahead of");
    let mut behind = 0;
    for (at, (kind, text)) in KINDS.iter().enumerate() {
        let (time, value) = match ours(text, &document) {
            Ok(ours) => ours,
            Err(error) => {
                eprintln!("{kind}: {error}");
                return ExitCode::FAILURE;
            }
        };
        let theirs = jsonata_core(text, &converted);
        if let Some((_, theirs)) = &theirs
            && !value.as_ref().is_some_and(|value| same(value, theirs))
        {
            eprintln!("{kind}: {value:?} and {theirs}");
        }
        let ratio = |theirs: Option<f64>| theirs.map_or("-".to_owned(), |theirs| format!("{:.1}x", theirs / time));
        let shown = |theirs: Option<f64>| theirs.map_or("-".to_owned(), |theirs| format!("{theirs:.0}"));
        let (core, npm) = (theirs.map(|(time, _)| time), npm.get(at).copied());
        behind += usize::from([core, npm].into_iter().flatten().any(|theirs| theirs < time));
        println!("{kind:<24} {time:>12.0} {:>12} {:>12} {:>8} {:>8}", shown(core), shown(npm), ratio(core), ratio(npm));
    }
    println!("behind in {behind} of {} kinds", KINDS.len());
    ExitCode::SUCCESS
}
