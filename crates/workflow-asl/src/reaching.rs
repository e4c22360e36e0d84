//! The events before a state begins: which states have run, and which variables are set (see [`happened`]).
//!  This is for people who read a definition. The rules only check the variables that are used; this returns all.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::Pointer;
use crate::document::{QueryLanguage, Scope, State, StateMachine};
use crate::graph::{EdgeKind, Graph, PastEvents, happened};

/// The events before a state begins.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Before {
    /// The state's pointer.
    pub pointer: Pointer,
    /// The states with transitions to this one, and their fields; empty for the first state of its scope.
    pub from: Vec<(String, EdgeKind)>,
    /// The events in each visible scope, outermost first.
    seen: Vec<Seen>,
}

/// A variable that may have a value when a state begins.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Variable<'b> {
    /// Its name, without `$`.
    pub name: &'b str,
    /// Whether it has a value on every path.
    pub certain: bool,
    /// The states that assign it in this or an enclosing scope.
    pub by: Vec<&'b str>,
}

/// The states and variables of a scope.
#[derive(Debug)]
struct Names {
    states: Vec<String>,
    /// The variables by name, each with the states that assign it.
    variables: Vec<(String, Vec<usize>)>,
}

/// The events of a scope: the success of each state, then the assignment of each variable. One bit each takes much less
/// space than names.
#[derive(Clone, Debug)]
struct Seen {
    names: Rc<Names>,
    happened: Rc<PastEvents>,
}

impl Before {
    /// Returns the states that have certainly succeeded, states of enclosing scopes first.
    pub fn ran(&self) -> impl Iterator<Item = &str> {
        self.seen.iter().flat_map(|seen| {
            let states = seen.names.states.iter().enumerate();
            states.filter(|(event, _)| seen.happened.surely.contains(*event)).map(|(_, name)| name.as_str())
        })
    }

    /// Returns the number of states that have certainly succeeded.
    pub fn ran_count(&self) -> usize {
        self.seen.iter().map(|seen| seen.happened.surely.count_below(seen.names.states.len())).sum()
    }

    /// Returns the number of variables that may have a value.
    pub fn variable_count(&self) -> usize {
        self.variables().count()
    }

    /// Returns the variables that may have a value, by name.
    pub fn variables(&self) -> impl Iterator<Item = Variable<'_>> {
        let mut scopes: Vec<_> = self.seen.iter().map(|seen| seen.variables().peekable()).collect();
        std::iter::from_fn(move || {
            let name = scopes.iter_mut().filter_map(|scope| scope.peek().map(|variable| variable.name)).min()?;
            let mut merged = Variable { name, certain: false, by: Vec::new() };
            for scope in &mut scopes {
                if let Some(variable) = scope.next_if(|variable| variable.name == name) {
                    merged.certain |= variable.certain;
                    merged.by.extend(variable.by);
                }
            }
            Some(merged)
        })
    }
}

impl Seen {
    fn variables(&self) -> impl Iterator<Item = Variable<'_>> {
        let Names { states, variables } = &*self.names;
        let events = variables.iter().zip(states.len()..);
        events.filter(|(_, event)| self.happened.maybe.contains(*event)).map(move |((name, by), event)| Variable {
            name,
            certain: self.happened.surely.contains(event),
            by: by.iter().filter_map(|state| states.get(*state)).map(String::as_str).collect(),
        })
    }
}

/// Returns the events before each reachable state, in document order.
///
/// Takes time and memory proportional to the number of states times one bit for each state and variable.
pub fn before(machine: &StateMachine) -> Vec<Before> {
    let mut found = Vec::new();
    if !machine.is_unread() {
        scope(machine, machine.scope(), &[], &mut found);
    }
    found
}

fn scope(machine: &StateMachine, scope_at: Scope<'_>, around: &[Seen], found: &mut Vec<Before>) {
    let graph = Graph::of(scope_at);
    let count = graph.states().len();
    // The states that assign each variable, and the variables assigned on each transition.
    let mut assigners: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    let mut assigned: BTreeMap<(usize, EdgeKind), Vec<&str>> = BTreeMap::new();
    for (number, (_, state)) in graph.states().iter().enumerate() {
        for Assignment { on, name, .. } in assignments(state, machine.language_of(state)) {
            assigned.entry((number, on)).or_default().push(name);
            let by = assigners.entry(name).or_default();
            if by.last() != Some(&number) {
                by.push(number);
            }
        }
    }
    let events: BTreeMap<&str, usize> = assigners.keys().copied().zip(count..).collect();
    let known = happened(graph.flow(), count + events.len(), |edge, after| {
        if !edge.is_caught() {
            after.note(edge.from);
        }
        let names = assigned.get(&(edge.from, edge.kind.assigns())).into_iter().flatten();
        names.filter_map(|name| events.get(name)).for_each(|event| after.note(*event));
        true
    });
    let name = |state: usize| graph.states().get(state).map_or("", |(name, _)| *name).to_owned();
    let mut from: Vec<Vec<(String, EdgeKind)>> = vec![Vec::new(); count];
    for edge in graph.edges().iter().filter(|edge| known.get(edge.from).is_some_and(Option::is_some)) {
        if let Some(from) = edge.to.and_then(|to| from.get_mut(to)) {
            from.push((name(edge.from), edge.kind));
        }
    }
    let variables = assigners.into_iter().map(|(name, by)| (name.to_owned(), by)).collect();
    let names = Rc::new(Names { states: (0..count).map(name).collect(), variables });
    for (number, (happened, from)) in known.into_iter().zip(from).enumerate() {
        let (Some(happened), Some((state_name, state))) = (happened, graph.states().get(number)) else { continue };
        let here = Seen { names: Rc::clone(&names), happened: Rc::new(happened) };
        let seen: Vec<_> = around.iter().cloned().chain([here]).collect();
        let pointer = graph.state_pointer(number);
        found.push(Before { pointer: pointer.clone(), from, seen: seen.clone() });
        let inside: &[Seen] = if state.is_distributed() { &[] } else { &seen };
        for inner in state.scopes(state_name, &pointer) {
            scope(machine, inner, inside, found);
        }
    }
}

/// A variable that a state assigns.
pub(crate) struct Assignment<'a> {
    /// The transition on which it is assigned.
    pub(crate) on: EdgeKind,
    /// The member of `Assign`.
    pub(crate) key: &'a str,
    /// Its name.
    pub(crate) name: &'a str,
}

/// Returns the variables that a state assigns.
pub(crate) fn assignments(state: &State, language: QueryLanguage) -> impl Iterator<Item = Assignment<'_>> {
    let own = state.assign.iter().map(|assign| (EdgeKind::Next, assign));
    let rules = state.choices.iter().flatten().enumerate();
    let rules = rules.filter_map(|(number, rule)| Some((EdgeKind::Choice(number), rule.assign.as_ref()?)));
    let catchers = state.catch.iter().flatten().enumerate();
    let catchers = catchers.filter_map(|(number, catcher)| Some((EdgeKind::Catch(number), catcher.assign.as_ref()?)));
    let all = own.chain(rules).chain(catchers);
    all.flat_map(move |(on, assign)| {
        let keys = assign.as_object().into_iter().flat_map(serde_json::Map::keys);
        keys.map(move |key| Assignment { on, key, name: assigned_name(key, language) })
    })
}

/// Returns the variable that a member of `Assign` sets.
pub(crate) fn assigned_name(key: &str, language: QueryLanguage) -> &str {
    key.strip_suffix(".$").filter(|_| language == QueryLanguage::JsonPath).unwrap_or(key)
}
