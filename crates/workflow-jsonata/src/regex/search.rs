//! Compiled regular expressions, and searching a string with them.

use std::borrow::Cow;
use std::ops::Range;

use super::{matcher, parser, program};
use crate::fault::{Fault, Meter};

/// A compiled regular expression.
#[derive(Debug)]
pub(crate) struct Regex {
    pattern: Box<str>,
    program: program::Program,
}

/// The position of a match, in UTF-16 units.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Match {
    pub start: usize,
    pub end: usize,
    /// The capture groups from 1; `None` if a group did not participate.
    pub groups: Vec<Option<Range<usize>>>,
}

/// A string to search, with its UTF-16 units if they differ from its bytes.
#[derive(Debug)]
pub(crate) struct Subject<'t> {
    text: &'t str,
    wide: Option<Vec<u16>>,
}

impl<'t> Subject<'t> {
    /// Prepares a string. A string outside ASCII is copied.
    ///
    /// # Errors
    /// Fails if the copy exceeds a limit.
    pub(crate) fn new(text: &'t str, meter: &mut impl Meter) -> Result<Self, Fault> {
        if text.is_ascii() {
            return Ok(Self { text, wide: None });
        }
        meter.bytes(text.len() as u64 * 2)?;
        Ok(Self { text, wide: Some(text.encode_utf16().collect()) })
    }

    /// Returns the length in UTF-16 units.
    pub(crate) fn len(&self) -> usize {
        self.wide.as_ref().map_or(self.text.len(), Vec::len)
    }

    /// Returns a part of the text, by UTF-16 units. Half of a surrogate pair, which a Rust string cannot contain,
    /// becomes U+FFFD.
    pub(crate) fn slice(&self, range: Range<usize>) -> Cow<'t, str> {
        match &self.wide {
            None => Cow::Borrowed(self.text.get(range).unwrap_or_default()),
            Some(units) => Cow::Owned(String::from_utf16_lossy(units.get(range).unwrap_or_default())),
        }
    }
}

impl Regex {
    /// Compiles the text between two slashes. `flags` may contain `i` and `m`; others are ignored.
    ///
    /// # Errors
    /// Returns `S0303`, with the pattern as value and the reason as token, if it has no meaning, if it
    /// nests more than 200 groups, or if its program is longer than 100,000 instructions.
    pub(crate) fn compile(pattern: &str, flags: &str) -> Result<Self, Fault> {
        let invalid = |reason: &'static str| Fault::new("S0303").value(pattern).token(reason);
        let tree = parser::parse(pattern, flags).map_err(invalid)?;
        let program = program::compile(&tree).map_err(invalid)?;
        Ok(Self { pattern: pattern.into(), program })
    }

    /// Returns the first match that starts at `start` or later.
    ///
    /// # Errors
    /// Fails if a limit is exceeded.
    pub(crate) fn find_at(
        &self,
        subject: &Subject<'_>,
        start: usize,
        meter: &mut impl Meter,
    ) -> Result<Option<Match>, Fault> {
        match &subject.wide {
            None => matcher::find(&self.program, subject.text.as_bytes(), start, meter),
            Some(units) => matcher::find(&self.program, units.as_slice(), start, meter),
        }
    }

    /// Returns the match after one that ended at `end`, as JSONata's functions continue.
    ///
    /// # Errors
    /// Returns `D1004` if the match is empty, because the search would not progress, or an exceeded limit.
    pub(crate) fn find_after(
        &self,
        subject: &Subject<'_>,
        end: usize,
        meter: &mut impl Meter,
    ) -> Result<Option<Match>, Fault> {
        if end >= subject.len() {
            return Ok(None);
        }
        match self.find_at(subject, end, meter)? {
            Some(found) if found.start == found.end => Err(Fault::new("D1004").value(&*self.pattern)),
            found => Ok(found),
        }
    }
}
