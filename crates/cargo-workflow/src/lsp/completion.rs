//! Completion: what may be written at the cursor, from the tables of ASL and of AWS's APIs and from the types of values.

use std::collections::BTreeSet;

use lsp_types::{
    CompletionItem, CompletionItemKind, CompletionList, CompletionTextEdit, Documentation, MarkupContent, MarkupKind,
    Position, TextEdit,
};
use serde_json::Value;
use workflow_asl::{Pointer, template};

use super::document::{Document, Machine};
use super::expression;
use super::place::{Cursor, Here};
use super::suggestions::{keys, values};
use super::workflow;

/// Something that may be written.
#[derive(Clone)]
pub(super) struct Suggestion {
    pub(super) label: String,
    pub(super) detail: String,
    pub(super) doc: Option<String>,
    pub(super) kind: CompletionItemKind,
    /// The text to write, if it is not the label.
    pub(super) insert: Option<String>,
    /// Suggestions with a smaller number come first.
    pub(super) rank: u8,
}

impl Suggestion {
    pub(super) fn new(label: impl Into<String>, kind: CompletionItemKind, detail: impl Into<String>) -> Self {
        Self { label: label.into(), detail: detail.into(), doc: None, kind, insert: None, rank: 1 }
    }

    pub(super) fn doc(self, doc: impl Into<String>) -> Self {
        Self { doc: Some(doc.into()), ..self }
    }

    pub(super) fn rank(self, rank: u8) -> Self {
        Self { rank, ..self }
    }
}

/// Returns what may be written at a position.
pub(super) fn complete(document: &Document, position: Position) -> CompletionList {
    let offset = document.offset(position);
    if document.has_workflows() {
        let found = workflow::complete(&document.file, &document.text, offset);
        let items = found.map(|(span, all)| items(document, span, all, |text| text.to_owned()));
        return CompletionList { is_incomplete: true, items: items.unwrap_or_default() };
    }
    let found = document.cursor(offset).and_then(|cursor| {
        let (machine, at) = document.machine_at(&cursor.at)?;
        let here = machine.here(&at);
        let before = document.source.text().get(cursor.span.0..offset).unwrap_or_default();
        if !cursor.is_key
            && let Some((length, all)) = expression::complete(machine, &here, &at, before)
        {
            let end = (cursor.span.0 + cursor.span.1).max(offset);
            let rest = document.source.text().get(offset..end).unwrap_or_default();
            let after = rest.find(|c: char| !expression::is_word(c)).unwrap_or(rest.len());
            return Some(items(document, (offset - length, length + after), all, |text| text.to_owned()));
        }
        Some(at_cursor(document, machine, &here, &at, &cursor))
    });
    CompletionList { is_incomplete: true, items: found.unwrap_or_default() }
}

fn at_cursor(
    document: &Document,
    machine: &Machine,
    here: &Here<'_>,
    at: &Pointer,
    cursor: &Cursor,
) -> Vec<CompletionItem> {
    let is_yaml = machine.is_yaml(document);
    let written = document.source.text().get(cursor.span.0..cursor.span.0 + cursor.span.1).unwrap_or_default();
    let is_object = here.is_object() || here.request(machine).is_some_and(|shape| shape.structure().is_some());
    if cursor.is_key || is_yaml && is_object && !cursor.is_quoted {
        let object = machine.value.pointer(at.as_str());
        let given: BTreeSet<&str> =
            object.and_then(Value::as_object).into_iter().flatten().map(|(key, _)| key.as_str()).collect();
        let is_given = |name: &str| name != written && given.contains(name);
        let mut all = keys(machine, here);
        all.retain(|one| {
            let plain = one.label.strip_suffix(template::SUFFIX).unwrap_or(&one.label);
            !is_given(plain) && !is_given(&format!("{plain}{}", template::SUFFIX))
        });
        let (is_quoted, has_colon) = (cursor.is_quoted, cursor.is_key && cursor.span.1 > 0);
        return items(document, cursor.span, all, |name| match (is_quoted, is_yaml, has_colon) {
            (true, ..) => name.to_owned(),
            (false, true, true)
                if document.text.get(cursor.span.0 + cursor.span.1..).is_some_and(|rest| rest.starts_with(':')) =>
            {
                name.to_owned()
            }
            (false, true, _) => format!("{name}: "),
            (false, false, _) => format!("{}: ", Value::from(name)),
        });
    }
    let (is_quoted, all) = (cursor.is_quoted, values(machine, here, written));
    items(document, cursor.span, all, |text| {
        let is_word = matches!(text, "true" | "false");
        match is_quoted || is_word || is_yaml && !text.starts_with(['{', '$']) {
            true => text.to_owned(),
            false => Value::from(text).to_string(),
        }
    })
}

fn items(
    document: &Document,
    span: (usize, usize),
    all: Vec<Suggestion>,
    write: impl Fn(&str) -> String,
) -> Vec<CompletionItem> {
    let range = document.range(span);
    let item = |one: Suggestion| {
        let text = one.insert.as_deref().unwrap_or(&one.label);
        let doc =
            one.doc.map(|value| Documentation::MarkupContent(MarkupContent { kind: MarkupKind::Markdown, value }));
        CompletionItem {
            sort_text: Some(format!("{}{}", one.rank, one.label)),
            text_edit: Some(CompletionTextEdit::Edit(TextEdit { range, new_text: write(text) })),
            kind: Some(one.kind),
            detail: Some(one.detail).filter(|detail| !detail.is_empty()),
            documentation: doc,
            label: one.label,
            ..CompletionItem::default()
        }
    };
    all.into_iter().map(item).collect()
}
