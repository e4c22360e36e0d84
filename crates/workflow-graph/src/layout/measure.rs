//! Measures text and breaks it into lines.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// The role of a string, which decides its size and weight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Role {
    /// The name of a state.
    Name,
    /// A state's caption, retriers and marks.
    Detail,
    /// A problem of a state.
    Problem,
    /// The label of an edge, or the title of a branch.
    Label,
}

/// The units of a layout: pixels, or the cells of a terminal.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Units {
    pub(crate) cells: bool,
    /// The space between a box's border and its text.
    pub(crate) pad_x: f64,
    pub(crate) pad_y: f64,
    /// The space between two boxes of a rank.
    pub(crate) gap: f64,
    /// The space between two ranks if every edge is straight.
    pub(crate) rank_gap: f64,
    /// The space for an arrowhead, and above the first track.
    pub(crate) head: f64,
    /// The space between two tracks.
    pub(crate) track: f64,
    /// The space between two edges at a box.
    pub(crate) port: f64,
    /// The space between a corner of a box and the first edge.
    pub(crate) corner: f64,
    /// The width of a loop beside its box.
    pub(crate) loops: f64,
    /// The diameter of the start and end marks.
    pub(crate) dot: f64,
    /// The margin around the picture.
    pub(crate) margin: f64,
    pub(crate) max_name: f64,
    pub(crate) max_label: f64,
    pub(crate) min_box: f64,
    /// The width beyond which a row is broken.
    pub(crate) row: f64,
}

/// Pixels of SVG.
pub(crate) const PIXELS: Units = Units {
    cells: false,
    pad_x: 14.0,
    pad_y: 9.0,
    gap: 22.0,
    rank_gap: 34.0,
    head: 14.0,
    track: 9.0,
    port: 16.0,
    corner: 10.0,
    loops: 18.0,
    dot: 14.0,
    margin: 16.0,
    max_name: 210.0,
    max_label: 150.0,
    min_box: 96.0,
    row: 960.0,
};

/// Cells of a terminal.
pub(crate) const CELLS: Units = Units {
    cells: true,
    pad_x: 2.0,
    pad_y: 1.0,
    gap: 3.0,
    rank_gap: 2.0,
    head: 1.0,
    track: 1.0,
    port: 3.0,
    corner: 1.0,
    loops: 0.0,
    dot: 1.0,
    margin: 0.0,
    max_name: 32.0,
    max_label: 24.0,
    min_box: 9.0,
    row: 96.0,
};

/// Widths of the characters from U+0020 to U+007E in DejaVu Sans, in hundredths of the size. It is wider than most
/// fonts, so text in another font fits its box too.
#[rustfmt::skip]
const PLAIN: [u8; 95] = [
    32, 40, 46, 84, 64, 95, 78, 27, 39, 39, 50, 84, 32, 36, 32, 34, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 34, 34, 84,
    84, 84, 53, 100, 68, 69, 70, 77, 63, 58, 77, 75, 29, 29, 66, 56, 86, 75, 79, 60, 79, 69, 63, 61, 73, 68, 99, 69, 61,
    69, 39, 34, 39, 84, 50, 50, 61, 63, 55, 63, 62, 35, 63, 63, 28, 28, 58, 28, 97, 63, 61, 63, 63, 41, 52, 39, 63, 59,
    82, 59, 59, 52, 64, 34, 64, 84,
];

/// The widths in DejaVu Sans Bold.
#[rustfmt::skip]
const BOLD: [u8; 95] = [
    35, 46, 52, 84, 70, 100, 87, 31, 46, 46, 52, 84, 38, 42, 38, 37, 70, 70, 70, 70, 70, 70, 70, 70, 70, 70, 40, 40, 84,
    84, 84, 58, 100, 77, 76, 73, 83, 68, 68, 82, 84, 37, 37, 77, 64, 100, 84, 85, 73, 85, 77, 72, 68, 81, 77, 110, 77, 72,
    73, 46, 37, 46, 84, 50, 50, 67, 72, 59, 72, 68, 44, 72, 71, 34, 34, 67, 34, 104, 71, 69, 72, 72, 49, 60, 48, 71, 65,
    92, 65, 65, 58, 71, 37, 71, 84,
];

/// The width of a column of other characters, in hundredths of the size.
const OTHER_COLUMN: f64 = 70.0;

impl Role {
    /// Returns the font size in pixels.
    pub fn size(self) -> f64 {
        match self {
            Self::Name => 13.0,
            Self::Detail | Self::Problem | Self::Label => 11.0,
        }
    }
}

impl Units {
    /// Returns the width of a string on one line.
    pub(crate) fn width(&self, text: &str, role: Role) -> f64 {
        if self.cells {
            return columns(text);
        }
        let table = if role == Role::Name { &BOLD } else { &PLAIN };
        let hundredths: f64 = text
            .chars()
            .map(|c| {
                let plain = u32::from(c).checked_sub(32).and_then(|at| table.get(usize::try_from(at).ok()?));
                plain.map_or_else(|| OTHER_COLUMN * columns_of(c), |width| f64::from(*width))
            })
            .sum();
        hundredths * role.size() / 100.0
    }

    /// Returns the height of a line.
    pub(crate) fn line(&self, role: Role) -> f64 {
        if self.cells { 1.0 } else { (role.size() * 1.36).round() }
    }

    /// Breaks a string into lines that are no wider than `max`.
    pub(crate) fn wrap(&self, text: &str, role: Role, max: f64) -> Vec<String> {
        let mut lines = Vec::new();
        let mut line = String::new();
        for word in words(text) {
            if !line.is_empty() && self.width(&line, role) + self.width(word.trim_end(), role) > max {
                lines.push(std::mem::take(&mut line));
            }
            if self.width(word.trim_end(), role) <= max {
                line.push_str(word);
                continue;
            }
            // A word that is wider than a line breaks anywhere.
            for c in word.chars() {
                line.push(c);
                if self.width(&line, role) > max && line.chars().count() > 1 {
                    line.pop();
                    lines.push(std::mem::replace(&mut line, c.to_string()));
                }
            }
        }
        lines.push(line);
        lines.iter_mut().for_each(|line| line.truncate(line.trim_end().len()));
        lines.retain(|line| !line.is_empty());
        lines
    }
}

/// Returns the number of terminal columns of a string.
#[expect(clippy::cast_precision_loss, reason = "a string has far fewer than 2^52 columns")]
fn columns(text: &str) -> f64 {
    text.width() as f64
}

#[expect(clippy::cast_precision_loss, reason = "a character has at most two columns")]
fn columns_of(c: char) -> f64 {
    c.width().unwrap_or_default() as f64
}

/// Splits a string where a line may break: into words with their punctuation, and parts of words.
fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut from = 0;
    let mut before = None;
    for (at, c) in text.char_indices() {
        let breaks = before.is_some_and(|before: char| {
            " -_./:,|&".contains(before) && !" -_./:,|&".contains(c) || before.is_lowercase() && c.is_uppercase()
        });
        if breaks && let Some(word) = text.get(from..at) {
            words.push(word);
            from = at;
        }
        before = Some(c);
    }
    words.extend(text.get(from..));
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_is_wider_than_it_may_be_and_nothing_is_lost() {
        for text in [
            "ConvertHelloWorldToBase64AndMore",
            "Is this Hello World example?",
            "漢字漢字漢字漢字漢字漢字漢字漢字漢字",
            "a",
        ] {
            for units in [PIXELS, CELLS] {
                let max = units.max_name / 2.0;
                let lines = units.wrap(text, Role::Name, max);
                assert!(lines.iter().all(|line| units.width(line, Role::Name) <= max), "{lines:?}");
                let dense = |text: &str| text.replace(' ', "");
                assert_eq!(dense(&lines.concat()), dense(text));
            }
        }
        assert_eq!(CELLS.wrap("ConvertHello", Role::Name, 8.0), ["Convert", "Hello"]);
    }
}
