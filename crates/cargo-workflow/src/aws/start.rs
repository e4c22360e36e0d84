//! `cargo workflow start`: starts an execution, and optionally waits for it; or an execution for each line of a file.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use serde_json::{Value, json};
use workflow_asl::printable::{printable, printable_json};
use workflow_plan::schema::mismatches;
use workflow_runtime::Express;
use workflow_runtime::aws_sdk_sfn::types::StateMachineType;
use workflow_runtime::client::{Client, Execution, Progress, StateMachine, Status, Untyped};

use super::failure::permitted;
use super::watch::{self, Ended};
use super::{CommandError, Connect, Format, failure, inputs, machine, waiting};
use crate::params::Values;
use crate::source::{self, ReadRequest};
use crate::template::Reading;
use crate::{Failure, input, report, types};

/// The most mismatches that are printed.
const SHOWN: usize = 100;

/// The arguments of `start`.
///
/// The input is checked against the contract of the state machine: the type that `deploy` keeps in its tags. If it does
/// not match, the exit code is 2, and nothing is started.
///
/// The exit code is 0 if the execution was started, or with --wait succeeded; 1 if it failed; 3 if it timed out, was
/// aborted, or runs longer than --at-most; with --inputs, 1 if some inputs were refused, and with --wait the lowest of the
/// executions' codes that is not 0. docs/operating.md lists the others.
#[derive(Args)]
pub(crate) struct Start {
    /// State machine: NAME, NAME:ALIAS, NAME:VERSION or ARN
    machine: String,
    /// Input of the execution, as JSON
    #[arg(long, conflicts_with = "input_file")]
    input: Option<String>,
    /// File with the input of the execution; `-` reads standard input
    #[arg(long, value_name = "FILE")]
    input_file: Option<PathBuf>,
    /// File with an input in each line, as JSON; `-` reads standard input. Starts an execution for each. Names follow
    /// from the inputs: run the command again, and it starts only what is not started yet
    #[arg(long, value_name = "FILE", conflicts_with_all = ["input", "input_file"])]
    inputs: Option<PathBuf>,
    /// Rust file that declares the input, if the state machine has no contract: the types that `deploy` keeps in its tags
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// Workflow to use, if the file has several
    #[arg(long, value_name = "NAME", requires = "file")]
    name: Option<String>,
    /// Name of the execution [default: a random name]; with --inputs, the beginning of the names
    #[arg(long, value_name = "NAME")]
    execution: Option<String>,
    /// Wait until the execution ends, and print its output; with --inputs, print how each execution ended
    #[arg(long)]
    wait: bool,
    /// Wait at most this many seconds
    #[arg(long, value_name = "SECONDS", requires = "wait")]
    at_most: Option<u64>,
    /// Output format
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    #[command(flatten)]
    connect: Connect,
}

impl Start {
    /// Prints the execution's ARN, or with `--wait` its output.
    pub(crate) fn execute(self, output: &mut impl Write) -> Result<ExitCode, Failure> {
        if let Some(file) = &self.inputs {
            return self.start_each(inputs::read(file, self.execution.as_deref())?, output);
        }
        let input = self.input()?;
        let made = self.connect.run(async |client| {
            let machine = machine(&client, &self.machine).await?;
            self.check(&machine, [(String::new(), &input)]).await?;
            let may_be_express = match permitted(machine.unqualified().describe().await)? {
                Some(described) => *described.r#type() == StateMachineType::Express,
                // A start alone is the same call for both types. One of an Express execution is not repeated.
                None => !self.wait,
            };
            if may_be_express {
                let sfn = if self.wait { waiting(&client) } else { client.sfn().clone() };
                let express = Client::<Untyped<Express>>::new(sfn).attach(machine.arn().clone());
                return self.express(express, &input).await;
            }
            let execution = match &self.execution {
                Some(name) => machine.start_named(name, &input).await?,
                None => machine.start(&input).await?,
            };
            if !self.wait {
                return Ok(
                    json!({"executionArn": execution.arn().as_str(), "console": self.connect.console(execution.arn().as_str())}),
                );
            }
            eprintln!("{}", printable(execution.arn().as_str()));
            let at_most = self.at_most.map_or(Duration::MAX, Duration::from_secs);
            let given = execution.wait().at_most(at_most).on_progress(tell()).await?;
            Ok(json!({"executionArn": execution.arn().as_str(), "output": given}))
        })?;
        match (self.format, made.get("output")) {
            (Format::Json, _) => writeln!(output, "{}", report::json_text(&made))?,
            (Format::Text, Some(given)) => writeln!(output, "{}", printable_json(&given.to_string()))?,
            (Format::Text, None) => {
                let arn = made["executionArn"].as_str().unwrap_or_default();
                writeln!(output, "{}", printable(arn))?;
            }
        }
        Ok(ExitCode::SUCCESS)
    }

    fn start_each(&self, lines: Vec<inputs::Line>, output: &mut impl Write) -> Result<ExitCode, Failure> {
        let (started, ended, statuses) = self.connect.run(async |client| {
            let machine = machine(&client, &self.machine).await?;
            if *machine.unqualified().describe().await?.r#type() == StateMachineType::Express {
                let what = "the state machine is Express: a name does not prevent that an execution starts twice";
                return Err(failure::message(2, what, "start each execution with `--input`").into());
            }
            self.check(&machine, lines.iter().map(inputs::Line::input)).await?;
            let started = inputs::start(&machine, lines, |arn| match self.format {
                Format::Text if !self.wait => writeln!(output, "{}", printable(arn.as_str())),
                _ => Ok(()),
            });
            let started = started.await?;
            let (mut ended, mut statuses) = (Ended::default(), BTreeMap::new());
            // What stopped the starts is told at once.
            if self.wait && started.stopped.is_none() {
                let executions = started.executions().map(|arn| client.execution(arn.as_str())).collect();
                let each = |execution: &Execution<Untyped>, status: Status, error: Option<&str>| {
                    statuses.insert(execution.arn().clone(), status.as_str());
                    if self.format == Format::Json { Ok(()) } else { watch::tell(output, execution, status, error) }
                };
                ended.follow(executions, self.at_most, each).await?;
            }
            Ok((started, ended, statuses))
        })?;
        if self.format == Format::Json {
            writeln!(output, "{}", report::json_text(&started.json(&statuses)))?;
        }
        started.summarize();
        if let Some(error) = &started.stopped {
            return Err(failure::print(error, &self.connect));
        }
        let code = if self.wait { ended.summarize(&self.connect) } else { 0 };
        Ok(ExitCode::from(if started.failed.is_empty() { code } else { failure::FAILED }))
    }

    /// Rejects inputs that do not match the declared type. Accepts any if none is known.
    async fn check<'v>(
        &self,
        machine: &StateMachine<Untyped>,
        inputs: impl IntoIterator<Item = (String, &'v Value)>,
    ) -> Result<(), CommandError> {
        let contract = match machine.contract().await {
            // The caller, or the service, need not have what a start does not need.
            Err(error) if error.refusal().is_some() && !error.is_transient() => None,
            contract => contract?,
        };
        let Some(schema) = contract.map_or_else(|| self.declared(), |contract| Ok(contract.input))? else {
            return Ok(());
        };
        let inputs = inputs.into_iter().map(|(at, input)| (at, mismatches(&schema, input)));
        let found: Vec<String> =
            inputs.flat_map(|(at, found)| found.into_iter().map(move |found| format!("\n  {at}{found}"))).collect();
        if found.is_empty() {
            return Ok(());
        }
        let more = match found.len().saturating_sub(SHOWN) {
            0 => String::new(),
            more => format!("\n  … and {more} more"),
        };
        let found: String = found.into_iter().take(SHOWN).collect();
        let what = format!("the input does not match the declared type:{found}{more}");
        Err(failure::message(failure::USAGE, &what, "correct it; nothing was started").into())
    }

    /// Returns the input's type that `--file` declares.
    fn declared(&self) -> Result<Option<Value>, Failure> {
        let Some(file) = &self.file else { return Ok(None) };
        let (name, values) = (self.name.as_deref(), Values::default());
        let read = ReadRequest { file, bytes: None, name, values: &values, reading: Reading::default() };
        let machine = source::read_one_of_two(read).map_err(|failure| match failure {
            Failure::Printed(_) => Failure::Printed(failure::USAGE),
            failure => failure,
        })?;
        let declared = machine.workflow.as_deref().and_then(|workflow| types::declared(workflow).0);
        if declared.is_none() {
            report::note(&format!("{} declares no input: any is accepted", file.display()));
        }
        Ok(declared)
    }

    async fn express(&self, machine: StateMachine<Untyped<Express>>, input: &Value) -> Result<Value, CommandError> {
        if !self.wait {
            let execution = match &self.execution {
                Some(name) => machine.start_named(name, input).await?,
                None => machine.start(input).await?,
            };
            return Ok(json!({"executionArn": execution.arn().as_str()}));
        }
        let ran = match &self.execution {
            Some(name) => machine.execute_named(name, input).await?,
            None => machine.execute(input).await?,
        };
        let given = ran.output()?;
        let billing = ran
            .billing()
            .map(|billing| json!({"durationMs": billing.duration.as_millis(), "memoryMb": billing.memory_mb}));
        Ok(json!({"executionArn": ran.arn().as_str(), "output": given, "billing": billing}))
    }

    fn input(&self) -> Result<Value, Failure> {
        let (from, text) = match (&self.input, &self.input_file) {
            (Some(text), _) => ("--input".to_owned(), text.clone().into_bytes()),
            (None, Some(file)) => {
                let name = file.display().to_string();
                let bytes = input::bytes(file).map_err(|reason| format!("error: cannot read {name}: {reason}"))?;
                (name, bytes)
            }
            (None, None) => return Ok(json!({})),
        };
        serde_json::from_slice(&text).map_err(|error| {
            failure::message(2, &format!("{from} is not JSON: {error}"), "write it as JSON: --input '{\"order\": 7}'")
        })
    }
}

/// Prints the progress to standard error whenever it changes.
fn tell() -> impl FnMut(&Progress) + Send + 'static {
    let mut last = String::new();
    move |progress| {
        let maps = progress
            .map_runs
            .iter()
            .map(|map| format!(", {} of {} items, {} failed", map.succeeded + map.failed, map.total, map.failed));
        let state = progress.state.as_deref().unwrap_or("(start)");
        let retries = match progress.retries {
            0 => String::new(),
            retries => format!(", {retries} retries"),
        };
        let line = format!("{} events, {state}{retries}{}", progress.events, maps.collect::<String>());
        if line != last {
            eprintln!("{}", printable(&line));
            last = line;
        }
    }
}
