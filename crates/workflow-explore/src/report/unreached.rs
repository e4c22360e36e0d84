//! What no execution reached, and why.

use std::collections::BTreeSet;

use workflow_asl::finding::Finding;
use workflow_asl::graph::{Edge, Graph};
use workflow_asl::{Pointer, rules};
use workflow_local::coverage::{Point, PointKind};
use workflow_local::internal::InternalProgram;

use crate::bounds::CutOff;
use crate::explorer::Explorer;
use crate::search::not_taken;

/// An element that no execution reached.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Unreached {
    /// The element.
    pub point: Point,
    /// The bounds that may have cut it off.
    pub cut_off_by: Vec<&'static str>,
    /// Why no execution reached it.
    pub reason: Reason,
}

/// Why no execution reached an element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// The rules of ASL prove that no execution can take it.
    Never,
    /// No execution reached the state that it belongs to, or the states before it.
    Follows,
    /// No tried value leads to it.
    Values,
    /// No tried error leads to it.
    Errors,
    /// The item reader of its state found no items: the store has no such objects.
    Objects,
}

impl Reason {
    fn texts(self) -> (&'static str, &'static str) {
        match self {
            Self::Never => ("never", "no execution can take it, as `validate` shows"),
            Self::Follows => ("follows", "the states before it were not left this way"),
            Self::Values => ("values", "no value that was tried leads to it: give values with `--input` or `--result`"),
            Self::Errors => ("errors", "no error that was tried leads to it"),
            Self::Objects => ("objects", "the item reader found no objects: give it some with `--objects`"),
        }
    }

    /// Returns the reason's name in machine-readable output.
    pub fn name(self) -> &'static str {
        self.texts().0
    }

    /// Returns the reason and what helps, for people.
    pub(crate) fn words(self) -> &'static str {
        self.texts().1
    }
}

/// Finds what no execution took. `taken` has whether one took each way of the program.
pub(crate) fn unreached(explorer: &Explorer, taken: &[bool], cut: CutOff) -> Vec<Unreached> {
    let points = not_taken(explorer, taken);
    let never: BTreeSet<String> =
        points.iter().filter(|point| point.kind == PointKind::State).map(|point| point.state.clone()).collect();
    let graphs = Graph::all(&explorer.machine);
    let false_rules = if points.is_empty() { BTreeSet::new() } else { false_rules(explorer) };
    let can_take = |graph: &Graph<'_>| {
        let is_possible = |edge: &Edge<'_>| !false_rules.contains(&edge.kind.pointer(&graph.state_pointer(edge.from)));
        graph.flow().reached(graph.start(), is_possible)
    };
    let place_of = |name: &str| graphs.iter().find_map(|graph| Some((graph, graph.number(name)?)));
    let found = points.into_iter().map(|point| {
        // The state and the states that contain it, innermost first, each in the graph of its scope.
        let places = std::iter::successors(place_of(&point.state), |(graph, _)| place_of(graph.scope().owner?));
        let places: Vec<_> = places.collect();
        let is_possible = !false_rules.contains(&point.pointer)
            && places.iter().all(|(graph, number)| can_take(graph).get(*number) == Some(&true));
        let is_entered = !never.contains(&point.state);
        let owner = places.get(1).and_then(|(graph, number)| graph.states().get(*number));
        let has_reader = |name: &str| explorer.states.get(name).is_some_and(|facts| facts.has_reader);
        let is_first = places.first().is_some_and(|(graph, number)| graph.start() == Some(*number));
        let reason = match point.kind {
            _ if !is_possible => Reason::Never,
            PointKind::State => match owner {
                Some((name, _)) if is_first && !never.contains(*name) && has_reader(name) => Reason::Objects,
                Some((name, _)) if is_first && !never.contains(*name) => Reason::Values,
                _ => Reason::Follows,
            },
            _ if !is_entered => Reason::Follows,
            PointKind::Retrier | PointKind::Catcher => Reason::Errors,
            _ if has_reader(&point.state) => Reason::Objects,
            _ => Reason::Values,
        };
        // What the state depends on: itself, the states before it, and these of the states around it.
        let before = places.iter().flat_map(|(graph, number)| {
            let reaching = graph.flow().reaching([*number], |_| true);
            reaching.into_iter().enumerate().filter(|(_, reaches)| *reaches).map(|(number, _)| (*graph, number))
        });
        let (mut may_fail, mut may_loop) = (false, false);
        for (graph, number) in before {
            let definition = explorer.program.definition().pointer(graph.state_pointer(number).as_str());
            may_fail |= definition.is_some_and(|state| state.to_string().contains("\"Catch\":"));
            let facts = graph.states().get(number).and_then(|(name, _)| explorer.states.get(name));
            may_loop |= facts.is_some_and(|facts| facts.on_loop.is_some());
        }
        let mut cut_off_by = if reason == Reason::Never { Vec::new() } else { cut.names() };
        cut_off_by.retain(|bound| match *bound {
            "faults" => may_fail,
            "turns" => may_loop,
            _ => true,
        });
        Unreached { point, cut_off_by, reason }
    });
    found.collect()
}

/// Returns the rules of choices whose whole condition is never true.
fn false_rules(explorer: &Explorer) -> BTreeSet<Pointer> {
    let found = rules::check(&explorer.machine, explorer.start.machine_type).into_iter();
    let is_false = |finding: &Finding| matches!(finding, Finding::NeverTrue { .. } | Finding::ShownAbsent { .. });
    // A finding with a range is about a part of an expression.
    let never = found.filter(|found| found.range.is_none() && is_false(&found.finding));
    never.filter_map(|found| Some(whole(found.pointer.parent()?).child("Next"))).collect()
}

/// Returns the outermost rule that is never true if this one is not: one with an `And` around it.
fn whole(rule: Pointer) -> Pointer {
    let all = rule.parent().filter(|all| all.tokens().last().is_some_and(|name| name == "And"));
    all.and_then(|all| all.parent()).map_or(rule, whole)
}
