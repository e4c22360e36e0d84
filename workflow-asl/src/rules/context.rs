//! The rule on references to the context object: they must exist, and be available in their state.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html>

use super::Definition;
use super::object_index::StateAt;
use crate::context::{self, MemberKind};
use crate::document::{QueryLanguage, StateKind};
use crate::references::{LiteralKind, Reference, ReferenceRoot};
use crate::resource::{Pattern, Resource};
use crate::{Diagnostic, Finding, nearest, placeholder};

/// A reference to the context object exists: its members, a token if a task gets one, an item in a map.
pub(super) fn the_context_has_what_is_named(definition: &Definition<'_>, found: &mut Vec<Diagnostic>) {
    for reference in definition.references().iter().filter(|reference| reference.root == ReferenceRoot::Context) {
        // A guard asks whether there is such a member.
        if reference.guard {
            continue;
        }
        let Some(state) = definition.index.states.get(reference.state_number) else { continue };
        let root = match reference.language {
            QueryLanguage::JsonPath => "$$",
            QueryLanguage::Jsonata => "$states.context",
        };
        let finding = unknown_member(reference, root).or_else(|| absent_here(reference, state, definition, root));
        let at = |finding: Finding| finding.at(reference.pointer.clone());
        found.extend(finding.map(|one| at(one).with_range(reference.range.start, reference.range.len())));
    }
}

/// Returns the first member that its object does not have, and what is meant by it.
fn unknown_member(reference: &Reference<'_>, root: &str) -> Option<Finding> {
    let mut members = context::MEMBERS;
    let mut object = root.to_owned();
    for step in &reference.steps {
        let LiteralKind::Name(name) = &step.kind else { return None };
        let Some(member) = members.iter().find(|member| member.name == name) else {
            let members: Vec<_> = members.iter().map(|member| member.name).collect();
            let near = nearest::nearest(name, members.iter().copied()).map(str::to_owned);
            return Some(Finding::NotInContext { object, name: name.clone(), members, near });
        };
        let MemberKind::Object(inner) = member.kind else { return None };
        members = inner;
        object.push('.');
        object.push_str(name);
    }
    None
}

/// Returns what the context object has, but not in this state.
fn absent_here(
    reference: &Reference<'_>,
    state: &StateAt<'_>,
    definition: &Definition<'_>,
    root: &'static str,
) -> Option<Finding> {
    let LiteralKind::Name(first) = &reference.steps.first()?.kind else { return None };
    match first.as_str() {
        "Task" if !may_have_token(state) => Some(Finding::NoTokenHere { state: state.name.to_owned() }),
        "Map" if state.state.kind != StateKind::Map && !inside_a_map(state, definition) => {
            Some(Finding::NoItemHere { root, state: state.name.to_owned() })
        }
        _ => None,
    }
}

/// Returns whether the state is a task that has a token, or may turn out to be one.
fn may_have_token(state: &StateAt<'_>) -> bool {
    let Some(arn) = state.state.resource.as_deref().filter(|_| state.state.kind == StateKind::Task) else {
        return state.state.kind == StateKind::Task;
    };
    match Resource::parse(arn) {
        // An ending that is unknown may have been meant to wait.
        Some(Resource::Integration(call)) => call.pattern != Pattern::RequestResponse || call.action.contains('.'),
        Some(Resource::Lambda { .. }) => placeholder::likely(arn),
        _ => true,
    }
}

fn inside_a_map(state: &StateAt<'_>, definition: &Definition<'_>) -> bool {
    let mut scope = definition.index.scopes.get(state.scope);
    while let Some(owner) = scope.and_then(|scope| definition.index.states.get(scope.owner?)) {
        if owner.state.kind == StateKind::Map {
            return true;
        }
        scope = definition.index.scopes.get(owner.scope);
    }
    false
}
