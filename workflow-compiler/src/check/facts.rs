//! Which optional values are known to be there, from the conditions around an expression.

use std::borrow::Cow;

use workflow_asl::document::Operator;
use workflow_asl::intrinsic;

use super::function::Function;
use super::meant::is_null;
use super::resolve::reference_text;
use crate::syntax::ast::{BinaryOp, Expr, ExprKind, UnaryOp};
use crate::syntax::keyword::RESERVED;

/// Where nothing is known.
pub(super) static NOTHING: Facts = Facts { known: Vec::new(), input: String::new(), asks: false, all: false };

/// The references that are known to be present, by their words.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Facts {
    known: Vec<Fact>,
    /// The words that name what the state's own input is too, such as `input`; empty where there are none.
    input: String,
    /// Whether the expression is where absence is foreseen, as before `??`.
    asks: bool,
    /// Whether all values are: no way leads here, or nobody knows what was tested before. That is an error elsewhere.
    all: bool,
}

/// What is known of the value with these words.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Fact {
    /// It is there.
    There(String),
    /// It is not null, where it is there.
    NotNull(String),
}

impl Fact {
    fn words(&self) -> &str {
        match self {
            Self::There(words) | Self::NotNull(words) => words,
        }
    }

    /// The same of the value with other words.
    fn of(&self, words: String) -> Self {
        match self {
            Self::There(_) => Self::There(words),
            Self::NotNull(_) => Self::NotNull(words),
        }
    }

    fn root(&self) -> &str {
        root(self.words())
    }
}

/// The first word of a reference.
fn root(words: &str) -> &str {
    words.split(['.', '[']).next().unwrap_or_default()
}

/// What stands after `words` where `inner` is it or a part of it.
fn after<'w>(words: &str, inner: &'w str) -> Option<&'w str> {
    inner.strip_prefix(words).filter(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

impl Facts {
    /// What is known where a scope begins whose states get what these words name too.
    pub(super) fn of_input(words: &str) -> Self {
        Self { input: words.to_owned(), ..Self::default() }
    }

    /// What is known where no way leads.
    pub(super) fn all() -> Self {
        Self { all: true, ..Self::default() }
    }

    /// The same, for an expression whose absence is foreseen.
    pub(super) fn asking(&self) -> Self {
        Self { asks: true, ..self.clone() }
    }

    /// Whether absence is foreseen.
    pub(super) fn asks(&self) -> bool {
        self.asks
    }

    /// Whether the value with these words is there: it or a part of it was tested.
    pub(super) fn present(&self, words: &str) -> bool {
        let words = self.canonical(words);
        self.all || self.known.iter().any(|fact| matches!(fact, Fact::There(fact) if after(&words, fact).is_some()))
    }

    /// Whether the value with these words is not null where it is there: that was asked, or a part of it is there.
    pub(super) fn not_null(&self, words: &str) -> bool {
        let words = self.canonical(words);
        self.all
            || self.known.iter().any(|fact| match fact {
                Fact::There(fact) => after(&words, fact).is_some_and(|rest| !rest.is_empty()),
                Fact::NotNull(fact) => *fact == *words,
            })
    }

    /// The words of what the state's own input is too, in place of `state`.
    fn canonical<'w>(&self, words: &'w str) -> Cow<'w, str> {
        match after("state", words) {
            Some(rest) if !self.input.is_empty() => Cow::Owned(format!("{}{rest}", self.input)),
            _ => Cow::Borrowed(words),
        }
    }

    fn note(&mut self, fact: fn(String) -> Fact, value: &Expr) {
        let ExprKind::Reference(reference) = &value.kind else { return };
        let words = reference_text(reference);
        // A computed index may be another one the next time.
        if !words.contains('…') {
            let fact = fact(self.canonical(&words).into_owned());
            if !self.known.contains(&fact) {
                self.known.push(fact);
            }
        }
    }

    /// The facts that hold when the next state begins, which gets the same input.
    pub(super) fn lasting(&self) -> Self {
        let mut facts = self.clone();
        facts.asks = false;
        let lasts = |fact: &Fact| matches!(fact.root(), "input" | "item" | "state") || !RESERVED.contains(&fact.root());
        facts.known.retain(lasts);
        facts.known.sort_unstable();
        facts.known.dedup();
        facts
    }

    /// Of the state's own input is known what was of that with other words, which it may not be any more.
    fn part_from_input(&mut self) {
        let input = std::mem::take(&mut self.input);
        if input.is_empty() {
            return;
        }
        let inner = |fact: &Fact| Some(fact.of(format!("state{}", after(&input, fact.words())?)));
        let own: Vec<_> = self.known.iter().filter_map(inner).collect();
        self.known.extend(own);
    }

    /// The facts for a state whose input is another one, which the words name; nothing does where they are empty.
    pub(super) fn with_input(mut self, words: &str) -> Self {
        self.known.retain(|fact| fact.root() != "state");
        words.clone_into(&mut self.input);
        self
    }

    /// The facts without those about what has this first word: the result of a state that runs again, a variable that is
    /// assigned.
    pub(super) fn forget(&mut self, word: &str) {
        if self.input == word {
            self.part_from_input();
        }
        self.known.retain(|fact| fact.root() != word);
    }

    /// The facts without those about variables.
    pub(super) fn forget_variables(&mut self) {
        self.known.retain(|fact| !fact.root().starts_with('$'));
    }

    /// The facts where `item` is the item of another map.
    pub(super) fn of_another_item(&self) -> Self {
        let mut facts = self.clone();
        facts.forget("item");
        facts
    }

    /// The lasting facts that both have.
    pub(super) fn common(&self, other: &Self) -> Self {
        let (mut both, other) = (self.lasting(), other.lasting());
        if both.all || other.all {
            return if other.all { both } else { other };
        }
        if both.input != other.input {
            both.part_from_input();
            both.known.sort_unstable();
            both.known.dedup();
        }
        both.known.retain(|fact| match fact {
            Fact::There(words) => other.present(words),
            Fact::NotNull(words) => other.not_null(words),
        });
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
            ExprKind::Invalid | ExprKind::Habit(_) => self.all = true,
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
            // Where it is absent that is not so.
            ExprKind::Binary(BinaryOp::NotEqual, _, left, right) if outcome => {
                for (value, other) in [(left, right), (right, left)] {
                    if is_null(other) {
                        self.note(Fact::There, value);
                        self.note(Fact::NotNull, value);
                    }
                }
            }
            ExprKind::Call { name, arguments } => match (name.value.as_str(), arguments.as_slice()) {
                ("is_present" | "$exists", [value]) if outcome => self.note(Fact::There, value),
                ("is_string" | "is_numeric" | "is_boolean" | "is_timestamp" | "$boolean", [value]) if outcome => {
                    self.note(Fact::There, value);
                    self.note(Fact::NotNull, value);
                }
                ("is_null", [value]) if !outcome => self.note(Fact::NotNull, value),
                ("all", arguments) if outcome => arguments.iter().for_each(|argument| self.learn(argument, true)),
                ("any", arguments) if !outcome => arguments.iter().for_each(|argument| self.learn(argument, false)),
                ("$not", [inner]) => self.learn(inner, !outcome),
                // What was meant may be a test.
                (name, _) if !is_known(name) => self.all = true,
                _ => {}
            },
            _ => {}
        }
    }

    /// Notes that a value equals one of some literals, as the arm of a `match` says.
    pub(super) fn learn_match(&mut self, subject: &Expr, patterns: &[Expr]) {
        if !patterns
            .iter()
            .any(|pattern| matches!(pattern.kind, ExprKind::Null | ExprKind::Invalid | ExprKind::Habit(_)))
        {
            self.note(Fact::There, subject);
            self.note(Fact::NotNull, subject);
        }
    }
}

/// Whether there is a function of this name in any language; another is reported where it is called.
pub(super) fn is_known(name: &str) -> bool {
    Function::from_name(name).is_some()
        || intrinsic::Function::from_name(name).is_some()
        || Operator::from_name(name).is_some()
}
