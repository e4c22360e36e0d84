//! Other forms of a history: a page, a trace.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use serde_json::Value;
use workflow_asl::document::MachineType;
use workflow_graph::history::History;
use workflow_graph::page::Page;
use workflow_graph::trace::Trace;

use crate::Failure;
use crate::params::Values;
use crate::source::{self, Machine, ReadRequest};
use crate::template::Reading;

/// Files to write a history to.
#[derive(Args, Clone, Debug)]
pub(crate) struct Files {
    /// Write an HTML page with the graph, the path of the execution, each state's data, a timeline and the events
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Write a trace in the format `chrome` (for Perfetto) or `otlp` (for OpenTelemetry). `otlp URL` posts the trace to
    /// a collector
    #[arg(long, num_args = 2, value_names = ["FORMAT", "FILE|URL"])]
    trace: Vec<String>,
}

/// The format of a trace.
#[derive(Clone, Copy, ValueEnum)]
enum Format {
    Chrome,
    Otlp,
}

/// What is known about an execution besides its history.
#[derive(Default)]
pub(crate) struct About {
    /// Its name, or its ARN.
    pub(crate) name: String,
    /// The definition of its state machine.
    pub(crate) definition: Option<Value>,
    /// The type of its state machine.
    pub(crate) machine_type: MachineType,
    /// More facts, by name.
    pub(crate) facts: Vec<(String, String)>,
}

impl Files {
    /// Returns whether any file is requested.
    pub(crate) fn is_wanted(&self) -> bool {
        self.html.is_some() || !self.trace.is_empty()
    }

    /// Returns whether a trace is posted to a collector, and nothing else is requested.
    pub(crate) fn only_posts(&self) -> bool {
        self.html.is_none() && matches!(&*self.trace, [format, target] if format == "otlp" && is_url(target))
    }

    /// Writes the requested files. `history` has the form of `GetExecutionHistory`.
    pub(crate) fn write(&self, history: &Value, about: About) -> Result<(), Failure> {
        if !self.is_wanted() {
            return Ok(());
        }
        let format = match self.trace.as_slice() {
            [format, file] => {
                let known = Format::from_str(format, false);
                Some((known.map_err(|_| format!("error: --trace takes `chrome` or `otlp`, not `{format}`"))?, file))
            }
            _ => None,
        };
        let history = History::read(history).map_err(|error| format!("error: the history cannot be read: {error}"))?;
        if let Some((format, file)) = format {
            let trace = Trace::of(&history, &about.name);
            match format {
                Format::Otlp if is_url(file) => post(file, &trace.to_otlp_json())?,
                Format::Otlp => write(Path::new(file), &trace.to_otlp_json().to_string())?,
                Format::Chrome => write(Path::new(file), &trace.to_chrome_json().to_string())?,
            }
        }
        if let Some(file) = &self.html {
            let mut page = Page::of(history).titled(about.name).of_type(about.machine_type);
            for (name, value) in about.facts {
                page = page.with(name, value);
            }
            if let Some(definition) = about.definition {
                page = page.of_machine(definition);
            }
            write(file, &page.to_html())?;
        }
        Ok(())
    }
}

fn is_url(target: &str) -> bool {
    target.starts_with("http://") || target.starts_with("https://")
}

/// Posts a trace to a collector.
#[cfg(feature = "serve")]
fn post(url: &str, trace: &Value) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| format!("error: cannot start: {error}"))?;
    let posted = runtime.block_on(workflow_server::post_trace(url, trace));
    posted.map_err(|error| format!("error: the trace could not be sent to {url}: {error}").into())
}

#[cfg(not(feature = "serve"))]
fn post(url: &str, _: &Value) -> Result<(), Failure> {
    Err(format!("error: the trace cannot be sent to {url}: this build has no HTTP; write it to a file").into())
}

/// Writes a file.
pub(crate) fn write(file: &Path, text: &str) -> Result<(), Failure> {
    std::fs::write(file, text).map_err(|error| format!("error: cannot write {}: {error}", file.display()).into())
}

/// Reads the state machine in a file.
pub(crate) fn machine(file: &Path, name: Option<&str>) -> Result<Machine, Failure> {
    let values = Values::default();
    let reading = Reading::default().with_defaults();
    source::read_one(ReadRequest { file, bytes: None, name, values: &values, reading })
}
