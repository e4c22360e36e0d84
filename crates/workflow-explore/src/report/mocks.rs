//! A finding as a mock file in the format of AWS Step Functions Local.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use workflow_asl::error_name::TIMEOUT;
use workflow_local::history::Details;
use workflow_local::{EventType, Execution};

use super::{Finding, Report};

/// The answer to a task.
pub(super) enum Answered {
    Result(Value),
    Error {
        error: Option<String>,
        cause: Option<String>,
    },
    /// No answer: the task timed out.
    Nothing,
}

impl Answered {
    fn error(failure: Option<(Option<&str>, Option<&str>)>) -> Self {
        let (error, cause) = failure.unwrap_or_default();
        Self::Error { error: error.map(str::to_owned), cause: cause.map(str::to_owned) }
    }
}

/// Returns the answers to the tasks of each state, in the order in which they were scheduled.
pub(super) fn answers(execution: &Execution) -> BTreeMap<String, Vec<Answered>> {
    let history = execution.history();
    // The state of an event is the last one entered on its branch.
    let state = |event: &workflow_local::HistoryEvent| {
        let mut at = event.previous_id;
        while let Some(before) = usize::try_from(at).ok().and_then(|id| history.get(id.checked_sub(1)?)) {
            if let Details::StateEntered { name, .. } = &before.details {
                return Some((name.to_string(), before.id));
            }
            at = before.previous_id;
        }
        None
    };
    let mut found: BTreeMap<String, Vec<Answered>> = BTreeMap::new();
    for event in history {
        let answer = match (event.kind, &event.details) {
            (EventType::TaskSucceeded, Details::TaskOutput { output, .. })
            | (EventType::LambdaFunctionSucceeded | EventType::ActivitySucceeded, Details::Output { output }) => {
                Answered::Result(output.value().clone())
            }
            (EventType::TaskFailed | EventType::LambdaFunctionFailed | EventType::ActivityFailed, details) => {
                Answered::error(details.failure())
            }
            (EventType::TaskTimedOut | EventType::LambdaFunctionTimedOut | EventType::ActivityTimedOut, details) => {
                // A timeout by the state's timer has no cause.
                match details.failure().and_then(|(_, cause)| cause) {
                    Some(cause) => Answered::error(Some((Some(TIMEOUT), Some(cause)))),
                    None => Answered::Nothing,
                }
            }
            _ => continue,
        };
        if let Some((state, _)) = state(event) {
            found.entry(state).or_default().push(answer);
        }
    }
    found
}

impl Report {
    /// Returns a mock file whose only case reproduces a finding. In it, a task that never answers times out. Returns
    /// `None` if the branches of the execution end in a different order on the engine.
    pub fn mocks(&self, finding: &Finding) -> Option<Value> {
        let replayed = self.replay(finding)?;
        if !self.is_in_order(finding) {
            return None;
        }
        let mut case = Map::new();
        let mut responses = Map::new();
        for (state, answers) in answers(&replayed.execution) {
            let mut response = Map::new();
            for (attempt, answer) in answers.into_iter().enumerate() {
                let answer = match answer {
                    Answered::Result(result) => json!({ "Return": result }),
                    Answered::Error { error, cause } => {
                        json!({ "Throw": { "Error": error.unwrap_or_default(), "Cause": cause.unwrap_or_default() } })
                    }
                    Answered::Nothing => json!({ "Throw": { "Error": TIMEOUT, "Cause": "explored" } }),
                };
                response.insert(attempt.to_string(), answer);
            }
            case.insert(state.clone(), state.clone().into());
            responses.insert(state, Value::Object(response));
        }
        let name = &self.explorer.start.state_machine_name;
        Some(json!({
            "StateMachines": { name: { "TestCases": { "Explored": case } } },
            "MockedResponses": responses,
        }))
    }

    /// Returns whether each task is answered as soon as it is scheduled. If so, numbered answers suffice.
    pub(super) fn is_in_order(&self, finding: &Finding) -> bool {
        !finding.decisions.iter().any(|decision| {
            matches!(decision, crate::Decision::TimePasses)
                || decision.task().is_some_and(|task| !task.place.is_empty())
        })
    }
}
