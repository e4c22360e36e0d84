//! `cargo workflow graph`: draws workflows.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use workflow_asl::printable::printable_lines;
use workflow_asl::rules;
use workflow_compiler::caption::{StateCaption, captions};
use workflow_graph::{Direction, Graph};

use crate::params::Values;
use crate::source::{self, Machine, ReadRequest};
use crate::template::Reading;
use crate::{Failure, revision};

/// Draw the workflows of a file, or the change from one file to another.
///
/// A definition with errors is drawn with the errors at their states.
#[derive(Args)]
pub(crate) struct Draw {
    #[command(flatten)]
    file: crate::File,
    /// Output format
    #[arg(long, value_enum, default_value_t = To::Mermaid)]
    to: To,
    /// The direction of the graph
    #[arg(long, value_enum, default_value_t = LayoutDirection::TopDown)]
    direction: LayoutDirection,
    /// Draw the change from this file to FILE: each is a file, or REVISION:PATH for a file of a git revision
    #[arg(long, value_name = "OLD")]
    diff: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum To {
    /// A picture for light and dark pages, without scripts or fonts
    Svg,
    /// A page with that picture
    Html,
    /// A Mermaid flowchart, which GitHub and GitLab render
    Mermaid,
    /// Graphviz's language
    Dot,
    /// Box characters for a terminal
    Text,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum LayoutDirection {
    TopDown,
    LeftRight,
}

impl Draw {
    /// Prints the picture. As DOT and text there may be several, each preceded by its name.
    pub(crate) fn execute(&self, output: &mut impl Write) -> Result<ExitCode, Failure> {
        let values = self.file.params.values()?;
        if let Some(old) = &self.diff {
            let (old, new) = (self.revision(old, &values)?, self.revision(&self.file.file, &values)?);
            let graph = Graph::of_change(&old.value, &new.value);
            self.print(&captioned(graph, new), output)?;
            return Ok(ExitCode::SUCCESS);
        }
        let wanted = self.file.wanted(&values);
        let (machines, wrong) =
            source::read_with_errors(ReadRequest { reading: wanted.reading.with_defaults(), ..wanted })?;
        let several = machines.len() > 1;
        // Graphviz reads several graphs; a picture, a page and a Mermaid diagram are one each.
        if several && !matches!(self.to, To::Dot | To::Text) {
            let names: Vec<_> = machines.iter().map(|machine| machine.name.as_str()).collect();
            let file = self.file.file.display();
            return Err(
                format!("error: {file} has several workflows; choose one with --name: {}", names.join(", ")).into()
            );
        }
        for machine in machines {
            if several {
                let comment = if self.to == To::Dot { "//" } else { "#" };
                writeln!(output, "{comment} {}", workflow_asl::printable::printable(&machine.name))?;
            }
            let (definition, found) = rules::read_and_check(&machine.value, machine.machine_type);
            let graph = Graph::of(&definition).with_problems(&found);
            self.print(&captioned(graph, machine), output)?;
        }
        Ok(if wrong { ExitCode::from(1) } else { ExitCode::SUCCESS })
    }

    /// Returns the state machine of a file, or of a file of a git revision.
    fn revision(&self, file: &Path, values: &Values) -> Result<Machine, Failure> {
        let name = self.file.name.as_deref();
        let reading = Reading { allow_outside: false, defaults: false }.with_defaults();
        match &revision::of(file)? {
            Some((path, bytes)) => {
                source::read_one(ReadRequest { file: path, bytes: Some(bytes), name, values, reading })
            }
            None => source::read_one(ReadRequest { file, bytes: None, name, values, reading }),
        }
    }

    fn print(&self, graph: &Graph, output: &mut impl Write) -> Result<(), Failure> {
        let direction = match self.direction {
            LayoutDirection::TopDown => Direction::TopDown,
            LayoutDirection::LeftRight => Direction::LeftRight,
        };
        match self.to {
            To::Svg => write!(output, "{}", graph.to_svg_in(direction))?,
            To::Html => write!(output, "{}", graph.to_html_in(direction))?,
            To::Mermaid => writeln!(output, "{}", graph.to_mermaid_in(direction))?,
            To::Dot => write!(output, "{}", graph.to_dot_in(direction))?,
            To::Text => write!(output, "{}", printable_lines(&graph.to_text_in(direction)))?,
        }
        Ok(())
    }
}

/// Returns the graph with the machine's name, and with the captions of its source in Rust.
fn captioned(graph: Graph, machine: Machine) -> Graph {
    let captions = machine.workflow.iter().flat_map(|workflow| captions(workflow));
    graph.named(machine.name).with_captions(captions.map(StateCaption::into_parts))
}
