//! Which results and errors can be read where a state begins.
//!
//! Rule: a result is available if its state has succeeded on every path, an error if one was caught on every path.
//! These are the events of [`happened`]: transitions of a state without a catcher cause its result, those with a
//! catcher an error. Unreachable states are not checked.

use workflow_asl::graph::{PastEvents, happened};

use super::{Point, StateGraphs};
use crate::check::data::{references, values};
use crate::check::model::Model;
use crate::check::value_site::ValueField;
use crate::syntax::ast::{Root, plain};

/// The facts about a scope.
#[derive(Debug, Default)]
struct ScopeAvailability {
    /// The number of the event that each node has run, where some state wants to know.
    ran: Vec<Option<usize>>,
    /// The number of the event that an error was caught.
    caught: Option<usize>,
    /// The events before each node; empty if the scope has no events.
    happened: Vec<Option<PastEvents>>,
    /// The nodes from which a state that reads the error is reached without another catch, including that state.
    reads_error: Vec<bool>,
    /// The variable that holds the error, and whether one around does already.
    error_variable: String,
}

impl ScopeAvailability {
    /// Returns whether the event has certainly happened where the node begins, or no path leads there.
    fn is_certain(&self, node: usize, event: usize) -> bool {
        let happened = self.happened.get(node).and_then(Option::as_ref);
        happened.is_none_or(|happened| happened.surely.contains(event))
    }
}

/// The sources of data, for each scope.
#[derive(Debug, Default)]
pub(in crate::check) struct Availability(Vec<ScopeAvailability>);

/// Whether a state's result can be read where another begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::check) enum ResultAvailability {
    /// The state has run on every path.
    Certain,
    /// It has not run on every path to the reader or the parallel or map around it.
    Uncertain {
        /// The state.
        state: Point,
        /// The reader, or the parallel or map around it.
        reader: Point,
    },
    /// It is in this parallel or map (its number), which the reader is not in.
    Inside(usize),
    /// It is the parallel or map that the reader is in.
    Around,
    /// The reader is in this distributed map (its number), the state is not.
    Distributed(usize),
}

/// The catch edges that may set the error that a state reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::check) enum Caught {
    /// Every path contains one of this scope.
    In(usize),
    /// Some path of this scope contains none.
    Uncertain(Point),
    /// The reader is in this distributed map (its number), the catch is not.
    Distributed(usize),
}

impl Availability {
    /// Analyses the parts of the graphs that references require.
    pub(in crate::check) fn of(model: &Model<'_>, graphs: &StateGraphs) -> Self {
        let mut wanted = vec![false; model.states.len()];
        let mut readers = Vec::new();
        for (number, info) in model.states.values().enumerate() {
            let mut reads = false;
            values(model, info, &mut |value, field| {
                references(value, &mut |reference| match &reference.root {
                    Root::StateResult(name) => {
                        let number = model.states.get_index_of(&plain(name));
                        if let Some(wanted) = number.and_then(|number| wanted.get_mut(number)) {
                            *wanted = true;
                        }
                    }
                    Root::Caught => reads |= !matches!(field, ValueField::CatchAssign | ValueField::CatchOutput),
                    _ => {}
                });
            });
            if reads {
                readers.push(number);
            }
        }
        let scopes = (0..model.scopes.len()).map(|number| {
            let mut scope = ScopeAvailability::default();
            let Some(graph) = graphs.graph(number) else { return scope };
            let mut events = 0..;
            scope.ran = (0..graph.size())
                .map(|node| {
                    let state = graphs.state_at(Point { scope: number, node })?;
                    wanted.get(state).copied().unwrap_or_default().then(|| events.next())?
                })
                .collect();
            let catches = graph.transitions().iter().any(|edge| edge.is_caught() && edge.to.is_some());
            scope.caught = if catches { events.next() } else { None };
            if events.start > 0 {
                scope.happened = happened(graph, events.start, |edge, after| {
                    let event =
                        if edge.is_caught() { scope.caught } else { scope.ran.get(edge.from).copied().flatten() };
                    event.into_iter().for_each(|event| after.note(event));
                    true
                });
            }
            scope
        });
        let mut availability = Self(scopes.collect());
        availability.place_errors(graphs, &readers);
        availability
    }

    /// Notes which catch edges must keep their error for the states that read it.
    fn place_errors(&mut self, graphs: &StateGraphs, readers: &[usize]) {
        let mut targets: Vec<Vec<usize>> = vec![Vec::new(); self.0.len()];
        for reader in readers {
            let Some(point) = graphs.point(*reader) else { continue };
            if let Caught::In(scope) = self.error_at(graphs, point)
                && let (Some((point, _)), Some(targets)) = (graphs.ancestor(point, scope), targets.get_mut(scope))
            {
                targets.push(point.node);
            }
        }
        let parent = |scope: usize| graphs.point(graphs.owner(scope)?.0).map(|point| point.scope);
        for (number, targets) in targets.into_iter().enumerate().filter(|(_, targets)| !targets.is_empty()) {
            let around = std::iter::successors(parent(number), |scope| parent(*scope));
            let taken = around.filter(|scope| self.0.get(*scope).is_some_and(|scope| !scope.reads_error.is_empty()));
            let depth = taken.count();
            let (Some(scope), Some(graph)) = (self.0.get_mut(number), graphs.graph(number)) else { continue };
            scope.reads_error = graph.reaching(targets, |edge| !edge.is_caught());
            scope.error_variable = match depth {
                0 => "caught".to_owned(),
                depth => format!("caught_{}", depth + 1),
            };
        }
    }

    /// Returns whether the result of the state `of` can be read where `reader` begins.
    pub(in crate::check) fn sight(&self, graphs: &StateGraphs, reader: usize, of: usize) -> Option<ResultAvailability> {
        let of = graphs.point(of)?;
        let Some((at, distributed)) = graphs.ancestor(graphs.point(reader)?, of.scope) else {
            // The reader is not inside the scope of the state.
            return Some(ResultAvailability::Inside(graphs.owner(of.scope)?.0));
        };
        if let Some(map) = distributed {
            return Some(ResultAvailability::Distributed(map));
        }
        if at == of {
            return Some(ResultAvailability::Around);
        }
        let scope = self.0.get(of.scope)?;
        let event = scope.ran.get(of.node).copied().flatten()?;
        Some(if scope.is_certain(at.node, event) {
            ResultAvailability::Certain
        } else {
            ResultAvailability::Uncertain { state: of, reader: at }
        })
    }

    /// Returns the catch edges that set the error that a state reads.
    pub(in crate::check) fn error_at(&self, graphs: &StateGraphs, reader: Point) -> Caught {
        let mut at = reader;
        loop {
            let Some(scope) = self.0.get(at.scope) else { return Caught::Uncertain(reader) };
            if let Some(event) = scope.caught {
                if scope.is_certain(at.node, event) {
                    return Caught::In(at.scope);
                }
                let happened = scope.happened.get(at.node).and_then(Option::as_ref);
                if happened.is_some_and(|happened| happened.maybe.contains(event)) {
                    return Caught::Uncertain(at);
                }
            }
            match graphs.owner(at.scope) {
                None => return Caught::Uncertain(reader),
                Some((map, true)) => return Caught::Distributed(map),
                Some((owner, false)) => match graphs.point(owner) {
                    Some(point) => at = point,
                    None => return Caught::Uncertain(reader),
                },
            }
        }
    }

    /// Returns the variable that a scope's catchers keep the error in.
    pub(in crate::check) fn error_variable(&self, scope: usize) -> &str {
        self.0.get(scope).map_or("", |scope| scope.error_variable.as_str())
    }

    /// Returns whether a catcher that leads from a state of this scope to the node must keep the error.
    pub(in crate::check) fn captures_error(&self, scope: usize, to: usize) -> bool {
        let scope = self.0.get(scope);
        scope.and_then(|scope| scope.reads_error.get(to)).copied().unwrap_or_default()
    }
}
