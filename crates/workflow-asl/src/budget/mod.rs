//! The maximum and minimum cost of an execution: time, transitions, events, data.
//!  Everything follows from the definition alone: an amount that depends on the data or on AWS is open, and names the
//! state that makes it so. The [`rules`](crate::rules) report what certainly exceeds a limit.

mod amount;
mod longest_path;
mod loop_invariant;
pub(crate) mod progress;
mod state;

pub use amount::{Count, OpenDuration, Time, in_words};

use serde_json::Value;

use crate::Pointer;
use crate::document::{MachineType, QueryLanguage, Scope, State, StateKind, StateMachine};
use crate::graph::Graph;
use crate::jsonata::Expressions;
use crate::limits::{EXPRESS_EXECUTION_SECONDS, HISTORY_EVENTS, STANDARD_EXECUTION_SECONDS};
use crate::references;
use crate::rules::object_index::ObjectIndex;
use crate::texts::Texts;
use progress::LoopProgress;
pub(crate) use state::literal_bytes;
use state::{Cost, VisitCost};

/// The events of an execution that do not belong to a state: its start and its end.
const OWN_EVENTS: u64 = 2;

/// The cost of a state machine's executions.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Budget {
    /// The execution of the machine, then the executions of its distributed maps' iterations.
    pub executions: Vec<ExecutionBudget>,
    /// Every state, in the order of the document, each before those inside it.
    pub states: Vec<StateBudget>,
    /// The loops, by their first states.
    pub loops: Vec<Loop>,
}

/// The cost of one execution.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ExecutionBudget {
    /// The distributed map whose iterations these are; `None` for the machine's own.
    pub map: Option<String>,
    /// Standard or Express.
    pub machine_type: MachineType,
    /// The state transitions on the path with the most of them, each transition of a loop taken once at most, without a
    /// retry: what AWS bills for Standard executions.
    pub transitions: Count,
    /// The states of that path.
    pub way: Vec<String>,
    /// The events of the history on the path with the most of them, likewise.
    pub events: Count,
    /// The maximum duration, with every retry.
    pub longest: Time,
    /// The minimum duration, if tasks take no time.
    pub shortest: u64,
    /// After how many seconds AWS ends it: the machine's `TimeoutSeconds`, or the limit of its type.
    pub limit: u64,
    /// Whether that is the machine's own `TimeoutSeconds`.
    pub own_limit: bool,
}

impl ExecutionBudget {
    /// Returns the seconds after which AWS ends an execution of this type, whatever its own timeout.
    ///
    /// <https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html>
    pub fn type_limit(&self) -> u64 {
        match self.machine_type {
            MachineType::Standard => STANDARD_EXECUTION_SECONDS,
            MachineType::Express => EXPRESS_EXECUTION_SECONDS,
        }
    }
}

/// The cost of a visit of a state.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct StateBudget {
    /// Its name.
    pub name: String,
    /// Where it is.
    pub pointer: Pointer,
    /// Its kind.
    pub kind: StateKind,
    /// The number of the execution that runs it, in [`Budget::executions`].
    pub execution: usize,
    /// The maximum duration, with every retry and the states inside it.
    pub longest: Time,
    /// The minimum duration.
    pub shortest: u64,
    /// The earliest start, in seconds from the execution's start; `None` if no path reaches it.
    pub earliest: Option<u64>,
    /// Its transitions, including the transitions of the states inside it.
    pub transitions: Count,
    /// Its events if nothing fails, including the events of the states inside it.
    pub events: Count,
    /// The maximum number of retries.
    pub retries: u64,
    /// The events of a retry, without the events of the states inside it.
    pub retry_events: u64,
    /// The seconds between its attempts in all, at most.
    pub delays: u64,
    /// The bytes that its largest literal has at least: its request, its output or a variable.
    pub literal_bytes: usize,
}

/// A loop: states that all lead to each other.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Loop {
    /// Their names, in the order of the document.
    pub states: Vec<String>,
    /// Where the first of them is.
    pub pointer: Pointer,
    /// A turn from the first of them back to it.
    pub turn: Vec<String>,
    /// The events of that turn.
    pub turn_events: u64,
    /// The seconds that the turn lasts at least.
    pub turn_seconds: u64,
    /// What keeps it from running away.
    pub pace: LoopPace,
    /// Whether Express executions run it, which have no limit of events.
    pub express: bool,
}

/// What keeps a loop from running away.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LoopPace {
    /// Every turn contains a state that takes time; the first of them.
    Slow(String),
    /// Turns may take no time, but change data that the exit depends on; the first state that does.
    Changing(String),
    /// Nothing does after the first turn: all exits are choices that decide the same in every turn; the first of them.
    Unchanging(String),
    /// Nothing does: these states lead to each other, take no time and change nothing.
    None(Vec<String>),
}

impl Loop {
    /// Returns how many turns fill a history.
    pub fn turns_to_limit(&self) -> u64 {
        (HISTORY_EVENTS as u64).saturating_sub(OWN_EVENTS) / self.turn_events.max(1)
    }
}

impl Budget {
    /// The budget of a state machine that was read or made, run as one of the given type.
    ///
    /// Takes time linear in the document's size, but for the logarithm of its numbers of states.
    ///
    /// ```
    /// use workflow_asl::{StateMachine, budget::Budget, document::MachineType};
    /// let (machine, _) = StateMachine::read(&serde_json::json!({"StartAt": "A", "States": {
    ///     "A": {"Type": "Wait", "Seconds": 90, "Next": "B"}, "B": {"Type": "Succeed"}}}));
    /// let budget = Budget::of(&machine, MachineType::Standard);
    /// assert_eq!(budget.executions[0].longest.seconds, 90);
    /// assert_eq!(budget.executions[0].events.fixed, 6);
    /// ```
    pub fn of(machine: &StateMachine, kind: MachineType) -> Self {
        let expressions = Expressions::default();
        let (index, texts) = (ObjectIndex::of(machine, kind == MachineType::Express), Texts::of(&expressions));
        let references = references::of_index(&index, &texts);
        Self::with(machine, kind, LoopProgress::of(&index, &references, &texts))
    }

    /// The budget of a state machine whose loops are known.
    pub(crate) fn with(machine: &StateMachine, kind: MachineType, progress: LoopProgress<'_, '_>) -> Self {
        let mut reader = Reader {
            machine,
            progress,
            budget: Self { executions: Vec::new(), states: Vec::new(), loops: Vec::new() },
        };
        if !machine.is_unread() {
            reader.execution(machine.scope(), None, kind, 0);
        }
        reader.budget
    }
}

/// Returns the loops of a scope that nothing slows and that change nothing, in Standard executions.
pub(crate) fn runaway_loops(graph: &Graph<'_>, progress: &LoopProgress<'_, '_>) -> Vec<Vec<usize>> {
    let mut loops = graph.loops(|edge| progress.may_run_away(graph, edge));
    let is_standard = |state: &usize| !progress.is_express(graph, *state);
    loops.retain(|states| states.iter().all(is_standard));
    loops
}

struct Reader<'d, 'a> {
    machine: &'d StateMachine,
    progress: LoopProgress<'d, 'a>,
    budget: Budget,
}

impl Reader<'_, '_> {
    /// Adds an execution, and returns its cost.
    fn execution(&mut self, scope: Scope<'_>, map: Option<&str>, kind: MachineType, depth: u64) -> Cost {
        let number = self.budget.executions.len();
        let own = self.machine.timeout_seconds.as_ref().and_then(Value::as_u64).filter(|limit| *limit > 0);
        let own = own.filter(|_| map.is_none());
        let mut execution = ExecutionBudget {
            map: map.map(str::to_owned),
            machine_type: kind,
            transitions: Count::default(),
            way: Vec::new(),
            events: Count::default(),
            longest: Time::default(),
            shortest: 0,
            limit: 0,
            own_limit: false,
        };
        execution.limit = own.map_or(execution.type_limit(), |own| own.min(execution.type_limit()));
        execution.own_limit = own.is_some_and(|own| own <= execution.limit);
        self.budget.executions.push(execution);
        let (cost, way) = self.scope(scope, number, 0, depth);
        if let Some(execution) = self.budget.executions.get_mut(number) {
            execution.transitions = cost.transitions.clone();
            execution.way = way;
            execution.events = cost.events.clone();
            execution.events.add(&Count::of(OWN_EVENTS));
            execution.longest = cost.time.clone();
            execution.shortest = cost.least;
        }
        cost
    }

    /// Returns the cost of a scope that begins this many seconds after its execution, and its path with the most
    /// transitions.
    fn scope(&mut self, scope: Scope<'_>, execution: usize, begins: u64, depth: u64) -> (Cost, Vec<String>) {
        let graph = Graph::of(scope);
        // The minimum duration of a state decides when others begin, so states come before those inside them.
        let (earliest, shortest) = earliest(&graph, depth);
        let mut owns = Vec::with_capacity(graph.states().len());
        for (number, (name, state)) in graph.states().iter().enumerate() {
            let starts = earliest.get(number).copied().flatten().map(|time| time.saturating_add(begins));
            owns.push(self.state(&graph, number, name, state, execution, starts, depth));
        }
        let own = |state: usize| owns.get(state);
        let order = graph.flow().order();
        let heaviest = |weight: fn(&VisitCost) -> (bool, u64)| {
            longest_path::longest(&graph, &order, |state| own(state).map_or((false, 0), weight))
        };
        let mut cost = Cost::default();
        let most = heaviest(|own| own.cost.transitions.key());
        most.iter().filter_map(|state| own(*state)).for_each(|own| cost.transitions.add(&own.cost.transitions));
        let events = heaviest(|own| own.cost.events.key());
        events.iter().filter_map(|state| own(*state)).for_each(|own| cost.events.add(&own.cost.events));
        let longest = heaviest(|own| own.cost.time.key());
        longest.iter().filter_map(|state| own(*state)).for_each(|own| cost.time.add(&own.cost.time));
        cost.least = shortest;
        let name = |state: &usize| graph.states().get(*state).map_or("", |(name, _)| *name).to_owned();
        self.loops(&graph, &owns, &mut cost);
        (cost, most.iter().map(name).collect())
    }

    #[expect(clippy::too_many_arguments, reason = "all of them are of the one state")]
    fn state(
        &mut self,
        graph: &Graph<'_>,
        number: usize,
        name: &str,
        state: &State,
        execution: usize,
        earliest: Option<u64>,
        depth: u64,
    ) -> VisitCost {
        let place = self.budget.states.len();
        let pointer = graph.state_pointer(number);
        self.budget.states.push(StateBudget {
            name: name.to_owned(),
            pointer: pointer.clone(),
            kind: state.kind,
            execution,
            longest: Time::default(),
            shortest: 0,
            earliest,
            transitions: Count::default(),
            events: Count::default(),
            retries: 0,
            retry_events: 0,
            delays: 0,
            literal_bytes: literals(state, self.machine.language_of(state)).map(|(_, bytes)| bytes).max().unwrap_or(0),
        });
        let mut inside = Vec::new();
        for scope in state.scopes(name, &pointer) {
            inside.push(if state.is_distributed() {
                let config = state.processor().and_then(|processor| processor.processor_config.as_ref());
                let kind = config.and_then(|config| MachineType::from_name(config.execution_type.as_deref()?));
                let kind = kind.unwrap_or_default();
                self.execution(scope, Some(name), kind, depth + 1)
            } else {
                self.scope(scope, execution, earliest.unwrap_or_default(), depth + 1).0
            });
        }
        let own = VisitCost::of(name, state, inside);
        if let Some(known) = self.budget.states.get_mut(place) {
            known.longest = own.cost.time.clone();
            known.shortest = own.cost.least;
            known.transitions = own.cost.transitions.clone();
            known.events = own.cost.events.clone();
            (known.retries, known.retry_events, known.delays) = (own.retries, own.retry_events, own.delays);
        }
        own
    }

    fn loops(&mut self, graph: &Graph<'_>, owns: &[VisitCost], cost: &mut Cost) {
        let name = |state: &usize| graph.states().get(*state).map_or("", |(name, _)| *name).to_owned();
        let names = |states: &[usize]| states.iter().map(name).collect::<Vec<_>>();
        let runaway = runaway_loops(graph, &self.progress);
        let quick = graph.loops(|edge| !self.progress.is_slow(graph, edge));
        for states in graph.loops(|_| true) {
            let inside = |part: &&Vec<usize>| part.first().is_some_and(|state| states.binary_search(state).is_ok());
            let of_kind = |motion| {
                let state = states.iter().find(|state| self.progress.of_state(graph, **state) == motion);
                state.map_or_else(|| states.first().map(name).unwrap_or_default(), name)
            };
            let alike = self.progress.decides_alike(graph, &states);
            let pace = match (runaway.iter().find(inside), alike, quick.iter().find(inside)) {
                (Some(part), ..) => LoopPace::None(names(part)),
                (None, Some(choice), _) => LoopPace::Unchanging(name(&choice)),
                (None, None, Some(_)) => LoopPace::Changing(of_kind(progress::Progress::Changing)),
                (None, None, None) => LoopPace::Slow(of_kind(progress::Progress::Slow)),
            };
            let events = |state: usize| owns.get(state).map_or(0, |own| own.cost.events.fixed);
            let turn = longest_path::turn(graph, &states, events);
            let sum = |of: &dyn Fn(&VisitCost) -> u64| {
                turn.iter().filter_map(|state| owns.get(*state)).fold(0, |sum: u64, own| sum.saturating_add(of(own)))
            };
            let first = states.first().copied().unwrap_or_default();
            let express = self.progress.is_express(graph, first);
            cost.time.open.push(OpenDuration { state: name(&first), why: "is in a loop" });
            self.budget.loops.push(Loop {
                pointer: graph.state_pointer(first),
                turn_events: sum(&|own| own.cost.events.fixed),
                turn_seconds: sum(&|own| own.cost.least),
                turn: names(&turn),
                states: names(&states),
                pace,
                express,
            });
        }
    }
}

/// The maximum depth of scopes for the minimum duration of a state: each level visits all those below it.
const LEAST_DEPTH: u64 = 4;

/// Returns the seconds that a state lasts at least.
fn least(state: &State, depth: u64) -> u64 {
    match state.kind {
        StateKind::Wait => state.seconds.as_ref().and_then(Value::as_u64).unwrap_or_default(),
        StateKind::Parallel if depth < LEAST_DEPTH => {
            let scopes = state.scopes("", &Pointer::root());
            scopes.into_iter().map(|scope| earliest(&Graph::of(scope), depth + 1).1).max().unwrap_or_default()
        }
        _ => 0,
    }
}

/// Returns the earliest second at which each state of a scope begins, and the seconds of its shortest path.
fn earliest(graph: &Graph<'_>, depth: u64) -> (Vec<Option<u64>>, u64) {
    let least: Vec<u64> = graph.states().iter().map(|(_, state)| least(state, depth)).collect();
    let own = |state: usize| least.get(state).copied().unwrap_or_default();
    let earliest = longest_path::earliest(graph, own);
    let ends = graph.states().iter().enumerate().filter(|(_, (_, state))| state.is_terminal());
    let ends = ends.filter_map(|(number, _)| Some(earliest.get(number).copied()??.saturating_add(own(number))));
    let shortest = ends.min().unwrap_or_default();
    (earliest, shortest)
}

/// Returns the literals of a state that become a task's request, a state's output or a variable: the field, with the
/// member where it is a variable, and the bytes that they have at least.
pub(crate) fn literals(state: &State, language: QueryLanguage) -> impl Iterator<Item = (Pointer, usize)> {
    let of_jsonpath = language == QueryLanguage::JsonPath;
    // A path may omit the part that is too long.
    let passes = !state.has("ResultPath") && !state.has("OutputPath");
    let fields = [
        ("Arguments", &state.arguments, !of_jsonpath),
        ("Output", &state.output, !of_jsonpath),
        ("Parameters", &state.parameters, of_jsonpath && (state.kind == StateKind::Task || passes)),
        ("Result", &state.result, of_jsonpath && passes),
    ];
    let fields = fields.into_iter().filter(|(.., counts)| *counts);
    let fields = fields.filter_map(|(name, value, _)| Some((Pointer::root().child(name), value.as_ref()?)));
    let variables = state.assign.as_ref().and_then(Value::as_object).into_iter().flatten();
    let variables = variables.map(|(name, value)| (Pointer::root().child("Assign").child(name), value));
    fields.chain(variables).map(move |(at, value)| (at, literal_bytes(value, of_jsonpath)))
}

/// Budgets of small machines.
#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn budget(states: Value) -> Budget {
        let (machine, _) = StateMachine::read(&json!({"StartAt": "S", "States": states}));
        Budget::of(&machine, MachineType::Standard)
    }

    #[test]
    fn the_longest_way_is_told_with_what_is_open() {
        let lambda = "arn:aws:states:::lambda:invoke";
        let budget = budget(json!({
        "S": {"Type": "Choice", "Choices": [{"Variable": "$.x", "IsNull": true, "Next": "A"}], "Default": "B"},
        "A": {"Type": "Task", "Resource": lambda, "TimeoutSeconds": 60, "Next": "T",
            "Retry": [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 10, "MaxAttempts": 2, "BackoffRate": 2}]},
        "B": {"Type": "Wait", "Seconds": 100, "Next": "C"},
        "C": {"Type": "Pass", "Next": "T"},
        "T": {"Type": "Succeed"}}));
        let whole = &budget.executions[0];
        assert_eq!((whole.longest.seconds, whole.longest.open.len()), (3 * 60 + 10 + 20, 0));
        assert_eq!((whole.shortest, whole.limit, whole.own_limit), (0, 31_536_000, false));
        assert_eq!(whole.way, ["S", "B", "C", "T"]);
        assert_eq!((whole.transitions.fixed, whole.events.fixed), (4, 2 + 2 + 5 + 2));
        assert_eq!((budget.states[1].retries, budget.states[1].retry_events, budget.states[1].delays), (2, 3, 30));
        assert_eq!(budget.states[3].earliest, Some(100));
    }

    #[test]
    fn what_is_not_known_is_open() {
        let budget = budget(json!({
        "S": {"Type": "Task", "Resource": "arn:aws:states:::glue:startJobRun.sync", "Next": "W"},
        "W": {"Type": "Wait", "TimestampPath": "$.t", "Next": "F"},
        "F": {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:1:function:f", "End": true}}));
        let longest = &budget.executions[0].longest;
        let open: Vec<_> = longest.open.iter().map(|open| (open.state.as_str(), open.why)).collect();
        assert_eq!(open, [("S", "has no timeout"), ("W", "waits until a time")]);
        assert_eq!(longest.seconds, 900);
    }

    #[test]
    fn maps_are_counted_by_their_items() {
        let inner = json!({"StartAt": "I", "States": {"I": {"Type": "Pass", "Next": "J"}, "J": {"Type": "Wait", "Seconds": 7, "End": true}}});
        let over = budget(json!({"S": {"Type": "Map", "ItemProcessor": inner, "End": true}}));
        let whole = &over.executions[0];
        assert_eq!((whole.transitions.fixed, whole.transitions.each.as_slice()), (1, &[("S".to_owned(), 2)][..]));
        assert_eq!((whole.events.fixed, whole.events.each.as_slice()), (6, &[("S".to_owned(), 6)][..]));
        assert_eq!(whole.longest.open.len(), 1);
        let three =
            budget(json!({"S": {"Type": "Map", "QueryLanguage": "JSONata", "Items": [1, 2, 3], "MaxConcurrency": 2,
        "ItemProcessor": inner, "End": true}}));
        let whole = &three.executions[0];
        assert_eq!((whole.transitions.fixed, whole.events.fixed, whole.longest.seconds), (7, 24, 14));
    }

    #[test]
    fn distributed_maps_have_executions_of_their_own() {
        let processor = json!({"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"},
        "StartAt": "I", "States": {"I": {"Type": "Pass", "End": true}}});
        let budget = budget(json!({"S": {"Type": "Map", "ItemProcessor": processor, "End": true}}));
        let [machine, item] = budget.executions.as_slice() else { panic!("{budget:?}") };
        assert_eq!((machine.events.fixed, machine.events.each.len()), (8, 0));
        assert_eq!((item.map.as_deref(), item.events.fixed, item.limit), (Some("S"), 4, 300));
    }

    #[test]
    fn loops_are_told_with_their_turns() {
        let wait = json!({"Type": "Wait", "Seconds": 30, "Next": "S"});
        let task = json!({"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Next": "C"});
        let choice = |to: &str| json!({"Type": "Choice", "Choices": [{"Variable": "$.x", "IsNull": true, "Next": to}], "Default": "T"});
        let slow = budget(json!({"S": task, "C": choice("W"), "W": wait, "T": {"Type": "Succeed"}}));
        let [turn] = slow.loops.as_slice() else { panic!("{slow:?}") };
        assert_eq!((turn.turn.join(" "), turn.turn_events, turn.turn_seconds), ("S C W".to_owned(), 9, 30));
        assert_eq!((turn.turns_to_limit(), &turn.pace), (2777, &LoopPace::Slow("W".to_owned())));
        assert_eq!(slow.executions[0].longest.open, [OpenDuration { state: "S".to_owned(), why: "is in a loop" }]);
        let work = budget(json!({"S": task, "C": choice("S"), "T": {"Type": "Succeed"}}));
        assert_eq!(work.loops[0].pace, LoopPace::Changing("S".to_owned()));
        let idle = budget(json!({"S": {"Type": "Pass", "Next": "C"}, "C": choice("S"), "T": {"Type": "Succeed"}}));
        assert_eq!(idle.loops[0].pace, LoopPace::None(vec!["S".to_owned(), "C".to_owned()]));
    }

    #[test]
    fn long_chains_take_no_stack_and_no_time() {
        let states = (0..20_000).map(|number| {
            let next = if number == 19_999 { 0 } else { number + 1 };
            let name = if number == 0 { "S".to_owned() } else { format!("N{number}") };
            let next = if next == 0 { "S".to_owned() } else { format!("N{next}") };
            (name, json!({"Type": "Wait", "Seconds": 1, "Next": next}))
        });
        let budget = budget(states.collect::<serde_json::Map<_, _>>().into());
        assert_eq!(budget.loops[0].states.len(), 20_000);
        assert_eq!(budget.executions[0].transitions.fixed, 20_000);
    }
}
