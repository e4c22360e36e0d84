//! A definition that a template has as text: what the text is, and where each part of it is written.

use serde_json::Value;
use workflow_asl::{Code, Diagnostic, Pointer};

use super::placeholders::{call, said};

/// A text that a template puts together.
pub(super) struct Text {
    whole: String,
    pieces: Vec<Piece>,
}

/// A part of a text that one string of the template has.
struct Piece {
    /// Where it begins in the text.
    start: usize,
    /// The string.
    at: Pointer,
    /// Where it begins in the string; `None` for what a function gives.
    from: Option<usize>,
}

impl Text {
    /// The text of a string, `Fn::Sub` or `Fn::Join` at a pointer; placeholders stay.
    pub(super) fn of(value: &Value, at: &Pointer) -> Self {
        let mut text = Self { whole: String::new(), pieces: Vec::new() };
        text.add(value, at);
        text
    }

    pub(super) fn as_str(&self) -> &str {
        &self.whole
    }

    fn add(&mut self, value: &Value, at: &Pointer) {
        match (call(value), value) {
            (None, Value::String(text)) => self.push(text, at, Some(0)),
            (Some(("Fn::Sub", Value::String(text))), _) => self.substitute(text, &at.child("Fn::Sub")),
            (Some(("Fn::Sub", Value::Array(parts))), _) => {
                if let Some(Value::String(text)) = parts.first() {
                    self.substitute(text, &at.child("Fn::Sub").index(0));
                }
            }
            (Some(("Fn::Join", Value::Array(parts))), _) => {
                let [separator, Value::Array(items)] = parts.as_slice() else { return };
                let (at, separator) = (at.child("Fn::Join"), separator.as_str().unwrap_or_default());
                for (i, item) in items.iter().enumerate() {
                    if i > 0 {
                        self.push(separator, &at.index(0), None);
                    }
                    self.add(item, &at.index(1).index(i));
                }
            }
            (Some(("Fn::ToJsonString", Value::Object(_))), _) => {
                let definition = call(value).and_then(|(_, value)| super::placeholders::put_in(value, &mut Vec::new()));
                self.push(&definition.unwrap_or_default().to_string(), at, None);
            }
            _ => self.push(&said(value), at, None),
        }
    }

    /// Adds the text of `Fn::Sub`, in which `${!` is `${` itself.
    fn substitute(&mut self, text: &str, at: &Pointer) {
        let mut from = 0;
        for (i, part) in text.split("${!").enumerate() {
            if i > 0 {
                self.push("${", at, Some(from));
                from += "${!".len();
            }
            self.push(part, at, Some(from));
            from += part.len();
        }
    }

    fn push(&mut self, text: &str, at: &Pointer, from: Option<usize>) {
        self.pieces.push(Piece { start: self.whole.len(), at: at.clone(), from });
        self.whole.push_str(text);
    }

    /// A finding in the template for a part (offset and length) of the text.
    pub(super) fn place(&self, code: Code, (offset, length): (usize, usize)) -> Diagnostic {
        let after = self.pieces.partition_point(|piece| piece.start <= offset);
        match after.checked_sub(1).and_then(|i| self.pieces.get(i)) {
            Some(piece) => {
                let place = Diagnostic::new(code, piece.at.clone(), "");
                match piece.from {
                    Some(from) => place.with_range(from + offset - piece.start, length),
                    None => place,
                }
            }
            None => Diagnostic::new(code, Pointer::root(), ""),
        }
    }
}

/// A text of JSON whose placeholders outside of strings are put into quotes: `"Seconds": ${Delay}`
/// becomes JSON only when the template's substitutions are made.
pub(super) struct Quoted {
    whole: String,
    /// Where quotes were put in, in `whole`.
    added: Vec<usize>,
}

impl Quoted {
    /// The text as it is.
    pub(super) fn none(text: &str) -> Self {
        Self { whole: text.to_owned(), added: Vec::new() }
    }

    /// The text with its bare placeholders quoted.
    pub(super) fn of(text: &str) -> Self {
        let mut quoted = Self { whole: String::with_capacity(text.len()), added: Vec::new() };
        let (mut in_string, mut escaped, mut in_placeholder) = (false, false, false);
        for (at, c) in text.char_indices() {
            let opens =
                !in_string && !in_placeholder && c == '$' && text.get(at + 1..).is_some_and(|r| r.starts_with('{'));
            if opens {
                in_placeholder = true;
                quoted.quote();
            }
            quoted.whole.push(c);
            if in_placeholder {
                if c == '}' {
                    in_placeholder = false;
                    quoted.quote();
                }
            } else if c == '"' && !escaped {
                in_string = !in_string;
            }
            escaped = in_string && c == '\\' && !escaped;
        }
        quoted
    }

    fn quote(&mut self) {
        self.added.push(self.whole.len());
        self.whole.push('"');
    }

    pub(super) fn as_str(&self) -> &str {
        &self.whole
    }

    /// What a span (offset and length) of the quoted text is in the original one.
    pub(super) fn original(&self, (offset, length): (usize, usize)) -> (usize, usize) {
        let before = |offset: usize| offset - self.added.partition_point(|&at| at < offset).min(offset);
        let (start, end) = (before(offset), before(offset.saturating_add(length)));
        (start, end.saturating_sub(start))
    }
}
