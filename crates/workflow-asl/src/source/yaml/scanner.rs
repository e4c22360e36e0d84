//! Scans YAML into tokens, like PyYAML and libyaml: <https://yaml.org/spec/1.1/#id890226>.
//!
//! SAM and the AWS CLI read templates with PyYAML, whose indentation rules are less strict than the rules of YAML 1.2:
//! inside brackets and quotes, indentation is ignored.

use std::borrow::Cow;
use std::collections::VecDeque;

use super::super::MAX_DEPTH;
use super::super::layout::{Notation, Span};
use super::problem::Problem;

/// The maximum distance in bytes between a single-line key and its colon.
const KEY_BYTES: usize = 1024;

/// A token and its span.
#[derive(Clone, Debug)]
pub(super) struct Token<'t> {
    pub(super) kind: TokenKind<'t>,
    pub(super) span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum TokenKind<'t> {
    StreamEnd,
    /// `%YAML`
    Directive,
    /// `---`
    DocumentStart,
    /// `...`
    DocumentEnd,
    BlockSequenceStart,
    BlockMappingStart,
    /// The end of either.
    BlockEnd,
    FlowSequenceStart,
    FlowSequenceEnd,
    FlowMappingStart,
    FlowMappingEnd,
    /// `-`
    BlockEntry,
    /// `,`
    FlowEntry,
    /// `?`, or the position before a key without it.
    Key,
    /// `:`
    Value,
    /// `*name`
    Alias(&'t str),
    /// `&name`
    Anchor(&'t str),
    /// `!name`, `!!name`
    Tag(&'t str),
    Scalar {
        says: Cow<'t, str>,
        written: Notation,
    },
}

/// A position where a key without `?` may begin.
#[derive(Clone, Copy)]
struct SimpleKey {
    /// Its index among all tokens.
    token: usize,
    /// Whether nothing else is possible there.
    required: bool,
    at: usize,
    line: usize,
    column: usize,
}

/// Scans one token after the other.
pub(super) struct Scanner<'t> {
    pub(super) text: &'t str,
    pub(super) at: usize,
    line: usize,
    /// In characters, starting at 0.
    pub(super) column: usize,
    /// The number of open flow collections.
    pub(super) flow: usize,
    /// The columns of the open block collections; -1 is outside of all.
    pub(super) indent: isize,
    indents: Vec<isize>,
    tokens: VecDeque<Token<'t>>,
    /// The number of tokens returned so far.
    taken: usize,
    pub(super) simple_key_allowed: bool,
    /// For each open flow collection, and the enclosing block.
    simple_keys: Vec<Option<SimpleKey>>,
    ended: bool,
}

/// Returns whether a character ends a line in YAML 1.1.
pub(super) fn is_break(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

pub(super) fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t')
}

/// Returns whether the next character is a blank, a line break or the end.
pub(super) fn is_blank_or_end(next: Option<char>) -> bool {
    next.is_none_or(|c| is_blank(c) || is_break(c))
}

impl<'t> Scanner<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self {
            text,
            at: 0,
            line: 0,
            column: 0,
            flow: 0,
            indent: -1,
            indents: Vec::new(),
            tokens: VecDeque::new(),
            taken: 0,
            simple_key_allowed: true,
            simple_keys: vec![None],
            ended: false,
        }
    }

    /// Returns the next token without consuming it.
    pub(super) fn peek(&mut self) -> Result<&Token<'t>, Box<Problem>> {
        while self.needs_more() {
            self.fetch()?;
        }
        // Scanning ends with the end of the stream, which is never consumed.
        self.tokens.front().ok_or_else(|| Problem::syntax((self.text.len(), 0), "unexpected end of the text"))
    }

    /// Consumes the next token, except the end of the stream.
    pub(super) fn next(&mut self) -> Result<Token<'t>, Box<Problem>> {
        let next = self.peek()?;
        if next.kind == TokenKind::StreamEnd {
            return Ok(next.clone());
        }
        self.taken += 1;
        self.tokens.pop_front().ok_or_else(|| Problem::syntax((self.text.len(), 0), "unexpected end of the text"))
    }

    /// Returns whether the next token is not certain yet, because a key may have to be inserted before it.
    fn needs_more(&mut self) -> bool {
        if self.ended {
            return false;
        }
        self.tokens.is_empty() || self.simple_keys.iter().flatten().any(|key| key.token == self.taken)
    }

    pub(super) fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    pub(super) fn next_char(&self) -> Option<char> {
        self.rest().chars().next()
    }

    /// Returns the character after this many others.
    pub(super) fn char_after(&self, count: usize) -> Option<char> {
        self.rest().chars().nth(count)
    }

    /// Skips a character. A line break of two characters counts as one.
    pub(super) fn advance(&mut self) {
        let mut rest = self.rest().chars();
        let Some(c) = rest.next() else { return };
        self.at += c.len_utf8();
        if c == '\r' && rest.next() == Some('\n') {
            self.at += 1;
        }
        if is_break(c) {
            self.line += 1;
            self.column = 0;
        } else {
            self.column += 1;
        }
    }

    /// Skips bytes that are known to be ASCII and on one line.
    pub(super) fn advance_by(&mut self, bytes: usize) {
        self.at += bytes;
        self.column += bytes;
    }

    /// Returns whether `---` or `...` is here at the beginning of a line.
    pub(super) fn at_document_mark(&self) -> bool {
        self.column == 0
            && (self.rest().starts_with("---") || self.rest().starts_with("..."))
            && is_blank_or_end(self.char_after(3))
    }

    fn fetch(&mut self) -> Result<(), Box<Problem>> {
        self.pass_blanks();
        self.forget_old_keys()?;
        let column = self.column.try_into().unwrap_or(isize::MAX);
        self.unwind(column);
        let Some(c) = self.next_char() else { return self.fetch_end() };
        let next = self.char_after(1);
        let ends = is_blank_or_end(next);
        match c {
            '%' if self.column == 0 => self.fetch_directive(),
            '-' | '.' if self.at_document_mark() => self.fetch_document_mark(c),
            '[' => self.fetch_flow_start(TokenKind::FlowSequenceStart),
            '{' => self.fetch_flow_start(TokenKind::FlowMappingStart),
            ']' => self.fetch_flow_end(TokenKind::FlowSequenceEnd),
            '}' => self.fetch_flow_end(TokenKind::FlowMappingEnd),
            ',' => self.fetch_flow_entry(),
            '-' if ends => self.fetch_block_entry(),
            '?' if ends => self.fetch_key(),
            ':' if ends || self.flow > 0 => self.fetch_value(),
            '*' | '&' => self.fetch_anchor(c),
            '!' => self.fetch_tag(),
            '|' | '>' if self.flow == 0 => self.fetch_block_scalar(),
            '"' | '\'' => self.fetch_quoted(c),
            '\t' => {
                let problem = Problem::syntax((self.at, 1), "found a tab in the indentation");
                Err(problem.with_help("YAML must be indented with spaces"))
            }
            '|' | '>' | '%' | '@' | '`' => {
                let problem = Problem::syntax((self.at, 1), format!("a value without quotes cannot begin with `{c}`"));
                Err(problem.with_help("to use it as text, put it in quotes"))
            }
            _ => self.fetch_plain(),
        }
    }

    /// Skips blanks, comments and line breaks.
    fn pass_blanks(&mut self) {
        loop {
            match self.next_char() {
                Some(' ') => self.advance(),
                // Where a key may begin, a tab would be indentation.
                Some('\t') if self.flow > 0 || !self.simple_key_allowed => self.advance(),
                Some('#') => self.pass_line(),
                Some(c) if is_break(c) => {
                    self.advance();
                    if self.flow == 0 {
                        self.simple_key_allowed = true;
                    }
                }
                _ => return,
            }
        }
    }

    /// Skips the rest of a line, except its break.
    pub(super) fn pass_line(&mut self) {
        while self.next_char().is_some_and(|c| !is_break(c)) {
            self.advance();
        }
    }

    fn push(&mut self, kind: TokenKind<'t>, start: usize) {
        self.push_between(kind, start, self.at);
    }

    pub(super) fn push_between(&mut self, kind: TokenKind<'t>, start: usize, end: usize) {
        self.tokens.push_back(Token { kind, span: (start, end.saturating_sub(start)) });
    }

    /// Adds a token of some bytes, which are skipped.
    fn push_sign(&mut self, kind: TokenKind<'t>, bytes: usize) {
        let start = self.at;
        self.advance_by(bytes);
        self.push(kind, start);
    }

    // Keys without `?`: a possible key is kept until its colon is found, or can no longer follow.

    /// Records that a key may begin here.
    pub(super) fn save_key(&mut self) -> Result<(), Box<Problem>> {
        if !self.simple_key_allowed {
            return Ok(());
        }
        let required = self.flow == 0 && usize::try_from(self.indent) == Ok(self.column);
        let token = self.taken + self.tokens.len();
        let key = SimpleKey { token, required, at: self.at, line: self.line, column: self.column };
        self.remove_key()?;
        if let Some(last) = self.simple_keys.last_mut() {
            *last = Some(key);
        }
        Ok(())
    }

    /// Removes the possible key of the innermost collection.
    pub(super) fn remove_key(&mut self) -> Result<(), Box<Problem>> {
        match self.simple_keys.last_mut().and_then(Option::take) {
            Some(key) if key.required => Err(self.no_colon(key)),
            _ => Ok(()),
        }
    }

    /// Removes keys whose colon can no longer follow, because it must be on the same line.
    fn forget_old_keys(&mut self) -> Result<(), Box<Problem>> {
        let (line, at) = (self.line, self.at);
        let mut missing = None;
        for slot in &mut self.simple_keys {
            if let Some(key) = slot.filter(|key| key.line < line || at - key.at > KEY_BYTES) {
                *slot = None;
                missing = missing.or(Some(key).filter(|key| key.required));
            }
        }
        missing.map_or(Ok(()), |key| Err(self.no_colon(key)))
    }

    fn no_colon(&self, key: SimpleKey) -> Box<Problem> {
        let line = self.text.get(key.at..).and_then(|rest| rest.split(is_break).next()).unwrap_or_default();
        Problem::syntax((key.at, line.trim_end().len()), "a `:` is missing after this key")
    }

    // Indentation: block collections begin and end at their columns.

    /// Ends the block collections with a larger indentation.
    fn unwind(&mut self, column: isize) {
        while self.flow == 0 && self.indent > column {
            self.push(TokenKind::BlockEnd, self.at);
            self.indent = self.indents.pop().unwrap_or(-1);
        }
    }

    /// Begins a block collection at a column, unless it has begun. Its token is inserted among the pending ones.
    fn roll(&mut self, column: usize, place: Option<usize>, kind: TokenKind<'t>, at: usize) {
        let column = column.try_into().unwrap_or(isize::MAX);
        if self.flow > 0 || self.indent >= column {
            return;
        }
        self.indents.push(self.indent);
        self.indent = column;
        let token = Token { kind, span: (at, 1) };
        match place {
            Some(place) => self.tokens.insert(place, token),
            None => self.tokens.push_back(token),
        }
    }

    fn fetch_end(&mut self) -> Result<(), Box<Problem>> {
        self.end_block()?;
        self.push(TokenKind::StreamEnd, self.at);
        self.ended = true;
        Ok(())
    }

    /// Ends all blocks, as before a document marker.
    fn end_block(&mut self) -> Result<(), Box<Problem>> {
        // The parser reports open brackets.
        self.unwind(-1);
        self.remove_key()?;
        self.simple_key_allowed = false;
        Ok(())
    }

    fn fetch_directive(&mut self) -> Result<(), Box<Problem>> {
        self.end_block()?;
        let start = self.at;
        self.pass_line();
        self.push(TokenKind::Directive, start);
        Ok(())
    }

    fn fetch_document_mark(&mut self, sign: char) -> Result<(), Box<Problem>> {
        self.end_block()?;
        let kind = if sign == '-' { TokenKind::DocumentStart } else { TokenKind::DocumentEnd };
        self.push_sign(kind, 3);
        Ok(())
    }

    fn fetch_flow_start(&mut self, kind: TokenKind<'t>) -> Result<(), Box<Problem>> {
        self.save_key()?;
        // Each token inside would check each of them again.
        if self.flow > MAX_DEPTH {
            return Err(Problem::too_deep((self.at, 1)));
        }
        self.flow += 1;
        self.simple_keys.push(None);
        self.simple_key_allowed = true;
        self.push_sign(kind, 1);
        Ok(())
    }

    fn fetch_flow_end(&mut self, kind: TokenKind<'t>) -> Result<(), Box<Problem>> {
        self.remove_key()?;
        if self.flow > 0 {
            self.flow -= 1;
            self.simple_keys.pop();
        }
        self.simple_key_allowed = false;
        self.push_sign(kind, 1);
        Ok(())
    }

    fn fetch_flow_entry(&mut self) -> Result<(), Box<Problem>> {
        self.remove_key()?;
        self.simple_key_allowed = true;
        self.push_sign(TokenKind::FlowEntry, 1);
        Ok(())
    }

    fn fetch_block_entry(&mut self) -> Result<(), Box<Problem>> {
        if self.flow == 0 {
            if !self.simple_key_allowed {
                return Err(Problem::syntax((self.at, 1), "a list cannot begin here")
                    .with_help("write its first `-` on a separate line"));
            }
            self.roll(self.column, None, TokenKind::BlockSequenceStart, self.at);
        }
        self.remove_key()?;
        self.simple_key_allowed = true;
        self.push_sign(TokenKind::BlockEntry, 1);
        Ok(())
    }

    fn fetch_key(&mut self) -> Result<(), Box<Problem>> {
        if self.flow == 0 {
            if !self.simple_key_allowed {
                return Err(Problem::syntax((self.at, 1), "a key is not allowed here"));
            }
            self.roll(self.column, None, TokenKind::BlockMappingStart, self.at);
        }
        self.remove_key()?;
        self.simple_key_allowed = self.flow == 0;
        self.push_sign(TokenKind::Key, 1);
        Ok(())
    }

    fn fetch_value(&mut self) -> Result<(), Box<Problem>> {
        if let Some(key) = self.simple_keys.last_mut().and_then(Option::take) {
            let place = key.token - self.taken;
            self.tokens.insert(place, Token { kind: TokenKind::Key, span: (key.at, 0) });
            self.roll(key.column, Some(place), TokenKind::BlockMappingStart, key.at);
            self.simple_key_allowed = false;
        } else {
            if self.flow == 0 {
                if !self.simple_key_allowed {
                    return Err(Problem::syntax((self.at, 1), "a `:` makes no key here")
                        .with_help("put text that has a `: ` in it in quotes, or check the indentation"));
                }
                self.roll(self.column, None, TokenKind::BlockMappingStart, self.at);
            }
            self.simple_key_allowed = self.flow == 0;
        }
        self.push_sign(TokenKind::Value, 1);
        Ok(())
    }

    fn fetch_anchor(&mut self, sign: char) -> Result<(), Box<Problem>> {
        self.save_key()?;
        self.simple_key_allowed = false;
        let start = self.at;
        self.advance();
        let name = self.word(|c| c.is_alphanumeric() || matches!(c, '-' | '_'));
        let follows = self.next_char();
        if name.is_empty() || !(is_blank_or_end(follows) || follows.is_some_and(|c| "?:,]}%@`".contains(c))) {
            let what = if sign == '*' { "an alias" } else { "an anchor" };
            let message = format!("`{sign}` begins {what}, whose name has letters, digits, `-` and `_` alone");
            return Err(Problem::syntax((start, self.at - start), message)
                .with_help("for text that begins with it write it in quotes"));
        }
        self.push(if sign == '*' { TokenKind::Alias(name) } else { TokenKind::Anchor(name) }, start);
        Ok(())
    }

    fn fetch_tag(&mut self) -> Result<(), Box<Problem>> {
        self.save_key()?;
        self.simple_key_allowed = false;
        let start = self.at;
        let tag = self.word(|c| !is_blank(c) && !is_break(c) && !matches!(c, ',' | '[' | ']' | '{' | '}'));
        let follows = self.next_char();
        if !(is_blank_or_end(follows) || self.flow > 0 && follows.is_some_and(|c| matches!(c, ',' | ']' | '}'))) {
            return Err(Problem::syntax((start, self.at - start), "a blank is missing after this tag"));
        }
        if tag.trim_start_matches('!').contains(['!', '<']) {
            return Err(Problem::syntax((start, self.at - start), "a tag is `!name` or `!!name` here"));
        }
        self.push(TokenKind::Tag(tag), start);
        Ok(())
    }

    /// Passes the characters that fit, all of one line.
    fn word(&mut self, fits: impl Fn(char) -> bool) -> &'t str {
        let rest = self.rest();
        let end = rest.find(|c| !fits(c)).unwrap_or(rest.len());
        let word = rest.get(..end).unwrap_or_default();
        self.at += end;
        self.column += word.chars().count();
        word
    }
}
