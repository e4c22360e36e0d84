//! Rules on the variables that `Assign` sets.

use std::collections::BTreeMap;

use super::Definition;
use super::object_index::ObjectIndex;
use crate::graph::EdgeKind;
use crate::limits::VARIABLE_NAME_CHARS;
use crate::reaching::{Assignment, assignments};
use crate::{Diagnostic, Finding, Pointer, placeholder};

/// The maximum number of scopes whose predecessors the rule on outer variables visits: each visit covers the whole
/// enclosing scope.
const FLOODS: usize = 200;

/// A variable that is assigned somewhere.
pub(super) struct Assigned<'a> {
    pub(super) name: &'a str,
    /// The member of `Assign`.
    key: &'a str,
    pub(super) scope: usize,
    state: &'a str,
    /// The state's number among the parts.
    pub(super) number: usize,
    /// The transition that it is assigned on.
    pub(super) on: EdgeKind,
}

impl Assigned<'_> {
    /// Returns its pointer.
    pub(super) fn at(&self, index: &ObjectIndex<'_>) -> Pointer {
        let state = index.states.get(self.number).map(|state| state.at.clone()).unwrap_or_default();
        let holder = match self.on {
            EdgeKind::Next | EdgeKind::Default => state,
            EdgeKind::Choice(i) => state.child("Choices").index(i),
            EdgeKind::Catch(i) => state.child("Catch").index(i),
        };
        holder.child("Assign").child(self.key)
    }
}

/// Returns every assignment, in the order of the states.
pub(super) fn assigned<'a>(index: &ObjectIndex<'a>) -> Vec<Assigned<'a>> {
    let states = index.states.iter().enumerate();
    let all = states.flat_map(|(number, state)| {
        assignments(state.state, state.language).map(move |Assignment { on, key, name }| Assigned {
            name,
            key,
            scope: state.scope,
            state: state.name,
            number,
            on,
        })
    });
    all.collect()
}

/// A variable's name begins with a letter, has only letters, digits and `_` (of any script, as identifiers of
/// UAX #31), at most 80 characters, and is not `states`.
pub(super) fn names_are_identifiers(definition: &Definition<'_>, found: &mut Vec<Diagnostic>) {
    for assigned in &definition.assigned {
        let (name, at) = (assigned.name, || assigned.at(&definition.index));
        if name == "states" {
            found.push(Finding::ReservedVariable {}.at(at()));
        } else if let Some(why) = variable_name_problem(name) {
            found.push(Finding::BadVariableName { name: name.to_owned(), why }.at(at()));
        }
    }
}

/// Returns why a variable cannot have this name, written without `$`: `it must begin with a letter`. `states` is reserved
/// besides.
///
/// <https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html>
pub fn variable_name_problem(name: &str) -> Option<&'static str> {
    if placeholder::contained(name) {
        return None;
    }
    if !name.chars().next().is_some_and(unicode_ident::is_xid_start) {
        Some("it must begin with a letter")
    } else if name.contains('.') || name.contains('[') {
        Some("a part of a variable cannot be assigned")
    } else if !name.chars().all(unicode_ident::is_xid_continue) {
        Some("it may only contain letters, digits and `_`")
    } else if name.chars().count() > VARIABLE_NAME_CHARS {
        Some("it has more than 80 characters")
    } else {
        None
    }
}

/// A state in a branch or map does not assign a variable that the scope around it has assigned before.
///
/// What the branch's own Parallel state or a later state assigns is not counted: AWS takes that
/// at least in the Parallel state's catchers.
pub(super) fn inner_scopes_do_not_assign_outer_variables(definition: &Definition<'_>, found: &mut Vec<Diagnostic>) {
    let all = &definition.assigned;
    let mut by_name: BTreeMap<(usize, &str), Vec<&Assigned<'_>>> = BTreeMap::new();
    for variable in all {
        by_name.entry((variable.scope, variable.name)).or_default().push(variable);
    }
    let graphs = definition.graphs_of_scopes();
    // Returns the states before the state that contains a scope.
    let mut before: BTreeMap<usize, Vec<bool>> = BTreeMap::new();
    let (scopes, states) = (&definition.index.scopes, &definition.index.states);
    for variable in all {
        let mut number = variable.scope;
        while let Some(inner) = scopes.get(number).filter(|scope| !scope.distributed) {
            let (Some(parent), Some(owner)) = (inner.parent, inner.owner.and_then(|owner| states.get(owner))) else {
                break;
            };
            let outer = by_name.get(&(parent, variable.name)).map(Vec::as_slice).unwrap_or_default();
            let graph = graphs.get(parent).copied().flatten();
            if let (Some(graph), false) = (graph, outer.is_empty()) {
                if before.len() > FLOODS && !before.contains_key(&number) {
                    break;
                }
                let owners = graph.number(owner.name);
                let before = before.entry(number).or_insert_with(|| graph.reaching(|state, _| Some(state) == owners));
                let earlier = |assigned: &&&Assigned<'_>| {
                    assigned.state != owner.name
                        && graph.number(assigned.state).is_some_and(|state| before.get(state) == Some(&true))
                };
                if let Some(outer) = outer.iter().find(earlier) {
                    let (name, at) = (variable.name.to_owned(), outer.at(&definition.index));
                    found.push(Finding::OuterVariable { name, at }.at(variable.at(&definition.index)));
                    break;
                }
            }
            number = parent;
        }
    }
}
