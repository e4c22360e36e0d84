//! How a deploy-time parameter is written for the place it lands in.

use serde_json::Value;

/// The place a deploy-time parameter lands in, within a definition's JSON text.
///
/// Where text is wanted ([`Text`](Self::Text), [`JsonataText`](Self::JsonataText), [`Intrinsic`](Self::Intrinsic)),
/// a value that is no string is written as its JSON text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Escape {
    /// In the place of a whole JSON value that Step Functions takes as it stands.
    Json,
    /// In the place of a whole JSON value in a JSONata state, where Step Functions would evaluate a string
    /// that begins with `{%`: such strings are quoted, at any depth.
    JsonataTemplate,
    /// Within a JSON string.
    Text,
    /// As a JSONata literal, within the JSON string that holds the expression.
    Jsonata,
    /// Within a JSONata string literal with either quote, within the JSON string that holds the expression.
    JsonataText,
    /// Within an intrinsic function's `'…'` literal, within a JSON string.
    Intrinsic,
}

impl Escape {
    /// Appends `value`, written for this place.
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

/// Appends `text` as the inside of a JSON string.
fn push_in_json_string(text: &str, out: &mut String) {
    let string = Value::from(text).to_string();
    // serde_json puts one ASCII quote at either end.
    out.push_str(string.get(1..string.len() - 1).unwrap_or_default());
}

/// JSONata knows JSON's escapes but not `\'`, so the apostrophe takes its code.
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

/// The value with each string that Step Functions could take for JSONata turned into a JSONata string literal.
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

    /// What a JSON reader makes of the text between quotes.
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
