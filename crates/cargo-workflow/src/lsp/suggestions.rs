//! What may be written as a key or a value, from the tables of ASL and of AWS's APIs.

use std::collections::BTreeSet;

use lsp_types::CompletionItemKind;
use serde_json::Value;
use workflow_asl::document::{Count, Field, Form, Kinds, Operand, Operator, QueryLanguage, State, StateKind};
use workflow_asl::rules::known_errors;
use workflow_asl::{error_name, template};
use workflow_services::{Integration, MachineType, Pattern, Service, Shape, Support};

use super::completion::Suggestion;
use super::document::Machine;
use super::expression::code;
use super::place::Here;
use super::symbols;
use crate::describe;

/// The prefix of the ARNs of integrations.
const INTEGRATION: &str = "arn:aws:states:::";
/// The prefix of the names of SDK integrations.
const SDK: &str = "aws-sdk:";

/// Returns the keys that an object may have.
pub(super) fn keys(machine: &Machine, here: &Here<'_>) -> Vec<Suggestion> {
    if here.is_object() {
        return fields(machine, here);
    }
    if let Some(shape) = here.request(machine) {
        return members(shape, here.language(machine));
    }
    let is_assign = here.field.is_some_and(|field| field.name == "Assign") && here.below.len() == 1;
    if is_assign {
        let names = symbols::variables(machine);
        return names.into_iter().map(|name| Suggestion::new(name, CompletionItemKind::VARIABLE, "variable")).collect();
    }
    Vec::new()
}

fn fields(machine: &Machine, here: &Here<'_>) -> Vec<Suggestion> {
    let (kind, language) = (here.kind(), here.language(machine));
    let is_state = here.table.name == State::TABLE.name;
    let is_here = |field: &&Field| {
        let of_kind = !is_state || kind.is_none_or(|kind| field.kinds.contains(kind));
        of_kind && field.language.is_none_or(|only| only == language)
    };
    let of_field = |field: &Field| {
        let is_needed = field.required
            || here.table.groups.iter().any(|group| {
                let is_of = group.kinds == Kinds::ALL || kind.is_some_and(|kind| group.kinds.contains(kind));
                is_of && group.count != Count::AtMostOne && group.fields.contains(&field.name)
            });
        let is_next = field.name == "Next" && kind != Some(StateKind::Choice);
        let detail = if field.required { format!("{}, required", field.form) } else { field.form.to_string() };
        let rank = if is_needed { 0 } else { 2 - u8::from(is_next) };
        Suggestion::new(field.name, CompletionItemKind::FIELD, detail).doc(doc_of(field)).rank(rank)
    };
    let mut all: Vec<_> = here.table.fields.iter().filter(is_here).map(of_field).collect();
    if is_state && kind.is_none() {
        // All other fields depend on the kind.
        all.iter_mut().for_each(|one| one.rank = 2);
    }
    if is_state {
        all.push(Suggestion::new("Type", CompletionItemKind::FIELD, "kind of the state, required").rank(0));
    }
    let compares =
        here.table.fields.iter().any(|field| field.name == "Variable") && language == QueryLanguage::JsonPath;
    if compares {
        let operators = Operator::ALL
            .iter()
            .map(|operator| Suggestion::new(operator.name(), CompletionItemKind::OPERATOR, "comparison").rank(3));
        all.extend(operators);
    }
    all
}

/// Returns the description of a field.
pub(super) fn doc_of(field: &Field) -> String {
    let preset = field.preset.map(|preset| format!(" Default: `{preset}`.")).unwrap_or_default();
    format!("{}{preset}", field.doc)
}

/// Returns the members of a request, the required ones first.
fn members(shape: Shape, language: QueryLanguage) -> Vec<Suggestion> {
    let members = shape.structure().into_iter().flat_map(|structure| structure.members());
    let mut all = Vec::new();
    for member in members {
        let ty = describe::type_of(member.shape);
        let detail =
            if member.required { format!("{}, required", first_line(&ty)) } else { first_line(&ty).to_owned() };
        let doc = code(&ty);
        let rank = if member.required { 0 } else { 2 };
        all.push(Suggestion::new(member.name, CompletionItemKind::FIELD, detail.clone()).doc(doc.clone()).rank(rank));
        if language == QueryLanguage::JsonPath {
            let name = format!("{}{}", member.name, template::SUFFIX);
            all.push(
                Suggestion::new(name, CompletionItemKind::FIELD, format!("{detail}, by a path"))
                    .doc(doc)
                    .rank(rank + 1),
            );
        }
    }
    all
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

/// Returns the values that may be written.
pub(super) fn values(machine: &Machine, here: &Here<'_>, written: &str) -> Vec<Suggestion> {
    let words = |words: &[&str], kind| words.iter().map(|word| Suggestion::new(*word, kind, "")).collect::<Vec<_>>();
    if let Some(shape) = here.request(machine) {
        return match shape {
            Shape::Enum(values) => words(&values.values().collect::<Vec<_>>(), CompletionItemKind::ENUM_MEMBER),
            Shape::Boolean => words(&["true", "false"], CompletionItemKind::KEYWORD),
            _ => Vec::new(),
        };
    }
    let [name, rest @ ..] = here.below.as_slice() else { return Vec::new() };
    let Some(field) = here.field else {
        let is_type = name == "Type" && here.table.name == State::TABLE.name;
        let kinds = StateKind::ALL.iter().filter(|_| is_type);
        let operator = Operator::from_name(name).filter(|operator| operator.operand() == Operand::Flag);
        let flags =
            if operator.is_some() { words(&["true", "false"], CompletionItemKind::KEYWORD) } else { Vec::new() };
        return kinds
            .map(|kind| Suggestion::new(kind.name(), CompletionItemKind::ENUM_MEMBER, "kind of state"))
            .chain(flags)
            .collect();
    };
    match field.form {
        Form::Word(known) if rest.is_empty() => words(known, CompletionItemKind::ENUM_MEMBER),
        Form::Flag => words(&["true", "false"], CompletionItemKind::KEYWORD),
        Form::StateName => states(machine, here),
        Form::Resource => resources(written, machine.kind),
        Form::ErrorNames => errors(machine, here),
        _ => Vec::new(),
    }
}

/// Returns the states that a transition may go to.
fn states(machine: &Machine, here: &Here<'_>) -> Vec<Suggestion> {
    let states = machine.value.pointer(here.scope.child("States").as_str());
    // A scope's own `StartAt` is a field of the object with the states.
    let own = here.object.child("States");
    let own =
        machine.value.pointer(own.as_str()).filter(|_| here.below.first().is_some_and(|field| field == "StartAt"));
    let states = own.or(states).and_then(Value::as_object);
    let current = here.state.as_ref().map(|(at, _)| at.tokens().last().unwrap_or_default());
    let suggest = |(name, state): (&String, &Value)| {
        let kind = state.get("Type").and_then(Value::as_str).unwrap_or_default();
        let comment = state.get("Comment").and_then(Value::as_str);
        let is_own = own.is_none() && current.as_ref() == Some(name);
        let one = Suggestion::new(name, CompletionItemKind::REFERENCE, format!("{kind} state"));
        Suggestion { doc: comment.map(str::to_owned), ..one.rank(if is_own { 2 } else { 1 }) }
    };
    states.into_iter().flatten().map(suggest).collect()
}

/// Returns the actions and services that begin with what is written. The actions of an SDK service follow its name.
fn resources(written: &str, kind: MachineType) -> Vec<Suggestion> {
    let mut all = Vec::new();
    let mut add = |name: String, detail: String, kind| {
        all.push(Suggestion::new(format!("{INTEGRATION}{name}"), kind, detail));
    };
    let name = written.strip_prefix(INTEGRATION).unwrap_or_default();
    let service =
        name.strip_prefix(SDK).and_then(|rest| rest.split_once(':')).and_then(|(service, _)| Service::find(service));
    if let Some(service) = service {
        for operation in service.operations().filter(|operation| operation.is_supported()) {
            let name = format!("{SDK}{}:{}", service.name(), operation.name());
            add(name.clone(), "SDK action".to_owned(), CompletionItemKind::FUNCTION);
            if name == written.strip_prefix(INTEGRATION).unwrap_or_default() {
                add(
                    format!("{name}.waitForTaskToken"),
                    "SDK action with a task token".to_owned(),
                    CompletionItemKind::FUNCTION,
                );
            }
        }
        return all;
    }
    for integration in Integration::all() {
        for pattern in
            Pattern::ALL.into_iter().filter(|pattern| integration.support(*pattern, kind) != Support::Refused)
        {
            add(
                format!("{}{}", integration.name(), pattern.suffix()),
                "optimised action".to_owned(),
                CompletionItemKind::FUNCTION,
            );
        }
    }
    for service in Service::all().filter(|service| !service.is_retired()) {
        add(format!("{SDK}{}:", service.name()), "SDK service".to_owned(), CompletionItemKind::MODULE);
    }
    all
}

/// Returns the errors that the state, or the states inside it, may raise, and the reserved names.
fn errors(machine: &Machine, here: &Here<'_>) -> Vec<Suggestion> {
    let names = here.state.iter().flat_map(|(at, _)| known_errors(&machine.machine, at)).collect::<BTreeSet<_>>();
    let own = names
        .into_iter()
        .map(|name| Suggestion::new(name, CompletionItemKind::ENUM_MEMBER, "error of the task").rank(0));
    let caught = error_name::RESERVED
        .iter()
        .filter(|name| !error_name::NEVER_CAUGHT.contains(name) && !error_name::NEVER_RAISED.contains(name));
    let reserved = caught.map(|name| {
        Suggestion::new(*name, CompletionItemKind::ENUM_MEMBER, "reserved")
            .doc(error_name::doc(name).unwrap_or_default())
    });
    own.chain(reserved).collect()
}
