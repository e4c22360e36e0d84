//! Finds a state machine by name in two requests, however many state machines exist.

use aws_sdk_sfn::operation::describe_state_machine::DescribeStateMachineOutput;

use super::call::call;
use super::{Client, Error};
use crate::{Arn, Workflow};

impl<W: Workflow> Client<W> {
    /// Describes the state machine of this name in the client's account and region.
    ///
    /// The API finds a state machine only by its ARN, whose account the client may not know. Any one entry of a listing
    /// contains it.
    pub(super) async fn find(&self, name: &str) -> Result<Option<DescribeStateMachineOutput>, Error> {
        const OPERATION: &str = "ListStateMachines";
        let request = self.connection.sfn.list_state_machines().max_results(1);
        let listed = call!("ListStateMachines", name = name, request.send())
            .map_err(|error| Error::of_call(OPERATION, error))?;
        let Some(any) = listed.state_machines().first() else { return Ok(None) };
        let any = Error::required(OPERATION, any.state_machine_arn())?;
        let Some((place, _)) = any.rsplit_once(':') else { return Ok(None) };
        match self.attach(format!("{place}:{name}")).describe().await {
            Ok(machine) => Ok(Some(machine)),
            Err(error) if error.has_code("StateMachineDoesNotExist") => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Returns the ARN of the state machine with this name.
    pub(super) async fn find_arn(&self, name: &str) -> Result<Option<Arn>, Error> {
        Ok(self.find(name).await?.map(|machine| Arn::from(machine.state_machine_arn())))
    }
}
