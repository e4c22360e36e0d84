//! Renders a layout for a terminal, with box-drawing characters.

use unicode_width::UnicodeWidthChar;
use workflow_asl::graph::EdgeKind;

use crate::layout::{CELLS, Frame, Layout, Point, Text, is_round};
use crate::{Direction, Graph};

/// The directions of the lines of a cell, as bits.
const UP: u8 = 1;
const DOWN: u8 = 2;
const LEFT: u8 = 4;
const RIGHT: u8 = 8;

/// The character of each set of directions.
const LINES: [char; 16] = [' ', '│', '│', '│', '─', '┘', '┐', '┤', '─', '└', '┌', '├', '─', '┴', '┬', '┼'];

/// The maximum number of cells to draw: 64 million take 1 GB.
const MAX_CELLS: usize = 16_000_000;

impl Graph {
    /// Returns the graph in box-drawing characters, from top to bottom.
    pub fn to_text(&self) -> String {
        self.to_text_in(Direction::TopDown)
    }

    /// Returns the graph in box-drawing characters, in this direction.
    pub fn to_text_in(&self, direction: Direction) -> String {
        let graph = self.grouped();
        let layout = graph.layout_in(direction, &CELLS);
        let mut canvas = Canvas::new(&layout);
        let Some(canvas) = &mut canvas else {
            return "the diagram is too large for a terminal\n".to_owned();
        };
        for branch in &layout.branches {
            canvas.border(branch.frame, ['╌', '┆', '┌', '┐', '└', '┘']);
            canvas.write(&branch.title);
        }
        for placed in &layout.states {
            let corners =
                if is_round(placed.state.kind) { ['╭', '╮', '╰', '╯'] } else { ['┌', '┐', '└', '┘'] };
            let [left, right, low_left, low_right] = corners;
            canvas.border(placed.frame, ['─', '│', left, right, low_left, low_right]);
            placed.texts.iter().for_each(|text| canvas.write(text));
        }
        for edge in &layout.edges {
            let dashed = matches!(edge.edge.map(|edge| edge.kind), Some(EdgeKind::Catch(_)));
            let last = edge.pieces.len().saturating_sub(1);
            let along = |point: &Point| if direction == Direction::TopDown { point.y } else { point.x };
            let ends = edge
                .pieces
                .first()
                .and_then(|piece| piece.first())
                .zip(edge.pieces.last().and_then(|piece| piece.last()));
            let is_back = ends.is_some_and(|(first, last)| along(first) > along(last));
            for (at, piece) in edge.pieces.iter().enumerate() {
                let mut piece = piece.clone();
                if let ([first, .., end], true) = (piece.as_mut_slice(), is_back) {
                    // A backward line begins in the cell before its source and ends in the cell after its target.
                    for point in [first, end] {
                        match direction {
                            Direction::TopDown => point.y -= 1.0,
                            Direction::LeftRight => point.x -= 1.0,
                        }
                    }
                }
                canvas.line(&piece, dashed, at == last);
            }
        }
        for edge in &layout.edges {
            edge.label.iter().for_each(|text| canvas.write(text));
        }
        for dot in &layout.dots {
            canvas.set(dot.centre.x, dot.centre.y, if dot.is_end { '◉' } else { '●' });
        }
        let mut text = canvas.print();
        for problem in &self.problems {
            text.push_str(&format!("⚠ {problem}\n"));
        }
        text
    }
}

#[derive(Clone, Copy, Default)]
struct Cell {
    /// The cell's character; a line is in `lines`.
    own: Option<char>,
    /// Whether the preceding character is two cells wide.
    taken: bool,
    lines: u8,
    solid: bool,
}

struct Canvas {
    cells: Vec<Cell>,
    width: usize,
}

impl Canvas {
    fn new(layout: &Layout<'_>) -> Option<Self> {
        let (width, height) = (index(layout.width)? + 1, index(layout.height)? + 1);
        let count = width.checked_mul(height).filter(|count| *count <= MAX_CELLS)?;
        Some(Self { cells: vec![Cell::default(); count], width })
    }

    fn cell(&mut self, x: f64, y: f64) -> Option<&mut Cell> {
        let (x, y) = (index(x)?, index(y)?);
        if x >= self.width { None } else { self.cells.get_mut(y.checked_mul(self.width)? + x) }
    }

    fn set(&mut self, x: f64, y: f64, c: char) {
        self.cell(x, y).into_iter().for_each(|cell| *cell = Cell { own: Some(c), ..Cell::default() });
    }

    fn border(&mut self, frame: Frame, [flat, upright, left, right, low_left, low_right]: [char; 6]) {
        let (x, y) = (frame.x.round(), frame.y.round());
        let (last_x, last_y) = (x + frame.width.round() - 1.0, y + frame.height.round() - 1.0);
        let mut at = x + 1.0;
        while at < last_x {
            self.set(at, y, flat);
            self.set(at, last_y, flat);
            at += 1.0;
        }
        at = y + 1.0;
        while at < last_y {
            self.set(x, at, upright);
            self.set(last_x, at, upright);
            at += 1.0;
        }
        for (x, y, c) in [(x, y, left), (last_x, y, right), (x, last_y, low_left), (last_x, last_y, low_right)] {
            self.set(x, y, c);
        }
    }

    fn write(&mut self, text: &Text) {
        let (mut x, y) = (text.frame.x.round(), text.frame.y.round());
        for c in text.text.chars() {
            let Some(columns @ 1..) = c.width() else { continue };
            self.set(x, y, c);
            x += 1.0;
            for _ in 1..columns {
                self.cell(x, y).into_iter().for_each(|cell| *cell = Cell { taken: true, ..Cell::default() });
                x += 1.0;
            }
        }
    }

    /// Draws a line. Its last point is the cell after its end.
    fn line(&mut self, points: &[Point], dashed: bool, is_last: bool) {
        let mut before: Option<(Point, u8)> = None;
        let mut end = None;
        for pair in points.windows(2) {
            let [from, to] = pair else { continue };
            let (x, y) = ((to.x - from.x).round(), (to.y - from.y).round());
            let (step_x, step_y) = (if x == 0.0 { 0.0 } else { x.signum() }, if y == 0.0 { 0.0 } else { y.signum() });
            let (ahead, back) = match (step_x > 0.0, step_x < 0.0, step_y > 0.0, step_y < 0.0) {
                (true, ..) => (RIGHT, LEFT),
                (_, true, ..) => (LEFT, RIGHT),
                (_, _, true, _) => (DOWN, UP),
                (_, _, _, true) => (UP, DOWN),
                _ => continue,
            };
            let mut at = Point { x: from.x.round(), y: from.y.round() };
            let steps = x.abs().max(y.abs());
            let mut step = 0.0;
            while step < steps {
                let from = before.map_or(back, |(_, bits)| bits);
                self.add(at, from | ahead, dashed);
                before = Some((at, back));
                end = Some((at, ahead));
                at = Point { x: at.x + step_x, y: at.y + step_y };
                step += 1.0;
            }
        }
        if let Some((at, ahead)) = end.filter(|_| is_last) {
            let head = match ahead {
                UP => '▲',
                DOWN => '▼',
                LEFT => '◀',
                _ => '▶',
            };
            self.cell(at.x, at.y).into_iter().for_each(|cell| cell.own = Some(head));
        }
    }

    fn add(&mut self, at: Point, bits: u8, dashed: bool) {
        if let Some(cell) = self.cell(at.x, at.y) {
            cell.lines |= bits;
            cell.solid |= !dashed;
        }
    }

    /// Returns the directions in which the line of a cell goes on: into a cell with something else, or with a line that
    /// comes from there.
    fn arms(&self, cell: usize) -> u8 {
        let place = |by: isize| cell.checked_add_signed(by).and_then(|place| self.cells.get(place));
        let down = isize::try_from(self.width).unwrap_or(isize::MAX);
        let goes_on = |(arm, back, by): &(u8, u8, isize)| {
            place(*by).is_some_and(|next| next.own.is_some() || next.taken || next.lines & back != 0).then_some(*arm)
        };
        let arms = [(UP, DOWN, -down), (DOWN, UP, down), (LEFT, RIGHT, -1), (RIGHT, LEFT, 1)];
        let arms = arms.iter().filter_map(goes_on).fold(0, |arms, arm| arms | arm);
        let lines = self.cells.get(cell).map_or(0, |cell| cell.lines);
        // A line that leads nowhere is still one.
        if lines & arms == 0 { lines } else { lines & arms }
    }

    fn print(&self) -> String {
        let mut text = String::new();
        for (number, row) in self.cells.chunks(self.width.max(1)).enumerate() {
            let mut line = String::new();
            for (column, cell) in row.iter().enumerate().filter(|(_, cell)| !cell.taken) {
                let arms = self.arms(number * self.width + column);
                line.push(cell.own.unwrap_or_else(|| match (arms, cell.solid) {
                    (bits, false) if bits == UP | DOWN => '┆',
                    (bits, false) if bits == LEFT | RIGHT => '┄',
                    (bits, _) => LINES.get(usize::from(bits)).copied().unwrap_or(' '),
                }));
            }
            text.push_str(line.trim_end());
            text.push('\n');
        }
        text.truncate(text.trim_end().len());
        text.push('\n');
        text
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is in the range that is checked")]
fn index(place: f64) -> Option<usize> {
    let place = place.round();
    (0.0..1e9).contains(&place).then_some(place as usize)
}
