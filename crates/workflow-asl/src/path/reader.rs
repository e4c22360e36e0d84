//! Parses a path's text into its steps.

use super::filter_reader::read_filter;
use super::{JsonPath, PathStep, Root};
use crate::SyntaxError;

/// The maximum nesting of filters in paths, and of parentheses in filters.
pub(super) const DEPTH: usize = 32;

pub(super) fn read(text: &str) -> Result<JsonPath, SyntaxError> {
    let start = text.len() - text.trim_start().len();
    let end = text.trim_end().len().max(start);
    let mut reader = Reader { at: start, ..Reader::new(text.get(..end).unwrap_or(text), "path") };
    if !reader.eat('$') {
        return Err(reader
            .fail("a path starts with '$'")
            .with_help("`$` is the current value, `$$` the context object, `$name` a variable"));
    }
    let root = reader.root()?;
    let mut ends = vec![reader.at];
    let steps = reader.steps(&mut ends)?;
    Ok(JsonPath { source: text.to_owned(), start: 0, root, steps, ends })
}

/// A cursor over the text, shared by the parsers of paths, filters and calls of intrinsic functions.
pub(crate) struct Reader<'a> {
    pub(crate) text: &'a str,
    pub(crate) at: usize,
    pub(crate) depth: usize,
    /// What the text is, for messages.
    what: &'static str,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(text: &'a str, what: &'static str) -> Self {
        Self { text, at: 0, depth: 0, what }
    }

    pub(crate) fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or("")
    }

    pub(crate) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub(crate) fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += c.len_utf8();
        Some(c)
    }

    pub(crate) fn eat(&mut self, c: char) -> bool {
        let found = self.peek() == Some(c);
        if found {
            self.at += c.len_utf8();
        }
        found
    }

    pub(crate) fn eat_text(&mut self, text: &str) -> bool {
        let found = self.rest().starts_with(text);
        if found {
            self.at += text.len();
        }
        found
    }

    pub(crate) fn skip_blanks(&mut self) {
        self.take_while(char::is_whitespace);
    }

    pub(crate) fn take_while(&mut self, fits: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let end = rest.find(|c| !fits(c)).unwrap_or(rest.len());
        self.at += end;
        rest.get(..end).unwrap_or("")
    }

    pub(crate) fn fail(&self, message: impl Into<String>) -> SyntaxError {
        SyntaxError::new(self.at, message)
    }

    /// Describes the next character, for a message.
    pub(crate) fn here(&self) -> String {
        self.peek().map_or_else(|| format!("the end of the {}", self.what), |c| format!("'{c}'"))
    }

    pub(super) fn descend(&mut self) -> Result<(), SyntaxError> {
        self.depth += 1;
        if self.depth > DEPTH {
            return Err(self.fail(format!("more than {DEPTH} nested filters and parentheses")));
        }
        Ok(())
    }

    /// Parses the root after the first `$`.
    fn root(&mut self) -> Result<Root, SyntaxError> {
        let root = if self.eat('$') {
            Root::Context
        } else {
            let name = if self.peek().is_some_and(|c| c.is_alphabetic() || c == '_') {
                self.take_while(|c| c.is_alphanumeric() || c == '_')
            } else {
                ""
            };
            match name {
                "" => Root::Value,
                name => Root::Variable(name.to_owned()),
            }
        };
        match self.peek() {
            None | Some('.' | '[') => Ok(root),
            Some(_) => Err(self.fail(format!("expected '.', '[' or the end of the path, found {}", self.here()))),
        }
    }

    /// Parses all steps up to the end of the text, and records the end of each.
    fn steps(&mut self, ends: &mut Vec<usize>) -> Result<Vec<PathStep>, SyntaxError> {
        let mut steps = Vec::new();
        while self.peek().is_some() {
            self.step(&mut steps, |c| matches!(c, '.' | '['))?;
            // `..` is a separate step.
            ends.resize(steps.len() + 1, self.at);
        }
        Ok(steps)
    }

    /// Parses the steps of a path inside a filter, which ends at a blank, an operator or a closing parenthesis.
    pub(super) fn inner_steps(&mut self) -> Result<Vec<PathStep>, SyntaxError> {
        let mut steps = Vec::new();
        while matches!(self.peek(), Some('.' | '[')) {
            self.step(&mut steps, |c| {
                matches!(c, '.' | '[' | ' ' | '\t' | '\r' | '\n' | '(' | ')' | ']' | ',')
                    || is_operator_char(c)
                    || matches!(c, '&' | '|')
            })?;
        }
        Ok(steps)
    }

    fn step(&mut self, steps: &mut Vec<PathStep>, ends: impl Fn(char) -> bool) -> Result<(), SyntaxError> {
        if self.eat_text("..") {
            steps.push(PathStep::Descendants);
        } else {
            // A name may follow a bracket without a dot, which the service accepts.
            self.eat('.');
        }
        match self.peek() {
            None => Err(self.fail("the path ends with '.'").with_help("name a member after the '.', or remove it")),
            Some('[') => {
                self.at += 1;
                steps.push(self.bracket()?);
                Ok(())
            }
            Some('*') => {
                self.at += 1;
                steps.push(PathStep::Wildcard);
                Ok(())
            }
            Some('.') => Err(self.fail("expected a member's name, found '.'")),
            Some(_) => {
                steps.push(self.dotted(ends)?);
                Ok(())
            }
        }
    }

    /// Parses `name` or `name()`.
    fn dotted(&mut self, ends: impl Fn(char) -> bool) -> Result<PathStep, SyntaxError> {
        let start = self.at;
        let name = self.take_while(|c| !ends(c) && !c.is_whitespace() && c != '(');
        if name.is_empty() || self.peek().is_some_and(|c| c.is_whitespace() && !ends(c)) {
            return Err(if self.peek().is_some_and(char::is_whitespace) {
                let end = self.rest().find(['.', '[']).unwrap_or(self.rest().len());
                let name = format!("{name}{}", self.rest().get(..end).unwrap_or(""));
                self.fail("a blank in a member's name")
                    .with_help(format!("write the name in brackets: ['{}']", name.trim()))
            } else {
                self.fail(format!("expected a member's name, found {}", self.here()))
            });
        }
        if !self.eat('(') {
            return Ok(PathStep::Child(name.to_owned()));
        }
        let name = format!("{name}()");
        self.skip_blanks();
        if self.eat(')') {
            return Ok(PathStep::Call(name));
        }
        Err(SyntaxError::new(start, "a path has no functions")
            .with_help("paths name members and items; intrinsic functions compute values"))
    }

    /// Parses the part after a `[`, including its `]`.
    fn bracket(&mut self) -> Result<PathStep, SyntaxError> {
        self.skip_blanks();
        let step = match self.peek() {
            Some('\'' | '"') => self.names()?,
            Some('*') => {
                self.at += 1;
                PathStep::Wildcard
            }
            Some('?') => {
                self.at += 1;
                self.descend()?;
                let filter = read_filter(self)?;
                self.depth -= 1;
                PathStep::Filter(Box::new(filter))
            }
            Some('(') => self.length_minus()?,
            Some(c) if c.is_ascii_digit() || c == '-' || c == ':' => self.numbers()?,
            _ => {
                return Err(self
                    .fail(format!("expected an index, a name in quotes, '*' or '?(', found {}", self.here()))
                    .with_help("put names in quotes: ['name']"));
            }
        };
        self.skip_blanks();
        if !self.eat(']') {
            return Err(self.fail(format!("expected ']', found {}", self.here())));
        }
        Ok(step)
    }

    /// Parses `'a'` or `'a','b'`.
    fn names(&mut self) -> Result<PathStep, SyntaxError> {
        let mut names = Vec::new();
        loop {
            self.skip_blanks();
            if !matches!(self.peek(), Some('\'' | '"')) {
                return Err(self.fail(format!("expected a name in quotes, found {}", self.here())));
            }
            names.push(self.quoted_name()?);
            self.skip_blanks();
            if !self.eat(',') {
                break;
            }
        }
        Ok(match (names.pop(), names.is_empty()) {
            (Some(only), true) => PathStep::Child(only),
            (last, _) => PathStep::Children(names.into_iter().chain(last).collect()),
        })
    }

    /// Parses a member's name in either kind of quotes. A backslash escapes the next character and remains in the name:
    /// AWS finds `Test\""Name"` by `$['Test\""Name"']`.
    fn quoted_name(&mut self) -> Result<String, SyntaxError> {
        let start = self.at;
        let quote = self.next();
        let mut text = String::new();
        while let Some(c) = self.next() {
            if Some(c) == quote {
                return Ok(text);
            }
            text.push(c);
            if c == '\\' {
                text.extend(self.next());
            }
        }
        Err(SyntaxError::new(start, "the quote is not closed"))
    }

    /// Parses a string of a filter in either kind of quotes. A backslash makes the next character literal.
    pub(super) fn quoted(&mut self) -> Result<String, SyntaxError> {
        let start = self.at;
        let quote = self.next();
        let mut text = String::new();
        while let Some(c) = self.next() {
            match c {
                '\\' => match self.next() {
                    Some('n') => text.push('\n'),
                    Some('t') => text.push('\t'),
                    Some('r') => text.push('\r'),
                    Some(other) => text.push(other),
                    None => break,
                },
                c if Some(c) == quote => return Ok(text),
                c => text.push(c),
            }
        }
        Err(SyntaxError::new(start, "the quote is not closed"))
    }

    /// Parses `0`, `0,2`, `1:3`, `:3`, `-2:`, `0:9:2`.
    fn numbers(&mut self) -> Result<PathStep, SyntaxError> {
        let first = self.number()?;
        self.skip_blanks();
        match (self.peek(), first) {
            (Some(':'), from) => {
                self.at += 1;
                let to = self.number()?;
                self.skip_blanks();
                if self.eat(':') {
                    self.number()?;
                }
                Ok(PathStep::Slice { from, to })
            }
            (Some(','), Some(first)) => {
                let mut indices = vec![first];
                while self.eat(',') {
                    let index = self.number()?;
                    indices.push(index.ok_or_else(|| self.fail(format!("expected an index, found {}", self.here())))?);
                    self.skip_blanks();
                }
                Ok(PathStep::Indices(indices))
            }
            (_, Some(first)) => Ok(PathStep::Index(first)),
            (_, None) => Err(self.fail(format!("expected an index, found {}", self.here()))),
        }
    }

    fn number(&mut self) -> Result<Option<i64>, SyntaxError> {
        self.skip_blanks();
        let start = self.at;
        let negative = self.eat('-');
        let digits = self.take_while(|c| c.is_ascii_digit());
        match (digits, negative) {
            ("", false) => Ok(None),
            ("", true) => Err(self.fail(format!("expected a digit after '-', found {}", self.here()))),
            // An array index is an int in Jayway.
            (digits, _) => match digits.parse::<i32>() {
                Ok(number) => Ok(Some(if negative { -i64::from(number) } else { i64::from(number) })),
                Err(_) => Err(SyntaxError::new(start, "the index is too large")),
            },
        }
    }

    /// Parses `(@.length-1)`, after the bracket.
    fn length_minus(&mut self) -> Result<PathStep, SyntaxError> {
        let start = self.at;
        let compact = self.take_while(|c| c != ')').replace([' ', '\t'], "");
        let back = compact.strip_prefix("(@.length-").and_then(|back| back.parse::<u32>().ok());
        match back {
            Some(back) if self.eat(')') => Ok(PathStep::FromLength(i64::from(back))),
            _ => Err(SyntaxError::new(start, "expected `(@.length-1)`")
                .with_help("a filter is written `[?(...)]`, an index counted from the end `[-1]`")),
        }
    }
}

pub(super) fn is_operator_char(c: char) -> bool {
    matches!(c, '<' | '>' | '=' | '~' | '!')
}
