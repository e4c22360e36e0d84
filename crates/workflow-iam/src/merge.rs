//! Merges the needs of all states into as few statements as possible that allow exactly the same.

use std::collections::{BTreeMap, BTreeSet};

use super::pattern::without_covered;
use super::{Conditions, Statement};

/// The most states that a statement's name contains.
const NAMED: usize = 3;

/// Merges statements that differ only in their actions, then statements that differ only in their resources.
pub(crate) fn merge(needs: &[Statement], order: &BTreeMap<&str, usize>) -> Vec<Statement> {
    type MergeKey<'a> = (&'a [String], &'a Conditions);
    let mut by_resources: BTreeMap<MergeKey<'_>, (BTreeSet<&str>, BTreeSet<&str>)> = BTreeMap::new();
    for need in needs {
        let (actions, states) = by_resources.entry((&need.resources, &need.conditions)).or_default();
        actions.extend(need.actions.iter().map(String::as_str));
        states.extend(need.states.iter().map(String::as_str));
    }
    type Key<'a> = (Vec<&'a str>, &'a Conditions);
    let mut by_actions: BTreeMap<Key<'_>, (Vec<String>, BTreeSet<&str>)> = BTreeMap::new();
    for ((resources, conditions), (actions, states)) in by_resources {
        let joined = by_actions.entry((actions.into_iter().collect(), conditions)).or_default();
        joined.0.extend(resources.iter().cloned());
        joined.1.extend(states);
    }
    let mut statements = Vec::new();
    for ((actions, conditions), (resources, states)) in by_actions {
        let mut states: Vec<_> = states.into_iter().collect();
        states.sort_by_key(|state| order.get(state));
        statements.push(Statement {
            sid: String::new(),
            actions: actions.into_iter().map(str::to_owned).collect(),
            resources: without_covered(resources),
            conditions: conditions.clone(),
            states: states.into_iter().map(str::to_owned).collect(),
        });
    }
    name(&mut statements);
    statements
}

/// Names statements after their states. A number distinguishes statements of the same states.
///
/// A name has only letters and digits:
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_sid.html>
pub(crate) fn name(statements: &mut [Statement]) {
    let mut taken = BTreeSet::new();
    let mut last: BTreeMap<String, usize> = BTreeMap::new();
    for statement in statements {
        let mut name = String::new();
        for state in statement.states.iter().take(NAMED) {
            for word in state.split(|sign: char| !sign.is_ascii_alphanumeric()) {
                let mut letters = word.chars();
                name.extend(letters.next().map(|first| first.to_ascii_uppercase()));
                name.push_str(letters.as_str());
            }
        }
        if statement.states.len() > NAMED {
            name.push_str(&format!("And{}More", statement.states.len() - NAMED));
        }
        if name.is_empty() {
            name.push_str(if statement.states.is_empty() { "Machine" } else { "State" });
        }
        let number = last.entry(name.clone()).or_insert(0);
        let sid = loop {
            *number += 1;
            let sid = if *number == 1 { name.clone() } else { format!("{name}{number}") };
            if taken.insert(sid.clone()) {
                break sid;
            }
        };
        statement.sid = sid;
    }
}
