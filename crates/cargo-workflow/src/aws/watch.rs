//! `cargo workflow watch`: follows an execution until it ends.

use std::io::Write;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::Args;
use workflow_asl::printable::{printable, printable_json};
use workflow_runtime::client::{Client, Error, Execution, ExecutionDescription, Status, Untyped};

use super::history::of_api;
use super::{CommandError, Connect, failure};
use crate::watch::Items;
use crate::{Failure, watch};

/// The pauses between polls: the first, and the longest.
const PAUSES: (Duration, Duration) = (Duration::from_millis(250), Duration::from_secs(5));

/// How long to continue while the service does not answer.
const OUTAGE: Duration = Duration::from_secs(300);

/// The arguments of `watch`.
///
/// The exit code is 0 if the execution succeeded, 1 if it failed, and 3 if it timed out, was aborted, or runs longer
/// than --at-most.
#[derive(Args)]
pub(crate) struct Watch {
    /// ARN of the execution
    execution: String,
    /// Watch for at most this many seconds
    #[arg(long, value_name = "SECONDS")]
    at_most: Option<u64>,
    #[command(flatten)]
    connect: Connect,
}

impl Watch {
    /// Prints a line for each completed state, and how the execution ended.
    pub(crate) fn execute(self, output: &mut impl Write) -> Result<ExitCode, Failure> {
        let mut watch = watch::Watch::on_terminal();
        let ended = self.connect.run(async |client| self.follow(&client, &mut watch, output).await);
        watch.finish();
        let Some(ended) = ended? else {
            let help = "watch it again, or longer: --at-most SECONDS";
            return Err(failure::message(failure::NOT_ENDED_WELL, "the execution still runs", help));
        };
        let described = ended.sdk();
        writeln!(output, "status: {}", described.status().as_str())?;
        let parts = [("output", described.output()), ("error", ended.error()), ("cause", ended.cause())];
        for (name, value) in parts {
            let Some(value) = value else { continue };
            let value = if name == "output" { printable_json(value).to_string() } else { printable(value).to_string() };
            writeln!(output, "{name}: {value}")?;
        }
        Ok(match ended.status() {
            Status::Succeeded => ExitCode::SUCCESS,
            Status::Failed => ExitCode::from(failure::FAILED),
            _ => ExitCode::from(failure::NOT_ENDED_WELL),
        })
    }

    /// Polls until the execution has ended. Returns `None` if the watching ends first.
    async fn follow(
        &self,
        client: &Client<Untyped>,
        watch: &mut watch::Watch,
        output: &mut impl Write,
    ) -> Result<Option<ExecutionDescription<Untyped>>, CommandError> {
        let execution = client.execution(self.execution.as_str());
        let (began, at_most) = (Instant::now(), self.at_most.map(Duration::from_secs));
        let (mut pause, longest) = PAUSES;
        let mut answered = Instant::now();
        loop {
            match look(client, &execution, watch, output).await {
                Ok((described, has_news)) => {
                    answered = Instant::now();
                    if !matches!(described.status(), Status::Running | Status::PendingRedrive) {
                        return Ok(Some(described));
                    }
                    pause = if has_news { PAUSES.0 } else { (pause * 2).min(longest) };
                }
                Err(CommandError::Service(error)) if error.is_transient() && answered.elapsed() < OUTAGE => {
                    pause = (pause * 2).min(longest);
                }
                Err(error) => return Err(error),
            }
            let rest = at_most.map(|at_most| at_most.saturating_sub(began.elapsed()));
            if rest.is_some_and(|rest| rest.is_zero()) {
                return Ok(None);
            }
            tokio::time::sleep(rest.map_or(pause, |rest| rest.min(pause))).await;
        }
    }
}

/// Reads the status of the execution and prints new events. Returns whether there were any.
async fn look(
    client: &Client<Untyped>,
    execution: &Execution<Untyped>,
    watch: &mut watch::Watch,
    output: &mut impl Write,
) -> Result<(ExecutionDescription<Untyped>, bool), CommandError> {
    // The status is read first, so that the events of a known end are included.
    let described = execution.describe().await?;
    let mut history = execution.history().newest_first().without_data();
    let mut events = Vec::new();
    while let Some(event) = history.next().await? {
        if u64::try_from(event.id()).is_ok_and(|id| id <= watch.last()) {
            break;
        }
        events.push(of_api(&event));
    }
    for event in events.iter().rev() {
        // The line of a map that is over has its last counts.
        let kind = event["type"].as_str().unwrap_or_default();
        if kind.starts_with("MapRun") && kind != "MapRunStarted" {
            count(client, watch, output).await?;
        }
        watch.event(event, output)?;
    }
    count(client, watch, output).await?;
    watch.pause(output)?;
    Ok((described, !events.is_empty()))
}

/// Reports the progress of the maps that run child executions.
async fn count(
    client: &Client<Untyped>,
    watch: &mut watch::Watch,
    output: &mut impl Write,
) -> Result<(), CommandError> {
    for (visit, arn) in watch.map_runs() {
        let found: Result<_, Error> = client.map_run(arn).describe().await;
        let Some(counts) = found?.item_counts().cloned() else { continue };
        let number = |count: i64| u64::try_from(count).unwrap_or_default();
        let failed = number(counts.failed() + counts.timed_out() + counts.aborted());
        let items = Items { total: number(counts.total()), done: number(counts.succeeded()) + failed, failed };
        watch.items(visit, items, output)?;
    }
    Ok(())
}
