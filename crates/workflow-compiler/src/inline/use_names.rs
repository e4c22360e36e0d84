//! The names of uses, each of which is unique.

use std::collections::BTreeSet;

use workflow_asl::Code;

use crate::problem::{Problem, Problems, Reported};
use crate::syntax::ast::{Body, Repetition, State, plain};

/// Reports and removes each use whose name is already the name of another use or of a state. Returns the proof if any was
/// removed.
pub(super) fn unique(body: &mut Body, problems: &mut Problems) -> Option<Reported> {
    let mut names = body.all_states().into_iter().map(|state| plain(&state.name)).collect();
    check(body, &mut names, problems)
}

/// Checks the uses in a body. `names` are the names of the states and uses so far.
fn check(body: &mut Body, names: &mut BTreeSet<String>, problems: &mut Problems) -> Option<Reported> {
    let mut removed = None;
    body.uses.retain(|used| {
        let name = plain(&used.name);
        let is_new = names.insert(name.clone());
        if !is_new {
            let message = format!("two states or uses are named `{name}`");
            let problem = Problem::new(Code::DuplicateState, used.name.span(), message);
            let help = format!("give this use another name: `use {} as …`", used.fragment);
            removed = Some(problems.push(problem.help(help)));
        }
        is_new
    });
    // Other names may be meant for it.
    body.lost |= removed.is_some();
    body.broken = body.broken.or(removed);
    let repeated = body.repeats.iter_mut().flat_map(Repetition::bodies_mut);
    for inner in body.states.iter_mut().flat_map(State::bodies_mut).chain(repeated) {
        removed = check(inner, names, problems).or(removed);
    }
    removed
}
