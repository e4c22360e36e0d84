//! Filters of a path, `[?(@.price < 10 && @.category in ['a'])]`, and their evaluation.

use std::borrow::Cow;
use std::cmp::Ordering;

use regex_lite::Regex;
use serde_json::Value;

use super::PathStep;
use super::select::{Selection, same};

/// A filter with its text, for the path's bracket form.
#[derive(Debug, Clone)]
pub(crate) struct Filter {
    /// The text between `[?(` and `)]`.
    pub(super) source: String,
    pub(super) condition: Condition,
}

#[derive(Debug, Clone)]
pub(super) enum Condition {
    Or(Vec<Self>),
    And(Vec<Self>),
    Not(Box<Self>),
    /// The operand selects a value other than null; false is one.
    Exists(Operand),
    Compare(Operand, Operator, Operand),
}

#[derive(Debug, Clone)]
pub(super) enum Operand {
    /// `@...`
    Current(Vec<PathStep>),
    /// `$...`: relative to the root value of the whole path.
    Root(Vec<PathStep>),
    Literal(Value),
    /// `/.../i`, anchored at both ends.
    Pattern(Regex),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    Equal,
    NotEqual,
    SameTypeEqual,
    SameTypeNotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Matches,
    In,
    NotIn,
    Contains,
    Size,
    Empty,
    AnyOf,
    NoneOf,
    SubsetOf,
    All,
}

impl Operator {
    /// Operators by sign; a sign that is a prefix of another comes after it.
    pub(super) const SIGNS: [(&'static str, Self); 9] = [
        ("===", Self::SameTypeEqual),
        ("!==", Self::SameTypeNotEqual),
        ("==", Self::Equal),
        ("!=", Self::NotEqual),
        ("<=", Self::LessOrEqual),
        (">=", Self::GreaterOrEqual),
        ("=~", Self::Matches),
        ("<", Self::Less),
        (">", Self::Greater),
    ];
    /// Operators by word, in any case.
    pub(super) const WORDS: [(&'static str, Self); 9] = [
        ("in", Self::In),
        ("nin", Self::NotIn),
        ("contains", Self::Contains),
        ("size", Self::Size),
        ("empty", Self::Empty),
        ("anyof", Self::AnyOf),
        ("noneof", Self::NoneOf),
        ("subsetof", Self::SubsetOf),
        ("all", Self::All),
    ];
}

impl Filter {
    pub(super) fn passes<'a>(&self, value: &'a Value, selection: &Selection<'a>) -> bool {
        self.condition.holds(value, selection)
    }
}

impl Condition {
    fn holds<'a>(&self, value: &'a Value, selection: &Selection<'a>) -> bool {
        match self {
            Self::Or(any) => any.iter().any(|one| one.holds(value, selection)),
            Self::And(all) => all.iter().all(|one| one.holds(value, selection)),
            Self::Not(one) => !one.holds(value, selection),
            Self::Exists(operand) => operand.value(value, selection).is_some_and(|value| !value.is_null()),
            Self::Compare(left, operator, Operand::Pattern(pattern)) => {
                *operator == Operator::Matches && matches(pattern, left.value(value, selection).as_deref())
            }
            Self::Compare(Operand::Pattern(pattern), operator, right) => {
                *operator == Operator::Matches && matches(pattern, right.value(value, selection).as_deref())
            }
            Self::Compare(left, operator, right) => {
                let (left, right) = (left.value(value, selection), right.value(value, selection));
                compare(left.as_deref(), *operator, right.as_deref())
            }
        }
    }
}

impl Operand {
    /// Returns the operand's value; `None` if a path selects nothing.
    fn value<'f, 'a: 'f>(&'f self, current: &'a Value, selection: &Selection<'a>) -> Option<Cow<'f, Value>> {
        match self {
            Self::Literal(value) => Some(Cow::Borrowed(value)),
            Self::Current(steps) => selection.run(steps, current).ok(),
            Self::Root(steps) => selection.run(steps, selection.root).ok(),
            Self::Pattern(_) => None,
        }
    }
}

fn matches(pattern: &Regex, value: Option<&Value>) -> bool {
    match value {
        Some(Value::String(text)) => pattern.is_match(text),
        Some(Value::Array(items)) => items.iter().any(|item| item.as_str().is_some_and(|text| pattern.is_match(text))),
        Some(Value::Number(number)) => pattern.is_match(&number.to_string()),
        Some(Value::Bool(flag)) => pattern.is_match(if *flag { "true" } else { "false" }),
        _ => false,
    }
}

/// Returns whether `left operator right` is true. A missing side equals nothing.
fn compare(left: Option<&Value>, operator: Operator, right: Option<&Value>) -> bool {
    let list = |value: Option<&Value>| value.and_then(Value::as_array).cloned().unwrap_or_default();
    let within = |item: &Value, list: &[Value]| list.iter().any(|other| equal(item, other));
    let both = left.zip(right);
    match operator {
        Operator::Equal => both.is_some_and(|(left, right)| equal(left, right)),
        Operator::NotEqual => !both.is_some_and(|(left, right)| equal(left, right)),
        Operator::SameTypeEqual => both.is_some_and(|(left, right)| same(left, right)),
        Operator::SameTypeNotEqual => !both.is_some_and(|(left, right)| same(left, right)),
        Operator::Less => order(left, right) == Some(Ordering::Less),
        Operator::LessOrEqual => matches!(order(left, right), Some(Ordering::Less | Ordering::Equal)),
        Operator::Greater => order(left, right) == Some(Ordering::Greater),
        Operator::GreaterOrEqual => matches!(order(left, right), Some(Ordering::Greater | Ordering::Equal)),
        Operator::In => left.is_some_and(|left| within(left, &list(right))),
        Operator::NotIn => !left.is_some_and(|left| within(left, &list(right))),
        Operator::Contains => match both {
            Some((Value::String(text), Value::String(part))) => text.contains(part.as_str()),
            Some((Value::Array(items), item)) => within(item, items),
            _ => false,
        },
        Operator::Size => {
            let size = left.and_then(size);
            size.is_some() && size == right.and_then(Value::as_u64)
        }
        Operator::Empty => left.and_then(size).is_some_and(|size| right.and_then(Value::as_bool) == Some(size == 0)),
        Operator::AnyOf => list(left).iter().any(|item| within(item, &list(right))),
        Operator::NoneOf => !list(left).iter().any(|item| within(item, &list(right))),
        Operator::SubsetOf => {
            left.is_some_and(Value::is_array) && list(left).iter().all(|item| within(item, &list(right)))
        }
        Operator::All => list(right).iter().all(|item| within(item, &list(left))),
        // Only a pattern literal is allowed here.
        Operator::Matches => false,
    }
}

fn size(value: &Value) -> Option<u64> {
    match value {
        Value::String(text) => Some(text.chars().count() as u64),
        Value::Array(items) => Some(items.len() as u64),
        Value::Object(members) => Some(members.len() as u64),
        _ => None,
    }
}

/// Jayway's `==`: a number and a numeric text are compared as numbers.
fn equal(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(number), Value::String(text)) | (Value::String(text), Value::Number(number)) => {
            text.parse::<f64>().ok() == number.as_f64()
        }
        _ => same(left, right),
    }
}

fn order(left: Option<&Value>, right: Option<&Value>) -> Option<Ordering> {
    match (left?, right?) {
        (Value::Number(left), Value::Number(right)) => left.as_f64()?.partial_cmp(&right.as_f64()?),
        (Value::String(left), Value::String(right)) => Some(left.cmp(right)),
        _ => None,
    }
}
