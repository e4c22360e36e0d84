//! Splits an expression into tokens, one at a time. A slash begins a regular expression only where an operand is
//! expected.

use std::ops::Range;

use crate::syntax_error::SyntaxError;

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Token {
    End,
    Name(String),
    Variable(String),
    String(String),
    Number(f64),
    Bool(bool),
    Null,
    Regex { pattern: String, flags: String },
    Operator(&'static str),
}

impl Token {
    /// Returns the token as JSONata's messages print it.
    pub(crate) fn shown(&self) -> String {
        let text = match self {
            Self::End => "(end)",
            Self::Name(text) | Self::Variable(text) | Self::String(text) => text,
            Self::Number(number) => return number.to_string(),
            Self::Bool(flag) => return flag.to_string(),
            Self::Null => return "null".to_owned(),
            Self::Regex { .. } => return "{}".to_owned(),
            Self::Operator(sign) => sign,
        };
        format!("\"{text}\"")
    }
}

/// Returns the sign that the text begins with, the longest one possible.
fn sign(text: &str) -> Option<&'static str> {
    Some(match text.as_bytes() {
        [b'.', b'.', ..] => "..",
        [b':', b'=', ..] => ":=",
        [b'!', b'=', ..] => "!=",
        [b'>', b'=', ..] => ">=",
        [b'<', b'=', ..] => "<=",
        [b'*', b'*', ..] => "**",
        [b'~', b'>', ..] => "~>",
        [b'.', ..] => ".",
        [b'[', ..] => "[",
        [b']', ..] => "]",
        [b'{', ..] => "{",
        [b'}', ..] => "}",
        [b'(', ..] => "(",
        [b')', ..] => ")",
        [b',', ..] => ",",
        [b'@', ..] => "@",
        [b'#', ..] => "#",
        [b';', ..] => ";",
        [b':', ..] => ":",
        [b'?', ..] => "?",
        [b'+', ..] => "+",
        [b'-', ..] => "-",
        [b'*', ..] => "*",
        [b'/', ..] => "/",
        [b'%', ..] => "%",
        [b'|', ..] => "|",
        [b'=', ..] => "=",
        [b'<', ..] => "<",
        [b'>', ..] => ">",
        [b'^', ..] => "^",
        [b'&', ..] => "&",
        [b'!', ..] => "!",
        [b'~', ..] => "~",
        _ => return None,
    })
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b'\x0b')
}

/// Returns whether a name ends before this byte. None of these bytes is part of a multi-byte character.
pub(super) fn ends_name(byte: u8) -> bool {
    is_blank(byte) || byte.is_ascii_punctuation() && !matches!(byte, b'$' | b'_' | b'"' | b'\'' | b'`' | b'\\')
}

/// Returns the number of bytes before the first one that matches.
fn length_until(text: &str, is: fn(u8) -> bool) -> usize {
    text.as_bytes().iter().position(|byte| is(*byte)).unwrap_or(text.len())
}

pub(crate) struct Lexer<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Lexer<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or("")
    }

    /// Returns the next token and its position. `infix` means that an operator is expected, so that `/` divides.
    pub(crate) fn next(&mut self, infix: bool) -> Result<(Token, Range<usize>), SyntaxError> {
        self.skip_blanks()?;
        let start = self.at;
        let token = match self.rest().chars().next() {
            None => Token::End,
            Some('/') if !infix => self.regex()?,
            Some(quote @ ('"' | '\'')) => Token::String(self.string(quote)?),
            Some('`') => self.quoted_name()?,
            Some(c) if c.is_ascii_digit() => self.number()?,
            Some(_) => match sign(self.rest()) {
                // Not part of the language on their own.
                Some(sign @ ("!" | "~")) => {
                    return Err(SyntaxError::coded("S0204", start, format!("Unknown operator: \"{sign}\"")));
                }
                Some(sign) => {
                    self.at += sign.len();
                    Token::Operator(sign)
                }
                None => self.name(),
            },
        };
        Ok((token, start..self.at))
    }

    fn skip_blanks(&mut self) -> Result<(), SyntaxError> {
        loop {
            let rest = self.rest();
            let blanks = length_until(rest, |byte| !is_blank(byte));
            self.at += blanks;
            let trimmed = rest.get(blanks..).unwrap_or("");
            let Some(comment) = trimmed.strip_prefix("/*") else { return Ok(()) };
            let Some(end) = comment.find("*/") else {
                return Err(
                    SyntaxError::coded("S0106", self.at, "Comment has no closing tag").with_help("end it with `*/`")
                );
            };
            self.at += end + 4;
        }
    }

    fn name(&mut self) -> Token {
        let rest = self.rest();
        let end = length_until(rest, ends_name);
        let name = rest.get(..end).unwrap_or("");
        self.at += end;
        if let Some(variable) = name.strip_prefix('$') {
            return Token::Variable(variable.to_owned());
        }
        match name {
            "or" => Token::Operator("or"),
            "in" => Token::Operator("in"),
            "and" => Token::Operator("and"),
            "true" => Token::Bool(true),
            "false" => Token::Bool(false),
            "null" => Token::Null,
            name => Token::Name(name.to_owned()),
        }
    }

    fn quoted_name(&mut self) -> Result<Token, SyntaxError> {
        let inner = self.rest().get(1..).unwrap_or("");
        let Some(end) = inner.find('`') else {
            return Err(SyntaxError::coded(
                "S0105",
                self.at,
                "Quoted property name must be terminated with a backquote (`)",
            ));
        };
        self.at += end + 2;
        Ok(Token::Name(inner.get(..end).unwrap_or("").to_owned()))
    }

    fn number(&mut self) -> Result<Token, SyntaxError> {
        let digits = |text: &str| text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let rest = self.rest();
        let from = |at: usize| rest.get(at..).unwrap_or("");
        // A leading zero is a number of its own.
        let mut end = if rest.starts_with('0') { 1 } else { digits(rest) };
        if let Some(fraction) = from(end).strip_prefix('.') {
            let count = digits(fraction);
            end += if count > 0 { count + 1 } else { 0 };
        }
        if let Some(exponent) = from(end).strip_prefix(['e', 'E']) {
            let unsigned = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
            let count = digits(unsigned);
            end += if count > 0 { 1 + exponent.len() - unsigned.len() + count } else { 0 };
        }
        let text = rest.get(..end).unwrap_or("");
        match text.parse::<f64>() {
            Ok(number) if number.is_finite() => {
                self.at += end;
                Ok(Token::Number(number))
            }
            _ => Err(SyntaxError::coded("S0102", self.at, format!("Number out of range: {text}"))),
        }
    }

    fn string(&mut self, quote: char) -> Result<String, SyntaxError> {
        let start = self.at;
        let inner = self.rest().get(1..).unwrap_or("");
        let mut characters = inner.char_indices();
        // UTF-16, because escapes write surrogate pairs.
        let mut text: Vec<u16> = Vec::new();
        let mut units = [0; 2];
        while let Some((at, c)) = characters.next() {
            if c == quote {
                self.at = start + 1 + at + 1;
                return Ok(String::from_utf16_lossy(&text));
            }
            if c != '\\' {
                text.extend_from_slice(c.encode_utf16(&mut units));
                continue;
            }
            let offset = start + 1 + at;
            let escaped = match characters.next() {
                Some((_, c @ ('"' | '\\' | '/'))) => c,
                Some((_, 'b')) => '\u{8}',
                Some((_, 'f')) => '\u{c}',
                Some((_, 'n')) => '\n',
                Some((_, 'r')) => '\r',
                Some((_, 't')) => '\t',
                Some((_, 'u')) => {
                    let digits =
                        inner.get(at + 2..at + 6).filter(|digits| digits.chars().all(|c| c.is_ascii_hexdigit()));
                    let Some(unit) = digits.and_then(|digits| u16::from_str_radix(digits, 16).ok()) else {
                        let message = "The escape sequence \\u must be followed by 4 hex digits";
                        return Err(SyntaxError::coded("S0104", offset, message));
                    };
                    text.push(unit);
                    characters.nth(3);
                    continue;
                }
                Some((_, other)) => {
                    return Err(SyntaxError::coded("S0103", offset, format!("Unsupported escape sequence: \\{other}"))
                        .with_help("the escapes are \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX"));
                }
                None => return Err(SyntaxError::coded("S0103", offset, "Unsupported escape sequence: \\")),
            };
            text.extend_from_slice(escaped.encode_utf16(&mut units));
        }
        Err(SyntaxError::coded("S0101", start, "String literal must be terminated by a matching quote"))
    }

    fn regex(&mut self) -> Result<Token, SyntaxError> {
        let start = self.at;
        let inner = self.rest().get(1..).unwrap_or("");
        let (mut depth, mut backslashes) = (0_i64, 0_usize);
        for (at, c) in inner.char_indices() {
            let escaped = backslashes % 2 == 1;
            let after_backslash = backslashes > 0;
            backslashes = if c == '\\' { backslashes + 1 } else { 0 };
            match c {
                '/' if depth == 0 && !escaped => {
                    let pattern = inner.get(..at).unwrap_or("");
                    if pattern.is_empty() {
                        return Err(SyntaxError::coded("S0301", start, "Empty regular expressions are not allowed"));
                    }
                    crate::regex::check(pattern).map_err(|reason| {
                        SyntaxError::coded("S0303", start, format!("Invalid regular expression: {reason}"))
                    })?;
                    let after = inner.get(at + 1..).unwrap_or("");
                    let flags = after.len() - after.trim_start_matches(['i', 'm']).len();
                    self.at = start + 1 + at + 1 + flags;
                    let flags = after.get(..flags).unwrap_or("").to_owned();
                    return Ok(Token::Regex { pattern: pattern.to_owned(), flags });
                }
                '(' | '[' | '{' if !after_backslash => depth += 1,
                ')' | ']' | '}' if !after_backslash => depth -= 1,
                _ => {}
            }
        }
        Err(SyntaxError::coded("S0302", start, "No terminating / in regular expression"))
    }
}
