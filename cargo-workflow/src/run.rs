//! `cargo workflow run`: one execution on the embedded engine, with its history.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use serde_json::Value;
use workflow_local::{Engine, HistoryEvent, RunError, Status};

use crate::Failure;
use crate::source;

/// Runs a workflow in virtual time.
#[derive(Args)]
pub(crate) struct Run {
    /// A Rust file with `workflow!` in it, an ASL document in JSON or YAML, or a template
    file: PathBuf,
    /// The workflow to run, where the file has several
    #[arg(long)]
    name: Option<String>,
    /// The execution's input, as JSON
    #[arg(long, default_value = "{}")]
    input: String,
    /// What a task gives: `State=JSON`; may be repeated
    #[arg(long = "result", value_name = "STATE=JSON")]
    results: Vec<String>,
    /// How to print the history
    #[arg(long, value_enum, default_value_t = History::Table)]
    history: History,
}

/// How the history is printed.
#[derive(Clone, Copy, ValueEnum)]
enum History {
    /// A table for people
    Table,
    /// The events as GetExecutionHistory gives them
    Json,
}

impl Run {
    /// Runs it and prints history, status and output; the exit code is 0 when it succeeded, else 1.
    pub(crate) fn execute(&self, output: &mut impl Write) -> Result<ExitCode, Failure> {
        let machine = source::read_one(&self.file, self.name.as_deref())?;
        let input: Value =
            serde_json::from_str(&self.input).map_err(|error| format!("error: --input is not JSON: {error}"))?;
        let mut engine = Engine::new(&machine.definition).map_err(|error| format!("error: {error}"))?;
        engine = engine.machine_type(machine.machine_type);
        for result in &self.results {
            let (state, output) = parse_result(result)?;
            engine = engine.on_state(state, move |_: Value| Ok(output.clone()));
        }
        let execution = engine.run(&input).map_err(explain)?;
        match self.history {
            History::Table => write!(output, "{}", execution.history_table())?,
            History::Json => {
                let events = execution.history().iter().map(HistoryEvent::to_api_json).collect();
                writeln!(output, "{:#}", Value::Array(events))?;
            }
        }
        writeln!(output, "status: {}", execution.status())?;
        match execution.output() {
            Some(value) => writeln!(output, "output: {value}")?,
            None => {
                writeln!(output, "error: {}", execution.error().unwrap_or("(none)"))?;
                writeln!(output, "cause: {}", execution.cause().unwrap_or("(none)"))?;
            }
        }
        Ok(ExitCode::from(u8::from(execution.status() != Status::Succeeded)))
    }
}

/// What stopped the run, with what helps on the command line.
fn explain(error: RunError) -> Failure {
    let message = match error {
        RunError::MissingHandler { state, resource, .. } => format!(
            "error: nothing stands for the task `{state}` ({resource})\n  = help: give its result: --result '{state}={{…}}'"
        ),
        error => format!("error: {error}"),
    };
    Failure::Message(message)
}

fn parse_result(text: &str) -> Result<(&str, Value), Failure> {
    let (state, json) =
        text.split_once('=').ok_or_else(|| format!("error: --result needs STATE=JSON, not `{text}`"))?;
    let value =
        serde_json::from_str(json).map_err(|error| format!("error: the result of `{state}` is not JSON: {error}"))?;
    Ok((state, value))
}
