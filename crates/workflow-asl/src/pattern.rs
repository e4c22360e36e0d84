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
pub struct Pattern(Vec<Fragment>);

#[derive(Clone, Copy, Debug, PartialEq)]
enum Fragment {
    Any,
    One(char),
}

impl Pattern {
    /// Parses a pattern. A backslash before any other character stands for itself.
    pub fn new(text: &str) -> Self {
        let mut pieces = Vec::new();
        let mut chars = text.chars().peekable();
        while let Some(c) = chars.next() {
            pieces.push(match c {
                '*' => Fragment::Any,
                '\\' => match chars.next_if(|next| matches!(next, '*' | '\\')) {
                    Some(escaped) => Fragment::One(escaped),
                    None => Fragment::One('\\'),
                },
                c => Fragment::One(c),
            });
        }
        Self(pieces)
    }

    /// Returns whether the whole text matches.
    pub fn matches(&self, text: &str) -> bool {
        let text: Vec<char> = text.chars().collect();
        let (mut piece, mut at) = (0, 0);
        // After a `*`: the position to continue at if the rest does not match.
        let mut retry = None;
        while at < text.len() {
            match self.0.get(piece) {
                Some(Fragment::Any) => {
                    piece += 1;
                    retry = Some((piece, at));
                }
                Some(Fragment::One(c)) if text.get(at) == Some(c) => {
                    piece += 1;
                    at += 1;
                }
                _ => match &mut retry {
                    Some((after, from)) => {
                        *from += 1;
                        (piece, at) = (*after, *from);
                    }
                    None => return false,
                },
            }
        }
        self.0.get(piece..).is_some_and(|rest| rest.iter().all(|piece| *piece == Fragment::Any))
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
