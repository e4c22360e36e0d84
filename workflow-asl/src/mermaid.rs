//! A state machine as a Mermaid flowchart.

use std::fmt::Write as _;

use crate::Pointer;
use crate::document::{ChoiceRule, Comparison, Operand, Scope, State, StateKind, StateMachine};
use crate::graph::{EdgeKind, Graph};
use crate::printable::is_control;
use serde_json::Value;
use workflow_services::Arn;

/// Characters of an edge's label; what is longer is cut.
const LABEL_CHARS: usize = 60;

/// The looks of each kind of node: colours that can be read on a light and on a dark page.
const CLASSES: &[&str] = &[
    "classDef mark fill:#555,stroke:#555,color:#fff",
    "classDef choice fill:#fff8e1,stroke:#b8860b,color:#222",
    "classDef wait fill:#eef3fb,stroke:#4a6fa5,color:#222",
    "classDef succeed fill:#e8f5e9,stroke:#2e7d32,color:#222",
    "classDef fail fill:#fdecea,stroke:#c62828,color:#222",
];

/// The looks of a state that was not entered; they stand for those of its kind.
const UNTAKEN_CLASS: &str =
    "classDef untaken fill:#eee,stroke:#d32f2f,stroke-width:2px,stroke-dasharray:5 4,color:#777";

/// The looks of a transition that was not taken.
const UNTAKEN_LINK: &str = "stroke:#d32f2f,stroke-width:2px,stroke-dasharray:2 6";

/// The state machine as the text of a Mermaid `flowchart TD`
/// (<https://mermaid.js.org/syntax/flowchart.html>).
///
/// Choice edges carry their condition; edges of catchers are dashed and carry the error
/// names; branches and item processors are subgraphs. Any state name renders. A transition
/// to a state that does not exist is left out.
pub fn diagram(machine: &StateMachine) -> String {
    draw(machine, None)
}

/// As [`diagram`], with what was not taken marked: states and transitions by colour and dashes,
/// retriers by a line in their state.
///
/// `taken` is asked for the pointers of states (`/States/A`), of the fields that make transitions
/// (`/States/A/Next` and the others of [`EdgeKind::pointer`], and `/States/A/End`) and of retriers
/// (`/States/A/Retry/0`).
pub fn diagram_with_taken(machine: &StateMachine, taken: &dyn Fn(&Pointer) -> bool) -> String {
    draw(machine, Some(taken))
}

fn draw(machine: &StateMachine, taken: Option<&dyn Fn(&Pointer) -> bool>) -> String {
    let text = String::from("flowchart TD\n");
    let mut chart = Chart { text, nodes: 0, links: 0, taken, untaken_nodes: Vec::new(), untaken_links: Vec::new() };
    chart.scope(machine.scope(), 1, true);
    for class in CLASSES {
        chart.line(1, class);
    }
    chart.mark_untaken();
    chart.text
}

struct Chart<'t> {
    text: String,
    nodes: usize,
    links: usize,
    /// Whether what is at a pointer was taken; `None` where that is not to be shown.
    taken: Option<&'t dyn Fn(&Pointer) -> bool>,
    untaken_nodes: Vec<String>,
    untaken_links: Vec<String>,
}

impl Chart<'_> {
    /// Draws the states of a scope and their transitions; only the machine's own has an end mark,
    /// since a branch's end is not the end of the execution.
    fn scope(&mut self, scope: Scope<'_>, depth: usize, whole: bool) {
        let graph = Graph::of(scope);
        let start = self.node();
        self.line(depth, &format!("{start}((\" \")):::mark"));
        let ids: Vec<String> = graph
            .states()
            .iter()
            .enumerate()
            .map(|(number, (name, state))| self.state(name, state, &graph, number, depth))
            .collect();
        let id = |number: usize| ids.get(number).map_or("", String::as_str);
        if let Some(first) = graph.start() {
            self.link(depth, &graph.state_pointer(first), &format!("{start} --> {}", id(first)));
        }
        let end = (whole && graph.states().iter().any(|(_, state)| ends_here(state))).then(|| self.node());
        if let Some(end) = &end {
            self.line(depth, &format!("{end}(((\" \"))):::mark"));
        }
        for (number, (_, state)) in graph.states().iter().enumerate() {
            let from = id(number);
            let at = graph.state_pointer(number);
            for edge in graph.leaving(number) {
                let Some(to) = edge.to.map(id) else { continue };
                let line = match (edge.kind, self.edge_label(edge.kind, state)) {
                    (EdgeKind::Catch(_), label) => format!("{from} -.->|\"{label}\"| {to}"),
                    (EdgeKind::Next, _) => format!("{from} --> {to}"),
                    (_, label) => format!("{from} -->|\"{label}\"| {to}"),
                };
                self.link(depth, &edge.kind.pointer(&at), &line);
            }
            if let Some(end) = end.as_ref().filter(|_| ends_here(state)) {
                self.link(depth, &at.child("End"), &format!("{from} --> {end}"));
            }
        }
    }

    /// Draws a state and what is inside it; gives the node's id.
    fn state(&mut self, name: &str, state: &State, graph: &Graph<'_>, number: usize, depth: usize) -> String {
        let id = self.node();
        let at = graph.state_pointer(number);
        let scopes = state.scopes(name, &at);
        let name = escape(name);
        let mut detail = detail(state).map(|detail| format!("<br/>{}", escape(&detail))).unwrap_or_default();
        if self.is_untaken(&at) {
            self.untaken_nodes.push(id.clone());
        } else {
            let retriers = (0..state.retry.as_ref().map_or(0, Vec::len)).map(|i| (i, at.child("Retry").index(i)));
            for (i, _) in retriers.filter(|(_, retrier)| self.is_untaken(retrier)) {
                let _ = write!(detail, "<br/>retrier {} not taken", i + 1);
            }
        }
        if scopes.is_empty() {
            let (open, close, class) = match state.kind {
                StateKind::Task | StateKind::Parallel | StateKind::Map => ("[", "]", ""),
                StateKind::Pass => ("(", ")", ""),
                StateKind::Wait => ("{{", "}}", ":::wait"),
                StateKind::Choice => ("{", "}", ":::choice"),
                StateKind::Succeed => ("([", "])", ":::succeed"),
                StateKind::Fail => ("([", "])", ":::fail"),
            };
            self.line(depth, &format!("{id}{open}\"{name}{detail}\"{close}{class}"));
            return id;
        }
        self.line(depth, &format!("subgraph {id}[\"{name}{detail}\"]"));
        let several = scopes.len() > 1;
        for (i, scope) in scopes.into_iter().enumerate() {
            if several {
                let branch = self.node();
                self.line(depth + 1, &format!("subgraph {branch}[\"branch {}\"]", i + 1));
                self.scope(scope, depth + 2, false);
                self.line(depth + 1, "end");
            } else {
                self.scope(scope, depth + 1, false);
            }
        }
        self.line(depth, "end");
        id
    }

    fn edge_label(&self, kind: EdgeKind, state: &State) -> String {
        let label = match kind {
            EdgeKind::Next => String::new(),
            EdgeKind::Default => "otherwise".to_owned(),
            EdgeKind::Choice(i) => {
                let rule = state.choices.as_ref().and_then(|rules| rules.get(i));
                rule.map(|rule| condition(rule, Place::Top)).unwrap_or_default()
            }
            EdgeKind::Catch(i) => {
                let catcher = state.catch.as_ref().and_then(|catchers| catchers.get(i));
                let names = catcher.and_then(|catcher| catcher.error_equals.as_deref()).unwrap_or_default();
                names.join(", ")
            }
        };
        escape(&cut(&label))
    }

    fn node(&mut self) -> String {
        let id = format!("n{}", self.nodes);
        self.nodes += 1;
        id
    }

    fn is_untaken(&self, pointer: &Pointer) -> bool {
        self.taken.is_some_and(|taken| !taken(pointer))
    }

    /// Draws a transition, which comes from what is at a pointer.
    fn link(&mut self, depth: usize, pointer: &Pointer, line: &str) {
        if self.is_untaken(pointer) {
            self.untaken_links.push(self.links.to_string());
        }
        // Mermaid's `linkStyle` knows links by their order in the text.
        self.links += 1;
        self.line(depth, line);
    }

    fn mark_untaken(&mut self) {
        if !self.untaken_nodes.is_empty() {
            let nodes = self.untaken_nodes.join(",");
            self.line(1, UNTAKEN_CLASS);
            self.line(1, &format!("class {nodes} untaken"));
        }
        if !self.untaken_links.is_empty() {
            let links = self.untaken_links.join(",");
            self.line(1, &format!("linkStyle {links} {UNTAKEN_LINK}"));
        }
    }

    fn line(&mut self, depth: usize, line: &str) {
        // Writing to a string cannot fail.
        let _ = writeln!(self.text, "{:indent$}{line}", "", indent = depth * 4);
    }
}

/// Whether the end mark follows the state; Succeed and Fail are ends of their own.
fn ends_here(state: &State) -> bool {
    !matches!(state.kind, StateKind::Succeed | StateKind::Fail) && state.end == Some(true)
}

/// What a state does, in a few words under its name.
fn detail(state: &State) -> Option<String> {
    let detail = match state.kind {
        StateKind::Task => {
            let resource = state.resource.as_deref()?;
            // `arn:aws:states:::lambda:invoke` is known by its end, another ARN by its service and name.
            match Arn::parse(resource) {
                Some(arn) => match arn.integration() {
                    Some(action) => action.replace(':', " "),
                    None => format!("{} {}", arn.service, arn.resource.replace(':', " ")),
                },
                None => resource.to_owned(),
            }
        }
        StateKind::Wait => match &state.seconds {
            Some(Value::Number(seconds)) => format!("{seconds} s"),
            Some(Value::String(seconds)) => format!("{} s", bare(seconds)),
            _ => {
                let until = state.timestamp.as_deref().or(state.timestamp_path.as_deref());
                let until = until.map(|time| format!("until {}", bare(time)));
                until.or_else(|| state.seconds_path.as_ref().map(|path| format!("{} s", short_path(path))))?
            }
        },
        StateKind::Fail => state.error.as_deref().map(bare)?,
        StateKind::Map => "for each item".to_owned(),
        _ => return None,
    };
    Some(cut(&detail))
}

/// Where a condition stands, which decides whether it needs parentheses.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    Top,
    Inside,
}

/// A rule's condition as a person would say it.
fn condition(rule: &ChoiceRule, place: Place) -> String {
    if let Some(condition) = &rule.condition {
        return condition.as_str().map_or_else(|| condition.to_string(), bare);
    }
    let joined = |rules: &[ChoiceRule], word: &str| {
        let parts: Vec<_> = rules.iter().map(|rule| condition(rule, Place::Inside)).collect();
        let text = parts.join(word);
        if place == Place::Inside && parts.len() > 1 { format!("({text})") } else { text }
    };
    if let Some(rules) = &rule.and {
        joined(rules, " and ")
    } else if let Some(rules) = &rule.or {
        joined(rules, " or ")
    } else if let Some(rule) = &rule.not {
        format!("not {}", condition(rule, Place::Inside))
    } else {
        let variable = short_path(rule.variable.as_deref().unwrap_or_default());
        rule.comparisons.first().map(|comparison| compare(&variable, comparison)).unwrap_or(variable)
    }
}

fn compare(variable: &str, comparison: &Comparison) -> String {
    let name = comparison.operator.name();
    if let Some(kind) = name.strip_prefix("Is") {
        let kind = kind.to_lowercase();
        let not = if comparison.operand == Value::Bool(false) { "not " } else { "" };
        return format!("{variable} is {not}{kind}");
    }
    let name = name.strip_suffix("Path").unwrap_or(name);
    let operators = [
        ("LessThanEquals", "<="),
        ("GreaterThanEquals", ">="),
        ("LessThan", "<"),
        ("GreaterThan", ">"),
        ("Equals", "=="),
    ];
    let sign = operators.into_iter().find(|(end, _)| name.ends_with(end)).map_or("matches", |(_, sign)| sign);
    let operand = match (&comparison.operand, comparison.operator.operand()) {
        (Value::String(path), Operand::Path) => short_path(path),
        (Value::String(time), Operand::Timestamp) => time.clone(),
        (value, _) => value.to_string(),
    };
    format!("{variable} {sign} {operand}")
}

/// A JSONata expression without its markers, on one line.
fn bare(text: &str) -> String {
    let inner = text.strip_prefix("{%").and_then(|text| text.strip_suffix("%}")).unwrap_or(text);
    inner.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A path with `.name` for each `['name']` that can be written so.
fn short_path(path: &str) -> String {
    let mut short = String::with_capacity(path.len());
    let mut rest = path;
    while let Some((before, after)) = rest.split_once("['") {
        short.push_str(before);
        match after.split_once("']") {
            Some((name, tail)) if name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') => {
                short.push('.');
                short.push_str(name);
                rest = tail;
            }
            _ => {
                short.push_str("['");
                rest = after;
            }
        }
    }
    short.push_str(rest);
    short
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(LABEL_CHARS) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default().trim_end()),
        None => text.to_owned(),
    }
}

/// Text for inside a quoted label. Mermaid reads Markdown, HTML and its own directives
/// even there, so that everything but plain characters is written as an entity code.
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
    // An empty label would be no label at all.
    if escaped.is_empty() { " ".to_owned() } else { escaped }
}

#[cfg(test)]
mod tests;
