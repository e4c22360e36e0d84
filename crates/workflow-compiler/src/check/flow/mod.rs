//! The states of a workflow as control-flow graphs, one for each scope, and the analyses over them.

pub(super) mod availability;
mod narrowing;
pub(super) mod state_narrowing;

use std::collections::BTreeMap;

use workflow_asl::graph::{FlowGraph, Transition};

pub(super) use self::narrowing::{DECLARED, Narrowing, is_known};
use super::model::{Model, is_distributed};
use crate::syntax::ast::Target;

/// A state's scope and its node in the graph of that scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Point {
    pub(super) scope: usize,
    pub(super) node: usize,
}

/// A transition between two nodes of a scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Edge {
    from: usize,
    to: Option<usize>,
    /// The cause of the transition.
    pub(super) by: TransitionKind,
}

/// The cause of a transition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TransitionKind {
    /// The state itself.
    State,
    /// The next arm of the choice.
    Arm,
    /// The next catcher of the state.
    Catcher,
}

impl Edge {
    /// Returns whether an error was caught, which the state's result does not survive.
    pub(super) fn is_caught(self) -> bool {
        self.by == TransitionKind::Catcher
    }

    /// Returns whether the node has succeeded where it is taken.
    pub(super) fn is_success_of(self, node: usize) -> bool {
        self.from == node && !self.is_caught()
    }
}

impl Transition for Edge {
    fn source(&self) -> usize {
        self.from
    }

    fn target(&self) -> Option<usize> {
        self.to
    }
}

/// The graphs of all scopes. States are their ids, scopes their numbers in the model.
#[derive(Debug, Default)]
pub(super) struct StateGraphs {
    graphs: Vec<FlowGraph<Edge>>,
    /// For each scope, the state of each node.
    states: Vec<Vec<usize>>,
    /// Where each state is.
    points: Vec<Point>,
    /// For each scope, the state around it, and whether it is a distributed map.
    owners: Vec<Option<(usize, bool)>>,
}

impl StateGraphs {
    pub(super) fn of(model: &Model<'_>) -> Self {
        let mut states = vec![Vec::new(); model.scopes.len()];
        let mut points = Vec::new();
        let mut by_text: BTreeMap<(usize, &str), usize> = BTreeMap::new();
        for info in model.all_states() {
            let Some(states) = states.get_mut(info.scope) else { continue };
            points.push(Point { scope: info.scope, node: states.len() });
            by_text.entry((info.scope, info.asl_name.as_str())).or_insert(states.len());
            states.push(info.id);
        }
        let node_of = |target: &Target, scope: usize| match target {
            Target::Text(text) => by_text.get(&(scope, text.value.as_str())).copied(),
            _ => points.get(model.target(target, scope)?.id).map(|point| point.node),
        };
        let graph = |(scope, states): (usize, &Vec<usize>)| {
            let start = match model.scopes.get(scope).and_then(|scope| scope.body.start.as_ref()) {
                Some(target) => node_of(target, scope),
                None => Some(0),
            };
            let leaving = states.iter().enumerate().map(|(from, state)| {
                let mut edges = Vec::new();
                let Some(info) = model.by_id(*state) else { return edges };
                let mut push = |target: &Target, by| edges.push(Edge { from, to: node_of(target, scope), by });
                info.state.transition.iter().for_each(|target| push(target, TransitionKind::State));
                info.state.arms().iter().for_each(|arm| push(&arm.target, TransitionKind::Arm));
                model.catchers_of(info).iter().for_each(|(_, catcher)| push(&catcher.target, TransitionKind::Catcher));
                edges
            });
            FlowGraph::new(start, leaving)
        };
        let graphs = states.iter().enumerate().map(graph).collect();
        let owners = model.scopes.iter().map(|scope| Some((scope.owner_id?, is_distributed(scope.owner?)))).collect();
        Self { graphs, states, points, owners }
    }

    /// Returns the graph of a scope.
    pub(super) fn graph(&self, scope: usize) -> Option<&FlowGraph<Edge>> {
        self.graphs.get(scope)
    }

    /// Returns where a state is.
    pub(super) fn point(&self, state: usize) -> Option<Point> {
        self.points.get(state).copied()
    }

    /// Returns the state at a point.
    pub(super) fn state_at(&self, point: Point) -> Option<usize> {
        self.states.get(point.scope)?.get(point.node).copied()
    }

    /// Returns the states that run in a scope, each before the states that only it leads to.
    pub(super) fn order(&self, scope: usize) -> impl Iterator<Item = usize> {
        let nodes = self.graph(scope).map(FlowGraph::order).unwrap_or_default();
        nodes.into_iter().filter_map(move |node| self.state_at(Point { scope, node }))
    }

    /// Returns the transitions that leave a state, each with the state that it leads to.
    pub(super) fn leaving(&self, state: usize) -> impl Iterator<Item = (TransitionKind, Option<usize>)> {
        let at = self.point(state);
        let edges = at.and_then(|at| Some(self.graph(at.scope)?.leaving(at.node))).unwrap_or_default();
        edges.iter().map(move |edge| (edge.by, edge.to.and_then(|node| self.state_at(Point { node, ..at? }))))
    }

    /// Returns the state that a scope starts with.
    pub(super) fn start(&self, scope: usize) -> Option<usize> {
        self.state_at(Point { scope, node: self.graph(scope)?.start()? })
    }

    /// Returns the state around a scope, and whether it is a distributed map.
    pub(super) fn owner(&self, scope: usize) -> Option<(usize, bool)> {
        self.owners.get(scope).copied().flatten()
    }

    /// Returns the scopes directly inside of a state.
    pub(super) fn inside(&self, state: usize) -> impl Iterator<Item = usize> {
        let owners = self.owners.iter().enumerate();
        owners.filter(move |(_, owner)| owner.is_some_and(|(owner, _)| owner == state)).map(|(scope, _)| scope)
    }

    /// Returns the state of `scope` that the point is or is inside of, and the innermost distributed map between them.
    pub(super) fn ancestor(&self, mut point: Point, scope: usize) -> Option<(Point, Option<usize>)> {
        let mut distributed = None;
        while point.scope != scope {
            let (owner, child_execution) = self.owner(point.scope)?;
            distributed = distributed.or(child_execution.then_some(owner));
            point = self.point(owner)?;
        }
        Some((point, distributed))
    }

    /// Returns whether a state of the scope leads back to its first.
    pub(super) fn comes_back(&self, scope: usize) -> bool {
        self.graph(scope).is_some_and(|graph| {
            graph.start().is_some() && graph.transitions().iter().any(|edge| edge.to == graph.start())
        })
    }

    /// Returns whether a reader that sees the variables of the state `of` is neither that state nor inside of it;
    /// `None` where it does not see them.
    pub(super) fn beside(&self, reader: usize, of: usize) -> Option<bool> {
        let of = self.point(of)?;
        let (at, distributed) = self.ancestor(self.point(reader)?, of.scope)?;
        distributed.is_none().then_some(at != of)
    }
}
