//! The scalar tokens: text without quotes, in quotes, and in blocks.

use std::borrow::Cow;

use super::super::layout::Notation;
use super::problem::Problem;
use super::scanner::{Scanner, TokenKind, is_blank, is_blank_or_end, is_break};

/// Line breaks: YAML replaces a single one by a blank, and omits the first of several.
#[derive(Default)]
struct Breaks {
    first: String,
    others: String,
}

impl Breaks {
    fn add(&mut self, c: char) {
        let to = if self.first.is_empty() { &mut self.first } else { &mut self.others };
        to.push(normal(c));
    }

    /// Appends their value to text that continues after them.
    fn fold_into(&self, text: &mut String) {
        match (self.first.as_str(), self.others.is_empty()) {
            ("\n", true) => text.push(' '),
            ("\n", false) => text.push_str(&self.others),
            _ => text.extend([&*self.first, &*self.others]),
        }
    }
}

/// Returns the value of a line break.
fn normal(c: char) -> char {
    if matches!(c, '\u{2028}' | '\u{2029}') { c } else { '\n' }
}

impl<'t> Scanner<'t> {
    pub(super) fn fetch_plain(&mut self) -> Result<(), Box<Problem>> {
        self.save_key()?;
        self.simple_key_allowed = false;
        let start = self.at;
        let indent = usize::try_from(self.indent + 1).unwrap_or_default();
        let mut end = start;
        // Only text over several lines differs from its notation.
        let mut folded: Option<String> = None;
        loop {
            if self.at_document_mark() || self.next_char() == Some('#') {
                break;
            }
            let word = self.at;
            self.pass_word();
            if self.at == word {
                break;
            }
            self.simple_key_allowed = false;
            if let Some(text) = &mut folded {
                text.push_str(self.text.get(word..self.at).unwrap_or_default());
            }
            end = self.at;
            if !self.next_char().is_some_and(|c| is_blank(c) || is_break(c)) {
                break;
            }
            let breaks = self.pass_space();
            let goes_on = self.flow > 0 || breaks.first.is_empty() || self.column >= indent;
            if !breaks.first.is_empty() {
                // A line starts here.
                self.simple_key_allowed = true;
            }
            if !goes_on {
                break;
            }
            if !breaks.first.is_empty() {
                let text = folded.get_or_insert_with(|| self.text.get(start..end).unwrap_or_default().to_owned());
                breaks.fold_into(text);
            } else if let Some(text) = &mut folded {
                text.push_str(self.text.get(end..self.at).unwrap_or_default());
            }
        }
        let whole = self.text.get(start..end).unwrap_or_default();
        let says = match folded {
            // Blanks before the end of the text.
            Some(text) => Cow::Owned(text.trim_end_matches([' ', '\t', '\n']).to_owned()),
            None => Cow::Borrowed(whole),
        };
        self.push_scalar(says, Notation::Plain, start, end);
        Ok(())
    }

    /// Skips text without blanks.
    fn pass_word(&mut self) {
        let flow = self.flow > 0;
        while let Some(c) = self.next_char() {
            let next = || self.char_after(1);
            let ends = match c {
                _ if is_blank(c) || is_break(c) => true,
                ':' => is_blank_or_end(next()) || flow && next().is_some_and(|c| ",[]{}".contains(c)),
                '?' => flow && is_blank_or_end(next()),
                ',' | '[' | ']' | '{' | '}' => flow,
                _ => false,
            };
            if ends {
                return;
            }
            self.advance();
        }
    }

    /// Skips blanks and line breaks.
    fn pass_space(&mut self) -> Breaks {
        let mut breaks = Breaks::default();
        while let Some(c) = self.next_char().filter(|c| is_blank(*c) || is_break(*c)) {
            if is_break(c) {
                breaks.add(c);
            }
            self.advance();
        }
        breaks
    }

    pub(super) fn fetch_quoted(&mut self, quote: char) -> Result<(), Box<Problem>> {
        self.save_key()?;
        self.simple_key_allowed = false;
        let start = self.at;
        self.advance();
        let mut text = String::new();
        loop {
            if self.at_document_mark() {
                let message = "found a document marker in a quoted text";
                return Err(Problem::syntax((self.at, 3), message).with_help("a quote is not closed before it"));
            }
            match self.next_char() {
                None => return Err(Problem::syntax((start, 1), "this quote is not closed")),
                Some(c) if is_blank(c) || is_break(c) => {
                    let from = self.at;
                    let breaks = self.pass_space();
                    if breaks.first.is_empty() {
                        text.push_str(self.text.get(from..self.at).unwrap_or_default());
                    } else {
                        breaks.fold_into(&mut text);
                    }
                }
                Some('\'') if quote == '\'' && self.char_after(1) == Some('\'') => {
                    text.push('\'');
                    self.advance_by(2);
                }
                Some(c) if c == quote => break,
                Some('\\') if quote == '"' => self.escape(&mut text)?,
                Some(c) => {
                    text.push(c);
                    self.advance();
                }
            }
        }
        self.advance();
        let written = if quote == '"' { Notation::Quoted } else { Notation::Single };
        self.push_scalar(Cow::Owned(text), written, start, self.at);
        Ok(())
    }

    /// Parses an escape after its backslash in double quotes.
    fn escape(&mut self, text: &mut String) -> Result<(), Box<Problem>> {
        let start = self.at;
        let wrong = |length, message: String| Err(Problem::syntax((start, length), message));
        self.advance();
        let Some(c) = self.next_char() else { return Ok(()) };
        let digits = match c {
            'x' => 2,
            'u' => 4,
            'U' => 8,
            _ if is_break(c) => {
                // The line continues on the next one, after its blanks.
                self.advance();
                let breaks = self.pass_space();
                text.extend([&*breaks.first, &*breaks.others]);
                return Ok(());
            }
            _ => {
                text.push(match c {
                    '0' => '\0',
                    'a' => '\u{7}',
                    'b' => '\u{8}',
                    't' | '\t' => '\t',
                    'n' => '\n',
                    'v' => '\u{b}',
                    'f' => '\u{c}',
                    'r' => '\r',
                    'e' => '\u{1b}',
                    ' ' | '"' | '/' | '\\' => c,
                    'N' => '\u{85}',
                    '_' => '\u{a0}',
                    'L' => '\u{2028}',
                    'P' => '\u{2029}',
                    _ => return wrong(1 + c.len_utf8(), format!("unknown escape `\\{c}`")),
                });
                self.advance();
                return Ok(());
            }
        };
        self.advance();
        let Some(code) = self.hexadecimal(digits) else {
            return wrong(2, format!("`\\{c}` must be followed by {digits} hexadecimal digits"));
        };
        // JSON writes characters beyond 16 bits as surrogate pairs.
        let code = match code {
            0xd800..0xdc00 if self.rest().starts_with("\\u") => {
                self.advance_by(2);
                match self.hexadecimal(4) {
                    Some(low @ 0xdc00..0xe000) => 0x1_0000 + ((code - 0xd800) << 10) + (low - 0xdc00),
                    _ => code,
                }
            }
            _ => code,
        };
        match char::from_u32(code) {
            Some(c) => text.push(c),
            None => return wrong(self.at - start, "this is half of a surrogate pair".to_owned()),
        }
        Ok(())
    }

    fn hexadecimal(&mut self, digits: usize) -> Option<u32> {
        let digits_at =
            self.rest().get(..digits).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
        let code = u32::from_str_radix(digits_at, 16).ok()?;
        self.advance_by(digits);
        Some(code)
    }

    /// Scans `|` or `>`, its indicators, and the lines that are indented further than the enclosing block.
    pub(super) fn fetch_block_scalar(&mut self) -> Result<(), Box<Problem>> {
        self.remove_key()?;
        self.simple_key_allowed = true;
        let header = self.at;
        let folded = self.next_char() == Some('>');
        self.advance();
        let (mut keeps, mut given) = (None, None);
        while let Some(c) = self.next_char() {
            match c {
                '+' | '-' if keeps.is_none() => keeps = Some(c == '+'),
                '1'..='9' if given.is_none() => given = c.to_digit(10).and_then(|digit| usize::try_from(digit).ok()),
                _ => break,
            }
            self.advance();
        }
        while self.next_char().is_some_and(is_blank) {
            self.advance();
        }
        if self.next_char() == Some('#') {
            self.pass_line();
        }
        if self.next_char().is_some_and(|c| !is_break(c)) {
            let message = "a block of text must begin on the next line";
            return Err(Problem::syntax((self.at, 1), message)
                .with_help("its sign can only be followed by `-` or `+`, and a digit for the indentation"));
        }
        self.advance();
        let around = usize::try_from(self.indent).unwrap_or_default();
        let least = usize::try_from(self.indent + 1).unwrap_or_default().max(1);
        let mut start = self.at;
        let mut empty = String::new();
        let indent = match given {
            Some(more) => {
                let indent = around + more;
                self.pass_empty_lines(Some(indent), &mut empty);
                indent
            }
            None => self.pass_empty_lines(None, &mut empty).max(least),
        };
        if empty.is_empty() {
            start = self.at;
        }
        let mut text = String::new();
        let mut end = self.at;
        // The preceding line break, and whether that line begins with a blank.
        let (mut line_break, mut after_blank) = (String::new(), false);
        while self.column == indent && self.next_char().is_some() {
            let blank = self.next_char().is_some_and(is_blank);
            if folded && line_break == "\n" && !after_blank && !blank {
                if empty.is_empty() {
                    text.push(' ');
                }
            } else {
                text.push_str(&line_break);
            }
            text.push_str(&empty);
            (empty, after_blank) = (String::new(), blank);
            let from = self.at;
            self.pass_line();
            text.push_str(self.text.get(from..self.at).unwrap_or_default());
            end = self.at;
            line_break = self.next_char().map(|c| normal(c).to_string()).unwrap_or_default();
            self.advance();
            self.pass_empty_lines(Some(indent), &mut empty);
        }
        if keeps != Some(false) {
            text.push_str(&line_break);
        }
        if keeps == Some(true) {
            text.push_str(&empty);
        }
        let (start, end) = if text.is_empty() { (header, header + 1) } else { (start, end) };
        self.push_scalar(Cow::Owned(text), Notation::Block { indent, folded }, start, end);
        Ok(())
    }

    /// Skips blank lines, and the blanks of the next line up to an indentation. Returns the most blanks in a line.
    fn pass_empty_lines(&mut self, indent: Option<usize>, breaks: &mut String) -> usize {
        let mut most = 0;
        loop {
            while indent.is_none_or(|indent| self.column < indent) && self.next_char() == Some(' ') {
                self.advance();
            }
            most = most.max(self.column);
            match self.next_char() {
                Some(c) if is_break(c) => {
                    breaks.push(normal(c));
                    self.advance();
                }
                _ => return most,
            }
        }
    }

    fn push_scalar(&mut self, says: Cow<'t, str>, written: Notation, start: usize, end: usize) {
        self.push_between(TokenKind::Scalar { says, written }, start, end);
    }
}
