//! Runs the tests that reach a mutant, until one fails.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use workflow_local::mutation;

use super::command::{Run, shell};
use super::suite::Suite;

/// A test that takes longer runs by itself, after the others.
const LONG: Duration = Duration::from_millis(200);

/// The maximum duration of tests, as a multiple of that without a mutant.
const PATIENCE: u32 = 10;

/// The result of a mutant's tests.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum TrialOutcome {
    /// These tests failed.
    Failed(Vec<String>),
    /// They took too long.
    TimedOut,
    /// All tests passed.
    Passed,
    /// No test ran with the mutant: none has its definition, which differs from run to run, or its program did not start.
    NotRun,
}

/// Tests that run in one process.
struct Batch<'s> {
    run: Option<&'s Run>,
    /// Their names; none for the whole program.
    names: Vec<&'s str>,
    took: Duration,
}

/// Runs tests, by their numbers, with a mutant.
pub(crate) struct Trial<'s> {
    pub(crate) suite: &'s Suite,
    /// The least time after which tests are stopped.
    pub(crate) timeout: Duration,
    /// For the output of tests.
    pub(crate) folder: &'s Path,
}

impl Trial<'_> {
    pub(crate) fn run(&self, number: usize, tests: &[usize], mut mutation: mutation::Mutation) -> TrialOutcome {
        let witness = self.folder.join(format!("{number}.run"));
        mutation.witness = Some(witness.clone());
        let variable = mutation.to_json().to_string();
        let output = self.folder.join(format!("{number}.txt"));
        let mut outcome = TrialOutcome::Passed;
        for batch in self.batches(tests) {
            outcome = self.run_batch(&batch, &variable, &output);
            if outcome != TrialOutcome::Passed {
                break;
            }
        }
        if outcome == TrialOutcome::Passed && !tests.is_empty() && !witness.exists() {
            outcome = TrialOutcome::NotRun;
        }
        for file in [witness, output] {
            let _ = std::fs::remove_file(file);
        }
        outcome
    }

    /// Short tests by their programs, then each long one; the fastest first.
    fn batches(&self, tests: &[usize]) -> Vec<Batch<'_>> {
        let mut batches: Vec<(Option<usize>, Batch<'_>)> = Vec::new();
        for test in tests.iter().filter_map(|test| self.suite.tests.get(*test)) {
            let names = test.name.as_deref();
            let run = test.run.and_then(|run| self.suite.runs.get(run));
            let is_short = names.is_some() && test.took < LONG;
            let same = batches.iter_mut().find(|(key, _)| is_short && key.is_some() && *key == test.run);
            match same {
                Some((_, batch)) => {
                    batch.names.extend(names);
                    batch.took += test.took;
                }
                None => {
                    let batch = Batch { run, names: names.into_iter().collect(), took: test.took };
                    batches.push((test.run.filter(|_| is_short), batch));
                }
            }
        }
        let mut batches: Vec<_> = batches.into_iter().map(|(_, batch)| batch).collect();
        batches.sort_by_key(|batch| batch.took);
        batches
    }

    fn run_batch(&self, batch: &Batch<'_>, variable: &str, output: &Path) -> TrialOutcome {
        let mut command = match batch.run {
            Some(run) => {
                let mut command = run.command();
                if batch.names.is_empty() {
                    command.args(&run.arguments);
                } else {
                    if run.includes_ignored() {
                        command.arg("--include-ignored");
                    }
                    command.args(["--test-threads=1", "--exact"]).args(&batch.names);
                }
                command
            }
            None => shell(&self.suite.command),
        };
        command.env(mutation::VARIABLE, variable).stdin(Stdio::null()).stderr(Stdio::null());
        match std::fs::File::create(output) {
            Ok(file) => command.stdout(file),
            Err(_) => command.stdout(Stdio::null()),
        };
        let limit = self.timeout.max(batch.took * PATIENCE);
        match wait(command, limit, batch.run.is_none()) {
            // A program that cannot be started notices nothing.
            Err(_) => TrialOutcome::NotRun,
            Ok(Some(true)) => TrialOutcome::Passed,
            Ok(Some(false)) => {
                let said = std::fs::read(output).unwrap_or_default();
                let said = String::from_utf8_lossy(&said);
                let failed = said.lines().filter_map(|line| {
                    let name = line.strip_prefix("test ")?.split(" ... ").next()?;
                    let name = name.split(" - should panic").next()?;
                    line.ends_with("FAILED").then(|| name.to_owned())
                });
                let failed: Vec<_> = failed.collect();
                let all = || batch.names.iter().map(|name| (*name).to_owned()).collect();
                TrialOutcome::Failed(if failed.is_empty() { all() } else { failed })
            }
            Ok(None) => TrialOutcome::TimedOut,
        }
    }
}

/// Waits for a command, no longer than the limit, and returns whether it succeeds. Returns `None` after the limit, when it
/// is stopped, and an error if it cannot be started.
fn wait(mut command: Command, limit: Duration, has_children: bool) -> std::io::Result<Option<bool>> {
    #[cfg(unix)]
    if has_children {
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
    }
    let mut child = command.spawn()?;
    let began = Instant::now();
    let mut pause = Duration::from_millis(1);
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Ok(Some(status.success())),
            Ok(None) if began.elapsed() < limit => {
                std::thread::sleep(pause);
                pause = (pause * 5 / 4).min(Duration::from_millis(20));
            }
            _ => {
                stop(&mut child, has_children);
                return Ok(None);
            }
        }
    }
}

/// Ends a process, and its child processes if they are a process group.
fn stop(child: &mut Child, has_children: bool) {
    if cfg!(unix) && has_children {
        let group = format!("-{}", child.id());
        let _ = Command::new("kill").args(["-KILL", "--", &group]).stderr(Stdio::null()).status();
    }
    // It has ended, or ends now.
    let _ = child.kill();
    let _ = child.wait();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_does_not_start_is_no_failure() {
        let limit = Duration::from_secs(5);
        assert!(wait(Command::new("/no/such/program"), limit, false).is_err());
    }
}
