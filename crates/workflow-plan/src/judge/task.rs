//! Judges the target and the request of a task.

use workflow_asl::difference::StateDifference;
use workflow_asl::document::State;
use workflow_asl::resource::{Integration, Pattern, Resource};

use super::compare::{Change, compare};
use super::field::uses_activity;
use super::{Judge, Subject, said};
use crate::flow::call::{function_name, targets};
use crate::flow::symbol::Symbol;
use crate::rule::{self, Rule};

/// The receiver of a task's request.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Receiver {
    Service,
    Token,
    Activity,
}

impl Judge<'_> {
    pub(super) fn task(&mut self, difference: &StateDifference, old: &State, new: &State) {
        let name = difference.name();
        let text = |state: &State| state.resource.clone().unwrap_or_default();
        let (before, after) = (text(old), text(new));
        let same_call = before == after || self.resource(name, &before, &after);
        let (Some(old_at), Some(new_at)) = (&difference.old, &difference.new) else { return };
        let request = |flow: &crate::flow::Flow, at| flow.states.get(at).and_then(|state| state.request.clone());
        let (sent, sends) = (request(&self.old.flow, &old_at.pointer), request(&self.new.flow, &new_at.pointer));
        let (Some(sent), Some(sends)) = (sent, sends) else { return };
        if same_call {
            self.request(name, &after, &sent, &sends);
        }
    }

    /// Judges a change of resource. Returns whether the requests can be compared.
    fn resource(&mut self, name: &str, before: &str, after: &str) -> bool {
        let at = Subject { state: Some(name), field: "Resource" };
        let change = format!("{} -> {}", said(before), said(after));
        match (Resource::parse(before), Resource::parse(after)) {
            (Some(Resource::Activity { .. }), Some(Resource::Activity { .. })) => {
                self.find(&rule::ACTIVITY_CHANGED, &at, change);
                true
            }
            (Some(Resource::Activity { name: activity }), _) => {
                if !uses_activity(&self.new, activity) {
                    self.find(&rule::ACTIVITY_REMOVED, &at, said(activity));
                }
                self.find(&rule::RESOURCE_CHANGED, &at, change);
                false
            }
            (_, Some(Resource::Activity { name: activity })) => {
                if !uses_activity(&self.old, activity) {
                    self.find(&rule::ACTIVITY_ADDED, &at, said(activity));
                }
                self.find(&rule::RESOURCE_CHANGED, &at, change);
                false
            }
            (Some(Resource::Integration(old)), Some(Resource::Integration(new))) => {
                self.pattern(&at, old, new, &change)
            }
            _ => {
                self.find(&rule::RESOURCE_CHANGED, &at, change);
                false
            }
        }
    }

    fn pattern(&mut self, at: &Subject<'_>, old: Integration<'_>, new: Integration<'_>, change: &str) -> bool {
        let same = (old.service, old.action) == (new.service, new.action);
        let waits = |call: Integration<'_>| call.pattern == Pattern::WaitForTaskToken;
        let rule = match (waits(old), waits(new)) {
            (true, true) if same => None,
            (true, true) => Some(&rule::TOKEN_TARGET),
            (false, true) if same => Some(&rule::TOKEN_REQUIRED),
            (false, true) => Some(&rule::TOKEN_ADDED),
            (true, false) => Some(&rule::TOKEN_DROPPED),
            (false, false) if same && old.pattern != new.pattern => Some(&rule::PATTERN_CHANGED),
            (false, false) => None,
        };
        if let Some(rule) = rule {
            self.find(rule, at, change);
        }
        if !same {
            self.find(&rule::RESOURCE_CHANGED, at, change);
        }
        same
    }

    /// Judges a change of request.
    fn request(&mut self, name: &str, resource: &str, old: &Symbol, new: &Symbol) {
        let (receiver, lambda) = match Resource::parse(resource) {
            Some(Resource::Activity { .. }) => (Receiver::Activity, false),
            Some(Resource::Integration(call)) => {
                let receiver =
                    if call.pattern == Pattern::WaitForTaskToken { Receiver::Token } else { Receiver::Service };
                (receiver, (call.service, call.action) == ("lambda", "invoke"))
            }
            _ => (Receiver::Service, false),
        };
        let at = Subject { state: Some(name), field: "Parameters" };
        let (before, after) = (targets(Some(old)), targets(Some(new)));
        let same = |old: &str, new: &str| old == new || lambda && old.contains(':') && function_name(old) == new;
        let mut moved = Vec::new();
        for (member, old) in &before {
            if let Some(new) = after.get(member).filter(|new| !same(old, new)) {
                moved.push(member.clone());
                let rule = if receiver == Receiver::Token { &rule::TOKEN_TARGET } else { &rule::TARGET_CHANGED };
                self.find(rule, &at, format!("`{member}` was {} and is {}", said(old), said(new)));
            }
        }
        let mut found: Vec<(&Rule, Vec<String>)> = Vec::new();
        for (change, place) in compare(old, new) {
            if moved.iter().any(|member| place == format!("`{member}`")) {
                continue;
            }
            let rule = rule_of(change, receiver);
            match found.iter_mut().find(|(known, _)| known.id == rule.id) {
                Some((_, places)) if places.contains(&place) => {}
                Some((_, places)) => places.push(place),
                None => found.push((rule, vec![place])),
            }
        }
        for (rule, places) in found {
            self.find(rule, &at, listed(&places));
        }
    }
}

fn rule_of(change: Change, receiver: Receiver) -> &'static Rule {
    match (change, receiver) {
        (Change::Added, _) => &rule::REQUEST_ADDED,
        (Change::Value, _) => &rule::REQUEST_CHANGED,
        (Change::Source | Change::Maybe, _) => &rule::REQUEST_SOURCE,
        (Change::Type | Change::Removed, Receiver::Token) => &rule::TOKEN_REQUEST_REMOVED,
        (Change::Type | Change::Removed, Receiver::Activity) => &rule::ACTIVITY_INPUT_REMOVED,
        (Change::Type | Change::Removed, Receiver::Service) => &rule::REQUEST_REMOVED,
    }
}

/// Lists paths for use in a sentence. Long lists are shortened.
pub(super) fn listed(places: &[String]) -> String {
    const SHOWN: usize = 4;
    let shown = places.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
    match places.len().checked_sub(SHOWN) {
        None | Some(0) => shown,
        Some(more) => format!("{shown} and {more} more"),
    }
}
