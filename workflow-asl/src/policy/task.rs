//! What a task state needs: by what its resource names, and with whose credentials it calls.

use workflow_services::{Integration, Pattern, TaskResource};

use super::pattern::is_open;
use super::request::{Given, Request, fill};
use super::template::Place;
use super::{Conditions, Found, NoteKind, Setting, arn, optimised, sdk};
use crate::document::QueryLanguage;
use crate::rules::part::StateAt;

/// Services of the SDK that have optimised integrations under another name.
const OTHER_NAMES: &[(&str, &str)] = &[("bedrockruntime", "bedrock"), ("eventbridge", "events"), ("sfn", "states")];

/// Adds what a task needs.
pub(super) fn add(state: &StateAt<'_>, setting: &Setting, found: &mut Found) {
    let Some(credentials) = &state.state.credentials else {
        return add_call(state, setting, found);
    };
    // The call is made as another role: that one needs what this one does not.
    let mut theirs = Found::default();
    add_call(state, setting, &mut theirs);
    let place = Place::of(setting, state.state.resource.as_deref().unwrap_or_default());
    let request = Request::new(Some(credentials), state.language, setting, place.itself());
    let mut roles = Vec::new();
    let mut wide = false;
    for given in request.find("RoleArn") {
        match given {
            Given::Text(role) => {
                wide |= is_open(&role);
                roles.extend(arn::of_kind("role", "RoleArn", &role, &place));
            }
            Given::Absent | Given::Dynamic => {
                wide = true;
                // Roles are taken on across accounts too.
                roles.push(format!("arn:{}:iam::*:role/*", place.partition));
            }
        }
    }
    if wide {
        let text = "`Credentials.RoleArn` is not known before the workflow runs: `sts:AssumeRole` on other roles too";
        found.note(NoteKind::Wide, text.to_owned(), state.name);
    }
    let mut actions: Vec<_> = theirs.needs.iter().flat_map(|need| need.actions.iter().cloned()).collect();
    actions.sort();
    actions.dedup();
    if !actions.is_empty() {
        let actions = actions.iter().map(|action| format!("`{action}`")).collect::<Vec<_>>().join(", ");
        let text = format!("the role of its `Credentials` needs {actions}, and must trust this role");
        found.note(NoteKind::Remark, text, state.name);
    }
    found.need(state.name, ["sts:AssumeRole"], roles, Conditions::new());
}

fn add_call(state: &StateAt<'_>, setting: &Setting, found: &mut Found) {
    let Some(written) = state.state.resource.as_deref() else { return };
    let resource = fill(written, setting);
    let place = Place::of(setting, &resource);
    let parameters = match state.language {
        QueryLanguage::JsonPath => &state.state.parameters,
        QueryLanguage::Jsonata => &state.state.arguments,
    };
    let request = Request::new(parameters.as_ref(), state.language, setting, place.itself());
    match TaskResource::parse(&resource) {
        Ok(TaskResource::Optimised(integration, pattern)) => {
            optimised::add(integration, pattern, &request, &place, state.name, found);
        }
        Ok(TaskResource::Sdk(operation, _)) => {
            let service = operation.service().name();
            let service = OTHER_NAMES.iter().find(|(name, _)| *name == service).map_or(service, |(_, name)| name);
            // What AWS documents for the integration is more exact than what the actions' names tell.
            match Integration::find(&format!("{service}:{}", operation.name())) {
                Some(same) => {
                    optimised::add(same, Pattern::RequestResponse, &request, &place, state.name, found);
                }
                None => sdk::add(operation, &request, &place, state.name, found),
            }
        }
        Ok(TaskResource::Function) => {
            if is_open(&resource) {
                let text = format!("`{written}` is not known wholly: `lambda:InvokeFunction` on `{resource}`");
                found.note(NoteKind::Wide, text, state.name);
            }
            found.need(state.name, ["lambda:InvokeFunction"], vec![resource], Conditions::new());
        }
        // Its workers need permissions, the machine does not.
        Ok(TaskResource::Activity) => {}
        Ok(TaskResource::Retired(service, _)) => {
            let text = format!("AWS has retired the service `{}`: what it needs is not known", service.name());
            found.note(NoteKind::Missing, text, state.name);
        }
        Err(error) if !is_open(&resource) => {
            found.note(NoteKind::Missing, format!("what it needs is not known: {error}"), state.name);
        }
        _ => {
            let text = format!("what `{written}` calls is not known, and so what it needs");
            found.note(NoteKind::Missing, text, state.name);
        }
    }
}
