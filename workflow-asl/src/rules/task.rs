//! Rules on task states: time limits, credentials, requests, what an Express machine may call.

use serde_json::Value;

use super::{Definition, report};
use crate::document::{QueryLanguage, StateKind};
use crate::resource::{Pattern, Resource};
use crate::{Code, Diagnostic, placeholder};

/// A task's heartbeat is shorter than its timeout.
pub(super) fn a_heartbeat_is_shorter_than_the_timeout(definition: &Definition<'_>, found: &mut Vec<Diagnostic>) {
    for state in &definition.parts.states {
        let seconds = |value: &Option<Value>| value.as_ref().and_then(Value::as_f64);
        let limits = (seconds(&state.state.heartbeat_seconds), seconds(&state.state.timeout_seconds));
        if let (Some(heartbeat), Some(timeout)) = limits
            && heartbeat >= timeout
        {
            let message = format!("a heartbeat every {heartbeat} s is no sooner than the timeout of {timeout} s");
            report(found, Code::HeartbeatNotShorter, state.at.child("HeartbeatSeconds"), message);
        }
    }
}

/// `Credentials` give the role to assume, and an activity takes none.
pub(super) fn credentials_name_a_role(definition: &Definition<'_>, found: &mut Vec<Diagnostic>) {
    for state in definition.parts.states.iter().filter(|state| state.state.kind == StateKind::Task) {
        let Some(credentials) = &state.state.credentials else { continue };
        let at = state.at.child("Credentials");
        let resource = state.state.resource.as_deref().and_then(Resource::parse);
        if let Some(Resource::Activity { .. }) = resource {
            report(found, Code::UnknownField, at.clone(), "field `Credentials` is not supported for activities");
        }
        if let Value::Object(fields) = credentials
            && !fields.contains_key("RoleArn")
            && !fields.contains_key("RoleArn.$")
        {
            let message = "`Credentials` need the role to assume, `RoleArn`";
            let mut diagnostic = Diagnostic::new(Code::MissingField, at, message);
            if let Some(near) = crate::nearest::nearest("RoleArn", fields.keys().map(String::as_str)) {
                diagnostic = diagnostic.with_help(format!("did you mean it by `{near}`?"));
            }
            found.push(diagnostic);
        }
    }
}

/// A task that calls a service says with what.
pub(super) fn an_integration_has_a_request(definition: &Definition<'_>, found: &mut Vec<Diagnostic>) {
    for state in definition.parts.states.iter().filter(|state| state.state.kind == StateKind::Task) {
        let Some(arn) = state.state.resource.as_deref().filter(|arn| !placeholder::likely(arn)) else { continue };
        let Some(Resource::Integration(call)) = Resource::parse(arn) else { continue };
        let field = match state.language {
            QueryLanguage::JsonPath => "Parameters",
            QueryLanguage::Jsonata => "Arguments",
        };
        // Either language's field shows the intent; one of the wrong language is reported as such.
        if !state.state.has("Parameters") && !state.state.has("Arguments") {
            let message = format!("a task that calls `{}:{}` needs `{field}`", call.service, call.action);
            report(found, Code::MissingField, state.at.clone(), message);
        }
    }
}

/// In an Express state machine a task does not wait for a job, a token or an activity.
pub(super) fn express_machines_only_wait_for_answers(definition: &Definition<'_>, found: &mut Vec<Diagnostic>) {
    for state in definition.parts.states.iter().filter(|state| state.express) {
        let Some(resource) = state.state.resource.as_deref().and_then(Resource::parse) else { continue };
        let (what, help) = match resource {
            Resource::Activity { .. } => ("activities".to_owned(), None),
            Resource::Integration(call) if call.pattern != Pattern::RequestResponse => {
                let help = matches!(call.pattern, Pattern::Sync | Pattern::SyncJson)
                    .then_some("use a Standard state machine, or start the job without waiting for it");
                (format!("`{}` service integrations", call.pattern.suffix()), help)
            }
            _ => continue,
        };
        let message = format!("an Express state machine does not support {what}");
        let diagnostic = Diagnostic::new(Code::ExpressRestriction, state.at.child("Resource"), message);
        found.push(diagnostic.with_help(help.unwrap_or("use a Standard state machine")));
    }
}
