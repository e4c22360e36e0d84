//! Prints a finding as a Rust test.

use std::fmt::Write;

use serde_json::Value;
use workflow_asl::StateKind;
use workflow_asl::printable::printable;
use workflow_local::Status;

use super::mocks::{answers, engine_in_rust};
use super::{Finding, Replayed, Report};
use crate::bounds::Bounds;
use crate::broken::built_in;
use crate::decision::Decision;
use crate::property::Property;
use crate::replay::Answered;

/// Returns a string as a Rust literal.
pub(crate) fn literal(text: &str) -> String {
    format!("{text:?}")
}

/// The largest number of values in `serde_json::json!`, whose recursion rustc limits.
const MOST: usize = 50;

/// Formats JSON as a Rust expression.
pub(crate) fn json(value: &Value) -> String {
    if count(value) > MOST {
        let text = literal(&value.to_string());
        return format!("serde_json::from_str::<serde_json::Value>({text}).unwrap()");
    }
    format!("serde_json::json!({})", tokens(value))
}

/// Returns the number of values in a value, which is not deeper than JSON that serde reads.
fn count(value: &Value) -> usize {
    1 + match value {
        Value::Array(items) => items.iter().map(count).sum(),
        Value::Object(members) => members.values().map(count).sum::<usize>(),
        _ => 0,
    }
}

/// Formats JSON as tokens that `json!` reads. Their escapes and numbers have Rust's syntax.
fn tokens(value: &Value) -> String {
    match value {
        Value::String(text) => literal(text),
        Value::Number(number) => match (number.as_i64(), number.as_u64()) {
            (Some(whole), _) if i32::try_from(whole).is_ok() => whole.to_string(),
            (Some(whole), _) => format!("{whole}_i64"),
            (None, Some(whole)) => format!("{whole}_u64"),
            _ => number.to_string(),
        },
        Value::Array(items) => format!("[{}]", items.iter().map(tokens).collect::<Vec<_>>().join(",")),
        Value::Object(members) => {
            let members: Vec<_> =
                members.iter().map(|(name, value)| format!("{}:{}", literal(name), tokens(value))).collect();
            format!("{{{}}}", members.join(","))
        }
        Value::Null | Value::Bool(_) => value.to_string(),
    }
}

impl Report {
    /// Returns a test that fails as long as the finding exists. It needs `workflow-local`, `workflow-explore` and
    /// `serde_json`; `engine()` must return the workflow's engine.
    pub fn test(&self, finding: &Finding) -> String {
        let replayed = self.replay(finding);
        let property = self.explorer.properties.iter().find(|property| property.to_string() == finding.property);
        let is_checked = property.is_some() || finding.property == built_in::UNCAUGHT;
        let body = match &replayed {
            Some(replayed)
                if is_checked && self.is_in_order(finding) && replayed.execution.status() != Status::Running =>
            {
                self.answers_test(replayed, property)
            }
            Some(replayed) if replayed.shows(finding) => self.decisions_test(finding, property),
            // The finding is about all executions together, such as a loop that no answer leaves.
            _ => self.exploration_test(finding, property),
        };
        let first = finding.message.lines().next().unwrap_or_default();
        let name = function_name(&format!("{} {}", finding.property, finding.state.as_deref().unwrap_or_default()));
        in_function(&format!("{}: {first}.", finding.property), &name, &body)
    }

    /// Returns the body of a test that runs the execution with the answers of its tasks.
    fn answers_test(&self, replayed: &Replayed, property: Option<&Property>) -> String {
        let execution = &replayed.execution;
        let mut answered = answers(execution);
        if !self.explorer.reads_json {
            answered.values_mut().flatten().for_each(|answer| {
                if let Answered::Error(error) = answer {
                    error.cause = None;
                }
            });
        }
        let tasks = self.explorer.states.all.iter().filter(|(_, facts)| facts.kind == StateKind::Task);
        let engine = engine_in_rust(tasks.map(|(state, _)| {
            let answers = answered.get(state).map_or(&[][..], Vec::as_slice);
            // A fixed workflow may call the task again.
            let last = match answers.last() {
                Some(Answered::Result(result)) => Some(result),
                Some(_) => None,
                None => self.explorer.values.results.get(state).and_then(|found| found.values.first()),
            };
            let last = last.map_or_else(|| "serde_json::json!({})".to_owned(), |result| json(result));
            (state.as_str(), answers, Some(last))
        }));
        let run = format!("let execution = engine.run(&{}).unwrap();", json(execution.input()));
        let check = match (property, execution.error()) {
            (Some(property), _) => format!("{}.check(&execution).unwrap();", rust(property)),
            (None, Some(error)) => format!("assert_ne!(execution.error(), Some({}));", literal(error)),
            // A timeout has no error.
            (None, None) => "assert_ne!(execution.status(), workflow_local::Status::TimedOut);".to_owned(),
        };
        format!("{engine}    {run}\n    {check}\n")
    }

    /// Returns the body of a test that replays the decisions.
    fn decisions_test(&self, finding: &Finding, property: Option<&Property>) -> String {
        let decisions = finding.decisions.iter().map(Decision::to_json);
        // Thousands of values of `json!` do not fit on the stack of a test.
        let (decisions, read): (Vec<_>, _) = if finding.decisions.len() > MOST {
            let read = ".iter().map(|text| serde_json::from_str::<serde_json::Value>(text).unwrap())";
            (decisions.map(|decision| literal(&decision.to_string())).collect(), format!("{read}.collect::<Vec<_>>()"))
        } else {
            (decisions.map(|decision| json(&decision)).collect(), String::new())
        };
        let decisions = decisions.into_iter().map(|decision| format!("        {decision},\n"));
        format!(
            "    let decisions = [\n{}    ]{read};\n    \
             let decisions: Vec<_> = decisions.iter().filter_map(workflow_explore::Decision::from_json).collect();\n    \
             let replayed = {}.replay(&decisions).unwrap();\n    \
             let broken = replayed.findings.iter().find(|finding| finding.property == {});\n    \
             assert!(broken.is_none(), \"{{}}\", replayed.execution);\n",
            decisions.collect::<String>(),
            explorer(property),
            literal(&finding.property)
        )
    }

    /// Returns the body of a test that explores the workflow.
    fn exploration_test(&self, finding: &Finding, property: Option<&Property>) -> String {
        let mut explorer = explorer(property);
        let (bounds, usual) = (self.explorer.bounds, Bounds::default());
        for (bound, size, usual) in [("faults", bounds.faults, usual.faults), ("turns", bounds.turns, usual.turns)] {
            if size != usual {
                let _ = write!(explorer, ".{bound}({size})");
            }
        }
        format!(
            "    let report = {explorer}.explore().unwrap();\n    \
             let broken = report.findings.iter().find(|finding| finding.property == {});\n    \
             assert!(broken.is_none(), \"{{report}}\");\n",
            literal(&finding.property)
        )
    }
}

/// Formats an explorer of the workflow as a Rust expression.
fn explorer(property: Option<&Property>) -> String {
    let property = property.map(|property| format!(".property({})", rust(property))).unwrap_or_default();
    format!("workflow_explore::Explorer::new(&engine()).unwrap(){property}")
}

fn rust(property: &Property) -> String {
    format!("{}.parse::<workflow_explore::Property>().unwrap()", literal(&property.to_string()))
}

pub(crate) fn in_function(comment: &str, name: &str, body: &str) -> String {
    format!("/// {}\n#[test]\nfn {name}() {{\n{body}}}\n", printable(comment))
}

pub(crate) fn function_name(words: &str) -> String {
    let mut name = String::new();
    for c in words.chars() {
        if c.is_ascii_alphanumeric() {
            name.extend(c.to_lowercase());
        } else if !name.ends_with('_') {
            name.push('_');
        }
    }
    let name = name.trim_matches('_').to_owned();
    // A single word may be a keyword, or `engine`.
    if name.contains('_') && !name.starts_with(|first: char| first.is_ascii_digit()) {
        name
    } else {
        format!("it_{name}")
    }
}
