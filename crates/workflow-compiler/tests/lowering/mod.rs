//! Tests that workflows are lowered to the expected documents.

mod captures;
mod express_children;
mod expressions;
mod fragments;
mod jsonata;
mod jsonpath;
mod repetition;
mod rows;

use proc_macro2::{Span, TokenStream};
use serde_json::Value;
use workflow_cases::every;

use workflow_asl::Code::{MaybeUnassigned, UnassignedVariable, UnusedParam};
use workflow_compiler::problem::Problem;
use workflow_compiler::{CompiledWorkflow, compile_located};

/// Lowers `workflow W { … }` even if the checks report problems. Returns the problems too.
fn lowered(body: &str) -> (CompiledWorkflow, Vec<String>) {
    let locate = |span: Span| Some((span.start().line, span.start().column));
    let mut compilation = compile_located(format!("workflow W {{ {body} }}").parse().unwrap(), &locate);
    // In a single state, no variable is assigned, not all parameters are used, and not all calls are of existing APIs.
    let alone = [UnassignedVariable, MaybeUnassigned, UnusedParam];
    let expected = |problem: &Problem| {
        alone.contains(&problem.code)
            || problem.code.depends_on_table()
            || problem.message.starts_with("nothing assigns a variable")
    };
    let texts = compilation.problems.iter().filter(|problem| !expected(problem)).map(Problem::text).collect();
    let workflow = compilation.workflows.remove(0);
    expressions::compare(&workflow.definition, &workflow.annotations.expressions);
    (workflow, texts)
}

/// Returns the document of a valid workflow.
fn document(body: &str) -> Value {
    let (lowered, problems) = lowered(body);
    assert_eq!(problems, Vec::<String>::new(), "{body}");
    lowered.definition
}

/// Returns a task before a state, whose result, which becomes that state's data, and variables are of unknown types.
fn task_before(state: &str) -> String {
    let assign = "xs: result.xs, i: result.i, v: result.v, seen: result.seen";
    format!("task Before = \"arn:aws:lambda:us-east-1:1:function:f\" assign {{ {assign} }} -> {state};")
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
        retry t [States.Timeout] { interval: 2s } catch c [States.ALL] -> F { assign { e: caught.Error } }
        defaults { retry t; timeout 5m; }
        choice C match state.k { "a" | M::A -> T { assign { x: 1 } }; _ -> S; }
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
