//! How each state is reached.

use super::Definition;

/// How a state is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Entered {
    /// By a way without an error.
    InOrder,
    /// By a catcher alone.
    AfterAnError,
    Never,
}

/// How each state is reached, by its number among the parts.
pub(super) fn entered(definition: &Definition<'_>) -> Vec<Entered> {
    let parts = &definition.parts;
    let ways = definition.graphs_of_scopes().into_iter().map(|graph| {
        let graph = graph?;
        let in_order = graph.flow().reached(graph.start(), |edge| !edge.is_caught());
        Some((graph, in_order, graph.reachable()))
    });
    let ways: Vec<_> = ways.collect();
    let mut entered: Vec<Entered> = Vec::new();
    for state in &parts.states {
        // A state stands after the one that holds it.
        let owner = parts.scopes.get(state.scope).and_then(|scope| entered.get(scope.owner?).copied());
        let own = ways.get(state.scope).and_then(Option::as_ref).and_then(|(graph, in_order, at_all)| {
            let number = graph.number(state.name)?;
            Some((*in_order.get(number)?, *at_all.get(number)?))
        });
        entered.push(match (owner.unwrap_or(Entered::InOrder), own) {
            (Entered::Never, _) | (_, Some((_, false)) | None) => Entered::Never,
            (Entered::InOrder, Some((true, _))) => Entered::InOrder,
            _ => Entered::AfterAnError,
        });
    }
    entered
}
