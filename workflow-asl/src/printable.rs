//! Text of a document as it may be printed: to a terminal, which obeys control characters, or to a log, whose lines they
//! would forge.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Whether a terminal or an editor may show something else for a character than the character: controls (C0, C1,
/// delete), separators of lines, and marks that change the direction of what follows.
///
/// <https://www.unicode.org/reports/tr36/#Bidirectional_Text_Spoofing>
pub fn is_control(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// A text in one line, with escapes as in Rust for what [`is_control`].
///
/// ```
/// use workflow_asl::printable::printable;
/// assert_eq!(printable("ready"), "ready");
/// assert_eq!(printable("a\u{1b}[2J\nstatus: OK"), r"a\u{1b}[2J\nstatus: OK");
/// ```
pub fn printable(text: &str) -> Cow<'_, str> {
    escaped(text, is_control, |c, out| match c {
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        c => {
            // Writing to a string does not fail.
            let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
        }
    })
}

/// A text of several lines, in which line breaks and tabs stay.
///
/// ```
/// assert_eq!(workflow_asl::printable::printable_lines("a\n\tb\u{7}"), "a\n\tb\\u{7}");
/// ```
pub fn printable_lines(text: &str) -> Cow<'_, str> {
    if !text.chars().any(|c| is_control(c) && !matches!(c, '\n' | '\t')) {
        return Cow::Borrowed(text);
    }
    let parts: Vec<_> = text
        .split_inclusive(['\n', '\t'])
        .map(|part| match part.strip_suffix(['\n', '\t']) {
            Some(before) => format!("{}{}", printable(before), part.get(before.len()..).unwrap_or_default()),
            None => printable(part).into_owned(),
        })
        .collect();
    Cow::Owned(parts.concat())
}

/// The text of a JSON value with escapes of JSON for what [`is_control`], so that it stays the same value.
///
/// ```
/// assert_eq!(workflow_asl::printable::printable_json("{\n  \"a\": \"\u{202e}x\"\n}"), "{\n  \"a\": \"\\u202ex\"\n}");
/// ```
pub fn printable_json(text: &str) -> Cow<'_, str> {
    // Outside of strings JSON has no controls but white space, and inside none that is not escaped.
    let hidden = |c: char| is_control(c) && !matches!(c, '\n' | '\r' | '\t');
    escaped(text, hidden, |c, out| {
        for unit in c.encode_utf16(&mut [0; 2]) {
            let _ = write!(out, "\\u{unit:04x}");
        }
    })
}

fn escaped(text: &str, hidden: impl Fn(char) -> bool, escape: impl Fn(char, &mut String)) -> Cow<'_, str> {
    if !text.chars().any(&hidden) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if hidden(c) { escape(c, &mut out) } else { out.push(c) }
    }
    Cow::Owned(out)
}
