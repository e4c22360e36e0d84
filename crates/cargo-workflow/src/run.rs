//! `cargo workflow run`: runs one execution on the embedded engine and prints its history.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Args, ValueEnum};
use serde_json::{Value, json};
use workflow_asl::printable::{printable, printable_json};
use workflow_local::internal::{InternalEngine, InternalExecution};
use workflow_local::{
    Clock, Engine, Execution, ForkError, HistoryEvent, MockFile, MockFileError, RunError, Status, TypeMismatch,
};

use crate::children::{Failures, Member};
use crate::definition::{started_by, state_of};
use crate::fork;
use crate::page::{self, About};
use crate::progress::Progress;
use crate::source::{self, Machine};
use crate::watch::{Items, Watch};
use crate::{Failure, events, input, report, terminal};

/// Run a workflow, in virtual time by default. Workflows of the same file that it starts run too.
///
/// The exit code is 0 if the execution succeeded or stopped at --until, 1 if it failed, 3 if it timed out or was
/// aborted, and 2 if it could not run.
#[derive(Args)]
pub(crate) struct Run {
    #[command(flatten)]
    file: crate::File,
    /// Input of the execution, as JSON [default: {}]
    #[arg(long, conflicts_with = "input_file")]
    input: Option<String>,
    /// File with the input of the execution, as JSON; `-` reads standard input
    #[arg(long, value_name = "FILE")]
    input_file: Option<PathBuf>,
    #[command(flatten)]
    from: fork::From,
    /// Result of a task in this workflow or in a workflow that it starts: `State=JSON` (repeatable). A result of
    /// `workflow::<Other>.express` has `Status`, and `Output` as JSON text
    #[arg(long = "result", value_name = "STATE=JSON")]
    results: Vec<String>,
    /// Mock file for AWS Step Functions Local with the results of tasks
    #[arg(long, value_name = "FILE")]
    mocks: Option<PathBuf>,
    /// Test case to use, if the mock file has several
    #[arg(long, requires = "mocks")]
    case: Option<String>,
    /// Do not check the input against the declared type, as in AWS
    #[arg(long)]
    any_input: bool,
    /// Do not check task results against their declared types, as in AWS
    #[arg(long)]
    any_answers: bool,
    /// Folder with the S3 objects that distributed maps read and write, as FOLDER/BUCKET/KEY. Without this option,
    /// distributed maps read from `objects`, and writes are discarded
    #[arg(long, value_name = "FOLDER")]
    objects: Option<PathBuf>,
    /// Output format of the history
    #[arg(long, value_enum, default_value_t = History::Table)]
    history: History,
    /// Run waits, backoff and timeouts in real time
    #[arg(long)]
    real_time: bool,
    /// Print a line for each state while the execution runs, instead of the table of events. On a terminal, also show
    /// the running states and the progress of maps
    #[arg(long)]
    watch: bool,
    #[command(flatten)]
    files: page::Files,
    /// Stop before this state, and print the state's input
    #[arg(long, value_name = "STATE")]
    until: Option<String>,
}

/// The output format of the history.
#[derive(Clone, Copy, ValueEnum)]
enum History {
    /// Table for people
    Table,
    /// JSON for programs, as GetExecutionHistory returns it; the status and output go to standard error
    Json,
}

impl Run {
    /// Runs it and prints the history, the status and the output.
    pub(crate) fn execute(&self, output: &mut impl Write) -> Result<ExitCode, Failure> {
        let values = self.file.selection.params.values()?;
        let machine = source::read_family_to_run(&self.file, &values)?.complete()?;
        let input = match &self.input_file {
            Some(file) => {
                let read =
                    input::whole(file).map_err(|error| format!("error: cannot read {}: {error}", file.display()))?;
                Some((file.display().to_string(), read))
            }
            None => self.input.clone().map(|text| ("--input".to_owned(), text.into_bytes())),
        };
        let input = input.map(|(name, text)| {
            serde_json::from_slice::<Value>(&text).map_err(|error| format!("error: {name} is not JSON: {error}"))
        });
        let input = input.transpose()?;
        let recorded = self.from.read()?;
        let family = Family { machine: &machine, failures: Failures::default(), mocks: self.mock_file()? };
        let engine = self.engine(&family)?;
        let engine = match &recorded {
            Some(recorded) => recorded.answering(engine, &machine.value, |state| self.answers(state)),
            None => engine,
        };
        let mut driver = match (&recorded, input) {
            (None, input) => engine.driver(&input.unwrap_or_else(|| json!({}))).map_err(explain)?,
            (Some(recorded), input) => {
                let mut driver = engine.fork(&recorded.events, recorded.state).map_err(|error| match error {
                    ForkError::Run(error) => explain(error),
                    error => format!("error: {error}").into(),
                })?;
                if let Some(input) = input {
                    driver.execution_mut().set_next_input(input);
                }
                driver
            }
        };
        driver.execution_mut().keep_failed_children();
        let progress = Progress::on_stderr(self.real_time);
        if !self.watch {
            driver.watch(progress.watcher());
        }
        if let Some(state) = &self.until
            && driver.until(state).map_err(explain)?
        {
            progress.end();
            let execution = driver.execution();
            if self.watch {
                self.follow(execution.history(), &mut Watch::on_terminal(), output)?;
            }
            let mut end = format!("stopped before: {}\n", printable(state));
            if let Some(input) = execution.next_input() {
                end.push_str(&format!("input: {}\n", printable_json(&input.to_string())));
            }
            self.print(execution, &end, output)?;
            self.write(execution, &machine)?;
            return Ok(ExitCode::SUCCESS);
        }
        if self.watch {
            let mut watch = Watch::on_terminal();
            self.follow(driver.execution().history(), &mut watch, output)?;
            // Turns since maps were counted, and after how many they are again: counting takes as long as a map has items.
            let (mut turns, mut pause) = (0, 1);
            while driver.execution().status() == Status::Running {
                let before = driver.execution().history().len();
                driver.turn().map_err(explain)?;
                let events = driver.execution().history().get(before..).unwrap_or_default();
                turns += 1;
                if turns >= pause || !events.is_empty() {
                    pause = self.count(driver.execution(), &mut watch, output)?;
                    turns = 0;
                }
                self.follow(events, &mut watch, output)?;
            }
            watch.finish();
        }
        let execution = driver.finish().map_err(explain)?;
        progress.end();
        let end = match execution.output() {
            Some(value) => format!("output: {}\n", printable_json(&value.to_string())),
            None => format!(
                "error: {}\ncause: {}\n",
                printable(execution.error().unwrap_or("(none)")),
                printable(execution.cause().unwrap_or("(none)"))
            ),
        };
        family.failures.note_map_runs(&execution);
        let difference = recorded.map(|recorded| recorded.difference(&execution)).unwrap_or_default();
        let end = format!("status: {}\n{end}{}{difference}", execution.status(), family.failures.text());
        self.print(&execution, &end, output)?;
        self.write(&execution, &machine)?;
        Ok(match execution.status() {
            Status::Succeeded => ExitCode::SUCCESS,
            Status::Failed => ExitCode::from(1),
            _ => ExitCode::from(3),
        })
    }

    /// Returns whether the command line answers the tasks of a state.
    fn answers(&self, state: &str) -> bool {
        self.mocks.is_some() || self.results.iter().any(|result| parse_result(result).is_ok_and(|(of, _)| of == state))
    }

    /// Returns the engine of the machine, which starts the engines of the other workflows of its file.
    fn engine(&self, family: &Family<'_>) -> Result<Engine, Failure> {
        let mut children = BTreeMap::new();
        let root = self.member(family.machine, family)?;
        let mut open = root.started().cloned().collect::<Vec<_>>();
        while let Some(path) = open.pop() {
            let Some(child) = family.machine.family.get(&path).filter(|_| !children.contains_key(&path)) else {
                continue;
            };
            let member = match child.missing.first() {
                Some(missing) => {
                    report::note(&format!("`{}` does not run: `{missing}` has no value", child.name));
                    None
                }
                None => {
                    let member = self.member(child, family)?;
                    open.extend(member.started().cloned());
                    Some(Arc::new(member.reporting(family.failures.clone(), child.name.clone())))
                }
            };
            children.insert(path, member);
        }
        let children = children.into_iter().filter_map(|(path, member)| Some((path, member?)));
        Ok(root.engine(&Arc::new(children.collect()), &[]))
    }

    /// Returns a machine with its own engine, which starts no others.
    fn member(&self, machine: &Machine, family: &Family<'_>) -> Result<Member, Failure> {
        let is_root = std::ptr::eq(machine, family.machine);
        let mut engine = Engine::new(&machine.value).map_err(|error| format!("error: {error}"))?;
        engine = engine.named(&machine.name).machine_type(machine.machine_type).declaring(machine.types);
        if self.any_input {
            engine = engine.accept_any_input();
        }
        if self.any_answers {
            engine = engine.accept_any_answers();
        }
        if self.real_time && is_root {
            engine = engine.clock(Clock::Real);
        }
        if let Some(folder) = &self.objects {
            engine = engine.objects(folder);
        }
        if let Some(file) = &family.mocks {
            engine = self.mocked(engine, file, &machine.name, is_root)?;
        }
        for result in &self.results {
            let (state, output) = parse_result(result)?;
            let has = |machine: &Machine| state_of(&machine.value, state).is_some();
            if has(machine) || is_root && !family.machine.family.values().any(has) {
                engine = engine.on_state(state, move |_: Value| Ok(output.clone()));
            }
        }
        let starts = machine.starting.iter();
        let starts =
            starts.filter_map(|(state, path)| Some((started_by(&machine.value, state)?.to_owned(), path.clone())));
        Ok(Member::new(engine, starts.collect()))
    }

    fn mock_file(&self) -> Result<Option<MockFile>, Failure> {
        let Some(path) = &self.mocks else { return Ok(None) };
        let text =
            std::fs::read_to_string(path).map_err(|error| format!("error: cannot read {}: {error}", path.display()))?;
        Ok(Some(MockFile::parse(&text).map_err(|error| wrong(path, &error))?))
    }

    /// Returns the engine with the answers of the test case in the mock file, which may have none for a child.
    fn mocked(&self, engine: Engine, file: &MockFile, machine: &str, is_root: bool) -> Result<Engine, Failure> {
        let path = self.mocks.as_deref().unwrap_or(Path::new("-"));
        if !is_root && !file.state_machines().any(|known| known == machine) {
            return Ok(engine);
        }
        let cases = file.cases(machine).map_err(|error| wrong(path, &error))?;
        let case = match (&self.case, cases.as_slice()) {
            (Some(case), cases) if is_root || cases.contains(&case.as_str()) => case.as_str(),
            (None, [case]) => case,
            _ if !is_root => return Ok(engine),
            (_, []) => return Err(format!("error: {} has no test case", path.display()).into()),
            (_, several) => {
                let names = several.join(", ");
                return Err(format!(
                    "error: {} has several test cases; choose one with --case: {names}",
                    path.display()
                )
                .into());
            }
        };
        Ok(engine.mocks(file, case).map_err(|error| wrong(path, &error))?)
    }

    /// Writes the requested page and trace.
    fn write(&self, execution: &Execution, machine: &Machine) -> Result<(), Failure> {
        if !self.files.is_wanted() {
            return Ok(());
        }
        let events = execution.history().iter().map(HistoryEvent::to_api_json).collect();
        let about = About {
            name: machine.name.clone(),
            definition: Some(machine.value.clone()),
            machine_type: machine.machine_type,
            facts: vec![("ARN".to_owned(), execution.arn().to_owned())],
        };
        self.files.write(&Value::Array(events), about)
    }

    /// Passes events to a watch. Its lines go to standard error if standard output is for programs.
    fn follow(&self, events: &[HistoryEvent], watch: &mut Watch, output: &mut impl Write) -> Result<(), Failure> {
        let mut lines = Vec::new();
        for event in events {
            watch.event(&event.to_api_json(), &mut lines)?;
        }
        if self.real_time {
            watch.pause(&mut lines)?;
        }
        self.tell(&lines, output)
    }

    /// Reports the progress of the maps that run child executions. Returns the number of turns until the next report.
    fn count(&self, execution: &Execution, watch: &mut Watch, output: &mut impl Write) -> Result<usize, Failure> {
        let mut lines = Vec::new();
        let mut pause = 1;
        for (visit, arn) in watch.map_runs() {
            let Some(run) = execution.map_runs().iter().find(|run| run.arn() == arn) else { continue };
            let (_, counts) = execution.map_run_counts(run);
            let failed = counts.failed + counts.timed_out + counts.aborted;
            let number = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
            let done = number(counts.succeeded + failed);
            watch.items(visit, Items { total: number(counts.total), done, failed: number(failed) }, &mut lines)?;
            pause = pause.max(counts.total / 20);
        }
        self.tell(&lines, output)?;
        Ok(pause)
    }

    /// Writes lines of a watch.
    fn tell(&self, lines: &[u8], output: &mut impl Write) -> Result<(), Failure> {
        match self.history {
            History::Table => output.write_all(lines).and_then(|()| output.flush())?,
            History::Json => std::io::stderr().write_all(lines)?,
        }
        Ok(())
    }

    /// Prints the history and how it ended. With JSON, nothing else goes to standard output.
    fn print(&self, execution: &Execution, end: &str, output: &mut impl Write) -> Result<(), Failure> {
        match self.history {
            History::Table => {
                if !self.watch {
                    events::print(execution, output)?;
                }
                write!(output, "{}", terminal::painted(end, &std::io::stdout()))?;
            }
            History::Json => {
                // One at a time: together they may be as large as the history is long.
                let mut events = execution.history().iter().peekable();
                writeln!(output, "[")?;
                while let Some(event) = events.next() {
                    let event_end = if events.peek().is_some() { "," } else { "" };
                    let text = report::json_text(&event.to_api_json()).replace('\n', "\n  ");
                    writeln!(output, "  {text}{event_end}")?;
                }
                writeln!(output, "]")?;
                eprint!("{}", terminal::painted(end, &std::io::stderr()));
            }
        }
        Ok(())
    }
}

/// The machine that is run, and the data that its children share.
struct Family<'m> {
    machine: &'m Machine,
    failures: Failures,
    mocks: Option<MockFile>,
}

fn wrong(path: &Path, error: &MockFileError) -> String {
    format!("error: {error}\n  --> {}", path.display())
}

/// Returns the failure for a run, with help about the command line.
fn explain(error: RunError) -> Failure {
    let message = match error {
        RunError::StateMachine { state, error, .. } => match *error {
            RunError::InputType { mismatches } => format!(
                "error: the input that `{state}` passes on does not match the declared type:{}\n  = help: to run it \
                 anyway, as AWS does: --any-input",
                lines(&mismatches)
            ),
            error => return explain(error),
        },
        RunError::MissingHandler { state, resource, .. } => format!(
            "error: no result for the task `{state}` ({resource})\n  = help: give its result: --result '{state}={{…}}', or a mock file: --mocks"
        ),
        RunError::InputType { mismatches } => format!(
            "error: --input does not match the declared type:{}\n  = help: to run it anyway, as AWS does: --any-input",
            lines(&mismatches)
        ),
        RunError::AnswerType { state, mismatches } => format!(
            "error: the result of `{state}` does not match the declared type:{}\n  = help: to continue anyway, as AWS \
             does: --any-answers",
            lines(&mismatches)
        ),
        error => format!("error: {error}"),
    };
    Failure::Message(message)
}

fn lines(mismatches: &[TypeMismatch]) -> String {
    mismatches.iter().map(|mismatch| format!("\n  {mismatch}")).collect()
}

/// Reads `STATE=JSON`. The name of a state may contain `=`: the first `=` with JSON after it ends it.
pub(crate) fn parse_result(text: &str) -> Result<(&str, Value), Failure> {
    let parts = || text.match_indices('=').filter_map(|(at, _)| Some((text.get(..at)?, text.get(at + 1..)?)));
    if let Some(found) = parts().find_map(|(state, json)| Some((state, serde_json::from_str(json).ok()?))) {
        return Ok(found);
    }
    let (state, json) = parts().next().ok_or_else(|| format!("error: --result needs STATE=JSON, not `{text}`"))?;
    let value =
        serde_json::from_str(json).map_err(|error| format!("error: the result of `{state}` is not JSON: {error}"))?;
    Ok((state, value))
}
