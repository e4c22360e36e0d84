//! `cargo workflow history`: prints the events of an execution in AWS, or of a history in a file.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
#[cfg(feature = "aws")]
use serde_json::{Value, json};

use workflow_graph::history::History as Visits;

#[cfg(feature = "aws")]
use crate::aws;
use crate::events::{Options, PAYLOAD_CHARS};
use crate::page::{self, About, Files};
use crate::{Failure, history_file, report};

/// Prints or draws the history of an execution.
#[derive(Args)]
pub(crate) struct History {
    /// ARN of the execution, or a file: a history that `aws stepfunctions get-execution-history` wrote, or a log of Express
    /// executions; `-` reads standard input. With `--to`, the state machine (NAME, NAME:ALIAS, NAME:VERSION or ARN) or map
    /// run (ARN)
    #[arg(value_name = "EXECUTION")]
    source: String,
    /// Execution in a log of several, by its name or ARN. Without this option, `--trace otlp URL` posts the trace of each
    #[arg(long, value_name = "NAME")]
    execution: Option<String>,
    /// File with the state machine, for a history file. Without this option, it is the definition in the history file, as
    /// `--save` writes it; if there is none, the page shows only the states that were entered
    #[arg(long, value_name = "FILE")]
    definition: Option<PathBuf>,
    /// Workflow to use, if the definition file has several
    #[arg(long)]
    name: Option<String>,
    #[command(flatten)]
    files: Files,
    /// Write the history, with its data and definition, to FILE for `cargo workflow replay`. Children of map runs go
    /// into a folder with the same name
    #[cfg(feature = "aws")]
    #[arg(long, value_name = "FILE")]
    save: Option<PathBuf>,
    /// Write the histories of the state machine's ended executions to FOLDER, as `--save` does, a file each
    #[cfg(feature = "aws")]
    #[arg(long, value_name = "FOLDER", conflicts_with = "save")]
    to: Option<PathBuf>,
    #[cfg(feature = "aws")]
    #[command(flatten)]
    filter: aws::Filter,
    /// In saved histories, replace the values at this path with values that say nothing: `card.number` is the member `number` of
    /// any `card`, `*` is any member (repeatable)
    #[cfg(feature = "aws")]
    #[arg(long, value_name = "PATH")]
    redact: Vec<String>,
    #[command(flatten)]
    options: Options,
    #[cfg(feature = "aws")]
    #[command(flatten)]
    connect: aws::Connect,
}

impl History {
    /// Prints the events, and writes the requested files.
    pub(crate) fn execute(self, output: &mut impl Write) -> Result<ExitCode, Failure> {
        #[cfg(feature = "aws")]
        if let Some(folder) = &self.to {
            return self.save_all(folder, output);
        }
        #[cfg(feature = "aws")]
        if self.filter != aws::Filter::default() {
            let help = "give a state machine and `--to FOLDER`";
            return Err(format!("error: a filter is for the executions of a state machine\n  = help: {help}").into());
        }
        #[cfg(feature = "aws")]
        if !self.redact.is_empty() && self.save.is_none() {
            let help = "give `--save FILE`, or a state machine and `--to FOLDER`";
            return Err(format!("error: `--redact` is for histories that are saved\n  = help: {help}").into());
        }
        if self.source.starts_with("arn:") {
            return self.of_aws(output);
        }
        #[cfg(feature = "aws")]
        if self.save.is_some() {
            let help = "give the ARN of an execution";
            return Err(
                format!("error: --save is for an execution in AWS; this one is in a file\n  = help: {help}").into()
            );
        }
        let file = Path::new(&self.source);
        let all = history_file::read_all(file, self.execution.as_deref())?;
        if self.files.only_posts() {
            for (arn, history) in &all {
                self.files.write(history, About { name: name_of(file, arn.as_deref()), ..About::default() })?;
            }
            return Ok(ExitCode::SUCCESS);
        }
        let (arn, history) = history_file::only(file, all)?;
        let machine = self.definition.as_deref().map(|file| page::machine(file, self.name.as_deref()));
        if !self.files.is_wanted() {
            let read = Visits::read(&history).map_err(|error| format!("error: {}: {error}", file.display()))?;
            let start = read.events.first().and_then(|event| event.time);
            self.options.print(&read, start, PAYLOAD_CHARS, output)?;
            report::note_all(read.notes);
            return Ok(ExitCode::SUCCESS);
        }
        let name = name_of(file, arn.as_deref());
        let machine = machine.transpose()?;
        let machine_type = machine.as_ref().map(|machine| machine.machine_type).unwrap_or_default();
        let saved = history.get("definition").filter(|definition| definition.is_object());
        let definition = machine.map(|machine| machine.value).or_else(|| saved.cloned());
        self.files.write(&history, About { name, definition, machine_type, ..About::default() })?;
        Ok(ExitCode::SUCCESS)
    }

    #[cfg(feature = "aws")]
    fn of_aws(self, output: &mut impl Write) -> Result<ExitCode, Failure> {
        if !self.files.is_wanted() && self.save.is_none() {
            return aws::print_history(&self.options, &self.connect, &self.source, output);
        }
        let (events, definition) = match &self.save {
            Some(file) => self.save(&self.source, file, output)?,
            None => aws::recorded(&self.connect, &self.source)?,
        };
        let about = About {
            name: self.source.rsplit(':').next().unwrap_or_default().to_owned(),
            definition: serde_json::from_str(&definition).ok(),
            facts: vec![("ARN".to_owned(), self.source.clone())],
            ..About::default()
        };
        self.files.write(&json!({"events": Value::Array(events)}), about)?;
        Ok(ExitCode::SUCCESS)
    }

    /// Writes the history of an execution and of the children of its map runs. Returns the events and the definition.
    #[cfg(feature = "aws")]
    fn save(&self, execution: &str, file: &Path, output: &mut impl Write) -> Result<(Vec<Value>, String), Failure> {
        let redaction = aws::Redaction::of(&self.redact);
        let (mut events, definition) = aws::recorded(&self.connect, execution)?;
        events.iter_mut().for_each(|event| redaction.apply(event));
        let saved = json!({ "executionArn": execution, "definition": definition, "events": events });
        aws::write_history(file, &saved)?;
        let folder = folder_beside(file);
        let (children, notes) = aws::save_children(&self.connect, &events, &folder, &redaction)?;
        if children > 0 {
            writeln!(output, "{}: {children} children of map runs", folder.display())?;
        }
        report::note_all(notes);
        Ok((events, definition))
    }

    /// Writes the histories of the executions of a state machine that have ended.
    #[cfg(feature = "aws")]
    fn save_all(&self, folder: &Path, output: &mut impl Write) -> Result<ExitCode, Failure> {
        let limit = self.options.limit.unwrap_or(100);
        let aws::Ended { executions, notes } = aws::ended(&self.connect, &self.source, &self.filter, limit)?;
        std::fs::create_dir_all(folder)
            .map_err(|error| format!("error: cannot create {}: {error}", folder.display()))?;
        for (name, arn) in &executions {
            let name = name.replace(|c: char| !c.is_ascii_alphanumeric() && c != '-', "_");
            self.save(arn, &folder.join(format!("{name}.json")), output)?;
        }
        let noun = if executions.len() == 1 { "history" } else { "histories" };
        writeln!(output, "{}: {} {noun}", folder.display(), executions.len())?;
        report::note_all(notes);
        Ok(ExitCode::SUCCESS)
    }

    #[cfg(not(feature = "aws"))]
    fn of_aws(self, _: &mut impl Write) -> Result<ExitCode, Failure> {
        let help = "install it with its default features, or give a file that the AWS CLI has printed";
        Err(format!("error: this `cargo workflow` was built without AWS\n  = help: {help}").into())
    }
}

/// Returns the name of an execution, or of its file.
fn name_of(file: &Path, arn: Option<&str>) -> String {
    let stem = || file.file_stem().map(|name| name.to_string_lossy().into_owned());
    arn.map(|arn| history_file::name_in(arn).to_owned()).or_else(stem).unwrap_or_default()
}

/// The folder with the children of the execution in a file: the file's name up to its first dot.
#[cfg(feature = "aws")]
fn folder_beside(file: &Path) -> PathBuf {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    file.with_file_name(name.split('.').next().unwrap_or_default())
}
