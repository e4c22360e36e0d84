//! Counts the results of executions.

use std::collections::BTreeMap;
use std::sync::Arc;

use foldhash::fast::FixedState;
use indexmap::IndexMap;
use serde_json::Value;
use workflow_asl::Pointer;
use workflow_asl::document::{MachineType, StateMachine};
use workflow_asl::error_name::RUNTIME;
use workflow_asl::limits::{EXPRESS_EXECUTION_SECONDS, HISTORY_EVENTS};
use workflow_asl::price::{Prices, billed_memory, express_gb_hours, express_memory};
use workflow_graph::history::History;
use workflow_local::coverage::{Point, PointKind};
use workflow_local::history::Details;
use workflow_local::internal::{InternalExecution, InternalProgram};
use workflow_local::{Execution, Program, Status, View};

use super::cost::{Billing, Cost, Usage};
use super::report::{Beyond, Outcome, SimulationReport, Spread, StateShare};
use super::trial::Prepared;
use crate::replay::graph_event;

/// The counts of a state in all executions.
#[derive(Default)]
struct Counted {
    /// Whether it runs in Express children of a distributed map, which are not billed by transitions.
    in_express_child: bool,
    /// Whether the execution's own history has its times: it is not in a child of a distributed map.
    is_timed: bool,
    visits: u64,
    retries: u64,
    milliseconds: u64,
}

/// The counts of all executions.
#[derive(Default)]
pub(super) struct Tally {
    /// The number of the state that each way enters or retries, and whether it retries it.
    ways: Vec<Option<(usize, bool)>>,
    states: IndexMap<String, Counted, FixedState>,
    definition_bytes: usize,
    machine_type: MachineType,
    pub(super) durations: Vec<u64>,
    transitions: Vec<u64>,
    retries: Vec<u64>,
    events: Vec<u64>,
    outcomes: BTreeMap<(&'static str, Option<Arc<str>>), u64>,
    beyond: Beyond,
    /// The GB-hours of each execution, as Express.
    gb_hours: Vec<f64>,
    memory: f64,
    children: u64,
    children_gb_hours: f64,
}

pub(super) fn milliseconds(execution: &Execution) -> u64 {
    let end = execution.stopped_at().unwrap_or_else(|| execution.now());
    u64::try_from(execution.started_at().until(end).as_millis()).unwrap_or(u64::MAX)
}

impl Tally {
    pub(super) fn of(program: &Program, machine_type: MachineType) -> Self {
        let definition = program.definition();
        let kinds = Point::all(&StateMachine::read(definition).0).into_iter().map(|point| (point.pointer, point.kind));
        let kinds: BTreeMap<Pointer, PointKind> = kinds.collect();
        let mut states = IndexMap::default();
        let way = |way: Pointer| match kinds.get(&way) {
            Some(PointKind::State) => {
                let counted = Counted {
                    in_express_child: is_in_child(&way, definition, "ExecutionType", MachineType::Express.as_str()),
                    is_timed: !is_in_child(&way, definition, "Mode", "DISTRIBUTED"),
                    ..Counted::default()
                };
                Some((states.insert_full(way.tokens().last().unwrap_or_default(), counted).0, false))
            }
            Some(PointKind::Retrier) => Some((states.len().saturating_sub(1), true)),
            _ => None,
        };
        let ways = program.ways().into_iter().map(way).collect();
        let definition_bytes = definition.to_string().len();
        Self { ways, states, definition_bytes, machine_type, ..Self::default() }
    }

    pub(super) fn count(&mut self, execution: &Execution) {
        let (mut transitions, mut retries) = (0, 0);
        for (way, count) in self.ways.iter().zip(execution.ways_taken()).filter(|(_, count)| **count > 0) {
            let Some((number, is_retry)) = way else { continue };
            let Some((_, state)) = self.states.get_index_mut(*number) else { continue };
            if *is_retry {
                state.retries += count;
                retries += count;
            } else {
                state.visits += count;
            }
            if !state.in_express_child {
                transitions += count;
            }
        }
        let history = execution.history();
        let end = execution.stopped_at().unwrap_or_else(|| execution.now());
        let mut structure = History::default();
        history.iter().for_each(|event| structure.push(graph_event(event)));
        for visit in &structure.visits {
            // A visit without an end was stopped.
            let time = visit.time.1.unwrap_or(end.as_millis()) - visit.time.0.unwrap_or_default();
            if let Some(state) = self.states.get_mut(&visit.state) {
                state.milliseconds = state.milliseconds.saturating_add(u64::try_from(time).unwrap_or_default());
            }
        }
        let inputs = history.iter().filter_map(|event| match &event.details {
            Details::StateEntered { input, .. } => Some(input.bytes()),
            _ => None,
        });
        let branches = structure.visits.iter().map(|visit| visit.thread).max().unwrap_or_default();
        let duration = milliseconds(execution);
        let memory = express_memory(self.definition_bytes, inputs.max().unwrap_or_default(), branches as u64);
        self.gb_hours.push(express_gb_hours(duration, memory));
        self.memory += billed_memory(memory);
        transitions += self.count_children(execution);
        self.count_beyond(execution, duration);
        let error = (execution.status() != Status::Succeeded).then(|| execution.error().map(Arc::from)).flatten();
        *self.outcomes.entry((execution.status().name(), error)).or_default() += 1;
        self.durations.push(duration);
        self.transitions.push(transitions);
        self.retries.push(retries);
        self.events.push(history.len() as u64);
    }

    /// Counts the Express children of distributed maps, which are billed as separate executions. Returns the number of all
    /// children: the start of each is billed as a transition of the map.
    fn count_children(&mut self, execution: &Execution) -> u64 {
        let mut started = 0;
        for map_run in execution.map_runs() {
            for (_, child) in execution.children(map_run, usize::MAX) {
                started += 1;
                if map_run.child_type() != MachineType::Express {
                    continue;
                }
                let end = child.stopped_at().unwrap_or_else(|| execution.now());
                let time = View::started_at(child).until(end).as_millis();
                let memory = express_memory(self.definition_bytes, child.input().bytes(), 1);
                self.children += 1;
                self.children_gb_hours += express_gb_hours(u64::try_from(time).unwrap_or(u64::MAX), memory);
            }
        }
        started
    }

    fn count_beyond(&mut self, execution: &Execution, milliseconds: u64) {
        let limit = EXPRESS_EXECUTION_SECONDS * 1000;
        let is_express = self.machine_type == MachineType::Express;
        let ended_by_limit = is_express && execution.status() == Status::TimedOut && milliseconds >= limit;
        self.beyond.express_time += u64::from(ended_by_limit || (!is_express && milliseconds > limit));
        let full = execution.error() == Some(RUNTIME) && execution.history().len() >= HISTORY_EVENTS;
        self.beyond.events += u64::from(full && !is_express);
        self.beyond.endless += u64::from(execution.status() == Status::Running);
    }

    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
    pub(super) fn report(
        &self,
        prepared: &Prepared,
        executions: u64,
        (billing, prices): (Billing, &Prices),
    ) -> SimulationReport {
        let count = executions as f64;
        let total: u64 = self.durations.iter().sum();
        let states = self.states.iter().map(|(name, state)| StateShare {
            state: name.clone(),
            visits: state.visits as f64 / count,
            retries: state.retries as f64 / count,
            time: state.is_timed.then(|| state.milliseconds as f64 / 1000.0 / count),
            share: state.is_timed.then(|| if total == 0 { 0.0 } else { state.milliseconds as f64 / total as f64 }),
        });
        let mut outcomes: Vec<_> = self
            .outcomes
            .iter()
            .map(|((status, error), number)| Outcome {
                status: (*status).to_owned(),
                error: error.as_deref().map(str::to_owned),
                executions: *number,
                share: *number as f64 / count,
            })
            .collect();
        outcomes.sort_by_key(|outcome| std::cmp::Reverse(outcome.executions));
        let transitions = Spread::of(self.transitions.clone(), 1.0);
        let gb_hours: f64 = self.gb_hours.iter().sum();
        let usage = Usage {
            transitions: transitions.mean,
            gb_hours: gb_hours / count,
            children: self.children as f64 / count,
            children_gb_hours: self.children_gb_hours / count,
        };
        let cost = |machine_type| Cost::of(&usage, machine_type, (billing, prices), self.memory / count);
        let costs = [MachineType::Standard, MachineType::Express].map(cost);
        let per_million = 1e6 / billing.executions;
        let dollars: Vec<f64> = match self.machine_type {
            MachineType::Standard => {
                self.transitions.iter().map(|count| prices.transitions(*count as f64 * 1e6)).collect()
            }
            // The price of time falls with the time of all executions: each has its share of it.
            _ => {
                let [_, express] = &costs;
                let own = |own: &f64| own / gb_hours * count * express.duration + express.requests;
                self.gb_hours.iter().map(|hours| own(hours) * per_million).collect()
            }
        };
        SimulationReport {
            name: prepared.start.state_machine_name.clone(),
            machine_type: self.machine_type,
            executions,
            seed: prepared.seed,
            durations: self.durations.iter().map(|duration| *duration as f64 / 1000.0).collect(),
            dollars,
            duration: Spread::of(self.durations.clone(), 1000.0),
            transitions,
            retries: Spread::of(self.retries.clone(), 1.0),
            events: Spread::of(self.events.clone(), 1.0),
            outcomes,
            states: states.collect(),
            gains: Vec::new(),
            costs: costs.into(),
            billing,
            prices: prices.clone(),
            usage,
            not_possible: None,
            beyond: self.beyond,
            notes: Vec::new(),
        }
    }
}

/// Returns whether a state is in a map whose processor has this member.
fn is_in_child(state: &Pointer, definition: &Value, member: &str, value: &str) -> bool {
    std::iter::successors(state.parent(), Pointer::parent).any(|at| {
        let config = definition.pointer(at.child("ProcessorConfig").as_str());
        config.and_then(|config| config.get(member)).is_some_and(|found| found == value)
    })
}
