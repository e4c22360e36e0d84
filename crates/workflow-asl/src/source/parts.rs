//! The positions of all parts of a document, and the edits of single parts, for editors.

use super::layout::{Below, Layout, Span};
use super::{Edit, Source, fix};
use crate::Pointer;
use crate::finding::Fix;

/// A part of a document, with its positions: offset and length in bytes of [`Source::text`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The pointer.
    pub pointer: Pointer,
    /// The position of its key, if it is a member of an object.
    pub key: Option<(usize, usize)>,
    /// The position of its value: all of an object or an array. A missing value is after the colon.
    pub value: (usize, usize),
}

impl Source {
    /// Returns all parts of the document, each before the parts inside it, in the order of the text.
    ///
    /// ```
    /// use workflow_asl::source::{Format, Source};
    ///
    /// let parts = Source::read(br#"{"a": [1, 2 ] }"#, Format::Json)?.parts();
    /// let spans: Vec<_> = parts.iter().map(|part| (part.pointer.as_str(), part.value)).collect();
    /// assert_eq!(spans, [("", (0, 15)), ("/a", (6, 7)), ("/a/0", (7, 1)), ("/a/1", (10, 1))]);
    /// # Ok::<_, Box<workflow_asl::source::SourceError>>(())
    /// ```
    pub fn parts(&self) -> Vec<Part> {
        let layout = self.layout();
        let mut parts = Vec::new();
        add(&layout, &self.text, Pointer::root(), None, &mut parts);
        parts
    }

    /// Returns the byte of the string at a pointer that is written at an offset of the text, or the next byte.
    pub fn offset_in(&self, at: &Pointer, offset: usize) -> Option<usize> {
        let layout = self.layout();
        let (_, value) = layout.find(at).ok()?;
        let Below::Text(notation) = value.below else { return None };
        let length = self.read.value.pointer(at.as_str())?.as_str()?.len();
        let (mut low, mut high) = (0, length);
        while low < high {
            let middle = (low + high) / 2;
            let written = notation.part(&self.text, value.span, (middle, 0));
            if written.0 < offset { low = middle + 1 } else { high = middle }
        }
        Some(low)
    }

    /// Returns the edit that replaces a key, a string or a part of a string, in the notation of the text.
    pub fn edit(&self, at: &Pointer, range: Option<(usize, usize)>, fix: Fix) -> Option<Edit> {
        fix::edit(&self.layout(), &self.text, at, range, fix)
    }
}

/// Adds a value and the values inside it. Returns its end. Documents nest at most [`MAX_DEPTH`](super::MAX_DEPTH) deep.
fn add(layout: &Layout, text: &str, pointer: Pointer, key: Option<Span>, parts: &mut Vec<Part>) -> usize {
    let number = parts.len();
    let mut value = layout.span;
    parts.push(Part { pointer: pointer.clone(), key, value });
    let mut end = value.0 + value.1;
    let is_whole = value.1 > 1;
    match &layout.below {
        Below::Items(items) => {
            for (index, item) in items.iter().enumerate() {
                end = end.max(add(item, text, pointer.index(index), None, parts));
            }
        }
        Below::Members(members) => {
            for (name, (key, member)) in members {
                end = end.max(add(member, text, pointer.child(name), Some(*key), parts));
            }
        }
        Below::Text(_) | Below::Nothing => {
            // YAML places an empty value where the next one begins.
            if let (Some(key), 0) = (key, value.1) {
                let after = key.0 + key.1;
                let colon = text.get(after..).and_then(|rest| rest.starts_with(':').then_some(1)).unwrap_or_default();
                value.0 = value.0.min(after + colon);
            }
            end = value.0 + value.1;
        }
    }
    if matches!(layout.below, Below::Items(_) | Below::Members(_)) && !is_whole {
        let close = match text.as_bytes().get(value.0) {
            Some(b'{') => Some(b'}'),
            Some(b'[') => Some(b']'),
            _ => None,
        };
        let rest = text.as_bytes().get(end..).unwrap_or_default();
        let blanks = rest.iter().take_while(|byte| byte.is_ascii_whitespace() || **byte == b',').count();
        if close.is_some() && rest.get(blanks).copied() == close {
            end += blanks + 1;
        }
    }
    value.1 = end.saturating_sub(value.0);
    if let Some(part) = parts.get_mut(number) {
        part.value = value;
    }
    end
}
