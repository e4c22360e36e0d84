//! The readers after `over`, such as `s3::csv<Row> { … }`: their formats, and the settings in their braces.

use proc_macro2::Ident;

use super::ast::{Expr, ExprKind, plain};

/// A format of items.
#[derive(Clone, Copy, Debug)]
pub struct Format {
    /// The word after `s3::`.
    pub name: &'static str,
    /// The action of S3 that reads it.
    pub action: &'static str,
    /// Its `InputType`.
    pub input_type: Option<&'static str>,
}

/// All formats.
pub const FORMATS: [Format; 6] = [
    Format { name: "csv", action: "getObject", input_type: Some("CSV") },
    Format { name: "json", action: "getObject", input_type: Some("JSON") },
    Format { name: "jsonl", action: "getObject", input_type: Some("JSONL") },
    Format { name: "parquet", action: "getObject", input_type: Some("PARQUET") },
    Format { name: "manifest", action: "getObject", input_type: Some("MANIFEST") },
    Format { name: "list", action: LIST, input_type: None },
];

/// The action that lists objects. With [`FLATTEN`], it reads them too.
pub const LIST: &str = "listObjectsV2";

/// The `Transformation` that reads the objects of a listing, in the format of the reader.
pub const FLATTEN: &str = "LOAD_AND_FLATTEN";

/// The `ManifestType` of a list of objects. It has no `InputType`.
pub const INVENTORY: &str = "S3_INVENTORY";

/// The `ManifestType` of the results of a query. Its `InputType` is the format of these.
pub const ATHENA: &str = "ATHENA_DATA";

/// The short names in the braces of a reader, with their names in the document.
pub const SHORT: [(&str, &str); 6] = [
    ("delimiter", "CSVDelimiter"),
    ("max_items", "MaxItems"),
    ("pointer", "ItemsPointer"),
    ("manifest", "ManifestType"),
    ("transformation", "Transformation"),
    ("headers", "CSVHeaders"),
];

impl Format {
    /// Returns the format with this name.
    pub fn named(name: &str) -> Option<Self> {
        FORMATS.into_iter().find(|format| format.name == name)
    }

    /// Returns the format with this path, such as `s3::csv`.
    pub(crate) fn at(path: &[Ident]) -> Option<Self> {
        let [service, format] = path else { return None };
        Self::named(&plain(format)).filter(|_| *service == "s3")
    }

    /// Returns the call and the `InputType` for the settings of a reader.
    pub(crate) fn call(self, settings: &Expr) -> (&'static str, Option<&'static str>) {
        let action = if setting_is(settings, "Transformation", FLATTEN) { LIST } else { self.action };
        let whole = self.name == "manifest" && setting_is(settings, "ManifestType", INVENTORY);
        (action, self.input_type.filter(|_| !whole))
    }
}

/// Returns the value of a setting, by its name in the document, in the braces of a reader.
pub(crate) fn setting<'e>(settings: &'e Expr, name: &str) -> Option<&'e Expr> {
    let ExprKind::Object(members) = &settings.kind else { return None };
    let short = SHORT.iter().find(|(_, long)| *long == name).map(|(short, _)| *short);
    let member = members.iter().find(|member| member.key.value == name || Some(member.key.value.as_str()) == short);
    member.map(|member| &member.value)
}

/// Returns whether a setting is this word.
pub(crate) fn setting_is(settings: &Expr, name: &str, word: &str) -> bool {
    match setting(settings, name).map(|value| &value.kind) {
        Some(ExprKind::Text(text)) => text.eq_ignore_ascii_case(word),
        _ => false,
    }
}
