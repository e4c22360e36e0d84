//! Tests that values pass between states: the engine's result must be what the source says.

mod graphs;
mod imported;
mod imported_lists;
mod list_expressions;
mod lists;
mod named_items;
mod parts;
mod rows;
mod situations;
mod table;

use proc_macro2::TokenStream;
use serde_json::Value;
use workflow_asl::Code;
use workflow_compiler::compile;
use workflow_local::{Engine, Execution};

/// Returns the definition of a workflow without errors.
#[track_caller]
fn definition(workflow: &str) -> Value {
    let tokens: TokenStream = workflow.parse().unwrap();
    let compilation = compile(tokens);
    // A generated list may be one constant, about which a test is always false.
    let problems = compilation.problems.iter().filter(|problem| problem.code != Code::KnownAnswer);
    let problems: Vec<_> = problems.map(|problem| problem.text()).collect();
    assert_eq!(problems, Vec::<String>::new(), "{workflow}");
    compilation.workflows[0].definition.clone()
}

/// Runs a workflow whose Lambda functions answer with `answer`.
#[track_caller]
fn run(workflow: &str, input: &Value, answer: fn(&str) -> Result<Value, workflow_local::TaskError>) -> Execution {
    let definition = definition(workflow);
    let mut engine = Engine::new(&definition).unwrap();
    for function in ["a", "b", "c", "fails"] {
        engine = engine.on_lambda(function, move |_: Value| answer(function));
    }
    engine.run(input).unwrap()
}
