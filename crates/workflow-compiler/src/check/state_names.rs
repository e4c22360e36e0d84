//! Names of states: each is unique in the whole workflow, in the language and in the document.

use indexmap::IndexMap;
use workflow_asl::Code;
use workflow_asl::limits::RESOURCE_NAME_CHARS;

use super::model::{Model, StateInfo};
use super::sink::Sink;
use crate::problem::Problem;
use crate::syntax::ast::DeclarationKind;

pub(super) fn check(model: &Model<'_>, sink: &mut Sink<'_>) {
    identifiers(model, sink);
    asl_names(model, sink);
    machine_name(model, sink);
}

/// A state's identifier is its variant in the state enum: unique across branches and maps.
fn identifiers(model: &Model<'_>, sink: &mut Sink<'_>) {
    let workflow = model.workflow;
    let outermost = |info: &StateInfo<'_>| workflow.outermost(workflow.use_around(info.state.in_use)?);
    for info in &model.duplicates {
        let name = &info.name;
        let first = model.states.get(name);
        let (one, other) = (outermost(info), first.and_then(outermost));
        // If both are in one use, the fragment has the error by itself.
        let (span, message, help) = match (one, other, first) {
            (Some(used), other, _) if other.is_none_or(|other| other.number != used.number) => (
                used.written.span().into(),
                format!("the state `{name}` of this use has the name of another state"),
                format!("give this use another name: `use {} as …`", used.fragment),
            ),
            (None, Some(used), _) => (
                info.state.span(),
                format!("`{name}` is also a state of the use `{}`", used.written),
                "rename this state or the use".to_owned(),
            ),
            (.., first) => {
                let there = first.filter(|first| first.scope != info.scope);
                let there = there.map(|first| format!("the other is in {}; ", describe(model, first.scope)));
                let help = format!("{}names are unique in the whole workflow: rename one", there.unwrap_or_default());
                (info.state.span(), format!("two states are named `{name}`"), help)
            }
        };
        sink.push(Problem::new(Code::DuplicateState, span, message).help(help));
    }
}

/// Checks that states with different identifiers have different names in the document.
fn asl_names(model: &Model<'_>, sink: &mut Sink<'_>) {
    let mut first: IndexMap<&str, &StateInfo<'_>> = IndexMap::new();
    let workflow = model.workflow;
    let of = |info: &StateInfo<'_>| workflow.outermost(workflow.use_around(info.state.in_use)?);
    let mut reported = Vec::new();
    for info in model.states.values() {
        let Some(other) = first.get(info.asl_name.as_str()) else {
            first.insert(&info.asl_name, info);
            continue;
        };
        let used = of(info);
        let copies = used.is_none() && info.state.written.is_some() && info.state.written == other.state.written;
        // The items of a wrong repetition are not known, and all states of a use can have the names of another's.
        if copies && info.state.is_broken() || used.is_some_and(|used| reported.contains(&used.number)) {
            continue;
        }
        reported.extend(used.map(|used| used.number));
        // Only the name with `as` can be changed freely.
        let changed = if info.state.alias.is_none() && other.state.alias.is_some() { *other } else { info };
        let (span, help) = match used {
            Some(used) => (used.written.span().into(), "give this use another name in the document: `as \"…\"`"),
            None if copies => (info.state.span(), "add the item of each `for` around the state to the name"),
            None => {
                let alias = changed.state.alias.as_ref().map(|alias| alias.span);
                (alias.unwrap_or_else(|| changed.state.span()), "give one of them another name after `as`")
            }
        };
        let [one, two] = [other, &info].map(|info| info.written());
        let both = if one == two { format!("two states `{one}`") } else { format!("`{one}` and `{two}`") };
        let message = format!("{both} are named {:?} in the document", info.asl_name);
        sink.push(Problem::new(Code::DuplicateStateName, span, message).help(help));
    }
}

/// The machine's name: at most 80 characters, and no character that `CreateStateMachine` refuses
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
    let refused = name.chars().find(|c| REFUSED.contains(*c) || c.is_whitespace() || c.is_control());
    let message = match refused {
        _ if length == 0 || length > RESOURCE_NAME_CHARS => {
            format!("a state machine's name must have 1 to {RESOURCE_NAME_CHARS} characters, found {length}")
        }
        Some(refused) => format!("a state machine's name cannot contain {refused:?}"),
        None => return,
    };
    let problem = Problem::new(Code::BadLiteral, span, message);
    sink.push(problem.help("choose another: `name \"…\";`, of letters, digits, `-` and `_`"));
}

/// Returns a scope's name for messages.
pub(super) fn describe(model: &Model<'_>, scope: usize) -> String {
    model.scopes.get(scope).map(super::model::Scope::describe).unwrap_or_default()
}
