//! The rule that a variable is assigned before its use: finds the assignments before each state, in each scope.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

use super::Definition;
use super::object_index::ObjectIndex;
use super::reachability::{Reachability, reachability};
use super::variables::Assigned;
use crate::document::QueryLanguage;
use crate::graph::{EdgeKind, Graph, happened};
use crate::nearest::Lookups;
use crate::references::{self, Reference, ReferenceRoot};
use crate::{Diagnostic, Finding, jsonata, placeholder};

/// The maximum number of transitions to follow, counted once for each 64 variables. AWS's largest documents need few.
const BUDGET: usize = 40_000_000;

/// The number of variables that are analysed together: the facts take memory in proportion to variables times states.
const BATCH: usize = 1_024;

/// The fact about a variable at the start of a state.
#[derive(Clone, Copy, Default)]
struct Fact {
    /// Some path has assigned it.
    maybe: bool,
    /// Every path has assigned it.
    surely: bool,
}

/// A used variable must have been assigned before. If only some paths assign it, this is a warning; if none does and
/// JSONPath reads it, an error.
///
/// A state sees the values from before it. The assignments of a rule or catcher replace the assignments of the state.
/// Nested scopes see the variables that were assigned before they began, but the scopes of a distributed map see no
/// outer variables. <https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html>
pub(super) fn variables_are_assigned_before_use(definition: &Definition<'_>, found: &mut Vec<Diagnostic>) {
    let all = &definition.assigned;
    if !definition.references().iter().any(|used| variable(used).is_some()) || !everything_is_known(definition, all) {
        return;
    }
    let Some(facts) = facts(definition, definition.references()) else { return };
    let uses = Uses::of(definition);
    // Once for each state and variable.
    let mut said = BTreeSet::new();
    for (used, fact) in definition.references().iter().zip(facts) {
        if let Some(fact) = fact
            && let Some(diagnostic) = uses.judge(used, fact)
            && said.insert((used.state_number, variable(used)))
        {
            found.push(diagnostic);
        }
    }
}

/// A function of JSONata is not called where a variable has its name: the variable hides the function.
pub(super) fn variables_do_not_hide_functions(definition: &Definition<'_>, found: &mut Vec<Diagnostic>) {
    let all = &definition.assigned;
    if !all.iter().any(|one| jsonata::is_function(one.name)) || !everything_is_known(definition, all) {
        return;
    }
    let calls = references::calls(&definition.index, &definition.texts);
    for (call, fact) in calls.iter().zip(facts(definition, &calls).into_iter().flatten()) {
        if let (Some(name), true) = (variable(call), fact.is_some_and(|fact| fact.maybe))
            && let Some(one) = all.iter().find(|one| one.name == name)
        {
            found.push(
                call.diagnostic(Finding::HiddenFunction { name: name.to_owned(), at: one.at(&definition.index) }),
            );
        }
    }
}

fn variable<'a>(used: &'a Reference<'_>) -> Option<&'a str> {
    match &used.root {
        ReferenceRoot::Variable(name) => Some(name),
        _ => None,
    }
}

/// Returns whether no placeholder and nothing unread hides an assignment or a transition.
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
    let objects = definition.index.states.iter().all(|state| {
        let rules = state.state.choices.iter().flatten().map(|rule| &rule.assign);
        let catchers = state.state.catch.iter().flatten().map(|catcher| &catcher.assign);
        std::iter::once(&state.state.assign).chain(rules).chain(catchers).flatten().all(serde_json::Value::is_object)
    });
    objects && !definition.graphs.iter().any(unread) && !all.iter().any(|one| placeholder::contained(one.name))
}

/// Returns the fact about each of these references to a variable in a reachable state, by the number of the reference; `None` if
/// there are too many transitions to follow.
///  A variable has a value if an earlier state of the scope assigns it, or in an enclosing scope a state before the one
/// that contains the scope.
fn facts(definition: &Definition<'_>, references: &[Reference<'_>]) -> Option<Vec<Option<Fact>>> {
    let index = &definition.index;
    let graphs = definition.graphs_of_scopes();
    let number = |state: usize| {
        let state = index.states.get(state)?;
        graphs.get(state.scope).copied().flatten()?.number(state.name)
    };
    let mut assigned: Vec<BTreeMap<&str, Vec<(usize, EdgeKind)>>> = vec![BTreeMap::new(); graphs.len()];
    for one in &definition.assigned {
        if let (Some(assigned), Some(state)) = (assigned.get_mut(one.scope), number(one.number)) {
            assigned.entry(one.name).or_default().push((state, one.on));
        }
    }
    let reachability = reachability(definition);
    // For each scope, the references to the variables that it assigns: the number of the variable and the number of the
    // reading state.
    let mut uses: Vec<BTreeMap<&str, Vec<(usize, usize)>>> = vec![BTreeMap::new(); graphs.len()];
    let mut facts = Vec::new();
    for (reference, used) in references.iter().enumerate() {
        let reached =
            reachability.get(used.state_number).is_some_and(|reachability| *reachability != Reachability::Never);
        let name = variable(used).filter(|_| reached);
        facts.push(name.map(|_| Fact::default()));
        let mut at = name.and(Some(used.state_number));
        while let (Some(state), Some(name)) = (at, name) {
            let Some(scope) = index.states.get(state).map(|state| state.scope) else { break };
            if let (Some(uses), Some(state)) = (uses.get_mut(scope), number(state))
                && assigned.get(scope).is_some_and(|assigned| assigned.contains_key(name))
            {
                uses.entry(name).or_default().push((reference, state));
            }
            at = index.scopes.get(scope).filter(|scope| !scope.distributed).and_then(|scope| scope.owner);
        }
    }
    let budget = Cell::new(BUDGET);
    for ((graph, assigned), uses) in graphs.iter().zip(&assigned).zip(&uses) {
        let Some(graph) = graph else { continue };
        let uses: Vec<_> = uses.iter().collect();
        for batch in uses.chunks(BATCH) {
            let mut brings: BTreeMap<(usize, EdgeKind), Vec<usize>> = BTreeMap::new();
            for (event, (name, _)) in batch.iter().enumerate() {
                for place in assigned.get(*name).into_iter().flatten() {
                    brings.entry(*place).or_default().push(event);
                }
            }
            let words = batch.len().div_ceil(64);
            let known = happened(graph.flow(), batch.len(), |edge, after| {
                let left = budget.get().checked_sub(words);
                budget.set(left.unwrap_or_default());
                let events = brings.get(&(edge.from, edge.kind.assigns()));
                events.into_iter().flatten().for_each(|event| after.note(*event));
                left.is_some()
            });
            for (event, (_, uses)) in batch.iter().enumerate() {
                for (reference, state) in *uses {
                    if let Some(Some(fact)) = facts.get_mut(*reference)
                        && let Some(Some(known)) = known.get(*state)
                    {
                        fact.maybe |= known.maybe.contains(event);
                        fact.surely |= known.surely.contains(event);
                    }
                }
            }
        }
    }
    (budget.get() > 0).then_some(facts)
}

/// The uses of variables, as messages look at them.
struct Uses<'d, 'a> {
    index: &'d ObjectIndex<'a>,
    all: &'d [Assigned<'a>],
    /// Unknown variables among the known ones.
    lookups: Lookups,
    /// Variables that some expression tests for a value.
    guarded: BTreeSet<&'d str>,
    /// The scopes in which each variable is assigned.
    scopes_of: BTreeMap<&'d str, BTreeSet<usize>>,
}

impl<'d, 'a> Uses<'d, 'a> {
    fn of(definition: &'d Definition<'a>) -> Self {
        let mut scopes_of: BTreeMap<&str, BTreeSet<usize>> = BTreeMap::new();
        for one in &definition.assigned {
            scopes_of.entry(one.name).or_default().insert(one.scope);
        }
        let guarded = definition.references().iter().filter(|used| used.guard).filter_map(variable).collect();
        let (index, all) = (&definition.index, definition.assigned.as_slice());
        Self { index, all, lookups: Lookups::default(), guarded, scopes_of }
    }

    /// Returns the finding about a use.
    fn judge(&self, used: &Reference<'_>, fact: Fact) -> Option<Diagnostic> {
        let name = variable(used)?;
        if fact.surely || used.guard {
            return None;
        }
        let state = used.state.to_owned();
        if fact.maybe {
            // A test allows that there is no value.
            let finding = Finding::NotOnEveryPath { name: name.to_owned(), state, language: used.language };
            return (!self.guarded.contains(name)).then(|| used.diagnostic(finding));
        }
        let scope = self.index.states.get(used.state_number)?.scope;
        let certain = used.language == QueryLanguage::JsonPath && used.needed;
        let Some(scopes) = self.scopes_of.get(name) else {
            if self.guarded.contains(name) {
                return None;
            }
            let reserved = (used.language == QueryLanguage::Jsonata).then_some("states");
            let member = reserved.filter(|_| jsonata::STATES_MEMBERS.contains(&name));
            let near = match member {
                Some(states) => Some(format!("{states}.{name}")),
                None => self.lookups.nearest(name, self.scopes_of.keys().copied().chain(reserved)).map(str::to_owned),
            };
            return Some(used.diagnostic(Finding::NeverAssigned { name: name.to_owned(), state, certain, near }));
        };
        let name = name.to_owned();
        // The scopes whose variables are visible here, then those outside a distributed map.
        let mut hidden = false;
        let mut around = Some(scope);
        while let Some(number) = around {
            let here = scopes.contains(&number);
            if here && hidden {
                return Some(used.diagnostic(Finding::VariableOutOfScope { name }));
            }
            if here {
                let own = self.all.iter().any(|one| one.name == name && one.number == used.state_number);
                return Some(used.diagnostic(Finding::NotAssignedBefore { name, state, certain, own }));
            }
            let scope = self.index.scopes.get(number)?;
            hidden |= scope.distributed;
            around = scope.parent;
        }
        let owner = scopes.first().and_then(|scope| self.index.scopes.get(*scope)?.owner);
        let owner = owner.and_then(|owner| self.index.states.get(owner)).map_or("", |owner| owner.name).to_owned();
        Some(used.diagnostic(Finding::VariableOfInnerScope { name, owner, state, certain }))
    }
}
