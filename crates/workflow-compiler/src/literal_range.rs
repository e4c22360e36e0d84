//! The range of a problem in a string literal: as a description for rustc, which on stable underlines only whole
//! literals, and as a range of the source for tools that support it.

use std::ops::Range;

use workflow_asl::jsonata;

/// A part of a string literal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiteralRange {
    /// The value of the literal.
    pub text: String,
    /// The range in bytes of the text; empty at its end.
    pub range: Range<usize>,
}

/// The maximum number of characters shown.
const SHOWN: usize = 40;

impl LiteralRange {
    /// Creates a range of a string; `None` if it is the whole text.
    pub fn new(text: &str, range: Range<usize>) -> Option<Self> {
        let all = text.trim().len();
        let part = text.get(range.clone())?;
        (part.len() < all).then(|| Self { text: text.to_owned(), range })
    }

    /// Creates a range of an expression, with or without `{%` and `%}`; `None` if it is the whole expression.
    pub fn in_expression(text: &str, range: Range<usize>) -> Option<Self> {
        let begins = if jsonata::expression(text).is_some() { "{%".len() } else { 0 };
        Self::new(text, range.start + begins..range.end + begins)
    }

    /// Describes the position: `character 5 of the text: `$smu``.
    pub fn describe(&self) -> String {
        let before = self.text.get(..self.range.start).unwrap_or_default();
        let part = self.text.get(self.range.clone()).unwrap_or_default();
        if self.text.get(self.range.start..).is_none_or(|rest| rest.trim().trim_end_matches("%}").is_empty()) {
            let mut last: Vec<char> = before.trim_end().chars().rev().take_while(|c| *c != '\n').take(SHOWN).collect();
            last.reverse();
            return format!("the end of the text, after `{}`", last.into_iter().collect::<String>().trim_start());
        }
        let line = before.matches('\n').count() + 1;
        let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
        // A single character is shown with what follows it.
        let alone = part.trim().chars().nth(1).is_none();
        let shown = if alone { self.text.get(self.range.start..).unwrap_or_default() } else { part };
        let mut words: String = shown.chars().take_while(|c| *c != '\n').take(SHOWN).collect();
        if words.len() < shown.trim_end().len() {
            words.push('…');
        }
        match self.text.contains('\n') {
            true => format!("line {line}, character {column} of the text: `{words}`"),
            false => format!("character {column} of the text: `{words}`"),
        }
    }

    /// Returns the range in the source of the literal, in bytes; `None` if the literal has another text.
    ///
    /// ```
    /// use workflow_compiler::literal_range::LiteralRange;
    ///
    /// let part = LiteralRange::new("a\"$smu", 2..6).unwrap();
    /// let source = r#""a\"$smu""#;
    /// assert_eq!(part.in_source(source).map(|range| &source[range]), Some("$smu"));
    /// ```
    pub fn in_source(&self, literal: &str) -> Option<Range<usize>> {
        if let Some(raw) = literal.strip_prefix('r') {
            let hashes = raw.len() - raw.trim_start_matches('#').len();
            let begin = 1 + hashes + 1;
            let inside = literal.get(begin..literal.len().checked_sub(hashes + 1)?)?;
            return (inside == self.text).then(|| begin + self.range.start..begin + self.range.end);
        }
        let inside = literal.strip_prefix('"')?.strip_suffix('"')?;
        // The position in the source of each byte of the value that begins a character.
        let (mut value, mut at) = (0, 0);
        let (mut start, mut end) = (None, None);
        while let Some(rest) = inside.get(at..) {
            let (length, gives) = character(rest);
            if gives > 0 || length == 0 {
                start = start.or((value >= self.range.start).then_some(at));
                end = end.or((value >= self.range.end).then_some(at));
            }
            if length == 0 || end.is_some() {
                break;
            }
            value += gives;
            at += length;
        }
        Some(1 + start?..1 + end?.max(start?))
    }
}

/// Returns the number of bytes of the source's next character, and of its value.
fn character(source: &str) -> (usize, usize) {
    let mut chars = source.chars();
    let first = chars.next();
    match (first, chars.next()) {
        (None, _) => (0, 0),
        (Some('\\'), Some('x')) => (source.len().min(4), 1),
        (Some('\\'), Some('u')) => {
            let end = source.find('}').map_or(source.len(), |end| end + 1);
            let digits = source.get(3..end.saturating_sub(1)).unwrap_or_default().replace('_', "");
            let stands = u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32);
            (end, stands.map_or(1, char::len_utf8))
        }
        // After a line continuation, white space up to the next word is not part of the value.
        (Some('\\'), Some('\n' | '\r')) => {
            let rest = source.get(1..).unwrap_or_default();
            (1 + rest.len() - rest.trim_start().len(), 0)
        }
        (Some('\\'), Some(other)) => (1 + other.len_utf8(), 1),
        // Rust reads a line end as one character.
        (Some('\r'), Some('\n')) => (2, 1),
        (Some(other), _) => (other.len_utf8(), other.len_utf8()),
    }
}

#[cfg(test)]
mod tests {
    use super::LiteralRange;

    fn part(text: &str, of: &str) -> LiteralRange {
        let start = text.find(of).unwrap();
        LiteralRange::new(text, start..start + of.len()).unwrap()
    }

    #[test]
    fn lies_in_the_source_of_every_literal() {
        for (text, source) in [
            ("1 + $smu(2)", r#""1 + $smu(2)""#),
            ("1 + $smu(2)", r##"r"1 + $smu(2)""##),
            ("'\"' & $smu('ä')", r##"r#"'"' & $smu('ä')"#"##),
            ("\"ä\"\n$smu", r#""\"\u{e4}\"\n$smu""#),
            ("\\ $smu", r#""\x5c $smu""#),
            ("a $smu b", "\"a \\\n      $smu b\""),
        ] {
            assert_eq!(part(text, "$smu").in_source(source).map(|range| &source[range]), Some("$smu"), "{source}");
        }
        let end = LiteralRange::new("1 +", 3..3).unwrap();
        assert_eq!(end.in_source(r#""1 +""#), Some(4..4));
        assert_eq!(end.in_source("5"), None);
    }

    #[test]
    fn is_told_in_words() {
        assert_eq!(part("1 + $smu(2)", "$smu").describe(), "character 5 of the text: `$smu`");
        assert_eq!(part("(\n  $smu(2)\n)", "$smu").describe(), "line 2, character 3 of the text: `$smu`");
        assert_eq!(LiteralRange::new("{% 1 + %}", 7..7).unwrap().describe(), "the end of the text, after `{% 1 +`");
        assert_eq!(LiteralRange::new("[1, ]", 4..4).unwrap().describe(), "character 5 of the text: `]`");
        assert_eq!(LiteralRange::new("x(1) + $y", 0..1).unwrap().describe(), "character 1 of the text: `x(1) + $y`");
        assert_eq!(LiteralRange::new("$smu", 0..4), None);
    }
}
