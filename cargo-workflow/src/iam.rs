//! `cargo workflow iam`: the least-privilege policy of a workflow's role, or what a change makes of it.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use serde_json::{Value, json};
use workflow_asl::StateMachine;
use workflow_asl::nearest::nearest;
use workflow_asl::policy::{self, Conditions, Grant, NoteKind, Policy, Setting, Statement};

use crate::Failure;
use crate::report;
use crate::source::{self, File};

/// The arguments of `iam`.
#[derive(Args)]
pub(crate) struct Iam {
    #[command(flatten)]
    file: crate::File,
    /// The values of the workflow's params, or of the placeholders `${X}` of a document, as a JSON object
    #[arg(long)]
    params: Option<String>,
    /// The name of the state machine in AWS; that of the workflow, for one in Rust
    #[arg(long)]
    machine: Option<String>,
    /// `aws-cn`, `aws-us-gov`; what the workflow's own ARNs say, if it is not given
    #[arg(long)]
    partition: Option<String>,
    /// The region; `*` if it is not given
    #[arg(long)]
    region: Option<String>,
    /// The account; `*` if it is not given
    #[arg(long)]
    account: Option<String>,
    /// Also what logging to CloudWatch Logs needs
    #[arg(long)]
    logging: bool,
    /// Also what tracing with X-Ray needs
    #[arg(long)]
    tracing: bool,
    /// Print the trust policy of the role instead
    #[arg(long, conflicts_with = "diff")]
    trust: bool,
    /// Print what the workflow needs that OLD does not, and the other way round; OLD is a file with a workflow, or a
    /// policy as JSON
    #[arg(long, value_name = "OLD")]
    diff: Option<PathBuf>,
    /// `json` for the policy, `explain` for people; `explain` is what `--diff` prints if it is not given
    #[arg(long)]
    format: Option<Format>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Json,
    Explain,
}

impl Iam {
    /// Prints the policy. What it cannot say goes with it, or to the standard error beside JSON.
    pub(crate) fn execute(self, output: &mut impl Write) -> Result<ExitCode, Failure> {
        let setting = Setting {
            partition: self.partition.clone(),
            region: self.region.clone(),
            account: self.account.clone(),
            machine: self.machine.clone(),
            values: self.params.as_deref().map(values).transpose()?.unwrap_or_default(),
            logging: self.logging,
            tracing: self.tracing,
        };
        let name = self.file.name.as_deref();
        let mut known = BTreeSet::new();
        let policy = policy_of(&self.file.file, name, &setting, &mut known)?;
        let old = self.diff.as_ref().map(|old| older(old, name, &setting, &mut known)).transpose()?;
        are_known(&setting.values, &known)?;
        if self.trust {
            print_json(&policy::trust(&setting), output)?;
            return Ok(ExitCode::SUCCESS);
        }
        if let Some(old) = &old {
            let difference = policy.since(old);
            if self.format == Some(Format::Json) {
                let grants = |grants: &[Grant]| grants.iter().map(Grant::to_json).collect::<Vec<_>>();
                let value = json!({"added": grants(&difference.added), "removed": grants(&difference.removed)});
                print_json(&value, output)?;
            } else {
                print_changes('+', &difference.added, output)?;
                print_changes('-', &difference.removed, output)?;
            }
        } else if self.format == Some(Format::Explain) {
            explain(&policy, output)?;
            print_notes(&policy, output)?;
            return Ok(ExitCode::SUCCESS);
        } else {
            print_json(&policy.to_json(), output)?;
        }
        print_notes(&policy, &mut io::stderr().lock())?;
        Ok(ExitCode::SUCCESS)
    }
}

/// The policy of the only workflow of a file, or the one of that name; the names of what its deployment knows are added
/// to `known`.
fn policy_of(
    file: &Path,
    name: Option<&str>,
    setting: &Setting,
    known: &mut BTreeSet<String>,
) -> Result<Policy, Failure> {
    let machine = source::read_one(file, name)?;
    known.extend(machine.placeholders.iter().cloned());
    let mut setting = setting.clone();
    if setting.machine.is_none() && file.extension().is_some_and(|extension| extension == "rs") {
        setting.machine = Some(machine.name);
    }
    Ok(policy::of(&StateMachine::read(machine.readable.as_ref().unwrap_or(&machine.definition)).0, &setting))
}

/// What `--diff` names: a policy, or a file whose workflow has one.
fn older(file: &Path, name: Option<&str>, setting: &Setting, known: &mut BTreeSet<String>) -> Result<Policy, Failure> {
    if let File::Document(source) = File::read(file).map_err(|report| report::print(&report))?
        && source.value().get("Statement").is_some()
    {
        let policy = Policy::read(source.value());
        return policy.map_err(|error| format!("error: {}: {error}", file.display()).into());
    }
    policy_of(file, name, setting, known)
}

/// Every name that is given a value is a param or placeholder; one that is none would leave the policy wider than meant.
fn are_known(values: &BTreeMap<String, String>, known: &BTreeSet<String>) -> Result<(), Failure> {
    let Some(name) = values.keys().find(|name| !known.contains(*name) && !name.starts_with("AWS::")) else {
        return Ok(());
    };
    let help = match nearest(name, known.iter().map(String::as_str)) {
        Some(near) => format!("did you mean `{near}`?"),
        None if known.is_empty() => "it has none".to_owned(),
        None => format!("it has `{}`", known.iter().map(String::as_str).collect::<Vec<_>>().join("`, `")),
    };
    Err(format!("error: `--params`: the workflow has no param or placeholder `{name}`\n  = help: {help}").into())
}

/// The values of placeholders: texts, numbers and truth values.
fn values(text: &str) -> Result<BTreeMap<String, String>, Failure> {
    let value = serde_json::from_str(text).map_err(|error| format!("error: `--params` is not JSON: {error}"))?;
    let Value::Object(members) = value else {
        return Err("error: `--params` must be a JSON object: {\"Table\": \"orders\"}".to_owned().into());
    };
    Ok(members.into_iter().filter_map(|(name, value)| Some((name, policy::text_of(&value)?))).collect())
}

fn print_json(value: &Value, output: &mut impl Write) -> io::Result<()> {
    writeln!(output, "{value:#}")
}

/// What each state needs, state by state.
fn explain(policy: &Policy, output: &mut impl Write) -> io::Result<()> {
    let mut last: Option<&[String]> = None;
    for Statement { actions, resources, conditions, states, .. } in &policy.needs {
        if last != Some(states) {
            let gap = if last.is_some() { "\n" } else { "" };
            match states.as_slice() {
                [] => writeln!(output, "{gap}the state machine itself")?,
                states => writeln!(output, "{gap}{}", states.join(", "))?,
            }
            last = Some(states);
        }
        writeln!(output, "    {}", actions.join(", "))?;
        resources.iter().try_for_each(|resource| writeln!(output, "        on {resource}"))?;
        print_conditions(conditions, output)?;
    }
    Ok(())
}

fn print_conditions(conditions: &Conditions, output: &mut impl Write) -> io::Result<()> {
    for (operator, keys) in conditions {
        for (key, values) in keys {
            writeln!(output, "        if {key} {operator} {}", values.join(", "))?;
        }
    }
    Ok(())
}

fn print_changes(sign: char, grants: &[Grant], output: &mut impl Write) -> io::Result<()> {
    for grant in grants {
        let states = if grant.states.is_empty() { String::new() } else { format!(" ({})", grant.states.join(", ")) };
        writeln!(output, "{sign} {} on {}{states}", grant.action, grant.resource)?;
        print_conditions(&grant.conditions, output)?;
    }
    Ok(())
}

fn print_notes(policy: &Policy, output: &mut impl Write) -> io::Result<()> {
    for note in &policy.notes {
        let kind = match note.kind {
            NoteKind::Missing => "missing",
            NoteKind::Wide => "wide",
            _ => "note",
        };
        let states = if note.states.is_empty() { String::new() } else { format!(" ({})", note.states.join(", ")) };
        writeln!(output, "{kind}: {}{states}", note.text)?;
    }
    Ok(())
}
