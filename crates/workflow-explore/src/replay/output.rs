//! Converts a recorded execution to a mock file or to a test in Rust.

use std::fmt::Write;

use serde_json::{Map, Value, json};
use workflow_asl::printable::printable;
use workflow_local::{Status, TaskError};

use super::error::ReplayError;
use super::play::Answered;
use super::recording::Recording;
use super::replayer::{Prompt, Replayer};
use crate::report::test::{function_name, json as json_literal, literal};

/// The name of the case in a mock file.
const CASE: &str = "Recorded";

impl Replayer {
    /// Returns a mock file in the format of AWS Step Functions Local. Its only case, `Recorded`, has the recorded
    /// answers of the tasks.
    ///
    /// # Errors
    /// Returns an error if the execution does not take the recorded path, or if its path depends on when its tasks were
    /// answered.
    pub fn mocks(&self, recording: &Recording) -> Result<Value, ReplayError> {
        let Prompt { machine, answers: given, .. } = self.prompt(recording)?;
        let mut case = Map::new();
        let mut responses = Map::new();
        for (state, answers) in given {
            let mut response = Map::new();
            for (attempt, answer) in answers.into_iter().enumerate() {
                let answer = match answer {
                    Answered::Result(output) => json!({ "Return": output.value() }),
                    Answered::Error(TaskError { error, cause }) => {
                        json!({ "Throw": { "Error": error.unwrap_or_default(), "Cause": cause.unwrap_or_default() } })
                    }
                    Answered::TimedOut(error) => {
                        json!({ "Throw": { "Error": error, "Cause": "no answer was recorded" } })
                    }
                    Answered::Stopped => {
                        return Err(ReplayError::NoAnswers {
                            file: recording.file().to_owned(),
                            problem: format!(
                                "`{state}` was stopped before it was answered, which a mock file cannot say"
                            ),
                            help: "write it as a test: --test FILE".to_owned(),
                        });
                    }
                };
                response.insert(attempt.to_string(), answer);
            }
            case.insert(state.clone(), state.clone().into());
            responses.insert(state, Value::Object(response));
        }
        Ok(json!({
            "StateMachines": { machine: { "TestCases": { CASE: case } } },
            "MockedResponses": responses,
        }))
    }

    /// Returns a test in Rust that runs the execution with its recorded answers and checks its states and its end. It
    /// needs `workflow-local` and `serde_json`; `engine()` must return the workflow's engine.
    ///
    /// # Errors
    /// See [`mocks`](Self::mocks).
    pub fn test(&self, recording: &Recording) -> Result<String, ReplayError> {
        let Prompt { execution, answers: given, .. } = self.prompt(recording)?;
        let mut text = String::new();
        let mut line = |indent: usize, line: &str| {
            let _ = writeln!(text, "{}{line}", "    ".repeat(indent));
        };
        let path = std::path::Path::new(recording.file());
        let name = path.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        line(0, &format!("/// The execution of {} takes the recorded path.", printable(&name)));
        line(0, "#[test]");
        line(0, &format!("fn {}() {{", function_name(&format!("execution {name}"))));
        if given.is_empty() {
            line(1, "let engine = engine();");
        } else {
            line(1, "let engine = engine()");
        }
        let count = given.len();
        for (number, (state, answers)) in given.into_iter().enumerate() {
            let mut chain = String::from("workflow_local::Answers::new()");
            for answer in answers {
                chain.push_str(&match answer {
                    Answered::Result(output) => format!(".gives(1, {})", json_literal(&output)),
                    Answered::Error(error) => format!(".fails(1, {})", error_literal(&error)),
                    Answered::TimedOut(_) | Answered::Stopped => ".never(1)".to_owned(),
                });
            }
            let end = if number + 1 == count { ";" } else { "" };
            line(2, &format!(".on_state_answers({}, {chain}){end}", literal(&state)));
        }
        line(1, &format!("let execution = engine.run(&{}).unwrap();", json_literal(execution.input())));
        let states: Vec<_> = execution.path().into_iter().map(literal).collect();
        line(1, &format!("execution.assert_path([{}]);", states.join(", ")));
        let recorded = recording.output();
        match (execution.status(), execution.output(), execution.error()) {
            (Status::Succeeded, Some(output), _) if recorded == Some(output.value()) => {
                line(1, &format!("execution.assert_output({});", json_literal(output)));
            }
            (Status::Failed, _, Some(error)) => line(1, &format!("execution.assert_failed({});", literal(error))),
            (status, ..) => {
                if status == Status::Succeeded {
                    line(1, "// The output has values of the clock, random numbers or names, which differ each time.");
                }
                line(1, &format!("assert_eq!(execution.status(), workflow_local::Status::{status:?});"));
            }
        }
        line(0, "}");
        Ok(text)
    }
}

fn error_literal(error: &TaskError) -> String {
    let made = match &error.error {
        Some(name) => format!("workflow_local::TaskError::new({})", literal(name)),
        None => "workflow_local::TaskError::unnamed()".to_owned(),
    };
    match &error.cause {
        Some(cause) => format!("{made}.with_cause({})", literal(cause)),
        None => made,
    }
}
