//! The permissions that one policy allows and another does not.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::document::conditions_json;
use super::pattern::covers;
use super::{Conditions, Policy};

/// One action on one resource.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Grant {
    /// `sqs:SendMessage`
    pub action: String,
    /// Its ARN.
    pub resource: String,
    /// The conditions under which it is allowed.
    pub conditions: Conditions,
    /// The states that need it, if known.
    pub states: Vec<String>,
}

/// What a change of a policy does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Difference {
    /// Grants that only the new policy has.
    pub added: Vec<Grant>,
    /// Grants that only the old policy has.
    pub removed: Vec<Grant>,
}

impl Policy {
    /// Returns the grants of the policy, sorted, each one action on one resource.
    pub fn grants(&self) -> Vec<Grant> {
        // The needs list the states of an action; a statement lists the states of all its actions.
        let mut states: BTreeMap<(&str, &str), Vec<String>> = BTreeMap::new();
        for need in &self.needs {
            for action in &need.actions {
                for resource in &need.resources {
                    states.entry((action, resource)).or_default().extend(need.states.iter().cloned());
                }
            }
        }
        let mut grants = BTreeSet::new();
        for statement in &self.statements {
            for action in &statement.actions {
                for resource in &statement.resources {
                    let mut states = states.get(&(action.as_str(), resource.as_str())).cloned().unwrap_or_default();
                    states.dedup();
                    grants.insert(Grant {
                        action: action.clone(),
                        resource: resource.clone(),
                        conditions: statement.conditions.clone(),
                        states,
                    });
                }
            }
        }
        grants.into_iter().collect()
    }

    /// Compares the policy with an older one. An action that the older policy allows in wider terms is not new.
    ///
    /// ```
    /// use serde_json::json;
    /// use workflow_iam::Policy;
    /// let policy = |resource| Policy::read(&json!({"Statement": {"Effect": "Allow", "Action": "sqs:SendMessage",
    ///     "Resource": resource}}));
    /// let (old, new) = (policy("arn:aws:sqs:*:*:a*")?, policy("arn:aws:sqs:*:*:ab")?);
    /// assert!(new.since(&old).added.is_empty());
    /// assert_eq!(new.since(&old).removed[0].resource, "arn:aws:sqs:*:*:a*");
    /// # Ok::<(), workflow_iam::UnreadablePolicy>(())
    /// ```
    pub fn since(&self, old: &Self) -> Difference {
        let (new, old) = (self.grants(), old.grants());
        Difference { added: beyond(&new, &old), removed: beyond(&old, &new) }
    }
}

/// Returns the grants that none of the others covers.
fn beyond(grants: &[Grant], others: &[Grant]) -> Vec<Grant> {
    // IAM compares action names without case.
    let mut named: BTreeMap<String, Vec<&Grant>> = BTreeMap::new();
    for grant in others {
        named.entry(grant.action.to_ascii_lowercase()).or_default().push(grant);
    }
    let wide: Vec<_> = named.iter().filter(|(action, _)| action.contains(['*', '?'])).collect();
    let is_covered = |grant: &&Grant| {
        let action = grant.action.to_ascii_lowercase();
        let mut same = named.get(&action).into_iter().flatten();
        let mut wider = wide.iter().filter(|(wide, _)| covers(wide, &action)).flat_map(|(_, grants)| grants.iter());
        same.any(|other| allows(other, grant)) || wider.any(|other| allows(other, grant))
    };
    grants.iter().filter(|grant| !is_covered(grant)).cloned().collect()
}

/// Returns whether `wide` allows at least what `narrow` does, ignoring the action.
fn allows(wide: &Grant, narrow: &Grant) -> bool {
    let holds = |operator: &str, key: &str, values: &[String]| {
        let given = narrow.conditions.get(operator).and_then(|keys| keys.get(key));
        given.is_some_and(|given| given.iter().all(|value| values.contains(value)))
    };
    covers(&wide.resource, &narrow.resource)
        && wide.conditions.iter().all(|(operator, keys)| keys.iter().all(|(key, values)| holds(operator, key, values)))
}

impl Grant {
    /// Returns the grant as JSON, with the member names of a statement.
    pub fn to_json(&self) -> Value {
        let mut made = Map::new();
        made.insert("Action".to_owned(), self.action.clone().into());
        made.insert("Resource".to_owned(), self.resource.clone().into());
        if !self.conditions.is_empty() {
            made.insert("Condition".to_owned(), conditions_json(&self.conditions));
        }
        if !self.states.is_empty() {
            made.insert("States".to_owned(), self.states.clone().into());
        }
        Value::Object(made)
    }
}
