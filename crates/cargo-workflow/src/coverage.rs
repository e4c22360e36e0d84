//! `cargo workflow coverage`: shows the covered and uncovered parts of the workflows of a test run.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::{SystemTime, UNIX_EPOCH};

use clap::Args;
use workflow_asl::printable::{printable, printable_lines};
use workflow_graph::page::{Item, Page, Tone};
use workflow_graph::{Direction, Graph, Mark};
use workflow_local::coverage::{Covered, FOLDER_VARIABLE, PointKind, Report};

use crate::cargo::Cargo;
use crate::origin::Origins;
use crate::{Failure, page, report, terminal};

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
    /// Also write an HTML page: the graph of each workflow with what no test took, and the source lines
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Also write a tracefile of `lcov`, which editors and coverage services read: the lines of the source with their
    /// transitions, retriers and catchers as branches
    #[arg(long, value_name = "FILE")]
    lcov: Option<PathBuf>,
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
        if let Some(file) = &self.html {
            page::write(file, &shown(&report, &cargo).to_html())?;
        }
        if let Some(file) = &self.lcov {
            let origins = Origins::of(&cargo, &[]).find(&report.workflows);
            let found = report.workflows.iter().zip(origins);
            let (known, unknown): (Vec<_>, Vec<_>) = found.partition(|(_, origin)| origin.is_some());
            let records = known.into_iter().filter_map(|(covered, origin)| Some(origin?.lcov(covered)));
            std::fs::write(file, records.collect::<String>()).map_err(|error| unreadable(file, &error))?;
            report::note_all(unknown.iter().map(|(covered, _)| {
                format!("`{}` is not in {}: its source was not found", covered.title(), file.display())
            }));
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

/// Returns the page of a report.
fn shown(report: &Report, cargo: &Cargo) -> Page {
    // Those with the most gaps come first, as in the text.
    let mut workflows = report.workflows.clone();
    workflows.sort_by(|one, other| one.share().percent().total_cmp(&other.share().percent()));
    let definitions: Vec<_> = workflows.iter().map(Covered::document).collect();
    let graphs = workflows.iter().zip(&definitions).map(|(covered, definition)| {
        let mut graph = Graph::of_definition(definition).named(titled(covered));
        let untaken: BTreeSet<_> = covered.untaken().map(|point| &point.pointer).collect();
        graph.mark(&|pointer| if untaken.contains(pointer) { Mark::Untaken } else { Mark::Taken });
        graph
    });
    let sentence = format!("{} of all states, transitions, rules, retriers and catchers were taken.", report.share());
    let (tone, word) =
        if report.share().taken == report.share().all { (Tone::Good, "Covered") } else { (Tone::Careful, "Gaps") };
    let mut page = Page::of_graphs(graphs.collect(), Direction::TopDown, definitions)
        .titled("Coverage")
        .judged(tone, word, sentence);
    for (number, covered) in workflows.iter().enumerate() {
        let place = if workflows.len() > 1 { format!("/{number}") } else { String::new() };
        page = page.with_list(titled(covered), gaps(covered, &place));
    }
    let origins = Origins::of(cargo, &[]).find(&workflows);
    let sections = workflows.iter().zip(origins).filter_map(|(covered, origin)| Some(origin?.section(covered)));
    sections.fold(page, |page, (title, section)| page.with_section(title, section))
}

fn titled(covered: &Covered) -> String {
    format!("{}: {}", covered.title(), covered.share())
}

/// Returns what no test took of a workflow: of a state that was never entered, the state alone.
fn gaps(covered: &Covered, place: &str) -> Vec<Item> {
    let mut gaps = Vec::new();
    if covered.executions == 0 && !covered.explored {
        return vec![Item::new("No test ran it", None, (Tone::Bad, ""), "")];
    }
    let (mut state, mut is_entered) = (String::new(), false);
    for point in &covered.points {
        let is_state = point.kind == PointKind::State;
        if is_state {
            (state, is_entered) = (format!("{place}{}", point.pointer.as_str()), point.taken > 0);
        }
        if point.taken == 0 && (is_state || is_entered) {
            let word = match (is_state, point.explored) {
                (_, true) => "only explored",
                (true, _) => "never entered",
                _ => "never taken",
            };
            gaps.push(Item::new(&point.state, Some(&state), (Tone::Bad, word), &point.what));
        }
    }
    if gaps.is_empty() {
        gaps.push(Item::new("No gaps", None, (Tone::Good, ""), ""));
    }
    gaps
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
