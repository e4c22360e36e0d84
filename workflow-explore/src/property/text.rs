//! Parses and quotes properties in text form.

use std::str::FromStr;

use super::Property;

/// A text that is not a valid property.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{text}` is not a valid property: {problem}\n  = help: write `after A: B or C`, `never both A and B`, `at most once A`, \
     `A before B`, `ends in A or B` or `no A after B`; put a name that contains blanks or these words in double quotes"
)]
#[non_exhaustive]
pub struct PropertyError {
    /// The text.
    pub text: String,
    /// The problem.
    pub problem: String,
}

/// Words that end an unquoted name.
const WORDS: [&str; 4] = ["or", "and", "before", "after"];

/// Returns a name, quoted if necessary.
pub(super) fn quoted(name: &str) -> String {
    let plain = !name.is_empty()
        && !["at", "ends", "never", "no"].contains(&name)
        && !WORDS.contains(&name)
        && name.chars().all(|c| c.is_alphanumeric() || "_-.".contains(c));
    if plain { name.to_owned() } else { format!("\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\"")) }
}

#[derive(Debug, PartialEq)]
enum Token {
    Word(String),
    Quoted(String),
    Colon,
}

fn tokens(text: &str) -> Result<Vec<Token>, String> {
    let mut tokens = Vec::new();
    let mut rest = text.chars().peekable();
    while let Some(first) = rest.next() {
        match first {
            ':' => tokens.push(Token::Colon),
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
                tokens.push(Token::Quoted(name));
            }
            blank if blank.is_whitespace() => {}
            first => {
                let mut word = String::from(first);
                while let Some(next) = rest.next_if(|c| !c.is_whitespace() && *c != ':' && *c != '"') {
                    word.push(next);
                }
                tokens.push(Token::Word(word));
            }
        }
    }
    Ok(tokens)
}

struct Reader {
    tokens: std::iter::Peekable<std::vec::IntoIter<Token>>,
}

impl Reader {
    fn name(&mut self) -> Result<String, String> {
        match self.tokens.next() {
            Some(Token::Quoted(name)) => Ok(name),
            Some(Token::Word(word)) if !WORDS.contains(&word.as_str()) => Ok(word),
            Some(Token::Word(word)) => Err(format!("expected the name of a state, found `{word}`")),
            Some(Token::Colon) => Err("expected the name of a state, found `:`".to_owned()),
            None => Err("expected the name of a state, found the end".to_owned()),
        }
    }

    fn word(&mut self, expected: &str) -> Result<(), String> {
        match self.tokens.next() {
            Some(Token::Word(word)) if word == expected => Ok(()),
            Some(Token::Word(word) | Token::Quoted(word)) => Err(format!("expected `{expected}`, found `{word}`")),
            Some(Token::Colon) => Err(format!("expected `{expected}`, found `:`")),
            None => Err(format!("expected `{expected}`, found the end")),
        }
    }

    fn names(&mut self) -> Result<Vec<String>, String> {
        let mut names = vec![self.name()?];
        while self.tokens.peek().is_some() {
            self.word("or")?;
            names.push(self.name()?);
        }
        Ok(names)
    }

    fn begins(&mut self, word: &str) -> bool {
        self.tokens.next_if(|token| *token == Token::Word(word.to_owned())).is_some()
    }

    fn property(&mut self) -> Result<Property, String> {
        if self.begins("after") {
            let first = self.name()?;
            return match self.tokens.next() {
                Some(Token::Colon) => Ok(Property::After { first, then: self.names()? }),
                _ => Err("expected `:` after the first state".to_owned()),
            };
        }
        if self.begins("never") {
            self.word("both")?;
            let one = self.name()?;
            self.word("and")?;
            return Ok(Property::NeverBoth(one, self.name()?));
        }
        if self.begins("at") {
            self.word("most")?;
            self.word("once")?;
            return Ok(Property::AtMostOnce(self.name()?));
        }
        if self.begins("ends") {
            self.word("in")?;
            return Ok(Property::EndsIn(self.names()?));
        }
        if self.begins("no") {
            let call = self.name()?;
            self.word("after")?;
            return Ok(Property::NoneAfter { call, compensation: self.name()? });
        }
        let first = self.name()?;
        self.word("before")?;
        Ok(Property::Before(first, self.name()?))
    }
}

impl FromStr for Property {
    type Err = PropertyError;

    fn from_str(text: &str) -> Result<Self, PropertyError> {
        let read = || {
            let mut reader = Reader { tokens: tokens(text)?.into_iter().peekable() };
            let property = reader.property()?;
            match reader.tokens.next() {
                None => Ok(property),
                Some(Token::Word(word) | Token::Quoted(word)) => Err(format!("unexpected `{word}` after the property")),
                Some(Token::Colon) => Err("unexpected `:` after the property".to_owned()),
            }
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
            Property::before("A", "B"),
            Property::ends_in(["A", "B", "C"]),
            Property::none_after("Charge", "Refund"),
        ] {
            assert_eq!(property.to_string().parse(), Ok(property));
        }
    }

    #[test]
    fn a_wrong_text_is_an_error() {
        for (text, problem) in [
            ("", "expected the name of a state, found the end"),
            ("after A", "expected `:` after the first state"),
            ("after A: B or", "expected the name of a state, found the end"),
            ("A then B", "expected `before`, found `then`"),
            ("A before B C", "unexpected `C` after the property"),
            ("never A", "expected `both`, found `A`"),
            ("\"A before B", "a quote is not closed"),
        ] {
            assert_eq!(text.parse::<Property>().unwrap_err().problem, problem, "{text}");
        }
    }
}
