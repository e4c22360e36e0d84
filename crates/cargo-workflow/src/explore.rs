//! `cargo workflow explore`: everything that can go wrong with a workflow, tried.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use serde_json::Value;
use workflow_asl::Pointer;
use workflow_compiler::check::DeclaredProperty;
use workflow_explore::{Explorer, Finding, Property, Report, Severity, Verdict};
use workflow_local::internal::InternalEngine;
use workflow_local::{Engine, MachineType};

use crate::baseline::Baseline;
use crate::origin::Origin;
use crate::page::write;
use crate::progress::Progress;
use crate::report::Rule;
use crate::run::parse_result;
use crate::simulate::learning;
use crate::source::{self, Machine};
use crate::test_file::{Tested, add_test};
use crate::validate::machine_type;
use crate::{Failure, folder, report, terminal};

/// The exit code when nothing so severe was found, but not everything was looked at.
pub(crate) const NOT_SHOWN: u8 = 4;

/// Tries every execution of a workflow: each task succeeds with each value that makes a difference, fails with each error that
/// handlers distinguish, times out; branches end in each order.
///
/// The exit code is 0 when everything holds within the bounds, 1 when a finding is as severe as `--fail-on`, 3 when nothing so severe was found and not
/// every execution was tried, 4 when nothing so severe was found and some states were never entered, rules never taken or expressions never
/// computed although it is not proved that none can be, and 2 when nothing could be explored.
#[derive(Args)]
pub(crate) struct Explore {
    #[command(flatten)]
    files: crate::Files,
    /// Type of the state machines, if the file does not give the type
    #[arg(long = "type", value_parser = machine_type(), default_value = "standard")]
    machine_type: MachineType,
    /// Check this property for every execution, in addition to the properties that the workflow declares: `after A: B
    /// or C`, `never both A and B`, `at most once A`, `A before B`, `ends in A or B`, `no A after B`, `reachable A`, `output has
    /// m: x or y`. After a state: `succeeded`, `failed`, `failed with E`, `timed out`, `tolerated failures`. At the end: `since A`,
    /// `until A`, `unless A` (repeatable)
    #[arg(long = "property", value_name = "PROPERTY")]
    properties: Vec<String>,
    /// Maximum number of failures in one execution [default: 2]
    #[arg(long, value_name = "N")]
    faults: Option<u32>,
    /// Maximum number of visits to a task on a loop in one execution [default: 10]
    #[arg(long, value_name = "N")]
    turns: Option<u32>,
    /// Maximum number of executions to try, and of execution states to keep [default: 100000]
    #[arg(long, value_name = "N")]
    executions: Option<u64>,
    /// Maximum memory, estimated, in MiB [default: 1024]
    #[arg(long, value_name = "MIB")]
    memory: Option<u64>,
    /// Allow executions to fail with this error without a Fail state (repeatable)
    #[arg(long = "may-fail-with", value_name = "ERROR")]
    allowed: Vec<String>,
    /// Allow executions to fail with any uncaught error
    #[arg(long)]
    may_fail: bool,
    /// Exit with 1 if a finding is at least so severe
    #[arg(long, value_enum, default_value_t = Level::Error, value_name = "SEVERITY")]
    fail_on: Level,
    /// File with accepted findings [default: the nearest explore.toml in the folder of the workflow or above it]
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// Add the findings to the file of accepted ones, with this reason
    #[arg(long, value_name = "REASON", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    accept: Option<String>,
    /// Leave out the findings whose property, state or key (`PROPERTY: STATE`) is this; `*` stands for any text (repeatable)
    #[arg(long = "exclude", value_name = "PATTERN")]
    excluded: Vec<String>,
    /// Also try a result of the wrong type for each task
    #[arg(long)]
    other_types: bool,
    /// Use this input instead of generated inputs, as JSON (repeatable)
    #[arg(long = "input", value_name = "JSON")]
    inputs: Vec<String>,
    /// Use this task result instead of generated ones: `State=JSON` (repeatable)
    #[arg(long = "result", value_name = "STATE=JSON")]
    results: Vec<String>,
    /// Also try the inputs, results and errors of the histories in this file or folder, and print the findings first whose paths
    /// occurred most often (repeatable)
    #[arg(long = "from", value_name = "PATH")]
    from: Vec<PathBuf>,
    /// Folder with the S3 objects that distributed maps read, as FOLDER/BUCKET/KEY
    #[arg(long, value_name = "FOLDER")]
    objects: Option<PathBuf>,
    /// Output format of the report
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Write each finding that fails the command, or the first one, as a Rust test
    #[arg(long, value_name = "FILE")]
    test: Option<PathBuf>,
    /// Write the first finding as a mock file for AWS Step Functions Local
    #[arg(long, value_name = "FILE")]
    mocks: Option<PathBuf>,
    /// Write the first finding as an HTML page: the property, the decisions that lead to it, and the execution
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
}

/// The severity of a finding.
#[derive(Clone, Copy, ValueEnum)]
enum Level {
    /// A fault of the program, a declared property that does not hold, an execution that never ends
    Error,
    /// An effect may happen twice although the request could prevent it, or an error that most other tasks catch
    Warning,
    /// An error that nothing catches, or a repeated call that the API does not recognise
    Note,
}

impl From<Level> for Severity {
    fn from(level: Level) -> Self {
        match level {
            Level::Error => Self::Error,
            Level::Warning => Self::Warning,
            Level::Note => Self::Note,
        }
    }
}

/// How the report is printed.
#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum Format {
    /// Text for people
    Text,
    /// JSON for programs: an object with `status`, `findings` and `bounds`, or for several workflows an array of
    /// objects that also have `name`
    Json,
    /// SARIF 2.1.0, for code scanning on GitHub and for editors
    Sarif,
    /// Annotations of a pull request, printed in a job of GitHub Actions
    Github,
    /// JUnit XML, for test reports: a test case for each finding, and for each file without one
    Junit,
}

impl Format {
    /// Returns the format that all commands with findings have.
    fn of_findings(self) -> Option<report::Format> {
        match self {
            Self::Text | Self::Json => None,
            Self::Sarif => Some(report::Format::Sarif),
            Self::Github => Some(report::Format::Github),
            Self::Junit => Some(report::Format::Junit),
        }
    }
}

impl Explore {
    /// Explores and prints the report.
    pub(crate) fn execute(&self, output: &mut impl Write) -> Result<ExitCode, Failure> {
        let values = self.files.selection.params.values()?;
        let read = source::read_files(&self.files, &values).map_err(|failure| match failure {
            // Code 1 is for properties that do not hold.
            Failure::Printed(_) => Failure::Printed(2),
            failure => failure,
        });
        let (machines, mut failed) = read?;
        if machines.is_empty() && !failed {
            return Err("error: there is nothing to explore".to_owned().into());
        }
        let several = machines.len() > 1;
        if several && (self.test.is_some() || self.mocks.is_some() || self.html.is_some()) {
            let message =
                "error: `--test`, `--mocks` and `--html` are for one workflow\n  = help: choose it with `--name`";
            return Err(message.to_owned().into());
        }
        let baseline = Baseline::read(self.baseline.as_deref(), self.files.files.first().map(PathBuf::as_path))?;
        let (mut codes, mut reports, mut findings) = (Vec::new(), Vec::new(), Vec::new());
        let mut in_vain = self.excluded.clone();
        for (number, machine) in machines.into_iter().enumerate() {
            let name = machine.name.clone();
            if let (true, Format::Text) = (several, self.format) {
                writeln!(output, "{}{name}:", if number > 0 { "\n" } else { "" })?;
            }
            match self.explore(machine, (several, &baseline), (&mut findings, &mut in_vain), output) {
                Ok((code, json)) => {
                    codes.push(code);
                    reports.push(json);
                }
                Err(Failure::Message(message)) if several => {
                    report::complain(&message);
                    failed = true;
                }
                Err(failure) => return Err(failure),
            }
        }
        if let (true, Format::Json) = (several, self.format) {
            writeln!(output, "{}", report::json_text(&Value::Array(reports)))?;
        }
        for pattern in in_vain {
            let what = "no finding has this property, state or key";
            report::complain(&format!("warning: `--exclude {pattern}` leaves nothing out: {what}"));
        }
        if let Some(format) = self.format.of_findings() {
            let files = folder::expand(&self.files.files)?;
            let written = format.write(output, "cargo workflow explore", &files, &findings, report::Report::fails);
            written.map_err(Failure::from)?;
        }
        let worst = [1, NOT_SHOWN, 3].into_iter().find(|code| codes.contains(code)).unwrap_or(0);
        Ok(ExitCode::from(if failed && worst != 1 { 2 } else { worst }))
    }

    /// Explores one workflow and prints the report, but not as JSON if it is one of several. Returns its exit code and the
    /// report as JSON.
    fn explore(
        &self,
        machine: Machine,
        (several, baseline): (bool, &Baseline),
        (findings, in_vain): (&mut Vec<report::Report>, &mut Vec<String>),
        output: &mut impl Write,
    ) -> Result<(u8, Value), Failure> {
        let mut machine = machine.complete()?;
        if machine.has_no_type() {
            machine.machine_type = self.machine_type;
        }
        let engine = Engine::new(&machine.value).map_err(|error| format!("error: {error}"))?;
        let engine = engine.named(&machine.name).machine_type(machine.machine_type).declaring(machine.types);
        let engine = match &self.objects {
            Some(folder) => engine.objects(folder),
            None => engine,
        };
        let what = format!("exploring {}", machine.name);
        let progress = Progress::working(what.clone());
        let explorer = self.explorer(&engine, &machine.declared_properties)?.fail_on(self.fail_on.into());
        let explorer = baseline.applied(explorer, &machine.name).watched(progress.counter(&what));
        let report = explorer.explore().map_err(|error| format!("error: {error}"))?;
        in_vain.retain(|pattern| report.excluded_in_vain.contains(pattern));
        progress.end();
        let mut json = report.to_json();
        match self.format {
            Format::Text => terminal::report(output, &report.to_string())?,
            Format::Json if several => {
                if let Some(members) = json.as_object_mut() {
                    members.insert("name".to_owned(), machine.name.as_str().into());
                }
            }
            Format::Json => writeln!(output, "{}", report::json_text(&json))?,
            Format::Sarif | Format::Github | Format::Junit => findings.extend(self.findings(&machine, &report)),
        }
        if let Some(reason) = &self.accept {
            let added = baseline.add(&machine.name, &report, reason)?;
            let findings = if added == 1 { "finding was" } else { "findings were" };
            report::note(&format!("{added} {findings} added to {}", baseline.file().display()));
            return Ok((0, json));
        }
        match report.findings.first() {
            Some(finding) => self.write(&machine, &report, finding)?,
            None => {
                for file in [&self.test, &self.mocks, &self.html].into_iter().flatten() {
                    report::note(&format!("{} is not written: there is no finding", file.display()));
                }
            }
        }
        let code = match report.verdict() {
            Verdict::Holds => 0,
            Verdict::Broken => 1,
            Verdict::NotShown => NOT_SHOWN,
            _ => 3,
        };
        Ok((code, json))
    }

    /// Returns the findings of a report at their places in the file, and one for what is not shown.
    fn findings(&self, machine: &Machine, report: &Report) -> Vec<report::Report> {
        let path = machine.file.clone().unwrap_or_default();
        let origin = machine.file.as_deref().and_then(|file| Origin::of_file(file, &machine.name));
        let place = |pointer: Option<&Pointer>| {
            let origin = origin.as_ref()?;
            Some(origin.place_of(pointer.unwrap_or(&Pointer::root())))
        };
        let fail_on = Severity::from(self.fail_on);
        let of_finding = |finding: &Finding| {
            let rule = Rule {
                id: rule_id(&finding.property),
                title: finding.property.clone(),
                help: finding.help(),
                severity: finding.severity.name(),
                fails: finding.severity >= fail_on,
            };
            let decisions = finding.decisions.iter().map(|decision| format!("- {decision}"));
            let lines: Vec<_> =
                std::iter::once(format!("{}: {}", machine.name, finding.message)).chain(decisions).collect();
            report::Report::of_rule(&path, rule, lines.join("\n"), place(report.pointer(finding)))
        };
        let mut found: Vec<_> = report.findings.iter().map(of_finding).collect();
        if matches!(report.verdict(), Verdict::NotShown | Verdict::Incomplete) {
            let title = "not everything was explored".to_owned();
            let help = "Give values with `--input` or `--result`, or raise the bounds that the report names.";
            let rule = Rule { id: "not-shown".to_owned(), title, help, severity: "warning", fails: true };
            let message = format!("{}: {}", machine.name, report.headline());
            found.push(report::Report::of_rule(&path, rule, message, place(None)));
        }
        found
    }

    fn explorer(&self, engine: &Engine, declared: &[DeclaredProperty]) -> Result<Explorer, Failure> {
        let failed = |error: &dyn std::fmt::Display| Failure::Message(format!("error: {error}"));
        let mut explorer = Explorer::new(engine).map_err(|error| failed(&error))?;
        for text in declared.iter().map(|property| &property.text).chain(&self.properties) {
            explorer = explorer.property(text.parse::<Property>().map_err(|error| failed(&error))?);
        }
        explorer = self.allowed.iter().fold(explorer, |explorer, error| explorer.may_fail_with(error));
        if !self.from.is_empty() {
            explorer = explorer.occurred(&learning(engine, &self.from)?);
        }
        explorer = self.excluded.iter().fold(explorer, Explorer::exclude);
        if let Some(faults) = self.faults {
            explorer = explorer.faults(faults);
        }
        if let Some(turns) = self.turns {
            explorer = explorer.turns(turns);
        }
        if let Some(executions) = self.executions {
            explorer = explorer.executions(executions);
        }
        if let Some(memory) = self.memory {
            explorer = explorer.memory(memory.saturating_mul(1 << 20));
        }
        if self.may_fail {
            explorer = explorer.may_fail();
        }
        if self.other_types {
            explorer = explorer.other_types();
        }
        if !self.inputs.is_empty() {
            let inputs = self.inputs.iter().map(|text| {
                serde_json::from_str::<Value>(text)
                    .map_err(|error| format!("error: --input is not JSON: {error}: {text}"))
            });
            explorer = explorer.inputs(inputs.collect::<Result<Vec<_>, _>>()?);
        }
        let mut results: Vec<(&str, Vec<Value>)> = Vec::new();
        for text in &self.results {
            let (state, value) = parse_result(text)?;
            match results.iter_mut().find(|(known, _)| *known == state) {
                Some((_, values)) => values.push(value),
                None => results.push((state, vec![value])),
            }
        }
        Ok(results.into_iter().fold(explorer, |explorer, (state, values)| explorer.results(state, values)))
    }

    /// Writes the first finding to the files that are asked for, and as tests also the others that fail the command.
    fn write(&self, machine: &Machine, report: &Report, finding: &Finding) -> Result<(), Failure> {
        if let Some(file) = &self.test {
            let paths = folder::expand(&self.files.files)?;
            let tested = Tested {
                // Which of several files the workflow is in is not known.
                file: if let [path] = paths.as_slice() { Some(path) } else { None },
                machine: Some(machine),
                definition: &machine.value,
                name: &machine.name,
                machine_type: machine.machine_type,
            };
            // Each that fails the command; without one, the first.
            let fail_on = Severity::from(self.fail_on);
            let is_told = |other: &&Finding| other.severity >= fail_on || std::ptr::eq(*other, finding);
            let mut tests = Vec::new();
            report.findings.iter().filter(is_told).for_each(|told| add_test(&mut tests, &report.test(told)));
            write(file, &tested.file_with(&tests.join("\n"), file))?;
        }
        if let Some(file) = &self.mocks {
            let mocks = report.mocks(finding).ok_or_else(|| {
                "error: no mock file leads to the finding: branches or iterations are answered in an order of their own\n  \
                 = help: write it as a test: --test FILE"
                    .to_owned()
            })?;
            write(file, &format!("{}\n", report::json_text(&mocks)))?;
        }
        if let Some(file) = &self.html {
            write(file, &report.to_html(finding).unwrap_or_default())?;
        }
        Ok(())
    }
}

/// Returns a property as the name of a rule: `every-execution-ends`.
fn rule_id(property: &str) -> String {
    let words = property.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect::<Vec<_>>().join("-")
}
