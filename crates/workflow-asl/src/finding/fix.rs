//! The replacement that corrects a finding.

use serde_json::Value;

/// The replacement for the words that a finding is about.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Fix {
    /// This text, in place of the part of the string that the finding is about, or of all of it.
    Text(String),
    /// This name, in place of the member's.
    Key(String),
    /// This value, in place of the present one.
    Value(Value),
}

impl Fix {
    /// Returns the words themselves.
    pub fn words(&self) -> String {
        match self {
            Self::Text(words) | Self::Key(words) => words.clone(),
            Self::Value(value) => value.to_string(),
        }
    }
}
