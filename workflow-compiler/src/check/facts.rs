//! Which optional values are known to be there, from the conditions around an expression.

use super::resolve::reference_text;
use crate::syntax::ast::{BinaryOp, Expr, ExprKind, UnaryOp};
use crate::syntax::keyword::RESERVED;

/// Where nothing is known.
pub(super) static NOTHING: Facts = Facts { known: Vec::new(), asks: false };

/// The references that are known to be present, by their words.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Facts {
    known: Vec<String>,
    /// Whether the expression is where absence is foreseen, as before `??`.
    asks: bool,
}

impl Facts {
    /// The same, for an expression whose absence is foreseen.
    pub(super) fn asking(&self) -> Self {
        Self { asks: true, ..self.clone() }
    }

    /// Whether absence is foreseen.
    pub(super) fn asks(&self) -> bool {
        self.asks
    }

    /// Whether the value with these words is there: it or a part of it was tested.
    pub(super) fn present(&self, text: &str) -> bool {
        self.known.iter().any(|fact| {
            fact.strip_prefix(text)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('.') || rest.starts_with('['))
        })
    }

    /// Whether a member of this name was tested, of whatever value.
    pub(super) fn tested(&self, member: &str) -> bool {
        self.known.iter().any(|fact| fact.split(['.', '[']).skip(1).any(|name| name == member))
    }

    /// The facts about the execution's input, a map's item and the results of states, which hold in later states too.
    pub(super) fn lasting(&self) -> Self {
        let lasts = |fact: &&String| {
            let root = fact.split(['.', '[']).next().unwrap_or_default();
            root == "input" || root == "item" || !root.starts_with('$') && !RESERVED.contains(&root)
        };
        let mut facts: Vec<_> = self.known.iter().filter(lasts).cloned().collect();
        facts.sort_unstable();
        facts.dedup();
        Self { known: facts, asks: false }
    }

    /// The facts without those about the result of a state, which runs again.
    pub(super) fn forget(&mut self, state: &str) {
        self.known.retain(|fact| fact.split(['.', '[']).next() != Some(state));
    }

    /// The facts where `item` is the item of another map.
    pub(super) fn of_another_item(&self) -> Self {
        let mut facts = self.clone();
        facts.forget("item");
        facts
    }

    /// The lasting facts that both have.
    pub(super) fn common(&self, other: &Self) -> Self {
        let mut both = self.lasting();
        both.known.retain(|fact| other.present(fact));
        both
    }

    /// These facts and those that hold when `condition` is `outcome`.
    pub(super) fn and(&self, condition: &Expr, outcome: bool) -> Self {
        let mut facts = self.clone();
        facts.learn(condition, outcome);
        facts
    }

    pub(super) fn learn(&mut self, condition: &Expr, outcome: bool) {
        match &condition.kind {
            ExprKind::Paren(inner) => self.learn(inner, outcome),
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
                }
            }
            ExprKind::Call { name, arguments } => match (name.value.as_str(), arguments.as_slice()) {
                ("is_present" | "$exists" | "$boolean", [Expr { kind: ExprKind::Reference(reference), .. }])
                    if outcome =>
                {
                    let text = reference_text(reference);
                    // A computed index may be another one the next time.
                    if !text.contains('…') {
                        self.known.push(text);
                    }
                }
                ("all", arguments) if outcome => arguments.iter().for_each(|argument| self.learn(argument, true)),
                ("any", arguments) if !outcome => arguments.iter().for_each(|argument| self.learn(argument, false)),
                ("$not", [inner]) => self.learn(inner, !outcome),
                _ => {}
            },
            _ => {}
        }
    }
}
