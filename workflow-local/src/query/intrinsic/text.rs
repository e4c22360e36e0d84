//! The intrinsic functions for text.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use workflow_asl::limits::INTRINSIC_TEXT_CHARS;

use super::Args;

/// `States.Format`; the template is literal, or the first argument.
pub(super) fn format(literal: Option<&[String]>, args: &Args) -> Result<Value, String> {
    let cut: Vec<String>;
    let (pieces, values) = match literal {
        Some(pieces) => (pieces, args.0.as_slice()),
        None => {
            cut = args.text(0)?.split("{}").map(str::to_owned).collect();
            (cut.as_slice(), args.0.get(1..).unwrap_or_default())
        }
    };
    if pieces.len() != values.len() + 1 {
        return Err(format!("the template has {} places for {} values", pieces.len() - 1, values.len()));
    }
    let mut text = String::new();
    for (i, piece) in pieces.iter().enumerate() {
        text.push_str(piece);
        if let Some(value) = values.get(i) {
            write_java(&mut text, value);
        }
    }
    Ok(Value::String(text))
}

/// A value as the service prints it, which is Java: text without quotes, `{k=v, …}`.
fn write_java(text: &mut String, value: &Value) {
    match value {
        Value::String(value) => text.push_str(value),
        Value::Array(items) => {
            text.push('[');
            for (i, item) in items.iter().enumerate() {
                text.push_str(if i == 0 { "" } else { ", " });
                write_java(text, item);
            }
            text.push(']');
        }
        Value::Object(members) => {
            text.push('{');
            for (i, (name, value)) in members.iter().enumerate() {
                text.push_str(if i == 0 { "" } else { ", " });
                text.push_str(name);
                text.push('=');
                write_java(text, value);
            }
            text.push('}');
        }
        plain => text.push_str(&plain.to_string()),
    }
}

pub(super) fn string_to_json(text: &str) -> Result<Value, String> {
    if text.trim().is_empty() {
        return Ok(Value::Null);
    }
    serde_json::from_str(text).map_err(|error| format!("not JSON: {error}"))
}

fn limited(text: &str) -> Result<&str, String> {
    if text.chars().count() > INTRINSIC_TEXT_CHARS {
        return Err(format!("the text is longer than {INTRINSIC_TEXT_CHARS} characters"));
    }
    Ok(text)
}

pub(super) fn base64_encode(text: &str) -> Result<Value, String> {
    Ok(Value::String(STANDARD.encode(limited(text)?)))
}

pub(super) fn base64_decode(text: &str) -> Result<Value, String> {
    let bytes = STANDARD.decode(limited(text)?).map_err(|error| format!("not Base64: {error}"))?;
    Ok(Value::String(String::from_utf8_lossy(&bytes).into_owned()))
}

pub(super) fn hash(data: &Value, algorithm: &str) -> Result<Value, String> {
    let json;
    let text = match data {
        Value::String(text) => text,
        other => {
            json = other.to_string();
            &json
        }
    };
    crate::query::hash::hash(limited(text)?, algorithm)
        .map(Value::String)
        .ok_or_else(|| format!("unknown algorithm '{algorithm}'"))
}

/// Every character of `separators` separates; empty pieces are dropped.
pub(super) fn split(text: &str, separators: &str) -> Value {
    text.split(|c| separators.contains(c))
        .filter(|piece| !piece.is_empty())
        .map(|piece| Value::String(piece.to_owned()))
        .collect()
}
