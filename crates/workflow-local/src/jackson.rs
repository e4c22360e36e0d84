//! The words of Jackson, the service's parser, for a text that is not JSON.
//!
//! Measured on AWS for names without quotes and unknown words (2026-04). Other words are those of Jackson 2.18:
//! <https://github.com/FasterXML/jackson-core>.

/// What is wrong with a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What is wrong, without the place.
    pub message: String,
    /// The place: `[Source: …; line: 1, column: 2]`.
    pub location: String,
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}\n at {}", self.message, self.location)
    }
}

/// How places name a source that is not shown.
pub(crate) const REDACTED: &str = "REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled)";

/// Returns what is wrong with a text, which places name `source`; `None` if it is something else than this reader looks
/// for.
pub fn problem(text: &str, source: &str) -> Option<Problem> {
    let mut reader = Reader { text: text.chars().collect(), source, at: 0, open: Vec::new() };
    reader.read().err()
}

/// What may follow.
enum Next {
    Value,
    /// A value or the end of the array.
    FirstItem,
    Name,
    /// A name or the end of the object.
    FirstName,
    Separator,
}

struct Reader<'a> {
    text: Vec<char>,
    source: &'a str,
    at: usize,
    /// The open arrays and objects: the character that closes each, and where it starts.
    open: Vec<(char, usize)>,
}

impl Reader<'_> {
    fn read(&mut self) -> Result<(), Problem> {
        let mut next = Next::Value;
        loop {
            self.skip_blanks();
            let Some(c) = self.peek() else { return self.end(&next) };
            next = match (next, c) {
                (Next::FirstItem | Next::FirstName | Next::Separator, ']' | '}') => self.close(c)?,
                (Next::Separator, ',') => {
                    self.at += 1;
                    if self.kind() == "Object" { Next::Name } else { Next::Value }
                }
                (Next::Separator, _) => {
                    return self.unexpected(&format!("was expecting comma to separate {} entries", self.kind()));
                }
                (Next::Name | Next::FirstName, '"') => {
                    self.string(" in field name")?;
                    self.skip_blanks();
                    match self.peek() {
                        Some(':') => self.at += 1,
                        Some(_) => return self.unexpected("was expecting a colon to separate field name and value"),
                        None => return self.end(&Next::Value),
                    }
                    Next::Value
                }
                (Next::Name | Next::FirstName, _) => {
                    return self.unexpected("was expecting double-quote to start field name");
                }
                (Next::Value | Next::FirstItem, c) => self.value(c)?,
            };
            if self.open.is_empty() {
                return Ok(());
            }
        }
    }

    fn value(&mut self, c: char) -> Result<Next, Problem> {
        match c {
            '{' | '[' => {
                self.open.push((if c == '{' { '}' } else { ']' }, self.at));
                self.at += 1;
                return Ok(if c == '{' { Next::FirstName } else { Next::FirstItem });
            }
            '"' => self.string(": was expecting closing quote for a string value")?,
            '-' | '0'..='9' => self.skip(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '+' | '.')),
            '}' => return self.unexpected("expected a value"),
            c if c.is_alphabetic() || matches!(c, '_' | '$') => {
                let start = self.at;
                self.skip(|c| c.is_alphanumeric() || matches!(c, '_' | '$'));
                let word: String = self.text.get(start..self.at).unwrap_or_default().iter().collect();
                if !matches!(&*word, "true" | "false" | "null") {
                    return self.error(&format!("Unrecognized token '{word}': was expecting {VALUES}"), self.at);
                }
            }
            _ => return self.unexpected(&format!("expected a valid value {VALUES}")),
        }
        Ok(Next::Separator)
    }

    fn close(&mut self, c: char) -> Result<Next, Problem> {
        let kind = self.kind();
        self.at += 1;
        match self.open.pop() {
            Some((close, start)) if close != c => {
                let start = self.place(start);
                let message =
                    format!("Unexpected close marker '{c}': expected '{close}' (for {kind} starting at {start})");
                self.error(&message, self.at)
            }
            _ => Ok(Next::Separator),
        }
    }

    /// Fails at the end of the text, unless nothing is open.
    fn end(&self, next: &Next) -> Result<(), Problem> {
        let Some((_, start)) = self.open.last() else { return Ok(()) };
        let kind = self.kind();
        let what = match next {
            Next::Value | Next::Name => format!(" within/between {kind} entries"),
            _ => format!(": expected close marker for {kind} (start marker at {})", self.place(*start)),
        };
        self.error(&format!("Unexpected end-of-input{what}"), self.at)
    }

    /// Skips a string, which begins here.
    fn string(&mut self, unclosed: &str) -> Result<(), Problem> {
        self.at += 1;
        loop {
            let c = self.peek();
            self.at += 1;
            match c {
                Some('"') => return Ok(()),
                Some('\\') => self.at += 1,
                Some(_) => {}
                None => return self.error(&format!("Unexpected end-of-input{unclosed}"), self.text.len()),
            }
        }
    }

    /// Returns the kind of the innermost open value.
    fn kind(&self) -> &'static str {
        match self.open.last() {
            Some(('}', _)) => "Object",
            Some(_) => "Array",
            None => "root",
        }
    }

    fn unexpected<T>(&self, why: &str) -> Result<T, Problem> {
        let c = self.peek().unwrap_or_default();
        let code = u32::from(c);
        let shown = match c {
            c if c.is_control() => format!("(CTRL-CHAR, code {code})"),
            c if code > 255 => format!("'{c}' (code {code} / 0x{code:x})"),
            c => format!("'{c}' (code {code})"),
        };
        self.error(&format!("Unexpected character ({shown}): {why}"), self.at)
    }

    fn error<T>(&self, message: &str, at: usize) -> Result<T, Problem> {
        Err(Problem { message: message.to_owned(), location: self.place(at) })
    }

    /// Returns the place of a character. Java counts UTF-16 units.
    fn place(&self, at: usize) -> String {
        let before = self.text.get(..at).unwrap_or(&self.text);
        let line = before.iter().filter(|c| **c == '\n').count() + 1;
        let column = before.rsplit(|c| *c == '\n').next().unwrap_or_default();
        let column = column.iter().map(|c| c.len_utf16()).sum::<usize>() + 1;
        format!("[Source: {}; line: {line}, column: {column}]", self.source)
    }

    fn peek(&self) -> Option<char> {
        self.text.get(self.at).copied()
    }

    fn skip(&mut self, skips: impl Fn(char) -> bool) {
        while self.peek().is_some_and(&skips) {
            self.at += 1;
        }
    }

    fn skip_blanks(&mut self) {
        self.skip(|c| matches!(c, ' ' | '\t' | '\r' | '\n'));
    }
}

const VALUES: &str = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_is_wrong_and_where() {
        let at = |message: &str, line: usize, column: usize| {
            Some(format!("{message}\n at [Source: {REDACTED}; line: {line}, column: {column}]"))
        };
        let problem = |text: &str| problem(text, REDACTED).map(|problem| problem.to_string());
        // Measured on AWS, 2026-04.
        let name = "Unexpected character ('b' (code 98)): was expecting double-quote to start field name";
        assert_eq!(problem("{bad json}"), at(name, 1, 2));
        let token = format!("Unrecognized token 'undefined': was expecting {VALUES}");
        assert_eq!(problem("undefined"), at(&token, 1, 10));
        // Jackson's other words.
        let start = at("", 1, 1).unwrap().replace("\n at ", "");
        let open = format!("Unexpected end-of-input: expected close marker for Object (start marker at {start})");
        assert_eq!(problem("{\"a\":1"), at(&open, 1, 7));
        let comma = "Unexpected character ('2' (code 50)): was expecting comma to separate Array entries";
        assert_eq!(problem("[1,\n 1 2]"), at(comma, 2, 4));
        let close = format!("Unexpected close marker ']': expected '}}' (for Object starting at {start})");
        assert_eq!(problem("{\"a\":1]"), at(&close, 1, 8));
        assert_eq!(problem("{]"), at(&close, 1, 3));
        assert_eq!(problem("[1,"), at("Unexpected end-of-input within/between Array entries", 1, 4));
        let quote = "Unexpected end-of-input: was expecting closing quote for a string value";
        assert_eq!(problem("\"a\\\""), at(quote, 1, 5));
        for fine in ["", "1", "[{\"a\":[true, null, \"}\"]}, -1.5e3]", "01"] {
            assert_eq!(problem(fine), None, "{fine}");
        }
    }
}
