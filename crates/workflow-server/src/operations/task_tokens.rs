//! The answers of workers and callbacks to tasks, by task token.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskSuccess.html>

use std::sync::Arc;

use serde_json::{Value, json};
use workflow_asl::limits::{CAUSE_CHARS, ERROR_CHARS, PAYLOAD_BYTES};
use workflow_local::handlers::Tasks;
use workflow_local::{Answer, Execution, TaskError, TaskId};

use super::definitions::what_is_not_json;
use crate::api::{ApiError, Code, Input};
use crate::executions::{Recorded, Run};
use crate::registry::Registry;

/// The maximum length of a task token.
const TOKEN_CHARS: usize = 2048;

/// Returns the ARN of the execution to whose task a token belongs.
fn arn_of(token: &str) -> Result<String, ApiError> {
    let arn = Execution::arn_of_token(token);
    arn.ok_or_else(|| ApiError::new(Code::InvalidToken, "Invalid Token: 'Invalid token'"))
}

impl Registry {
    pub(crate) fn send_task_success(&self, input: &Input) -> Result<Value, ApiError> {
        let mut members = input.members();
        let token = members.required_bounded("taskToken", 1, TOKEN_CHARS);
        let output = members.required_sensitive("output", PAYLOAD_BYTES);
        members.check()?;
        arn_of(token)?;
        let output: Value = serde_json::from_str(output).map_err(|error| {
            let message = format!("Invalid Output: '{}'", what_is_not_json(output, &error));
            ApiError::new(Code::InvalidOutput, message)
        })?;
        self.send(token, |execution, id| execution.succeed(id, output))
    }

    pub(crate) fn send_task_failure(&self, input: &Input) -> Result<Value, ApiError> {
        let mut members = input.members();
        let token = members.required_bounded("taskToken", 1, TOKEN_CHARS);
        let (error, cause) = (members.sensitive("error", ERROR_CHARS), members.sensitive("cause", CAUSE_CHARS));
        members.check()?;
        let error = error.map_or_else(TaskError::unnamed, |error| TaskError::new(error.to_owned()));
        let error = TaskError { cause: cause.map(str::to_owned), ..error };
        self.send(token, |execution, id| execution.fail_task(id, error))
    }

    pub(crate) fn send_task_heartbeat(&self, input: &Input) -> Result<Value, ApiError> {
        let mut members = input.members();
        let token = members.required_bounded("taskToken", 1, TOKEN_CHARS);
        members.check()?;
        self.send(token, Recorded::heartbeat)
    }

    /// Passes the answer to the task with this token to its execution.
    fn send(&self, token: &str, act: impl FnOnce(&mut Recorded, TaskId) -> Answer) -> Result<Value, ApiError> {
        let run = self.run_of_token(token)?;
        let answer = run.tell(|execution| execution.task_of_token(token).map(|id| act(execution, id)));
        match answer {
            Some(Answer::Taken) => Ok(json!({})),
            Some(Answer::Refused) => {
                let message = run.execution.lock().refusal().map(ToString::to_string).unwrap_or_default();
                Err(ApiError::new(Code::InvalidOutput, format!("Invalid Output: '{message}'")))
            }
            _ => {
                let message = "Task Timed Out: 'Provided task does not exist anymore'";
                Err(ApiError::new(Code::TaskTimedOut, message))
            }
        }
    }

    fn run_of_token(&self, token: &str) -> Result<Arc<Run>, ApiError> {
        let run = self.execution(&arn_of(token)?)?;
        run.ok_or_else(|| ApiError::new(Code::TaskDoesNotExist, format!("Task Does Not Exist: '{token}'")))
    }
}
