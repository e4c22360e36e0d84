//! What answers the tasks of an execution: closures, fixed answers, mock files and other engines.

use std::future::Future;
use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Engine;
use crate::answers::Answers;
use crate::declared::Declared;
use crate::handlers::{self, ClosureKind, Handler, handler_methods};
use crate::mock_file::{MockFile, MockFileError};
use crate::nested;
use crate::task::{TaskError, TaskRequest};

impl Engine {
    handler_methods! {
        /// Answers the tasks of a state. The closure gets the task's request (its input after `Parameters` or
        /// `Arguments`) and returns the resource's result; for `lambda:invoke` that is an object with `Payload`. See
        /// [`on_lambda`](Self::on_lambda) for a closure that gets a function's payload and returns its result.
        ///
        /// A use of a fragment can be answered as a whole, by its name in the definition: the closure gets the use's
        /// input, and returns its result or an error, which the handlers of the use catch. The states of the use do not
        /// run, and such an engine records no coverage.
        on_state,
        /// Like [`on_state`](Self::on_state), with a closure that returns a future. It is polled by the caller of
        /// [`run_async`](Self::run_async), or by [`run`](Self::run) on its own thread.
        on_state_async, state: add_state, Resource
    }

    /// Like [`on_state`](Self::on_state), with a closure that gets the whole request: the attempt, the iteration, the
    /// task token.
    #[must_use]
    pub fn on_state_request<R: Serialize>(
        mut self,
        state: impl AsRef<str>,
        closure: impl Fn(&TaskRequest) -> Result<R, TaskError> + Send + Sync + 'static,
    ) -> Self {
        self.add_state(state.as_ref(), handlers::whole(closure));
        self
    }

    /// Answers the tasks of a state one after the other: fail twice, then succeed; answer late, or never.
    #[must_use]
    pub fn on_state_answers(mut self, state: impl AsRef<str>, answers: Answers) -> Self {
        self.add_state(state.as_ref(), answers.handler(ClosureKind::Resource));
        self
    }

    /// Answers the tasks of the states that a case of a mock file names, from the file. The state machine is the one in
    /// the file with the engine's [name](Self::named), or the only one.
    ///
    /// # Errors
    /// Returns an error that lists everything wrong: the case does not exist, or its state machine names a state that
    /// the definition does not have or that is not a task.
    pub fn mocks(mut self, file: &MockFile, case: &str) -> Result<Self, MockFileError> {
        self.handlers = self.handlers.mocks(file, &self.name, case, &self.program)?;
        Ok(self)
    }

    /// Makes the execution's task with this number fail, whatever else answers it. Tasks are numbered from 1 over all
    /// states.
    #[must_use]
    pub fn fail_task(mut self, number: u64, error: impl Into<TaskError>) -> Self {
        self.injected.insert(number, error.into());
        self
    }

    /// Leaves the tasks of a state unanswered, so that they time out.
    #[must_use]
    pub fn on_state_never(mut self, state: impl AsRef<str>) -> Self {
        self.add_state(state.as_ref(), handlers::never());
        self
    }

    handler_methods! {
        /// Answers all tasks with a resource ARN, with or without `.sync` and `.waitForTaskToken`, unless their state
        /// has a handler.
        on_resource,
        /// Like [`on_resource`](Self::on_resource), with a closure that returns a future.
        on_resource_async, arn: add_resource, Resource
    }

    handler_methods! {
        /// Answers the calls of a Lambda function, given by name or ARN. The closure gets the payload and returns the
        /// function's result. For a `lambda:invoke` task the result is wrapped as by the service (`ExecutedVersion`,
        /// `Payload`, `StatusCode`); for a function's ARN it is the result itself.
        on_lambda,
        /// Like [`on_lambda`](Self::on_lambda), with a closure that returns a future.
        on_lambda_async, function: add_lambda, Lambda
    }

    /// Answers the calls of a Lambda function from any state one after the other, with the function's results.
    ///
    /// ```
    /// # use serde_json::json;
    /// # use workflow_local::{Answers, Engine};
    /// let engine = Engine::new(&json!({
    ///     "StartAt": "Charge",
    ///     "States": { "Charge": {
    ///         "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
    ///         "Parameters": { "FunctionName": "charge", "Payload.$": "$" }, "OutputPath": "$.Payload",
    ///         "Retry": [{ "ErrorEquals": ["Busy"] }], "End": true
    ///     } }
    /// }))?
    /// .on_lambda_answers("charge", Answers::new().fails(2, "Busy").then(json!({ "paid": true })));
    /// engine.run(&json!({}))?.assert_output(json!({ "paid": true }));
    /// # Ok::<(), workflow_local::RunError>(())
    /// ```
    #[must_use]
    pub fn on_lambda_answers(mut self, function: impl AsRef<str>, answers: Answers) -> Self {
        self.handlers.add_lambda(function.as_ref(), answers.handler(ClosureKind::Lambda));
        self
    }

    /// Answers all tasks with a resource ARN from any state one after the other.
    #[must_use]
    pub fn on_resource_answers(mut self, arn: impl AsRef<str>, answers: Answers) -> Self {
        self.handlers.add_resource(arn.as_ref(), answers.handler(ClosureKind::Resource));
        self
    }

    /// Runs another state machine for the tasks that start it: `states:startExecution` in each of its patterns,
    /// `aws-sdk:sfn:startSyncExecution`, or `workflow::<Other>`. The engine has the other's definition and handlers.
    /// The ARN is the `StateMachineArn` of the requests. The task's result is the same as on AWS: `ExecutionArn` and
    /// `StartDate`. With `.sync` and `.sync:2`, it is the result of `DescribeExecution` when the child has ended, or
    /// `States.TaskFailed` with this as its cause if it did not succeed. With `.waitForTaskToken`, the task is answered
    /// when a task of the child sends its token back (`aws-sdk:sfn:sendTaskSuccess`, `sendTaskFailure`,
    /// `sendTaskHeartbeat`), unless the child has its own handlers for these resources. With `startSyncExecution`, the
    /// result is the API's result: `Status`, and `Output` as JSON text or `Error` and `Cause`. The other must then be
    /// Express, or the task fails with `Sfn.StateMachineTypeNotSupportedException`.
    ///
    /// The child runs on a virtual clock that starts when the task is scheduled, and its duration passes in the parent
    /// by the parent's clock. Its closures are called at once: before the closures of parallel tasks, and even if the
    /// parent's task times out, which on AWS would stop the child of a `.sync` task. A child that waits forever never
    /// answers. Two executions may have the same `Name`.
    ///
    /// ```
    /// # use serde_json::json;
    /// # use workflow_local::Engine;
    /// const SUB: &str = "arn:aws:states:us-east-1:123456789012:stateMachine:Sub";
    /// let sub = Engine::new(&json!({
    ///     "StartAt": "Rest", "QueryLanguage": "JSONata",
    ///     "States": { "Rest": { "Type": "Wait", "Seconds": 60, "Output": "{% $states.input.n + 1 %}", "End": true } }
    /// }))?;
    /// let engine = Engine::new(&json!({
    ///     "StartAt": "Start", "QueryLanguage": "JSONata",
    ///     "States": { "Start": {
    ///         "Type": "Task", "Resource": "arn:aws:states:::states:startExecution.sync:2",
    ///         "Arguments": { "StateMachineArn": SUB, "Input": { "n": 1 } },
    ///         "Output": "{% $states.result.Output %}", "End": true
    ///     } }
    /// }))?
    /// .on_state_machine(SUB, sub);
    /// let execution = engine.run(&json!({}))?;
    /// execution.assert_output(2);
    /// assert_eq!(execution.started_at().until(execution.now()).as_secs(), 60);
    /// # Ok::<(), workflow_local::RunError>(())
    /// ```
    #[must_use]
    pub fn on_state_machine(mut self, arn: impl AsRef<str>, machine: Self) -> Self {
        self.handlers.add_machine(arn.as_ref(), nested::handler(move || machine.clone()));
        self
    }

    /// Adds a handler for a resource that has none.
    pub(crate) fn on_unanswered(&mut self, arn: &str, handler: Handler) {
        self.handlers.add_fallback(arn, handler);
    }

    /// Adds a handler for a state, or for a use of a fragment, which then is one task.
    fn add_state(&mut self, name: &str, handler: Handler) {
        self.handlers.add_state(name, handler);
        // If it cannot be one task, the start of an execution reports that no task has this name.
        let Some(Ok(program)) = self.uses.as_mut().and_then(|uses| uses.replace(name, &self.program)) else { return };
        self.program = Arc::new(program);
        if let Some(declared) = &self.declared {
            self.declared = Some(Declared::new(declared.types, &self.program));
        }
    }

    fn add_resource(&mut self, arn: &str, handler: Handler) {
        self.handlers.add_resource(arn, handler);
    }

    fn add_lambda(&mut self, function: &str, handler: Handler) {
        self.handlers.add_lambda(function, handler);
    }
}
