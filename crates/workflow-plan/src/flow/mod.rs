//! The data flow of a definition: the input and output of each state, the requests of tasks, the ends of executions.

pub(crate) mod call;
pub(crate) mod expression;
mod map;
mod reads;
mod state;
pub(crate) mod symbol;
mod uses;

use std::collections::BTreeMap;

use serde_json::Value;
use workflow_asl::document::{QueryLanguage, Scope, State, StateMachine};
use workflow_asl::graph::Graph;
use workflow_asl::references::ReferenceRoot;
use workflow_asl::{Pointer, StateKind};

pub(crate) use reads::{Read, is_in};
use symbol::{Symbol, ValueSource};
pub use uses::{PARSED, Source, Use, given, uses};

/// How often a state of a loop is visited before the differences in its input count as any value.
const TURNS: u32 = 6;

/// How often each state is visited on average before every input counts as any value: loops in maps in loops would
/// multiply their turns.
const VISITS: usize = 30;

type Variables = BTreeMap<String, Symbol>;

/// What flows into a state.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Incoming {
    pub(crate) input: Symbol,
    pub(crate) variables: Variables,
}

impl Incoming {
    fn or(self, other: Self) -> Self {
        let mut variables = self.variables;
        for (name, value) in other.variables {
            let joined = match variables.remove(&name) {
                Some(known) => known.or(value),
                None => value,
            };
            variables.insert(name, joined);
        }
        Self { input: self.input.or(other.input), variables }
    }
}

/// A state with its data.
#[derive(Clone, Debug)]
pub(crate) struct StateData {
    /// The name that the state also has in the other definition.
    pub(crate) name: String,
    pub(crate) incoming: Incoming,
    pub(crate) effective: Symbol,
    pub(crate) context: Symbol,
    /// The request of a task, or the input of the states inside a map or parallel.
    pub(crate) request: Option<Symbol>,
    pub(crate) result: Option<Symbol>,
    /// The value to which `OutputPath` is applied, if there is one.
    pub(crate) before_output_path: Option<Symbol>,
}

/// A way in which an execution can fail by itself.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Failure {
    /// The Fail state.
    pub(crate) state: String,
    pub(crate) error: Option<Symbol>,
}

/// The data of a definition.
#[derive(Debug, Default)]
pub(crate) struct Flow {
    /// The reachable states, by pointer.
    pub(crate) states: BTreeMap<Pointer, StateData>,
    /// The outputs of successful executions, by the last state.
    pub(crate) outputs: BTreeMap<String, Symbol>,
    /// The Fail states of the top-level scope, and of branches and iterations.
    pub(crate) failures: Vec<Failure>,
    /// The parts of the execution's input that are read.
    pub(crate) reads: Vec<Read>,
}

/// The data that is the same throughout a definition.
pub(crate) struct Reader<'m> {
    machine: &'m StateMachine,
    /// The names of the states in the newer definition.
    names: &'m dyn Fn(&str) -> String,
    /// Whether the result of a task is identified by the task, not by its resource.
    by_task: bool,
    /// The visits until every input counts as any value.
    visits: usize,
    flow: Flow,
}

impl StateData {
    /// Returns the value to which the steps of a reference lead, if it is followed.
    fn root(&self, root: &ReferenceRoot) -> Option<Symbol> {
        match root {
            ReferenceRoot::Input => Some(self.incoming.input.clone()),
            ReferenceRoot::Effective => Some(self.effective.clone()),
            ReferenceRoot::Result => self.result.clone(),
            ReferenceRoot::Output => self.before_output_path.clone(),
            ReferenceRoot::Context => Some(self.context.clone()),
            ReferenceRoot::ErrorOutput => Some(Symbol::origin(ValueSource::Error)),
            ReferenceRoot::Variable(name) => self.incoming.variables.get(name).cloned(),
            _ => None,
        }
    }
}

impl Flow {
    /// Follows the data of a definition. `names` returns the names of its states in the newer one.
    pub(crate) fn of(machine: &StateMachine, names: &dyn Fn(&str) -> String) -> Self {
        let mut flow = Self::read(machine, names, false);
        flow.reads = reads::reads(machine, &flow);
        flow
    }

    /// The same, with the results of each task distinguished, and without the reads of the input.
    fn of_tasks(machine: &StateMachine) -> Self {
        Self::read(machine, &str::to_owned, true)
    }

    fn read(machine: &StateMachine, names: &dyn Fn(&str) -> String, by_task: bool) -> Self {
        let visits = VISITS * Graph::all(machine).iter().map(|graph| graph.states().len()).sum::<usize>();
        let mut reader = Reader { machine, names, by_task, visits, flow: Self::default() };
        let incoming = Incoming { input: Symbol::input(), variables: Variables::new() };
        let ends = reader.scope(&machine.scope(), incoming, &context(Symbol::input()));
        reader.flow.outputs = ends;
        reader.flow
    }
}

/// Returns the context object of an execution with this input.
fn context(input: Symbol) -> Symbol {
    let base = |path: &[&str]| {
        let path = path.iter().map(|name| (*name).to_owned()).collect();
        Some(Box::new(Symbol::Part { of: ValueSource::Context, path }))
    };
    let execution = Symbol::Object { members: [("Input".to_owned(), input)].into(), base: base(&["Execution"]) };
    Symbol::Object { members: [("Execution".to_owned(), execution)].into(), base: base(&[]) }
}

impl<'m> Reader<'m> {
    fn name(&self, name: &str) -> String {
        (self.names)(name)
    }

    fn language(&self, state: &State) -> QueryLanguage {
        self.machine.language_of(state)
    }

    /// Follows the data through a scope. Returns the outputs of its final states by name.
    fn scope(&mut self, scope: &Scope<'m>, incoming: Incoming, context: &Symbol) -> BTreeMap<String, Symbol> {
        let graph = Graph::of(scope.clone());
        let mut at: Vec<Option<Incoming>> = vec![None; graph.states().len()];
        let mut turns = vec![0_u32; graph.states().len()];
        let mut outputs = BTreeMap::new();
        let Some(start) = graph.start() else { return outputs };
        if let Some(first) = at.get_mut(start) {
            *first = Some(incoming);
        }
        let mut waiting = vec![start];
        while let Some(number) = waiting.pop() {
            let (Some((name, state)), Some(Some(incoming))) = (graph.states().get(number), at.get(number)) else {
                continue;
            };
            let pointer = graph.state_pointer(number);
            self.visits = self.visits.saturating_sub(1);
            let steps = self.state(name, state, &pointer, incoming.clone(), context);
            if let Some(output) = steps.output {
                outputs.insert(self.name(name), output.bounded());
            }
            for (target, given) in steps.next {
                let Some(to) = graph.number(target) else { continue };
                let (Some(known), Some(turn)) = (at.get_mut(to), turns.get_mut(to)) else { continue };
                let mut given = Incoming { input: given.input.bounded(), variables: given.variables };
                if self.by_task {
                    given.input = given.input.flattened();
                    given.variables.values_mut().for_each(|value| {
                        *value = std::mem::replace(value, Symbol::Unknown).flattened();
                    });
                }
                let joined = match known.clone() {
                    _ if self.visits == 0 => Incoming { input: Symbol::Unknown, variables: Variables::new() },
                    Some(known) if *turn > 2 * TURNS => {
                        Incoming { input: Symbol::Unknown, variables: unknown(&known.variables, &given.variables) }
                    }
                    Some(known) if *turn > TURNS => Incoming {
                        variables: unknown(&known.variables, &given.variables),
                        input: known.input.widened(given.input),
                    },
                    Some(known) => known.or(given),
                    None => given,
                };
                if known.as_ref() != Some(&joined) {
                    *turn += 1;
                    *known = Some(joined);
                    waiting.retain(|waiting| *waiting != to);
                    waiting.insert(0, to);
                }
            }
        }
        outputs
    }
}

/// Returns the variables of both, each of any value.
fn unknown(one: &Variables, other: &Variables) -> Variables {
    one.keys().chain(other.keys()).map(|name| (name.clone(), Symbol::Unknown)).collect()
}

/// Returns a symbol that is one of the outputs; any value if empty.
fn joined(outputs: BTreeMap<String, Symbol>) -> Symbol {
    outputs.into_values().reduce(Symbol::or).unwrap_or(Symbol::Unknown)
}

/// Returns the pointers of the states that every successful execution runs, including those in branches.
pub(crate) fn certain(machine: &StateMachine) -> Vec<Pointer> {
    let mut found = Vec::new();
    certain_in(machine.scope(), &mut found);
    found
}

fn certain_in(scope: Scope<'_>, found: &mut Vec<Pointer>) {
    let graph = Graph::of(scope);
    for (number, (name, state)) in graph.states().iter().enumerate() {
        if ends_without(&graph, number) {
            continue;
        }
        let pointer = graph.state_pointer(number);
        if state.kind == StateKind::Parallel {
            for inner in state.scopes(name, &pointer) {
                certain_in(inner, found);
            }
        }
        found.push(pointer);
    }
}

/// Returns whether an execution can succeed without this state.
fn ends_without(graph: &Graph<'_>, without: usize) -> bool {
    let start = graph.start().filter(|start| *start != without);
    let reached = graph.flow().reached(start, |edge| !edge.is_caught() && edge.to != Some(without));
    let mut states = graph.states().iter().zip(reached);
    states.any(|((_, state), reached)| reached && succeeds(state))
}

/// Returns whether a state ends its scope successfully.
pub(crate) fn succeeds(state: &State) -> bool {
    state.is_terminal() && state.kind != StateKind::Fail
}

/// Returns the text of a literal field.
fn text(value: Option<&Value>) -> Option<&str> {
    value.and_then(Value::as_str)
}
