//! `cargo workflow graph`: draws workflows.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use workflow_asl::printable::printable_lines;
use workflow_asl::rules;
use workflow_compiler::caption::captions;
use workflow_graph::page::Page;
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
    /// Direction of the graph
    #[arg(long, value_enum, default_value_t = LayoutDirection::TopDown)]
    direction: LayoutDirection,
    /// Draw the change from OLD to FILE. Each is a file, or REVISION:PATH for a file in a git revision
    #[arg(long, value_name = "OLD")]
    diff: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum To {
    /// SVG image for light and dark pages, without scripts or fonts
    Svg,
    /// HTML page: the graph, to search, zoom and fold, with the definition of each state, or with what changed in it
    Html,
    /// Mermaid flowchart, which GitHub and GitLab render
    Mermaid,
    /// DOT for Graphviz
    Dot,
    /// Box-drawing characters for a terminal
    Text,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum LayoutDirection {
    TopDown,
    LeftRight,
}

impl From<LayoutDirection> for Direction {
    fn from(direction: LayoutDirection) -> Self {
        match direction {
            LayoutDirection::TopDown => Self::TopDown,
            LayoutDirection::LeftRight => Self::LeftRight,
        }
    }
}

impl Draw {
    /// Prints the picture. Several workflows are boxes of one picture; as DOT and text, each is preceded by its name.
    pub(crate) fn execute(&self, output: &mut impl Write) -> Result<ExitCode, Failure> {
        let values = self.file.selection.params.values()?;
        if let Some(old) = &self.diff {
            let (old, new) = (self.revision(old, &values)?, self.revision(&self.file.file, &values)?);
            let new_value = new.value.clone();
            let graph = captioned(Graph::of_change(&old.value, &new_value), new);
            let page = || Page::of_change(graph.clone(), self.direction.into(), &old.value, &new_value);
            self.print(&graph, page, output)?;
            return Ok(ExitCode::SUCCESS);
        }
        let wanted = self.file.wanted(&values);
        let (machines, wrong) =
            source::read_with_errors(ReadRequest { reading: wanted.reading.with_defaults(), ..wanted })?;
        let definitions: Vec<_> = machines.iter().map(|machine| machine.value.clone()).collect();
        let drawn = machines.into_iter().map(|machine| {
            let (definition, found) = rules::read_and_check(&machine.value, machine.machine_type);
            captioned(Graph::of(&definition).with_problems(&found), machine)
        });
        let drawn: Vec<_> = drawn.collect();
        let page = || Page::of_graphs(drawn.clone(), self.direction.into(), definitions);
        match (drawn.as_slice(), self.to) {
            ([], _) => {}
            ([graph], _) => self.print(graph, page, output)?,
            // Graphviz reads several graphs, and a terminal shows them one after the other.
            (graphs, To::Dot | To::Text) => {
                for graph in graphs {
                    let comment = if self.to == To::Dot { "//" } else { "#" };
                    let name = graph.name.as_deref().unwrap_or_default();
                    writeln!(output, "{comment} {}", workflow_asl::printable::printable(name))?;
                    self.print(graph, Page::default, output)?;
                }
            }
            _ => self.print(&Graph::of_several(drawn.clone()), page, output)?,
        }
        Ok(if wrong { ExitCode::from(1) } else { ExitCode::SUCCESS })
    }

    /// Returns the state machine of a file, or of a file of a git revision.
    fn revision(&self, file: &Path, values: &Values) -> Result<Machine, Failure> {
        let name = self.file.selection.name.as_deref();
        let reading = Reading::default().with_defaults();
        match &revision::read(file)? {
            Some((path, bytes)) => {
                source::read_one(ReadRequest { file: path, bytes: Some(bytes), name, values, reading })
            }
            None => source::read_one(ReadRequest { file, bytes: None, name, values, reading }),
        }
    }

    fn print(&self, graph: &Graph, page: impl FnOnce() -> Page, output: &mut impl Write) -> Result<(), Failure> {
        let direction = self.direction.into();
        match self.to {
            To::Svg => write!(output, "{}", graph.to_svg_in(direction))?,
            To::Html => write!(output, "{}", page().to_html())?,
            To::Mermaid => write!(output, "{}", graph.to_mermaid_in(direction))?,
            To::Dot => write!(output, "{}", graph.to_dot_in(direction))?,
            To::Text => write!(output, "{}", printable_lines(&graph.to_text_in(direction)))?,
        }
        Ok(())
    }
}

/// Returns the graph with the machine's name, and with the captions of its source in Rust.
fn captioned(graph: Graph, machine: Machine) -> Graph {
    graph.named(machine.name).with_captions(machine.workflow.iter().flat_map(|workflow| captions(workflow)))
}
