//! Reports the findings of ASL's rules in the lowered document at the source words, in the language's terms.

mod expression_range;
mod fix;
mod shared_handlers;
mod unchecked;
mod uses;
mod values;
mod variables;

use std::collections::BTreeSet;

use workflow_asl::finding::Vocabulary;
use workflow_asl::nearest::nearest;
use workflow_asl::rules::Checked;
use workflow_asl::{Code, Diagnostic, Finding, Pointer};

use self::shared_handlers::SharedHandlers;
use self::unchecked::Unchecked;
pub(crate) use self::unchecked::needless_word;

use crate::check::{Analysis, StateInfo, fields_of_state, is_express_child};
use crate::lower::Lowered;
use crate::problem::{Problem, Problems};
use crate::span::Locate;
use crate::syntax::ast::{Clause, Head, Resource, State, TokenSpan, plain};
use crate::syntax::is_transition;

/// Reports the findings about the document in the language's terms, except findings that repeat a finding of the
/// language's own checks. Those about values follow if nothing is wrong. Returns the clauses `unchecked` that silence
/// nothing.
pub(crate) fn report<'a>(
    Checked { found, of_values, excusing, .. }: Checked,
    is_wrong: impl Fn(&Problems) -> bool,
    analysis: &Analysis<'a>,
    lowered: &Lowered,
    problems: &mut Problems,
    locate: Locate<'_>,
) -> Vec<&'a Clause> {
    let own = || problems.of(analysis.workflow.number);
    let known: Vec<TokenSpan> = own().map(|problem| problem.span).collect();
    let codes: Vec<Code> = own().map(|problem| problem.code).collect();
    let source_map = &lowered.source_map;
    let mut unchecked = Unchecked::of(&excusing, analysis);
    let mut shared = SharedHandlers::default();
    let mut reported = BTreeSet::new();
    for finding in &found.into_iter().map(at_the_assignment).collect::<Vec<_>>() {
        // A document cannot say that its API is another; here the clause `unchecked` does.
        let code = match finding.code {
            Code::LeftOutParameter => Code::MissingParameter,
            code => code,
        };
        let is_about_key = finding.finding.is_about_key() || finding.code == Code::HiddenFunction;
        let span = if is_about_key { source_map.key_span_at(&finding.pointer) } else { None };
        let span = span
            .or_else(|| source_map.span_at(&finding.pointer))
            .unwrap_or_else(|| analysis.workflow.name.span().into());
        let span = word_of_resource(finding, analysis).unwrap_or(span);
        // The words of a fragment have a separate meaning in each use.
        let same_use = |known: &TokenSpan| known.in_use == span.in_use || known.in_use == 0 || span.in_use == 0;
        let said = known.iter().any(|known| same_use(known) && overlap(*known, span, locate));
        if unchecked.silences(code, finding, analysis) {
            continue;
        }
        if let Some(problem) = uses::of_result(finding, analysis, span, locate) {
            problems.extend(problem.into_iter().filter(|_| !said).map(|problem| *problem));
            continue;
        }
        let result = variables::of_result(finding, analysis);
        if result.as_ref().is_some_and(|result| result.is_asked_for(span, locate))
            || variables::is_left_out(finding, analysis)
        {
            continue;
        }
        let within = expression_range::within_text(finding, analysis, &lowered.definition, span, locate);
        let span = within.as_ref().map_or(span, |(literal, _)| *literal);
        let span = result.as_ref().and_then(|result| result.span(span, locate)).unwrap_or(span);
        let expected = follows(code, finding, &codes, analysis);
        if !said && !expected && !shared.takes(finding, analysis, span) && !is_of_kept_result(finding, analysis) {
            let message = message_in_the_language(finding, analysis);
            // Source text may be in the document more than once: a shared handler, and captures of a pass.
            let place = locate(span.first);
            if place.is_some() && !reported.insert((code.id(), message.clone(), place, span.in_use)) {
                continue;
            }
            let field = fix::field_of_state(finding, analysis);
            let help: Vec<_> = match result {
                _ if field.is_some() => field.clone().into_iter().collect(),
                Some(result) => result.help(finding, span, locate),
                None => help_in_the_language(finding, analysis).into_iter().collect(),
            };
            let fix = match field {
                Some(_) => Vec::new(),
                None => fix::of(finding, analysis, span, &help),
            };
            let code = match &*finding.finding {
                // A value of the language never reads a variable without a value; raw JSONata may intend it.
                Finding::NotAssignedBefore { .. } if within.is_none() => Code::UnassignedVariable,
                _ => code,
            };
            let part = within.map(|(_, part)| Box::new(part));
            problems.push(Problem { help, part, fix, ..Problem::new(code, span, message) });
        }
    }
    shared.report(analysis, problems);
    // What is wrong may change the types of other values.
    if !is_wrong(problems) {
        values::report(of_values, analysis, lowered, &mut unchecked, problems, locate);
    }
    unchecked.idle(analysis)
}

/// Returns a finding about a hidden function at the variable that hides it: the call may be one that lowering made.
fn at_the_assignment(one: Diagnostic) -> Diagnostic {
    match &*one.finding {
        Finding::HiddenFunction { at, .. } => Diagnostic { pointer: at.clone(), range: None, ..one },
        _ => one,
    }
}

/// Returns the message, in which a state has the name that the source has for it.
fn message_in_the_language(finding: &Diagnostic, analysis: &Analysis<'_>) -> String {
    let name = || state_of(&finding.pointer, analysis).map(|info| &info.name);
    match (&*finding.finding, name()) {
        (Finding::EmptyField { field: "Choices", .. }, Some(name)) => {
            format!("the choice `{name}` has no arm with a condition")
        }
        (Finding::EmptyField { .. }, Some(name)) => format!("the parallel `{name}` has no branches"),
        (finding, _) => finding.message(Vocabulary::Language),
    }
}

/// Returns the help line. For some findings, the help quotes the source.
fn help_in_the_language(finding: &Diagnostic, analysis: &Analysis<'_>) -> Option<String> {
    match &*finding.finding {
        // The variable of a result is there once the text names it.
        Finding::NeverAssigned { name, near: None, .. } if name != "item" => {
            let near = nearest(name, analysis.names_of_results()).map(|near| format!("did you mean `${near}`?"));
            near.or_else(|| finding.finding.help(Vocabulary::Language))
        }
        // The call itself succeeds when the execution fails.
        Finding::UnraisedError { prefix: Some(_), .. }
            if state_of(&finding.pointer, analysis).is_some_and(is_express_child) =>
        {
            let error = workflow_asl::error_name::QUERY_EVALUATION_ERROR;
            Some(format!("a failed execution raises `{error}` here; its own error is in `caught.Cause`"))
        }
        Finding::UncaughtHandler { .. } => {
            Some("add a catcher of `States.ALL`, or `catch none` where its errors may fail the execution".to_owned())
        }
        finding => finding.help(Vocabulary::Language),
    }
}

/// Returns the innermost state around a place in the document.
fn state_of<'m, 'a>(at: &Pointer, analysis: &'m Analysis<'a>) -> Option<&'m StateInfo<'a>> {
    let tokens: Vec<_> = at.tokens().collect();
    let name = tokens.windows(2).rev().find_map(|pair| match pair {
        [states, name] if states == "States" => Some(name),
        _ => None,
    })?;
    analysis.all_states().find(|info| info.asl_name == *name)
}

/// Returns the words of a task's call that a finding about a part of its ARN is about.
fn word_of_resource(finding: &Diagnostic, analysis: &Analysis<'_>) -> Option<TokenSpan> {
    let (start, length) = finding.range?;
    if finding.pointer.tokens().last()? != "Resource" {
        return None;
    }
    let Head::Task { resource: Some(resource @ Resource::Service { path, pattern, .. }), .. } =
        &state_of(&finding.pointer, analysis)?.state.head
    else {
        return None;
    };
    let arn = resource.arn()?;
    let word = arn.get(start..start.checked_add(length)?)?;
    let pattern = pattern.as_ref().filter(|pattern| pattern.value == word).map(|pattern| pattern.span);
    let is = |part: &str| part == word || part.replace('_', "-") == word;
    let written = || path.iter().rfind(|part| is(&plain(part)));
    pattern.or_else(|| Some(written()?.span().into()))
}

/// Returns whether it is about the variable that keeps a state's result: its reads have been checked against AWS's API.
fn is_of_kept_result(finding: &Diagnostic, analysis: &Analysis<'_>) -> bool {
    if !matches!(finding.code, Code::UnknownResultMember | Code::DoubtfulResultMember) {
        return false;
    }
    let tokens: Vec<_> = finding.pointer.tokens().collect();
    let Some(assign) = tokens.iter().rposition(|token| token == "Assign") else { return false };
    let Some(name) = tokens.get(assign + 1) else { return false };
    let name = name.strip_suffix(".$").unwrap_or(name);
    state_of(&finding.pointer, analysis)
        .and_then(|info| analysis.capture_of(info))
        .is_some_and(|(variable, _)| variable == name)
}

/// Returns whether a finding about the document only follows from what was reported: its source did not parse or is of the
/// other query language, or a problem at another place has the same cause.
fn follows(code: Code, finding: &Diagnostic, said: &[Code], analysis: &Analysis<'_>) -> bool {
    let any = |codes: &[Code]| codes.iter().any(|code| said.contains(code));
    let lost = analysis.lost_items().is_some();
    // Of two states with one name, the document has only one.
    let twice = any(&[Code::DuplicateState, Code::DuplicateStateName]);
    let info = state_of(&finding.pointer, analysis);
    match code {
        Code::UnreachableState | Code::NoWayToEnd | Code::EndlessLoop | Code::UncaughtHandler => {
            // The missing arm of a choice may lead there, and so may a catcher, or a misplaced transition.
            let missing =
                || any(&[Code::NotExhaustive, Code::UnknownHandler, Code::MisplacedClause, Code::TargetInOtherScope]);
            lost || twice
                || analysis.all_states().any(|info| info.state.is_broken())
                || matches!(code, Code::UnreachableState | Code::UncaughtHandler) && missing()
        }
        Code::TargetInOtherScope | Code::UnknownTarget | Code::MissingTransition => {
            lost || twice
                || code == Code::UnknownTarget && !analysis.workflow.skipped.is_empty()
                || any(&[Code::TargetInOtherScope, Code::UnknownTarget, Code::MissingTransition])
                || info.is_some_and(|info| info.state.is_broken())
        }
        Code::MaybeUnassigned | Code::UnassignedVariable => lost,
        // An invalid value is null in the document.
        Code::FailingCall => analysis.workflow.body.is_broken(),
        // It is moved with the transition.
        Code::UnknownParameter => info.is_some_and(|info| is_moved(info.state, finding.pointer.tokens().last())),
        // The checks of the source report missing states and an unknown start, or the source did not parse. They also
        // know the types, by which a choice may match nothing.
        Code::NoStates | Code::NoDefault => true,
        Code::MissingField if matches!(&*finding.finding, Finding::FieldsMissing { fields, .. } if fields.contains(&"StartAt")) => {
            true
        }
        // A map may be distributed by a clause that did not parse.
        Code::MissingField | Code::MissingParameter | Code::EmptyList | Code::NoEffect | Code::WrongType => info
            .is_some_and(|info| {
                let other = |language| language != info.language;
                info.state.is_broken()
                    || info.state.clauses.iter().any(|clause| clause.kind.language().is_some_and(other))
            }),
        // The reader of the member, in this state or a later one, was reported.
        Code::UnknownResultMember | Code::DoubtfulResultMember => said.contains(&Code::UnknownMember),
        _ => false,
    }
}

/// Returns whether a member of a task's request is a field of the state, next to the transition in the braces.
fn is_moved(state: &State, name: Option<String>) -> bool {
    state.transition.is_none()
        && !state.is_broken()
        && fields_of_state(state).any(|member| Some(&member.key.value) == name.as_ref())
        && fields_of_state(state).any(|member| is_transition(&member.key.value))
}

/// Returns whether two ranges of source tokens have a word in common.
fn overlap(a: TokenSpan, b: TokenSpan, locate: Locate<'_>) -> bool {
    let range = |span: TokenSpan| Some((locate(span.first)?, locate(span.last)?));
    match (range(a), range(b)) {
        (Some((a_first, a_last)), Some((b_first, b_last))) => a_first <= b_last && b_first <= a_last,
        _ => false,
    }
}
