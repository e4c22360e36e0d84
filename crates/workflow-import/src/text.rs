//! Writes basic parts of a workflow: text, numbers, durations, comments, lists that break over lines.

use serde_json::Number;
use workflow_asl::printable::is_control;

/// The maximum length of a list on one line, in characters.
const INLINE: usize = 90;

/// The start of a mark in printed text: a character that never occurs in printed text of a document.
pub(super) const MARK: char = '\u{F0000}';
/// The end of the number in a mark.
pub(super) const MARK_END: char = '\u{F0001}';
/// The end of the text that the last mark opened.
pub(super) const CLOSE: char = '\u{F0002}';

/// A line break inside a literal, which is not a line of the source.
pub(super) const BREAK: char = '\u{F0003}';

/// Returns whether a character is written literally in Rust source: rustc rejects some, and others are invisible.
fn is_visible(ch: char) -> bool {
    !is_control(ch)
        && !matches!(ch, '\u{200B}'..='\u{200D}')
        && !matches!(ch, '\u{E000}'..='\u{F8FF}' | '\u{F0000}'..='\u{10FFFF}')
}

/// Returns a string as a Rust literal, raw if that avoids escapes.
pub(super) fn quoted(text: &str) -> String {
    if text.contains(['"', '\\']) && text.chars().all(is_visible) {
        let mut hashes = String::new();
        while text.contains(&format!("\"{hashes}")) {
            hashes.push('#');
            if hashes.len() > 8 {
                return escaped(text);
            }
        }
        return format!("r{hashes}\"{text}\"{hashes}");
    }
    escaped(text)
}

/// Returns a string as a literal that keeps its lines, if there are several.
pub(super) fn lines(text: &str) -> String {
    let several = text.trim_end().contains('\n');
    let fits = |ch: char| is_visible(ch) || matches!(ch, '\n' | '\t');
    if !several || !text.chars().all(fits) {
        return quoted(text);
    }
    let mut hashes = "#".to_owned();
    while text.contains(&format!("\"{hashes}")) {
        hashes.push('#');
    }
    format!("r{hashes}\"{text}\"{hashes}").replace('\n', &BREAK.to_string())
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for ch in text.chars() {
        if is_visible(ch) && !matches!(ch, '"' | '\\') {
            out.push(ch);
        } else {
            out.extend(ch.escape_default());
        }
    }
    out.push('"');
    out
}

/// Returns whether a name is valid without quotes.
pub(super) fn is_name(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
        && chars.all(|ch| ch.is_ascii_alphanumeric() || ch == '_')
        && text != "_"
}

/// Returns the key of a member.
pub(super) fn key(text: &str) -> String {
    if is_name(text) { text.to_owned() } else { quoted(text) }
}

/// Returns a member of a reference: `.name` or `["name"]`.
pub(super) fn step(name: &str) -> String {
    if is_name(name) { format!(".{name}") } else { format!("[{}]", quoted(name)) }
}

/// Returns a number of seconds as a duration in the largest exact unit.
pub(super) fn duration(seconds: &Number) -> String {
    let Some(count) = seconds.as_u64() else { return seconds.to_string() };
    let units = [("d", 86_400), ("h", 3_600), ("m", 60)];
    let unit = units.into_iter().find(|(_, length)| count > 0 && count.is_multiple_of(*length));
    let (unit, length) = unit.unwrap_or(("s", 1));
    format!("{}{unit}", count / length)
}

/// Returns `///` or `//!` with each line; `None` if a comment cannot contain the text unchanged.
pub(super) fn comment(text: &str, sign: &str) -> Option<String> {
    if text.trim().is_empty() || !text.chars().all(|ch| ch == '\n' || is_visible(ch)) {
        return None;
    }
    let mut out = String::new();
    for line in text.split('\n') {
        if line.trim_end() != line {
            return None;
        }
        out.push_str(sign);
        if !line.is_empty() {
            out.push(' ');
            out.push_str(line);
        }
        out.push('\n');
    }
    Some(out)
}

/// Returns the comment as attributes, which can contain any text.
pub(super) fn comment_attributes(text: &str, sign: &str) -> String {
    let hash = if sign == "//!" { "#!" } else { "#" };
    text.split('\n').map(|line| format!("{hash}[doc = {}]\n", quoted(&format!(" {line}")))).collect()
}

/// Returns the printed width of a string: its characters without marks.
pub(super) fn width(text: &str) -> usize {
    let mut width = 0;
    let mut mark = false;
    for ch in text.chars() {
        match ch {
            MARK => mark = true,
            MARK_END => mark = false,
            CLOSE => {}
            _ if mark => {}
            _ => width += 1,
        }
    }
    width
}

/// Returns the text indented by one level. Literals contain no line breaks, so every line is one of the source.
pub(super) fn indented(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for line in text.lines() {
        if !line.is_empty() {
            out.push_str("    ");
            out.push_str(line);
        }
        out.push('\n');
    }
    out
}

/// Writes items in brackets or braces, separated by commas, on one line if they fit.
pub(super) fn list(open: &str, items: &[String], close: &str, pad: &str) -> String {
    if items.is_empty() {
        return format!("{open}{close}");
    }
    let joined = items.join(", ");
    if !joined.contains(['\n', BREAK]) && width(&joined) <= INLINE {
        return format!("{open}{pad}{joined}{pad}{close}");
    }
    let lines: String = items.iter().map(|item| format!("{item},\n")).collect();
    format!("{open}\n{}{close}", indented(&lines))
}

/// Writes `{ key: value, … }`.
pub(super) fn object(members: &[String]) -> String {
    list("{", members, "}", " ")
}

/// Writes `[a, b]`.
pub(super) fn array(items: &[String]) -> String {
    list("[", items, "]", "")
}

/// Writes lines in braces.
pub(super) fn braces(lines: &str) -> String {
    if lines.is_empty() { "{}".to_owned() } else { format!("{{\n{}}}", indented(lines)) }
}
