//! Reports a problem in the states of a use at the use: the fragment is right by itself, so the problem depends on what
//! the use gives and where it stands.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::Span;
use workflow_asl::Code;

use super::{Place, is_inside, place};
use crate::problem::{Problem, Reported};
use crate::span::Locate;
use crate::syntax::ast::{Inlined, TokenSpan, Workflow, plain};

/// Moves the problems that are in uses of the workflow: one error and one warning for each use. Those that the fragments
/// have by themselves, and all that follow in fragments with errors, were reported there. `text` returns where a word is, as
/// text.
pub(super) fn report(
    workflow: &Workflow,
    found: Vec<Problem>,
    (reported, refused): (&BTreeSet<Place>, &BTreeMap<String, Reported>),
    locate: Locate<'_>,
    text: impl Fn(Span) -> Option<String>,
) -> Vec<Problem> {
    let is_wrong =
        |used: &Inlined| refused.contains_key(&plain(&used.fragment)) || is_given_wrong(used, &found, locate);
    let wrong = workflow.inlined.iter().filter(|used| is_wrong(used));
    let wrong: BTreeSet<u32> = wrong.map(|used| used.number).collect();
    let unreached: BTreeSet<u32> = found
        .iter()
        .filter(|problem| problem.code == Code::UnreachableState)
        .filter_map(|problem| first_at(workflow, problem, locate))
        .map(|used| used.number)
        .collect();
    let in_each = in_each_use(workflow, &found, &wrong, locate);
    let mut out = Vec::new();
    let mut at_uses: BTreeMap<(u32, bool), Problem> = BTreeMap::new();
    let mut known = BTreeSet::new();
    for problem in found {
        let is_unreached = problem.code == Code::UnreachableState;
        let place = place(&problem, locate);
        if reported.contains(&place) {
            continue;
        }
        let of_unreached = || if is_unreached { first_at(workflow, &problem, locate) } else { None };
        let Some(used) = around(workflow, &problem, locate).or_else(of_unreached) else {
            out.push(problem);
            continue;
        };
        let is_first = is_unreached && first_at(workflow, &problem, locate).is_some();
        // The others follow from the first.
        let follows = is_unreached && unreached.contains(&used.number) || wrong.contains(&used.number);
        let begins = (place.0, place.1.clone().map(|(first, _)| first));
        if !is_first && follows || !known.insert((used.number, begins.clone())) {
            continue;
        }
        if in_each.contains(&place) {
            if known.insert((0, begins)) {
                let span = TokenSpan { in_use: 0, ..problem.span };
                out.push(Problem { span, ..problem }.help(format!("this is so in each use of `{}`", used.fragment)));
            }
            continue;
        }
        let span = TokenSpan { in_use: used.outer.unwrap_or_default(), ..used.written.span().into() };
        let key = (used.number, problem.is_error());
        if is_first {
            let message = format!("no path leads to the use `{}`", used.written);
            let problem = Problem::new(problem.code, span, message).help("remove it, or add a transition to it");
            at_uses.entry(key).or_insert(problem);
            continue;
        }
        let at = text(problem.span.first).map_or_else(|| "in the fragment".to_owned(), |text| format!("at {text}"));
        match at_uses.get_mut(&key) {
            Some(other) => other.help.push(format!("{at}: {}", problem.message)),
            None => {
                let what = if problem.is_error() { "an error" } else { "a warning" };
                let message = format!("the fragment `{}` has {what} in this use: {}", used.fragment, problem.message);
                let moved = Problem { span, message, part: None, fix: Vec::new(), ..problem };
                let moved = moved.help(format!("this is {at}"));
                let moved = match moved.code {
                    Code::StateNameTooLong => moved.help("give the use a shorter name in the document: `as \"…\"`"),
                    _ => moved,
                };
                at_uses.insert(key, moved);
            }
        }
    }
    out.extend(at_uses.into_values());
    out
}

/// Returns the places of the problems that each of several right uses of a fragment has.
fn in_each_use(workflow: &Workflow, found: &[Problem], wrong: &BTreeSet<u32>, locate: Locate<'_>) -> BTreeSet<Place> {
    let mut at: BTreeMap<Place, BTreeSet<u32>> = BTreeMap::new();
    for problem in found.iter().filter(|problem| problem.code != Code::UnreachableState) {
        if let Some(used) = around(workflow, problem, locate).filter(|used| !wrong.contains(&used.number)) {
            at.entry(place(problem, locate)).or_default().insert(used.number);
        }
    }
    at.retain(|_, uses| {
        let fragment =
            |number: u32| workflow.inlined.iter().find(|used| used.number == number).map(|used| &used.fragment);
        let same = |used: &&Inlined| {
            used.outer.is_none() && uses.first().and_then(|one| fragment(*one)) == Some(&used.fragment)
        };
        uses.len() > 1 && workflow.inlined.iter().filter(same).count() == uses.len()
    });
    at.into_keys().collect()
}

/// Returns the use in the workflow itself whose first state has the words of a problem.
fn first_at<'w>(workflow: &'w Workflow, problem: &Problem, locate: Locate<'_>) -> Option<&'w Inlined> {
    let at = locate(problem.span.first)?;
    let first = |used: &Inlined| {
        let state = workflow.body.all_states().into_iter().find(|state| plain(&state.name) == used.first);
        state.and_then(|state| locate(state.span().first)) == Some(at)
    };
    let of_same = |used: &&Inlined| {
        problem.span.in_use == 0 || around(workflow, problem, locate).is_none_or(|of| of.number == used.number)
    };
    workflow.inlined.iter().filter(of_same).find(|used| first(used)).and_then(|used| workflow.outermost(used))
}

/// Returns the use in the workflow itself that contains the words of a problem. An identifier has no number.
fn around<'w>(workflow: &'w Workflow, problem: &Problem, locate: Locate<'_>) -> Option<&'w Inlined> {
    let used = match problem.span.in_use {
        0 => workflow.inlined.iter().find(|used| is_inside(problem, used.braces, locate)),
        number => workflow.use_around(number),
    };
    workflow.outermost(used?)
}

/// Returns whether an argument of a use has an error.
fn is_given_wrong(used: &Inlined, found: &[Problem], locate: Locate<'_>) -> bool {
    let of_same =
        |problem: &&Problem| problem.is_error() && [0, used.outer.unwrap_or_default()].contains(&problem.span.in_use);
    used.arguments.iter().any(|member| {
        let (first, last) = (locate(member.key.span.first), locate(member.value.span.last));
        let is_in = |problem: &Problem| {
            locate(problem.span.first).zip(first).zip(last).is_some_and(|((at, first), last)| first <= at && at <= last)
        };
        found.iter().filter(of_same).any(is_in)
    })
}
