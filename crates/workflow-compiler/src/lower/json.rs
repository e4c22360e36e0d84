//! Writes the text of the document. The macro often runs in a debug build, where serde_json is slow because it makes
//! many calls per byte.

use serde_json::Value;

/// Returns the value as JSON without white space, as serde_json writes it.
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

fn quoted(text: &str, out: &mut String) {
    if !is_plain(text) {
        out.push_str(&Value::from(text).to_string());
        return;
    }
    out.push('"');
    out.push_str(text);
    out.push('"');
}

/// Returns whether a string needs no escapes in JSON. Checks eight bytes at a time.
fn is_plain(text: &str) -> bool {
    const ONES: u64 = u64::MAX / 255;
    const HIGHEST: u64 = ONES << 7;
    let below = |word: u64, least: u64| word.wrapping_sub(ONES * least) & !word;
    text.as_bytes().chunks(8).all(|chunk| {
        let mut bytes = [b' '; 8];
        bytes[..chunk.len()].copy_from_slice(chunk);
        let word = u64::from_le_bytes(bytes);
        let (quote, slash) = (word ^ (ONES * u64::from(b'"')), word ^ (ONES * u64::from(b'\\')));
        (below(word, 0x20) | below(quote, 1) | below(slash, 1)) & HIGHEST == 0
    })
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
