//! Finds alternatives that are true for every value: `x != 'a' or x != 'b'`.

use workflow_jsonata::Node;

use super::Flow;
use super::choice::{Compared, compared};
use super::expression::{Place, is_path};
use super::kind::Kind;
use super::operator::relation;
use super::ty::Ty;
use crate::document::{ChoiceRule, Operand, Relation};
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

    /// Returns whether each value passes one of two tests.
    fn completes(&self, other: &Self) -> bool {
        let (Some(one), Some(two)) = (self.refuted_by(), other.refuted_by()) else { return false };
        let Some(kind) = two.kind().filter(|_| self.path == other.path) else { return false };
        one.kind() != Some(kind)
            || matches!(compared(&one, kind, Some(other.relation), &other.constant, !other.truth), Compared::Never)
    }

    fn finding(&self, and: &'static str) -> Finding {
        let values = if self.relation == Relation::Equal { "value of" } else { "number in" };
        Finding::AlwaysTrue { values, path: self.path.clone(), and }
    }
}

impl Flow<'_, '_> {
    /// Reports `left or right` if one of the alternatives of `left` and `right` are true for every value of a path.
    pub(super) fn is_always_true(&self, node: &Node, left: &Node, right: &Node, place: &Place<'_>) -> bool {
        let (mut earlier, mut last) = (Vec::new(), Vec::new());
        self.tests(left, true, place, &mut earlier);
        self.tests(right, true, place, &mut last);
        let pairs = earlier.iter().flat_map(|one| last.iter().map(move |two| (one, two)));
        let complete = pairs.into_iter().find(|(one, two)| one.completes(two));
        if let Some((test, _)) = complete {
            self.say(test.finding("and"), place.at, Some(place.range(node)));
        }
        complete.is_some()
    }

    /// Adds the alternatives of a condition that compare a path with a constant.
    fn tests(&self, node: &Node, truth: bool, place: &Place<'_>, tests: &mut Vec<Test>) {
        match &node.kind {
            NodeKind::Block(nodes) => {
                if let [one] = nodes.as_slice() {
                    self.tests(one, truth, place, tests);
                }
            }
            NodeKind::Binary("or", left, right) if truth => {
                self.tests(left, truth, place, tests);
                self.tests(right, truth, place, tests);
            }
            NodeKind::Call(procedure, arguments) => {
                if let (NodeKind::Variable(name), [argument]) = (&procedure.kind, arguments.as_slice())
                    && name == "not"
                {
                    self.tests(argument, !truth, place, tests);
                }
            }
            NodeKind::Binary(sign, left, right) => {
                let (relation, truth) = match (*sign, relation(sign)) {
                    ("!=", _) => (Relation::Equal, !truth),
                    (_, Some(relation)) => (relation, truth),
                    _ => return,
                };
                let sides = [(left, right, relation), (right, left, relation.turned())];
                tests.extend(sides.into_iter().filter(|(path, ..)| is_path(path)).find_map(
                    |(path, other, relation)| {
                        let constant = self.constant(other)?;
                        let path = place.code.get(path.span.clone())?.trim().to_owned();
                        Some(Test { path, relation, constant, truth })
                    },
                ));
            }
            _ => {}
        }
    }

    /// Reports the rules of an `Or` if two of them are true for every value of a path.
    pub(super) fn is_always_true_rule(&self, rules: &[ChoiceRule], at: &Pointer) -> bool {
        let tests: Vec<_> = rules.iter().filter_map(|rule| test_of(rule, true)).collect();
        let complete = tests
            .iter()
            .enumerate()
            .find(|(number, one)| tests.get(number + 1..).into_iter().flatten().any(|two| one.completes(two)));
        if let Some((_, test)) = complete {
            self.say(test.finding("And"), at, None);
        }
        complete.is_some()
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
