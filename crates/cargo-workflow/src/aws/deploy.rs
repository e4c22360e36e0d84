//! `cargo workflow deploy`: updates a state machine to the definition in a file.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use serde_json::{Value, json};
use workflow_asl::document::MachineType;
use workflow_runtime::client::{AliasChange, Client, Deploy as Deployment, Encryption, Logging, Planned, Untyped};
use workflow_runtime::{Arn, Express, Standard, WorkflowKind};

use super::alarms::Alarms;
use super::kept::Kept;
use super::release::{Watched, release};
use super::{CommandError, Connect, Format, failure, printed, role};
use crate::diff::Allow;
use crate::export::LogLevel;
use crate::params::key_value;
use crate::progress::Progress;
use crate::shift::Steps;
use crate::source::{self, Machine};
use crate::{Failure, iam, report, terminal, types};

/// The arguments of `deploy`.
#[derive(Args)]
pub(crate) struct Deploy {
    #[command(flatten)]
    file: crate::File,
    /// ARN of the role that executions use
    #[arg(long, value_name = "ARN")]
    role: String,
    /// Before the update, write the permissions that executions need into this inline policy of the role. What running
    /// executions and aliases of older definitions need is kept
    #[arg(long, value_name = "NAME")]
    policy: Option<String>,
    #[command(flatten)]
    target: Target,
    #[command(flatten)]
    settings: Settings,
    /// Publish a version
    #[arg(long)]
    publish: bool,
    #[command(flatten)]
    alias: AliasOf,
    /// Worst verdict that is deployed: see `cargo workflow plan`
    #[arg(long, default_value = "careful")]
    allow: Allow,
    /// Deploy only what `plan --out FILE` has planned: fails if the state machine, an alias or the deployment is another one
    #[arg(long, value_name = "FILE")]
    plan: Option<PathBuf>,
    /// Overwrite a state machine that was changed by hand, or that another tool created
    #[arg(long)]
    accept: bool,
    /// If AWS is still deleting a state machine with this name, wait at most this many seconds
    #[arg(long, value_name = "SECONDS")]
    wait_for_deletion: Option<u64>,
    /// Output format
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    #[command(flatten)]
    connect: Connect,
}

/// The state machine to deploy.
#[derive(Args, Clone)]
pub(super) struct Target {
    /// Name of the state machine [default: the workflow's name, then the file's name]
    #[arg(long, value_name = "NAME")]
    machine: Option<String>,
    /// Deploy an Express state machine, for files that do not give the type, such as ASL documents
    #[arg(long)]
    express: bool,
}

/// The alias that a deployment moves.
#[derive(Args, Clone)]
pub(super) struct AliasOf {
    /// Publish a version, and point this alias to the version if the version is new
    #[arg(long, value_name = "NAME")]
    alias: Option<String>,
    /// Percentage of the alias's executions that use the new version; the other executions use the previous version
    #[arg(long, requires = "alias", default_value_t = 100, value_parser = clap::value_parser!(u8).range(1..=100))]
    weight: u8,
    /// Raise the version's share step by step, such as `10%/5m` or `canary:10%/5m`, and roll back if its executions fail
    /// more often than those of the version before. Goes on with a release that was interrupted
    #[arg(long, value_name = "STEPS", requires = "alias", conflicts_with = "weight")]
    shift: Option<Steps>,
    /// CloudWatch alarm that also rolls back a gradual release (repeatable). The executions of an Express workflow cannot be
    /// listed: its releases need one
    #[arg(long = "alarm", value_name = "NAME", requires = "shift")]
    alarms: Vec<String>,
    /// Point the alias to a definition that it was rolled back from, or to a version that has served before
    #[arg(long, requires = "alias")]
    again: bool,
}

/// The configuration apart from the definition. Anything that is not given stays unchanged.
#[derive(Args, Clone)]
pub(super) struct Settings {
    /// ARN of the log group to log events to
    #[arg(long, value_name = "ARN")]
    log_group: Option<String>,
    /// Which events to log
    #[arg(long, requires = "log_group", value_enum, default_value = "error")]
    log_level: LogLevel,
    /// Log inputs and outputs too
    #[arg(long, requires = "log_group")]
    log_data: bool,
    /// Send traces to X-Ray, or stop with `false`
    #[arg(long, value_name = "BOOLEAN", num_args = 0..=1, default_missing_value = "true")]
    tracing: Option<bool>,
    /// KMS customer managed key
    #[arg(long, value_name = "KEY")]
    kms_key: Option<String>,
    /// Tag to set (repeatable). Removes all other tags
    #[arg(long = "tag", value_name = "KEY=VALUE", value_parser = key_value)]
    tags: Vec<(String, String)>,
}

/// The complete state machine of a file.
pub(super) struct Read {
    pub(super) machine: Machine,
    pub(super) name: String,
    pub(super) machine_type: MachineType,
}

impl Target {
    /// Reads the file. Every parameter must have a value.
    pub(super) fn read(&self, file: &crate::File) -> Result<Read, Failure> {
        let values = file.selection.params.values()?;
        let machine = source::read_to_run(file, &values)?;
        let missing = machine.definition.names().into_iter().filter(|name| values.get(name).is_none());
        let missing: Vec<String> = missing.collect();
        if let Some(name) = missing.first() {
            let what = format!("these params have no value: `{}`", missing.join("`, `"));
            return Err(failure::message(2, &what, &source::value_help(name)));
        }
        let name = self.machine.clone().or_else(|| machine.aws_name.clone()).unwrap_or_else(|| machine.name.clone());
        let machine_type = if self.express { MachineType::Express } else { machine.machine_type };
        Ok(Read { machine, name, machine_type })
    }
}

impl AliasOf {
    pub(super) fn configured<K: WorkflowKind>(&self, mut deploy: Deployment<Untyped<K>>) -> Deployment<Untyped<K>> {
        if let Some(alias) = &self.alias {
            deploy = deploy.alias_weight(alias, self.shift.map_or(self.weight, |steps| steps.percent));
        }
        if self.again { deploy.again() } else { deploy }
    }
}

impl Deploy {
    /// Deploys the file, and prints what changed.
    pub(crate) fn execute(self, output: &mut impl Write) -> Result<ExitCode, Failure> {
        let read = self.target.read(&self.file)?;
        if self.alias.shift.is_some() && self.alias.alarms.is_empty() && read.machine_type == MachineType::Express {
            let what = "the executions of an Express workflow cannot be listed, so `--shift` cannot watch them";
            return Err(failure::message(2, what, "name the CloudWatch alarms to watch: `--alarm NAME`"));
        }
        let mut made = self.connect.run(async |client| match read.machine_type {
            MachineType::Express => self.deploy(Client::<Untyped<Express>>::new(client.sfn().clone()), &read).await,
            _ => self.deploy(Client::<Untyped<Standard>>::new(client.sfn().clone()), &read).await,
        })?;
        match self.format {
            Format::Json => writeln!(output, "{}", report::json_text(&made))?,
            Format::Text => {
                // It is on standard error, in lines.
                made["kept"] = Value::Null;
                printed::members(output, &made)?;
            }
        }
        Ok(ExitCode::SUCCESS)
    }

    async fn deploy<K: WorkflowKind>(&self, client: Client<Untyped<K>>, read: &Read) -> Result<Value, CommandError> {
        let role = Arn::from(self.role.as_str());
        let (input, given) = read.machine.workflow.as_deref().map(types::declared).unwrap_or_default();
        let deploy = || {
            let deploy = client.deploy_document(&role, &read.name, &read.machine.value.to_string());
            self.configured(deploy.declaring(input.clone(), given.clone()))
        };
        let planned = deploy().plan().await?;
        self.check(&planned)?;
        let has_executions = read.machine_type == MachineType::Standard;
        let watched = Watched { has_executions, alarms: Alarms::find(&self.connect, &self.alias.alarms).await? };
        let (policy, kept) = match &self.policy {
            Some(name) if !self.is_refused(&planned) => {
                self.write_policy(&Client::new(client.sfn().clone()), &planned, name).await?
            }
            _ => Default::default(),
        };
        let progress = Progress::working("deploying".to_owned());
        let mut deployed = deploy().await?;
        progress.end();
        if (input.is_some() || given.is_some()) && !deployed.has_contract {
            report::note(
                "the declared types are not kept with the state machine, because they do not fit in its tags: `start \
                 --file` checks inputs",
            );
        }
        if let (Some(steps), Some(alias), Some(version)) = (self.alias.shift, &deployed.alias, &deployed.version) {
            let client = Client::<Untyped>::new(client.sfn().clone());
            let alias = client.attach(deployed.machine.arn().clone()).alias(alias.name());
            let is_in = deployed.alias_change != Some(AliasChange::NotNew);
            if is_in && release(&client, &alias, version.arn(), steps, &watched).await? {
                deployed.alias_change = Some(AliasChange::Moved);
            }
        }
        let alias = match (&deployed.alias, deployed.alias_change) {
            (Some(alias), Some(change)) => {
                let why = match change {
                    AliasChange::Moved => "moved",
                    AliasChange::Routed => "stays: the version is among its targets; `alias --to` changes its weight",
                    _ => "stays: the version is not new; `--again` or `alias --to` moves it",
                };
                Some(format!("{}: {} ({why})", alias.name(), alias.routing().await?))
            }
            _ => None,
        };
        Ok(json!({
            "change": deployed.change.as_str(),
            "alias": alias,
            "policy": policy,
            "kept": kept,
            "aliasChange": deployed.alias_change.map(AliasChange::as_str),
            "stateMachineArn": deployed.machine.arn(),
            "stateMachineVersionArn": deployed.version.as_ref().map(|version| version.arn()),
            "stateMachineAliasArn": deployed.alias.as_ref().map(|alias| alias.arn()),
        }))
    }

    /// Writes the policy of the role. Returns what was done, and what is kept.
    async fn write_policy(
        &self,
        client: &Client<Untyped>,
        planned: &Planned,
        name: &str,
    ) -> Result<(Value, Value), CommandError> {
        let kept = Kept::find(client, planned).await?;
        iam::print_notes(&kept.policy, &mut std::io::stderr().lock())?;
        eprint!("{}", kept.to_text());
        let written = role::write(&self.connect.iam().await?, &self.role, name, &kept).await?;
        Ok((written.into(), kept.to_json()))
    }

    /// Rejects a deployment that was not planned, or whose verdict is worse than is allowed.
    fn check(&self, planned: &Planned) -> Result<(), Failure> {
        if let Some(file) = &self.plan {
            let saved = std::fs::read_to_string(file).map_err(|error| format!("error: {}: {error}", file.display()))?;
            let saved: Value = serde_json::from_str(&saved).unwrap_or_default();
            let Some(fingerprint) = saved["fingerprint"].as_str() else {
                let what = format!("{} is not a plan", file.display());
                return Err(failure::message(2, &what, "`cargo workflow plan --out FILE` writes one"));
            };
            if fingerprint != planned.fingerprint {
                let what = "the state machine, an alias or the deployment is not as planned";
                return Err(failure::message(
                    failure::CONFLICT,
                    what,
                    "plan again with the options of this deployment, `--role` included, and read the new plan",
                ));
            }
        }
        // Manual changes are refused, or accepted whatever they were.
        if planned.drift.is_some() || self.is_refused(planned) {
            return Ok(());
        }
        let verdict = planned.verdict();
        if verdict > self.allow.worst() {
            terminal::tell(planned.plan.to_text().trim_end());
            let what = format!("the change is {verdict}, and nothing was deployed");
            let help = format!("`--allow {verdict}` deploys it");
            return Err(failure::message(failure::NOT_ALLOWED, &what, &help));
        }
        Ok(())
    }

    /// Returns whether the deployment itself will fail, and say why.
    fn is_refused(&self, planned: &Planned) -> bool {
        planned.drift.is_some() && !self.accept
            || planned.old.machine_type != planned.new.machine_type
            || planned.aliases.iter().any(|alias| alias.withdrawn.is_some())
    }

    fn configured<K: WorkflowKind>(&self, mut deploy: Deployment<Untyped<K>>) -> Deployment<Untyped<K>> {
        deploy = self.alias.configured(self.settings.configured(deploy));
        if self.publish {
            deploy = deploy.publish();
        }
        if self.accept {
            deploy = deploy.overwrite();
        }
        if let Some(seconds) = self.wait_for_deletion {
            deploy = deploy.wait_for_deletion(Duration::from_secs(seconds));
        }
        deploy
    }
}

impl Settings {
    /// Applies these settings to a deployment.
    pub(super) fn configured<K: WorkflowKind>(&self, mut deploy: Deployment<Untyped<K>>) -> Deployment<Untyped<K>> {
        if let Some(group) = &self.log_group {
            let group = group.as_str();
            let logging = match self.log_level {
                LogLevel::Fatal => Logging::fatal(group),
                LogLevel::Error => Logging::errors(group),
                LogLevel::All => Logging::all(group),
            };
            deploy = deploy.logging(if self.log_data { logging.with_data() } else { logging });
        }
        if let Some(tracing) = self.tracing {
            deploy = deploy.tracing(tracing);
        }
        if let Some(key) = &self.kms_key {
            deploy = deploy.encryption(Encryption::kms(key));
        }
        if !self.tags.is_empty() {
            deploy = deploy.tags(self.tags.iter().cloned());
        }
        deploy
    }
}
