//! A state machine in the server: its revisions, versions and aliases.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/dg/concepts-cd-aliasing-versioning.html>

use std::collections::BTreeMap;
use std::sync::Arc;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use workflow_asl::document::MachineType;
use workflow_local::{Instant, Program};

use crate::api::arn::MachineArn;
use crate::api::{ApiError, Code};

/// The tags of a resource, in the order in which they were set.
pub(crate) type Tags = IndexMap<String, String>;

/// The maximum number of versions of a state machine.
pub(crate) const MOST_VERSIONS: usize = 1000;
/// The maximum number of aliases of a state machine.
pub(crate) const MOST_ALIASES: usize = 100;
/// The revision ID, for publishing, of a state machine that was never updated.
pub(crate) const INITIAL_REVISION: &str = "INITIAL";

/// A state machine.
pub(crate) struct Machine {
    pub(crate) arn: String,
    pub(crate) name: String,
    pub(crate) kind: MachineType,
    pub(crate) created: Instant,
    /// Its position in lists: state machines are numbered in the order of their creation.
    pub(crate) number: u64,
    pub(crate) tags: Tags,
    /// Whether its first version was requested at creation, and with which description.
    pub(crate) published: Option<Option<String>>,
    pub(crate) current: Arc<Revision>,
    pub(crate) versions: BTreeMap<u32, Version>,
    /// The number of the last published version, which may be deleted.
    pub(crate) last_version: u32,
    pub(crate) aliases: IndexMap<String, Alias>,
    /// Whether it was deleted while executions ran. It is removed when they have ended.
    pub(crate) deleting: bool,
}

/// What an execution starts with, and what an update replaces.
pub(crate) struct Revision {
    /// Unique among revisions.
    pub(crate) number: u64,
    /// Absent until the first update.
    pub(crate) id: Option<String>,
    pub(crate) definition: String,
    pub(crate) program: Arc<Program>,
    pub(crate) role_arn: String,
    pub(crate) configuration: Configuration,
    pub(crate) updated: Instant,
}

/// Logging, tracing and encryption of a state machine, in the API's form.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Configuration {
    pub(crate) logging: Value,
    pub(crate) tracing: Value,
    pub(crate) encryption: Value,
}

/// A published revision.
pub(crate) struct Version {
    pub(crate) number: u32,
    pub(crate) revision: Arc<Revision>,
    pub(crate) description: Option<String>,
    pub(crate) created: Instant,
}

/// A name for one version, or for two that share the executions.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Alias {
    pub(crate) description: Option<String>,
    pub(crate) routes: Vec<Route>,
    pub(crate) created: Instant,
    pub(crate) updated: Instant,
    /// Its position in lists.
    pub(crate) number: u64,
}

/// The percentage of executions that an alias sends to a version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Route {
    pub(crate) version: u32,
    pub(crate) weight: u32,
}

/// The target of an ARN: a state machine, a version or an alias.
pub(crate) struct Selected<'m> {
    pub(crate) machine: &'m Machine,
    pub(crate) revision: &'m Arc<Revision>,
    pub(crate) version: Option<&'m Version>,
    pub(crate) alias: Option<&'m str>,
}

impl Machine {
    pub(crate) fn api_type(&self) -> &'static str {
        self.kind.as_str()
    }

    /// Rejects an operation on a state machine that is being deleted.
    pub(crate) fn check_stays(&self) -> Result<(), ApiError> {
        match self.deleting {
            false => Ok(()),
            true => {
                let message = format!("State Machine is being deleted: '{}'", self.arn);
                Err(ApiError::new(Code::StateMachineDeleting, message))
            }
        }
    }

    pub(crate) fn version_arn(&self, number: u32) -> String {
        format!("{}:{number}", self.arn)
    }

    pub(crate) fn alias_arn(&self, name: &str) -> String {
        format!("{}:{name}", self.arn)
    }

    /// Returns the latest version of the current revision.
    pub(crate) fn current_version(&self) -> Option<&Version> {
        self.versions.values().rev().find(|version| Arc::ptr_eq(&version.revision, &self.current))
    }

    /// Returns the aliases that send executions to a version.
    pub(crate) fn aliases_of(&self, version: u32) -> impl Iterator<Item = &str> {
        let refers = move |alias: &Alias| alias.routes.iter().any(|route| route.version == version);
        self.aliases.iter().filter(move |(_, alias)| refers(alias)).map(|(name, _)| name.as_str())
    }

    /// Returns the target of an ARN with this version or alias. `draw` is a number below 100 that chooses among an
    /// alias's versions.
    pub(crate) fn select(&self, arn: MachineArn<'_>, draw: u64) -> Result<Selected<'_>, ApiError> {
        let missing = || ApiError::machine_does_not_exist(arn.text);
        let selected = Selected { machine: self, revision: &self.current, version: None, alias: None };
        let (version, alias) = match (arn.qualifier, arn.version()) {
            (None, _) => return Ok(selected),
            (Some(_), Some(version)) => (version, None),
            (Some(name), None) => {
                let (name, alias) = self.aliases.get_key_value(name).ok_or_else(missing)?;
                (alias.draw(draw).ok_or_else(missing)?, Some(name.as_str()))
            }
        };
        let version = self.versions.get(&version).ok_or_else(missing)?;
        Ok(Selected { revision: &version.revision, version: Some(version), alias, ..selected })
    }
}

impl Revision {
    /// Returns its revision ID for publishing.
    pub(crate) fn name(&self) -> &str {
        self.id.as_deref().unwrap_or(INITIAL_REVISION)
    }
}

impl Alias {
    /// Returns the version for an execution that drew a number below 100.
    fn draw(&self, draw: u64) -> Option<u32> {
        let mut above = 0;
        let route = self.routes.iter().find(|route| {
            above += u64::from(route.weight);
            draw < above
        });
        route.or(self.routes.last()).map(|route| route.version)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alias_gives_each_version_its_weight() {
        let route = |version, weight| Route { version, weight };
        let alias = Alias {
            description: None,
            routes: vec![route(1, 30), route(2, 70)],
            created: Instant::from_millis(0),
            updated: Instant::from_millis(0),
            number: 0,
        };
        let drawn: Vec<_> = (0..100).filter_map(|draw| alias.draw(draw)).collect();
        assert_eq!(drawn.iter().filter(|version| **version == 1).count(), 30);
        assert_eq!(drawn.iter().filter(|version| **version == 2).count(), 70);
        let never = Alias { routes: vec![route(1, 0), route(2, 100)], ..alias };
        assert!((0..100).all(|draw| never.draw(draw) == Some(2)));
    }
}
