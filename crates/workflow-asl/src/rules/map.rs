//! Rules on map states: their mode, reader and label.

use std::collections::BTreeMap;

use super::Definition;
use super::object_index::ObjectKind;
use super::task::request_field;
use crate::document::{ItemProcessor, ReaderConfig, StateKind};
use crate::limits::LABEL_CHARS;
use crate::{Diagnostic, Finding, Pointer, placeholder};

/// A distributed map names the type of its child executions, an inline one does not.
pub(super) fn only_a_distributed_map_has_an_execution_type(definition: &Definition<'_>, found: &mut Vec<Diagnostic>) {
    for state in definition.index.states.iter().filter(|state| state.state.kind == StateKind::Map) {
        for (field, processor) in [("ItemProcessor", &state.state.item_processor), ("Iterator", &state.state.iterator)]
        {
            let config = processor.as_ref().and_then(|processor| processor.processor_config.as_ref());
            let Some(config) = config.filter(|config| !config.is_unread()) else { continue };
            let at = state.at.child(field).child("ProcessorConfig");
            match (config.mode.as_deref(), config.has("ExecutionType")) {
                (Some("DISTRIBUTED"), false) => {
                    found.push(Finding::NoExecutionType {}.at(at));
                }
                (Some("INLINE"), true) => {
                    found.push(Finding::ExecutionTypeOfInline {}.at(at.child("ExecutionType")));
                }
                _ => {}
            }
        }
    }
}

/// An Express state machine has no distributed map.
pub(super) fn express_machines_have_no_distributed_map(definition: &Definition<'_>, found: &mut Vec<Diagnostic>) {
    for state in definition.index.states.iter().filter(|state| state.express && state.state.is_distributed()) {
        let field = if state.state.item_processor.is_some() { "ItemProcessor" } else { "Iterator" };
        let at = state.at.child(field).child("ProcessorConfig").child("Mode");
        found.push(Finding::ExpressDistributed {}.at(at));
    }
}

/// The fields about column names.
const HEADERS: [&str; 2] = ["CSVHeaderLocation", "CSVHeaders"];

/// The input types with which AWS refuses them.
const WITHOUT_HEADERS: [&str; 3] = ["JSON", "JSONL", "PARQUET"];

/// A reader of CSV knows where the column names are, and no other reader asks.
pub(super) fn csv_readers_know_their_headers(definition: &Definition<'_>, found: &mut Vec<Diagnostic>) {
    for state in &definition.index.states {
        let reader = state.state.item_reader.as_ref();
        let Some(config) = reader.and_then(|reader| reader.reader_config.as_ref()) else { continue };
        csv_headers(config, &state.at.child("ItemReader").child("ReaderConfig"), found);
    }
}

/// A manifest that Athena wrote is CSV too, but has its own rules.
fn has_own_rules(config: &ReaderConfig) -> bool {
    config.manifest_type.as_deref().is_some_and(|manifest| manifest != "S3_INVENTORY")
}

fn csv_headers(config: &ReaderConfig, at: &Pointer, found: &mut Vec<Diagnostic>) {
    if has_own_rules(config) {
        return;
    }
    match config.input_type.as_deref() {
        Some("CSV") if !config.has("CSVHeaderLocation") => found.push(Finding::CsvWithoutHeaders {}.at(at.clone())),
        Some(input) if WITHOUT_HEADERS.contains(&input) => {
            for field in HEADERS.into_iter().filter(|field| config.has(field)) {
                found.push(Finding::FieldOfFormat { field, input: input.to_owned() }.at(at.child(field)));
            }
        }
        _ => {}
    }
    if config.transformation.as_deref() == Some("LOAD_AND_FLATTEN") && !config.has("InputType") {
        found.push(Finding::NoInputType {}.at(at.clone()));
    }
    // Where no headers are allowed, none are missing.
    let may_have = config.input_type.as_deref().is_none_or(|input| !WITHOUT_HEADERS.contains(&input));
    if may_have && config.csv_header_location.as_deref() == Some("GIVEN") && !config.has("CSVHeaders") {
        found.push(Finding::NoGivenHeaders {}.at(at.clone()));
    }
}

/// A JSON pointer begins with `/`, except for the one to the whole file.
pub(super) fn pointers_begin_with_a_slash(definition: &Definition<'_>, found: &mut Vec<Diagnostic>) {
    for state in &definition.index.states {
        let config = state.state.item_reader.as_ref().and_then(|reader| reader.reader_config.as_ref());
        let Some(pointer) = config.and_then(|config| config.items_pointer.as_deref()) else { continue };
        // A placeholder or an expression gives another text.
        if !pointer.is_empty() && !pointer.starts_with(['/', '{']) && !pointer.contains("${") {
            let path = pointer.strip_prefix('$').map(|path| path.replace('.', "/"));
            let write = path.filter(|path| path.starts_with('/')).unwrap_or_else(|| format!("/{pointer}"));
            let at = state.at.child("ItemReader").child("ReaderConfig").child("ItemsPointer");
            found.push(Finding::PointerWithoutSlash { pointer: pointer.to_owned(), write }.at(at));
        }
    }
}

/// The input types that use a field of a `ReaderConfig`, by field.
const READERS: &[(&str, &[&str])] = &[
    ("CSVDelimiter", &["CSV", "MANIFEST"]),
    ("CSVHeaderLocation", &["CSV", "MANIFEST"]),
    ("CSVHeaders", &["CSV", "MANIFEST"]),
    ("ItemsPointer", &["JSON"]),
];

/// Fields of distributed maps are only in distributed maps, and fields of some readers only in those readers.
pub(super) fn fields_have_an_effect(definition: &Definition<'_>, found: &mut Vec<Diagnostic>) {
    for state in definition.index.states.iter().filter(|state| state.state.kind == StateKind::Map) {
        if state.state.processor().is_some_and(is_inline) {
            for field in state.state.present().filter(|field| field.distributed) {
                found.push(Finding::FieldOfDistributed { field: field.name }.at(state.at.child(field.name)));
            }
        }
        let reader = state.state.item_reader.as_ref();
        // In an inline map, the reader has no effect.
        if reader.is_some() && state.state.is_distributed() {
            for field in ["ItemsPath", "Items"].into_iter().filter(|field| state.state.has(field)) {
                found.push(Finding::ItemsBesideReader { field }.at(state.at.child(field)));
            }
        }
        let Some(config) = reader.and_then(|reader| reader.reader_config.as_ref()) else { continue };
        let at = state.at.child("ItemReader").child("ReaderConfig");
        let Some(input) = config.input_type.as_deref() else { continue };
        for (field, inputs) in READERS.iter().filter(|(field, _)| config.has(field)) {
            // `csv_headers` reports the headers that AWS rejects.
            if HEADERS.contains(field) && WITHOUT_HEADERS.contains(&input) && !has_own_rules(config) {
                continue;
            }
            // Another finding reports an unknown type.
            if !inputs.contains(&input) && ReaderConfig::INPUT_TYPES.contains(&input) {
                found.push(Finding::FieldOfOtherInput { field, input: input.to_owned(), inputs }.at(at.child(field)));
            }
        }
        if config.csv_header_location.as_deref() == Some("FIRST_ROW") && config.has("CSVHeaders") {
            found.push(Finding::HeadersInFirstRow {}.at(at.child("CSVHeaders")));
        }
    }
}

/// Returns whether the iterations run within the execution.
fn is_inline(processor: &ItemProcessor) -> bool {
    match &processor.processor_config {
        // A value that could not be read may be a placeholder.
        None => !processor.has("ProcessorConfig"),
        Some(config) if config.is_unread() => false,
        Some(config) => match config.mode.as_deref() {
            None => !config.has("Mode"),
            Some(mode) => mode == "INLINE",
        },
    }
}

/// A reader, and a writer to S3, say what to read and write.
pub(super) fn writers_and_readers_have_a_request(definition: &Definition<'_>, found: &mut Vec<Diagnostic>) {
    for object in &definition.index.objects {
        if !matches!(object.kind, ObjectKind::ItemReader | ObjectKind::ResultWriter) {
            continue;
        }
        let names: Vec<_> = object.present.iter().map(|field| field.name).collect();
        let (of, field) = (object.kind.phrase(), request_field(object.language));
        let has_request = names.contains(&"Parameters") || names.contains(&"Arguments");
        match (names.contains(&"Resource"), has_request) {
            (true, false) => found.push(Finding::NoRequest { of, field }.at(object.at.clone())),
            (false, true) if object.kind == ObjectKind::ResultWriter => {
                found.push(Finding::NoResource { of, field }.at(object.at.clone()));
            }
            _ => {}
        }
    }
}

/// A distributed map's label is distinct, has at most 40 characters, and only characters that fit in an ARN.
pub(super) fn labels_are_short_and_distinct(definition: &Definition<'_>, found: &mut Vec<Diagnostic>) {
    let mut labels: BTreeMap<&str, &str> = BTreeMap::new();
    for state in definition.index.states.iter().filter(|state| state.state.kind == StateKind::Map) {
        let Some(label) = state.state.label.as_deref().filter(|label| !placeholder::contained(label)) else { continue };
        let at = state.at.child("Label");
        if label.is_empty() {
            found.push(Finding::EmptyLabel {}.at(at.clone()));
        }
        let characters = label.chars().count();
        if characters > LABEL_CHARS {
            found.push(Finding::LabelTooLong { characters }.at(at.clone()));
        }
        let forbidden = |c: char| c.is_whitespace() || c.is_control() || "?*<>{}[]:;,\\|^~$#%&`\"".contains(c);
        if let Some((offset, character)) = label.char_indices().find(|(_, c)| forbidden(*c)) {
            let found_here = Finding::CharacterInLabel { character }.at(at.clone());
            found.push(found_here.with_range(offset, character.len_utf8()));
        }
        if let Some(other) = labels.insert(label, state.name) {
            let (label, first, second) = (label.to_owned(), other.to_owned(), state.name.to_owned());
            found.push(Finding::DuplicateLabel { label, first, second }.at(at));
        }
    }
}
