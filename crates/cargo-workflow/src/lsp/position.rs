//! Positions of the protocol, as a line and a column, and offsets in a text.

use lsp_types::{Position, PositionEncodingKind, Range};

/// The unit of columns, which the client chooses.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Encoding {
    Utf8,
    Utf16,
}

impl Encoding {
    /// Returns the encoding to use with a client that accepts these; UTF-16 is every client's.
    pub(super) fn of(accepted: Option<&[PositionEncodingKind]>) -> Self {
        match accepted.is_some_and(|all| all.contains(&PositionEncodingKind::UTF8)) {
            true => Self::Utf8,
            false => Self::Utf16,
        }
    }

    pub(super) fn kind(self) -> PositionEncodingKind {
        match self {
            Self::Utf8 => PositionEncodingKind::UTF8,
            Self::Utf16 => PositionEncodingKind::UTF16,
        }
    }

    fn length(self, c: char) -> usize {
        match self {
            Self::Utf8 => c.len_utf8(),
            Self::Utf16 => c.len_utf16(),
        }
    }
}

/// The lines of a text.
#[derive(Debug)]
pub(super) struct Lines {
    starts: Vec<usize>,
    encoding: Encoding,
}

impl Lines {
    pub(super) fn of(text: &str, encoding: Encoding) -> Self {
        let breaks = text.match_indices('\n').map(|(at, _)| at + 1);
        Self { starts: std::iter::once(0).chain(breaks).collect(), encoding }
    }

    /// Returns the offset of a position. A column after the end of its line is the end.
    pub(super) fn offset(&self, text: &str, position: Position) -> usize {
        let Some(start) = self.starts.get(position.line as usize).copied() else { return text.len() };
        let line = text.get(start..).and_then(|rest| rest.split('\n').next()).unwrap_or_default();
        let (mut column, mut offset) = (0, start);
        for c in line.trim_end_matches('\r').chars() {
            if column >= position.character as usize {
                break;
            }
            column += self.encoding.length(c);
            offset += c.len_utf8();
        }
        offset
    }

    pub(super) fn position(&self, text: &str, offset: usize) -> Position {
        let line = self.starts.partition_point(|start| *start <= offset).saturating_sub(1);
        let start = self.starts.get(line).copied().unwrap_or_default();
        let before = text.get(start..offset.min(text.len())).unwrap_or_default();
        // A document may be one long line.
        let column =
            if before.is_ascii() { before.len() } else { before.chars().map(|c| self.encoding.length(c)).sum() };
        Position { line: line as u32, character: column as u32 }
    }

    /// Returns the range of a span: offset and length in bytes.
    pub(super) fn range(&self, text: &str, (offset, length): (usize, usize)) -> Range {
        Range { start: self.position(text, offset), end: self.position(text, offset + length) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_in_the_unit_of_the_client() {
        let text = "a\r\n\"😀ä\": x\n";
        for (encoding, column) in [(Encoding::Utf16, 4), (Encoding::Utf8, 7)] {
            let lines = Lines::of(text, encoding);
            let at = Position { line: 1, character: column };
            assert_eq!(lines.offset(text, at), text.find("\":").unwrap(), "{encoding:?}");
            assert_eq!(lines.position(text, text.find("\":").unwrap()), at, "{encoding:?}");
        }
        let lines = Lines::of(text, Encoding::Utf16);
        assert_eq!(lines.offset(text, Position { line: 0, character: 99 }), 1);
        assert_eq!(lines.offset(text, Position { line: 9, character: 0 }), text.len());
    }
}
