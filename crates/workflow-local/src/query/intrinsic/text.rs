//! The intrinsic functions for text.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD};
use serde_json::Value;
use workflow_asl::limits::INTRINSIC_TEXT_CHARS;

use super::Args;
use crate::jackson;

/// Evaluates `States.Format`, whose template is literal or the first argument. An error is the service's reason.
pub(super) fn format(literal: Option<&[String]>, args: &Args) -> Result<Option<Value>, String> {
    let cut: Vec<String>;
    let (pieces, values) = match literal {
        Some(pieces) => (pieces, args.0.as_slice()),
        None => {
            let Some(template) = args.text(0) else { return Ok(None) };
            cut = pieces_of(template)?;
            (cut.as_slice(), args.0.get(1..).unwrap_or_default())
        }
    };
    if pieces.len() != values.len() + 1 {
        return Ok(None);
    }
    let mut text = String::new();
    for (i, piece) in pieces.iter().enumerate() {
        text.push_str(piece);
        if let Some(value) = values.get(i) {
            write_java(&mut text, value);
        }
    }
    Ok(Some(Value::String(text)))
}

/// Splits a template at each `{}`. A backslash makes a brace literal.
fn pieces_of(template: &str) -> Result<Vec<String>, String> {
    let mut pieces = Vec::new();
    let mut piece = String::new();
    let mut chars = template.chars().peekable();
    while let Some(c) = chars.next() {
        let (open, close) = match c {
            '\\' => {
                piece.push(chars.next_if(|next| matches!(next, '{' | '}')).unwrap_or(c));
                continue;
            }
            '{' if chars.next_if_eq(&'}').is_some() => {
                pieces.push(std::mem::take(&mut piece));
                continue;
            }
            '{' => ('{', '}'),
            '}' => ('}', '{'),
            c => {
                piece.push(c);
                continue;
            }
        };
        return Err(format!("Invalid template in States.Format: matching '{close}' not found for '{open}'."));
    }
    pieces.push(piece);
    Ok(pieces)
}

/// Writes a value as the service prints it, in Java: text without quotes, `{k=v, …}`.
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

/// Evaluates `States.StringToJson`. An error is the service's reason.
pub(super) fn string_to_json(text: &str) -> Result<Value, String> {
    if text.trim().is_empty() {
        return Ok(Value::Null);
    }
    crate::json_text::parse(text.as_bytes()).map_err(|error| {
        let problem = jackson::problem(text, jackson::REDACTED).map_or(error, |problem| problem.to_string());
        format!("Cannot convert String to Json in States.StringToJson, caused by: {problem}")
    })
}

/// Returns a text that is not too long.
fn limited(text: &str) -> Option<&str> {
    (text.chars().count() <= INTRINSIC_TEXT_CHARS).then_some(text)
}

pub(super) fn base64_encode(text: &str) -> Option<Value> {
    Some(Value::String(STANDARD.encode(limited(text)?)))
}

pub(super) fn base64_decode(text: &str) -> Option<Value> {
    // MIME decoding (RFC 2045, and Java's decoder) ignores line breaks and other characters, and padding is optional.
    let is_digit = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/');
    let (digits, padding) = match limited(text)?.split_once('=') {
        Some((digits, padding)) => (digits, Some(padding)),
        None => (text, None),
    };
    let digits: String = digits.chars().filter(is_digit).collect();
    let is_padded = |rest: &str| match digits.len() % 4 {
        2 => rest.starts_with('='),
        places => places == 3,
    };
    if padding.is_some_and(|rest| !is_padded(rest) || rest.chars().any(|c| is_digit(&c))) {
        return None;
    }
    let bytes = MIME.decode(digits).ok()?;
    Some(Value::String(String::from_utf8_lossy(&bytes).into_owned()))
}

/// Decodes digits only, with arbitrary trailing bits.
const MIME: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::RequireNone)
        .with_decode_allow_trailing_bits(true),
);

pub(super) fn hash(data: &Value, algorithm: &str) -> Option<Value> {
    let json;
    let text = match data {
        Value::String(text) => text,
        other => {
            json = other.to_string();
            &json
        }
    };
    workflow_jsonata::hash::hash(limited(text)?, algorithm).map(Value::String)
}

/// Splits at each character of `separators`, and drops empty parts.
pub(super) fn split(text: &str, separators: &str) -> Value {
    text.split(|c| separators.contains(c))
        .filter(|piece| !piece.is_empty())
        .map(|piece| Value::String(piece.to_owned()))
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn json_in_text_may_be_nested_deep() {
        let nested = format!("{}1{}", "[".repeat(300), "]".repeat(300));
        assert_eq!(string_to_json(&nested).map(|value| value.to_string()), Ok(nested));
        assert!(string_to_json(&"[".repeat(100_000)).is_err());
    }

    #[test]
    fn a_template_that_is_a_value_is_split_as_a_literal_one() {
        assert_eq!(pieces_of("{}a\\{\\}b{}").unwrap(), ["", "a{}b", ""].map(str::to_owned));
        // Measured on AWS, 2026-04.
        let alone = "Invalid template in States.Format: matching '}' not found for '{'.";
        assert_eq!(pieces_of("Hello {{}}"), Err(alone.to_owned()));
    }

    #[test]
    fn base64_is_that_of_mime() {
        for text in ["SGVsbG8gV29ybGQ=", "SGVs\r\nbG8g\nV29y bGQ", "\tSGVsbG8gV29ybGQ=\r\n", "SGVsbG8gV29ybGR"] {
            assert_eq!(base64_decode(text).unwrap(), json!("Hello World"), "{text:?}");
        }
        assert_eq!(base64_decode("").unwrap(), json!(""));
        assert_eq!(base64_decode("QQ").unwrap(), json!("A"));
        assert_eq!(base64_decode("QQ==").unwrap(), json!("A"));
        for text in ["Q", "QQ=", "QUJD=", "QQ==QQ==", "=", "QUI=Qw=="] {
            assert!(base64_decode(text).is_none(), "{text:?}");
        }
        assert_eq!(base64_encode("Hello World").unwrap(), json!("SGVsbG8gV29ybGQ="));
    }
}
