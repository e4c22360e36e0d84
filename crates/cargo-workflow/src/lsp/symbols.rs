//! The names of states and variables: where each is defined and used, and how it is renamed.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use lsp_types::{Location, TextEdit};
use serde_json::Value;
use workflow_asl::document::Form;
use workflow_asl::finding::Fix;
use workflow_asl::limits::STATE_NAME_CHARS;
use workflow_asl::references::{self, ReferenceRoot};
use workflow_asl::rules::variable_name_problem;
use workflow_asl::{Pointer, template};

use super::document::{Document, Machine};

/// A state or a variable: its kind, the scope that has it, and its name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Symbol {
    kind: Kind,
    scope: Pointer,
    pub(super) name: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    State,
    Variable,
}

/// A place where a symbol is written.
#[derive(Debug)]
pub(super) struct Occurrence {
    symbol: Symbol,
    /// The pointer in the document.
    at: Pointer,
    /// The part of the string at the pointer; all of it, or the key, if there is none.
    range: Option<Range<usize>>,
    is_key: bool,
    is_definition: bool,
    /// The position in the text.
    span: (usize, usize),
}

/// Returns the names of the variables that a machine assigns.
pub(super) fn variables(machine: &Machine) -> BTreeSet<String> {
    let all = written(machine).into_iter().filter(|one| one.symbol.kind == Kind::Variable && one.is_definition);
    all.map(|one| one.symbol.name).collect()
}

/// Returns each name in the document, with its position.
fn occurrences(document: &Document, machine: &Machine) -> Vec<Occurrence> {
    let parts: BTreeMap<&str, _> = document.parts.iter().map(|part| (part.pointer.as_str(), part)).collect();
    let mut found = written(machine);
    let ranged = |one: &Occurrence| one.range.clone().map(|range| (one.at.clone(), range));
    let mut spans = document.spans(machine, &found.iter().filter_map(ranged).collect::<Vec<_>>()).into_iter();
    found.retain_mut(|one| {
        let span = one.range.as_ref().and_then(|_| spans.next());
        let Some(part) = parts.get(one.at.as_str()) else { return false };
        let whole = if one.is_key { part.key.unwrap_or_default() } else { part.value };
        one.span = span.unwrap_or_else(|| without_quotes(document.source.text(), whole));
        true
    });
    found
}

fn without_quotes(text: &str, (start, length): (usize, usize)) -> (usize, usize) {
    let raw = text.get(start..start + length).unwrap_or_default();
    let is_quoted =
        length > 1 && (raw.starts_with('"') && raw.ends_with('"') || raw.starts_with('\'') && raw.ends_with('\''));
    if is_quoted { (start + 1, length - 2) } else { (start, length) }
}

/// Returns each name in the definition, without its position.
fn written(machine: &Machine) -> Vec<Occurrence> {
    let mut found = Vec::new();
    in_value(machine, &machine.value, &Pointer::root(), &mut found);
    let assigned: BTreeSet<Symbol> =
        found.iter().filter(|one| one.symbol.kind == Kind::Variable).map(|one| one.symbol.clone()).collect();
    for reference in references::references(&machine.machine) {
        let ReferenceRoot::Variable(name) = &reference.root else { continue };
        // The variable of the nearest scope around the reference that assigns it.
        let mut scope = machine.here(&reference.pointer).scope;
        let symbol = loop {
            let symbol = Symbol { kind: Kind::Variable, scope: scope.clone(), name: name.clone() };
            if assigned.contains(&symbol) {
                break Some(symbol);
            }
            // The scope around the state that has this one.
            match scope.parent() {
                Some(holder) => scope = machine.here(&holder).scope,
                None => break None,
            }
        };
        let Some(symbol) = symbol else { continue };
        let start = reference.range.start + 1;
        let range = Some(start..start + name.len());
        let at = machine.outside(&reference.pointer);
        found.push(Occurrence { symbol, at, range, is_key: false, is_definition: false, span: (0, 0) });
    }
    found
}

fn in_value(machine: &Machine, value: &Value, at: &Pointer, found: &mut Vec<Occurrence>) {
    let here = machine.here(at);
    let add = |kind, scope: &Pointer, name: &str, at: &Pointer, is_definition| {
        let symbol = Symbol { kind, scope: scope.clone(), name: name.to_owned() };
        let at = machine.outside(at);
        Occurrence { symbol, at, range: None, is_key: is_definition, is_definition, span: (0, 0) }
    };
    match value {
        Value::Object(members) => {
            let is_assign = here.below.len() == 1 && here.field.is_some_and(|field| field.name == "Assign");
            // Nothing in a computed value is a name of ASL.
            let is_data = here.field.is_some_and(|field| field.form.table().is_none());
            for (key, member) in members {
                let place = at.child(key);
                if here.is_states() {
                    found.push(add(Kind::State, &here.object, key, &place, true));
                } else if is_assign {
                    let name = key.strip_suffix(template::SUFFIX).unwrap_or(key);
                    found.push(add(Kind::Variable, &here.scope, name, &place, true));
                }
                if !is_data {
                    in_value(machine, member, &place, found);
                }
            }
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, item)| in_value(machine, item, &at.index(index), found));
        }
        Value::String(name)
            if here.below.len() == 1 && here.field.is_some_and(|field| field.form == Form::StateName) =>
        {
            let is_start = here.field.is_some_and(|field| field.name == "StartAt");
            found.push(add(Kind::State, if is_start { &here.object } else { &here.scope }, name, at, false));
        }
        _ => {}
    }
}

impl Document {
    /// Returns the symbol that is written at an offset, and its span.
    pub(super) fn symbol(&self, offset: usize) -> Option<(&Machine, Symbol, (usize, usize))> {
        self.machines.iter().find_map(|machine| {
            let all = occurrences(self, machine);
            let one = all.into_iter().find(|one| (one.span.0..=one.span.0 + one.span.1).contains(&offset))?;
            Some((machine, one.symbol, one.span))
        })
    }

    /// Returns the places where a symbol is defined, or also the places where it is used.
    pub(super) fn places(&self, machine: &Machine, symbol: &Symbol, uses: bool, definitions: bool) -> Vec<Location> {
        let all = occurrences(self, machine).into_iter().filter(|one| one.symbol == *symbol);
        let wanted = all.filter(|one| if one.is_definition { definitions } else { uses });
        wanted.map(|one| Location { uri: self.uri.clone(), range: self.range(one.span) }).collect()
    }

    /// Returns the edits that rename a symbol.
    ///
    /// # Errors
    /// Returns the reason, in words, if the name is not possible.
    pub(super) fn renamed(&self, machine: &Machine, symbol: &Symbol, name: &str) -> Result<Vec<TextEdit>, String> {
        if !self.is_current {
            return Err("the document cannot be read as it is".to_owned());
        }
        let all = occurrences(self, machine);
        let fault = match symbol.kind {
            _ if name.is_empty() => Some("the new name is empty".to_owned()),
            Kind::State if name.chars().count() > STATE_NAME_CHARS => {
                Some(format!("the name of a state has at most {STATE_NAME_CHARS} characters"))
            }
            Kind::Variable if name == "states" => Some("`$states` is reserved".to_owned()),
            Kind::Variable => variable_name_problem(name).map(|why| format!("a variable cannot have this name: {why}")),
            _ => None,
        };
        if let Some(fault) = fault {
            return Err(fault);
        }
        if all.iter().any(|one| one.symbol == Symbol { name: name.to_owned(), ..symbol.clone() }) {
            return Err(format!("there is already a `{name}`"));
        }
        let edits = all.into_iter().filter(|one| one.symbol == *symbol).map(|one| {
            let suffix = if one.is_key && one.at.as_str().ends_with(template::SUFFIX) { template::SUFFIX } else { "" };
            let fix = if one.is_key { Fix::Key(format!("{name}{suffix}")) } else { Fix::Text(name.to_owned()) };
            let edit = self.edit(machine, &one.at, one.range.map(|range| (range.start, range.len())), fix);
            let edit = edit.ok_or_else(|| format!("line {} cannot be changed", self.range(one.span).start.line + 1))?;
            Ok(TextEdit { range: self.range(edit.span), new_text: edit.text })
        });
        edits.collect()
    }
}
