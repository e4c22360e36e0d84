//! Text in the quotes of other languages, `'…'` and `` `…` ``, which is not valid Rust.

use std::ops::Range;

/// Returns the ranges of text in single quotes or backticks in the `workflow!` of a Rust file, including the quotes.
/// Lifetimes are not possible there, and one character in single quotes is valid Rust.
///
/// ```
/// use workflow_format::{double_quoted, foreign_quotes};
///
/// let text = "workflow! { workflow A { pass B { a: 'it is', b: 'x' } -> end; } }";
/// let found = foreign_quotes(text);
/// assert_eq!(found.iter().map(|range| &text[range.clone()]).collect::<Vec<_>>(), ["'it is'"]);
/// assert!(double_quoted(text, &found).contains("a: \"it is\", b: 'x'"));
/// ```
pub fn foreign_quotes(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    // The number of open brackets in a `workflow!`.
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let skipped = comment(rest).or_else(|| string(rest)).or_else(|| character(rest));
        if let Some(length) = skipped {
            at += length;
            continue;
        }
        let letter = rest.chars().next().unwrap_or_default();
        match letter {
            _ if depth == 0 => match rest.strip_prefix("workflow!").map(str::trim_start) {
                Some(body) if body.starts_with(['{', '(', '[']) && !word_ends(text, at) => {
                    depth = 1;
                    at = text.len() - body.len();
                }
                _ => {}
            },
            '{' | '(' | '[' => depth += 1,
            '}' | ')' | ']' => depth -= 1,
            '\'' | '`' => {
                if let Some(close) = rest.get(1..).and_then(|inner| inner.find([letter, '\n'])) {
                    let end = at + 1 + close;
                    if text.get(end..).is_some_and(|end| end.starts_with(letter)) {
                        found.push(at..end + 1);
                        at = end;
                    }
                }
            }
            _ => {}
        }
        at += text.get(at..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8);
    }
    found
}

/// Returns a string of the same length with double quotes instead of these quotes.
pub fn double_quoted(text: &str, quotes: &[Range<usize>]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for range in quotes {
        out.push_str(text.get(done..range.start).unwrap_or_default());
        let inner = text.get(range.start + 1..range.end - 1).unwrap_or_default();
        // Characters that would end the text or begin an escape are temporarily replaced.
        out.push_str(&format!("\"{}\"", inner.replace(['"', '\\'], "'")));
        done = range.end;
    }
    out.push_str(text.get(done..).unwrap_or_default());
    out
}

/// Returns whether a word ends right before this position.
fn word_ends(text: &str, at: usize) -> bool {
    text.get(..at).and_then(|before| before.chars().next_back()).is_some_and(|c| c.is_alphanumeric() || c == '_')
}

/// Returns the length of the comment that begins here.
pub(super) fn comment(text: &str) -> Option<usize> {
    if text.starts_with("//") {
        return Some(text.find('\n').unwrap_or(text.len()));
    }
    let mut rest = text.strip_prefix("/*")?;
    let mut open = 1;
    while open > 0 {
        let next = rest.find(['*', '/'])?;
        rest = rest.get(next..)?;
        let (length, change) = match () {
            () if rest.starts_with("/*") => (2, 1),
            () if rest.starts_with("*/") => (2, -1),
            () => (1, 0),
        };
        open += change;
        rest = rest.get(length..)?;
    }
    Some(text.len() - rest.len())
}

/// Returns the length of the text in double quotes that begins here, raw or not.
pub(super) fn string(text: &str) -> Option<usize> {
    if let Some(raw) = text.strip_prefix('r') {
        let hashes = raw.len() - raw.trim_start_matches('#').len();
        let inner = raw.get(hashes..)?.strip_prefix('"')?;
        let close = format!("\"{}", "#".repeat(hashes));
        return Some(text.len() - inner.len() + inner.find(&close)? + close.len());
    }
    let inner = text.strip_prefix('"')?;
    let mut escaped = false;
    for (at, letter) in inner.char_indices() {
        match letter {
            '"' if !escaped => return Some(at + 2),
            _ => escaped = letter == '\\' && !escaped,
        }
    }
    None
}

/// Returns the length of the character literal that begins here.
fn character(text: &str) -> Option<usize> {
    let inner = text.strip_prefix('\'')?;
    let mut letters = inner.chars();
    let length = match letters.next()? {
        '\\' if inner.starts_with("\\u{") => inner.find('}')? + 1,
        '\\' if inner.starts_with("\\x") => 4,
        '\\' => 1 + letters.next()?.len_utf8(),
        '\'' | '\n' => return None,
        letter => letter.len_utf8(),
    };
    inner.get(length..)?.starts_with('\'').then_some(length + 2)
}
