//! JSON Schema, draft 2020-12: <https://json-schema.org/draft/2020-12/schema>.

use serde_json::{Map, Number, Value, json};

use super::contract::{Contract, Named, NamedKind, Root, Ty};

const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";

/// Returns one document with the input, the output and the parameters as members, and every type in `$defs`.
pub(crate) fn document(contract: &Contract) -> Value {
    let mut made = Map::new();
    made.insert("$schema".to_owned(), DIALECT.into());
    made.insert("title".to_owned(), contract.name.clone().into());
    made.insert("type".to_owned(), "object".into());
    let roots = contract.roots().map(|(name, root)| (name.to_owned(), of(&root.ty)));
    made.insert("properties".to_owned(), Value::Object(roots.collect()));
    made.insert("$defs".to_owned(), definitions(contract));
    Value::Object(made)
}

/// Returns the schema of only the input, the output or the parameters.
pub(crate) fn root(contract: &Contract, root: &Root) -> Value {
    let mut made = json!({"$schema": DIALECT});
    if let (Value::Object(made), Value::Object(of)) = (&mut made, of(&root.ty)) {
        made.extend(of);
        made.insert("$defs".to_owned(), definitions(contract));
    }
    made
}

fn definitions(contract: &Contract) -> Value {
    contract.types.iter().map(|named| (named.name.clone(), definition(named))).collect::<Map<_, _>>().into()
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
        NamedKind::Struct(fields) => {
            made.insert("type".to_owned(), "object".into());
            let members = fields.iter().map(|field| {
                let mut schema = of(&field.ty);
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

fn of(ty: &Ty) -> Value {
    match ty {
        Ty::Any => json!({}),
        Ty::Bool => json!({"type": "boolean"}),
        Ty::Text => json!({"type": "string"}),
        Ty::Timestamp => json!({"type": "string", "format": "date-time"}),
        Ty::Float => json!({"type": "number"}),
        Ty::Integer(least, greatest) => {
            json!({"type": "integer", "minimum": number(*least), "maximum": number(*greatest)})
        }
        Ty::List(item) => json!({"type": "array", "items": of(item)}),
        Ty::Map(value) => json!({"type": "object", "additionalProperties": of(value)}),
        // Any value may be null.
        Ty::Option(inner) if matches!(**inner, Ty::Any) => json!({}),
        Ty::Option(inner) => json!({"anyOf": [of(inner), {"type": "null"}]}),
        Ty::Named(name) => json!({"$ref": format!("#/$defs/{name}")}),
    }
}

fn number(of: i128) -> Number {
    Number::from_i128(of).unwrap_or_else(|| Number::from(0))
}
