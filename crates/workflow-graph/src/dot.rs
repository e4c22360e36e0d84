//! Renders a graph in the language of Graphviz (<https://graphviz.org/doc/info/lang.html>).

use std::fmt::Write as _;

use workflow_asl::StateKind;
use workflow_asl::graph::EdgeKind;
use workflow_asl::printable::is_control;

use crate::caption::cut;
use crate::{Direction, Graph, Mark, Scope, State};

impl Graph {
    /// Returns the text of a DOT digraph that reads from top to bottom. Branches and item processors are clusters.
    pub fn to_dot(&self) -> String {
        self.to_dot_in(Direction::TopDown)
    }

    /// Returns the text of a DOT digraph that reads in this direction.
    pub fn to_dot_in(&self, direction: Direction) -> String {
        let mut dot = Dot::default();
        let name = self.name.as_deref().unwrap_or("state machine");
        dot.line(0, &format!("digraph {} {{", quoted(name)));
        let rank = match direction {
            Direction::TopDown => "TB",
            Direction::LeftRight => "LR",
        };
        dot.line(1, &format!("rankdir={rank}; compound=true; tooltip={};", quoted(tooltip(&self.describe()))));
        dot.line(1, "node [fontname=\"sans-serif\", style=\"rounded\", shape=box]; edge [fontname=\"sans-serif\"];");
        if !self.problems.is_empty() {
            dot.line(1, &format!("label={};", quoted(&self.problems.join("\n"))));
        }
        dot.scope(&self.grouped().scope, 1, true);
        dot.line(0, "}");
        dot.text
    }
}

/// A state in DOT. Edges end at one of its nodes, and are clipped at the border of its cluster if it has one.
#[derive(Clone)]
struct DotNode {
    node: String,
    cluster: Option<String>,
}

#[derive(Default)]
struct Dot {
    text: String,
    nodes: usize,
}

impl Dot {
    /// Draws a scope and returns the node that represents it.
    fn scope(&mut self, scope: &Scope, depth: usize, whole: bool) -> String {
        let start = self.node();
        self.line(depth, &format!("{start} [shape=point, width=0.12, label=\"\", tooltip=\"start\"];"));
        let places: Vec<_> = scope.states.iter().map(|state| self.state(state, depth)).collect();
        let point = DotNode { node: start.clone(), cluster: None };
        if let Some(first) = scope.start.and_then(|first| places.get(first)) {
            self.edge(depth, &point, first, &[]);
        }
        for edge in &scope.edges {
            if let (Some(from), Some(to)) = (places.get(edge.from), places.get(edge.to)) {
                let mut looks = Vec::new();
                if edge.kind != EdgeKind::Next {
                    looks.push(format!("label={}", quoted(&edge.shown())));
                }
                if let EdgeKind::Catch(_) = edge.kind {
                    looks.push("style=dashed".to_owned());
                }
                let whole = edge.whole();
                if !whole.is_empty() {
                    looks.push(format!("tooltip={}", quoted(tooltip(&whole))));
                }
                looks.extend(marked(edge.mark));
                self.edge(depth, from, to, &looks);
            }
        }
        for (state, place) in scope.states.iter().zip(&places) {
            for retrier in state.retriers.iter().filter(|retrier| !retrier.is_never) {
                let mut looks = vec![format!("label={}", quoted(&cut(&retrier.label))), "style=dotted".to_owned()];
                looks.extend(marked(retrier.mark));
                let line = format!("{} -> {} [{}];", place.node, place.node, looks.join(", "));
                self.line(depth, &line);
            }
        }
        if whole && scope.states.iter().any(|state| state.ends) {
            let end = DotNode { node: self.node(), cluster: None };
            self.line(depth, &format!("{} [shape=doublecircle, width=0.12, label=\"\", tooltip=\"end\"];", end.node));
            for (state, place) in scope.states.iter().zip(&places).filter(|(state, _)| state.ends) {
                self.edge(depth, place, &end, &marked(state.end_mark));
            }
        }
        start
    }

    fn state(&mut self, state: &State, depth: usize) -> DotNode {
        let mut label = state.shown_name().to_owned();
        let mut more = |text: &str| {
            let _ = write!(label, "\n{text}");
        };
        if !state.is_group {
            more(state.kind.name());
        }
        state.details().for_each(|detail| more(&detail));
        state.retriers.iter().filter(|retrier| retrier.is_never).for_each(|retrier| more(&cut(&retrier.label)));
        state.problems.iter().for_each(|problem| more(&format!("error: {problem}")));
        if let Some(word) = state.mark.word() {
            more(&format!("({word})"));
        }
        let mut looks = vec![format!("label={}", quoted(&label))];
        looks.extend(state.whole().map(|whole| format!("tooltip={}", quoted(tooltip(&whole)))));
        if state.problems.is_empty() {
            looks.extend(marked(state.mark));
        } else {
            looks.extend(marked(Mark::Failed));
        }
        if state.scopes.is_empty() {
            let node = self.node();
            let shape = match state.kind {
                StateKind::Choice => "shape=diamond, style=solid",
                StateKind::Wait => "shape=hexagon, style=solid",
                StateKind::Succeed | StateKind::Fail => "shape=ellipse, style=solid",
                StateKind::Task | StateKind::Pass | StateKind::Parallel | StateKind::Map => "shape=box",
            };
            self.line(depth, &format!("{node} [{shape}, {}];", looks.join(", ")));
            return DotNode { node, cluster: None };
        }
        let cluster = format!("cluster_{}", self.node());
        self.line(depth, &format!("subgraph {cluster} {{"));
        self.line(depth + 1, &format!("{};", looks.join("; ")));
        let mut node = String::new();
        for scope in &state.scopes {
            let inside = if let Some(title) = &scope.title {
                let branch = format!("cluster_{}", self.node());
                self.line(depth + 1, &format!("subgraph {branch} {{"));
                self.line(depth + 2, &format!("label={}; style=dashed;", quoted(title)));
                let inside = self.scope(scope, depth + 2, false);
                self.line(depth + 1, "}");
                inside
            } else {
                self.scope(scope, depth + 1, false)
            };
            if node.is_empty() {
                node = inside;
            }
        }
        self.line(depth, "}");
        DotNode { node, cluster: Some(cluster) }
    }

    fn edge(&mut self, depth: usize, from: &DotNode, to: &DotNode, looks: &[String]) {
        let mut looks = looks.to_vec();
        looks.extend(from.cluster.as_ref().map(|cluster| format!("ltail={cluster}")));
        looks.extend(to.cluster.as_ref().map(|cluster| format!("lhead={cluster}")));
        let looks = if looks.is_empty() { String::new() } else { format!(" [{}]", looks.join(", ")) };
        self.line(depth, &format!("{} -> {}{looks};", from.node, to.node));
    }

    fn node(&mut self) -> String {
        self.nodes += 1;
        format!("n{}", self.nodes - 1)
    }

    fn line(&mut self, depth: usize, line: &str) {
        // Writing to a string cannot fail.
        let _ = writeln!(self.text, "{:indent$}{line}", "", indent = depth * 4);
    }
}

/// The most characters of a tooltip. Graphviz reads no text of 16 kB or more.
const TOOLTIP_CHARS: usize = 2000;

/// Cuts the text of a tooltip.
fn tooltip(text: &str) -> &str {
    match text.char_indices().nth(TOOLTIP_CHARS) {
        Some((end, _)) => text.get(..end).unwrap_or(text),
        None => text,
    }
}

/// Returns the attributes that show a mark.
fn marked(mark: Mark) -> Vec<String> {
    let colour = match mark {
        Mark::None => return Vec::new(),
        Mark::Untaken => "#777777",
        Mark::Taken | Mark::Added => "#1a7f37",
        Mark::Caught | Mark::Aborted | Mark::Changed => "#9a6700",
        Mark::Failed | Mark::Removed => "#cf222e",
        Mark::Running | Mark::Renamed => "#0969da",
    };
    vec![format!("color=\"{colour}\""), "penwidth=2".to_owned()]
}

/// Returns a quoted string. Graphviz interprets backslashes itself and rejects control characters.
fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            c if is_control(c) => quoted.push(' '),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// Graphviz reads texts of less than 16 kB.
    #[test]
    fn texts_of_large_machines_can_be_read() {
        let mut states: serde_json::Map<_, _> = (0..1000)
            .map(|number| (format!("State {number}"), json!({"Type": "Pass", "Next": format!("State {}", number + 1)})))
            .collect();
        let rule = json!({"Condition": format!("{{% {} %}}", "x".repeat(20_000)), "Next": "State 0"});
        states.insert(
            "State 1000".to_owned(),
            json!({"Type": "Choice", "Choices": [rule], "Comment": "é".repeat(20_000)}),
        );
        let text =
            Graph::of_definition(&json!({"StartAt": "State 0", "States": states, "QueryLanguage": "JSONata"})).to_dot();
        let longest = text.lines().map(str::len).max();
        assert!(longest < Some(16_000), "{longest:?}");
    }

    #[test]
    fn names_of_any_characters_stay_in_their_quotes() {
        let definition = json!({"StartAt": "a\"];x\\", "States": {"a\"];x\\": {"Type": "Pass", "End": true}}});
        let text = Graph::of_definition(&definition).to_dot();
        assert!(text.contains(r#"label="a\"];x\\\nPass""#), "{text}");
        let both = text.matches('{').count() == text.matches('}').count();
        assert!(both, "{text}");
    }
}
