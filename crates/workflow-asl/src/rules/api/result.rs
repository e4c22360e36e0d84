//! The rule on reads of a task's result: the members must exist in the API's result.

use std::collections::{BTreeMap, BTreeSet};

use workflow_services::Shape;

use super::{ApiCall, Caller};
use crate::document::{PathField, QueryLanguage, State};
use crate::nearest::Lookups;
use crate::references::{LiteralKind, LiteralStep, Reference, ReferenceRoot};
use crate::request_input::names_json;
use crate::result::{Member, ResultPart, meant_of_call, sees_only};
use crate::rules::Definition;
use crate::{Diagnostic, Finding};

/// Paths into a task's result name members that it has.
pub(in crate::rules) fn results_have_the_members_that_are_read(
    definition: &Definition<'_>,
    found: &mut Vec<Diagnostic>,
) {
    let lookups = Lookups::default();
    let tasks = definition.calls.iter().filter(|call| call.caller == Caller::Task);
    let tasks: BTreeMap<usize, &ApiCall<'_>> = tasks.map(|call| (call.state, call)).collect();
    // The table is read from front to back: tasks that call the same often read the same of it.
    let (mut right, mut open) = (BTreeSet::new(), BTreeSet::new());
    let mut results = BTreeMap::new();
    for reference in definition.references().iter().filter(|reference| !reference.guard) {
        let Some(call) = tasks.get(&reference.state_number) else { continue };
        let Some(task) = call.target() else { continue };
        let Some(state) = definition.index.states.get(reference.state_number) else { continue };
        // Another rule reports `$states.result` in a catcher.
        let field = reference.pointer.as_str().strip_prefix(state.at.as_str());
        let in_catcher = field.is_some_and(|field| field.starts_with("/Catch/"));
        if in_catcher || !starts_from_result(reference, state.state) {
            continue;
        }
        let names = reference.steps.iter().map(|step| match &step.kind {
            LiteralKind::Name(name) => Some(name.as_str()),
            LiteralKind::Index(_) => None,
        });
        let names: Vec<_> = names.collect();
        let begins_open = |length| open.contains(&(call.arn, names.iter().copied().take(length).collect::<Vec<_>>()));
        if right.contains(&(call.arn, names.clone())) || (0..=names.len()).any(begins_open) {
            continue;
        }
        let result = *results.entry(call.arn).or_insert_with(|| ResultPart::of(task));
        let (step, part, in_list) = match walk(result, &reference.steps) {
            Walk::Wrong(step, part, in_list) => (step, part, in_list),
            Walk::Right => {
                right.insert((call.arn, names));
                continue;
            }
            Walk::Open(length) => {
                open.insert((call.arn, names.into_iter().take(length).collect()));
                continue;
            }
        };
        let LiteralKind::Name(name) = &step.kind else { continue };
        let kind = part.shape().structure().is_none().then(|| part.shape().kind());
        let meant = meant_of_call(call.whole_name(), part, name, |names| lookups.nearest(name, names));
        let field = reference.pointer.tokens().nth(state.at.tokens().count()).unwrap_or_default();
        // The name may be the name of a member of the input.
        let sees = (reference.language == QueryLanguage::JsonPath
            && ["ResultSelector", "Assign"].contains(&&*field)
            && reference.steps.first().is_some_and(|first| std::ptr::eq(first, step)))
        .then(|| sees_only(&field, "the result"));
        let help = match (meant, sees) {
            (Some((help, true)), Some(sees)) => Some(format!("{help}; {sees}")),
            (meant, sees) => meant.map(|(help, _)| help).or(sees),
        };
        // A test, or a reference that may not be evaluated, does not fail.
        let certain = task.output_verified() && reference.needed;
        let (call, name) = (call.whole_name().to_owned(), name.clone());
        let before = reference.steps.iter().take_while(|one| !std::ptr::eq(*one, step));
        let holder = before.fold(String::new(), |holder, step| match &step.kind {
            LiteralKind::Name(name) if holder.is_empty() => name.clone(),
            LiteralKind::Name(name) => format!("{holder}.{name}"),
            LiteralKind::Index(index) => format!("{holder}[{index}]"),
        });
        let finding = match kind {
            Some(is) if !holder.is_empty() => {
                let help = match reference.language {
                    _ if is != "a string" || !names_json(&holder) => None,
                    _ if call == "states:startExecution.sync" => {
                        Some("it is JSON: with `.sync:2` in place of `.sync`, the result has its value".to_owned())
                    }
                    QueryLanguage::JsonPath => {
                        Some(format!("if it is JSON, `States.StringToJson($.{holder})` reads it"))
                    }
                    QueryLanguage::Jsonata => {
                        Some(format!("if it is JSON, `$parse($states.result.{holder})` reads it"))
                    }
                };
                let place = format!("`{holder}` in the result of `{call}`");
                let is = match is {
                    "a string" if in_list => "an array of strings",
                    "a number" if in_list => "an array of numbers",
                    is => is,
                };
                Finding::MemberOfScalar { place, name, is, help, certain }
            }
            kind => Finding::NoSuchResult { call, name, kind, help, certain },
        };
        found.push(finding.at(reference.pointer.clone()).with_range(step.range.start, step.range.len()));
    }
}

/// Returns whether the reference reads the result as the API gave it.
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

/// The result of following steps into a result.
enum Walk<'r> {
    /// To an existing member.
    Right,
    /// To a value of unknown type, after this many steps.
    Open(usize),
    /// The first invalid step, and the part of the result without such a member.
    /// The flag means that it is each item of a list.
    Wrong(&'r LiteralStep, ResultPart, bool),
}

fn walk(mut part: ResultPart, steps: &[LiteralStep]) -> Walk<'_> {
    for (number, step) in steps.iter().enumerate() {
        let next = match (&step.kind, part.shape()) {
            (_, Shape::Document | Shape::Blob) => return Walk::Open(number),
            (LiteralKind::Index(_), Shape::List(_)) => part.item(),
            // JSONata treats a single value as an array of one item.
            (LiteralKind::Index(_), _) => None,
            (LiteralKind::Name(name), _) => match items_of(part).map(|items| (items, items.member(name))) {
                Some((_, Member::Found(member, _))) => Some(member),
                Some((items, Member::None)) => return Walk::Wrong(step, items, items != part),
                Some((_, Member::Unknown)) | None => None,
            },
        };
        match next {
            Some(next) => part = next,
            None => return Walk::Open(number + 1),
        }
    }
    Walk::Right
}

/// Returns a name also reads the members of an array's items.
fn items_of(mut part: ResultPart) -> Option<ResultPart> {
    // A list of lists of lists: AWS has none that nests deeper, and a corrupt table ends.
    for _ in 0..4 {
        match part.shape() {
            Shape::List(_) => part = part.item()?,
            _ => return Some(part),
        }
    }
    None
}
