//! The permissions of a distributed map: executions of its own state machine, and S3 for its items and results.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/dg/iam-policies-eg-dist-map.html>

use workflow_iam::{Need, NoteKind, ServiceCall};

use super::request::{Request, open_text};
use crate::document::MachineType;
use crate::jsonata::Expressions;
use crate::rules::object_index::StateAt;

/// The actions of a result writer other than putting objects: large ones are uploaded in parts.
const WRITES: [&str; 4] = ["s3:AbortMultipartUpload", "s3:GetObject", "s3:ListMultipartUploadParts", "s3:PutObject"];

const ITSELF: &str = "arn:${Partition}:states:${Region}:${Account}:stateMachine:<self>";
const EXECUTION: &str = "arn:${Partition}:states:${Region}:${Account}:execution";
const EXECUTIONS: &str = "<executions>";

/// Adds the calls of a distributed map.
pub(super) fn calls(state: &StateAt<'_>, expressions: &Expressions, calls: &mut Vec<ServiceCall>) {
    let reader = state.state.item_reader.as_ref();
    let writer = state.state.result_writer.as_ref();
    // The partition is the partition of the enclosing calls.
    let resource = reader.and_then(|reader| reader.resource.as_deref()).unwrap_or_default();
    let new_call = || ServiceCall::new(state.name, open_text(resource));
    let mut runs = new_call();
    runs.allow(["states:StartExecution"], vec![ITSELF.to_owned()]);
    runs.allow(["states:DescribeExecution", "states:StopExecution"], vec![EXECUTIONS.to_owned()]);
    // A redrive of an execution redrives the failed children of its map runs; Express children start again.
    let config = state.state.processor().and_then(|processor| processor.processor_config.as_ref());
    if config.and_then(|config| config.execution_type.as_deref()) != Some(MachineType::Express.as_str()) {
        let label = state.state.label.as_deref();
        let run = format!("{EXECUTION}:<self>/{}:*", if label.is_some() { "{Label}" } else { "*" });
        runs.allow(["states:RedriveExecution"], vec![run]);
        runs.look_up(|_| vec![label.map(open_text)]);
    }
    calls.push(runs);
    if let Some(reader) = reader {
        let config = reader.reader_config.as_ref();
        let value = state.language.pick(&reader.parameters, &reader.arguments);
        let request = Request::new(value.as_ref(), state.language, expressions);
        let mut call = new_call();
        if resource.ends_with(":s3:listObjectsV2") {
            call.needs.push(Need::Statement {
                actions: vec!["s3:ListBucket".to_owned()],
                resources: vec![of_s3("{Bucket}")],
                conditions: vec![("StringEquals".to_owned(), "s3:prefix".to_owned(), vec!["{Prefix|*}".to_owned()])],
            });
            if config.and_then(|config| config.transformation.as_deref()) == Some("LOAD_AND_FLATTEN") {
                call.allow(["s3:GetObject"], vec![of_s3("{Bucket}/{Prefix|*}*")]);
            }
        } else if resource.ends_with(":s3:getObject") {
            let is_manifest = config.is_some_and(|config| {
                config.input_type.as_deref() == Some("MANIFEST") || config.manifest_type.is_some()
            });
            let versions = request.may_have("VersionId").then_some("s3:GetObjectVersion");
            let actions = ["s3:GetObject"].into_iter().chain(versions);
            if is_manifest {
                call.allow(actions, vec![of_s3("{Bucket}/*")]);
                call.note(
                    NoteKind::Missing,
                    "a manifest names the objects that are read: `s3:GetObject` on the whole bucket of the manifest; add the bucket of the objects if it differs",
                );
            } else {
                call.allow(actions, vec![of_s3("{Bucket}/{Key}")]);
            }
        } else {
            call.note(
                NoteKind::Missing,
                format!("the permissions that the item reader `{resource}` needs are unknown"),
            );
        }
        call.look_up(|path| request.find(path));
        calls.push(call);
    }
    // Without a resource, a writer only formats the results.
    if let Some(writer) = writer
        && writer.resource.is_some()
    {
        let value = state.language.pick(&writer.parameters, &writer.arguments);
        let request = Request::new(value.as_ref(), state.language, expressions);
        let mut call = new_call();
        call.allow(WRITES, vec![of_s3("{Bucket}/{Prefix|*:folder}")]);
        call.look_up(|path| request.find(path));
        calls.push(call);
    }
}

fn of_s3(path: &str) -> String {
    format!("arn:${{Partition}}:s3:::{path}")
}
