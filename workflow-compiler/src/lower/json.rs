//! Writes the document's text. The macro often runs in a debug build, where serde_json makes many calls per byte.

use std::fmt::Write;

use serde_json::Value;

/// Returns the value as JSON without white space, like serde_json.
pub(super) fn text(value: &Value) -> String {
    let mut out = String::new();
    write(value, &mut out);
    out
}

fn write(value: &Value, out: &mut String) {
    match value {
        Value::String(text) => quoted(text, out),
        Value::Array(items) => {
            out.push('[');
            for (number, item) in items.iter().enumerate() {
                if number > 0 {
                    out.push(',');
                }
                write(item, out);
            }
            out.push(']');
        }
        Value::Object(members) => {
            out.push('{');
            for (number, (name, value)) in members.iter().enumerate() {
                if number > 0 {
                    out.push(',');
                }
                quoted(name, out);
                out.push(':');
                write(value, out);
            }
            out.push('}');
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => out.push_str(&value.to_string()),
    }
}

/// Rust escapes at least the characters that JSON requires. Text that it leaves unchanged, in optimized code of the
/// standard library, is valid.
fn quoted(text: &str, out: &mut String) {
    let start = out.len();
    let written = write!(out, "{text:?}");
    if written.is_err() || out.len() - start != text.len() + 2 {
        out.truncate(start);
        out.push_str(&Value::from(text).to_string());
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    #[test]
    fn writes_what_serde_writes() {
        let controls: String = (0..0x30_u8).map(char::from).collect();
        let value = json!({
            "": [null, true, false, 1, -2.5, 1e300, [], {}, ""],
            "a\"\\/'": controls,
            "ä€𝄞\u{301}": "\u{7f}\u{200b}\u{2028}\u{301}",
        });
        assert_eq!(super::text(&value), value.to_string());
    }
}
