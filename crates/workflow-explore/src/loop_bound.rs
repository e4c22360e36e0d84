//! Finds loops whose bound never ends them, such as a loop whose counter does not count.
//!
//! A loop that calls a task until its answer is good may have a bound: a choice on the loop has an exit that does not
//! depend on the loop's answers. A loop never ends while the answers stay the same if the search has tried everything,
//! an execution can return to the same data on the loop, and that exit was never taken.

use std::collections::BTreeSet;

use workflow_asl::document::StateMachine;
use workflow_asl::graph::{EdgeKind, Graph};
use workflow_asl::{Pointer, StateKind};
use workflow_plan::data::{Source, Use, uses};

/// An exit from a loop that does not depend on an answer on the loop, and that was never taken.
pub(crate) struct UnusedExit {
    pub(crate) choice: String,
    pub(crate) target: String,
    pub(crate) states: BTreeSet<String>,
}

/// Returns the exits of loops that were never taken although their choices were reached.
pub(crate) fn unused_exits(machine: &StateMachine, is_taken: impl Fn(&Pointer) -> bool) -> Vec<UnusedExit> {
    let mut found = Vec::new();
    let mut used: Option<Vec<Use>> = None;
    for graph in Graph::all(machine) {
        for states in graph.loops(|_| true) {
            let choices = states.iter().filter_map(|number| Some((*number, graph.states().get(*number)?)));
            for (number, (choice, _)) in choices.filter(|(_, (_, state))| state.kind == StateKind::Choice) {
                let at = graph.state_pointer(number);
                let exits = graph.leaving(number).iter().filter(|edge| {
                    let leaves = graph.number(edge.target).is_some_and(|target| !states.contains(&target));
                    leaves && is_taken(&at) && !is_taken(&edge.kind.pointer(&at))
                });
                for exit in exits {
                    // The default depends on the conditions of all rules.
                    let condition = match exit.kind {
                        EdgeKind::Choice(rule) => at.child("Choices").index(rule),
                        _ => at.child("Choices"),
                    };
                    let on_loop = |task: &Pointer| states.iter().any(|state| graph.state_pointer(*state) == *task);
                    let is_answered = used.get_or_insert_with(|| uses(machine)).iter().any(|used| {
                        used.pointer.is_within(&condition)
                            && matches!(&used.source, Source::Result(task) if on_loop(task))
                    });
                    if !is_answered {
                        let names = states.iter().filter_map(|state| Some(graph.states().get(*state)?.0.to_owned()));
                        found.push(UnusedExit {
                            choice: (*choice).to_owned(),
                            target: exit.target.to_owned(),
                            states: names.collect(),
                        });
                    }
                }
            }
        }
    }
    found
}
