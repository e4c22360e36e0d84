//! What the rules of ASL find in the lowered document: at the words it comes from, in the language's terms.

mod mend;
mod shared;
mod unchecked;
mod variables;
mod words;

use std::collections::BTreeSet;

use workflow_asl::nearest::nearest;
use workflow_asl::{Code, Diagnostic, Pointer};

use self::shared::SharedHandlers;
use self::unchecked::Unchecked;
pub(crate) use self::unchecked::{needless, needless_word};

use crate::Locate;
use crate::check::{Model, StateInfo, fields_of_state, integration};
use crate::lower::Lowered;
use crate::problem::{Problem, Problems};
use crate::syntax::ast::{Clause, Head, Resource, Spot, State, plain};

/// Reports what was found in the document, but for what the language's own checks have said, in its own terms.
/// Gives the clauses `unchecked` that none of it is silenced by.
pub(crate) fn report<'a>(
    found: impl Iterator<Item = Diagnostic>,
    model: &Model<'a>,
    lowered: &Lowered,
    problems: &mut Problems,
    locate: Locate<'_>,
) -> Vec<&'a Clause> {
    let known: Vec<Spot> = problems.iter().map(|problem| problem.spot).collect();
    let codes: Vec<Code> = problems.iter().map(|problem| problem.code).collect();
    let spots = &lowered.spots;
    let mut unchecked = Unchecked::default();
    let mut shared = SharedHandlers::default();
    let mut told = BTreeSet::new();
    for mut finding in found {
        // A document cannot say that its API is another; here the clause `unchecked` does.
        if finding.code == Code::LeftOutParameter {
            finding.code = Code::MissingParameter;
        }
        let spot = if is_about_key(&finding) { spots.key_at(&finding.pointer) } else { None };
        let spot = spot.or_else(|| spots.at(&finding.pointer)).unwrap_or_else(|| model.workflow.name.span().into());
        let spot = word_of_resource(&finding, model).unwrap_or(spot);
        let said = known.iter().any(|known| overlap(*known, spot, locate));
        if unchecked.silences(&finding, model) {
            continue;
        }
        let result = variables::of_result(&finding, model);
        if result.as_ref().is_some_and(|result| result.is_asked_for(spot, locate))
            || variables::is_left_out(&finding, model)
        {
            continue;
        }
        let within = words::within_text(&finding, model, &lowered.definition, spot, locate);
        let spot = within.as_ref().map_or(spot, |(literal, _)| *literal);
        let spot = result.as_ref().and_then(|result| result.spot(spot, locate)).unwrap_or(spot);
        let expected = follows(&finding, &codes) || is_of_what_is_broken(&finding, model);
        if !said && !expected && !shared.takes(&finding, model, spot) && !is_of_kept_result(&finding, model) {
            let message = message_in_the_language(&finding, model).unwrap_or_else(|| finding.message.clone());
            // Words may stand in the document more than once: those of a shared handler, and what a pass keeps.
            let place = locate(spot.first);
            if place.is_some() && !told.insert((finding.code.id(), message.clone(), place)) {
                continue;
            }
            let field = mend::field_of_state(&finding, model);
            let help: Vec<_> = match result {
                _ if field.is_some() => field.iter().map(|(help, _)| help.clone()).collect(),
                Some(result) => result.help(&finding, spot, locate),
                None => help_in_the_language(&finding, model).or_else(|| finding.help.clone()).into_iter().collect(),
            };
            let mend = match field {
                Some((_, edits)) => edits,
                None => mend::of(&finding, model, spot, &help, locate),
            };
            let part = within.map(|(_, part)| Box::new(part));
            problems.push(Problem { help, part, mend, ..Problem::new(finding.code, spot, message) });
        }
    }
    shared.report(model, problems);
    unchecked.idle(model)
}

/// Whether the member's name is wrong rather than its value.
fn is_about_key(finding: &Diagnostic) -> bool {
    use Code::{
        BadVariableName, DoubtfulParameter, JsonPathKey, NoEffect, OuterVariable, ReservedVariable, StateNameTooLong,
        UnknownField, UnknownParameter, WrongLanguageField,
    };
    matches!(
        finding.code,
        BadVariableName
            | JsonPathKey
            | ReservedVariable
            | OuterVariable
            | StateNameTooLong
            | UnknownField
            | WrongLanguageField
            | NoEffect
            | UnknownParameter
    ) || finding.code == DoubtfulParameter && finding.message.contains("has no ")
}

/// The message, where that of the document's rules names what the language writes otherwise.
fn message_in_the_language(finding: &Diagnostic, model: &Model<'_>) -> Option<String> {
    let name = &state_of(&finding.pointer, model)?.name;
    match (finding.code, finding.pointer.tokens().last()?.as_str()) {
        (Code::EmptyList, "Choices") => Some(format!("the choice `{name}` has no arm that tests anything")),
        (Code::EmptyList, "Branches") => Some(format!("the parallel `{name}` has no branches")),
        (Code::NoEffect, _) if finding.message.ends_with("in an inline map") => {
            Some("this has no effect in a map that is not `distributed`".to_owned())
        }
        (Code::EmptyList, "ErrorEquals") => Some("no error is named here".to_owned()),
        _ => None,
    }
}

/// The help line, where that of the document's rules names what the language writes otherwise.
fn help_in_the_language(finding: &Diagnostic, model: &Model<'_>) -> Option<String> {
    let help = match finding.code {
        Code::NoWayToEnd | Code::EndlessLoop if finding.message.starts_with("no state ends") => {
            "end it with `-> end`, a `succeed` or a `fail`"
        }
        Code::MissingField if finding.message.starts_with("a task that calls") => {
            "give the request in braces after the action: `{ … }`"
        }
        Code::MissingField if finding.message.starts_with("a reader of CSV") => {
            "say where the names of the columns are: `headers: first_row`, or `headers: [\"id\", …]`"
        }
        Code::EmptyList => match finding.pointer.tokens().last()?.as_str() {
            "Choices" => "declare an arm: `if condition -> State;`",
            "Branches" => "declare one: `branch { … }`",
            _ => return None,
        },
        Code::UnassignedVariable | Code::MaybeUnassigned if finding.message.contains("`$item`") => {
            "the item of a map is read outside of the text, as `item`"
        }
        Code::UnassignedVariable | Code::MaybeUnassigned => {
            let rest = finding.help.as_ref()?.strip_prefix("give it a value with `Assign`")?;
            // The variable of a result is there once the text names it.
            let name =
                finding.message.split_once("`$").and_then(|(_, rest)| rest.split_once('`')).map(|(name, _)| name);
            if let Some(near) = name.and_then(|name| nearest(name, model.names_of_results())) {
                return Some(format!("did you mean `${near}`?"));
            }
            return Some(format!("give it a value with `assign {{ … }}`{rest}"));
        }
        Code::VariableOutOfScope => "hand its value in with the map's `item_selector`, and read it from the input",
        Code::NoEffect if finding.message.ends_with("in an inline map") => "remove it, or make the map `distributed`",
        Code::EndlessWait => "give it a `timeout` or a `heartbeat`: `timeout 1d`",
        Code::TokenNotSent => "put `context.Task.Token` into the request",
        Code::MaxDelayNotLonger => "make `max_delay` longer than `interval`",
        Code::StaticResult => "the clause `parameters` computes a value",
        Code::PathUnderPlainKey => "write it without quotes, as a reference such as `state.x`, or end the key in `.$`",
        Code::BadResource if finding.help.as_ref().is_some_and(|help| help.starts_with("such as")) => {
            "such as `lambda::invoke`, or the ARN of a Lambda function or an activity as text"
        }
        Code::UncaughtHandler => {
            let catcher = state_of(&finding.pointer, model).and_then(|info| mend::catcher_of_handler(info, model));
            let catcher =
                catcher.map_or_else(|| "a catcher of `States.ALL`".to_owned(), |catcher| format!("`{catcher}`"));
            return Some(format!("add {catcher}, or `catch none` where its errors may fail the execution"));
        }
        // An API as the language names it.
        Code::UnknownApi | Code::BadResource => return finding.help.as_deref().map(named_in_the_language),
        _ => return None,
    };
    Some(help.to_owned())
}

/// A text with each `aws-sdk:s3:getObject` in it as `aws_sdk::s3::getObject`.
fn named_in_the_language(text: &str) -> String {
    let words = text.split('`').enumerate();
    let words = words.map(|(i, word)| match word.contains(':') && i % 2 == 1 && !word.starts_with('.') {
        true => word.replace('-', "_").replace(':', "::"),
        false => word.to_owned(),
    });
    words.collect::<Vec<_>>().join("`")
}

/// The innermost state around a place in the document.
fn state_of<'m, 'a>(at: &Pointer, model: &'m Model<'a>) -> Option<&'m StateInfo<'a>> {
    let tokens: Vec<_> = at.tokens().collect();
    let name = tokens.windows(2).rev().find_map(|pair| match pair {
        [states, name] if states == "States" => Some(name),
        _ => None,
    })?;
    model.all_states().find(|info| info.asl_name == *name)
}

/// The words of a task's call that a finding about a part of its ARN is about.
fn word_of_resource(finding: &Diagnostic, model: &Model<'_>) -> Option<Spot> {
    let (start, length) = finding.range?;
    if finding.pointer.tokens().last()? != "Resource" {
        return None;
    }
    let Head::Task { resource: Some(Resource::Service { path, pattern, .. }), .. } =
        &state_of(&finding.pointer, model)?.state.head
    else {
        return None;
    };
    let arn = integration(path, pattern.as_ref().map(|pattern| pattern.value.as_str()));
    let word = arn.get(start..start.checked_add(length)?)?;
    let pattern = pattern.as_ref().filter(|pattern| pattern.value == word).map(|pattern| pattern.spot);
    let is = |part: &str| part == word || part.replace('_', "-") == word;
    let written = || path.iter().rfind(|part| is(&plain(part)));
    pattern.or_else(|| Some(written()?.span().into()))
}

/// Whether it is about the variable that keeps a state's result: the words that read it have been held against AWS's API.
fn is_of_kept_result(finding: &Diagnostic, model: &Model<'_>) -> bool {
    if !matches!(finding.code, Code::UnknownResultMember | Code::DoubtfulResultMember) {
        return false;
    }
    let tokens: Vec<_> = finding.pointer.tokens().collect();
    let Some(assign) = tokens.iter().rposition(|token| token == "Assign") else { return false };
    let Some(name) = tokens.get(assign + 1) else { return false };
    let name = name.strip_suffix(".$").unwrap_or(name);
    state_of(&finding.pointer, model).and_then(|info| model.keeps(info)).is_some_and(|(variable, _)| variable == name)
}

/// Whether something lacks because the words for it did not parse, or are those of the other query language.
fn is_of_what_is_broken(finding: &Diagnostic, model: &Model<'_>) -> bool {
    // Where a broken state goes nobody knows.
    if matches!(finding.code, Code::UnreachableState | Code::NoWayToEnd | Code::EndlessLoop | Code::UncaughtHandler) {
        return model.all_states().any(|info| info.state.broken);
    }
    // It was moved with the transition that stands beside it.
    if finding.code == Code::UnknownParameter
        && state_of(&finding.pointer, model).is_some_and(|info| is_moved(info.state, finding.pointer.tokens().last()))
    {
        return true;
    }
    matches!(finding.code, Code::MissingField | Code::MissingParameter | Code::MissingTransition | Code::EmptyList)
        && state_of(&finding.pointer, model).is_some_and(|info| {
            let other = |language| language != info.language;
            info.state.broken || info.state.clauses.iter().any(|clause| clause.kind.language().is_some_and(other))
        })
}

/// Whether a member of a task's request is a field of the state that stands beside the transition, in the braces.
fn is_moved(state: &State, name: Option<String>) -> bool {
    let goes_on = || fields_of_state(state).any(|(_, written)| written.starts_with("->"));
    state.transition.is_none()
        && !state.broken
        && fields_of_state(state).any(|(member, _)| Some(&member.key.value) == name.as_ref())
        && goes_on()
}

/// Whether a finding about the document only repeats at another place what the checks have said.
fn follows(finding: &Diagnostic, said: &[Code]) -> bool {
    use Code::{
        DoubtfulResultMember, DuplicateState, DuplicateStateName, EndlessLoop, MisplacedClause, MissingField,
        MissingTransition, NoDefault, NoStates, NoWayToEnd, NotExhaustive, TargetInOtherScope, UncaughtHandler,
        UnknownHandler, UnknownMember, UnknownResultMember, UnknownTarget, UnreachableState,
    };
    let any = |codes: &[Code]| codes.iter().any(|code| said.contains(code));
    match finding.code {
        // The arm that a choice lacks may be the way there, and so may a catcher, or a transition in the wrong place.
        UnreachableState if any(&[NotExhaustive, UnknownHandler, MisplacedClause]) => true,
        // Of two states with one name the document holds one: ways lead elsewhere than in the source.
        UnreachableState | NoWayToEnd | EndlessLoop => any(&[DuplicateState, DuplicateStateName]),
        UncaughtHandler => any(&[NotExhaustive, DuplicateState, DuplicateStateName, UnknownHandler]),
        MissingTransition => any(&[MissingTransition]),
        TargetInOtherScope | UnknownTarget => {
            any(&[TargetInOtherScope, UnknownTarget, DuplicateState, DuplicateStateName])
        }
        // What has no states, or a start that is none of them, the checks of the source know: or what stood there
        // did not parse. That a choice may match nothing they know better, by the types.
        NoStates | NoDefault => true,
        MissingField => finding.message.contains("`StartAt`"),
        // What reads the member, of this state or a later one, has been said to do so.
        UnknownResultMember | DoubtfulResultMember => any(&[UnknownMember]),
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
