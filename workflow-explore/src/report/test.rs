//! Prints a finding as a Rust test.

use std::fmt::Write;

use serde_json::Value;

use super::mocks::{Answered, answers};
use super::text::lines;
use super::{Finding, Report};
use crate::bounds::Bounds;
use crate::property::Property;

/// Returns a string as a Rust literal.
pub(crate) fn literal(text: &str) -> String {
    format!("{text:?}")
}

/// Formats JSON as an argument of `json!`.
pub(crate) fn json(value: &Value) -> String {
    format!("json!({value})")
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
        line(0, &format!("/// {}: {}.", finding.property, finding.message.lines().next().unwrap_or_default()));
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
                let mut chain = String::from("Answers::new()");
                for answer in &answers {
                    match answer {
                        Answered::Result(result) => {
                            let _ = write!(chain, ".gives(1, {})", json(result));
                        }
                        Answered::Nothing => chain.push_str(".never(1)"),
                        Answered::Error { error: Some(error), cause: Some(cause) } if self.explorer.reads_json => {
                            let (error, cause) = (literal(error), literal(cause));
                            let _ = write!(chain, ".fails(1, TaskError::new({error}).with_cause({cause}))");
                        }
                        Answered::Error { error: Some(error), .. } => {
                            let _ = write!(chain, ".fails(1, {})", literal(error));
                        }
                        Answered::Error { error: None, .. } => chain.push_str(".fails(1, TaskError::unnamed())"),
                    }
                }
                // A fixed workflow may call the task again.
                if let Some(Answered::Result(result)) = answers.last() {
                    let _ = write!(chain, ".then({})", json(result));
                } else {
                    chain.push_str(".then(json!({}))");
                }
                calls.push(format!(".on_state_answers({}, {chain})", literal(&state)));
            }
            let tasks =
                self.explorer.states.all.iter().filter(|(_, facts)| facts.kind == workflow_asl::StateKind::Task);
            let answered = answers(&replayed.execution);
            for (state, _) in tasks.filter(|(state, _)| !answered.contains_key(*state)) {
                let result = self.explorer.values.results.get(state).and_then(|found| found.values.first());
                let result = result.map_or_else(|| "json!({})".to_owned(), |result| json(result));
                calls.push(format!(".on_state_answers({}, Answers::new().then({result}))", literal(state)));
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
                    &format!(
                        "assert_ne!(execution.error(), Some({}));",
                        literal(replayed.execution.error().unwrap_or_default())
                    ),
                ),
            }
        } else if !replayed.shows(finding) {
            // The finding is about all executions together, such as a loop that no answer leaves. A single execution
            // does not show it.
            let mut explorer = "Explorer::new(&engine()).unwrap()".to_owned();
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
            for decision in lines(&finding.decisions).lines() {
                line(2, &format!("json!({decision}),"));
            }
            line(1, "];");
            line(1, "let decisions: Vec<_> = decisions.iter().filter_map(Decision::from_json).collect();");
            let mut explorer = "Explorer::new(&engine()).unwrap()".to_owned();
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
        Property::After { first, then } => format!("Property::after({}, [{}])", literal(first), all(then)),
        Property::NeverBoth(one, other) => format!("Property::never_both({}, {})", literal(one), literal(other)),
        Property::AtMostOnce(state) => format!("Property::at_most_once({})", literal(state)),
        Property::Before(first, then) => format!("Property::before({}, {})", literal(first), literal(then)),
        Property::EndsIn(states) => format!("Property::ends_in([{}])", all(states)),
        Property::NoneAfter { call, compensation } => {
            format!("Property::none_after({}, {})", literal(call), literal(compensation))
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
    if name.starts_with(|first: char| first.is_ascii_digit()) { format!("_{name}") } else { name }
}
