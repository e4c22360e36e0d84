//! The recorded answers of a case's tasks, in the order in which AWS scheduled them.

use serde_json::Value;
use workflow_local::TaskRequest;

use crate::matcher::differ;

/// The remaining answers.
pub(crate) struct Mocks(Vec<(String, Vec<Value>)>);

impl Mocks {
    pub(crate) fn of(case: &Value) -> Self {
        let mocks = case["mocks"].as_array().into_iter().flatten();
        let answers = mocks.map(|mock| {
            let results = mock["results"].as_array().cloned().unwrap_or_default();
            (mock["state"].as_str().unwrap_or_default().to_owned(), results)
        });
        Self(answers.collect())
    }

    /// Returns whether a state has answers.
    pub(crate) fn has(&self, state: &str) -> bool {
        self.0.iter().any(|(name, _)| name == state)
    }

    /// Returns the next answer to a request: one whose recorded request and iteration match, otherwise the first one
    /// left.
    pub(crate) fn take(&mut self, request: &TaskRequest) -> Option<Value> {
        let (_, results) =
            self.0.iter_mut().find(|(state, results)| *state == *request.state && !results.is_empty())?;
        let fits = |result: &Value| {
            let iteration = result["iteration"].as_u64().map(|index| index as usize);
            let same = result.get("request").is_none_or(|recorded| differ(recorded, &request.input, "").is_none());
            usize::from(iteration.is_none() || iteration == request.iteration) + 2 * usize::from(same)
        };
        let best = results.iter().map(fits).max()?;
        let at = results.iter().position(|result| fits(result) == best)?;
        Some(results.remove(at))
    }
}
