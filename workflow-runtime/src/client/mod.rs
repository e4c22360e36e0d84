//! A typed client for the state machine of a workflow, over your own [`aws_sdk_sfn::Client`].
//!
//! ```ignore
//! let client = Client::<HelloWorld>::new(sfn);
//! let deployed = client.deploy(&role).await?;
//! let execution = deployed.machine.start(&HelloWorldInput { is_hello: true }).await?;
//! let output = execution.wait().await?;
//! ```
//!
//! The futures are `Send`. They have the requirements of the SDK's client: a tokio runtime with its timer, unless the
//! client has another sleep implementation.
//!
//! The client has types of its own, such as [`Status`]. The types of the SDK, [`aws_sdk_sfn`], are behind these doors only:
//! `new` takes the SDK's client and `sfn` returns it, `sdk` returns the SDK's full answer, and `describe` of a state
//! machine or a map run and `describe_machine` of an execution return the SDK's answer as it is.

mod alias;
pub(crate) mod call;
pub(crate) mod connection;
mod console;
mod deploy;
mod error;
mod execution;
mod executions;
mod express;
mod find;
mod history;
mod machine;
mod map_run;
mod name;
mod pages;
mod progress;
mod runner;
mod status;
mod sync;
mod untyped;
mod version;
mod wait;

use std::fmt;
use std::marker::PhantomData;

pub use alias::{Alias, AliasChange, Route, Routing};
use call::call;
use connection::Connection;
pub use console::console_page;
pub use deploy::{Aspect, Change, Contract, Deploy, Deployed, Drift, Encryption, Logging, TAG_PREFIX};
#[cfg(feature = "plan")]
pub use deploy::{Planned, PlannedAlias};
pub use error::{DefinitionFinding, Error, Mismatch, Refusal, SdkSource};
pub use execution::{Execution, ExecutionDescription, Started};
pub use executions::{Bulk, BulkOutcome, ExecutionSummary, Executions};
pub use express::ExpressExecution;
pub use history::{Event, History};
pub use machine::{ExecutionOf, MachineSummary, StateMachine};
pub use map_run::MapRun;
use name::Names;
pub use pages::Pages;
pub use progress::{MapRunProgress, Progress};
pub use status::Status;
pub use sync::{Billing, SyncExecution};
pub use untyped::{NoParams, NoState, Untyped};
pub use wait::{Backoff, Wait};

pub use crate::Sensitive;
use crate::{Arn, Standard, Workflow};

/// The client for the Step Functions API for one workflow.
///
/// API reference: <https://docs.aws.amazon.com/step-functions/latest/apireference/Welcome.html>.
pub struct Client<W> {
    connection: Connection,
    workflow: PhantomData<fn() -> W>,
}

impl<W: Workflow> Client<W> {
    /// Creates a client that uses `sfn`, with its region, credentials, endpoint, retries and HTTP client.
    pub fn new(sfn: aws_sdk_sfn::Client) -> Self {
        Self { connection: Connection::new(sfn), workflow: PhantomData }
    }

    /// Creates a client with the region, credentials and endpoint of the environment and the AWS profile
    /// (`AWS_REGION`, `AWS_PROFILE`, `AWS_ENDPOINT_URL_SFN`, …).
    ///
    /// See <https://docs.aws.amazon.com/sdkref/latest/guide/settings-reference.html>.
    #[cfg(feature = "aws-config")]
    pub async fn from_env() -> Self {
        let config = aws_config::defaults(aws_config::BehaviorVersion::v2026_01_12()).load().await;
        Self::new(aws_sdk_sfn::Client::new(&config))
    }

    /// Returns the SDK's client, for operations that this client does not support.
    pub fn sfn(&self) -> &aws_sdk_sfn::Client {
        &self.connection.sfn
    }

    /// Sets the generator for names of executions that you start without one: 1 to 80 characters, a new name for each
    /// call. By default, names are random UUIDs.
    ///
    /// ```ignore
    /// let client = client.name_executions(move || format!("nightly-{}", ulid::Ulid::new()));
    /// ```
    #[must_use]
    pub fn name_executions(mut self, name: impl Fn() -> String + Send + Sync + 'static) -> Self {
        self.connection.names = Names::new(name);
        self
    }

    /// Returns the state machine, version or alias with this ARN. Sends no request.
    pub fn attach(&self, arn: impl Into<Arn>) -> StateMachine<W> {
        StateMachine::new(self.connection.clone(), arn.into())
    }

    /// Returns the execution with this ARN. Sends no request.
    pub fn execution(&self, arn: impl Into<Arn>) -> Execution<W>
    where
        W: Workflow<Kind = Standard>,
    {
        Execution::new(self.connection.clone(), arn.into())
    }

    /// Returns the state machines of the client's account and region, sorted by name by the service.
    ///
    /// See <https://docs.aws.amazon.com/step-functions/latest/apireference/API_ListStateMachines.html>.
    pub fn machines(&self) -> Pages<MachineSummary> {
        let connection = self.connection.clone();
        Pages::new(move |token| {
            let connection = connection.clone();
            async move {
                let request = connection.sfn.list_state_machines().max_results(1000).set_next_token(token);
                let answer = call!("ListStateMachines", name = "", request.send())
                    .map_err(|error| Error::of_call("ListStateMachines", error))?;
                let items = answer.state_machines.into_iter().map(MachineSummary::of).collect();
                Ok(pages::Page { items, next: answer.next_token })
            }
        })
    }

    /// Returns the map run with this ARN. Sends no request.
    pub fn map_run(&self, arn: impl Into<Arn>) -> MapRun {
        MapRun::new(self.connection.clone(), arn.into())
    }

    /// Returns the state machine of this name in the client's region and account.
    ///
    /// Takes two requests, however many there are. What they answer is eventually consistent:
    /// <https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeStateMachine.html>.
    ///
    /// # Errors
    ///
    /// [`Error::NoSuchMachine`] if it does not exist, or another [`Error`] of a call.
    pub async fn attach_by_name(&self, name: &str) -> Result<StateMachine<W>, Error> {
        match self.find_arn(name).await? {
            Some(arn) => Ok(self.attach(arn)),
            None => Err(Error::NoSuchMachine { name: name.to_owned() }),
        }
    }
}

impl<W> Clone for Client<W> {
    fn clone(&self) -> Self {
        Self { connection: self.connection.clone(), workflow: PhantomData }
    }
}

impl<W: Workflow> fmt::Debug for Client<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("workflow", &W::NAME).finish_non_exhaustive()
    }
}
