//! Compiled rules of a choice, and their evaluation.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/dg/state-choice.html>

use std::borrow::Cow;
use std::cmp::Ordering;

use serde_json::Value;
use workflow_asl::document::{Operand as ComparedType, Relation};
use workflow_asl::pattern::Pattern;

use crate::clock::Instant;
use crate::query::jsonata::Expression;
use crate::query::path::Path;
use crate::query::{QueryFailure, Scope};

/// A condition of a choice.
#[derive(Clone, Debug)]
pub(crate) enum Rule {
    All(Vec<Rule>),
    Any(Vec<Rule>),
    Not(Box<Rule>),
    Compare(Box<Compared>),
    Jsonata(Expression),
    Literal(bool),
}

/// A test of a variable.
#[derive(Clone, Debug)]
pub(crate) struct Compared {
    pub(crate) variable: Path,
    pub(crate) test: Test,
}

/// The test of a variable.
#[derive(Clone, Debug)]
pub(crate) enum Test {
    IsPresent(bool),
    Is(Type, bool),
    Matches(Pattern),
    /// Two values of another type than this make the rule false.
    Order(ComparedType, Relation, Operand),
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Type {
    Null,
    Numeric,
    String,
    Boolean,
    Timestamp,
}

#[derive(Clone, Debug)]
pub(crate) enum Operand {
    Literal(Value),
    Path(Path),
}

impl Rule {
    pub(crate) fn is_true(&self, scope: &Scope<'_>) -> Result<bool, QueryFailure> {
        match self {
            Self::All(rules) => {
                for rule in rules {
                    if !rule.is_true(scope)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            Self::Any(rules) => {
                for rule in rules {
                    if rule.is_true(scope)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            Self::Not(rule) => Ok(!rule.is_true(scope)?),
            Self::Compare(comparison) => {
                let Compared { variable, test } = &**comparison;
                if let Test::IsPresent(wanted) = test {
                    return Ok(variable.is_present(scope)? == *wanted);
                }
                let value = variable.operand(scope)?;
                test.holds(&value, scope)
            }
            Self::Jsonata(expression) => match expression.evaluate(scope)? {
                Value::Bool(value) => Ok(value),
                other => Err(expression.unexpected("boolean", &other)),
            },
            Self::Literal(value) => Ok(*value),
        }
    }
}

impl Test {
    fn holds(&self, value: &Value, scope: &Scope<'_>) -> Result<bool, QueryFailure> {
        Ok(match self {
            Self::IsPresent(wanted) => *wanted,
            Self::Is(kind, wanted) => kind.has(value) == *wanted,
            Self::Matches(pattern) => value.as_str().is_some_and(|text| pattern.matches(text)),
            Self::Order(compared, relation, operand) => {
                let operand = match operand {
                    Operand::Literal(value) => Cow::Borrowed(value),
                    Operand::Path(path) => path.operand(scope)?,
                };
                order(*compared, value, &operand).is_some_and(|order| includes(*relation, order))
            }
        })
    }
}

impl Type {
    fn has(self, value: &Value) -> bool {
        match self {
            Self::Null => value.is_null(),
            Self::Numeric => value.is_number(),
            Self::String => value.is_string(),
            Self::Boolean => value.is_boolean(),
            Self::Timestamp => value.as_str().and_then(Instant::parse).is_some(),
        }
    }
}

fn order(compared: ComparedType, a: &Value, b: &Value) -> Option<Ordering> {
    match compared {
        // As Java compares: by UTF-16 code units.
        ComparedType::Text => Some(a.as_str()?.encode_utf16().cmp(b.as_str()?.encode_utf16())),
        ComparedType::Number => match (a.as_i64(), b.as_i64()) {
            (Some(a), Some(b)) => Some(a.cmp(&b)),
            _ => a.as_f64()?.partial_cmp(&b.as_f64()?),
        },
        ComparedType::Flag => Some(a.as_bool()?.cmp(&b.as_bool()?)),
        ComparedType::Timestamp => Some(Instant::parse(a.as_str()?)?.cmp(&Instant::parse(b.as_str()?)?)),
        // The value of a path has one of the types above.
        ComparedType::Path => None,
    }
}

/// Returns whether an order of variable and operand makes the rule true.
fn includes(relation: Relation, order: Ordering) -> bool {
    match relation {
        Relation::Equal => order.is_eq(),
        Relation::Less => order.is_lt(),
        Relation::Greater => order.is_gt(),
        Relation::LessOrEqual => order.is_le(),
        Relation::GreaterOrEqual => order.is_ge(),
    }
}
