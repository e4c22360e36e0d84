//! Prints a finding as a Rust test.

use std::fmt::Write;

use serde_json::Value;
use workflow_asl::printable::printable;

use super::mocks::{Answered, answers};
use super::{Finding, Report};
use crate::bounds::Bounds;
use crate::property::Property;

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
        let Some(replayed) = self.replay(finding) else { return String::new() };
        let mut text = String::new();
        let name = test_name(finding);
        let mut line = |indent: usize, line: &str| {
            let _ = writeln!(text, "{}{line}", "    ".repeat(indent));
        };
        line(
            0,
            &format!(
                "/// {}: {}.",
                printable(&finding.property),
                printable(finding.message.lines().next().unwrap_or_default())
            ),
        );
        line(0, "#[test]");
        line(0, &format!("fn {name}() {{"));
        let property = self.explorer.properties.iter().find(|property| property.to_string() == finding.property);
        let ended = replayed.execution.status() != workflow_local::Status::Running;
        if self.is_in_order(finding)
            && ended
            && (property.is_some() || finding.property == crate::world::built_in::UNCAUGHT)
        {
            let mut calls = Vec::new();
            for (state, answers) in answers(&replayed.execution) {
                let mut chain = String::from("workflow_local::Answers::new()");
                for answer in &answers {
                    match answer {
                        Answered::Result(result) => {
                            let _ = write!(chain, ".gives(1, {})", json(result));
                        }
                        Answered::Nothing => chain.push_str(".never(1)"),
                        Answered::Error { error: Some(error), cause: Some(cause) } if self.explorer.reads_json => {
                            let (error, cause) = (literal(error), literal(cause));
                            let _ =
                                write!(chain, ".fails(1, workflow_local::TaskError::new({error}).with_cause({cause}))");
                        }
                        Answered::Error { error: Some(error), .. } => {
                            let _ = write!(chain, ".fails(1, {})", literal(error));
                        }
                        Answered::Error { error: None, .. } => {
                            chain.push_str(".fails(1, workflow_local::TaskError::unnamed())")
                        }
                    }
                }
                // A fixed workflow may call the task again.
                if let Some(Answered::Result(result)) = answers.last() {
                    let _ = write!(chain, ".then({})", json(result));
                } else {
                    chain.push_str(".then(serde_json::json!({}))");
                }
                calls.push(format!(".on_state_answers({}, {chain})", literal(&state)));
            }
            let tasks =
                self.explorer.states.all.iter().filter(|(_, facts)| facts.kind == workflow_asl::StateKind::Task);
            let answered = answers(&replayed.execution);
            for (state, _) in tasks.filter(|(state, _)| !answered.contains_key(*state)) {
                let result = self.explorer.values.results.get(state).and_then(|found| found.values.first());
                let result = result.map_or_else(|| "serde_json::json!({})".to_owned(), |result| json(result));
                calls.push(format!(
                    ".on_state_answers({}, workflow_local::Answers::new().then({result}))",
                    literal(state)
                ));
            }
            match calls.split_last() {
                Some((last, calls)) => {
                    line(1, "let engine = engine()");
                    calls.iter().for_each(|call| line(2, call));
                    line(2, &format!("{last};"));
                }
                None => line(1, "let engine = engine();"),
            }
            line(1, &format!("let execution = engine.run(&{}).unwrap();", json(replayed.execution.input())));
            match property {
                Some(property) => line(1, &format!("{}.check(&execution).unwrap();", rust(property))),
                None => line(
                    1,
                    &match replayed.execution.error() {
                        Some(error) => format!("assert_ne!(execution.error(), Some({}));", literal(error)),
                        // A timeout has no error.
                        None => "assert_ne!(execution.status(), workflow_local::Status::TimedOut);".to_owned(),
                    },
                ),
            }
        } else if !replayed.shows(finding) {
            // The finding is about all executions together, such as a loop that no answer leaves. A single execution
            // does not show it.
            let mut explorer = "workflow_explore::Explorer::new(&engine()).unwrap()".to_owned();
            let (bounds, usual) = (self.explorer.bounds, Bounds::default());
            for (bound, size, usual) in [("faults", bounds.faults, usual.faults), ("turns", bounds.turns, usual.turns)]
            {
                if size != usual {
                    let _ = write!(explorer, ".{bound}({size})");
                }
            }
            line(1, &format!("let report = {explorer}.explore().unwrap();"));
            line(
                1,
                &format!(
                    "let broken = report.findings().iter().find(|finding| finding.property == {});",
                    literal(&finding.property)
                ),
            );
            line(1, "assert!(broken.is_none(), \"{report}\");");
        } else {
            line(1, "let decisions = [");
            for decision in &finding.decisions {
                line(2, &format!("{},", json(&decision.to_json())));
            }
            line(1, "];");
            line(
                1,
                "let decisions: Vec<_> = decisions.iter().filter_map(workflow_explore::Decision::from_json).collect();",
            );
            let mut explorer = "workflow_explore::Explorer::new(&engine()).unwrap()".to_owned();
            if let Some(property) = property {
                let _ = write!(explorer, ".property({})", rust(property));
            }
            line(1, &format!("let replayed = {explorer}.replay(&decisions).unwrap();"));
            line(
                1,
                &format!(
                    "let broken = replayed.findings.iter().find(|finding| finding.property == {});",
                    literal(&finding.property)
                ),
            );
            line(1, "assert!(broken.is_none(), \"{}\", replayed.execution);");
        }
        line(0, "}");
        text
    }
}

/// Formats a property as a Rust expression.
fn rust(property: &Property) -> String {
    let all = |names: &[String]| names.iter().map(|name| literal(name)).collect::<Vec<_>>().join(", ");
    match property {
        Property::After { first, then } => {
            format!("workflow_explore::Property::after({}, [{}])", literal(first), all(then))
        }
        Property::NeverBoth(one, other) => {
            format!("workflow_explore::Property::never_both({}, {})", literal(one), literal(other))
        }
        Property::AtMostOnce(state) => format!("workflow_explore::Property::at_most_once({})", literal(state)),
        Property::Before(first, then) => {
            format!("workflow_explore::Property::before({}, {})", literal(first), literal(then))
        }
        Property::EndsIn(states) => format!("workflow_explore::Property::ends_in([{}])", all(states)),
        Property::NoneAfter { call, compensation } => {
            format!("workflow_explore::Property::none_after({}, {})", literal(call), literal(compensation))
        }
    }
}

/// Derives a function name from the property.
fn test_name(finding: &Finding) -> String {
    function_name(&format!("{} {}", finding.property, finding.state.as_deref().unwrap_or_default()))
}

/// Converts words to a function name.
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{function_name, json as expression};

    #[test]
    fn names_are_identifiers_and_values_are_expressions() {
        for (words, name) in [
            ("after A: B or C A", "after_a_b_or_c_a"),
            ("loop", "it_loop"),
            ("engine", "it_engine"),
            ("完了", "it_"),
            ("2 states", "it_2_states"),
        ] {
            assert_eq!(function_name(words), name);
        }
        let value = json!({ "a\u{1}": [-1, 3_000_000_000_u64, u64::MAX, 1.5, null, "\u{8}\u{202e}"] });
        let text =
            r#"serde_json::json!({"a\u{1}":[-1,3000000000_i64,18446744073709551615_u64,1.5,null,"\u{8}\u{202e}"]})"#;
        assert_eq!(expression(&value), text);
        let many = vec![0; 60];
        assert!(expression(&json!(many)).starts_with("serde_json::from_str::<serde_json::Value>(\"[0,0"));
    }
}
