//! The text of a document, cut at its placeholders `${X}`, each with how its value is written there.

use std::ops::Range;

use serde_json::Value;
use workflow_asl::document::{Field, Form, QueryLanguage, Retrier, State, StateMachine};
use workflow_asl::{Pointer, jsonata, placeholder};

use super::quoting::{Stretch, in_intrinsic, in_jsonata};
use crate::lower::hole::{Holes, Source};
use crate::piece::{Escape, Piece};

/// A placeholder, where it stands.
#[derive(Debug)]
pub(super) struct Use<'v> {
    /// The text between its braces.
    pub(super) name: &'v str,
    /// The string that it stands in.
    pub(super) at: Pointer,
    /// Where in that string.
    pub(super) range: Range<usize>,
    /// Whether only a value of the right type works there, such as a number; text would not.
    pub(super) typed: bool,
}

/// A document's text and its placeholders. Those of [`Piece::Param`] are named as the document names them.
#[derive(Debug, Default)]
pub(super) struct Cut<'v> {
    pub(super) pieces: Vec<Piece>,
    pub(super) uses: Vec<Use<'v>>,
}

/// Cuts a document at its placeholders.
pub(super) fn cut<'v>(document: &'v Value, machine: &StateMachine) -> Cut<'v> {
    let mut walk = Walk { machine: machine.language(), holes: Holes::default(), uses: Vec::new() };
    let marked = walk.copy(document, &Pointer::root(), Place::Scope);
    Cut { pieces: walk.holes.cut(&marked.to_string()), uses: walk.uses }
}

/// What the value is that the walk is at.
#[derive(Clone, Copy)]
enum Place {
    /// The machine, a branch or an item processor.
    Scope,
    /// The states of one.
    States,
    /// A state whose own fields are in this language.
    State(QueryLanguage),
    /// The list of branches.
    Branches,
    /// The list of retriers.
    Retriers(QueryLanguage),
    /// A retrier.
    Retrier(QueryLanguage),
    /// Anything in a state.
    Data(QueryLanguage, Role),
}

/// What a string is for.
#[derive(Clone, Copy)]
enum Role {
    /// It may be data or an expression.
    Any,
    /// It must be an expression or a path: text is not taken as data.
    Code,
    /// It must be a number or a flag.
    Number,
}

struct Walk<'v> {
    /// The machine's language.
    machine: QueryLanguage,
    holes: Holes,
    uses: Vec<Use<'v>>,
}

impl<'v> Walk<'v> {
    /// The value with a mark for each placeholder. Documents nest at most as deep as their reader allows.
    fn copy(&mut self, value: &'v Value, at: &Pointer, place: Place) -> Value {
        match value {
            Value::String(text) => self.string(text, at, place),
            Value::Array(items) => {
                let place = match place {
                    Place::Branches => Place::Scope,
                    Place::Retriers(language) => Place::Retrier(language),
                    place => place,
                };
                let items = items.iter().enumerate().map(|(index, item)| self.copy(item, &at.index(index), place));
                items.collect()
            }
            Value::Object(members) => {
                let place = match (place, members.get("QueryLanguage").and_then(Value::as_str)) {
                    (Place::State(machine), own) => {
                        Place::State(own.and_then(QueryLanguage::from_name).unwrap_or(machine))
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

    /// What a member is.
    fn inside(&self, place: Place, key: &str) -> Place {
        match (place, key) {
            (Place::Scope, "States") => Place::States,
            (Place::Scope, _) => Place::Data(QueryLanguage::JsonPath, role(StateMachine::FIELDS, key)),
            (Place::States, _) => Place::State(self.machine),
            (Place::State(_), "Branches") => Place::Branches,
            (Place::State(_), "ItemProcessor" | "Iterator") => Place::Scope,
            (Place::State(language), "Retry") => Place::Retriers(language),
            (Place::State(language), _) => Place::Data(language, role(State::FIELDS, key)),
            (Place::Retrier(language), _) => Place::Data(language, role(Retrier::FIELDS, key)),
            (Place::Data(language, _), "Condition") => Place::Data(language, Role::Code),
            (Place::Data(language @ QueryLanguage::JsonPath, _), key) if key.ends_with(".$") => {
                Place::Data(language, Role::Code)
            }
            (Place::Data(language, _), _) => Place::Data(language, Role::Any),
            (place, _) => place,
        }
    }

    fn string(&mut self, text: &'v str, at: &Pointer, place: Place) -> Value {
        let (language, role) = match place {
            Place::Data(language, role) => (language, role),
            _ => (QueryLanguage::JsonPath, Role::Any),
        };
        if let Some((range, name)) = placeholder::named(text).next()
            && range.len() == text.len()
        {
            let is_data = language == QueryLanguage::Jsonata && !matches!(role, Role::Code);
            let escape = if is_data { Escape::JsonataTemplate } else { Escape::Json };
            self.uses.push(Use { name, at: at.clone(), range, typed: matches!(role, Role::Number) });
            return self.holes.value(Source::Param(name.to_owned()), escape);
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
                Some((stretch, kind)) if stretch.start <= range.start => match kind {
                    Stretch::JsonataCode => Escape::Jsonata,
                    Stretch::JsonataText => Escape::JsonataText,
                    Stretch::IntrinsicText => Escape::Intrinsic,
                },
                _ => Escape::Text,
            }
        });
        marked.into()
    }

    /// The text with a mark for each placeholder in it, written as `escape` says for where it stands.
    fn within(&mut self, text: &'v str, at: &Pointer, mut escape: impl FnMut(&Range<usize>) -> Escape) -> String {
        let mut marked = String::new();
        let mut from = 0;
        for (range, name) in placeholder::named(text) {
            let escape = escape(&range);
            marked.push_str(text.get(from..range.start).unwrap_or_default());
            marked.push_str(&self.holes.inside(Source::Param(name.to_owned()), escape));
            from = range.end;
            self.uses.push(Use { name, at: at.clone(), range, typed: escape == Escape::Jsonata });
        }
        marked.push_str(text.get(from..).unwrap_or_default());
        marked
    }
}

/// What the table of fields says of a field's strings.
fn role(fields: &[Field], key: &str) -> Role {
    match fields.iter().find(|field| field.name == key).map(|field| field.form) {
        Some(Form::Integer { .. } | Form::Number { .. } | Form::Flag) => Role::Number,
        Some(
            Form::PathOrNull
            | Form::Path
            | Form::ReferencePathOrNull
            | Form::ReferencePath
            | Form::PathOrIntrinsic
            | Form::Condition
            | Form::Resource
            | Form::StateName
            | Form::Word(_),
        ) => Role::Code,
        _ => Role::Any,
    }
}
