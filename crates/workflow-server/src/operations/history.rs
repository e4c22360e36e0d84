//! The operation that reads an execution's history.

use serde_json::Value;

use crate::api::{ApiError, Input, Paging};
use crate::registry::Registry;

/// The members of an event's details that are payloads or describe them.
const PAYLOADS: [&str; 8] =
    ["input", "output", "inputDetails", "outputDetails", "parameters", "error", "cause", "assignedVariables"];

impl Registry {
    pub(crate) fn get_execution_history(&self, input: &Input) -> Result<Value, ApiError> {
        let mut members = input.members();
        let arn = members.arn("executionArn");
        let with_data = members.boolean("includeExecutionData").unwrap_or(true);
        let reverse = members.boolean("reverseOrder").unwrap_or(false);
        let paging = Paging::read(&mut members);
        members.check()?;
        let found = self.found_execution(arn)?;
        let region = arn.split(':').nth(3).unwrap_or_default();
        let page = found.with_history(self, |view| {
            let history = view.history();
            // Events are numbered from 1 without gaps.
            let at = |id: Option<u64>| id.and_then(|id| usize::try_from(id).ok());
            let list = format!("{reverse}:{arn}");
            match reverse {
                false => paging.page(&list, |last| {
                    let rest = history.get(at(last).unwrap_or(0)..).unwrap_or_default();
                    rest.iter().map(|event| (event.id, event.to_api_json_in(region)))
                }),
                true => paging.page(&list, |last| {
                    let end = at(last).map_or(history.len(), |last| last.saturating_sub(1));
                    let rest = history.get(..end).unwrap_or_default();
                    rest.iter().rev().map(|event| (event.id, event.to_api_json_in(region)))
                }),
            }
        })??;
        let events = page.map(|mut event| {
            if !with_data {
                without_payloads(&mut event);
            }
            event
        });
        Ok(events.into_answer("events"))
    }
}

/// Removes what may be secret from an event.
pub(crate) fn without_payloads(event: &mut Value) {
    let details = event.as_object_mut().into_iter().flat_map(|event| event.values_mut());
    for details in details.filter_map(Value::as_object_mut) {
        for member in PAYLOADS {
            details.shift_remove(member);
        }
    }
}
