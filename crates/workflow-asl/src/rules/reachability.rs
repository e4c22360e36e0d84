//! The reachability of states: in order, after an error, or not at all.

use super::Definition;

/// How a state is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reachability {
    /// By a path without an error.
    InOrder,
    /// Only by a catcher.
    AfterAnError,
    Never,
}

/// Returns how each state is reached, by its number among the parts.
pub(super) fn reachability(definition: &Definition<'_>) -> Vec<Reachability> {
    let index = &definition.index;
    let ways = definition.graphs_of_scopes().into_iter().map(|graph| {
        let graph = graph?;
        let in_order = graph.flow().reached(graph.start(), |edge| !edge.is_caught());
        Some((graph, in_order, graph.reachable()))
    });
    let ways: Vec<_> = ways.collect();
    let mut reachability: Vec<Reachability> = Vec::new();
    for state in &index.states {
        // A state comes after the enclosing one.
        let owner = index.scopes.get(state.scope).and_then(|scope| reachability.get(scope.owner?).copied());
        let own = ways.get(state.scope).and_then(Option::as_ref).and_then(|(graph, in_order, at_all)| {
            let number = graph.number(state.name)?;
            Some((*in_order.get(number)?, *at_all.get(number)?))
        });
        reachability.push(match (owner.unwrap_or(Reachability::InOrder), own) {
            (Reachability::Never, _) | (_, Some((_, false)) | None) => Reachability::Never,
            (Reachability::InOrder, Some((true, _))) => Reachability::InOrder,
            _ => Reachability::AfterAnError,
        });
    }
    reachability
}
