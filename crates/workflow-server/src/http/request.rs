//! Requests: one path, one method, the operation in a header.
//!
//! <https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html>

use std::sync::Arc;
use std::time::Duration;

use hyper::body::Incoming;
use hyper::header::{self, HeaderMap, HeaderName, HeaderValue};
use hyper::{Method, Request, Response, StatusCode};
use serde_json::{Value, json};
use tokio::sync::{OwnedSemaphorePermit, watch};

use super::{AnswerBody, Bodies, Client, Hosts, Requests, Share, Token, metrics, unless_stopped};
use crate::api::arn::Scope;
use crate::api::{ApiError, Code, Input, Operation};
use crate::clock::ServerClock;
use crate::operations;
use crate::registry::{Breakpoint, FastForward, Registry};

const TARGET: &str = "x-amz-target";
const SERVICE: &str = "AWSStepFunctions";
const JSON: &str = "application/x-amz-json-1.0";
const CONSOLE: &str = "/console";
/// The paths outside the API and the console.
const PATHS: [&str; 5] = ["/clock", "/health", "/metrics", "/ready", "/reset"];
/// The paths that are answered before the data of an earlier server is read.
const PATHS_ALWAYS: [&str; 3] = ["/health", "/metrics", "/ready"];
/// The outcome of a successful request in metrics.
const OK: &str = "ok";
/// The most that one request may advance the clock until nothing is left to do: no execution lasts longer.
const LONGEST_FAST_FORWARD: Duration = Duration::from_secs(366 * 24 * 60 * 60);

/// Answers requests.
pub(crate) struct Service {
    pub(crate) registry: Arc<Registry>,
    pub(crate) hosts: Hosts,
    pub(crate) token: Token,
    pub(crate) bodies: Bodies,
    /// The places of connections.
    pub(crate) places: Share,
    /// How many of them may wait for tasks and events, and for executions.
    pub(crate) polls: Share,
    pub(crate) synchronous: Share,
    pub(crate) requests: Requests,
    /// The scope of requests without one.
    pub(crate) scope: Scope,
    #[cfg(feature = "console")]
    pub(crate) console: Arc<crate::console::Console>,
}

impl Service {
    /// Answers a request, at the latest when the server stops.
    pub(super) async fn answer(
        &self,
        request: Request<Incoming>,
        stopping: watch::Receiver<bool>,
        client: &Client,
    ) -> Response<AnswerBody> {
        client.set_awaited(true);
        let (name, is_of_console) = (name_of(&request), request.uri().path().starts_with(CONSOLE));
        #[cfg_attr(not(feature = "console"), expect(unused_mut, reason = "only the console has streams"))]
        let mut admitted = self.admitted(&request);
        #[cfg(feature = "console")]
        if is_of_console && admitted.is_ok() {
            let _ = unless_stopped(stopping.clone(), self.registry.until_restored()).await;
        }
        #[cfg(feature = "console")]
        if let Ok(place) = &mut admitted
            && let Some(mut answer) = self.console.answer(&self.registry, &self.scope, &request, stopping.clone()).await
        {
            client.set_awaited(!answer.body_mut().keep(place.take()));
            self.requests.count(name, if answer.status().is_client_error() { "refused" } else { OK });
            return answer;
        }
        let outcome = async {
            admitted?;
            self.outcome(request, client).await
        };
        let answer = unless_stopped(stopping, outcome).await;
        client.set_awaited(true);
        let stopped = || Err(ApiError::new(Code::ServiceUnavailable, "the server is shutting down"));
        let answer = answer.unwrap_or_else(stopped);
        let code = answer.as_ref().err().map(|error| error.code);
        self.requests.count(name, code.map_or(OK, Code::name));
        let (kind, text) = answer.unwrap_or_else(|error| (JSON, error.to_json()));
        let mut response = Response::new(AnswerBody::from(text));
        *response.status_mut() = code.map_or(StatusCode::OK, Code::status);
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
        if let Ok(id) = HeaderValue::from_str(&self.registry.id()) {
            headers.insert(HeaderName::from_static("x-amzn-requestid"), id);
        }
        match code {
            Some(Code::Crowded) => drop(headers.insert(header::CONNECTION, HeaderValue::from_static("close"))),
            // A browser asks its user for the token.
            Some(Code::UnrecognizedClient) if is_of_console => {
                headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Basic realm=\"workflow\""));
                *response.status_mut() = StatusCode::UNAUTHORIZED;
            }
            _ => {}
        }
        response
    }

    /// Rejects a request that must not be answered. Returns the place that a stream of events needs.
    fn admitted(&self, request: &Request<Incoming>) -> Result<Option<OwnedSemaphorePermit>, ApiError> {
        self.hosts.check(request.uri(), request.headers())?;
        let path = request.uri().path();
        if !["/health", "/ready"].contains(&path) {
            self.token.check(request.headers())?;
        }
        (path == "/console/events").then(|| place(&self.polls)).transpose()
    }

    async fn outcome(&self, request: Request<Incoming>, client: &Client) -> Result<(&'static str, Vec<u8>), ApiError> {
        let (head, body) = request.into_parts();
        let body = self.bodies.read(body).await?;
        client.set_awaited(false);
        if !PATHS_ALWAYS.contains(&head.uri.path()) {
            self.registry.until_restored().await;
        }
        let answer = match (&head.method, head.uri.path()) {
            (&Method::POST, "/") => self.call(&head.headers, body).await,
            (&Method::GET, "/health") => return Ok((JSON, self.state().to_string().into_bytes())),
            (&Method::GET, "/ready") => {
                self.registry.check_ready()?;
                return Ok((JSON, self.state().to_string().into_bytes()));
            }
            (&Method::GET, "/metrics") => return Ok((metrics::TEXT, self.metrics().into_bytes())),
            (&Method::POST, "/reset") => {
                self.registry.reset();
                Ok(self.state().to_string().into_bytes())
            }
            (&Method::POST, "/clock") => self.turn_clock(&body).await.map(|answer| answer.to_string().into_bytes()),
            (method, path) => Err(ApiError::new(Code::UnknownPath, format!("{method} {path} is not of this service"))),
        };
        // Report nothing that a crash could revert.
        self.registry.journal.flushed().await?;
        Ok((JSON, answer?))
    }

    /// Performs an operation.
    async fn call(&self, headers: &HeaderMap, body: Vec<u8>) -> Result<Vec<u8>, ApiError> {
        let operation = operation(headers)?;
        let waits_in = match operation.as_str() {
            "GetActivityTask" => Some(&self.polls),
            "StartSyncExecution" | "TestState" => Some(&self.synchronous),
            _ => None,
        };
        let _place = waits_in.map(place).transpose()?;
        let authorization = headers.get(header::AUTHORIZATION).and_then(|header| header.to_str().ok());
        let input = Input::parse(&body, self.scope.of(authorization))?;
        drop(body);
        operations::run(&self.registry, &operation, &input).await
    }

    /// Returns the state of the server.
    fn state(&self) -> Value {
        let now = self.registry.clock.now().to_string();
        json!({"status": "ok", "version": env!("CARGO_PKG_VERSION"), "time": now})
    }

    /// Advances the clock for a test.
    async fn turn_clock(&self, body: &[u8]) -> Result<Value, ApiError> {
        let input = Input::parse(body, self.scope.clone())?;
        let mut members = input.members();
        let seconds = |seconds: usize| Duration::from_secs(seconds as u64);
        let most = self.registry.clock.now().until(ServerClock::LATEST).as_secs();
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        let advance = members.number("advanceSeconds", most).map(seconds);
        let until_idle = members.boolean("runUntilIdle").unwrap_or(false);
        let next_event = members.boolean("runToNextEvent").unwrap_or(false);
        let state = members.text("stopBefore");
        let execution = members.text("executionArn").map(str::to_owned);
        let limit = members.number("limitSeconds", usize::MAX).map_or(LONGEST_FAST_FORWARD, seconds);
        members.check()?;
        match (advance, until_idle || state.is_some(), next_event) {
            (Some(time), false, false) => {
                self.registry.advance(time);
                Ok(self.state())
            }
            (None, runs, next_event) if runs != next_event => {
                let _place = place(&self.synchronous)?;
                let breakpoint = state.map(|state| Breakpoint { state: state.to_owned(), execution });
                let limit = limit.min(LONGEST_FAST_FORWARD);
                let times = if next_event { 1 } else { usize::MAX };
                let FastForward { is_idle, held } = self.registry.fast_forward(breakpoint, limit, times).await;
                let held = held.iter().map(|(state, arn)| json!({"state": state, "executionArn": arn}));
                let mut answer = self.state();
                answer["stoppedBefore"] = held.collect();
                answer["idle"] = json!(is_idle);
                Ok(answer)
            }
            _ => {
                let message = "One of advanceSeconds, runUntilIdle, runToNextEvent and stopBefore must be specified";
                Err(ApiError::new(Code::Validation, message))
            }
        }
    }
}

/// Takes a place among the requests that wait.
fn place(share: &Share) -> Result<OwnedSemaphorePermit, ApiError> {
    let message = "Rate exceeded: all places for requests that wait are taken";
    share.try_take().ok_or_else(|| ApiError::new(Code::Crowded, message))
}

/// Returns the name of a request in metrics.
fn name_of(request: &Request<Incoming>) -> &'static str {
    match request.uri().path() {
        "/" => {
            let asked = operation(request.headers()).unwrap_or_default();
            Operation::names().find(|name| *name == asked).unwrap_or("unknown")
        }
        path if path.starts_with(CONSOLE) => CONSOLE,
        path => PATHS.into_iter().find(|own| *own == path).unwrap_or("unknown"),
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
