//! Escapes deploy-time parameters for their context.

use serde_json::Value;

/// The context of a deploy-time parameter in a definition's JSON text.
///
/// If the context requires text ([`Text`](Self::Text), [`JsonataText`](Self::JsonataText),
/// [`Intrinsic`](Self::Intrinsic)), a value that is not a string is written as its JSON text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Escape {
    /// A whole JSON value that Step Functions takes literally.
    Json,
    /// A whole JSON value in a JSONata state, where Step Functions would evaluate a string that begins with `{%`. Such
    /// strings are quoted, at any depth.
    JsonataTemplate,
    /// Inside a JSON string.
    Text,
    /// A JSONata literal, inside the JSON string of the expression.
    Jsonata,
    /// Inside a JSONata string literal with either quote, inside the JSON string of the expression.
    JsonataText,
    /// Inside an intrinsic function's `'…'` literal, inside a JSON string.
    Intrinsic,
}

impl Escape {
    /// Appends `value`, escaped for this context.
    pub(crate) fn write(self, value: &Value, out: &mut String) {
        match self {
            Self::Json => out.push_str(&value.to_string()),
            Self::JsonataTemplate => out.push_str(&quoted(value).to_string()),
            Self::Text => push_in_json_string(&text(value), out),
            Self::Jsonata => push_in_json_string(&value.to_string(), out),
            Self::JsonataText => push_in_json_string(&in_jsonata_string(&text(value)), out),
            Self::Intrinsic => push_in_json_string(&in_intrinsic_literal(&text(value)), out),
        }
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Appends `text` escaped for the inside of a JSON string.
fn push_in_json_string(text: &str, out: &mut String) {
    let string = Value::from(text).to_string();
    // serde_json writes one ASCII quote at either end.
    out.push_str(string.get(1..string.len() - 1).unwrap_or_default());
}

/// Escapes text for a JSONata string. JSONata supports JSON's escapes but not `\'`, so an apostrophe is written as its
/// code.
fn in_jsonata_string(text: &str) -> String {
    let mut json = String::with_capacity(text.len());
    push_in_json_string(text, &mut json);
    json.replace('\'', "\\u0027")
}

/// See <https://docs.aws.amazon.com/step-functions/latest/dg/intrinsic-functions.html> on escaped characters.
fn in_intrinsic_literal(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        if matches!(character, '\'' | '\\' | '{' | '}') {
            out.push('\\');
        }
        out.push(character);
    }
    out
}

/// Returns the value with every string that Step Functions could take for JSONata replaced by a JSONata string literal.
fn quoted(value: &Value) -> Value {
    match value {
        Value::String(text) if text.trim_start().starts_with("{%") => format!("{{% {value} %}}").into(),
        Value::Array(items) => items.iter().map(quoted).collect(),
        Value::Object(members) => members.iter().map(|(name, member)| (name.clone(), quoted(member))).collect(),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const NASTY: &str = "a\"b\\c'd{e}f\ng%}é";

    fn written(escape: Escape, value: Value) -> String {
        let mut out = String::new();
        escape.write(&value, &mut out);
        out
    }

    /// Parses the text between quotes as JSON.
    fn read_back(inside: &str) -> String {
        serde_json::from_str(&format!("\"{inside}\"")).unwrap()
    }

    #[test]
    fn a_json_value_is_json() {
        assert_eq!(written(Escape::Json, json!(NASTY)), r#""a\"b\\c'd{e}f\ng%}é""#);
        assert_eq!(written(Escape::Json, json!({"b": [1, null], "a": 2.0})), r#"{"b":[1,null],"a":2.0}"#);
    }

    #[test]
    fn text_within_a_json_string_reads_back() {
        assert_eq!(read_back(&written(Escape::Text, json!(NASTY))), NASTY);
        assert_eq!(written(Escape::Text, json!(12)), "12");
        assert_eq!(written(Escape::Text, json!(["x"])), r#"[\"x\"]"#);
    }

    #[test]
    fn a_jsonata_literal_is_escaped_once_for_jsonata_and_once_for_json() {
        let expression = read_back(&written(Escape::Jsonata, json!(NASTY)));
        assert_eq!(expression, r#""a\"b\\c'd{e}f\ng%}é""#);
        assert_eq!(written(Escape::Jsonata, json!(-1.5)), "-1.5");
        assert_eq!(written(Escape::Jsonata, json!({"a": true})), r#"{\"a\":true}"#);
    }

    #[test]
    fn text_within_a_jsonata_string_closes_neither_quote() {
        let inside = read_back(&written(Escape::JsonataText, json!(NASTY)));
        assert_eq!(inside, r#"a\"b\\c\u0027d{e}f\ng%}é"#);
        assert_eq!(read_back(&inside), NASTY);
    }

    #[test]
    fn text_within_an_intrinsic_literal_escapes_its_four_characters() {
        let inside = read_back(&written(Escape::Intrinsic, json!(NASTY)));
        assert_eq!(inside, "a\"b\\\\c\\'d\\{e\\}f\ng%\\}é");
    }

    #[test]
    fn a_template_never_evaluates_a_parameter() {
        assert_eq!(written(Escape::JsonataTemplate, json!("plain")), r#""plain""#);
        let value = json!({"a": ["{% $states.context %}"], "b": 1});
        assert_eq!(
            serde_json::from_str::<Value>(&written(Escape::JsonataTemplate, value)).unwrap(),
            json!({"a": [r#"{% "{% $states.context %}" %}"#], "b": 1})
        );
    }
}
