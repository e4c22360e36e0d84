//! The states of a workflow as graphs, one for each scope, with what has certainly happened where each state begins.

use std::collections::BTreeMap;

use super::certain::{Certain, Edge, Event, Graph};
use super::uses;
use crate::check::model::{Model, StateInfo, is_distributed};
use crate::syntax::ast::{Head, Root, Target, plain};

/// A state's scope and its node in the graph of that scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::check) struct Point {
    pub(in crate::check) scope: usize,
    pub(in crate::check) node: usize,
}

/// The graph of a scope, and what is known of it.
#[derive(Debug, Default)]
struct ScopeGraph {
    graph: Graph,
    /// The number of each node's state in [`Model::states`].
    states: Vec<usize>,
    /// The number of the event that each node has run, where some state wants to know.
    events: Vec<Option<usize>>,
    certain: Certain,
    /// Whether a state leads back to the first.
    comes_back: bool,
    /// The number of the event that an error was caught.
    caught: Option<usize>,
    /// Where some path leads over a catch edge.
    after_catch: Vec<bool>,
    /// From which nodes a state that reads the error is reached without another catch, itself among them.
    reads_error: Vec<bool>,
    /// The variable that holds the error, and whether one around does already.
    error_variable: String,
}

/// Where data may come from: the graphs of all scopes.
#[derive(Debug, Default)]
pub(in crate::check) struct Scopes {
    scopes: Vec<ScopeGraph>,
    /// Where each state is, by its number in [`Model::states`].
    points: Vec<Point>,
    /// For each scope, the state around it (its number), and whether it is a distributed map.
    owners: Vec<Option<(usize, bool)>>,
}

/// Whether a state's result can be read where another begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::check) enum Sight {
    /// On every path the state has run.
    Certain,
    /// Not on every path to `at`, the reader or the parallel or map around it.
    Uncertain {
        /// The state.
        of: Point,
        /// The reader, or what is around it.
        at: Point,
    },
    /// It is in this parallel or map (its number), which the reader is not in.
    Inside(usize),
    /// It is the parallel or map that the reader is in.
    Around,
    /// The reader is in this distributed map (its number), the state is not.
    Distributed(usize),
}

/// Which catch edges an error that a state reads may come over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::check) enum Caught {
    /// Every path leads over one of this scope.
    In(usize),
    /// Some path leads over none, in this scope.
    Uncertain(Point),
    /// The reader is in this distributed map (its number), the catch is not.
    Distributed(usize),
}

impl Scopes {
    /// Follows the graphs as far as references ask for it.
    pub(in crate::check) fn of(model: &Model<'_>) -> Self {
        let mut wanted = vec![false; model.states.len()];
        let mut readers = Vec::new();
        for (number, info) in model.states.values().enumerate() {
            let mut reads = false;
            uses::values(model, info, &mut |value, in_catcher| {
                uses::references(value, &mut |reference| match &reference.root {
                    Root::StateResult(name) => {
                        if let Some(wanted) =
                            model.states.get_index_of(&plain(name)).and_then(|index| wanted.get_mut(index))
                        {
                            *wanted = true;
                        }
                    }
                    Root::Caught => reads |= !in_catcher,
                    _ => {}
                });
            });
            if reads {
                readers.push(number);
            }
        }
        let mut scopes = Self::default();
        scopes.scopes.resize_with(model.scopes.len(), ScopeGraph::default);
        let number_of = |info: &StateInfo<'_>| model.states.get_index_of(&info.name);
        let owner = |scope: &crate::check::model::Scope<'_>| {
            let owner = scope.owner?;
            Some((number_of(model.info(owner)?)?, is_distributed(owner)))
        };
        scopes.owners = model.scopes.iter().map(owner).collect();
        let mut by_text: BTreeMap<(usize, &str), usize> = BTreeMap::new();
        for (number, info) in model.states.values().enumerate() {
            let Some(scope) = scopes.scopes.get_mut(info.scope) else { continue };
            let node = scope.states.len();
            scope.states.push(number);
            let event = wanted.get(number).copied().unwrap_or_default();
            scope.events.push(event.then_some(number));
            scopes.points.push(Point { scope: info.scope, node });
            by_text.entry((info.scope, info.asl_name.as_str())).or_insert(node);
        }
        let node_of = |target: &Target, scope: usize| match target {
            Target::State(name) => {
                let point = scopes.points.get(model.states.get_index_of(&plain(name))?)?;
                (point.scope == scope).then_some(point.node)
            }
            Target::Text(text) => by_text.get(&(scope, text.value.as_str())).copied(),
            Target::End(_) | Target::Missing(_) => None,
        };
        let mut graphs: Vec<Graph> = Vec::new();
        for (number, scope) in model.scopes.iter().enumerate() {
            let start = match &scope.body.start {
                Some(target) => node_of(target, number),
                None => Some(0).filter(|_| !scope.body.states.is_empty()),
            };
            graphs.push(Graph { start, leaving: Vec::new() });
        }
        for info in model.states.values() {
            let edge = |target: &Target, caught| Some(Edge { to: node_of(target, info.scope)?, caught });
            let arms = match &info.state.head {
                Head::Choice(choice) => choice.arms.as_slice(),
                _ => &[],
            };
            let goes = info.state.transition.iter().chain(arms.iter().map(|arm| &arm.target));
            let mut edges: Vec<Edge> = goes.filter_map(|target| edge(target, false)).collect();
            edges.extend(model.catchers_of(info).iter().filter_map(|(_, catcher)| edge(&catcher.target, true)));
            if let Some(graph) = graphs.get_mut(info.scope) {
                graph.leaving.push(edges);
            }
        }
        for (scope, graph) in scopes.scopes.iter_mut().zip(graphs) {
            scope.graph = graph;
        }
        scopes.follow();
        scopes.place_errors(&readers);
        scopes
    }

    fn follow(&mut self) {
        for scope in &mut self.scopes {
            let mut events = Vec::new();
            for (node, event) in scope.events.iter_mut().enumerate() {
                if event.is_some() {
                    *event = Some(events.len());
                    events.push(Event::Ran(node));
                }
            }
            scope.comes_back = scope.graph.leaving.iter().flatten().any(|edge| Some(edge.to) == scope.graph.start);
            if scope.graph.leaving.iter().flatten().any(|edge| edge.caught) {
                scope.caught = Some(events.len());
                events.push(Event::Caught);
                scope.after_catch = scope.graph.after_catch();
            }
            scope.certain = Certain::of(&scope.graph, &events);
        }
    }

    /// Notes which catch edges must keep their error for the states that read it.
    fn place_errors(&mut self, readers: &[usize]) {
        let mut targets: Vec<Vec<usize>> = vec![Vec::new(); self.scopes.len()];
        for reader in readers {
            let Some(point) = self.points.get(*reader) else { continue };
            if let Caught::In(scope) = self.error_at(*point)
                && let (Some(point), Some(targets)) = (self.ancestor(*point, scope), targets.get_mut(scope))
            {
                targets.push(point.node);
            }
        }
        for (scope, targets) in targets.into_iter().enumerate() {
            if targets.is_empty() {
                continue;
            }
            let around = std::iter::successors(self.parent(scope), |scope| self.parent(*scope));
            let taken =
                around.filter(|scope| self.scopes.get(*scope).is_some_and(|scope| !scope.reads_error.is_empty()));
            let depth = taken.count();
            let Some(scope) = self.scopes.get_mut(scope) else { continue };
            scope.reads_error = scope.graph.backwards(targets.iter().copied(), |edge| !edge.caught);
            for target in targets {
                if let Some(reads) = scope.reads_error.get_mut(target) {
                    *reads = true;
                }
            }
            scope.error_variable = match depth {
                0 => "caught".to_owned(),
                depth => format!("caught_{}", depth + 1),
            };
        }
    }

    fn parent(&self, scope: usize) -> Option<usize> {
        let (owner, _) = self.owners.get(scope).copied().flatten()?;
        self.points.get(owner).map(|point| point.scope)
    }

    /// The state of `scope` that the point is or is inside of.
    pub(in crate::check) fn ancestor(&self, mut point: Point, scope: usize) -> Option<Point> {
        while point.scope != scope {
            let (owner, _) = self.owners.get(point.scope).copied().flatten()?;
            point = *self.points.get(owner)?;
        }
        Some(point)
    }

    /// Where a state is, by its number.
    pub(in crate::check) fn point(&self, number: usize) -> Option<Point> {
        self.points.get(number).copied()
    }

    /// The number of the state at a point.
    pub(in crate::check) fn state_at(&self, point: Point) -> Option<usize> {
        self.scopes.get(point.scope)?.states.get(point.node).copied()
    }

    /// Whether a state of the scope leads back to its first.
    pub(in crate::check) fn comes_back(&self, scope: usize) -> bool {
        self.scopes.get(scope).is_some_and(|scope| scope.comes_back)
    }

    /// The graph of a scope.
    pub(in crate::check) fn graph(&self, scope: usize) -> Option<&Graph> {
        self.scopes.get(scope).map(|scope| &scope.graph)
    }

    /// Whether the result of the state `of` can be read where `reader` begins.
    pub(in crate::check) fn sight(&self, reader: usize, of: usize) -> Option<Sight> {
        let (of, mut at) = (self.point(of)?, self.point(reader)?);
        let mut distributed = None;
        while at.scope != of.scope {
            let Some((owner, child_execution)) = self.owners.get(at.scope).copied().flatten() else {
                // The reader is not inside the scope of the state.
                return Some(Sight::Inside(self.owners.get(of.scope).copied().flatten()?.0));
            };
            if child_execution && distributed.is_none() {
                distributed = Some(owner);
            }
            at = self.point(owner)?;
        }
        if let Some(map) = distributed {
            return Some(Sight::Distributed(map));
        }
        if at == of {
            return Some(Sight::Around);
        }
        let scope = self.scopes.get(of.scope)?;
        let event = scope.events.get(of.node).copied().flatten()?;
        Some(if scope.certain.at(at.node, event) { Sight::Certain } else { Sight::Uncertain { of, at } })
    }

    /// Whether a reader that sees the variables of the state `of` is neither that state nor inside of it; `None` where
    /// it does not see them.
    pub(super) fn beside(&self, reader: usize, of: usize) -> Option<bool> {
        let (of, mut at) = (self.point(of)?, self.point(reader)?);
        while at.scope != of.scope {
            let (owner, child_execution) = self.owners.get(at.scope).copied().flatten()?;
            if child_execution {
                return None;
            }
            at = self.point(owner)?;
        }
        Some(at != of)
    }

    /// Which catch edges the error that a state reads comes over.
    pub(in crate::check) fn error_at(&self, reader: Point) -> Caught {
        let mut at = reader;
        loop {
            let Some(scope) = self.scopes.get(at.scope) else { return Caught::Uncertain(reader) };
            if let Some(event) = scope.caught {
                if scope.certain.at(at.node, event) {
                    return Caught::In(at.scope);
                }
                if scope.after_catch.get(at.node).copied().unwrap_or_default() {
                    return Caught::Uncertain(at);
                }
            }
            match self.owners.get(at.scope).copied().flatten() {
                None => return Caught::Uncertain(reader),
                Some((map, true)) => return Caught::Distributed(map),
                Some((owner, false)) => match self.point(owner) {
                    Some(point) => at = point,
                    None => return Caught::Uncertain(reader),
                },
            }
        }
    }

    /// The variable that a scope's catchers keep the error in.
    pub(in crate::check) fn error_variable(&self, scope: usize) -> &str {
        self.scopes.get(scope).map_or("", |scope| scope.error_variable.as_str())
    }

    /// Whether a catcher that leads from a state of this scope to the node must keep the error.
    pub(in crate::check) fn keeps_error(&self, scope: usize, to: usize) -> bool {
        let scope = self.scopes.get(scope);
        scope.and_then(|scope| scope.reads_error.get(to)).copied().unwrap_or_default()
    }
}
