//! `cargo workflow list`: lists state machines, or the executions, versions and aliases of one.

use std::io::Write;
use std::process::ExitCode;
use std::time::{Duration, SystemTime};

use clap::{Args, ValueEnum};
use serde_json::{Value, json};
use workflow_runtime::aws_sdk_sfn::types::ExecutionListItem;
use workflow_runtime::client::{self, Error, Executions, Pages, StateMachine, Untyped};

use super::pages::{self, End};
use super::{Connect, executions_of, machine, printed};
use crate::{Failure, report, terminal};

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
    /// Maximum number of entries; a note says if there are more
    #[arg(long, default_value_t = 100)]
    limit: usize,
    /// List all entries
    #[arg(long, conflicts_with = "limit")]
    all: bool,
    /// Output format
    #[arg(long, value_enum, default_value = "text")]
    format: ListFormat,
    #[command(flatten)]
    connect: Connect,
}

/// The output format.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ListFormat {
    /// Text for people
    Text,
    /// JSON for programs
    Json,
    /// Page for a browser, with a link to each state machine or execution
    Html,
}

/// Which executions.
#[derive(Args, Clone, Default, PartialEq)]
pub(crate) struct Filter {
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
    end: End,
}

impl List {
    /// Prints the list.
    pub(crate) fn execute(self, output: &mut impl Write) -> Result<ExitCode, Failure> {
        let listed = self.connect.run(async |client| {
            let Some(named) = &self.machine else {
                let (machines, end) = self.read(client.machines()).await?;
                let json = machines.iter().map(|machine| {
                    json!({
                        "name": machine.name, "type": machine.machine_type.as_str(),
                        "creationDate": printed::time(machine.created), "stateMachineArn": machine.arn,
                    })
                });
                let head = &["name", "type", "creationDate", "stateMachineArn"];
                return Ok(Listed { head, json: json.collect(), end });
            };
            Ok(match (self.versions, self.aliases) {
                (true, _) => self.versions(&machine(&client, named).await?).await,
                (_, true) => self.aliases(&machine(&client, named).await?).await,
                _ => self.executions(executions_of(&client, named).await?).await,
            }?)
        })?;
        let cell = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let row = |item: &Value| {
            let cells = listed.head.iter().map(|name| &item[*name]);
            cells.map(|value| if value.is_null() { String::new() } else { cell(value) }).collect()
        };
        let rows: Vec<Vec<String>> = listed.json.iter().map(row).collect();
        match self.format {
            ListFormat::Json => writeln!(output, "{}", report::json_text(&Value::Array(listed.json)))?,
            ListFormat::Text => terminal::table(output, listed.head, &rows)?,
            ListFormat::Html => {
                let title = self.machine.as_deref().unwrap_or("State machines");
                // The ARN is the last column.
                let page = |row: &[String]| self.connect.console(row.last()?);
                printed::to_html(output, title, listed.head, &rows, page)?;
            }
        }
        if let End::Limit = listed.end {
            report::note(&format!("there are more than {}: `--limit NUMBER` or `--all` lists more", self.limit));
        }
        Ok(listed.end.code(&self.connect))
    }

    async fn read<T>(&self, mut pages: Pages<T>) -> Result<(Vec<T>, End), Error> {
        pages::read(if self.all { usize::MAX } else { self.limit }, async || pages.next().await).await
    }

    async fn executions(&self, executions: Executions<Untyped>) -> Result<Listed, Error> {
        let (found, end) = self.read(self.filter.apply(executions).list()).await?;
        let json = found.iter().map(|execution| of_execution(execution.sdk())).collect();
        Ok(Listed { head: &["name", "status", "startDate", "stopDate", "executionArn"], json, end })
    }

    async fn versions(&self, machine: &StateMachine<Untyped>) -> Result<Listed, Error> {
        let (versions, end) = self.read(machine.versions()).await?;
        let json = versions.iter().map(
            |version| json!({"version": version.version_number(), "stateMachineVersionArn": version.arn().as_str()}),
        );
        Ok(Listed { head: &["version", "stateMachineVersionArn"], json: json.collect(), end })
    }

    async fn aliases(&self, machine: &StateMachine<Untyped>) -> Result<Listed, Error> {
        let (aliases, end) = self.read(machine.aliases()).await?;
        let mut aliases = aliases.iter();
        // Each is described by a request of its own.
        let shown = async || match aliases.next() {
            Some(alias) => Ok(Some(super::alias::shown(alias).await?)),
            None => Ok(None),
        };
        let (json, failed) = pages::read(usize::MAX, shown).await?;
        let end = if let End::Failed(_) = failed { failed } else { end };
        Ok(Listed { head: &["name", "routes", "stateMachineAliasArn"], json, end })
    }
}

/// Returns an execution of a listing, with the API's names.
fn of_execution(item: &ExecutionListItem) -> Value {
    json!({
        "name": item.name(),
        "status": item.status().as_str(),
        "startDate": printed::time(*item.start_date()),
        "stopDate": printed::time_or_none(item.stop_date().copied()),
        "executionArn": item.execution_arn(),
        "stateMachineVersionArn": item.state_machine_version_arn(),
        "stateMachineAliasArn": item.state_machine_alias_arn(),
        "mapRunArn": item.map_run_arn(),
        "redriveCount": item.redrive_count(),
    })
}
