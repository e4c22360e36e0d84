//! `cargo workflow history`: prints the events of an execution.

use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use serde_json::{Value, json};
use workflow_graph::history::History;
use workflow_runtime::aws_sdk_sfn::primitives::DateTime;
use workflow_runtime::aws_sdk_sfn::types::ExecutionStatus;
use workflow_runtime::client::{Error, Event, Execution, Untyped};
use workflow_services::OwnResource;

use super::pages::End;
use super::{Connect, Filter, Redaction, executions_of, own_resource, pages};
use crate::events::Options;
use crate::{Failure, report};

/// Returns every event of an execution in the form of the API, and its definition.
pub(crate) fn recorded(connect: &Connect, execution: &str) -> Result<(Vec<Value>, String), Failure> {
    connect.run(async |client| {
        let execution = client.execution(execution);
        let definition = execution.describe_machine().await?.definition;
        Ok((events(&execution).await?, definition))
    })
}

/// Executions that have ended, each with its name and ARN, and notes on others.
pub(crate) struct Ended {
    pub(crate) executions: Vec<(String, String)>,
    pub(crate) notes: Vec<String>,
}

/// Returns the executions of a state machine that have ended, at most `limit`.
pub(crate) fn ended(connect: &Connect, machine: &str, filter: &Filter, limit: usize) -> Result<Ended, Failure> {
    connect.run(async |client| {
        let mut list = filter.apply(executions_of(&client, machine).await?).list();
        let (found, end) = pages::read(limit, async || list.next().await).await?;
        let (running, ended): (Vec<_>, Vec<_>) =
            found.iter().map(|item| item.sdk()).partition(|item| *item.status() == ExecutionStatus::Running);
        let mut notes = Vec::new();
        if !running.is_empty() {
            notes.push(format!("{} still run: they are left out", running.len()));
        }
        match end {
            End::Complete => {}
            End::Limit => notes.push(format!("there are more than {limit}: `--limit NUMBER` saves more")),
            End::Failed(error) => return Err(error.into()),
        }
        let executions = ended.iter().map(|item| (item.name().to_owned(), item.execution_arn().to_owned()));
        Ok(Ended { executions: executions.collect(), notes })
    })
}

/// Writes the histories of the children of map runs that these events started into a folder, the histories of their
/// own children into folders there. Returns their number, and notes on children without a history.
pub(crate) fn save_children(
    connect: &Connect,
    parent: &[Value],
    folder: &Path,
    redaction: &Redaction,
) -> Result<(usize, Vec<String>), Failure> {
    connect.run(async |client| {
        let mut waiting = vec![(map_runs(parent), folder.to_owned())];
        let (mut saved, mut notes) = (0, Vec::new());
        while let Some((map_runs_here, folder)) = waiting.pop() {
            for arn in map_runs_here {
                let mut children = client.map_run(arn.as_str()).children().list();
                while let Some(child) = children.next().await? {
                    let child = child.execution();
                    // The API keeps no histories of Express executions.
                    if own_resource(child.arn().as_str()) == Some(OwnResource::ExpressExecution) {
                        notes.push(format!("the children of {arn} are Express: they are not saved"));
                        break;
                    }
                    let mut events = events(&child).await?;
                    let inside = map_runs(&events);
                    events.iter_mut().for_each(|event| redaction.apply(event));
                    let name = child.name().replace(|c: char| !c.is_ascii_alphanumeric() && c != '-', "_");
                    let history = json!({ "executionArn": child.arn().as_str(), "mapRunArn": arn, "events": events });
                    std::fs::create_dir_all(&folder).map_err(|error| failed(&folder, &error))?;
                    write(&folder.join(format!("{name}.json")), &history)?;
                    saved += 1;
                    waiting.push((inside, folder.join(name)));
                }
            }
        }
        Ok((saved, notes))
    })
}

/// Prints the events.
pub(crate) fn print(
    options: &Options,
    connect: &Connect,
    execution: &str,
    output: &mut impl Write,
) -> Result<ExitCode, Failure> {
    let (read, start, end) = connect.run(async |client| {
        let execution = client.execution(execution);
        let read = async |data: bool| {
            let history = if options.reverse { execution.history().newest_first() } else { execution.history() };
            let mut history = if data { history } else { history.without_data() };
            pages::read(options.limit.unwrap_or(usize::MAX), async || history.next().await).await
        };
        let (mut events, mut end) = read(options.data).await?;
        // Errors and causes are data.
        let lacks = |event: &Event<Untyped>| lacks_error(event.kind(), event.error());
        if !options.data && events.iter().any(lacks) {
            (events, end) = read(true).await?;
        }
        let start = match events.iter().find(|event| event.id() == 1) {
            Some(first) => Some(first.timestamp()),
            None => execution.history().without_data().next().await?.map(|first| first.timestamp()),
        };
        Ok((events, start, end))
    })?;
    let history = History::read(&read.iter().map(of_api).collect())?;
    let start = start.and_then(|start| DateTime::from(start).to_millis().ok());
    options.print(&history, start, 0, output)?;
    Ok(end.code(connect))
}

/// Returns whether an event is a failure whose error was not asked for. Those of maps and parallels have none.
pub(super) fn lacks_error(kind: &str, error: Option<&str>) -> bool {
    let is_failure = ["Failed", "TimedOut", "Aborted"].iter().any(|end| kind.ends_with(end));
    is_failure && error.is_none() && !["Map", "Parallel"].iter().any(|begin| kind.starts_with(begin))
}

/// Returns every event of an execution in the form of the API.
pub(super) async fn events(execution: &Execution<Untyped>) -> Result<Vec<Value>, Error> {
    let mut history = execution.history();
    let mut events = Vec::new();
    while let Some(event) = history.next().await? {
        events.push(of_api(&event));
    }
    Ok(events)
}

/// Returns the map runs that events of an execution started.
fn map_runs(events: &[Value]) -> Vec<String> {
    let arn = |event: &Value| event.pointer("/EventDetails/mapRunArn").and_then(Value::as_str).map(str::to_owned);
    events.iter().filter(|event| event["type"] == "MapRunStarted").filter_map(arn).collect()
}

/// Writes a history to a file.
pub(crate) fn write(file: &Path, history: &Value) -> Result<(), Failure> {
    std::fs::write(file, format!("{}\n", report::json_text(history))).map_err(|error| failed(file, &error))
}

fn failed(file: &Path, error: &std::io::Error) -> Failure {
    format!("error: cannot write {}: {error}", file.display()).into()
}

/// Returns an event in the wire format of `GetExecutionHistory`, with the details that pages, traces and replays need.
pub(super) fn of_api(event: &Event<Untyped>) -> Value {
    let sdk = event.sdk();
    let index = sdk.map_iteration_started_event_details();
    let index = index.or(sdk.map_iteration_succeeded_event_details()).or(sdk.map_iteration_failed_event_details());
    let index = index.or(sdk.map_iteration_aborted_event_details());
    let mut details = serde_json::Map::new();
    let mut add = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            details.insert(name.to_owned(), value);
        }
    };
    let text = |text: Option<&str>| text.map(Value::from);
    let called = sdk.task_scheduled_event_details();
    let function = sdk.lambda_function_scheduled_event_details();
    let activity = sdk.activity_scheduled_event_details();
    add("resourceType", text(called.map(|details| details.resource_type())));
    let resource = called.map(|details| details.resource());
    add(
        "resource",
        text(resource.or(function.map(|details| details.resource())).or(activity.map(|details| details.resource()))),
    );
    add("parameters", text(called.map(|details| details.parameters())));
    let seconds = called.and_then(|details| details.timeout_in_seconds());
    let seconds = seconds.or(function.and_then(|details| details.timeout_in_seconds()));
    add("timeoutInSeconds", seconds.or(activity.and_then(|details| details.timeout_in_seconds())).map(Value::from));
    let seconds = called.and_then(|details| details.heartbeat_in_seconds());
    add("heartbeatInSeconds", seconds.or(activity.and_then(|details| details.heartbeat_in_seconds())).map(Value::from));
    add("workerName", text(sdk.activity_started_event_details().and_then(|details| details.worker_name())));
    add("roleArn", text(sdk.execution_started_event_details().and_then(|details| details.role_arn())));
    add("name", text(event.state_name().or(index.and_then(|details| details.name()))));
    add("index", index.map(|details| details.index().into()));
    let started = sdk.map_state_started_event_details();
    add("length", started.map(|details| details.length().into()));
    let redriven = sdk.execution_redriven_event_details();
    add("redriveCount", redriven.and_then(|details| details.redrive_count()).map(Value::from));
    add("mapRunArn", text(sdk.map_run_started_event_details().and_then(|details| details.map_run_arn())));
    add("input", text(event.input()));
    add("output", text(event.output()));
    add("error", text(event.error()));
    add("cause", text(event.cause()));
    let assigned = sdk.state_exited_event_details().and_then(|details| details.assigned_variables());
    add(
        "assignedVariables",
        assigned.map(|variables| {
            let sorted: std::collections::BTreeMap<_, _> = variables.iter().collect();
            sorted.into_iter().map(|(name, value)| (name.clone(), Value::from(value.as_str()))).collect()
        }),
    );
    json!({
        "id": event.id(),
        "previousEventId": event.previous_id(),
        "timestamp": DateTime::from(event.timestamp()).as_secs_f64(),
        "type": event.kind(),
        "EventDetails": details,
    })
}
