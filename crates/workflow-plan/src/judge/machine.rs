//! Judges the state machine apart from its definition: type, configuration, permissions, cost.

use std::collections::BTreeMap;

use workflow_asl::budget::Count;
use workflow_asl::document::MachineType;
use workflow_asl::limits::HISTORY_EVENTS;
use workflow_asl::policy::{self, Grant, Setting};

use super::task::listed;
use super::{Judge, Subject, said};
use crate::cost::{CostChange, words};
use crate::rule::{self, Rule};

impl Judge<'_> {
    pub(super) fn configuration(&mut self) {
        let (old, new) = (self.old.machine, self.new.machine);
        let at = |field: &'static str| Subject { state: None, field };
        if old.machine_type != new.machine_type {
            let change = format!("{} -> {}", old.machine_type.as_str(), new.machine_type.as_str());
            self.find(&rule::TYPE_CHANGED, &at("type"), change);
        }
        let (before, after) = (&old.configuration, &new.configuration);
        for (rule, field, before, after) in [
            (&rule::NAME_CHANGED, "name", &old.name, &new.name),
            (&rule::ROLE_CHANGED, "role", &before.role, &after.role),
            (&rule::ENCRYPTION_CHANGED, "encryption", &before.key, &after.key),
        ] {
            if let Some((before, after)) = differing(before.as_ref(), after.as_ref()) {
                self.find(rule, &at(field), format!("{} -> {}", said(before), said(after)));
            }
        }
        if let Some((before, after)) = differing(before.logging.as_ref(), after.logging.as_ref()) {
            let less = after.amount() < before.amount();
            let rule = match (after.data && !before.data && after.amount() > 0, less, new.machine_type) {
                (true, ..) => &rule::LOGGING_DATA,
                (_, true, MachineType::Express) => &rule::LOGGING_LOWERED,
                _ => &rule::LOGGING_CHANGED,
            };
            self.find(rule, &at("logging"), format!("{} -> {}", before.level, after.level));
        }
        if let Some((before, after)) = differing(before.tracing.as_ref(), after.tracing.as_ref()) {
            self.find(&rule::TRACING_CHANGED, &at("tracing"), format!("{before} -> {after}"));
        }
        if let Some((before, after)) = differing(before.tags.as_ref(), after.tags.as_ref()) {
            let names = before.keys().chain(after.keys()).filter(|name| before.get(*name) != after.get(*name));
            let names: std::collections::BTreeSet<_> = names.map(|name| said(name)).collect();
            self.find(&rule::TAGS_CHANGED, &at("tags"), listed(&names.into_iter().collect::<Vec<_>>()));
        }
    }

    /// Judges and returns how the permissions that the role needs differ.
    pub(super) fn permissions(&mut self) -> policy::Difference {
        let policy = |side: &super::Side<'_>| {
            let name = side.machine.name.clone().or_else(|| Some("*".to_owned()));
            policy::of(&side.document, &Setting { machine: name, ..Setting::default() })
        };
        let (old, new) = (policy(&self.old), policy(&self.new));
        let difference = new.since(&old);
        self.grants(&difference.added, &rule::PERMISSION_ADDED);
        self.grants(&difference.removed, &rule::PERMISSION_REMOVED);
        if !difference.removed.is_empty() && self.old.machine.machine_type == MachineType::Standard {
            let actions = by_action(&difference.removed).into_keys().map(said).collect::<Vec<_>>();
            self.find(&rule::REDRIVE_NEEDS, &Subject { state: None, field: "" }, listed(&actions));
        }
        difference
    }

    fn grants(&mut self, grants: &[Grant], rule: &'static Rule) {
        for (action, grants) in by_action(grants) {
            let resources: Vec<_> = grants.iter().map(|grant| said(&grant.resource)).collect();
            let state = grants.iter().find_map(|grant| grant.states.first()).map(String::as_str);
            let at = Subject { state, field: action };
            self.find(rule, &at, format!("{} on {}", said(action), listed(&resources)));
        }
    }

    pub(super) fn cost(&mut self, cost: &CostChange) {
        let (old, new) = (&cost.old, &cost.new);
        let at = Subject { state: None, field: "" };
        if self.new.machine.machine_type == MachineType::Express {
            return;
        }
        let renamed = |count: &Count| Count {
            each: count.each.iter().map(|(map, each)| (self.names.get(map).unwrap_or(map).clone(), *each)).collect(),
            ..count.clone()
        };
        if (&renamed(&old.longest), &renamed(&old.usual)) != (&new.longest, &new.usual) {
            let change = format!(
                "{} -> {} on the longest way, {} -> {} on the usual one",
                words(&old.longest),
                words(&new.longest),
                words(&old.usual),
                words(&new.usual)
            );
            self.find(&rule::COST_CHANGED, &at, change);
        }
        let full = |events: u64| events > HISTORY_EVENTS as u64;
        if full(new.events.fixed) && !full(old.events.fixed) {
            self.find(&rule::HISTORY_FULL, &at, format!("{} events", new.events.fixed));
        }
    }
}

/// Returns both values if both are known and they differ.
fn differing<'v, T: PartialEq>(old: Option<&'v T>, new: Option<&'v T>) -> Option<(&'v T, &'v T)> {
    let (old, new) = (old?, new?);
    (old != new).then_some((old, new))
}

fn by_action(grants: &[Grant]) -> BTreeMap<&str, Vec<&Grant>> {
    let mut found: BTreeMap<&str, Vec<&Grant>> = BTreeMap::new();
    for grant in grants {
        found.entry(&grant.action).or_default().push(grant);
    }
    found
}
