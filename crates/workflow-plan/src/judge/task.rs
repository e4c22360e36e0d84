//! Judges the target and the request of a task.

use workflow_asl::difference::StateDifference;
use workflow_asl::document::State;
use workflow_asl::request_input::RequestInput;
use workflow_asl::resource::{Integration, Pattern, Resource};
use workflow_asl::types::Type;
use workflow_services::{Shape, TaskResource};

use super::compare::{Change, compare, path_of};
use super::field::uses_activity;
use super::{Judge, Side, Subject, said};
use crate::flow::call::{function_name, targets};
use crate::flow::symbol::Symbol;
use crate::rule::{self, Rule};

/// A request, and what is known about its type.
type Request = (Symbol, Option<Type>);

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
        let request = |side: &Side<'_>, at| {
            let sent = side.flow.states.get(at)?.request.clone()?;
            Some((sent, side.types.get(at).and_then(|types| types.request.clone())))
        };
        let (sent, sends) = (request(&self.old, &old_at.pointer), request(&self.new, &new_at.pointer));
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
            (Some(Resource::Integration(old)), Some(Resource::Integration(new))) => {
                self.pattern(&at, old, new, &change)
            }
            (old, new) => {
                if let Some(Resource::Activity { name: activity }) = old
                    && !uses_activity(&self.new, activity)
                {
                    self.find(&rule::ACTIVITY_REMOVED, &at, said(activity));
                }
                if let Some(Resource::Activity { name: activity }) = new
                    && !uses_activity(&self.old, activity)
                {
                    self.find(&rule::ACTIVITY_ADDED, &at, said(activity));
                }
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
    fn request(&mut self, name: &str, resource: &str, (old, was): &Request, (new, is): &Request) {
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
        let changes = compare((old, was.as_ref()), (new, is.as_ref())).into_iter();
        let others = changes.filter(|(_, place)| !moved.iter().any(|member| path_of(place) == member));
        let places =
            others.map(|(change, place)| (rule_of(change, receiver, || passes_on(resource, path_of(&place))), place));
        self.find_places(&at, places);
    }
}

fn rule_of(change: Change, receiver: Receiver, passes_on: impl Fn() -> bool) -> &'static Rule {
    match (change, receiver) {
        (Change::Added, _) => &rule::REQUEST_ADDED,
        (Change::Value, _) => &rule::REQUEST_CHANGED,
        (Change::Source, _) => &rule::REQUEST_SOURCE,
        (Change::Maybe, _) => &rule::REQUEST_MAY_DIFFER,
        (Change::Order | Change::Type | Change::Removed, Receiver::Token) => &rule::TOKEN_REQUEST_REMOVED,
        (Change::Order | Change::Type | Change::Removed, Receiver::Activity) => &rule::ACTIVITY_INPUT_REMOVED,
        (Change::Order | Change::Type, Receiver::Service) if passes_on() => &rule::REQUEST_TYPE_CHANGED,
        (Change::Order | Change::Type, Receiver::Service) => &rule::REQUEST_MAY_DIFFER,
        (Change::Removed, Receiver::Service) => &rule::REQUEST_REMOVED,
    }
}

/// Returns whether a service passes a part of a request on to a reader, such as a function, as it is. It reads other
/// parts itself, and converts them where it can.
fn passes_on(resource: &str, path: &str) -> bool {
    let Ok(task) = TaskResource::parse(resource) else { return true };
    let Some(input) = RequestInput::of(task) else { return true };
    let mut shape = input.shape;
    for name in path.split('.') {
        let (name, items) =
            name.split_once('[').map_or((name, 0), |(name, rest)| (name, 1 + rest.matches('[').count()));
        shape = match (shape, shape.member(name)) {
            (Shape::Map(map), _) => map.value(),
            (_, Some(member)) => member.shape,
            _ => return false,
        };
        let takes_json = || input.text_parameter(Some(name), shape).is_some_and(|takes| takes.takes_json);
        if matches!(shape, Shape::Document | Shape::Blob) || takes_json() {
            return true;
        }
        for _ in 0..items {
            let Shape::List(list) = shape else { return false };
            shape = list.element();
        }
    }
    false
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
