//! Narrowing: the optional values that are known to be present, from the conditions around an expression.

use workflow_asl::document::Operator;
use workflow_asl::intrinsic;

use crate::check::expression_text::is_null;
use crate::check::function::Function;
use crate::check::path::{Path, PathRoot, PathSegment};
use crate::syntax::ast::{BinaryOp, Expr, ExprKind, UnaryOp};

/// The narrowing without any facts.
pub(super) static NOTHING: Narrowing =
    Narrowing { known: Vec::new(), input: None, asks: false, all: false, declared: false };

/// The narrowing in which earlier tests are ignored.
pub(in crate::check) static DECLARED: Narrowing =
    Narrowing { known: Vec::new(), input: None, asks: false, all: false, declared: true };

/// The state's own input.
const STATE: PathRoot<'static> = PathRoot::Word("state");

/// The facts about values in addition to their types.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::check) struct Narrowing {
    known: Vec<Fact>,
    /// Another root with the same value as the state's input, such as `input`.
    input: Option<PathRoot<'static>>,
    /// Whether absence is allowed at the expression, as before `??`.
    asks: bool,
    /// Whether all values are known to be present: no path leads here, or earlier tests are unknown.
    all: bool,
    /// Whether earlier tests are ignored.
    declared: bool,
}

/// A fact about the value at a path.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Fact {
    path: Path<'static>,
    is: Is,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Is {
    /// It is present.
    Present,
    /// It is not null if it is present.
    NotNull,
    /// It is one of these texts.
    OneOf(Vec<String>),
}

impl Narrowing {
    /// Returns the facts at the start of a scope whose input is the value of this root.
    pub(super) fn of_input(root: PathRoot<'static>) -> Self {
        Self { input: Some(root), ..Self::default() }
    }

    /// Returns the facts of an unreachable place.
    pub(super) fn all() -> Self {
        Self { all: true, ..Self::default() }
    }

    /// The same, for an expression whose absence is foreseen.
    pub(in crate::check) fn asking(&self) -> Self {
        Self { asks: true, ..self.clone() }
    }

    /// Returns whether earlier tests are ignored.
    pub(in crate::check) fn is_declared(&self) -> bool {
        self.declared
    }

    /// Returns whether nothing is known in addition to the types.
    pub(in crate::check) fn is_empty(&self) -> bool {
        self.known.is_empty() && !self.all
    }

    /// Returns whether absence is foreseen.
    pub(in crate::check) fn asks(&self) -> bool {
        self.asks
    }

    /// Returns whether the value at a path is there: it or a part of it was tested.
    pub(in crate::check) fn present(&self, path: &Path<'_>) -> bool {
        let there = |fact: &Fact| fact.is == Is::Present && self.steps_to(path, &fact.path).is_some();
        self.all || self.known.iter().any(there)
    }

    /// Returns whether the value at a path is not null where it is there: that was asked, or a part of it is there.
    pub(in crate::check) fn not_null(&self, path: &Path<'_>) -> bool {
        let not_null = |fact: &Fact| {
            let steps = self.steps_to(path, &fact.path);
            steps.is_some_and(|steps| match fact.is {
                Is::Present => !steps.is_empty(),
                Is::NotNull => steps.is_empty(),
                Is::OneOf(_) => false,
            })
        };
        self.all || self.known.iter().any(not_null)
    }

    /// Returns a member of the object at a path, and its possible texts: the member may be the tag of an enum.
    pub(in crate::check) fn tag_in(&self, path: &Path<'_>) -> Option<(String, Vec<String>)> {
        self.known.iter().find_map(|fact| match (&fact.is, self.steps_to(path, &fact.path)?) {
            (Is::OneOf(texts), [PathSegment::Member(tag)]) => Some((tag.clone().into_owned(), texts.clone())),
            _ => None,
        })
    }

    /// Returns the steps from `path` to `fact`. `state` is replaced by the other name of the state's own input.
    fn steps_to<'f, 'e>(&self, path: &Path<'e>, fact: &'f Path<'e>) -> Option<&'f [PathSegment<'e>]> {
        match (&path.root, &self.input) {
            (PathRoot::Word("state"), Some(input)) if *input != fact.root => None,
            (PathRoot::Word("state"), Some(_)) => fact.segments.strip_prefix(path.segments.as_slice()),
            _ => path.steps_to(fact),
        }
    }

    fn note(&mut self, is: Is, value: &Expr) {
        let ExprKind::Reference(reference) = &value.kind else { return };
        let mut path = Path::of(reference);
        if path.is_fixed() {
            if let (PathRoot::Word("state"), Some(input)) = (&path.root, &self.input) {
                path.root = input.clone();
            }
            let fact = Fact { path: path.into_owned(), is };
            if !self.known.contains(&fact) {
                self.known.push(fact);
            }
        }
    }

    /// The facts that hold when the next state begins, which gets the same input.
    pub(super) fn lasting(&self) -> Self {
        let mut facts = self.clone();
        facts.asks = false;
        facts.known.retain(|fact| match &fact.path.root {
            PathRoot::Word(word) => matches!(*word, "input" | "item" | "state"),
            PathRoot::Variable(_) | PathRoot::StateResult(_) | PathRoot::NamedItem(_) => true,
            PathRoot::Parameter(_) | PathRoot::Value(_) => false,
        });
        facts.known.sort_unstable();
        facts.known.dedup();
        facts
    }

    /// The state's input may no longer be the value of the other root: its facts are copied.
    fn part_from_input(&mut self) {
        let Some(input) = self.input.take() else { return };
        let own = self.known.iter().filter(|fact| fact.path.root == input).map(|fact| {
            let path = Path { root: STATE, segments: fact.path.segments.clone() };
            Fact { path, is: fact.is.clone() }
        });
        let own: Vec<_> = own.collect();
        self.known.extend(own);
    }

    /// The facts for a state whose input is another one, which the root names, if any does.
    pub(super) fn with_input(mut self, root: Option<PathRoot<'static>>) -> Self {
        self.known.retain(|fact| fact.path.root != STATE);
        self.input = root;
        self
    }

    /// The facts without those about this root: the result of a state that runs again, an assigned variable.
    pub(super) fn forget(&mut self, root: &PathRoot<'_>) {
        if self.input.as_ref() == Some(root) {
            self.part_from_input();
        }
        self.known.retain(|fact| fact.path.root != *root);
    }

    /// The facts without those about variables.
    pub(super) fn forget_variables(&mut self) {
        self.known.retain(|fact| !matches!(fact.path.root, PathRoot::Variable(_)));
    }

    /// The facts where `item` is the item of another map.
    pub(in crate::check) fn of_another_item(&self) -> Self {
        let mut facts = self.clone();
        facts.forget(&PathRoot::Word("item"));
        facts
    }

    /// The lasting facts that both have.
    pub(in crate::check) fn common(&self, other: &Self) -> Self {
        let (mut both, other) = (self.lasting(), other.lasting());
        if both.all || other.all {
            return if other.all { both } else { other };
        }
        if both.input != other.input {
            both.part_from_input();
            both.known.sort_unstable();
            both.known.dedup();
        }
        both.known.retain_mut(|Fact { path, is }| match is {
            Is::Present => other.present(path),
            Is::NotNull => other.not_null(path),
            Is::OneOf(texts) => {
                let more = other.known.iter().find_map(|fact| match &fact.is {
                    Is::OneOf(more) if fact.path == *path => Some(more),
                    _ => None,
                });
                texts.extend(more.into_iter().flatten().cloned());
                texts.sort_unstable();
                texts.dedup();
                more.is_some()
            }
        });
        both
    }

    /// Returns these facts and the facts that hold if `condition` is `outcome`.
    pub(in crate::check) fn and(&self, condition: &Expr, outcome: bool) -> Self {
        let mut facts = self.clone();
        facts.learn(condition, outcome);
        facts
    }

    pub(in crate::check) fn learn(&mut self, condition: &Expr, outcome: bool) {
        match &condition.kind {
            ExprKind::Paren(inner) => self.learn(inner, outcome),
            ExprKind::Invalid(_) => self.all = true,
            ExprKind::Unary(UnaryOp::Not, inner) => self.learn(inner, !outcome),
            ExprKind::Binary(BinaryOp::And, _, left, right) if outcome => {
                self.learn(left, true);
                self.learn(right, true);
            }
            ExprKind::Binary(BinaryOp::Or, _, left, right) if !outcome => {
                self.learn(left, false);
                self.learn(right, false);
            }
            ExprKind::Binary(BinaryOp::Equal, _, left, right) => {
                if let ExprKind::Bool(value) = right.kind {
                    self.learn(left, value == outcome);
                } else if let ExprKind::Bool(value) = left.kind {
                    self.learn(right, value == outcome);
                } else if outcome {
                    self.learn_equal(left, right);
                } else if is_null(left) || is_null(right) {
                    // If it may be absent, the comparison is reported.
                    let value = if is_null(left) { right } else { left };
                    self.note(Is::Present, value);
                    self.note(Is::NotNull, value);
                }
            }
            ExprKind::Binary(BinaryOp::In, _, value, _) if outcome => self.note(Is::Present, value),
            // This does not hold if it is absent.
            ExprKind::Binary(BinaryOp::NotEqual, _, left, right) if outcome => {
                for (value, other) in [(left, right), (right, left)] {
                    if is_null(other) {
                        self.note(Is::Present, value);
                        self.note(Is::NotNull, value);
                    }
                }
            }
            ExprKind::Call { name, arguments } => match (name.value.as_str(), arguments.as_slice()) {
                ("is_present" | "$exists", [value]) if outcome => self.note(Is::Present, value),
                ("is_string" | "is_numeric" | "is_boolean" | "is_timestamp" | "$boolean", [value]) if outcome => {
                    self.note(Is::Present, value);
                    self.note(Is::NotNull, value);
                }
                ("is_null", [value]) if !outcome => self.note(Is::NotNull, value),
                ("all" | "any", [inner]) => self.learn(inner, outcome),
                ("$not", [inner]) => self.learn(inner, !outcome),
                // The intended expression may be a test.
                (name, _) if !is_known(name) => self.all = true,
                _ => {}
            },
            _ => {}
        }
    }

    /// Records what holds of the value at `to` because a condition on the parameter `from` of a closure is true.
    pub(in crate::check) fn learn_of_parameter(&mut self, condition: &Expr, from: &str, to: &Path<'static>) {
        let mut own = Self::default();
        own.learn(condition, true);
        self.all |= own.all;
        let of_item = own.known.into_iter().filter(|fact| fact.path.root == PathRoot::Parameter(from.into()));
        self.known.extend(of_item.map(|fact| {
            let mut path = to.clone();
            path.segments.extend(fact.path.segments);
            Fact { path, ..fact }
        }));
    }

    /// Records that two values are equal, if one is a literal.
    fn learn_equal(&mut self, left: &Expr, right: &Expr) {
        for (value, literal) in [(left, right), (right, left)] {
            if matches!(literal.kind, ExprKind::Text(_) | ExprKind::Number(_) | ExprKind::Variant { .. }) {
                self.learn_match(value, std::slice::from_ref(literal));
            }
        }
    }

    /// Records that a value equals one of these literals, as in the arm of a `match`.
    pub(in crate::check) fn learn_match(&mut self, subject: &Expr, patterns: &[Expr]) {
        let is_literal = |pattern: &Expr| !matches!(pattern.kind, ExprKind::Null | ExprKind::Invalid(_));
        if !patterns.iter().all(is_literal) {
            return;
        }
        self.note(Is::Present, subject);
        self.note(Is::NotNull, subject);
        let texts = patterns.iter().map(|pattern| match &pattern.kind {
            ExprKind::Text(text) => Some(text.clone()),
            _ => None,
        });
        if let Some(texts) = texts.collect() {
            self.note(Is::OneOf(texts), subject);
        }
    }
}

/// Returns whether there is a function of this name in any language; another is reported where it is called.
pub(in crate::check) fn is_known(name: &str) -> bool {
    Function::from_name(name).is_some()
        || intrinsic::Function::from_name(name).is_some()
        || Operator::from_name(name).is_some()
}
