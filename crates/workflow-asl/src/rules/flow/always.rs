//! Finds alternatives that are true for every value: `x != 'a' or x != 'b'`.

use std::collections::BTreeMap;

use workflow_jsonata::{FunctionId, Node};

use super::Flow;
use super::choice::{Compared, compared};
use super::expression::{Place, alone, is_path};
use super::operator::{self, constant, relation};
use super::ty::Ty;
use crate::document::{ChoiceRule, Operand, Relation};
use crate::json_kind::JsonKind as Kind;
use crate::jsonata::NodeKind;
use crate::{Finding, Pointer, placeholder};

/// A comparison of a path with a constant.
struct Test {
    path: String,
    relation: Relation,
    constant: Ty,
    /// Whether the test is true if the comparison is.
    truth: bool,
}

impl Test {
    /// Returns the values for which the test is false, if they are known.
    fn refuted_by(&self) -> Option<Ty> {
        let kind = self.constant.kind()?;
        // A value that is not `true` may be something other than a boolean.
        if self.truth && self.relation == Relation::Equal {
            return None;
        }
        match compared(&Ty::Any, kind, Some(self.relation), &self.constant, !self.truth) {
            Compared::To(ty) if kind != Kind::Text || self.relation == Relation::Equal => Some(ty),
            _ => None,
        }
    }
}

/// The values of one kind for which each test of a path so far is false.
struct Refuted {
    kind: Kind,
    values: Ty,
    /// Whether the first test compares for equality, so that every value of another kind passes.
    is_equality: bool,
    /// Whether a test is negated, and so true for every value of another kind. An order is false for these.
    is_negated: bool,
}

/// Returns the finding if a path has no value for which all tests are false.
fn always_true(tests: impl Iterator<Item = Test>, and: &'static str) -> Option<Finding> {
    let mut paths: BTreeMap<String, Vec<Refuted>> = BTreeMap::new();
    for test in tests {
        let (Some(kind), Some(values)) = (test.constant.kind(), test.refuted_by()) else { continue };
        let (is_equality, is_negated) = (test.relation == Relation::Equal, !test.truth);
        let known = paths.entry(test.path.clone()).or_default();
        let complete = known.iter_mut().find_map(|known| {
            if known.kind != kind {
                return (known.is_negated && is_negated).then_some(known.is_equality);
            }
            // The values are intervals: if all of them have no value in common, two of them have no value in common.
            match compared(&known.values, kind, Some(test.relation), &test.constant, is_negated) {
                Compared::To(both) => known.values = both,
                _ => return Some(known.is_equality),
            }
            known.is_negated |= is_negated;
            None
        });
        if let Some(is_equality) = complete {
            let values = if is_equality { "value of" } else { "number in" };
            return Some(Finding::AlwaysTrue { values, path: test.path, and });
        }
        if known.iter().all(|known| known.kind != kind) {
            known.push(Refuted { kind, values, is_equality, is_negated });
        }
    }
    None
}

impl Flow<'_, '_> {
    /// Checks `a or b or c`. An alternative is evaluated if the earlier alternatives are not true.
    pub(super) fn alternatives(&self, node: &Node, place: &Place<'_>) {
        let mut alternatives = Vec::new();
        alternatives_of(node, &mut alternatives);
        let tests = alternatives.iter().filter_map(|one| self.test(one, true, place));
        let always = always_true(tests, "and");
        let is_always = always.is_some();
        if let Some(finding) = always {
            self.say(finding, place.at, Some(place.range(node)));
        }
        let mut here = Some(place.scene.clone());
        for one in alternatives {
            let Some(scene) = here else { break };
            let place = Place { scene, ..place.clone() };
            self.node(one, &Place { asks: place.asks || is_path(one), ..place.clone() });
            here = if is_always { None } else { self.narrow(one, &place).no };
        }
    }

    /// Returns the test of an alternative that compares a path with a constant.
    fn test(&self, node: &Node, truth: bool, place: &Place<'_>) -> Option<Test> {
        let node = alone(node);
        if let Some((FunctionId::Not, argument)) = operator::test_of(node) {
            return self.test(argument, !truth, place);
        }
        let NodeKind::Binary(sign, left, right) = &node.kind else { return None };
        let (relation, truth) = match *sign {
            "!=" => (Relation::Equal, !truth),
            sign => (relation(sign)?, truth),
        };
        let sides = [(left, right, relation), (right, left, relation.turned())];
        sides.into_iter().filter(|(path, ..)| is_path(path)).find_map(|(path, other, relation)| {
            let constant = constant(other)?;
            let path = place.code.get(path.span.clone())?.trim().to_owned();
            Some(Test { path, relation, constant, truth })
        })
    }

    /// Reports the rules of an `Or` if they are true for every value of a path.
    pub(super) fn is_always_true_rule(&self, rules: &[ChoiceRule], at: &Pointer) -> bool {
        let always = always_true(rules.iter().filter_map(|rule| test_of(rule, true)), "And");
        let is_always = always.is_some();
        if let Some(finding) = always {
            self.say(finding, at, None);
        }
        is_always
    }
}

/// Adds the operands of `a or (b or c)`.
fn alternatives_of<'n>(node: &'n Node, found: &mut Vec<&'n Node>) {
    match &alone(node).kind {
        NodeKind::Binary("or", left, right) => {
            alternatives_of(left, found);
            alternatives_of(right, found);
        }
        _ => found.push(node),
    }
}

/// Returns the comparison of a rule with a constant.
fn test_of(rule: &ChoiceRule, truth: bool) -> Option<Test> {
    if let Some(inner) = &rule.not {
        return test_of(inner, !truth);
    }
    let ([comparison], Some(path)) = (rule.comparisons.as_slice(), &rule.variable) else { return None };
    let (operand, relation) = comparison.operator.order()?;
    let is_path = comparison.operator.operand() == Operand::Path;
    if is_path || operand == Operand::Timestamp || placeholder::contained(path) {
        return None;
    }
    Some(Test { path: path.clone(), relation, constant: Ty::constant(&comparison.operand), truth })
}
