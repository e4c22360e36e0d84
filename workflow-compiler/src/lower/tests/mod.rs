//! Lowers workflows in the language, and compares the documents.

mod captures;
mod fragments;
mod jsonata;
mod jsonpath;

use proc_macro2::TokenStream;
use serde_json::Value;
use workflow_cases::every;

use super::{Lowered, lower};
use crate::check::check;
use crate::problem::Problems;
use crate::syntax;

/// Lowers `workflow W { … }` even if the checks report problems. Returns the problems too.
fn lowered(body: &str) -> (Lowered, Vec<String>) {
    let tokens: TokenStream = format!("workflow W {{ {body} }}").parse().unwrap();
    let mut problems = Problems::default();
    let parsed = syntax::parse(tokens, &mut problems);
    let mut model = check(&parsed.workflows[0], &mut problems);
    // In a single state, no variable is assigned.
    model.variables = None;
    // Its input may be anything.
    model.forget_inputs();
    let lowered = lower(&model, &mut problems);
    let texts = problems.iter().map(crate::problem::Problem::text);
    let alone = ["nothing assigns a variable", "`state` has no", "`$states.input` has no"];
    let texts = texts.filter(|text| !alone.iter().any(|start| text.starts_with(start))).collect();
    (lowered, texts)
}

/// Returns the document of a valid workflow.
fn document(body: &str) -> Value {
    let (lowered, problems) = lowered(body);
    assert_eq!(problems, Vec::<String>::new(), "{body}");
    assert_eq!(lowered.found, [], "{body}");
    let found = workflow_asl::rules::check(&lowered.machine, workflow_asl::document::MachineType::Standard);
    // In a single state, no variable is assigned.
    let unassigned = [workflow_asl::Code::UnassignedVariable, workflow_asl::Code::MaybeUnassigned];
    // Not all of them call an existing API of AWS.
    let found = found.iter().filter(|finding| !unassigned.contains(&finding.code) && !finding.code.depends_on_table());
    let found: Vec<_> = found.map(ToString::to_string).collect();
    assert_eq!(found, Vec::<String>::new(), "{body}");
    lowered.definition
}

/// Returns a state of a workflow, with a state `Next` after it if it continues there.
fn state(query: &str, text: &str) -> Value {
    let more = if text.contains("-> Next") { "succeed Next;" } else { "" };
    let document = document(&format!("query {query}; {text} {more}"));
    document["States"].as_object().and_then(|states| states.values().next()).cloned().unwrap_or_default()
}

/// Lowers every prefix of a workflow, and every workflow without one of its tokens, without a panic.
#[test]
fn broken_workflows_do_not_panic() {
    let whole = r#"
        query jsonpath; input { n: i64, o: Option<String> } enum M { A } params { p: String }
        retry t [States.Timeout] { interval: 2s } catch c [States.ALL] => F { assign { e: caught.Error } }
        defaults { retry t; timeout 5m; }
        choice C match state.k { "a" | M::A => T { assign { x: 1 } }, _ => S }
        task T = lambda::invoke.sync { A: input.n + 1, b?: "x" + params.p, c: [state.x] } catch c heartbeat 1m -> D;
        choice D { if !is_present(state.a) && (input.n > 3 || matches(state.s, "a*")) -> P; else -> S { output 1 } }
        parallel P { branch { pass A { a: States.Format("{}", $v) } query jsonata -> end; } } -> N;
        map N over s3::csv { Bucket: "b", headers: first_row } distributed express batch 3 { wait W for 3s -> end; } -> S;
        succeed S = state.a fail F { error: const E, cause: context.Execution.Id }
    "#;
    every([whole.to_owned(), whole.replace("query jsonpath;", "")], |body| {
        let tokens = flat(body.parse().unwrap());
        let mut read = 0;
        for cut in 0..tokens.len() {
            let mut without = tokens.clone();
            without.remove(cut);
            for part in [closed(&tokens[..cut]), closed(&without)] {
                read += usize::from(part.parse::<TokenStream>().is_ok_and(|_| {
                    lowered(&part);
                    true
                }));
            }
        }
        assert!(read > tokens.len(), "{read} of {}", tokens.len());
    });
}

/// Returns the text of the tokens, with open brackets closed.
fn closed(tokens: &[String]) -> String {
    let mut open = Vec::new();
    for token in tokens {
        match token.trim() {
            "{" => open.push("}"),
            "[" => open.push("]"),
            "(" => open.push(")"),
            "}" | "]" | ")" => drop(open.pop()),
            _ => {}
        }
    }
    open.reverse();
    tokens.concat() + &open.concat()
}

/// Returns the tokens' texts, brackets apart.
fn flat(tokens: TokenStream) -> Vec<String> {
    use proc_macro2::{Delimiter, TokenTree};
    let mut texts = Vec::new();
    for token in tokens {
        match token {
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Brace => ("{", "}"),
                    Delimiter::Bracket => ("[", "]"),
                    _ => ("(", ")"),
                };
                texts.push(format!("{open} "));
                texts.extend(flat(group.stream()));
                texts.push(format!("{close} "));
            }
            TokenTree::Punct(punct) if punct.spacing() == proc_macro2::Spacing::Joint => texts.push(punct.to_string()),
            other => texts.push(format!("{other} ")),
        }
    }
    texts
}
