//! Values that strategies of proptest generate.

use std::collections::BTreeSet;

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, RngSeed, TestRunner};
use serde::Serialize;
use serde_json::Value;

use crate::error::ExploreError;
use crate::explorer::Explorer;
use crate::simulate::draws::mixed;

impl Explorer {
    /// Sets the results of a state's task to `count` values that a strategy of proptest generates, without repetitions,
    /// shortest first. They depend only on the engine's seed, the state and the strategy.
    ///
    /// ```
    /// use proptest::prelude::*;
    /// use serde_json::json;
    /// use workflow_explore::Explorer;
    /// use workflow_local::Engine;
    ///
    /// let engine = Engine::new(&json!({ "QueryLanguage": "JSONata", "StartAt": "Quote", "States": {
    ///     "Quote": {
    ///         "Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:quote", "Next": "Large",
    ///         "Output": "{% $states.result.price * $states.result.pieces %}" },
    ///     "Large": { "Type": "Choice", "Choices": [{ "Condition": "{% $states.input > 5000 %}", "Next": "Refused" }],
    ///         "Default": "Done" },
    ///     "Done": { "Type": "Succeed" },
    ///     "Refused": { "Type": "Fail", "Error": "TooLarge" },
    /// } }))?;
    /// let quotes = (1..100_u32, 1..100_u32).prop_map(|(price, pieces)| json!({ "price": price, "pieces": pieces }));
    /// let report = Explorer::new(&engine)?.may_fail().results_from("Quote", quotes, 50)?.explore()?;
    /// assert!(report.unreached().is_empty(), "{report}");
    /// # Ok::<(), workflow_explore::ExploreError>(())
    /// ```
    ///
    /// # Errors
    /// Returns an error if the strategy rejects too many values, or if serde cannot serialize one as JSON.
    pub fn results_from<S>(self, state: impl AsRef<str>, strategy: S, count: usize) -> Result<Self, ExploreError>
    where
        S: Strategy,
        S::Value: Serialize,
    {
        let state = state.as_ref();
        let seed = state.bytes().map(u64::from).fold(self.start.seed, mixed);
        let results = generated(&format!("`{state}`"), seed, strategy, count)?;
        Ok(self.results(state, results))
    }

    /// Sets the inputs to try to values that a strategy of proptest generates. See
    /// [`results_from`](Self::results_from).
    ///
    /// # Errors
    /// See [`results_from`](Self::results_from).
    pub fn inputs_from<S>(self, strategy: S, count: usize) -> Result<Self, ExploreError>
    where
        S: Strategy,
        S::Value: Serialize,
    {
        let inputs = generated("the input", self.start.seed, strategy, count)?;
        Ok(self.inputs(inputs))
    }
}

/// Generates values. The shortest come first, so that findings have short values.
fn generated<S>(what: &str, seed: u64, strategy: S, count: usize) -> Result<Vec<Value>, ExploreError>
where
    S: Strategy,
    S::Value: Serialize,
{
    let failed = |problem: String| {
        let help = "change the strategy, or give values yourself";
        ExploreError::misfit(format!("no value can be generated for {what}: {problem}"), help)
    };
    // The environment must not change the values.
    let config =
        Config { rng_seed: RngSeed::Fixed(seed), rng_algorithm: RngAlgorithm::ChaCha, ..Config::with_cases(1) };
    let mut runner = TestRunner::new(config);
    let mut known = BTreeSet::new();
    for _ in 0..count {
        let tree = strategy.new_tree(&mut runner).map_err(|reason| failed(reason.to_string()))?;
        let value = serde_json::to_value(tree.current()).map_err(|error| failed(error.to_string()))?;
        let text = value.to_string();
        known.insert((text.len(), text));
    }
    known.into_iter().map(|(_, text)| serde_json::from_str(&text).map_err(|error| failed(error.to_string()))).collect()
}
