//! Reports problems in the states of a use both in the fragment and at the use.

use std::collections::{BTreeMap, BTreeSet};

use workflow_asl::Code;

use crate::problem::{Problem, Problems};
use crate::span::{Locate, Position};
use crate::syntax::ast::{Inlined, Workflow, plain};

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
    let mut kept: Vec<(Problem, BTreeSet<u32>)> = Vec::new();
    let mut known: BTreeMap<Key, usize> = BTreeMap::new();
    let found = problems.split_off(first);
    let refused = with_refused_arguments(workflow, &found, locate);
    for problem in found {
        let mut uses = uses(&problem, inlined, locate);
        if follows_from_types(problem.code) && uses.iter().any(|number| refused.contains(number)) {
            uses.retain(|number| !refused.contains(number));
            if uses.is_empty() {
                continue;
            }
        }
        let same = place(&problem).and_then(|position| {
            // Whether a value is the input depends on the use.
            let code = if problem.code == Code::UnknownInputField { Code::UnknownMember } else { problem.code };
            let key = (Some(position), code.id());
            let before = known.get(&key).copied();
            known.entry(key).or_insert(kept.len());
            before
        });
        // A word of another file may have no position.
        let is_unlocated = |other: &Problem| place(other).is_none() && place(&problem).is_none();
        let same = same.or_else(|| {
            let same = |other: &Problem| other.code == problem.code && other.message == problem.message;
            kept.iter().position(|(other, of)| is_unlocated(other) && same(other) && !of.is_empty() && !uses.is_empty())
        });
        // An argument can occur in several states of a fragment.
        let same = same.filter(|same| {
            kept.get(*same).is_some_and(|(other, of)| {
                let argument = problem.code == Code::FragmentArgument;
                argument || !uses.is_empty() && !of.is_empty() || other.message == problem.message
            })
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
        if workflow.body.is_broken() && !of.is_empty() && !problem.is_error() {
            continue;
        }
        let Some(used) = of.first() else {
            problems.push(problem);
            continue;
        };
        let fragment = plain(&used.fragment);
        let others = inlined.iter().filter(|other| plain(&other.fragment) == fragment);
        let all = others.filter(|other| !refused.contains(&other.number)).count();
        // An error in every use is the fragment's own.
        if problem.is_error() && of.len() < all {
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
        problems.push(Problem::new(*code, used.written.span(), text).help("this text is in the fragment"));
    }
}

/// Returns whether a problem may be there only because an argument does not have the type that its fragment declares.
fn follows_from_types(code: Code) -> bool {
    use Code::{
        AbsentValue, DeadArm, DoubtfulParameter, FailingCall, FragmentArgument, KnownAnswer, NotExhaustive,
        NotRepeated, OutputDoesNotFit, UnguardedOption, UnknownMember, UnknownVariant, UnlikeArn, UnlikeTypes,
        UnlikeValue, UnlistedValue, WrongArgument, WrongParameterType, WrongType,
    };
    matches!(
        code,
        AbsentValue
            | DeadArm
            | DoubtfulParameter
            | FailingCall
            | FragmentArgument
            | KnownAnswer
            | NotExhaustive
            | NotRepeated
            | OutputDoesNotFit
            | UnguardedOption
            | UnknownMember
            | UnknownVariant
            | UnlikeArn
            | UnlikeTypes
            | UnlikeValue
            | UnlistedValue
            | WrongArgument
            | WrongParameterType
            | WrongType
    )
}

/// Returns the numbers of the uses whose arguments do not fit, with the uses in them.
fn with_refused_arguments(workflow: &Workflow, found: &[Problem], locate: Locate<'_>) -> BTreeSet<u32> {
    let wrong: Vec<_> = found.iter().filter(|problem| problem.code == Code::FragmentArgument).collect();
    let is_refused = |used: &Inlined| {
        let outer = used.outer.and_then(|outer| workflow.use_around(outer)).map_or(0, |outer| outer.number);
        let of_this = |problem: &&&Problem| problem.span.in_use == 0 || problem.span.in_use == outer;
        used.arguments.iter().any(|member| {
            let (first, last) = (locate(member.key.span.first), locate(member.value.span.last));
            first.zip(last).is_some_and(|(first, last)| {
                wrong
                    .iter()
                    .filter(of_this)
                    .any(|problem| locate(problem.span.first).is_some_and(|at| first <= at && at <= last))
            })
        })
    };
    let mut refused: BTreeSet<u32> = BTreeSet::new();
    // A use comes before the uses in it.
    for used in &workflow.inlined {
        let around = used.outer.and_then(|outer| workflow.use_around(outer));
        if around.is_some_and(|around| refused.contains(&around.number)) || is_refused(used) {
            refused.insert(used.number);
        }
    }
    refused
}

/// Returns the numbers of the uses that a problem is about.
fn uses(problem: &Problem, inlined: &[Inlined], locate: Locate<'_>) -> BTreeSet<u32> {
    if problem.span.in_use > 0 {
        return BTreeSet::from([problem.span.in_use]);
    }
    // An identifier has no number.
    let inside = inlined.iter().filter(|used| super::is_inside(problem, used.braces, locate));
    inside.map(|used| used.number).collect()
}

/// Returns the name of a use for messages.
fn shown(used: &Inlined) -> &str {
    if used.asl_name.is_empty() { &used.name } else { &used.asl_name }
}
