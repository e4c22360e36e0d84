//! Updates an existing state machine.

use aws_sdk_sfn::operation::describe_state_machine::DescribeStateMachineOutput;
use aws_sdk_sfn::types::{StateMachineStatus, Tag};

use super::super::call::call;
use super::record::{Record, State, drifted};
use super::{Aspect, Change, Deployment, Drift, UpdatedMachine, contract, found, tags_of, validation};
use crate::Workflow;
use crate::client::{Error, StateMachine};

/// The update of a state machine.
pub(super) struct Update<'a, W> {
    pub(super) deployment: &'a Deployment<'a, W>,
    pub(super) machine: StateMachine<W>,
    /// The declared state.
    pub(super) declared: State,
}

impl<W: Workflow> Update<'_, W> {
    pub(super) async fn apply(self, existing: &DescribeStateMachineOutput) -> Result<UpdatedMachine<W>, Error> {
        let (declared, settings) = (self.deployment.declared, self.deployment.settings);
        if existing.r#type().as_str() != declared.machine_type.as_str() {
            let existing = existing.r#type().as_str().to_owned();
            return Err(Error::OtherType { declared: declared.machine_type, existing });
        }
        if existing.status() == Some(&StateMachineStatus::Deleting) {
            return Err(Error::Deleting { name: declared.name.clone() });
        }
        let tags = tags_of(&self.machine).await?;
        let record = Record::read(&tags);
        let found = found(existing, &tags);
        let changed = drifted(record.as_ref(), &found, Some(&self.declared));
        if !changed.is_empty() && !settings.overwrites {
            let drift = Drift::of(self.machine.arn(), existing, record.is_some(), changed);
            return Err(Error::Drifted(Box::new(drift)));
        }
        let mut revision = existing.revision_id().map(str::to_owned);
        let configuration = &settings.configuration;
        let (to_set, to_remove) = (configuration.tags_to_set(&tags), configuration.tags_to_remove(&tags));
        let is_other =
            found.get(&Aspect::Definition) != self.declared.get(&Aspect::Definition) || !configuration.is_in(existing);
        let contract = self.deployment.contract(&tags);
        let is_part = |key: Option<&str>| contract.iter().any(|part| part.key() == key);
        let stale = tags.iter().filter(|tag| contract::is_part(tag) && !is_part(tag.key()));
        let stale: Vec<String> = stale.filter_map(|tag| tag.key.clone()).collect();
        let new: Vec<&Tag> = contract.iter().filter(|part| !tags.contains(part)).collect();
        let is_other_contract = tags.iter().any(contract::is_part) && !(stale.is_empty() && new.is_empty());
        let changes = is_other || is_other_contract || !to_set.is_empty() || !to_remove.is_empty();
        let mut deployed = Record::of(&self.declared).or(record.as_ref());
        // The tags at that time.
        let mut said = record;
        if changes {
            if is_other {
                validation::validate(&self.deployment.client.connection, declared).await?;
            }
            let under_way = self.under_way(&found, &tags).or(said.as_ref());
            self.tag(under_way.to_tags()).await?;
            if is_other {
                revision = self.send().await?;
            }
            if !to_remove.is_empty() {
                self.untag(to_remove).await?;
            }
            // If another deployment ran concurrently, either may have been last, so the tags of both are known.
            said = Record::read(&tags_of(&self.machine).await?);
            if let Some(others) = said.as_ref().filter(|said| **said != under_way) {
                deployed = deployed.and(others);
            }
        }
        // The record is not up to date: a deployment was interrupted, or the state machine was created by other means
        // and is equal.
        let of_record = (said.as_ref() != Some(&deployed)).then(|| deployed.to_tags());
        if !stale.is_empty() {
            self.untag(stale).await?;
        }
        let to_set: Vec<Tag> =
            to_set.into_iter().chain(of_record.into_iter().flatten()).chain(new.into_iter().cloned()).collect();
        if !to_set.is_empty() {
            self.tag(to_set).await?;
        }
        let change = if changes { Change::Updated } else { Change::Unchanged };
        Ok(UpdatedMachine { machine: self.machine, change, revision, has_contract: !contract.is_empty() })
    }

    /// Records the old and the new state.
    fn under_way(&self, found: &State, tags: &[Tag]) -> Record {
        let is = found.iter().filter(|(aspect, _)| self.declared.contains_key(aspect));
        let is = Record::of(&is.map(|(aspect, hash)| (*aspect, hash.clone())).collect());
        let between = self.deployment.settings.configuration.tags_between(tags);
        let between = Record::of(&between.map(|hash| (Aspect::Tags, hash)).into_iter().collect());
        is.and(&between).and(&Record::of(&self.declared))
    }

    async fn tag(&self, tags: Vec<Tag>) -> Result<(), Error> {
        let request = self.machine.connection.sfn.tag_resource().resource_arn(self.machine.arn().as_str());
        call!("TagResource", machine = self.machine.arn(), request.set_tags(Some(tags)).send())
            .map_err(|error| Error::of_call("TagResource", error))?;
        Ok(())
    }

    async fn untag(&self, keys: Vec<String>) -> Result<(), Error> {
        let request = self.machine.connection.sfn.untag_resource().resource_arn(self.machine.arn().as_str());
        call!("UntagResource", machine = self.machine.arn(), request.set_tag_keys(Some(keys)).send())
            .map_err(|error| Error::of_call("UntagResource", error))?;
        Ok(())
    }

    /// Sends the update. Returns the new revision.
    async fn send(&self) -> Result<Option<String>, Error> {
        const OPERATION: &str = "UpdateStateMachine";
        let configuration = &self.deployment.settings.configuration;
        let encryption = configuration.encryption().map_err(|error| Error::of_request(OPERATION, error))?;
        let request = self
            .machine
            .connection
            .sfn
            .update_state_machine()
            .state_machine_arn(self.machine.arn().as_str())
            .definition(&self.deployment.declared.definition)
            .role_arn(self.deployment.role.as_str())
            .set_logging_configuration(configuration.logging())
            .set_tracing_configuration(configuration.tracing())
            .set_encryption_configuration(encryption);
        let answer = call!("UpdateStateMachine", machine = self.machine.arn(), request.send())
            .map_err(|error| self.deployment.deleting(Error::of_call(OPERATION, error)))?;
        Ok(answer.revision_id)
    }
}
