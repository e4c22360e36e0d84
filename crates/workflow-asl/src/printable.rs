//! Makes text of a document printable: a terminal interprets control characters, and they could forge lines of a log.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Returns whether a terminal or an editor may not show a character literally: controls (C0, C1, delete), line
/// separators, and marks that change the text direction.
///
/// <https://www.unicode.org/reports/tr36/#Bidirectional_Text_Spoofing>
pub fn is_control(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// Returns a string on one line, with Rust escapes for [control characters](is_control).
///
/// ```
/// use workflow_asl::printable::printable;
/// assert_eq!(printable("ready"), "ready");
/// assert_eq!(printable("a\u{1b}[2J\nstatus: OK"), r"a\u{1b}[2J\nstatus: OK");
/// ```
pub fn printable(text: &str) -> Cow<'_, str> {
    escaped(text, is_control, |c, out| out.extend(c.escape_default()))
}

/// Returns a number with commas between its thousands.
///
/// ```
/// assert_eq!(workflow_asl::printable::thousands(25_000), "25,000");
/// ```
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Returns a string with several lines, which keeps line breaks and tabs.
///
/// ```
/// assert_eq!(workflow_asl::printable::printable_lines("a\n\tb\u{7}"), "a\n\tb\\u{7}");
/// ```
pub fn printable_lines(text: &str) -> Cow<'_, str> {
    let hidden = |c: char| is_control(c) && !matches!(c, '\n' | '\t');
    escaped(text, hidden, |c, out| out.extend(c.escape_default()))
}

/// The text of a JSON value with JSON escapes for [control characters](is_control), so that the value is unchanged.
///
/// ```
/// assert_eq!(workflow_asl::printable::printable_json("{\n  \"a\": \"\u{202e}x\"\n}"), "{\n  \"a\": \"\\u202ex\"\n}");
/// ```
pub fn printable_json(text: &str) -> Cow<'_, str> {
    // Outside of strings, JSON has no controls except white space; inside, they are escaped.
    let hidden = |c: char| is_control(c) && !matches!(c, '\n' | '\r' | '\t');
    escaped(text, hidden, |c, out| {
        for unit in c.encode_utf16(&mut [0; 2]) {
            // Writing to a string does not fail.
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
