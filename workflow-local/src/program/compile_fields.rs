//! Compiling the fields that several kinds of states have: numbers, conditions, readers.

use std::sync::Arc;

use serde_json::Value;
use workflow_asl::document::{
    ChoiceRule, Comparison, Field, ItemBatcher, ItemReader, MachineType, Operand as OperandKind, Operator,
    QueryLanguage, ReaderConfig, ResultWriter, State,
};
use workflow_asl::{Code, Diagnostic, Pointer};

use super::compile_template::Reading;
use super::pattern::Pattern;
use super::rule::{Compared, Family, Operand, Relation, Rule, Test, Type};
use super::{
    Amount, AmountFrom, Batcher, CsvHeader, Distributed, Format, Range, Reader, Reference, Source, Transformation,
    WaitProgram, Writer,
};
use crate::query::jsonata::expression_text;
use crate::query::template::Template;

impl Reading<'_> {
    pub(super) fn optional(&mut self, value: Option<&Value>, at: &Pointer, field: &str) -> Option<Template> {
        value.map(|value| self.template(value, &at.child(field), field))
    }

    /// A number that has a static field and a path field, both in a table of fields.
    pub(super) fn amount(
        &mut self,
        (value, path): (Option<&Value>, Option<&str>),
        [field, path_field]: [&'static str; 2],
        fields: &[Field],
        at: &Pointer,
    ) -> Option<Amount> {
        let from = self.amount_from((value, path), [field, path_field], at)?;
        Some(Amount { field, range: Range::of(fields, field), from })
    }

    fn amount_from(
        &mut self,
        (value, path): (Option<&Value>, Option<&str>),
        [field, path_field]: [&'static str; 2],
        at: &Pointer,
    ) -> Option<AmountFrom> {
        if let Some(path) = path {
            return self.path(path, &at.child(path_field)).map(|path| AmountFrom::Path(path, path_field));
        }
        let value = value?;
        if let Some(source) = value.as_str().and_then(expression_text) {
            return self.expression(source, &at.child(field), field).map(AmountFrom::Jsonata);
        }
        let number = value.as_f64();
        if number.is_none() {
            let message = "expected value of type Integer";
            self.found.push(Diagnostic::new(Code::WrongType, at.child(field), message));
        }
        number.map(AmountFrom::Literal)
    }

    /// `Error` and `Cause`, which may be text, a path or intrinsic function, or an expression.
    pub(super) fn text(
        &mut self,
        literal: Option<&str>,
        path: Option<&str>,
        field: &str,
        path_field: &str,
        at: &Pointer,
    ) -> Option<Template> {
        if let Some(path) = path {
            return self.reference(path, &at.child(path_field)).map(|reference| match reference {
                Reference::Path(path) => Template::Path { path, field: path_field.into() },
                Reference::Intrinsic(call) => Template::Intrinsic { call },
            });
        }
        let value = Value::String(literal?.to_owned());
        Some(match self.language {
            QueryLanguage::JsonPath => Template::Literal(value.into()),
            QueryLanguage::Jsonata => self.template(&value, &at.child(field), field),
        })
    }

    pub(super) fn wait(&mut self, state: &State, at: &Pointer) -> Option<WaitProgram> {
        if let Some(timestamp) = &state.timestamp {
            let value = Value::String(timestamp.clone());
            return Some(WaitProgram::Timestamp(match self.language {
                QueryLanguage::JsonPath => Template::Literal(value.into()),
                QueryLanguage::Jsonata => self.template(&value, &at.child("Timestamp"), "Timestamp"),
            }));
        }
        if let Some(path) = &state.timestamp_path {
            return self.path(path, &at.child("TimestampPath")).map(WaitProgram::TimestampPath);
        }
        let seconds = (state.seconds.as_ref(), state.seconds_path.as_deref());
        let amount = self.amount(seconds, ["Seconds", "SecondsPath"], State::FIELDS, at);
        if amount.is_none() && state.seconds.is_none() && state.seconds_path.is_none() {
            self.missing("Seconds", at);
        }
        amount.map(WaitProgram::Seconds)
    }

    pub(super) fn condition(&mut self, rule: &ChoiceRule, location: &str, at: &Pointer) -> Option<Rule> {
        let mut all = |rules: &[ChoiceRule], field: &str| {
            let rules = rules.iter().enumerate();
            rules.map(|(i, rule)| self.condition(rule, location, &at.child(field).index(i))).collect::<Option<Vec<_>>>()
        };
        if let Some(rules) = &rule.and {
            return all(rules, "And").map(Rule::All);
        }
        if let Some(rules) = &rule.or {
            return all(rules, "Or").map(Rule::Any);
        }
        if let Some(rule) = &rule.not {
            return self.condition(rule, location, &at.child("Not")).map(|rule| Rule::Not(Box::new(rule)));
        }
        match &rule.condition {
            Some(Value::Bool(value)) => return Some(Rule::Literal(*value)),
            Some(Value::String(text)) => {
                let source = expression_text(text);
                if source.is_none() {
                    let message = "JSONata string must start with {% and end with %}";
                    self.found.push(Diagnostic::new(Code::BadJsonata, at.child("Condition"), message));
                }
                return self.expression(source?, &at.child("Condition"), location).map(Rule::Jsonata);
            }
            _ => {}
        }
        let (Some(variable), Some(comparison)) = (&rule.variable, rule.comparisons.first()) else {
            let message = "the object must have only one of the following fields, [And, Or, Not, Variable, Condition]";
            self.found.push(Diagnostic::new(Code::MissingField, at.clone(), message));
            return None;
        };
        let variable = self.path(variable, &at.child("Variable"));
        let test = self.test(comparison, at);
        Some(Rule::Compare(Box::new(Compared { variable: variable?, test: test? })))
    }

    pub(super) fn test(&mut self, comparison: &Comparison, at: &Pointer) -> Option<Test> {
        let Comparison { operator, operand } = comparison;
        let at = at.child(operator.name());
        let wrong = |found: &mut Vec<Diagnostic>| {
            let message = format!("`{}` does not take this value", operator.name());
            found.push(Diagnostic::new(Code::WrongType, at.clone(), message));
        };
        let kind = match operator {
            Operator::IsNull => Some(Type::Null),
            Operator::IsNumeric => Some(Type::Numeric),
            Operator::IsString => Some(Type::String),
            Operator::IsBoolean => Some(Type::Boolean),
            Operator::IsTimestamp => Some(Type::Timestamp),
            _ => None,
        };
        if kind.is_some() || *operator == Operator::IsPresent {
            let Some(wanted) = operand.as_bool() else {
                wrong(self.found);
                return None;
            };
            return Some(kind.map_or(Test::IsPresent(wanted), |kind| Test::Is(kind, wanted)));
        }
        if operator.operand() == OperandKind::Path {
            let Some(path) = operand.as_str() else {
                wrong(self.found);
                return None;
            };
            let path = self.path(path, &at)?;
            let (family, relation) = order(operator.name().strip_suffix("Path").unwrap_or_default())?;
            return Some(Test::Order(family, relation, Operand::Path(path)));
        }
        let fits = match operator.operand() {
            OperandKind::Text | OperandKind::Timestamp => operand.is_string(),
            OperandKind::Number => operand.is_number(),
            OperandKind::Flag => operand.is_boolean(),
            OperandKind::Path => true,
        };
        if !fits {
            wrong(self.found);
            return None;
        }
        if *operator == Operator::StringMatches {
            return operand.as_str().map(|text| Test::Matches(Pattern::new(text)));
        }
        let (family, relation) = order(operator.name())?;
        Some(Test::Order(family, relation, Operand::Literal(operand.clone())))
    }

    pub(super) fn distributed(&mut self, state: &State, at: &Pointer) -> Distributed {
        let count = (state.tolerated_failure_count.as_ref(), state.tolerated_failure_count_path.as_deref());
        let percentage =
            (state.tolerated_failure_percentage.as_ref(), state.tolerated_failure_percentage_path.as_deref());
        let reader = state.item_reader.as_ref().map(|reader| self.reader(reader, &at.child("ItemReader")));
        let batcher = state.item_batcher.as_ref().map(|batcher| self.batcher(batcher, &at.child("ItemBatcher")));
        let writer = state.result_writer.as_ref().map(|writer| self.writer(writer, &at.child("ResultWriter")));
        let config = state.processor().and_then(|processor| processor.processor_config.as_ref());
        let express = config.and_then(|config| config.execution_type.as_deref()) == Some("EXPRESS");
        Distributed {
            label: state.label.as_deref().map(Arc::from),
            children: if express { MachineType::Express } else { MachineType::Standard },
            tolerated_count: self.amount(
                count,
                ["ToleratedFailureCount", "ToleratedFailureCountPath"],
                State::FIELDS,
                at,
            ),
            tolerated_percentage: self.amount(
                percentage,
                ["ToleratedFailurePercentage", "ToleratedFailurePercentagePath"],
                State::FIELDS,
                at,
            ),
            reader,
            batcher,
            writer,
        }
    }

    pub(super) fn reader(&mut self, reader: &ItemReader, at: &Pointer) -> Reader {
        let arguments = reader.parameters.as_ref().or(reader.arguments.as_ref());
        let empty = Value::Object(serde_json::Map::new());
        let config = reader.reader_config.clone().unwrap_or_default();
        let max_items = (config.max_items.as_ref(), config.max_items_path.as_deref());
        let lists = reader.resource.as_deref().is_some_and(|arn| arn.ends_with(":listObjectsV2"));
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
        let fields = ReaderConfig::FIELDS;
        // Of a number below 0 the map run tells, and one above the limit is as good as none.
        let max_items = self.amount(max_items, ["MaxItems", "MaxItemsPath"], fields, &at.child("ReaderConfig"));
        Reader {
            source: match lists {
                true if flattens => Source::EachListed(format),
                true => Source::List,
                false if athena => Source::Athena(format),
                false if inventory => Source::Inventory,
                false => Source::Object(format),
            },
            arguments: self.template(arguments.unwrap_or(&empty), at, "ItemReader/Arguments"),
            max_items: max_items.map(|most| Amount { range: Range::INTEGERS, ..most }),
        }
    }

    fn writer(&mut self, writer: &ResultWriter, at: &Pointer) -> Writer {
        let arguments = writer.parameters.as_ref().or(writer.arguments.as_ref());
        let config = writer.writer_config.as_ref();
        let transformation = config.and_then(|config| config.transformation.as_deref());
        Writer {
            arguments: arguments.map(|arguments| self.template(arguments, at, "ResultWriter/Arguments")),
            transformation: match (transformation, arguments) {
                (Some("FLATTEN"), _) => Transformation::Flatten,
                (Some("COMPACT"), _) | (None, None) => Transformation::Compact,
                _ => Transformation::None,
            },
            lines: config.and_then(|config| config.output_type.as_deref()) == Some("JSONL"),
        }
    }

    pub(super) fn batcher(&mut self, batcher: &ItemBatcher, at: &Pointer) -> Batcher {
        let items = (batcher.max_items_per_batch.as_ref(), batcher.max_items_per_batch_path.as_deref());
        let bytes = (batcher.max_input_bytes_per_batch.as_ref(), batcher.max_input_bytes_per_batch_path.as_deref());
        Batcher {
            max_items: self.amount(items, ["MaxItemsPerBatch", "MaxItemsPerBatchPath"], ItemBatcher::FIELDS, at),
            max_bytes: self.amount(
                bytes,
                ["MaxInputBytesPerBatch", "MaxInputBytesPerBatchPath"],
                ItemBatcher::FIELDS,
                at,
            ),
            input: batcher
                .batch_input
                .as_ref()
                .map(|input| self.template(input, &at.child("BatchInput"), "ItemBatcher/BatchInput")),
        }
    }
}

/// What `NumericLessThan` and its like compare, and how.
fn order(operator: &str) -> Option<(Family, Relation)> {
    let families = [
        ("String", Family::String),
        ("Numeric", Family::Numeric),
        ("Boolean", Family::Boolean),
        ("Timestamp", Family::Timestamp),
    ];
    let (relation, family) =
        families.iter().find_map(|(name, family)| Some((operator.strip_prefix(name)?, *family)))?;
    Some((
        family,
        match relation {
            "Equals" => Relation::Equal,
            "LessThan" => Relation::Less,
            "GreaterThan" => Relation::Greater,
            "LessThanEquals" => Relation::LessOrEqual,
            "GreaterThanEquals" => Relation::GreaterOrEqual,
            _ => return None,
        },
    ))
}
