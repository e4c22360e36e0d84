//! States of uses and copies that no path reaches: one problem for all states of a use, and for all of a copy.

use std::collections::{BTreeMap, BTreeSet};

use workflow_asl::Code;

use crate::problem::{Problem, Problems};
use crate::span::{Locate, Position};
use crate::syntax::ast::{TokenSpan, Workflow, plain};

/// Merges these problems from the index `first` on.
pub(super) fn merge(workflow: &Workflow, first: usize, problems: &mut Problems, locate: Locate<'_>) {
    let is_one = |problem: &Problem| problem.code == Code::UnreachableState;
    if !problems.iter().skip(first).any(is_one) {
        return;
    }
    let key = |span: TokenSpan| locate(span.first).map(|at| (at, span.in_use));
    let unreached: BTreeSet<(Position, u32)> =
        problems.iter().skip(first).filter(|problem| is_one(problem)).filter_map(|problem| key(problem.span)).collect();
    let mut firsts = BTreeMap::new();
    for state in workflow.body.all_states() {
        for number in workflow.around(state.in_use) {
            firsts.entry(number).or_insert(state);
        }
    }
    for used in &workflow.inlined {
        let first = workflow.body.all_states().into_iter().find(|state| plain(&state.name) == used.first);
        firsts.extend(first.map(|first| (used.number, first)));
    }
    // Those whose first state no path reaches, outermost first.
    let whole = firsts.iter().filter(|(_, first)| key(first.span()).is_some_and(|key| unreached.contains(&key)));
    let whole: BTreeMap<u32, Option<(Position, u32)>> =
        whole.map(|(number, first)| (*number, key(first.span()))).collect();
    let mut reported = BTreeSet::new();
    for problem in problems.split_off(first) {
        let around: Vec<u32> = workflow.around(problem.span.in_use).collect();
        let outermost = around.iter().rev().find(|number| whole.contains_key(number));
        // The state that computes the arguments of a use is not in it.
        let first = || whole.iter().find(|(_, first)| **first == key(problem.span)).map(|(number, _)| number);
        let outermost = outermost.or_else(first).filter(|_| is_one(&problem));
        let Some(number) = outermost else {
            problems.push(problem);
            continue;
        };
        let mut inside = around.iter().rev().chain([number]).filter(|number| whole.contains_key(number));
        match inside.find_map(|number| workflow.inlined.iter().find(|used| used.number == *number)) {
            Some(used) if reported.insert(*number) => {
                let span = TokenSpan { in_use: used.outer.unwrap_or_default(), ..used.written.span().into() };
                let message = format!("no path leads to the use `{}`", used.written);
                let problem = Problem::new(Code::UnreachableState, span, message);
                problems.push(problem.help("remove it, or add a transition to it"));
            }
            None if whole.get(number).is_some_and(|first| *first == key(problem.span)) => {
                problems.push(problem);
            }
            _ => {}
        }
    }
}
