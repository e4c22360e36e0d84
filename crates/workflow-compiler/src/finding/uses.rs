//! Findings about the variables with the results of uses of fragments, in terms of the uses.

use workflow_asl::document::QueryLanguage;
use workflow_asl::{Code, Diagnostic, Finding};

use super::{overlap, state_of};
use crate::check::{Analysis, never_kept};
use crate::problem::Problem;
use crate::span::Locate;
use crate::syntax::ast::{TokenSpan, plain};

/// Returns the problem if a finding is about the result of a use; `Some(None)` if it needs no report.
pub(super) fn of_result(
    finding: &Diagnostic,
    analysis: &Analysis<'_>,
    span: TokenSpan,
    locate: Locate<'_>,
) -> Option<Option<Box<Problem>>> {
    let inlined = &analysis.workflow.inlined;
    if inlined.is_empty() {
        return None;
    }
    let variable = finding.finding.variable()?;
    let used = inlined.iter().find(|used| used.variable() == variable)?;
    let reader = state_of(&finding.pointer, analysis)?;
    let reads = analysis.references_to(reader, variable);
    let (name, begins) = (plain(&used.written), format!("when `{}` begins", reader.name));
    let asked = reads.iter().all(|(_, optional, _)| *optional);
    let read = reads.iter().filter(|(_, optional, _)| !optional).find(|(at, ..)| overlap(*at, span, locate));
    let (span, _, members) = read.or_else(|| reads.iter().find(|(_, optional, _)| !optional)).cloned().unwrap_or((
        span,
        true,
        String::new(),
    ));
    let problem = |code, message: String| Problem::new(code, span, message);
    Some(Some(Box::new(match &*finding.finding {
        Finding::NotOnEveryPath { .. } if asked && !reads.is_empty() => return Some(None),
        Finding::NotOnEveryPath { .. } => {
            let problem = problem(Code::MayNotHaveRun, format!("`{name}` may not have run {begins}"));
            match reader.language {
                QueryLanguage::Jsonata => problem
                    .help(format!("`{name}?{members}` may be absent: give it a default, `({name}?{members} ?? …)`")),
                QueryLanguage::JsonPath => {
                    problem.help(format!("make every path to `{}` go through `{name}`", reader.name))
                }
            }
        }
        Finding::NotAssignedBefore { .. } => {
            let message = format!("`{name}` has not run {begins}");
            problem(Code::MayNotHaveRun, message).help("a state sees the results of the uses before it")
        }
        Finding::NeverAssigned { .. } => match never_kept(used, analysis) {
            Some((code, message, help)) => problem(code, message).help(help),
            // That nothing keeps it was reported.
            None => return Some(None),
        },
        _ => return None,
    })))
}
