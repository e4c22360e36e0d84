//! Parses properties in text form.

use std::str::FromStr;

use workflow_asl::property::{self, Token};

use super::Property;

/// A string that is not a valid property.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a valid property: {problem}\n  = help: {}", property::help())]
#[non_exhaustive]
pub struct PropertyError {
    /// The string.
    pub text: String,
    /// The problem.
    pub problem: String,
}

/// Splits a text into words, colons and names in quotes, each with whether it is in quotes.
fn pieces(text: &str) -> Result<Vec<(String, bool)>, String> {
    let mut pieces = Vec::new();
    let mut rest = text.chars().peekable();
    while let Some(first) = rest.next() {
        match first {
            ':' => pieces.push((":".to_owned(), false)),
            '"' => {
                let mut name = String::new();
                loop {
                    match rest.next() {
                        Some('\\') => name.extend(rest.next()),
                        Some('"') => break,
                        Some(other) => name.push(other),
                        None => return Err("a quote is not closed".to_owned()),
                    }
                }
                pieces.push((name, true));
            }
            blank if blank.is_whitespace() => {}
            first => {
                let mut word = String::from(first);
                while let Some(next) = rest.next_if(|c| !c.is_whitespace() && *c != ':' && *c != '"') {
                    word.push(next);
                }
                pieces.push((word, false));
            }
        }
    }
    Ok(pieces)
}

impl FromStr for Property {
    type Err = PropertyError;

    fn from_str(text: &str) -> Result<Self, PropertyError> {
        let read = || {
            let pieces = pieces(text)?;
            let tokens = pieces.iter().map(|(text, is_quoted)| match text.as_str() {
                name if *is_quoted => Token::Quoted(name),
                ":" => Token::Sign(":"),
                word => Token::Word(word),
            });
            let parsed = property::read(&tokens.collect::<Vec<_>>(), "the end");
            if let Some(fault) = parsed.fault {
                let near = fault.near.map(|near| format!(": did you mean `{near}`?")).unwrap_or_default();
                return Err(fault.message + &near);
            }
            let name = |at: &usize| pieces.get(*at).map(|(text, _)| text.clone());
            parsed.property.map(&name).map(Self).ok_or_else(String::new)
        };
        read().map_err(|problem| PropertyError { text: text.to_owned(), problem })
    }
}
