//! Pictures in which groups of states are folded: parallels, maps, uses of fragments, machines.

use crate::svg::escaped;
use crate::{Direction, Graph, Scope, State};

/// The number of states that the folded pictures of a page draw in all. Beyond it, a group opens with all others.
const MOST_STATES: usize = 2000;

impl State {
    /// Returns the name of the group that the state is: its pointer, or the name of a box; `None` if it has no states.
    pub(crate) fn group(&self) -> Option<&str> {
        let own = Some(self.pointer.as_str()).filter(|pointer| !pointer.is_empty()).unwrap_or(&self.name);
        (self.is_folded || !self.scopes.is_empty()).then_some(own)
    }
}

impl Graph {
    /// Returns the grouped graph with all groups folded but this one and those around it.
    pub(crate) fn folded(&self, open: &str) -> Self {
        let mut graph = self.clone();
        fold(&mut graph.scope, open);
        graph
    }

    /// Returns an element with a picture for each group that can be open; empty for a graph without groups.
    pub(super) fn folded_pictures(&self, direction: Direction) -> String {
        let whole = self.grouped();
        let groups: Vec<_> = whole.states().into_iter().filter_map(State::group).collect();
        if groups.is_empty() {
            return String::new();
        }
        let (mut pictures, mut left) = (String::new(), MOST_STATES);
        for open in std::iter::once("").chain(groups) {
            let folded = whole.folded(open);
            let states = folded.states().len();
            if folded == whole || (states > left && !open.is_empty()) {
                continue;
            }
            left = left.saturating_sub(states);
            let named = format!("<svg data-open=\"{}\" ", escaped(open));
            pictures.push_str(&self.to_svg_element(direction, Some(open)).replacen("<svg ", &named, 1));
        }
        format!("<template id=\"folds\">{pictures}</template>\n")
    }
}

/// Folds the groups of a scope. Returns whether the open one is among them.
fn fold(scope: &mut Scope, open: &str) -> bool {
    let mut is_around = false;
    for state in &mut scope.states {
        // Each is folded, whichever has the open one.
        let is_within = state.scopes.iter_mut().map(|scope| fold(scope, open)).max() == Some(true);
        if is_within || state.group() == Some(open) {
            is_around = true;
        } else if !state.scopes.is_empty() {
            let count: usize = state.scopes.iter().map(|scope| scope.states.len()).sum();
            // A box says it already.
            if !state.is_group {
                state.target = Some(format!("{count} {} inside", if count == 1 { "state" } else { "states" }));
            }
            state.is_folded = true;
            state.scopes.clear();
        }
    }
    is_around
}
