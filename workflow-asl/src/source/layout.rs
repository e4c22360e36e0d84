//! Where the parts of a document stand in its text.

use indexmap::IndexMap;

use crate::{Code, Diagnostic, Pointer};

/// Offset and length, in bytes of the text.
pub(super) type Span = (usize, usize);

/// Where a value stands.
#[derive(Debug, Default)]
pub(super) struct Layout {
    /// The value; of an object or array its first sign alone.
    pub(super) span: Span,
    pub(super) below: Below,
}

/// What a value holds.
#[derive(Debug, Default)]
pub(super) enum Below {
    /// Nothing that can be pointed at.
    #[default]
    Nothing,
    /// Characters, as they are written in the span.
    Text(Written),
    /// Elements.
    Items(Vec<Layout>),
    /// Members: where the key stands, and the value.
    Members(IndexMap<String, (Span, Layout)>),
}

/// How a string is written: what turns a place in it into a place in the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Written {
    /// In double quotes, with the escapes of JSON or YAML.
    Quoted,
    /// In YAML's single quotes.
    #[cfg(feature = "yaml")]
    Single,
    /// As it is.
    #[cfg(feature = "yaml")]
    Plain,
    /// As a block of YAML, indented by so many bytes; the lines of a folded one make paragraphs.
    #[cfg(feature = "yaml")]
    Block { indent: usize, folded: bool },
}

/// Findings about a key rather than its value.
const ABOUT_THE_KEY: &[Code] = &[
    Code::UnknownField,
    Code::WrongLanguageField,
    Code::ExclusiveFields,
    Code::DuplicateKey,
    Code::JsonPathKey,
    Code::BadVariableName,
    Code::ReservedVariable,
    Code::OuterVariable,
    Code::UnknownParameter,
    Code::DoubtfulParameter,
];

impl Layout {
    /// The part of the text that a finding is about.
    pub(super) fn span(&self, text: &str, found: &Diagnostic) -> Span {
        let (key, value) = match self.find(&found.pointer) {
            Ok(there) => there,
            Err((key, value)) => return key.unwrap_or(value.span),
        };
        match (&value.below, found.range, key) {
            (Below::Text(written), Some(range), _) => written.part(text, value.span, range),
            (Below::Items(_) | Below::Members(_), _, Some(key)) => key,
            (_, _, Some(key)) if ABOUT_THE_KEY.contains(&found.code) => key,
            _ => value.span,
        }
    }

    /// Where a value stands, and its key; else the last there is on the way to it.
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

impl Written {
    /// Where the bytes `range` (offset and length) of a string stand that is written in `span`.
    pub(super) fn part(self, text: &str, span: Span, range: Span) -> Span {
        let raw = text.get(span.0..span.0 + span.1).unwrap_or_default();
        let start = self.offset(raw, range.0);
        let end = self.offset(raw, range.0.saturating_add(range.1));
        (span.0 + start, end.saturating_sub(start))
    }

    /// The offset in a string as it is written of the byte `wanted` of what it says.
    /// Where a string in quotes goes on in another line, places are no longer told apart.
    fn offset(self, raw: &str, wanted: usize) -> usize {
        match self {
            Self::Quoted => quoted_offset(raw, wanted),
            #[cfg(feature = "yaml")]
            Self::Single => single_quoted_offset(raw, wanted),
            #[cfg(feature = "yaml")]
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
                    // YAML's `\N` and `\_`, `\L` and `\P` are U+0085 and U+00A0, U+2028 and U+2029.
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
        // Of the line breaks around an empty line of a folded block one is dropped.
        let next_is_blank = raw.get(line..).is_some_and(|rest| rest.trim_start_matches(' ').starts_with('\n'));
        said += content + usize::from(!(folded && next_is_blank && !was_blank));
        was_blank = next_is_blank;
    }
    raw.len()
}
