//! Placeholders such as `${FunctionArn}`, which become `params`.

use std::collections::BTreeSet;

use indexmap::IndexMap;
use serde_json::Value;
use workflow_asl::{Pointer, placeholder};

use super::KeptKind;
use super::nested::values_in;
use super::printer::Spelling;
use super::text::{braces, lines, quoted};
use workflow_compiler::from_file::{FieldType, placeholders};
use workflow_compiler::state_ident::{UniqueNames, snake};

/// The placeholders of a document and the parameters that they become.
#[derive(Debug, Default)]
pub(super) struct Params(IndexMap<String, Param>);

#[derive(Debug)]
struct Param {
    ident: String,
    /// Its type, derived from its uses.
    ty: &'static str,
}

/// A part of a string with placeholders.
enum PlaceholderPart<'t> {
    Text(&'t str),
    Placeholder(&'t str),
}

impl Params {
    /// Finds and names the placeholders of a document. Those in `bare` have no quotes.
    pub(super) fn of(document: &Value, bare: &BTreeSet<Pointer>) -> Self {
        let retriers = lists_of_retriers(document);
        let mut distinct = UniqueNames::default();
        let params = placeholders(document, bare).into_iter().map(|(name, placeholder)| {
            let ty = match placeholder.takes {
                Some(FieldType::Integer) => "i64",
                Some(FieldType::Number) => "f64",
                Some(FieldType::Flag) => "bool",
                None if placeholder.typed || retriers.contains(name.as_str()) => "Json",
                None => "String",
            };
            let ident = distinct.take(snake(&name, "param"), "_");
            (name, Param { ident, ty })
        });
        Self(params.collect())
    }

    /// Returns the Rust name of a placeholder's parameter.
    fn ident(&self, placeholder: &str) -> &str {
        self.0.get(placeholder).map_or("", |param| param.ident.as_str())
    }

    /// Writes `params { … }`, and `placeholders;` if texts contain some; empty if there are none.
    pub(super) fn declaration(&self, in_texts: bool) -> String {
        let mut lines = String::new();
        for (placeholder, Param { ident, ty }) in &self.0 {
            if placeholder != ident {
                lines.push_str(&format!("#[serde(rename = {})]\n", quoted(placeholder)));
            }
            lines.push_str(&format!("{ident}: {ty},\n"));
        }
        match (lines.is_empty(), in_texts) {
            (true, _) => lines,
            (false, true) => format!("placeholders;\n\nparams {}\n", braces(&lines)),
            (false, false) => format!("params {}\n", braces(&lines)),
        }
    }

    /// Returns the spellings of text: with its placeholders as parameters, and unchanged.
    pub(super) fn spellings(&self, text: &str) -> Vec<Spelling> {
        let parts = parts(text);
        let plain = Spelling::in_language(lines(text));
        if !parts.iter().any(|part| matches!(part, PlaceholderPart::Placeholder(_))) {
            return vec![plain];
        }
        let mut words = self.words(text, lines);
        // A sum that begins with a parameter must still be a sum of text.
        if let [PlaceholderPart::Placeholder(_), PlaceholderPart::Placeholder(_), ..] = parts.as_slice() {
            words.insert(0, "\"\"".to_owned());
        }
        vec![Spelling::in_language(words.join(" + ")), Spelling { kept: Some(KeptKind::Placeholder), ..plain }]
    }

    /// Returns the parts of a string: params, and the text between them in the form of `quoted`.
    pub(super) fn words(&self, text: &str, quoted: fn(&str) -> String) -> Vec<String> {
        let word = |part: &PlaceholderPart<'_>| match part {
            PlaceholderPart::Text(text) => quoted(text),
            PlaceholderPart::Placeholder(name) => format!("params.{}", self.ident(name)),
        };
        parts(text).iter().map(word).collect()
    }

    /// Returns the parameter if it is the whole text.
    pub(super) fn whole(&self, text: &str) -> Option<Spelling> {
        match parts(text).as_slice() {
            [PlaceholderPart::Placeholder(_)] => self.spellings(text).into_iter().next(),
            _ => None,
        }
    }
}

/// Returns the placeholders that are the whole `Retry` of a state.
fn lists_of_retriers(document: &Value) -> BTreeSet<&str> {
    let whole = |text| match parts(text).as_slice() {
        [PlaceholderPart::Placeholder(name)] => Some(*name),
        _ => None,
    };
    values_in(document).filter_map(|(_, value)| whole(value.get("Retry")?.as_str()?)).collect()
}

/// Splits a string at its placeholders. `${!x}` is CloudFormation's escape of `${x}`.
fn parts(text: &str) -> Vec<PlaceholderPart<'_>> {
    let text_in = |range| text.get(range).filter(|text: &&str| !text.is_empty()).map(PlaceholderPart::Text);
    let mut parts = Vec::new();
    let mut from = 0;
    for (range, name) in placeholder::named(text) {
        parts.extend(text_in(from..range.start));
        parts.push(PlaceholderPart::Placeholder(name));
        from = range.end;
    }
    parts.extend(text_in(from..text.len()));
    parts
}
