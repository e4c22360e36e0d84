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

#[derive(Debug)]
enum Piece {
    Word(String),
    Quoted(String),
    Colon,
}

impl Piece {
    fn token(&self) -> Token<'_> {
        match self {
            Self::Word(word) => Token::Word(word),
            Self::Quoted(name) => Token::Quoted(name),
            Self::Colon => Token::Sign(":"),
        }
    }

    fn text(&self) -> &str {
        match self {
            Self::Word(text) | Self::Quoted(text) => text,
            Self::Colon => ":",
        }
    }
}

fn pieces(text: &str) -> Result<Vec<Piece>, String> {
    let mut pieces = Vec::new();
    let mut rest = text.chars().peekable();
    while let Some(first) = rest.next() {
        match first {
            ':' => pieces.push(Piece::Colon),
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
                pieces.push(Piece::Quoted(name));
            }
            blank if blank.is_whitespace() => {}
            first => {
                let mut word = String::from(first);
                while let Some(next) = rest.next_if(|c| !c.is_whitespace() && *c != ':' && *c != '"') {
                    word.push(next);
                }
                pieces.push(Piece::Word(word));
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
            let parsed = property::read(&pieces.iter().map(Piece::token).collect::<Vec<_>>(), "the end");
            if let Some(fault) = parsed.fault {
                let near = fault.near.map(|near| format!(": did you mean `{near}`?")).unwrap_or_default();
                return Err(fault.message + &near);
            }
            let name = |at: &usize| pieces.get(*at).map(|piece| piece.text().to_owned());
            parsed.property.map(&name).map(Self).ok_or_else(String::new)
        };
        read().map_err(|problem| PropertyError { text: text.to_owned(), problem })
    }
}
