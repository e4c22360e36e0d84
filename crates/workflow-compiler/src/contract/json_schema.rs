//! JSON Schema, draft 2020-12: <https://json-schema.org/draft/2020-12/schema>.

use std::collections::BTreeSet;
use std::fmt::Write;

use serde_json::{Map, Number, Value, json};

use super::{Contract, Named, NamedKind, Ty};
use crate::syntax::ast::{Constraint, ConstraintKind};

const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";

/// The member that contains the schemas of named types.
const DEFINITIONS: &str = "$defs";

/// Returns one document with the input, the output and the parameters as members, and every type in `$defs`.
pub fn document(contract: &Contract) -> Value {
    let roots = contract.roots().map(|(name, root)| (name.to_owned(), schema_of(root)));
    let declared = contract.types.iter().map(|named| (named.name.clone(), definition(named)));
    let foreign = contract.foreign.keys().map(|name| (name.clone(), json!({})));
    whole_of(&contract.name, roots.collect(), declared.chain(foreign).collect())
}

fn whole_of(title: &str, properties: Map<String, Value>, definitions: Map<String, Value>) -> Value {
    json!({"$schema": DIALECT, "title": title, "type": "object", "properties": properties, DEFINITIONS: definitions})
}

/// Joins what [`root`] returned for the input and the output to the document that [`document`] returns for a workflow with
/// them alone.
pub fn joined(name: &str, parts: impl IntoIterator<Item = (&'static str, Value)>) -> Value {
    let (mut properties, mut definitions) = (Map::new(), Map::new());
    for (part, mut schema) in parts {
        if let Some(members) = schema.as_object_mut() {
            members.shift_remove("$schema");
            if let Some(Value::Object(own)) = members.shift_remove(DEFINITIONS) {
                definitions.extend(own);
            }
        }
        properties.insert(part.to_owned(), schema);
    }
    whole_of(name, properties, definitions)
}

/// Returns the schema of only the input, the output or the parameters, with the types that it uses. A type of
/// [`Contract::foreign`] accepts any value.
pub fn root(contract: &Contract, root: &Ty) -> Value {
    let (declared, foreign) = contract.used(vec![root]);
    let mut all = definitions(contract, &declared);
    all.extend(foreign.iter().map(|name| ((*name).to_owned(), json!({}))));
    whole(root, all)
}

fn whole(root: &Ty, definitions: Map<String, Value>) -> Value {
    let mut made = json!({"$schema": DIALECT});
    if let (Value::Object(made), Value::Object(of)) = (&mut made, schema_of(root)) {
        made.extend(of);
        if !definitions.is_empty() {
            made.insert(DEFINITIONS.to_owned(), definitions.into());
        }
    }
    made
}

/// The text of a schema in parts. rustc evaluates some of its types only after the macro has returned.
#[derive(Debug)]
pub struct SchemaText {
    /// The text before the definitions of those types, or the whole text if there are none.
    pub head: String,
    /// The definitions of those types.
    pub foreign: Vec<ForeignDefinition>,
}

/// The definition of a type that only rustc can evaluate.
#[derive(Debug)]
pub struct ForeignDefinition {
    /// The text before the definition, which ends with its name.
    pub before: String,
    /// The location of the definition in the document, as a reference.
    pub place: String,
    /// The type's name in [`Contract::foreign`].
    pub name: String,
}

impl SchemaText {
    /// The text after the last definition.
    pub const TAIL: &'static str = "}}";

    /// Creates the text of the schema of the input, the output or the parameters.
    pub fn of(contract: &Contract, root: &Ty) -> Self {
        let (declared, foreign) = contract.used(vec![root]);
        let mut definitions = definitions(contract, &declared);
        if foreign.is_empty() {
            return Self { head: whole(root, definitions).to_string(), foreign: Vec::new() };
        }
        let first = definitions.is_empty();
        if first {
            // A placeholder that makes the text have a list of definitions. It is replaced below.
            definitions.insert(String::new(), Value::Bool(true));
        }
        let text = whole(root, definitions).to_string();
        // The definitions are the last member.
        let end = if first { "\"\":true}}" } else { Self::TAIL };
        let head = text.strip_suffix(end).unwrap_or(&text).to_owned();
        let foreign = foreign.iter().enumerate().map(|(number, name)| ForeignDefinition {
            before: format!("{}{}:", if first && number == 0 { "" } else { "," }, Value::from(*name)),
            place: reference(name),
            name: (*name).to_owned(),
        });
        Self { head, foreign: foreign.collect() }
    }
}

/// Returns the definitions of the declared types with these names.
fn definitions(contract: &Contract, names: &BTreeSet<&str>) -> Map<String, Value> {
    let named = contract.types.iter().filter(|named| names.contains(named.name.as_str()));
    named.map(|named| (named.name.clone(), definition(named))).collect()
}

/// Returns a reference to the definition with this name, as a fragment of a URI.
fn reference(name: &str) -> String {
    let mut text = format!("#/{DEFINITIONS}/");
    for byte in name.bytes() {
        match byte {
            b'~' => text.push_str("~0"),
            b'/' => text.push_str("~1"),
            b'_' | b':' | b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => text.push(byte.into()),
            // Writing to a string cannot fail.
            _ => drop(write!(text, "%{byte:02X}")),
        }
    }
    text
}

fn definition(named: &Named) -> Value {
    let mut made = Map::new();
    if let Some(comment) = &named.comment {
        made.insert("description".to_owned(), comment.clone().into());
    }
    match &named.kind {
        NamedKind::Enum(texts) => {
            made.insert("type".to_owned(), "string".into());
            made.insert("enum".to_owned(), texts.clone().into());
        }
        NamedKind::Union { variants, alone } => {
            made.insert("anyOf".to_owned(), variants.iter().map(schema_of).collect());
            if *alone {
                made.insert("maxProperties".to_owned(), 1.into());
            }
        }
        NamedKind::Struct(fields) => {
            made.insert("type".to_owned(), "object".into());
            let members = fields.iter().map(|field| {
                let mut schema = constrained(schema_of(&field.ty), &field.constraints);
                if let (Some(comment), Value::Object(schema)) = (&field.comment, &mut schema) {
                    schema.insert("description".to_owned(), comment.clone().into());
                }
                (field.wire.clone(), schema)
            });
            made.insert("properties".to_owned(), Value::Object(members.collect()));
            let required = fields.iter().filter(|field| !field.optional).map(|field| field.wire.clone());
            made.insert("required".to_owned(), required.collect::<Vec<_>>().into());
        }
    }
    Value::Object(made)
}

/// Adds constraints to the schema of a field's type. For an `Option`, they are added to the inner type.
fn constrained(mut schema: Value, constraints: &[Constraint]) -> Value {
    if constraints.is_empty() {
        return schema;
    }
    let inner = if schema.get("anyOf").is_some() { schema.pointer_mut("/anyOf/0") } else { Some(&mut schema) };
    let Some(Value::Object(members)) = inner else { return schema };
    let kind = members.get("type").and_then(Value::as_str).unwrap_or_default().to_owned();
    for constraint in constraints {
        members.extend(constraint.pattern.iter().map(|pattern| ("pattern".to_owned(), pattern.value.clone().into())));
        let [least, greatest] = match (constraint.kind, kind.as_str()) {
            (ConstraintKind::Range, _) => ["minimum", "maximum"],
            (ConstraintKind::Length, "array") => ["minItems", "maxItems"],
            (ConstraintKind::Length, "object") => ["minProperties", "maxProperties"],
            (ConstraintKind::Length | ConstraintKind::Pattern, _) => ["minLength", "maxLength"],
        };
        for (keyword, bound) in [(least, &constraint.least), (greatest, &constraint.greatest)] {
            let number = bound.as_ref().and_then(|bound| match bound.whole() {
                Some(whole) => Some(number(whole)),
                None => Number::from_f64(bound.number()),
            });
            members.extend(number.map(|number| (keyword.to_owned(), number.into())));
        }
    }
    schema
}

fn schema_of(ty: &Ty) -> Value {
    match ty {
        Ty::Any => json!({}),
        Ty::Null => json!({"type": "null"}),
        Ty::Literal(text) => json!({"type": "string", "const": text}),
        Ty::Bool => json!({"type": "boolean"}),
        Ty::Text => json!({"type": "string"}),
        Ty::Timestamp => json!({"type": "string", "format": "date-time"}),
        Ty::Float => json!({"type": "number"}),
        Ty::Integer(least, greatest) => {
            json!({"type": "integer", "minimum": number(*least), "maximum": number(*greatest)})
        }
        Ty::List(item) => json!({"type": "array", "items": schema_of(item)}),
        Ty::Tuple(items) => {
            let all: Vec<_> = items.iter().map(schema_of).collect();
            json!({"type": "array", "prefixItems": all, "minItems": all.len(), "maxItems": all.len()})
        }
        Ty::Map(value) => json!({"type": "object", "additionalProperties": schema_of(value)}),
        // `Any` already accepts null.
        Ty::Option(inner) if matches!(**inner, Ty::Any) => json!({}),
        Ty::Option(inner) => json!({"anyOf": [schema_of(inner), {"type": "null"}]}),
        Ty::Named(name) | Ty::Foreign(name) => json!({"$ref": reference(name)}),
    }
}

fn number(of: i128) -> Number {
    Number::from_i128(of).unwrap_or_else(|| Number::from(0))
}
