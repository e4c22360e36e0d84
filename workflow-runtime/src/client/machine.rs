//! A state machine: start, describe or delete it.

use std::fmt;
use std::marker::PhantomData;
use std::time::SystemTime;

use aws_sdk_sfn::operation::describe_state_machine::DescribeStateMachineOutput;
use aws_sdk_sfn::types::StateMachineListItem;
use workflow_schema::{Unmet, input_text};

use super::call::call;
use super::connection::Connection;
use super::execution::Started;
use super::status::time;
use super::{Error, Execution, Sensitive};
use crate::{Arn, MachineType, Standard, Workflow, WorkflowKind};

/// The handle for an execution of `W` that was started: [`Execution`](super::Execution) for a Standard workflow,
/// [`ExpressExecution`](super::ExpressExecution) for an Express one.
pub type ExecutionOf<W> = <<W as Workflow>::Kind as WorkflowKind>::Execution<W>;

/// A state machine (or a version or alias of one) that runs the workflow `W`.
pub struct StateMachine<W> {
    pub(super) connection: Connection,
    arn: Arn,
    workflow: PhantomData<fn() -> W>,
}

impl<W: Workflow> StateMachine<W> {
    pub(super) fn new(connection: Connection, arn: Arn) -> Self {
        Self { connection, arn, workflow: PhantomData }
    }

    /// Returns the state machine's ARN.
    pub fn arn(&self) -> &Arn {
        &self.arn
    }

    /// Returns the SDK's client, for operations that this client does not support.
    pub fn sfn(&self) -> &aws_sdk_sfn::Client {
        &self.connection.sfn
    }

    /// Starts an execution under a new name that the client generates:
    /// [`Client::name_executions`](super::Client::name_executions).
    ///
    /// If an answer is lost, the SDK sends the request again: thanks to the name, this still starts only one execution of
    /// a Standard workflow. An Express workflow would run twice, so its request is not sent again unless the service has
    /// refused it: see [`repeating`](Self::repeating).
    ///
    /// See <https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html>.
    ///
    /// # Errors
    ///
    /// Returns [`Error::InputJson`], [`Error::InputConstraint`], or another [`Error`] of the call.
    pub fn start(&self, input: &W::Input) -> impl Future<Output = Result<ExecutionOf<W>, Error>> + Send + use<W> {
        let (machine, input) = (self.clone(), json::<W>(input));
        async move {
            let name = machine.connection.names.next();
            match machine.start_as(&name, input?).await {
                // The name is unique, so an earlier request started the execution, its answer was lost, and the
                // execution has ended.
                Err(error) if error.has_code("ExecutionAlreadyExists") => {
                    Ok(machine.started(machine.execution_arn(&name)))
                }
                started => started,
            }
        }
    }

    /// Starts an execution with a name of 1 to 80 characters.
    ///
    /// For a Standard workflow, the name prevents duplicates: the same name and input returns the running execution, or
    /// `ExecutionAlreadyExists` for 90 days after it has ended.
    ///
    /// # Errors
    ///
    /// Returns [`Error::InputJson`], [`Error::InputConstraint`], or another [`Error`] of the call.
    pub fn start_named(
        &self,
        name: &str,
        input: &W::Input,
    ) -> impl Future<Output = Result<ExecutionOf<W>, Error>> + Send + use<W> {
        let (machine, name, input) = (self.clone(), name.to_owned(), json::<W>(input));
        async move { machine.start_as(&name, input?).await }
    }

    // The input is serialized before the future is created, so that the future is `Send` for any input.
    async fn start_as(&self, name: &str, input: String) -> Result<ExecutionOf<W>, Error> {
        const OPERATION: &str = "StartExecution";
        let request =
            self.connection.sfn.start_execution().state_machine_arn(self.arn.as_str()).name(name).input(input);
        let request = request.customize().config_override(self.connection.start_of(<W::Kind as WorkflowKind>::TYPE));
        let answer = call!("StartExecution", machine = self.arn, request.send())
            .map_err(|error| Error::of_call(OPERATION, error).may_have_started(name))?;
        Ok(self.started(Arn::from(Error::required(OPERATION, answer.execution_arn())?)))
    }

    fn started(&self, arn: Arn) -> ExecutionOf<W> {
        Started { connection: self.connection.clone(), arn, workflow: PhantomData }.into()
    }

    /// Returns the ARN of a Standard workflow's execution. The ARN of the machine may end with a version or an alias.
    pub(super) fn execution_arn(&self, name: &str) -> Arn {
        let mut parts: Vec<&str> = self.arn.as_str().split(':').take(7).collect();
        if let Some(kind) = parts.get_mut(5) {
            *kind = "execution";
        }
        parts.push(name);
        Arn::from(parts.join(":"))
    }

    /// Describes the state machine: definition, role, status, dates, revision.
    ///
    /// See <https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeStateMachine.html>.
    ///
    /// # Errors
    ///
    /// Returns an [`Error`] if the call fails.
    pub async fn describe(&self) -> Result<DescribeStateMachineOutput, Error> {
        let request = self.connection.sfn.describe_state_machine().state_machine_arn(self.arn.as_str());
        let answer = call!("DescribeStateMachine", machine = self.arn, request.send())
            .map_err(|error| Error::of_call("DescribeStateMachine", error))?;
        Error::required("DescribeStateMachine", answer.state_machine_arn())?;
        Ok(answer)
    }

    /// Deletes the state machine. AWS does so in the background, and ends its executions at their next transition.
    /// Deleting a state machine that does not exist is not an error.
    ///
    /// See <https://docs.aws.amazon.com/step-functions/latest/apireference/API_DeleteStateMachine.html>.
    ///
    /// # Errors
    ///
    /// Returns an [`Error`] if the call fails.
    pub async fn delete(&self) -> Result<(), Error> {
        let request = self.connection.sfn.delete_state_machine().state_machine_arn(self.arn.as_str());
        call!("DeleteStateMachine", machine = self.arn, request.send())
            .map_err(|error| Error::of_call("DeleteStateMachine", error))?;
        Ok(())
    }
}

impl<W: Workflow<Kind = Standard>> StateMachine<W> {
    /// Returns the execution of this name, such as one from [`start_named`](Self::start_named). Sends no request.
    pub fn execution_named(&self, name: &str) -> Execution<W> {
        Execution::new(self.connection.clone(), self.execution_arn(name))
    }
}

/// Returns an input as JSON text, if it is as its constraints say.
pub(super) fn json<W: Workflow>(input: &W::Input) -> Result<String, Error> {
    match input_text(input, W::TYPES.input) {
        Ok(text) => text.map_err(|Unmet { path, expected }| Error::InputConstraint { path, expected }),
        Err(error) => Err(Error::InputJson { reason: Sensitive::from(error.to_string()) }),
    }
}

impl<W> Clone for StateMachine<W> {
    fn clone(&self) -> Self {
        Self { connection: self.connection.clone(), arn: self.arn.clone(), workflow: PhantomData }
    }
}

impl<W> fmt::Debug for StateMachine<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StateMachine").field("arn", &self.arn).finish_non_exhaustive()
    }
}

/// A state machine in a listing.
///
/// See <https://docs.aws.amazon.com/step-functions/latest/apireference/API_StateMachineListItem.html>.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct MachineSummary {
    /// Its name.
    pub name: String,
    /// Its ARN.
    pub arn: Arn,
    /// Its type.
    pub machine_type: MachineType,
    /// When it was created.
    pub created: SystemTime,
}

impl MachineSummary {
    pub(super) fn of(item: StateMachineListItem) -> Self {
        Self {
            machine_type: MachineType::from_name(item.r#type.as_str()).unwrap_or_default(),
            created: time(&item.creation_date),
            name: item.name,
            arn: Arn::from(item.state_machine_arn),
        }
    }
}
