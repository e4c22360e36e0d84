//! A place of a document: the key or value there, and the entries of the tables of ASL for it.

use serde_json::Value;
use workflow_asl::document::{Field, QueryLanguage, State, StateKind, StateMachine, Table};
use workflow_asl::source::Format;
use workflow_asl::{Pointer, template};
use workflow_services::{Shape, TaskResource};

use super::document::{Document, Machine};

/// The key or value that the cursor is at.
#[derive(Debug)]
pub(super) struct Cursor {
    /// The pointer in the document: of the object that has the key, or of the value.
    pub(super) at: Pointer,
    /// Whether it is a key.
    pub(super) is_key: bool,
    /// The key, if it is there.
    pub(super) name: Option<String>,
    /// The span of what is written there, without quotes.
    pub(super) span: (usize, usize),
    /// Whether that is in quotes.
    pub(super) is_quoted: bool,
}

impl Document {
    /// Returns what the cursor is at.
    pub(super) fn cursor(&self, offset: usize) -> Option<Cursor> {
        let text = self.source.text();
        let within = |(start, length): (usize, usize)| (start..=start + length).contains(&offset);
        let key = self.parts.iter().find(|part| part.key.is_some_and(within));
        if let Some((part, key)) = key.and_then(|part| Some((part, part.key?))) {
            let name = part.pointer.tokens().last();
            return Some(Cursor { name, ..self.written(part.pointer.parent()?, true, key) });
        }
        let is_scalar = |at: &Pointer| !matches!(self.value(at), Some(Value::Object(_) | Value::Array(_)));
        let before = |end: usize| text.get(end..offset).filter(|between| !between.contains('\n'));
        let after_colon = self.parts.iter().rev().find(|part| {
            let between = part.key.and_then(|key| before(key.0 + key.1));
            between
                .and_then(|between| between.trim_start().strip_prefix([':', '=']))
                .is_some_and(|rest| rest.trim().is_empty())
        });
        if let Some(part) = after_colon {
            let is_there = within(part.value) && part.value.1 > 0;
            if is_there && !is_scalar(&part.pointer) {
                return None;
            }
            let span = if is_there { part.value } else { (offset, 0) };
            return Some(self.written(part.pointer.clone(), false, span));
        }
        let scalar =
            self.parts.iter().rev().find(|part| within(part.value) && part.value.1 > 0 && is_scalar(&part.pointer));
        if let Some(part) = scalar {
            return Some(self.written(part.pointer.clone(), false, part.value));
        }
        let opens = |at: usize| text.as_bytes().get(at).is_some_and(|byte| matches!(byte, b'{' | b'['));
        let holder = self.parts.iter().rev().find(|part| {
            let (start, end) = (part.value.0, part.value.0 + part.value.1);
            let is_closed = text.get(..end).is_some_and(|text| text.ends_with(['}', ']'])) && part.value.1 > 1;
            opens(start) && !is_scalar(&part.pointer) && start < offset && (offset < end || !is_closed && offset <= end)
        });
        match holder {
            Some(part) => Some(self.new_part(part.pointer.clone(), offset)),
            None if self.is_in_blocks() => self.cursor_by_indent(offset),
            None => None,
        }
    }

    fn is_in_blocks(&self) -> bool {
        self.source.format() == Format::Yaml && !self.source.text().trim_start().starts_with('{')
    }

    /// Returns the place of a new key or item.
    fn new_part(&self, at: Pointer, offset: usize) -> Cursor {
        match self.value(&at) {
            Some(Value::Array(items)) => {
                let is_before = |index: &usize| self.part(&at.index(*index)).is_some_and(|part| part.value.0 < offset);
                let number = (0..items.len()).take_while(is_before).count();
                Cursor { at: at.index(number), is_key: false, name: None, span: (offset, 0), is_quoted: false }
            }
            _ => Cursor { at, is_key: true, name: None, span: (offset, 0), is_quoted: false },
        }
    }

    /// Returns the place of a new key or item in YAML's blocks.
    fn cursor_by_indent(&self, offset: usize) -> Option<Cursor> {
        let text = self.source.text();
        let start = text.get(..offset)?.rfind('\n').map_or(0, |at| at + 1);
        let before = text.get(start..offset)?;
        let dash = before.trim_end().ends_with('-').then(|| before.find('-')).flatten();
        if !before.trim().is_empty() && dash.is_none() {
            return None;
        }
        let column = dash.unwrap_or(before.len());
        for part in self.parts.iter().rev() {
            let Some(key) = part.key.filter(|key| key.0 < start) else { continue };
            let key_column = key.0 - text.get(..key.0)?.rfind('\n').map_or(0, |at| at + 1);
            let value = self.value(&part.pointer);
            let is_list = matches!(value, Some(Value::Array(_)));
            if dash.is_some() && (key_column < column || key_column == column && is_list) {
                let items = value.and_then(Value::as_array).map_or(0, |items| {
                    let is_before =
                        |index: &usize| self.part(&part.pointer.index(*index)).is_some_and(|item| item.value.0 < start);
                    (0..items.len()).take_while(is_before).count()
                });
                return Some(Cursor {
                    at: part.pointer.index(items),
                    is_key: false,
                    name: None,
                    span: (offset, 0),
                    is_quoted: false,
                });
            }
            if key_column == column && dash.is_none() {
                return Some(Cursor {
                    at: part.pointer.parent()?,
                    is_key: true,
                    name: None,
                    span: (offset, 0),
                    is_quoted: false,
                });
            }
            if key_column < column {
                return Some(Cursor {
                    at: part.pointer.clone(),
                    is_key: true,
                    name: None,
                    span: (offset, 0),
                    is_quoted: false,
                });
            }
        }
        Some(Cursor { at: Pointer::root(), is_key: true, name: None, span: (offset, 0), is_quoted: false })
    }

    /// Returns the place of a key or value that is written at a span.
    fn written(&self, at: Pointer, is_key: bool, (start, length): (usize, usize)) -> Cursor {
        let raw = self.source.text().get(start..start + length).unwrap_or_default();
        let quote = raw.chars().next().filter(|c| matches!(c, '"' | '\''));
        let span = match quote {
            Some(quote) if length > 1 && raw.ends_with(quote) => (start + 1, length - 2),
            Some(_) => (start + 1, length - 1),
            None => (start, length),
        };
        Cursor { at, is_key, name: None, span, is_quoted: quote.is_some() }
    }
}

/// What the tables of ASL say about a place of a definition.
#[derive(Debug)]
pub(super) struct Here<'m> {
    /// The object with the states that the place is among.
    pub(super) scope: Pointer,
    /// The innermost state.
    pub(super) state: Option<(Pointer, &'m Value)>,
    /// The innermost object that has a table.
    pub(super) object: Pointer,
    /// Its table.
    pub(super) table: &'static Table,
    /// The field of that object that the place is in. `Type` of a state has none.
    pub(super) field: Option<&'static Field>,
    /// The keys and indices from that object on: the first is the field.
    pub(super) below: Vec<String>,
}

impl Machine {
    /// Returns what the tables say about a pointer in the definition.
    pub(super) fn here(&self, at: &Pointer) -> Here<'_> {
        let root = Pointer::root();
        let mut here = Here {
            scope: root.clone(),
            state: None,
            object: root.clone(),
            table: &StateMachine::TABLE,
            field: None,
            below: Vec::new(),
        };
        let mut place = root;
        for token in at.tokens() {
            place = place.child(&token);
            here.below.push(token);
            let [first, rest @ ..] = here.below.as_slice() else { continue };
            here.field = here.table.fields.iter().find(|field| field.name == first);
            let Some(table) = here.field.and_then(|field| field.form.table()) else { continue };
            let value = self.value.pointer(place.as_str());
            let is_state = table.name == State::TABLE.name;
            let is_object = match rest {
                // An object itself; a list has an index first, and states have their names.
                [] => !is_state && !here.field.is_some_and(|field| field.form.to_string().starts_with("list")),
                [_] => true,
                _ => false,
            };
            if is_object {
                if is_state {
                    here.scope = here.object.clone();
                    here.state = Some((place.clone(), value.unwrap_or(&Value::Null)));
                }
                (here.object, here.table, here.field) = (place.clone(), table, None);
                here.below.clear();
            }
        }
        here
    }
}

impl Here<'_> {
    /// Returns whether the place is the object itself.
    pub(super) fn is_object(&self) -> bool {
        self.below.is_empty()
    }

    /// Returns whether the place is the object with the states of a scope, whose keys are their names.
    pub(super) fn is_states(&self) -> bool {
        self.below.len() == 1 && self.field.is_some_and(|field| field.name == "States")
    }

    pub(super) fn kind(&self) -> Option<StateKind> {
        self.state.as_ref()?.1.get("Type")?.as_str().and_then(StateKind::from_name)
    }

    /// Returns the query language of the place.
    pub(super) fn language(&self, machine: &Machine) -> QueryLanguage {
        let given = |value: &Value| value.get("QueryLanguage")?.as_str().and_then(QueryLanguage::from_name);
        let own = self.state.as_ref().and_then(|(_, state)| given(state));
        own.unwrap_or_else(|| machine.machine.language())
    }

    /// Returns the action that the state or reader calls.
    pub(super) fn task<'m>(&self, machine: &'m Machine) -> Option<TaskResource<'m>> {
        let object = machine.value.pointer(self.object.as_str())?;
        TaskResource::parse(object.get("Resource")?.as_str()?).ok()
    }

    /// Returns the part of a request that the place is, if it is in one, and its name.
    pub(super) fn request(&self, machine: &Machine) -> Option<Shape> {
        let (field, below) = self.below.split_first()?;
        if !matches!(field.as_str(), "Parameters" | "Arguments") {
            return None;
        }
        below.iter().try_fold(self.task(machine)?.input(), |shape, token| match shape {
            Shape::List(list) => Some(list.element()),
            Shape::Map(map) => Some(map.value()),
            shape => Some(shape.member(token.strip_suffix(template::SUFFIX).unwrap_or(token))?.shape),
        })
    }
}
