//! Compiling templates, paths and expressions, with what is wrong in them.

use serde_json::Value;
use workflow_asl::document::QueryLanguage;
use workflow_asl::intrinsic::Intrinsic;
use workflow_asl::path::JsonPath;
use workflow_asl::{Code, Diagnostic, Pointer};

use super::{Reference, ResultPlace, Selection};
use crate::payload::Payload;
use crate::query::intrinsic::Call;
use crate::query::jsonata::{Expression, expression_text};
use crate::query::path::Path;
use crate::query::template::{ObjectTemplate, Template};
use workflow_asl::document::PathField;

/// Collects what is wrong while it compiles parts of a state.
pub(super) struct Reading<'a> {
    pub(super) language: QueryLanguage,
    pub(super) found: &'a mut Vec<Diagnostic>,
}

impl Reading<'_> {
    /// A template of the state's language; `location` is its field.
    pub(super) fn template(&mut self, value: &Value, at: &Pointer, location: &str) -> Template {
        match self.language {
            QueryLanguage::JsonPath => self.payload_template(value, at),
            QueryLanguage::Jsonata => self.jsonata_template(value, at, location),
        }
    }

    fn payload_template(&mut self, value: &Value, at: &Pointer) -> Template {
        match value {
            Value::Object(members) => {
                let members = members
                    .iter()
                    .filter_map(|(name, value)| {
                        let at = at.child(name);
                        match name.strip_suffix(".$") {
                            Some(plain) => Some((plain.to_owned(), self.referring(name, value, &at)?)),
                            None => Some((name.clone(), self.payload_template(value, &at))),
                        }
                    })
                    .collect();
                object(members)
            }
            Value::Array(items) => {
                let items = items.iter().enumerate().map(|(i, item)| self.payload_template(item, &at.index(i)));
                array(items.collect())
            }
            plain => Template::Literal(Payload::new(plain.clone())),
        }
    }

    /// The value of a member whose name ends in `.$`.
    fn referring(&mut self, name: &str, value: &Value, at: &Pointer) -> Option<Template> {
        let Value::String(text) = value else {
            let message = format!("the value of `{name}` must be a path or an intrinsic function");
            self.found.push(Diagnostic::new(Code::BadTemplate, at.clone(), message));
            return None;
        };
        self.reference(text, at).map(|reference| match reference {
            Reference::Path(path) => Template::Path { path, field: name.into() },
            Reference::Intrinsic(call) => Template::Intrinsic { call },
        })
    }

    /// A path or an intrinsic function.
    pub(super) fn reference(&mut self, text: &str, at: &Pointer) -> Option<Reference> {
        if text.starts_with('$') {
            return self.path(text, at).map(Reference::Path);
        }
        match Intrinsic::parse(text) {
            Ok(intrinsic) => Some(Reference::Intrinsic(Call::new(&intrinsic))),
            Err(error) => {
                self.found.push(
                    Diagnostic::new(Code::BadIntrinsic, at.clone(), error.message.clone()).with_range(error.offset, 1),
                );
                None
            }
        }
    }

    pub(super) fn path(&mut self, text: &str, at: &Pointer) -> Option<Path> {
        match JsonPath::parse(text) {
            Ok(path) => Some(Path::new(path)),
            Err(error) => {
                self.found.push(
                    Diagnostic::new(Code::BadJsonPath, at.clone(), error.message.clone()).with_range(error.offset, 1),
                );
                None
            }
        }
    }

    pub(super) fn selection(&mut self, field: Option<&PathField>, at: &Pointer) -> Selection {
        match field {
            None => Selection::Whole,
            Some(PathField::Null) => Selection::Empty,
            Some(PathField::Path(text)) if text == "$" => Selection::Whole,
            Some(PathField::Path(text)) => self.path(text, at).map_or(Selection::Whole, Selection::Path),
        }
    }

    pub(super) fn result_place(&mut self, field: Option<&PathField>, at: &Pointer) -> ResultPlace {
        match self.selection(field, at) {
            Selection::Whole => ResultPlace::Whole,
            Selection::Empty => ResultPlace::Dropped,
            Selection::Path(path) => ResultPlace::Path(path),
        }
    }

    fn jsonata_template(&mut self, value: &Value, at: &Pointer, location: &str) -> Template {
        match value {
            Value::String(text) => match expression_text(text) {
                Some(source) => self
                    .expression(source, at, location)
                    .map_or_else(|| Template::Literal(Payload::new(Value::Null)), Template::Jsonata),
                None => Template::Literal(Payload::new(value.clone())),
            },
            Value::Object(members) => {
                let members = members.iter().map(|(name, value)| {
                    (name.clone(), self.jsonata_template(value, &at.child(name), &format!("{location}/{name}")))
                });
                object(members.collect())
            }
            Value::Array(items) => {
                let items = items
                    .iter()
                    .enumerate()
                    .map(|(i, item)| self.jsonata_template(item, &at.index(i), &format!("{location}[{i}]")));
                array(items.collect())
            }
            plain => Template::Literal(Payload::new(plain.clone())),
        }
    }

    /// The expression between the markers.
    pub(super) fn expression(&mut self, source: &str, at: &Pointer, location: &str) -> Option<Expression> {
        match Expression::parse(source, location) {
            Ok(expression) => Some(expression),
            Err(message) => {
                self.found.push(Diagnostic::new(Code::BadJsonata, at.clone(), message));
                None
            }
        }
    }

    /// Reports that a field is missing without which the state cannot run.
    pub(super) fn missing(&mut self, field: &str, at: &Pointer) {
        let message = format!("these fields are required: [{field}]");
        self.found.push(Diagnostic::new(Code::MissingField, at.clone(), message));
    }
}

/// An object template; literal when all its members are.
fn object(members: Vec<(String, Template)>) -> Template {
    let literal = members.iter().map(|(name, member)| Some((name.clone(), member.literal()?.value().clone())));
    match literal.collect::<Option<serde_json::Map<_, _>>>() {
        Some(object) => Template::Literal(Payload::new(Value::Object(object))),
        None => Template::Object(ObjectTemplate::new(members)),
    }
}

/// An array template; literal when all its items are.
fn array(items: Vec<Template>) -> Template {
    match items.iter().map(|item| Some(item.literal()?.value().clone())).collect::<Option<Vec<_>>>() {
        Some(array) => Template::Literal(Payload::new(Value::Array(array))),
        None => Template::Array(items),
    }
}
