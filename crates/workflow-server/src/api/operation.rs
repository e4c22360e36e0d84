//! All operations of the API, by name.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/apireference/API_Operations.html>

macro_rules! operations {
    ($($operation:ident),* $(,)?) => {
        /// An operation of the API.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Operation {
            $($operation,)*
        }

        impl Operation {
            const ALL: &[(&str, Self)] = &[$((stringify!($operation), Self::$operation)),*];
        }
    };
}

operations! {
    CreateActivity,
    CreateStateMachine,
    CreateStateMachineAlias,
    DeleteActivity,
    DeleteStateMachine,
    DeleteStateMachineAlias,
    DeleteStateMachineVersion,
    DescribeActivity,
    DescribeExecution,
    DescribeMapRun,
    DescribeStateMachine,
    DescribeStateMachineAlias,
    DescribeStateMachineForExecution,
    GetActivityTask,
    GetExecutionHistory,
    ListActivities,
    ListExecutions,
    ListMapRuns,
    ListStateMachineAliases,
    ListStateMachineVersions,
    ListStateMachines,
    ListTagsForResource,
    PublishStateMachineVersion,
    RedriveExecution,
    SendTaskFailure,
    SendTaskHeartbeat,
    SendTaskSuccess,
    StartExecution,
    StartSyncExecution,
    StopExecution,
    TagResource,
    TestState,
    UntagResource,
    UpdateMapRun,
    UpdateStateMachine,
    UpdateStateMachineAlias,
    ValidateStateMachineDefinition,
}

impl Operation {
    /// Returns whether it changes nothing.
    pub(crate) fn only_reads(self) -> bool {
        let name = Self::ALL.iter().find(|(_, operation)| *operation == self).map_or("", |(name, _)| *name);
        ["Describe", "GetExecution", "List", "Test", "Validate"].iter().any(|verb| name.starts_with(verb))
    }

    /// Returns the names of all operations.
    pub(crate) fn names() -> impl Iterator<Item = &'static str> {
        Self::ALL.iter().map(|(name, _)| *name)
    }

    /// Returns the operation of this name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(found, _)| *found == name).map(|(_, operation)| *operation)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_operations_are_those_of_the_api() {
        let lower = |name: &str| name[..1].to_ascii_lowercase() + &name[1..];
        let mut ours: Vec<String> = Operation::ALL.iter().map(|(name, _)| lower(name)).collect();
        ours.sort();
        let service = workflow_services::Service::find("sfn").unwrap();
        let mut api: Vec<&str> = service.operations().map(workflow_services::Operation::name).collect();
        api.sort();
        assert_eq!(ours, api);
        assert_eq!(ours.len(), 37);
    }
}
