//! `cargo workflow export`: writes a state machine with its role, policy, log group and alias for deployment tools.
//!  The same file always produces the same bytes.

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

use crate::shift::Steps;
use crate::{Failure, iam, report, source};
use model::{Deployment, Preference};

/// The arguments of `export`.
#[derive(Args)]
pub(crate) struct Export {
    #[command(flatten)]
    file: crate::File,
    /// Tool to export to
    #[arg(long)]
    to: Target,
    /// Name of the state machine in AWS, unless the deployment gives another name [default: the workflow's name, then
    /// the file's name]
    #[arg(long)]
    machine: Option<String>,
    /// ARN of an existing role to use instead of a new role and policy
    #[arg(long)]
    role: Option<String>,
    /// Also give the role the permissions that only OLD needs, for executions of older definitions that still run. OLD is
    /// a file with a workflow, or a policy in JSON (repeatable)
    #[arg(long, value_name = "OLD", conflicts_with = "role")]
    keep: Vec<PathBuf>,
    /// Send traces to X-Ray
    #[arg(long)]
    tracing: bool,
    /// Name of the alias
    #[arg(long, default_value = "live")]
    alias: String,
    /// Raise the share of a new version step by step, such as `10%/5m` or `canary:10%/5m`: CloudFormation, SAM and CDK
    #[arg(long, value_name = "STEPS")]
    shift: Option<Steps>,
    /// Name of a CloudWatch alarm that rolls a gradual release back (repeatable)
    #[arg(long = "alarm", value_name = "NAME", requires = "shift")]
    alarms: Vec<String>,
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
        let machine = source::read_one(self.file.wanted(&values))?;
        let preference = self.shift.map(|steps| Preference::of(steps, self.alarms)).transpose()?;
        if preference.is_some() && matches!(self.to, Target::Asl | Target::Terraform) {
            return Err("error: only CloudFormation, SAM and the CDK have a gradual release: leave out `--shift`"
                .to_owned()
                .into());
        }
        if self.to == Target::Asl {
            let text = machine.definition.printed(&values)?;
            report::note_all(machine.notes);
            writeln!(output, "{}", printable_json(&text))?;
            return Ok(ExitCode::SUCCESS);
        }
        let wanted = self.file.wanted(&values);
        let keep = |setting: &Setting| iam::kept(&self.keep, wanted, setting, &mut BTreeSet::new());
        let mut deployment = Deployment::of(machine, &values, self.machine, self.role, self.tracing, self.alias, keep)?;
        deployment.preference = preference;
        report::note_all(deployment.notes.iter().cloned());
        if let Some(policy) = &deployment.policy {
            iam::print_notes(policy, &mut io::stderr().lock())?;
        }
        match self.to {
            Target::Asl => {}
            Target::Cloudformation => writeln!(output, "{:#}", cloudformation::template(&deployment, false))?,
            Target::Sam => writeln!(output, "{:#}", cloudformation::template(&deployment, true))?,
            Target::Terraform => writeln!(output, "{:#}", terraform::configuration(&deployment))?,
            Target::Cdk => write!(output, "{}", cdk::construct(&deployment))?,
        }
        Ok(ExitCode::SUCCESS)
    }
}
