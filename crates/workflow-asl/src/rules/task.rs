//! Rules on task states: time limits, credentials, requests, what an Express machine may call.

use serde_json::Value;
use workflow_services::TaskResource;

use super::Definition;
use super::api::unlike_name;
use super::object_index::StateAt;
use crate::document::{PathField, QueryLanguage, State, StateKind};
use crate::resource::{Integration, Pattern, Resource};
use crate::{Diagnostic, Finding, nearest, placeholder, template};

/// A task's heartbeat is shorter than its timeout.
pub(super) fn a_heartbeat_is_shorter_than_the_timeout(definition: &Definition<'_>, found: &mut Vec<Diagnostic>) {
    for state in &definition.index.states {
        let seconds = |value: &Option<Value>| value.as_ref().and_then(Value::as_f64);
        let limits = (seconds(&state.state.heartbeat_seconds), seconds(&state.state.timeout_seconds));
        if let (Some(heartbeat), Some(timeout)) = limits
            && heartbeat >= timeout
            && heartbeat > 0.0
        {
            found.push(Finding::HeartbeatNotShorter { heartbeat, timeout }.at(state.at.child("HeartbeatSeconds")));
        }
    }
}

/// A task's timeout and heartbeat are not longer than the machine's timeout.
pub(super) fn a_task_ends_before_its_machine(definition: &Definition<'_>, found: &mut Vec<Diagnostic>) {
    let limit = definition.machine.timeout_seconds.as_ref().and_then(Value::as_f64);
    let Some(limit) = limit.filter(|limit| *limit > 0.0) else { return };
    for state in definition.index.states.iter().filter(|state| state.state.kind == StateKind::Task) {
        let limits = [
            ("timeout", "TimeoutSeconds", &state.state.timeout_seconds),
            ("heartbeat", "HeartbeatSeconds", &state.state.heartbeat_seconds),
        ];
        let mut longer = limits.into_iter().filter_map(|(what, field, value)| {
            let seconds = value.as_ref()?.as_f64().filter(|seconds| *seconds > limit)?;
            Some(Finding::TaskOutlastsTimeout { what, seconds, limit }.at(state.at.child(field)))
        });
        found.extend(longer.next());
    }
}

/// `Credentials` contain the role to assume, and an activity has none.
pub(super) fn credentials_name_a_role(definition: &Definition<'_>, found: &mut Vec<Diagnostic>) {
    for state in definition.index.states.iter().filter(|state| state.state.kind == StateKind::Task) {
        let Some(credentials) = &state.state.credentials else { continue };
        let at = state.at.child("Credentials");
        let resource = state.state.resource.as_deref().and_then(Resource::parse);
        if let Some(Resource::Activity { .. }) = resource {
            found.push(Finding::CredentialsOfActivity {}.at(at.clone()));
        }
        if let Value::Object(fields) = credentials
            && !fields.contains_key("RoleArn")
            && !fields.contains_key("RoleArn.$")
        {
            let near = nearest::nearest("RoleArn", fields.keys().map(String::as_str)).map(str::to_owned);
            found.push(Finding::CredentialsWithoutRole { near }.at(at.clone()));
        }
        if let Some(Value::String(role)) = credentials.get("RoleArn") {
            found.extend(unlike_name("", "RoleArn", role).map(|finding| finding.at(at.child("RoleArn"))));
        }
    }
}

/// Returns every task that calls a service, with its integration.
fn calls<'d>(definition: &'d Definition<'_>) -> impl Iterator<Item = (&'d StateAt<'d>, Integration<'d>)> {
    definition.index.states.iter().filter(|state| state.state.kind == StateKind::Task).filter_map(|state| {
        match Resource::parse(state.state.resource.as_deref()?)? {
            Resource::Integration(call) => Some((state, call)),
            _ => None,
        }
    })
}

/// Returns the field that holds a request.
pub(super) fn request_field(language: QueryLanguage) -> &'static str {
    language.pick("Parameters", "Arguments")
}

/// A task that calls a service says with what.
pub(super) fn an_integration_has_a_request(definition: &Definition<'_>, found: &mut Vec<Diagnostic>) {
    for (state, call) in calls(definition) {
        // Either language's field shows the intent; one of the wrong language is reported as such.
        if !state.state.has("Parameters") && !state.state.has("Arguments") {
            let field = request_field(state.language);
            let call = format!("{}:{}", call.service, call.action);
            let arn = state.state.resource.clone().unwrap_or_default();
            found.push(Finding::TaskWithoutRequest { call, field, arn }.at(state.at.clone()));
        }
    }
}

/// A task that waits for its token sends the token with the request.
pub(super) fn a_token_that_is_waited_for_is_sent(definition: &Definition<'_>, found: &mut Vec<Diagnostic>) {
    // An Express machine may not wait at all.
    for (state, _) in calls(definition).filter(|(state, _)| !state.express) {
        if waits_for_unsent_token(state.state, state.language) {
            let finding = Finding::TokenNotSent { state: state.name.to_owned(), language: state.language };
            found.push(finding.at(state.at.child(request_field(state.language))));
        }
    }
}

/// Returns whether a task waits for its token, but its request cannot contain the token: it can never complete.
pub fn waits_for_unsent_token(state: &State, language: QueryLanguage) -> bool {
    let resource = state.resource.as_deref().and_then(Resource::parse);
    let waits = matches!(resource, Some(Resource::Integration(call)) if call.pattern == Pattern::WaitForTaskToken);
    // The context may come in as the state's input.
    let context_is_input = matches!(&state.input_path, Some(PathField::Path(path)) if path.starts_with("$$"));
    let request = state.field_value(request_field(language)).filter(|_| waits && !context_is_input);
    request.is_some_and(|request| !may_hold_token(&request, language, false))
}

/// A task that waits for its token has a timeout or a heartbeat, or its machine has a timeout.
/// <https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html#connect-wait-token>
pub(super) fn a_wait_for_a_token_ends(definition: &Definition<'_>, found: &mut Vec<Diagnostic>) {
    if definition.machine.timeout_seconds.is_some() {
        return;
    }
    let waiting = calls(definition).filter(|(_, call)| call.pattern == Pattern::WaitForTaskToken);
    for (state, _) in waiting.filter(|(state, _)| !state.express) {
        let resource = state.state.resource.as_deref().unwrap_or_default();
        // An integration without that pattern has another finding.
        let mut limits = State::TIMEOUT_FIELDS.iter().chain(&State::HEARTBEAT_FIELDS);
        if limits.any(|field| state.state.has(field)) || TaskResource::parse(resource).is_err() {
            continue;
        }
        let diagnostic = Finding::EndlessWait { state: state.name.to_owned() }.at(state.at.child("Resource"));
        // The pattern is what waits.
        let pattern = resource.rfind('.').map_or(resource.len(), |dot| dot + 1);
        found.push(diagnostic.with_range(pattern, resource.len() - pattern));
    }
}

/// Returns whether a string of the value names the token, or the context or something else that holds it. A placeholder
/// may in `computed` values: elsewhere it stands for a constant, such as a queue's URL.
fn may_hold_token(value: &Value, language: QueryLanguage, computed: bool) -> bool {
    match value {
        Value::String(text) => {
            let computed = computed || language == QueryLanguage::Jsonata && text.starts_with("{%");
            let context = language.pick("$$", "$states");
            let whole = text.match_indices(context).any(|(at, _)| {
                let rest = text.get(at + context.len()..).unwrap_or_default();
                let rest = rest.strip_prefix(".context").unwrap_or(rest);
                !rest.starts_with('.') || rest.starts_with("..")
            });
            whole || text.contains("Task.") || text.contains("Token") || computed && placeholder::contained(text)
        }
        Value::Array(items) => items.iter().any(|item| may_hold_token(item, language, computed)),
        Value::Object(members) => members.iter().any(|(key, member)| {
            let computed = language == QueryLanguage::JsonPath && key.ends_with(template::SUFFIX);
            may_hold_token(member, language, computed)
        }),
        _ => false,
    }
}

/// In an Express state machine a task does not wait for a job, a token or an activity.
pub(super) fn express_machines_only_wait_for_answers(definition: &Definition<'_>, found: &mut Vec<Diagnostic>) {
    for state in definition.index.states.iter().filter(|state| state.express) {
        let Some(resource) = state.state.resource.as_deref().and_then(Resource::parse) else { continue };
        let finding = match resource {
            Resource::Activity { .. } => Finding::ExpressActivity {},
            Resource::Integration(call) if call.pattern != Pattern::RequestResponse => {
                Finding::ExpressWaits { pattern: call.pattern }
            }
            _ => continue,
        };
        found.push(finding.at(state.at.child("Resource")));
    }
}
