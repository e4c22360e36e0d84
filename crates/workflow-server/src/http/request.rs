//! Requests: one path, one method, the operation in a header.
//!
//! <https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html>

use std::sync::Arc;
use std::time::Duration;

use hyper::body::Incoming;
use hyper::header::{self, HeaderMap, HeaderName, HeaderValue};
use hyper::{Method, Request, Response, StatusCode};
use serde_json::{Value, json};
use tokio::sync::watch;

use super::hosts::Hosts;
use super::{AnswerBody, body, unless_stopped};
use crate::api::arn::Scope;
use crate::api::{ApiError, Code, Input};
use crate::clock::ServerClock;
use crate::operations;
use crate::registry::{Breakpoint, FastForward, Registry};

const TARGET: &str = "x-amz-target";
const SERVICE: &str = "AWSStepFunctions";
/// The most that one request may advance the clock until nothing is left to do: no execution lasts longer.
const LONGEST_FAST_FORWARD: Duration = Duration::from_secs(366 * 24 * 60 * 60);

/// Answers requests.
pub(crate) struct Service {
    pub(crate) registry: Arc<Registry>,
    pub(crate) hosts: Hosts,
    /// The time limit for a body.
    pub(crate) body: Duration,
    /// The scope of requests without one.
    pub(crate) scope: Scope,
    #[cfg(feature = "console")]
    pub(crate) console: Arc<crate::console::Console>,
}

impl Service {
    /// Answers a request, at the latest when the server stops.
    pub(crate) async fn answer(
        &self,
        request: Request<Incoming>,
        stopping: watch::Receiver<bool>,
    ) -> Response<AnswerBody> {
        #[cfg(feature = "console")]
        if self.hosts.check(request.uri(), request.headers()).is_ok()
            && let Some(answer) = self.console.answer(&self.registry, &self.scope, &request, stopping.clone()).await
        {
            return answer;
        }
        let answer = unless_stopped(stopping, self.outcome(request)).await;
        let stopped = || Err(ApiError::new(Code::ServiceUnavailable, "the server is shutting down"));
        let (status, text) = match answer.unwrap_or_else(stopped) {
            Ok(text) => (StatusCode::OK, text),
            Err(error) => (error.code.status(), error.to_json()),
        };
        let mut response = Response::new(AnswerBody::from(text));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/x-amz-json-1.0"));
        if let Ok(id) = HeaderValue::from_str(&self.registry.id()) {
            headers.insert(HeaderName::from_static("x-amzn-requestid"), id);
        }
        response
    }

    async fn outcome(&self, request: Request<Incoming>) -> Result<Vec<u8>, ApiError> {
        self.hosts.check(request.uri(), request.headers())?;
        let (request, answer) = self.own(request).await?;
        let Some(request) = request else { return Ok(answer.to_string().into_bytes()) };
        if request.method() != Method::POST || request.uri().path() != "/" {
            let message = format!("{} {} is not of this service", request.method(), request.uri().path());
            return Err(ApiError::new(Code::UnknownPath, message));
        }
        let operation = operation(request.headers())?;
        let authorization = request.headers().get(header::AUTHORIZATION).and_then(|header| header.to_str().ok());
        let scope = self.scope.of(authorization);
        let body = body::read(request.into_body(), self.body).await?;
        let answer = operations::run(&self.registry, &operation, &Input::parse(&body, scope)?).await;
        // Report nothing that a crash could revert.
        self.registry.journal.flushed().await?;
        answer
    }
}

impl Service {
    /// Answers requests outside the API: health checks, and control by tests. Returns any other request.
    async fn own(&self, request: Request<Incoming>) -> Result<(Option<Request<Incoming>>, Value), ApiError> {
        let mut forwarded = None;
        match (request.method(), request.uri().path()) {
            (&Method::GET, "/health") => {}
            (&Method::POST, "/reset") => self.registry.reset(),
            (&Method::POST, "/clock") => {
                let body = body::read(request.into_body(), self.body).await?;
                let input = Input::parse(&body, self.scope.clone())?;
                let mut members = input.members();
                let seconds = |seconds: usize| Duration::from_secs(seconds as u64);
                let most = self.registry.clock.now().until(ServerClock::LATEST).as_secs();
                let most = usize::try_from(most).unwrap_or(usize::MAX);
                let advance = members.number("advanceSeconds", most).map(seconds);
                let until_idle = members.boolean("runUntilIdle").unwrap_or(false);
                let state = members.text("stopBefore");
                let execution = members.text("executionArn").map(str::to_owned);
                let limit = members.number("limitSeconds", usize::MAX).map_or(LONGEST_FAST_FORWARD, seconds);
                members.check()?;
                match (advance, until_idle || state.is_some()) {
                    (Some(time), false) => self.registry.advance(time),
                    (None, true) => {
                        let breakpoint = state.map(|state| Breakpoint { state: state.to_owned(), execution });
                        forwarded = Some(self.registry.fast_forward(breakpoint, limit.min(LONGEST_FAST_FORWARD)).await);
                    }
                    _ => {
                        let message = "One of advanceSeconds, runUntilIdle and stopBefore must be specified";
                        return Err(ApiError::new(Code::Validation, message));
                    }
                }
            }
            _ => return Ok((Some(request), Value::Null)),
        }
        let now = self.registry.clock.now().to_string();
        let mut answer = json!({"status": "ok", "version": env!("CARGO_PKG_VERSION"), "time": now});
        if let Some(FastForward { is_idle, held }) = forwarded {
            let held: Vec<_> = held.iter().map(|(state, arn)| json!({"state": state, "executionArn": arn})).collect();
            answer["idle"] = json!(is_idle);
            answer["stoppedBefore"] = json!(held);
        }
        self.registry.journal.flushed().await?;
        Ok((None, answer))
    }
}

fn operation(headers: &HeaderMap) -> Result<String, ApiError> {
    let target = headers.get(TARGET).and_then(|target| target.to_str().ok()).unwrap_or_default();
    match target.split_once('.') {
        Some((SERVICE, operation)) => Ok(operation.to_owned()),
        _ => Err(ApiError::new(
            Code::UnknownOperation,
            format!("the header X-Amz-Target must be {SERVICE}.OPERATION, not {target:?}"),
        )),
    }
}
