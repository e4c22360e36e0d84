//! Brings a workflow's state machine to the declared definition and role, changing nothing that is as it should be.

mod drift;
mod record;

use std::fmt;
use std::future::IntoFuture;
use std::pin::Pin;

use aws_sdk_sfn::operation::create_state_machine::CreateStateMachineError;
use aws_sdk_sfn::operation::describe_state_machine::DescribeStateMachineOutput;
use aws_sdk_sfn::types::{StateMachineStatus, StateMachineType};

pub use drift::Drift;
use record::{Hash, Record};

use super::call::call;
use super::{Client, Error, StateMachine};
use crate::{Arn, Definition, MachineType, ParamsError, Workflow};

/// What a deployment did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Change {
    /// There was no such state machine, and now there is.
    Created,
    /// Its definition or role was another.
    Updated,
    /// Definition (as JSON) and role were as declared.
    Unchanged,
}

/// A deployed state machine, and what deploying it did.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Deployed<W> {
    /// The state machine.
    pub machine: StateMachine<W>,
    /// What was done.
    pub change: Change,
}

/// A deployment: what [`Client::deploy`] gives, to be awaited.
///
/// It leaves a tag `workflow-runtime/deployed` on the state machine, with a hash of the definition and role. When both are
/// no longer what the tag says, someone else changed the state machine, and it is left as it is: [`Error::Drifted`].
///
/// It needs the actions `states:ListStateMachines`, `DescribeStateMachine`, `CreateStateMachine`, `UpdateStateMachine`,
/// `ListTagsForResource`, `TagResource`, and `iam:PassRole` for the role. It may be cut short after any request: the next
/// deployment finishes it.
#[must_use = "nothing is deployed until it is awaited"]
pub struct Deploy<W> {
    client: Client<W>,
    role: Arn,
    definition: Result<Definition, ParamsError>,
    overwrites: bool,
}

impl<W: Workflow> Client<W> {
    /// Creates the workflow's state machine, or updates it when its definition or role differs: await it.
    ///
    /// `role` is the IAM role that executions run as. Running executions keep the definition they started with, and
    /// one started within a few seconds of an update may still get the old one:
    /// <https://docs.aws.amazon.com/step-functions/latest/apireference/API_UpdateStateMachine.html>.
    ///
    /// # Errors
    ///
    /// [`Error::Drifted`] when the state machine is not as it was last deployed, [`Error::OtherType`] when it exists as the
    /// other of Standard and Express, [`Error::Deleting`] when it is being deleted, and what [`Error`] says of any call.
    pub fn deploy(&self, role: &Arn) -> Deploy<W>
    where
        W: Workflow<Params = ()>,
    {
        Deploy { client: self.clone(), role: role.clone(), definition: Ok(W::definition()), overwrites: false }
    }

    /// The same with values for the workflow's deploy-time parameters.
    ///
    /// # Errors
    ///
    /// As [`deploy`](Self::deploy); and [`Error::Params`] when a parameter has no JSON value.
    pub fn deploy_with(&self, role: &Arn, params: &W::Params) -> Deploy<W> {
        let definition = W::definition_with(params);
        Deploy { client: self.clone(), role: role.clone(), definition, overwrites: false }
    }
}

impl<W: Workflow> Deploy<W> {
    /// Overwrites the state machine also when it is not as it was last deployed.
    pub fn overwrite(self) -> Self {
        Self { overwrites: true, ..self }
    }

    async fn run(self) -> Result<Deployed<W>, Error> {
        let Self { client, role, definition, overwrites } = self;
        let definition = definition?;
        call!("deploy", name = definition.name(), async {
            let hash = Hash::of(definition.as_str(), role.as_str());
            let existing = match client.find(definition.name()).await? {
                Some(existing) => existing,
                None => match client.create(&definition, &role, &hash).await? {
                    Created::New(arn) => return Ok(Deployed { machine: client.attach(arn), change: Change::Created }),
                    Created::Exists(arn) => client.attach(arn).describe().await?,
                },
            };
            let machine = client.attach(existing.state_machine_arn());
            let update = Update { machine: &machine, definition: &definition, role: &role, hash, overwrites };
            let change = update.apply(&existing).await?;
            Ok(Deployed { machine, change })
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
        f.debug_struct("Deploy").field("workflow", &W::NAME).field("role", &self.role).finish_non_exhaustive()
    }
}

enum Created {
    New(Arn),
    /// A listing or a description, which are eventually consistent, had not shown it yet.
    Exists(Arn),
}

impl<W: Workflow> Client<W> {
    async fn create(&self, definition: &Definition, role: &Arn, hash: &Hash) -> Result<Created, Error> {
        const OPERATION: &str = "CreateStateMachine";
        let request = self
            .connection
            .sfn
            .create_state_machine()
            .name(definition.name())
            .definition(definition.as_str())
            .role_arn(role.as_str())
            .tags(Record::of(hash).to_tag())
            .r#type(match definition.machine_type() {
                MachineType::Standard => StateMachineType::Standard,
                MachineType::Express => StateMachineType::Express,
            });
        match call!("CreateStateMachine", name = definition.name(), request.send()) {
            Ok(answer) => {
                let arn = Error::required(OPERATION, answer.state_machine_arn())?;
                Ok(Created::New(Arn::from(arn)))
            }
            Err(error) => match error.as_service_error().and_then(existing_arn) {
                Some(arn) => Ok(Created::Exists(arn)),
                None => Err(deleting(Error::of_call(OPERATION, error), definition.name())),
            },
        }
    }
}

/// The ARN that the service quotes: `State Machine Already Exists: 'arn:…'`.
fn existing_arn(error: &CreateStateMachineError) -> Option<Arn> {
    let CreateStateMachineError::StateMachineAlreadyExists(exists) = error else { return None };
    let arn = exists.message()?.split('\'').nth(1)?;
    arn.starts_with("arn:").then(|| Arn::from(arn))
}

/// The refusal of a state machine that is being deleted, by its own name.
fn deleting(error: Error, name: &str) -> Error {
    match error.has_code("StateMachineDeleting") {
        true => Error::Deleting { name: name.to_owned() },
        false => error,
    }
}

/// What becomes of a state machine that exists.
struct Update<'a, W> {
    machine: &'a StateMachine<W>,
    definition: &'a Definition,
    role: &'a Arn,
    hash: Hash,
    overwrites: bool,
}

impl<W: Workflow> Update<'_, W> {
    async fn apply(&self, existing: &DescribeStateMachineOutput) -> Result<Change, Error> {
        if existing.r#type().as_str() != self.definition.machine_type().as_str() {
            let (declared, existing) = (self.definition.machine_type(), existing.r#type().as_str().to_owned());
            return Err(Error::OtherType { declared, existing });
        }
        if existing.status() == Some(&StateMachineStatus::Deleting) {
            return Err(Error::Deleting { name: self.definition.name().to_owned() });
        }
        let record = self.record().await?;
        let found = Hash::of(existing.definition(), existing.role_arn());
        let deployed = Record::of(&self.hash);
        if found == self.hash {
            // Of a deployment that was cut short, or of a machine that was made by other means and is the same.
            if record.as_ref() != Some(&deployed) {
                self.write(&deployed).await?;
            }
            return Ok(Change::Unchanged);
        }
        if !self.overwrites && !record.as_ref().is_some_and(|record| record.names(&found)) {
            return Err(Error::Drifted(Box::new(Drift {
                machine: self.machine.arn().clone(),
                definition: existing.definition().to_owned(),
                role: Arn::from(existing.role_arn()),
                was_deployed: record.is_some(),
            })));
        }
        self.write(&Record::between(&found, &self.hash)).await?;
        self.send().await?;
        self.write(&deployed).await?;
        Ok(Change::Updated)
    }

    async fn record(&self) -> Result<Option<Record>, Error> {
        let request = self.machine.connection.sfn.list_tags_for_resource().resource_arn(self.machine.arn().as_str());
        let answer = call!("ListTagsForResource", machine = self.machine.arn(), request.send())
            .map_err(|error| Error::of_call("ListTagsForResource", error))?;
        Ok(Record::read(answer.tags()))
    }

    async fn write(&self, record: &Record) -> Result<(), Error> {
        let sfn = &self.machine.connection.sfn;
        let request = sfn.tag_resource().resource_arn(self.machine.arn().as_str()).tags(record.to_tag());
        call!("TagResource", machine = self.machine.arn(), request.send())
            .map_err(|error| Error::of_call("TagResource", error))?;
        Ok(())
    }

    async fn send(&self) -> Result<(), Error> {
        let request = self
            .machine
            .connection
            .sfn
            .update_state_machine()
            .state_machine_arn(self.machine.arn().as_str())
            .definition(self.definition.as_str())
            .role_arn(self.role.as_str());
        call!("UpdateStateMachine", machine = self.machine.arn(), request.send())
            .map_err(|error| deleting(Error::of_call("UpdateStateMachine", error), self.definition.name()))?;
        Ok(())
    }
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
