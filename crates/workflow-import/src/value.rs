//! Values: payload templates, JSONata values, constants.

use serde_json::Value;
use workflow_asl::Pointer;

use super::printer::{Printer, Spelling, ValuePosition};
use super::text::{array, key, object, quoted};
use super::{KeptKind, intrinsic, jsonata, path};

impl Printer<'_> {
    /// Returns a value in the state's query language.
    pub(super) fn value(&mut self, value: &Value, at: &Pointer, here: ValuePosition) -> String {
        self.json(value, at, Some(here))
    }

    /// Returns a literal value.
    pub(super) fn constant(&mut self, value: &Value, at: &Pointer) -> String {
        self.json(value, at, None)
    }

    /// Returns a value, which is literal without a position.
    fn json(&mut self, value: &Value, at: &Pointer, here: Option<ValuePosition>) -> String {
        match (value, here) {
            (Value::String(text), Some(here)) => self.text(text, at, here),
            (Value::String(text), None) => {
                let spellings = self.params.spellings(text);
                self.spell(at, spellings)
            }
            (Value::Array(items), _) => {
                let items = items.iter().enumerate();
                let items: Vec<_> = items.map(|(index, item)| self.json(item, &at.index(index), here)).collect();
                array(&items)
            }
            (Value::Object(members), _) => {
                let members = members.iter().map(|(name, value)| self.member(name, value, &at.child(name), here));
                object(&members.collect::<Vec<_>>())
            }
            (Value::Null | Value::Bool(_) | Value::Number(_), _) => value.to_string(),
        }
    }

    fn member(&mut self, name: &str, value: &Value, at: &Pointer, here: Option<ValuePosition>) -> String {
        if let (Some(here), Some(short), Value::String(text)) = (here, name.strip_suffix(".$"), value)
            && !here.jsonata
        {
            let mut spellings = self.computed(text, here);
            for spelling in &mut spellings {
                spelling.text = format!("{}: {}", key(short), spelling.text);
            }
            let kind = if text.starts_with('$') { KeptKind::Path } else { KeptKind::Intrinsic };
            spellings.retain(|spelling| spelling.kept.is_none());
            spellings.push(Spelling::kept(format!("{}: {}", key(name), quoted(text)), kind));
            return self.spell(at, spellings);
        }
        format!("{}: {}", key(name), self.json(value, at, here))
    }

    /// Returns the spellings of a path or intrinsic function, the most natural first.
    pub(super) fn computed(&self, text: &str, here: ValuePosition) -> Vec<Spelling> {
        if text.starts_with('$') {
            vec![path::value(text, here)]
        } else {
            intrinsic::spellings(text, here, self.params)
        }
    }

    /// Returns a string: an expression in a JSONata state, or text with placeholders.
    pub(super) fn text(&mut self, text: &str, at: &Pointer, here: ValuePosition) -> String {
        let expression = if here.jsonata { jsonata::spellings(text, at, here, self.known) } else { None };
        let spellings = expression.unwrap_or_else(|| self.params.spellings(text));
        self.spell(at, spellings)
    }

    /// Returns a path in a field that contains only a path: a reference if possible, else text.
    pub(super) fn path(&mut self, text: &str, at: &Pointer, here: ValuePosition) -> String {
        let spelling = path::value(text, here);
        self.spell(at, vec![spelling, Spelling::kept(format!("path {}", quoted(text)), KeptKind::Path)])
    }
}

/// Returns whether a constant would be interpreted as a payload template.
pub(super) fn looks_computed(value: &Value) -> bool {
    match value {
        Value::Object(members) => members.iter().any(|(name, value)| name.ends_with(".$") || looks_computed(value)),
        Value::Array(items) => items.iter().any(looks_computed),
        _ => false,
    }
}
