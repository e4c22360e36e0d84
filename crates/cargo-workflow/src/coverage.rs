//! `cargo workflow coverage`: shows the covered and uncovered parts of the workflows of a test run.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::{SystemTime, UNIX_EPOCH};

use clap::Args;
use workflow_asl::printable::{printable, printable_lines};
use workflow_local::coverage::{Covered, FOLDER_VARIABLE, Report};

use crate::cargo::Cargo;
use crate::{Failure, report, terminal};

/// The folder of runs, under cargo's target folder.
const RUNS: &str = "workflow-coverage";

/// Run tests and show which states, transitions, rules, retriers and catchers they covered.
#[derive(Args)]
pub(crate) struct Coverage {
    /// Print JSON, with the number of times that tests covered each item
    #[arg(long)]
    json: bool,
    /// Print Mermaid flowcharts that mark uncovered states and transitions
    #[arg(long, conflicts_with = "json")]
    mermaid: bool,
    /// Exit with 1 if coverage is below this percentage
    #[arg(long, value_name = "PERCENT")]
    fail_under: Option<f64>,
    /// Only workflows with this name (repeatable)
    #[arg(long = "name", value_name = "NAME")]
    names: Vec<String>,
    /// Omit workflows that no test ran
    #[arg(long)]
    only_run: bool,
    /// Folder of the coverage run [default: a new folder for COMMAND, else the newest folder in
    /// target/workflow-coverage]
    #[arg(long)]
    folder: Option<PathBuf>,
    /// Command that runs the tests, such as `-- cargo test` or `-- cargo nextest run`. Without a command, print the
    /// newest run
    #[arg(last = true, value_name = "COMMAND")]
    command: Vec<String>,
}

impl Coverage {
    /// Runs the command and prints the report. The exit code is the command's, otherwise 1 below the threshold,
    /// otherwise 0.
    pub(crate) fn execute(&self, output: &mut impl Write) -> Result<ExitCode, Failure> {
        let cargo = Cargo::ask()?;
        let mut code = ExitCode::SUCCESS;
        let mut passed = true;
        let folder = if let Some((program, arguments)) = self.command.split_first() {
            let folder = self.folder.clone().unwrap_or_else(|| cargo.target().join(RUNS).join(run_name()));
            let folder = std::path::absolute(&folder).map_err(|error| unreadable(&folder, &error))?;
            std::fs::create_dir_all(&folder).map_err(|error| unreadable(&folder, &error))?;
            let mut command = Command::new(program);
            command.args(arguments).env(FOLDER_VARIABLE, &folder);
            if self.json || self.mermaid {
                // Standard output is for the report.
                command.stdout(Stdio::from(io::stderr()));
            }
            let status = command.status().map_err(|error| format!("error: cannot run `{program}`: {error}"))?;
            if !status.success() {
                // A command ended by a signal has no code.
                let number = status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1);
                (code, passed) = (ExitCode::from(number), false);
                report::note(&format!("`{}` failed; this is the coverage until then", self.command.join(" ")));
            }
            folder
        } else {
            match &self.folder {
                Some(folder) => folder.clone(),
                None => newest(&cargo.target().join(RUNS))?,
            }
        };
        let report = self.gather(&folder, &cargo)?;
        if report.workflows.is_empty() {
            terminal::tell(&format!(
                "error: no workflow ran while {FOLDER_VARIABLE} was {}\n  = help: the engine of `workflow-local` \
                 writes there when an execution ends",
                folder.display()
            ));
            return Ok(if passed { ExitCode::from(2) } else { code });
        }
        if self.json {
            writeln!(output, "{}", report::json_text(&report.to_json()))?;
        } else if self.mermaid {
            for covered in &report.workflows {
                writeln!(output, "%% {}: {}\n{}", printable(&covered.title()), covered.share(), covered.diagram())?;
            }
        } else {
            terminal::write(output, &printable_lines(&format!("{report}\n")))?;
        }
        if report.broken_lines > 0 {
            let (lines, were) = (report.broken_lines, if report.broken_lines == 1 { "line was" } else { "lines were" });
            report::note(&format!("{lines} {were} left unfinished by a process that was killed"));
        }
        if let Some(least) = self.fail_under
            && report.share().percent() < least
        {
            terminal::tell(&format!("error: coverage is below {least} %: {}", report.share()));
            return Ok(if passed { ExitCode::FAILURE } else { code });
        }
        Ok(code)
    }

    fn gather(&self, folder: &Path, cargo: &Cargo) -> Result<Report, Failure> {
        let mut report = Report::gather(folder).map_err(|error| unreadable(folder, &error))?;
        if !self.only_run {
            let known: Vec<String> = report.workflows.iter().flat_map(|covered| covered.names.clone()).collect();
            let mut declared = cargo.declared();
            declared.retain(|machine| !known.contains(&machine.name));
            report.add(declared.iter().map(|machine| Covered::untouched(&machine.name, &machine.value)));
        }
        if !self.names.is_empty() {
            report.retain_named(&self.names);
        }
        Ok(report)
    }
}

pub(crate) fn unreadable(path: &Path, error: &io::Error) -> Failure {
    Failure::Message(format!("error: {}: {error}", path.display()))
}

/// Returns a new name; names of later runs sort after earlier ones.
pub(crate) fn run_name() -> String {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    format!("{seconds}-{}", std::process::id())
}

fn newest(runs: &Path) -> Result<PathBuf, Failure> {
    let entries = std::fs::read_dir(runs).into_iter().flatten().flatten();
    let folders = entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()));
    let newest = folders.max_by_key(|entry| entry.metadata().and_then(|metadata| metadata.modified()).ok());
    newest.map(|entry| entry.path()).ok_or_else(|| {
        let message = format!(
            "error: no run in {}\n  = help: run the tests with it: cargo workflow coverage -- cargo test",
            runs.display()
        );
        Failure::Message(message)
    })
}
