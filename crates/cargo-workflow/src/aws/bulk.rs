//! `cargo workflow stop` and `redrive`: one execution, or many of a state machine.

use std::io::Write;
use std::process::ExitCode;

use clap::Args;
use serde_json::{Value, json};
use workflow_asl::printable::printable;
use workflow_runtime::client::{BulkOutcome, Executions, Untyped};

use super::list::Filter;
use super::{CommandError, Connect, Format, executions_of, failure};
use crate::{Failure, report};

/// The arguments of `stop`.
#[derive(Args)]
pub(crate) struct Stop {
    #[command(flatten)]
    which: Selection,
    /// Error name to record for each stopped execution
    #[arg(long)]
    error: Option<String>,
    /// Cause to record for each stopped execution
    #[arg(long)]
    cause: Option<String>,
}

/// The arguments of `redrive`.
#[derive(Args)]
pub(crate) struct Redrive {
    #[command(flatten)]
    which: Selection,
}

/// Which executions, and the output format.
#[derive(Args)]
struct Selection {
    /// ARN of the execution; with --all, a state machine (NAME, NAME:ALIAS, NAME:VERSION or ARN) or the ARN of a map
    /// run
    target: String,
    /// Select all executions of the state machine that match the filter options
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    filter: Filter,
    /// Print the selected executions without changing them
    #[arg(long, requires = "all")]
    dry_run: bool,
    /// Output format
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    #[command(flatten)]
    connect: Connect,
}

impl Stop {
    /// Stops them, and prints their ARNs.
    pub(crate) fn execute(self, output: &mut impl Write) -> Result<ExitCode, Failure> {
        let (error, cause) = (self.error.as_deref(), self.cause.as_deref());
        self.which.execute(
            output,
            async |execution| Ok(execution.stop(error, cause).await?),
            |executions| executions.stop_all().because(error.unwrap_or_default(), cause.unwrap_or_default()),
        )
    }
}

impl Redrive {
    /// Redrives them, and prints their ARNs.
    pub(crate) fn execute(self, output: &mut impl Write) -> Result<ExitCode, Failure> {
        self.which.execute(output, async |execution| Ok(execution.redrive().await?), Executions::redrive_all)
    }
}

type Execution = workflow_runtime::client::Execution<Untyped>;
type Bulk = workflow_runtime::client::Bulk<Untyped>;

impl Selection {
    fn execute(
        &self,
        output: &mut impl Write,
        one: impl AsyncFn(Execution) -> Result<(), CommandError>,
        all: impl Fn(Executions<Untyped>) -> Bulk,
    ) -> Result<ExitCode, Failure> {
        if !self.all && !self.target.starts_with("arn:") {
            let what = format!("`{}` is not the ARN of an execution", self.target);
            return Err(failure::message(2, &what, "to select all executions of a state machine, add --all"));
        }
        let outcome = self.connect.run(async |client| {
            if !self.all {
                one(client.execution(self.target.as_str())).await?;
                return Ok(None);
            }
            let bulk = all(self.filter.apply(executions_of(&client, &self.target).await?));
            Ok(Some(if self.dry_run { bulk.dry_run().await? } else { bulk.await? }))
        })?;
        let Some(outcome) = outcome else {
            match self.format {
                Format::Json => writeln!(output, "{}", report::json_text(&json!({"executionArn": self.target})))?,
                Format::Text => writeln!(output, "{}", printable(&self.target))?,
            }
            return Ok(ExitCode::SUCCESS);
        };
        self.print(&outcome, output)?;
        Ok(if outcome.failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(failure::FAILED) })
    }

    fn print(&self, outcome: &BulkOutcome<Untyped>, output: &mut impl Write) -> Result<(), Failure> {
        let matched: Vec<String> =
            outcome.matched.iter().map(|execution| execution.execution().arn().to_string()).collect();
        match self.format {
            Format::Json => {
                let done: Vec<&str> = outcome.done.iter().map(|arn| arn.as_str()).collect();
                let failed = outcome.failed.iter();
                let failed = failed.map(|(arn, error)| json!({"executionArn": arn, "error": error.to_string()}));
                let made = json!({
                    "dryRun": self.dry_run, "matched": matched, "done": done, "failed": failed.collect::<Vec<Value>>(),
                });
                writeln!(output, "{}", report::json_text(&made))?;
            }
            Format::Text => {
                let shown: Vec<&str> = match self.dry_run {
                    true => matched.iter().map(String::as_str).collect(),
                    false => outcome.done.iter().map(|arn| arn.as_str()).collect(),
                };
                for arn in shown {
                    writeln!(output, "{}", printable(arn))?;
                }
                for (arn, error) in &outcome.failed {
                    eprintln!("{}: {}", printable(arn.as_str()), printable(&error.to_string()));
                }
                let done = if self.dry_run { 0 } else { outcome.done.len() };
                eprintln!("{} found, {done} done, {} refused", matched.len(), outcome.failed.len());
            }
        }
        Ok(())
    }
}
