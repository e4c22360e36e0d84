//! The rule that a variable has a value where it is used: which assignments come before each state, in each scope.

use std::collections::{BTreeMap, BTreeSet};

use super::Definition;
use super::part::Parts;
use super::variables::{Assigned, Place};
use crate::document::QueryLanguage;
use crate::graph::{EdgeKind, Graph};
use crate::nearest::Lookups;
use crate::references::{Reference, ReferenceRoot};
use crate::{Code, Diagnostic, placeholder};

/// How many transitions may be followed in all. Documents that AWS takes need a small part of it.
const BUDGET: usize = 40_000_000;

/// Variables are looked at together, a bit for each.
type Bits = u128;

/// What is known of a variable where a state begins.
#[derive(Clone, Copy, Default)]
struct Fact {
    /// Some path assigns it before.
    maybe: bool,
    /// Every path does.
    surely: bool,
}

/// A variable that a state uses has been assigned before: on every path that leads there, else this warns;
/// on none, then it fails for certain where JSONPath reads it.
///
/// A state sees the values from before it. What a rule or catcher assigns replaces what the state itself does.
/// Scopes inside see what was assigned before they began, but those of a distributed map see nothing from outside.
/// <https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html>
pub(super) fn variables_are_assigned_before_use(definition: &Definition<'_>, found: &mut Vec<Diagnostic>) {
    let all = &definition.assigned;
    if !definition.references().iter().any(|used| variable(used).is_some()) || !everything_is_known(definition, all) {
        return;
    }
    let mut flow = Flow::new(definition, all);
    let mut judged = Vec::new();
    for scope in 0..definition.parts.scopes.len() {
        flow.scope(scope, &mut judged);
    }
    judged.sort_unstable_by_key(|(reference, _)| *reference);
    // Once for each state and variable.
    let mut said = BTreeSet::new();
    for (number, fact) in judged {
        if let Some(used) = definition.references().get(number)
            && let Some(diagnostic) = flow.judge(used, fact)
            && said.insert((used.state_number, variable(used)))
        {
            found.push(diagnostic);
        }
    }
}

fn variable<'a>(used: &'a Reference<'_>) -> Option<&'a str> {
    match &used.root {
        ReferenceRoot::Variable(name) => Some(name),
        _ => None,
    }
}

/// Whether no placeholder and nothing unread hides an assignment or a transition.
fn everything_is_known(definition: &Definition<'_>, all: &[Assigned<'_>]) -> bool {
    const HIDING: [&str; 8] =
        ["Assign", "Choices", "Catch", "Next", "Default", "Branches", "ItemProcessor", "Iterator"];
    let unread = |graph: &Graph<'_>| {
        let states = graph.states().iter().any(|(_, state)| {
            state.is_unread()
                || HIDING.iter().any(|field| state.source.kept(field).is_some())
                || state.choices.iter().flatten().any(|rule| rule.is_unread() || rule.source.kept("Next").is_some())
                || state.catch.iter().flatten().any(|catcher| catcher.is_unread())
                || state.branches.iter().flatten().any(|branch| branch.is_unread())
        });
        states || graph.edges().iter().any(|edge| edge.to.is_none() && placeholder::likely(edge.target))
    };
    let objects = definition.parts.states.iter().all(|state| {
        let rules = state.state.choices.iter().flatten().map(|rule| &rule.assign);
        let catchers = state.state.catch.iter().flatten().map(|catcher| &catcher.assign);
        std::iter::once(&state.state.assign).chain(rules).chain(catchers).flatten().all(serde_json::Value::is_object)
    });
    objects && !definition.graphs.iter().any(unread) && !all.iter().any(|one| placeholder::contained(one.name))
}

/// One assignment: the state's number in its graph, and the place in the state.
struct Assignment {
    state: usize,
    place: Place,
}

struct Flow<'d, 'a> {
    parts: &'d Parts<'a>,
    all: &'d [Assigned<'d>],
    /// The graph of each scope.
    graphs: Vec<Option<&'d Graph<'a>>>,
    /// The number in its graph of each state.
    numbers: Vec<Option<usize>>,
    /// The references to each variable in each scope: their number, and that of their state.
    uses: Vec<BTreeMap<&'d str, Vec<(usize, usize)>>>,
    /// The assignments to each variable in each scope.
    assignments: Vec<BTreeMap<&'d str, Vec<Assignment>>>,
    /// The variables that a scope or one inside it that sees its variables uses.
    relevant: Vec<BTreeSet<&'d str>>,
    /// The scopes directly inside each.
    inner: Vec<Vec<usize>>,
    /// Unknown variables among the known ones.
    lookups: Lookups,
    /// What is known where a scope begins; `None` where no path leads to it.
    entry: Vec<Option<BTreeMap<&'d str, Fact>>>,
    /// Variables of which some expression asks whether they have a value.
    guarded: BTreeSet<&'d str>,
    /// The scopes in which each variable is assigned.
    scopes_of: BTreeMap<&'d str, BTreeSet<usize>>,
    budget: usize,
}

impl<'d, 'a> Flow<'d, 'a> {
    fn new(definition: &'d Definition<'a>, all: &'d [Assigned<'d>]) -> Self {
        let parts = &definition.parts;
        let count = parts.scopes.len();
        let by_place: BTreeMap<_, _> = definition.graphs.iter().map(|graph| (&graph.scope().pointer, graph)).collect();
        let graphs: Vec<_> = parts.scopes.iter().map(|scope| by_place.get(&scope.at).copied()).collect();
        let numbers = parts.states.iter().map(|state| graphs.get(state.scope).copied().flatten()?.number(state.name));
        let numbers: Vec<Option<usize>> = numbers.collect();
        let mut flow = Self {
            parts,
            all,
            graphs,
            numbers,
            uses: std::iter::repeat_with(BTreeMap::new).take(count).collect(),
            assignments: std::iter::repeat_with(BTreeMap::new).take(count).collect(),
            relevant: vec![BTreeSet::new(); count],
            inner: vec![Vec::new(); count],
            lookups: Lookups::default(),
            entry: vec![None; count],
            guarded: BTreeSet::new(),
            scopes_of: BTreeMap::new(),
            budget: BUDGET,
        };
        if let Some(entry) = flow.entry.first_mut() {
            *entry = Some(BTreeMap::new());
        }
        for (number, used) in definition.references().iter().enumerate() {
            let Some(name) = variable(used) else { continue };
            let Some(scope) = parts.states.get(used.state_number).map(|state| state.scope) else { continue };
            if used.guard {
                flow.guarded.insert(name);
            }
            if let Some(uses) = flow.uses.get_mut(scope) {
                uses.entry(name).or_default().push((number, used.state_number));
            }
            if let Some(relevant) = flow.relevant.get_mut(scope) {
                relevant.insert(name);
            }
        }
        for one in all {
            flow.scopes_of.entry(one.name).or_default().insert(one.scope);
            let Some(state) = flow.numbers.get(one.number).copied().flatten() else { continue };
            if let Some(assignments) = flow.assignments.get_mut(one.scope) {
                assignments.entry(one.name).or_default().push(Assignment { state, place: one.place });
            }
        }
        // Scopes inside come after the one around them.
        for (number, scope) in parts.scopes.iter().enumerate().rev() {
            let Some(parent) = scope.parent else { continue };
            if let Some(inner) = flow.inner.get_mut(parent) {
                inner.push(number);
            }
            if !scope.distributed {
                let names = flow.relevant.get(number).cloned().unwrap_or_default();
                if let Some(relevant) = flow.relevant.get_mut(parent) {
                    relevant.extend(names);
                }
            }
        }
        flow
    }

    /// Follows the paths of a scope, and hands on what is known to the scopes inside.
    fn scope(&mut self, scope: usize, judged: &mut Vec<(usize, Fact)>) {
        let Some(entry) = self.entry.get(scope).cloned().flatten() else { return };
        let Some(graph) = self.graphs.get(scope).copied().flatten() else { return };
        let names: Vec<&str> = self.relevant.get(scope).into_iter().flatten().copied().collect();
        let batch_size = Bits::BITS as usize;
        let batches: Vec<&[&str]> = if names.is_empty() { vec![&[]] } else { names.chunks(batch_size).collect() };
        for batch in batches {
            let Some(facts) = self.follow(scope, graph, &entry, batch) else { return };
            self.take_facts(scope, batch, &facts, judged);
        }
    }

    /// For each state, which variables of a batch are assigned before it on some and on every path; `None` within
    /// for a state that no path reaches, and without once there are too many transitions to follow.
    fn follow(
        &mut self,
        scope: usize,
        graph: &Graph<'_>,
        entry: &BTreeMap<&str, Fact>,
        batch: &[&'d str],
    ) -> Option<Vec<Option<(Bits, Bits)>>> {
        let mut given: BTreeMap<(usize, EdgeKind), Bits> = BTreeMap::new();
        let (mut maybe, mut surely): (Bits, Bits) = (0, 0);
        for (bit, name) in batch.iter().enumerate() {
            let bit = 1 << bit;
            let fact = entry.get(name).copied().unwrap_or_default();
            maybe |= if fact.maybe { bit } else { 0 };
            surely |= if fact.surely { bit } else { 0 };
            let assignments = self.assignments.get(scope).and_then(|scope| scope.get(name));
            for assignment in assignments.into_iter().flatten() {
                let kind = match assignment.place {
                    Place::State => EdgeKind::Next,
                    Place::Rule(rule) => EdgeKind::Choice(rule),
                    Place::Catcher(catcher) => EdgeKind::Catch(catcher),
                };
                *given.entry((assignment.state, kind)).or_default() |= bit;
            }
        }
        let mut facts: Vec<Option<(Bits, Bits)>> = vec![None; graph.states().len()];
        let mut todo = std::collections::VecDeque::new();
        let start = graph.start()?;
        *facts.get_mut(start)? = Some((maybe, surely));
        todo.push_back(start);
        let mut waiting = vec![false; facts.len()];
        while let Some(state) = todo.pop_front() {
            if let Some(waits) = waiting.get_mut(state) {
                *waits = false;
            }
            let Some((maybe, surely)) = facts.get(state).copied().flatten() else { continue };
            for edge in graph.leaving(state) {
                self.budget = self.budget.checked_sub(1)?;
                let Some(to) = edge.to else { continue };
                // A default is taken with what the state itself assigns.
                let kind = if edge.kind == EdgeKind::Default { EdgeKind::Next } else { edge.kind };
                let new = given.get(&(state, kind)).copied().unwrap_or_default();
                let Some(there) = facts.get_mut(to) else { continue };
                let merged = match *there {
                    None => (maybe | new, surely | new),
                    Some((before, always)) => (before | maybe | new, always & (surely | new)),
                };
                if *there != Some(merged) {
                    *there = Some(merged);
                    if let Some(waits @ false) = waiting.get_mut(to) {
                        *waits = true;
                        todo.push_back(to);
                    }
                }
            }
        }
        Some(facts)
    }

    /// Notes what is known at each use in a scope, and where scopes inside it begin.
    fn take_facts(
        &mut self,
        scope: usize,
        batch: &[&'d str],
        facts: &[Option<(Bits, Bits)>],
        judged: &mut Vec<(usize, Fact)>,
    ) {
        let at = |state: usize, bit: usize| {
            let (maybe, surely) =
                self.numbers.get(state).copied().flatten().and_then(|at| facts.get(at).copied())??;
            Some(Fact { maybe: maybe >> bit & 1 == 1, surely: surely >> bit & 1 == 1 })
        };
        let bits: BTreeMap<&str, usize> = batch.iter().enumerate().map(|(bit, name)| (*name, bit)).collect();
        for (name, bit) in &bits {
            let uses = self.uses.get(scope).and_then(|uses| uses.get(name));
            for (number, state) in uses.into_iter().flatten() {
                judged.extend(at(*state, *bit).map(|fact| (*number, fact)));
            }
        }
        let mut known = Vec::new();
        for inner in self.inner.get(scope).into_iter().flatten() {
            let Some(scope) = self.parts.scopes.get(*inner) else { continue };
            let Some(owner) = scope.owner else { continue };
            // Where nothing is of interest this only says that a path leads there.
            let reached = at(owner, 0).is_some();
            let seen = if scope.distributed { None } else { self.relevant.get(*inner) };
            let facts = seen.into_iter().flatten().filter_map(|name| Some((*name, at(owner, *bits.get(name)?)?)));
            known.push((*inner, reached, facts.collect::<Vec<_>>()));
        }
        for (inner, reached, facts) in known {
            if let Some(entry) = self.entry.get_mut(inner).filter(|_| reached) {
                entry.get_or_insert_default().extend(facts);
            }
        }
    }

    /// What to say of a use.
    fn judge(&self, used: &Reference<'_>, fact: Fact) -> Option<Diagnostic> {
        let name = variable(used)?;
        if fact.surely || used.guard {
            return None;
        }
        if fact.maybe {
            // Who asks whether there is a value knows that there may be none.
            let message = format!("`${name}` is not assigned on every path to `{}`", used.state);
            let help = format!("assign it before the paths part, or ask whether it is there: {}", asking(used, name));
            return (!self.guarded.contains(name)).then(|| new(Code::MaybeUnassigned, used, message).with_help(help));
        }
        let scope = self.parts.states.get(used.state_number)?.scope;
        let certain = used.language == QueryLanguage::JsonPath && used.needed;
        let code = if certain { Code::UnassignedVariable } else { Code::MaybeUnassigned };
        let Some(scopes) = self.scopes_of.get(name) else {
            if self.guarded.contains(name) {
                return None;
            }
            let diagnostic = new(code, used, format!("no state assigns `${name}`"));
            let reserved = (used.language == QueryLanguage::Jsonata).then_some("states");
            return Some(match self.lookups.nearest(name, self.scopes_of.keys().copied().chain(reserved)) {
                Some(near) => diagnostic.with_help(format!("did you mean `${near}`?")),
                None => {
                    diagnostic.with_help(format!("give it a value with `Assign` in a state before `{}`", used.state))
                }
            });
        };
        // The scopes whose variables are seen here, then those behind a distributed map.
        let mut hidden = false;
        let mut around = Some(scope);
        while let Some(number) = around {
            let here = scopes.contains(&number);
            if here && hidden {
                let message = format!("the iterations of a distributed map do not see `${name}`");
                let help = "hand its value in with `ItemSelector`, and read it from the input";
                return Some(new(Code::VariableOutOfScope, used, message).with_help(help));
            }
            if here {
                let message = format!("no state before `{}` assigns `${name}`", used.state);
                let own = |one: &&Assigned<'_>| one.name == name && one.number == used.state_number;
                let help = match self.all.iter().find(own) {
                    Some(_) => "what a state assigns counts from the next state on".to_owned(),
                    None => "assign it in a state that comes before".to_owned(),
                };
                return Some(new(code, used, message).with_help(help));
            }
            let scope = self.parts.scopes.get(number)?;
            hidden |= scope.distributed;
            around = scope.parent;
        }
        let owner = scopes.first().and_then(|scope| self.parts.scopes.get(*scope)?.owner);
        let owner = owner.and_then(|owner| self.parts.states.get(owner)).map_or("", |owner| owner.name);
        let message = format!("`${name}` is a variable inside `{owner}`, which `{}` does not see", used.state);
        Some(new(code, used, message).with_help("hand its value on in the output"))
    }
}

fn new(code: Code, used: &Reference<'_>, message: String) -> Diagnostic {
    let range = &used.range;
    Diagnostic::new(code, used.pointer.clone(), message).with_range(range.start, range.end - range.start)
}

/// How a language asks whether a variable has a value.
fn asking(used: &Reference<'_>, name: &str) -> String {
    match used.language {
        QueryLanguage::JsonPath => "`IsPresent`".to_owned(),
        QueryLanguage::Jsonata => format!("`$exists(${name})`"),
    }
}
