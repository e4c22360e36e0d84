//! Versions of a state machine, and aliases that point to them.
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

/// A version, or an alias, goes behind its state machine's ARN: `arn:…:stateMachine:NAME:7`.
const PARTS_OF_A_MACHINE: usize = 7;

impl<W: Workflow> StateMachine<W> {
    /// The state machine itself, where this is a version or an alias of it.
    #[must_use]
    pub fn unqualified(&self) -> Self {
        let parts: Vec<&str> = self.arn().as_str().split(':').take(PARTS_OF_A_MACHINE).collect();
        Self::new(self.connection.clone(), Arn::from(parts.join(":")))
    }

    /// Publishes what the state machine is now as a version, and gives that; where there is one already, that one.
    ///
    /// See <https://docs.aws.amazon.com/step-functions/latest/apireference/API_PublishStateMachineVersion.html>.
    ///
    /// # Errors
    ///
    /// What [`Error`] says of any call.
    pub async fn publish(&self, description: Option<&str>) -> Result<Self, Error> {
        self.publish_revision(None, description).await
    }

    /// The same, if the state machine still has this revision; the outer `None` is any revision.
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

    /// The published versions, the newest first.
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

    /// The number of the version that this is; `None` for an alias or the state machine itself.
    pub fn version_number(&self) -> Option<u64> {
        self.arn().as_str().split(':').nth(PARTS_OF_A_MACHINE)?.parse().ok()
    }

    /// The alias of this state machine with this name. Nothing is asked of AWS.
    pub fn alias(&self, name: &str) -> Alias<W> {
        let machine = self.unqualified();
        let arn = Arn::from(format!("{}:{name}", machine.arn()));
        Alias { aliased: Self::new(machine.connection, arn) }
    }

    /// The aliases of this state machine.
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

    /// Deletes the version that this is. Its executions go on; one that an alias points to is refused.
    ///
    /// See <https://docs.aws.amazon.com/step-functions/latest/apireference/API_DeleteStateMachineVersion.html>.
    ///
    /// # Errors
    ///
    /// What [`Error`] says of any call.
    pub async fn delete_version(&self) -> Result<(), Error> {
        let request = self.connection.sfn.delete_state_machine_version();
        let request = request.state_machine_version_arn(self.arn().as_str());
        call!("DeleteStateMachineVersion", machine = self.arn(), request.send())
            .map_err(|error| Error::of_call("DeleteStateMachineVersion", error))?;
        Ok(())
    }
}

/// Where an alias sends executions: a version, and how many of a hundred.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// The version's ARN.
    pub version: Arn,
    /// Of a hundred executions, how many run it.
    pub weight: u8,
}

impl Route {
    fn number(&self) -> u64 {
        self.version.as_str().rsplit(':').next().and_then(|number| number.parse().ok()).unwrap_or_default()
    }
}

/// A name that points to one version of a state machine, or to two by weight. It may not exist yet.
///
/// Executions that are started by it run the version that it points to at that moment.
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
    /// The alias's ARN.
    pub fn arn(&self) -> &Arn {
        self.aliased.arn()
    }

    /// The alias's name.
    pub fn name(&self) -> &str {
        self.arn().as_str().rsplit(':').next().unwrap_or_default()
    }

    /// The state machine as the alias shows it: what is started there runs a version that the alias points to.
    pub fn machine(&self) -> &StateMachine<W> {
        &self.aliased
    }

    /// Where it points to: one version or two, the weights adding up to a hundred; none where there is no such alias.
    ///
    /// See <https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeStateMachineAlias.html>.
    ///
    /// # Errors
    ///
    /// What [`Error`] says of any call.
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

    /// Points the alias to one version; makes the alias where there is none. Tells whether that changed anything.
    ///
    /// # Errors
    ///
    /// What [`Error`] says of any call.
    pub async fn point_to(&self, version: &Arn) -> Result<bool, Error> {
        self.shift(version, 100).await
    }

    /// Sends so many of a hundred executions to this version, and the others to the version that had the most before. Where
    /// there is no alias yet, or no other version, all go to this one. Tells whether that changed anything.
    ///
    /// # Errors
    ///
    /// What [`Error`] says of any call.
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

    /// Sends all executions to what ran before: of two versions to the older one; of one to the published version before it.
    /// Gives that version's ARN.
    ///
    /// Executions under way go on as they are.
    ///
    /// # Errors
    ///
    /// [`Error::NothingBefore`] where there is no older version, and what [`Error`] says of any call.
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

    /// Deletes the alias. What it pointed to stays.
    ///
    /// See <https://docs.aws.amazon.com/step-functions/latest/apireference/API_DeleteStateMachineAlias.html>.
    ///
    /// # Errors
    ///
    /// What [`Error`] says of any call.
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

/// Routes in an order that says nothing.
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
