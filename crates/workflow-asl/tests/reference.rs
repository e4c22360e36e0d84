//! Tests that `docs/asl.md` agrees with the tables of fields.
//!
//! `WORKFLOW_BLESS=1 cargo test -p workflow-asl --test it reference` writes it.

use std::fmt::Write;
use std::path::Path;
use workflow_cases::every;

use workflow_asl::document::{Count, Field, Kinds, Operand, Operator, QueryLanguage, State, TABLES, Table};
use workflow_asl::{StateKind, error_name};

fn introduction() -> &'static str {
    "# Amazon States Language

All objects of a definition and their fields, as the checks know them. A test generates
this page from the tables in `crates/workflow-asl/src/document`. *in* names the only query language that has
the field. \"computed\" is a payload template (keys that end in `.$`) in JSONPath, and strings between
`{%` and `%}` in JSONata, at any depth. A reference path selects one value. Text such as `${Name}` is
a placeholder for any value.

"
}

/// Which kinds of state have the field.
fn kinds(field: &Field) -> String {
    let names = |kinds: Kinds| kinds.iter().map(StateKind::name).collect::<Vec<_>>().join(", ");
    let (has, lacks) = (field.kinds.iter().count(), StateKind::ALL.len());
    match lacks - has {
        0 => "all".to_owned(),
        1..=3 => {
            let lacking: Vec<_> = StateKind::ALL.iter().copied().filter(|kind| !field.kinds.contains(*kind)).collect();
            format!("all but {}", names(Kinds::of(&lacking)))
        }
        _ => names(field.kinds),
    }
}

fn row(table: &Table, field: &Field) -> String {
    let language = field.language.map_or("", QueryLanguage::name);
    let needed = match (field.required, field.outermost, field.distributed) {
        (true, true, _) => "required, outermost rule only",
        (true, false, _) => "required",
        (false, true, _) => "outermost rule only",
        (false, false, true) => "distributed maps only",
        (false, false, false) => "",
    };
    let preset = field.preset.map(|preset| format!("`{preset}`")).unwrap_or_default();
    let on = if table.name == State::TABLE.name { format!("{} | ", kinds(field)) } else { String::new() };
    format!("| `{}` | {on}{language} | {} | {needed} | {preset} | {} |\n", field.name, field.form, field.doc)
}

fn object(table: &Table) -> String {
    let mut text = format!("## {}\n\n{}\n\n", table.name, table.doc.trim());
    let on = if table.name == State::TABLE.name { ("kinds | ", " --- |") } else { ("", "") };
    writeln!(text, "| field | {}in | value | needed | default | |", on.0).unwrap();
    writeln!(text, "| --- |{} --- | --- | --- | --- | --- |", on.1).unwrap();
    for field in table.fields {
        text.push_str(&row(table, field));
    }
    if !table.groups.is_empty() {
        text.push('\n');
    }
    for group in table.groups {
        let count = match group.count {
            Count::ExactlyOne => "Exactly one of",
            Count::AtMostOne => "At most one of",
            Count::AtLeastOne => "At least one of",
        };
        let fields: Vec<_> = group.fields.iter().map(|name| format!("`{name}`")).collect();
        writeln!(text, "- {count} {}", fields.join(", ")).unwrap();
    }
    text
}

fn operators() -> String {
    let mut text = "## Operators of a `ChoiceRule`\n\nA rule with `Variable` has one.\n\n".to_owned();
    let kinds = [
        ("text", Operand::Text),
        ("a number", Operand::Number),
        ("`true` or `false`", Operand::Flag),
        ("a timestamp", Operand::Timestamp),
        ("a path", Operand::Path),
    ];
    text.push_str("| compares with | |\n| --- | --- |\n");
    for (what, operand) in kinds {
        let names = Operator::ALL.iter().filter(|operator| operator.operand() == operand);
        let names: Vec<_> = names.map(|operator| format!("`{}`", operator.name())).collect();
        writeln!(text, "| {what} | {} |", names.join(", ")).unwrap();
    }
    text
}

fn page() -> String {
    let mut text = introduction().to_owned();
    for table in TABLES {
        text.push_str(&object(table));
        text.push('\n');
    }
    text.push_str(&operators());
    text.push_str("\n## Reserved error names\n\n");
    let names: Vec<_> = error_name::RESERVED.iter().map(|name| format!("`{name}`")).collect();
    writeln!(text, "{}, and `{}` with a number.", names.join(", "), error_name::HTTP_STATUS_PREFIX).unwrap();
    text
}

#[test]
fn the_page_is_the_tables() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/asl.md");
    if std::env::var_os("WORKFLOW_BLESS").is_some() {
        std::fs::write(path, page()).unwrap();
    } else {
        assert!(std::fs::read_to_string(path).unwrap() == page(), "docs/asl.md differs from the tables: bless it");
    }
}

/// A group names fields that stand together in one kind of state, and a counterpart is a field.
#[test]
fn the_tables_name_fields_that_there_are() {
    every(TABLES, |table| {
        let field = |name: &str| table.fields.iter().find(|field| field.name == name);
        for group in table.groups {
            for name in group.fields {
                let field = field(name).unwrap();
                assert!(group.kinds.iter().all(|kind| field.kinds.contains(kind)), "{}.{name}", table.name);
            }
        }
        for own in table.fields {
            for (kinds, name) in own.instead {
                let other = field(name.split('`').next().unwrap()).unwrap();
                let both: Vec<_> = kinds.iter().filter(|kind| own.kinds.contains(*kind)).collect();
                assert!(!both.is_empty(), "{}.{}", table.name, own.name);
                assert!(both.iter().all(|kind| other.kinds.contains(*kind)), "{}.{name}", table.name);
                assert!(other.language != own.language, "{}.{name}", table.name);
            }
        }
    });
}
