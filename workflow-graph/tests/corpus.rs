//! The whole corpus drawn: no label on another, no line through a state, no text outside its box.

use serde_json::{Value, json};
use workflow_graph::layout::{Frame, Layout, Point, Text};
use workflow_graph::{Direction, Graph, Mark};

fn corpus() -> Vec<(String, Value)> {
    let Some(folder) = workflow_recorded::data("corpus/definitions") else { return Vec::new() };
    let mut read: Vec<_> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .filter_map(|entry| {
            let path = entry.ok()?.path();
            let value: Value = serde_json::from_slice(&std::fs::read(&path).ok()?).ok()?;
            Some((path.file_stem()?.to_string_lossy().into_owned(), value.get("definition")?.clone()))
        })
        .collect();
    read.sort_by(|one, other| one.0.cmp(&other.0));
    read
}

/// Whether two rectangles have more than their borders in common.
fn overlap(one: &Frame, other: &Frame) -> bool {
    one.x + 0.6 < other.right()
        && other.x + 0.6 < one.right()
        && one.y + 0.6 < other.bottom()
        && other.y + 0.6 < one.bottom()
}

fn around(from: &Point, to: &Point) -> Frame {
    let (x, y) = (from.x.min(to.x), from.y.min(to.y));
    Frame { x: x - 0.5, y: y - 0.5, width: (from.x - to.x).abs() + 1.0, height: (from.y - to.y).abs() + 1.0 }
}

fn inside(text: &Text, frame: &Frame) -> bool {
    let own = &text.frame;
    own.x >= frame.x - 0.5
        && own.y >= frame.y - 0.5
        && own.right() <= frame.right() + 0.5
        && own.bottom() <= frame.bottom() + 0.5
}

/// The straight parts of each line, with the number of the line.
fn parts(layout: &Layout<'_>) -> Vec<(usize, Point, Point)> {
    let mut parts = Vec::new();
    for (number, edge) in layout.edges.iter().enumerate() {
        for piece in &edge.pieces {
            parts.extend(piece.windows(2).map(|pair| (number, pair[0], pair[1])));
        }
    }
    parts
}

/// What is wrong with a layout: labels that overlap, lines through states or labels, texts outside their boxes; and how many
/// lines cross.
fn measure(layout: &Layout<'_>) -> ([usize; 3], usize) {
    let labels: Vec<_> = layout.edges.iter().filter_map(|edge| edge.label_frame).collect();
    let leaves: Vec<_> = layout.states.iter().filter(|state| state.state.scopes.is_empty()).collect();
    let parts = parts(layout);
    let mut overlapping = 0;
    for (at, label) in labels.iter().enumerate() {
        overlapping += labels[at + 1..].iter().filter(|other| overlap(label, other)).count();
        overlapping += leaves.iter().filter(|state| overlap(label, &state.frame)).count();
    }
    let mut through = 0;
    for (_, from, to) in &parts {
        let line = around(from, to);
        through += leaves.iter().filter(|state| overlap(&line, &state.frame)).count();
        through += labels.iter().filter(|label| overlap(&line, label)).count();
    }
    let mut outside = 0;
    let picture = Frame { width: layout.width, height: layout.height, ..Frame::default() };
    for state in &layout.states {
        outside += state.texts.iter().filter(|text| !inside(text, &state.frame) || !inside(text, &picture)).count();
    }
    for edge in &layout.edges {
        outside += edge.label.iter().filter(|text| !edge.label_frame.is_some_and(|frame| inside(text, &frame))).count();
    }
    let mut crossings = 0;
    for (at, (line, from, to)) in parts.iter().enumerate() {
        for (other_line, other_from, other_to) in &parts[at + 1..] {
            let upright = |from: &Point, to: &Point| (from.x - to.x).abs() < 0.1;
            let (one, other) = match (upright(from, to), upright(other_from, other_to)) {
                (true, false) => ((from, to), (other_from, other_to)),
                (false, true) => ((other_from, other_to), (from, to)),
                _ => continue,
            };
            let between = |value: f64, from: f64, to: f64| from.min(to) + 0.5 < value && value < from.max(to) - 0.5;
            let crosses = between(one.0.x, other.0.x, other.1.x) && between(other.0.y, one.0.y, one.1.y);
            crossings += usize::from(line != other_line && crosses);
        }
    }
    ([overlapping, through, outside], crossings)
}

#[test]
fn nothing_lies_on_anything_else() {
    let (mut crossings, mut lines) = (0, 0);
    let mut wrong = Vec::new();
    for (id, definition) in corpus() {
        let graph = Graph::of_definition(&definition);
        for direction in [Direction::TopDown, Direction::LeftRight] {
            let layout = graph.layout(direction);
            let (found, crossing) = measure(&layout);
            if found != [0; 3] {
                wrong.push(format!("{id} {direction:?}: {found:?}"));
            }
            if direction == Direction::TopDown {
                crossings += crossing;
                lines += layout.edges.len();
            }
        }
    }
    assert!(wrong.is_empty(), "labels that overlap, lines through boxes, texts outside:\n{}", wrong.join("\n"));
    println!("{crossings} crossings of {lines} lines");
    assert!(crossings * 10 <= lines * 6, "{crossings} crossings of {lines} lines");
}

#[test]
fn the_same_definition_gives_the_same_bytes() {
    for (id, definition) in corpus().into_iter().step_by(7) {
        let draw = || {
            let graph = Graph::of_definition(&definition).named("machine");
            [graph.to_svg(), graph.to_html(), graph.to_mermaid(), graph.to_dot(), graph.to_text()]
        };
        assert_eq!(draw(), draw(), "{id}");
        // A change to the same is no change.
        let same = Graph::of_change(&definition, &definition);
        assert_eq!(same.to_svg(), Graph::of_definition(&definition).to_svg(), "{id}");
    }
}

#[test]
fn every_transition_is_drawn() {
    for (id, definition) in corpus() {
        let graph = Graph::of_definition(&definition);
        let expected: usize = edges(&graph.scope);
        let layout = graph.layout(Direction::TopDown);
        let drawn = layout.edges.iter().filter(|edge| edge.edge.is_some()).count();
        assert_eq!(drawn, expected, "{id}");
        assert_eq!(layout.states.len(), graph.states().len(), "{id}");
        assert!(layout.edges.iter().all(|edge| edge.pieces.iter().all(|piece| piece.len() > 1)), "{id}");
    }
}

/// The edges of a scope and of those inside it, but for those from a state to itself.
fn edges(scope: &workflow_graph::Scope) -> usize {
    let inside: usize = scope.states.iter().flat_map(|state| &state.scopes).map(edges).sum();
    scope.edges.iter().filter(|edge| edge.from != edge.to).count() + inside
}

#[test]
fn what_is_no_definition_is_drawn_as_far_as_it_is_understood() {
    for definition in [
        json!(null),
        json!({}),
        json!({"StartAt": "A", "States": {}}),
        json!({"StartAt": "A", "States": {"A": null}}),
        json!({"StartAt": "Nowhere", "States": {"A": {"Type": "Choice", "Choices": [{"Next": "A"}], "Default": "A"}}}),
        json!({"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "A"}, "": {"Type": "Pass", "Next": "B"}}}),
        json!({"StartAt": "A", "States": {"A": {"Type": "Parallel", "Branches": [{}, {"States": {}}], "End": true}}}),
        json!({"StartAt": "A", "States": {"A": {"Type": "Map", "End": true}, "B": {"Type": "Pass", "Next": "C"},
            "C": {"Type": "Pass", "Next": "B"}}}),
    ] {
        for direction in [Direction::TopDown, Direction::LeftRight] {
            let graph = Graph::of_definition(&definition);
            let drawn = [graph.to_svg_in(direction), graph.to_dot_in(direction), graph.to_text_in(direction)];
            assert!(drawn.iter().all(|text| !text.contains("NaN") && !text.contains("inf\"")), "{definition}");
        }
    }
}

#[test]
fn a_change_shows_what_was_added_removed_changed_and_renamed() {
    let old = json!({"StartAt": "A", "States": {
        "A": {"Type": "Wait", "Seconds": 3, "Next": "B"},
        "B": {"Type": "Parallel", "Next": "C", "Branches": [{"StartAt": "X", "States": {
            "X": {"Type": "Pass", "Next": "Y"}, "Y": {"Type": "Task", "Resource": "arn:aws:states:::sns:publish", "End": true}}}]},
        "C": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": "f"}, "End": true}}});
    let new = json!({"StartAt": "A", "States": {
        "A": {"Type": "Wait", "Seconds": 4, "Next": "B"},
        "B": {"Type": "Parallel", "Next": "Call", "Branches": [{"StartAt": "X", "States": {
            "X": {"Type": "Pass", "End": true}}}]},
        "Call": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": "f"}, "Next": "Done"},
        "Done": {"Type": "Succeed"}}});
    let graph = Graph::of_change(&old, &new);
    let marks: Vec<_> = graph.states().iter().map(|state| (state.name.as_str(), state.mark)).collect();
    let expected = [
        ("A", Mark::Changed),
        ("B", Mark::None),
        ("X", Mark::None),
        ("Y", Mark::Removed),
        ("Call", Mark::Renamed),
        ("Done", Mark::Added),
    ];
    assert_eq!(marks, expected);
    let branch = &graph.scope.states[1].scopes[0];
    assert_eq!((branch.edges.len(), branch.edges[0].mark, branch.states[0].end_mark), (1, Mark::Removed, Mark::Added));
    let edges: Vec<_> = graph.scope.edges.iter().map(|edge| (edge.from, edge.to, edge.mark)).collect();
    assert_eq!(edges, [(0, 1, Mark::None), (1, 2, Mark::None), (2, 3, Mark::Added)]);
    assert!(graph.to_svg().contains("(removed)") && graph.to_text().contains("was “C”"), "{}", graph.to_text());
}
