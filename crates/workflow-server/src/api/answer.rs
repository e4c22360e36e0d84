//! Answers that are serialized directly: a JSON object whose members may be the JSON texts of payloads.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::{CharEscape, Formatter};
use workflow_local::Payload;

/// A JSON object, written up to its last member.
pub(crate) struct Answer(Vec<u8>);

impl Answer {
    /// Creates an object without members, with a capacity in bytes.
    pub(crate) fn with_capacity(bytes: usize) -> Self {
        let mut text = Vec::with_capacity(bytes);
        text.push(b'{');
        Self(text)
    }

    fn name(&mut self, name: &str) -> serde_json::Result<()> {
        if self.0.len() > 1 {
            self.0.push(b',');
        }
        name.serialize(&mut Serializer::new(&mut self.0))?;
        self.0.push(b':');
        Ok(())
    }

    pub(crate) fn member(&mut self, name: &str, value: &(impl Serialize + ?Sized)) -> serde_json::Result<()> {
        self.name(name)?;
        value.serialize(&mut Serializer::new(&mut self.0))
    }

    /// Adds a member with a payload as JSON text. The payload is not copied in between.
    pub(crate) fn payload(&mut self, name: &str, payload: &Payload) -> serde_json::Result<()> {
        self.name(name)?;
        self.0.push(b'"');
        payload.value().serialize(&mut Serializer::with_formatter(&mut self.0, InText))?;
        self.0.push(b'"');
        Ok(())
    }

    pub(crate) fn into_bytes(mut self) -> Vec<u8> {
        self.0.push(b'}');
        self.0
    }
}

/// Writes JSON inside a JSON string, so that everything is escaped once more.
struct InText;

impl Formatter for InText {
    fn begin_string<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(br#"\""#)
    }

    fn end_string<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(br#"\""#)
    }

    fn write_char_escape<W: ?Sized + Write>(&mut self, writer: &mut W, escape: CharEscape) -> io::Result<()> {
        writer.write_all(match escape {
            CharEscape::Quote => br#"\\\""#,
            CharEscape::ReverseSolidus => br"\\\\",
            CharEscape::Solidus => br"\\/",
            CharEscape::Backspace => br"\\b",
            CharEscape::FormFeed => br"\\f",
            CharEscape::LineFeed => br"\\n",
            CharEscape::CarriageReturn => br"\\r",
            CharEscape::Tab => br"\\t",
            CharEscape::AsciiControl(byte) => return write!(writer, r"\\u{byte:04x}"),
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn a_payload_is_written_as_its_text_is() {
        let every_char: String = (0..=0x7f_u8).map(char::from).chain("é€𝄞\u{2028}".chars()).collect();
        for value in [
            json!(null),
            json!("\"\\"),
            json!([1, -1.5, true, "", {}, []]),
            json!({ &every_char: { "of": [every_char, "plain"] } }),
        ] {
            let mut answer = Answer::with_capacity(0);
            answer.member("before", &1).unwrap();
            answer.payload("output", &Payload::new(value.clone())).unwrap();
            let text = String::from_utf8(answer.into_bytes()).unwrap();
            assert_eq!(text, json!({ "before": 1, "output": value.to_string() }).to_string());
            let read: Value = serde_json::from_str(&text).unwrap();
            assert_eq!(serde_json::from_str::<Value>(read["output"].as_str().unwrap()).unwrap(), value);
        }
    }
}
