//! A definition as text in a template: the text, and the position where each part of it is written.

use serde_json::Value;
use workflow_asl::{Code, Diagnostic, Pointer};

use super::functions::{Functions, SubPart, TooLarge, call, sub_parts};

/// A string that a template composes.
pub(super) struct Text {
    whole: String,
    pieces: Vec<TextSegment>,
}

/// A part of a string that comes from one string of the template.
struct TextSegment {
    /// The position in the text.
    start: usize,
    /// The string.
    at: Pointer,
    from: From,
}

/// The position of a piece in its string.
#[derive(Clone, Copy)]
enum From {
    /// Literal text, from this byte on.
    Byte(usize),
    /// A replacement for this many bytes.
    InPlaceOf(usize, usize),
    /// The result of a function.
    Function,
}

impl Text {
    /// Composes the text of a string, `Fn::Sub` or `Fn::Join` at a pointer. Placeholders stay.
    pub(super) fn of(value: &Value, at: &Pointer, functions: &Functions<'_>) -> Result<Self, TooLarge> {
        let mut text = Self { whole: String::new(), pieces: Vec::new() };
        text.add(value, at, functions)?;
        Ok(text)
    }

    pub(super) fn as_str(&self) -> &str {
        &self.whole
    }

    fn add(&mut self, value: &Value, at: &Pointer, functions: &Functions<'_>) -> Result<(), TooLarge> {
        match (call(value), value) {
            (None, Value::String(text)) => self.push(text, at, From::Byte(0), functions),
            (Some(("Fn::Sub", Value::String(text))), _) => {
                self.substitute(text, &Value::Null, &at.child("Fn::Sub"), functions)
            }
            (Some(("Fn::Sub", Value::Array(parts))), _) => {
                let Some(Value::String(text)) = parts.first() else { return Ok(()) };
                let variables = parts.get(1).unwrap_or(&Value::Null);
                self.substitute(text, variables, &at.child("Fn::Sub").index(0), functions)
            }
            (Some(("Fn::Join", Value::Array(parts))), _) => {
                let [separator, Value::Array(items)] = parts.as_slice() else {
                    return self.push(&functions.text(value)?, at, From::Function, functions);
                };
                let (at, separator) = (at.child("Fn::Join"), separator.as_str().unwrap_or_default());
                for (i, item) in items.iter().enumerate() {
                    if i > 0 {
                        self.push(separator, &at.index(0), From::Function, functions)?;
                    }
                    self.add(item, &at.index(1).index(i), functions)?;
                }
                Ok(())
            }
            _ => self.push(&functions.text(value)?, at, From::Function, functions),
        }
    }

    fn substitute(
        &mut self,
        text: &str,
        variables: &Value,
        at: &Pointer,
        functions: &Functions<'_>,
    ) -> Result<(), TooLarge> {
        for part in sub_parts(text) {
            match part {
                SubPart::Text(text, from) => self.push(text, at, From::Byte(from), functions)?,
                SubPart::Variable(name, from, length) => {
                    let said = functions.variable(name, variables)?;
                    self.push(&said, at, From::InPlaceOf(from, length), functions)?;
                }
            }
        }
        Ok(())
    }

    fn push(&mut self, text: &str, at: &Pointer, from: From, functions: &Functions<'_>) -> Result<(), TooLarge> {
        functions.spend(text.len())?;
        self.pieces.push(TextSegment { start: self.whole.len(), at: at.clone(), from });
        self.whole.push_str(text);
        Ok(())
    }

    /// Returns a finding in the template for a part of the text, given by offset and length.
    pub(super) fn place(&self, code: Code, (offset, length): (usize, usize)) -> Diagnostic {
        let after = self.pieces.partition_point(|piece| piece.start <= offset);
        match after.checked_sub(1).and_then(|i| self.pieces.get(i)) {
            Some(piece) => {
                let place = Diagnostic::new(code, piece.at.clone(), "");
                match piece.from {
                    From::Byte(from) => place.with_range(from + offset - piece.start, length),
                    From::InPlaceOf(from, length) => place.with_range(from, length),
                    From::Function => place,
                }
            }
            None => Diagnostic::new(code, Pointer::root(), ""),
        }
    }
}
