//! How long `workflow!` takes to expand, by the number of states, beside a macro that only parses the same tokens with syn.
//!
//! `cargo bench -p workflow-compiler`; users pay a debug build of this at every build, so also
//! `cargo bench -p workflow-compiler --profile dev`. Other sizes, or one kind alone, as arguments: `-- readers 200 400`.

#![allow(clippy::unwrap_used, reason = "a benchmark may panic")]

use std::fmt::Write;
use std::time::{Duration, Instant};

use proc_macro2::TokenStream;
use syn::parse::{ParseStream, Parser};

const RUNS: usize = 5;

/// Makes a workflow with so many states.
type Make = fn(u32) -> String;

fn main() {
    let given: Vec<u32> = std::env::args().filter_map(|argument| argument.parse().ok()).collect();
    let sizes = if given.is_empty() { vec![10, 100, 1_000, 5_000] } else { given };
    let kinds: [(&str, Make); 2] = [
        ("states", workflow),
        // Each state reads two results of states before it.
        ("readers", readers),
    ];
    let named: Vec<_> = kinds.iter().filter(|(kind, _)| std::env::args().any(|argument| argument == *kind)).collect();
    for (kind, workflow) in if named.is_empty() { kinds.iter().collect() } else { named } {
        time(kind, &sizes, *workflow);
    }
}

fn time(what: &str, sizes: &[u32], workflow: Make) {
    // As in rustc.
    let surroundings = workflow_compiler::Surroundings { editor: false, ..workflow_compiler::Surroundings::default() };
    println!(
        "{what:>7} {:>12} {:>12} {:>12} {:>14} {:>7}",
        "the text", "syn alone", "expansion", "per state", "to syn"
    );
    for &states in sizes {
        let text = workflow(states);
        let read = fastest(|| text.parse::<TokenStream>().unwrap());
        let tokens: TokenStream = text.parse().unwrap();
        let parse = fastest(|| Parser::parse2(floor, tokens.clone()).unwrap());
        let expand = fastest(|| workflow_compiler::expand(tokens.clone(), surroundings));
        println!(
            "{states:>7} {:>9.2} ms {:>9.2} ms {:>9.2} ms {:>11.2} µs {:>7.1}",
            milliseconds(read),
            milliseconds(parse),
            milliseconds(expand),
            milliseconds(expand) * 1000.0 / f64::from(states),
            expand.as_secs_f64() / parse.as_secs_f64(),
        );
    }
}

/// Parses every token, and how many there are.
fn floor(input: ParseStream<'_>) -> syn::Result<usize> {
    let mut count = 0;
    while !input.is_empty() {
        count += 1;
        let inside;
        if input.peek(syn::token::Brace) {
            syn::braced!(inside in input);
        } else if input.peek(syn::token::Paren) {
            syn::parenthesized!(inside in input);
        } else if input.peek(syn::token::Bracket) {
            syn::bracketed!(inside in input);
        } else if input.peek(syn::Lit) {
            input.parse::<syn::Lit>()?;
            continue;
        } else if input.peek(syn::Ident) {
            input.parse::<syn::Ident>()?;
            continue;
        } else {
            input.parse::<proc_macro2::TokenTree>()?;
            continue;
        }
        count += floor(&inside)?;
    }
    Ok(count)
}

/// A workflow with tasks, choices and handlers in the proportion of real ones.
fn workflow(states: u32) -> String {
    let mut text =
        String::from("[::workflow_runtime] pub workflow Bench { input { n: i64, name: String } params { f: Arn }\n");
    for i in 0..states / 2 {
        let next = i + 1;
        write!(
            text,
            "task T{i} = lambda::invoke {{ FunctionName: params.f, Payload: {{ n: input.n + {i}, to: \"Dr \" + input.name }} }}
                retry [Lambda.TooManyRequestsException] {{ interval: 2s, max_attempts: 3, backoff: 2.0 }}
                catch [States.ALL] => Failed -> C{i};
            choice C{i} {{ if input.n > {i} && input.name != \"x\" -> T{next}; else -> Done; }}\n"
        )
        .unwrap();
    }
    write!(text, "pass T{} {{ n: input.n }} -> Done; succeed Done; fail Failed {{ error: \"Failed\" }} }}", states / 2)
        .unwrap();
    text
}

/// A workflow whose states read the results of others by name: the one before, and one far before.
fn readers(states: u32) -> String {
    let mut text = String::from("[::workflow_runtime] pub workflow Bench { input { n: i64 } params { f: Arn }\n");
    text.push_str("task T0 = lambda::invoke { FunctionName: params.f } catch [States.ALL] => Failed -> T1;\n");
    for i in 1..states {
        let (near, far, next) = (i - 1, i / 2, i + 1);
        write!(
            text,
            "task T{i} = lambda::invoke {{ FunctionName: params.f, Payload: {{ a: T{near}.Payload.a, b: T{far}.Payload.b{i} }} }}
                catch [States.ALL] => Failed -> T{next};"
        )
        .unwrap();
    }
    write!(text, "pass T{states} {{ n: input.n }} -> end; fail Failed {{ error: \"Failed\", cause: caught.Cause }} }}")
        .unwrap();
    // The first state is before itself.
    text.replace("T0.Payload.b1 ", "T0.Payload.b ")
}

fn fastest<T>(mut work: impl FnMut() -> T) -> Duration {
    let once = |work: &mut dyn FnMut() -> T| {
        let start = Instant::now();
        std::hint::black_box(work());
        start.elapsed()
    };
    (0..RUNS).map(|_| once(&mut work)).min().unwrap_or_default()
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
