//! The items that a reader gives a distributed map: their types, and the columns of CSV.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemreader.html>

use proc_macro2::Ident;
use workflow_asl::Code;
use workflow_asl::document::ItemReader;
use workflow_services::{Service, Shape};

use super::model::Model;
use super::sink::Sink;
use super::types::{Field, Ty, article, unlike};
use crate::problem::Problem;
use crate::syntax::ast::{Expr, ExprKind, TokenSpan, Type, plain};
use crate::syntax::reader::{self, Format};

/// The columns of every S3 inventory, and the columns of inventories of all versions.
///
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/storage-inventory.html>
const INVENTORY: [&str; 5] = ["Bucket", "Key", "VersionId", "IsLatest", "IsDeleteMarker"];

/// Returns the columns that an S3 inventory may also have: the values that the call that configures one takes.
fn optional_inventory_columns() -> impl Iterator<Item = &'static str> {
    let columns = || {
        let input = Service::find("s3")?.operation("putBucketInventoryConfiguration")?.input();
        let fields = input.member("InventoryConfiguration")?.shape.member("OptionalFields")?.shape;
        let Shape::List(fields) = fields else { return None };
        let Shape::Enum(columns) = fields.element() else { return None };
        Some(columns.values())
    };
    columns().into_iter().flatten()
}

/// What the items of a reader are.
enum Items<'e> {
    /// Rows of CSV, whose values are text.
    Csv,
    /// The same, with columns that the source names.
    GivenColumns(Vec<&'e str>, TokenSpan),
    /// Values of any type.
    Values,
    /// Descriptions of the objects of a listing.
    Objects,
    /// The rows of an S3 inventory, which are CSV.
    Inventory,
    Unknown,
}

impl<'e> Items<'e> {
    fn of(path: &[Ident], settings: &'e Expr) -> Self {
        match Format::at(path).map(|format| format.name) {
            Some("csv") => Self::csv(settings),
            Some("list") if !reader::setting_is(settings, "Transformation", reader::FLATTEN) => Self::Objects,
            Some("manifest") if !reader::setting_is(settings, "ManifestType", reader::ATHENA) => Self::Inventory,
            Some("list" | "manifest") if reader::setting_is(settings, "InputType", "CSV") => Self::csv(settings),
            Some("list" | "manifest") if reader::setting(settings, "InputType").is_none() => Self::Unknown,
            Some(_) => Self::Values,
            None => Self::Unknown,
        }
    }

    fn csv(settings: &'e Expr) -> Self {
        let Some(Expr { kind: ExprKind::Array(items), span, .. }) = reader::setting(settings, "CSVHeaders") else {
            return Self::Csv;
        };
        let name = |item: &'e Expr| match &item.kind {
            // A placeholder stands for any text.
            ExprKind::Text(text) if !text.contains("${") => Some(text.as_str()),
            _ => None,
        };
        match items.iter().map(name).collect() {
            Some(names) => Self::GivenColumns(names, *span),
            None => Self::Csv,
        }
    }
}

/// Returns the type of the items of a reader: the type in angle brackets, or the reader's own type.
pub(super) fn item_type(model: &Model<'_>, path: &[Ident], row: Option<&Type>, settings: &Expr) -> Ty {
    match (Items::of(path, settings), row) {
        (Items::Objects, _) => Ty::object(
            ItemReader::LISTED_OBJECT.map(|(name, is_text)| (name, if is_text { Ty::Text } else { Ty::INTEGER })),
        ),
        (_, Some(row)) => model.types.ty(row),
        (Items::GivenColumns(names, _), None) => Ty::object(names.into_iter().map(|name| (name, Ty::Text))),
        (Items::Inventory, None) => {
            Ty::object(INVENTORY.into_iter().chain(optional_inventory_columns()).map(|name| (name, Ty::Text)))
        }
        (Items::Csv | Items::Values | Items::Unknown, None) => Ty::Unknown,
    }
}

/// The structs that are rows of CSV. Each struct is checked once.
#[derive(Default)]
pub(super) struct CsvRows(Vec<String>);

impl CsvRows {
    /// Checks the type in angle brackets: a row of CSV has text for each column, and the columns that are given.
    pub(super) fn check(
        &mut self,
        model: &Model<'_>,
        path: &[Ident],
        row: &Type,
        settings: &Expr,
        sink: &mut Sink<'_>,
    ) {
        match Items::of(path, settings) {
            Items::Csv | Items::Inventory => drop(self.columns(model, row, sink)),
            Items::GivenColumns(names, span) => {
                if let Some(fields) = self.columns(model, row, sink) {
                    check_columns(&fields, row, (&names, span), sink);
                }
            }
            Items::Objects => {
                let message = "`s3::list` takes no type: its items describe the objects, with `Key`, `Size` and others";
                let help = "to read the objects themselves, name their format: `s3::csv<Row> { Bucket: …, Prefix: …, \
                        transformation: load_and_flatten }`";
                sink.push(Problem::new(Code::UnlikeTypes, row.span, message).help(help).help("remove the type"));
            }
            Items::Values | Items::Unknown => {}
        }
    }

    /// Returns the fields of a row of CSV, if it is a struct of the workflow.
    fn columns<'m, 'a>(&mut self, model: &'m Model<'a>, row: &Type, sink: &mut Sink<'_>) -> Option<Vec<&'m Field<'a>>> {
        let name = match model.types.ty(row) {
            Ty::Struct(name) => name,
            Ty::Map(value) if value.present().is_text() || value.is_unknown() => return None,
            ty if ty.is_open() => return None,
            ty => {
                let help = "declare a struct with a field for each column, such as `struct Row { id: String }`";
                sink.push(unlike(Code::UnlikeTypes, row.span, "a row of CSV is an object of texts", &ty).help(help));
                return None;
            }
        };
        let fields: Vec<_> = model.types.structs.get(&name)?.fields.values().collect();
        if self.0.contains(&name) {
            return Some(fields);
        }
        self.0.push(name);
        for field in &fields {
            let ty = field.ty.present();
            if ty.is_text() || ty.is_open() {
                continue;
            }
            let column = plain(&field.decl.name);
            let message = format!("`{column}` cannot be {}: all values of CSV are text", article(ty));
            let text = if field.ty.is_option() { "Option<String>" } else { "String" };
            let problem = Problem::new(Code::UnlikeTypes, field.decl.ty.span, message);
            sink.push(problem.help(format!("declare it as `{text}`, and convert it where you read it")));
        }
        Some(fields)
    }
}

/// Checks that each field that must be present has a column.
fn check_columns(fields: &[&Field<'_>], row: &Type, (names, span): (&[&str], TokenSpan), sink: &mut Sink<'_>) {
    for field in fields.iter().filter(|field| !field.ty.is_option() && !names.contains(&&*field.decl.wire)) {
        let wire = &field.decl.wire;
        let row = row.last_word().unwrap_or_default();
        let message = format!("no header is named {wire:?}, which is a field of `{row}`");
        let help = format!("add {wire:?} in the place of its column, or make the field an `Option`");
        sink.push(Problem::new(Code::UnknownMember, span, message).help(help));
    }
}
