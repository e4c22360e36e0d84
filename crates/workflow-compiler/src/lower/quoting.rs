//! Finds the quoted parts of an expression's text, each with how values are written in it.

use std::ops::Range;

use workflow_asl::jsonata;

use crate::fragment::Escape;

/// Returns how a value is written that begins at this byte of a string of a definition: an expression, or other text.
pub fn escape_at(text: &str, at: usize) -> Escape {
    let stretches = match jsonata::expression(text).is_some() {
        true => in_jsonata(text),
        false if text.trim_start().starts_with("States.") => in_intrinsic(text),
        false => Vec::new(),
    };
    let stretch = stretches.iter().find(|(stretch, _)| stretch.contains(&at));
    stretch.map_or(Escape::Text, |(_, escape)| *escape)
}

/// Returns the parts of a string that contains JSONata, except quoted names, regular expressions and comments.
pub(super) fn in_jsonata(text: &str) -> Vec<(Range<usize>, Escape)> {
    let bytes = text.as_bytes();
    let mut stretches = Vec::new();
    let (mut at, mut code) = (0, 0);
    // The last character of the code. After a value, a slash divides; otherwise it begins a regular expression.
    let mut last = b'(';
    while let Some(&byte) = bytes.get(at) {
        let inside = at + 1;
        let (end, kind) = match byte {
            b'"' | b'\'' => (closing(bytes, inside, byte, true), Some(Escape::JsonataText)),
            b'`' => (closing(bytes, inside, byte, false), None),
            b'/' if bytes.get(inside) == Some(&b'*') => {
                (text.get(at..).and_then(|rest| rest.find("*/")).map_or(bytes.len(), |end| at + end + 1), None)
            }
            b'/' if b"(,=:[{;&|?~<>!+-*%^".contains(&last) => (closing(bytes, inside, b'/', true), None),
            _ => {
                if !byte.is_ascii_whitespace() {
                    last = byte;
                }
                at += 1;
                continue;
            }
        };
        stretches.push((code..at, Escape::Jsonata));
        stretches.extend(kind.map(|kind| (inside..end, kind)));
        last = b'x';
        at = (end + 1).min(bytes.len());
        code = at;
    }
    stretches.push((code..bytes.len(), Escape::Jsonata));
    stretches
}

/// Returns the contents of the literals of intrinsic functions.
pub(super) fn in_intrinsic(text: &str) -> Vec<(Range<usize>, Escape)> {
    let bytes = text.as_bytes();
    let mut stretches = Vec::new();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        at += 1;
        if byte == b'\'' {
            let end = closing(bytes, at, byte, true);
            stretches.push((at..end, Escape::Intrinsic));
            at = end + 1;
        }
    }
    stretches
}

/// Returns the position of the closing quote, or the end of the text.
fn closing(bytes: &[u8], mut at: usize, quote: u8, escapes: bool) -> usize {
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'\\' if escapes => at += 2,
            byte if byte == quote => return at,
            _ => at += 1,
        }
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::{in_intrinsic, in_jsonata};
    use crate::fragment::Escape;

    fn shown(text: &str) -> Vec<(&str, Escape)> {
        in_jsonata(text)
            .into_iter()
            .map(|(range, stretch)| (&text[range], stretch))
            .filter(|(text, _)| !text.is_empty())
            .collect()
    }

    #[test]
    fn jsonata_has_quotes_of_four_kinds() {
        use Escape::{Jsonata, JsonataText};
        assert_eq!(
            shown(r#"a & 'b"\'' / "c" ~> /x'/ & `d'` /* ' */ & e"#),
            [
                ("a & ", Jsonata),
                (r#"b"\'"#, JsonataText),
                (" / ", Jsonata),
                ("c", JsonataText),
                (" ~> ", Jsonata),
                (" & ", Jsonata),
                (" ", Jsonata),
                (" & e", Jsonata),
            ]
        );
        assert_eq!(shown("a / b'c"), [("a / b", Jsonata), ("c", JsonataText)]);
    }

    #[test]
    fn what_is_not_closed_ends_with_the_text() {
        for text in ["'", "'a\\", "`", "/*", "(/", "\"\\"] {
            in_jsonata(text);
            in_intrinsic(text);
        }
    }

    #[test]
    fn intrinsics_have_apostrophes() {
        let text = r"States.Format('a\'{}', $.b, 'c')";
        let found: Vec<_> = in_intrinsic(text).into_iter().map(|(range, _)| &text[range]).collect();
        assert_eq!(found, [r"a\'{}", "c"]);
    }
}
