//! Tests that generated valid programs have no error, and that the compiler refuses no part of them.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests may panic")]

mod generator;

use std::collections::BTreeMap;

use proc_macro2::{Span, TokenStream};
use workflow_asl::{Severity, rules};
use workflow_compiler::{Position, compile_located};

/// Returns the program of a number.
fn program(number: u64) -> String {
    let mut state = number.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    generator::program(&mut |count| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state >> 33).unwrap() % count
    })
}

fn locate(span: Span) -> Option<Position> {
    Some((span.start().line, span.start().column))
}

/// `WORKFLOW_PROGRAMS=100000` tries as many.
#[test]
fn a_valid_program_has_no_error() {
    let count = std::env::var("WORKFLOW_PROGRAMS").ok().and_then(|count| count.parse().ok()).unwrap_or(400);
    let mut wrong: BTreeMap<String, Vec<u64>> = BTreeMap::new();
    for number in 0..count {
        let source = program(number);
        let tokens: TokenStream = source.parse().unwrap_or_else(|error| panic!("{number}: {error} in\n{source}"));
        let compiled = compile_located(tokens, &locate);
        let errors = compiled.problems.iter().filter(|problem| problem.is_error()).map(|problem| problem.text());
        let of_document = compiled.workflows.iter().flat_map(|workflow| {
            let found = rules::check_definition(&workflow.definition, workflow.machine_type);
            found.into_iter().filter(|one| one.severity() == Severity::Error).map(|one| one.to_string())
        });
        for message in errors.chain(compiled.bugs).chain(of_document) {
            wrong.entry(message).or_default().push(number);
        }
    }
    let Some(shortest) = wrong.values().flatten().map(|number| program(*number)).min_by_key(String::len) else {
        return;
    };
    panic!(
        "{}shortest:\n{shortest}",
        wrong.iter().map(|(text, all)| format!("{} × {text}\n", all.len())).collect::<String>()
    );
}
