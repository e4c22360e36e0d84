//! Maps: their items, processors, readers, writers and batchers.

use serde_json::{Map, Value};
use workflow_asl::Pointer;
use workflow_asl::document::MachineType;

use super::choice::in_head;
use super::printer::{Fields, Printer, Spelling, ValuePosition};
use super::state::{Parts, Scope};
use super::text::{comment, comment_attributes, key, object, quoted};
use super::{KeptKind, jsonata, path};
use workflow_compiler::syntax::reader::{FLATTEN, FORMATS, Format, INVENTORY, LIST};

impl Printer<'_> {
    /// Writes the items, the processor and the clauses of a map.
    pub(super) fn map(
        &mut self,
        fields: &mut Fields<'_>,
        at: &Pointer,
        here: ValuePosition,
        scope: &Scope<'_>,
        parts: &mut Parts,
    ) {
        self.items(fields, at, here, parts);
        let name = if fields.has("ItemProcessor") { "ItemProcessor" } else { "Iterator" };
        let Some(Value::Object(processor)) = fields.take(name) else {
            self.refuse(at, "the map has no states to run");
            return;
        };
        let before = parts.clauses.len();
        // In an inline map they have no effect, and stay in `raw`.
        if processor.get("ProcessorConfig").and_then(mode).is_some_and(|clause| clause.starts_with("distributed")) {
            self.transfers(fields, at, here, parts);
        }
        if let Some(name) = self.known.captures.item_of(at).filter(|_| parts.head.contains(" over ")) {
            parts.head.push_str(&format!(" as {name}"));
        }
        let selector = ValuePosition { selector: true, ..here };
        for (name, word) in [("ItemSelector", "item_selector"), ("Parameters", "parameters")] {
            if here.jsonata && name == "Parameters" {
                continue;
            }
            if let Some(value) = fields.take(name) {
                parts.clauses.push(format!("{word} {}", self.value(value, &at.child(name), selector)));
            }
        }
        self.limits(fields, at, here, parts);
        if let Some(label) = fields.take("Label") {
            parts.clauses.push(format!("label {}", self.constant(label, &at.child("Label"))));
        }
        let at = at.child(name);
        let mut inner = Fields::new(processor);
        let mut distributed = here.distributed;
        if let Some(config) = inner.take("ProcessorConfig") {
            match mode(config) {
                Some(clause) => {
                    distributed |= clause.starts_with("distributed");
                    parts.clauses.insert(before, clause.to_owned());
                }
                None => self.refuse(&at.child("ProcessorConfig"), "the language cannot express this configuration"),
            }
        }
        let mut head = String::new();
        if let Some(text) = inner.take_text("Comment") {
            head = comment(text, "//!").unwrap_or_else(|| comment_attributes(text, "//!"));
        }
        let body = self.body(&mut inner, &at, &Scope { distributed, ..*scope }, &head);
        if name == "Iterator" {
            parts.head.push_str(" iterator");
        }
        parts.head.push_str(&format!(" {body}"));
    }

    fn items(&mut self, fields: &mut Fields<'_>, at: &Pointer, here: ValuePosition, parts: &mut Parts) {
        let name = if here.jsonata { "Items" } else { "ItemsPath" };
        let at = at.child(name);
        match fields.get(name) {
            Some(Value::String(text)) if here.jsonata => {
                // Text that is not an expression is not an array, so it remains a field.
                let Some(spellings) = jsonata::spellings(text, &at, here, self.known) else { return };
                fields.take("Items");
                let spellings = spellings.into_iter().map(|one| one.map(in_head)).collect();
                parts.head.push_str(&format!(" over {}", self.spell(&at, spellings)));
            }
            Some(value) if here.jsonata => {
                fields.take("Items");
                parts.head.push_str(&format!(" over {}", in_head(self.value(value, &at, here))));
            }
            Some(Value::String(text)) => {
                fields.take("ItemsPath");
                let plain = Spelling::kept(format!("path {}", quoted(text)), KeptKind::Path);
                parts.head.push_str(&format!(" over {}", self.spell(&at, vec![path::value(text, here), plain])));
            }
            // The rest remains a field.
            Some(_) | None => {}
        }
    }

    fn limits(&mut self, fields: &mut Fields<'_>, at: &Pointer, here: ValuePosition, parts: &mut Parts) {
        let words = [
            ("MaxConcurrency", "MaxConcurrencyPath", "max_concurrency"),
            ("ToleratedFailureCount", "ToleratedFailureCountPath", "tolerate count"),
            ("ToleratedFailurePercentage", "ToleratedFailurePercentagePath", "tolerate percent"),
        ];
        for (name, with_path, word) in words {
            let text = self.scalar_or_path(fields, [name, with_path], at, here);
            parts.clauses.extend(text.map(|text| format!("{word} {text}")));
        }
    }

    fn transfers(&mut self, fields: &mut Fields<'_>, at: &Pointer, here: ValuePosition, parts: &mut Parts) {
        if let Some(Value::Object(reader)) = fields.take("ItemReader") {
            let at = at.child("ItemReader");
            let short = if parts.head.contains(" over ") { None } else { short_reader(reader, here) };
            let head = self.point(&at, if short.is_some() { 2 } else { 1 }, |printer, level| match short {
                Some(short) if level == 0 => printer.short_reader(short, reader, &at, here),
                _ => String::new(),
            });
            if head.contains("over") {
                parts.head.push_str(&head);
            } else {
                parts
                    .clauses
                    .push(format!("{head}{}", self.transfer("item_reader", "ReaderConfig", reader, &at, here)));
            }
        }
        if let Some(Value::Object(batcher)) = fields.take("ItemBatcher") {
            let at = at.child("ItemBatcher");
            let mut members = Vec::new();
            for (name, value) in batcher {
                let value = match value {
                    Value::String(text) if name.ends_with("Path") => quoted(text),
                    Value::String(text) => self.text(text, &at.child(name), here),
                    other => self.value(other, &at.child(name), here),
                };
                match name.as_str() {
                    "MaxItemsPerBatch" if batcher.len() == 1 => {
                        parts.clauses.push(format!("batch {value}"));
                        return self.writer(fields, &at, here, parts);
                    }
                    _ => members.push(format!("{}: {value}", key(name))),
                }
            }
            parts.clauses.push(format!("batch {}", object(&members)));
        }
        self.writer(fields, at, here, parts);
    }

    fn writer(&mut self, fields: &mut Fields<'_>, at: &Pointer, here: ValuePosition, parts: &mut Parts) {
        let Some(Value::Object(writer)) = fields.take("ResultWriter") else { return };
        let at = at.child("ResultWriter");
        parts.clauses.push(self.transfer("write_to", "WriterConfig", writer, &at, here));
    }

    /// Writes `item_reader s3::getObject { … } config { … }`, or `write_to { … } config { … }`.
    fn transfer(
        &mut self,
        word: &str,
        config: &'static str,
        transfer: &Map<String, Value>,
        at: &Pointer,
        here: ValuePosition,
    ) -> String {
        let mut fields = Fields::new(transfer);
        let mut out = word.to_owned();
        let name = request(here);
        let implied = word == "write_to" && fields.get(name).is_some_and(Value::is_object);
        if let Some(arn) = fields.take_text("Resource").filter(|arn| !(implied && *arn == PUT_OBJECT)) {
            out.push_str(&format!(" {}", self.resource(arn, &at.child("Resource"))));
        }
        if let Some(place) = fields.take(name) {
            out.push_str(&format!(" {}", self.value(place, &at.child(name), here)));
        }
        if let Some(settings) = fields.take(config) {
            out.push_str(&format!(" config {}", self.settings(settings, &at.child(config), here)));
        }
        out
    }

    fn settings(&mut self, settings: &Value, at: &Pointer, here: ValuePosition) -> String {
        let Value::Object(members) = settings else { return self.constant(settings, at) };
        let members = members.iter().map(|(name, value)| {
            let at = at.child(name);
            let value = match value {
                Value::String(text) if !name.ends_with("Path") => self.text(text, &at, here),
                other => self.constant(other, &at),
            };
            format!("{}: {value}", key(name))
        });
        object(&members.collect::<Vec<_>>())
    }

    /// Writes `over s3::csv { Bucket: …, headers: first_row }`.
    fn short_reader(&mut self, format: &str, reader: &Map<String, Value>, at: &Pointer, here: ValuePosition) -> String {
        let name = request(here);
        let mut members = Vec::new();
        if let Some(Value::Object(place)) = reader.get(name) {
            let at = at.child(name);
            for (name, value) in place {
                let whole = Value::Object(Map::from_iter([(name.clone(), value.clone())]));
                let text = self.value(&whole, &at, here);
                let text = text.trim_start_matches("{").trim_end_matches("}").trim().trim_end_matches(',');
                members.push(text.to_owned());
            }
        }
        if let Some(Value::Object(config)) = reader.get("ReaderConfig") {
            let at = at.child("ReaderConfig");
            for (name, value) in config {
                let word = |text: &Value| text.as_str().map(str::to_lowercase).unwrap_or_default();
                match name.as_str() {
                    "InputType" => {}
                    "CSVHeaderLocation" if value == "FIRST_ROW" => members.push("headers: first_row".to_owned()),
                    "CSVHeaderLocation" => {}
                    "CSVHeaders" => members.push(format!("headers: {}", self.constant(value, &at.child(name)))),
                    "CSVDelimiter" => members.push(format!("delimiter: {}", word(value))),
                    "Transformation" => members.push(format!("transformation: {}", word(value))),
                    "ManifestType" => members.push(format!("manifest: {}", word(value))),
                    "ItemsPointer" => members.push(format!("pointer: {}", self.constant(value, &at.child(name)))),
                    "MaxItems" => members.push(format!("max_items: {}", self.value(value, &at.child(name), here))),
                    _ => {
                        let value = match value {
                            Value::String(text) => self.path(text, &at.child(name), here),
                            other => other.to_string(),
                        };
                        members.push(format!("max_items: {value}"));
                    }
                }
            }
        }
        format!(" over s3::{format} {}", object(&members))
    }
}

/// The call of `write_to`, if it names none.
const PUT_OBJECT: &str = "arn:aws:states:::s3:putObject";

/// Returns the short name of a reader, if it expresses the whole reader.
fn short_reader(reader: &Map<String, Value>, here: ValuePosition) -> Option<&'static str> {
    let arn = reader.get("Resource")?.as_str()?;
    let place = reader.get(request(here))?.as_object()?;
    if place.keys().any(|name| name.chars().next().is_none_or(char::is_lowercase)) {
        return None;
    }
    let known = ["Resource", request(here), "ReaderConfig"];
    if reader.keys().any(|name| !known.contains(&name.as_str())) {
        return None;
    }
    let empty = Map::new();
    let config = match reader.get("ReaderConfig") {
        Some(config) => config.as_object()?,
        None => &empty,
    };
    let format = match config.get("InputType") {
        Some(format) => Some(format.as_str()?),
        None => None,
    };
    let action = arn.strip_prefix("arn:aws:states:::s3:")?;
    let is = |name: &str, word: &str| config.get(name).is_some_and(|value| value == word);
    let short = match format {
        None if is("ManifestType", INVENTORY) => Format::named("manifest")?,
        Some("MANIFEST") if is("ManifestType", INVENTORY) => return None,
        _ => FORMATS.into_iter().find(|known| known.input_type == format)?,
    };
    if action != if is("Transformation", FLATTEN) { LIST } else { short.action } {
        return None;
    }
    let text = |name: &str| config.get(name).is_none_or(Value::is_string);
    let settings = [
        "InputType",
        "CSVHeaderLocation",
        "CSVHeaders",
        "CSVDelimiter",
        "Transformation",
        "ManifestType",
        "ItemsPointer",
        "MaxItems",
        "MaxItemsPath",
    ];
    let fits = config.keys().all(|name| settings.contains(&name.as_str()))
        && ["CSVDelimiter", "Transformation", "ManifestType"].into_iter().all(text)
        && match config.get("CSVHeaderLocation").map(Value::as_str) {
            None | Some(Some("FIRST_ROW")) => !config.contains_key("CSVHeaders"),
            Some(Some("GIVEN")) => config.get("CSVHeaders").is_some_and(Value::is_array),
            Some(_) => false,
        };
    fits.then_some(short.name)
}

/// Returns the clause for a processor's configuration.
fn mode(config: &Value) -> Option<&'static str> {
    let config = config.as_object()?;
    let of = |name: &str| config.get(name).map(Value::as_str);
    match (of("Mode"), of("ExecutionType"), config.len()) {
        (Some(Some("INLINE")), None, 1) => Some("inline"),
        (Some(Some("DISTRIBUTED")), Some(Some(kind)), 2) => MachineType::from_name(kind).map(|kind| match kind {
            MachineType::Standard => "distributed standard",
            MachineType::Express => "distributed express",
        }),
        (Some(Some("DISTRIBUTED")), None, 1) => Some("distributed"),
        _ => None,
    }
}

/// Returns the field with the request of a reader or writer.
fn request(here: ValuePosition) -> &'static str {
    if here.jsonata { "Arguments" } else { "Parameters" }
}
