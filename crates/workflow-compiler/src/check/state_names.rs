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
    for info in &model.duplicates {
        sink.report(|| {
            if let Some(problem) = of_use(model, info) {
                return problem;
            }
            let message = format!("two states are named `{}`", info.name);
            let help = match model.states.get(&info.name) {
                Some(first) if first.scope != info.scope => format!(
                    "the other is in {}; names are unique in the whole workflow: rename one",
                    describe(model, first.scope)
                ),
                _ => "rename one".to_owned(),
            };
            Problem::new(Code::DuplicateState, info.state.span(), message).help(help)
        });
    }
}

/// Returns the problem if one of two states with the same name belongs to a use of a fragment.
fn of_use(model: &Model<'_>, info: &StateInfo<'_>) -> Option<Problem> {
    let workflow = model.workflow;
    let outermost = |info: &StateInfo<'_>| workflow.outermost(workflow.use_around(info.state.in_use)?);
    let name = &info.name;
    if let Some(used) = outermost(info) {
        // Both are in the fragment, which has the error by itself.
        if model.states.get(name).and_then(outermost).is_some_and(|other| other.number == used.number) {
            return None;
        }
        let message = format!("the state `{name}` of this use has the name of another state");
        let problem = Problem::new(Code::DuplicateState, used.written.span(), message);
        return Some(problem.help(format!("give this use another name: `use {} as …`", used.fragment)));
    }
    let used = outermost(model.states.get(name)?)?;
    let message = format!("`{name}` is also a state of the use `{}`", used.written);
    Some(Problem::new(Code::DuplicateState, info.state.span(), message).help("rename this state or the use"))
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
        if let Some(name) = info.state.written.as_ref().filter(|name| Some(*name) == other.state.written.as_ref())
            && of(info).is_none()
        {
            // The items of a wrong repetition are not known.
            if !info.state.is_broken() {
                let message = format!("two copies of `{name}` are named \"{}\" in the document", info.asl_name);
                let problem = Problem::new(Code::DuplicateStateName, info.state.span(), message);
                sink.push(problem.help("add the item of each `for` around the state to the name, or a part of the item that is different for each copy"));
            }
            continue;
        }
        // Only the name with `as` can be changed freely.
        let (changed, kept) =
            if info.state.alias.is_none() && other.state.alias.is_some() { (*other, info) } else { (info, *other) };
        if let Some(used) = of(info) {
            // All states of a use can have the same names as the states of another use.
            if !reported.contains(&used.number) {
                reported.push(used.number);
                let message =
                    format!("two states are named \"{}\" in the document, one of them in this use", info.asl_name);
                let problem = Problem::new(Code::DuplicateStateName, used.written.span(), message);
                sink.push(problem.help("give this use another name in the document: `as \"…\"`"));
            }
            continue;
        }
        let span = changed.state.alias.as_ref().map_or_else(|| changed.state.span(), |alias| alias.span);
        let message =
            format!("`{}` and `{}` are both named \"{}\" in the document", kept.name, changed.name, info.asl_name);
        sink.push(
            Problem::new(Code::DuplicateStateName, span, message).help("give one of them another name after `as`"),
        );
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
