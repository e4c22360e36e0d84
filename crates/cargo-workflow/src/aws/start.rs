//! `cargo workflow start`: starts an execution, and optionally waits for it; or an execution for each line of a file.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use serde_json::{Value, json};
use workflow_asl::printable::{printable, printable_json};
use workflow_runtime::Express;
use workflow_runtime::aws_sdk_sfn::types::StateMachineType;
use workflow_runtime::client::{Client, Progress, Untyped};

use super::inspect::permitted;
use super::{CommandError, Connect, Format, failure, inputs, machine, waiting};
use crate::{Failure, input, report};

/// The arguments of `start`.
///
/// The exit code is 0 if the execution was started, or with --wait succeeded; 1 if it failed; 3 if it timed out, was
/// aborted, or runs longer than --at-most; with --inputs, 1 if some inputs were refused. docs/operating.md lists the
/// others.
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
    #[arg(long, value_name = "FILE", conflicts_with_all = ["input", "input_file", "wait"])]
    inputs: Option<PathBuf>,
    /// Name of the execution [default: a random name]; with --inputs, the beginning of the names
    #[arg(long, value_name = "NAME")]
    execution: Option<String>,
    /// Wait until the execution ends, and print its output
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
                    json!({"executionArn": execution.arn().as_str(), "console": self.connect.console(&execution)}),
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
        let outcome = self.connect.run(async |client| {
            let machine = machine(&client, &self.machine).await?;
            if *machine.unqualified().describe().await?.r#type() == StateMachineType::Express {
                let what = "the state machine is Express: a name does not prevent that an execution starts twice";
                return Err(failure::message(2, what, "start each execution with `--input`").into());
            }
            let started = inputs::start(&machine, lines, |arn| match self.format {
                Format::Text => writeln!(output, "{}", printable(arn.as_str())),
                Format::Json => Ok(()),
            });
            Ok(started.await?)
        })?;
        if self.format == Format::Json {
            writeln!(output, "{}", report::json_text(&outcome.json()))?;
        }
        outcome.summarize();
        match &outcome.stopped {
            Some(error) => Err(failure::print(error, &self.connect)),
            None if outcome.failed.is_empty() => Ok(ExitCode::SUCCESS),
            None => Ok(ExitCode::from(failure::FAILED)),
        }
    }

    async fn express(
        &self,
        machine: workflow_runtime::client::StateMachine<Untyped<Express>>,
        input: &Value,
    ) -> Result<Value, CommandError> {
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
