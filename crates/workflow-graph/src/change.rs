//! The graph of a change: the new definition with the added, changed, renamed and removed parts.

use std::collections::BTreeMap;

use serde_json::Value;
use workflow_asl::Pointer;
use workflow_asl::difference::{Difference, StateDifference};
use workflow_asl::graph::EdgeKind;

use crate::{Edge, Graph, Mark, Scope, State};

impl Graph {
    /// Returns the graph of the change from an older to a newer definition. [`workflow_asl::difference`] decides which
    /// state became which.
    ///
    /// ```
    /// use serde_json::json;
    /// use workflow_graph::{Graph, Mark};
    ///
    /// let machine = |name: &str, seconds| json!({"StartAt": name, "States": {
    ///     name: {"Type": "Wait", "Seconds": seconds, "Next": "Done"}, "Done": {"Type": "Succeed"}}});
    /// let change = Graph::of_change(&machine("Rest", 3), &machine("Rest", 4));
    /// assert_eq!(change.scope.states[0].mark, Mark::Changed);
    /// ```
    pub fn of_change(old: &Value, new: &Value) -> Self {
        let difference = Difference::of(old, new);
        let before = Self::of_definition(old);
        let mut graph = Self::of_definition(new);
        let mut now = BTreeMap::new();
        let mut later = BTreeMap::new();
        for state in &difference.states {
            if let (Some(old), Some(new)) = (&state.old, &state.new) {
                now.insert(old.pointer.as_str(), new.pointer.as_str());
            }
            if let Some(new) = &state.new {
                later.insert(new.pointer.as_str(), state);
            }
        }
        graph.scope.mark_changed(&later);
        let was = now.iter().map(|(old, new)| (*new, *old)).collect();
        let before = Before { scopes: scopes(&before.scope), now, was };
        before.merge(&mut graph.scope, &Pointer::root());
        graph
    }
}

/// Returns the scopes of a graph by their pointers.
fn scopes(scope: &Scope) -> BTreeMap<&str, &Scope> {
    let mut all = BTreeMap::from([(scope.pointer.as_str(), scope)]);
    for state in &scope.states {
        state.scopes.iter().for_each(|inside| all.append(&mut scopes(inside)));
    }
    all
}

impl Scope {
    fn mark_changed(&mut self, differences: &BTreeMap<&str, &StateDifference>) {
        for state in &mut self.states {
            if let Some(difference) = differences.get(state.pointer.as_str()) {
                let renamed = difference.renamed();
                // The differences are shown on the states inside.
                let own = difference.fields.iter().any(|field| {
                    !matches!(
                        field.name.as_str(),
                        "Next" | "Default" | "End" | "Branches" | "ItemProcessor" | "Iterator"
                    )
                });
                state.mark = match (difference.is_added(), renamed, own) {
                    (true, ..) => Mark::Added,
                    (_, Some(_), _) => Mark::Renamed,
                    (_, _, true) => Mark::Changed,
                    _ => Mark::None,
                };
                if let Some((old, _)) = renamed {
                    let detail = state.detail.take().map(|detail| format!("{detail}, ")).unwrap_or_default();
                    state.detail = Some(format!("{detail}was “{old}”"));
                }
            }
            state.scopes.iter_mut().for_each(|scope| scope.mark_changed(differences));
        }
    }
}

/// The older definition.
struct Before<'b> {
    scopes: BTreeMap<&'b str, &'b Scope>,
    /// The new pointer of each state that still exists, by its old pointer.
    now: BTreeMap<&'b str, &'b str>,
    /// The old pointer of each state that still exists, by its new pointer.
    was: BTreeMap<&'b str, &'b str>,
}

impl Before<'_> {
    /// Adds the states and edges that the older definition had in the scope at `was`.
    fn merge(&self, scope: &mut Scope, was: &Pointer) {
        for state in &mut scope.states {
            let old = self.was.get(state.pointer.as_str()).copied();
            let own = state.pointer.as_str().len();
            for inside in &mut state.scopes {
                let rest = inside.pointer.as_str().get(own..).unwrap_or_default();
                if let Some(old) = old {
                    let pointer = rest.split('/').skip(1).fold(pointer(old), |at, token| at.child(token));
                    self.merge(inside, &pointer);
                }
            }
        }
        let Some(before) = self.scopes.get(was.as_str()) else { return };
        let numbers: Vec<Option<usize>> = before.states.iter().map(|state| self.number(scope, state)).collect();
        let number = |old: usize| numbers.get(old).copied().flatten();
        let mut kept = vec![false; scope.edges.len()];
        for old in &before.edges {
            let (Some(from), Some(to)) = (number(old.from), number(old.to)) else { continue };
            let same = |edge: &Edge| {
                let kind = match (edge.kind, old.kind) {
                    (EdgeKind::Choice(_), EdgeKind::Choice(_)) | (EdgeKind::Catch(_), EdgeKind::Catch(_)) => true,
                    (one, other) => one == other,
                };
                edge.from == from && edge.to == to && kind && edge.label == old.label
            };
            let found = scope.edges.iter().zip(&kept).position(|(edge, kept)| !kept && same(edge));
            match found.and_then(|found| kept.get_mut(found)) {
                Some(kept) => *kept = true,
                None => scope.edges.push(Edge { from, to, mark: Mark::Removed, ..old.clone() }),
            }
        }
        for (edge, kept) in scope.edges.iter_mut().zip(kept) {
            if !kept {
                edge.mark = Mark::Added;
            }
        }
        if scope.start.is_none() {
            scope.start = before.start.and_then(number);
        }
        let ended = before.states.iter().zip(&numbers).filter_map(|(old, number)| Some((old.ends, (*number)?)));
        for (ended, number) in ended {
            if let Some(state) = scope.states.get_mut(number).filter(|state| state.mark != Mark::Removed) {
                state.end_mark = match (ended, state.ends) {
                    (false, true) => Mark::Added,
                    (true, false) => Mark::Removed,
                    _ => Mark::None,
                };
                state.ends |= ended;
            }
        }
    }

    /// Returns the index of an old state in the scope, which is added to the scope if it was removed. Returns `None`
    /// for a state that moved to another scope.
    fn number(&self, scope: &mut Scope, old: &State) -> Option<usize> {
        match self.now.get(old.pointer.as_str()) {
            Some(now) => {
                scope.states.iter().position(|state| state.pointer.as_str() == *now && state.mark != Mark::Removed)
            }
            None => {
                let mut removed = old.clone();
                removed.remove();
                scope.states.push(removed);
                Some(scope.states.len() - 1)
            }
        }
    }
}

impl State {
    /// Marks the state and everything in it as removed.
    fn remove(&mut self) {
        (self.mark, self.end_mark) = (Mark::Removed, Mark::Removed);
        self.retriers.iter_mut().for_each(|retrier| retrier.mark = Mark::Removed);
        self.scopes.iter_mut().for_each(|scope| scope.mark(&|_| Mark::Removed));
    }
}

/// Parses a pointer whose text comes from another pointer.
fn pointer(text: &str) -> Pointer {
    text.split('/').skip(1).fold(Pointer::root(), |at, token| at.child(&token.replace("~1", "/").replace("~0", "~")))
}
