//! Plans a deployment: its changes and their effects. Changes nothing.

use std::fmt::{self, Write as _};

use aws_sdk_sfn::operation::describe_state_machine::DescribeStateMachineOutput;
use aws_sdk_sfn::types::Tag;
use workflow_plan::{Configuration, Logging, Machine, Plan, Verdict};

use super::configuration::own_tags;
use super::record::{Record, State, drifted};
use super::{Contract, Declared, Deploy, Deployment, Drift, Hash, found, tags_of};
use crate::client::{AliasChange, Client, Error, Routing, StateMachine};
use crate::{Arn, Json, MachineType, Workflow};

/// The effects of a deployment.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Planned {
    /// The existing state machine; `None` if it would be created.
    pub machine: Option<Arn>,
    /// The changes and their meaning. A state machine that would be created is compared with an empty one.
    pub plan: Plan,
    /// The state machine as it is; empty if it would be created.
    pub old: Machine,
    /// The state machine as it would be.
    pub new: Machine,
    /// Changes by other means since the last deployment, which the deployment would not overwrite by default.
    pub drift: Option<Drift>,
    /// The aliases of the state machine, and the alias of the deployment.
    pub aliases: Vec<PlannedAlias>,
    /// A hash of the deployment, the state machine and its aliases, in 16 hexadecimal digits. If it is the same as before,
    /// nothing has changed since.
    pub fingerprint: String,
}

/// An alias, and what the deployment would do with it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct PlannedAlias {
    /// The alias's name.
    pub name: String,
    /// Its targets and its record.
    pub routing: Routing,
    /// The change; `None` if the deployment does not have this alias.
    pub change: Option<AliasChange>,
    /// The number of the version that the deployment publishes for it, if that exists already.
    pub version: Option<u64>,
    /// The percentage of executions that the version would get.
    pub weight: u8,
    /// The version that the alias was rolled back from, if it has the same definition and role: the deployment would be
    /// [`Error::Withdrawn`].
    pub withdrawn: Option<u64>,
}

impl fmt::Display for PlannedAlias {
    /// Writes the targets, and what happens to them, such as `live: 1=100, would move to new=10 1=90`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, routing, change, version, weight, withdrawn } = self;
        let target = version.map_or_else(|| "new".to_owned(), |version| version.to_string());
        match routing.routes.is_empty() {
            true => write!(f, "{name}: does not exist")?,
            false => write!(f, "{name}: {routing}")?,
        }
        match (withdrawn, change) {
            (Some(version), _) => {
                write!(f, ", would be refused: it was rolled back from version {version}, which has this definition")
            }
            (None, Some(AliasChange::Moved)) => {
                let verb = if routing.routes.is_empty() { "be created with" } else { "move to" };
                write!(f, ", would {verb} {target}={weight}")?;
                let other = routing.main().filter(|_| *weight < 100);
                other.map_or(Ok(()), |other| write!(f, " {other}={}", 100 - weight))
            }
            (None, Some(AliasChange::Routed)) => write!(f, ", would stay: version {target} is among its targets"),
            (None, Some(AliasChange::NotNew)) => write!(f, ", would stay: version {target} is not new"),
            (None, None) => f.write_str(", stays"),
        }
    }
}

impl Planned {
    /// Returns the verdict for those who rely on the state machine; compatible if it does not exist yet.
    pub fn verdict(&self) -> Verdict {
        self.machine.as_ref().map_or(Verdict::Compatible, |_| self.plan.verdict())
    }
}

impl<W: Workflow> Client<W> {
    /// Returns the changes of a deployment of the workflow with this role, and their effects on executions under way,
    /// callers, readers and workers. Changes nothing.
    ///
    /// To plan tags, logging and other options, use [`Deploy::plan`].
    ///
    /// # Errors
    ///
    /// Returns an [`Error`] if the call fails.
    pub fn plan(&self, role: &Arn) -> impl Future<Output = Result<Planned, Error>> + Send + use<W>
    where
        W: Workflow<Params = ()>,
    {
        self.deploy(role).plan()
    }

    /// Like [`plan`](Self::plan), with values for the workflow's deploy-time parameters.
    ///
    /// # Errors
    ///
    /// As [`plan`](Self::plan), or [`Error::Params`] if a parameter has no JSON value.
    pub fn plan_with(
        &self,
        role: &Arn,
        params: &W::Params,
    ) -> impl Future<Output = Result<Planned, Error>> + Send + use<W> {
        self.deploy_with(role, params).plan()
    }
}

impl<W: Workflow> Deploy<W> {
    /// Returns the changes of this deployment, and their effects. Changes nothing.
    ///
    /// ```ignore
    /// let planned = client.deploy(&role).tags([("team", "orders")]).plan().await?;
    /// print!("{}", planned.plan.to_text());
    /// ```
    ///
    /// # Errors
    ///
    /// Returns [`Error::Params`] if a parameter has no JSON value, or another [`Error`] of a call.
    pub async fn plan(self) -> Result<Planned, Error> {
        let Self { client, role, declared, settings } = self;
        let declared = declared?;
        let deployment = Deployment { client: &client, role: &role, declared: &declared, settings: &settings };
        let new = deployment.machine();
        let Some(existing) = client.find(&declared.name).await? else {
            let old = Machine::new(Json::Null).named(&declared.name).of_type(new.machine_type);
            let plan = workflow_plan::plan(&old, &new);
            let alias = settings.alias.iter().map(|(name, weight)| PlannedAlias {
                name: name.clone(),
                routing: Routing::default(),
                change: Some(AliasChange::Moved),
                version: None,
                weight: *weight,
                withdrawn: None,
            });
            let aliases: Vec<_> = alias.collect();
            let fingerprint = deployment.fingerprint(None, &aliases);
            return Ok(Planned { machine: None, plan, old, new, drift: None, aliases, fingerprint });
        };
        let machine = client.attach(existing.state_machine_arn());
        let tags = tags_of(&machine).await?;
        let old = of_service(&existing, &tags);
        let drift = drift(&machine, &existing, &tags, Some(&deployment.state()));
        let plan = workflow_plan::plan(&old, &new);
        let state = found(&existing, &tags);
        let aliases = deployment.planned_aliases(&machine, &existing, &state).await?;
        let fingerprint = deployment.fingerprint(Some((&existing, &state)), &aliases);
        Ok(Planned { machine: Some(machine.arn().clone()), plan, old, new, drift, aliases, fingerprint })
    }
}

impl<W: Workflow> Deployment<'_, W> {
    async fn planned_aliases(
        &self,
        machine: &StateMachine<W>,
        existing: &DescribeStateMachineOutput,
        state: &State,
    ) -> Result<Vec<PlannedAlias>, Error> {
        let (wanted, again) = (self.settings.alias.as_ref(), self.settings.again);
        let mut names: Vec<String> =
            machine.aliases().collect().await?.iter().map(|alias| alias.name().to_owned()).collect();
        names.extend(wanted.filter(|(name, _)| !names.contains(name)).map(|(name, _)| name.clone()));
        let declared = self.state();
        let is_other = declared.get(&super::Aspect::Definition) != state.get(&super::Aspect::Definition)
            || !self.settings.configuration.is_in(existing);
        let mut planned = Vec::new();
        for name in names {
            let routing = machine.alias(&name).routing().await?;
            let (mut change, mut version, mut withdrawn, mut weight) = (None, None, None, 100);
            if let Some((_, wanted)) = wanted.filter(|(wanted, _)| *wanted == name) {
                if !is_other {
                    version = published(machine, existing).await?;
                }
                weight = *wanted;
                withdrawn = routing.withdrawn_as(&self.hash().shortened()).filter(|_| !again);
                change = Some(routing.change(version, again));
            }
            planned.push(PlannedAlias { name, routing, change, version, weight, withdrawn });
        }
        Ok(planned)
    }

    fn fingerprint(&self, existing: Option<(&DescribeStateMachineOutput, &State)>, aliases: &[PlannedAlias]) -> String {
        let mut text = format!("{} {:?} {:?}", self.declared.name, self.state(), self.settings.version);
        if let Some((existing, state)) = existing {
            let _ = write!(text, "\n{} {:?} {state:?}", existing.state_machine_arn(), existing.revision_id());
        }
        for alias in aliases {
            // Writing to a string cannot fail.
            let _ = write!(text, "\n{alias}");
        }
        Hash::short(&text).as_str().to_owned()
    }

    /// Returns the state machine that the deployment would create. Undeclared parts are not compared.
    fn machine(&self) -> Machine {
        let Declared { name, machine_type, definition } = self.declared;
        let said = &self.settings.configuration;
        let configuration = Configuration {
            role: Some(self.role.as_str().to_owned()),
            logging: said.logging().as_ref().map(logging),
            tracing: said.tracing,
            key: said.encryption.as_ref().map(|encryption| key(encryption.key())),
            tags: said.tags.clone(),
        };
        let Contract { input, output } = self.settings.contract.clone();
        Machine::new(parsed(definition))
            .named(name)
            .of_type(*machine_type)
            .configured(configuration)
            .declaring(input, output)
    }
}

impl<W: Workflow> StateMachine<W> {
    /// Returns the state machine as [`workflow_plan::plan`] compares it with others.
    ///
    /// # Errors
    ///
    /// Returns an [`Error`] if the call fails.
    pub async fn as_planned(&self) -> Result<Machine, Error> {
        let machine = self.unqualified();
        Ok(of_service(&machine.describe().await?, &tags_of(&machine).await?))
    }

    /// Returns the changes by other tools since this client last deployed the state machine, or that it was created by
    /// other means. A deployment does not overwrite such changes by default.
    ///
    /// # Errors
    ///
    /// Returns an [`Error`] if the call fails.
    pub async fn drift(&self) -> Result<Option<Drift>, Error> {
        let machine = self.unqualified();
        Ok(drift(&machine, &machine.describe().await?, &tags_of(&machine).await?, None))
    }
}

/// Returns the number of the version that publishes the current revision, if there is one.
async fn published<W: Workflow>(
    machine: &StateMachine<W>,
    existing: &DescribeStateMachineOutput,
) -> Result<Option<u64>, Error> {
    let Some(latest) = machine.versions().next().await? else { return Ok(None) };
    let described = latest.describe().await?;
    Ok(latest.version_number().filter(|_| described.revision_id() == existing.revision_id()))
}

fn drift<W: Workflow>(
    machine: &StateMachine<W>,
    existing: &DescribeStateMachineOutput,
    tags: &[Tag],
    declared: Option<&State>,
) -> Option<Drift> {
    let record = Record::read(tags);
    let changed = drifted(record.as_ref(), &found(existing, tags), declared);
    (!changed.is_empty()).then(|| Drift::of(machine.arn(), existing, record.is_some(), changed))
}

/// Returns the existing state machine.
fn of_service(existing: &DescribeStateMachineOutput, tags: &[Tag]) -> Machine {
    let own = own_tags(tags).into_iter().map(|(key, value)| (key.to_owned(), value.to_owned()));
    let configuration = Configuration {
        role: Some(existing.role_arn().to_owned()),
        logging: Some(existing.logging_configuration().map(logging).unwrap_or_default()),
        tracing: Some(existing.tracing_configuration().is_some_and(|tracing| tracing.enabled())),
        key: Some(key(existing.encryption_configuration().and_then(|found| found.kms_key_id()))),
        tags: Some(own.collect()),
    };
    let contract = Contract::read(tags, existing.definition()).unwrap_or_default();
    Machine::new(parsed(existing.definition()))
        .declaring(contract.input, contract.output)
        .named(existing.name())
        .of_type(MachineType::from_name(existing.r#type().as_str()).unwrap_or_default())
        .configured(configuration)
}

fn parsed(definition: &str) -> Json {
    serde_json::from_str(definition).unwrap_or_default()
}

/// Returns the key as `workflow_plan` names it.
fn key(key: Option<&str>) -> String {
    key.unwrap_or(workflow_plan::AWS_OWNED_KEY).to_owned()
}

fn logging(found: &aws_sdk_sfn::types::LoggingConfiguration) -> Logging {
    let group = found.destinations().iter().find_map(|to| to.cloud_watch_logs_log_group()?.log_group_arn());
    Logging {
        level: found.level().map_or_else(|| Logging::default().level, |level| level.as_str().to_owned()),
        data: found.include_execution_data(),
        group: group.map(str::to_owned),
    }
}
