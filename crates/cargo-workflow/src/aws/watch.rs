//! `cargo workflow watch`: follows executions until they end.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::Args;
use workflow_asl::printable::{printable, printable_json};
use workflow_runtime::client::{Client, Error, Execution, ExecutionDescription, Status, Untyped};

use super::history::{lacks_error, of_api};
use super::list::Filter;
use super::{CommandError, Connect, executions_of, failure, stuck};
use crate::progress::Progress;
use crate::watch::Items;
use crate::{Failure, terminal, watch};

/// The pauses between polls: the first, and the longest.
const PAUSES: (Duration, Duration) = (Duration::from_millis(250), Duration::from_secs(5));

/// How long to continue while the service does not answer.
const OUTAGE: Duration = Duration::from_secs(300);

/// The most polls of several executions in a second. In most regions AWS allows 10 in an account:
/// <https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html>.
const LOOKS: u32 = 5;

/// The arguments of `watch`.
///
/// The exit code is 0 if the execution succeeded, 1 if it failed, and 3 if it timed out, was aborted, or runs longer
/// than --at-most, or longer than in the histories of --stuck. For several executions, it is the lowest of their codes that is not 0.
#[derive(Args)]
pub(crate) struct Watch {
    /// ARN of the execution. Several ARNs follow several executions, with a line for each when it ends. With --all or --stuck, a
    /// state machine (NAME, NAME:ALIAS, NAME:VERSION or ARN) or the ARN of a map run
    #[arg(required = true, value_name = "EXECUTION")]
    executions: Vec<String>,
    /// Watch all executions of the state machine that match the filter options
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    filter: Filter,
    /// Do not wait: name the running executions of the state machine that are in a state for longer than any execution in
    /// these histories, files or folders as for `cargo workflow replay`, or whose data are nearly too large (repeatable)
    #[arg(long, value_name = "HISTORIES", conflicts_with_all = ["all", "at_most"])]
    stuck: Vec<PathBuf>,
    /// Watch for at most this many seconds
    #[arg(long, value_name = "SECONDS")]
    at_most: Option<u64>,
    #[command(flatten)]
    connect: Connect,
}

impl Watch {
    /// Prints a line for each completed state, and how the execution ended.
    pub(crate) fn execute(self, output: &mut impl Write) -> Result<ExitCode, Failure> {
        if !self.stuck.is_empty() {
            return stuck::tell(&self.connect, &self.executions, &self.filter, &self.stuck, output);
        }
        let ([execution], false) = (&*self.executions, self.all) else { return self.execute_each(output) };
        let mut watch = watch::Watch::on_terminal();
        let ended = self.connect.run(async |client| self.follow(execution, &client, &mut watch, output).await);
        watch.finish();
        let Some(ended) = ended? else {
            let help = "watch it again, or longer: --at-most SECONDS";
            return Err(failure::message(failure::NOT_ENDED_WELL, "the execution still runs", help));
        };
        let described = ended.sdk();
        let mut end = format!("status: {}\n", described.status().as_str());
        let parts = [("output", described.output()), ("error", ended.error()), ("cause", ended.cause())];
        for (name, value) in parts {
            let Some(value) = value else { continue };
            let value = if name == "output" { printable_json(value).to_string() } else { printable(value).to_string() };
            end.push_str(&format!("{name}: {value}\n"));
        }
        write!(output, "{}", terminal::painted(&end, &io::stdout()))?;
        Ok(ExitCode::from(code(ended.status())))
    }

    /// Prints a line for each execution when it ends.
    fn execute_each(&self, output: &mut impl Write) -> Result<ExitCode, Failure> {
        let ended = self.connect.run(async |client| {
            let (mut executions, mut ended) = (Vec::new(), Ended::default());
            for named in &self.executions {
                if !self.all {
                    executions.push(client.execution(named.as_str()));
                    continue;
                }
                let found = self.filter.apply(executions_of(&client, named).await?).list().collect().await?;
                // The listing does not have the errors of the others.
                let (succeeded, others) = found.iter().partition::<Vec<_>, _>(|it| it.status() == Status::Succeeded);
                succeeded.iter().try_for_each(|it| tell(output, &it.execution(), it.status(), None))?;
                *ended.counts.entry(Status::Succeeded).or_default() += succeeded.len();
                executions.extend(others.iter().map(|it| it.execution()));
            }
            let tell = |execution: &_, status, error: Option<&str>| tell(output, execution, status, error);
            ended.follow(executions, self.at_most, tell).await?;
            Ok(ended)
        })?;
        Ok(ExitCode::from(ended.summarize(&self.connect)))
    }

    /// Polls until the execution has ended. Returns `None` if the watching ends first.
    async fn follow(
        &self,
        execution: &str,
        client: &Client<Untyped>,
        watch: &mut watch::Watch,
        output: &mut impl Write,
    ) -> Result<Option<ExecutionDescription<Untyped>>, CommandError> {
        let execution = client.execution(execution);
        let (began, at_most) = (Instant::now(), self.at_most.map(Duration::from_secs));
        let (mut pause, longest) = PAUSES;
        let mut answered = Instant::now();
        loop {
            match look(client, &execution, watch, output).await {
                Ok((described, has_news)) => {
                    answered = Instant::now();
                    if !is_open(described.status()) {
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

/// How several executions ended.
#[derive(Default)]
pub(super) struct Ended {
    counts: BTreeMap<Status, usize>,
    /// The errors of those that could not be read.
    failed: Vec<Error>,
}

impl Ended {
    /// Prints a summary to standard error. Returns the exit code.
    pub(super) fn summarize(mut self, connect: &Connect) -> u8 {
        self.counts.retain(|_, count| *count > 0);
        let list: Vec<_> = self.counts.iter().map(|(status, count)| format!("{count} {}", status.as_str())).collect();
        eprintln!("{} executions: {}", self.counts.values().sum::<usize>(), list.join(", "));
        let codes = self.counts.keys().map(|status| code(*status)).filter(|code| *code != 0);
        let failed = self.failed.iter().map(|error| failure::code(error, connect));
        codes.chain(failed).min().unwrap_or_default()
    }

    /// Polls the executions in turn until all have ended, or for so many seconds, and counts them by status. Calls `tell`
    /// with each that has ended, its status and its error.
    pub(super) async fn follow(
        &mut self,
        mut running: Vec<Execution<Untyped>>,
        at_most: Option<u64>,
        mut tell: impl FnMut(&Execution<Untyped>, Status, Option<&str>) -> io::Result<()>,
    ) -> io::Result<()> {
        let (began, at_most) = (Instant::now(), at_most.map(Duration::from_secs));
        let (mut pause, longest) = PAUSES;
        let mut answered = Instant::now();
        let progress = Progress::counting(running.len(), "executions");
        while !running.is_empty() {
            let (round, before) = (Instant::now(), running.len());
            for execution in std::mem::take(&mut running) {
                let described = execution.describe().await;
                match described {
                    Err(error) if error.is_transient() && answered.elapsed() < OUTAGE => running.push(execution),
                    Err(error) => {
                        let arn = execution.arn().as_str();
                        progress.aside(|| eprintln!("{}: {}", printable(arn), printable(&error.to_string())));
                        progress.advance();
                        self.failed.push(error);
                    }
                    Ok(described) => {
                        answered = Instant::now();
                        if is_open(described.status()) {
                            running.push(execution);
                            continue;
                        }
                        *self.counts.entry(described.status()).or_default() += 1;
                        progress.aside(|| tell(&execution, described.status(), described.error()))?;
                        progress.advance();
                    }
                }
            }
            let rest = at_most.map(|at_most| at_most.saturating_sub(began.elapsed()));
            if running.is_empty() || rest.is_some_and(|rest| rest.is_zero()) {
                break;
            }
            pause = if running.len() < before { PAUSES.0 } else { (pause * 2).min(longest) };
            let share = Duration::from_secs(running.len() as u64) / LOOKS;
            let pause = pause.max(share.saturating_sub(round.elapsed()));
            tokio::time::sleep(rest.map_or(pause, |rest| rest.min(pause))).await;
        }
        if !running.is_empty() {
            self.counts.insert(Status::Running, running.len());
        }
        Ok(())
    }
}

/// Prints the line of an execution that has ended.
pub(super) fn tell(
    output: &mut impl Write,
    execution: &Execution<Untyped>,
    status: Status,
    error: Option<&str>,
) -> io::Result<()> {
    let error = error.map(|error| format!("  {}", printable(error))).unwrap_or_default();
    let line = format!("{:<9}  {}{error}\n", status.as_str(), printable(execution.arn().as_str()));
    terminal::report(output, &line)?;
    output.flush()
}

fn is_open(status: Status) -> bool {
    matches!(status, Status::Running | Status::PendingRedrive)
}

/// Returns the exit code for an execution.
fn code(status: Status) -> u8 {
    match status {
        Status::Succeeded => 0,
        Status::Failed => failure::FAILED,
        _ => failure::NOT_ENDED_WELL,
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
    let last = watch.last();
    let read = async |data: bool| {
        let history = execution.history().newest_first();
        let mut history = if data { history } else { history.without_data() };
        let (mut events, mut is_silent) = (Vec::new(), false);
        while let Some(event) = history.next().await? {
            if u64::try_from(event.id()).is_ok_and(|id| id <= last) {
                break;
            }
            is_silent |= lacks_error(event.kind(), event.error());
            events.push(of_api(&event));
        }
        Ok::<_, Error>((events, is_silent))
    };
    let (mut events, is_silent) = read(false).await?;
    if is_silent {
        // Errors are data.
        (events, _) = read(true).await?;
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
