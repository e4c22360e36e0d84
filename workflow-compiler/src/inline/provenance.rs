//! Reports problems in the states of a use both in the fragment and at the use.

use std::collections::{BTreeMap, BTreeSet};

use crate::problem::{Problem, Problems};
use crate::syntax::ast::{Inlined, Workflow, plain};
use crate::{Locate, Position};

/// The key by which equal problems are merged: the position of the words, and the code.
type Key = (Option<(Position, Position)>, &'static str);

/// Completes the problems from the index `first` on. Equal problems of several uses are merged into one, which names
/// the uses. Each use with an error gets a problem that refers to the fragment.
pub(crate) fn explain(workflow: &Workflow, first: usize, problems: &mut Problems, locate: Locate<'_>) {
    let inlined = &workflow.inlined;
    if inlined.is_empty() {
        return;
    }
    let mut kept: Vec<(Problem, BTreeSet<u32>)> = Vec::new();
    let mut known: BTreeMap<Key, usize> = BTreeMap::new();
    for problem in problems.split_off(first) {
        let uses = uses(&problem, inlined, locate);
        let position = locate(problem.span.first).zip(locate(problem.span.last));
        let same = position.and_then(|position| {
            let key = (Some(position), problem.code.id());
            let before = known.get(&key).copied();
            known.entry(key).or_insert(kept.len());
            before
        });
        // An argument can occur in several states of a fragment.
        let same = same.filter(|same| {
            kept.get(*same)
                .is_some_and(|(other, of)| !uses.is_empty() && !of.is_empty() || other.message == problem.message)
        });
        match same.and_then(|same| kept.get_mut(same)) {
            Some((_, of)) => of.extend(uses),
            None => kept.push((problem, uses)),
        }
    }
    // The errors of each use in the source, with the first message.
    let mut at_uses: BTreeMap<u32, (usize, Problem)> = BTreeMap::new();
    for (mut problem, uses) in kept {
        let of: Vec<_> = inlined.iter().filter(|used| uses.contains(&used.number)).collect();
        // The reported part is missing here, which causes further warnings.
        if workflow.body.broken && !of.is_empty() && !problem.is_error() {
            continue;
        }
        if let Some(used) = of.first() {
            let names: Vec<_> = of.iter().map(|used| format!("`{}`", shown(used))).collect();
            let names = names.join(", ");
            problem.help.push(format!("this is in the fragment `{}`, for the use {names}", plain(&used.fragment)));
        }
        if problem.is_error() {
            for outermost in of.iter().filter_map(|used| outermost(used, inlined)) {
                let found = at_uses.entry(outermost.number).or_insert_with(|| (0, problem.clone()));
                found.0 += 1;
            }
        }
        problems.push(problem);
    }
    for used in inlined {
        let Some((count, Problem { code, message, .. })) = at_uses.get(&used.number) else { continue };
        let fragment = plain(&used.fragment);
        let errors = if *count == 1 { "an error" } else { "errors" };
        let text = format!("the fragment `{fragment}` has {errors} in this use: {message}");
        problems.push(Problem::new(*code, used.written.span(), text).help("the words are in the fragment"));
    }
}

/// Returns the numbers of the uses that a problem is about.
fn uses(problem: &Problem, inlined: &[Inlined], locate: Locate<'_>) -> BTreeSet<u32> {
    if problem.span.in_use > 0 {
        return BTreeSet::from([problem.span.in_use]);
    }
    // An identifier has no number.
    let Some(at) = locate(problem.span.first) else { return BTreeSet::new() };
    let inside = |used: &&Inlined| {
        let (open, close) = used.braces;
        locate(open).is_some_and(|open| open < at) && locate(close).is_some_and(|close| at < close)
    };
    inlined.iter().filter(inside).map(|used| used.number).collect()
}

/// Returns the use in the workflow itself that is or encloses a use.
fn outermost<'i>(used: &'i Inlined, inlined: &'i [Inlined]) -> Option<&'i Inlined> {
    let mut used = used;
    while let Some(outer) = used.outer {
        used = inlined.iter().find(|other| other.number == outer)?;
    }
    Some(used)
}

/// Returns the name of a use for messages.
fn shown(used: &Inlined) -> &str {
    if used.asl_name.is_empty() { &used.name } else { &used.asl_name }
}
