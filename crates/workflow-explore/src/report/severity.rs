//! How bad findings are, and which of them are accepted.

use std::fmt;

use super::{Finding, quoted};
use crate::broken::built_in;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Severity {
    /// Something that may be meant so: an error that the definition catches nowhere ends the execution, or a call is
    /// repeated whose API recognises no repeated call.
    Note,
    /// Something that may go wrong: an effect may happen twice although the request could prevent it, or an error ends the
    /// execution although most other tasks catch every error.
    Warning,
    /// A fault of the program: a declared property that does not hold, an expression that cannot be computed, an
    /// execution that never ends, a quota that is exceeded.
    Error,
}

impl Severity {
    /// Returns the name in machine-readable output.
    pub fn name(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

const MOST_NAMED: usize = 5;

/// Joins the findings that have one cause into the shortest of them: the notes of a property, the errors that most other
/// tasks catch, and a quota of the whole execution.
pub(crate) fn fold(findings: Vec<Finding>) -> Vec<Finding> {
    let mut folded: Vec<Finding> = Vec::new();
    for finding in findings {
        let is_quota = finding.property == built_in::QUOTAS;
        let is_folded = is_quota
            || finding.severity == Severity::Note
            || finding.severity == Severity::Warning && finding.property == built_in::UNCAUGHT;
        let same = |known: &&mut Finding| {
            let is_same = known.property == finding.property && known.severity == finding.severity;
            is_same && (!is_quota || known.message == finding.message)
        };
        match folded.iter_mut().find(same).filter(|_| is_folded) {
            Some(known) => known.states.extend(finding.states),
            None => folded.push(finding),
        }
    }
    for finding in folded.iter_mut().filter(|finding| finding.states.len() > 1) {
        finding.states.sort();
        finding.states.dedup();
        let more = finding.states.len().saturating_sub(MOST_NAMED);
        let mut names = quoted(finding.states.iter().take(MOST_NAMED));
        if more > 0 {
            names.push_str(&format!(" and {more} more"));
        }
        finding.message = match (finding.property.as_str(), finding.severity) {
            (built_in::QUOTAS, _) => format!("{names}: {}", finding.message),
            (built_in::UNCAUGHT, Severity::Note) => {
                format!("errors of {names} end the execution: nothing catches them")
            }
            (built_in::UNCAUGHT, _) => {
                format!("errors of {names} end the execution; the other tasks catch every error")
            }
            _ => format!(
                "{names} are called again by retriers, and their APIs do not recognise it: effects may happen twice"
            ),
        };
    }
    folded
}
