//! Distributed maps: item readers, result writers, batchers and their short forms.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemreader.html>

use proc_macro2::Ident;
use workflow_asl::Code;
use workflow_asl::document::{Field, ItemBatcher, ItemReader, QueryLanguage, ReaderConfig, ResultWriter, WriterConfig};

use super::object::Fields;
use super::{Lowering, ValueField};
use crate::check::StateInfo;
use crate::problem::Problem;
use crate::syntax::ast::{Clause, ClauseValue, Expr, ExprKind, Member, TokenSpan, integration, plain};
use crate::syntax::keyword::ClauseKind;
use crate::syntax::reader::{FORMATS, Format, SHORT};

impl<'a> Lowering<'_, 'a> {
    /// Lowers `over s3::csv { Bucket: …, Key: …, headers: first_row }`.
    pub(super) fn reader(&mut self, info: &StateInfo<'a>, path: &[Ident], body: &Expr, fields: &mut Fields) {
        let ExprKind::Object(members) = &body.kind else { return };
        let span =
            path.first().zip(path.last()).map_or(body.span, |(first, last)| TokenSpan::new(first.span(), last.span()));
        let Some(format) = Format::at(path) else {
            let words = path.iter().map(plain).collect::<Vec<_>>().join("::");
            let problem = Problem::new(Code::BadResource, span, format!("unknown format of items `{words}`"));
            let known: Vec<_> = FORMATS.iter().map(|format| format!("s3::{}", format.name)).collect();
            let problem = problem.suggest(&words, known.iter().map(String::as_str));
            self.problems.push(problem.help(format!("there is `{}`", known.join("`, `"))));
            return;
        };
        let (action, input_type) = format.call(body);
        let mut reader = Fields::new(fields.pointer.child("ItemReader"));
        let s3 = path.first().map(|word| Ident::new("s3", word.span()));
        let action = path.last().map(|word| Ident::new(action, word.span()));
        let call: Vec<_> = s3.into_iter().chain(action).collect();
        self.put(&mut reader, "Resource", integration(&call, None).into(), span);
        let of_config = |key: &str| {
            SHORT.iter().any(|(short, _)| *short == key) || ReaderConfig::FIELDS.iter().any(|field| field.name == key)
        };
        let (config, request): (Vec<_>, Vec<_>) =
            members.iter().cloned().partition(|member| of_config(&member.key.value));
        let request = Expr::made(ExprKind::Object(request), body.span);
        self.put_value(&mut reader, request_field(info), info.site(ValueField::Transfer), &request);
        let mut config_fields = Fields::new(reader.pointer.child("ReaderConfig"));
        if let Some(input_type) = input_type {
            self.put(&mut config_fields, "InputType", input_type.into(), span);
        }
        self.put_config(info, &config, ReaderConfig::FIELDS, &mut config_fields);
        if !config_fields.map.is_empty() {
            reader.insert("ReaderConfig", config_fields.ordered(ReaderConfig::FIELDS));
        }
        self.put(fields, "ItemReader", reader.ordered(ItemReader::FIELDS), span);
    }

    pub(super) fn transfer_clause(&mut self, info: &StateInfo<'a>, clause: &Clause, fields: &mut Fields) {
        match (clause.kind, &clause.value) {
            (ClauseKind::ItemReader, ClauseValue::Transfer { .. }) => {
                let config = ("ReaderConfig", ReaderConfig::FIELDS);
                self.transfer(info, clause, ("ItemReader", ItemReader::FIELDS), config, fields);
            }
            (ClauseKind::WriteTo, ClauseValue::Transfer { .. }) => {
                let config = ("WriterConfig", WriterConfig::FIELDS);
                self.transfer(info, clause, ("ResultWriter", ResultWriter::FIELDS), config, fields);
            }
            (ClauseKind::Batch, ClauseValue::Expr(value)) => {
                let mut batcher = Fields::new(fields.pointer.child("ItemBatcher"));
                match &value.kind {
                    ExprKind::Object(members) => self.put_config(info, members, ItemBatcher::FIELDS, &mut batcher),
                    _ => {
                        let place = info.site(ValueField::Transfer);
                        self.put_scalar(&mut batcher, "MaxItemsPerBatch", place, value);
                    }
                }
                self.put(fields, "ItemBatcher", batcher.ordered(ItemBatcher::FIELDS), clause.span);
            }
            _ => {}
        }
    }

    /// Adds a reader or a writer with its configuration, each with its name and the table of its fields.
    fn transfer(
        &mut self,
        info: &StateInfo<'a>,
        clause: &Clause,
        (name, table): (&str, &[Field]),
        (config_name, config_table): (&str, &[Field]),
        fields: &mut Fields,
    ) {
        let mut transfer = Fields::new(fields.pointer.child(name));
        let ClauseValue::Transfer { call, body, config } = &clause.value else { return };
        if let Some(call) = call {
            let (arn, span) = self.resource(call);
            self.put(&mut transfer, "Resource", arn, span);
        } else if body.is_some() {
            let word = clause.keyword.span();
            let call = ["s3", "putObject"].map(|name| Ident::new(name, word));
            self.put(&mut transfer, "Resource", integration(&call, None).into(), word.into());
        }
        if let Some(body) = body {
            let place = info.site(ValueField::Transfer);
            let field = request_field(info);
            self.put_value(&mut transfer, field, place, body);
        }
        if let Some(Expr { kind: ExprKind::Object(members), span, .. }) = config {
            let mut config = Fields::new(transfer.pointer.child(config_name));
            self.put_config(info, members, config_table, &mut config);
            self.put(&mut transfer, config_name, config.ordered(config_table), *span);
        }
        self.put(fields, name, transfer.ordered(table), clause.span);
    }

    /// Lowers the members of a configuration, which have AWS's names or short names.
    fn put_config(&mut self, info: &StateInfo<'a>, members: &[Member], table: &[Field], fields: &mut Fields) {
        let place = info.site(ValueField::Transfer);
        for Member { key, value, .. } in members {
            let short = SHORT.iter().find(|(short, _)| *short == key.value).map(|(_, name)| *name);
            let name = short.unwrap_or(&key.value);
            self.source_map.put_key(fields.pointer.child(name), key.span);
            match (name, &value.kind) {
                ("CSVHeaders", _) if short.is_some() => self.put_headers(value, fields),
                ("CSVDelimiter" | "Transformation" | "ManifestType", _) if short.is_some() => {
                    let word = match &value.kind {
                        ExprKind::Text(text) => text.to_uppercase().into(),
                        _ => self.literal(value),
                    };
                    self.put(fields, name, word, value.span);
                }
                // Only the fields with a `Path` variant may be computed.
                _ if table.iter().any(|field| field.name == format!("{name}Path")) => {
                    self.put_scalar(fields, name, place, value);
                }
                ("BatchInput", _) => self.put_value(fields, name, place, value),
                (name, _) if name.ends_with("Path") => self.put_path(fields, name, place, value),
                _ => {
                    let literal = self.literal(value);
                    self.put(fields, name, literal, value.span);
                }
            }
        }
    }

    /// Lowers `headers: first_row`, or a list of names.
    fn put_headers(&mut self, value: &Expr, fields: &mut Fields) {
        let given = matches!(value.kind, ExprKind::Array(_));
        let location = if given { "GIVEN" } else { "FIRST_ROW" };
        if !given && !matches!(&value.kind, ExprKind::Text(word) if word == "first_row") {
            let problem =
                Problem::new(Code::NotAllowedValue, value.span, "headers must be `first_row` or a list of names");
            self.problems.push(problem);
        }
        self.put(fields, "CSVHeaderLocation", location.into(), value.span);
        if given {
            let names = self.literal(value);
            self.put(fields, "CSVHeaders", names, value.span);
        }
    }
}

/// Returns the field for the request of a reader or writer.
fn request_field(info: &StateInfo<'_>) -> &'static str {
    match info.language {
        QueryLanguage::JsonPath => "Parameters",
        QueryLanguage::Jsonata => "Arguments",
    }
}
