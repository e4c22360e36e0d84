//! The fix of a finding about the document: what to change in the source.

use workflow_asl::finding::in_the_language;
use workflow_asl::{Code, Diagnostic, Finding, jsonata};

use super::{overlap, state_of};
use crate::check::{Analysis, StateInfo, fields_of_state};
use crate::problem::Edit;
use crate::span::Locate;
use crate::syntax::ast::{ExprKind, Head, MapItems, Resource, Target, TokenSpan, plain};
use crate::syntax::of_state;

/// Returns the change that the help line of a finding shows, where it shows one.
pub(super) fn of(
    finding: &Diagnostic,
    analysis: &Analysis<'_>,
    span: TokenSpan,
    help: &[String],
    locate: Locate<'_>,
) -> Vec<Edit> {
    if help.len() != 1 {
        return Vec::new();
    }
    let edit = match (&*finding.finding, finding.code) {
        (_, Code::BadJsonata) => expression(finding, analysis, span, locate),
        (Finding::RefusedPattern { others, .. }, _) if !others.is_empty() => without_pattern(finding, analysis),
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
        (Finding::CsvWithoutHeaders {}, _) => headers(finding, analysis),
        (Finding::UncaughtHandler { .. }, _) => state_of(&finding.pointer, analysis).and_then(|info| {
            let catcher = catcher_of_handler(info, analysis)?;
            Some(Edit::after(info.state.tail, format!(" {catcher}")))
        }),
        _ => None,
    };
    edit.into_iter().collect()
}

/// Returns the catcher that a state needs which handles errors: it continues as without an error, if the next states
/// read neither the state's result nor its input.
pub(super) fn catcher_of_handler(info: &StateInfo<'_>, analysis: &Analysis<'_>) -> Option<String> {
    let Some(Target::State(next)) = &info.state.transition else { return None };
    if analysis.capture_of(info).is_some() || analysis.reads_its_input() {
        return None;
    }
    Some(format!("catch [States.ALL] -> {}", plain(next)))
}

/// Returns the headers that a reader of CSV needs, at the beginning of its braces.
fn headers(finding: &Diagnostic, analysis: &Analysis<'_>) -> Option<Edit> {
    let Head::Map { over: Some(MapItems::Reader { body, .. }), .. } = &state_of(&finding.pointer, analysis)?.state.head
    else {
        return None;
    };
    let is_object = matches!(body.kind, ExprKind::Object(_));
    is_object.then(|| Edit::after(TokenSpan::from(body.span.first), " headers: first_row,"))
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

/// Translates the operators of other languages in JSONata.
fn expression(finding: &Diagnostic, analysis: &Analysis<'_>, span: TokenSpan, locate: Locate<'_>) -> Option<Edit> {
    let mut found = None;
    analysis.texts(state_of(&finding.pointer, analysis)?, &mut |text, literal| {
        if found.is_none() && overlap(literal, span, locate) {
            let meant = match jsonata::expression(text) {
                Some(inner) => jsonata::translate_foreign_operators(inner).map(|meant| format!("{{%{meant}%}}")),
                None => jsonata::translate_foreign_operators(text),
            };
            found = meant.map(|meant| Edit::over(literal, format!("{meant:?}")));
        }
    });
    found
}

/// Returns the edit that removes the suffix of a call.
fn without_pattern(finding: &Diagnostic, analysis: &Analysis<'_>) -> Option<Edit> {
    let Head::Task { resource: Some(Resource::Service { path, pattern: Some(pattern), result: None, .. }), .. } =
        &state_of(&finding.pointer, analysis)?.state.head
    else {
        return None;
    };
    let action = path.last()?;
    Some(Edit::over(TokenSpan::from(action.span()).to(pattern.span), plain(action)))
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
