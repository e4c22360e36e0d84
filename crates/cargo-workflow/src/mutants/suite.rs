//! The tests: each alone, with its coverage and duration.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use workflow_asl::Pointer;
use workflow_local::coverage::{Covered, FILE_EXTENSION, FOLDER_VARIABLE, Report};

use super::command::{FirstRun, Run};
use super::parallel::in_parallel;
use crate::Failure;
use crate::coverage::unreadable;

/// One test.
pub(crate) struct Test {
    /// The number of its program; `None` for the whole command.
    pub(crate) run: Option<usize>,
    /// Its name; `None` for a program that cannot run a test alone.
    pub(crate) name: Option<String>,
    /// How long it takes.
    pub(crate) took: Duration,
    /// The points that its executions took.
    covered: Vec<Covered>,
    coverage: PathBuf,
}

/// How far a test reaches the place of a mutant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Reach {
    /// Nothing of the definition.
    Nothing,
    /// It compiles the definition, and may use it in ways that are not counted.
    Unknown,
    /// Executions come there.
    Place,
}

impl Test {
    /// Returns whether it reaches a point of a workflow; any point where none is given.
    pub(crate) fn reach(&self, workflow: &Covered, point: Option<&Pointer>) -> Reach {
        let same =
            |covered: &&Covered| covered.definitions.iter().any(|definition| workflow.definitions.contains(definition));
        let reaches = self.covered.iter().filter(same).map(|covered| {
            let taken =
                || covered.points.iter().any(|other| other.taken > 0 && point.is_none_or(|at| *at == other.pointer));
            if covered.explored || (covered.executions > 0 && taken()) {
                Reach::Place
            } else if covered.executions == 0 {
                Reach::Unknown
            } else {
                Reach::Nothing
            }
        });
        reaches.max().unwrap_or(Reach::Nothing)
    }

    /// Returns what to call it.
    pub(crate) fn title(&self, suite: &Suite) -> String {
        let run = self.run.and_then(|run| suite.runs.get(run));
        match (run, &self.name) {
            (Some(run), Some(name)) => format!("{}::{name}", run.target()),
            (Some(run), None) => run.target(),
            (None, _) => suite.command.join(" "),
        }
    }
}

impl Run {
    /// The name of its target: the file's without the digits that cargo adds.
    fn target(&self) -> String {
        let stem = self.program.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        stem.rsplit_once('-').map_or(stem.clone(), |(name, _)| name.to_owned())
    }

    /// Returns what lets ignored tests run, where the user wants that.
    pub(crate) fn includes_ignored(&self) -> bool {
        self.arguments.iter().any(|argument| matches!(argument.as_str(), "--ignored" | "--include-ignored"))
    }

    /// The names of its tests; `None` for a program that does not list them.
    fn tests(&self) -> Option<Vec<String>> {
        let mut command = self.command();
        command.args(&self.arguments).args(["--list", "--format", "terse"]).stderr(Stdio::null());
        let output = command.output().ok().filter(|output| output.status.success())?;
        let text = String::from_utf8(output.stdout).ok()?;
        let lines = text.lines().filter(|line| !line.ends_with(": benchmark"));
        lines.map(|line| line.strip_suffix(": test").map(str::to_owned)).collect()
    }

    /// The only test that its arguments name, as cargo-nextest runs it.
    fn only_test(&self) -> Option<String> {
        let exact = self.arguments.iter().any(|argument| argument == "--exact");
        let mut names = self.arguments.iter().filter(|argument| !argument.starts_with('-'));
        names.next().filter(|_| exact && names.next().is_none()).cloned()
    }

    fn reaches_workflows(&self) -> bool {
        self.program.is_file() && has_coverage(&self.coverage)
    }
}

/// Returns whether something in a folder was compiled by an engine.
pub(crate) fn has_coverage(folder: &Path) -> bool {
    let mut files = std::fs::read_dir(folder).into_iter().flatten().flatten();
    files.any(|entry| entry.path().extension().is_some_and(|extension| extension == FILE_EXTENSION))
}

/// All tests of the command that run workflows.
pub(crate) struct Suite {
    pub(crate) command: Vec<String>,
    pub(crate) runs: Vec<Run>,
    pub(crate) tests: Vec<Test>,
    /// Notes on tests that are left out.
    pub(crate) notes: Vec<String>,
}

impl Suite {
    /// Runs each test that reaches workflows alone, with its data in a folder.
    pub(crate) fn of(command: &[String], first: FirstRun, folder: &Path, jobs: usize) -> Result<Self, Failure> {
        let FirstRun { runs, others, took } = first;
        let has_others = has_coverage(&others);
        let mut suite = Self { command: command.to_vec(), runs, tests: Vec::new(), notes: Vec::new() };
        let mut alone = Vec::new();
        for (number, run) in suite.runs.iter().enumerate().filter(|(_, run)| run.reaches_workflows()) {
            let whole = |name| Test {
                run: Some(number),
                name,
                took: run.took,
                covered: Vec::new(),
                coverage: run.coverage.clone(),
            };
            match (run.only_test(), run.tests()) {
                (Some(name), _) => suite.tests.push(whole(Some(name))),
                (None, None) => suite.tests.push(whole(None)),
                (None, Some(names)) => alone.extend(names.into_iter().map(|name| (number, name))),
            }
        }
        let tried = in_parallel(jobs, &alone, |at, (number, name)| {
            let coverage = folder.join("tests").join(at.to_string());
            std::fs::create_dir_all(&coverage).ok()?;
            let run = suite.runs.get(*number)?;
            let mut command = run.command();
            if run.includes_ignored() {
                command.arg("--include-ignored");
            }
            command.args(["--exact", name]).env(FOLDER_VARIABLE, &coverage);
            let began = Instant::now();
            let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status().ok()?;
            let test = Test {
                run: Some(*number),
                name: Some(name.clone()),
                took: began.elapsed(),
                covered: Vec::new(),
                coverage,
            };
            status.success().then_some(test)
        });
        for (test, (_, name)) in tried.into_iter().zip(&alone) {
            match test {
                Some(test) => suite.tests.push(test),
                None => suite.notes.push(format!("the test `{name}` fails when it runs alone; it is left out")),
            }
        }
        if suite.tests.is_empty() && has_others {
            suite.tests.push(Test { run: None, name: None, took, covered: Vec::new(), coverage: others });
        } else if has_others {
            suite.notes.push("doctests and programs that cargo did not start as tests are left out".to_owned());
        }
        suite.tests.retain(|test| has_coverage(&test.coverage));
        for test in &mut suite.tests {
            let report = Report::gather(&test.coverage).map_err(|error| unreadable(&test.coverage, &error))?;
            test.covered = report.workflows;
        }
        Ok(suite)
    }

    /// The workflows that the tests run, by name.
    pub(crate) fn workflows(&self) -> Result<Vec<Covered>, Failure> {
        let folders = self.tests.iter().map(|test| test.coverage.as_path());
        let report = Report::gather_all(folders);
        let report = report.map_err(|error| Failure::Message(format!("error: cannot read coverage: {error}")))?;
        let mut workflows = report.workflows;
        workflows.retain(|covered| covered.executions > 0 || covered.explored);
        Ok(workflows)
    }
}
