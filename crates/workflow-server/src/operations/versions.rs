//! The operations on versions.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/dg/concepts-state-machine-version.html>

use std::sync::Arc;

use serde_json::{Value, json};
use workflow_local::Instant;

use crate::api::arn::MachineArn;
use crate::api::{ApiError, Code, Input, Members, Paging};
use crate::registry::{MOST_VERSIONS, Machine, Registry, Version};

/// The maximum length of the description of a version or an alias.
pub(super) const DESCRIPTION_CHARS: usize = 256;

/// Whether a request that creates or changes a state machine publishes a version, and its description.
pub(super) struct Publishing<'a> {
    publish: bool,
    description: Option<&'a str>,
}

impl<'a> Publishing<'a> {
    pub(super) fn read(members: &mut Members<'a>) -> Self {
        Self {
            publish: members.boolean("publish").unwrap_or(false),
            description: members.sensitive("versionDescription", DESCRIPTION_CHARS),
        }
    }

    /// Rejects a description without `publish`.
    pub(super) fn check(&self) -> Result<(), ApiError> {
        if !self.publish && self.description.is_some() {
            return Err(ApiError::new(Code::Validation, "Version description can only be set when publish is true"));
        }
        Ok(())
    }

    /// Returns the request: nothing, or a version with this description.
    pub(super) fn asked(&self) -> Option<Option<String>> {
        self.publish.then(|| self.description.map(str::to_owned))
    }

    /// Publishes the current revision if requested, and returns the version's ARN.
    pub(super) fn publish(&self, machine: &mut Machine, now: Instant) -> Result<Option<String>, ApiError> {
        if !self.publish {
            return Ok(None);
        }
        let number = machine.publish(self.description, now)?.number;
        Ok(Some(machine.version_arn(number)))
    }
}

impl Machine {
    /// Returns the version of the current revision. Creates it if it does not exist.
    fn publish(&mut self, description: Option<&str>, now: Instant) -> Result<&Version, ApiError> {
        if let Some(number) = self.current_version().map(|version| version.number) {
            return self.versions.get(&number).ok_or_else(|| ApiError::machine_does_not_exist(&self.arn));
        }
        if self.versions.len() >= MOST_VERSIONS {
            let message = format!("A state machine can have at most {MOST_VERSIONS} versions: '{}'", self.arn);
            return Err(ApiError::new(Code::ServiceQuotaExceeded, message));
        }
        self.last_version += 1;
        let version = Version {
            number: self.last_version,
            revision: Arc::clone(&self.current),
            description: description.map(str::to_owned),
            created: now,
        };
        Ok(self.versions.entry(version.number).or_insert(version))
    }
}

impl Registry {
    pub(crate) fn publish_state_machine_version(&self, input: &Input) -> Result<Value, ApiError> {
        let mut members = input.members();
        let arn = members.arn("stateMachineArn");
        let revision = members.text("revisionId");
        let description = members.sensitive("description", DESCRIPTION_CHARS);
        members.check()?;
        let arn = MachineArn::read_unlabelled(arn)?;
        let now = self.clock.now();
        let mut held = self.held.lock();
        let machine = held.unqualified(arn)?;
        machine.check_stays()?;
        let current = machine.current.name();
        if let Some(revision) = revision.filter(|revision| *revision != current) {
            let message = format!(
                "Failed to publish the State Machine version for revision {revision}. The current State Machine revision is {current}."
            );
            return Err(ApiError::new(Code::Conflict, message));
        }
        let version = machine.publish(description, now)?;
        let (number, created) = (version.number, version.created);
        self.save_machine(machine);
        Ok(json!({
            "stateMachineVersionArn": machine.version_arn(number),
            "creationDate": created.as_epoch_seconds(),
        }))
    }

    /// Lists versions, the latest first.
    pub(crate) fn list_state_machine_versions(&self, input: &Input) -> Result<Value, ApiError> {
        let mut members = input.members();
        let arn = members.arn("stateMachineArn");
        let paging = Paging::read(&mut members);
        members.check()?;
        let arn = MachineArn::read_unlabelled(arn)?;
        let mut held = self.held.lock();
        let machine = &*held.unqualified(arn)?;
        let page = paging.page(arn.text, |before| {
            let before = before.and_then(|before| u32::try_from(before).ok()).unwrap_or(u32::MAX);
            machine.versions.range(..before).rev().map(|(number, version)| {
                let item = json!({
                    "stateMachineVersionArn": machine.version_arn(*number),
                    "creationDate": version.created.as_epoch_seconds(),
                });
                (u64::from(*number), item)
            })
        })?;
        Ok(page.into_answer("stateMachineVersions"))
    }

    /// Deleting a version that does not exist is not an error. Its executions continue, and its number is not reused.
    pub(crate) fn delete_state_machine_version(&self, input: &Input) -> Result<Value, ApiError> {
        let mut members = input.members();
        let arn = members.long_arn("stateMachineVersionArn");
        members.check()?;
        let arn = MachineArn::read(arn)?;
        let Some(version) = arn.version() else {
            return Err(ApiError::invalid_arn(format_args!("Not a version: {}", arn.text)));
        };
        let mut held = self.held.lock();
        let Some(machine) = held.machines.get_mut(arn.machine) else { return Ok(json!({})) };
        let aliases: Vec<_> = machine.aliases_of(version).collect();
        if !aliases.is_empty() {
            let message = format!(
                "Version to be deleted must not be referenced by an alias. Current list of aliases referencing this version: [{}]",
                aliases.join(", ")
            );
            return Err(ApiError::new(Code::Conflict, message));
        }
        machine.versions.remove(&version);
        self.save_machine(machine);
        Ok(json!({}))
    }
}
