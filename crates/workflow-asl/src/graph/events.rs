//! The events that have happened when a node begins.
//!
//! Rule: some transitions cause an event, such as the success of a state, an assignment or an error. At the start, the
//! given events have happened. At any other node, an event may have happened if it may have on some incoming
//! transition, and has certainly happened if it has on each. Events are never undone: a variable keeps its value when
//! its state runs again and fails.

use super::solver::FlowAnalysis;
use super::{Bits, FlowGraph, Transition, solve};

/// The events that have happened when a node begins. Events are numbers below a bound.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PastEvents {
    /// On some path.
    pub maybe: Bits,
    /// On every path.
    pub surely: Bits,
}

impl PastEvents {
    /// Records that an event has happened.
    pub fn note(&mut self, event: usize) {
        self.maybe.insert(event);
        self.surely.insert(event);
    }
}

/// Returns the events at each node, numbered below `events`. `brings` records the events of a transition, and says
/// whether to follow it. `None` for a node that no path reaches.
pub fn happened<T: Transition>(
    graph: &FlowGraph<T>,
    events: usize,
    brings: impl Fn(&T, &mut PastEvents) -> bool,
) -> Vec<Option<PastEvents>> {
    let nothing = PastEvents { maybe: Bits::new(events), surely: Bits::new(events) };
    solve(graph, nothing, &EventAnalysis(brings))
}

struct EventAnalysis<F>(F);

impl<T, F: Fn(&T, &mut PastEvents) -> bool> FlowAnalysis<T> for EventAnalysis<F> {
    type Fact = PastEvents;

    fn leave<'s>(
        &'s self,
        _: usize,
        leaving: &'s [T],
        before: &'s PastEvents,
    ) -> impl Iterator<Item = Option<PastEvents>> + 's {
        leaving.iter().map(|transition| {
            let mut after = before.clone();
            (self.0)(transition, &mut after).then_some(after)
        })
    }

    fn meet(&self, known: &mut PastEvents, way: &PastEvents) -> bool {
        let maybe = known.maybe.unite(&way.maybe);
        known.surely.intersect(&way.surely) || maybe
    }
}
