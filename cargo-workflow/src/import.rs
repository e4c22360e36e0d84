//! `cargo workflow import`: definitions as `workflow!` declarations.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use serde_json::Value;
use workflow_asl::document::MachineType;
use workflow_asl::{Diagnostic, Severity};
use workflow_compiler::import::{ImportError, ImportOptions, import};
use workflow_compiler::state_ident::{Distinct, pascal};

use crate::Failure;
use crate::report::{self, Report};
use crate::source::File;
use crate::template::{Missing, Template};
use crate::validate::Type;

/// Turns definitions into `workflow!` declarations. The exit code is 0, 1 where a definition has errors or holds
/// what the language cannot say, 2 where a file cannot be read; then nothing is printed but what is wrong.
#[derive(Args)]
pub(crate) struct Import {
    /// Definitions in JSON or YAML, or CloudFormation or SAM templates, of which every state machine is taken;
    /// `-` is the standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// The workflow's name; the file's or the state machine's, where it is not given
    #[arg(long)]
    name: Option<String>,
    /// Take the files for templates, whatever they look like
    #[arg(long)]
    from_cloudformation: bool,
    /// The type of state machine that a definition is for, where the file does not say
    #[arg(long = "type", value_enum, default_value_t = Type::Standard)]
    machine_type: Type,
    /// Write a Rust file instead of printing
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// What came of the files.
#[derive(Default)]
struct Outcome {
    /// The declarations.
    sources: Vec<String>,
    names: Distinct,
    /// What is wrong.
    reports: Vec<Report>,
    unreadable: bool,
}

impl Import {
    /// Turns every state machine of every file; all or nothing is printed.
    pub(crate) fn execute(&self, output: &mut impl Write) -> Result<ExitCode, Failure> {
        let mut outcome = Outcome::default();
        for file in &self.files {
            self.take(file, &mut outcome);
        }
        if self.name.is_some() && outcome.sources.len() > 1 {
            let message = format!("error: `--name` is for one state machine, there are {}", outcome.sources.len());
            return Err(message.into());
        }
        if !outcome.reports.is_empty() {
            let texts: Vec<_> = outcome.reports.iter().map(report::print).collect();
            eprintln!("{}", texts.join("\n"));
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
            Ok(File::Rust(..)) => return outcome.unreadable(Report::unreadable(file, "it is Rust already")),
            Err(report) => return outcome.unreadable(*report),
        };
        if let Some(template) = Template::of(file, &source) {
            return self.take_template(file, &template, outcome);
        }
        if self.from_cloudformation {
            return outcome.unreadable(Report::unreadable(file, "it is no template: it has no `Resources`"));
        }
        let name = self.name.clone().unwrap_or_else(|| name_of(file));
        let reports = |found: &[Diagnostic]| {
            let located = source.locate(found).into_iter().zip(found);
            located.map(|(at, found)| Report::found(file, source.text(), found, at)).collect()
        };
        outcome.import(file, source.value(), name, self.machine_type.into(), &reports);
    }

    fn take_template(&self, file: &Path, template: &Template<'_>, outcome: &mut Outcome) {
        for (_, resource) in template.machines() {
            match resource {
                Ok(resource) => {
                    let name = self.name.clone().unwrap_or_else(|| resource.name.clone());
                    for note in &resource.notes {
                        eprintln!("note: {}: {note}", resource.name);
                    }
                    let reports = |found: &[Diagnostic]| template.reports(&resource, found);
                    outcome.import(file, &resource.definition, name, resource.machine_type, &reports);
                }
                Err(Missing::Elsewhere(note)) => eprintln!("note: {note}"),
                Err(Missing::Unreadable(report)) => outcome.unreadable(*report),
            }
        }
    }
}

impl Outcome {
    fn unreadable(&mut self, report: Report) {
        self.unreadable = true;
        self.reports.push(report);
    }

    /// Takes a definition; `reports` says where in the file something is found.
    fn import(
        &mut self,
        file: &Path,
        definition: &Value,
        name: String,
        machine_type: MachineType,
        reports: &dyn Fn(&[Diagnostic]) -> Vec<Report>,
    ) {
        let mut options = ImportOptions::new(self.names.take(pascal(&name, "Workflow"), ""));
        options.machine_type = machine_type;
        match import(definition, &options) {
            Ok(imported) => self.sources.push(imported.source),
            Err(ImportError::Invalid(found)) => {
                let reports = reports(&found).into_iter();
                self.reports.extend(reports.filter(|report| report.severity() == Severity::Error));
            }
            Err(error) => self.reports.push(Report::refusal(file, &error.to_string())),
        }
    }
}

/// The file's name without its endings.
fn name_of(file: &Path) -> String {
    let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    name.split('.').next().unwrap_or_default().to_owned()
}
