//! Tests the graphs of definitions: which nodes have certainly run before a node, and the paths on which a node has not
//! run.

use serde_json::json;
use workflow_asl::StateMachine;
use workflow_asl::graph::{EdgeKind, FlowGraph, Graph, Transition, happened};

#[derive(Clone, Copy)]
struct Edge {
    from: usize,
    to: usize,
    caught: bool,
}

impl Transition for Edge {
    fn source(&self) -> usize {
        self.from
    }

    fn target(&self) -> Option<usize> {
        Some(self.to)
    }
}

/// The event that an edge brings about, in a graph of so many nodes: that its node has run, or an error.
fn brings(edge: &Edge, nodes: usize) -> usize {
    if edge.caught { nodes } else { edge.from }
}

/// A graph as text: `A -> B; A !> H` has a success edge and a catch edge; the first node is the start.
fn graph(text: &str) -> (FlowGraph<Edge>, Vec<String>) {
    let mut names: Vec<String> = Vec::new();
    let mut leaving: Vec<Vec<Edge>> = Vec::new();
    for edge in text.split(';').map(str::trim).filter(|edge| !edge.is_empty()) {
        let mut words = edge.split_whitespace();
        let mut ends = Vec::new();
        let mut caught = false;
        for word in words.by_ref() {
            match word {
                "->" => caught = false,
                "!>" => caught = true,
                name => {
                    let node = names.iter().position(|known| known == name).unwrap_or_else(|| {
                        names.push(name.to_owned());
                        leaving.push(Vec::new());
                        names.len() - 1
                    });
                    ends.push((node, caught));
                }
            }
        }
        for pair in ends.windows(2) {
            let [(from, _), (to, caught)] = *pair else { unreachable!() };
            leaving[from].push(Edge { from, to, caught });
        }
    }
    (FlowGraph::new(Some(0), leaving), names)
}

/// What has certainly happened at a node: the names of states, and `!` for an error.
fn at(text: &str, node: &str) -> String {
    let (graph, names) = graph(text);
    let known = happened(&graph, names.len() + 1, |edge, after| {
        after.note(brings(edge, names.len()));
        true
    });
    let Some(node) = names.iter().position(|name| name == node) else { return "no such node".to_owned() };
    let certain = |event| known[node].as_ref().is_none_or(|known| known.surely.contains(event));
    let ran: Vec<_> = (0..=names.len()).filter(|event| certain(*event)).collect();
    // Each answer has its reason: a path without it, or none.
    for event in 0..=names.len() {
        let way = graph.shortest(node, |edge| brings(edge, names.len()) != event);
        assert_eq!(certain(event), way.is_none(), "{text} {node} {event:?}");
    }
    let ran: Vec<_> = ran.into_iter().map(|event| names.get(event).map_or("!", String::as_str)).collect();
    ran.join(" ")
}

#[test]
fn a_chain_has_run_in_order() {
    assert_eq!(at("A -> B -> C", "A"), "");
    assert_eq!(at("A -> B -> C", "C"), "A B");
}

#[test]
fn what_some_path_skips_is_not_certain() {
    assert_eq!(at("A -> B -> D; A -> C -> D; D -> E", "E"), "A D");
    assert_eq!(at("A -> B -> D; A -> D", "D"), "A");
}

#[test]
fn a_catch_edge_carries_the_error_and_not_the_result() {
    assert_eq!(at("A -> B; A !> H", "H"), "!");
    assert_eq!(at("A -> B; A !> H", "B"), "A");
    // One handler for several.
    assert_eq!(at("A -> B -> C; A !> H; B !> H; C !> H", "H"), "!");
    // A later success leaves the error, a way around the catch does not.
    assert_eq!(at("A -> B; A !> H -> I", "I"), "H !");
    assert_eq!(at("A -> B; A !> H -> B", "B"), "");
}

#[test]
fn a_loop_has_run_from_its_second_turn_on() {
    assert_eq!(at("A -> B -> C -> B; C -> D", "B"), "A");
    assert_eq!(at("A -> B -> C -> B; C -> D", "D"), "A B C");
    // Two loops in each other.
    assert_eq!(at("A -> B -> C -> D -> C; D -> B; D -> E", "C"), "A B");
    assert_eq!(at("A -> B -> C -> D -> C; D -> B; D -> E", "E"), "A B C D");
    // A try again after a catch.
    assert_eq!(at("A -> B -> C; B !> W -> B", "C"), "A B");
    assert_eq!(at("A -> B -> C; B !> W -> B", "W"), "A !");
}

#[test]
fn what_no_path_reaches_asks_for_nothing() {
    assert_eq!(at("A -> B; C -> B", "C"), "A B C !");
    assert_eq!(at("A -> B; C -> B", "B"), "A");
}

#[test]
fn many_events() {
    let chain: Vec<String> = (0..300).map(|node| format!("N{node}")).collect();
    assert_eq!(at(&chain.join(" -> "), "N299").split(' ').count(), 299);
}

#[test]
fn the_way_without_is_the_shortest() {
    let (graph, names) = graph("A -> B -> C -> D; A -> X -> Y -> D; A -> D");
    let way = graph.shortest(3, |edge| brings(edge, names.len()) != 2).unwrap();
    let way: Vec<_> = way.iter().map(|edge| names[edge.to].as_str()).collect();
    assert_eq!(way, ["D"]);
}

#[test]
fn knows_what_is_reached_and_what_ends() {
    let definition = json!({"StartAt": "A", "States": {
        "A": {"Type": "Task", "Resource": "r", "Next": "B", "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "C"}]},
        "B": {"Type": "Choice", "Choices": [{"Variable": "$.x", "IsNull": true, "Next": "A"}], "Default": "D"},
        "C": {"Type": "Fail"},
        "D": {"Type": "Pass", "Next": "D"},
        "E": {"Type": "Pass", "Next": "Nowhere"}}});
    let (machine, _) = StateMachine::read(&definition);
    let graph = Graph::of(machine.scope());
    let edges: Vec<_> = graph.edges().iter().map(|e| (e.from, e.to, e.kind)).collect();
    assert_eq!(
        edges,
        [
            (0, Some(1), EdgeKind::Next),
            (0, Some(2), EdgeKind::Catch(0)),
            (1, Some(0), EdgeKind::Choice(0)),
            (1, Some(3), EdgeKind::Default),
            (3, Some(3), EdgeKind::Next),
            (4, None, EdgeKind::Next),
        ]
    );
    assert_eq!(graph.reachable(), [true, true, true, true, false]);
    assert_eq!(graph.reaching_end(), [true, true, true, false, false]);
    assert_eq!(graph.loops(|_| true), [vec![0, 1], vec![3]]);
    assert_eq!(graph.loops(|edge| edge.kind != EdgeKind::Next), Vec::<Vec<usize>>::new());
    let pointer = EdgeKind::Choice(0).pointer(&graph.state_pointer(1));
    assert_eq!(pointer.as_str(), "/States/B/Choices/0/Next");
}
