//! Workflows in the language and the documents that they become.

mod golden;
mod jsonata;
mod jsonpath;
mod pieces;

use proc_macro2::TokenStream;
use serde_json::{Map, Value};
use workflow_asl::path::JsonPath;

use super::{Lowered, lower};
use crate::check::check;
use crate::problem::Problems;
use crate::syntax;

/// Lowers `workflow W { … }` without regard to what the checks say, and gives what is reported.
fn lowered(body: &str) -> (Lowered, Vec<String>) {
    let tokens: TokenStream = format!("workflow W {{ {body} }}").parse().unwrap();
    let mut problems = Problems::default();
    let parsed = syntax::parse(tokens, &mut problems);
    let model = check(&parsed.workflows[0], &mut problems);
    let lowered = lower(&model, &mut problems);
    let texts = problems.iter().map(crate::problem::Problem::text).collect();
    (lowered, texts)
}

/// The document of a workflow in which nothing is wrong.
fn document(body: &str) -> Value {
    let (lowered, problems) = lowered(body);
    assert_eq!(problems, Vec::<String>::new(), "{body}");
    assert_eq!(lowered.found, [], "{body}");
    let found = workflow_asl::rules::check(&lowered.machine, workflow_asl::document::MachineType::Standard);
    let found: Vec<_> = found.iter().map(ToString::to_string).collect();
    assert_eq!(found, Vec::<String>::new(), "{body}");
    lowered.definition
}

/// One state of a workflow, with a state `Next` after it where it goes there.
fn state(query: &str, text: &str) -> Value {
    let more = if text.contains("-> Next") { "succeed Next;" } else { "" };
    let document = document(&format!("query {query}; {text} {more}"));
    document["States"].as_object().and_then(|states| states.values().next()).cloned().unwrap_or_default()
}

/// What the whole means: numbers by value, paths in one form.
fn meaning(value: &Value) -> Value {
    match value {
        Value::Number(number) => serde_json::json!(number.as_f64()),
        Value::String(text) if text.starts_with('$') => {
            JsonPath::parse(text).map_or_else(|_| value.clone(), |path| path.normalized().into())
        }
        Value::Array(items) => items.iter().map(meaning).collect(),
        Value::Object(members) => {
            let mut sorted: Vec<_> = members.iter().collect();
            sorted.sort_by_key(|(key, _)| key.as_str());
            Value::Object(sorted.into_iter().map(|(key, value)| (key.clone(), meaning(value))).collect::<Map<_, _>>())
        }
        other => other.clone(),
    }
}
