//! Implements [`Runner`] for a state machine.

use std::marker::PhantomData;

use super::execution::Started;
use super::history::Event;
use super::{Error, Execution, ExecutionDescription, StateMachine};
use crate::runner::{ExecutionStatus, Failure, Runner, RunnerError, RunnerEvent, RunnerFuture};
use crate::{Sensitive, Standard, Workflow};

/// Starts executions on this state machine, version or alias.
impl<W: Workflow<Kind = Standard>> Runner<W> for StateMachine<W> {
    fn start(&self, input: &W::Input) -> RunnerFuture<'_, String> {
        let started = StateMachine::start(self, input);
        Box::pin(async move {
            let execution = started.await.map_err(|error| told(error, ""))?;
            Ok(execution.name().to_owned())
        })
    }

    fn start_named<'r>(&'r self, name: &'r str, input: &W::Input) -> RunnerFuture<'r, ()> {
        let started = StateMachine::start_named(self, name, input);
        Box::pin(async move { started.await.map(drop).map_err(|error| told(error, name)) })
    }

    fn status<'r>(&'r self, name: &'r str) -> RunnerFuture<'r, ExecutionStatus<W::Output>> {
        Box::pin(async move {
            let description = self.named(name).describe().await.map_err(|error| told(error, name))?;
            status(&description).map_err(|error| told(error, name))
        })
    }

    fn wait<'r>(&'r self, name: &'r str) -> RunnerFuture<'r, W::Output> {
        Box::pin(async move { self.named(name).wait().await.map_err(|error| told(error, name)) })
    }

    fn history<'r>(&'r self, name: &'r str) -> RunnerFuture<'r, Vec<RunnerEvent<W>>> {
        Box::pin(async move {
            let events = self.named(name).history().collect().await.map_err(|error| told(error, name))?;
            Ok(events.iter().map(event).collect())
        })
    }

    fn stop<'r>(&'r self, name: &'r str, error: Option<&'r str>, cause: Option<&'r str>) -> RunnerFuture<'r, ()> {
        Box::pin(async move { self.named(name).stop(error, cause).await.map_err(|error| told(error, name)) })
    }
}

impl<W: Workflow<Kind = Standard>> StateMachine<W> {
    /// Returns the execution of this name. It may have just been started, so AWS may not know it everywhere yet.
    fn named(&self, name: &str) -> Execution<W> {
        let arn = self.execution_arn(name);
        Execution::from(Started { connection: self.connection.clone(), arn, workflow: PhantomData })
    }
}

fn status<W: Workflow>(description: &ExecutionDescription<W>) -> Result<ExecutionStatus<W::Output>, Error> {
    Ok(match description.ended() {
        None => ExecutionStatus::Running,
        Some(Ok(output)) => ExecutionStatus::Succeeded(output),
        Some(Err(Error::Failed { error, cause, .. })) => ExecutionStatus::Failed(Failure { error, cause }),
        Some(Err(Error::TimedOut { error, cause, .. })) => ExecutionStatus::TimedOut(Failure { error, cause }),
        Some(Err(Error::Aborted { error, cause, .. })) => ExecutionStatus::Aborted(Failure { error, cause }),
        Some(Err(other)) => return Err(other),
    })
}

fn event<W: Workflow>(event: &Event<W>) -> RunnerEvent<W> {
    let number = |id: i64| u64::try_from(id).unwrap_or_default();
    let time = event.timestamp();
    let text = |text: Option<&str>| text.map(|text| Sensitive::from(text.to_owned()));
    let mut told = RunnerEvent::new(number(event.id()), number(event.previous_id()), time, event.kind());
    told.state_name = event.state_name().map(str::to_owned);
    told.input = text(event.input());
    told.output = text(event.output());
    if event.error().is_some() || event.cause().is_some() {
        told.failure = Some(Failure { error: event.error().map(str::to_owned), cause: text(event.cause()) });
    }
    told
}

/// Converts the client's error to a runner's error.
fn told(error: Error, name: &str) -> RunnerError {
    let name = || name.to_owned();
    match error {
        Error::Failed { error, cause, .. } => RunnerError::Failed(Failure { error, cause }),
        Error::TimedOut { error, cause, .. } => RunnerError::TimedOut(Failure { error, cause }),
        Error::Aborted { error, cause, .. } => RunnerError::Aborted(Failure { error, cause }),
        error if error.has_code("ExecutionDoesNotExist") => RunnerError::UnknownExecution { name: name() },
        error if error.has_code("ExecutionAlreadyExists") => RunnerError::NameTaken { name: name() },
        error => RunnerError::Other(Box::new(error)),
    }
}
