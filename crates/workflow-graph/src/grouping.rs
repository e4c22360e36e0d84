//! Boxes around the states that one use of a fragment became, whose names begin with the name of the use.
//!
//! The definition alone decides, so that the picture of a definition read from AWS has the same boxes.

use std::collections::{BTreeMap, BTreeSet};

use workflow_asl::Pointer;
use workflow_asl::graph::{EdgeKind, GROUP_SEPARATOR};
use workflow_asl::limits::STATE_NAME_CHARS;

use crate::{Edge, Graph, Mark, Scope, State};

impl Graph {
    /// Returns one graph of several machines, with a box around each. The pointers are those of a list of their
    /// definitions.
    ///
    /// ```
    /// use workflow_graph::Graph;
    ///
    /// let definition = serde_json::json!({"StartAt": "A", "States": {"A": {"Type": "Succeed"}}});
    /// let graphs = ["Pay", "Ship"].map(|name| Graph::of_definition(&definition).named(name));
    /// assert!(Graph::of_several(graphs).to_mermaid().contains("Ship"));
    /// ```
    pub fn of_several(graphs: impl IntoIterator<Item = Self>) -> Self {
        let machine = |(number, mut graph): (usize, Self)| State {
            name: graph.name.unwrap_or_default(),
            pointer: {
                let own = Pointer::root().index(number);
                graph.scope.move_into(&own);
                own
            },
            is_group: true,
            comment: graph.comment,
            detail: Some(counted(graph.scope.states.len())),
            scopes: vec![graph.scope],
            problems: graph.problems,
            ..State::default()
        };
        let states = graphs.into_iter().enumerate().map(machine).collect();
        let scope = Scope { states, ..Scope::default() };
        Self { name: Some("State machines".to_owned()), comment: None, scope, problems: Vec::new() }
    }

    /// Returns the graph in which a box stands for the states `Told / Ask`, `Told / Send` … of a scope, and contains
    /// them. Edges that leave them for other states leave the box.
    ///
    /// States are left as they are if several of them are entered from outside: a use of a fragment has one first state.
    pub(crate) fn grouped(&self) -> Self {
        let mut graph = self.clone();
        group(&mut graph.scope, "");
        graph
    }
}

impl Scope {
    /// Moves everything to a place in another document.
    fn move_into(&mut self, place: &Pointer) {
        let moved = |own: &Pointer| own.tokens().fold(place.clone(), |at, token| at.child(&token));
        self.pointer = moved(&self.pointer);
        self.edges.iter_mut().for_each(|edge| edge.pointer = moved(&edge.pointer));
        for state in &mut self.states {
            state.pointer = moved(&state.pointer);
            state.retriers.iter_mut().for_each(|retrier| retrier.pointer = moved(&retrier.pointer));
            state.scopes.iter_mut().for_each(|scope| scope.move_into(place));
        }
    }
}

/// A group of states of a scope, which becomes a box.
#[derive(Default)]
struct Group {
    /// The part of the states' names that is the group's.
    name: String,
    /// The number of its states.
    members: usize,
    /// The states that are entered from outside.
    entries: BTreeSet<usize>,
    /// The index of its box in the scope.
    place: Option<usize>,
    /// Its states and the edges between them.
    inside: Scope,
}

/// Groups the states of a scope whose names begin with `prefix`, and the states of the scopes inside it. The prefix is
/// not shown, because the boxes around the scope have it.
fn group(scope: &mut Scope, prefix: &str) {
    for state in scope.states.iter_mut().filter(|_| !prefix.is_empty()) {
        if let Some(rest) = state.name.strip_prefix(prefix) {
            state.short_name = Some(rest.to_owned());
        }
    }
    let (mut groups, group_of) = named_groups(scope, prefix);
    for (state, _) in scope.states.iter_mut().zip(&group_of).filter(|(_, group)| group.is_none()) {
        state.scopes.iter_mut().for_each(|inside| group(inside, prefix));
    }
    if groups.is_empty() {
        return;
    }
    let old = std::mem::take(scope);
    (scope.pointer, scope.title) = (old.pointer, old.title);
    // The index of each state in its new scope.
    let mut numbers = Vec::with_capacity(old.states.len());
    for (state, own) in old.states.into_iter().zip(&group_of) {
        let states = match own.and_then(|own| groups.get_mut(own)) {
            Some(group) => {
                group.place.get_or_insert_with(|| {
                    scope.states.push(State::default());
                    scope.states.len() - 1
                });
                &mut group.inside.states
            }
            None => &mut scope.states,
        };
        numbers.push(states.len());
        states.push(state);
    }
    let group_of = |state: usize| group_of.get(state).copied().flatten();
    let number = |state: usize| numbers.get(state).copied();
    let places: Vec<_> = groups.iter().map(|group| group.place).collect();
    let place = |state: usize| match group_of(state) {
        Some(group) => places.get(group).copied().flatten(),
        None => number(state),
    };
    scope.start = old.start.and_then(place);
    let mut known = BTreeMap::new();
    for edge in old.edges {
        let around = group_of(edge.from);
        match around.filter(|_| around == group_of(edge.to)).and_then(|own| groups.get_mut(own)) {
            Some(group) => {
                let ends = number(edge.from).zip(number(edge.to));
                group.inside.edges.extend(ends.map(|(from, to)| Edge { from, to, ..edge }));
            }
            None => {
                let Some((from, to)) = place(edge.from).zip(place(edge.to)) else { continue };
                leave(&mut scope.edges, &mut known, Edge { from, to, ..edge });
            }
        }
    }
    for group in groups {
        if let Some(own) = group.place.and_then(|place| scope.states.get_mut(place)) {
            let start = group.entries.first().copied().and_then(number);
            *own = boxed(Group { inside: Scope { start, ..group.inside }, ..group }, prefix);
        }
    }
}

/// Returns the groups of a scope, and the group of each state.
fn named_groups(scope: &Scope, prefix: &str) -> (Vec<Group>, Vec<Option<usize>>) {
    let mut known = BTreeMap::new();
    let mut groups = Vec::new();
    // Longer names are errors. The limit also limits how deep boxes are nested.
    let is_valid = |state: &&State| state.name.chars().nth(STATE_NAME_CHARS).is_none();
    for state in scope.states.iter().filter(is_valid) {
        match state.name.strip_prefix(prefix).and_then(|rest| rest.split_once(GROUP_SEPARATOR)) {
            None | Some(("", _) | (_, "")) => {}
            Some((name, _)) => {
                known.entry(name).or_insert_with(|| {
                    groups.push(Group { name: name.to_owned(), ..Group::default() });
                    groups.len() - 1
                });
            }
        }
    }
    // The state that computes the arguments of a use has the name of the use itself.
    let own = |state: &State| {
        let rest = state.name.strip_prefix(prefix)?;
        known.get(rest.split_once(GROUP_SEPARATOR).map_or(rest, |(name, _)| name)).copied()
    };
    let mut group_of: Vec<Option<usize>> = scope.states.iter().map(own).collect();
    let of = |state: usize| group_of.get(state).copied().flatten();
    for state in 0..group_of.len() {
        of(state).and_then(|own| groups.get_mut(own)).into_iter().for_each(|group| group.members += 1);
    }
    let entered = scope.edges.iter().filter(|edge| of(edge.from) != of(edge.to)).map(|edge| edge.to);
    for state in entered.chain(scope.start) {
        of(state).and_then(|own| groups.get_mut(own)).into_iter().for_each(|group| {
            group.entries.insert(state);
        });
    }
    let is_box = |group: &Group| group.members > 1 && group.entries.len() == 1;
    for own in &mut group_of {
        own.take_if(|own| !groups.get(*own).is_some_and(is_box));
    }
    if group_of.iter().all(Option::is_none) {
        groups.clear();
    }
    (groups, group_of)
}

/// Adds an edge, unless another one looks the same: each task of a use has the catchers of the use.
fn leave(edges: &mut Vec<Edge>, known: &mut BTreeMap<(usize, usize, u8, String), usize>, new: Edge) {
    let kind = match new.kind {
        EdgeKind::Next => 0,
        EdgeKind::Default => 1,
        EdgeKind::Choice(_) => 2,
        EdgeKind::Catch(_) => 3,
    };
    let at = *known.entry((new.from, new.to, kind, new.label.clone())).or_insert(edges.len());
    match edges.get_mut(at) {
        Some(edge) if weight(edge.mark) < weight(new.mark) => *edge = new,
        Some(_) => {}
        None => edges.push(new),
    }
}

/// Returns the box of a group.
fn boxed(Group { name, mut inside, .. }: Group, prefix: &str) -> State {
    let prefix = format!("{prefix}{name}");
    let within = format!("{prefix}{GROUP_SEPARATOR}");
    let detail = Some(counted(inside.states.len()));
    let ending = || inside.states.iter().filter(|state| state.ends);
    let strongest = |marks: &mut dyn Iterator<Item = Mark>| marks.max_by_key(|mark| weight(*mark)).unwrap_or_default();
    let own = State {
        short_name: (name != prefix).then_some(name),
        name: prefix,
        is_group: true,
        detail,
        ends: ending().next().is_some(),
        mark: strongest(&mut inside.states.iter().map(|state| state.mark)),
        end_mark: strongest(&mut ending().map(|state| state.end_mark)),
        ..State::default()
    };
    group(&mut inside, &within);
    State { scopes: vec![inside], ..own }
}

fn counted(states: usize) -> String {
    format!("{states} {}", if states == 1 { "state" } else { "states" })
}

/// Returns which of the marks of a box's parts is the mark of the box: the greatest.
fn weight(mark: Mark) -> u8 {
    match mark {
        Mark::Untaken | Mark::Removed => 0,
        Mark::Added | Mark::Renamed | Mark::Changed => 1,
        Mark::None => 2,
        Mark::Taken | Mark::Caught => 3,
        Mark::Aborted => 4,
        Mark::Running => 5,
        Mark::Failed => 6,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn names(scope: &Scope) -> Vec<String> {
        let inside = |state: &State| {
            let inner = state.scopes.iter().map(|scope| names(scope).join(" ")).collect::<Vec<_>>().join("; ");
            if inner.is_empty() { state.shown_name().to_owned() } else { format!("{}({inner})", state.shown_name()) }
        };
        scope.states.iter().map(inside).collect()
    }

    #[test]
    fn the_states_of_a_use_are_in_a_box() {
        let task = |next: &str| {
            json!({"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Next": next,
                "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Failed"}]})
        };
        let definition = json!({"StartAt": "Told / Ask", "States": {
            "Told / Ask": task("Told / Send / First"),
            "Told / Send / First": task("Told / Send / Last"),
            "Told / Send / Last": task("Done"),
            "Done": {"Type": "Succeed"},
            "Failed": {"Type": "Fail"}}});
        let mut graph = Graph::of_definition(&definition);
        let taken = ["/States/Told ~1 Ask", "/States/Told ~1 Ask/Catch/0/Next"];
        graph.mark(&|pointer| if taken.contains(&pointer.as_str()) { Mark::Taken } else { Mark::Untaken });
        let graph = graph.grouped();
        assert_eq!(names(&graph.scope), ["Told(Ask Send(First Last))", "Done", "Failed"]);
        let edges: Vec<_> = graph.scope.edges.iter().map(|edge| (edge.from, edge.to, edge.mark)).collect();
        assert_eq!(edges, [(0, 2, Mark::Taken), (0, 1, Mark::Untaken)]);
        let told = &graph.scope.states[0];
        assert_eq!((told.mark, told.scopes[0].start, told.scopes[0].edges.len()), (Mark::Taken, Some(0), 1));
        assert_eq!(told.scopes[0].states[1].mark, Mark::Untaken);
    }

    #[test]
    fn states_that_are_entered_at_several_places_are_not() {
        let pass = |next: &str| json!({"Type": "Pass", "Next": next});
        let entered_twice = json!({"StartAt": "A / One", "States": {
            "A / One": pass("B"), "B": pass("A / Two"), "A / Two": {"Type": "Succeed"}}});
        assert_eq!(names(&Graph::of_definition(&entered_twice).grouped().scope), ["A / One", "B", "A / Two"]);
        let alone = json!({"StartAt": "A / One", "States": {"A / One": {"Type": "Succeed"}}});
        assert_eq!(names(&Graph::of_definition(&alone).grouped().scope), ["A / One"]);
    }

    #[test]
    fn scopes_inside_a_use_do_not_show_its_name_again() {
        let definition = json!({"StartAt": "Told / Each", "States": {
            "Told / Each": {"Type": "Map", "Next": "Told / Done", "ItemProcessor": {"StartAt": "Told / Ask", "States": {
                "Told / Ask": {"Type": "Pass", "Next": "Told / Send / One"},
                "Told / Send / One": {"Type": "Pass", "Next": "Told / Send / Two"},
                "Told / Send / Two": {"Type": "Pass", "End": true}}}},
            "Told / Done": {"Type": "Pass", "End": true}}});
        let graph = Graph::of_definition(&definition).grouped();
        assert_eq!(names(&graph.scope), ["Told(Each(Ask Send(One Two)) Done)"]);
    }

    #[test]
    fn the_state_that_computes_the_arguments_is_in_the_box() {
        let definition = json!({"StartAt": "Told", "States": {
            "Told": {"Type": "Pass", "Next": "Told / Ask"}, "Told / Ask": {"Type": "Pass", "Next": "Told / Ask / Send"},
            "Told / Ask / Send": {"Type": "Pass", "End": true}}});
        let graph = Graph::of_definition(&definition).grouped();
        assert_eq!(names(&graph.scope), ["Told(Told Ask(Ask Send))"]);
        assert!(graph.scope.states[0].ends);
    }
}
