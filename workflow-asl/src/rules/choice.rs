//! Rules on the rules of choice states.

use serde_json::Value;

use super::value::{check_path, wrong_type};
use super::{Definition, all_of, report};
use crate::document::{Operand, Operator};
use crate::{Code, Diagnostic, placeholder, timestamp};

/// A rule on a `Variable` has one operator, and that compares with a value of its own type.
pub(super) fn rules_compare_with_what_their_operators_take(definition: &Definition<'_>, found: &mut Vec<Diagnostic>) {
    for rule in &definition.parts.rules {
        let (at, rule) = (&rule.at, rule.rule);
        let operators = rule.comparisons.iter().map(|comparison| comparison.operator.name());
        if rule.comparisons.len() > 1 {
            let message = format!("a rule has only one of {}", all_of(operators));
            found.push(
                Diagnostic::new(Code::ExclusiveFields, at.clone(), message).with_help("join rules with `And` or `Or`"),
            );
        } else if let (Some(comparison), false) = (rule.comparisons.first(), rule.has("Variable")) {
            let message = format!("`{}` compares nothing: `Variable` is missing", comparison.operator.name());
            // Without any condition the rule is reported for that already.
            if rule.condition.is_some() || rule.and.is_some() || rule.or.is_some() || rule.not.is_some() {
                report(found, Code::UnknownField, at.child(comparison.operator.name()), message);
            }
        } else if rule.comparisons.is_empty() && rule.has("Variable") {
            let mut diagnostic =
                Diagnostic::new(Code::MissingField, at.clone(), "a rule on a `Variable` needs a comparison");
            diagnostic = diagnostic.with_help(format!("for example `{}`", Operator::StringEquals.name()));
            found.push(diagnostic);
        }
        for comparison in &rule.comparisons {
            let at = at.child(comparison.operator.name());
            let operand = &comparison.operand;
            if operand.as_str().is_some_and(placeholder::contained) {
                continue;
            }
            match (comparison.operator.operand(), operand) {
                (Operand::Text, Value::String(_)) | (Operand::Number, Value::Number(_)) => {}
                (Operand::Flag, Value::Bool(_)) => {}
                (Operand::Timestamp, Value::String(text)) => {
                    if timestamp::parse(text).is_none() {
                        let message = format!("`{text}` is not an RFC 3339 timestamp");
                        found.push(
                            Diagnostic::new(Code::BadTimestamp, at, message)
                                .with_help("such as `2024-08-18T17:33:00Z`"),
                        );
                    }
                }
                (Operand::Path, Value::String(path)) => check_path(path, &at, found),
                (Operand::Text | Operand::Timestamp | Operand::Path, _) => wrong_type("String", operand, &at, found),
                (Operand::Number, _) => wrong_type("Number", operand, &at, found),
                (Operand::Flag, _) => wrong_type("Boolean", operand, &at, found),
            }
        }
    }
}

/// `Choices`, `And`, `Or`, and `Branches` of a parallel, hold at least one.
pub(super) fn lists_of_rules_are_not_empty(definition: &Definition<'_>, found: &mut Vec<Diagnostic>) {
    for state in &definition.parts.states {
        let choices = state.state.choices.as_ref().is_some_and(Vec::is_empty);
        let branches = state.state.branches.as_ref().is_some_and(Vec::is_empty);
        for (field, empty) in [("Choices", choices), ("Branches", branches)] {
            if empty {
                let message = format!("`{field}` of state `{}` is empty", state.name);
                report(found, Code::EmptyList, state.at.child(field), message);
            }
        }
    }
    for rule in &definition.parts.rules {
        for (field, rules) in [("And", &rule.rule.and), ("Or", &rule.rule.or)] {
            if rules.as_ref().is_some_and(Vec::is_empty) {
                report(found, Code::EmptyList, rule.at.child(field), format!("`{field}` joins no rules"));
            }
        }
    }
}
