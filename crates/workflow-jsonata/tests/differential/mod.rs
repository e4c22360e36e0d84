//! Compares random expressions with the reference implementation: the npm package `jsonata` 2.0.6 on Node.
//!
//! Values and error codes must be equal, except for the cases in `differences.rs`. `WORKFLOW_JSONATA_CASES` and
//! `WORKFLOW_JSONATA_SEED` change the number of expressions and the seed.

mod differences;
pub(crate) mod generator;
mod node;

mod pools;

use std::collections::BTreeMap;

use differences::{DIFFERENCES, Difference};
use generator::{Chance, Generator};
use serde_json::Value;
use workflow_jsonata::{Expression, Output, Setting};

/// The current time, in milliseconds since 1970.
const NOW: i64 = 1_521_801_216_617;

/// The result of an evaluation.
#[derive(Debug, Clone, PartialEq)]
enum Outcome {
    Nothing,
    Value(Value),
    Function,
    /// A failure with a code.
    Fails(String),
    /// A failure of JavaScript itself.
    Breaks(String),
}

/// An expression and its result.
struct Case {
    document: usize,
    expression: String,
    theirs: Outcome,
    ours: Outcome,
}

fn ours(expression: &str, document: &Value) -> Outcome {
    let expression = match Expression::parse(expression) {
        Ok(expression) => expression,
        Err(error) => return Outcome::Fails(error.code.unwrap_or("no code").to_owned()),
    };
    let setting = Setting { input: Some(document), now: NOW, ..Setting::default() };
    match expression.evaluate_in(&setting).map(|outcome| outcome.output.into_owned()) {
        Ok(Output::Value(value)) => Outcome::Value(value.into_owned()),
        Ok(Output::Function) => Outcome::Function,
        Ok(_) => Outcome::Nothing,
        Err(error) => Outcome::Fails(error.code.to_owned()),
    }
}

/// Returns whether two values are the same JSON: numbers by value, members in any order.
fn same_value(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => left.as_f64() == right.as_f64(),
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| same_value(left, right))
        }
        (Value::Object(left), Value::Object(right)) => {
            left.len() == right.len()
                && left.iter().all(|(name, value)| right.get(name).is_some_and(|other| same_value(value, other)))
        }
        _ => left == right,
    }
}

fn same(left: &Outcome, right: &Outcome) -> bool {
    match (left, right) {
        (Outcome::Value(left), Outcome::Value(right)) => same_value(left, right),
        _ => left == right,
    }
}

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

#[test]
#[ignore = "needs the npm package jsonata; `.ci/run --full` runs it"]
fn expressions_by_chance_give_what_the_reference_gives() {
    let package = node::package().expect("`.ci/run --full` installs jsonata 2.0.6 and sets WORKFLOW_TOOLS");
    let mut chance = Chance(number("WORKFLOW_JSONATA_SEED", 1));
    let count = number("WORKFLOW_JSONATA_CASES", 12_000) as usize;
    let expressions: Vec<(usize, String)> = (0..count)
        .map(|at| {
            // Documents take turns; small ones come up less often.
            let document = [0, 1, 0, 1, 2, 3, 1, 3, 2, 4, 1, 5, 0, 6][at % 14];
            let expression = Generator::new(&mut chance, document).expression();
            (document, expression)
        })
        .collect();
    let cases = compare(&package, expressions);
    assert!(cases.len() >= 10_000.min(count));
    let (mut equal, mut listed) = (0, BTreeMap::<&str, usize>::new());
    let mut differing = Vec::new();
    for case in &cases {
        if same(&case.theirs, &case.ours) {
            equal += 1;
        } else if let Some(Difference { name, .. }) = DIFFERENCES.iter().find(|difference| (difference.holds)(case)) {
            *listed.entry(name).or_default() += 1;
        } else {
            differing.push(case);
        }
    }
    println!("{equal} of {} equal; listed differences: {listed:#?}", cases.len());
    let codes = cases.iter().filter(|case| matches!(case.theirs, Outcome::Fails(_))).count();
    let values = cases.iter().filter(|case| matches!(case.theirs, Outcome::Value(_))).count();
    println!("{values} give a value, {codes} fail with a code");
    for case in differing.iter().take(60) {
        println!("[{}] {}\n  theirs {:?}\n  ours   {:?}", case.document, case.expression, case.theirs, case.ours);
    }
    assert!(differing.is_empty(), "{} of {} differ", differing.len(), cases.len());
}

/// Evaluates expressions with both implementations.
fn compare(package: &std::path::Path, expressions: Vec<(usize, String)>) -> Vec<Case> {
    let documents: Vec<Value> = pools::DOCUMENTS.iter().map(|text| serde_json::from_str(text).unwrap()).collect();
    let theirs = node::evaluate(package, &documents, &expressions);
    assert_eq!(theirs.len(), expressions.len(), "the reference stopped early");
    let cases = expressions.into_iter().zip(theirs);
    cases
        .map(|((document, expression), theirs)| {
            let ours = ours(&expression, &documents[document]);
            Case { document, expression, theirs, ours }
        })
        .collect()
}

#[test]
fn the_page_lists_the_differences() {
    let sentence = |name: &str| {
        let mut letters = name.chars();
        letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
    };
    let rows =
        DIFFERENCES.iter().map(|Difference { name, reason, .. }| format!("- **{}.** {reason}\n", sentence(name)));
    crate::page::holds("differences", &rows.collect::<String>());
}
