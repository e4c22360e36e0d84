//! What becomes of a state machine that exists.

use aws_sdk_sfn::operation::describe_state_machine::DescribeStateMachineOutput;
use aws_sdk_sfn::types::{StateMachineStatus, Tag};

use super::super::call::call;
use super::{Brought, Change, Deployment, Drift, Hash, Record, tags_of, validation};
use crate::Workflow;
use crate::client::{Error, StateMachine};

/// A deployment onto a state machine.
pub(super) struct Update<'a, W> {
    pub(super) deployment: &'a Deployment<'a, W>,
    pub(super) machine: StateMachine<W>,
    /// Of what is declared.
    pub(super) hash: Hash,
}

impl<W: Workflow> Update<'_, W> {
    pub(super) async fn apply(self, existing: &DescribeStateMachineOutput) -> Result<Brought<W>, Error> {
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
        let found = Hash::of(existing.definition(), existing.role_arn());
        let is_declared = found == self.hash;
        if !is_declared && !settings.overwrites && !record.as_ref().is_some_and(|record| record.names(&found)) {
            return Err(Error::Drifted(Box::new(Drift::of(self.machine.arn(), existing, record.is_some()))));
        }
        let mut revision = existing.revision_id().map(str::to_owned);
        let (to_set, to_remove) =
            (settings.configuration.tags_to_set(&tags), settings.configuration.tags_to_remove(&tags));
        let mut changes = !to_set.is_empty() || !to_remove.is_empty();
        // What the tag says while the update is under way.
        let mut record = record;
        if !is_declared || !settings.configuration.is_in(existing) {
            changes = true;
            validation::validate(&self.deployment.client.connection, declared).await?;
            if !is_declared {
                let between = Record::between(&found, &self.hash);
                self.tag(vec![between.to_tag()]).await?;
                record = Some(between);
            }
            revision = self.send().await?;
        }
        // Where it is not so already: of a deployment that was cut short, or of a machine that was made by other means and
        // is the same.
        let deployed = Record::of(&self.hash);
        let of_record = (record.as_ref() != Some(&deployed)).then(|| deployed.to_tag());
        let to_set: Vec<Tag> = to_set.into_iter().chain(of_record).collect();
        if !to_set.is_empty() {
            self.tag(to_set).await?;
        }
        if !to_remove.is_empty() {
            self.untag(to_remove).await?;
        }
        let change = if changes { Change::Updated } else { Change::Unchanged };
        Ok(Brought { machine: self.machine, change, revision })
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

    /// Gives the revision that it made.
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
