//! `cargo workflow export`: writes a state machine with its role, policy, log group and alias for deployment tools.
//!  The same file always produces the same bytes.

mod alarms;
mod cdk;
mod cloudformation;
mod model;
mod terraform;

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use workflow_asl::policy::Setting;
use workflow_asl::printable::printable_json;

use crate::params::{self, Values};
use crate::shift::Steps;
use crate::source::Machine;
use crate::{Failure, iam, report, source};
use model::{Preference, Stack};

/// The arguments of `export`.
#[derive(Args)]
pub(crate) struct Export {
    #[command(flatten)]
    file: crate::File,
    /// Tool to export to
    #[arg(long)]
    to: Target,
    /// Export all workflows of the file as one stack, or the workflow of `--name` with the workflows of the file that it
    /// starts. A param that is the state machine of one of them becomes a reference
    #[arg(long)]
    stack: bool,
    /// Name of the state machine in AWS, unless the deployment gives another name [default: the workflow's name, then
    /// the file's name]
    #[arg(long, conflicts_with = "stack")]
    machine: Option<String>,
    #[command(flatten)]
    settings: Settings,
    /// Also give the role the permissions that only OLD needs, for executions of older definitions that still run. OLD is
    /// a file with a workflow, or a policy in JSON (repeatable)
    #[arg(long, value_name = "OLD", conflicts_with_all = ["role", "stack"])]
    keep: Vec<PathBuf>,
    /// Raise the share of a new version step by step, such as `10%/5m` or `canary:10%/5m`: CloudFormation, SAM and CDK
    #[arg(long, value_name = "STEPS")]
    shift: Option<Steps>,
    /// Name of a CloudWatch alarm that rolls a gradual release back (repeatable)
    #[arg(long = "alarm", value_name = "NAME", requires = "shift")]
    roll_back_on: Vec<String>,
}

/// Which events are logged.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogLevel {
    Fatal,
    Error,
    All,
}

/// Everything apart from the definition.
#[derive(Args)]
pub(crate) struct Settings {
    /// Export an Express state machine, for files that do not give the type, such as ASL documents
    #[arg(long)]
    express: bool,
    /// ARN of an existing role to use instead of a new role and policy
    #[arg(long)]
    role: Option<String>,
    /// Path of the new role, such as `/states/`
    #[arg(long, value_name = "PATH", conflicts_with = "role")]
    role_path: Option<String>,
    /// ARN of the managed policy that is the permissions boundary of the new role
    #[arg(long, value_name = "ARN", conflicts_with = "role")]
    permissions_boundary: Option<String>,
    /// Which events to log [default: `all` for Express, whose history is the log, else `error`]
    #[arg(long, value_enum)]
    log_level: Option<LogLevel>,
    /// Log inputs and outputs too
    #[arg(long)]
    log_data: bool,
    /// How many days the log group keeps events: one of the numbers that CloudWatch Logs supports
    #[arg(long, value_name = "DAYS", default_value_t = 30)]
    log_days: u64,
    /// Send traces to X-Ray
    #[arg(long)]
    tracing: bool,
    /// KMS customer managed key
    #[arg(long, value_name = "KEY")]
    kms_key: Option<String>,
    /// Tag of the state machine, its role and its log group (repeatable)
    #[arg(long = "tag", value_name = "KEY=VALUE", value_parser = params::key_value)]
    tags: Vec<(String, String)>,
    /// Name of the alias
    #[arg(long, default_value = "live")]
    alias: String,
    /// Add CloudWatch alarms: executions that failed, timed out, were throttled, or took longer than the definition allows
    #[arg(long)]
    alarms: bool,
    /// ARN of the SNS topic that the alarms notify
    #[arg(long, value_name = "ARN", requires = "alarms")]
    alarm_topic: Option<String>,
    /// Add a CloudWatch dashboard
    #[arg(long)]
    dashboard: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Target {
    /// Only the ASL definition, with `${name}` for deploy-time values
    Asl,
    /// CloudFormation template in JSON
    Cloudformation,
    /// SAM template in JSON
    Sam,
    /// Terraform configuration in JSON (`*.tf.json`)
    Terraform,
    /// CDK construct in TypeScript
    Cdk,
}

impl Export {
    /// Prints the input of the tool. The policy's notes go to standard error.
    pub(crate) fn execute(self, output: &mut impl Write) -> Result<ExitCode, Failure> {
        let values = self.file.selection.params.values()?;
        let machines = self.machines(&values)?;
        let preference = self.shift.map(|steps| Preference::of(steps, self.roll_back_on.clone())).transpose()?;
        if preference.is_some() && matches!(self.to, Target::Asl | Target::Terraform) {
            return Err("error: only CloudFormation, SAM and the CDK have a gradual release: leave out `--shift`"
                .to_owned()
                .into());
        }
        if self.to == Target::Asl {
            for machine in machines {
                let text = machine.definition.printed(&values)?;
                report::note_all(machine.notes);
                writeln!(output, "{}", printable_json(&text))?;
            }
            return Ok(ExitCode::SUCCESS);
        }
        let wanted = self.file.wanted(&values);
        let keep = |setting: &Setting| iam::kept(&self.keep, wanted, setting, &mut BTreeSet::new());
        let stack = Stack::of(machines, &values, self.machine.as_deref(), &self.settings, preference.as_ref(), &keep)?;
        for deployment in &stack.deployments {
            report::note_all(deployment.notes.iter().cloned());
            if let Some(policy) = &deployment.policy {
                iam::print_notes(policy, &mut io::stderr().lock())?;
            }
        }
        match self.to {
            Target::Asl => {}
            Target::Cloudformation => writeln!(output, "{:#}", cloudformation::template(&stack, false))?,
            Target::Sam => writeln!(output, "{:#}", cloudformation::template(&stack, true))?,
            Target::Terraform => writeln!(output, "{:#}", terraform::configuration(&stack))?,
            Target::Cdk => write!(output, "{}", cdk::constructs(&stack))?,
        }
        Ok(ExitCode::SUCCESS)
    }

    /// Returns the state machines to export, each after those that it starts.
    fn machines(&self, values: &Values) -> Result<Vec<Machine>, Failure> {
        let wanted = self.file.wanted(values);
        if !self.stack {
            return Ok(vec![source::read_one(wanted)?]);
        }
        if self.to == Target::Asl {
            return Err("error: a stack has several definitions: choose one with `--name`, without `--stack`"
                .to_owned()
                .into());
        }
        let mut machines = source::read_some(wanted)?;
        let others: Vec<_> = machines.iter_mut().flat_map(|machine| std::mem::take(&mut machine.family)).collect();
        for (_, other) in others {
            if !machines.iter().any(|machine| machine.path == other.path) {
                machines.push(other);
            }
        }
        values.are_known(&machines.iter().flat_map(|machine| machine.names.iter().cloned()).collect())?;
        Ok(in_order_of_start(machines))
    }
}

/// Sorts workflows so that each comes after those that it starts, if none starts itself.
fn in_order_of_start(mut machines: Vec<Machine>) -> Vec<Machine> {
    let mut sorted: Vec<Machine> = Vec::new();
    while !machines.is_empty() {
        let is_ready = |machine: &Machine| {
            machine
                .starting
                .iter()
                .all(|(_, path)| *path == machine.path || !machines.iter().any(|other| other.path == *path))
        };
        let next = machines.iter().position(is_ready).unwrap_or_default();
        sorted.push(machines.remove(next));
    }
    sorted
}
