//! `cargo workflow iam`: prints the least-privilege policy of a workflow's role, or the permissions that a change adds
//! and removes.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use serde_json::{Value, json};
use workflow_asl::StateMachine;
use workflow_asl::policy::{self, Conditions, Difference, Grant, NoteKind, Policy, Setting, Statement};
use workflow_asl::printable::printable;

use crate::Failure;
use crate::params::Values;
use crate::report;
use crate::resources::Resources;
use crate::source::{self, File, Machine, ReadRequest};

/// The arguments of `iam`.
#[derive(Args)]
pub(crate) struct Iam {
    #[command(flatten)]
    file: crate::File,
    /// Name of the state machine in AWS [default: the workflow's name, for a workflow in Rust]
    #[arg(long)]
    machine: Option<String>,
    /// AWS partition, such as `aws-cn` or `aws-us-gov` [default: the partition of the ARNs in the workflow]
    #[arg(long)]
    partition: Option<String>,
    /// AWS region [default: `*`]
    #[arg(long)]
    region: Option<String>,
    /// AWS account ID [default: `*`]
    #[arg(long)]
    account: Option<String>,
    /// Include permissions for CloudWatch Logs. For a template, the template's logging setting applies
    #[arg(long)]
    logging: bool,
    /// Include permissions for X-Ray. For a template, the template's tracing setting applies
    #[arg(long)]
    tracing: bool,
    /// Include permissions for the KMS key that encrypts the state machine. For a template, the template's key applies
    #[arg(long, value_name = "KEY")]
    kms_key: Option<String>,
    /// Print the role's trust policy instead of the permissions
    #[arg(long, conflicts_with = "diff")]
    trust: bool,
    /// Compare with OLD, and print the permissions that only the workflow or only OLD needs. OLD is a file with a
    /// workflow, or a policy in JSON
    #[arg(long, value_name = "OLD")]
    diff: Option<PathBuf>,
    /// Also include the permissions that only OLD needs, for executions of older definitions that still run. OLD is as
    /// for --diff (repeatable)
    #[arg(long, value_name = "OLD")]
    keep: Vec<PathBuf>,
    /// Output format: `json` prints the policy, `explain` prints text for people [default: `explain` with --diff, else
    /// `json`]
    #[arg(long)]
    format: Option<Format>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Json,
    Explain,
}

impl Iam {
    /// Prints the policy. Its notes are printed with it, or to standard error for JSON.
    pub(crate) fn execute(self, output: &mut impl Write) -> Result<ExitCode, Failure> {
        let values = self.file.selection.params.values()?;
        let setting = Setting {
            partition: self.partition.clone(),
            region: self.region.clone(),
            account: self.account.clone(),
            machine: self.machine.clone(),
            // A list or an object cannot be part of an ARN.
            values: values.iter().filter_map(|(name, given)| Some((name.to_owned(), given.scalar()?))).collect(),
            logging: self.logging,
            tracing: self.tracing,
            key: self.kms_key.clone(),
            ..Setting::default()
        };
        let wanted = self.file.wanted(&values);
        let wanted = ReadRequest { reading: wanted.reading.with_defaults(), ..wanted };
        let mut known = BTreeSet::new();
        let keep = kept(&self.keep, wanted, &setting, &mut known)?;
        if let Some(file) = &self.diff {
            let mut policy = policy_of(source::read_one_of_two(wanted)?, wanted.file, &setting, &mut known)?;
            policy.keep(&keep);
            let old = older(ReadRequest { file, ..wanted }, &setting, &mut known)?;
            values.are_known(&known)?;
            self.print_difference(&policy.since(&old), output)?;
            print_notes(&policy, &mut io::stderr().lock())?;
            return Ok(ExitCode::SUCCESS);
        }
        let machines = match keep.is_empty() {
            true => source::read_some(wanted)?,
            false => vec![source::read_one_of_two(wanted)?],
        };
        let policies = machines.into_iter().map(|machine| {
            let name = machine.name.clone();
            let mut policy = policy_of(machine, wanted.file, &setting, &mut known)?;
            policy.keep(&keep);
            Ok((name, policy))
        });
        let policies = policies.collect::<Result<Vec<_>, Failure>>()?;
        values.are_known(&known)?;
        if self.trust {
            print_json(&policy::trust(&setting), output)?;
            return Ok(ExitCode::SUCCESS);
        }
        if self.format == Some(Format::Explain) {
            for (number, (name, policy)) in policies.iter().enumerate() {
                if number > 0 {
                    writeln!(output)?;
                }
                if policies.len() > 1 {
                    print(&format!("# {name}"), output)?;
                }
                explain(policy, output)?;
                print_notes(policy, output)?;
            }
            return Ok(ExitCode::SUCCESS);
        }
        match policies.as_slice() {
            [(_, policy)] => print_json(&policy.to_json(), output)?,
            several => {
                let members = several.iter().map(|(name, policy)| (name.clone(), policy.to_json()));
                print_json(&Value::Object(members.collect()), output)?;
            }
        }
        policies.iter().try_for_each(|(_, policy)| print_notes(policy, &mut io::stderr().lock()))?;
        Ok(ExitCode::SUCCESS)
    }

    fn print_difference(&self, difference: &Difference, output: &mut impl Write) -> io::Result<()> {
        if self.format == Some(Format::Json) {
            let grants = |grants: &[Grant]| grants.iter().map(Grant::to_json).collect::<Vec<_>>();
            let value = json!({"added": grants(&difference.added), "removed": grants(&difference.removed)});
            return print_json(&value, output);
        }
        print_changes('+', &difference.added, output)?;
        print_changes('-', &difference.removed, output)
    }
}

/// Returns the policy of a workflow in a file. The names of values that only the deployment knows are added to `known`.
fn policy_of(
    machine: Machine,
    file: &Path,
    setting: &Setting,
    known: &mut BTreeSet<String>,
) -> Result<Policy, Failure> {
    known.extend(machine.names.iter().cloned());
    let mut setting = setting.clone();
    if setting.machine.is_none() && file.extension().is_some_and(|extension| extension == "rs") {
        setting.machine = Some(machine.name);
    }
    setting.patterns = machine.patterns;
    setting.logging |= machine.logs;
    setting.tracing |= machine.traces;
    let own_key = || machine.properties.as_ref()?.pointer("/EncryptionConfiguration/KmsKeyId")?.as_str();
    setting.key = setting.key.or_else(|| own_key().map(str::to_owned));
    // The policy itself writes each value as ARNs need it.
    let open = machine.definition.filled(&Values::default())?;
    let resources = Resources::of(machine.workflow.as_deref());
    resources.fill(&mut setting);
    let mut policy = policy::of(&StateMachine::read(&open.value).0, &setting);
    resources.name(&mut policy, &setting);
    Ok(policy)
}

/// Returns the policies that `--keep` names.
pub(crate) fn kept(
    files: &[PathBuf],
    wanted: ReadRequest<'_>,
    setting: &Setting,
    known: &mut BTreeSet<String>,
) -> Result<Vec<Policy>, Failure> {
    files.iter().map(|file| older(ReadRequest { file, ..wanted }, setting, known)).collect()
}

/// Returns the policy that `--diff` names: a policy, or the policy of a workflow in a file.
fn older(wanted: ReadRequest<'_>, setting: &Setting, known: &mut BTreeSet<String>) -> Result<Policy, Failure> {
    if let File::Document(source) = File::read(wanted.file).map_err(report::refuse)?
        && source.value().get("Statement").is_some()
    {
        let policy = Policy::read(source.value());
        return policy.map_err(|error| format!("error: {}: {error}", wanted.file.display()).into());
    }
    policy_of(source::read_one_of_two(wanted)?, wanted.file, setting, known)
}

fn print_json(value: &Value, output: &mut impl Write) -> io::Result<()> {
    writeln!(output, "{}", report::json_text(value))
}

/// Prints a line that contains text of the document.
fn print(line: &str, output: &mut impl Write) -> io::Result<()> {
    writeln!(output, "{}", printable(line))
}

/// Prints the permissions that each state needs, state by state.
fn explain(policy: &Policy, output: &mut impl Write) -> io::Result<()> {
    let mut last: Option<&[String]> = None;
    for Statement { actions, resources, conditions, states, .. } in &policy.needs {
        if last != Some(states) {
            if last.is_some() {
                writeln!(output)?;
            }
            match states.as_slice() {
                [] => print("the state machine itself", output)?,
                states => print(&states.join(", "), output)?,
            }
            last = Some(states);
        }
        print(&format!("    {}", actions.join(", ")), output)?;
        resources.iter().try_for_each(|resource| print(&format!("        on {resource}"), output))?;
        print_conditions(conditions, output)?;
    }
    Ok(())
}

fn print_conditions(conditions: &Conditions, output: &mut impl Write) -> io::Result<()> {
    for (operator, keys) in conditions {
        for (key, values) in keys {
            print(&format!("        if {key} {operator} {}", values.join(", ")), output)?;
        }
    }
    Ok(())
}

fn print_changes(sign: char, grants: &[Grant], output: &mut impl Write) -> io::Result<()> {
    for grant in grants {
        let states = if grant.states.is_empty() { String::new() } else { format!(" ({})", grant.states.join(", ")) };
        print(&format!("{sign} {} on {}{states}", grant.action, grant.resource), output)?;
        print_conditions(&grant.conditions, output)?;
    }
    Ok(())
}

pub(crate) fn print_notes(policy: &Policy, output: &mut impl Write) -> io::Result<()> {
    for note in &policy.notes {
        let kind = match note.kind {
            NoteKind::Missing => "missing",
            NoteKind::Wide => "wide",
            _ => "note",
        };
        let states = if note.states.is_empty() { String::new() } else { format!(" ({})", note.states.join(", ")) };
        print(&format!("{kind}: {}{states}", note.text), output)?;
    }
    Ok(())
}
