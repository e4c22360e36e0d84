//! `cargo workflow diff`: shows the effects of a change to a state machine.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use serde_json::Value;
use workflow_asl::rules::Annotations;
use workflow_graph::page::{Item, Page, Tone};
use workflow_graph::{Direction, Graph};
use workflow_plan::{Configuration, Logging, Machine, Plan, Verdict, plan_annotated};

use crate::page::write;
use crate::params::Values;
use crate::source::ReadRequest;
use crate::template::Reading;
use crate::{Failure, revision, source, terminal, types};

/// The arguments of `diff`.
#[derive(Args)]
pub(crate) struct Diff {
    /// Old state machine: a file, or REVISION:PATH for a file in a git revision
    old: PathBuf,
    /// New state machine: a file, or REVISION:PATH for a file in a git revision
    new: PathBuf,
    /// Workflow to use, if a file has several
    #[arg(long)]
    name: Option<String>,
    /// Also write an HTML page with the verdict, the findings and the drawn change, in which each changed state shows its
    /// old and new definition
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    #[command(flatten)]
    printing: Printing,
}

/// The output format of a plan, and its exit code.
#[derive(Args, Clone, Copy)]
pub(crate) struct Printing {
    /// Output format
    #[arg(long, default_value = "text")]
    pub(crate) format: Format,
    /// Worst verdict that still exits with 0
    #[arg(long, default_value = "compatible")]
    allow: Allow,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    Text,
    Markdown,
    Json,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Allow {
    Compatible,
    Careful,
    Breaking,
}

impl Allow {
    pub(crate) fn worst(self) -> Verdict {
        match self {
            Self::Compatible => Verdict::Compatible,
            Self::Careful => Verdict::Careful,
            Self::Breaking => Verdict::Breaking,
        }
    }
}

/// The exit codes for verdicts that are not allowed. Code 2 is for failures.
const CAREFUL: u8 = 3;
const BREAKING: u8 = 4;

impl Diff {
    /// Prints the effects of the change. The exit code depends on the verdict.
    pub(crate) fn execute(self, output: &mut impl Write) -> Result<ExitCode, Failure> {
        let (old, was) = read(&self.old, self.name.as_deref())?;
        let (new, is) = read(&self.new, self.name.as_deref())?;
        let plan = plan_annotated((&old, &was), (&new, &is));
        match self.printing.format {
            Format::Text => terminal::report(output, &plan.to_text())?,
            Format::Markdown => {
                write!(output, "{}", plan.to_markdown())?;
                let graph = Graph::of_change(&old.definition, &new.definition);
                writeln!(output, "\n```mermaid\n{}```", graph.to_mermaid())?;
            }
            Format::Json => writeln!(output, "{:#}", plan.to_json())?,
        }
        if let Some(file) = &self.html {
            write(file, &page(&old, &new, &plan).to_html())?;
        }
        Ok(self.printing.code(plan.verdict()))
    }
}

/// Returns the page of a plan.
fn page(old: &Machine, new: &Machine, plan: &Plan) -> Page {
    let graph = Graph::of_change(&old.definition, &new.definition);
    let graph = graph.named(new.name.as_deref().unwrap_or("Change of a state machine"));
    let tone = |verdict| match verdict {
        Verdict::Compatible => Tone::Good,
        Verdict::Careful => Tone::Careful,
        _ => Tone::Bad,
    };
    let findings = plan.findings.iter().map(|finding| {
        let state = finding.state.as_deref();
        let place = plan.difference.states.iter().find(|other| Some(other.name()) == state);
        let place = place.and_then(|place| place.new.as_ref().or(place.old.as_ref()));
        let (at, verdict) = (place.map(|place| place.pointer.as_str()), finding.rule.verdict);
        let text = format!("{}\n{} ({})", finding.reason, finding.rule.law.text, finding.rule.law.source);
        Item::new(state.unwrap_or("The state machine"), at, (tone(verdict), verdict.name()), text)
    });
    let page = Page::of_change(graph, Direction::TopDown, &old.definition, &new.definition);
    let page = page.judged(tone(plan.verdict()), plan.verdict().name(), plan.summary());
    page.with_list("Findings", findings.collect())
}

impl Printing {
    /// Returns the exit code of a verdict.
    pub(crate) fn code(self, verdict: Verdict) -> ExitCode {
        match verdict {
            verdict if verdict <= self.allow.worst() => ExitCode::SUCCESS,
            Verdict::Careful => ExitCode::from(CAREFUL),
            _ => ExitCode::from(BREAKING),
        }
    }
}

/// Returns the state machine of a file, or of a file of a git revision, and what the rules know besides its definition.
fn read(file: &Path, name: Option<&str>) -> Result<(Machine, Annotations), Failure> {
    let values = Values::default();
    let reading = Reading::default().with_defaults();
    let of_revision = revision::read(file)?;
    let machine = match &of_revision {
        Some((path, bytes)) => {
            source::read_one(ReadRequest { file: path, bytes: Some(bytes), name, values: &values, reading })?
        }
        None => source::read_one(ReadRequest { file, bytes: None, name, values: &values, reading })?,
    };
    let (input, output) = machine.workflow.as_deref().map(types::declared).unwrap_or_default();
    let mut made = Machine::new(machine.value).of_type(machine.machine_type).declaring(input, output);
    made.name = machine.aws_name.or_else(|| property_text(machine.properties.as_ref(), &["StateMachineName", "Name"]));
    made.configuration = machine.properties.as_ref().map(configuration).unwrap_or_default();
    Ok((made, machine.annotations))
}

fn property_text(properties: Option<&Value>, names: &[&str]) -> Option<String> {
    names.iter().find_map(|name| properties?.get(name)?.as_str()).map(str::to_owned)
}

/// Returns the configuration in the properties of a template's resource, with AWS's defaults for absent ones.
fn configuration(properties: &Value) -> Configuration {
    let role = property_text(Some(properties), &["RoleArn", "Role"]);
    let logging = properties.get("LoggingConfiguration").or_else(|| properties.get("Logging"));
    let logging = logging.map_or_else(Logging::default, |logging| Logging {
        level: logging.get("Level").and_then(Value::as_str).unwrap_or("OFF").to_owned(),
        data: logging.get("IncludeExecutionData").and_then(Value::as_bool).unwrap_or_default(),
        group: logging
            .pointer("/Destinations/0/CloudWatchLogsLogGroup/LogGroupArn")
            .and_then(Value::as_str)
            .map(str::to_owned),
    });
    let tracing = properties.get("TracingConfiguration").or_else(|| properties.get("Tracing"));
    let tracing = tracing.and_then(|tracing| tracing.get("Enabled")).and_then(Value::as_bool).unwrap_or_default();
    let key = properties.pointer("/EncryptionConfiguration/KmsKeyId").and_then(Value::as_str);
    let tags: BTreeMap<_, _> = match properties.get("Tags") {
        // A list in CloudFormation, an object in SAM.
        Some(Value::Array(tags)) => tags
            .iter()
            .filter_map(|tag| Some((tag.get("Key")?.as_str()?.to_owned(), tag.get("Value")?.as_str()?.to_owned())))
            .collect(),
        Some(Value::Object(tags)) => {
            let texts = tags.iter().filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())));
            texts.collect()
        }
        _ => BTreeMap::new(),
    };
    Configuration {
        role,
        logging: Some(logging),
        tracing: Some(tracing),
        key: Some(key.unwrap_or(workflow_plan::AWS_OWNED_KEY).to_owned()),
        tags: Some(tags),
    }
}
