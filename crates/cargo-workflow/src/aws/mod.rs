//! The commands that use AWS, or another endpoint with the Step Functions API.

mod alarms;
mod alias;
mod bulk;
mod conformance;
mod delete;
mod deploy;
mod failure;
mod history;
mod inputs;
mod inspect;
mod kept;
mod list;
mod pace;
mod pages;
mod plan;
mod printed;
mod redaction;
mod release;
mod requests;
mod role;
mod start;
mod stuck;
mod watch;

use std::time::Duration;

use aws_config::meta::region::RegionProviderChain;
use aws_config::profile::ProfileFileRegionProvider;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, SdkConfig};
use clap::Args;
use workflow_runtime::Arn;
use workflow_runtime::aws_sdk_sfn;
use workflow_runtime::aws_sdk_sfn::config::{Credentials, Region};
use workflow_runtime::client::{Client, Error, Executions, StateMachine, Untyped};
use workflow_server::WithoutSyncPrefix;
use workflow_services::OwnResource;

use crate::Failure;

pub(crate) use crate::events::Format;
pub(crate) use alias::AliasCommand;
pub(crate) use bulk::{Redrive, Stop};
pub(crate) use conformance::Conformance;
pub(crate) use delete::Delete;
pub(crate) use deploy::Deploy;
pub(crate) use history::{Ended, ended, print as print_history, recorded, save_children, write as write_history};
pub(crate) use inspect::describe;
pub(crate) use list::{Filter, List};
pub(crate) use plan::Plan;
pub(crate) use redaction::Redaction;
pub(crate) use start::Start;
pub(crate) use watch::Watch;

/// The endpoint and the credentials.
#[derive(Args, Clone, Default)]
pub(crate) struct Connect {
    /// URL of the Step Functions API to use instead of AWS, such as http://127.0.0.1:8083
    #[arg(long, value_name = "URL", env = "AWS_ENDPOINT_URL_SFN")]
    endpoint: Option<String>,
    /// AWS region [default: `AWS_REGION`, then the profile's region]
    #[arg(long)]
    region: Option<String>,
    /// Profile in ~/.aws/config [default: `AWS_PROFILE`]
    #[arg(long)]
    profile: Option<String>,
    /// Maximum duration of a request in seconds, including retries. A throttled request is sent again until then
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    request_timeout: u64,
    /// Print each request to Step Functions to standard error: the action, the answer's status, the time and AWS's request ID
    #[arg(short, long)]
    verbose: bool,
}

/// Returns the value of an environment variable, unless it is empty.
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// Returns which resource of Step Functions a name on the command line is, if it is the ARN of one.
pub(crate) fn own_resource(named: &str) -> Option<OwnResource> {
    workflow_services::Arn::parse(named)?.own_resource()
}

/// The longest duration of a request. One for a synchronous execution takes as long as the execution: at most five
/// minutes.
const LONGEST: Duration = Duration::from_secs(310);

impl Connect {
    fn endpoint(&self) -> Option<&str> {
        self.endpoint.as_deref().filter(|url| !url.is_empty())
    }

    /// Returns the URL of the page of an execution or a state machine: in AWS's console, or in the console of the server on
    /// this computer.
    fn console(&self, arn: &str) -> Option<String> {
        let url = self.endpoint().filter(|_| self.is_loopback()).map(|url| url.trim_end_matches('/'));
        match (url, own_resource(arn)?) {
            (Some(url), OwnResource::StateMachine) => Some(format!("{url}/console/#/machine/{arn}")),
            (Some(url), OwnResource::Execution) => Some(format!("{url}/console/execution?arn={arn}")),
            (Some(_), _) => None,
            (None, _) => workflow_runtime::client::console_page(arn),
        }
    }

    /// Returns whether the endpoint is on this computer, where no credentials are needed.
    fn is_loopback(&self) -> bool {
        let host = self.endpoint.as_deref().and_then(|url| url.split_once("://")).map(|(_, rest)| rest);
        let host = host.and_then(|rest| rest.split('/').next()).unwrap_or_default();
        host.starts_with("127.") || host.starts_with("localhost") || host.starts_with("[::1]")
    }

    /// Runs a command with a client. Errors are printed with help.
    pub(crate) fn run<T>(
        &self,
        command: impl AsyncFnOnce(Client<Untyped>) -> Result<T, CommandError>,
    ) -> Result<T, Failure> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| format!("error: cannot start: {error}"))?;
        let outcome = runtime.block_on(async {
            let sfn = self.sfn().await?;
            command(Client::new(sfn)).await
        });
        // Do not wait for a name lookup that hangs.
        runtime.shutdown_background();
        outcome.map_err(|error| match error {
            CommandError::Service(error) => failure::print(&error, self),
            CommandError::Failure(failure) => failure,
        })
    }

    /// Returns a client of IAM. Its endpoint comes from the environment or the profile.
    async fn iam(&self) -> Result<aws_sdk_iam::Client, CommandError> {
        self.require_endpoint("IAM", "write the policy of `cargo workflow iam` there yourself")?;
        Ok(aws_sdk_iam::Client::new(&self.shared().await?))
    }

    /// Returns a client of CloudWatch. Its endpoint comes from the environment or the profile.
    async fn cloudwatch(&self) -> Result<aws_sdk_cloudwatch::Client, CommandError> {
        self.require_endpoint("CLOUDWATCH", "leave out `--alarm`")?;
        Ok(aws_sdk_cloudwatch::Client::new(&self.shared().await?))
    }

    /// Rejects an endpoint of Step Functions alone, for a command that needs another service too.
    fn require_endpoint(&self, service: &str, otherwise: &str) -> Result<(), Failure> {
        let variable = format!("AWS_ENDPOINT_URL_{service}");
        let is_set = |name: &&str| std::env::var_os(name).is_some();
        if self.endpoint().is_some() && ![&*variable, "AWS_ENDPOINT_URL"].iter().any(is_set) {
            let help = format!("set {variable}, or {otherwise}");
            return Err(failure::message(failure::USAGE, "the endpoint has the Step Functions API alone", &help));
        }
        Ok(())
    }

    async fn sfn(&self) -> Result<aws_sdk_sfn::Client, CommandError> {
        let shared = self.shared().await?;
        let config = aws_sdk_sfn::config::Builder::from(&shared);
        let mut config = pace::paced(config, shared.retry_config(), self.timeout());
        if let Some(url) = self.endpoint() {
            config = config.endpoint_url(url);
        }
        if self.is_loopback() {
            config = config.interceptor(WithoutSyncPrefix);
        }
        if self.verbose {
            config = config.interceptor(requests::Printed);
        }
        Ok(aws_sdk_sfn::Client::from_conf(config.build()))
    }

    /// Returns how long a request may take.
    fn timeout(&self) -> Duration {
        Duration::from_secs(self.request_timeout.max(1)).min(LONGEST)
    }

    async fn shared(&self) -> Result<SdkConfig, CommandError> {
        if let Some(url) = self.endpoint()
            && !(url.starts_with("http://") || url.starts_with("https://"))
        {
            let help = format!("such as http://{url}");
            return Err(failure::message(2, &format!("the endpoint `{url}` is not a URL"), &help).into());
        }
        let timeout = self.timeout();
        let timeouts = TimeoutConfig::builder().connect_timeout(timeout.min(Duration::from_secs(5)));
        let timeouts = timeouts.operation_timeout(timeout).build();
        let mut loader = aws_config::defaults(BehaviorVersion::v2026_01_12()).timeout_config(timeouts);
        if let Some(region) = &self.region {
            loader = loader.region(Region::new(region.clone()));
        } else if std::env::var_os("AWS_REGION").is_some_and(|region| region.is_empty()) {
            // The SDK would take the empty text for a region.
            let region = variable("AWS_DEFAULT_REGION").map(Region::new);
            let profile = self
                .profile
                .iter()
                .fold(ProfileFileRegionProvider::builder(), |builder, name| builder.profile_name(name));
            loader = loader.region(RegionProviderChain::first_try(region).or_else(profile.build()));
        }
        if let Some(profile) = &self.profile {
            loader = loader.profile_name(profile);
        }
        if self.is_loopback() {
            if std::env::var_os("AWS_ACCESS_KEY_ID").is_none() {
                loader = loader.credentials_provider(Credentials::new("loopback", "loopback", None, None, "loopback"));
            }
            if self.region.is_none() && variable("AWS_REGION").is_none() {
                loader = loader.region(Region::from_static("us-east-1"));
            }
        }
        let shared = loader.load().await;
        if shared.region().is_none() {
            let help = "use `--region eu-west-1`, or set AWS_REGION, or `region` in the profile";
            return Err(failure::message(failure::DENIED, "no region is set", help).into());
        }
        Ok(shared)
    }
}

/// Returns the executions of the state machine or of the map run that the user named.
async fn executions_of(client: &Client<Untyped>, named: &str) -> Result<Executions<Untyped>, Error> {
    Ok(match own_resource(named) == Some(OwnResource::MapRun) {
        true => client.map_run(named).children(),
        false => machine(client, named).await?.executions(),
    })
}

/// Returns a client that waits for the end of a synchronous execution.
fn waiting(client: &Client<Untyped>) -> aws_sdk_sfn::Client {
    let timeouts = TimeoutConfig::builder().operation_timeout(LONGEST).build();
    aws_sdk_sfn::Client::from_conf(client.sfn().config().to_builder().timeout_config(timeouts).build())
}

/// Why a command failed.
pub(crate) enum CommandError {
    /// An error of the service or of the connection.
    Service(Error),
    /// Any other failure.
    Failure(Failure),
}

impl From<Error> for CommandError {
    fn from(error: Error) -> Self {
        Self::Service(error)
    }
}

impl From<Failure> for CommandError {
    fn from(failure: Failure) -> Self {
        Self::Failure(failure)
    }
}

impl From<std::io::Error> for CommandError {
    fn from(error: std::io::Error) -> Self {
        Self::Failure(error.into())
    }
}

/// Returns the state machine that the user named: `NAME`, `NAME:ALIAS`, `NAME:7`, or an ARN.
async fn machine(client: &Client<Untyped>, named: &str) -> Result<StateMachine<Untyped>, Error> {
    if named.starts_with("arn:") {
        return Ok(client.attach(named));
    }
    let (name, qualifier) = named.split_once(':').map_or((named, None), |(name, rest)| (name, Some(rest)));
    let machine = client.attach_by_name(name).await?;
    Ok(match qualifier {
        Some(qualifier) => client.attach(Arn::from(format!("{}:{qualifier}", machine.arn()))),
        None => machine,
    })
}
