//! `cargo workflow start --inputs`: starts an execution for each line of a file.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tokio::task::JoinSet;
use workflow_asl::limits::RESOURCE_NAME_CHARS;
use workflow_asl::printable::printable;
use workflow_runtime::Arn;
use workflow_runtime::client::{Error, StateMachine, Untyped};

use super::failure;
use crate::{Failure, input};

/// The most concurrent requests. Throttled requests are paced together.
const AT_ONCE: usize = 10;

/// The bytes of a hash in a name.
const HASH: usize = 16;

/// The codes of refusals that are about one input. After another error, nothing more is started.
const ABOUT_INPUT: [&str; 2] = ["InvalidExecutionInput", "ValidationException"];

/// An input, and the name of its execution.
pub(super) struct Line {
    number: usize,
    name: String,
    input: Value,
}

/// The result of starting an execution for each line.
#[derive(Default)]
pub(super) struct Outcome {
    lines: usize,
    started: Vec<(usize, Arn)>,
    ended: Vec<(usize, Arn)>,
    pub(super) failed: Vec<(usize, Error)>,
    /// The error after which nothing more was started.
    pub(super) stopped: Option<Error>,
}

/// Reads JSON Lines. An execution's name follows from its input, so that running the command again starts nothing
/// twice. A line that is repeated has another name each time.
pub(super) fn read(file: &Path, prefix: Option<&str>) -> Result<Vec<Line>, Failure> {
    let longest = RESOURCE_NAME_CHARS - 2 * HASH - 1;
    if prefix.is_some_and(|prefix| prefix.chars().count() > longest) {
        let what = format!("the beginning of the names is longer than {longest} characters");
        return Err(failure::message(2, &what, "give a shorter `--execution`"));
    }
    let name = file.display().to_string();
    let mut text = String::new();
    let outcome = match file == Path::new(input::STDIN) {
        true => io::stdin().lock().read_to_string(&mut text),
        false => File::open(file).and_then(|mut file| file.read_to_string(&mut text)),
    };
    outcome.map_err(|error| format!("error: cannot read {name}: {error}"))?;
    let mut seen = BTreeMap::<String, usize>::new();
    let lines = (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty()).map(|(number, line)| {
        let input: Value = serde_json::from_str(line).map_err(|error| {
            let what = format!("line {number} of {name} is not JSON: {error}");
            failure::message(2, &what, "write each input in one line, as JSON; nothing was started")
        })?;
        let text = input.to_string();
        let before = seen.entry(text.clone()).or_default();
        let hash = Sha256::digest(format!("{before} {text}"));
        *before += 1;
        let mut name = prefix.map(|prefix| format!("{prefix}-")).unwrap_or_default();
        for byte in hash.iter().take(HASH) {
            // Writing to a string cannot fail.
            let _ = write!(name, "{byte:02x}");
        }
        Ok(Line { number, name, input })
    });
    lines.collect()
}

impl Line {
    /// Returns where the input is, and the input.
    pub(super) fn input(&self) -> (String, &Value) {
        (format!("line {}: ", self.number), &self.input)
    }
}

/// Starts an execution for each line. Calls `tell` with the ARN of each.
pub(super) async fn start(
    machine: &StateMachine<Untyped>,
    lines: Vec<Line>,
    mut tell: impl FnMut(&Arn) -> io::Result<()>,
) -> io::Result<Outcome> {
    let mut outcome = Outcome { lines: lines.len(), ..Outcome::default() };
    let (mut left, mut running) = (lines.into_iter(), JoinSet::new());
    loop {
        while running.len() < AT_ONCE
            && outcome.stopped.is_none()
            && let Some(Line { number, name, input }) = left.next()
        {
            let start = machine.start_named(&name, &input);
            let named = machine.execution_named(&name).arn().clone();
            running.spawn(async move { (number, named, start.await) });
        }
        // A task that was aborted has no result: the runtime is shutting down.
        let Some(Ok((number, arn, answer))) = running.join_next().await else { break };
        let code = |error: &Error| error.refusal().map(|refusal| refusal.code.clone()).unwrap_or_default();
        match answer {
            Ok(_) => outcome.started.push((number, arn.clone())),
            Err(error) if code(&error) == "ExecutionAlreadyExists" => outcome.ended.push((number, arn.clone())),
            Err(error) if outcome.stopped.is_some() || ABOUT_INPUT.contains(&&*code(&error)) => {
                outcome.failed.push((number, error));
                continue;
            }
            Err(error) => {
                outcome.stopped = Some(error);
                continue;
            }
        }
        tell(&arn)?;
    }
    outcome.started.sort();
    outcome.ended.sort();
    outcome.failed.sort_by_key(|(number, _)| *number);
    Ok(outcome)
}

impl Outcome {
    /// The inputs whose executions were not started, and without an error of their own.
    fn not_started(&self) -> usize {
        self.lines - self.started.len() - self.ended.len() - self.failed.len()
    }

    /// Returns the executions that were started, now or before.
    pub(super) fn executions(&self) -> impl Iterator<Item = &Arn> {
        self.started.iter().chain(&self.ended).map(|(_, arn)| arn)
    }

    /// Returns everything as JSON, with the statuses that are known.
    pub(super) fn json(&self, statuses: &BTreeMap<Arn, &str>) -> Value {
        let list = |lines: &[(usize, Arn)]| -> Value {
            let of = |(line, arn): &(usize, Arn)| {
                let mut execution = json!({"line": line, "executionArn": arn.as_str()});
                if let Some(status) = statuses.get(arn) {
                    execution["status"] = (*status).into();
                }
                execution
            };
            lines.iter().map(of).collect()
        };
        let failed = self.failed.iter().map(|(line, error)| json!({"line": line, "error": error.to_string()}));
        json!({
            "started": list(&self.started), "endedBefore": list(&self.ended), "failed": failed.collect::<Value>(),
            "notStarted": self.not_started(),
        })
    }

    /// Prints the failures and a summary to standard error.
    pub(super) fn summarize(&self) {
        for (number, error) in &self.failed {
            eprintln!("line {number}: {}", printable(&error.to_string()));
        }
        let (started, ended, failed) = (self.started.len(), self.ended.len(), self.failed.len());
        eprintln!(
            "{} inputs: {started} started or still running, {ended} ended before, {failed} failed, {} not started",
            self.lines,
            self.not_started()
        );
    }
}
