//! Regular expressions from outside, as JSONata writes them between slashes.

use super::lexer::{Lexer, Token};
use crate::regex;

/// The letters that have a meaning after a backslash. JavaScript reads any other letter as itself.
const MEANINGFUL: &str = "bBcdDfknrsStuvwWx";

/// Returns the text between the slashes of a regular expression with this pattern, in JavaScript's syntax without the
/// flag `u`.
///
/// ```
/// assert_eq!(workflow_jsonata::regex_literal("a/[(]").as_deref(), Ok(r"a\/[\(]"));
/// assert!(workflow_jsonata::regex_literal("(a").is_err());
/// ```
///
/// # Errors
/// Returns why JSONata rejects the pattern, or that it has an escape without a meaning, such as `\p`.
pub fn regex_literal(pattern: &str) -> Result<String, String> {
    if pattern.is_empty() {
        return Err("it is empty".to_owned());
    }
    if let Some(letter) = unknown_escape(pattern) {
        return Err(format!("`\\{letter}` has no meaning in JavaScript's regular expressions"));
    }
    regex::check(pattern)?;
    let literal = escaped(pattern);
    let source = format!("/{literal}/");
    match Lexer::new(&source).next(false) {
        Ok((Token::Regex { pattern, .. }, _)) if pattern == literal => Ok(literal),
        _ => Err("a bracket has no partner: write `\\` before a bracket that is text".to_owned()),
    }
}

/// Returns a letter after a backslash that has no meaning there.
fn unknown_escape(pattern: &str) -> Option<char> {
    let mut letters = pattern.chars();
    while let Some(letter) = letters.next() {
        if letter == '\\' {
            let escaped = letters.next();
            if let Some(unknown) =
                escaped.filter(|letter| letter.is_ascii_alphabetic() && !MEANINGFUL.contains(*letter))
            {
                return Some(unknown);
            }
        }
    }
    None
}

/// Returns the pattern with a backslash before each slash, which would end it, and before brackets in a class, which
/// JSONata would count.
fn escaped(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len());
    let mut letters = pattern.chars();
    let mut in_class = false;
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => {
                out.push(letter);
                out.extend(letters.next());
                continue;
            }
            '/' => out.push('\\'),
            '(' | ')' | '{' | '}' | '[' if in_class => out.push('\\'),
            '[' => in_class = true,
            ']' => in_class = false,
            _ => {}
        }
        out.push(letter);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::regex_literal;

    #[test]
    fn a_pattern_is_written_between_slashes() {
        for (pattern, literal) in [
            ("^a+$", "^a+$"),
            ("a/b", r"a\/b"),
            (r"a\/b", r"a\/b"),
            (r"[/()\[{]\(", r"[\/\(\)\[\{]\("),
            ("(?<year>\\d{4})-(?:a|b)", "(?<year>\\d{4})-(?:a|b)"),
        ] {
            assert_eq!(regex_literal(pattern).as_deref(), Ok(literal), "{pattern}");
        }
    }

    #[test]
    fn a_wrong_pattern_says_why() {
        for (pattern, why) in [
            ("", "empty"),
            ("(a", "roup"),
            ("a**", "repeat"),
            (r"\p{L}", r"`\p` has no meaning"),
            ("a]", "a bracket has no partner"),
            ("\\", "\\"),
        ] {
            let reason = regex_literal(pattern).expect_err(pattern);
            assert!(reason.contains(why), "{pattern}: {reason}");
        }
    }
}
