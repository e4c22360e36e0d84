//! The report as text.

use std::fmt;

use super::{Report, Verdict};
use crate::bounds::Bounds;
use crate::decision::{Decision, shortened};

fn counted(count: u64, noun: &str) -> String {
    let end = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{end}")
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = &self.explorer.start.state_machine_name;
        let Bounds { faults, turns, .. } = self.explorer.bounds;
        match self.verdict() {
            Verdict::Holds => writeln!(f, "{name}: holds within these bounds")?,
            Verdict::Incomplete => writeln!(f, "{name}: nothing found, but not every execution was tried")?,
            Verdict::Broken => writeln!(
                f,
                "{name}: {} not hold",
                match self.findings.len() {
                    1 => "one property does".to_owned(),
                    many => format!("{many} properties do"),
                }
            )?,
        }
        for (number, finding) in self.findings.iter().enumerate() {
            writeln!(f, "\n{}. {}", number + 1, finding.property)?;
            writeln!(f, "   {}", finding.message)?;
            for decision in &finding.decisions {
                writeln!(f, "   - {decision}")?;
            }
            if let Some(replayed) = self.replay(finding) {
                writeln!(f, "   path: {}", replayed.execution.path().join(" -> "))?;
                let status = replayed.execution.status();
                match (replayed.execution.output(), replayed.execution.error()) {
                    (Some(output), _) => writeln!(f, "   end: {status}, {}", shortened(output))?,
                    (None, Some(error)) => writeln!(f, "   end: {status}, {error}")?,
                    (None, None) => writeln!(f, "   end: {status}")?,
                }
            }
        }
        writeln!(f, "\n{} tried, {}", counted(self.executions, "execution"), counted(self.ways, "way"))?;
        writeln!(
            f,
            "bounds: {} in an execution, {} of a loop",
            counted(faults.into(), "fault"),
            counted(turns.into(), "turn")
        )?;
        let cut = self.cut;
        let notes = [
            (cut.faults, "further faults were possible in", "state of an execution"),
            (cut.turns, "abandoned on a loop:", "execution"),
            (cut.executions, "not tried:", "decision"),
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
        for unreached in &self.unreached {
            let point = &unreached.point;
            let why = match unreached.cut_off_by.as_slice() {
                [] => "no execution takes it".to_owned(),
                bounds => format!("possibly cut off by the bounds: {}", bounds.join(", ")),
            };
            let what = if point.what.is_empty() { String::new() } else { format!(", {}", point.what) };
            writeln!(f, "not reached: {} of `{}`{what}: {why}", point.kind.name(), point.state)?;
        }
        Ok(())
    }
}

/// Formats decisions as JSON, one per line.
pub(super) fn lines(decisions: &[Decision]) -> String {
    decisions.iter().map(|decision| format!("{}\n", decision.to_json())).collect()
}
