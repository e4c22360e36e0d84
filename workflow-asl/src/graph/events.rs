//! Which events have happened where a node begins.
//!
//! The rule. Some transitions bring an event about: the success of a state, an assignment, an error. At the start has
//! happened what is given. At any other node an event may have happened where it may have on some transition that leads
//! there, and has certainly where it has on every one. What has happened never un-happens: a variable keeps its value
//! when its state runs again and fails.

use super::solver::Analysis;
use super::{Bits, FlowGraph, Transition, solve};

/// What has happened where a node begins. Events are numbers below a bound.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Happened {
    /// On some path.
    pub maybe: Bits,
    /// On every path.
    pub surely: Bits,
}

impl Happened {
    /// Notes that an event has happened.
    pub fn note(&mut self, event: usize) {
        self.maybe.insert(event);
        self.surely.insert(event);
    }
}

/// What has happened at each node, of so many events, where `brings` notes what a transition brings about, and whether it
/// is to be followed at all; `None` for a node that no path reaches.
pub fn happened<T: Transition>(
    graph: &FlowGraph<T>,
    events: usize,
    brings: impl Fn(&T, &mut Happened) -> bool,
) -> Vec<Option<Happened>> {
    let nothing = Happened { maybe: Bits::new(events), surely: Bits::new(events) };
    solve(graph, nothing, &Brings(brings))
}

struct Brings<F>(F);

impl<T, F: Fn(&T, &mut Happened) -> bool> Analysis<T> for Brings<F> {
    type Fact = Happened;

    fn leave<'s>(
        &'s self,
        _: usize,
        leaving: &'s [T],
        before: &'s Happened,
    ) -> impl Iterator<Item = Option<Happened>> + 's {
        leaving.iter().map(|transition| {
            let mut after = before.clone();
            (self.0)(transition, &mut after).then_some(after)
        })
    }

    fn meet(&self, known: &mut Happened, way: &Happened) -> bool {
        let maybe = known.maybe.unite(&way.maybe);
        known.surely.intersect(&way.surely) || maybe
    }
}
