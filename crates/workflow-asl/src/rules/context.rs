//! The rule on references to the context object: they must exist, and be available in their state.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html>

use std::collections::BTreeSet;

use serde_json::Value;

use super::Definition;
use super::object_index::StateAt;
use crate::context::{self, MemberKind};
use crate::document::{Form, PathField, StateKind};
use crate::references::{LiteralKind, LiteralStep, Reference, ReferenceRoot};
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
        let root = reference.language.pick("$$", "$states.context");
        let finding = unknown_member(reference, root).or_else(|| absent_here(reference, state, definition, root));
        found.extend(finding.map(|finding| reference.diagnostic(finding)));
    }
}

/// Members of the context object are not read from the state's input, unless the definition itself has such data.
pub(super) fn the_context_is_not_read_from_the_input(definition: &Definition<'_>, found: &mut Vec<Diagnostic>) {
    let reads = |reference: &&Reference<'_>| {
        matches!(reference.root, ReferenceRoot::Input | ReferenceRoot::Effective) && !reference.guard
    };
    let mut own = None;
    for reference in definition.references().iter().filter(reads) {
        let names: Vec<_> = reference.steps.iter().map_while(step_name).collect();
        let [object, member, ..] = names.as_slice() else { continue };
        let Some(context) = context::MEMBERS.iter().find(|known| known.name == *object) else { continue };
        if !context.kind.members().iter().any(|known| known.name == *member) {
            continue;
        }
        let Some(state) = definition.index.states.get(reference.state_number) else { continue };
        let whole = matches!(&state.state.input_path, Some(PathField::Path(path)) if path.starts_with("$$"));
        // If the execution's input has such data, other members of it are probably read too.
        let own = own.get_or_insert_with(|| own_objects(definition));
        // An EC2 instance has a `State.Name`.
        let item = *object == "State" && (*member == "Name" || inside_a_map(state, definition));
        if whole || item || own.contains(*object) {
            continue;
        }
        let (root, context) = reference.language.pick(("$", "$$"), ("$states.input", "$states.context"));
        let path = names.join(".");
        let finding = Finding::ContextInInput { path: format!("{root}.{path}"), meant: format!("{context}.{path}") };
        found.push(reference.diagnostic(finding));
    }
}

fn step_name(step: &LiteralStep) -> Option<&str> {
    match &step.kind {
        LiteralKind::Name(name) => Some(name),
        LiteralKind::Index(_) => None,
    }
}

/// Returns the names of the context's objects that the definition has among its own data: it makes a member of that name,
/// or reads a member of it that the context does not have.
fn own_objects(definition: &Definition<'_>) -> BTreeSet<&'static str> {
    fn names() -> impl Iterator<Item = &'static str> {
        context::MEMBERS.iter().map(|known| known.name)
    }
    fn keys(value: &Value, own: &mut BTreeSet<&'static str>) {
        match value {
            Value::Object(members) => members.iter().for_each(|(key, value)| {
                let name = key.strip_suffix(".$").unwrap_or(key);
                own.extend(names().find(|known| *known == name));
                keys(value, own);
            }),
            Value::Array(items) => items.iter().for_each(|item| keys(item, own)),
            // An expression may make anything.
            Value::String(text) if text.starts_with("{%") => {
                let quoted =
                    |name: &str| ["'", "\""].iter().any(|quote| text.contains(&format!("{quote}{name}{quote}")));
                own.extend(names().filter(|name| quoted(name)));
            }
            _ => {}
        }
    }
    let mut own = BTreeSet::new();
    for object in &definition.index.objects {
        for field in &object.present {
            if matches!(field.form, Form::Template | Form::Computed | Form::Json)
                && let Some(value) = object.object.value_of(field.name)
            {
                keys(&value, &mut own);
            } else if field.name == "ResultPath"
                && let Some(value) = object.object.value_of(field.name)
                && let Some(path) = value.as_str()
            {
                own.extend(names().filter(|name| path.contains(name)));
            }
        }
    }
    for reference in definition.references() {
        if let [object, rest @ ..] = reference.steps.iter().map_while(step_name).collect::<Vec<_>>().as_slice()
            && reference.root != ReferenceRoot::Context
            && let Some(known) = context::MEMBERS.iter().find(|known| known.name == *object)
            && !rest.first().is_some_and(|name| known.kind.members().iter().any(|member| member.name == *name))
        {
            own.insert(known.name);
        }
    }
    own
}

/// Returns the first member that its object does not have, and the member that was probably meant.
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

/// Returns the finding about a member of the context object that is absent in this state.
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
        // An unknown suffix may have been meant to wait.
        Some(Resource::Integration(call)) => call.pattern != Pattern::RequestResponse || call.action.contains('.'),
        Some(Resource::Lambda { .. }) => placeholder::likely(arn),
        _ => true,
    }
}

fn inside_a_map(state: &StateAt<'_>, definition: &Definition<'_>) -> bool {
    definition.index.around(state.scope).any(|(_, owner)| owner.state.kind == StateKind::Map)
}
