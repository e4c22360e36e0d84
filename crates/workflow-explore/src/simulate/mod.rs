//! Simulation: thousands of executions in virtual time, with latencies and failures of tasks drawn from a model.
//!
//! ```
//! use serde_json::json;
//! use workflow_explore::simulate::{Model, Simulation};
//! use workflow_local::Engine;
//!
//! let engine = Engine::new(&json!({ "StartAt": "Charge", "States": { "Charge": {
//!     "Type": "Task", "Resource": "arn:aws:lambda:us-east-1:123456789012:function:charge",
//!     "Retry": [{ "ErrorEquals": ["Busy"], "IntervalSeconds": 1, "MaxAttempts": 2, "BackoffRate": 2 }], "End": true } } }))?;
//! let model = Model::of(&json!({ "states": { "Charge": { "latency": 0.5, "failures": { "Busy": 0.05 }, "output": {} } } }))?;
//! let report = Simulation::new(&engine, &model)?.executions(1_000).run()?;
//! assert_eq!(report.duration.p50, 0.5);
//! // A failure, a second of backoff, and another attempt.
//! assert_eq!(report.duration.p99, 2.0);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod cost;
mod distribution;
mod draws;
mod learn;
mod model;
mod plan;
mod read;
mod report;
mod tally;
mod trial;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;
use workflow_asl::document::StateMachine;
use workflow_local::internal::{InternalEngine, InternalProgram};
use workflow_local::{DefinitionError, Engine, MachineType, Payload, Program, RunError, TaskRequest};

pub use cost::{Billing, Cost, Crossover, Usage};
pub use learn::{Learning, Learnt};
pub use model::{Model, ModelError};
pub use report::{Beyond, Gain, Outcome, SimulationReport, Spread, StateShare, dollars, time};
pub use workflow_asl::price::{LEFT_OUT, PRICES, PriceListError, Prices, express_gb_hours, express_memory};

use crate::explorer::Watch;
use crate::states::States;
use plan::Plan;
use report::{PARTS, interval};
use tally::Tally;
use trial::Prepared;

/// The reason why a workflow cannot be simulated.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SimulateError {
    /// The definition has errors.
    #[error(transparent)]
    Definition(#[from] DefinitionError),
    /// The model is invalid or does not fit the definition.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// An execution cannot be started, for example with an input of another type than the workflow declares.
    #[error(transparent)]
    Run(#[from] RunError),
    /// An output of the model is of another type than the workflow declares.
    #[error("{reason}")]
    Answer {
        /// The reason.
        reason: String,
    },
    /// The number of executions is 0.
    #[error("the number of executions is 0: nothing would be simulated\n  = help: give at least 1")]
    NoExecutions,
}

type OutputBy = Arc<dyn Fn(&TaskRequest) -> Value + Send + Sync>;
type OutputsBy = BTreeMap<String, OutputBy>;

/// The maximum number of executions that measure the gain of a faster task. With fewer, the effect on the 99th
/// percentile depends on chance.
const COMPARED: u64 = 10_000;

/// The default number of executions.
pub const EXECUTIONS: u64 = 10_000;

/// Simulates the executions of a workflow with a model. The same engine, model, number of executions and seed give the
/// same report.
pub struct Simulation {
    engine: Engine,
    model: Model,
    machine: Arc<StateMachine>,
    outputs_by: OutputsBy,
    executions: u64,
    seed: u64,
    gains: bool,
    billing: Billing,
    prices: Prices,
    watch: Option<Watch>,
}

impl std::fmt::Debug for Simulation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Simulation")
            .field("engine", &self.engine)
            .field("executions", &self.executions)
            .field("seed", &self.seed)
            .finish_non_exhaustive()
    }
}

impl Simulation {
    /// Creates a simulation of the workflow that an engine runs. The definition, type, declared types, name and object
    /// store come from the engine. The engine's handlers are not called: the model answers the tasks.
    ///
    /// # Errors
    /// Returns an error if the definition has errors.
    pub fn new(engine: &Engine, model: &Model) -> Result<Self, SimulateError> {
        let engine = engine.unwatched()?;
        let (machine, _) = StateMachine::read(engine.program().definition());
        Ok(Self {
            engine,
            model: model.clone(),
            machine: Arc::new(machine),
            outputs_by: OutputsBy::new(),
            executions: EXECUTIONS,
            seed: 0,
            gains: true,
            billing: Billing::default(),
            prices: PRICES.clone(),
            watch: None,
        })
    }

    /// Sets the number of executions. The default is [`EXECUTIONS`].
    #[must_use]
    pub fn executions(mut self, executions: u64) -> Self {
        self.executions = executions;
        self
    }

    /// Sets the seed of all random numbers. The default is 0.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Sets the number of executions in a month, for which the cost is computed. The default is 1,000,000.
    #[must_use]
    pub fn volume(mut self, executions: u64) -> Self {
        // More executions than 2^53 are billed nowhere.
        #[expect(clippy::cast_precision_loss, reason = "as the comment says")]
        {
            self.billing.executions = executions as f64;
        }
        self
    }

    /// Deducts the free transitions of each month from the cost.
    #[must_use]
    pub fn free_tier(mut self) -> Self {
        self.billing.free_tier = true;
        self
    }

    /// Computes costs with these prices, such as those of [another region](Prices::read), instead of [`PRICES`].
    #[must_use]
    pub fn prices(mut self, prices: Prices) -> Self {
        self.prices = prices;
        self
    }

    /// Computes the outputs of a state's tasks from their requests, instead of using the model's outputs. Equal
    /// requests must have equal outputs.
    #[must_use]
    pub fn output_by(
        mut self,
        state: impl Into<String>,
        output: impl Fn(&TaskRequest) -> Value + Send + Sync + 'static,
    ) -> Self {
        self.outputs_by.insert(state.into(), Arc::new(output));
        self
    }

    /// Omits the gains of faster tasks. Each gain takes up to 10,000 executions.
    #[must_use]
    pub fn without_gains(mut self) -> Self {
        self.gains = false;
        self
    }

    /// Calls a function after each execution, with the number of executions so far, those for gains included.
    #[must_use]
    pub fn watched(mut self, watch: impl Fn(u64) + Send + Sync + 'static) -> Self {
        self.watch = Some(Arc::new(watch));
        self
    }

    /// Simulates the executions.
    ///
    /// # Errors
    /// Returns an error if the model does not fit the definition, or if an input or output does not fit the types that
    /// the workflow declares.
    pub fn run(&self) -> Result<SimulationReport, SimulateError> {
        if self.executions == 0 {
            return Err(SimulateError::NoExecutions);
        }
        let program = self.engine.program();
        let definition = program.definition();
        let states = States::of(&self.machine, program);
        let plan = Plan::of(&self.model, &self.outputs_by, &states)?;
        // Starting fails if the input does not fit the declared type.
        for input in self.model.inputs.values.iter().map(|(_, value)| value) {
            self.engine.start(input.value())?;
        }
        if self.model.inputs.values.is_empty() {
            self.engine.start(Payload::empty().value())?;
        }
        let prepared = Prepared {
            start: self.engine.identity(),
            engine: self.engine.clone(),
            plan: Arc::new(plan),
            inputs: self.model.inputs.clone(),
            seed: self.seed,
        };
        let mut tally = Tally::of(program, prepared.start.machine_type);
        for number in 0..self.executions {
            tally.count(&prepared.run(number, None)?);
            self.watch.iter().for_each(|watch| watch(number + 1));
        }
        let mut report = tally.report(&prepared, self.executions, (self.billing, &self.prices));
        if self.gains {
            report.gains = self.tried_gains(&prepared, &tally.durations)?;
        }
        let other = match prepared.start.machine_type {
            MachineType::Standard => MachineType::Express,
            _ => MachineType::Standard,
        };
        if let Err(error) = Program::of(definition, other) {
            report.no_other_type(other, &error);
        }
        report.notes.extend(prepared.plan.notes.iter().cloned());
        Ok(report)
    }

    /// Runs the first executions again for each task, with the same random numbers and the task twice as fast.
    fn tried_gains(&self, prepared: &Prepared, durations: &[u64]) -> Result<Vec<Gain>, SimulateError> {
        let compared = self.executions.min(COMPARED);
        let compared_durations = durations.get(..usize::try_from(compared).unwrap_or(usize::MAX)).unwrap_or(durations);
        let size = compared_durations.len().div_ceil(PARTS).max(1);
        let mut gains = Vec::new();
        for (task, state) in prepared.plan.tasks.keys().enumerate() {
            let mut after = Vec::new();
            for number in 0..compared {
                let execution = prepared.run(number, Some(task))?;
                after.push(tally::milliseconds(&execution));
                let before = self.executions + task as u64 * compared;
                self.watch.iter().for_each(|watch| watch(before + number + 1));
            }
            let gain = |before: &[u64], after: &[u64]| {
                let [before, after] = [before, after].map(|all| Spread::of(all.to_vec(), 1000.0));
                Spread {
                    mean: before.mean - after.mean,
                    p50: before.p50 - after.p50,
                    p99: before.p99 - after.p99,
                    ..Spread::default()
                }
            };
            let Spread { mean, p50, p99, .. } = gain(compared_durations, &after);
            let parts = compared_durations.chunks(size).zip(after.chunks(size));
            let parts: Vec<_> = parts.map(|(before, after)| gain(before, after)).collect();
            let mean_within = interval(parts.iter().map(|part| part.mean)).1;
            gains.push(Gain { state: state.clone(), mean, mean_within, p50, p99, parts });
        }
        gains.sort_by(|one, other| other.mean.total_cmp(&one.mean));
        Ok(gains)
    }
}
