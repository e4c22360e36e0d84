//! Where the parts of a document stand in its text.

use indexmap::IndexMap;

use crate::{Code, Diagnostic};

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
    /// In double quotes, with JSON's escapes.
    Json,
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
];

impl Layout {
    /// The part of the text that a finding is about.
    pub(super) fn span(&self, text: &str, found: &Diagnostic) -> Span {
        let (mut value, mut key) = (self, None);
        for token in found.pointer.tokens() {
            let below = match &value.below {
                Below::Members(members) => members.get(&token).map(|(key, value)| (Some(*key), value)),
                Below::Items(items) => token.parse().ok().and_then(|i: usize| items.get(i)).map(|item| (None, item)),
                Below::Text(_) | Below::Nothing => None,
            };
            let Some(below) = below else { return key.unwrap_or(value.span) };
            (key, value) = below;
        }
        match (&value.below, found.range, key) {
            (Below::Text(written), Some(range), _) => written.part(text, value.span, range),
            (Below::Items(_) | Below::Members(_), _, Some(key)) => key,
            (_, _, Some(key)) if ABOUT_THE_KEY.contains(&found.code) => key,
            _ => value.span,
        }
    }
}

impl Written {
    /// Where the bytes `range` (offset and length) of a string stand that is written in `span`.
    fn part(self, text: &str, span: Span, range: Span) -> Span {
        let raw = text.get(span.0..span.0 + span.1).unwrap_or_default();
        let (from, to) = (range.0, range.0.saturating_add(range.1));
        let (start, end) = match self {
            Self::Json => (json_offset(raw, from), json_offset(raw, to)),
        };
        (span.0 + start, end.saturating_sub(start))
    }
}

/// The offset in a JSON string, as it is written, of the byte `wanted` of what it says.
fn json_offset(raw: &str, wanted: usize) -> usize {
    let mut said = 0;
    let mut characters = raw.char_indices().skip(1).peekable();
    while let Some((at, c)) = characters.next() {
        if said >= wanted {
            return at;
        }
        said += match c {
            '\\' => match characters.next() {
                Some((escape, 'u')) => {
                    let digits = raw.get(escape + 1..escape + 5).unwrap_or_default();
                    characters.by_ref().take(4).for_each(drop);
                    // Each half of a surrogate pair counts for half of the four bytes.
                    u32::from_str_radix(digits, 16).map_or(1, |unit| char::from_u32(unit).map_or(2, char::len_utf8))
                }
                _ => 1,
            },
            c => c.len_utf8(),
        };
    }
    raw.len()
}
