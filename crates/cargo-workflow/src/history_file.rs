//! Files with histories: of one execution, or a log of several.

use std::path::Path;

use serde_json::Value;
use workflow_explore::replay::histories;

use crate::{Failure, input};

/// The ARN of an execution, if its events have it, and the events.
pub(crate) type History = (Option<String>, Value);

/// The most executions of a log that a message lists.
const LISTED: usize = 10;

/// Reads the history of one execution from a file.
pub(crate) fn read(file: &Path) -> Result<Value, Failure> {
    Ok(only(file, read_all(file, None)?)?.1)
}

/// Reads the histories of the executions in a file, or of the execution of that name or ARN. A log names its executions.
pub(crate) fn read_all(file: &Path, execution: Option<&str>) -> Result<Vec<History>, Failure> {
    let bytes = input::whole(file).map_err(|error| format!("error: cannot read {}: {error}", file.display()))?;
    let mut all = histories(&file.display().to_string(), &bytes).map_err(|error| format!("error: {error}"))?;
    if let Some(wanted) = execution {
        all.retain(|(arn, _)| arn.as_deref().is_some_and(|arn| arn == wanted || name_in(arn) == wanted));
        if all.is_empty() {
            return Err(format!("error: {} has no events of an execution `{wanted}`", file.display()).into());
        }
    }
    Ok(all)
}

/// Returns the history if there is only one.
pub(crate) fn only(file: &Path, mut all: Vec<History>) -> Result<History, Failure> {
    let executions = all.len();
    match all.pop() {
        Some(only) if executions == 1 => Ok(only),
        last => {
            let arns = all.iter().chain(&last).filter_map(|(arn, _)| arn.as_deref()).take(LISTED);
            let arns: String = arns.map(|arn| format!("\n  - {arn}")).collect();
            let help = format!("choose one of them with `--execution NAME`, by its name or ARN:{arns}");
            Err(format!("error: {} has the events of {executions} executions\n  = help: {help}", file.display()).into())
        }
    }
}

/// Returns the name of the execution in an ARN.
pub(crate) fn name_in(arn: &str) -> &str {
    arn.split(':').nth(7).unwrap_or(arn)
}
