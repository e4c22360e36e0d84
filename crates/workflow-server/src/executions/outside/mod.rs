//! Tasks that call services outside this process, as far as the server is configured for them.

mod aws;
mod client;
mod http_task;
mod lambda;

use std::io;
use std::sync::Arc;

use serde_json::Value;
use workflow_local::{TaskError, TaskRequest};

use super::Run;
use aws::AwsEndpoint;
pub(crate) use client::{Endpoint, HttpClient};
use lambda::LambdaEndpoint;

/// The endpoints and hosts that tasks may call.
#[derive(Default)]
pub(crate) struct Outside {
    client: HttpClient,
    lambda: Option<LambdaEndpoint>,
    aws: Option<AwsEndpoint>,
    /// The hosts of HTTP tasks, with or without a port.
    hosts: Vec<String>,
}

impl Outside {
    /// # Errors
    /// Fails if an endpoint is not a callable URL.
    pub(crate) fn new(lambda: Option<&str>, aws: Option<&str>, hosts: &[String]) -> io::Result<Self> {
        Ok(Self {
            client: HttpClient::default(),
            lambda: lambda.map(|url| Endpoint::read("Lambda", url).map(LambdaEndpoint)).transpose()?,
            aws: aws.map(|url| Endpoint::read("AWS", url).map(AwsEndpoint::new)).transpose()?,
            hosts: hosts.iter().map(|host| host.to_ascii_lowercase()).collect(),
        })
    }

    /// Returns the answer to a task from outside, or `None` if nothing is configured for it.
    pub(super) async fn answer(&self, run: &Arc<Run>, request: &TaskRequest) -> Option<Result<Value, TaskError>> {
        if let (Some(endpoint), Some(function)) = (&self.lambda, request.function()) {
            return Some(endpoint.invoke(&self.client, function, request).await);
        }
        if http_task::is_one(request) {
            return http_task::answer(&self.client, &self.hosts, request).await;
        }
        self.aws.as_ref()?.call(&self.client, run, request).await
    }
}
