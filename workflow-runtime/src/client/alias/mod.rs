//! Aliases of a state machine.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/dg/concepts-state-machine-alias.html>

mod record;

use std::fmt;

use aws_sdk_sfn::types::RoutingConfigurationListItem;

use super::call::call;
use super::deploy::Hash;
use super::{Error, StateMachine};
use crate::{Arn, Workflow};
use record::AliasRecord;

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

/// The targets of an alias, and its record: every change by this client adds to it, in the alias's description.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Routing {
    /// One or two versions whose weights add up to a hundred; empty if the alias does not exist.
    pub routes: Vec<Route>,
    record: AliasRecord,
}

impl Routing {
    /// Returns the numbers of the versions that had most of the executions before, the latest last.
    pub fn served(&self) -> &[u64] {
        &self.record.served
    }

    /// Returns the numbers of the versions that [`Alias::roll_back`] has taken away, the latest last.
    pub fn withdrawn(&self) -> impl Iterator<Item = u64> {
        self.record.withdrawn.iter().map(|withdrawn| withdrawn.version)
    }

    /// Returns the version that was withdrawn and has this definition and role.
    pub(super) fn withdrawn_as(&self, hash: &Hash) -> Option<u64> {
        let withdrawn = self.record.withdrawn.iter().find(|withdrawn| withdrawn.hash == hash.as_str());
        withdrawn.map(|withdrawn| withdrawn.version)
    }

    /// Forgets that this definition and role was withdrawn.
    pub(super) fn admit(&mut self, hash: &Hash) {
        self.record.withdrawn.retain(|withdrawn| withdrawn.hash != hash.as_str());
    }

    /// Returns the number of the version with most of the executions.
    #[cfg(feature = "plan")]
    pub(super) fn main(&self) -> Option<u64> {
        self.routes.iter().max_by_key(|route| route.weight).map(Route::number)
    }

    fn has(&self, version: u64) -> bool {
        self.routes.iter().any(|route| route.number() == version)
    }

    /// Returns what a deployment does with the alias. `version` is the version that it publishes; `None` for one that does
    /// not exist yet.
    pub(super) fn change(&self, version: Option<u64>, again: bool) -> AliasChange {
        let Some(version) = version else { return AliasChange::Moved };
        let known = self.routes.iter().map(Route::number).chain(self.served().iter().copied()).chain(self.withdrawn());
        match known.max() {
            _ if self.has(version) => AliasChange::Routed,
            _ if again => AliasChange::Moved,
            Some(latest) if version <= latest => AliasChange::NotNew,
            _ => AliasChange::Moved,
        }
    }
}

impl fmt::Display for Routing {
    /// Writes the versions with their weights, the greatest first: `7=90 8=10`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut routes: Vec<_> = self.routes.iter().collect();
        routes.sort_by_key(|route| (std::cmp::Reverse(route.weight), route.number()));
        let routes: Vec<_> = routes.iter().map(|route| format!("{}={}", route.number(), route.weight)).collect();
        f.write_str(&routes.join(" "))
    }
}

/// What a deployment does with its alias. It moves the alias only to a version that is newer than all in its targets
/// and its record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AliasChange {
    /// It points the alias to the version, or sends the given percentage of executions there.
    Moved,
    /// The version is among the alias's targets. Their weights stay.
    Routed,
    /// The version is not new: it has served before, or a later one has. The alias stays.
    NotNew,
}

impl AliasChange {
    /// Returns the word for programs: `moved`, `routed` or `not-new`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Moved => "moved",
            Self::Routed => "routed",
            Self::NotNew => "not-new",
        }
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

impl<W> Alias<W> {
    pub(super) fn of(aliased: StateMachine<W>) -> Self {
        Self { aliased }
    }
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
        Ok(self.routing().await?.routes)
    }

    /// Returns the targets of the alias and its record.
    ///
    /// # Errors
    ///
    /// Returns an [`Error`] if the call fails.
    pub async fn routing(&self) -> Result<Routing, Error> {
        let request = self.aliased.connection.sfn.describe_state_machine_alias();
        let request = request.state_machine_alias_arn(self.arn().as_str());
        let answer = call!("DescribeStateMachineAlias", machine = self.arn(), request.send())
            .map_err(|error| Error::of_call("DescribeStateMachineAlias", error));
        let answer = match answer {
            Err(error) if error.has_code("ResourceNotFound") => return Ok(Routing::default()),
            answer => answer?,
        };
        let route = |item: &RoutingConfigurationListItem| Route {
            version: Arn::from(item.state_machine_version_arn()),
            weight: u8::try_from(item.weight()).unwrap_or_default(),
        };
        let record = AliasRecord::read(answer.description().unwrap_or_default());
        Ok(Routing { routes: answer.routing_configuration().iter().map(route).collect(), record })
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
    /// changed. The version is no longer withdrawn.
    ///
    /// # Errors
    ///
    /// Returns an [`Error`] if the call fails.
    pub async fn shift(&self, version: &Arn, weight: u8) -> Result<bool, Error> {
        let before = self.routing().await?;
        self.shift_from(before, version, weight).await
    }

    pub(super) async fn shift_from(&self, before: Routing, version: &Arn, weight: u8) -> Result<bool, Error> {
        let others = before.routes.iter().filter(|route| route.version != *version);
        let other = others.max_by_key(|route| route.weight);
        let (target, weight) = (version.clone(), weight.min(100));
        let routes = match other {
            Some(other) if weight < 100 => {
                let other = Route { version: other.version.clone(), weight: 100 - weight };
                vec![Route { version: target.clone(), weight }, other]
            }
            _ => vec![Route { version: target.clone(), weight: 100 }],
        };
        let routes: Vec<Route> = routes.into_iter().filter(|route| route.weight > 0).collect();
        if sorted(&before.routes) == sorted(&routes) {
            return Ok(false);
        }
        let mut record = before.record;
        record.admit(Route { version: target, weight }.number());
        let main = other.map(Route::number);
        let left =
            before.routes.iter().map(Route::number).filter(|number| !routes.iter().any(|to| to.number() == *number));
        left.filter(|number| Some(*number) != main).for_each(|number| record.has_taken_part(number));
        main.into_iter().for_each(|number| record.has_served(number));
        self.set(&routes, record, !before.routes.is_empty()).await?;
        Ok(true)
    }

    /// Sends all executions to the version that served before, by the alias's record, and marks the others as withdrawn: a
    /// deployment does not point the alias to their definition again. Returns the version's ARN.
    ///
    /// Executions under way continue unchanged.
    ///
    /// # Errors
    ///
    /// [`Error::NothingBefore`] if the record has no such version, or another [`Error`] of a call.
    pub async fn roll_back(&self) -> Result<Arn, Error> {
        let Routing { routes, mut record } = self.routing().await?;
        let is_target = |version: &u64| routes.iter().any(|route| route.number() == *version);
        let is_withdrawn = |version: &u64| record.withdrawn.iter().any(|withdrawn| withdrawn.version == *version);
        let mut served = record.served.iter().rev().copied().filter(|version| !is_withdrawn(version));
        let before = match routes.len() {
            // Without a record, the older one is the one that served before.
            2 => served.find(is_target).or_else(|| routes.iter().map(Route::number).min()),
            _ => served.find(|version| !is_target(version)),
        };
        let number = before.ok_or_else(|| Error::NothingBefore { alias: self.arn().clone() })?;
        let machine = self.aliased.unqualified();
        for route in routes.iter().filter(|route| route.number() != number) {
            let described =
                StateMachine::<W>::new(machine.connection.clone(), route.version.clone()).describe().await?;
            let hash = Hash::of(described.definition(), described.role_arn()).shortened();
            record.withdraw(route.number(), hash.as_str().to_owned());
        }
        let version = Arn::from(format!("{}:{number}", machine.arn()));
        self.set(&[Route { version: version.clone(), weight: 100 }], record, true).await?;
        Ok(version)
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

    async fn set(&self, routes: &[Route], record: AliasRecord, exists: bool) -> Result<(), Error> {
        let description = Some(record.into_description());
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
            let request = request.set_routing_configuration(Some(routes)).set_description(description);
            call!("UpdateStateMachineAlias", machine = self.arn(), request.send())
                .map_err(|error| Error::of_call("UpdateStateMachineAlias", error))?;
        } else {
            let request = sfn.create_state_machine_alias().name(self.name()).set_routing_configuration(Some(routes));
            let request = request.set_description(description.filter(|description| !description.is_empty()));
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
