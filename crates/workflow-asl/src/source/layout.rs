//! The positions of a document's parts in its text.

use indexmap::IndexMap;

use crate::{Diagnostic, Pointer};

/// Offset and length, in bytes of the text.
pub(super) type Span = (usize, usize);

/// The position of a value.
#[derive(Clone, Debug, Default)]
pub(super) struct Layout {
    /// The span of the value; for an object or array only its first character.
    pub(super) span: Span,
    pub(super) below: Below,
}

/// The parts of a value.
#[derive(Clone, Debug, Default)]
pub(super) enum Below {
    /// A value without parts.
    #[default]
    Nothing,
    /// The characters of a string, as written in the span.
    Text(Notation),
    /// Elements.
    Items(Vec<Layout>),
    /// Members: the span of the key, and the value.
    Members(IndexMap<String, (Span, Layout)>),
}

/// The notation of a string, which maps positions in its value to positions in the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Notation {
    /// In double quotes, with JSON or YAML escapes.
    Quoted,
    /// In YAML's single quotes.
    #[cfg(feature = "yaml")]
    Single,
    /// Literal.
    Plain,
    /// A YAML block, indented by this many bytes. The lines of a folded one form paragraphs.
    #[cfg(feature = "yaml")]
    Block { indent: usize, folded: bool },
}

impl Layout {
    /// Returns the part of the text that a finding is about.
    pub(super) fn span(&self, text: &str, found: &Diagnostic) -> Span {
        let (key, value) = match self.find(&found.pointer) {
            Ok(there) => there,
            Err((key, value)) => return key.unwrap_or(value.span),
        };
        match (&value.below, found.range, key) {
            (Below::Text(written), Some(range), _) => written.part(text, value.span, range),
            (Below::Items(_) | Below::Members(_), _, Some(key)) => key,
            (_, _, Some(key)) if found.finding.is_about_key() => key,
            _ => value.span,
        }
    }

    /// Returns the position of a value and its key, or else the last one on the path to it.
    #[expect(clippy::type_complexity, reason = "the same pair twice")]
    pub(super) fn find(&self, pointer: &Pointer) -> Result<(Option<Span>, &Self), (Option<Span>, &Self)> {
        pointer.tokens().try_fold((None, self), |(key, value), token| {
            let below = match &value.below {
                Below::Members(members) => members.get(&token).map(|(key, value)| (Some(*key), value)),
                Below::Items(items) => token.parse().ok().and_then(|i: usize| items.get(i)).map(|item| (None, item)),
                Below::Text(_) | Below::Nothing => None,
            };
            below.ok_or((key, value))
        })
    }
}

impl Notation {
    /// Returns the position of a range (offset and length in bytes) of a string that is written in `span`.
    pub(super) fn part(self, text: &str, span: Span, range: Span) -> Span {
        let raw = text.get(span.0..span.0 + span.1).unwrap_or_default();
        let start = self.offset(raw, range.0);
        let end = self.offset(raw, range.0.saturating_add(range.1));
        (span.0 + start, end.saturating_sub(start))
    }

    /// Returns the offset in a written string of the byte `wanted` of its value. After a line break in a quoted string,
    /// positions are not distinguished.
    fn offset(self, raw: &str, wanted: usize) -> usize {
        match self {
            Self::Quoted => quoted_offset(raw, wanted),
            #[cfg(feature = "yaml")]
            Self::Single => single_quoted_offset(raw, wanted),
            Self::Plain => wanted.min(raw.len()),
            #[cfg(feature = "yaml")]
            Self::Block { indent, folded } => block_offset(raw, wanted, indent, folded),
        }
    }
}

fn quoted_offset(raw: &str, wanted: usize) -> usize {
    let mut said = 0;
    let mut characters = raw.char_indices().skip(1);
    while let Some((at, c)) = characters.next() {
        if said >= wanted || c == '\n' {
            return at;
        }
        said += match c {
            '\\' => {
                let escape = characters.next();
                let digits = match escape {
                    Some((_, 'x')) => 2,
                    Some((_, 'u')) => 4,
                    Some((_, 'U')) => 8,
                    _ => 0,
                };
                let code = escape.and_then(|(at, _)| raw.get(at + 1..at + 1 + digits));
                characters.by_ref().take(digits).for_each(drop);
                match (code.and_then(|code| u32::from_str_radix(code, 16).ok()), escape) {
                    // Each half of a surrogate pair counts for half of the four bytes.
                    (Some(unit), _) => char::from_u32(unit).map_or(2, char::len_utf8),
                    // In YAML, `\N` and `\_`, `\L` and `\P` are U+0085 and U+00A0, U+2028 and U+2029.
                    (None, Some((_, 'N' | '_'))) => 2,
                    (None, Some((_, 'L' | 'P'))) => 3,
                    (None, _) => 1,
                }
            }
            c => c.len_utf8(),
        };
    }
    raw.len()
}

#[cfg(feature = "yaml")]
fn single_quoted_offset(raw: &str, wanted: usize) -> usize {
    let mut said = 0;
    let mut characters = raw.char_indices().skip(1);
    while let Some((at, c)) = characters.next() {
        if said >= wanted || c == '\n' {
            return at;
        }
        said += c.len_utf8();
        if c == '\'' {
            characters.next();
        }
    }
    raw.len()
}

#[cfg(feature = "yaml")]
fn block_offset(raw: &str, wanted: usize, indent: usize, folded: bool) -> usize {
    let (mut said, mut line, mut was_blank) = (0, 0, false);
    for (i, written) in raw.split_inclusive('\n').enumerate() {
        // The span begins after the first line's indent.
        let blanks = written.bytes().take(if i == 0 { 0 } else { indent }).take_while(|byte| *byte == b' ').count();
        let content = written.trim_end_matches(['\n', '\r']).len().saturating_sub(blanks);
        if wanted <= said + content {
            return line + blanks + wanted.saturating_sub(said);
        }
        line += written.len();
        // Of the line breaks around an empty line of a folded block, one is dropped.
        let next_is_blank = raw.get(line..).is_some_and(|rest| rest.trim_start_matches(' ').starts_with('\n'));
        said += content + usize::from(!(folded && next_is_blank && !was_blank));
        was_blank = next_is_blank;
    }
    raw.len()
}
