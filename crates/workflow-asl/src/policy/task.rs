//! The needs of a task state, by its resource and credentials.

use std::collections::BTreeMap;

use workflow_iam::{Need, NoteKind, ServiceCall, Setting, fill};
use workflow_services::{Integration, Pattern, TaskResource};

use super::request::{Request, open_text};
use super::{optimised, sdk};
use crate::jsonata::Expressions;
use crate::rules::object_index::StateAt;

/// SDK services that have an optimised integration with another name.
const OTHER_NAMES: &[(&str, &str)] = &[("bedrockruntime", "bedrock"), ("eventbridge", "events"), ("sfn", "states")];

/// Returns the target of a task's call.
pub(super) fn call(
    state: &StateAt<'_>,
    values: &BTreeMap<String, String>,
    expressions: &Expressions,
) -> Option<ServiceCall> {
    let written = state.state.resource.as_deref()?;
    let mut call = ServiceCall::new(state.name, open_text(written));
    let parameters = state.language.pick(&state.state.parameters, &state.state.arguments);
    let request = Request::new(parameters.as_ref(), state.language, expressions);
    let resource = fill(&call.resource, &Setting { values: values.clone(), ..Setting::default() });
    match TaskResource::parse(&resource) {
        Ok(TaskResource::Optimised(integration, pattern)) => optimised::add(integration, pattern, &request, &mut call),
        Ok(TaskResource::Sdk(operation, _)) => {
            let service = operation.service().name();
            let service = OTHER_NAMES.iter().find(|(name, _)| *name == service).map_or(service, |(_, name)| name);
            // AWS's documentation of the integration is more precise than the names of the actions.
            match Integration::find(&format!("{service}:{}", operation.name())) {
                Some(same) => optimised::add(same, Pattern::RequestResponse, &request, &mut call),
                None => sdk::add(operation, &request, &mut call),
            }
        }
        Ok(TaskResource::Function) => call.needs.push(Need::Function),
        // Its workers need permissions; the machine does not.
        Ok(TaskResource::Activity) => {}
        Ok(TaskResource::Retired(service, _)) => {
            let text = format!("AWS has retired the service `{}`: its permissions are unknown", service.name());
            call.note(NoteKind::Missing, text);
        }
        Err(error) if !workflow_iam::pattern::is_open(&resource) => {
            call.note(NoteKind::Missing, format!("its permissions are unknown: {error}"));
        }
        _ => call.needs.push(Need::Unknown(written.to_owned())),
    }
    call.look_up(|path| request.find(path));
    if let Some(credentials) = &state.state.credentials {
        call.role = Some(Request::new(Some(credentials), state.language, expressions).find("RoleArn"));
    }
    Some(call)
}
