//! `cargo workflow replay`: recorded executions, played against a definition.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Args, ValueEnum};
use serde_json::{Value, json};
use workflow_asl::printable::printable_lines;
use workflow_explore::replay::{Recording, Recordings, Replay as Replayed, ReplayError, Replayer, Summary};
use workflow_local::{Engine, FolderStore, MachineType};

use crate::params::Params;
use crate::progress::Progress;
use crate::source::{self, Machine, ReadRequest};
use crate::template::Reading;
use crate::test_file::{Tested, add_test};
use crate::{Failure, report, terminal};

/// Play recorded executions against a definition, with the recorded answers of their tasks: which would take another path?
///
/// The exit code is 0 if all executions take the same path, 1 if one takes another path or needs an answer that its history does not
/// have, and 2 if a history or the definition cannot be used.
#[derive(Args)]
pub(crate) struct Replay {
    /// History files written by `aws stepfunctions get-execution-history`, or folders of history files
    #[arg(value_name = "HISTORY", required = true)]
    histories: Vec<PathBuf>,
    /// Definition to replay against: a Rust file with `workflow!`, an ASL document, or a template [default: the
    /// definition that is saved beside each history]
    #[arg(long, value_name = "FILE")]
    definition: Option<PathBuf>,
    /// Workflow to use, if the definition file has several
    #[arg(long, requires = "definition")]
    name: Option<String>,
    #[command(flatten)]
    params: Params,
    #[command(flatten)]
    reading: Reading,
    /// Folder with the S3 objects that distributed maps read, as FOLDER/BUCKET/KEY. Replaying does not write to the
    /// folder
    #[arg(long, value_name = "FOLDER")]
    objects: Option<PathBuf>,
    /// Output format of the verdicts
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Write the execution as a mock file for AWS Step Functions Local
    #[arg(long, value_name = "FILE")]
    mocks: Option<PathBuf>,
    /// Write the executions as Rust tests
    #[arg(long, value_name = "FILE")]
    test: Option<PathBuf>,
}

/// How the verdicts are printed.
#[derive(Clone, Copy, ValueEnum)]
enum Format {
    /// Text for people
    Text,
    /// JSON for programs: an object with `executions`, `summary` and `errors`
    Json,
}

impl Replay {
    /// Plays the executions and prints the verdicts.
    pub(crate) fn execute(&self, output: &mut impl Write) -> Result<ExitCode, Failure> {
        if let Some(folder) = self.objects.as_ref().filter(|folder| !folder.is_dir()) {
            return Err(format!("error: --objects: {} is not a folder", folder.display()).into());
        }
        let machine = self.machine()?;
        let definition = machine.as_ref().map(|machine| &machine.value);
        let Recordings { executions, mut errors, .. } = Recordings::read(&self.histories, definition);
        let count = executions.len();
        if self.mocks.is_some() && count != 1 || self.test.is_some() && count == 0 {
            errors.iter().for_each(complain);
            let (option, help) = match self.mocks {
                Some(_) => ("--mocks writes one execution", "name one history"),
                None => ("--test writes executions", "name a history"),
            };
            return Err(format!("error: {option}, and there are {count}\n  = help: {help}").into());
        }
        let mut stage = Stage { replay: self, machine: machine.as_ref(), made: Vec::new() };
        let mut replayed = Vec::new();
        let progress = Progress::counting(executions.len(), "executions");
        for recording in &executions {
            progress.advance();
            match stage.replayer(recording).and_then(|replayer| replayer.replay(recording).map_err(Into::into)) {
                Ok(made) => replayed.push(made),
                Err(ReplayFailure::History(error)) => errors.push(error),
                Err(ReplayFailure::Definition(failure)) => return Err(failure),
            }
        }
        progress.end();
        let summary = Summary::of(&replayed);
        match self.format {
            Format::Text => self.print(&replayed, &summary, output)?,
            Format::Json => {
                let errors: Vec<String> = errors.iter().map(ToString::to_string).collect();
                let executions: Vec<Value> = replayed.iter().map(Replayed::to_json).collect();
                let all = json!({ "executions": executions, "summary": summary.to_json(), "errors": errors });
                writeln!(output, "{}", report::json_text(&all))?;
            }
        }
        errors.iter().for_each(complain);
        if errors.is_empty() {
            self.write(&mut stage, &executions)?;
        }
        Ok(match (errors.is_empty(), summary.is_same()) {
            (false, _) => ExitCode::from(2),
            (true, true) => ExitCode::SUCCESS,
            (true, false) => ExitCode::from(1),
        })
    }

    /// Returns the definition to play against, if one is named.
    fn machine(&self) -> Result<Option<Machine>, Failure> {
        let Some(file) = &self.definition else { return Ok(None) };
        let values = self.params.values()?;
        let reading = self.reading.with_defaults();
        let wanted = ReadRequest { file, bytes: None, name: self.name.as_deref(), values: &values, reading };
        let machine = source::read_one(wanted).map_err(|failure| match failure {
            // 1 is for executions that take another path.
            Failure::Printed(_) => Failure::Printed(2),
            failure => failure,
        })?;
        Ok(Some(machine.complete()?))
    }

    fn print(&self, replayed: &[Replayed], summary: &Summary, output: &mut impl Write) -> Result<(), Failure> {
        match replayed {
            [] => {}
            [only] if self.histories.len() == 1 && !self.histories.iter().any(|path| path.is_dir()) => {
                terminal::write(output, &printable_lines(&format!("{}: {only}", only.file)))?;
            }
            _ => terminal::write(output, &printable_lines(&summary.to_string()))?,
        }
        Ok(())
    }

    /// Writes the requested files.
    fn write(&self, stage: &mut Stage<'_>, executions: &[Recording]) -> Result<(), Failure> {
        let refused = |error: ReplayError| Failure::Message(format!("error: {error}"));
        if let (Some(file), [recording]) = (&self.mocks, executions) {
            let mocks = stage.replayer(recording)?.mocks(recording).map_err(refused)?;
            put(file, &format!("{}\n", report::json_text(&mocks)))?;
        }
        let (Some(file), Some((first, others))) = (&self.test, executions.split_first()) else { return Ok(()) };
        let machine = stage.machine;
        let of = |recording: &Recording| (recording.definition.clone(), recording.machine_type);
        if machine.is_none() && others.iter().any(|other| of(other) != of(first)) {
            let help = "name the definition for all of them with --definition";
            return Err(format!("error: the histories have different definitions\n  = help: {help}").into());
        }
        let mut tests: Vec<String> = Vec::new();
        for recording in executions {
            let test = match stage.replayer(recording)?.test(recording) {
                Ok(test) => test,
                Err(error) if others.is_empty() => return Err(refused(error)),
                Err(error) => {
                    let text = error.to_string();
                    report::note(&format!("left out: {}", text.lines().next().unwrap_or_default()));
                    continue;
                }
            };
            // Files in several folders may have one name.
            add_test(&mut tests, &test);
        }
        if tests.is_empty() {
            return Err(format!("error: {} is not written: no history can be written as a test", file.display()).into());
        }
        let recorded = first.machine_type.unwrap_or(MachineType::Standard);
        let machine_type = machine.filter(|machine| !machine.has_no_type()).map(|machine| machine.machine_type);
        let Some(definition) = machine.map(|machine| &machine.value).or(first.definition.as_ref()) else {
            return Ok(());
        };
        let tested = Tested {
            file: self.definition.as_deref(),
            machine,
            definition,
            name: machine.map_or("local", |machine| &machine.name),
            machine_type: machine_type.unwrap_or(recorded),
        };
        put(file, &tested.file_with(&tests.join("\n"), file))
    }
}

/// The cause of a failure.
enum ReplayFailure {
    History(ReplayError),
    Definition(Failure),
}

impl From<ReplayFailure> for Failure {
    fn from(failure: ReplayFailure) -> Self {
        match failure {
            ReplayFailure::History(error) => Self::Message(format!("error: {error}")),
            ReplayFailure::Definition(failure) => failure,
        }
    }
}

impl From<ReplayError> for ReplayFailure {
    fn from(error: ReplayError) -> Self {
        Self::History(error)
    }
}

/// The definitions that executions are played against, each compiled once.
struct Stage<'r> {
    replay: &'r Replay,
    machine: Option<&'r Machine>,
    made: Vec<(Option<Value>, MachineType, Replayer)>,
}

impl Stage<'_> {
    /// Returns the replayer for the definition that an execution is replayed against.
    fn replayer(&mut self, recording: &Recording) -> Result<&Replayer, ReplayFailure> {
        let recorded = recording.machine_type.unwrap_or(MachineType::Standard);
        let (definition, kind) = match self.machine {
            Some(machine) if machine.has_no_type() => (None, recorded),
            Some(machine) => (None, machine.machine_type),
            None => (recording.definition.as_ref(), recorded),
        };
        let known = self.made.iter().position(|(known, of, _)| known.as_ref() == definition && *of == kind);
        let at = match known {
            Some(at) if self.machine.is_some() || definition.is_some() => at,
            _ => {
                let replayer = self.make(recording, kind)?;
                self.made.push((definition.cloned(), kind, replayer));
                self.made.len() - 1
            }
        };
        match self.made.get(at) {
            Some((_, _, replayer)) => Ok(replayer),
            None => Err(ReplayFailure::Definition(Failure::Printed(2))),
        }
    }

    fn make(&self, recording: &Recording, kind: MachineType) -> Result<Replayer, ReplayFailure> {
        let Some(machine) = self.machine else {
            return Ok(Replayer::of_recording(recording, self.store())?);
        };
        let program = workflow_local::Program::of(&machine.value, kind)
            .map_err(|error| ReplayFailure::Definition(format!("error: {error}").into()))?;
        let engine = Engine::with_program(Arc::new(program)).named(&machine.name).machine_type(kind);
        Ok(Replayer::new(&engine.object_store(self.store())))
    }

    /// The objects of the folder. Without one, the default folder.
    fn store(&self) -> Arc<FolderStore> {
        let folder = self.replay.objects.as_deref().unwrap_or_else(|| Path::new(FolderStore::DEFAULT));
        Arc::new(FolderStore::read_only(folder))
    }
}

fn complain(error: &ReplayError) {
    terminal::tell(&format!("error: {error}"));
}

fn put(file: &Path, text: &str) -> Result<(), Failure> {
    std::fs::write(file, text).map_err(|error| format!("error: cannot write {}: {error}", file.display()).into())
}
