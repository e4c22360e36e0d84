//! Compiled rules of a choice, and their evaluation.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/dg/state-choice.html>

use std::borrow::Cow;

use serde_json::Value;
use workflow_asl::document::{Operand as ComparedType, Operator, Relation};
use workflow_asl::pattern::Pattern;

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
    /// `IsNull` and its like.
    Is(Operator, bool),
    Matches(Pattern),
    /// Two values of another type than this make the rule false.
    Order(ComparedType, Relation, Operand),
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
            Self::Is(kind, wanted) => kind.is_type_of(value) == *wanted,
            Self::Matches(pattern) => value.as_str().is_some_and(|text| pattern.matches(text)),
            Self::Order(compared, relation, operand) => {
                let operand = match operand {
                    Operand::Literal(value) => Cow::Borrowed(value),
                    Operand::Path(path) => path.operand(scope)?,
                };
                relation.holds(*compared, value, &operand)
            }
        })
    }
}
