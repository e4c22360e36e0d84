//! Map runs, which distributed maps start.

use std::fmt;

use aws_sdk_sfn::operation::describe_map_run::DescribeMapRunOutput;

use super::call::call;
use super::connection::Connection;
use super::pages::Page;
use super::{Error, Execution, Executions, Pages, Untyped};
use crate::{Arn, Workflow};

/// A map run: the child executions of one distributed map of one execution.
///
/// See <https://docs.aws.amazon.com/step-functions/latest/dg/concepts-examine-map-run.html>.
#[derive(Clone)]
pub struct MapRun {
    connection: Connection,
    arn: Arn,
}

impl MapRun {
    pub(super) fn new(connection: Connection, arn: Arn) -> Self {
        Self { connection, arn }
    }

    /// Returns the map run's ARN.
    pub fn arn(&self) -> &Arn {
        &self.arn
    }

    /// Describes the map run: its status, and how many items and child executions are pending, running and done.
    ///
    /// See <https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeMapRun.html>.
    ///
    /// # Errors
    ///
    /// Returns an [`Error`] if the call fails.
    pub async fn describe(&self) -> Result<DescribeMapRunOutput, Error> {
        let request = self.connection.sfn.describe_map_run().map_run_arn(self.arn.as_str());
        call!("DescribeMapRun", execution = self.arn, request.send())
            .map_err(|error| Error::of_call("DescribeMapRun", error))
    }

    /// Returns its child executions. Their input and output are the JSON of an item or of a batch.
    pub fn children(&self) -> Executions<Untyped> {
        Executions::of_map_run(self.connection.clone(), self.arn.clone())
    }

    /// Changes how many child executions run concurrently, from now on; 0 is as many as AWS allows.
    ///
    /// See <https://docs.aws.amazon.com/step-functions/latest/apireference/API_UpdateMapRun.html>.
    ///
    /// # Errors
    ///
    /// Returns an [`Error`] if the call fails.
    pub async fn set_concurrency(&self, at_most: u32) -> Result<(), Error> {
        let at_most = i32::try_from(at_most).unwrap_or(i32::MAX);
        let request = self.connection.sfn.update_map_run().map_run_arn(self.arn.as_str()).max_concurrency(at_most);
        call!("UpdateMapRun", execution = self.arn, request.send())
            .map_err(|error| Error::of_call("UpdateMapRun", error))?;
        Ok(())
    }
}

impl fmt::Debug for MapRun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MapRun").field("arn", &self.arn).finish_non_exhaustive()
    }
}

impl<W: Workflow> Execution<W> {
    /// Returns one of its map runs.
    pub(super) fn map_run(&self, arn: Arn) -> MapRun {
        MapRun::new(self.connection().clone(), arn)
    }

    /// Returns the map runs that this execution has started.
    ///
    /// See <https://docs.aws.amazon.com/step-functions/latest/apireference/API_ListMapRuns.html>.
    pub fn map_runs(&self) -> Pages<MapRun> {
        let execution = Self::clone(self);
        Pages::new(move |token| {
            let execution = execution.clone();
            async move {
                let connection = execution.connection();
                let request = connection.sfn.list_map_runs().execution_arn(execution.arn().as_str());
                let request = request.max_results(1000).set_next_token(token);
                let answer = call!("ListMapRuns", execution = execution.arn(), request.send())
                    .map_err(|error| Error::of_call("ListMapRuns", error))?;
                let map_run = |arn: &str| MapRun::new(connection.clone(), Arn::from(arn));
                let items = answer.map_runs().iter().map(|item| map_run(item.map_run_arn())).collect();
                Ok(Page { items, next: answer.next_token })
            }
        })
    }
}
