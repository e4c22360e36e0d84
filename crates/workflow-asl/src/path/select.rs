//! Evaluates a path like Jayway, and produces its texts for missing values.

use std::borrow::Cow;
use std::cell::Cell;
use std::fmt;

use serde_json::{Map, Value};

use super::{JsonPath, PathStep, definite};
use crate::json_kind::JsonKind;

/// The maximum number of nodes that one selection visits: a path such as `$..*..*..*` multiplies them.
const VISITS: u32 = 5_000_000;

/// The failure of a path that selects nothing. `Display` prints Jayway's text, with the path in bracket form, which the
/// service quotes in its causes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoMatch {
    text: String,
    past_end: bool,
}

impl NoMatch {
    /// Returns whether the path ends with an index outside its array, which gives null in a payload template.
    pub fn is_past_end(&self) -> bool {
        self.past_end
    }
}

impl fmt::Display for NoMatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for NoMatch {}

/// The reason why a selection stopped.
pub(super) enum Stop<'a> {
    /// The step with this index does not apply to this node.
    At(usize, &'a Value),
    /// The step with this index names several members, and is not the last.
    InnerMembers(usize),
    TooMany,
}

/// The evaluation of one path on one value, including the paths in its filters.
pub(super) struct Selection<'a> {
    pub(super) root: &'a Value,
    visits: Cell<u32>,
}

impl JsonPath {
    /// Returns the selected value, given the value of the path's root.
    ///
    /// A definite path selects a single borrowed value, an indefinite one an array of all matches. The array is empty
    /// if there are none, or if a member before them is missing (`$.items[*]` of `{}`).
    ///
    /// # Errors
    /// Returns an error if a definite path selects nothing, several members (`['a','b']`) are not the last step, or the
    /// path visits more than five million nodes.
    pub fn select<'a>(&self, root: &'a Value) -> Result<Cow<'a, Value>, NoMatch> {
        let mut node = root;
        for (at, step) in self.steps.iter().enumerate() {
            node = match (simple(step, node), step) {
                (Some(next), _) => next,
                (None, PathStep::Child(_) | PathStep::Call(_) | PathStep::Index(_)) if definite(&self.steps) => {
                    return Err(self.miss(&Stop::At(at, node)));
                }
                (None, _) => {
                    let selection = Selection { root, visits: Cell::new(0) };
                    let selected = selection.run(&self.steps, root);
                    if selection.visits.get() >= VISITS {
                        return Err(self.miss(&Stop::TooMany));
                    }
                    return selected.map_err(|stop| self.miss(&stop));
                }
            };
        }
        Ok(Cow::Borrowed(node))
    }

    fn prefix(&self, steps: usize) -> String {
        let mut text = self.root_text();
        for step in self.steps.iter().take(steps) {
            text.push_str(&step.to_string());
        }
        text
    }

    fn miss(&self, stop: &Stop<'_>) -> NoMatch {
        let (at, node) = match stop {
            Stop::At(at, node) => (*at, *node),
            Stop::InnerMembers(at) => {
                return NoMatch::other(format!(
                    "Multi properties can only be used as path leafs: {}",
                    self.prefix(at + 1)
                ));
            }
            Stop::TooMany => {
                return NoMatch::other(format!("The path {} visits more than {VISITS} nodes", self.normalized()));
            }
        };
        let nothing = || format!("No results for path: {}", self.normalized());
        match (self.steps.get(at), node) {
            (Some(PathStep::Child(_) | PathStep::Call(_)), Value::Object(_)) => {
                NoMatch::other(if at + 1 == self.steps.len() {
                    nothing()
                } else {
                    format!("Missing property in path {}", self.prefix(at + 1))
                })
            }
            (Some(PathStep::Child(name) | PathStep::Call(name)), other) => NoMatch::other(format!(
                "Expected to find an object with property ['{}'] in path {} but found '{}'",
                name,
                self.prefix(at),
                JsonKind::of(other).name()
            )),
            (Some(PathStep::Children(_)), other) => NoMatch::other(format!(
                "Expected to find an object with properties {} in path {} but found '{}'",
                self.steps.get(at).map(ToString::to_string).unwrap_or_default(),
                self.prefix(at),
                JsonKind::of(other).name()
            )),
            (Some(PathStep::Index(_) | PathStep::FromLength(_)), Value::Array(_)) => {
                NoMatch { text: nothing(), past_end: at + 1 == self.steps.len() }
            }
            (Some(PathStep::Index(_) | PathStep::FromLength(_)), Value::Null) => {
                NoMatch::other(format!("The path {} is null", self.prefix(at)))
            }
            (Some(step @ (PathStep::Index(_) | PathStep::FromLength(_))), other) => NoMatch::other(format!(
                "Filter: {step} can only be applied to arrays. Current context is: {}",
                other.to_string().chars().take(200).collect::<String>()
            )),
            _ => NoMatch::other(nothing()),
        }
    }
}

impl NoMatch {
    fn other(text: String) -> Self {
        Self { text, past_end: false }
    }
}

/// Applies a step that leads from one node to at most one.
fn simple<'a>(step: &PathStep, node: &'a Value) -> Option<&'a Value> {
    match (step, node) {
        (PathStep::Child(name) | PathStep::Call(name), Value::Object(members)) => members.get(name),
        (PathStep::Index(index), Value::Array(items)) => element(items, *index),
        (PathStep::FromLength(back), Value::Array(items)) if *back > 0 => element(items, -back),
        _ => None,
    }
}

/// Returns the item at an index, which counts from the end if it is negative.
fn element(items: &[Value], index: i64) -> Option<&Value> {
    let index = if index < 0 { i64::try_from(items.len()).ok()?.checked_add(index)? } else { index };
    items.get(usize::try_from(index).ok()?)
}

impl<'a> Selection<'a> {
    /// Returns the values that the steps select from a node.
    pub(super) fn run(&self, steps: &[PathStep], start: &'a Value) -> Result<Cow<'a, Value>, Stop<'a>> {
        let single = definite(steps);
        let mut nodes = vec![start];
        let mut scanned = false;
        for (at, step) in steps.iter().enumerate() {
            if let PathStep::Children(names) = step {
                if at + 1 < steps.len() {
                    return Err(Stop::InnerMembers(at));
                }
                let merged = self.merge(names, &nodes, scanned);
                return match (merged.first(), single) {
                    (Some(first), true) => Ok(Cow::Owned(first.clone())),
                    (None, true) => Err(Stop::At(at, nodes.first().copied().unwrap_or(start))),
                    (_, false) => Ok(Cow::Owned(Value::Array(merged))),
                };
            }
            let mut next = Vec::new();
            for node in &nodes {
                self.step(step, node, scanned, &mut next);
                if self.visits.get() >= VISITS {
                    return Err(Stop::TooMany);
                }
            }
            if let (true, [], Some(node)) = (single, next.as_slice(), nodes.first()) {
                return Err(Stop::At(at, node));
            }
            nodes = next;
            scanned = matches!(step, PathStep::Descendants);
        }
        match (single, nodes.first()) {
            (true, Some(node)) => Ok(Cow::Borrowed(*node)),
            _ => Ok(Cow::Owned(Value::Array(nodes.into_iter().cloned().collect()))),
        }
    }

    fn visit(&self, nodes: usize) {
        let nodes = u32::try_from(nodes).unwrap_or(VISITS);
        self.visits.set(self.visits.get().saturating_add(nodes).min(VISITS));
    }

    /// Applies one step to one node. `scanned` says that `..` led to the node.
    fn step(&self, step: &PathStep, node: &'a Value, scanned: bool, next: &mut Vec<&'a Value>) {
        self.visit(1);
        match (step, node) {
            (PathStep::Child(_) | PathStep::Call(_) | PathStep::Index(_) | PathStep::FromLength(_), _) => {
                next.extend(simple(step, node))
            }
            (PathStep::Indices(indices), Value::Array(items)) => {
                next.extend(indices.iter().filter_map(|index| element(items, *index)));
            }
            (PathStep::Slice { from, to }, Value::Array(items)) => {
                self.visit(items.len());
                next.extend(slice(items, *from, *to));
            }
            (PathStep::Wildcard, Value::Array(items)) => {
                self.visit(items.len());
                next.extend(items);
            }
            (PathStep::Wildcard, Value::Object(members)) => {
                self.visit(members.len());
                next.extend(members.values());
            }
            (PathStep::Descendants, node) => self.descendants(node, next),
            // Jayway tests an object itself, and an array's items.
            (PathStep::Filter(filter), Value::Object(_)) if filter.passes(node, self) => next.push(node),
            // `..` visits the items by itself.
            (PathStep::Filter(filter), Value::Array(items)) if !scanned => {
                self.visit(items.len());
                let left = |_: &&Value| self.visits.get() < VISITS;
                next.extend(items.iter().take_while(left).filter(|item| filter.passes(item, self)));
            }
            _ => {}
        }
    }

    /// Collects the node and everything below it, in preorder.
    fn descendants(&self, node: &'a Value, found: &mut Vec<&'a Value>) {
        let mut open = vec![node];
        while let Some(node) = open.pop() {
            self.visit(1);
            if self.visits.get() >= VISITS {
                return;
            }
            found.push(node);
            match node {
                Value::Array(items) => open.extend(items.iter().rev()),
                Value::Object(members) => open.extend(members.values().rev()),
                _ => {}
            }
        }
    }

    /// Returns an object of the named members for each node that is an object; after `..` only for objects that have
    /// all of them.
    fn merge(&self, names: &[String], nodes: &[&'a Value], scanned: bool) -> Vec<Value> {
        nodes
            .iter()
            .filter_map(|node| node.as_object())
            .filter(|members| !scanned || names.iter().all(|name| members.contains_key(name)))
            .map(|members| {
                let found =
                    names.iter().filter_map(|name| members.get(name).map(|value| (name.clone(), value.clone())));
                Value::Object(found.collect::<Map<_, _>>())
            })
            .collect()
    }
}

/// `[from:to]` as Jayway evaluates it: with both bounds, each index is literal, so that `[1:-1]` is empty.
fn slice<'a>(items: &'a [Value], from: Option<i64>, to: Option<i64>) -> impl Iterator<Item = &'a Value> + use<'a> {
    let length = i64::try_from(items.len()).unwrap_or(i64::MAX);
    let counted = |bound: i64| if bound < 0 { bound.saturating_add(length) } else { bound };
    let (from, to) = match (from, to) {
        (Some(from), Some(to)) => (from.max(-length), to.min(length)),
        (Some(from), None) => (counted(from).max(0), length),
        (None, Some(to)) => (0, counted(to).min(length)),
        (None, None) => (0, length),
    };
    (from..to).filter_map(move |index| element(items, index))
}

/// Returns whether two values are equal, with numbers by value (1 and 1.0 are equal) and members in any order.
pub fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => left == right || left.as_f64() == right.as_f64(),
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| same(left, right))
        }
        (Value::Object(left), Value::Object(right)) => {
            left.len() == right.len()
                && left.iter().all(|(name, left)| right.get(name).is_some_and(|right| same(left, right)))
        }
        _ => left == right,
    }
}
