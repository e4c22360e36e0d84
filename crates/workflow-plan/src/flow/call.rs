//! What a task calls and returns.

use std::collections::BTreeMap;

use workflow_asl::document::State;
use workflow_asl::resource::{Pattern, Resource};
use workflow_services::{Integration, TaskResource};

use super::state::written;
use super::symbol::{Symbol, ValueSource};

/// Request members that name the target resource, by the ends of their names.
const NAMES: &[&str] = &[
    "Name",
    "Arn",
    "ARN",
    "Url",
    "Bucket",
    "Topic",
    "Queue",
    "Table",
    "Cluster",
    "TaskDefinition",
    "JobDefinition",
    "WorkGroup",
    "Endpoint",
    "Method",
    "Stage",
    "ModelId",
];

/// Members that every result of a Lambda function has besides its payload.
const INVOKED: [&str; 3] = ["ExecutedVersion", "StatusCode", "SdkHttpMetadata"];

/// Returns the result of a task; `name` is the name of its state.
pub(super) fn result(state: &State, request: Option<&Symbol>, name: &str) -> Symbol {
    let resource = state.resource.as_deref().unwrap_or_default();
    let part = |key: String| Symbol::origin(ValueSource::Result(key));
    match Resource::parse(resource) {
        Some(Resource::Lambda { function }) => part(function_key(function)),
        Some(Resource::Activity { name }) => part(format!("the activity {name}")),
        Some(Resource::Integration(call)) if call.pattern == Pattern::WaitForTaskToken => {
            part(format!("the answer to the task token of {name}"))
        }
        Some(Resource::Integration(call)) if (call.service, call.action) == ("lambda", "invoke") => {
            let function = written(request, "FunctionName");
            let payload = part(function.map_or_else(|| "a Lambda function".to_owned(), function_key));
            let meta =
                INVOKED.map(|member| (member.to_owned(), part(Integration::LAMBDA_INVOKE.to_owned()).member(member)));
            let members: BTreeMap<_, _> = meta.into_iter().chain([("Payload".to_owned(), payload)]).collect();
            Symbol::Object { members, base: None }
        }
        Some(Resource::Integration(call)) if (call.service, call.action) == ("states", "startExecution") => {
            let machine = written(request, "StateMachineArn").unwrap_or("a state machine");
            let key = format!("states:startExecution of {machine}");
            let output = part(format!("the output of {machine}"));
            match call.pattern {
                Pattern::Sync2 => part(key).with(&["Output".to_owned()], output),
                Pattern::Sync => {
                    let text = Symbol::Computed { text: "as text".to_owned(), of: vec![output] };
                    part(key).with(&["Output".to_owned()], text)
                }
                _ => Symbol::object([
                    ("ExecutionArn", part(key.clone()).member("ExecutionArn")),
                    ("StartDate", part(key).member("StartDate")),
                ]),
            }
        }
        Some(Resource::Integration(call)) => {
            let mut key = format!("{}:{}", call.service, call.action);
            for target in targets(request).into_values() {
                key = format!("{key} {target}");
            }
            modelled(resource, &key)
        }
        None => part(resource.to_owned()),
    }
}

/// Returns the result from the table of AWS's APIs, if the table is certain of it.
fn modelled(resource: &str, key: &str) -> Symbol {
    let whole = Symbol::origin(ValueSource::Result(key.to_owned()));
    let Ok(task) = TaskResource::parse(resource) else { return whole };
    let Some(structure) = task.output().structure().filter(|_| task.output_verified()) else { return whole };
    let members: BTreeMap<_, _> =
        structure.members().map(|member| (member.name.to_owned(), whole.member(member.name))).collect();
    if members.is_empty() { whole } else { Symbol::Object { members, base: None } }
}

fn function_key(function: &str) -> String {
    format!("the function {}", function_name(function))
}

/// Returns the name of a function without version or alias, given its name, its ARN or a partial ARN.
pub(crate) fn function_name(text: &str) -> &str {
    let name = text.rsplit_once("function:").map_or(text, |(_, name)| name);
    if name.starts_with("${") { name } else { name.split(':').next().unwrap_or(name) }
}

/// Returns the request members that name the target resource, if they are constants in the definition.
pub(crate) fn targets(request: Option<&Symbol>) -> BTreeMap<String, String> {
    let Some(Symbol::Object { members, .. }) = request else { return BTreeMap::new() };
    let names = members.keys().filter(|member| NAMES.iter().any(|end| member.ends_with(end)));
    names.filter_map(|member| Some((member.clone(), written(request, member)?.to_owned()))).collect()
}
