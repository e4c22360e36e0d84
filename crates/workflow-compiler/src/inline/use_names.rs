//! The names of uses, each of which is unique.

use std::collections::BTreeSet;

use workflow_asl::Code;

use crate::problem::{Problem, Problems, Reported};
use crate::syntax::ast::{Body, Repetition, State, plain};

/// Reports and removes each use whose name is already the name of another use or of a state. Returns the proof if any was
/// removed.
pub(super) fn unique(body: &mut Body, problems: &mut Problems) -> Option<Reported> {
    let names = body.all_states().into_iter().map(|state| plain(&state.name)).collect();
    let mut uses = Uses { names, removed: None, problems };
    uses.check(body);
    uses.removed
}

struct Uses<'u> {
    /// The names of the states and uses so far.
    names: BTreeSet<String>,
    removed: Option<Reported>,
    problems: &'u mut Problems,
}

impl Uses<'_> {
    fn check(&mut self, body: &mut Body) {
        let uses = body.uses.len();
        body.uses.retain(|used| {
            let name = plain(&used.name);
            let is_new = self.names.insert(name.clone());
            if !is_new {
                let message = format!("two states or uses are named `{name}`");
                let problem = Problem::new(Code::DuplicateState, used.name.span(), message);
                let help = format!("give this use another name: `use {} as …`", used.fragment);
                self.removed = Some(self.problems.push(problem.help(help)));
            }
            is_new
        });
        if body.uses.len() < uses {
            // Other names may be meant for it.
            body.lost = true;
            body.broken = body.broken.or(self.removed);
        }
        body.states.iter_mut().flat_map(State::bodies_mut).for_each(|inner| self.check(inner));
        body.repeats.iter_mut().flat_map(Repetition::bodies_mut).for_each(|inner| self.check(inner));
    }
}
