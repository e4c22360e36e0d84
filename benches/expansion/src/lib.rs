//! The macro that measures, in the environment of `workflow!`: inside rustc, which passes tokens to a macro and gets
//! them back.

use std::fmt::Write;
use std::time::{Duration, Instant};

use proc_macro::TokenStream;
use syn::parse::{ParseStream, Parser};

const RUNS: usize = 5;

/// Makes a workflow with this many states.
type Make = fn(u32) -> String;

/// Returns a table as text: how long `workflow!` takes to expand, by the number of states, compared with a macro that
/// only parses the same tokens with syn. The variable `STATES` contains the numbers of states, such as `100 1000`.
#[proc_macro]
pub fn measure(_: TokenStream) -> TokenStream {
    let sizes = std::env::var("STATES").unwrap_or_else(|_| "10 100 1000 5000".to_owned());
    let sizes: Vec<u32> = sizes.split_whitespace().filter_map(|size| size.parse().ok()).collect();
    let mut table = String::new();
    // Each reader reads two results of earlier states.
    let kinds: [(&str, Make); 2] = [("states", workflow), ("readers", readers)];
    for (kind, workflow) in kinds {
        time(kind, &sizes, workflow, &mut table).expect("a text takes what is written");
    }
    TokenStream::from(proc_macro::TokenTree::from(proc_macro::Literal::string(&table)))
}

fn time(what: &str, sizes: &[u32], workflow: Make, table: &mut String) -> std::fmt::Result {
    // As in rustc.
    let surroundings = workflow_compiler::Surroundings { editor: false, ..workflow_compiler::Surroundings::default() };
    writeln!(table, "{what:>7} {:>12} {:>12} {:>14} {:>7}", "syn alone", "expansion", "per state", "to syn")?;
    for &states in sizes {
        let tokens: TokenStream = workflow(states).parse().expect("it is made of tokens");
        let parse = fastest(|| Parser::parse(floor, tokens.clone()).expect("every token is one"));
        let expand = fastest(|| TokenStream::from(workflow_compiler::expand(tokens.clone().into(), surroundings)));
        writeln!(
            table,
            "{states:>7} {:>9.2} ms {:>9.2} ms {:>11.2} µs {:>7.1}",
            milliseconds(parse),
            milliseconds(expand),
            milliseconds(expand) * 1000.0 / f64::from(states),
            expand.as_secs_f64() / parse.as_secs_f64(),
        )?;
    }
    Ok(())
}

/// Parses every token and counts them.
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

/// Returns a workflow with tasks, choices and handlers in realistic proportions.
fn workflow(states: u32) -> String {
    let mut text =
        String::from("[::workflow_runtime] pub workflow Bench { input { n: i64, name: String } params { f: Arn }\n");
    for i in 0..states / 2 {
        let next = i + 1;
        write!(
            text,
            "task T{i} = lambda::invoke {{ FunctionName: params.f, Payload: {{ n: input.n + {i}, to: \"Dr \" + input.name }} }}
                retry [Lambda.TooManyRequestsException] {{ interval: 2s, max_attempts: 3, backoff: 2.0 }}
                catch [States.ALL] -> Failed -> C{i};
            choice C{i} {{ if input.n > {i} && input.name != \"x\" -> T{next}; else -> Done; }}\n"
        )
        .unwrap();
    }
    write!(text, "pass T{} {{ n: input.n }} -> Done; succeed Done; fail Failed {{ error: \"Failed\" }} }}", states / 2)
        .unwrap();
    text
}

/// Returns a workflow whose states read the results of others by name: the previous state's, and an earlier one's.
fn readers(states: u32) -> String {
    let mut text = String::from("[::workflow_runtime] pub workflow Bench { input { n: i64 } params { f: Arn }\n");
    text.push_str("task T0 = lambda::invoke { FunctionName: params.f } catch [States.ALL] -> Failed -> T1;\n");
    for i in 1..states {
        let (near, far, next) = (i - 1, i / 2, i + 1);
        write!(
            text,
            "task T{i} = lambda::invoke {{ FunctionName: params.f, Payload: {{ a: T{near}.Payload.a, b: T{far}.Payload.b{i} }} }}
                catch [States.ALL] -> Failed -> T{next};"
        )
        .unwrap();
    }
    write!(text, "pass T{states} {{ n: input.n }} -> end; fail Failed {{ error: \"Failed\", cause: caught.Cause }} }}")
        .unwrap();
    // The first state refers to itself.
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
