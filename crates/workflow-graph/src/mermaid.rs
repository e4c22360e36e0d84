//! Renders a graph as a Mermaid flowchart.

use std::fmt::Write as _;

use workflow_asl::StateKind;
use workflow_asl::graph::EdgeKind;
use workflow_asl::printable::is_control;

use crate::caption::cut;
use crate::{Direction, Graph, Mark, Scope, State};

/// The styles of each kind of node, with colours that are readable on light and dark pages.
const CLASSES: &[&str] = &[
    "classDef mark fill:#555,stroke:#555,color:#fff",
    "classDef choice fill:#fff8e1,stroke:#b8860b,color:#222",
    "classDef wait fill:#eef3fb,stroke:#4a6fa5,color:#222",
    "classDef succeed fill:#e8f5e9,stroke:#2e7d32,color:#222",
    "classDef fail fill:#fdecea,stroke:#c62828,color:#222",
];

/// The styles of marks: for states, which replace the style of the state's kind, and for transitions.
const MARKS: &[(Mark, &str, &str)] = &[
    (
        Mark::Untaken,
        "fill:#eee,stroke:#d32f2f,stroke-width:2px,stroke-dasharray:5 4,color:#777",
        "stroke:#d32f2f,stroke-width:2px,stroke-dasharray:2 6",
    ),
    (Mark::Taken, "fill:#e8f5e9,stroke:#2e7d32,stroke-width:3px,color:#222", "stroke:#2e7d32,stroke-width:3px"),
    (Mark::Caught, "fill:#fff3e0,stroke:#b45309,stroke-width:3px,color:#222", "stroke:#b45309,stroke-width:3px"),
    (Mark::Failed, "fill:#fdecea,stroke:#c62828,stroke-width:3px,color:#222", "stroke:#c62828,stroke-width:3px"),
    (Mark::Aborted, "fill:#fff3e0,stroke:#b45309,stroke-width:2px,color:#222", "stroke:#b45309,stroke-width:2px"),
    (Mark::Running, "fill:#e3f2fd,stroke:#1565c0,stroke-width:3px,color:#222", "stroke:#1565c0,stroke-width:3px"),
    (Mark::Added, "fill:#dafbe1,stroke:#1a7f37,stroke-width:3px,color:#222", "stroke:#1a7f37,stroke-width:3px"),
    (
        Mark::Removed,
        "fill:#ffebe9,stroke:#cf222e,stroke-width:2px,stroke-dasharray:5 4,color:#222",
        "stroke:#cf222e,stroke-width:2px,stroke-dasharray:2 6",
    ),
    (Mark::Changed, "fill:#fff8c5,stroke:#9a6700,stroke-width:3px,color:#222", "stroke:#9a6700,stroke-width:3px"),
    (Mark::Renamed, "fill:#ddf4ff,stroke:#0969da,stroke-width:3px,color:#222", "stroke:#0969da,stroke-width:3px"),
];

/// The style of a state with an error.
const WRONG: &str = "fill:#fdecea,stroke:#c62828,stroke-width:3px,stroke-dasharray:8 3,color:#222";

impl Graph {
    /// Returns the text of a Mermaid `flowchart` (<https://mermaid.js.org/syntax/flowchart.html>) that reads from top
    /// to bottom.
    ///
    /// Choice edges have their condition as label. Edges of catchers are dashed and have the error names as label.
    /// Branches and item processors are subgraphs. Any state name renders.
    pub fn to_mermaid(&self) -> String {
        self.to_mermaid_in(Direction::TopDown)
    }

    /// Returns the text of a Mermaid `flowchart` that reads in this direction.
    pub fn to_mermaid_in(&self, direction: Direction) -> String {
        let mut chart = Chart::default();
        chart.line(
            0,
            match direction {
                Direction::TopDown => "flowchart TD",
                Direction::LeftRight => "flowchart LR",
            },
        );
        for problem in &self.problems {
            chart.line(1, &format!("%% error: {}", comment(problem)));
        }
        chart.scope(&self.grouped().scope, 1, true);
        for class in CLASSES {
            chart.line(1, class);
        }
        chart.looks();
        chart.text
    }
}

#[derive(Default)]
struct Chart {
    text: String,
    nodes: usize,
    links: usize,
    marked_nodes: Vec<(Mark, String)>,
    marked_links: Vec<(Mark, usize)>,
    wrong_nodes: Vec<String>,
}

impl Chart {
    /// Draws the states of a scope and their transitions. Only the machine's own scope has an end mark, because a
    /// branch's end is not the end of the execution.
    fn scope(&mut self, scope: &Scope, depth: usize, whole: bool) {
        // Machines that are drawn together have a start each.
        let start = scope.start.map(|_| self.node());
        if let Some(start) = &start {
            self.line(depth, &format!("{start}((\" \")):::mark"));
        }
        let ids: Vec<String> = scope.states.iter().map(|state| self.state(state, depth)).collect();
        let id = |number: usize| ids.get(number).map_or("", String::as_str);
        let first = scope.start.and_then(|first| Some((first, scope.states.get(first)?)));
        if let (Some((first, state)), Some(start)) = (first, &start) {
            // The start mark's edge is not an edge of the document.
            let mark = if state.mark == Mark::Untaken { Mark::Untaken } else { Mark::None };
            self.link(depth, mark, &format!("{start} --> {}", id(first)));
        }
        let end = (whole && scope.states.iter().any(|state| state.ends)).then(|| self.node());
        if let Some(end) = &end {
            self.line(depth, &format!("{end}(((\" \"))):::mark"));
        }
        for (number, state) in scope.states.iter().enumerate() {
            let from = id(number);
            for edge in scope.edges.iter().filter(|edge| edge.from == number) {
                let (to, label) = (id(edge.to), escape(&edge.shown()));
                let line = match edge.kind {
                    EdgeKind::Catch(_) => format!("{from} -.->|\"{label}\"| {to}"),
                    EdgeKind::Next => format!("{from} --> {to}"),
                    EdgeKind::Choice(_) | EdgeKind::Default => format!("{from} -->|\"{label}\"| {to}"),
                };
                self.link(depth, edge.mark, &line);
            }
            if let Some(end) = end.as_ref().filter(|_| state.ends) {
                self.link(depth, state.end_mark, &format!("{from} --> {end}"));
            }
        }
    }

    /// Draws a state and everything inside it. Returns the node's id.
    fn state(&mut self, state: &State, depth: usize) -> String {
        let id = self.node();
        let mut label = escape(state.shown_name());
        let mut more = |text: &str| {
            let _ = write!(label, "<br/>{}", escape(text));
        };
        state.details().for_each(|detail| more(&detail));
        // Mermaid draws no edge from a subgraph to itself.
        for retrier in &state.retriers {
            let untaken = retrier.mark == Mark::Untaken && state.mark != Mark::Untaken && !retrier.is_never;
            more(&format!("{}{}", cut(&retrier.label), if untaken { " (not taken)" } else { "" }));
        }
        for problem in &state.problems {
            more(&format!("error: {problem}"));
        }
        if let Some(word) = state.mark.word().filter(|_| !matches!(state.mark, Mark::Untaken | Mark::Taken)) {
            more(&format!("({word})"));
        }
        if !state.problems.is_empty() {
            self.wrong_nodes.push(id.clone());
        } else if state.mark != Mark::None {
            self.marked_nodes.push((state.mark, id.clone()));
        }
        if state.scopes.is_empty() {
            let (open, close, class) = match state.kind {
                StateKind::Task | StateKind::Parallel | StateKind::Map => ("[", "]", ""),
                StateKind::Pass => ("(", ")", ""),
                StateKind::Wait => ("{{", "}}", ":::wait"),
                StateKind::Choice => ("{", "}", ":::choice"),
                StateKind::Succeed => ("([", "])", ":::succeed"),
                StateKind::Fail => ("([", "])", ":::fail"),
            };
            self.line(depth, &format!("{id}{open}\"{label}\"{close}{class}"));
            return id;
        }
        self.line(depth, &format!("subgraph {id}[\"{label}\"]"));
        for scope in &state.scopes {
            if let Some(title) = &scope.title {
                let branch = self.node();
                self.line(depth + 1, &format!("subgraph {branch}[\"{}\"]", escape(title)));
                self.scope(scope, depth + 2, false);
                self.line(depth + 1, "end");
            } else {
                self.scope(scope, depth + 1, false);
            }
        }
        self.line(depth, "end");
        id
    }

    fn node(&mut self) -> String {
        let id = format!("n{}", self.nodes);
        self.nodes += 1;
        id
    }

    fn link(&mut self, depth: usize, mark: Mark, line: &str) {
        if mark != Mark::None {
            self.marked_links.push((mark, self.links));
        }
        // Mermaid's `linkStyle` refers to links by their order in the text.
        self.links += 1;
        self.line(depth, line);
    }

    /// Writes the styles of marked states and of states with errors.
    fn looks(&mut self) {
        for (mark, of_state, of_link) in MARKS {
            let of_mark = |(own, _): &&(Mark, String)| own == mark;
            let nodes: Vec<_> = self.marked_nodes.iter().filter(of_mark).map(|(_, id)| id.as_str()).collect();
            if !nodes.is_empty() {
                let (class, nodes) = (mark.class(), nodes.join(","));
                self.line(1, &format!("classDef {class} {of_state}"));
                self.line(1, &format!("class {nodes} {class}"));
            }
            let links = self.marked_links.iter().filter(|(own, _)| own == mark).map(|(_, link)| link.to_string());
            let links: Vec<_> = links.collect();
            if !links.is_empty() {
                self.line(1, &format!("linkStyle {} {of_link}", links.join(",")));
            }
        }
        if !self.wrong_nodes.is_empty() {
            let nodes = self.wrong_nodes.join(",");
            self.line(1, &format!("classDef wrong {WRONG}"));
            self.line(1, &format!("class {nodes} wrong"));
        }
    }

    fn line(&mut self, depth: usize, line: &str) {
        // Writing to a string cannot fail.
        let _ = writeln!(self.text, "{:indent$}{line}", "", indent = depth * 4);
    }
}

/// Escapes text for a comment, where braces would start a directive.
fn comment(text: &str) -> String {
    text.chars().map(|c| if is_control(c) || "{}".contains(c) { ' ' } else { c }).collect()
}

/// Escapes text for a quoted label. Mermaid interprets Markdown, HTML and its own directives even there, so everything
/// but plain characters is written as an entity code.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let mut previous = None;
    // A number or dash at the start would make a Markdown list.
    let mut leading = true;
    for c in text.chars() {
        let plain = c.is_ascii_alphanumeric()
            || !c.is_ascii() && !is_control(c)
            || " ,?!/()$'=[]{}".contains(c)
            || c == '_' && previous.is_some_and(char::is_alphanumeric)
            || "-.+)".contains(c) && !leading;
        if plain {
            escaped.push(c);
        } else if is_control(c) {
            escaped.push(' ');
        } else {
            let _ = write!(escaped, "#{};", u32::from(c));
        }
        leading = leading && (c.is_ascii_digit() || c == ' ');
        previous = Some(c);
    }
    // An empty label is not valid.
    if escaped.is_empty() { " ".to_owned() } else { escaped }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use workflow_asl::StateMachine;
    use workflow_cases::every;

    use super::*;

    fn draw(definition: &Value) -> String {
        let (machine, found) = StateMachine::read(definition);
        assert_eq!(found, []);
        Graph::of(&machine).to_mermaid()
    }

    #[test]
    fn a_name_of_any_characters_stays_inside_its_label() {
        every(
            [
                "end",
                "a\"b",
                "x`y`",
                "<script>",
                "#35;",
                "%%{init: {}}%%",
                "1. one",
                "- two",
                "a|b",
                "a\nb",
                "\\n",
                "style:#a;",
                "",
            ],
            |name| {
                let text = draw(&json!({"StartAt": name, "States": {name: {"Type": "Pass", "End": true}}}));
                let line = text.lines().nth(2).unwrap().trim();
                let label = line.strip_prefix("n1(\"").and_then(|l| l.strip_suffix("\")")).unwrap();
                assert!(
                    !label.is_empty() && !label.contains(['"', '`', '<', '>', '&', '%', ':', '|', '\\', '\n']),
                    "{label}"
                );
                assert_eq!(text.lines().count(), 6 + CLASSES.len());
            },
        );
        assert_eq!(escape("1. one - a_b"), "1#46; one - a_b");
    }

    #[test]
    fn what_was_not_taken_is_marked() {
        let definition = json!({"StartAt": "Work", "States": {
        "Work": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Next": "Each",
            "Retry": [{"ErrorEquals": ["Busy"]}, {"ErrorEquals": ["States.ALL"]}],
            "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Undo"}]},
        "Each": {"Type": "Map", "End": true, "ItemProcessor": {
            "StartAt": "One", "States": {"One": {"Type": "Pass", "End": true}}}},
        "Undo": {"Type": "Fail"}}});
        let (machine, found) = StateMachine::read(&definition);
        assert_eq!(found, []);
        let taken = ["/States/Work", "/States/Work/Next", "/States/Work/Retry/1", "/States/Each"];
        let mut graph = Graph::of(&machine);
        graph.mark(&|pointer| if taken.contains(&pointer.as_str()) { Mark::None } else { Mark::Untaken });
        let text = graph.to_mermaid();
        let ends: Vec<_> = text.lines().filter(|line| !line.contains("classDef mark")).map(str::trim).collect();
        assert_eq!(
            ends,
            [
                "flowchart TD",
                "n0((\" \")):::mark",
                "n1[\"Work<br/>lambda invoke<br/>retry 3×#58; Busy (not taken)<br/>retry 3×#58; States.ALL\"]",
                "subgraph n2[\"Each<br/>for each item\"]",
                "n3((\" \")):::mark",
                "n4(\"One\")",
                "n3 --> n4",
                "end",
                "n5([\"Undo\"]):::fail",
                "n0 --> n1",
                "n6(((\" \"))):::mark",
                "n1 --> n2",
                "n1 -.->|\"States.ALL\"| n5",
                "n2 --> n6",
                "classDef choice fill:#fff8e1,stroke:#b8860b,color:#222",
                "classDef wait fill:#eef3fb,stroke:#4a6fa5,color:#222",
                "classDef succeed fill:#e8f5e9,stroke:#2e7d32,color:#222",
                "classDef fail fill:#fdecea,stroke:#c62828,color:#222",
                &format!("classDef untaken {}", MARKS[0].1),
                "class n4,n5 untaken",
                &format!("linkStyle 0,3,4 {}", MARKS[0].2),
            ]
        );
    }
}
