//! `cargo workflow describe ARN|NAME`: prints the service's description of a state machine, an execution or a map run.

use std::io::Write;
use std::process::ExitCode;

use serde_json::{Map, Value, json};
use workflow_runtime::client::{Client, Error, StateMachine, TAG_PREFIX, Untyped};
use workflow_services::OwnResource;

use super::failure::permitted;
use super::{CommandError, Connect, Format, machine, own_resource, printed};
use crate::{Failure, report};

/// Prints the service's description of a state machine, an execution or a map run.
pub(crate) fn describe(
    named: &str,
    definition: bool,
    format: Format,
    connect: &Connect,
    output: &mut impl Write,
) -> Result<ExitCode, Failure> {
    let mut made = connect.run(async |client| match own_resource(named) {
        Some(OwnResource::Execution) => execution(&client, named, definition, connect).await,
        Some(OwnResource::MapRun) => map_run(&client, named).await,
        _ => state_machine(&client, named, definition).await,
    })?;
    match (format, definition) {
        (Format::Json, _) => writeln!(output, "{}", report::json_text(&made))?,
        (Format::Text, true) => writeln!(output, "{}", report::json_text(&made["definition"]))?,
        (Format::Text, false) => {
            if let Some(tags) = made["tags"].as_object_mut() {
                tags.retain(|key, _| !key.starts_with(TAG_PREFIX));
            }
            printed::members(output, &made)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn execution(
    client: &Client<Untyped>,
    arn: &str,
    definition: bool,
    connect: &Connect,
) -> Result<Value, CommandError> {
    let execution = client.execution(arn);
    if definition {
        let machine = execution.describe_machine().await?;
        return Ok(json!({
            "stateMachineArn": machine.state_machine_arn(),
            "revisionId": machine.revision_id(),
            "roleArn": machine.role_arn(),
            "definition": printed::payload(Some(machine.definition())),
        }));
    }
    let described = execution.describe().await?;
    let found = described.sdk();
    let did_not_succeed = described.error().is_some() || described.cause().is_some();
    let state = if did_not_succeed { execution.failed_state().await? } else { None };
    Ok(json!({
        "executionArn": arn,
        "stateMachineArn": found.state_machine_arn(),
        "stateMachineVersionArn": found.state_machine_version_arn(),
        "stateMachineAliasArn": found.state_machine_alias_arn(),
        "mapRunArn": found.map_run_arn(),
        "status": found.status().as_str(),
        "startDate": printed::time(*found.start_date()),
        "stopDate": printed::time_or_none(found.stop_date().copied()),
        "state": state,
        "error": found.error(),
        "cause": found.cause(),
        "redriveCount": found.redrive_count(),
        "redriveStatus": found.redrive_status().map(|status| status.as_str()),
        "redriveStatusReason": found.redrive_status_reason(),
        "input": printed::payload(found.input()),
        "output": printed::payload(found.output()),
        "console": connect.console(arn),
    }))
}

async fn map_run(client: &Client<Untyped>, arn: &str) -> Result<Value, CommandError> {
    let found = client.map_run(arn).describe().await?;
    let items = found.item_counts().map(|items| {
        json!({
            "total": items.total(), "pending": items.pending(), "running": items.running(),
            "succeeded": items.succeeded(), "failed": items.failed(), "timedOut": items.timed_out(),
            "aborted": items.aborted(), "resultsWritten": items.results_written(),
        })
    });
    Ok(json!({
        "mapRunArn": found.map_run_arn(),
        "executionArn": found.execution_arn(),
        "status": found.status().as_str(),
        "startDate": printed::time(*found.start_date()),
        "stopDate": printed::time_or_none(found.stop_date().copied()),
        "maxConcurrency": found.max_concurrency(),
        "itemCounts": items,
        "redriveCount": found.redrive_count(),
    }))
}

/// Returns where each alias points.
async fn routes(machine: &StateMachine<Untyped>) -> Result<Map<String, Value>, Error> {
    let mut routes = Map::new();
    for alias in machine.unqualified().aliases().collect().await? {
        routes.insert(alias.name().to_owned(), alias.routing().await?.to_string().into());
    }
    Ok(routes)
}

async fn state_machine(client: &Client<Untyped>, named: &str, definition: bool) -> Result<Value, CommandError> {
    let machine = machine(client, named).await?;
    let found = machine.describe().await?;
    let versions = permitted(machine.versions().collect().await)?;
    let aliases = permitted(routes(&machine).await)?;
    let tags = permitted(machine.tags().await)?;
    let logging = found.logging_configuration();
    let mut made = json!({
        "name": found.name(),
        "stateMachineArn": found.state_machine_arn(),
        "type": found.r#type().as_str(),
        "status": found.status().map(|status| status.as_str()),
        "roleArn": found.role_arn(),
        "creationDate": printed::time(*found.creation_date()),
        "revisionId": found.revision_id(),
        "description": found.description(),
        "loggingLevel": logging.and_then(|logging| logging.level()).map(|level| level.as_str()),
        "tracingEnabled": found.tracing_configuration().map(|tracing| tracing.enabled()),
        "kmsKeyId": found.encryption_configuration().and_then(|encryption| encryption.kms_key_id()),
        "tags": tags.map(|tags| tags.into_iter().map(|(key, value)| (key, value.into())).collect::<Map<_, Value>>()),
        "versions": versions.map(|all| all.iter().filter_map(StateMachine::version_number).collect::<Vec<_>>()),
        "aliases": aliases,
    });
    if definition {
        made["definition"] = printed::payload(Some(found.definition()));
    }
    Ok(made)
}
