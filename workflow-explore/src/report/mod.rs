//! What exploration found.

mod mocks;
mod test;
mod text;

use serde_json::{Value, json};
use workflow_local::Execution;
use workflow_local::coverage::Point;

use crate::bounds::{Bounds, CutOff};
use crate::decision::Decision;
use crate::explorer::Explorer;
use crate::world::Broken;

/// Something that does not hold, and the shortest way to it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Finding {
    /// The property that does not hold.
    pub property: String,
    /// The state that it is about, where it is about one.
    pub state: Option<String>,
    /// What happens.
    pub message: String,
    /// The decisions that lead there: those that go wrong least, and fewest of them.
    pub decisions: Vec<Decision>,
    /// How many of them go wrong.
    pub faults: u32,
    pub(crate) order: usize,
}

impl Finding {
    pub(crate) fn new(broken: Broken, decisions: Vec<Decision>, faults: u32, order: usize) -> Self {
        let Broken { property, state, message } = broken;
        Self { property, state, message, decisions, faults, order }
    }

    fn to_json(&self) -> Value {
        json!({
            "property": self.property,
            "state": self.state,
            "message": self.message,
            "decisions": self.decisions.iter().map(Decision::to_json).collect::<Vec<_>>(),
        })
    }
}

/// Something that no execution took.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Unreached {
    /// What it is.
    pub point: Point,
    /// The bounds that may have cut it off; empty where nothing was cut off, so that no execution takes it.
    pub cut_off_by: Vec<&'static str>,
}

/// An execution that decisions led to.
#[derive(Debug)]
#[non_exhaustive]
pub struct Replayed {
    /// The execution, ended unless it never does.
    pub execution: Execution,
    /// The decisions, those among them that followed the given ones.
    pub decisions: Vec<Decision>,
    /// What does not hold of it.
    pub findings: Vec<Finding>,
}

impl Replayed {
    /// Whether the same does not hold.
    pub(crate) fn shows(&self, finding: &Finding) -> bool {
        self.findings.iter().any(|other| other.property == finding.property && other.state == finding.state)
    }
}

/// What came of an exploration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Verdict {
    /// Everything holds within the bounds.
    Holds,
    /// Something does not hold.
    Broken,
    /// Nothing was found, but not every execution within the bounds was tried.
    Incomplete,
}

impl Verdict {
    /// The word for programs.
    pub fn name(self) -> &'static str {
        match self {
            Self::Holds => "holds",
            Self::Broken => "broken",
            Self::Incomplete => "incomplete",
        }
    }
}

/// What exploration found.
#[derive(Debug)]
pub struct Report {
    pub(crate) explorer: Explorer,
    pub(crate) findings: Vec<Finding>,
    pub(crate) executions: u64,
    pub(crate) ways: u64,
    pub(crate) states: u64,
    pub(crate) cut: CutOff,
    pub(crate) unreached: Vec<Unreached>,
}

impl Report {
    /// Whether everything holds.
    pub fn verdict(&self) -> Verdict {
        match (self.findings.is_empty(), self.cut.executions) {
            (false, _) => Verdict::Broken,
            (true, 0) => Verdict::Holds,
            (true, _) => Verdict::Incomplete,
        }
    }

    /// What does not hold, the shortest way first.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// How many executions were tried: each to its end, or to a state of an execution that was tried before.
    pub fn executions(&self) -> u64 {
        self.executions
    }

    /// How many lists of decisions lead to an end, without going round loops: what would have been tried without the
    /// [reductions](crate#reductions).
    pub fn ways(&self) -> u64 {
        self.ways
    }

    /// How many states of executions are told apart.
    pub fn states(&self) -> u64 {
        self.states
    }

    /// The bounds.
    pub fn bounds(&self) -> Bounds {
        self.explorer.bounds
    }

    /// What the bounds have cut off.
    pub fn cut_off(&self) -> CutOff {
        self.cut
    }

    /// States, transitions, rules, retriers and catchers that no execution took.
    pub fn unreached(&self) -> &[Unreached] {
        &self.unreached
    }

    /// Fails a test where something does not hold: prints the report and a test for the first finding.
    ///
    /// # Panics
    /// Something does not hold, or not every execution was tried.
    #[track_caller]
    pub fn assert_holds(&self) {
        let test = self.findings.first().map(|finding| self.test(finding)).unwrap_or_default();
        assert!(self.verdict() == Verdict::Holds, "{self}\n{test}");
    }

    /// The execution of a finding, to its end.
    pub fn replay(&self, finding: &Finding) -> Option<Replayed> {
        self.explorer.replay(&finding.decisions).ok()
    }

    /// The page of a finding's execution, for a browser.
    pub fn to_html(&self, finding: &Finding) -> Option<String> {
        Some(self.replay(finding)?.execution.to_html())
    }

    /// The report for programs: `status`, `findings`, `bounds`, and counts.
    pub fn to_json(&self) -> Value {
        let unreached = self.unreached.iter().map(|unreached| {
            json!({
                "kind": unreached.point.kind.name(),
                "state": unreached.point.state,
                "what": unreached.point.what,
                "pointer": unreached.point.pointer.as_str(),
                "cut_off_by": unreached.cut_off_by,
            })
        });
        json!({
            "status": self.verdict().name(),
            "findings": self.findings.iter().map(Finding::to_json).collect::<Vec<_>>(),
            "bounds": self.cut.to_json(self.explorer.bounds),
            "executions": self.executions,
            "ways": self.ways,
            "unreached": unreached.collect::<Vec<_>>(),
        })
    }
}
