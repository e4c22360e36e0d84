//! Versions of a state machine.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/dg/concepts-cd-aliasing-versioning.html>

use super::call::call;
use super::pages::Page;
use super::{Alias, Error, Pages, StateMachine};
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
        Alias::of(Self::new(machine.connection, arn))
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
                let alias = |arn: &str| Alias::of(Self::new(machine.connection.clone(), Arn::from(arn)));
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
