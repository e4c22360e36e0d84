//! Versions of a state machine, and aliases for them.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/dg/concepts-cd-aliasing-versioning.html>

use std::fmt;

use aws_sdk_sfn::types::RoutingConfigurationListItem;

use super::call::call;
use super::pages::Page;
use super::{Error, Pages, StateMachine};
use crate::{Arn, Workflow};

/// The revision of a state machine that was never updated.
const FIRST_REVISION: &str = "INITIAL";

/// The parts of a state machine's ARN. A version or an alias adds another one: `arn:…:stateMachine:NAME:7`.
const PARTS_OF_A_MACHINE: usize = 7;

impl<W: Workflow> StateMachine<W> {
    /// Returns the state machine itself if this is a version or an alias of it.
    #[must_use]
    pub fn unqualified(&self) -> Self {
        let parts: Vec<&str> = self.arn().as_str().split(':').take(PARTS_OF_A_MACHINE).collect();
        Self::new(self.connection.clone(), Arn::from(parts.join(":")))
    }

    /// Publishes the current revision of the state machine as a version, or returns the existing version of it.
    ///
    /// See <https://docs.aws.amazon.com/step-functions/latest/apireference/API_PublishStateMachineVersion.html>.
    ///
    /// # Errors
    ///
    /// Returns an [`Error`] if the call fails.
    pub async fn publish(&self, description: Option<&str>) -> Result<Self, Error> {
        self.publish_revision(None, description).await
    }

    /// Publishes this revision, unless the state machine has a newer one. `None` means any revision.
    pub(super) async fn publish_revision(
        &self,
        revision: Option<Option<&str>>,
        description: Option<&str>,
    ) -> Result<Self, Error> {
        const OPERATION: &str = "PublishStateMachineVersion";
        let machine = self.unqualified();
        let request = machine
            .connection
            .sfn
            .publish_state_machine_version()
            .state_machine_arn(machine.arn().as_str())
            .set_revision_id(revision.map(|revision| revision.unwrap_or(FIRST_REVISION).to_owned()))
            .set_description(description.map(str::to_owned));
        let answer = call!("PublishStateMachineVersion", machine = machine.arn(), request.send())
            .map_err(|error| Error::of_call(OPERATION, error))?;
        let arn = Error::required(OPERATION, answer.state_machine_version_arn())?;
        Ok(Self::new(machine.connection.clone(), Arn::from(arn)))
    }

    /// Returns the published versions, the newest first.
    ///
    /// See <https://docs.aws.amazon.com/step-functions/latest/apireference/API_ListStateMachineVersions.html>.
    pub fn versions(&self) -> Pages<Self> {
        const OPERATION: &str = "ListStateMachineVersions";
        let machine = self.unqualified();
        Pages::new(move |token| {
            let machine = machine.clone();
            async move {
                let request = machine.connection.sfn.list_state_machine_versions();
                let request = request.state_machine_arn(machine.arn().as_str()).max_results(1000);
                let request = request.set_next_token(token);
                let answer = call!("ListStateMachineVersions", machine = machine.arn(), request.send())
                    .map_err(|error| Error::of_call(OPERATION, error))?;
                let version = |arn: &str| Self::new(machine.connection.clone(), Arn::from(arn));
                let items = answer.state_machine_versions().iter();
                let items = items.map(|item| version(item.state_machine_version_arn())).collect();
                Ok(Page { items, next: answer.next_token })
            }
        })
    }

    /// Returns the version's number, or `None` for an alias or the state machine itself.
    pub fn version_number(&self) -> Option<u64> {
        self.arn().as_str().split(':').nth(PARTS_OF_A_MACHINE)?.parse().ok()
    }

    /// Returns the alias of this state machine with this name. Sends no request.
    pub fn alias(&self, name: &str) -> Alias<W> {
        let machine = self.unqualified();
        let arn = Arn::from(format!("{}:{name}", machine.arn()));
        Alias { aliased: Self::new(machine.connection, arn) }
    }

    /// Returns the aliases of this state machine.
    ///
    /// See <https://docs.aws.amazon.com/step-functions/latest/apireference/API_ListStateMachineAliases.html>.
    pub fn aliases(&self) -> Pages<Alias<W>> {
        const OPERATION: &str = "ListStateMachineAliases";
        let machine = self.clone();
        Pages::new(move |token| {
            let machine = machine.clone();
            async move {
                let request = machine.connection.sfn.list_state_machine_aliases();
                let request = request.state_machine_arn(machine.arn().as_str()).max_results(1000);
                let request = request.set_next_token(token);
                let answer = call!("ListStateMachineAliases", machine = machine.arn(), request.send())
                    .map_err(|error| Error::of_call(OPERATION, error))?;
                let alias = |arn: &str| Alias { aliased: Self::new(machine.connection.clone(), Arn::from(arn)) };
                let items = answer.state_machine_aliases().iter();
                let items = items.map(|item| alias(item.state_machine_alias_arn())).collect();
                Ok(Page { items, next: answer.next_token })
            }
        })
    }

    /// Deletes this version. Its executions continue. The service rejects the call if an alias points to the version.
    ///
    /// See <https://docs.aws.amazon.com/step-functions/latest/apireference/API_DeleteStateMachineVersion.html>.
    ///
    /// # Errors
    ///
    /// Returns an [`Error`] if the call fails.
    pub async fn delete_version(&self) -> Result<(), Error> {
        let request = self.connection.sfn.delete_state_machine_version();
        let request = request.state_machine_version_arn(self.arn().as_str());
        call!("DeleteStateMachineVersion", machine = self.arn(), request.send())
            .map_err(|error| Error::of_call("DeleteStateMachineVersion", error))?;
        Ok(())
    }
}

/// A target of an alias: a version and its share of the executions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// The version's ARN.
    pub version: Arn,
    /// The percentage of executions that run the version.
    pub weight: u8,
}

impl Route {
    fn number(&self) -> u64 {
        self.version.as_str().rsplit(':').next().and_then(|number| number.parse().ok()).unwrap_or_default()
    }
}

/// A name that points to one version of a state machine, or to two with weights. It may not exist yet.
///
/// An execution that you start on an alias runs the version that the alias points to at that moment.
///
/// ```ignore
/// let live = machine.alias("live");
/// live.shift(&version, 10).await?;    // ten of a hundred executions run it
/// live.point_to(&version).await?;     // all of them do
/// live.roll_back().await?;            // all of them run what ran before
/// live.machine().start(&input).await?;
/// ```
pub struct Alias<W> {
    aliased: StateMachine<W>,
}

impl<W: Workflow> Alias<W> {
    /// Returns the alias's ARN.
    pub fn arn(&self) -> &Arn {
        self.aliased.arn()
    }

    /// Returns the alias's name.
    pub fn name(&self) -> &str {
        self.arn().as_str().rsplit(':').next().unwrap_or_default()
    }

    /// Returns the alias as a state machine: an execution started on it runs a version that the alias points to.
    pub fn machine(&self) -> &StateMachine<W> {
        &self.aliased
    }

    /// Returns the targets of the alias: one or two versions whose weights add up to a hundred. Empty if the alias does
    /// not exist.
    ///
    /// See <https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeStateMachineAlias.html>.
    ///
    /// # Errors
    ///
    /// Returns an [`Error`] if the call fails.
    pub async fn routes(&self) -> Result<Vec<Route>, Error> {
        let request = self.aliased.connection.sfn.describe_state_machine_alias();
        let request = request.state_machine_alias_arn(self.arn().as_str());
        let answer = call!("DescribeStateMachineAlias", machine = self.arn(), request.send())
            .map_err(|error| Error::of_call("DescribeStateMachineAlias", error));
        let answer = match answer {
            Err(error) if error.has_code("ResourceNotFound") => return Ok(Vec::new()),
            answer => answer?,
        };
        let route = |item: &RoutingConfigurationListItem| Route {
            version: Arn::from(item.state_machine_version_arn()),
            weight: u8::try_from(item.weight()).unwrap_or_default(),
        };
        Ok(answer.routing_configuration().iter().map(route).collect())
    }

    /// Points the alias to one version. Creates the alias if it does not exist. Returns whether anything changed.
    ///
    /// # Errors
    ///
    /// Returns an [`Error`] if the call fails.
    pub async fn point_to(&self, version: &Arn) -> Result<bool, Error> {
        self.shift(version, 100).await
    }

    /// Sends `weight` percent of executions to this version, and the others to the version that previously had the
    /// most. If the alias does not exist yet, or has no other version, all go to this one. Returns whether anything
    /// changed.
    ///
    /// # Errors
    ///
    /// Returns an [`Error`] if the call fails.
    pub async fn shift(&self, version: &Arn, weight: u8) -> Result<bool, Error> {
        let before = self.routes().await?;
        let others = before.iter().filter(|route| route.version != *version);
        let weight = weight.min(100);
        let routes = match others.max_by_key(|route| route.weight) {
            Some(other) if weight < 100 => {
                let other = Route { version: other.version.clone(), weight: 100 - weight };
                vec![Route { version: version.clone(), weight }, other]
            }
            _ => vec![Route { version: version.clone(), weight: 100 }],
        };
        let routes: Vec<Route> = routes.into_iter().filter(|route| route.weight > 0).collect();
        if sorted(&before) == sorted(&routes) {
            return Ok(false);
        }
        self.set(&routes, !before.is_empty()).await?;
        Ok(true)
    }

    /// Sends all executions to the previous version: of two versions the older one, of one version the published
    /// version before it. Returns that version's ARN.
    ///
    /// Executions under way continue unchanged.
    ///
    /// # Errors
    ///
    /// [`Error::NothingBefore`] if no version is older, or another [`Error`] of a call.
    pub async fn roll_back(&self) -> Result<Arn, Error> {
        let routes = self.routes().await?;
        let nothing = || Error::NothingBefore { alias: self.arn().clone() };
        let older = match &*routes {
            [] => return Err(nothing()),
            [only] => {
                let mut versions = self.aliased.versions();
                loop {
                    let version = versions.next().await?.ok_or_else(nothing)?;
                    if version.version_number().is_some_and(|number| number < only.number()) {
                        break version.arn().clone();
                    }
                }
            }
            several => several
                .iter()
                .min_by_key(|route| route.number())
                .map(|route| route.version.clone())
                .ok_or_else(nothing)?,
        };
        self.set(&[Route { version: older.clone(), weight: 100 }], true).await?;
        Ok(older)
    }

    /// Deletes the alias. The versions stay.
    ///
    /// See <https://docs.aws.amazon.com/step-functions/latest/apireference/API_DeleteStateMachineAlias.html>.
    ///
    /// # Errors
    ///
    /// Returns an [`Error`] if the call fails.
    pub async fn delete(&self) -> Result<(), Error> {
        let request = self.aliased.connection.sfn.delete_state_machine_alias();
        let request = request.state_machine_alias_arn(self.arn().as_str());
        call!("DeleteStateMachineAlias", machine = self.arn(), request.send())
            .map_err(|error| Error::of_call("DeleteStateMachineAlias", error))?;
        Ok(())
    }

    async fn set(&self, routes: &[Route], exists: bool) -> Result<(), Error> {
        let sfn = &self.aliased.connection.sfn;
        let routes = routes
            .iter()
            .map(|route| {
                let item = RoutingConfigurationListItem::builder().weight(i32::from(route.weight));
                item.state_machine_version_arn(route.version.as_str()).build()
            })
            .collect::<Result<Vec<_>, _>>()
            .map_err(|error| Error::of_request("UpdateStateMachineAlias", error))?;
        if exists {
            let request = sfn.update_state_machine_alias().state_machine_alias_arn(self.arn().as_str());
            let request = request.set_routing_configuration(Some(routes));
            call!("UpdateStateMachineAlias", machine = self.arn(), request.send())
                .map_err(|error| Error::of_call("UpdateStateMachineAlias", error))?;
        } else {
            let request = sfn.create_state_machine_alias().name(self.name()).set_routing_configuration(Some(routes));
            call!("CreateStateMachineAlias", machine = self.arn(), request.send())
                .map_err(|error| Error::of_call("CreateStateMachineAlias", error))?;
        }
        Ok(())
    }
}

/// Returns routes sorted, because their order has no meaning.
fn sorted(routes: &[Route]) -> Vec<(u64, u8)> {
    let mut routes: Vec<_> = routes.iter().map(|route| (route.number(), route.weight)).collect();
    routes.sort_unstable();
    routes
}

impl<W> Clone for Alias<W> {
    fn clone(&self) -> Self {
        Self { aliased: self.aliased.clone() }
    }
}

impl<W> fmt::Debug for Alias<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Alias").field(&self.aliased).finish()
    }
}
