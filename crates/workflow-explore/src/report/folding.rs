//! Joins findings that have one cause.

use super::{Finding, Severity, quoted};
use crate::broken::built_in;

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
