//! Converts a recorded execution to a mock file or to a test in Rust.

use std::path::Path;

use serde_json::Value;
use workflow_local::Status;

use super::error::ReplayError;
use super::recording::Recording;
use super::replayer::{Replayer, not_written};
use crate::report::mocks::{engine_in_rust, mock_file};
use crate::report::test::{function_name, in_function, json, literal};

impl Replayer {
    /// Returns a mock file in the format of AWS Step Functions Local. Its only case, `Recorded`, has the recorded
    /// answers of the tasks.
    ///
    /// # Errors
    /// Returns an error if the execution does not take the recorded path, or if its path depends on when its tasks were
    /// answered.
    pub fn mocks(&self, recording: &Recording) -> Result<Value, ReplayError> {
        let (_, answers) = self.prompt(recording)?;
        mock_file(&self.start.state_machine_name, "Recorded", answers).map_err(|state| {
            let problem = format!("`{state}` was stopped before it was answered, which a mock file cannot say");
            not_written(recording, &problem, "write it as a test: --test FILE")
        })
    }

    /// Returns a test in Rust that runs the execution with its recorded answers and checks its states and its end. It
    /// needs `workflow-local` and `serde_json`; `engine()` must return the workflow's engine.
    ///
    /// # Errors
    /// See [`mocks`](Self::mocks).
    pub fn test(&self, recording: &Recording) -> Result<String, ReplayError> {
        let (execution, answers) = self.prompt(recording)?;
        let mut body =
            engine_in_rust(answers.iter().map(|(state, answers)| (state.as_str(), answers.as_slice(), None)));
        let mut line = |line: String| body.extend(["    ", &line, "\n"]);
        line(format!("let execution = engine.run(&{}).unwrap();", json(execution.input())));
        let states: Vec<_> = execution.path().into_iter().map(literal).collect();
        line(format!("execution.assert_path([{}]);", states.join(", ")));
        match (execution.status(), execution.output(), execution.error()) {
            (Status::Succeeded, Some(output), _) if recording.output() == Some(output.value()) => {
                line(format!("execution.assert_output({});", json(output)));
            }
            (Status::Failed, _, Some(error)) => line(format!("execution.assert_failed({});", literal(error))),
            (status, ..) => {
                if status == Status::Succeeded {
                    line(
                        "// The output has values of the clock, random numbers or names, which differ each time."
                            .into(),
                    );
                }
                line(format!("assert_eq!(execution.status(), workflow_local::Status::{status:?});"));
            }
        }
        let name = Path::new(&recording.file).file_stem().unwrap_or_default().to_string_lossy();
        let comment = format!("The execution of {name} takes the recorded path.");
        Ok(in_function(&comment, &function_name(&format!("execution {name}")), &body))
    }
}
