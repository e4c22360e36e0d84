//! Tests random list expressions: the engine's value of the compiled expression must equal the same computation in
//! Rust.

use std::collections::VecDeque;

use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};
use workflow_local::Engine;

use super::definition;

const TYPES: &str = "input { numbers: Vec<i64>, nested: Vec<Vec<i64>>, rows: Vec<Row>, words: Vec<String> }
    struct Row { n: i64, ns: Vec<i64>, note: Option<String> }";

/// The number of expressions of a workflow, and of the inputs that it is started with.
const EXPRESSIONS: usize = 40;
const INPUTS: usize = 4;

/// An expression with its value for each input.
struct Expression<T> {
    text: String,
    values: Vec<T>,
}

type Numbers = Expression<Vec<i64>>;
type Lists = Expression<Vec<Vec<i64>>>;
type Words = Expression<Vec<String>>;

impl<T> Expression<T> {
    fn map<U>(self, text: String, compute: impl Fn(T) -> U) -> Expression<U> {
        Expression { text, values: self.values.into_iter().map(compute).collect() }
    }
}

/// The input of an execution.
struct Input {
    numbers: Vec<i64>,
    nested: Vec<Vec<i64>>,
    rows: Vec<Row>,
    words: Vec<String>,
}

#[derive(Debug)]
struct Row {
    n: i64,
    ns: Vec<i64>,
    note: Option<String>,
}

impl Input {
    fn json(&self) -> Value {
        let row = |row: &Row| match &row.note {
            Some(note) => json!({"n": row.n, "ns": row.ns, "note": note}),
            None => json!({"n": row.n, "ns": row.ns}),
        };
        let rows: Vec<_> = self.rows.iter().map(row).collect();
        json!({"numbers": self.numbers, "nested": self.nested, "rows": rows, "words": self.words})
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
        let choices = if depth == 0 { 7 } else { 19 };
        match self.choice(choices) {
            0 => self.read("input.numbers", |input| input.numbers.clone()),
            1 => self.read("input.rows[*].n", |input| input.rows.iter().map(|row| row.n).collect()),
            2 => self.read("input.rows[*].ns[*]", |input| input.rows.iter().flat_map(|row| row.ns.clone()).collect()),
            3 => {
                let n = i64::from(self.choice(5));
                self.read(&format!("[{n}]"), |_| vec![n])
            }
            4 => {
                let (first, last) = (i64::from(self.choice(5)), i64::from(self.choice(5)));
                // An empty range of literals is a warning.
                let text = format!("[{first}..={last} + 0]");
                self.read(&text, |_| (first..=last).collect())
            }
            5 => {
                let least = i64::from(self.choice(9));
                let text = format!("$filter(input.rows, |row| row.n >= {least} && is_present(row.note))[*].n");
                let is_kept = |row: &&Row| row.n >= least && row.note.is_some();
                self.read(&text, |input| input.rows.iter().filter(is_kept).map(|row| row.n).collect())
            }
            6 => self.read("$map(input.rows, |row| $length(row.note ?? \"none\"))", |input| {
                input.rows.iter().map(|row| row.note.as_ref().map_or(4, |note| note.len() as i64)).collect()
            }),
            7 => {
                let (first, end) = (usize::from(self.choice(4)), usize::from(self.choice(5)));
                let of = self.numbers(depth - 1);
                let (text, end) = (format!("({})[{first}..{}]", of.text, first + end + 1), first + end + 1);
                of.map(text, |list| list.into_iter().take(end).skip(first).collect())
            }
            8 => {
                let count = usize::from(1 + self.choice(3));
                let of = self.numbers(depth - 1);
                let text = format!("({})[-{count}..]", of.text);
                of.map(text, |list| list.iter().skip(list.len().saturating_sub(count)).copied().collect())
            }
            9 => {
                let of = self.numbers(depth - 1);
                let text = format!("$distinct({})", of.text);
                of.map(text, distinct)
            }
            10 => {
                let of = self.words(depth - 1);
                let text = format!("$map({}, |word| $length(word))", of.text);
                of.map(text, |words| words.iter().map(|word| word.len() as i64).collect())
            }
            11 => {
                let of = self.numbers(depth - 1);
                let text = format!("[$count({})..=3, 7]", of.text);
                of.map(text, |list| (list.len()..=3).map(|x| x as i64).chain([7]).collect())
            }
            12 => {
                let least = i64::from(self.choice(6));
                let of = self.numbers(depth - 1);
                let text = format!("$filter({}, |x| x > {least})", of.text);
                of.map(text, |list| list.into_iter().filter(|x| *x > least).collect())
            }
            13 => {
                let factor = i64::from(self.choice(4));
                let of = self.numbers(depth - 1);
                let text = format!("$map({}, |x, i| x * {factor} + i)", of.text);
                of.map(text, |list| list.into_iter().zip(0..).map(|(x, i)| x * factor + i).collect())
            }
            14 => {
                let (one, other) = (self.numbers(depth - 1), self.numbers(depth - 1));
                let text = format!("$append({}, {})", one.text, other.text);
                let joined = one.values.into_iter().zip(other.values).map(|(one, other)| [one, other].concat());
                Expression { text, values: joined.collect() }
            }
            15 => {
                let of = self.numbers(depth - 1);
                let text = format!("$reverse({})", of.text);
                of.map(text, |list| list.into_iter().rev().collect())
            }
            16 => {
                let of = self.numbers(depth - 1);
                let text = format!("$sort({}, |a, b| a < b)", of.text);
                of.map(text, |mut list| {
                    list.sort_by(|a, b| b.cmp(a));
                    list
                })
            }
            17 => {
                let (of, among) = (self.numbers(depth - 1), self.numbers(depth - 1));
                let text = format!("$filter({}, |y{depth}| y{depth} in {})", of.text, among.text);
                let kept = |(of, among): (Vec<i64>, Vec<i64>)| of.into_iter().filter(|x| among.contains(x)).collect();
                Expression { text, values: of.values.into_iter().zip(among.values).map(kept).collect() }
            }
            18 => {
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
        let choices = if depth == 0 { 2 } else { 7 };
        match self.choice(choices) {
            0 => self.read("input.nested", |input| input.nested.clone()),
            1 => self.read("input.rows[*].ns", |input| input.rows.iter().map(|row| row.ns.clone()).collect()),
            2 => {
                let size = usize::from(1 + self.choice(3));
                let of = self.numbers(depth - 1);
                let text = format!("$partition({}, {size})", of.text);
                of.map(text, |list| list.chunks(size).map(<[i64]>::to_vec).collect())
            }
            3 => {
                let of = self.numbers(depth - 1);
                let text = format!("$map({}, |x| [x, x + 1])", of.text);
                of.map(text, |list| list.into_iter().map(|x| vec![x, x + 1]).collect())
            }
            4 => {
                let least = usize::from(self.choice(3));
                let of = self.lists(depth - 1);
                let text = format!("$filter({}, |xs| $count(xs) >= {least})", of.text);
                of.map(text, |lists| lists.into_iter().filter(|list| list.len() >= least).collect())
            }
            5 => {
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

    fn words(&mut self, depth: u8) -> Words {
        let choices = if depth == 0 { 2 } else { 7 };
        match self.choice(choices) {
            0 => self.read("input.words", |input| input.words.clone()),
            1 => {
                self.read("input.rows[*].note?", |input| input.rows.iter().filter_map(|row| row.note.clone()).collect())
            }
            2 => {
                let of = self.words(depth - 1);
                let text = format!("$map({}, |word| $uppercase(word) + \"!\")", of.text);
                of.map(text, |words| words.iter().map(|word| format!("{}!", word.to_uppercase())).collect())
            }
            3 => {
                let of = self.words(depth - 1);
                let text = format!("$filter({}, |word| $contains(word, \"a\") || word == \"b\")", of.text);
                of.map(text, |words| words.into_iter().filter(|word| word.contains('a') || word == "b").collect())
            }
            4 => {
                let of = self.words(depth - 1);
                let text = format!("$distinct({})", of.text);
                of.map(text, distinct)
            }
            5 => {
                let of = self.words(depth - 1);
                let text = format!("$split($join($append([\"x\"], {}), \",\"), \",\")", of.text);
                of.map(text, |words| [vec!["x".to_owned()], words].concat())
            }
            _ => {
                let of = self.words(depth - 1);
                let text = format!("$sort({}, |a, b| a > b)", of.text);
                of.map(text, |mut words| {
                    words.sort();
                    words
                })
            }
        }
    }

    /// Returns any expression.
    fn any(&mut self) -> Expression<Value> {
        let depth = 1 + self.choice(3);
        match self.choice(9) {
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
            6 => {
                let of = self.words(depth);
                let text = of.text.clone();
                of.map(text, |words| json!(words))
            }
            7 => {
                let of = self.words(depth);
                let text = format!("{{ words: {}, all: $join({}, \"-\") }}", of.text, of.text);
                of.map(text, |words| json!({"words": words, "all": words.join("-")}))
            }
            _ => {
                let of = self.numbers(depth);
                let text = format!("$reduce({}, |all, x| all * 2 + x, 1)", of.text);
                of.map(text, |list| json!(list.into_iter().fold(1, |all, x| all * 2 + x)))
            }
        }
    }
}

/// Returns each item once, where it is first.
fn distinct<T: PartialEq>(list: Vec<T>) -> Vec<T> {
    list.into_iter().fold(Vec::new(), |mut known, item| {
        if !known.contains(&item) {
            known.push(item);
        }
        known
    })
}

fn inputs() -> impl Strategy<Value = Input> {
    let numbers = || vec(0..9_i64, 0..4);
    let words = || vec("[abc]{0,2}", 0..4);
    let row = (0..9_i64, numbers(), proptest::option::of("[abc]{0,2}")).prop_map(|(n, ns, note)| Row { n, ns, note });
    (numbers(), vec(numbers(), 0..4), vec(row, 0..4), words()).prop_map(|(numbers, nested, rows, words)| Input {
        numbers,
        nested,
        rows,
        words,
    })
}

impl std::fmt::Debug for Input {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.json().fmt(f)
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases / 2, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_list_has_the_items_that_it_has_in_rust(
        bytes in vec(vec(any::<u8>(), 0..16), EXPRESSIONS),
        inputs in vec(inputs(), INPUTS),
    ) {
        let made: Vec<_> =
            bytes.into_iter().map(|bytes| Maker { bytes: bytes.into(), inputs: &inputs }.any()).collect();
        let members: String = made.iter().zip(0..).map(|(made, at)| format!("v{at}: {}, ", made.text)).collect();
        let workflow = format!("workflow W {{ {TYPES} pass P {{ {members} }} -> end; }}");
        let engine = Engine::new(&definition(&workflow)).unwrap();
        for (number, input) in inputs.iter().enumerate() {
            let execution = engine.run(&input.json()).unwrap();
            let Some(output) = execution.output() else {
                return Err(TestCaseError::fail(format!("{:?} in {workflow} of {input:?}", execution.cause())));
            };
            for (at, made) in made.iter().enumerate() {
                prop_assert_eq!(&output[format!("v{at}")], &made.values[number], "{} of {:?}", made.text, input);
            }
        }
    }
}
