//! Findings about the variables with the results of uses of fragments, in terms of the uses.

use workflow_asl::document::QueryLanguage;
use workflow_asl::{Code, Diagnostic, Finding};

use super::{overlap, state_of};
use crate::Locate;
use crate::check::Analysis;
use crate::inline::result_variable;
use crate::problem::Problem;
use crate::syntax::ast::{Inlined, Target, TokenSpan, plain};

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
    let used = inlined.iter().find(|used| result_variable(&used.name) == variable)?;
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
                QueryLanguage::JsonPath => problem.help(format!("make every path to `{}` pass `{name}`", reader.name)),
            }
        }
        Finding::NotAssignedBefore { .. } => {
            let message = format!("`{name}` has not run {begins}");
            problem(Code::MayNotHaveRun, message).help("a state sees the results of the uses before it")
        }
        Finding::NeverAssigned { .. } => match never(used, analysis, &problem) {
            Some(problem) => problem,
            // That nothing keeps it was reported.
            None => return Some(None),
        },
        Finding::VariableOfInnerScope { owner, .. } => {
            let message = format!("`{name}` is inside `{owner}`: its result is not available outside");
            problem(Code::OtherScope, message).help(format!("end there with that value, and read `{owner}[…]`"))
        }
        _ => return None,
    })))
}

/// Returns the problem if nothing keeps the result of a use.
fn never(used: &Inlined, analysis: &Analysis<'_>, problem: &dyn Fn(Code, String) -> Problem) -> Option<Problem> {
    let name = plain(&used.written);
    if used.ends.is_empty() {
        let message = format!("`{name}` has no result: no state ends the fragment `{}`", used.fragment);
        return Some(problem(Code::StateReference, message).help("end it with `-> end` where it has its result"));
    }
    let last = used.ends.iter().filter_map(|end| analysis.states.get(end));
    let mut last = last.filter(|info| matches!(info.state.transition, None | Some(Target::End(_))));
    let last = last.next()?;
    let owner = analysis.scopes.get(last.scope).and_then(|scope| scope.owner);
    let message = format!("the result of `{name}` is not available: nothing follows it, because it ends with `-> end`");
    Some(match owner {
        Some(owner) => problem(Code::OtherScope, message)
            .help(format!("it is a result of `{}`, which can be read after it", plain(&owner.name))),
        None => problem(Code::MayNotHaveRun, message).help("lead the use to the state that reads it"),
    })
}
