//! What an execution asked of services, and when.

use workflow_local::Execution;
use workflow_local::history::Details;
use workflow_runtime::Json;

/// The requests of an execution, each with the seconds after which it is made.
pub(crate) fn requests(execution: &Execution) -> Vec<(u64, Json)> {
    let request = |details: &Details| match details {
        Details::TaskScheduled { parameters, .. } => Some(parameters.value().clone()),
        _ => None,
    };
    let second = |at| execution.started_at().until(at).as_secs();
    execution.history().iter().filter_map(|event| Some((second(event.timestamp), request(&event.details)?))).collect()
}
