//! `cargo workflow simulate`: thousands of executions in virtual time, by a model of tasks.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use serde_json::Value;
use workflow_asl::printable::thousands;
use workflow_asl::source::Location;
use workflow_explore::replay::Recordings;
use workflow_explore::simulate::{
    Learning, Model, ModelError, Prices, SimulateError, Simulation, SimulationReport, dollars, time,
};
use workflow_graph::page::{Item, Page, Section, Tone};
use workflow_graph::{Direction, Graph};
use workflow_local::internal::{InternalEngine, InternalProgram};
use workflow_local::{Engine, MachineType, RunError};

use crate::progress::Progress;
use crate::report::{self, Report};
use crate::validate::machine_type;
use crate::{Failure, input, page, source, terminal};

/// Simulate thousands of executions of a workflow in virtual time. A model has the latencies, failures and outputs of tasks;
/// `--learn` writes one from histories.
///
/// The exit code is 0 when the executions were simulated, 1 when some of them exceed a limit of AWS for their type or never end, and 2 when
/// nothing could be simulated.
#[derive(Args)]
pub(crate) struct Simulate {
    #[command(flatten)]
    file: crate::File,
    /// Type of the state machine, if the file does not give the type
    #[arg(long = "type", value_parser = machine_type(), default_value = "standard")]
    machine_type: MachineType,
    /// Model file, in JSON or YAML. With --learn, the command writes this file
    #[arg(long, value_name = "FILE")]
    model: PathBuf,
    /// Learn the model from history files written by `aws stepfunctions get-execution-history`, or from folders of
    /// history files
    #[arg(long, value_name = "HISTORY", num_args = 1.., conflicts_with_all = ["executions", "format"])]
    learn: Vec<PathBuf>,
    /// Number of executions [default: 10000]
    #[arg(long, value_name = "N")]
    executions: Option<u64>,
    /// Seed of the random numbers; the same seed produces the same report, or the same sample with --learn [default: 0]
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// Number of executions in a month, for the cost [default: 1000000]
    #[arg(long, value_name = "N", conflicts_with = "learn")]
    volume: Option<u64>,
    /// Deduct the transitions that are free in each month from the cost
    #[arg(long, conflicts_with = "learn")]
    free_tier: bool,
    /// Price list of a region, as AWS publishes it for the offer `AmazonStates` [default: prices of us-east-1]
    #[arg(long, value_name = "FILE", conflicts_with = "learn")]
    prices: Option<PathBuf>,
    /// Also write an HTML page: distributions of duration and cost, how much each task matters, and the graph
    #[arg(long, value_name = "FILE", conflicts_with = "learn")]
    html: Option<PathBuf>,
    /// Output format of the report
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// How the report is printed.
#[derive(Clone, Copy, ValueEnum)]
enum Format {
    /// Text for people
    Text,
    /// JSON for programs, with times in seconds and costs in US dollars
    Json,
}

impl Simulate {
    /// Simulates and prints the report, or learns a model and writes it.
    pub(crate) fn execute(&self, output: &mut impl Write) -> Result<ExitCode, Failure> {
        let engine = self.engine()?;
        if !self.learn.is_empty() {
            return self.learn(&engine, output);
        }
        let bytes = input::bytes(&self.model)
            .map_err(|error| format!("error: cannot read {}: {error}", self.model.display()))?;
        let wrong = |error: &ModelError| refused(&self.model, &bytes, error);
        let model = Model::read(&bytes, input::format(&self.model, &bytes)).map_err(|error| wrong(&error))?;
        let failed = |error: SimulateError| match error {
            SimulateError::Model(error) => wrong(&error),
            SimulateError::Run(RunError::InputType { mismatches }) => {
                let mismatches: String = mismatches.iter().map(|mismatch| format!("\n  {mismatch}")).collect();
                let what = "the input of executions is not what the workflow declares";
                let help = format!("give `input` or `inputs` in {}", self.model.display());
                Failure::Message(format!("error: {what}:{mismatches}\n  = help: {help}"))
            }
            error => Failure::Message(format!("error: {error}")),
        };
        let mut simulation = Simulation::new(&engine, &model).map_err(failed)?;
        if let Some(executions) = self.executions {
            simulation = simulation.executions(executions);
        }
        if let Some(seed) = self.seed {
            simulation = simulation.seed(seed);
        }
        if let Some(volume) = self.volume {
            simulation = simulation.volume(volume);
        }
        if self.free_tier {
            simulation = simulation.free_tier();
        }
        if let Some(file) = &self.prices {
            let bytes =
                input::whole(file).map_err(|error| format!("error: cannot read {}: {error}", file.display()))?;
            let wrong =
                |error| format!("error: {} is not a price list of Step Functions in a region: {error}", file.display());
            simulation = simulation.prices(Prices::read(&bytes).map_err(wrong)?);
        }
        let what = format!("simulating {}", self.file.file.display());
        let progress = Progress::working(what.clone());
        let report = simulation.watched(progress.counter(&what)).run().map_err(failed)?;
        progress.end();
        match self.format {
            Format::Text => terminal::report(output, &report.to_string())?,
            Format::Json => writeln!(output, "{}", report::json_text(&report.to_json()))?,
        }
        if let Some(file) = &self.html {
            page::write(file, &shown(&report, engine.program().definition()).to_html())?;
        }
        Ok(if report.exceeds_limits() { ExitCode::from(1) } else { ExitCode::SUCCESS })
    }

    fn engine(&self) -> Result<Engine, Failure> {
        let values = self.file.selection.params.values()?;
        let mut machine = source::read_to_run(&self.file, &values)?.complete()?;
        if machine.has_no_type() {
            machine.machine_type = self.machine_type;
        }
        let engine = Engine::new(&machine.value).map_err(|error| format!("error: {error}"))?;
        Ok(engine.named(&machine.name).machine_type(machine.machine_type).declaring(machine.types))
    }

    fn learn(&self, engine: &Engine, output: &mut impl Write) -> Result<ExitCode, Failure> {
        let mut learning = learning(engine, &self.learn)?;
        learning.seed = self.seed.unwrap_or_default();
        let learnt = learning.finish();
        let text = format!("{}\n", report::json_text(&learnt.model));
        std::fs::write(&self.model, text)
            .map_err(|error| format!("error: cannot write {}: {error}", self.model.display()))?;
        let histories = counted(learnt.histories, "history", "histories");
        let attempts = counted(learnt.attempts, "attempt", "attempts");
        writeln!(output, "{}: learnt from {histories} with {attempts} of tasks", self.model.display())?;
        report::note_all(learnt.notes);
        Ok(ExitCode::SUCCESS)
    }
}

/// Learns from the histories in files and folders.
pub(crate) fn learning(engine: &Engine, given: &[PathBuf]) -> Result<Learning, Failure> {
    let mut learning = Learning::new(engine);
    let read = Recordings::read_apart(given);
    let learnt = read.executions.iter().map(|recording| learning.add(recording));
    let error = read.errors.into_iter().map(Err).chain(learnt).find_map(Result::err);
    error.map_or(Ok(learning), |error| Err(format!("error: {error}").into()))
}

/// Returns the page of a report.
fn shown(report: &SimulationReport, definition: &Value) -> Page {
    let graph = Graph::of_definition(definition).named(report.name.as_str());
    let gains = report.gains.iter().map(|gain| {
        let word = format!("{} of the mean", time(gain.mean));
        let text = format!("{} of the median, {} of the 99th percentile", time(gain.p50), time(gain.p99));
        Item::new(&gain.state, graph.pointer_of(&gain.state), (Tone::Plain, &word), text)
    });
    let failing = report.exceeds_limits();
    let (tone, word) = if failing { (Tone::Bad, "Beyond a limit") } else { (Tone::Good, "Within the limits") };
    let share = report.success_share() * 100.0;
    let sentence = format!("{share:.2} % of {} executions succeed.", thousands(report.executions));
    Page::of_graph(graph.clone(), Direction::TopDown, definition.clone())
        .judged(tone, word, sentence)
        .with_section("Duration of an execution", Section::Histogram(report.durations.clone(), time))
        .with_section("Cost of a million executions like one", Section::Histogram(report.dollars.clone(), dollars))
        .with_section("Report", Section::Text(report.to_string()))
        .with_list("Sensitivity: what executions save if the tasks of a state take half of their time", gains.collect())
}

/// Returns a number with its noun.
fn counted(number: u64, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

/// Prints the problems of a model, each at its word.
fn refused(file: &Path, bytes: &[u8], error: &ModelError) -> Failure {
    let text = String::from_utf8_lossy(bytes);
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let reports = error.problems.iter().map(|(found, location)| {
        let start = Location { line: 1, column: 1, offset: 0, length: 0 };
        Report::found(file, text, found, location.unwrap_or(start)).without_code()
    });
    report::print_all(&reports.collect::<Vec<_>>());
    Failure::Printed(2)
}
