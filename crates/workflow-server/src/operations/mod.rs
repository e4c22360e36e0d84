//! The operations, one file per family.

mod activities;
mod aliases;
mod configuration;
mod definitions;
mod executions;
mod history;
mod machines;
mod map_runs;
mod redrive;
mod tags;
mod task_tokens;
mod test_state;
mod versions;

pub(crate) use definitions::compile;
pub(crate) use history::without_payloads;
pub(crate) use redrive::redrive_status;

use std::sync::Arc;

use crate::api::{ApiError, Code, Input, Operation};
use crate::registry::Registry;

/// Runs an operation, and returns the body of its answer.
pub(crate) async fn run(registry: &Arc<Registry>, operation: &str, input: &Input) -> Result<Vec<u8>, ApiError> {
    let unknown = || ApiError::new(Code::UnknownOperation, format!("this server has no operation {operation}"));
    let found = Operation::named(operation).ok_or_else(unknown)?;
    // Nothing begins that cannot be stored.
    if let Some(refusal) = registry.journal.refusal().filter(|_| !found.only_reads()) {
        return Err(refusal);
    }
    // A start has the bucket of the state machine's type.
    if found != Operation::StartExecution {
        registry.buckets.take(operation, || input.scope.clone(), registry.clock.now())?;
    }
    let answer = match found {
        Operation::CreateActivity => registry.create_activity(input),
        Operation::CreateStateMachine => registry.create_state_machine(input),
        Operation::CreateStateMachineAlias => registry.create_state_machine_alias(input),
        Operation::DeleteActivity => registry.delete_activity(input),
        Operation::DeleteStateMachine => registry.delete_state_machine(input),
        Operation::DeleteStateMachineAlias => registry.delete_state_machine_alias(input),
        Operation::DeleteStateMachineVersion => registry.delete_state_machine_version(input),
        Operation::DescribeActivity => registry.describe_activity(input),
        Operation::DescribeExecution => return registry.describe_execution(input),
        Operation::DescribeMapRun => registry.describe_map_run(input),
        Operation::DescribeStateMachine => registry.describe_state_machine(input),
        Operation::DescribeStateMachineAlias => registry.describe_state_machine_alias(input),
        Operation::DescribeStateMachineForExecution => registry.describe_state_machine_for_execution(input),
        Operation::GetActivityTask => registry.get_activity_task(input).await,
        Operation::GetExecutionHistory => registry.get_execution_history(input),
        Operation::ListActivities => registry.list_activities(input),
        Operation::ListExecutions => registry.list_executions(input),
        Operation::ListMapRuns => registry.list_map_runs(input),
        Operation::ListStateMachineAliases => registry.list_state_machine_aliases(input),
        Operation::ListStateMachineVersions => registry.list_state_machine_versions(input),
        Operation::ListStateMachines => registry.list_state_machines(input),
        Operation::ListTagsForResource => registry.list_tags_for_resource(input),
        Operation::PublishStateMachineVersion => registry.publish_state_machine_version(input),
        Operation::RedriveExecution => registry.redrive_execution(input),
        Operation::SendTaskFailure => registry.send_task_failure(input),
        Operation::SendTaskHeartbeat => registry.send_task_heartbeat(input),
        Operation::SendTaskSuccess => registry.send_task_success(input),
        Operation::StartExecution => registry.start_execution(input),
        Operation::StartSyncExecution => return registry.start_sync_execution(input).await,
        Operation::StopExecution => registry.stop_execution(input),
        Operation::TagResource => registry.tag_resource(input),
        Operation::TestState => registry.test_state(input).await,
        Operation::UntagResource => registry.untag_resource(input),
        Operation::UpdateMapRun => registry.update_map_run(input),
        Operation::UpdateStateMachine => registry.update_state_machine(input),
        Operation::UpdateStateMachineAlias => registry.update_state_machine_alias(input),
        Operation::ValidateStateMachineDefinition => registry.validate_state_machine_definition(input),
    };
    Ok(answer?.to_string().into_bytes())
}
