//! The text of a document, split at its placeholders `${X}`, with the way in which each value is written.

use std::collections::BTreeSet;
use std::ops::Range;

use serde_json::Value;
use workflow_asl::document::{
    Field, Form, ItemBatcher, ItemReader, Operand, Operator, QueryLanguage, ReaderConfig, ResultWriter, Retrier,
    StateMachine,
};
use workflow_asl::{Pointer, jsonata, placeholder};

use super::quoting::{in_intrinsic, in_jsonata};
use super::slot::{Slots, Source};
use crate::fragment::{Escape, Fragment};

/// A use of a placeholder.
#[derive(Debug)]
pub(crate) struct Use<'v> {
    /// The text between its braces.
    pub(crate) name: &'v str,
    /// The pointer of the string that contains it.
    pub(crate) pointer: Pointer,
    /// The range in that string.
    pub(crate) range: Range<usize>,
    /// Whether only a value of the right type is valid, such as a number, and not text.
    pub(crate) typed: bool,
    /// The type of a whole field that does not accept text.
    pub(crate) takes: Option<FieldType>,
}

/// A document's text and its placeholders. [`Fragment::Param`]s have the names in the document.
#[derive(Debug, Default)]
pub(crate) struct Excerpt<'v> {
    pub(crate) fragments: Vec<Fragment>,
    pub(crate) uses: Vec<Use<'v>>,
}

/// Splits a document at its placeholders. Those in `bare` are not text, whatever their values.
pub(crate) fn cut<'v>(document: &'v Value, language: QueryLanguage, bare: &BTreeSet<Pointer>) -> Excerpt<'v> {
    let mut slots = Slots::default();
    let mut walk =
        Walk { machine: language, slots: &mut slots, bare, param: &|name| Some(name.to_owned()), uses: Vec::new() };
    let marked = walk.copy(document, &Pointer::root(), DocumentPosition::Scope);
    let uses = walk.uses;
    Excerpt { fragments: slots.cut(&marked.to_string()), uses }
}

/// Returns the document with a mark for each placeholder in its texts that is a parameter according to `param`.
pub(crate) fn mark(
    document: &Value,
    language: QueryLanguage,
    slots: &mut Slots,
    param: &dyn Fn(&str) -> Option<String>,
) -> Value {
    let mut walk = Walk { machine: language, slots, bare: &BTreeSet::new(), param, uses: Vec::new() };
    walk.copy(document, &Pointer::root(), DocumentPosition::Scope)
}

/// The kind of the current value.
#[derive(Clone, Copy)]
enum DocumentPosition {
    /// The machine, a branch or an item processor.
    Scope,
    /// The states of a scope.
    States,
    /// A state, with the query language of its own fields.
    State(QueryLanguage),
    /// The list of branches.
    Branches,
    /// The list of retriers.
    Retriers(QueryLanguage),
    /// The rules of a choice, and their parts.
    Rules(QueryLanguage),
    /// An object with these fields.
    Fields(QueryLanguage, &'static [Field]),
    /// Any other value in a state.
    Data(QueryLanguage, Role),
}

/// The type of a field that does not accept text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldType {
    /// A whole number.
    Integer,
    /// A number.
    Number,
    /// `true` or `false`.
    Flag,
}

/// The role of a string.
#[derive(Clone, Copy)]
enum Role {
    /// It may be data or an expression.
    Any,
    /// It must be an expression or a path: text is not accepted as data.
    Code,
    /// It must be a number or a boolean.
    Typed(FieldType),
}

struct Walk<'v, 'w> {
    /// The machine's language.
    machine: QueryLanguage,
    slots: &'w mut Slots,
    /// The pointers of placeholders without quotes.
    bare: &'w BTreeSet<Pointer>,
    /// Returns the parameter of a placeholder. A placeholder without one remains text.
    param: &'w dyn Fn(&str) -> Option<String>,
    uses: Vec<Use<'v>>,
}

impl<'v> Walk<'v, '_> {
    /// Returns the value with a mark for each placeholder. The reader limits the depth of documents.
    fn copy(&mut self, value: &'v Value, at: &Pointer, place: DocumentPosition) -> Value {
        match value {
            Value::String(text) => self.string(text, at, place),
            Value::Array(items) => {
                let place = match place {
                    DocumentPosition::Branches => DocumentPosition::Scope,
                    DocumentPosition::Retriers(language) => DocumentPosition::Fields(language, Retrier::FIELDS),
                    place => place,
                };
                let items = items.iter().enumerate().map(|(index, item)| self.copy(item, &at.index(index), place));
                items.collect()
            }
            Value::Object(members) => {
                let place = match (place, members.get("QueryLanguage").and_then(Value::as_str)) {
                    (DocumentPosition::State(machine), own) => {
                        DocumentPosition::State(own.and_then(QueryLanguage::from_name).unwrap_or(machine))
                    }
                    (place, _) => place,
                };
                let members = members.iter().map(|(key, member)| {
                    let at = at.child(key);
                    let value = self.copy(member, &at, self.inside(place, key));
                    (self.within(key, &at, |_| Escape::Text), value)
                });
                Value::Object(members.collect())
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
        }
    }

    /// Returns the kind of a member.
    fn inside(&self, place: DocumentPosition, key: &str) -> DocumentPosition {
        use DocumentPosition::{Branches, Data, Fields, Retriers, Rules, Scope, State, States};
        match (place, key) {
            (Scope, "States") => States,
            (Scope, _) => Data(QueryLanguage::JsonPath, role(StateMachine::FIELDS, key)),
            (States, _) => State(self.machine),
            (State(_), "Branches") => Branches,
            (State(_), "ItemProcessor" | "Iterator") => Scope,
            (State(language), "Retry") => Retriers(language),
            (State(language), "Choices") => Rules(language),
            (State(language), "ItemReader") => Fields(language, ItemReader::FIELDS),
            (State(language), "ItemBatcher") => Fields(language, ItemBatcher::FIELDS),
            (State(language), "ResultWriter") => Fields(language, ResultWriter::FIELDS),
            (State(language), _) => Data(language, role(workflow_asl::document::State::FIELDS, key)),
            (Fields(language, _), "ReaderConfig") => Fields(language, ReaderConfig::FIELDS),
            (Fields(language, fields), _) => Data(language, role(fields, key)),
            (Rules(language), "And" | "Or" | "Not") => Rules(language),
            (Rules(language), _) => Data(language, role_in_rule(key)),
            (Data(language, _), "Condition") => Data(language, Role::Code),
            (Data(language @ QueryLanguage::JsonPath, _), key) if key.ends_with(".$") => Data(language, Role::Code),
            (Data(language, _), _) => Data(language, Role::Any),
            (place, _) => place,
        }
    }

    fn string(&mut self, text: &'v str, at: &Pointer, place: DocumentPosition) -> Value {
        let (language, role) = match place {
            DocumentPosition::Data(language, role) => (language, role),
            _ => (QueryLanguage::JsonPath, Role::Any),
        };
        if let Some((range, name)) = placeholder::named(text).next()
            && range.len() == text.len()
            && let Some(param) = (self.param)(name)
        {
            let is_data = language == QueryLanguage::Jsonata && !matches!(role, Role::Code);
            let escape = if is_data { Escape::JsonataTemplate } else { Escape::Json };
            let takes = match role {
                Role::Typed(takes) => Some(takes),
                Role::Any | Role::Code => None,
            };
            let typed = takes.is_some() || self.bare.contains(at);
            self.uses.push(Use { name, pointer: at.clone(), range, typed, takes });
            return self.slots.value(Source::Param(param, None), escape);
        }
        if !text.contains("${") {
            return text.into();
        }
        let stretches = match (language, role) {
            (QueryLanguage::Jsonata, _) if jsonata::expression(text).is_some() => in_jsonata(text),
            (QueryLanguage::JsonPath, Role::Code) if text.trim_start().starts_with("States.") => in_intrinsic(text),
            _ => Vec::new(),
        };
        let mut stretches = stretches.into_iter().peekable();
        let marked = self.within(text, at, |range| {
            while stretches.next_if(|(stretch, _)| stretch.end <= range.start).is_some() {}
            match stretches.peek() {
                Some((stretch, escape)) if stretch.start <= range.start => *escape,
                _ => Escape::Text,
            }
        });
        marked.into()
    }

    /// Returns the text with a mark for each placeholder in it, written as `escape` says for its position.
    fn within(&mut self, text: &'v str, at: &Pointer, mut escape: impl FnMut(&Range<usize>) -> Escape) -> String {
        let mut marked = String::new();
        let mut from = 0;
        for (range, name) in placeholder::named(text) {
            let Some(param) = (self.param)(name) else { continue };
            let escape = escape(&range);
            marked.push_str(text.get(from..range.start).unwrap_or_default());
            marked.push_str(&self.slots.inside(Source::Param(param, None), escape));
            from = range.end;
            self.uses.push(Use { name, pointer: at.clone(), range, typed: escape == Escape::Jsonata, takes: None });
        }
        marked.push_str(text.get(from..).unwrap_or_default());
        marked
    }
}

/// Returns the role of the strings in a rule's field.
fn role_in_rule(key: &str) -> Role {
    match Operator::from_name(key).map(Operator::operand) {
        Some(Operand::Number) => Role::Typed(FieldType::Number),
        Some(Operand::Flag) => Role::Typed(FieldType::Flag),
        Some(Operand::Path) => Role::Code,
        Some(Operand::Text | Operand::Timestamp) => Role::Any,
        None if matches!(key, "Variable" | "Next" | "Condition") => Role::Code,
        None => Role::Any,
    }
}

/// Returns the role of a field's strings according to the table of fields.
fn role(fields: &[Field], key: &str) -> Role {
    match fields.iter().find(|field| field.name == key).map(|field| field.form) {
        Some(Form::Integer { .. }) => Role::Typed(FieldType::Integer),
        Some(Form::Number { .. }) => Role::Typed(FieldType::Number),
        Some(Form::Flag) => Role::Typed(FieldType::Flag),
        Some(
            Form::PathOrNull
            | Form::Path
            | Form::ReferencePathOrNull
            | Form::ReferencePath
            | Form::InputReferencePath
            | Form::PathOrIntrinsic
            | Form::Condition
            | Form::Resource
            | Form::StateName
            | Form::Word(_),
        ) => Role::Code,
        _ => Role::Any,
    }
}
