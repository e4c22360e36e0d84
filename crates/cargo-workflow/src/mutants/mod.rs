//! `cargo workflow mutants`: changes workflows by one mistake at a time, and shows which mistakes no test notices.

mod command;
mod judge;
mod outcome;
mod parallel;
mod print;
mod suite;
mod trial;

use std::io::Write;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, ValueEnum};
use workflow_explore::{Mutant, Operator};
use workflow_local::coverage::Covered;
use workflow_local::mutation;

use self::command::FirstRun;
pub(crate) use self::command::RunTests;
use self::judge::Judge;
use self::outcome::Judged;
use self::parallel::in_parallel;
use self::suite::{Reach, Suite};
use self::trial::Trial;
use crate::Failure;
use crate::cargo::Cargo;
use crate::coverage::{run_name, unreadable};
use crate::origin::{MutantPlaces, Origin, Origins};
use crate::progress::Progress;
use crate::report;

/// The folder of runs, under cargo's target folder.
const RUNS: &str = "workflow-mutants";

/// Change workflows by one mistake at a time, and show which mistakes no test notices.
///
/// The test command runs once. Then each mistake is made in turn, without building anything, and the tests that reach its place
/// run again.
///
/// The exit code is 0 if tests notice every mistake that exploration does not show to be without effect, 1 if they do
/// not, 4 if exploration can neither show nor exclude an effect of any mistake that they do not notice, and 2 if the
/// mistakes could not be tried.
#[derive(Args)]
pub(crate) struct Mutants {
    /// Only workflows with this name (repeatable)
    #[arg(long = "name", value_name = "NAME")]
    names: Vec<String>,
    /// Only mutants of this state (repeatable)
    #[arg(long = "state", value_name = "STATE")]
    states: Vec<String>,
    /// Only mutants of this kind, such as `drop-catcher` (repeatable)
    #[arg(long = "operator", value_name = "OPERATOR", value_parser = operator)]
    operators: Vec<Operator>,
    /// Also mutate workflows without a name and a file: workflows that tests write as JSON
    #[arg(long)]
    all: bool,
    /// Print the mutants without testing them
    #[arg(long)]
    list: bool,
    /// Number of mutants to test in parallel [default: the number of cores]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    jobs: Option<u16>,
    /// Minimum timeout of the tests in seconds. The timeout is at least ten times the duration without a mutant
    #[arg(long, value_name = "SECONDS", default_value_t = 5)]
    timeout: u64,
    /// Output format of the report
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Command that runs the tests [default: cargo test]
    #[arg(last = true, value_name = "COMMAND")]
    command: Vec<String>,
}

/// How the report is printed.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Text for people
    Text,
    /// JSON for programs: an object with `status`, `counts` and `mutants`
    Json,
}

fn operator(name: &str) -> Result<Operator, String> {
    Operator::from_name(name).ok_or_else(|| {
        let names: Vec<_> = Operator::ALL.iter().map(|operator| operator.name()).collect();
        format!("expected one of {}", names.join(", "))
    })
}

/// A workflow with its mutants.
struct Subject {
    covered: Covered,
    /// `None` where its text cannot be read again.
    placed: Option<MutantPlaces>,
    mutants: Vec<Mutant>,
}

/// The files of a run, which are removed at its end.
struct Folder(std::path::PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        // The remaining files are in cargo's target folder.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

impl Mutants {
    /// Tries the mutants and prints the report.
    pub(crate) fn execute(&self, output: &mut impl Write) -> Result<ExitCode, Failure> {
        if std::env::var_os(mutation::VARIABLE).is_some_and(|text| !text.is_empty()) {
            let variable = mutation::VARIABLE;
            return Err(format!("error: {variable} is set, so the tests would run a mutant\n  = help: unset it").into());
        }
        let cargo = Cargo::ask()?;
        let folder = cargo.target().join(RUNS).join(run_name());
        let folder = std::path::absolute(&folder).map_err(|error| unreadable(&folder, &error))?;
        std::fs::create_dir_all(&folder).map_err(|error| unreadable(&folder, &error))?;
        let folder = Folder(folder);
        let command = match self.command.as_slice() {
            [] => vec!["cargo".to_owned(), "test".to_owned()],
            command => command.to_vec(),
        };
        let first = FirstRun::of(&command, &folder.0, self.format == Format::Json)?;
        let suite = Suite::of(&command, first, &folder.0, self.jobs())?;
        let subjects = self.subjects(&suite, &cargo)?;
        suite.notes.iter().for_each(|note| report::note(note));
        if self.list {
            print::list(&subjects, self.format == Format::Json, output)?;
            return Ok(ExitCode::SUCCESS);
        }
        let judged = self.judge(&suite, &subjects, &folder.0);
        match self.format {
            Format::Text => print::text(&suite, &subjects, &judged, output)?,
            Format::Json => print::json(&suite, &subjects, &judged, output)?,
        }
        Ok(ExitCode::from(Judged::exit_code(&judged)))
    }

    fn jobs(&self) -> usize {
        let cores = || std::thread::available_parallelism().map_or(1, usize::from);
        self.jobs.map_or_else(cores, usize::from)
    }

    /// The workflows that the tests run, with the mutants that are wanted.
    fn subjects(&self, suite: &Suite, cargo: &Cargo) -> Result<Vec<Subject>, Failure> {
        let mut workflows = suite.workflows()?;
        if workflows.is_empty() {
            let help = "an engine of `workflow-local` must run workflows in the tests";
            return Err(format!("error: no workflow ran in `{}`\n  = help: {help}", suite.command.join(" ")).into());
        }
        let has = |workflow: &Covered, name: &String| workflow.names.contains(name);
        if let Some(name) = self.names.iter().find(|name| !workflows.iter().any(|workflow| has(workflow, name))) {
            let known: Vec<_> = workflows.iter().map(Covered::title).collect();
            let known = known.join("`, `");
            return Err(format!("error: no workflow `{name}` ran in the tests, but `{known}`").into());
        }
        if !self.names.is_empty() {
            workflows.retain(|workflow| self.names.iter().any(|name| has(workflow, name)));
        }
        let tested: Vec<_> = suite.runs.iter().map(|run| run.folder.as_path()).collect();
        let origins = Origins::of(cargo, &tested).find(&workflows);
        let mut left_out = 0;
        let mut subjects = Vec::new();
        for (covered, origin) in workflows.into_iter().zip(origins) {
            if covered.names.is_empty() && origin.is_none() && !self.all {
                left_out += 1;
                continue;
            }
            let machine_type = origin.as_ref().map(|origin| origin.machine_type).unwrap_or_default();
            let mut mutants = Mutant::all(&covered.document(), machine_type);
            mutants.retain(|mutant| {
                (self.states.is_empty() || self.states.contains(&mutant.state))
                    && (self.operators.is_empty() || self.operators.contains(&mutant.operator))
            });
            let placed = origin.or_else(|| Origin::of_definition(&covered)).map(|origin| origin.place(&mutants));
            subjects.push(Subject { covered, placed, mutants });
        }
        if left_out > 0 {
            let (definitions, were) = if left_out == 1 { ("definition", "was") } else { ("definitions", "were") };
            report::note(&format!(
                "{left_out} {definitions} without a name or a file {were} left out; --all tries their mutants too"
            ));
        }
        self.states_exist(&subjects)?;
        Ok(subjects)
    }

    fn states_exist(&self, subjects: &[Subject]) -> Result<(), Failure> {
        let states = || subjects.iter().flat_map(|subject| &subject.covered.points).map(|point| point.state.as_str());
        for wanted in &self.states {
            if !states().any(|state| state == wanted) {
                let near = workflow_asl::nearest::nearest(wanted, states());
                let help = near.map(|near| format!("\n  = help: did you mean `{near}`?")).unwrap_or_default();
                return Err(format!("error: no workflow of the tests has a state `{wanted}`{help}").into());
            }
        }
        Ok(())
    }

    /// Tries all mutants; returns their outcomes in the same order.
    fn judge(&self, suite: &Suite, subjects: &[Subject], folder: &Path) -> Vec<Option<Judged>> {
        let trial = Trial { suite, timeout: Duration::from_secs(self.timeout), folder };
        let all: Vec<(&Subject, &Mutant)> =
            subjects.iter().flat_map(|subject| subject.mutants.iter().map(move |mutant| (subject, mutant))).collect();
        let progress = Progress::counting(all.len(), "mutants");
        let judged = in_parallel(self.jobs(), &all, |number, (subject, mutant)| {
            let reaches = suite.tests.iter().map(|test| test.reach(&subject.covered, mutant.reached_at.as_ref()));
            let reaches: Vec<_> = reaches.enumerate().filter(|(_, reach)| *reach != Reach::Nothing).collect();
            let tests: Vec<_> = reaches.iter().map(|(test, _)| *test).collect();
            let is_covered = reaches.iter().any(|(_, reach)| *reach == Reach::Place);
            let mutation = mutant.mutation(subject.covered.definitions.iter().cloned());
            let tried = trial.run(number, &tests, mutation);
            let judged = Judge { subject, mutant }.judge(tried, is_covered, tests.len());
            if judged.outcome.is_unnoticed() {
                progress.tell(&format!("{}, {}", mutant.state, mutant.description));
            }
            progress.advance();
            Some(judged)
        });
        progress.end();
        judged
    }
}
