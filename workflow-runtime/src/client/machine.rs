//! One state machine: started, described, deleted.

use std::fmt;
use std::marker::PhantomData;

use aws_sdk_sfn::operation::describe_state_machine::DescribeStateMachineOutput;
use aws_sdk_sfn::types::SyncExecutionStatus;

use super::call::call;
use super::execution::output_of;
use super::{Error, Execution};
use crate::{Arn, Workflow};

/// A state machine (or a version or alias of one) that runs the workflow `W`.
pub struct StateMachine<W> {
    pub(super) sfn: aws_sdk_sfn::Client,
    arn: Arn,
    workflow: PhantomData<fn() -> W>,
}

impl<W: Workflow> StateMachine<W> {
    pub(super) fn new(sfn: aws_sdk_sfn::Client, arn: Arn) -> Self {
        Self { sfn, arn, workflow: PhantomData }
    }

    /// The state machine's ARN.
    pub fn arn(&self) -> &Arn {
        &self.arn
    }

    /// Starts an execution under a name that AWS makes up.
    ///
    /// See <https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html>.
    ///
    /// # Errors
    ///
    /// What [`Error`] says of any call; [`Error::InputJson`].
    pub fn start(&self, input: &W::Input) -> impl Future<Output = Result<Execution<W>, Error>> + Send + use<W> {
        self.start_as(None, input)
    }

    /// Starts an execution with a name of 1 to 80 characters.
    ///
    /// For a Standard workflow the name is a guard against starting twice: the same name and input while that
    /// execution runs give that execution, and later (90 days long) `ExecutionAlreadyExists`.
    ///
    /// # Errors
    ///
    /// What [`Error`] says of any call; [`Error::InputJson`].
    pub fn start_named(
        &self,
        name: &str,
        input: &W::Input,
    ) -> impl Future<Output = Result<Execution<W>, Error>> + Send + use<W> {
        self.start_as(Some(name.to_owned()), input)
    }

    // The input is written before the future, so that the future is Send whatever the input is.
    fn start_as(
        &self,
        name: Option<String>,
        input: &W::Input,
    ) -> impl Future<Output = Result<Execution<W>, Error>> + Send + use<W> {
        let (machine, input) = (self.clone(), serde_json::to_string(input));
        async move {
            let input = input.map_err(Error::InputJson)?;
            let request =
                machine.sfn.start_execution().state_machine_arn(machine.arn.as_str()).set_name(name).input(input);
            let answer = call!("StartExecution", machine = machine.arn, request.send())
                .map_err(|error| Error::of_call("StartExecution", error))?;
            Ok(Execution::started(machine.sfn.clone(), Arn::from(answer.execution_arn())))
        }
    }

    /// Runs an Express workflow and answers with its output, which a Standard one cannot.
    ///
    /// See <https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartSyncExecution.html>. The call goes
    /// to the endpoint's name with `sync-` before it.
    ///
    /// # Errors
    ///
    /// [`Error::Failed`], [`Error::TimedOut`], [`Error::Output`], [`Error::InputJson`], and what [`Error`] says of any
    /// call.
    pub fn run(&self, input: &W::Input) -> impl Future<Output = Result<W::Output, Error>> + Send + use<W> {
        let (machine, input) = (self.clone(), serde_json::to_string(input));
        async move {
            let input = input.map_err(Error::InputJson)?;
            let request = machine.sfn.start_sync_execution().state_machine_arn(machine.arn.as_str()).input(input);
            let answer = call!("StartSyncExecution", machine = machine.arn, request.send())
                .map_err(|error| Error::of_call("StartSyncExecution", error))?;
            let (error, cause) = (answer.error().map(str::to_owned), answer.cause().map(str::to_owned));
            match answer.status() {
                SyncExecutionStatus::Succeeded => output_of(answer.output()),
                SyncExecutionStatus::Failed => Err(Error::Failed { error, cause }),
                SyncExecutionStatus::TimedOut => Err(Error::TimedOut { error, cause }),
                other => Err(Error::UnknownStatus { status: other.as_str().to_owned() }),
            }
        }
    }

    /// What AWS has: definition, role, status, dates, revision.
    ///
    /// See <https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeStateMachine.html>.
    ///
    /// # Errors
    ///
    /// What [`Error`] says of any call.
    pub async fn describe(&self) -> Result<DescribeStateMachineOutput, Error> {
        let request = self.sfn.describe_state_machine().state_machine_arn(self.arn.as_str());
        call!("DescribeStateMachine", machine = self.arn, request.send())
            .map_err(|error| Error::of_call("DescribeStateMachine", error))
    }

    /// Deletes the state machine. AWS does so in the background, and ends its executions at their next transition;
    /// one that does not exist is no error.
    ///
    /// See <https://docs.aws.amazon.com/step-functions/latest/apireference/API_DeleteStateMachine.html>.
    ///
    /// # Errors
    ///
    /// What [`Error`] says of any call.
    pub async fn delete(&self) -> Result<(), Error> {
        let request = self.sfn.delete_state_machine().state_machine_arn(self.arn.as_str());
        call!("DeleteStateMachine", machine = self.arn, request.send())
            .map_err(|error| Error::of_call("DeleteStateMachine", error))?;
        Ok(())
    }
}

impl<W> Clone for StateMachine<W> {
    fn clone(&self) -> Self {
        Self { sfn: self.sfn.clone(), arn: self.arn.clone(), workflow: PhantomData }
    }
}

impl<W> fmt::Debug for StateMachine<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StateMachine").field("arn", &self.arn).finish_non_exhaustive()
    }
}
