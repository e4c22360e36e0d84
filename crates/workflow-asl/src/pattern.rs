//! The patterns of `StringMatches`: `*` matches any text, `\*` a star.

/// A pattern that can be compared with any number of texts.
///
/// ```
/// use workflow_asl::pattern::Pattern;
///
/// assert!(Pattern::new("log-*.txt").matches("log-1.txt"));
/// assert!(!Pattern::new("log-*.txt").matches("log-1.csv"));
/// ```
#[derive(Clone, Debug)]
pub struct Pattern(Vec<String>);

impl Pattern {
    /// Parses a pattern. A backslash before any other character stands for itself.
    pub fn new(text: &str) -> Self {
        let (mut pieces, mut piece) = (Vec::new(), String::new());
        let mut chars = text.chars().peekable();
        while let Some(c) = chars.next() {
            match c {
                '*' => pieces.push(std::mem::take(&mut piece)),
                '\\' => piece.push(chars.next_if(|next| matches!(next, '*' | '\\')).unwrap_or(c)),
                c => piece.push(c),
            }
        }
        pieces.push(piece);
        Self(pieces)
    }

    /// Returns the texts before, between and after its stars; one text if it has none.
    pub fn pieces(&self) -> &[String] {
        &self.0
    }

    /// Returns whether the whole text matches.
    pub fn matches(&self, text: &str) -> bool {
        let Some((first, others)) = self.0.split_first() else { return false };
        let Some(mut rest) = text.strip_prefix(first.as_str()) else { return false };
        let Some((last, middle)) = others.split_last() else { return rest.is_empty() };
        for piece in middle {
            let Some((_, after)) = rest.split_once(piece.as_str()) else { return false };
            rest = after;
        }
        rest.ends_with(last.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::Pattern;

    #[test]
    fn stars_match_any_text_and_backslashes_escape_them() {
        for (pattern, text, expected) in [
            ("foo*.log", "foo23.log", true),
            ("*.log", "zebra.log", true),
            ("foo*.*", "foobar.zebra", true),
            ("foo*.log", "foo.txt", false),
            ("*a*b*", "xxabab", true),
            ("", "", true),
            ("", "a", false),
            ("**", "", true),
            ("a\\*b", "a*b", true),
            ("a\\*b", "axb", false),
            ("\\\\", "\\", true),
            ("é*", "été", true),
        ] {
            assert_eq!(Pattern::new(pattern).matches(text), expected, "{pattern} {text}");
        }
    }
}
