//! TypeScript: an interface for each struct, a union of strings for each enum.

use std::fmt::Write;

use serde_json::Value;
use workflow_compiler::contract::{NamedKind, Ty};
use workflow_compiler::syntax::ast::{Bound, Constraint, ConstraintKind};

use super::Declarations;

pub(super) fn text(declarations: &Declarations<'_>) -> String {
    let mut text = format!("// {}\n", declarations.title);
    for named in &declarations.types {
        text.push('\n');
        comment(&mut text, "", named.comment.as_deref());
        match &named.kind {
            NamedKind::Enum(texts) => {
                let texts: Vec<_> = texts.iter().map(|text| quoted(text)).collect();
                let texts = if texts.is_empty() { "never".to_owned() } else { texts.join(" | ") };
                let _ = writeln!(text, "export type {} = {texts};", named.name);
            }
            NamedKind::Union { variants, .. } => {
                let variants: Vec<_> = variants.iter().map(written).collect();
                let _ = writeln!(text, "export type {} = {};", named.name, variants.join(" | "));
            }
            NamedKind::Struct(fields) => {
                let _ = writeln!(text, "export interface {} {{", named.name);
                for field in fields {
                    let mark = if field.optional { "?" } else { "" };
                    let range = range(&field.ty);
                    let limits = field.constraints.iter().map(limit);
                    let said: Vec<_> = field.comment.clone().into_iter().chain(range).chain(limits).collect();
                    let said = said.join("\n");
                    comment(&mut text, "  ", Some(said.as_str()).filter(|said| !said.is_empty()));
                    let _ = writeln!(text, "  {}{mark}: {};", quoted(&field.wire), written(&field.ty));
                }
                text.push_str("}\n");
            }
        }
    }
    for (own, root) in &declarations.aliases {
        let _ = write!(text, "\nexport type {own} = {};\n", written(root));
    }
    text
}

/// Returns the range of an integer, which TypeScript cannot express.
fn range(ty: &Ty) -> Option<String> {
    match ty {
        Ty::Integer(least, greatest) => Some(format!("An integer from {least} to {greatest}.")),
        Ty::Option(inner) => range(inner),
        _ => None,
    }
}

/// Returns a constraint, which TypeScript cannot express.
fn limit(constraint: &Constraint) -> String {
    let what = match constraint.kind {
        ConstraintKind::Range => "A number",
        ConstraintKind::Length => "Of a length",
        ConstraintKind::Pattern => {
            let pattern = constraint.pattern.as_ref().map_or("", |pattern| &pattern.value);
            return format!("Matches `{pattern}`.");
        }
    };
    let text = |bound: &Option<Bound>| bound.as_ref().map(|bound| bound.text.clone());
    match (text(&constraint.least), text(&constraint.greatest)) {
        (Some(least), Some(greatest)) => format!("{what} from {least} to {greatest}."),
        (Some(least), None) => format!("{what} of at least {least}."),
        (None, Some(greatest)) => format!("{what} of at most {greatest}."),
        (None, None) => format!("{what}."),
    }
}

fn written(ty: &Ty) -> String {
    match ty {
        Ty::Any | Ty::Foreign(_) => "unknown".to_owned(),
        Ty::Bool => "boolean".to_owned(),
        Ty::Text | Ty::Timestamp => "string".to_owned(),
        Ty::Float | Ty::Integer(..) => "number".to_owned(),
        Ty::Null => "null".to_owned(),
        Ty::Literal(text) => quoted(text),
        Ty::List(item) => format!("Array<{}>", written(item)),
        Ty::Tuple(items) => format!("[{}]", items.iter().map(written).collect::<Vec<_>>().join(", ")),
        Ty::Map(value) => format!("{{ [member: string]: {} }}", written(value)),
        Ty::Option(inner) if matches!(**inner, Ty::Any | Ty::Foreign(_)) => written(inner),
        Ty::Option(inner) => format!("{} | null", written(inner)),
        Ty::Named(name) => name.clone(),
    }
}

/// Returns a string or a member name. TypeScript supports JSON's quotes.
fn quoted(text: &str) -> String {
    Value::String(text.to_owned()).to_string()
}

fn comment(text: &mut String, indent: &str, said: Option<&str>) {
    if let Some(said) = said {
        let _ = writeln!(text, "{indent}/**");
        for line in said.lines() {
            let _ = writeln!(text, "{indent} * {}", line.trim().replace("*/", "*\u{2215}"));
        }
        let _ = writeln!(text, "{indent} */");
    }
}
