//! Python: a Pydantic model for each struct, a literal type for each enum, a union for an enum with data.
//!
//! <https://docs.pydantic.dev/latest/concepts/models/>

use std::collections::BTreeSet;
use std::fmt::Write;

use serde_json::Value;
use workflow_compiler::contract::{Named, NamedKind, Ty};
use workflow_compiler::syntax::ast::ConstraintKind;

use super::Declarations;

/// Words that cannot be names (<https://docs.python.org/3/reference/lexical_analysis.html#keywords>).
const KEYWORDS: &[&str] = &[
    "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue", "def", "del",
    "elif", "else", "except", "finally", "for", "from", "global", "if", "import", "in", "is", "lambda", "nonlocal",
    "not", "or", "pass", "raise", "return", "try", "while", "with", "yield",
];

/// Names that every model already has, and names of types that a field would shadow.
const TAKEN: &[&str] = &[
    "copy",
    "dict",
    "json",
    "schema",
    "validate",
    "construct",
    "parse_obj",
    "parse_raw",
    "parse_file",
    "from_orm",
    "update_forward_refs",
    "schema_json",
    "bool",
    "str",
    "int",
    "float",
    "list",
];

pub(super) fn text(declarations: &Declarations<'_>) -> String {
    let mut text = format!(
        "\"\"\"{} They need pydantic 2.\"\"\"\n\n\
         from __future__ import annotations\n\n\
         from typing import Annotated, Dict, List, Literal, Optional, Tuple, Union\n\n\
         from pydantic import BaseModel, ConfigDict, Field, JsonValue, RootModel\n",
        declarations.title
    );
    let mut models = Vec::new();
    // Aliases are evaluated immediately, models when they are rebuilt below, so enums come first.
    for named in &declarations.types {
        if let NamedKind::Enum(texts) = &named.kind {
            let texts: Vec<_> = texts.iter().map(|text| quoted(text)).collect();
            alias(&mut text, named, &format!("Literal[{}]", texts.join(", ")));
        }
    }
    for named in &declarations.types {
        let NamedKind::Struct(fields) = &named.kind else { continue };
        models.push(named.name.clone());
        let _ = writeln!(text, "\n\nclass {}(BaseModel):", named.name);
        if let Some(comment) = &named.comment {
            let _ = writeln!(text, "    {}\n", quoted(comment));
        }
        let _ = writeln!(text, "    model_config = ConfigDict(strict=True, protected_namespaces=())");
        let mut names = BTreeSet::new();
        for field in fields {
            let name = attribute(&field.wire, &mut names);
            let mut arguments = Vec::new();
            if field.optional {
                arguments.push("default=None".to_owned());
            }
            if name != field.wire {
                arguments.push(format!("alias={}", quoted(&field.wire)));
            }
            if let Some(comment) = &field.comment {
                arguments.push(format!("description={}", quoted(comment)));
            }
            for constraint in &field.constraints {
                let [least, greatest] = match constraint.kind {
                    ConstraintKind::Range => ["ge", "le"],
                    ConstraintKind::Length | ConstraintKind::Pattern => ["min_length", "max_length"],
                };
                arguments
                    .extend(constraint.pattern.iter().map(|pattern| format!("pattern={}", quoted(&pattern.value))));
                let bounds = [(least, &constraint.least), (greatest, &constraint.greatest)].into_iter();
                arguments.extend(bounds.filter_map(|(name, bound)| Some(format!("{name}={}", bound.as_ref()?.text))));
            }
            let value =
                if arguments.is_empty() { String::new() } else { format!(" = Field({})", arguments.join(", ")) };
            let _ = writeln!(text, "    {name}: {}{value}", written(&field.ty));
        }
    }
    for named in &declarations.types {
        if let NamedKind::Union { variants, .. } = &named.kind {
            // A name in quotes may be declared later.
            let variants: Vec<_> = variants
                .iter()
                .map(|variant| match variant {
                    Ty::Literal(_) | Ty::Null => written(variant),
                    variant => quoted(&written(variant)),
                })
                .collect();
            alias(&mut text, named, &format!("Union[{}]", variants.join(", ")));
        }
    }
    for (own, root) in &declarations.aliases {
        let _ = write!(text, "\n\nclass {own}(RootModel[{}]):\n", written(root));
        let _ = writeln!(text, "    model_config = ConfigDict(strict=True)");
        models.push(own.clone());
    }
    if !models.is_empty() {
        text.push_str("\n\n");
        models.iter().for_each(|model| {
            let _ = writeln!(text, "{model}.model_rebuild()");
        });
    }
    text
}

/// Writes the name of a type that is not a class, with its comment.
fn alias(text: &mut String, named: &Named, ty: &str) {
    let _ = write!(text, "\n\n");
    for line in named.comment.iter().flat_map(|comment| comment.lines()) {
        let _ = writeln!(text, "# {}", line.trim());
    }
    let _ = writeln!(text, "{} = {ty}", named.name);
}

fn written(ty: &Ty) -> String {
    match ty {
        Ty::Any | Ty::Foreign(_) => "JsonValue".to_owned(),
        Ty::Bool => "bool".to_owned(),
        Ty::Text | Ty::Timestamp => "str".to_owned(),
        Ty::Float => "float".to_owned(),
        Ty::Integer(least, greatest) => format!("Annotated[int, Field(ge={least}, le={greatest})]"),
        Ty::Null => "None".to_owned(),
        Ty::Literal(text) => format!("Literal[{}]", quoted(text)),
        Ty::List(item) => format!("List[{}]", written(item)),
        Ty::Tuple(items) => format!("Tuple[{}]", items.iter().map(written).collect::<Vec<_>>().join(", ")),
        Ty::Map(value) => format!("Dict[str, {}]", written(value)),
        Ty::Option(inner) => format!("Optional[{}]", written(inner)),
        Ty::Named(name) => name.clone(),
    }
}

/// Returns a unique attribute name for a member.
fn attribute(wire: &str, taken: &mut BTreeSet<String>) -> String {
    let letters = |c: char| if c.is_ascii_alphanumeric() || c == '_' { c } else { '_' };
    let mut name: String = wire.chars().map(letters).collect();
    // Pydantic reserves names that begin with `_`.
    name = name.trim_start_matches('_').to_owned();
    if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) {
        name.insert_str(0, "field_");
    }
    let clashes = |name: &str| KEYWORDS.contains(&name) || TAKEN.contains(&name) || name.starts_with("model_");
    while clashes(&name) || taken.contains(&name) {
        name.push('_');
    }
    taken.insert(name.clone());
    name
}

/// Returns a Python string. Python supports JSON's escapes, except for characters beyond the basic plane, which JSON
/// writes literally.
fn quoted(text: &str) -> String {
    Value::String(text.to_owned()).to_string()
}
