//! What a distributed map needs: executions of its own state machine, and S3 for its items and results.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/dg/iam-policies-eg-dist-map.html>

use serde_json::Value;

use super::optimised::{add_condition, note_open};
use super::pattern::{ANY, joined};
use super::request::{Given, Request};
use super::template::{Filling, Place};
use super::{Conditions, Found, NoteKind, Setting};
use crate::document::QueryLanguage;
use crate::rules::part::StateAt;

/// What a result writer does besides putting objects: large ones go up in parts.
const WRITES: [&str; 4] = ["s3:AbortMultipartUpload", "s3:GetObject", "s3:ListMultipartUploadParts", "s3:PutObject"];

/// Adds what a distributed map needs.
pub(super) fn add(state: &StateAt<'_>, setting: &Setting, found: &mut Found) {
    let reader = state.state.item_reader.as_ref();
    let writer = state.state.result_writer.as_ref();
    let resource = |resource: Option<&String>| resource.cloned().unwrap_or_default();
    let place = Place::of(setting, &resource(reader.and_then(|reader| reader.resource.as_ref())));
    found.need(state.name, ["states:StartExecution"], vec![place.itself()], Conditions::new());
    let executions = place.arn("states", &format!("execution:{}:*", place.machine));
    let executions = if place.machine == ANY { place.arn("states", "execution:*") } else { executions };
    found.need(state.name, ["states:DescribeExecution", "states:StopExecution"], vec![executions], Conditions::new());
    if setting.machine.is_none() {
        let text = "the name of the state machine is not known: a distributed map may start executions of every one";
        found.note(NoteKind::Wide, text.to_owned(), state.name);
    }
    let request = |parameters: &'_ Option<Value>, arguments: &'_ Option<Value>| match state.language {
        QueryLanguage::JsonPath => parameters.clone(),
        QueryLanguage::Jsonata => arguments.clone(),
    };
    if let Some(reader) = reader {
        let config = reader.reader_config.as_ref();
        let value = request(&reader.parameters, &reader.arguments);
        let request = Request::new(value.as_ref(), state.language, setting, place.itself());
        let mut s3 = S3 { request: &request, place: &place, state: state.name, found };
        let resource = reader.resource.as_deref().unwrap_or_default();
        if resource.ends_with(":s3:listObjectsV2") {
            s3.list();
            if config.and_then(|config| config.transformation.as_deref()) == Some("LOAD_AND_FLATTEN") {
                s3.add(&["s3:GetObject"], "{Bucket}/{Prefix|*}*");
            }
        } else if resource.ends_with(":s3:getObject") {
            let is_manifest = config.is_some_and(|config| {
                config.input_type.as_deref() == Some("MANIFEST") || config.manifest_type.is_some()
            });
            let versions: &[&str] = if request.may_have("VersionId") {
                &["s3:GetObject", "s3:GetObjectVersion"]
            } else {
                &["s3:GetObject"]
            };
            let mut s3 = S3 { request: &request, place: &place, state: state.name, found };
            if is_manifest {
                s3.add(versions, "{Bucket}/*");
                let text = "a manifest names the objects that are read: `s3:GetObject` on the whole bucket of the manifest; add the bucket of the objects if it is another";
                found.note(NoteKind::Missing, text.to_owned(), state.name);
            } else {
                s3.add(versions, "{Bucket}/{Key}");
            }
        } else {
            let text = format!("what the item reader `{resource}` needs is not known");
            found.note(NoteKind::Missing, text, state.name);
        }
    }
    // Without a resource a writer only gives the results a form.
    if let Some(writer) = writer
        && writer.resource.is_some()
    {
        let value = request(&writer.parameters, &writer.arguments);
        let request = Request::new(value.as_ref(), state.language, setting, place.itself());
        let below = request.find("Prefix").iter().any(|given| match given {
            Given::Text(prefix) => !prefix.ends_with('/'),
            _ => false,
        });
        let mut s3 = S3 { request: &request, place: &place, state: state.name, found };
        s3.add(&WRITES, if below { "{Bucket}/{Prefix}/*" } else { "{Bucket}/{Prefix|*}*" });
    }
}

/// Adds statements on S3.
struct S3<'a> {
    request: &'a Request<'a>,
    place: &'a Place,
    state: &'a str,
    found: &'a mut Found,
}

impl S3<'_> {
    fn add(&mut self, actions: &[&str], path: &str) {
        let mut filling = Filling::new(self.request, self.place);
        let resources = filling.fill(&format!("arn:${{Partition}}:s3:::{path}"));
        note_open(&filling, actions, &resources, self.state, self.found);
        self.found.need(self.state, actions.iter().copied(), resources, Conditions::new());
    }

    fn list(&mut self) {
        let mut filling = Filling::new(self.request, self.place);
        let resources = filling.fill("arn:${Partition}:s3:::{Bucket}");
        let mut conditions = Conditions::new();
        let prefix = joined(String::new(), "{Prefix|*}");
        let prefixes = filling.fill(&prefix);
        add_condition(&mut conditions, "StringEquals", "s3:prefix", prefixes);
        note_open(&filling, &["s3:ListBucket"], &resources, self.state, self.found);
        self.found.need(self.state, ["s3:ListBucket"], resources, conditions);
    }
}
