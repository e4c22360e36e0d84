//! Executions of a state machine or a map run: list, stop or redrive them.

use std::fmt;
use std::future::IntoFuture;
use std::marker::PhantomData;
use std::pin::Pin;
use std::time::SystemTime;

use aws_sdk_sfn::types::{ExecutionListItem, ExecutionRedriveFilter};
use tokio::task::JoinSet;

use super::call::call;
use super::connection::Connection;
use super::pages::Page;
use super::status::{Status, time};
use super::{Error, Execution, Pages, StateMachine};
use crate::{Arn, Standard, Workflow};

/// A selection of executions, created by [`StateMachine::executions`].
///
/// ```ignore
/// let failed = machine.executions().status(Status::Failed).started_after(yesterday);
/// let outcome = failed.clone().redrive_all().dry_run().await?;
/// println!("{} would be redriven", outcome.matched.len());
/// ```
#[must_use = "a selection does nothing unless you list, stop or redrive it"]
pub struct Executions<W> {
    connection: Connection,
    listed_by: ListedBy,
    statuses: Vec<Status>,
    redriven: Option<bool>,
    name: Option<String>,
    after: Option<SystemTime>,
    before: Option<SystemTime>,
    workflow: PhantomData<fn() -> W>,
}

#[derive(Clone)]
enum ListedBy {
    Machine(Arn),
    MapRun(Arn),
}

impl fmt::Display for ListedBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Self::Machine(arn) | Self::MapRun(arn)) = self;
        arn.fmt(f)
    }
}

impl<W: Workflow<Kind = Standard>> StateMachine<W> {
    /// Returns the executions of this state machine, the newest first. For a version or alias, these are the executions
    /// started on it.
    ///
    /// See <https://docs.aws.amazon.com/step-functions/latest/apireference/API_ListExecutions.html>.
    pub fn executions(&self) -> Executions<W> {
        Executions::new(self.connection.clone(), ListedBy::Machine(self.arn().clone()))
    }
}

impl<W: Workflow> Executions<W> {
    fn new(connection: Connection, listed_by: ListedBy) -> Self {
        let (statuses, workflow) = (Vec::new(), PhantomData);
        Self { connection, listed_by, statuses, redriven: None, name: None, after: None, before: None, workflow }
    }

    pub(super) fn of_map_run(connection: Connection, map_run: Arn) -> Self {
        Self::new(connection, ListedBy::MapRun(map_run))
    }

    /// Selects executions with this status. If called several times, any of the statuses matches.
    pub fn status(mut self, status: Status) -> Self {
        self.statuses.push(status);
        self
    }

    /// Selects executions that have, or have not, been redriven.
    pub fn redriven(self, redriven: bool) -> Self {
        Self { redriven: Some(redriven), ..self }
    }

    /// Selects executions whose names begin with this text. All executions are fetched and filtered.
    pub fn named(self, beginning: &str) -> Self {
        Self { name: Some(beginning.to_owned()), ..self }
    }

    /// Selects executions that started at this time or later. Pages with only older ones are not fetched.
    pub fn started_after(self, time: SystemTime) -> Self {
        Self { after: Some(time), ..self }
    }

    /// Selects executions that started before this time. All executions are fetched and filtered.
    pub fn started_before(self, time: SystemTime) -> Self {
        Self { before: Some(time), ..self }
    }

    /// Lists the executions, the newest first. If there are several statuses, they are listed one after the other.
    pub fn list(self) -> Pages<ExecutionSummary<W>> {
        // The service's page token, prefixed with the index of its status.
        let statuses = match self.statuses.is_empty() {
            true => vec![None],
            false => self.statuses.iter().cloned().map(Some).collect(),
        };
        Pages::new(move |token| {
            let (executions, statuses) = (self.clone(), statuses.clone());
            async move {
                let (number, token) = match &token {
                    None => (0, None),
                    Some(token) => {
                        let (number, token) = token.split_once(' ').unwrap_or(("0", token));
                        (number.parse().unwrap_or(0), Some(token.to_owned()).filter(|token| !token.is_empty()))
                    }
                };
                let status = statuses.get(number).cloned().flatten();
                let (items, next) = executions.page(status, token).await?;
                let next = match next {
                    Some(next) => Some(format!("{number} {next}")),
                    None => (number + 1 < statuses.len()).then(|| format!("{} ", number + 1)),
                };
                Ok(Page { items, next })
            }
        })
    }

    async fn page(
        &self,
        status: Option<Status>,
        token: Option<String>,
    ) -> Result<(Vec<ExecutionSummary<W>>, Option<String>), Error> {
        let request = self.connection.sfn.list_executions().max_results(1000);
        let request = match &self.listed_by {
            ListedBy::Machine(arn) => request.state_machine_arn(arn.as_str()),
            ListedBy::MapRun(arn) => request.map_run_arn(arn.as_str()),
        };
        // The service supports this filter only for the children of map runs.
        let by_service = self.redriven.filter(|_| matches!(self.listed_by, ListedBy::MapRun(_)));
        let redriven = by_service.map(|redriven| match redriven {
            true => ExecutionRedriveFilter::Redriven,
            false => ExecutionRedriveFilter::NotRedriven,
        });
        let request =
            request.set_status_filter(status.map(Status::filter)).set_redrive_filter(redriven).set_next_token(token);
        let answer = call!("ListExecutions", machine = self.listed_by, request.send())
            .map_err(|error| Error::of_call("ListExecutions", error))?;
        let mut next = answer.next_token;
        let mut items = Vec::with_capacity(answer.executions.len());
        for item in answer.executions {
            let started = SystemTime::try_from(item.start_date).ok();
            if started < self.after && self.after.is_some() {
                // The newest come first, so only older ones follow.
                next = None;
                break;
            }
            let is_early = self.before.is_none_or(|before| started.is_some_and(|started| started < before));
            let is_named = self.name.as_ref().is_none_or(|name| item.name.starts_with(name.as_str()));
            let is_redriven = item.redrive_count.unwrap_or_default() > 0;
            if is_early && is_named && self.redriven.is_none_or(|wanted| wanted == is_redriven) {
                items.push(ExecutionSummary { item, connection: self.connection.clone(), workflow: PhantomData });
            }
        }
        Ok((items, next))
    }

    /// Stops the running executions.
    pub fn stop_all(mut self) -> Bulk<W> {
        self.statuses = vec![Status::Running];
        Bulk::new(self, BulkOperation::Stop { error: None, cause: None })
    }

    /// Redrives the executions that failed, timed out or were aborted, unless you selected a status.
    pub fn redrive_all(mut self) -> Bulk<W> {
        if self.statuses.is_empty() {
            self.statuses = vec![Status::Failed, Status::TimedOut, Status::Aborted];
        }
        Bulk::new(self, BulkOperation::Redrive)
    }
}

impl<W> Clone for Executions<W> {
    fn clone(&self) -> Self {
        Self {
            connection: self.connection.clone(),
            listed_by: self.listed_by.clone(),
            statuses: self.statuses.clone(),
            redriven: self.redriven,
            name: self.name.clone(),
            after: self.after,
            before: self.before,
            workflow: PhantomData,
        }
    }
}

impl<W> fmt::Debug for Executions<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Executions").field("statuses", &self.statuses).finish_non_exhaustive()
    }
}

/// An execution in a listing.
pub struct ExecutionSummary<W> {
    item: ExecutionListItem,
    connection: Connection,
    workflow: PhantomData<fn() -> W>,
}

impl<W: Workflow> ExecutionSummary<W> {
    /// Returns the execution.
    pub fn execution(&self) -> Execution<W> {
        Execution::new(self.connection.clone(), Arn::from(self.item.execution_arn()))
    }

    /// Returns the execution's name.
    pub fn name(&self) -> &str {
        self.item.name()
    }

    /// Returns the status: running, succeeded, failed, timed out, aborted, or waiting for a redrive.
    pub fn status(&self) -> Status {
        Status::of(self.item.status())
    }

    /// Returns when it started.
    pub fn started(&self) -> SystemTime {
        time(self.item.start_date())
    }

    /// Returns when it ended, if it has.
    pub fn stopped(&self) -> Option<SystemTime> {
        self.item.stop_date().map(time)
    }

    /// Returns the SDK's full answer: version, alias, map run, redrives.
    pub fn sdk(&self) -> &ExecutionListItem {
        &self.item
    }
}

impl<W> Clone for ExecutionSummary<W> {
    fn clone(&self) -> Self {
        Self { item: self.item.clone(), connection: self.connection.clone(), workflow: PhantomData }
    }
}

impl<W> fmt::Debug for ExecutionSummary<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.item.fmt(f)
    }
}

#[derive(Clone)]
enum BulkOperation {
    Stop { error: Option<String>, cause: Option<String> },
    Redrive,
}

/// The most concurrent requests. The quotas of both operations are several hundred a second.
const AT_ONCE: usize = 10;

/// An operation on many executions. Await it.
#[must_use = "a bulk operation does nothing unless awaited"]
pub struct Bulk<W> {
    executions: Executions<W>,
    deed: BulkOperation,
    is_dry: bool,
}

/// The result of a bulk operation.
#[derive(Debug)]
#[non_exhaustive]
pub struct BulkOutcome<W> {
    /// The matching executions.
    pub matched: Vec<ExecutionSummary<W>>,
    /// The executions that were stopped or redriven; empty after a dry run.
    pub done: Vec<Arn>,
    /// The executions for which the service rejected the call, for example because they ended long ago.
    pub failed: Vec<(Arn, Error)>,
}

impl<W: Workflow> Bulk<W> {
    fn new(executions: Executions<W>, deed: BulkOperation) -> Self {
        Self { executions, deed, is_dry: false }
    }

    /// Only finds the executions, without changing them.
    pub fn dry_run(self) -> Self {
        Self { is_dry: true, ..self }
    }

    /// Sets the error and the cause with which stopped executions end.
    pub fn because(mut self, error: &str, cause: &str) -> Self {
        if let BulkOperation::Stop { error: said, cause: why } = &mut self.deed {
            (*said, *why) = (Some(error.to_owned()), Some(cause.to_owned()));
        }
        self
    }

    async fn run(self) -> Result<BulkOutcome<W>, Error> {
        let matched = self.executions.list().collect().await?;
        let mut outcome = BulkOutcome { matched, done: Vec::new(), failed: Vec::new() };
        if self.is_dry {
            return Ok(outcome);
        }
        let mut running = JoinSet::new();
        let mut left = outcome.matched.iter().map(ExecutionSummary::execution).collect::<Vec<_>>().into_iter();
        loop {
            while running.len() < AT_ONCE
                && let Some(execution) = left.next()
            {
                let deed = self.deed.clone();
                running.spawn(async move {
                    let done = match deed {
                        BulkOperation::Stop { error, cause } => {
                            execution.stop(error.as_deref(), cause.as_deref()).await
                        }
                        BulkOperation::Redrive => execution.redrive().await,
                    };
                    (execution.arn().clone(), done)
                });
            }
            match running.join_next().await {
                None => break,
                Some(Ok((arn, Ok(())))) => outcome.done.push(arn),
                Some(Ok((arn, Err(error)))) => outcome.failed.push((arn, error)),
                // The runtime is shutting down.
                Some(Err(_)) => break,
            }
        }
        outcome.done.sort();
        outcome.failed.sort_by(|(one, _), (other, _)| one.cmp(other));
        Ok(outcome)
    }
}

impl<W: Workflow> IntoFuture for Bulk<W> {
    type Output = Result<BulkOutcome<W>, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}

impl<W> fmt::Debug for Bulk<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bulk")
            .field("executions", &self.executions)
            .field("is_dry", &self.is_dry)
            .finish_non_exhaustive()
    }
}
