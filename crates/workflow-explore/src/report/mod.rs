//! The report of an exploration.

mod folding;
pub(crate) mod mocks;
pub(crate) mod test;
mod text;
mod unreached;

pub(crate) use folding::fold;
pub(crate) use text::{counted, not_shown_text, quoted};
pub(crate) use unreached::unreached;
pub use unreached::{Reason, Unreached};

use serde_json::{Value, json};
use workflow_asl::Pointer;
use workflow_graph::Graph;
use workflow_graph::history::History;
use workflow_graph::page::{Item, Page, Tone};
use workflow_local::coverage::{Point, PointKind};
use workflow_local::internal::InternalProgram;
use workflow_local::{Execution, HistoryEvent};

use crate::bounds::{Bounds, CutOff};
pub use crate::broken::Severity;
use crate::broken::{Blame, Broken, built_in};
use crate::decision::Decision;
use crate::explorer::Explorer;

/// A violated property, and a shortest list of decisions that shows it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Finding {
    /// The violated property.
    pub property: String,
    /// The state of the execution that the finding is about, if any.
    pub state: Option<String>,
    /// This state, and others for which the same is true.
    pub states: Vec<String>,
    /// How bad it is.
    pub severity: Severity,
    /// A description of the violation.
    pub message: String,
    /// The decisions, with as few faults as possible, and then as few as possible.
    pub decisions: Vec<Decision>,
    /// The number of faults among them.
    pub faults: u32,
    /// How many recorded executions took the path to the finding: see [`Explorer::occurred`].
    pub occurred: u64,
    pub(crate) order: usize,
    /// The guess that may have caused it.
    pub(crate) guess: Option<Blame>,
}

impl Finding {
    pub(crate) fn new(broken: Broken, decisions: Vec<Decision>, faults: u32, order: usize) -> Self {
        let Broken { property, state, severity, message, guess } = broken;
        let states = state.iter().cloned().collect();
        Self { property, state, states, severity, message, decisions, faults, occurred: 0, order, guess }
    }

    /// Returns the number of faults and of decisions, and the order in which it was found, to find the shortest finding.
    pub(crate) fn length(&self) -> (u32, usize, usize) {
        (self.faults, self.decisions.len(), self.order)
    }

    /// Returns the text by which [`Explorer::accept`] knows the finding: its property and its states. It does not change
    /// with the values and decisions that show the finding.
    pub fn key(&self) -> String {
        match self.states.as_slice() {
            [] => self.property.clone(),
            states => format!("{}: {}", self.property, states.join(", ")),
        }
    }

    /// Returns whether this is the key of the finding, also if it names states that have been mended since.
    pub(crate) fn has_key(&self, key: &str) -> bool {
        let states = key.strip_prefix(&self.property).and_then(|rest| rest.strip_prefix(": "));
        let states: Vec<_> = states.into_iter().flat_map(|states| states.split(", ")).collect();
        key == self.key() || !self.states.is_empty() && self.states.iter().all(|state| states.contains(&state.as_str()))
    }

    /// Returns what the property asks for and what helps, as a sentence.
    pub fn help(&self) -> &'static str {
        let known = built_in::HELP.iter().find(|(property, _)| *property == self.property);
        known.map_or(
            "The workflow or the command declares this property: the decisions lead to an execution without it.",
            |(_, help)| help,
        )
    }

    fn to_json(&self) -> Value {
        json!({
            "severity": self.severity.name(),
            "key": self.key(),
            "property": self.property,
            "state": self.state,
            "states": self.states,
            "message": self.message,
            "occurred": self.occurred,
            "decisions": self.decisions.iter().map(Decision::to_json).collect::<Vec<_>>(),
        })
    }
}

/// A replayed execution.
#[derive(Debug)]
#[non_exhaustive]
pub struct Replayed {
    /// The execution, which has ended unless it never ends.
    pub execution: Execution,
    /// The decisions, including those after the given ones.
    pub decisions: Vec<Decision>,
    /// The violations in this execution.
    pub findings: Vec<Finding>,
}

impl Replayed {
    /// Returns whether the execution violates the finding's property in the same state.
    pub(crate) fn shows(&self, finding: &Finding) -> bool {
        self.findings.iter().any(|other| {
            other.property == finding.property && other.state == finding.state && other.guess == finding.guess
        })
    }
}

/// The verdict of an exploration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Verdict {
    /// All properties hold within the bounds, in executions that enter all states and take all rules of choices. There may be
    /// findings that are less severe than [`Explorer::fail_on`] asks for.
    Holds,
    /// A property is violated.
    Broken,
    /// No violation was found in executions that enter all states and take all rules of choices, but not all executions
    /// within the bounds were tried.
    Incomplete,
    /// No violation was found, but no execution entered some states, took some rules of choices, or computed some
    /// expressions, although it is not proved that none can: see [`Report::not_shown`]; or the events of a declared
    /// property did not happen: see [`Report::unexercised`].
    NotShown,
}

/// Returns whether the properties of a workflow are only shown if an execution took a point of this kind. A handler that
/// no execution took leads nowhere else than another one.
pub(crate) fn is_way(kind: PointKind) -> bool {
    matches!(kind, PointKind::State | PointKind::Rule)
}

impl Verdict {
    /// Returns the verdict's name in machine-readable output.
    pub fn name(self) -> &'static str {
        match self {
            Self::Holds => "holds",
            Self::Broken => "broken",
            Self::Incomplete => "incomplete",
            Self::NotShown => "not-shown",
        }
    }
}

/// The report of an exploration.
#[derive(Debug)]
#[non_exhaustive]
pub struct Report {
    pub(crate) explorer: Explorer,
    /// The findings, the worst first, of these the shortest first.
    pub findings: Vec<Finding>,
    /// The findings that [`Explorer::accept`] accepts, with the reasons.
    pub accepted: Vec<(Finding, String)>,
    /// The number of executions tried, each to its end or to a known state.
    pub executions: u64,
    /// The number of lists of decisions that lead to an end without repeating loops. This is the number of executions to
    /// try without [reductions](crate#reductions).
    pub ways: u64,
    /// The number of distinct states of executions.
    pub states: u64,
    /// How often each bound has cut something off.
    pub cut_off: CutOff,
    /// The states whose expressions could not be computed with any tried value, because the type of their data is
    /// undeclared. What follows these states was not tried: set values with [`Explorer::inputs`] or
    /// [`Explorer::results`].
    pub undecided: Vec<String>,
    /// The tasks on loops that end only by an answer, such as a poll. Their answers led back to the same data, or the
    /// bound of [`turns`](Explorer::turns) was reached. Exploration does not show that such an execution ends.
    pub open_loops: Vec<String>,
    /// The states, transitions, rules, retriers and catchers that no execution reached.
    pub unreached: Vec<Unreached>,
    /// The declared properties whose events did not happen in any execution, so that nothing shows that they hold.
    pub unexercised: Vec<String>,
    /// The number of findings that [`Explorer::exclude`] leaves out.
    pub excluded: usize,
    /// The patterns that [`Explorer::exclude`] got and that no finding matches.
    pub excluded_in_vain: Vec<String>,
}

impl Report {
    /// Returns the verdict.
    pub fn verdict(&self) -> Verdict {
        let is_broken = self.findings.iter().any(|finding| finding.severity >= self.explorer.fails_on);
        if is_broken {
            Verdict::Broken
        } else if !self.undecided.is_empty() || !self.unexercised.is_empty() || self.not_shown().next().is_some() {
            Verdict::NotShown
        } else if self.cut_off.ends_early() {
            Verdict::Incomplete
        } else {
            Verdict::Holds
        }
    }

    /// Returns the place in the definition of the state that a finding is about.
    pub fn pointer(&self, finding: &Finding) -> Option<&Pointer> {
        self.explorer.states.get(finding.state.as_deref()?).map(|facts| &facts.pointer)
    }

    /// Returns the first line of the report as text, without the name: what it says of the whole.
    pub fn headline(&self) -> String {
        let text = self.to_string();
        let line = text.lines().next().unwrap_or_default();
        line.split_once(": ").map_or(line, |(_, rest)| rest).to_owned()
    }

    /// Returns the keys that [`Explorer::accept`] accepts and that no finding has.
    pub fn accepted_in_vain(&self) -> impl Iterator<Item = &str> {
        let keys = self.explorer.accepted.keys().map(String::as_str);
        keys.filter(|key| !self.accepted.iter().any(|(finding, _)| finding.has_key(key)))
    }

    /// Returns the bounds.
    pub fn bounds(&self) -> Bounds {
        self.explorer.bounds
    }

    /// Returns the states that no execution entered and the rules of choices that none took, unless no execution can.
    /// Nothing is known about the executions that take them.
    pub fn not_shown(&self) -> impl Iterator<Item = &Point> {
        let ways = self.unreached.iter().filter(|unreached| unreached.reason != Reason::Never);
        ways.map(|unreached| &unreached.point).filter(|point| is_way(point.kind))
    }

    /// Fails a test unless all properties hold: prints the report and a test for the first finding.
    ///
    /// # Panics
    /// Panics if a finding is as severe as [`Explorer::fail_on`] asks for, not all executions were tried, or a state was not
    /// entered.
    #[track_caller]
    pub fn assert_holds(&self) {
        let test = self.findings.first().map(|finding| self.test(finding)).unwrap_or_default();
        assert!(self.verdict() == Verdict::Holds, "{self}\n{test}");
    }

    /// Replays the execution of a finding to its end.
    pub fn replay(&self, finding: &Finding) -> Option<Replayed> {
        self.explorer.replay(&finding.decisions).ok()
    }

    /// Returns an HTML page that shows a finding: the property, the decisions that lead to it, and the execution.
    pub fn to_html(&self, finding: &Finding) -> Option<String> {
        let execution = self.replay(finding)?.execution;
        let events = execution.history().iter().map(HistoryEvent::to_api_json).collect();
        // They are the engine's own.
        let page = Page::of(History::read(&Value::Array(events)).unwrap_or_default());
        let definition = self.explorer.program.definition();
        let graph = Graph::of_definition(definition);
        let at = |state: Option<&str>| state.and_then(|state| graph.pointer_of(state));
        let (tone, word) = match finding.severity {
            Severity::Error => (Tone::Bad, "Error"),
            Severity::Warning => (Tone::Careful, "Warning"),
            Severity::Note => (Tone::Plain, "Note"),
        };
        let found = Item::new(&finding.message, at(finding.state.as_deref()), (tone, "finding"), "");
        let decisions = finding.decisions.iter().map(|decision| {
            let (state, word) = match decision {
                Decision::Succeed { task, .. } => (Some(&*task.state), (Tone::Plain, "")),
                Decision::Fault { task, .. } => (Some(&*task.state), (Tone::Bad, "fault")),
                Decision::Input(_) | Decision::TimePasses => (None, (Tone::Plain, "")),
            };
            Item::new(decision.to_string(), at(state), word, "")
        });
        let tried = counted(self.executions, "execution");
        let sentence = format!("“{}” does not hold: {}\n{tried} tried.", finding.property, finding.message);
        let page = page
            .of_machine(definition.clone())
            .titled(&self.explorer.start.state_machine_name)
            .judged(tone, word, sentence)
            .with_list("Shortest way to the finding", decisions.chain([found]).collect());
        Some(page.to_html())
    }

    /// Converts the report to JSON: `status`, `findings`, `bounds` and counts.
    pub fn to_json(&self) -> Value {
        let unreached = self.unreached.iter().map(|unreached| {
            json!({
                "kind": unreached.point.kind.name(),
                "state": unreached.point.state,
                "what": unreached.point.what,
                "pointer": unreached.point.pointer.as_str(),
                "cut_off_by": unreached.cut_off_by,
                "reason": unreached.reason.name(),
            })
        });
        json!({
            "status": self.verdict().name(),
            "findings": self.findings.iter().map(Finding::to_json).collect::<Vec<_>>(),
            "accepted": self.accepted.iter().map(|(finding, reason)| {
                let mut made = finding.to_json();
                made["reason"] = reason.as_str().into();
                made
            }).collect::<Vec<_>>(),
            "accepted_in_vain": self.accepted_in_vain().collect::<Vec<_>>(),
            "excluded": self.excluded,
            "excluded_in_vain": self.excluded_in_vain,
            "bounds": self.cut_off.to_json(self.explorer.bounds),
            "executions": self.executions,
            "ways": self.ways,
            "undecided": self.undecided,
            "open_loops": self.open_loops,
            "not_shown": self.not_shown().map(|point| point.pointer.as_str()).collect::<Vec<_>>(),
            "unexercised": self.unexercised,
            "unreached": unreached.collect::<Vec<_>>(),
        })
    }
}
