//! Names of states: each is unique in the whole workflow, in the language and in the document.

use indexmap::IndexMap;
use workflow_asl::Code;
use workflow_asl::limits::RESOURCE_NAME_CHARS;

use super::model::{Model, StateInfo};
use super::sink::Sink;
use crate::problem::Problem;
use crate::syntax::ast::{DeclarationKind, TokenSpan};

pub(super) fn check(model: &Model<'_>, sink: &mut Sink<'_>) {
    identifiers(model, sink);
    asl_names(model, sink);
    machine_name(model, sink);
}

/// A state's identifier is its variant in the state enum: unique across branches and maps.
fn identifiers(model: &Model<'_>, sink: &mut Sink<'_>) {
    for info in &model.duplicates {
        sink.report(|| {
            let message = format!("two states are named `{}`", info.name);
            let help = match model.states.get(&info.name) {
                Some(first) if first.scope != info.scope => format!(
                    "the other is in {}; names are unique in the whole workflow: rename one",
                    describe(model, first.scope)
                ),
                _ => "rename one".to_owned(),
            };
            Problem::new(Code::DuplicateState, info.state.name.span(), message).help(help)
        });
    }
}

/// Checks that states with different identifiers have different names in the document.
fn asl_names(model: &Model<'_>, sink: &mut Sink<'_>) {
    let mut first: IndexMap<&str, &StateInfo<'_>> = IndexMap::new();
    for info in model.states.values() {
        let Some(other) = first.get(info.asl_name.as_str()) else {
            first.insert(&info.asl_name, info);
            continue;
        };
        // The one with `as` is the one that can be changed freely.
        let (changed, kept) =
            if info.state.alias.is_none() && other.state.alias.is_some() { (*other, info) } else { (info, *other) };
        let span =
            changed.state.alias.as_ref().map_or_else(|| TokenSpan::from(changed.state.name.span()), |alias| alias.span);
        let message =
            format!("`{}` and `{}` are both named \"{}\" in the document", kept.name, changed.name, info.asl_name);
        sink.push(
            Problem::new(Code::DuplicateStateName, span, message).help("give one of them another name after `as`"),
        );
    }
}

/// The machine's name: at most 80 characters, none of those that `CreateStateMachine` refuses
/// (<https://docs.aws.amazon.com/step-functions/latest/apireference/API_CreateStateMachine.html>).
fn machine_name(model: &Model<'_>, sink: &mut Sink<'_>) {
    const REFUSED: &str = " <>{}[]?*\"#%\\^|~`$&,;:/";
    let declared = model.workflow.declarations.iter().find_map(|declaration| match &declaration.kind {
        DeclarationKind::Name(text) => Some(text.span),
        _ => None,
    });
    let span = declared.unwrap_or_else(|| model.workflow.name.span().into());
    let name = &model.machine_name;
    let length = name.chars().count();
    if length == 0 || length > RESOURCE_NAME_CHARS {
        let message = format!("a state machine's name must have 1 to {RESOURCE_NAME_CHARS} characters, found {length}");
        sink.push(Problem::new(Code::BadLiteral, span, message).help("choose another: `name \"…\";`"));
    } else if let Some(refused) = name.chars().find(|c| REFUSED.contains(*c) || c.is_whitespace() || c.is_control()) {
        let message = format!("a state machine's name cannot contain {refused:?}");
        sink.push(Problem::new(Code::BadLiteral, span, message).help("letters, digits, `-` and `_` are safe"));
    }
}

/// Returns a scope's name for messages.
pub(super) fn describe(model: &Model<'_>, scope: usize) -> String {
    model.scopes.get(scope).map(super::model::Scope::describe).unwrap_or_default()
}
