//! Tests random list expressions: the engine's value of the compiled expression must equal the same computation in
//! Rust.

use std::collections::VecDeque;

use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::run;

const TYPES: &str =
    "input { numbers: Vec<i64>, nested: Vec<Vec<i64>>, rows: Vec<Row> } struct Row { n: i64, ns: Vec<i64> }";

/// How many expressions a workflow has.
const EXPRESSIONS: usize = 20;

/// An expression with its value for each input.
struct Expression<T> {
    text: String,
    values: Vec<T>,
}

type Numbers = Expression<Vec<i64>>;
type Lists = Expression<Vec<Vec<i64>>>;

impl<T> Expression<T> {
    fn map<U>(self, text: String, compute: impl Fn(T) -> U) -> Expression<U> {
        Expression { text, values: self.values.into_iter().map(compute).collect() }
    }
}

/// The input of an execution.
struct Input {
    numbers: Vec<i64>,
    nested: Vec<Vec<i64>>,
    rows: Vec<(i64, Vec<i64>)>,
}

impl Input {
    fn json(&self) -> Value {
        let rows: Vec<_> = self.rows.iter().map(|(n, ns)| json!({"n": n, "ns": ns})).collect();
        json!({"numbers": self.numbers, "nested": self.nested, "rows": rows})
    }
}

/// Makes expressions from bytes: fewer and smaller bytes make simpler expressions.
struct Maker<'i> {
    bytes: VecDeque<u8>,
    inputs: &'i [Input],
}

impl Maker<'_> {
    /// Returns the next choice out of a number of them.
    fn choice(&mut self, count: u8) -> u8 {
        self.bytes.pop_front().unwrap_or(0) % count
    }

    fn read<T>(&self, text: &str, value: impl Fn(&Input) -> T) -> Expression<T> {
        Expression { text: text.to_owned(), values: self.inputs.iter().map(value).collect() }
    }

    fn numbers(&mut self, depth: u8) -> Numbers {
        let choices = if depth == 0 { 5 } else { 14 };
        match self.choice(choices) {
            0 => self.read("input.numbers", |input| input.numbers.clone()),
            1 => self.read("input.rows[*].n", |input| input.rows.iter().map(|(n, _)| *n).collect()),
            2 => self.read("input.rows[*].ns[*]", |input| input.rows.iter().flat_map(|(_, ns)| ns.clone()).collect()),
            3 => {
                let n = i64::from(self.choice(5));
                self.read(&format!("[{n}]"), |_| vec![n])
            }
            4 => {
                let (first, last) = (i64::from(self.choice(5)), i64::from(self.choice(5)));
                // An empty range of literals is a warning.
                let text = format!("[{first}..{last} + 0]");
                self.read(&text, |_| (first..=last).collect())
            }
            5 => {
                let of = self.numbers(depth - 1);
                let text = format!("[$count({})..3, 7]", of.text);
                of.map(text, |list| (list.len()..=3).map(|x| x as i64).chain([7]).collect())
            }
            6 => {
                let least = i64::from(self.choice(6));
                let of = self.numbers(depth - 1);
                let text = format!("$filter({}, |x| x > {least})", of.text);
                of.map(text, |list| list.into_iter().filter(|x| *x > least).collect())
            }
            7 => {
                let factor = i64::from(self.choice(4));
                let of = self.numbers(depth - 1);
                let text = format!("$map({}, |x, i| x * {factor} + i)", of.text);
                of.map(text, |list| list.into_iter().zip(0..).map(|(x, i)| x * factor + i).collect())
            }
            8 => {
                let (one, other) = (self.numbers(depth - 1), self.numbers(depth - 1));
                let text = format!("$append({}, {})", one.text, other.text);
                let joined = one.values.into_iter().zip(other.values).map(|(one, other)| [one, other].concat());
                Expression { text, values: joined.collect() }
            }
            9 => {
                let of = self.numbers(depth - 1);
                let text = format!("$reverse({})", of.text);
                of.map(text, |list| list.into_iter().rev().collect())
            }
            10 => {
                let of = self.numbers(depth - 1);
                let text = format!("$sort({}, |a, b| a < b)", of.text);
                of.map(text, |mut list| {
                    list.sort_by(|a, b| b.cmp(a));
                    list
                })
            }
            11 => {
                let (of, among) = (self.numbers(depth - 1), self.numbers(depth - 1));
                let text = format!("$filter({}, |y{depth}| y{depth} in {})", of.text, among.text);
                let kept = |(of, among): (Vec<i64>, Vec<i64>)| of.into_iter().filter(|x| among.contains(x)).collect();
                Expression { text, values: of.values.into_iter().zip(among.values).map(kept).collect() }
            }
            12 => {
                let of = self.lists(depth - 1);
                let text = format!("({})[*][*]", of.text);
                of.map(text, |lists| lists.concat())
            }
            _ => {
                let of = self.lists(depth - 1);
                let text = format!("$map({}, |xs| $sum(xs))", of.text);
                of.map(text, |lists| lists.iter().map(|list| list.iter().sum()).collect())
            }
        }
    }

    fn lists(&mut self, depth: u8) -> Lists {
        let choices = if depth == 0 { 2 } else { 6 };
        match self.choice(choices) {
            0 => self.read("input.nested", |input| input.nested.clone()),
            1 => self.read("input.rows[*].ns", |input| input.rows.iter().map(|(_, ns)| ns.clone()).collect()),
            2 => {
                let of = self.numbers(depth - 1);
                let text = format!("$map({}, |x| [x, x + 1])", of.text);
                of.map(text, |list| list.into_iter().map(|x| vec![x, x + 1]).collect())
            }
            3 => {
                let least = usize::from(self.choice(3));
                let of = self.lists(depth - 1);
                let text = format!("$filter({}, |xs| $count(xs) >= {least})", of.text);
                of.map(text, |lists| lists.into_iter().filter(|list| list.len() >= least).collect())
            }
            4 => {
                let least = i64::from(self.choice(6));
                let of = self.lists(depth - 1);
                let text = format!("$map({}, |xs| $filter(xs, |x| x > {least}))", of.text);
                let kept = move |list: Vec<i64>| list.into_iter().filter(|x| *x > least).collect();
                of.map(text, |lists| lists.into_iter().map(kept).collect())
            }
            _ => {
                let of = self.numbers(depth - 1);
                let text = format!("[{}, {}]", of.text, of.text);
                of.map(text, |list| vec![list.clone(), list])
            }
        }
    }

    /// Returns any expression.
    fn any(&mut self) -> Expression<Value> {
        let depth = 1 + self.choice(3);
        match self.choice(7) {
            0 => {
                let of = self.numbers(depth);
                let text = of.text.clone();
                of.map(text, |list| json!(list))
            }
            1 => {
                let of = self.lists(depth);
                let text = of.text.clone();
                of.map(text, |lists| json!(lists))
            }
            2 => {
                let of = self.numbers(depth);
                let text = format!("$sum({})", of.text);
                of.map(text, |list| json!(list.iter().sum::<i64>()))
            }
            3 => {
                let of = self.lists(depth);
                let text = format!("$count({})", of.text);
                of.map(text, |lists| json!(lists.len()))
            }
            4 => {
                let of = self.numbers(depth);
                let text = format!("$max({}) ?? -1", of.text);
                of.map(text, |list| json!(list.into_iter().max().unwrap_or(-1)))
            }
            5 => {
                let sought = i64::from(self.choice(9));
                let of = self.numbers(depth);
                let text = format!("{sought} in {}", of.text);
                of.map(text, |list| json!(list.contains(&sought)))
            }
            _ => {
                let of = self.numbers(depth);
                let text = format!("$reduce({}, |all, x| all * 2 + x, 1)", of.text);
                of.map(text, |list| json!(list.into_iter().fold(1, |all, x| all * 2 + x)))
            }
        }
    }
}

fn inputs() -> impl Strategy<Value = Input> {
    let numbers = || vec(0..9_i64, 0..4);
    (numbers(), vec(numbers(), 0..4), vec((0..9_i64, numbers()), 0..4)).prop_map(|(numbers, nested, rows)| Input {
        numbers,
        nested,
        rows,
    })
}

impl std::fmt::Debug for Input {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.json().fmt(f)
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases.div_ceil(4), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_list_has_the_items_that_it_has_in_rust(
        bytes in vec(vec(any::<u8>(), 0..16), EXPRESSIONS),
        inputs in vec(inputs(), 3),
    ) {
        let made: Vec<_> =
            bytes.into_iter().map(|bytes| Maker { bytes: bytes.into(), inputs: &inputs }.any()).collect();
        let members: String = made.iter().zip(0..).map(|(made, at)| format!("v{at}: {}, ", made.text)).collect();
        let workflow = format!("workflow W {{ {TYPES} pass P {{ {members} }} -> end; }}");
        for (number, input) in inputs.iter().enumerate() {
            let execution = run(&workflow, &input.json(), |_| Ok(Value::Null));
            let Some(output) = execution.output() else {
                return Err(TestCaseError::fail(format!("{:?} in {workflow} of {input:?}", execution.cause())));
            };
            for (at, made) in made.iter().enumerate() {
                prop_assert_eq!(&output[format!("v{at}")], &made.values[number], "{} of {:?}", made.text, input);
            }
        }
    }
}
