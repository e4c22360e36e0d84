//! Brings a workflow's state machine to the declared definition and role, changing nothing that is as it should be.

use aws_sdk_sfn::operation::create_state_machine::CreateStateMachineError;
use aws_sdk_sfn::types::StateMachineType;

use super::call::call;
use super::{Client, Error, StateMachine};
use crate::{Arn, Definition, Json, MachineType, Workflow};

/// What a deployment did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Change {
    /// There was no such state machine, and now there is.
    Created,
    /// Its definition or role was another.
    Updated,
    /// Definition (as JSON) and role were as declared: nothing was sent.
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

impl<W: Workflow> Client<W> {
    /// Creates the workflow's state machine, or updates it when its definition or role differs.
    ///
    /// `role` is the IAM role that executions run as. Running executions keep the definition they started with, and
    /// one started within a few seconds of an update may still get the old one:
    /// <https://docs.aws.amazon.com/step-functions/latest/apireference/API_UpdateStateMachine.html>.
    ///
    /// # Errors
    ///
    /// [`Error::OtherType`] when the state machine exists as the other of Standard and Express, and what [`Error`]
    /// says of any call.
    pub async fn deploy(&self, role: &Arn) -> Result<Deployed<W>, Error>
    where
        W: Workflow<Params = ()>,
    {
        self.deploy_definition(W::definition(), role.clone()).await
    }

    /// The same with values for the workflow's deploy-time parameters.
    ///
    /// # Errors
    ///
    /// As [`deploy`](Self::deploy); and [`Error::Params`] when a parameter has no JSON value.
    pub fn deploy_with(
        &self,
        role: &Arn,
        params: &W::Params,
    ) -> impl Future<Output = Result<Deployed<W>, Error>> + Send + use<W> {
        let (client, role, definition) = (self.clone(), role.clone(), W::definition_with(params));
        async move { client.deploy_definition(definition?, role).await }
    }

    async fn deploy_definition(&self, definition: Definition, role: Arn) -> Result<Deployed<W>, Error> {
        call!("deploy", name = definition.name(), async {
            let existing = match self.find(definition.name()).await? {
                Some(arn) => arn,
                None => match self.create(&definition, &role).await? {
                    Created::New(arn) => return Ok(Deployed { machine: self.attach(arn), change: Change::Created }),
                    Created::Exists(arn) => arn,
                },
            };
            let machine = self.attach(existing);
            let change = bring_to(&machine, &definition, &role).await?;
            Ok(Deployed { machine, change })
        })
    }

    /// The ARN of the state machine with this name.
    pub(crate) async fn find(&self, name: &str) -> Result<Option<Arn>, Error> {
        call!("ListStateMachines", name = name, async {
            let mut machines = self.sfn.list_state_machines().max_results(1000).into_paginator().items().send();
            while let Some(machine) = machines.next().await {
                let machine = machine.map_err(|error| Error::of_call("ListStateMachines", error))?;
                if machine.name() == name {
                    return Ok(Some(Arn::from(machine.state_machine_arn())));
                }
            }
            Ok(None)
        })
    }

    async fn create(&self, definition: &Definition, role: &Arn) -> Result<Created, Error> {
        let request = self
            .sfn
            .create_state_machine()
            .name(definition.name())
            .definition(definition.as_str())
            .role_arn(role.as_str())
            .r#type(match definition.machine_type() {
                MachineType::Standard => StateMachineType::Standard,
                MachineType::Express => StateMachineType::Express,
            });
        match call!("CreateStateMachine", name = definition.name(), request.send()) {
            Ok(answer) => Ok(Created::New(Arn::from(answer.state_machine_arn()))),
            Err(error) => match error.as_service_error().and_then(existing_arn) {
                Some(arn) => Ok(Created::Exists(arn)),
                None => Err(Error::of_call("CreateStateMachine", error)),
            },
        }
    }
}

enum Created {
    New(Arn),
    /// A listing, which is eventually consistent, had not shown it yet.
    Exists(Arn),
}

/// The ARN that the service quotes: `State Machine Already Exists: 'arn:…'`.
fn existing_arn(error: &CreateStateMachineError) -> Option<Arn> {
    let CreateStateMachineError::StateMachineAlreadyExists(exists) = error else { return None };
    let arn = exists.message()?.split('\'').nth(1)?;
    arn.starts_with("arn:").then(|| Arn::from(arn))
}

async fn bring_to<W: Workflow>(
    machine: &StateMachine<W>,
    definition: &Definition,
    role: &Arn,
) -> Result<Change, Error> {
    let existing = machine.describe().await?;
    if existing.r#type().as_str() != definition.machine_type().as_str() {
        let (declared, existing) = (definition.machine_type(), existing.r#type().as_str().to_owned());
        return Err(Error::OtherType { declared, existing });
    }
    if existing.role_arn() == role.as_str() && same_json(existing.definition(), definition.as_str()) {
        return Ok(Change::Unchanged);
    }
    let request = machine
        .sfn
        .update_state_machine()
        .state_machine_arn(machine.arn().as_str())
        .definition(definition.as_str())
        .role_arn(role.as_str());
    call!("UpdateStateMachine", machine = machine.arn(), request.send())
        .map_err(|error| Error::of_call("UpdateStateMachine", error))?;
    Ok(Change::Updated)
}

/// Whether two texts are one JSON value, whatever their white space and order of members.
fn same_json(one: &str, other: &str) -> bool {
    match (serde_json::from_str::<Json>(one), serde_json::from_str::<Json>(other)) {
        (Ok(one), Ok(other)) => one == other,
        _ => false,
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

    #[test]
    fn definitions_are_compared_as_json() {
        assert!(same_json(r#"{"a": 1, "b": [true]}"#, r#"{"b":[true],"a":1}"#));
        assert!(!same_json(r#"{"a": [1, 2]}"#, r#"{"a": [2, 1]}"#));
        assert!(!same_json("{", "{"));
    }
}
