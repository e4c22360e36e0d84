//! Placeholders such as `${FunctionArn}`, which become `params`.

use indexmap::IndexMap;
use serde_json::Value;
use workflow_asl::placeholder;

use super::KeptKind;
use super::printer::Spelling;
use super::text::quoted;
use crate::state_ident::{Distinct, snake};

/// The placeholders of a document and the parameters that they become.
#[derive(Debug, Default)]
pub(super) struct Params(IndexMap<String, String>);

/// A part of a text with placeholders.
enum Part<'t> {
    Text(&'t str),
    Placeholder(&'t str),
}

impl Params {
    /// Finds and names the placeholders of a document.
    pub(super) fn of(document: &Value) -> Self {
        let mut found = IndexMap::new();
        let mut distinct = Distinct::default();
        let mut open = vec![document];
        while let Some(value) = open.pop() {
            match value {
                Value::String(text) => {
                    for part in parts(text) {
                        if let Part::Placeholder(name) = part
                            && !found.contains_key(name)
                        {
                            found.insert(name.to_owned(), distinct.take(snake(name, "param"), "_"));
                        }
                    }
                }
                Value::Array(items) => open.extend(items.iter().rev()),
                Value::Object(members) => open.extend(members.values().rev()),
                Value::Null | Value::Bool(_) | Value::Number(_) => {}
            }
        }
        Self(found)
    }

    /// The Rust name of a placeholder's parameter.
    pub(super) fn ident(&self, placeholder: &str) -> Option<&str> {
        self.0.get(placeholder).map(String::as_str)
    }

    /// The parameters, in the order of the document: placeholder and Rust name.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(placeholder, ident)| (placeholder.as_str(), ident.as_str()))
    }

    /// Text as a value: with its placeholders as parameters, and as it is. `number` where a number is expected.
    pub(super) fn spellings(&self, text: &str, number: bool) -> Vec<Spelling> {
        let parts = parts(text);
        let plain = Spelling::own(quoted(text));
        if !parts.iter().any(|part| matches!(part, Part::Placeholder(_))) {
            return vec![plain];
        }
        let mut with = Spelling::default();
        let mut words = Vec::new();
        // A sum that begins with a parameter must still be one of text.
        if let [Part::Placeholder(_), Part::Placeholder(_), ..] = parts.as_slice() {
            words.push("\"\"".to_owned());
        }
        for part in &parts {
            match part {
                Part::Text(text) => words.push(quoted(text)),
                Part::Placeholder(name) => {
                    with.params.push(((*name).to_owned(), number && parts.len() == 1));
                    words.push(format!("params.{}", self.ident(name).unwrap_or_default()));
                }
            }
        }
        with.text = words.join(" + ");
        vec![with, Spelling { kept: Some(KeptKind::Placeholder), ..plain }]
    }

    /// The parameter that the whole of a text is.
    pub(super) fn whole(&self, text: &str, number: bool) -> Option<Spelling> {
        match parts(text).as_slice() {
            [Part::Placeholder(_)] => self.spellings(text, number).into_iter().next(),
            _ => None,
        }
    }
}

/// Cuts a text at its placeholders. `${!x}` is CloudFormation's way to write `${x}` itself.
fn parts(text: &str) -> Vec<Part<'_>> {
    let text_in = |range| text.get(range).filter(|text: &&str| !text.is_empty()).map(Part::Text);
    let mut parts = Vec::new();
    let mut from = 0;
    for (range, name) in placeholder::named(text) {
        parts.extend(text_in(from..range.start));
        parts.push(Part::Placeholder(name));
        from = range.end;
    }
    parts.extend(text_in(from..text.len()));
    parts
}
