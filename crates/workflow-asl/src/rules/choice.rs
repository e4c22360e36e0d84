//! Rules on the rules of choice states.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Definition;
use super::value::check_path;
use crate::document::{ChoiceRule, Operand, Operator, StateKind, wrong_type};
use crate::jsonata::{self, Names, Node, Use};
use crate::{Diagnostic, Finding, Pointer, placeholder, timestamp};

/// A rule on a `Variable` has one operator, and that compares with a value of its own type.
pub(super) fn rules_compare_with_what_their_operators_take(definition: &Definition<'_>, found: &mut Vec<Diagnostic>) {
    for rule in &definition.index.rules {
        let (at, rule) = (&rule.at, rule.rule);
        let operators = rule.comparisons.iter().map(|comparison| comparison.operator.name());
        if rule.comparisons.len() > 1 {
            found.push(Finding::TwoComparisons { operators: operators.collect() }.at(at.clone()));
        } else if let (Some(comparison), false) = (rule.comparisons.first(), rule.has("Variable")) {
            let operator = comparison.operator.name();
            // Another finding reports a rule without any condition.
            if rule.condition.is_some() || rule.and.is_some() || rule.or.is_some() || rule.not.is_some() {
                found.push(Finding::NothingCompared { operator }.at(at.child(operator)));
            }
        } else if rule.comparisons.is_empty() && rule.has("Variable") {
            found.push(Finding::NoComparison {}.at(at.clone()));
        }
        for comparison in &rule.comparisons {
            let at = at.child(comparison.operator.name());
            let operand = &comparison.operand;
            let open = operand.as_str().is_some_and(placeholder::contained);
            match (comparison.operator.operand(), operand) {
                (Operand::Text | Operand::Timestamp | Operand::Path, Value::String(_)) if open => {}
                (Operand::Text, Value::String(pattern)) if comparison.operator == Operator::StringMatches => {
                    check_pattern(pattern, at, found);
                }
                (Operand::Text, Value::String(_)) | (Operand::Number, Value::Number(_)) => {}
                (Operand::Flag, Value::Bool(_)) => {}
                (Operand::Timestamp, Value::String(text)) => {
                    if timestamp::parse(text).is_none() {
                        found.push(Finding::NotATimestampToCompare { text: text.clone() }.at(at));
                    }
                }
                (Operand::Path, Value::String(path)) => {
                    check_path(&definition.texts, path, &at, found);
                }
                (Operand::Text | Operand::Timestamp | Operand::Path, _) => wrong_type(operand, "String", &at, found),
                (Operand::Number, _) => wrong_type(operand, "Number", &at, found),
                (Operand::Flag, _) => wrong_type(operand, "Boolean", &at, found),
            }
        }
    }
}

/// Warns of a backslash in a pattern before any character other than a star or a backslash: the comparison fails.
fn check_pattern(pattern: &str, at: Pointer, found: &mut Vec<Diagnostic>) {
    let mut chars = pattern.char_indices();
    while let Some((start, ch)) = chars.next() {
        if ch == '\\' && !matches!(chars.next(), Some((_, '*' | '\\'))) {
            found.push(Finding::StrayBackslash {}.at(at).with_range(start, 1));
            return;
        }
    }
}

/// `Choices`, `And`, `Or`, and `Branches` of a parallel contain at least one item.
pub(super) fn lists_of_rules_are_not_empty(definition: &Definition<'_>, found: &mut Vec<Diagnostic>) {
    for state in &definition.index.states {
        let choices = state.state.choices.as_ref().is_some_and(Vec::is_empty);
        let branches = state.state.branches.as_ref().is_some_and(Vec::is_empty);
        for (field, empty) in [("Choices", choices), ("Branches", branches)] {
            if empty {
                found.push(Finding::EmptyField { field, state: state.name.to_owned() }.at(state.at.child(field)));
            }
        }
    }
    for rule in &definition.index.rules {
        for (field, rules) in [("And", &rule.rule.and), ("Or", &rule.rule.or)] {
            if rules.as_ref().is_some_and(Vec::is_empty) {
                found.push(Finding::NoRulesJoined { field }.at(rule.at.child(field)));
            }
        }
    }
}

/// A choice has a `Default`, or a rule that is always true.
pub(super) fn a_choice_leads_on(definition: &Definition<'_>, found: &mut Vec<Diagnostic>) {
    let choices = definition.index.states.iter().filter(|state| state.state.kind == StateKind::Choice);
    for state in choices.filter(|state| !state.state.has("Default")) {
        let Some(rules) = state.state.choices.as_ref().filter(|rules| !rules.is_empty()) else { continue };
        if rules.iter().any(|rule| rule.is_unread() || always(rule)) || has_opposites(definition, rules) {
            continue;
        }
        found.push(Finding::NoDefault { state: state.name.to_owned() }.at(state.at.clone()));
    }
}

/// Returns whether the rule is true whatever the data.
fn always(rule: &ChoiceRule) -> bool {
    match &rule.condition {
        Some(Value::Bool(condition)) => *condition,
        Some(Value::String(code)) => {
            placeholder::contained(code) || jsonata::expression(code).map(str::trim) == Some("true")
        }
        _ => false,
    }
}

/// Returns whether two of the rules are opposites: a test for `true` and for `false`, or a rule and its `Not` or `$not`.
fn has_opposites(definition: &Definition<'_>, rules: &[ChoiceRule]) -> bool {
    let expressions = rules.iter().filter_map(|rule| jsonata::expression(rule.condition.as_ref()?.as_str()?));
    let expressions: Vec<_> = expressions.map(|code| definition.texts.expressions.read(code)).collect();
    // A condition that depends on chance or the clock may be false, and then its opposite.
    let changes = |used: &Use| jsonata::function(&used.name).is_some_and(|known| known.changing);
    let lasting = |names: &Names| !names.calls.iter().chain(&names.variables).any(changes);
    let read = || expressions.iter().filter_map(|read| read.as_ref().as_ref().ok());
    let trees = || read().filter(|(_, names)| lasting(names)).map(|(ast, _)| &ast.root);
    let printed: BTreeSet<_> = trees().map(printed).collect();
    if trees().filter_map(refuted).any(|opposite| printed.contains(&self::printed(opposite))) {
        return true;
    }
    let test = |rule: &ChoiceRule, flag: bool| {
        let [comparison] = rule.comparisons.as_slice() else { return None };
        (comparison.operand == flag).then(|| (rule.variable.clone(), comparison.operator))
    };
    let tests: BTreeSet<_> = rules.iter().filter_map(|rule| test(rule, true)).collect();
    let text = |rule: &ChoiceRule| {
        let (variable, comparison) = (rule.variable.as_ref()?, rule.comparisons.first()?);
        Some((variable.clone(), comparison.operator, comparison.operand.to_string()))
    };
    let plain: BTreeSet<_> = rules.iter().filter_map(text).collect();
    rules.iter().any(|rule| {
        test(rule, false).is_some_and(|test| tests.contains(&test))
            || rule.not.as_deref().and_then(text).is_some_and(|text| plain.contains(&text))
    })
}

/// Returns the argument of `$not`, if a condition is one.
fn refuted(condition: &Node) -> Option<&Node> {
    match jsonata::called(condition) {
        Some(("not", [argument])) => Some(argument),
        _ => None,
    }
}

/// Returns an expression in a form that does not depend on its blanks.
fn printed(expression: &Node) -> String {
    jsonata::print(expression.clone(), "").text
}
