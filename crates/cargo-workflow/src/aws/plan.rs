//! `cargo workflow plan`: shows the changes of a deployment of a file, and their effects.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use serde_json::{Value, json};
use workflow_asl::document::MachineType;
use workflow_asl::printable::printable;
use workflow_graph::Graph;
use workflow_runtime::client::{AliasChange, Client, Error, Planned, Untyped};
use workflow_runtime::{Arn, Express, WorkflowKind};

use super::deploy::{AliasOf, Read, Settings, Target};
use super::failure::{AGAIN, CONFLICT};
use super::kept::Kept;
use super::{CommandError, Connect};
use crate::diff::{Format, Printing};
use crate::progress::Progress;
use crate::{Failure, report, terminal, types};

/// The arguments of `plan`.
///
/// The exit code is 0 for `compatible`, 3 for `careful`, 4 for `breaking`, and 5 if the state machine was changed by
/// hand since it was deployed. docs/operating.md lists the others.
#[derive(Args)]
pub(crate) struct Plan {
    #[command(flatten)]
    file: crate::File,
    /// ARN of the role that executions use [default: the role of the existing state machine]
    #[arg(long, value_name = "ARN")]
    role: Option<String>,
    #[command(flatten)]
    target: Target,
    #[command(flatten)]
    settings: Settings,
    #[command(flatten)]
    alias: AliasOf,
    /// Publish a version
    #[arg(long)]
    publish: bool,
    /// Plan to overwrite manual changes
    #[arg(long)]
    accept: bool,
    /// Also write the plan to this file, for `deploy --plan FILE`
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    printing: Printing,
    #[command(flatten)]
    connect: Connect,
}

impl Plan {
    /// Prints the changes and their effects.
    pub(crate) fn execute(self, output: &mut impl Write) -> Result<ExitCode, Failure> {
        let read = self.target.read(&self.file)?;
        let progress = Progress::working(format!("planning {}", read.name));
        let (mut planned, kept) = self.connect.run(async |client| {
            let planned = match read.machine_type {
                MachineType::Express => self.plan(Client::<Untyped<Express>>::new(client.sfn().clone()), &read).await?,
                _ => self.plan(client.clone(), &read).await?,
            };
            let kept = Kept::find(&client, &planned).await?;
            Ok((planned, kept))
        })?;
        progress.end();
        if planned.machine.is_none() {
            // Nobody relies yet on a state machine that does not exist.
            planned.plan.findings.clear();
        }
        let json = || {
            let mut made = shown(&planned);
            made["kept"] = kept.to_json();
            made["keptUnknown"] = kept.unknown.as_deref().into();
            report::json_text(&made)
        };
        let head = || head(&planned) + &kept.to_text();
        if let Some(file) = &self.out {
            let written = std::fs::write(file, json() + "\n");
            written.map_err(|error| format!("error: {}: {error}", file.display()))?;
        }
        match self.printing.format {
            Format::Json => writeln!(output, "{}", json())?,
            Format::Text => terminal::report(output, &(head() + &planned.plan.to_text()))?,
            Format::Markdown => {
                write!(output, "{}\n\n{}", head().trim_end(), planned.plan.to_markdown())?;
                let graph = Graph::of_change(&planned.old.definition, &planned.new.definition);
                writeln!(output, "\n```mermaid\n{}```", graph.to_mermaid())?;
            }
        }
        if let Some(drift) = &planned.drift
            && !self.accept
        {
            let what = format!("{}: {}", drift.machine, drift.why());
            return Err(super::failure::message(CONFLICT, &what, "`--accept` plans and deploys over it"));
        }
        if planned.aliases.iter().any(|alias| alias.withdrawn.is_some()) {
            return Err(super::failure::message(CONFLICT, "the deployment would be refused", AGAIN));
        }
        Ok(self.printing.code(planned.verdict()))
    }

    async fn plan<K: WorkflowKind>(&self, client: Client<Untyped<K>>, read: &Read) -> Result<Planned, CommandError> {
        let role = match &self.role {
            Some(role) => Some(Arn::from(role.as_str())),
            None => match client.attach_by_name(&read.name).await {
                Ok(machine) => Some(Arn::from(machine.describe().await?.role_arn)),
                Err(Error::NoSuchMachine { .. }) => None,
                Err(error) => return Err(error.into()),
            },
        };
        let role = role.unwrap_or_else(|| Arn::from(""));
        let (input, given) = read.machine.workflow.as_deref().map(types::declared).unwrap_or_default();
        let deploy = client.deploy_document(&role, &read.name, &read.machine.value.to_string());
        let mut deploy = self.alias.configured(self.settings.configured(deploy));
        if self.publish {
            deploy = deploy.publish();
        }
        Ok(deploy.declaring(input, given).plan().await?)
    }
}

/// Returns a line with the planned action.
fn head(planned: &Planned) -> String {
    let machine = match &planned.machine {
        Some(arn) if planned.plan.is_empty() => format!("{}: nothing would change\n", printable(arn.as_str())),
        Some(arn) => format!("{} would be updated\n", printable(arn.as_str())),
        None => "a state machine would be created\n".to_owned(),
    };
    let aliases = planned.aliases.iter().map(|alias| format!("alias {}\n", printable(&alias.to_string())));
    machine + &aliases.collect::<String>()
}

fn shown(planned: &Planned) -> Value {
    let change = match &planned.machine {
        Some(_) if planned.plan.is_empty() => "unchanged",
        Some(_) => "updated",
        None => "created",
    };
    let mut made = planned.plan.to_json();
    made["verdict"] = planned.verdict().name().into();
    made["change"] = change.into();
    made["stateMachineArn"] = planned.machine.as_ref().map(Arn::as_str).into();
    let aliases = planned.aliases.iter().map(|alias| {
        json!({
            "name": alias.name, "routes": alias.routing.to_string(), "change": alias.change.map(AliasChange::as_str),
            "version": alias.version, "weight": alias.change.map(|_| alias.weight), "withdrawn": alias.withdrawn,
        })
    });
    made["aliases"] = aliases.collect();
    made["fingerprint"] = planned.fingerprint.as_str().into();
    made["drifted"] = planned.drift.is_some().into();
    let drifted = planned.drift.iter().flat_map(|drift| &drift.changed).map(|aspect| aspect.name());
    made["driftedAspects"] = drifted.collect();
    made
}
