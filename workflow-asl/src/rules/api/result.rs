//! The rule on what is read of a task's result: the members that the API's result has.

use std::collections::BTreeMap;

use workflow_services::Shape;

use super::{Call, Caller, alike};
use crate::document::{PathField, QueryLanguage, State};
use crate::nearest::Lookups;
use crate::references::{LiteralKind, LiteralStep, Reference, ReferenceRoot};
use crate::rules::Definition;
use crate::{Code, Diagnostic};

/// Paths into a task's result name members that it has.
pub(in crate::rules) fn results_have_the_members_that_are_read(
    definition: &Definition<'_>,
    found: &mut Vec<Diagnostic>,
) {
    let lookups = Lookups::default();
    let tasks = definition.calls.iter().filter(|call| call.caller == Caller::Task);
    let tasks: BTreeMap<usize, &Call<'_>> = tasks.map(|call| (call.state, call)).collect();
    for reference in definition.references.iter().filter(|reference| !reference.guard) {
        let Some(call) = tasks.get(&reference.state_number) else { continue };
        let Some(task) = call.target() else { continue };
        let Some(state) = definition.parts.states.get(reference.state_number) else { continue };
        if !starts_from_result(reference, state.state) {
            continue;
        }
        let Some((step, shape)) = first_wrong(task.output(), &reference.steps) else { continue };
        let LiteralKind::Name(name) = &step.kind else { continue };
        let names =
            || shape.structure().into_iter().flat_map(|structure| structure.members().map(|member| member.name));
        let message = match shape.structure() {
            Some(_) => format!("the result of `{}` has no `{}` here", call.name(), name),
            None => format!("the result of `{}` is {} here, which has no `{name}`", call.name(), shape.kind()),
        };
        let near = names().find(|known| alike(known, name)).or_else(|| lookups.nearest(name, names()));
        let help = match near {
            Some(near) => Some(format!("did you mean `{near}`?")),
            None if shape.structure().is_some() => member_with(shape, name),
            None => None,
        };
        // What only asks, or stands where it may not be come to, does not fail.
        let certain = task.output_verified() && reference.needed;
        let code = if certain { Code::UnknownResultMember } else { Code::DoubtfulResultMember };
        let diagnostic = Diagnostic::new(code, reference.pointer.clone(), message);
        let diagnostic = diagnostic.with_range(step.range.start, step.range.len());
        found.push(match help {
            Some(help) => diagnostic.with_help(help),
            None => diagnostic,
        });
    }
}

/// Whether the reference reads the result as the API gave it.
fn starts_from_result(reference: &Reference<'_>, state: &State) -> bool {
    match reference.root {
        ReferenceRoot::Result => true,
        // The output is the result where nothing selects from it, and nothing puts it elsewhere.
        ReferenceRoot::Output => {
            let whole = match &state.result_path {
                None => !state.has("ResultPath"),
                Some(PathField::Path(path)) => path == "$",
                Some(PathField::Null) => false,
            };
            whole && !state.has("ResultSelector") && reference.language == QueryLanguage::JsonPath
        }
        _ => false,
    }
}

/// The first step that leads nowhere, with the shape that has no such member.
fn first_wrong(mut shape: Shape, steps: &[LiteralStep]) -> Option<(&LiteralStep, Shape)> {
    for step in steps {
        shape = match (&step.kind, shape) {
            (LiteralKind::Index(_), Shape::List(list)) => list.element(),
            // JSONata takes a value for an array of one.
            (LiteralKind::Index(_), _) => return None,
            (LiteralKind::Name(name), shape) => {
                let shape = items_of(shape);
                match shape {
                    Shape::Map(map) => map.value(),
                    // What the table has of blobs is what the API says; an integration may read JSON from them.
                    Shape::Blob | Shape::Document | Shape::List(_) => return None,
                    shape => match shape.member(name) {
                        Some(member) => member.shape,
                        None => return Some((step, shape)),
                    },
                }
            }
        };
    }
    None
}

/// A name also reads the members of an array's items.
fn items_of(mut shape: Shape) -> Shape {
    // A list of lists of lists: AWS has none that nests deeper, and a corrupt table ends.
    for _ in 0..4 {
        match shape {
            Shape::List(list) => shape = list.element(),
            _ => break,
        }
    }
    shape
}

/// Says which member of the result has one of that name.
fn member_with(shape: Shape, name: &str) -> Option<String> {
    let members = shape.structure()?.members();
    let holder = members.map(|member| (member.name, member.shape)).find(|(_, inner)| inner.member(name).is_some())?;
    Some(format!("it is in `{}`: `{}.{name}`", holder.0, holder.0))
}
