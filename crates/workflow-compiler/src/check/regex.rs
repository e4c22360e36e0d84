//! `regex "…"`: flags as in Rust, and a pattern in JavaScript's syntax.

use workflow_asl::jsonata::regex_literal;

/// The flags that JSONata has.
const FLAGS: [char; 2] = ['i', 'm'];

/// A regular expression as JSONata writes it.
pub(crate) struct Regex {
    /// The text between the slashes.
    pub(crate) pattern: String,
    /// The flags after them.
    pub(crate) flags: String,
}

impl Regex {
    /// Reads `(?i)^a+$`. Returns why it is not a regular expression.
    pub(crate) fn read(text: &str) -> Result<Self, String> {
        let (flags, pattern) = flags(text).unwrap_or(("", text));
        if let Some(unknown) = flags.chars().find(|flag| !FLAGS.contains(flag)) {
            return Err(match unknown {
                's' => "JSONata does not have the flag `s`: `[\\s\\S]` matches any character".to_owned(),
                flag => format!("JSONata does not have the flag `{flag}`, only `i` and `m`"),
            });
        }
        Ok(Self { pattern: regex_literal(pattern)?, flags: flags.to_owned() })
    }
}

/// Returns the letters of `(?im)` and what follows.
fn flags(text: &str) -> Option<(&str, &str)> {
    let (flags, pattern) = text.strip_prefix("(?")?.split_once(')')?;
    let letters = !flags.is_empty() && flags.chars().all(|flag| flag.is_ascii_lowercase());
    letters.then_some((flags, pattern))
}
