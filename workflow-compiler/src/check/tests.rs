//! What the checks say: source, then code, underlined words, message and help; and what they let pass.

mod choices;
mod data;
mod expressions;
mod flow;
mod functions;
mod graph;
mod names;

use proc_macro2::TokenStream;

use crate::problem::{Problem, Problems};

/// The problems of what stands in a workflow `W`, each as `WF0201 words: message / help`.
fn problems(inside: &str) -> Vec<String> {
    let tokens: TokenStream = format!("workflow W {{ {inside} }}").parse().expect("the test's tokens");
    let mut problems = Problems::default();
    let parsed = crate::syntax::parse(tokens, &mut problems);
    assert!(!problems.has_errors(), "syntax: {:?}", problems.iter().map(Problem::text).collect::<Vec<_>>());
    for workflow in &parsed.workflows {
        super::check(workflow, &mut problems);
    }
    let line = |problem: &Problem| {
        let words = problem.spot.first.join(problem.spot.last).and_then(|span| span.source_text());
        let help: String = problem.help.iter().map(|help| format!(" / {help}")).collect();
        format!("{} {}: {}{help}", problem.code, words.unwrap_or_default(), problem.message)
    };
    problems.iter().map(line).collect()
}

/// The checks say exactly this of it.
#[track_caller]
fn finds(inside: &str, expected: &[&str]) {
    let found = problems(inside);
    assert_eq!(found, expected, "{inside}");
}

/// The checks have nothing to say of it.
#[track_caller]
fn silent(inside: &str) {
    finds(inside, &[]);
}
