//! The report as text.

use std::fmt;

use workflow_local::coverage::{Point, PointKind};

use super::{Reason, Report, Severity, Unreached, Verdict};
use crate::bounds::Bounds;
use crate::decision::shown;

/// How many decisions and states of a finding are printed: the first and the last ones.
const FIRST: usize = 30;
const LAST: usize = 10;

/// Returns the first and the last items, with the number of the others between them.
fn shortened<T: ToString>(all: &[T]) -> impl Iterator<Item = String> {
    let (first, last) = all.split_at(all.len().saturating_sub(LAST));
    let more = first.len().checked_sub(FIRST).filter(|more| *more > 0).map(|more| format!("… {more} more"));
    first.iter().take(FIRST).map(T::to_string).chain(more).chain(last.iter().map(T::to_string))
}

pub(crate) fn counted(count: u64, noun: &str) -> String {
    let end = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{end}")
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = &self.explorer.start.state_machine_name;
        let Bounds { faults, turns, .. } = self.explorer.bounds;
        // The worst come first.
        let counts = self.findings.chunk_by(|one, other| one.severity == other.severity);
        let counts = counts.filter_map(|all| Some(counted(all.len() as u64, all.first()?.severity.name())));
        let counts = counts.collect::<Vec<_>>().join(", ");
        let with = if counts.is_empty() { String::new() } else { format!("; {counts}") };
        match self.verdict() {
            Verdict::Holds => writeln!(f, "{name}: holds within these bounds{with}")?,
            Verdict::Incomplete => {
                let found = if counts.is_empty() { "nothing found" } else { &counts };
                writeln!(f, "{name}: {found}, but not every execution was tried")?;
            }
            Verdict::NotShown => writeln!(
                f,
                "{name}: not shown: {}{with}",
                not_shown_text(
                    &self.not_shown().collect::<Vec<_>>(),
                    &self.undecided,
                    &self.unexercised,
                    Some(self.explorer.states.all.len())
                )
            )?,
            Verdict::Broken => writeln!(f, "{name}: {counts}")?,
        }
        for (number, finding) in self.findings.iter().enumerate() {
            write!(f, "\n{}. ", number + 1)?;
            if finding.severity != Severity::Error {
                write!(f, "{}: ", finding.severity)?;
            }
            writeln!(f, "{}", finding.property)?;
            writeln!(f, "   {}", finding.message)?;
            shortened(&finding.decisions).try_for_each(|decision| writeln!(f, "   - {decision}"))?;
            if let Some(replayed) = self.replay(finding) {
                writeln!(f, "   path: {}", shortened(&replayed.execution.path()).collect::<Vec<_>>().join(" -> "))?;
                if let Some(learning) = &self.explorer.learning {
                    writeln!(
                        f,
                        "   occurred: in {} of {}",
                        finding.occurred,
                        counted(learning.executions(), "recorded execution")
                    )?;
                }
                let execution = &replayed.execution;
                let with = execution.output().map(|output| shown(output)).or(execution.error().map(str::to_owned));
                let with = with.map(|with| format!(", {with}")).unwrap_or_default();
                writeln!(f, "   end: {}{with}", execution.status())?;
            }
        }
        for (finding, reason) in &self.accepted {
            writeln!(f, "\naccepted: {}: {reason}", finding.key())?;
        }
        for key in self.accepted_in_vain() {
            writeln!(f, "\naccepted, but not found: {key}")?;
        }
        if self.excluded > 0 {
            writeln!(f, "\nexcluded: {}", counted(self.excluded as u64, "finding"))?;
        }
        writeln!(f, "\n{} tried, {}", counted(self.executions, "execution"), counted(self.ways, "way"))?;
        writeln!(
            f,
            "bounds: {} in an execution, {} of a loop",
            counted(faults.into(), "fault"),
            counted(turns.into(), "turn")
        )?;
        let cut = self.cut_off;
        let notes = [
            (cut.faults, "further faults were possible in", "state of an execution"),
            (cut.turns, "abandoned on a loop:", "execution"),
            (cut.executions, "by `--executions`, not tried:", "decision"),
            (cut.memory, "by `--memory`, not tried:", "decision"),
            (cut.values, "omitted from the input and results:", "combination of values"),
        ];
        for (count, what, noun) in notes.into_iter().filter(|(count, ..)| *count > 0) {
            let (first, rest) = noun.split_once(' ').unwrap_or((noun, ""));
            writeln!(f, "cut off: {what} {}{}{rest}", counted(count, first), if rest.is_empty() { "" } else { " " })?;
        }
        for task in &self.open_loops {
            writeln!(f, "cut off: `{task}` is called again for as long as no answer ends its loop")?;
        }
        for state in &self.undecided {
            writeln!(
                f,
                "not decided: no value that was tried fits the expressions of `{state}`, and the types of its data are not \
                 known: give values"
            )?;
        }
        let all = self.unreached.iter().filter(|unreached| unreached.reason != Reason::Follows);
        for Unreached { point, cut_off_by, reason } in all {
            let what = if point.what.is_empty() { String::new() } else { format!(", {}", point.what) };
            write!(f, "not reached: {} of `{}`{what}: {}", point.kind.name(), point.state, reason.words())?;
            // The reason already names what helps against omitted values.
            let bounds: Vec<_> = cut_off_by.iter().filter(|bound| **bound != "values").collect();
            for (number, bound) in bounds.into_iter().enumerate() {
                write!(f, "{}`--{bound}`", if number == 0 { ", or raise " } else { ", " })?;
            }
            writeln!(f)?;
        }
        Ok(())
    }
}

/// Names the points that no execution took, and the states whose expressions could not be computed. `all` is the number of
/// states.
pub(crate) fn not_shown_text(
    points: &[&Point],
    undecided: &[String],
    unexercised: &[String],
    all: Option<usize>,
) -> String {
    let (states, others): (Vec<&Point>, Vec<_>) = points.iter().partition(|point| point.kind == PointKind::State);
    let mut parts = Vec::new();
    if !states.is_empty() {
        let names = quoted(states.iter().map(|point| &point.state));
        let count = match all {
            Some(all) => format!("{} of {} {}", states.len(), counted(all as u64, "state"), were(states.len())),
            None => format!("{} {}", counted(states.len() as u64, "state"), were(states.len())),
        };
        parts.push(format!("{count} never entered: {names}"));
    }
    for kind in PointKind::ALL {
        // The rules of a state that was never entered follow from that.
        let is_told = |point: &&&Point| states.iter().any(|state| state.state == point.state);
        let all: Vec<_> = others.iter().filter(|point| point.kind == kind && !is_told(point)).collect();
        if !all.is_empty() {
            let names: Vec<_> = all.iter().map(|point| format!("{} of `{}`", point.what, point.state)).collect();
            let count = counted(all.len() as u64, kind.name());
            parts.push(format!("{count} {} never taken: {}", were(all.len()), names.join(", ")));
        }
    }
    if !undecided.is_empty() {
        let names = quoted(undecided);
        let noun = if undecided.len() == 1 { "state has" } else { "states have" };
        parts.push(format!("{} {noun} expressions that no tried value fits: {names}", undecided.len()));
    }
    if !unexercised.is_empty() {
        let names = quoted(unexercised);
        let noun = if unexercised.len() == 1 { "property is" } else { "properties are" };
        parts.push(format!("{} {noun} about what never happened: {names}", unexercised.len()));
    }
    parts.join("; ")
}

fn were(count: usize) -> &'static str {
    if count == 1 { "was" } else { "were" }
}

/// Returns names in backquotes, as a list.
pub(crate) fn quoted(names: impl IntoIterator<Item = impl fmt::Display>) -> String {
    names.into_iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
