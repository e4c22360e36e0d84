//! The rule on references to the context object: what they name exists, and there is such a value in their state.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html>

use super::Definition;
use super::part::StateAt;
use crate::document::{QueryLanguage, StateKind};
use crate::references::{LiteralKind, LiteralStep, Reference, ReferenceRoot};
use crate::resource::{Pattern, Resource};
use crate::{Code, Diagnostic, nearest, placeholder};

/// Objects of the context, each by its path, with the members that they may have. What is not listed is a value of
/// the execution's own, of which nothing is known.
const OBJECTS: &[(&[&str], &[&str])] = &[
    (&[], &["Execution", "StateMachine", "State", "Task", "Map"]),
    (&["Execution"], &["Id", "Input", "StartTime", "Name", "RoleArn", "RedriveCount", "RedriveTime"]),
    (&["StateMachine"], &["Id", "Name"]),
    (&["State"], &["Name", "EnteredTime", "RetryCount"]),
    (&["Task"], &["Token"]),
    (&["Map"], &["Item"]),
    (&["Map", "Item"], &["Index", "Value", "Key", "Source"]),
];

/// What of it stays the same in an execution, by its path; of the item of a map in an iteration.
const FIXED: &[&[&str]] = &[
    &["Execution", "Id"],
    &["Execution", "Input"],
    &["Execution", "Name"],
    &["Execution", "RoleArn"],
    &["Execution", "StartTime"],
    &["StateMachine"],
    &["Map", "Item"],
];

/// Whether what lies there in the context stays the same.
pub(crate) fn is_fixed(steps: &[LiteralStep]) -> bool {
    let is = |step: &LiteralStep, name: &str| matches!(&step.kind, LiteralKind::Name(given) if given == name);
    let begins =
        |path: &&[&str]| path.len() <= steps.len() && steps.iter().zip(*path).all(|(step, name)| is(step, name));
    FIXED.iter().any(begins)
}

/// A reference to the context object names what that has: its members, a token where a task gets one, an item where
/// there is a map.
pub(super) fn the_context_has_what_is_named(definition: &Definition<'_>, found: &mut Vec<Diagnostic>) {
    for reference in definition.references().iter().filter(|reference| reference.root == ReferenceRoot::Context) {
        // A guard asks whether there is such a member.
        if reference.guard {
            continue;
        }
        let Some(state) = definition.parts.states.get(reference.state_number) else { continue };
        let root = match reference.language {
            QueryLanguage::JsonPath => "$$",
            QueryLanguage::Jsonata => "$states.context",
        };
        let Some((message, help)) =
            unknown_member(reference, root).or_else(|| absent_here(reference, state, definition, root))
        else {
            continue;
        };
        let diagnostic = Diagnostic::new(Code::UnknownContext, reference.pointer.clone(), message).with_help(help);
        found.push(diagnostic.with_range(reference.range.start, reference.range.len()));
    }
}

/// The first member that its object does not have, and what is meant by it.
fn unknown_member(reference: &Reference<'_>, root: &str) -> Option<(String, String)> {
    let mut path: Vec<&str> = Vec::new();
    for step in &reference.steps {
        let (_, members) = OBJECTS.iter().find(|(object, _)| *object == path.as_slice())?;
        let LiteralKind::Name(name) = &step.kind else { return None };
        if !members.contains(&name.as_str()) {
            let object: String = path.iter().map(|name| format!(".{name}")).collect();
            let help = match nearest::nearest(name, members.iter().copied()) {
                Some(near) => format!("did you mean `{root}{object}.{near}`?"),
                None => format!("`{root}{object}` has {}", super::all_of(members.iter().copied())),
            };
            return Some((format!("the context object has no `{root}{object}.{name}`"), help));
        }
        path.push(name);
    }
    None
}

/// What the context object has, but not in this state.
fn absent_here(
    reference: &Reference<'_>,
    state: &StateAt<'_>,
    definition: &Definition<'_>,
    root: &str,
) -> Option<(String, String)> {
    let LiteralKind::Name(first) = &reference.steps.first()?.kind else { return None };
    match first.as_str() {
        "Task" if !may_have_token(state) => Some((
            format!("there is no task token in state `{}`", state.name),
            "only a task that waits for one has it: an activity, or a call that ends in `.waitForTaskToken`".to_owned(),
        )),
        "Map" if state.state.kind != StateKind::Map && !inside_a_map(state, definition) => Some((
            format!("there is no `{root}.Map` in state `{}`", state.name),
            "an item is there in a Map state's `ItemSelector`".to_owned(),
        )),
        _ => None,
    }
}

/// Whether the state is a task that has a token, or may turn out to be one.
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
    let mut scope = definition.parts.scopes.get(state.scope);
    while let Some(owner) = scope.and_then(|scope| definition.parts.states.get(scope.owner?)) {
        if owner.state.kind == StateKind::Map {
            return true;
        }
        scope = definition.parts.scopes.get(owner.scope);
    }
    false
}
