//! Retriers and catchers. A handler that several states share is declared once, with a name.

use std::collections::BTreeMap;

use serde_json::Value;
use workflow_asl::Pointer;

use super::nested::values_in;
use super::printer::{Fields, Printer, ValuePosition};
use super::state::Scope;
use super::text::{array, comment, comment_attributes, duration, is_name, object, quoted};
use workflow_compiler::state_ident::{UniqueNames, snake};

/// Words that require quotes in an error's name.
const KEYWORDS: [&str; 5] = ["self", "Self", "super", "crate", "_"];

impl Printer<'_> {
    /// Returns `retry` clauses; `None` if the field is not a list that the language can express.
    pub(super) fn retriers(&mut self, value: &Value, at: &Pointer) -> Option<Vec<String>> {
        if let Value::String(text) = value {
            let all = self.params.whole(text)?;
            return Some(vec![self.spell(at, vec![all.map(|all| format!("retry {all}"))])]);
        }
        let retriers = objects(value)?;
        let mut out = Vec::new();
        for (index, retrier) in retriers.into_iter().enumerate() {
            let at = at.index(index);
            let mut fields = Fields::new(retrier);
            let key = ("retry", serde_json::to_string(retrier).unwrap_or_default());
            if let Some(name) = self.shared.name(&key) {
                out.push(format!("retry {name}"));
                continue;
            }
            let head = commented(fields.take_text("Comment"));
            let errors = errors(fields.take("ErrorEquals")?)?;
            let mut settings = Vec::new();
            for (word, name) in [("interval", "IntervalSeconds"), ("max_delay", "MaxDelaySeconds")] {
                match fields.take(name) {
                    Some(Value::Number(seconds)) => settings.push(format!("{word}: {}", duration(seconds))),
                    Some(other) => settings.push(format!("{word}: {}", self.constant(other, &at.child(name)))),
                    None => {}
                }
            }
            for (word, name) in [("max_attempts", "MaxAttempts"), ("backoff", "BackoffRate")] {
                if let Some(value) = fields.take(name) {
                    settings.push(format!("{word}: {}", self.constant(value, &at.child(name))));
                }
            }
            if let Some(jitter) = fields.take_text("JitterStrategy") {
                let word = match jitter {
                    "FULL" => "full".to_owned(),
                    "NONE" => "none".to_owned(),
                    other => quoted(other),
                };
                settings.push(format!("jitter: {word}"));
            }
            let settings = if settings.is_empty() { String::new() } else { format!(" {}", object(&settings)) };
            out.push(self.shared.write(key, &name_of(retrier.get("ErrorEquals")), &head, &errors, &settings));
        }
        Some(out)
    }

    /// Returns `catch` clauses; `None` if the field is not a list that the language can express.
    pub(super) fn catchers(
        &mut self,
        value: &Value,
        at: &Pointer,
        here: ValuePosition,
        scope: &Scope<'_>,
    ) -> Option<Vec<String>> {
        let catchers = objects(value)?;
        let mut out = Vec::new();
        for (index, catcher) in catchers.into_iter().enumerate() {
            let at = at.index(index);
            let mut fields = Fields::new(catcher);
            // Its name is known in the whole workflow, its target only in its own scope.
            let outermost = scope.pointer.parent().is_some_and(|around| around == Pointer::root());
            let shared = outermost && here.jsonata == scope.jsonata;
            let key =
                ("catch", if shared { serde_json::to_string(catcher).unwrap_or_default() } else { String::new() });
            if let Some(name) = self.shared.name(&key) {
                out.push(format!("catch {name}"));
                continue;
            }
            let head = commented(fields.take_text("Comment"));
            let errors = errors(fields.take("ErrorEquals")?)?;
            let target = self.target(fields.take_text("Next")?, &at.child("Next"), scope);
            let block = self.block(&mut fields, &at, here.with_root("caught"), true);
            let name = format!("to_{}", snake(&target, "state"));
            out.push(self.shared.write(key, &name, &head, &format!("{errors} -> {target}"), &block));
        }
        Some(out)
    }

    /// Returns the block after a target, preceded by a space, or nothing.
    pub(super) fn block(
        &mut self,
        fields: &mut Fields<'_>,
        at: &Pointer,
        here: ValuePosition,
        catcher: bool,
    ) -> String {
        let mut clauses = Vec::new();
        if let Some(value) = fields.take("Assign").and_then(|value| self.known.captures.without(value)) {
            clauses.push(format!("assign {}", self.value(&value, &at.child("Assign"), here)));
        }
        if here.jsonata
            && let Some(value) = fields.take("Output")
        {
            clauses.push(format!("output {}", self.value(value, &at.child("Output"), here)));
        }
        if catcher
            && !here.jsonata
            && let Some(value) = fields.take("ResultPath")
        {
            clauses.push(format!("result_path {}", self.constant(value, &at.child("ResultPath"))));
        }
        match clauses.as_slice() {
            [] => String::new(),
            [only] if !only.contains('\n') => format!(" {{ {only} }}"),
            clauses => {
                format!(" {}", super::text::braces(&clauses.iter().map(|one| format!("{one}\n")).collect::<String>()))
            }
        }
    }
}

/// A retrier or catcher: the keyword, and its text as JSON.
type Key = (&'static str, String);

/// The retriers and catchers that several states share.
#[derive(Debug, Default)]
pub(super) struct Shared {
    /// The number of occurrences in the document.
    counts: BTreeMap<Key, usize>,
    /// The names of the declared ones.
    names: BTreeMap<Key, String>,
    distinct: UniqueNames,
    /// The declarations.
    pub(super) lines: String,
}

impl Shared {
    /// Collects the handlers in a document.
    pub(super) fn of(document: &Value) -> Self {
        let mut shared = Self::default();
        for (_, value) in values_in(document) {
            for (field, word) in [("Retry", "retry"), ("Catch", "catch")] {
                for handler in value.get(field).and_then(Value::as_array).into_iter().flatten() {
                    *shared.counts.entry((word, handler.to_string())).or_default() += 1;
                }
            }
        }
        shared
    }

    /// Returns the name of a declared handler.
    fn name(&self, key: &Key) -> Option<&str> {
        self.names.get(key).map(String::as_str)
    }

    /// Returns the clause of a handler. A repeated one is declared with a name.
    fn write(&mut self, key: Key, name: &str, head: &str, handler: &str, block: &str) -> String {
        let word = key.0;
        if self.counts.get(&key).is_none_or(|count| *count < 2) {
            return format!("{head}{word} {handler}{block}");
        }
        let name = self.distinct.take(name.to_owned(), "_");
        let end = if block.is_empty() { ";" } else { "" };
        self.lines.push_str(&format!("{head}{word} {name} {handler}{block}{end}\n"));
        self.names.insert(key, name.clone());
        format!("{word} {name}")
    }
}

/// Returns a name for a retrier, derived from the first error that it matches.
fn name_of(errors: Option<&Value>) -> String {
    let first = errors.and_then(|errors| errors.get(0)).and_then(Value::as_str).unwrap_or_default();
    let words = first.strip_prefix("States.").unwrap_or(first);
    match words {
        "ALL" => "on_error".to_owned(),
        words => format!("on_{}", snake(words, "error")),
    }
}

fn objects(value: &Value) -> Option<Vec<&serde_json::Map<String, Value>>> {
    let Value::Array(items) = value else { return None };
    if items.is_empty() {
        return None;
    }
    items.iter().map(Value::as_object).collect()
}

/// Returns a comment for an item that has no comment clause.
pub(super) fn commented(text: Option<&str>) -> String {
    text.map_or_else(String::new, |text| comment(text, "///").unwrap_or_else(|| comment_attributes(text, "///")))
}

fn errors(value: &Value) -> Option<String> {
    let Value::Array(names) = value else { return None };
    let names = names.iter().map(|name| name.as_str().map(error)).collect::<Option<Vec<_>>>()?;
    Some(array(&names))
}

fn error(name: &str) -> String {
    let word = |word: &str| is_name(word) && !KEYWORDS.contains(&word);
    if name.split('.').all(word) { name.to_owned() } else { quoted(name) }
}
