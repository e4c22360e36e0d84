//! The fix of a finding about the document: what to change in the source.

use workflow_asl::finding::in_the_language;
use workflow_asl::{Code, Diagnostic, Finding};

use super::state_of;
use crate::check::{Analysis, fields_of_state};
use crate::problem::Edit;
use crate::syntax::ast::{Head, Resource, TokenSpan};
use crate::syntax::of_state;

/// Returns the change that the help line of a finding shows, where it shows one.
pub(super) fn of(finding: &Diagnostic, analysis: &Analysis<'_>, span: TokenSpan, help: &[String]) -> Vec<Edit> {
    if help.len() != 1 {
        return Vec::new();
    }
    let edit = match (&*finding.finding, finding.code) {
        (Finding::UnknownApi { near: Some(near), .. }, Code::UnknownApi) => {
            service(finding, analysis, span, &in_the_language(near))
        }
        (Finding::UnknownPattern { near: Some(near), .. }, _) => service(finding, analysis, span, near),
        (Finding::UnknownParameter { near: Some(near), inside: false, .. }, _) => Some(Edit::over(span, near)),
        (
            finding,
            Code::UnraisedError
            | Code::OtherErrorPrefix
            | Code::WrongParameterType
            | Code::DoubtfulParameter
            | Code::UnlikeValue,
        ) => finding.fix().map(|fix| Edit::over(span, fix.words())),
        _ => None,
    };
    edit.into_iter().collect()
}

/// Returns the help for a parameter that is a field of the state in ASL.
pub(super) fn field_of_state(finding: &Diagnostic, analysis: &Analysis<'_>) -> Option<String> {
    if finding.code != Code::UnknownParameter {
        return None;
    }
    let tokens: Vec<_> = finding.pointer.tokens().collect();
    let [.., request, name] = tokens.as_slice() else { return None };
    let state = state_of(&finding.pointer, analysis)?.state;
    let is_request = request == "Arguments" || request == "Parameters";
    let member = fields_of_state(state).find(|member| member.key.value == *name).filter(|_| is_request)?;
    let written = of_state(&member.key.value).unwrap_or("->");
    Some(format!("it is a field of the state: `{written} …` is written after the braces"))
}

/// Returns the edit that replaces the service or the action, or the whole call.
fn service(finding: &Diagnostic, analysis: &Analysis<'_>, span: TokenSpan, name: &str) -> Option<Edit> {
    if !name.contains("::") {
        return finding.range.is_some().then(|| Edit::over(span, name.trim_start_matches('.')));
    }
    let Head::Task { resource: Some(Resource::Service { path, .. }), .. } =
        &state_of(&finding.pointer, analysis)?.state.head
    else {
        return None;
    };
    let (first, last) = path.first().zip(path.last())?;
    Some(Edit::over(TokenSpan::new(first.span(), last.span()), name))
}
