//! Hover: types and descriptions of the word at the cursor.

use lsp_types::{Hover, HoverContents, MarkupContent, MarkupKind, Position};
use serde_json::Value;
use workflow_asl::document::{Form, State};
use workflow_asl::intrinsic::Function;
use workflow_asl::rules::Annotations;
use workflow_asl::{Pointer, error_name, template, types};

use super::document::{Document, Machine};
use super::expression::{self, code};
use super::place::Here;
use super::suggestions::doc_of;
use crate::definition::Definition;
use crate::params::Values;
use crate::{describe, explain, source};

/// Returns the description of the word at a position.
pub(super) fn hover(document: &Document, position: Position) -> Option<Hover> {
    let offset = document.offset(position);
    let cursor = document.cursor(offset)?;
    let (machine, at) = document.machine_at(&cursor.at)?;
    let here = machine.here(&at);
    let value = match &cursor.name {
        Some(name) => of_key(machine, &here, &at, name)?,
        None if cursor.is_key => return None,
        None => {
            let text = machine.value.pointer(at.as_str()).and_then(Value::as_str).unwrap_or_default();
            let inside = document.offset_in(machine, &cursor.at, offset).unwrap_or_default();
            let of_expression = || expression::describe(machine, &here, &at, text, inside);
            of_expression().or_else(|| of_value(machine, &here, text))?
        }
    };
    let contents = HoverContents::Markup(MarkupContent { kind: MarkupKind::Markdown, value });
    Some(Hover { contents, range: Some(document.range(cursor.span)) })
}

fn of_key(machine: &Machine, here: &Here<'_>, at: &Pointer, name: &str) -> Option<String> {
    if here.is_states() {
        return state(machine, &at.child(name));
    }
    if here.is_object() {
        if name == "Type" && here.table.name == State::TABLE.name {
            return Some("The kind of the state.".to_owned());
        }
        let field = here.table.fields.iter().find(|field| field.name == name)?;
        let required = if field.required { ", required" } else { "" };
        return Some(format!("`{name}`: {}{required}\n\n{}", field.form, doc_of(field)));
    }
    let plain = name.strip_suffix(template::SUFFIX).unwrap_or(name);
    if here.field.is_some_and(|field| field.name == "Assign") && here.below.len() == 1 {
        return assigned(machine, here, plain);
    }
    let member = here.request(machine)?.member(plain)?;
    let mark = if member.required { "" } else { "?" };
    Some(code(&format!("{plain}{mark}: {}", describe::type_of(member.shape))))
}

/// Returns the type that a variable has after it is assigned: in the next state.
fn assigned(machine: &Machine, here: &Here<'_>, name: &str) -> Option<String> {
    let next = machine.value.pointer(here.object.as_str())?.get("Next")?.as_str()?;
    let states = types::of_states(&machine.machine, machine.kind, &Annotations::default());
    let ty = states.get(&here.scope.child("States").child(next))?.variable(name)?;
    Some(code(&format!("${name}: {ty}")))
}

fn of_value(machine: &Machine, here: &Here<'_>, text: &str) -> Option<String> {
    let field = here.field?;
    match field.form {
        Form::StateName => {
            let scope = if field.name == "StartAt" { &here.object } else { &here.scope };
            state(machine, &scope.child("States").child(text))
        }
        Form::Resource => describe::text(text).map(|text| code(&text)),
        Form::ErrorNames => Some(format!("`{text}`: {}", error_name::doc(text)?)),
        _ => Function::from_name(text).map(|function| function.doc().to_owned()),
    }
}

/// Returns what `explain` prints about a state.
fn state(machine: &Machine, at: &Pointer) -> Option<String> {
    let definition = Definition::of_document(machine.value.clone(), std::collections::BTreeSet::new());
    let read = source::Machine::new(machine.name.clone(), machine.kind, definition, &Values::default()).ok()?;
    explain::state(&read, at).map(|text| code(&text))
}
