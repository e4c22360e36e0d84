//! `cargo workflow validate`: reports errors and warnings in definitions, with their positions.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use serde_json::Value;
use workflow_asl::document::MachineType;
use workflow_asl::{Code, Severity, StateMachine, error_name, rules};

use crate::definition::Definition;
use crate::documents::Document;
use crate::folder;
use crate::params::{Params, Values};
use crate::progress::Progress;
use crate::report::{self, Format, Report};
use crate::rust_calls::NothingRead;
use crate::source::{self, File, RustFile};
use crate::template::{Missing, Reading, Template};
use crate::{Failure, terminal};

/// Check definitions. The exit code is 0; 1 if there is an error; 2 if a file cannot be read.
#[derive(Args)]
pub(crate) struct Validate {
    /// Rust files with `workflow!`, files with only the contents of a `workflow!`, ASL documents in JSON or YAML,
    /// CloudFormation or SAM templates, Terraform, `serverless.yml`, or folders of these files; `-` reads standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    #[command(flatten)]
    checks: Checks,
    /// Output format
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    /// Also exit with 1 if there are warnings
    #[arg(long)]
    deny_warnings: bool,
    /// Do not report findings with this code. The code must be a warning, or an error about an AWS API that may be
    /// newer than the built-in API table
    #[arg(short = 'A', long, value_name = "CODE", value_delimiter = ',', value_parser = allowable)]
    allow: Vec<Code>,
    /// Report only findings that are not in this file, which `--format json` printed
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    #[command(flatten)]
    params: Params,
}

/// What to check in a file.
#[derive(Args, Default)]
pub(crate) struct Checks {
    /// Check only this workflow, the workflows that it starts and the fragments that these use, if a file has several workflows
    #[arg(long)]
    name: Option<String>,
    /// Type of the state machine, if the file does not give the type
    #[arg(long = "type", value_parser = machine_type(), default_value = "standard")]
    machine_type: MachineType,
    #[command(flatten)]
    reading: Reading,
}

/// Reads the findings of a baseline.
fn known(file: &Path) -> Result<Vec<Option<Value>>, Failure> {
    let text = std::fs::read(file).map_err(|error| format!("error: cannot read {}: {error}", file.display()))?;
    serde_json::from_slice(&text).map_err(|error| {
        let help = "`cargo workflow validate --format json FILE` prints one";
        format!("error: {} is not a baseline: {error}\n  = help: {help}", file.display()).into()
    })
}

/// Parses the code of findings that may be intended. Anything that AWS rejects for certain cannot be allowed.
fn allowable(text: &str) -> Result<Code, String> {
    let code = Code::ALL.iter().copied().find(|code| code.id().eq_ignore_ascii_case(text));
    let code = code.ok_or_else(|| "unknown code; docs/errors.md lists the codes".to_owned())?;
    match code.is_certain() {
        false => Ok(code),
        true => Err(format!("{code} cannot be allowed, because AWS always rejects it: {}", code.title())),
    }
}

/// The values of an option for the type of a state machine.
pub(crate) fn machine_type() -> impl TypedValueParser<Value = MachineType> {
    let standard = PossibleValue::new("standard").help("Runs for up to one year; every step runs exactly once");
    let express = PossibleValue::new("express").help("Runs for up to five minutes, at a high rate");
    PossibleValuesParser::new([standard, express]).map(|word| match word.as_str() {
        "express" => MachineType::Express,
        _ => MachineType::Standard,
    })
}

/// The findings in the files.
#[derive(Default)]
pub(crate) struct Findings {
    /// In the order of the files, and of the positions in each.
    pub(crate) reports: Vec<Report>,
    /// The number of files that cannot be read.
    pub(crate) unreadable: usize,
    /// The number of state machines whose definitions are elsewhere.
    elsewhere: usize,
    /// The names of parameters and placeholders.
    names: BTreeSet<String>,
    /// What to say of each Rust file without workflows, if nothing was read.
    pub(crate) empty: Vec<NothingRead>,
    /// What is not read of the other files.
    pub(crate) notes: Vec<String>,
    /// A sentence for each file of fragments alone, if there is no state machine.
    fragments: Vec<String>,
    /// The tasks that call a Lambda function and do not retry the failures of Lambda.
    unretried: Vec<String>,
}

impl Validate {
    /// Checks every file, independently of the others.
    pub(crate) fn execute(&self, output: &mut impl Write) -> Result<ExitCode, Failure> {
        let values = self.params.values()?;
        let mut findings = Findings::default();
        let (mut machines, mut told) = (0, BTreeSet::new());
        let files = folder::expand(&self.files)?;
        let progress = Progress::counting(files.len(), "files");
        for file in &files {
            progress.tell(&file.display().to_string());
            let from = findings.reports.len();
            machines += self.checks.check(file, File::read(file), &values, &mut findings)?;
            let mut of_file = findings.reports.split_off(from);
            of_file.sort_by_key(Report::offset);
            // State machines may share a definition, or the lines of a loop.
            of_file.retain(|report| told.insert(report.place_and_text()));
            findings.reports.append(&mut of_file);
            progress.advance();
        }
        progress.end();
        if machines + findings.elsewhere + findings.unreadable == 0
            && let Some(nothing) = findings.empty.pop()
        {
            return Err(nothing.into());
        }
        let of_empty = std::mem::take(&mut findings.empty).into_iter().flat_map(|nothing| nothing.notes);
        let fragments = std::mem::take(&mut findings.fragments).into_iter().filter(|_| machines == 0);
        let notes = std::mem::take(&mut findings.notes).into_iter().chain(of_empty).chain(fragments);
        report::note_all(notes.chain(unretried(&findings.unretried)));
        if let (Some(name), 0, 0) = (&self.checks.name, machines + findings.elsewhere, findings.unreadable) {
            return Err(format!("error: no workflow `{name}`").into());
        }
        if findings.unreadable == 0 {
            values.are_known(&findings.names)?;
        }
        findings.reports.retain(|report| report.code().is_none_or(|code| !self.allow.contains(&code)));
        if let Some(file) = &self.baseline {
            let mut known = known(file)?;
            findings.reports.retain(|report| {
                let known = known.iter_mut().find(|known| known.as_ref().is_some_and(|known| report.is(known)));
                known.and_then(Option::take).is_none()
            });
        }
        let count = |severity| findings.reports.iter().filter(|report| report.severity() == severity).count();
        let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
        match self.format {
            Format::Human => {
                let stdout = std::io::stdout();
                let (shown, more) = report::shown(&findings.reports);
                for report in shown {
                    writeln!(output, "{}", terminal::coloured(&report.to_text(), &stdout))?;
                }
                for more in more {
                    writeln!(output, "{more}")?;
                }
                let machines = number(machines, "state machine");
                let summary = format!("{} and {} in {machines}", number(errors, "error"), number(warnings, "warning"));
                match findings.unreadable {
                    0 => writeln!(output, "{summary}")?,
                    unreadable => writeln!(output, "{summary}; {} cannot be read", number(unreadable, "file"))?,
                }
            }
            format => format.write(output, "cargo workflow validate", &files, &findings.reports, |report| {
                report.is_error() || self.deny_warnings
            })?,
        }
        let fails = errors > 0 || self.deny_warnings && warnings > 0;
        Ok(ExitCode::from(if findings.unreadable > 0 { 2 } else { u8::from(fails) }))
    }
}

impl Checks {
    /// Checks a file. Returns the number of state machines in it that could be read.
    pub(crate) fn check(
        &self,
        file: &Path,
        read: Result<File, Box<Report>>,
        values: &Values,
        findings: &mut Findings,
    ) -> Result<usize, Failure> {
        Ok(match read {
            Err(report) => {
                findings.unreadable(*report);
                0
            }
            Ok(File::Rust(rust)) => {
                match rust.unread(file) {
                    Ok(notes) => findings.notes.extend(notes),
                    Err(nothing) => findings.empty.push(nothing),
                }
                let RustFile { text, calls, constants, .. } = rust;
                let has_fragments = calls.iter().any(|call| !call.compilation.fragments.is_empty());
                if has_fragments && calls.iter().all(|call| call.compilation.workflows.is_empty()) {
                    findings.fragments.push(format!("{} contains fragments and no workflow", file.display()));
                }
                let problems = source::problems(&calls, self.name.as_deref());
                findings.reports.extend(problems.iter().map(|problem| Report::problem(file, &text, problem)));
                for bug in calls.iter().flat_map(|call| &call.compilation.bugs) {
                    findings.unreadable(Report::unreadable(file, bug));
                }
                let all = calls.iter().flat_map(|call| &call.compilation.workflows);
                let taken: Vec<_> = all.filter(|workflow| self.takes(&workflow.source.name.to_string())).collect();
                for workflow in &taken {
                    // One whose document cannot be read, which is reported, has no text, and may have any param.
                    if workflow.fragments.is_empty() {
                        findings.names.extend(values.iter().map(|(name, _)| name.to_owned()));
                        continue;
                    }
                    let definition = Definition::of_workflow(workflow, &constants);
                    findings.unretried_in(&definition.filled(values)?.value);
                    findings.names.extend(definition.names());
                }
                taken.len()
            }
            Ok(File::Template(source)) => {
                let template = Template::new(file, &source, values, self.reading.with_defaults());
                self.check_template(file, &template, findings)
            }
            Ok(File::Document(source)) => {
                let all = Document::all(&source).into_iter();
                let taken: Vec<_> = all.filter(|document| self.takes(&document.name(file))).collect();
                let mut found = Vec::new();
                for document in &taken {
                    let definition = Definition::of_document(document.value.clone(), document.bare.clone());
                    findings.names.extend(definition.names());
                    let value = definition.filled(values)?.value;
                    findings.unretried_in(&value);
                    found.extend(document.found(&rules::check_definition(&value, self.machine_type)));
                }
                if !taken.is_empty() {
                    found.extend(source.remarks().iter().cloned());
                    findings.reports.extend(Report::found_in(file, &source, &found));
                }
                taken.len()
            }
        })
    }

    /// Checks the state machines of a template. One whose definition is elsewhere is skipped with a note.
    fn check_template(&self, file: &Path, template: &Template<'_>, findings: &mut Findings) -> usize {
        let mut machines = 0;
        findings.names.extend(template.names());
        let all = template.machines();
        source::note_none(file, all.len());
        for (_, resource) in all.into_iter().filter(|(name, _)| self.takes(name)) {
            match resource {
                Ok(resource) => {
                    machines += 1;
                    findings.reports.extend(template.check(&resource));
                    findings.unretried_in(&resource.definition);
                    findings.names.extend(resource.substitutions.iter().cloned());
                    findings.names.extend(Definition::of_document(resource.definition, resource.bare).names());
                    for note in &resource.notes {
                        report::note(&format!("{}: {note}", resource.name));
                    }
                }
                Err(Missing::Elsewhere(note)) => {
                    findings.elsewhere += 1;
                    report::note(&note);
                }
                Err(Missing::Unreadable(report)) => findings.unreadable(*report),
            }
        }
        report::note_all(template.remarks());
        machines
    }

    /// Returns whether a workflow of this name must be checked.
    fn takes(&self, name: &str) -> bool {
        self.name.as_ref().is_none_or(|wanted| wanted == name)
    }
}

impl Findings {
    fn unreadable(&mut self, report: Report) {
        self.unreadable += 1;
        self.reports.push(report);
    }

    fn unretried_in(&mut self, definition: &Value) {
        let (machine, _) = StateMachine::read(definition);
        self.unretried.extend(rules::unretried_lambda_tasks(&machine).into_iter().map(str::to_owned));
    }
}

/// The note about tasks without a retrier for the failures of Lambda: one for all files.
fn unretried(tasks: &[String]) -> Option<String> {
    let (first, others) = tasks.split_first()?;
    let calls = match others.len() {
        0 => format!("`{first}` calls"),
        others => format!("`{first}` and {} call", number(others, "other task")),
    };
    let name = error_name::LAMBDA_TRANSIENT.first()?;
    Some(format!(
        "{calls} Lambda without a retrier for failures of the service, such as `{name}`, which AWS recommends: \
         https://docs.aws.amazon.com/step-functions/latest/dg/sfn-best-practices.html#bp-lambda-serviceexception"
    ))
}

/// Returns a number with its noun.
pub(crate) fn number(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}
