//! Reports problems in the states of a use both in the fragment and at the use, with the names that the source has.

use std::collections::{BTreeMap, BTreeSet};

use super::results;
use super::substitute::variable;
use crate::problem::{Problem, Problems};
use crate::syntax::ast::{Inlined, Workflow, plain};
use crate::{Locate, Position};

/// The key by which equal problems are merged: the position of the words, and the code.
type Key = (Option<(Position, Position)>, &'static str);

/// Completes the problems from the index `first` on. Equal problems of several uses are merged into one, which names
/// the uses. Each use with an error that not all uses of the fragment have gets a problem that refers to the fragment.
pub(crate) fn explain(workflow: &Workflow, first: usize, problems: &mut Problems, locate: Locate<'_>) {
    let inlined = &workflow.inlined;
    if inlined.is_empty() || problems.iter().len() == first {
        return;
    }
    let place = |problem: &Problem| locate(problem.span.first).zip(locate(problem.span.last));
    let own = workflow.body.all_states().into_iter().filter(|state| workflow.use_around(state.in_use).is_none());
    let own = own.map(|state| plain(&state.name)).collect();
    let mut kept: Vec<(Problem, BTreeSet<u32>)> = Vec::new();
    let mut known: BTreeMap<Key, usize> = BTreeMap::new();
    for mut problem in problems.split_off(first) {
        let uses = uses(&problem, inlined, locate);
        in_words_of_the_source(&mut problem, &uses, (inlined, &own));
        let same = place(&problem).and_then(|position| {
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
        let Some(used) = of.first() else {
            problems.push(problem);
            continue;
        };
        let fragment = plain(&used.fragment);
        let all = inlined.iter().filter(|other| plain(&other.fragment) == fragment).count();
        // An error in every use is the fragment's own.
        if problem.is_error() && (all == 1 || of.len() < all) {
            for outermost in of.iter().filter_map(|used| workflow.outermost(used)) {
                let found = at_uses.entry(outermost.number).or_insert_with(|| (0, problem.clone()));
                found.0 += 1;
            }
        }
        // Another workflow may use the fragment too.
        let at = place(&problem);
        if at.is_some() && problems.iter().any(|other| other.code == problem.code && place(other) == at) {
            continue;
        }
        let names: Vec<_> = of.iter().map(|used| format!("`{}`", shown(used))).collect();
        let the_uses = if names.len() == 1 { "the use" } else { "the uses" };
        problem.help.push(format!("this is in the fragment `{fragment}`, for {the_uses} {}", names.join(", ")));
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

/// Replaces the names that inlining made with those of the source: in the fragment, `$Told_limit` with `input.limit` and
/// `ToldSend` with `Send`; outside of it, `ToldSend` with `Told / Send`; and `$Told` with `Told`. `own` are the states of
/// the workflow itself.
fn in_words_of_the_source(
    problem: &mut Problem,
    uses: &BTreeSet<u32>,
    (inlined, own): (&[Inlined], &BTreeSet<String>),
) {
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    for used in inlined {
        let inside = uses.contains(&used.number);
        names.insert(format!("${}", results::variable(&used.name)), plain(&used.written));
        let fields = used.computed.iter().map(|field| (field, format!("input.{field}")));
        let variables = used.variables.iter().filter(|_| inside).map(|name| (name, format!("${name}")));
        names.extend(fields.chain(variables).map(|(name, text)| (format!("${}", variable(&used.name, name)), text)));
        for state in &used.states {
            let text = if inside { state.clone() } else { super::joined(shown(used), state) };
            names.insert(format!("{}{state}", used.name), text);
        }
    }
    names.retain(|name, _| !own.contains(name));
    let replace = |text: &mut String| {
        let is_name = |ch: char| ch.is_alphanumeric() || matches!(ch, '_' | '$');
        let mut out = String::with_capacity(text.len());
        let mut rest = text.as_str();
        while let Some(at) = rest.find(is_name) {
            let (before, from) = rest.split_at(at);
            let (word, after) = from.split_at(from.find(|ch| !is_name(ch)).unwrap_or(from.len()));
            out.push_str(before);
            out.push_str(names.get(word).map_or(word, String::as_str));
            rest = after;
        }
        out.push_str(rest);
        *text = out;
    };
    replace(&mut problem.message);
    problem.help.iter_mut().for_each(replace);
    problem.fix.iter_mut().for_each(|edit| replace(&mut edit.text));
}

/// Returns the name of a use for messages.
fn shown(used: &Inlined) -> &str {
    if used.asl_name.is_empty() { &used.name } else { &used.asl_name }
}
