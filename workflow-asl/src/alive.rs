//! What has happened where a state begins: which states have run, and which variables have a value.
//!
//! For people who read a definition. The rules ask of the variables that are used; this tells of all.

use std::collections::BTreeMap;

use crate::Pointer;
use crate::document::{QueryLanguage, Scope, State, StateMachine};
use crate::graph::{Edge, EdgeKind, Graph};

/// What has happened where a state begins.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Before {
    /// Where the state is.
    pub pointer: Pointer,
    /// The states that have certainly succeeded, in the scopes around it first.
    pub ran: Vec<String>,
    /// The variables that may have a value, by their names.
    pub variables: Vec<Variable>,
    /// From where a transition leads here, with the field that it is in; empty for a state that begins its scope.
    pub from: Vec<(String, EdgeKind)>,
}

/// A variable that may have a value where a state begins.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Variable {
    /// Its name, without `$`.
    pub name: String,
    /// Whether it has one whatever the way.
    pub certain: bool,
    /// The states that assign it in this scope or one around it.
    pub by: Vec<String>,
}

/// What has happened where each state begins that a path reaches, in the order of the document.
///
/// Takes time in the number of states times that of states and variables.
pub fn before(machine: &StateMachine) -> Vec<Before> {
    let mut found = Vec::new();
    if !machine.is_unread() {
        scope(machine, machine.scope(), &Seen::default(), &mut found);
    }
    found
}

/// What a scope sees of those around it.
#[derive(Clone, Default)]
struct Seen {
    ran: Vec<String>,
    variables: BTreeMap<String, Variable>,
}

/// Bits of events, 64 in each word.
type Bits = Vec<u64>;

fn scope(machine: &StateMachine, scope_at: Scope<'_>, seen: &Seen, found: &mut Vec<Before>) {
    let graph = Graph::of(scope_at);
    let count = graph.states().len();
    // The events: first that each state has succeeded, then that each variable has been assigned.
    let mut names: BTreeMap<&str, (usize, Vec<usize>)> = BTreeMap::new();
    for (number, (_, state)) in graph.states().iter().enumerate() {
        for (_, name) in assigned(state, machine.language_of(state)) {
            let next = count + names.len();
            let (_, by) = names.entry(name).or_insert_with(|| (next, Vec::new()));
            if by.last() != Some(&number) {
                by.push(number);
            }
        }
    }
    let words = (count + names.len()).div_ceil(64);
    let gives = |edge: &Edge<'_>| {
        let mut bits: Bits = vec![0; words];
        if !matches!(edge.kind, EdgeKind::Catch(_)) {
            set(&mut bits, edge.from);
        }
        // A default is taken with what the state itself assigns.
        let kind = if edge.kind == EdgeKind::Default { EdgeKind::Next } else { edge.kind };
        if let Some((_, state)) = graph.states().get(edge.from) {
            for (_, name) in assigned(state, machine.language_of(state)).filter(|(place, _)| *place == kind) {
                if let Some((event, _)) = names.get(name) {
                    set(&mut bits, *event);
                }
            }
        }
        bits
    };
    let given: Vec<Bits> = graph.edges().iter().map(gives).collect();
    // For each state: what has happened on some path, and on every one.
    let mut facts: Vec<Option<(Bits, Bits)>> = vec![None; count];
    let mut todo = std::collections::VecDeque::new();
    if let Some(start) = graph.start()
        && let Some(fact) = facts.get_mut(start)
    {
        *fact = Some((vec![0; words], vec![0; words]));
        todo.push_back(start);
    }
    let mut first_edge = vec![0; count];
    let mut edges = 0;
    for (state, first) in first_edge.iter_mut().enumerate() {
        *first = edges;
        edges += graph.leaving(state).len();
    }
    while let Some(state) = todo.pop_front() {
        let Some((maybe, surely)) = facts.get(state).cloned().flatten() else { continue };
        for (place, edge) in graph.leaving(state).iter().enumerate() {
            let new = first_edge.get(state).and_then(|first| given.get(first + place));
            let (Some(new), Some(there)) = (new, edge.to.and_then(|to| facts.get_mut(to))) else { continue };
            let with = |bits: &Bits| -> Bits { bits.iter().zip(new).map(|(old, new)| old | new).collect() };
            let (maybe, surely) = (with(&maybe), with(&surely));
            let merged = match there.as_ref() {
                None => (maybe, surely),
                Some((before, always)) => (
                    before.iter().zip(&maybe).map(|(a, b)| a | b).collect(),
                    always.iter().zip(&surely).map(|(a, b)| a & b).collect(),
                ),
            };
            if there.as_ref() != Some(&merged) {
                *there = Some(merged);
                todo.extend(edge.to);
            }
        }
    }
    let name = |state: usize| graph.states().get(state).map_or("", |(name, _)| *name).to_owned();
    let mut from: Vec<Vec<(String, EdgeKind)>> = vec![Vec::new(); count];
    for edge in graph.edges().iter().filter(|edge| facts.get(edge.from).is_some_and(Option::is_some)) {
        if let Some(from) = edge.to.and_then(|to| from.get_mut(to)) {
            from.push((name(edge.from), edge.kind));
        }
    }
    for (number, (fact, from)) in facts.iter().zip(from).enumerate() {
        let (Some((maybe, surely)), Some((state_name, state))) = (fact, graph.states().get(number)) else { continue };
        let mut here = seen.clone();
        here.ran.extend((0..count).filter(|event| has(surely, *event)).map(name));
        for (variable, (event, by)) in names.iter().filter(|(_, (event, _))| has(maybe, *event)) {
            let known = Variable { name: (*variable).to_owned(), certain: false, by: Vec::new() };
            let known = here.variables.entry((*variable).to_owned()).or_insert(known);
            known.certain |= has(surely, *event);
            known.by.extend(by.iter().copied().map(name));
        }
        let pointer = graph.state_pointer(number);
        let variables = here.variables.values().cloned().collect();
        found.push(Before { pointer: pointer.clone(), ran: here.ran.clone(), variables, from });
        let inside = if state.is_distributed() { Seen::default() } else { here };
        for inner in state.scopes(state_name, &pointer) {
            scope(machine, inner, &inside, found);
        }
    }
}

/// The variables that a state assigns, each with the transition that it is assigned on.
fn assigned(state: &State, language: QueryLanguage) -> impl Iterator<Item = (EdgeKind, &str)> {
    let own = state.assign.iter().map(|assign| (EdgeKind::Next, assign));
    let rules = state.choices.iter().flatten().enumerate();
    let rules = rules.filter_map(|(number, rule)| Some((EdgeKind::Choice(number), rule.assign.as_ref()?)));
    let catchers = state.catch.iter().flatten().enumerate();
    let catchers = catchers.filter_map(|(number, catcher)| Some((EdgeKind::Catch(number), catcher.assign.as_ref()?)));
    let all = own.chain(rules).chain(catchers);
    all.flat_map(move |(kind, assign)| {
        let names = assign.as_object().into_iter().flat_map(serde_json::Map::keys);
        names.map(move |name| {
            let bare = name.strip_suffix(".$").filter(|_| language == QueryLanguage::JsonPath);
            (kind, bare.unwrap_or(name))
        })
    })
}

fn set(bits: &mut Bits, event: usize) {
    if let Some(word) = bits.get_mut(event / 64) {
        *word |= 1 << (event % 64);
    }
}

fn has(bits: &Bits, event: usize) -> bool {
    bits.get(event / 64).is_some_and(|word| word >> (event % 64) & 1 == 1)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_has_run_and_what_is_assigned() {
        let inner = json!({"StartAt": "I", "States": {"I": {"Type": "Pass", "Assign": {"y": 1}, "Next": "J"}, "J": {"Type": "Succeed"}}});
        let (machine, _) = StateMachine::read(&json!({"StartAt": "A", "States": {
            "A": {"Type": "Task", "Resource": "r", "Assign": {"x.$": "$.x"}, "Next": "C",
                "Catch": [{"ErrorEquals": ["States.ALL"], "Assign": {"e.$": "$.Error"}, "Next": "C"}]},
            "C": {"Type": "Choice", "Choices": [{"Variable": "$.x", "IsNull": true, "Next": "M"}], "Default": "Z"},
            "M": {"Type": "Map", "ItemProcessor": inner, "Next": "Z"},
            "Z": {"Type": "Succeed"}, "Unreached": {"Type": "Succeed"}}}));
        let told: Vec<_> = before(&machine)
            .into_iter()
            .map(|before| {
                let variables = before.variables.iter().map(|variable| {
                    format!("{}{} by {}", variable.name, if variable.certain { "" } else { "?" }, variable.by.join("+"))
                });
                let variables = variables.collect::<Vec<_>>().join(", ");
                let name = before.pointer.tokens().last().unwrap();
                format!("{name}: ran {} | {variables} | from {}", before.ran.join(" "), before.from.len())
            })
            .collect();
        assert_eq!(
            told,
            [
                "A: ran  |  | from 0",
                "C: ran  | e? by A, x? by A | from 2",
                "M: ran C | e? by A, x? by A | from 1",
                "I: ran C | e? by A, x? by A | from 0",
                "J: ran C I | e? by A, x? by A, y by I | from 1",
                "Z: ran C | e? by A, x? by A | from 2",
            ]
        );
    }
}
