//! Rules on AWS's APIs: what a task calls, its request, the use of its result, and its errors.
//!
//! The APIs are data of [`workflow_services`] from the day of its generation, so newer APIs are unknown
//! ([`Code::depends_on_table`](crate::Code::depends_on_table)).

mod error;
mod limits;
mod request;
mod resource;
mod resource_name;
mod result;
mod subscription;

use std::collections::BTreeMap;

use serde_json::Value;
use workflow_services::{Arn, Pattern, ResourceError, Service, TaskResource};

use super::object_index::ObjectIndex;
use crate::Pointer;
use crate::document::{QueryLanguage, StateKind};
use crate::request_input::RequestInput;
use crate::resource::Resource;
use crate::result::{ResultPart, alike};
use crate::{placeholder, template};

pub(super) use error::{is_prefix, names_task_error, tasks_raise_the_errors_that_are_handled};
pub(super) use request::{a_request_fits_its_api, is_attribute_value, rejected_text};
pub(super) use resource::{a_resource_is_an_api, an_integration_has_its_pattern, operation_meant};
pub(super) use resource_name::unlike_name;
pub(super) use result::results_have_the_members_that_are_read;

/// The caller of an API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Caller {
    Task,
    /// The item reader of a distributed map.
    Reader,
    /// The result writer of a distributed map.
    Writer,
}

/// A call of an API.
pub(super) struct ApiCall<'a> {
    caller: Caller,
    /// The number of the state among [`ObjectIndex::states`].
    state: usize,
    /// The object that has the `Resource`.
    at: Pointer,
    language: QueryLanguage,
    /// The text of the `Resource`.
    arn: &'a str,
    /// The target of a task, or the unknown part of its ARN; `None` if the caller is not a task.
    parsed: Option<Result<TaskResource<'a>, ResourceError<'a>>>,
    request: Option<&'a Value>,
}

/// Returns every call of a service in a definition, in its order.
pub(super) fn calls<'a>(index: &ObjectIndex<'a>) -> Vec<ApiCall<'a>> {
    let mut calls = Vec::new();
    let mut known = BTreeMap::new();
    for (number, state) in index.states.iter().enumerate() {
        let language = state.language;
        let fields = state.state;
        let mut push = |caller, at: Pointer, arn: Option<&'a String>, parameters, arguments| {
            let Some(arn) = arn.map(String::as_str).filter(|arn| is_call(arn)) else { return };
            // Another finding reports other resources of a map.
            let fits = match caller {
                Caller::Task => true,
                Caller::Reader => is_one_of(READERS, arn),
                Caller::Writer => is_one_of(WRITERS, arn),
            };
            if !fits {
                return;
            }
            let request: &Option<Value> = language.pick(parameters, arguments);
            // Looking up an operation is slow: tasks that call the same one share it.
            let parsed =
                (caller == Caller::Task).then(|| *known.entry(arn).or_insert_with(|| TaskResource::parse(arn)));
            calls.push(ApiCall { caller, state: number, at, language, arn, parsed, request: request.as_ref() });
        };
        match fields.kind {
            StateKind::Task => {
                push(Caller::Task, state.at.clone(), fields.resource.as_ref(), &fields.parameters, &fields.arguments);
            }
            StateKind::Map => {
                if let Some(reader) = &fields.item_reader {
                    let at = state.at.child("ItemReader");
                    push(Caller::Reader, at, reader.resource.as_ref(), &reader.parameters, &reader.arguments);
                }
                if let Some(writer) = &fields.result_writer {
                    let at = state.at.child("ResultWriter");
                    push(Caller::Writer, at, writer.resource.as_ref(), &writer.parameters, &writer.arguments);
                }
            }
            _ => {}
        }
    }
    calls
}

/// Returns whether an ARN ends in the name of one of these calls.
fn is_one_of(calls: &[S3Call], arn: &str) -> bool {
    calls.iter().any(|(call, _)| arn.strip_suffix(call).is_some_and(|before| before.ends_with(':')))
}

/// Returns whether the text is the ARN of an integration with a service. Other texts have another finding.
fn is_call(arn: &str) -> bool {
    // Only partition, region and account may be unknown: `arn:${AWS::Partition}:states:::…`.
    let name = Arn::parse(arn).and_then(Arn::integration);
    name.is_some_and(|name| !placeholder::likely(name)) && Resource::parse(arn).is_some()
}

impl<'a> ApiCall<'a> {
    /// Returns the target of the call, if it is known.
    fn target(&self) -> Option<TaskResource<'a>> {
        self.parsed.and_then(Result::ok)
    }

    /// Returns the state and the result of a task that calls an API and answers with its result.
    pub(super) fn result(&self) -> Option<(usize, ResultPart, &str)> {
        let task = self.target().filter(|task| task.pattern() != Some(Pattern::WaitForTaskToken))?;
        Some((self.state, ResultPart::of(task), self.whole_name()))
    }

    /// Returns the state of a task that calls an API, the possible requests and the name of the call.
    pub(super) fn request_input(&self) -> Option<(usize, (RequestInput, &str))> {
        let input = self.input().filter(|_| self.caller == Caller::Task)?;
        Some((self.state, (input, self.name())))
    }

    /// Returns the name of the call for messages: `sqs:sendMessage`, `aws-sdk:s3:getObject`.
    fn name(&self) -> &str {
        self.whole_name().split_once('.').map_or(self.whole_name(), |(name, _)| name)
    }

    /// Returns the same with the pattern, which decides the result: `glue:startJobRun.sync`.
    fn whole_name(&self) -> &str {
        Arn::parse(self.arn).and_then(Arn::integration).unwrap_or(self.arn)
    }

    /// Returns the possible requests.
    fn input(&self) -> Option<RequestInput> {
        match self.caller {
            Caller::Task => RequestInput::of(self.target()?),
            // As far as we know, readers accept the API's parameters.
            Caller::Reader => {
                let (service, operation) = self.name().split_once(':')?;
                Some(RequestInput::of_operation(Service::find(service)?.operation(operation)?))
            }
            Caller::Writer => None,
        }
    }

    /// Returns the parameters without which AWS refuses to create a state machine.
    fn refused_without(&self) -> Vec<&'static str> {
        match self.caller {
            Caller::Task => self.input().into_iter().flat_map(RequestInput::refused_without).collect(),
            Caller::Reader => needed(READERS, self.name()),
            Caller::Writer => needed(WRITERS, self.name()),
        }
    }
}

/// A call of S3, and the parameters without which AWS refuses to create a state machine that makes it.
type S3Call = (&'static str, &'static [&'static str]);

/// The calls by which a map reads its items.
pub(in crate::rules) const READERS: &[S3Call] =
    &[("s3:getObject", &["Bucket", "Key"]), ("s3:listObjectsV2", &["Bucket"])];

/// The calls by which a map writes its results.
pub(in crate::rules) const WRITERS: &[S3Call] = &[("s3:putObject", &["Bucket"])];

fn needed(calls: &[S3Call], name: &str) -> Vec<&'static str> {
    calls.iter().filter(|(call, _)| *call == name).flat_map(|(_, needed)| *needed).copied().collect()
}

/// Returns whether a string is an unknown value.
fn is_dynamic(text: &str, language: QueryLanguage) -> bool {
    placeholder::likely(text) || language == QueryLanguage::Jsonata && text.starts_with("{%")
}

/// Returns the name of a member in the value that a template gives, and whether that member is computed.
fn member_name(key: &str, language: QueryLanguage) -> (&str, bool) {
    match key.strip_suffix(template::SUFFIX) {
        Some(name) if language == QueryLanguage::JsonPath => (name, true),
        _ => (key, false),
    }
}
