//! Patterns in IAM's syntax: `*` for an unknown part; `${*}`, `${?}` and `${$}` for the literal characters.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#policy-vars-specialchars>

/// The pattern of an unknown value.
pub const ANY: &str = "*";

/// The most comparisons of resources with one another for one policy.
const MAX_COMPARISONS: usize = 1_000_000;

/// Longer texts are not compared.
const MAX_COMPARED: usize = 2048;

/// Returns the pattern that matches exactly this text.
pub fn literal(text: &str) -> String {
    let mut made = String::with_capacity(text.len());
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '*' => made.push_str("${*}"),
            '?' => made.push_str("${?}"),
            '$' if letters.peek() == Some(&'{') => made.push_str("${$}"),
            letter => made.push(letter),
        }
    }
    made
}

/// Joins two patterns. A `*` after a `*` adds nothing.
pub fn joined(mut first: String, second: &str) -> String {
    let second = if first.ends_with('*') { second.trim_start_matches('*') } else { second };
    first.push_str(second);
    first
}

/// Returns whether part of the pattern is unknown.
pub fn is_open(text: &str) -> bool {
    tokens(text).any(|token| token != Token::Sign(token.sign()))
}

/// Returns the text for an operator without wildcards. Only `${` still needs an escape.
pub(crate) fn exact(text: &str) -> String {
    text.replace("${*}", "*").replace("${?}", "?")
}

#[derive(Clone, Copy, PartialEq)]
enum Token {
    Sign(char),
    Any,
    One,
}

impl Token {
    fn sign(self) -> char {
        match self {
            Self::Sign(sign) => sign,
            Self::Any | Self::One => '\0',
        }
    }
}

fn tokens(text: &str) -> impl Iterator<Item = Token> {
    let mut rest = text;
    std::iter::from_fn(move || {
        for (escape, sign) in [("${*}", '*'), ("${?}", '?'), ("${$}", '$')] {
            if let Some(after) = rest.strip_prefix(escape) {
                rest = after;
                return Some(Token::Sign(sign));
            }
        }
        let sign = rest.chars().next()?;
        rest = rest.get(sign.len_utf8()..)?;
        Some(match sign {
            '*' => Token::Any,
            '?' => Token::One,
            sign => Token::Sign(sign),
        })
    })
}

/// Returns whether the first pattern matches everything that the second one matches.
pub(crate) fn covers(wide: &str, narrow: &str) -> bool {
    if wide == ANY || wide == narrow {
        return true;
    }
    if wide.len() > MAX_COMPARED || narrow.len() > MAX_COMPARED || !is_open(wide) {
        return false;
    }
    let (wide, narrow): (Vec<_>, Vec<_>) = (tokens(wide).collect(), tokens(narrow).collect());
    // The usual wildcard match: backtrack to the last `*` only.
    let (mut at, mut seen, mut back) = (0, 0, None);
    while let Some(token) = narrow.get(seen) {
        match wide.get(at) {
            Some(Token::Any) => {
                back = Some((at, seen));
                at += 1;
            }
            Some(sign) if sign == token || *sign == Token::One && *token != Token::Any => {
                (at, seen) = (at + 1, seen + 1)
            }
            _ => match back {
                Some((star, from)) => {
                    back = Some((star, from + 1));
                    (at, seen) = (star + 1, from + 1);
                }
                None => return false,
            },
        }
    }
    wide.iter().skip(at).all(|token| *token == Token::Any)
}

/// Sorts patterns and removes patterns that another pattern covers.
pub(crate) fn without_covered(mut texts: Vec<String>) -> Vec<String> {
    texts.sort();
    texts.dedup();
    let open: Vec<_> = texts.iter().filter(|text| is_open(text)).cloned().collect();
    if open.len().saturating_mul(texts.len()) <= MAX_COMPARISONS {
        texts.retain(|text| !open.iter().any(|wide| wide != text && covers(wide, text)));
    }
    texts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_patterns_cover_narrow_ones() {
        for (wide, narrow, expected) in [
            ("*", "arn:x", true),
            ("arn:*:x", "arn:a:b:x", true),
            ("arn:*:x", "arn:a:b:y", false),
            ("f:*", "f:*:*", true),
            ("f:*:*", "f:*", false),
            ("a?c", "abc", true),
            ("a?c", "a*c", false),
            ("a*", "a${*}b", true),
            ("a${*}", "ab", false),
            ("a", "*", false),
            ("", "", true),
        ] {
            assert_eq!(covers(wide, narrow), expected, "{wide} {narrow}");
        }
    }

    #[test]
    fn signs_of_a_text_are_no_wildcards() {
        assert_eq!(literal("a*b?${c}$d"), "a${*}b${?}${$}{c}$d");
        assert!(!is_open(&literal("*?${x}")));
        assert_eq!(exact(&literal("a*b")), "a*b");
        assert_eq!(without_covered(vec!["b".into(), "a*".into(), "ab".into(), "b".into()]), ["a*", "b"]);
    }
}
