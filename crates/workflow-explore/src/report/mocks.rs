//! The answers of an execution's tasks, as a mock file in the format of AWS Step Functions Local and as Rust.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use workflow_asl::error_name::TIMEOUT;
use workflow_local::{Execution, Status, TaskError};

use super::test::{json as json_literal, literal};
use super::{Finding, Report};
use crate::replay::{Answered, Trace};

/// The answers of each state's tasks, in the order in which the tasks were scheduled.
pub(crate) type Answers = BTreeMap<String, Vec<Answered>>;

/// Returns the answers of an execution whose tasks were answered in their order.
pub(super) fn answers(execution: &Execution) -> Answers {
    let mut trace = Trace::default();
    trace.follow(execution.history());
    let mut found = Answers::new();
    for (state, answer) in trace.answers() {
        let answer = match answer {
            // A timeout by the state's timer has no cause.
            Some(Answered::TimedOut(TaskError { cause: Some(cause), .. })) => {
                Answered::Error(TaskError::new(TIMEOUT).with_cause(cause.clone()))
            }
            Some(Answered::TimedOut(_)) => Answered::TimedOut(TaskError::new(TIMEOUT)),
            Some(other) => other.clone(),
            None if execution.status() == Status::TimedOut => Answered::Stopped,
            None => continue,
        };
        found.entry(state.to_owned()).or_default().push(answer);
    }
    found
}

/// Returns a mock file with one case, or a state whose task was stopped before it was answered, which a mock file cannot
/// say.
pub(crate) fn mock_file(machine: &str, case: &str, answers: Answers) -> Result<Value, String> {
    let (mut states, mut responses) = (Map::new(), Map::new());
    for (state, answers) in answers {
        let mut response = Map::new();
        for (attempt, answer) in answers.into_iter().enumerate() {
            let thrown = |error: &str, cause: &str| json!({ "Throw": { "Error": error, "Cause": cause } });
            let answer = match answer {
                Answered::Result(output) => json!({ "Return": output.value() }),
                Answered::Error(TaskError { error, cause }) => {
                    thrown(&error.unwrap_or_default(), &cause.unwrap_or_default())
                }
                Answered::TimedOut(TaskError { error, .. }) => thrown(&error.unwrap_or_default(), "no answer"),
                Answered::Stopped => return Err(state),
            };
            response.insert(attempt.to_string(), answer);
        }
        states.insert(state.clone(), state.clone().into());
        responses.insert(state, Value::Object(response));
    }
    Ok(json!({
        "StateMachines": { machine: { "TestCases": { case: states } } },
        "MockedResponses": responses,
    }))
}

/// Formats answers as a Rust expression.
fn in_rust(answers: &[Answered]) -> String {
    let calls = answers.iter().map(|answer| match answer {
        Answered::Result(result) => ("gives", format!(", {}", json_literal(result))),
        Answered::TimedOut(_) | Answered::Stopped => ("never", String::new()),
        Answered::Error(TaskError { error: Some(error), cause: None }) => ("fails", format!(", {}", literal(error))),
        Answered::Error(TaskError { error, cause }) => {
            let error = error.as_ref().map_or("unnamed()".to_owned(), |error| format!("new({})", literal(error)));
            let cause = cause.as_ref().map(|cause| format!(".with_cause({})", literal(cause))).unwrap_or_default();
            ("fails", format!(", workflow_local::TaskError::{error}{cause}"))
        }
    });
    let calls: Vec<_> = calls.collect();
    let calls = calls.chunk_by(|one, other| one == other).filter_map(|same| {
        let (call, of) = same.first()?;
        Some(format!(".{call}({}{of})", same.len()))
    });
    format!("workflow_local::Answers::new(){}", calls.collect::<String>())
}

/// Formats an engine whose tasks have answers as Rust statements. Each state has its answers and the result of further calls.
pub(crate) fn engine_in_rust<'s>(
    states: impl IntoIterator<Item = (&'s str, &'s [Answered], Option<String>)>,
) -> String {
    let chain = states.into_iter().map(|(state, answers, then)| {
        let then = then.map(|then| format!(".then({then})")).unwrap_or_default();
        format!("\n        .on_state_answers({}, {}{then})", literal(state), in_rust(answers))
    });
    format!("    let engine = engine(){};\n", chain.collect::<String>())
}

impl Report {
    /// Returns a mock file whose only case reproduces a finding. In it, a task that never answers times out. Returns
    /// `None` if the branches of the execution end in a different order on the engine.
    pub fn mocks(&self, finding: &Finding) -> Option<Value> {
        let replayed = self.replay(finding).filter(|_| self.is_in_order(finding))?;
        mock_file(&self.explorer.start.state_machine_name, "Explored", answers(&replayed.execution)).ok()
    }

    /// Returns whether each task is answered as soon as it is scheduled. If so, numbered answers suffice.
    pub(super) fn is_in_order(&self, finding: &Finding) -> bool {
        !finding.decisions.iter().any(|decision| {
            matches!(decision, crate::Decision::TimePasses)
                || decision.task().is_some_and(|task| !task.place.is_empty())
        })
    }
}
