//! The models in botocore: one per service, in its newest version.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::{Number, Value};

use crate::wheel::Wheel;
use crate::{Failure, naming};

/// The model of a service.
#[derive(Deserialize)]
pub(crate) struct Api {
    pub(crate) metadata: Metadata,
    pub(crate) operations: BTreeMap<String, ApiOperation>,
    pub(crate) shapes: BTreeMap<String, ApiShape>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Metadata {
    pub(crate) service_id: String,
    pub(crate) endpoint_prefix: String,
    pub(crate) signing_name: Option<String>,
    #[serde(default)]
    pub(crate) api_version: String,
}

#[derive(Deserialize)]
pub(crate) struct ApiOperation {
    pub(crate) http: Option<Http>,
    pub(crate) input: Option<Reference>,
    pub(crate) output: Option<Reference>,
    #[serde(default)]
    pub(crate) errors: Vec<Reference>,
    #[serde(default)]
    pub(crate) deprecated: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Http {
    #[serde(default)]
    pub(crate) method: String,
    #[serde(default)]
    pub(crate) request_uri: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Reference {
    pub(crate) shape: String,
    #[serde(default)]
    pub(crate) idempotency_token: bool,
    /// Whether AWS documents it as an idempotency token, but the model does not mark it: the SDK does not fill it in.
    #[serde(skip)]
    pub(crate) documented_token: bool,
    pub(crate) location: Option<String>,
    pub(crate) location_name: Option<String>,
}

#[derive(Deserialize)]
pub(crate) struct ApiShape {
    #[serde(rename = "type")]
    pub(crate) kind: String,
    #[serde(default)]
    pub(crate) members: IndexMap<String, Reference>,
    #[serde(default)]
    pub(crate) required: Vec<String>,
    pub(crate) member: Option<Reference>,
    pub(crate) key: Option<Reference>,
    pub(crate) value: Option<Reference>,
    #[serde(default, rename = "enum")]
    pub(crate) values: Vec<String>,
    /// The lower bound of a number or a length.
    pub(crate) min: Option<Number>,
    /// The upper bound of a number or a length.
    pub(crate) max: Option<Number>,
    #[serde(default)]
    pub(crate) union: bool,
    #[serde(default)]
    pub(crate) document: bool,
    #[serde(default)]
    pub(crate) eventstream: bool,
}

impl Api {
    /// Returns the service's name in a resource.
    pub(crate) fn name(&self) -> String {
        naming::service(&self.metadata.service_id)
    }

    /// Returns whether a structure has a member that streams events.
    pub(crate) fn streams(&self, structure: Option<&Reference>) -> bool {
        let Some(shape) = structure.and_then(|reference| self.shapes.get(&reference.shape)) else { return false };
        shape.members.values().any(|member| self.shapes.get(&member.shape).is_some_and(|shape| shape.eventstream))
    }
}

/// Returns every model of the wheel, by folder.
///
/// # Errors
/// Fails if a model cannot be read.
pub(crate) fn models(wheel: &mut Wheel) -> Result<BTreeMap<String, Api>, Failure> {
    // Names are sorted, so the newest version of a folder comes last.
    let mut newest = BTreeMap::new();
    let names = wheel.names();
    for name in &names {
        let mut parts = name.split('/');
        if let (
            Some("botocore"),
            Some("data"),
            Some(folder),
            Some(_),
            Some("service-2.json" | "service-2.json.gz"),
            None,
        ) = (parts.next(), parts.next(), parts.next(), parts.next(), parts.next(), parts.next())
        {
            newest.insert(folder.to_owned(), name.clone());
        }
    }
    newest.into_iter().map(|(folder, name)| Ok((folder, model(wheel, &names, &name)?))).collect()
}

/// Marks the idempotency tokens that AWS documents and its models do not mark: operations, by folder and member.
///
/// # Errors
/// Fails if an operation has no such member, or if the model marks a token of its own by now.
pub(crate) fn mark_tokens<'a>(
    models: &mut BTreeMap<String, Api>,
    documented: &'a BTreeMap<String, BTreeMap<String, Vec<String>>>,
) -> Result<(), Failure> {
    for (folder, members) in documented {
        let named = |(member, operations): (_, &'a Vec<String>)| operations.iter().map(move |name| (member, name));
        for (member, operation) in members.iter().flat_map(named) {
            let missing = || Failure(format!("idempotency.json: `{folder}:{operation}` has no member `{member}`"));
            let api = models.get_mut(folder).ok_or_else(missing)?;
            let input = api.operations.get(operation).and_then(|operation| operation.input.as_ref());
            let input = input.and_then(|input| api.shapes.get_mut(&input.shape)).ok_or_else(missing)?;
            if input.members.values().any(|reference| reference.idempotency_token) {
                return Err(Failure(format!(
                    "idempotency.json: the model marks the token of `{folder}:{operation}`; remove it from the file"
                )));
            }
            input.members.get_mut(member).ok_or_else(missing)?.documented_token = true;
        }
    }
    Ok(())
}

fn model(wheel: &mut Wheel, names: &[String], name: &str) -> Result<Api, Failure> {
    let broken = |error: serde_json::Error| Failure(format!("{name}: {error}"));
    let bytes = wheel.read(name)?;
    let extras = format!("{}/service-2.sdk-extras.json", name.rsplit_once('/').unwrap_or_default().0);
    if !names.contains(&extras) {
        return serde_json::from_slice(&bytes).map_err(broken);
    }
    let mut model: Value = serde_json::from_slice(&bytes).map_err(broken)?;
    let extras: Value = serde_json::from_slice(&wheel.read(&extras)?).map_err(broken)?;
    if let Some(extras) = extras.get("merge") {
        merge(&mut model, extras);
    }
    serde_json::from_value(model).map_err(broken)
}

/// Merges `more` into `value`: objects member by member; anything else is replaced.
fn merge(value: &mut Value, more: &Value) {
    match (value.as_object_mut(), more.as_object()) {
        (Some(object), Some(more)) => {
            for (name, more) in more {
                merge(object.entry(name).or_insert(Value::Null), more);
            }
        }
        _ => *value = more.clone(),
    }
}
