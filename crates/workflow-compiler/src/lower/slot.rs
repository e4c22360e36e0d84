//! Slots: values that are known only at deployment or to rustc. The document contains a mark for each slot, and its
//! text is split at the marks.

use proc_macro2::TokenStream;
use serde_json::Value;
use workflow_services::{ResourceForm, ResourceKind};

use crate::fragment::{Escape, Fragment};

/// The start of a mark. The private-use character distinguishes it from a placeholder of the user.
const OPEN: &str = "${\u{E000}";
const SIGN: char = '\u{E000}';
const CLOSE: char = '}';

/// The source of a slot's value.
#[derive(Clone, Debug)]
pub(crate) enum Source {
    /// A deploy-time parameter, by its Rust name, and the form of the resource that it names.
    Param(String, Option<(ResourceKind, ResourceForm)>),
    /// A constant of the user's Rust code.
    Constant(TokenStream),
}

struct Slot {
    source: Source,
    escape: Escape,
    /// The quotes around the mark, which are removed with it.
    quote: Option<char>,
}

/// The slots of a document.
#[derive(Default)]
pub(crate) struct Slots(Vec<Slot>);

impl Slots {
    /// Returns a value that consists only of the slot.
    pub(crate) fn value(&mut self, source: Source, escape: Escape) -> Value {
        Value::String(self.mark(source, escape, Some('"')))
    }

    /// Returns a mark inside a string.
    pub(crate) fn inside(&mut self, source: Source, escape: Escape) -> String {
        self.mark(source, escape, None)
    }

    /// Returns a mark inside the apostrophes of an expression. The apostrophes make it parseable and are removed with
    /// it.
    pub(crate) fn literal(&mut self, source: Source, escape: Escape) -> String {
        self.mark(source, escape, Some('\''))
    }

    fn mark(&mut self, source: Source, escape: Escape, quote: Option<char>) -> String {
        let mark = format!("{OPEN}{}{CLOSE}", self.0.len());
        self.0.push(Slot { source, escape, quote });
        mark
    }

    /// Returns the text before the first mark, the slot of the mark, and the text after it.
    fn split<'t>(&self, text: &'t str) -> Option<(&'t str, &Slot, &'t str)> {
        let mut from = 0;
        // Most strings have no mark. The search for a single character is the fastest test.
        while let Some(at) = text.get(from..).filter(|rest| rest.contains(SIGN))?.find(OPEN).map(|at| at + from) {
            let (before, mark) = text.split_at(at);
            from = at + OPEN.len();
            let Some((number, after)) = mark.get(OPEN.len()..).and_then(|rest| rest.split_once(CLOSE)) else {
                continue;
            };
            if let Some(slot) = number.parse().ok().and_then(|number: usize| self.0.get(number)) {
                return Some((before, slot, after));
            }
        }
        None
    }

    /// Splits the document's text at its marks.
    pub(crate) fn cut(&self, text: &str) -> Vec<Fragment> {
        let mut fragments = Vec::new();
        let mut rest = text;
        while let Some((mut before, slot, mut after)) = self.split(rest) {
            if let Some(quote) = slot.quote {
                before = before.strip_suffix(quote).unwrap_or(before);
                after = after.strip_prefix(quote).unwrap_or(after);
            }
            if !before.is_empty() {
                fragments.push(Fragment::Text(before.to_owned()));
            }
            let escape = slot.escape;
            fragments.push(match &slot.source {
                Source::Param(name, resource) => Fragment::Param { name: name.clone(), resource: *resource, escape },
                Source::Constant(path) => Fragment::Constant { path: path.clone(), escape },
            });
            rest = after;
        }
        if !rest.is_empty() || fragments.is_empty() {
            fragments.push(Fragment::Text(rest.to_owned()));
        }
        fragments
    }

    /// Returns a string with readable placeholders, such as `${bucket}`, instead of its marks, or `None` if it has no
    /// marks.
    pub(crate) fn named<'n>(&self, text: &str, wire: &dyn Fn(&str) -> Option<&'n str>) -> Option<String> {
        let (before, slot, after) = self.split(text)?;
        let name = match &slot.source {
            Source::Param(name, resource) => {
                let name = wire(name).unwrap_or(name);
                resource.map_or_else(|| name.to_owned(), |(_, form)| form.placeholder(name))
            }
            Source::Constant(path) => Fragment::constant_name(path),
        };
        let text = format!("{before}${{{name}}}{after}");
        Some(self.named(&text, wire).unwrap_or(text))
    }

    /// Replaces the marks in all strings of a document. `wire` returns a parameter's name in JSON.
    pub(crate) fn name<'n>(&self, value: &mut Value, wire: &dyn Fn(&str) -> Option<&'n str>) {
        match value {
            Value::String(text) => {
                if let Some(named) = self.named(text, wire) {
                    *text = named;
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.name(item, wire)),
            Value::Object(members) => members.values_mut().for_each(|value| self.name(value, wire)),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
}
