//! The model of a diagram: states, their scopes, and the edges between them.

use std::collections::BTreeMap;

use serde_json::Value;
use workflow_asl::document::{Scope as DocumentScope, State as DocumentState};
use workflow_asl::graph::{EdgeKind, Graph as DocumentGraph};
use workflow_asl::{Diagnostic, Pointer, StateKind, StateMachine};

use crate::caption;

/// A diagram of a state machine.
///
/// ```
/// use serde_json::json;
/// use workflow_graph::Graph;
///
/// let graph = Graph::of_definition(&json!({"StartAt": "Rest", "States": {
///     "Rest": {"Type": "Wait", "Seconds": 3, "End": true}}}));
/// assert_eq!(graph.scope.states[0].detail.as_deref(), Some("3 s"));
/// assert!(graph.to_mermaid().starts_with("flowchart TD"));
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Graph {
    /// The machine's name, which is the diagram's title.
    pub name: Option<String>,
    /// The machine's comment.
    pub comment: Option<String>,
    /// The states of the machine.
    pub scope: Scope,
    /// The errors of the machine itself.
    pub problems: Vec<String>,
}

/// The states of the machine, of a branch or of an item processor.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Scope {
    /// The pointer of the scope in the definition.
    pub pointer: Pointer,
    /// The title, such as `branch 1`, if the state has more than one scope.
    pub title: Option<String>,
    /// The states, in the order of the document.
    pub states: Vec<State>,
    /// The index of the first state.
    pub start: Option<usize>,
    /// The edges, ordered by the state that they leave.
    pub edges: Vec<Edge>,
}

/// A state.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct State {
    /// Its name.
    pub name: String,
    /// The part of its name that a box around it does not show already.
    pub(crate) short_name: Option<String>,
    /// Whether it is no state, but a box around the states of a use of a fragment.
    pub(crate) is_group: bool,
    /// Whether the scopes inside it are left out.
    pub(crate) is_folded: bool,
    /// The pointer of the state in the definition.
    pub pointer: Pointer,
    /// Its type.
    pub kind: StateKind,
    /// What the state does, in a few words: the service and action, the time, the error.
    pub detail: Option<String>,
    /// What a task works on: the name of its function, its table, its queue and so on.
    pub target: Option<String>,
    /// Its comment.
    pub comment: Option<String>,
    /// Whether the scope can end after this state.
    pub ends: bool,
    /// Its retriers.
    pub retriers: Vec<Retrier>,
    /// The scopes inside it.
    pub scopes: Vec<Scope>,
    /// The errors in the state, and in its fields.
    pub problems: Vec<String>,
    /// The mark of the state.
    pub mark: Mark,
    /// The mark of the transition to the end.
    pub end_mark: Mark,
}

/// A retrier of a state, which is drawn as an edge from the state to itself.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Retrier {
    /// The pointer of the retrier in the definition.
    pub pointer: Pointer,
    /// How often it retries, and for which errors.
    pub label: String,
    /// Whether it has no attempts.
    pub is_never: bool,
    /// The mark of the retrier.
    pub mark: Mark,
}

/// A transition.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Edge {
    /// The index of the state that the edge leaves.
    pub from: usize,
    /// The index of the state that the edge enters.
    pub to: usize,
    /// The field that defines the edge.
    pub kind: EdgeKind,
    /// The condition or the error names, or an empty text.
    pub label: String,
    /// The number of its rule, from 1, if its state has several.
    pub number: Option<usize>,
    /// The comment of its rule or catcher.
    pub comment: Option<String>,
    /// The pointer of the target's name in the definition.
    pub pointer: Pointer,
    /// The mark of the edge.
    pub mark: Mark,
}

/// The mark of a state or an edge: its role in an execution or a change.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Mark {
    /// No mark.
    #[default]
    None,
    /// The execution did not take it.
    Untaken,
    /// The execution took it.
    Taken,
    /// It failed, and the error was handled.
    Caught,
    /// It failed, and the execution failed with it.
    Failed,
    /// It was aborted, or failed with its enclosing state.
    Aborted,
    /// It has begun and has not ended.
    Running,
    /// Only the newer definition has it.
    Added,
    /// Only the older definition has it.
    Removed,
    /// Both have it, with differences.
    Changed,
    /// Both have it, under different names.
    Renamed,
}

impl Mark {
    /// Returns the word that pictures show beside the colour; `None` for [`Mark::None`].
    pub fn word(self) -> Option<&'static str> {
        Some(match self {
            Self::None => return None,
            Self::Untaken => "not taken",
            Self::Taken => "taken",
            Self::Caught => "caught",
            Self::Failed => "failed",
            Self::Aborted => "aborted",
            Self::Running => "running",
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Changed => "changed",
            Self::Renamed => "renamed",
        })
    }

    /// Returns the name of the mark's class in SVG and Mermaid.
    pub(crate) fn class(self) -> &'static str {
        match self {
            Self::Untaken => "untaken",
            mark => mark.word().unwrap_or_default(),
        }
    }
}

impl Graph {
    /// Creates the graph of a state machine. A transition to a state that does not exist is omitted.
    pub fn of(machine: &StateMachine) -> Self {
        Self { name: None, comment: machine.comment.clone(), scope: scope(machine.scope(), None), problems: Vec::new() }
    }

    /// Creates the graph of the valid parts of a definition.
    pub fn of_definition(definition: &Value) -> Self {
        Self::of(&StateMachine::read(definition).0)
    }

    /// Sets the machine's name.
    #[must_use]
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Replaces captions that come from the definition: for states by their names, what they do (unless it is empty) and
    /// the conditions of their rules, in order. A definition has conditions in its query language, a source in its own.
    #[must_use]
    pub fn with_captions(mut self, captions: impl IntoIterator<Item = (String, String, Vec<String>)>) -> Self {
        let captions = captions.into_iter().map(|(state, detail, conditions)| (state, (detail, conditions)));
        self.scope.set_captions(&captions.collect());
        self
    }

    /// Adds the errors among these diagnostics to their states.
    #[must_use]
    pub fn with_problems(mut self, found: &[Diagnostic]) -> Self {
        for problem in found.iter().filter(|problem| problem.is_error()) {
            let text = format!("{} [{}]", problem.message(), problem.code);
            match self.scope.innermost(problem.pointer.as_str()) {
                Some(state) => state.problems.push(text),
                None => self.problems.push(text),
            }
        }
        self
    }

    /// Marks each state, edge, end and retrier by its pointer: `/States/A`, `/States/A/Next` and the others of
    /// [`EdgeKind::pointer`], `/States/A/End`, `/States/A/Retry/0`.
    pub fn mark(&mut self, mark: &dyn Fn(&Pointer) -> Mark) {
        self.scope.mark(mark);
    }

    /// Returns all states, each before those inside it.
    pub fn states(&self) -> Vec<&State> {
        let mut all = Vec::new();
        self.scope.collect(&mut all);
        all
    }

    /// Returns the pointer of the state with this name.
    pub fn pointer_of(&self, name: &str) -> Option<&str> {
        self.states().into_iter().find(|state| state.name == name).map(|state| state.pointer.as_str())
    }

    /// Describes the diagram in words: the number of states, the first state and each transition.
    pub fn describe(&self) -> String {
        let states = self.states().len();
        let mut text = format!("A state machine with {states} state{}.", if states == 1 { "" } else { "s" });
        if let Some(comment) = &self.comment {
            text = format!("{text} {comment}");
        }
        self.scope.describe(&mut text, "It starts");
        text
    }
}

impl Edge {
    /// Returns the text that a picture shows: for a rule, its number, and its comment in place of the condition.
    pub(crate) fn shown(&self) -> String {
        let comment = self.comment.as_ref().filter(|_| matches!(self.kind, EdgeKind::Choice(_)));
        let text = caption::cut(comment.unwrap_or(&self.label));
        match self.number {
            Some(number) => format!("{number}. {text}"),
            None => text,
        }
    }

    /// Returns the text of the tooltip: everything, in whole.
    pub(crate) fn whole(&self) -> String {
        let parts = [self.label.as_str(), self.mark.word().unwrap_or(""), self.comment.as_deref().unwrap_or("")];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n")
    }
}

impl State {
    /// Returns the lines under the name and the kind that a picture shows: what the state does, and on what.
    pub(crate) fn details(&self) -> impl Iterator<Item = String> {
        [&self.detail, &self.target].into_iter().flatten().map(|text| caption::cut(text))
    }

    /// Returns the text of the tooltip: the comment, and what is cut.
    pub(crate) fn whole(&self) -> Option<String> {
        let details = [&self.detail, &self.target].into_iter().flatten();
        let retriers = self.retriers.iter().map(|retrier| &retrier.label);
        let cut = details.chain(retriers).filter(|text| caption::cut(text) != **text);
        let lines: Vec<&str> = self.comment.iter().chain(cut).map(String::as_str).collect();
        (!lines.is_empty()).then(|| lines.join("\n"))
    }

    /// Returns the name that a picture shows.
    pub(crate) fn shown_name(&self) -> &str {
        self.short_name.as_deref().unwrap_or(&self.name)
    }

    /// Returns the kind and the action of the state, in one line: `Wait: 3 s`.
    #[cfg(feature = "layout")]
    pub(crate) fn caption(&self) -> String {
        match self.detail.as_deref().map(caption::cut) {
            Some(detail) if self.is_group => detail,
            Some(detail) => format!("{}: {detail}", self.kind.name()),
            None => self.kind.name().to_owned(),
        }
    }
}

impl Scope {
    /// Returns the innermost state that contains a pointer.
    fn innermost(&mut self, pointer: &str) -> Option<&mut State> {
        let holds = |own: &str| pointer.strip_prefix(own).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        let state = self.states.iter_mut().find(|state| holds(state.pointer.as_str()))?;
        let inner =
            state.scopes.iter().position(|scope| scope.states.iter().any(|state| holds(state.pointer.as_str())));
        match inner {
            Some(inner) => state.scopes.get_mut(inner)?.innermost(pointer),
            None => Some(state),
        }
    }

    fn set_captions(&mut self, captions: &BTreeMap<String, (String, Vec<String>)>) {
        for edge in &mut self.edges {
            let (EdgeKind::Choice(rule), Some(state)) = (edge.kind, self.states.get(edge.from)) else { continue };
            if let Some(condition) = captions.get(&state.name).and_then(|(_, conditions)| conditions.get(rule)) {
                edge.label.clone_from(condition);
            }
        }
        for state in &mut self.states {
            if let Some((detail, _)) = captions.get(&state.name).filter(|(detail, _)| !detail.is_empty()) {
                state.detail = Some(detail.clone());
            }
            state.scopes.iter_mut().for_each(|scope| scope.set_captions(captions));
        }
    }

    pub(crate) fn mark(&mut self, mark: &dyn Fn(&Pointer) -> Mark) {
        for state in &mut self.states {
            state.mark = mark(&state.pointer);
            state.end_mark = mark(&state.pointer.child("End"));
            state.retriers.iter_mut().for_each(|retrier| retrier.mark = mark(&retrier.pointer));
            state.scopes.iter_mut().for_each(|scope| scope.mark(mark));
        }
        self.edges.iter_mut().for_each(|edge| edge.mark = mark(&edge.pointer));
    }

    fn collect<'s>(&'s self, all: &mut Vec<&'s State>) {
        for state in &self.states {
            all.push(state);
            state.scopes.iter().for_each(|scope| scope.collect(all));
        }
    }

    fn describe(&self, text: &mut String, starts: &str) {
        let name = |number: usize| self.states.get(number).map_or("", |state| state.name.as_str());
        if let Some(start) = self.start {
            text.push_str(&format!(" {starts} at “{}”.", name(start)));
        }
        for (number, state) in self.states.iter().enumerate() {
            if let Some(word) = state.mark.word() {
                text.push_str(&format!(" “{}”: {word}.", state.name));
            }
            for edge in self.edges.iter().filter(|edge| edge.from == number) {
                let (verb, label) = match edge.kind {
                    EdgeKind::Next => ("continues at", String::new()),
                    EdgeKind::Default => ("otherwise continues at", String::new()),
                    EdgeKind::Choice(_) => ("continues at", format!(" if {}", caption::cut(&edge.label))),
                    EdgeKind::Catch(_) => ("catches at", format!(" {}", caption::cut(&edge.label))),
                };
                text.push_str(&format!(" “{}” {verb} “{}”{label}.", state.name, name(edge.to)));
            }
            if state.ends {
                text.push_str(&format!(" “{}” ends.", state.name));
            }
            for problem in &state.problems {
                text.push_str(&format!(" Error in “{}”: {problem}.", state.name));
            }
            for scope in &state.scopes {
                let title = scope.title.as_ref().map(|title| format!(", {title},")).unwrap_or_default();
                scope.describe(text, &format!("Inside “{}”{title} it starts", state.name));
            }
        }
    }
}

fn scope(scope: DocumentScope<'_>, title: Option<String>) -> Scope {
    let graph = DocumentGraph::of(scope);
    let states =
        graph.states().iter().enumerate().map(|(number, (name, of))| state(name, of, graph.state_pointer(number)));
    let edges = graph.edges().iter().filter_map(|edge| {
        let (_, state) = graph.states().get(edge.from)?;
        Some(Edge {
            from: edge.from,
            to: edge.to?,
            kind: edge.kind,
            label: caption::edge(edge.kind, state),
            number: caption::edge_number(edge.kind, state),
            comment: caption::edge_comment(edge.kind, state),
            pointer: edge.kind.pointer(&graph.state_pointer(edge.from)),
            mark: Mark::None,
        })
    });
    Scope {
        pointer: graph.scope().pointer.clone(),
        title,
        states: states.collect(),
        start: graph.start(),
        edges: edges.collect(),
    }
}

fn state(name: &str, state: &DocumentState, pointer: Pointer) -> State {
    let inside = state.scopes(name, &pointer);
    let several = inside.len() > 1;
    let scopes = inside.into_iter().enumerate().map(|(number, inside)| {
        let title = several.then(|| format!("branch {}", number + 1));
        scope(inside, title)
    });
    let retriers = state.retry.iter().flatten().enumerate().map(|(number, retrier)| {
        let (is_never, label) = caption::retrier(retrier);
        Retrier { pointer: pointer.child("Retry").index(number), label, is_never, mark: Mark::None }
    });
    State {
        name: name.to_owned(),
        short_name: None,
        is_group: false,
        is_folded: false,
        kind: state.kind,
        detail: caption::detail(state),
        target: caption::target(state),
        comment: state.comment.clone(),
        // Succeed and Fail states are ends themselves.
        ends: !matches!(state.kind, StateKind::Succeed | StateKind::Fail) && state.end == Some(true),
        retriers: retriers.collect(),
        scopes: scopes.collect(),
        problems: Vec::new(),
        mark: Mark::None,
        end_mark: Mark::None,
        pointer,
    }
}
