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
            let names = parsed.states.iter().filter_map(|at| pieces.get(*at)).map(|piece| piece.text().to_owned());
            Ok(Self::of(parsed.kind, names))
        };
        read().map_err(|problem| PropertyError { text: text.to_owned(), problem })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        for property in [
            Property::after("Reserve", ["Done", "Give back"]),
            Property::never_both("A", "or"),
            Property::at_most_once("Say \"hello\""),
            Property::at_most_once("once"),
            Property::before("A", "B"),
            Property::before("after", "B"),
            Property::ends_in(["A", "B", "C"]),
            Property::none_after("Charge", "Refund"),
        ] {
            assert_eq!(property.to_string().parse(), Ok(property));
        }
    }

    #[test]
    fn a_wrong_text_is_an_error() {
        for (text, problem) in [
            ("", "expected a property, found the end"),
            ("or", "expected a property, found `or`"),
            ("after A", "expected `:`, found the end"),
            ("after A, B", "expected `:`, found `B`"),
            ("after A: B or", "expected the name of a state, found the end"),
            ("after A: or B", "expected the name of a state, found `or`"),
            ("A then B", "expected `before`, found `then`"),
            ("A befor B", "expected `before`, found `befor`: did you mean `before`?"),
            ("A before B C", "unexpected `C` after the property"),
            ("never A", "expected `both`, found `A`"),
            ("nevr both A and B", "unknown kind of property `nevr`: did you mean `never`?"),
            ("eventually A", "unknown kind of property `eventually`"),
            ("\"A before B", "a quote is not closed"),
        ] {
            assert_eq!(text.parse::<Property>().unwrap_err().problem, problem, "{text}");
        }
        let help = "after A".parse::<Property>().unwrap_err().to_string();
        let kinds = "`after A: B or C`, `never both A and B`, `at most once A`, `A before B`, `ends in A or B` or `no A after B`";
        assert!(help.contains(kinds), "{help}");
    }
}
