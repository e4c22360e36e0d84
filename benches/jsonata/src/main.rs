//! Measures each kind of expression, compared with the crate `jsonata-core` and the npm package `jsonata`.
//! `benches/jsonata/run` installs the latter.
//!
//! An expression is compiled once. Ours reads and returns `serde_json` values. `jsonata-core` has its own values: in
//! its first column, the document is converted before the measurement, and the result is dropped in that form. In its
//! second column, it reads and returns JSON, like ours. Each time is the fastest of several rounds.
//!
//! Arguments select kinds by name.

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

/// Returns the nanoseconds of a run: the fastest of many rounds, each so short that other processes rarely interrupt
/// it.
fn fastest(mut run: impl FnMut()) -> f64 {
    let mut round = |count: u32| {
        let start = Instant::now();
        (0..count).for_each(|_| run());
        start.elapsed()
    };
    let mut count = 1u32;
    while round(count) < Duration::from_micros(500) {
        count *= 2;
    }
    (0..100).map(|_| round(count).as_nanos() as f64 / f64::from(count)).fold(f64::INFINITY, f64::min)
}

fn ours(text: &str, document: &Value) -> Result<(f64, Option<Value>), String> {
    let expression = Expression::parse(text).map_err(|error| error.message)?;
    let setting = Setting { input: Some(document), ..Setting::default() };
    let value = expression.evaluate(document).map_err(|error| error.to_string())?;
    Ok((fastest(|| drop(black_box(expression.evaluate_in(black_box(&setting))))), value))
}

/// Returns its time with a converted document, its time from JSON to JSON, and its value.
fn jsonata_core(text: &str, json: &Value, document: &JValue) -> Option<(f64, f64, Value)> {
    let ast = jsonata_core::parser::parse(text).ok()?;
    let mut evaluator = Evaluator::new();
    let value = evaluator.evaluate(&ast, document).ok()?;
    let time = fastest(|| drop(black_box(evaluator.evaluate(black_box(&ast), document))));
    let whole = fastest(|| {
        let document = JValue::from(black_box(json).clone());
        drop(black_box(evaluator.evaluate(black_box(&ast), &document).map(|value| Value::from(&value))));
    });
    Some((time, whole, Value::from(&value)))
}

/// Returns the nanoseconds of each expression on Node; empty without the package.
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
    println!(
        "{:<24} {:>10} {:>12} {:>12} {:>10} | ahead of {:>6} {:>6} {:>6}",
        "ns an evaluation", "ours", "jsonata-core", "from JSON", "npm", "core", "JSON", "npm"
    );
    let only: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let mut behind = [0; 3];
    let mut count = 0;
    for (at, (kind, text)) in KINDS.iter().enumerate() {
        if !only.is_empty() && !only.iter().any(|chosen| chosen == kind) {
            continue;
        }
        count += 1;
        let (time, value) = match ours(text, &document) {
            Ok(ours) => ours,
            Err(error) => {
                eprintln!("{kind}: {error}");
                return ExitCode::FAILURE;
            }
        };
        let theirs = jsonata_core(text, &document, &converted);
        if let Some((.., theirs)) = &theirs
            && !value.as_ref().is_some_and(|value| same(value, theirs))
        {
            eprintln!("{kind}: {value:?} and {theirs}");
        }
        let times = [theirs.as_ref().map(|(time, ..)| *time), theirs.map(|(_, whole, _)| whole), npm.get(at).copied()];
        let shown = times.map(|theirs| theirs.map_or("-".to_owned(), |theirs| format!("{theirs:.0}")));
        let ratios = times.map(|theirs| theirs.map_or("-".to_owned(), |theirs| format!("{:.1}x", theirs / time)));
        for (behind, theirs) in behind.iter_mut().zip(times) {
            *behind += usize::from(theirs.is_some_and(|theirs| theirs < time));
        }
        let ([core, json, npm], [to_core, to_json, to_npm]) = (shown, ratios);
        println!(
            "{kind:<24} {time:>10.0} {core:>12} {json:>12} {npm:>10} |          {to_core:>6} {to_json:>6} {to_npm:>6}"
        );
    }
    let [core, json, npm] = behind;
    println!("of {count} kinds behind in {core} (jsonata-core), {json} (the same from JSON to JSON), {npm} (npm)");
    ExitCode::SUCCESS
}
