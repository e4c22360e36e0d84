//! Reports problems in the copies of a repetition, and resolves the names of repeated states outside of it.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::Ident;
use workflow_asl::Code;

use super::is_inside;
use super::walk::{self, Change};
use crate::problem::{Problem, Problems};
use crate::span::{Locate, Position};
use crate::syntax::ast::{Copied, Expr, ExprKind, Root, Segment, State, Target, Workflow, Written, plain};
use crate::syntax::spelling::spelled_reference;

/// The position of a problem's words, and its code.
type Key = (Position, Position, &'static str);

/// Completes problems. Equal problems of several copies are merged into one, which names
/// the items unless all copies have it.
pub(super) fn merge(workflow: &Workflow, found: Vec<Problem>, locate: Locate<'_>) -> Vec<Problem> {
    let copies: BTreeMap<u32, &Copied> = workflow.copies.iter().map(|copy| (copy.number, copy)).collect();
    if copies.is_empty() {
        return found;
    }
    let mut kept: Vec<(Problem, BTreeSet<u32>)> = Vec::new();
    let mut known: BTreeMap<(Key, Option<u32>), usize> = BTreeMap::new();
    for mut problem in found {
        let copy = copies.get(&problem.span.in_use);
        // An identifier has no number.
        let repeated =
            || problem.span.in_use == 0 && copies.values().any(|copy| is_inside(&problem, copy.braces, locate));
        if copy.is_none() && !repeated() {
            kept.push((problem, BTreeSet::new()));
            continue;
        }
        // The use of a fragment around the repetition, which is reported as well.
        let around = copy.and_then(|copy| workflow.use_around(copy.number)).map(|used| used.number);
        problem.span.in_use = around.unwrap_or_default();
        let position = locate(problem.span.first).zip(locate(problem.span.last));
        let key = position.map(|(first, last)| ((first, last, problem.code.id()), around));
        let same = key.and_then(|key| known.get(&key).copied());
        match same.and_then(|same| kept.get_mut(same)) {
            Some((_, of)) => of.extend(copy.map(|copy| copy.number)),
            None => {
                known.extend(key.map(|key| (key, kept.len())));
                kept.push((problem, copy.map(|copy| copy.number).into_iter().collect()));
            }
        }
    }
    let complete = |(mut problem, of): (Problem, BTreeSet<u32>)| {
        let of: Vec<_> = of.iter().filter_map(|number| copies.get(number)).collect();
        let around = |copy: &Copied| workflow.use_around(copy.number).map(|used| used.number);
        let repetition = of.first().map(|copy| (copy.word, around(copy)));
        let all = workflow.copies.iter().filter(|copy| Some((copy.word, around(copy))) == repetition).count();
        if !of.is_empty() && of.len() < all {
            let mut items: Vec<_> = of.iter().map(|copy| format!("`{}`", copy.item)).collect();
            items.dedup();
            let item = if items.len() == 1 { "item" } else { "items" };
            problem.help.push(format!("this is for the {item} {}", items.join(", ")));
        }
        problem
    };
    kept.into_iter().map(complete).collect()
}

/// Replaces the names of repeated states outside of the repetition: `Copy[0]` is the result of the first copy, and a
/// transition to `Copy` leads to it.
pub(super) fn resolve(
    workflow: &mut Workflow,
    (repeated, wrong): (&BTreeMap<String, Vec<String>>, &BTreeSet<String>),
    problems: &mut Problems,
) {
    if repeated.is_empty() {
        return;
    }
    // A name in the document may be the name of an unknown copy.
    let known = wrong.iter().next().map(|_| workflow.body.all_states().into_iter().map(State::asl_name).collect());
    let mut outside = Outside { repeated, wrong, known, problems };
    walk::body(&mut workflow.body, &mut outside);
    workflow.declarations.iter_mut().for_each(|declaration| walk::declaration(declaration, &mut outside));
    for used in &mut workflow.inlined {
        used.arguments.iter_mut().for_each(|member| walk::expr(&mut member.value, &mut outside));
    }
}

struct Outside<'o> {
    /// The names of the copies, by the name in the source.
    repeated: &'o BTreeMap<String, Vec<String>>,
    /// Those whose repetition has an error: its copies are not all known.
    wrong: &'o BTreeSet<String>,
    /// The names of the states in the document, if there are such.
    known: Option<BTreeSet<String>>,
    problems: &'o mut Problems,
}

impl Change for Outside<'_> {
    fn target(&mut self, target: &mut Target) {
        if let (Target::Text(text), Some(known), Some(reported)) = (&*target, &self.known, self.problems.reported())
            && !known.contains(&text.value)
        {
            *target = Target::Missing(text.span, reported);
        }
        let Target::State(name) = target else { return };
        while let Some(first) = self.repeated.get(&plain(name)).and_then(|copies| copies.first()) {
            if *first == plain(name) {
                return;
            }
            *name = Ident::new(first, name.span());
        }
    }

    fn expr(&mut self, expr: &mut Expr) {
        let ExprKind::Reference(reference) = &mut expr.kind else { return };
        let words = spelled_reference(reference);
        let Root::StateResult(state) = &mut reference.root else { return };
        // The spans of the repeated source, with the copies that were named so far.
        let mut shown = plain(state);
        while let Some(copies) = self.repeated.get(&plain(state)) {
            // Not all of its copies are known.
            if let (true, Some(reported)) = (self.wrong.contains(&plain(state)), self.problems.reported()) {
                expr.kind = ExprKind::Invalid(reported);
                return;
            }
            if copies.contains(&plain(state)) {
                return;
            }
            let (span, message, first) = match reference.segments.first() {
                Some(Segment::Index(Expr { kind: ExprKind::Number(index), span, .. })) => {
                    let copy = index.parse().ok().and_then(|index: usize| copies.get(index));
                    if let Some(copy) = copy {
                        expr.written.get_or_insert_with(|| Written::Words(words.as_str().into()));
                        shown.push_str(&format!("[{index}]"));
                        *state = Ident::new(copy, state.span());
                        reference.segments.remove(0);
                        continue;
                    }
                    let times = match copies.len() {
                        1 => "once".to_owned(),
                        count => format!("{count} times"),
                    };
                    (*span, format!("`{shown}` is repeated {times}, and has no copy {index}"), "0".to_owned())
                }
                _ => {
                    let message = format!("`{shown}` is repeated, and has a result for each item");
                    (reference.root_span, message, format!("{shown}[0]"))
                }
            };
            let problem = Problem::new(Code::StateReference, span, message);
            let reported = self.problems.push(match copies.len() - 1 {
                0 => problem.write(first),
                1 => problem.help(format!("write `{shown}[0]` or `{shown}[1]`")),
                last => problem.help(format!("write `{shown}[0]`, … or `{shown}[{last}]`")),
            });
            expr.kind = ExprKind::Invalid(reported);
            return;
        }
    }
}
