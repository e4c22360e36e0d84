//! Compiles parsed values: templates, paths, numbers, conditions, readers.

use std::sync::Arc;

use serde_json::{Map, Value};
use workflow_asl::Pointer;
use workflow_asl::checked::{CheckedMachine, CheckedObject, CheckedValue};
use workflow_asl::document::{
    ChoiceRule, Comparison, Field, ItemBatcher, ItemReader, MachineType, Operator, ReaderConfig, ResultWriter, State,
};
use workflow_asl::hash_map_order::sort_as_hash_map;
use workflow_asl::pattern::Pattern;

use super::rule::{Compared, Operand, Rule, Test};
use super::{
    Amount, AmountFrom, Batcher, CsvHeader, Distributed, Format, Range, Reader, ResultPlace, Selection, Source,
    Transformation, Writer,
};
use crate::payload::Payload;
use crate::query::intrinsic::CompiledCall;
use crate::query::jsonata::Expression;
use crate::query::path::Path;
use crate::query::template::{ObjectTemplate, Template};

/// Compiles a value to a template; `location` is its field.
pub(super) fn template(value: &CheckedValue, location: &str) -> Template {
    match value {
        CheckedValue::Path(path) => Template::Path { path: Path::new(path.clone()), field: location.into() },
        CheckedValue::Intrinsic(call) => Template::Intrinsic { call: CompiledCall::new(call) },
        CheckedValue::Jsonata(expression) => Template::Jsonata(Expression::new(expression, location)),
        CheckedValue::Object(members) => {
            let member = |(name, value): &(String, CheckedValue)| {
                let location = match value {
                    CheckedValue::Path(_) => format!("{name}.$"),
                    _ => format!("{location}/{name}"),
                };
                (name.clone(), template(value, &location))
            };
            // As measured on AWS (2026-04): plain members as written, then the computed ones of a payload template.
            let (mut computed, mut ordered): (Vec<_>, Vec<_>) =
                members.iter().partition(|(_, value)| is_computed(value));
            sort_as_hash_map(&mut computed, |(name, _)| name);
            ordered.append(&mut computed);
            Template::Object(ObjectTemplate::new(ordered.into_iter().map(member).collect()))
        }
        CheckedValue::Array(items) => {
            let items = items.iter().enumerate();
            Template::Array(items.map(|(i, item)| template(item, &format!("{location}[{i}]"))).collect())
        }
        CheckedValue::Literal(value) => Template::Literal(Payload::new(value.clone())),
        // No template leads to a state.
        _ => Template::Literal(Payload::new(Value::Null)),
    }
}

/// Returns whether a member's key ends in `.$`.
fn is_computed(value: &CheckedValue) -> bool {
    matches!(value, CheckedValue::Path(_) | CheckedValue::Intrinsic(_))
}

/// Returns the template of a field.
pub(super) fn template_in(fields: &CheckedObject, field: &str) -> Option<Template> {
    fields.get(field).map(|value| template(value, field))
}

pub(super) fn path(fields: &CheckedObject, field: &str) -> Option<Path> {
    fields.path(field).cloned().map(Path::new)
}

pub(super) fn selection(fields: &CheckedObject, field: &str) -> Selection {
    match fields.get(field) {
        Some(CheckedValue::Path(path)) if path.source() != "$" => Selection::Path(Path::new(path.clone())),
        Some(CheckedValue::Literal(_)) => Selection::Empty,
        _ => Selection::Whole,
    }
}

pub(super) fn result_place(fields: &CheckedObject) -> ResultPlace {
    match selection(fields, "ResultPath") {
        Selection::Whole => ResultPlace::Whole,
        Selection::Empty => ResultPlace::Dropped,
        Selection::Path(path) => ResultPlace::Path(path),
    }
}

/// Compiles a number that has a static field and a path field, both in a table of fields.
pub(super) fn amount(
    fields: &CheckedObject,
    [field, path_field]: [&'static str; 2],
    table: &[Field],
) -> Option<Amount> {
    let from = match (fields.path(path_field), fields.get(field)) {
        (Some(path), _) => AmountFrom::Path(Path::new(path.clone()), path_field),
        (None, Some(CheckedValue::Jsonata(expression))) => AmountFrom::Jsonata(Expression::new(expression, field)),
        (None, Some(CheckedValue::Literal(number))) => AmountFrom::Literal(number.as_f64()?),
        _ => return None,
    };
    Some(Amount { field, range: Range::of(table, field), from })
}

pub(super) fn condition(checked: &CheckedMachine, rule: &ChoiceRule, at: &Pointer, location: &str) -> Rule {
    let nested = |rules: &[ChoiceRule], field: &str| {
        let rules = rules.iter().enumerate();
        rules.map(|(i, rule)| condition(checked, rule, &at.child(field).index(i), location)).collect()
    };
    if let Some(rules) = &rule.and {
        return Rule::All(nested(rules, "And"));
    }
    if let Some(rules) = &rule.or {
        return Rule::Any(nested(rules, "Or"));
    }
    if let Some(rule) = &rule.not {
        return Rule::Not(Box::new(condition(checked, rule, &at.child("Not"), location)));
    }
    let fields = checked.object(at);
    match (fields.get("Condition"), path(fields, "Variable"), rule.comparisons.first()) {
        (Some(CheckedValue::Jsonata(expression)), ..) => Rule::Jsonata(Expression::new(expression, location)),
        (None, Some(variable), Some(comparison)) => {
            Rule::Compare(Box::new(Compared { variable, test: test(comparison, fields) }))
        }
        (condition, ..) => Rule::Literal(matches!(condition, Some(CheckedValue::Literal(Value::Bool(true))))),
    }
}

fn test(Comparison { operator, operand, .. }: &Comparison, fields: &CheckedObject) -> Test {
    if let Some((compared, relation)) = operator.order() {
        let known = path(fields, operator.name()).map(Operand::Path);
        return Test::Order(compared, relation, known.unwrap_or_else(|| Operand::Literal(operand.clone())));
    }
    let wanted = *operand == true;
    match operator {
        Operator::IsPresent => Test::IsPresent(wanted),
        Operator::StringMatches => Test::Matches(Pattern::new(operand.as_str().unwrap_or_default())),
        of_type => Test::Is(*of_type, wanted),
    }
}

pub(super) fn distributed(checked: &CheckedMachine, state: &State, at: &Pointer) -> Distributed {
    let fields = checked.object(at);
    let part = |name| checked.object(&at.child(name));
    let config = state.processor().and_then(|processor| processor.processor_config.as_ref());
    let express = config.and_then(|config| config.execution_type.as_deref()) == Some(MachineType::Express.as_str());
    let number = |field, path_field| amount(fields, [field, path_field], State::FIELDS);
    Distributed {
        label: state.label.as_deref().map(Arc::from),
        children: if express { MachineType::Express } else { MachineType::Standard },
        tolerated_count: number("ToleratedFailureCount", "ToleratedFailureCountPath"),
        tolerated_percentage: number("ToleratedFailurePercentage", "ToleratedFailurePercentagePath"),
        reader: state.item_reader.as_ref().map(|node| {
            let config = checked.object(&at.child("ItemReader").child("ReaderConfig"));
            reader(node, part("ItemReader"), config)
        }),
        batcher: state.item_batcher.as_ref().map(|_| batcher(part("ItemBatcher"))),
        writer: state.result_writer.as_ref().map(|node| writer(node, part("ResultWriter"))),
    }
}

/// Returns the request of a reader or a writer.
fn request(fields: &CheckedObject, location: &str) -> Option<Template> {
    fields.get("Parameters").or_else(|| fields.get("Arguments")).map(|value| template(value, location))
}

fn reader(node: &ItemReader, fields: &CheckedObject, numbers: &CheckedObject) -> Reader {
    let config = node.reader_config.clone().unwrap_or_default();
    let lists = node.resource.as_deref().is_some_and(|arn| arn.ends_with(":listObjectsV2"));
    let is = |word: Option<&String>, other: &str| word.is_some_and(|word| word == other);
    let flattens = is(config.transformation.as_ref(), "LOAD_AND_FLATTEN");
    let athena = is(config.manifest_type.as_ref(), "ATHENA_DATA");
    let inventory = is(config.manifest_type.as_ref(), "S3_INVENTORY") || is(config.input_type.as_ref(), "MANIFEST");
    let delimiter = match config.csv_delimiter.as_deref() {
        Some("PIPE") => '|',
        Some("SEMICOLON") => ';',
        Some("SPACE") => ' ',
        Some("TAB") => '\t',
        _ => ',',
    };
    let format = match config.input_type.as_deref() {
        Some("CSV") => {
            let header = config.csv_headers.map_or(CsvHeader::FirstRow, CsvHeader::Given);
            Format::Csv { delimiter, header }
        }
        Some("JSONL") => Format::JsonLines,
        Some("PARQUET") => Format::Parquet,
        _ => Format::Json { pointer: config.items_pointer },
    };
    // The map run reports a number below 0, and one above the limit has no effect.
    let max_items = amount(numbers, ["MaxItems", "MaxItemsPath"], ReaderConfig::FIELDS);
    let nothing = || Template::Literal(Payload::new(Value::Object(Map::new())));
    Reader {
        source: match lists {
            true if flattens => Source::EachListed(format),
            true => Source::List,
            false if athena => Source::Athena(format),
            false if inventory => Source::Inventory,
            false => Source::Object(format),
        },
        arguments: request(fields, "ItemReader/Arguments").unwrap_or_else(nothing),
        max_items: max_items.map(|most| Amount { range: Range::INTEGERS, ..most }),
    }
}

fn writer(node: &ResultWriter, fields: &CheckedObject) -> Writer {
    let arguments = request(fields, "ResultWriter/Arguments");
    let config = node.writer_config.as_ref();
    let transformation = config.and_then(|config| config.transformation.as_deref());
    Writer {
        transformation: match (transformation, &arguments) {
            (Some("FLATTEN"), _) => Transformation::Flatten,
            (Some("COMPACT"), _) | (None, None) => Transformation::Compact,
            _ => Transformation::None,
        },
        arguments,
        lines: config.and_then(|config| config.output_type.as_deref()) == Some("JSONL"),
    }
}

fn batcher(fields: &CheckedObject) -> Batcher {
    let number = |field, path_field| amount(fields, [field, path_field], ItemBatcher::FIELDS);
    Batcher {
        max_items: number("MaxItemsPerBatch", "MaxItemsPerBatchPath"),
        max_bytes: number("MaxInputBytesPerBatch", "MaxInputBytesPerBatchPath"),
        input: fields.get("BatchInput").map(|value| template(value, "ItemBatcher/BatchInput")),
    }
}
