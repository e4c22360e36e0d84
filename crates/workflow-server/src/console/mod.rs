//! The console: pages for a browser, on the operations of the API.
//!
//! What changes something is an operation of the API or a request to `/clock`, both by POST: from a page of another site
//! they carry its `Origin`, and are refused. A GET changes nothing. The pages ask no other server, which their content
//! security policies forbid.

mod conversion;
mod execution;
mod tasks;

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use hyper::header::{self, HeaderValue};
use hyper::{Method, Request, Response, StatusCode};
use parking_lot::Mutex;
use percent_encoding::percent_decode_str;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use tokio::sync::watch;
use workflow_graph::Graph;

use crate::api::arn::Scope;
use crate::api::{ApiError, Code, Input};
use crate::http::AnswerBody;
use crate::registry::Registry;
use conversion::Convert;
pub use conversion::{Conversion, Fork};

/// The files of the pages: path, type, text.
const FILES: [(&str, &str, &str); 11] = [
    ("/console/", HTML, include_str!("assets/index.html")),
    ("/console/console.css", "text/css; charset=utf-8", include_str!("assets/console.css")),
    ("/console/console.js", SCRIPT, include_str!("assets/console.js")),
    ("/console/api.js", SCRIPT, include_str!("assets/api.js")),
    ("/console/clock.js", SCRIPT, include_str!("assets/clock.js")),
    ("/console/executions.js", SCRIPT, include_str!("assets/executions.js")),
    ("/console/dom.js", SCRIPT, include_str!("assets/dom.js")),
    ("/console/form.js", SCRIPT, include_str!("assets/form.js")),
    ("/console/tasks.js", SCRIPT, include_str!("assets/tasks.js")),
    ("/console/execution.js", SCRIPT, include_str!("assets/execution.js")),
    ("/console/conversion.js", SCRIPT, include_str!("assets/conversion.js")),
];

const HTML: &str = "text/html; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";
const JSON: &str = "application/json";
const SVG: &str = "image/svg+xml";
const EVENTS: &str = "text/event-stream";

/// What a page may do. That of an execution says in itself which script it has.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const POLICY_OF_EXECUTION: &str = "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const POLICY_OF_PICTURE: &str = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";

/// Reads the input's type, as JSON Schema, from the tags and the definition of a state machine.
pub(crate) type InputOfTags = dyn Fn(&[(&str, &str)], &str) -> Option<Value> + Send + Sync;

/// What the console knows beside the registry.
#[derive(Default)]
pub(crate) struct Console {
    /// The JSON Schemas of inputs, by the ARN of the state machine.
    inputs: Mutex<BTreeMap<String, Value>>,
    /// Reads those of other state machines.
    pub(crate) of_tags: OnceLock<Box<InputOfTags>>,
    /// What is wrong with the files of the state machines.
    pub(crate) problem: Mutex<Option<String>>,
    /// Converts executions.
    pub(crate) convert: OnceLock<Arc<Convert>>,
}

/// What is answered to a request of a page.
struct PageAnswer {
    kind: &'static str,
    policy: &'static str,
    body: AnswerBody,
}

impl PageAnswer {
    fn json(value: &Value) -> Self {
        Self { kind: JSON, policy: POLICY, body: value.to_string().into() }
    }
}

impl Console {
    pub(crate) fn declare_input(&self, arn: &str, schema: Option<Value>) {
        match schema {
            Some(schema) => self.inputs.lock().insert(arn.to_owned(), schema),
            None => self.inputs.lock().remove(arn),
        };
    }

    /// Answers a request whose host and origin were checked; `None` where it is not for the console.
    pub(crate) async fn answer<B>(
        &self,
        registry: &Arc<Registry>,
        scope: &Scope,
        request: &Request<B>,
        stopping: watch::Receiver<bool>,
    ) -> Option<Response<AnswerBody>> {
        let path = request.uri().path();
        if request.method() != Method::GET || !(path == "/console" || path.starts_with("/console/")) {
            return None;
        }
        let query = request.uri().query().unwrap_or_default();
        let mut response = match self.given(registry, scope, path, query, stopping).await {
            Ok(given) => {
                let mut response = Response::new(given.body);
                let headers = response.headers_mut();
                headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(given.kind));
                headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(given.policy));
                response
            }
            Err(error) => {
                let mut response = Response::new(error.to_json().into());
                *response.status_mut() = error.code.status();
                response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(JSON));
                response
            }
        };
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
        headers.insert("cross-origin-resource-policy", HeaderValue::from_static("same-origin"));
        headers.insert("cross-origin-opener-policy", HeaderValue::from_static("same-origin"));
        if path == "/console" {
            *response.status_mut() = StatusCode::PERMANENT_REDIRECT;
            response.headers_mut().insert(header::LOCATION, HeaderValue::from_static("/console/"));
        }
        Some(response)
    }

    async fn given(
        &self,
        registry: &Arc<Registry>,
        scope: &Scope,
        path: &str,
        query: &str,
        stopping: watch::Receiver<bool>,
    ) -> Result<PageAnswer, ApiError> {
        let path = if path == "/console" { "/console/" } else { path };
        if let Some((_, kind, text)) = FILES.iter().find(|(known, ..)| *known == path) {
            return Ok(PageAnswer { kind, policy: POLICY, body: (*text).into() });
        }
        let arn = member(query, "arn");
        let asked = |name: &str| {
            let members: Map<_, _> = arn.iter().map(|arn| (name.to_owned(), json!(arn))).collect();
            Input::new(members, scope.clone())
        };
        match path {
            "/console/now" => {
                let time = registry.clock.now().to_string();
                Ok(PageAnswer::json(&json!({"time": time, "problem": *self.problem.lock()})))
            }
            "/console/mocks" | "/console/test" => {
                let fork = fork(query)?;
                let to = if path.ends_with("mocks") { Conversion::Mocks(fork) } else { Conversion::Test(fork) };
                Ok(PageAnswer::json(&json!({"text": self.converted(registry, &asked("executionArn"), to).await?})))
            }
            "/console/fork" => {
                let fork = fork(query)?.ok_or_else(|| ApiError::new(Code::Validation, "state is missing"))?;
                let html = self.converted(registry, &asked("executionArn"), Conversion::Page(fork)).await?;
                Ok(PageAnswer { kind: HTML, policy: POLICY_OF_EXECUTION, body: html.into() })
            }
            "/console/tasks" => Ok(PageAnswer::json(&tasks::waiting(registry, member(query, "execution").as_deref()))),
            "/console/input" => {
                let declared = arn.as_ref().and_then(|arn| self.inputs.lock().get(arn).cloned());
                let schema = match (declared, self.of_tags.get()) {
                    (None, Some(read)) => {
                        // A version has no tags of its own.
                        let tags = registry.list_tags_for_resource(&asked("resourceArn")).unwrap_or_default();
                        let tags = tags["tags"].as_array().into_iter().flatten();
                        let tags: Vec<_> =
                            tags.filter_map(|tag| tag["key"].as_str().zip(tag["value"].as_str())).collect();
                        let described = registry.describe_state_machine(&asked("stateMachineArn"))?;
                        read(&tags, described["definition"].as_str().unwrap_or_default())
                    }
                    (declared, _) => declared,
                };
                let name = arn.as_deref().and_then(|arn| arn.split(':').nth(6)).unwrap_or_default();
                let mocks = registry.mocks.as_ref().filter(|mocks| mocks.state_machines().any(|known| known == name));
                let cases = mocks.and_then(|mocks| mocks.cases(name).ok()).unwrap_or_default();
                Ok(PageAnswer::json(&json!({"schema": schema, "cases": cases})))
            }
            "/console/graph.svg" => {
                let described = registry.describe_state_machine(&asked("stateMachineArn"))?;
                let definition = execution::definition(&described);
                let name = described["name"].as_str().unwrap_or_default().to_owned();
                let svg = drawn(move || Graph::of_definition(&definition).named(name).to_svg()).await?;
                Ok(PageAnswer { kind: SVG, policy: POLICY_OF_PICTURE, body: svg.into() })
            }
            "/console/execution" => {
                let page = execution::page(registry, &asked("executionArn"))?;
                let html = drawn(move || page.to_html()).await?;
                Ok(PageAnswer { kind: HTML, policy: POLICY_OF_EXECUTION, body: html.into() })
            }
            "/console/execution.json" => {
                let page = execution::page(registry, &asked("executionArn"))?;
                let after = member(query, "after").and_then(|after| after.parse().ok()).unwrap_or_default();
                let open = member(query, "open");
                Ok(PageAnswer::json(&drawn(move || page.update(after, open.as_deref())).await?))
            }
            "/console/events" => {
                let lines = execution::follow(registry, asked("executionArn"), stopping)?;
                Ok(PageAnswer { kind: EVENTS, policy: POLICY, body: AnswerBody::Stream(lines, None) })
            }
            _ => Err(ApiError::new(Code::UnknownPath, format!("GET {path} is not of this console"))),
        }
    }

    /// Converts an execution, if the program that runs the server can.
    async fn converted(&self, registry: &Registry, input: &Input, to: Conversion) -> Result<String, ApiError> {
        let refused = |message: String| ApiError::new(Code::Validation, message);
        let convert =
            self.convert.get().ok_or_else(|| refused("this server does not convert executions".to_owned()))?;
        let (convert, recorded) = (Arc::clone(convert), execution::recorded(registry, input)?);
        drawn(move || convert(&recorded, &to)).await?.map_err(refused)
    }
}

/// Returns what a picture takes long to work out, others need not wait for.
async fn drawn<T: Send + 'static>(draw: impl FnOnce() -> T + Send + 'static) -> Result<T, ApiError> {
    let failed = |_| ApiError::new(Code::InternalServerError, "the diagram could not be drawn");
    tokio::task::spawn_blocking(draw).await.map_err(failed)
}

/// The state that a query names, and how the execution goes on from it.
fn fork(query: &str) -> Result<Option<Fork>, ApiError> {
    let Some(state) = member(query, "state") else { return Ok(None) };
    Ok(Some(Fork { state, input: read(query, "input")?, results: read(query, "results")?.unwrap_or_default() }))
}

/// A member of a query that is JSON.
fn read<T: DeserializeOwned>(query: &str, name: &str) -> Result<Option<T>, ApiError> {
    let read = |text: String| serde_json::from_str(&text);
    let wrong = |error| ApiError::new(Code::Validation, format!("{name} is not valid: {error}"));
    member(query, name).map(read).transpose().map_err(wrong)
}

/// A member of a query, as `encodeURIComponent` writes it.
fn member(query: &str, name: &str) -> Option<String> {
    let (_, value) = query.split('&').filter_map(|member| member.split_once('=')).find(|(known, _)| *known == name)?;
    percent_decode_str(value).decode_utf8().ok().map(Into::into)
}
