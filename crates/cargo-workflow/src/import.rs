//! `cargo workflow import`: converts definitions to `workflow!` declarations.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use serde_json::Value;
use workflow_asl::document::MachineType;
use workflow_asl::source::Source;
use workflow_asl::{Code, Diagnostic, Severity};
use workflow_compiler::state_ident::{UniqueNames, pascal};
use workflow_import::{ImportError, ImportOptions, import};

use crate::Failure;
use crate::documents::{Document, machine_name};
use crate::params::Values;
use crate::report::{self, Report};
use crate::source::{self, File};
use crate::template::{Missing, Reading, Template};
use crate::validate::machine_type;

/// Convert definitions to `workflow!` declarations. The exit code is 0; 1 if a definition has errors or contains
/// something that the language cannot express; or 2 if a file cannot be read. If the exit code is not 0, only the
/// problems are printed.
#[derive(Args)]
pub(crate) struct Import {
    /// Definitions in JSON or YAML, templates, Terraform, `serverless.yml`, or output of `cargo workflow asl`. Converts every
    /// state machine in each file. `-` reads standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Name of the workflow [default: the state machine's name, then the file's name]
    #[arg(long)]
    name: Option<String>,
    /// Read the files as templates, even if they do not look like templates
    #[arg(long)]
    from_cloudformation: bool,
    /// Type of the state machine, if the file does not give the type
    #[arg(long = "type", value_parser = machine_type(), default_value = "standard")]
    machine_type: MachineType,
    #[command(flatten)]
    reading: Reading,
    /// Write a Rust file instead of printing to standard output
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// The result of the conversion.
#[derive(Default)]
struct Outcome {
    /// The declarations.
    sources: Vec<String>,
    names: UniqueNames,
    /// The names of the types of the workflows so far, which are in one module.
    types: BTreeSet<String>,
    /// The problems.
    reports: Vec<Report>,
    unreadable: bool,
}

impl Import {
    /// Converts every state machine of every file. Prints all of them or none.
    pub(crate) fn execute(&self, output: &mut impl Write) -> Result<ExitCode, Failure> {
        let mut outcome = Outcome::default();
        for file in &self.files {
            self.take(file, &mut outcome);
        }
        if self.name.is_some() && outcome.sources.len() > 1 {
            let message = format!("error: `--name` is for one state machine, found {}", outcome.sources.len());
            return Err(message.into());
        }
        if !outcome.reports.is_empty() {
            report::print_all(&outcome.reports);
            return Ok(ExitCode::from(if outcome.unreadable { 2 } else { 1 }));
        }
        let text = outcome.sources.join("\n");
        match &self.output {
            None => write!(output, "{text}")?,
            Some(file) => std::fs::write(file, format!("use workflow_runtime::workflow;\n\n{text}"))
                .map_err(|error| format!("error: cannot write {}: {error}", file.display()))?,
        }
        Ok(ExitCode::SUCCESS)
    }

    fn take(&self, file: &Path, outcome: &mut Outcome) {
        let source = match File::read(file) {
            Ok(File::Document(source)) => source,
            Ok(File::Template(source)) => return self.take_template(file, &source, outcome),
            Ok(File::Rust(..)) => return outcome.unreadable(Report::unreadable(file, "it is Rust already")),
            Err(report) => return outcome.unreadable(*report),
        };
        if self.from_cloudformation {
            return outcome.unreadable(Report::unreadable(file, "it is not a template: it has no `Resources`"));
        }
        for document in Document::all(&source) {
            let reports = |found: &[Diagnostic]| {
                let found = document.found(found);
                let located = source.locate(&found).into_iter().zip(&found);
                located.map(|(at, found)| Report::found(file, source.text(), found, at)).collect()
            };
            let name = self.name.clone().or_else(|| document.own_name().map(str::to_owned));
            let mut options = ImportOptions::new(name.unwrap_or_else(|| name_of(file)));
            (options.machine_type, options.bare) = (self.machine_type, document.bare.clone());
            outcome.import(file, document.value, options, &reports);
        }
    }

    fn take_template(&self, file: &Path, source: &Source, outcome: &mut Outcome) {
        let values = Values::default();
        let template = Template::new(file, source, &values, self.reading);
        let machines = template.machines();
        source::note_none(file, machines.len());
        for (_, resource) in machines {
            match resource {
                Ok(resource) => {
                    for note in &resource.notes {
                        report::note(&format!("{}: {note}", resource.name));
                    }
                    let reports = |found: &[Diagnostic]| template.reports(&resource, found);
                    let mut options = ImportOptions::new(self.name.clone().unwrap_or_else(|| resource.name.clone()));
                    (options.machine_type, options.bare) = (resource.machine_type, resource.bare.clone());
                    outcome.import(file, &resource.definition, options, &reports);
                }
                Err(Missing::Elsewhere(note)) => report::note(&note),
                Err(Missing::Unreadable(report)) => outcome.unreadable(*report),
            }
        }
        report::note_all(template.remarks());
    }
}

impl Outcome {
    fn unreadable(&mut self, report: Report) {
        self.unreadable = true;
        self.reports.push(report);
    }

    /// Converts a definition. `reports` maps findings to positions in the file.
    fn import(
        &mut self,
        file: &Path,
        definition: &Value,
        mut options: ImportOptions,
        reports: &dyn Fn(&[Diagnostic]) -> Vec<Report>,
    ) {
        options.name = self.names.take(pascal(&options.name, "Workflow"), "");
        options.taken.clone_from(&self.types);
        match import(definition, &options) {
            Ok(imported) => {
                // A later workflow may have the name of a struct.
                imported.types.iter().cloned().for_each(|name| self.names.reserve(name));
                self.types.extend(imported.types);
                report::print_all(&reports(&imported.warnings));
                self.sources.push(imported.source);
            }
            Err(ImportError::Invalid(found)) => {
                let reports = reports(&found).into_iter();
                self.reports.extend(reports.filter(|report| report.severity() == Severity::Error));
            }
            Err(ImportError::Unsayable { pointer, message }) => {
                // The position is found as for any finding; this problem has no code of its own.
                let at =
                    Diagnostic::new(Code::NotJson, pointer, format!("the language cannot express this: {message}"));
                self.reports.extend(reports(&[at]).into_iter().map(Report::without_code));
            }
            Err(error) => self.reports.push(Report::refusal(file, &error.to_string())),
        }
    }
}

/// Returns the file's name without its extensions.
fn name_of(file: &Path) -> String {
    let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    machine_name(name.split('.').next().unwrap_or_default())
}
