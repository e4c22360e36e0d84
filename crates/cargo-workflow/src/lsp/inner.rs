//! Definitions that are texts in a document: where their lines are written.

use workflow_asl::source::Source;

use crate::template::{Resource, Template};

/// A definition that is a text in a document.
pub(super) struct Inner {
    pub(super) source: Source,
    /// The lines that are written in the document as they are: the offset in the definition and in the document, and the
    /// length.
    lines: Vec<(usize, usize, usize)>,
}

impl Inner {
    /// Returns the lines of a text that are written as they are in the document.
    pub(super) fn of(written: &str, source: &Source, resource: &Resource, template: &Template<'_>) -> Self {
        let text = source.text();
        let starts: Vec<_> = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        let places = resource.offsets(template, starts.iter().copied()).into_iter().zip(&starts);
        let lines = places.filter_map(|(outer, start)| {
            let line = text.get(*start..)?.split('\n').next()?;
            let is_same = written.get(outer..)?.starts_with(line);
            is_same.then_some((*start, outer, line.len()))
        });
        Self { source: source.clone(), lines: lines.collect() }
    }

    /// Returns the offset in the document of an offset in the definition.
    pub(super) fn outside(&self, offset: usize) -> Option<usize> {
        let mut lines = self.lines.iter().rev();
        let (start, outer, length) = lines.find(|(start, ..)| *start <= offset)?;
        (offset <= start + length).then_some(outer + offset - start)
    }

    /// Returns the offset in the definition of an offset in the document.
    pub(super) fn inside(&self, offset: usize) -> Option<usize> {
        let line = self.lines.iter().find(|(_, outer, length)| (*outer..=outer + length).contains(&offset));
        line.map(|(start, outer, _)| start + offset - outer)
    }
}
