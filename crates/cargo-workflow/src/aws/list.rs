//! `cargo workflow list`: lists state machines, or the executions, versions and aliases of one.

use std::io::Write;
use std::process::ExitCode;
use std::time::{Duration, SystemTime};

use clap::{Args, ValueEnum};
use serde_json::{Value, json};
use workflow_runtime::aws_sdk_sfn::types::ExecutionListItem;
use workflow_runtime::client::{self, Executions, Pages, StateMachine, Untyped};
use workflow_services::OwnResource;

use super::{CommandError, Connect, Format, machine, own_resource, table};
use crate::{Failure, report};

/// The arguments of `list`.
#[derive(Args)]
pub(crate) struct List {
    /// List the executions of this state machine (NAME, NAME:ALIAS, NAME:VERSION or ARN) or map run (ARN). Without this
    /// argument, list the state machines
    machine: Option<String>,
    #[command(flatten)]
    filter: Filter,
    /// List the versions of the state machine instead of its executions
    #[arg(long, requires = "machine", conflicts_with = "aliases")]
    versions: bool,
    /// List the aliases of the state machine instead of its executions
    #[arg(long, requires = "machine")]
    aliases: bool,
    /// Maximum number of entries
    #[arg(long, default_value_t = 100)]
    limit: usize,
    /// Output format
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    #[command(flatten)]
    connect: Connect,
}

/// Which executions.
#[derive(Args, Clone, Default)]
pub(super) struct Filter {
    /// Only executions with this status (repeatable)
    #[arg(long, value_enum)]
    status: Vec<Status>,
    /// Only executions whose name starts with this text
    #[arg(long = "named", value_name = "BEGINNING")]
    named: Option<String>,
    /// Only executions that started in the last SECONDS seconds
    #[arg(long, value_name = "SECONDS")]
    since: Option<u64>,
    /// Only executions that started more than SECONDS seconds ago
    #[arg(long, value_name = "SECONDS")]
    before: Option<u64>,
    /// Only executions that were redriven (`true`) or were not (`false`)
    #[arg(long, value_name = "BOOLEAN")]
    redriven: Option<bool>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Status {
    Running,
    Succeeded,
    Failed,
    TimedOut,
    Aborted,
    PendingRedrive,
}

impl Filter {
    /// Applies the filter to executions.
    pub(super) fn apply(&self, executions: Executions<Untyped>) -> Executions<Untyped> {
        let mut executions = executions;
        for status in &self.status {
            executions = executions.status(match status {
                Status::Running => client::Status::Running,
                Status::Succeeded => client::Status::Succeeded,
                Status::Failed => client::Status::Failed,
                Status::TimedOut => client::Status::TimedOut,
                Status::Aborted => client::Status::Aborted,
                Status::PendingRedrive => client::Status::PendingRedrive,
            });
        }
        if let Some(beginning) = &self.named {
            executions = executions.named(beginning);
        }
        let ago = |seconds: u64| SystemTime::now().checked_sub(Duration::from_secs(seconds));
        if let Some(time) = self.since.and_then(ago) {
            executions = executions.started_after(time);
        }
        if let Some(time) = self.before.and_then(ago) {
            executions = executions.started_before(time);
        }
        if let Some(redriven) = self.redriven {
            executions = executions.redriven(redriven);
        }
        executions
    }
}

/// The output: as JSON, and as text.
struct Listed {
    head: &'static [&'static str],
    json: Vec<Value>,
}

impl List {
    /// Prints the list.
    pub(crate) fn execute(self, output: &mut impl Write) -> Result<ExitCode, Failure> {
        let listed = self.connect.run(async |client| {
            let Some(named) = &self.machine else {
                let machines = self.read(client.machines()).await?;
                let json = machines.iter().map(|machine| {
                    json!({
                        "name": machine.name, "type": machine.machine_type.as_str(),
                        "creationDate": table::time(machine.created), "stateMachineArn": machine.arn,
                    })
                });
                return Ok(Listed { head: &["name", "type", "creationDate", "stateMachineArn"], json: json.collect() });
            };
            if own_resource(named) == Some(OwnResource::MapRun) {
                let executions = client.map_run(named.as_str()).children();
                return self.executions(executions).await;
            }
            let machine = machine(&client, named).await?;
            match (self.versions, self.aliases) {
                (true, _) => self.versions(&machine).await,
                (_, true) => self.aliases(&machine).await,
                _ => self.executions(machine.executions()).await,
            }
        })?;
        match self.format {
            Format::Json => writeln!(output, "{}", report::json_text(&Value::Array(listed.json)))?,
            Format::Text => {
                let cell = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                let row = |item: &Value| {
                    let cells = listed.head.iter().map(|name| &item[*name]);
                    cells.map(|value| if value.is_null() { String::new() } else { cell(value) }).collect()
                };
                let rows: Vec<Vec<String>> = listed.json.iter().map(row).collect();
                table::print(output, listed.head, &rows)?;
            }
        }
        Ok(ExitCode::SUCCESS)
    }

    async fn read<T>(&self, mut pages: Pages<T>) -> Result<Vec<T>, CommandError> {
        let mut items = Vec::new();
        while items.len() < self.limit
            && let Some(item) = pages.next().await?
        {
            items.push(item);
        }
        Ok(items)
    }

    async fn executions(&self, executions: Executions<Untyped>) -> Result<Listed, CommandError> {
        let found = self.read(self.filter.apply(executions).list()).await?;
        let json = found.iter().map(|execution| of_execution(execution.sdk())).collect();
        Ok(Listed { head: &["name", "status", "startDate", "stopDate", "executionArn"], json })
    }

    async fn versions(&self, machine: &StateMachine<Untyped>) -> Result<Listed, CommandError> {
        let versions = self.read(machine.versions()).await?;
        let json = versions.iter().map(
            |version| json!({"version": version.version_number(), "stateMachineVersionArn": version.arn().as_str()}),
        );
        Ok(Listed { head: &["version", "stateMachineVersionArn"], json: json.collect() })
    }

    async fn aliases(&self, machine: &StateMachine<Untyped>) -> Result<Listed, CommandError> {
        let mut json = Vec::new();
        for alias in self.read(machine.aliases()).await? {
            json.push(super::alias::shown(&alias).await?);
        }
        Ok(Listed { head: &["name", "routes", "stateMachineAliasArn"], json })
    }
}

/// Returns an execution of a listing, with the API's names.
fn of_execution(item: &ExecutionListItem) -> Value {
    json!({
        "name": item.name(),
        "status": item.status().as_str(),
        "startDate": table::time(*item.start_date()),
        "stopDate": table::time_or_none(item.stop_date().copied()),
        "executionArn": item.execution_arn(),
        "stateMachineVersionArn": item.state_machine_version_arn(),
        "stateMachineAliasArn": item.state_machine_alias_arn(),
        "mapRunArn": item.map_run_arn(),
        "redriveCount": item.redrive_count(),
    })
}
