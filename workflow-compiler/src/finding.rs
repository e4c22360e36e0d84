//! What the rules of ASL find in the lowered document: at the words it comes from, in the language's terms.

use workflow_asl::{Code, Diagnostic, Pointer};

use crate::Locate;
use crate::lower::SpotMap;
use crate::problem::{Problem, Problems};
use crate::syntax::ast::{Spot, Workflow};

/// Reports what was found in the document, but for what the language's own checks have said, in its own terms.
pub(crate) fn report(
    found: impl Iterator<Item = Diagnostic>,
    source: &Workflow,
    spots: &SpotMap,
    problems: &mut Problems,
    locate: Locate<'_>,
) {
    let known: Vec<Spot> = problems.iter().map(|problem| problem.spot).collect();
    let codes: Vec<Code> = problems.iter().map(|problem| problem.code).collect();
    for finding in found {
        let spot = if is_about_key(&finding) { spots.key_at(&finding.pointer) } else { None };
        let spot = spot.or_else(|| spots.at(&finding.pointer)).unwrap_or_else(|| source.name.span().into());
        let said = known.iter().any(|known| overlap(*known, spot, locate));
        if !said && !follows(&finding, &codes) {
            let help = in_the_language(&finding).or(finding.help).into_iter().collect();
            problems.push(Problem { code: finding.code, spot, message: finding.message, help });
        }
    }
}

/// Whether the member's name is wrong rather than its value.
fn is_about_key(finding: &Diagnostic) -> bool {
    use Code::{BadVariableName, OuterVariable, ReservedVariable, StateNameTooLong, UnknownField, WrongLanguageField};
    matches!(
        finding.code,
        BadVariableName | ReservedVariable | OuterVariable | StateNameTooLong | UnknownField | WrongLanguageField
    )
}

/// The help line, where that of the document's rules names what the language writes otherwise.
fn in_the_language(finding: &Diagnostic) -> Option<String> {
    let help = match finding.code {
        Code::NoWayToEnd if finding.message.starts_with("no state ends") => {
            "end it with `-> end`, a `succeed` or a `fail`"
        }
        Code::MissingField if finding.message.starts_with("a task that calls") => {
            "give the request in braces after the action: `{ … }`"
        }
        Code::StaticResult => "the clause `parameters` computes a value",
        Code::PathUnderPlainKey => "write it without quotes, as a reference such as `state.x`, or end the key in `.$`",
        Code::BadResource => "such as `lambda::invoke`, or the ARN of a Lambda function or an activity as text",
        _ => return None,
    };
    Some(help.to_owned())
}

/// Whether a finding about the document only repeats at another place what the checks have said.
fn follows(finding: &Diagnostic, said: &[Code]) -> bool {
    use Code::{
        DuplicateState, DuplicateStateName, MissingField, NoWayToEnd, TargetInOtherScope, UnknownTarget,
        UnreachableState,
    };
    let any = |codes: &[Code]| codes.iter().any(|code| said.contains(code));
    match finding.code {
        // Of two states with one name the document holds one: ways lead elsewhere than in the source.
        UnreachableState | NoWayToEnd => any(&[DuplicateState, DuplicateStateName]),
        TargetInOtherScope | UnknownTarget => {
            any(&[TargetInOtherScope, UnknownTarget, DuplicateState, DuplicateStateName])
        }
        // `StartAt`: the start was there, and named no state.
        MissingField if finding.pointer == Pointer::default() => any(&[UnknownTarget, TargetInOtherScope]),
        _ => false,
    }
}

/// Whether two ranges of source tokens have a word in common.
fn overlap(a: Spot, b: Spot, locate: Locate<'_>) -> bool {
    let range = |spot: Spot| Some((locate(spot.first)?, locate(spot.last)?));
    match (range(a), range(b)) {
        (Some((a_first, a_last)), Some((b_first, b_last))) => a_first <= b_last && b_first <= a_last,
        _ => false,
    }
}
