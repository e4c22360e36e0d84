//! The tasks that wait for a worker or a callback.

use serde_json::{Value, json};

use crate::registry::Registry;

/// So many are listed.
const MOST: usize = 200;
/// Bytes of an input that are shown.
const INPUT_BYTES: usize = 16 * 1024;

/// The tasks that wait for an answer by their token, of one execution or of all.
pub(super) fn waiting(registry: &Registry, execution: Option<&str>) -> Value {
    let mut tasks = Vec::new();
    for run in registry.all_driven() {
        if execution.is_some_and(|arn| arn != &*run.arn) {
            continue;
        }
        let held = run.execution.lock();
        for task in held.tasks_with_token() {
            if tasks.len() == MOST {
                return json!({"tasks": tasks, "more": true});
            }
            let mut input = task.input.to_string();
            if input.len() > INPUT_BYTES {
                let end = (0..=INPUT_BYTES).rev().find(|end| input.is_char_boundary(*end));
                input.truncate(end.unwrap_or_default());
                input.push('…');
            }
            tasks.push(json!({
                "executionArn": &*run.arn,
                "state": task.state,
                "token": task.token,
                "since": task.since.as_epoch_seconds(),
                "input": input,
                "activityArn": task.activity,
                "taken": task.is_taken,
            }));
        }
    }
    json!({"tasks": tasks, "more": false})
}
