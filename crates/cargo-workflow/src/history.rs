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
use crate::{Failure, report};

/// Prints or draws the history of an execution.
#[derive(Args)]
pub(crate) struct History {
    /// ARN of the execution, or a history file written by `aws stepfunctions get-execution-history`
    execution: String,
    /// File with the state machine, for a history file. Without this option, the page shows only the states that were
    /// entered
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
    #[command(flatten)]
    options: Options,
    #[cfg(feature = "aws")]
    #[command(flatten)]
    connect: aws::Connect,
}

impl History {
    /// Prints the events, and writes the requested files.
    pub(crate) fn execute(self, output: &mut impl Write) -> Result<ExitCode, Failure> {
        if self.execution.starts_with("arn:") {
            return self.of_aws(output);
        }
        #[cfg(feature = "aws")]
        if self.save.is_some() {
            let help = "give the ARN of an execution";
            return Err(
                format!("error: --save is for an execution in AWS; this one is in a file\n  = help: {help}").into()
            );
        }
        let file = Path::new(&self.execution);
        let history = page::read(file)?;
        let machine = self.definition.as_deref().map(|file| page::machine(file, self.name.as_deref()));
        if !self.files.is_wanted() {
            let read = Visits::read(&history).map_err(|error| format!("error: {}: {error}", file.display()))?;
            let start = read.events.first().and_then(|event| event.time);
            self.options.print(&read, start, PAYLOAD_CHARS, output)?;
            report::note_all(read.notes);
            return Ok(ExitCode::SUCCESS);
        }
        let name = file.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let machine = machine.transpose()?;
        let machine_type = machine.as_ref().map(|machine| machine.machine_type).unwrap_or_default();
        let definition = machine.map(|machine| machine.value);
        self.files.write(&history, About { name, definition, machine_type, ..About::default() })?;
        Ok(ExitCode::SUCCESS)
    }

    #[cfg(feature = "aws")]
    fn of_aws(self, output: &mut impl Write) -> Result<ExitCode, Failure> {
        if !self.files.is_wanted() && self.save.is_none() {
            return aws::print_history(&self.options, &self.connect, &self.execution, output);
        }
        let (events, definition) = aws::recorded(&self.connect, &self.execution)?;
        if let Some(file) = &self.save {
            let saved = json!({ "executionArn": self.execution, "definition": definition, "events": events });
            aws::write_history(file, &saved)?;
            let (children, notes) = aws::save_children(&self.connect, &events, &folder_beside(file))?;
            if children > 0 {
                let folder = folder_beside(file);
                writeln!(output, "{}: {children} children of map runs", folder.display())?;
            }
            report::note_all(notes);
        }
        let about = About {
            name: self.execution.rsplit(':').next().unwrap_or_default().to_owned(),
            definition: serde_json::from_str(&definition).ok(),
            facts: vec![("ARN".to_owned(), self.execution.clone())],
            ..About::default()
        };
        self.files.write(&json!({"events": Value::Array(events)}), about)?;
        Ok(ExitCode::SUCCESS)
    }

    #[cfg(not(feature = "aws"))]
    fn of_aws(self, _: &mut impl Write) -> Result<ExitCode, Failure> {
        let help = "install it with its default features, or give a file that the AWS CLI has printed";
        Err(format!("error: this `cargo workflow` was built without AWS\n  = help: {help}").into())
    }
}

/// The folder with the children of the execution in a file: the file's name up to its first dot.
#[cfg(feature = "aws")]
fn folder_beside(file: &Path) -> PathBuf {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    file.with_file_name(name.split('.').next().unwrap_or_default())
}
