//! Why a text is not even valid tokens: the lexer reports the position, but not the reason.

use std::ops::Range;

use workflow_asl::Code;

use super::quotes::string;
use super::{Fault, OTHER_QUOTES};

const UNKNOWN: &str = "invalid Rust: an unmatched bracket, or an unterminated text or comment";

/// Returns the fault at which the lexer stopped, which is at this byte.
pub fn not_rust(text: &str, at: usize) -> Fault {
    let rest = text.get(at..).unwrap_or_default();
    let fault = |message: String, help: Option<String>, range: Range<usize>| Fault {
        code: Some(Code::BadLiteral),
        message,
        help: help.into_iter().collect(),
        range,
    };
    if let Some((inside, escape)) = rest.strip_prefix('"').and_then(bad_escape) {
        let message = format!("unknown escape `{escape}` in a text");
        let start = at + 1 + inside.len();
        let literal = string(rest).and_then(|length| rest.get(..length)).unwrap_or(rest);
        // A raw text cannot contain `"`, and keeps `\\` as two characters.
        let is_raw = !literal.contains(['\n', '#']) && !literal.contains("\\\"") && !literal.contains("\\\\");
        let help = if is_raw {
            format!("write `r{literal}`, which has no escapes, or `\\{escape}`")
        } else {
            format!("a backslash in a text is `\\\\`: write `\\{escape}`")
        };
        return fault(message, Some(help), start..start + escape.len());
    }
    if rest.starts_with('\\') {
        let message = "a `\\` outside a text".to_owned();
        let line_starts = text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |end| end + 1);
        let before = text.get(line_starts..at).unwrap_or_default();
        let open = before.rfind('/').filter(|slash| {
            let before = before.get(..*slash).unwrap_or_default().trim_end();
            before.ends_with(['(', ',', ':', '[', '=', '{'])
        });
        let literal = open.and_then(|slash| {
            let start = line_starts + slash + 1;
            let line = text.get(start..)?.lines().next()?;
            line.split_once('/').map(|(pattern, _)| pattern)
        });
        let help = literal.filter(|pattern| !pattern.contains(['"', '#']));
        let help = help.map(|pattern| format!("a regular expression is a text: write `regex r\"{pattern}\"`"));
        return fault(message, help, at..at + 1);
    }
    if let Some(quote) = rest.chars().next().filter(|letter| "“”‘’„‟".contains(*letter)) {
        let help = "straight ones: `\"…\"`".to_owned();
        return fault(OTHER_QUOTES.to_owned(), Some(help), at..at + quote.len_utf8());
    }
    Fault { code: Some(Code::Syntax), ..fault(UNKNOWN.to_owned(), None, at..at + 1) }
}

/// Returns the first escape that Rust does not have in the rest of a text, and the text before the escape.
fn bad_escape(inside: &str) -> Option<(&str, &str)> {
    let mut letters = inside.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return None,
            '\\' => {
                let (next, escaped) = letters.next()?;
                if !matches!(escaped, 'n' | 'r' | 't' | '\\' | '0' | '\'' | '"' | 'x' | 'u' | '\n' | '\r') {
                    return Some((inside.get(..at)?, inside.get(at..next + escaped.len_utf8())?));
                }
            }
            _ => {}
        }
    }
    None
}
