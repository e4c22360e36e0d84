//! The test command: it runs once without a mutant, and cargo runs each program of tests through this one, which notes how it
//! is run.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use clap::Args;
use serde_json::{Value, json};
use workflow_local::coverage::FOLDER_VARIABLE;
use workflow_local::mutation;

use crate::Failure;
use crate::coverage::unreadable;

/// The environment variable with the folder that runs of test programs are noted in.
const RUNS_VARIABLE: &str = "WORKFLOW_MUTANTS_RUNS";

/// The file with how a program was run.
const RUN: &str = "run.json";

/// The file with how many milliseconds it took.
const TOOK: &str = "took";

/// Runs a program of tests and notes how it was run: cargo calls it in place of the program.
#[derive(Args)]
pub(crate) struct RunTests {
    /// Program and its arguments
    #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true)]
    command: Vec<String>,
}

impl RunTests {
    /// Runs it; the exit code is the program's.
    pub(crate) fn execute(&self) -> Result<ExitCode, Failure> {
        let Some((program, arguments)) = self.command.split_first() else { return Ok(ExitCode::from(2)) };
        let mut command = Command::new(program);
        command.args(arguments);
        let folder =
            std::env::var_os(RUNS_VARIABLE).map(|runs| note(Path::new(&runs), program, arguments)).transpose()?;
        command.env_remove(RUNS_VARIABLE);
        for name in runner_variables() {
            command.env_remove(name);
        }
        if let Some(folder) = &folder {
            command.env(FOLDER_VARIABLE, folder);
        }
        let began = Instant::now();
        let status = command.status().map_err(|error| format!("error: cannot run `{program}`: {error}"))?;
        if let Some(folder) = &folder {
            let took = folder.join(TOOK);
            std::fs::write(&took, began.elapsed().as_millis().to_string())
                .map_err(|error| unreadable(&took, &error))?;
        }
        let code = status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1);
        Ok(ExitCode::from(code))
    }
}

/// The variables by which cargo is told to run programs through this one.
fn runner_variables() -> Vec<String> {
    let names = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
    names.filter(|name| name.starts_with("CARGO_TARGET_") && name.ends_with("_RUNNER")).collect()
}

/// Notes how a program is run, in a folder of its own, and returns that.
fn note(runs: &Path, program: &str, arguments: &[String]) -> Result<PathBuf, Failure> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
    let folder = runs.join(format!("{now}-{}", std::process::id()));
    let not_passed_on = runner_variables();
    let environment: BTreeMap<_, _> = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .filter(|(name, _)| name != RUNS_VARIABLE && name != FOLDER_VARIABLE && !not_passed_on.contains(name))
        .collect();
    let run = json!({
        "program": std::path::absolute(program).unwrap_or_else(|_| program.into()),
        "arguments": arguments,
        "folder": std::env::current_dir().unwrap_or_default(),
        "environment": environment,
    });
    let file = folder.join(RUN);
    let written = std::fs::create_dir_all(&folder).and_then(|()| std::fs::write(&file, run.to_string()));
    written.map_err(|error| unreadable(&file, &error))?;
    Ok(folder)
}

/// How a program of tests was run.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) program: PathBuf,
    pub(crate) arguments: Vec<String>,
    /// Where it runs: the folder of its package.
    pub(crate) folder: PathBuf,
    environment: Vec<(String, String)>,
    /// Where its coverage is.
    pub(crate) coverage: PathBuf,
    /// How long it took.
    pub(crate) took: Duration,
}

impl Run {
    /// Reads and removes the note: it has the environment, which may hold secrets.
    fn read(coverage: PathBuf) -> Option<Self> {
        let file = coverage.join(RUN);
        let note: Value = serde_json::from_slice(&std::fs::read(&file).ok()?).ok()?;
        let _ = std::fs::remove_file(&file);
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let took = std::fs::read_to_string(coverage.join(TOOK)).ok()?.parse().ok()?;
        let environment = note.get("environment")?.as_object()?.iter();
        Some(Self {
            program: note.get("program").and_then(text)?.into(),
            arguments: note.get("arguments")?.as_array()?.iter().filter_map(text).collect(),
            folder: note.get("folder").and_then(text)?.into(),
            environment: environment.filter_map(|(name, value)| Some((name.clone(), text(value)?))).collect(),
            coverage,
            took: Duration::from_millis(took),
        })
    }

    /// The program, to be run as before but for its arguments.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.current_dir(&self.folder).envs(self.environment.iter().map(|(name, value)| (name, value)));
        command.env_remove(FOLDER_VARIABLE).env_remove(mutation::VARIABLE).stdin(Stdio::null());
        // Writing one takes longer than most tests.
        command.env("RUST_BACKTRACE", "0");
        command
    }
}

/// The test command, run once.
pub(crate) struct FirstRun {
    /// The programs of tests that it ran, in an order that does not depend on time.
    pub(crate) runs: Vec<Run>,
    /// Where the coverage of other programs is.
    pub(crate) others: PathBuf,
    /// How long it took.
    pub(crate) took: Duration,
}

impl FirstRun {
    /// Runs the command, with its data in a folder.
    ///
    /// # Errors
    /// It cannot be run, or fails.
    pub(crate) fn of(command: &[String], folder: &Path, hides_output: bool) -> Result<Self, Failure> {
        let (others, runs) = (folder.join("others"), folder.join("runs"));
        for folder in [&others, &runs] {
            std::fs::create_dir_all(folder).map_err(|error| unreadable(folder, &error))?;
        }
        let mut first = shell(command);
        first.env(FOLDER_VARIABLE, &others).env(RUNS_VARIABLE, &runs);
        if hides_output {
            // Standard output is for the report.
            first.stdout(Stdio::from(std::io::stderr()));
        }
        if let Some(runner) = runner() {
            for triple in triples(command) {
                let triple = triple.to_uppercase().replace(['-', '.'], "_");
                first.env(format!("CARGO_TARGET_{triple}_RUNNER"), &runner);
            }
        }
        let began = Instant::now();
        let name = command.first().map(String::as_str).unwrap_or_default();
        let status = first.status().map_err(|error| format!("error: cannot run `{name}`: {error}"))?;
        if !status.success() {
            let help = "mutants show something only where the tests pass without them";
            return Err(format!("error: `{}` fails without a mutant\n  = help: {help}", command.join(" ")).into());
        }
        let took = began.elapsed();
        let entries = std::fs::read_dir(&runs).map_err(|error| unreadable(&runs, &error))?;
        let mut runs: Vec<_> = entries.flatten().filter_map(|entry| Run::read(entry.path())).collect();
        runs.sort_by(|a, b| (&a.program, &a.arguments).cmp(&(&b.program, &b.arguments)));
        Ok(Self { runs, others, took })
    }
}

/// The command as the user wrote it.
pub(crate) fn shell(command: &[String]) -> Command {
    let (program, arguments) = command.split_first().map_or(("", &[][..]), |(first, rest)| (first.as_str(), rest));
    let mut shell = Command::new(program);
    shell.args(arguments).env_remove(mutation::VARIABLE);
    shell
}

/// This program, as cargo takes it: words between blanks. `None` where its own path has one.
fn runner() -> Option<OsString> {
    let program = std::env::current_exe().ok()?;
    if program.to_string_lossy().contains(char::is_whitespace) {
        return None;
    }
    let mut runner = program.into_os_string();
    runner.push(" workflow run-tests");
    Some(runner)
}

/// The platforms that tests may be built for: this platform and the platforms that the command names.
fn triples(command: &[String]) -> Vec<String> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let said = Command::new(rustc).arg("-vV").output().map(|output| output.stdout).unwrap_or_default();
    let said = String::from_utf8_lossy(&said).into_owned();
    let host = said.lines().find_map(|line| line.strip_prefix("host: ")).map(str::to_owned);
    let mut triples: Vec<_> = host.into_iter().chain(std::env::var("CARGO_BUILD_TARGET").ok()).collect();
    let named = command.windows(2).filter(|pair| pair.first().is_some_and(|word| word == "--target"));
    triples.extend(named.filter_map(|pair| pair.last().cloned()));
    triples.extend(command.iter().filter_map(|word| word.strip_prefix("--target=").map(str::to_owned)));
    triples
}
