//! Rules on map states: their mode, reader and label.

use std::collections::BTreeMap;

use super::part::PartKind;
use super::task::request_field;
use super::{Definition, all_of, report};
use crate::document::{ItemProcessor, ReaderConfig, StateKind};
use crate::limits::LABEL_CHARS;
use crate::{Code, Diagnostic, Pointer, placeholder};

/// A distributed map names the type of its child executions, an inline one does not.
pub(super) fn only_a_distributed_map_has_an_execution_type(definition: &Definition<'_>, found: &mut Vec<Diagnostic>) {
    for state in definition.parts.states.iter().filter(|state| state.state.kind == StateKind::Map) {
        for (field, processor) in [("ItemProcessor", &state.state.item_processor), ("Iterator", &state.state.iterator)]
        {
            let config = processor.as_ref().and_then(|processor| processor.processor_config.as_ref());
            let Some(config) = config.filter(|config| !config.is_unread()) else { continue };
            let at = state.at.child(field).child("ProcessorConfig");
            match (config.mode.as_deref(), config.has("ExecutionType")) {
                (Some("DISTRIBUTED"), false) => {
                    let message = "a distributed map needs `ExecutionType`";
                    let diagnostic = Diagnostic::new(Code::MissingField, at, message);
                    found.push(diagnostic.with_help("`STANDARD` or `EXPRESS`"));
                }
                (Some("INLINE"), true) => {
                    let message = "field `ExecutionType` is not supported in an inline map";
                    let diagnostic = Diagnostic::new(Code::UnknownField, at.child("ExecutionType"), message);
                    found.push(diagnostic.with_help("remove it, or make the mode `DISTRIBUTED`"));
                }
                _ => {}
            }
        }
    }
}

/// An Express state machine has no distributed map.
pub(super) fn express_machines_have_no_distributed_map(definition: &Definition<'_>, found: &mut Vec<Diagnostic>) {
    for state in definition.parts.states.iter().filter(|state| state.express && state.state.is_distributed()) {
        let field = if state.state.item_processor.is_some() { "ItemProcessor" } else { "Iterator" };
        let at = state.at.child(field).child("ProcessorConfig").child("Mode");
        let message = "an Express state machine does not support distributed maps";
        found.push(Diagnostic::new(Code::ExpressRestriction, at, message).with_help("use an inline map"));
    }
}

/// A reader of CSV knows where the column names are, and no other reader asks.
pub(super) fn csv_readers_know_their_headers(definition: &Definition<'_>, found: &mut Vec<Diagnostic>) {
    for state in &definition.parts.states {
        let reader = state.state.item_reader.as_ref();
        let Some(config) = reader.and_then(|reader| reader.reader_config.as_ref()) else { continue };
        csv_headers(config, &state.at.child("ItemReader").child("ReaderConfig"), found);
    }
}

fn csv_headers(config: &ReaderConfig, at: &Pointer, found: &mut Vec<Diagnostic>) {
    // A manifest that Athena wrote is CSV too, but has its own rules.
    if config.manifest_type.is_some() {
        return;
    }
    match (config.input_type.as_deref(), config.has("CSVHeaderLocation")) {
        (Some("CSV"), false) => {
            let message = "a reader of CSV needs `CSVHeaderLocation`";
            let diagnostic = Diagnostic::new(Code::MissingField, at.clone(), message);
            found.push(diagnostic.with_help("`FIRST_ROW`, or `GIVEN` with `CSVHeaders`"));
        }
        (Some("JSON"), true) => {
            let message = "field `CSVHeaderLocation` is not supported in a reader of JSON";
            report(found, Code::UnknownField, at.child("CSVHeaderLocation"), message);
        }
        _ => {}
    }
    if config.transformation.as_deref() == Some("LOAD_AND_FLATTEN") && !config.has("InputType") {
        let message = "a reader that loads what it lists needs `InputType`";
        report(found, Code::MissingField, at.clone(), message);
    }
    if config.csv_header_location.as_deref() == Some("GIVEN") && !config.has("CSVHeaders") {
        report(found, Code::MissingField, at.clone(), "a reader with given headers needs `CSVHeaders`");
    }
}

/// By field of a `ReaderConfig`, the input types that use it.
const READERS: &[(&str, &[&str])] = &[
    ("CSVDelimiter", &["CSV", "MANIFEST"]),
    ("CSVHeaderLocation", &["CSV", "JSON", "MANIFEST"]),
    ("CSVHeaders", &["CSV", "MANIFEST"]),
    ("ItemsPointer", &["JSON"]),
];

/// What only distributed maps use stands in them, and what only some readers use in those.
pub(super) fn fields_have_an_effect(definition: &Definition<'_>, found: &mut Vec<Diagnostic>) {
    for state in definition.parts.states.iter().filter(|state| state.state.kind == StateKind::Map) {
        if state.state.processor().is_some_and(is_inline) {
            for field in state.state.present().filter(|field| field.distributed) {
                let message = format!("field `{}` has no effect in an inline map", field.name);
                let diagnostic = Diagnostic::new(Code::NoEffect, state.at.child(field.name), message);
                found.push(diagnostic.with_help("remove it, or make the mode `DISTRIBUTED`"));
            }
        }
        let reader = state.state.item_reader.as_ref();
        // In an inline map it is the reader that has no effect.
        if reader.is_some() && state.state.is_distributed() {
            for field in ["ItemsPath", "Items"].into_iter().filter(|field| state.state.has(field)) {
                let message = format!("field `{field}` has no effect beside `ItemReader`: the items are what is read");
                let diagnostic = Diagnostic::new(Code::NoEffect, state.at.child(field), message);
                found.push(diagnostic.with_help("remove it; of a JSON object, `ItemsPointer` selects the items"));
            }
        }
        let Some(config) = reader.and_then(|reader| reader.reader_config.as_ref()) else { continue };
        let at = state.at.child("ItemReader").child("ReaderConfig");
        let Some(input) = config.input_type.as_deref() else { continue };
        for (field, inputs) in READERS.iter().filter(|(field, _)| config.has(field)) {
            // What is not a type at all is reported as such.
            if !inputs.contains(&input) && ReaderConfig::INPUT_TYPES.contains(&input) {
                let message = format!("field `{field}` has no effect on input of type {input}");
                let diagnostic = Diagnostic::new(Code::NoEffect, at.child(field), message);
                found.push(diagnostic.with_help(format!("it is for {}", all_of(inputs.iter().copied()))));
            }
        }
        if config.csv_header_location.as_deref() == Some("FIRST_ROW") && config.has("CSVHeaders") {
            let message = "field `CSVHeaders` has no effect: the names are in the first row";
            let diagnostic = Diagnostic::new(Code::NoEffect, at.child("CSVHeaders"), message);
            found.push(diagnostic.with_help("make `CSVHeaderLocation` `GIVEN`, or remove it"));
        }
    }
}

/// Whether the iterations run within the execution.
fn is_inline(processor: &ItemProcessor) -> bool {
    match &processor.processor_config {
        // What could not be read may be a placeholder.
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
    for part in &definition.parts.parts {
        if !matches!(part.kind, PartKind::ItemReader | PartKind::ResultWriter) {
            continue;
        }
        let names: Vec<_> = part.present.iter().map(|field| field.name).collect();
        let field = request_field(part.language);
        let has_request = names.contains(&"Parameters") || names.contains(&"Arguments");
        match (names.contains(&"Resource"), has_request) {
            (true, false) => {
                let message = format!("{} with a `Resource` needs `{field}`", part.kind.phrase());
                report(found, Code::MissingField, part.at.clone(), message);
            }
            (false, true) if part.kind == PartKind::ResultWriter => {
                let message = format!("{} with `{field}` needs `Resource`", part.kind.phrase());
                report(found, Code::MissingField, part.at.clone(), message);
            }
            _ => {}
        }
    }
}

/// A distributed map's label is distinct, has at most 40 characters, and only those that fit in an ARN.
pub(super) fn labels_are_short_and_distinct(definition: &Definition<'_>, found: &mut Vec<Diagnostic>) {
    let mut labels: BTreeMap<&str, &str> = BTreeMap::new();
    for state in definition.parts.states.iter().filter(|state| state.state.kind == StateKind::Map) {
        let Some(label) = state.state.label.as_deref().filter(|label| !placeholder::contained(label)) else { continue };
        let at = state.at.child("Label");
        if label.is_empty() {
            report(found, Code::BadLabel, at.clone(), "the label is empty");
        }
        let length = label.chars().count();
        if length > LABEL_CHARS {
            let message = format!("the label has {length} characters, {LABEL_CHARS} are allowed");
            report(found, Code::BadLabel, at.clone(), message);
        }
        let forbidden = |c: char| c.is_whitespace() || c.is_control() || "?*<>{}[]:;,\\|^~$#%&`\"".contains(c);
        if let Some((offset, c)) = label.char_indices().find(|(_, c)| forbidden(*c)) {
            let message = format!("a label cannot contain {c:?}");
            found.push(Diagnostic::new(Code::BadLabel, at.clone(), message).with_range(offset, c.len_utf8()));
        }
        if let Some(other) = labels.insert(label, state.name) {
            let message = format!("the maps `{other}` and `{}` have one label, `{label}`", state.name);
            report(found, Code::DuplicateLabel, at, message);
        }
    }
}
