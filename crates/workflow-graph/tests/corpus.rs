//! Draws the whole corpus. Labels must not overlap, lines must not cross states, and text must fit its box.

use serde_json::{Value, json};
use workflow_cases::every;
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

/// Returns whether two rectangles overlap, borders excluded.
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

/// Returns the straight parts of each line, with the index of the line.
fn parts(layout: &Layout<'_>) -> Vec<(usize, Point, Point)> {
    let mut parts = Vec::new();
    for (number, edge) in layout.edges.iter().enumerate() {
        for piece in &edge.pieces {
            parts.extend(piece.windows(2).map(|pair| (number, pair[0], pair[1])));
        }
    }
    parts
}

/// Counts the defects of a layout: overlapping labels, lines through states or labels, and texts outside their boxes.
/// Also counts the crossings of lines.
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
    let (mut crossings, mut turns, mut lines) = (0, 0, 0);
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
                let pieces = layout.edges.iter().flat_map(|edge| &edge.pieces);
                let is_upright = |from: &Point, to: &Point| (from.x - to.x).abs() < 0.5;
                let turn = |three: &&[Point]| is_upright(&three[0], &three[1]) != is_upright(&three[1], &three[2]);
                turns += pieces.flat_map(|piece| piece.windows(3)).filter(turn).count();
                lines += layout.edges.len();
            }
        }
    }
    assert!(wrong.is_empty(), "labels that overlap, lines through boxes, texts outside:\n{}", wrong.join("\n"));
    println!("{crossings} crossings and {turns} turns of {lines} lines");
    assert!(crossings * 10 <= lines, "{crossings} crossings of {lines} lines");
    assert!(turns * 2 <= lines * 3, "{turns} turns of {lines} lines");
}

/// Returns a choice of this many kinds, each with a chain of tasks that may fail, and the branches of a parallel.
fn wide(count: usize, chain: usize, catches: bool) -> [Value; 3] {
    let task = |next: &str| {
        let mut state = json!({"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Next": next});
        if catches {
            state["Catch"] = json!([{"ErrorEquals": ["States.ALL"], "Next": "Unknown"}]);
        }
        state
    };
    let rule =
        |kind: usize, next: String| json!({"Variable": "$.kind", "StringEquals": format!("kind-{kind}"), "Next": next});
    let choice = |rules: Vec<Value>| json!({"Type": "Choice", "Choices": rules, "Default": "Unknown"});
    let ends = json!({"Unknown": {"Type": "Fail"}, "Done": {"Type": "Succeed"}});
    let mut states = ends.clone();
    states["Which"] = choice((0..count).map(|kind| rule(kind, format!("Handle kind {kind} 0"))).collect());
    for kind in 0..count {
        for step in 0..chain {
            let next = if step + 1 < chain { format!("Handle kind {kind} {}", step + 1) } else { "Done".to_owned() };
            states[format!("Handle kind {kind} {step}")] = task(&next);
        }
    }
    let mut few = ends;
    few["Which"] = choice((0..count).map(|kind| rule(kind, format!("Target {}", kind % 3))).collect());
    for target in 0..3 {
        few[format!("Target {target}")] = task("Done");
    }
    let branches: Vec<_> = (0..count)
        .map(|branch| {
            let name = format!("Fetch {branch}");
            json!({"StartAt": name, "States": {name: {"Type": "Pass", "End": true}}})
        })
        .collect();
    [
        json!({"StartAt": "Which", "States": states}),
        json!({"StartAt": "Which", "States": few}),
        json!({"StartAt": "All", "States": {"All": {"Type": "Parallel", "Branches": branches, "End": true}}}),
    ]
}

/// The maximum width of a picture: a screen of 1,366 pixels without a scroll bar and margins.
const SCREEN: f64 = 1_300.0;

#[test]
fn no_picture_is_wider_than_a_screen() {
    every([(40, 1, false), (40, 3, false), (20, 2, true), (13, 1, true)], |(count, chain, catches)| {
        for definition in wide(count, chain, catches) {
            let graph = Graph::of_definition(&definition);
            for direction in [Direction::TopDown, Direction::LeftRight] {
                let layout = graph.layout(direction);
                let across = if direction == Direction::TopDown { layout.width } else { layout.height };
                assert!(across <= SCREEN, "{across} across: {count} of {chain}, {direction:?}");
                assert_eq!(measure(&layout).0, [0; 3], "{count} of {chain}, {direction:?}");
            }
            let columns = graph.to_text().lines().map(|line| line.chars().count()).max();
            assert!(columns <= Some(150), "{columns:?} columns");
        }
    });
    let wide: Vec<_> = corpus()
        .into_iter()
        .filter_map(|(id, definition)| {
            let width = Graph::of_definition(&definition).layout(Direction::TopDown).width;
            (width > SCREEN).then(|| format!("{id}: {width}"))
        })
        .collect();
    assert!(wide.is_empty(), "{}", wide.join("\n"));
}

#[test]
fn no_arm_of_a_corner_leads_to_nothing_in_a_terminal() {
    const UP: &str = "│┘└┤├┴┼┆";
    const DOWN: &str = "│┐┌┤├┬┼┆";
    const LEFT: &str = "─┘┐┤┴┬┼┄";
    const RIGHT: &str = "─└┌├┴┬┼┄";
    let mut wrong = Vec::new();
    for (id, definition) in corpus() {
        let text = Graph::of_definition(&definition).to_text();
        let rows: Vec<Vec<char>> = text.lines().map(|line| line.chars().collect()).collect();
        // Wide characters would shift what is after them.
        if text.chars().any(|c| c >= '\u{1100}' && !('\u{2000}'..'\u{2800}').contains(&c)) {
            continue;
        }
        let at = |row: Option<usize>, column: Option<usize>| {
            let found = rows.get(row.unwrap_or(usize::MAX)).and_then(|cells| cells.get(column.unwrap_or(usize::MAX)));
            found.copied().unwrap_or(' ')
        };
        for (y, cells) in rows.iter().enumerate() {
            for (x, c) in cells.iter().enumerate().filter(|(_, c)| "┘└┌┐┤├┴┬┼".contains(**c)) {
                let blank = [
                    (UP, at(y.checked_sub(1), Some(x))),
                    (DOWN, at(Some(y + 1), Some(x))),
                    (LEFT, at(Some(y), x.checked_sub(1))),
                    (RIGHT, at(Some(y), Some(x + 1))),
                ];
                wrong.extend(
                    blank
                        .iter()
                        .filter(|(arm, next)| arm.contains(*c) && *next == ' ')
                        .map(|_| format!("{id} {y}:{x} {c}")),
                );
            }
        }
    }
    assert!(wrong.is_empty(), "{} arms: {:?}", wrong.len(), &wrong[..wrong.len().min(9)]);
}

#[test]
fn the_ways_of_a_choice_stand_in_the_order_of_its_rules() {
    for count in [3, 6, 40] {
        let [definition, ..] = wide(count, 1, false);
        let graph = Graph::of_definition(&definition);
        let layout = graph.layout(Direction::TopDown);
        let mut places: Vec<_> = layout
            .states
            .iter()
            .filter_map(|placed| {
                let number: usize = placed.state.name.strip_prefix("Handle kind ")?.strip_suffix(" 0")?.parse().ok()?;
                Some((placed.frame.y, placed.frame.x, number))
            })
            .collect();
        places.sort_by(|one, other| one.partial_cmp(other).unwrap());
        let numbers: Vec<_> = places.iter().map(|(.., number)| *number).collect();
        assert_eq!(numbers, (0..count).collect::<Vec<_>>());
    }
}

#[test]
fn the_same_definition_gives_the_same_bytes() {
    for (id, definition) in corpus().into_iter().step_by(7) {
        let draw = || {
            let graph = Graph::of_definition(&definition).named("machine");
            [graph.to_svg(), graph.to_mermaid(), graph.to_dot(), graph.to_text()]
        };
        assert_eq!(draw(), draw(), "{id}");
        // A change to the same definition is no change.
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

/// Counts the edges of a scope and of those inside it, except those from a state to itself.
fn edges(scope: &workflow_graph::Scope) -> usize {
    let inside: usize = scope.states.iter().flat_map(|state| &state.scopes).map(edges).sum();
    scope.edges.iter().filter(|edge| edge.from != edge.to).count() + inside
}

#[test]
fn what_is_no_definition_is_drawn_as_far_as_it_is_understood() {
    every(
        [
            json!(null),
            json!({}),
            json!({"StartAt": "A", "States": {}}),
            json!({"StartAt": "A", "States": {"A": null}}),
            json!({"StartAt": "Nowhere", "States": {"A": {"Type": "Choice", "Choices": [{"Next": "A"}], "Default": "A"}}}),
            json!({"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "A"}, "": {"Type": "Pass", "Next": "B"}}}),
            json!({"StartAt": "A", "States": {"A": {"Type": "Parallel", "Branches": [{}, {"States": {}}], "End": true}}}),
            json!({"StartAt": "A", "States": {"A": {"Type": "Map", "End": true}, "B": {"Type": "Pass", "Next": "C"},
            "C": {"Type": "Pass", "Next": "B"}}}),
        ],
        |definition| {
            for direction in [Direction::TopDown, Direction::LeftRight] {
                let graph = Graph::of_definition(&definition);
                let drawn = [graph.to_svg_in(direction), graph.to_dot_in(direction), graph.to_text_in(direction)];
                assert!(drawn.iter().all(|text| !text.contains("NaN") && !text.contains("inf\"")), "{definition}");
            }
        },
    );
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
