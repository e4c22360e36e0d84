//! How reading and formatting `workflow!` grow with its length: ten times the text should take about ten times as
//! long, whatever it is made of.
//!
//! ```console
//! cargo bench -p workflow-format --bench growth
//! ```

#![allow(clippy::unwrap_used, reason = "a benchmark may panic")]

use std::time::Instant;

use proc_macro2::TokenStream;
use workflow_compiler::problem::Problems;
use workflow_compiler::syntax::parse;
use workflow_format::{Style, format_body};

const SHORT: usize = 1_000;
const TIMES: usize = 10;
const RUNS: usize = 3;

/// A string of so many pieces.
type Make = fn(usize) -> String;

const TEXTS: &[(&str, Make)] = &[
    ("states", |n| in_workflow(&"pass A { x: 1 } -> end;".repeat(n))),
    ("clauses", |n| in_workflow(&format!("task A = a::b {{ }} {} -> end;", "retry [A] catch [B] -> C ".repeat(n)))),
    ("attributes", |n| in_workflow(&"#[a] ".repeat(n))),
    ("skipped attributes", |n| in_workflow(&format!("pass A as {} -> end;", "= #[a] ".repeat(n)))),
    ("members", |n| in_workflow(&format!("pass A {{ x: a{} }} -> end;", ".b".repeat(n)))),
    ("garbage", |n| in_workflow(&"@ ! foo = bar , ".repeat(n))),
    ("tasks", |n| in_workflow(&(0..n).map(task).collect::<String>())),
];

fn in_workflow(text: &str) -> String {
    format!("workflow W {{ {text} }}")
}

fn task(at: usize) -> String {
    format!(
        "task S{at} = lambda::invoke {{ FunctionName: \"f\", Payload: {{ a: input.x, b: [1, 2, {{ c: $y + {at} }}] }} }} \
         retry [States.ALL] {{ interval: 2s }} catch [States.ALL] -> S{at} -> S{};\n",
        at + 1
    )
}

fn main() {
    println!("{:<20} {:>9} {:>12} {:>12} {:>7}", "text", "pieces", "short", "long", "ratio");
    for (what, make) in TEXTS {
        let texts = [make(SHORT), make(SHORT * TIMES)];
        let tokens = texts.each_ref().map(|text| text.parse::<TokenStream>().unwrap());
        row(
            "read",
            what,
            tokens
                .each_ref()
                .map(|tokens| fastest(|| tokens.clone(), |tokens| drop(parse(tokens, &mut Problems::default())))),
        );
        // Only what parses is formatted.
        if format_body(&texts[0], &Style::default()).is_ok() {
            row(
                "format",
                what,
                texts.each_ref().map(|text| fastest(|| text, |text| drop(format_body(text, &Style::default())))),
            );
        }
    }
}

fn row(phase: &str, what: &str, [short, long]: [f64; 2]) {
    let ratio = long / short;
    println!(
        "{:<20} {SHORT:>9} {:>9.2} ms {:>9.2} ms {ratio:>7.1}",
        format!("{phase} {what}"),
        short * 1e3,
        long * 1e3
    );
}

/// The seconds that the fastest run takes, without what makes its argument.
fn fastest<T>(mut make: impl FnMut() -> T, mut run: impl FnMut(T)) -> f64 {
    let time = |_| {
        let argument = make();
        let started = Instant::now();
        run(argument);
        started.elapsed().as_secs_f64()
    };
    (0..RUNS).map(time).fold(f64::INFINITY, f64::min)
}
