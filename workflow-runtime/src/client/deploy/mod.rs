//! Updates a workflow's state machine to the declared state. Changes nothing that is already as declared.

mod configuration;
mod contract;
mod drift;
#[cfg(feature = "plan")]
mod plan;
mod record;
mod update;
mod validation;

use std::collections::BTreeMap;
use std::fmt;
use std::future::IntoFuture;
use std::pin::Pin;
use std::time::Duration;

use aws_sdk_sfn::operation::create_state_machine::CreateStateMachineError;
use aws_sdk_sfn::operation::describe_state_machine::DescribeStateMachineOutput;
use aws_sdk_sfn::types::{StateMachineType, Tag};

use configuration::{Configuration, own_tags};
pub use configuration::{Encryption, Logging};
pub use contract::Contract;
pub use drift::{Aspect, Drift};
#[cfg(feature = "plan")]
pub use plan::{Planned, PlannedAlias};
pub(super) use record::Hash;
pub use record::TAG_PREFIX;
use record::{Record, State};

use super::call::call;
use super::{Alias, AliasChange, Client, Error, StateMachine, Untyped};
use crate::workflow::ANY_VALUE;
use crate::{Arn, Json, MachineType, ParamsError, Workflow, WorkflowKind};

/// What a deployment did to the state machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Change {
    /// The state machine did not exist and was created.
    Created,
    /// The definition, role, configuration or tags differed and were updated.
    Updated,
    /// Everything was as declared (the definition is compared as JSON).
    Unchanged,
}

impl Change {
    /// Returns the word for programs: `created`, `updated` or `unchanged`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Updated => "updated",
            Self::Unchanged => "unchanged",
        }
    }
}

/// A deployed state machine, and the changes of the deployment.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Deployed<W> {
    /// The state machine.
    pub machine: StateMachine<W>,
    /// What the deployment did.
    pub change: Change,
    /// The version of the deployed state machine, if one was requested.
    pub version: Option<StateMachine<W>>,
    /// The alias, if one was requested.
    pub alias: Option<Alias<W>>,
    /// What the deployment did with the alias.
    pub alias_change: Option<AliasChange>,
    /// Whether the tags have the declared types of input and output. Not if there are none, or if they do not fit:
    /// [`Deploy::declaring`].
    pub has_contract: bool,
}

impl<W> Deployed<W> {
    /// Returns the target for new executions: the version if there is one, otherwise the state machine.
    ///
    /// For a few seconds after an update, an execution that you start on the state machine itself may still run the
    /// older definition. An execution that you start on a version never does.
    pub fn target(&self) -> &StateMachine<W> {
        self.version.as_ref().unwrap_or(&self.machine)
    }
}

/// The pause between two attempts while the older state machine is being deleted.
const DELETION_PAUSE: Duration = Duration::from_secs(5);

/// The most attempts while others change the state machine concurrently.
const LOOKS: u8 = 3;

/// A deployment, created by [`Client::deploy`]. Await it.
///
/// It leaves a tag `workflow-runtime/deployed` on the state machine, with a hash of the definition and role, and a tag
/// `workflow-runtime/configuration`, with a hash for each of logging, tracing, encryption and tags that it declares. The
/// types of input and output are in tags too: [`declaring`](Self::declaring). If the state machine no longer matches the tags, someone else changed it: the deployment does not change it and returns
/// [`Error::Drifted`].
///
/// ```ignore
/// let deployed = client
///     .deploy(&role)
///     .logging(Logging::errors(log_group))
///     .tags([("team", "orders")])
///     .alias("live")
///     .await?;
/// deployed.target().start(&input).await?;
/// ```
///
/// It needs the actions `states:ListStateMachines`, `DescribeStateMachine`, `ValidateStateMachineDefinition`,
/// `CreateStateMachine`, `UpdateStateMachine`, `ListTagsForResource`, `TagResource`, `UntagResource`,
/// `PublishStateMachineVersion`, those on aliases, and `iam:PassRole` for the role. It may be interrupted after any
/// request: the next deployment completes it.
#[must_use = "a deployment does nothing unless awaited"]
pub struct Deploy<W> {
    client: Client<W>,
    role: Arn,
    declared: Result<Declared, ParamsError>,
    settings: Settings,
}

/// The declared state machine.
#[derive(Clone)]
struct Declared {
    name: String,
    machine_type: MachineType,
    definition: String,
}

/// The options of the deployment.
#[derive(Clone, Default)]
struct Settings {
    configuration: Configuration,
    /// Whether to publish a version, and its description.
    version: Option<Option<String>>,
    /// The alias, and the percentage of executions that it sends to the version.
    alias: Option<(String, u8)>,
    /// Whether the alias may get a version that was withdrawn or has served before.
    again: bool,
    overwrites: bool,
    deletion: Duration,
    contract: Contract,
}

impl<W: Workflow> Client<W> {
    /// Creates the workflow's state machine, or updates it if its definition or role differs. Await the result.
    ///
    /// `role` is the IAM role of the executions. Running executions keep the definition that they started with, and an
    /// execution that is started within a few seconds of an update may still get the old one:
    /// <https://docs.aws.amazon.com/step-functions/latest/apireference/API_UpdateStateMachine.html>. To avoid this,
    /// publish a version and start executions on it: [`Deploy::publish`].
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] if the service finds errors in the definition, [`Error::Drifted`] if the state machine
    /// differs from the last deployment, [`Error::OtherType`] if it exists with the other type, Standard or Express,
    /// [`Error::Deleting`] if it is being deleted, [`Error::Overtaken`] if another deployment changed it concurrently,
    /// or another [`Error`] of a call.
    pub fn deploy(&self, role: &Arn) -> Deploy<W>
    where
        W: Workflow<Params = ()>,
    {
        self.deploys(role, Ok(W::definition()))
    }

    /// Like [`deploy`](Self::deploy), with values for the workflow's deploy-time parameters.
    ///
    /// # Errors
    ///
    /// As [`deploy`](Self::deploy), or [`Error::Params`] if a parameter has no JSON value.
    pub fn deploy_with(&self, role: &Arn, params: &W::Params) -> Deploy<W> {
        self.deploys(role, W::definition_with(params))
    }

    fn deploys(&self, role: &Arn, definition: Result<crate::Definition, ParamsError>) -> Deploy<W> {
        let declared = definition.map(|definition| Declared {
            name: definition.name().to_owned(),
            machine_type: definition.machine_type(),
            definition: definition.into_string(),
        });
        let schema = |text: &str| serde_json::from_str(text).ok().filter(|_| text != ANY_VALUE);
        let contract = Contract::new(schema(W::input_schema()), schema(W::output_schema()));
        let settings = Settings { contract, ..Settings::default() };
        Deploy { client: self.clone(), role: role.clone(), declared, settings }
    }
}

impl<K: WorkflowKind> Client<Untyped<K>> {
    /// Like [`deploy`](Self::deploy), for a state machine given by its name and a definition in Amazon States Language
    /// (JSON).
    ///
    /// # Errors
    ///
    /// As [`deploy`](Self::deploy).
    pub fn deploy_document(&self, role: &Arn, name: &str, definition: &str) -> Deploy<Untyped<K>> {
        let declared = Declared { name: name.to_owned(), machine_type: K::TYPE, definition: definition.to_owned() };
        Deploy { client: self.clone(), role: role.clone(), declared: Ok(declared), settings: Settings::default() }
    }
}

impl<W: Workflow> Deploy<W> {
    fn set(mut self, set: impl FnOnce(&mut Settings)) -> Self {
        set(&mut self.settings);
        self
    }

    /// Sets the name of the state machine, in place of the workflow's own.
    pub fn name(mut self, name: &str) -> Self {
        if let Ok(declared) = &mut self.declared {
            name.clone_into(&mut declared.name);
        }
        self
    }

    /// Sets the declared types of input and output, each a JSON Schema. A workflow's own are set already.
    ///
    /// The deployment keeps them in tags `workflow-runtime/contract…`, if they fit: compressed, they have at most 3,840
    /// bytes. [`StateMachine::contract`] reads them, and a plan reports what a change of them means for callers and
    /// readers.
    pub fn declaring(self, input: Option<Json>, output: Option<Json>) -> Self {
        self.set(|settings| settings.contract = Contract::new(input, output))
    }

    /// Sets logging to CloudWatch Logs. Without it, logging stays unchanged.
    pub fn logging(self, logging: Logging) -> Self {
        self.set(|settings| settings.configuration.logging = Some(logging))
    }

    /// Sets whether traces are sent to X-Ray. Without it, tracing stays unchanged.
    pub fn tracing(self, enabled: bool) -> Self {
        self.set(|settings| settings.configuration.tracing = Some(enabled))
    }

    /// Sets the encryption of the definition and payloads. Without it, encryption stays unchanged.
    pub fn encryption(self, encryption: Encryption) -> Self {
        self.set(|settings| settings.configuration.encryption = Some(encryption))
    }

    /// Sets the tags. All others are removed, except those whose keys begin with `aws:` or `workflow-runtime/`. Without
    /// it, tags stay unchanged.
    pub fn tags<K: Into<String>, V: Into<String>>(self, tags: impl IntoIterator<Item = (K, V)>) -> Self {
        let tags: BTreeMap<_, _> = tags.into_iter().map(|(key, value)| (key.into(), value.into())).collect();
        self.set(|settings| settings.configuration.tags = Some(tags))
    }

    /// Publishes a version of the deployed state machine, unless one exists already. Of two concurrent deployments, one
    /// publishes its version, and the other returns [`Error::Overtaken`].
    pub fn publish(self) -> Self {
        self.set(|settings| settings.version = Some(settings.version.take().flatten()))
    }

    /// Like [`publish`](Self::publish), with a description of at most 256 characters for a new version.
    pub fn publish_as(self, description: &str) -> Self {
        self.set(|settings| settings.version = Some(Some(description.to_owned())))
    }

    /// Publishes a version and points this alias to it, if the version is new: [`AliasChange`]. A definition that the
    /// alias was rolled back from is [`Error::Withdrawn`].
    pub fn alias(self, name: &str) -> Self {
        self.alias_weight(name, 100)
    }

    /// Publishes a version and makes this alias send it `weight` percent of executions. The others go to the version
    /// that previously had the most: [`Alias::shift`].
    pub fn alias_weight(self, name: &str, weight: u8) -> Self {
        self.publish().set(|settings| settings.alias = Some((name.to_owned(), weight)))
    }

    /// Lets the alias point to a version that was withdrawn, or that has served before.
    pub fn again(self) -> Self {
        self.set(|settings| settings.again = true)
    }

    /// Overwrites the state machine even if it differs from the last deployment.
    pub fn overwrite(self) -> Self {
        self.set(|settings| settings.overwrites = true)
    }

    /// Waits until a state machine that is being deleted is gone, for at most this time. Without it, the deployment
    /// returns [`Error::Deleting`] at once.
    pub fn wait_for_deletion(self, at_most: Duration) -> Self {
        self.set(|settings| settings.deletion = at_most)
    }

    async fn run(self) -> Result<Deployed<W>, Error> {
        let Self { client, role, declared, settings } = self;
        let declared = declared?;
        let deployment = Deployment { client: &client, role: &role, declared: &declared, settings: &settings };
        call!("deploy", name = declared.name, async {
            let began = client.connection.now();
            loop {
                let outcome = deployment.run().await;
                let rest = settings.deletion.saturating_sub(client.connection.since(began));
                match outcome {
                    Err(Error::Deleting { .. }) if !rest.is_zero() => {
                        client.connection.sleep(rest.min(DELETION_PAUSE)).await;
                    }
                    outcome => return outcome,
                }
            }
        })
    }
}

impl<W: Workflow> IntoFuture for Deploy<W> {
    type Output = Result<Deployed<W>, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}

impl<W: Workflow> fmt::Debug for Deploy<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.declared.as_ref().map(|declared| &declared.name);
        f.debug_struct("Deploy").field("name", &name).field("role", &self.role).finish_non_exhaustive()
    }
}

/// A running deployment.
struct Deployment<'a, W> {
    client: &'a Client<W>,
    role: &'a Arn,
    declared: &'a Declared,
    settings: &'a Settings,
}

/// A state machine that has been updated to the declared state.
struct UpdatedMachine<W> {
    machine: StateMachine<W>,
    change: Change,
    /// The service's ID of this revision of the state machine; `None` for the first.
    revision: Option<String>,
    has_contract: bool,
}

enum Created {
    New(Arn),
    /// The state machine exists, but an eventually consistent listing or description did not show it yet.
    Exists(Arn),
}

impl<W: Workflow> Deployment<'_, W> {
    async fn run(&self) -> Result<Deployed<W>, Error> {
        let UpdatedMachine { machine, change, revision, has_contract } = self.bring().await?;
        let mut done = Vec::new();
        if change != Change::Unchanged {
            done.push(format!("the state machine was {}", change.as_str()));
        }
        let version = match &self.settings.version {
            Some(description) => {
                let published = machine.publish_revision(Some(revision.as_deref()), description.as_deref()).await;
                let version = published.map_err(|error| self.overtaken(error).after(&done))?;
                done.extend(version.version_number().map(|number| format!("version {number} is published")));
                Some(version)
            }
            None => None,
        };
        let mut deployed = Deployed { machine, change, version, alias: None, alias_change: None, has_contract };
        self.point_alias(&mut deployed).await.map_err(|error| error.after(&done))?;
        Ok(deployed)
    }

    /// Points the alias to the published version, if that is new.
    async fn point_alias(&self, deployed: &mut Deployed<W>) -> Result<(), Error> {
        if let (Some((name, weight)), Some(version)) = (&self.settings.alias, &deployed.version) {
            let alias = deployed.machine.alias(name);
            let mut routing = alias.routing().await?;
            routing.admit(&self.hash().shortened());
            let change = routing.change(version.version_number(), self.settings.again);
            if change == AliasChange::Moved {
                alias.shift_from(routing, version.arn(), *weight).await?;
            }
            (deployed.alias, deployed.alias_change) = (Some(alias), Some(change));
        }
        Ok(())
    }

    /// Rejects a definition that the alias was rolled back from.
    async fn check_alias(&self, machine: &StateMachine<W>) -> Result<(), Error> {
        let Some((name, _)) = self.settings.alias.as_ref().filter(|_| !self.settings.again) else { return Ok(()) };
        match machine.alias(name).routing().await?.withdrawn_as(&self.hash().shortened()) {
            Some(version) => Err(Error::Withdrawn { alias: name.clone(), version }),
            None => Ok(()),
        }
    }

    /// Returns the hash of the declared definition and role.
    fn hash(&self) -> Hash {
        Hash::of(&self.declared.definition, self.role.as_str())
    }

    /// Creates the state machine, or updates it to the declared state.
    async fn bring(&self) -> Result<UpdatedMachine<W>, Error> {
        let existing = match self.client.find(&self.declared.name).await? {
            Some(existing) => existing,
            None => {
                validation::validate(&self.client.connection, self.declared).await?;
                match self.create().await? {
                    Created::New(arn) => {
                        let machine = self.client.attach(arn);
                        let has_contract = !self.contract(&[]).is_empty();
                        return Ok(UpdatedMachine { machine, change: Change::Created, revision: None, has_contract });
                    }
                    Created::Exists(arn) => self.client.attach(arn).describe().await?,
                }
            }
        };
        self.check_alias(&self.client.attach(existing.state_machine_arn())).await?;
        let (mut existing, mut looks) = (existing, LOOKS);
        loop {
            let machine = self.client.attach(existing.state_machine_arn());
            looks -= 1;
            let update = update::Update { deployment: self, machine: machine.clone(), declared: self.state() };
            match update.apply(&existing).await {
                // Another deployment may have changed the state machine between the requests for it and for its tags.
                Err(Error::Drifted(drift)) if looks > 0 => {
                    let again = machine.describe().await?;
                    if found(&again, &[]) == found(&existing, &[]) {
                        return Err(Error::Drifted(drift));
                    }
                    existing = again;
                }
                outcome => return outcome,
            }
        }
    }

    /// Returns the hashes of the declared definition and configuration.
    fn state(&self) -> State {
        let mut state = self.settings.configuration.state();
        state.insert(Aspect::Definition, self.hash());
        state
    }

    /// Returns the tags of the contract, beside the tags that the state machine has.
    fn contract(&self, found: &[Tag]) -> Vec<Tag> {
        let others = self.settings.configuration.tags.as_ref().map_or_else(|| own_tags(found).len(), BTreeMap::len);
        self.settings.contract.to_tags(&self.declared.definition, others)
    }

    async fn create(&self) -> Result<Created, Error> {
        const OPERATION: &str = "CreateStateMachine";
        let (declared, configuration) = (self.declared, &self.settings.configuration);
        let mut tags = configuration.tags_to_set(&[]);
        tags.extend(Record::of(&self.state()).to_tags());
        tags.extend(self.contract(&[]));
        let encryption = configuration.encryption().map_err(|error| Error::of_request(OPERATION, error))?;
        let request = self
            .client
            .connection
            .sfn
            .create_state_machine()
            .name(&declared.name)
            .definition(&declared.definition)
            .role_arn(self.role.as_str())
            .set_tags(Some(tags))
            .set_logging_configuration(configuration.logging())
            .set_tracing_configuration(configuration.tracing())
            .set_encryption_configuration(encryption)
            .r#type(sdk_type(declared.machine_type));
        match call!("CreateStateMachine", name = declared.name, request.send()) {
            Ok(answer) => {
                let arn = Error::required(OPERATION, answer.state_machine_arn())?;
                Ok(Created::New(Arn::from(arn)))
            }
            Err(error) => match error.as_service_error().and_then(existing_arn) {
                Some(arn) => Ok(Created::Exists(arn)),
                None => Err(self.deleting(Error::of_call(OPERATION, error))),
            },
        }
    }

    /// Turns the refusal for a state machine that is being deleted into [`Error::Deleting`].
    fn deleting(&self, error: Error) -> Error {
        match error.has_code("StateMachineDeleting") {
            true => Error::Deleting { name: self.declared.name.clone() },
            false => error,
        }
    }

    /// Turns the refusal to publish an outdated revision into [`Error::Overtaken`].
    fn overtaken(&self, error: Error) -> Error {
        match error.has_code("ConflictException") {
            true => Error::Overtaken { name: self.declared.name.clone() },
            false => error,
        }
    }
}

/// Returns the hashes of the existing state machine.
fn found(existing: &DescribeStateMachineOutput, tags: &[Tag]) -> State {
    let mut state = Configuration::found(existing, tags);
    state.insert(Aspect::Definition, Hash::of(existing.definition(), existing.role_arn()));
    state
}

impl<W: Workflow> StateMachine<W> {
    /// Returns the tags: keys and values.
    ///
    /// See <https://docs.aws.amazon.com/step-functions/latest/apireference/API_ListTagsForResource.html>.
    ///
    /// # Errors
    ///
    /// Returns an [`Error`] if the call fails.
    pub async fn tags(&self) -> Result<Vec<(String, String)>, Error> {
        let tags = tags_of(&self.unqualified()).await?.into_iter();
        Ok(tags.map(|tag| (tag.key.unwrap_or_default(), tag.value.unwrap_or_default())).collect())
    }
}

async fn tags_of<W: Workflow>(machine: &StateMachine<W>) -> Result<Vec<Tag>, Error> {
    let request = machine.connection.sfn.list_tags_for_resource().resource_arn(machine.arn().as_str());
    let answer = call!("ListTagsForResource", machine = machine.arn(), request.send())
        .map_err(|error| Error::of_call("ListTagsForResource", error))?;
    Ok(answer.tags.unwrap_or_default())
}

fn sdk_type(machine_type: MachineType) -> StateMachineType {
    match machine_type {
        MachineType::Standard => StateMachineType::Standard,
        MachineType::Express => StateMachineType::Express,
    }
}

/// Returns the ARN in the service's message: `State Machine Already Exists: 'arn:…'`.
fn existing_arn(error: &CreateStateMachineError) -> Option<Arn> {
    let CreateStateMachineError::StateMachineAlreadyExists(exists) = error else { return None };
    let arn = exists.message()?.split('\'').nth(1)?;
    arn.starts_with("arn:").then(|| Arn::from(arn))
}

#[cfg(test)]
mod tests {
    use aws_sdk_sfn::types::error::StateMachineAlreadyExists;

    use super::*;

    #[test]
    fn the_arn_of_an_existing_machine_is_read_from_the_refusal() {
        let refused = |message: &str| {
            let exists = StateMachineAlreadyExists::builder().message(message).build();
            existing_arn(&CreateStateMachineError::StateMachineAlreadyExists(exists))
        };
        let arn = "arn:aws:states:us-east-1:123456789012:stateMachine:Greet";
        assert_eq!(refused(&format!("State Machine Already Exists: '{arn}'")), Some(Arn::from(arn)));
        assert_eq!(refused("State Machine Already Exists"), None);
        assert_eq!(refused("it's there"), None);
    }
}
