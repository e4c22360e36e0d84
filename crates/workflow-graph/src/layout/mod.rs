//! Computes the positions of boxes, texts and lines.
//!
//! Scopes are laid out from the inside out, because no edge crosses a container. In each scope, nodes and edge labels
//! are placed in ranks, so that labels do not overlap and lines do not cross boxes.

mod compact;
mod measure;
mod order;
mod rank;
mod route;
mod rows;

use std::collections::BTreeMap;

pub use measure::Role;
pub(crate) use measure::{CELLS, PIXELS, Units};
use rank::{Link, Ranks, Vertex};
use route::Routes;
use workflow_asl::StateKind;
use workflow_asl::graph::EdgeKind;

use crate::caption::cut;
use crate::{Direction, Edge, Graph, Mark, Scope, State};

/// A graph with positions, in pixels for SVG. The origin is the upper left corner.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Layout<'g> {
    /// The width of the picture.
    pub width: f64,
    /// The height of the picture.
    pub height: f64,
    /// The states, each before those inside it.
    pub states: Vec<PlacedState<'g>>,
    /// The branches that have a title.
    pub branches: Vec<PlacedBranch>,
    /// The lines with their labels.
    pub edges: Vec<PlacedEdge<'g>>,
    /// The start and end marks.
    pub dots: Vec<Dot>,
}

/// A state with its position.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct PlacedState<'g> {
    /// The state.
    pub state: &'g State,
    /// Its border.
    pub frame: Frame,
    /// Its texts.
    pub texts: Vec<Text>,
    /// Whether an edge leads from the state to itself: a retrier or a transition.
    pub loops: bool,
}

/// A branch with its position.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct PlacedBranch {
    /// Its border.
    pub frame: Frame,
    /// Its title.
    pub title: Text,
}

/// A line with its label.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct PlacedEdge<'g> {
    /// The transition; `None` for a line from a start or to an end.
    pub edge: Option<&'g Edge>,
    /// The states that the line leaves and enters, if it does.
    pub ends: (Option<&'g State>, Option<&'g State>),
    /// The mark of the edge.
    pub mark: Mark,
    /// Its points, from the source to the target. The label is between two pieces.
    pub pieces: Vec<Vec<Point>>,
    /// The border of the label.
    pub label_frame: Option<Frame>,
    /// The lines of the label.
    pub label: Vec<Text>,
}

/// A start or end mark.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Dot {
    /// Its centre.
    pub centre: Point,
    /// Whether it marks the end.
    pub is_end: bool,
}

/// A line of text.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Text {
    /// The text.
    pub text: String,
    /// Its role.
    pub role: Role,
    /// Its border.
    pub frame: Frame,
}

/// A rectangle.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[expect(missing_docs, reason = "what they are everywhere")]
pub struct Frame {
    pub x: f64,
    pub y: f64,
    pub width: f64,
    pub height: f64,
}

/// A point.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[expect(missing_docs, reason = "what they are everywhere")]
pub struct Point {
    pub x: f64,
    pub y: f64,
}

impl Frame {
    /// Returns the right edge.
    pub fn right(&self) -> f64 {
        self.x + self.width
    }

    /// Returns the lower edge.
    pub fn bottom(&self) -> f64 {
        self.y + self.height
    }

    fn shift(&mut self, x: f64, y: f64) {
        self.x += x;
        self.y += y;
    }
}

impl Graph {
    /// Computes the positions of everything, in pixels.
    pub fn layout(&self, direction: Direction) -> Layout<'_> {
        self.layout_in(direction, &PIXELS)
    }

    pub(crate) fn layout_in(&self, direction: Direction, units: &Units) -> Layout<'_> {
        let builder = Builder { direction, units };
        let mut layout = builder.scope(&self.scope, true);
        layout.shift(units.margin, units.margin);
        layout.width += 2.0 * units.margin;
        layout.height += 2.0 * units.margin;
        layout
    }
}

impl<'g> Layout<'g> {
    fn shift(&mut self, x: f64, y: f64) {
        for state in &mut self.states {
            state.frame.shift(x, y);
            state.texts.iter_mut().for_each(|text| text.frame.shift(x, y));
        }
        for branch in &mut self.branches {
            branch.frame.shift(x, y);
            branch.title.frame.shift(x, y);
        }
        for edge in &mut self.edges {
            for point in edge.pieces.iter_mut().flatten() {
                (point.x, point.y) = (point.x + x, point.y + y);
            }
            edge.label_frame.iter_mut().for_each(|frame| frame.shift(x, y));
            edge.label.iter_mut().for_each(|text| text.frame.shift(x, y));
        }
        for dot in &mut self.dots {
            (dot.centre.x, dot.centre.y) = (dot.centre.x + x, dot.centre.y + y);
        }
    }

    /// Adds another layout at an offset.
    fn embed(&mut self, mut other: Layout<'g>, x: f64, y: f64) {
        other.shift(x, y);
        self.states.append(&mut other.states);
        self.branches.append(&mut other.branches);
        self.edges.append(&mut other.edges);
        self.dots.append(&mut other.dots);
    }
}

/// Branches are drawn equally wide in rows if the widest is at most this many times as wide as the narrowest.
const ALIKE: f64 = 1.5;

struct Builder<'u> {
    direction: Direction,
    units: &'u Units,
}

/// A node of a scope without a position.
struct Node<'g> {
    width: f64,
    height: f64,
    /// The state with everything inside it, at the origin; `None` for a start or end mark.
    layout: Option<Layout<'g>>,
}

impl Builder<'_> {
    /// Lays out a scope at the origin.
    fn scope<'g>(&self, scope: &'g Scope, whole: bool) -> Layout<'g> {
        let units = self.units;
        let mut nodes: Vec<Node<'g>> =
            scope.states.iter().enumerate().map(|(at, state)| self.state(scope, at, state)).collect();
        let dot = || Node { width: units.dot, height: units.dot, layout: None };
        let start = scope.start.map(|first| (nodes.len(), first));
        if start.is_some() {
            nodes.push(dot());
        }
        let end = (whole && scope.states.iter().any(|state| state.ends)).then_some(nodes.len());
        if end.is_some() {
            nodes.push(dot());
        }
        // What each link represents: an edge, or a link from the start or to the end.
        let mut drawn: Vec<(Link, Option<&Edge>, Mark, Vec<String>)> = Vec::new();
        let plain = |from, to| Link { from, to, label: None, class: 0 };
        if let Some((start, first)) = start {
            let untaken = scope.states.get(first).is_some_and(|state| state.mark == Mark::Untaken);
            drawn.push((plain(start, first), None, if untaken { Mark::Untaken } else { Mark::None }, Vec::new()));
        }
        for (number, state) in scope.states.iter().enumerate() {
            for edge in scope.edges.iter().filter(|edge| edge.from == number && edge.to != number) {
                let lines = units.wrap(&edge.shown(), Role::Label, units.max_label);
                let class = u8::from(matches!(edge.kind, EdgeKind::Catch(_)));
                // Marked edges are not joined with others.
                let class = class + 2 * u8::from(edge.mark == Mark::Removed) + 4 * u8::from(edge.mark == Mark::Added);
                let label = (!lines.is_empty()).then(|| self.across_along(self.label_size(&lines)));
                drawn.push((Link { from: number, to: edge.to, label, class }, Some(edge), edge.mark, lines));
            }
            if let Some(end) = end.filter(|_| state.ends) {
                drawn.push((plain(number, end), None, state.end_mark, Vec::new()));
            }
        }
        let sizes: Vec<_> = nodes.iter().map(|node| self.across_along((node.width, node.height))).collect();
        let links: Vec<_> = drawn.iter().map(|(link, ..)| *link).collect();
        let classes: Vec<_> = links.iter().map(|link| link.class).collect();
        let ranks = Ranks::of(&sizes, &links, units.gap, self.limit());
        let wide: Vec<_> = ranks.sizes.iter().map(|(across, _)| *across).collect();
        let is_bend: Vec<_> = ranks.vertices.iter().map(|vertex| *vertex == Vertex::Bend).collect();
        let is_node: Vec<_> = ranks.vertices.iter().map(|vertex| matches!(vertex, Vertex::Node(_))).collect();
        let siblings: Vec<_> = links.windows(2).filter_map(siblings).collect();
        let ordered = order::Ordered {
            sizes: &wide,
            ranks: &ranks.ranks,
            edges: &ranks.edges,
            is_bend: &is_bend,
            is_node: &is_node,
            siblings: &siblings,
        };
        let mut across = ordered.across(units.gap, self.limit(), units.cells);
        let begins = across.iter().zip(&wide).map(|(at, size)| at - size / 2.0).fold(f64::INFINITY, f64::min);
        if begins.is_finite() {
            let begins = if units.cells { begins.floor() } else { begins };
            across.iter_mut().for_each(|at| *at -= begins);
        }
        let routes = Routes::of(&ranks, &classes, &across, units);
        let breadth = across.iter().zip(&wide).map(|(at, size)| at + size / 2.0).fold(0.0, f64::max);
        let mut layout = Layout::default();
        (layout.width, layout.height) = self.across_along((breadth, routes.length));
        let corner = |vertex: usize| {
            let at = across.get(vertex).copied().unwrap_or_default();
            let (across, _) = ranks.sizes.get(vertex).copied().unwrap_or_default();
            let along = routes.along.get(vertex).copied().unwrap_or_default();
            let left = at - across / 2.0;
            self.across_along((if units.cells { left.round() } else { left }, along))
        };
        let dots = start.map(|(start, _)| (start, false)).into_iter().chain(end.map(|end| (end, true)));
        for (vertex, is_end) in dots {
            let (x, y) = corner(vertex);
            let half = if units.cells { 0.0 } else { units.dot / 2.0 };
            layout.dots.push(Dot { centre: Point { x: x + half, y: y + half }, is_end });
        }
        for (vertex, node) in nodes.into_iter().enumerate() {
            if let Some(inside) = node.layout {
                let (x, y) = corner(vertex);
                layout.embed(inside, x, y);
            }
        }
        let mut labels = vec![None; links.len()];
        for (vertex, what) in ranks.vertices.iter().enumerate() {
            if let Vertex::Label(link) = what {
                labels.get_mut(*link).into_iter().for_each(|label| *label = Some(corner(vertex)));
            }
        }
        for (number, (link, edge, mark, lines)) in drawn.into_iter().enumerate() {
            let point = |(across, along): &(f64, f64)| {
                let (x, y) = self.across_along((*across, *along));
                Point { x, y }
            };
            let pieces = routes.lines.get(number).into_iter().flatten().map(|piece| piece.iter().map(point).collect());
            let label_frame = labels.get(number).copied().flatten().map(|(x, y)| {
                let (width, height) = self.label_size(&lines);
                Frame { x, y, width, height }
            });
            let label = label_frame.map(|frame| self.texts(&lines, Role::Label, frame, true)).unwrap_or_default();
            let ends = (scope.states.get(link.from), scope.states.get(link.to));
            layout.edges.push(PlacedEdge { edge, ends, mark, pieces: pieces.collect(), label_frame, label });
        }
        layout
    }

    /// Lays out a state and everything inside it, at the origin.
    fn state<'g>(&self, scope: &'g Scope, number: usize, state: &'g State) -> Node<'g> {
        let units = self.units;
        let own_loops = scope.edges.iter().filter(|edge| edge.from == number && edge.to == number);
        let mut rows: Vec<(Role, String)> = vec![(Role::Name, state.shown_name().to_owned())];
        // A blank name has no line.
        rows.push((Role::Detail, state.caption()));
        rows.extend(state.target.as_deref().map(|target| (Role::Detail, cut(target))));
        let mut loops = false;
        for edge in own_loops {
            loops = true;
            let label = if edge.label.is_empty() { "again".to_owned() } else { edge.shown() };
            rows.push((Role::Detail, format!("↻ {label}")));
        }
        for retrier in &state.retriers {
            loops |= !retrier.is_never;
            let sign = if retrier.is_never { "" } else { "↻ " };
            let untaken = retrier.mark == Mark::Untaken && state.mark != Mark::Untaken && !retrier.is_never;
            let untaken = if untaken { " (not taken)" } else { "" };
            rows.push((Role::Detail, format!("{sign}{}{untaken}", cut(&retrier.label))));
        }
        rows.extend(state.problems.iter().map(|problem| (Role::Problem, format!("⚠ {problem}"))));
        rows.extend(state.mark.word().map(|word| (Role::Detail, format!("({word})"))));
        let mut lines = Vec::new();
        for (role, text) in rows {
            let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
            lines.extend(units.wrap(&text, role, units.max_name).into_iter().map(|line| (role, line)));
        }
        let text_width = lines.iter().map(|(role, line)| units.width(line, *role)).fold(0.0, f64::max);
        let text_height: f64 = lines.iter().map(|(role, _)| units.line(*role)).sum();
        let mut layout = Layout::default();
        let top = 2.0 * units.pad_y + text_height;
        let (mut width, mut height) = ((text_width + 2.0 * units.pad_x).max(units.min_box), top);
        let is_container = !state.scopes.is_empty();
        if is_container {
            let (inside_width, inside_height) = self.inside(state, &mut layout, top - units.pad_y / 2.0);
            width = width.max(inside_width + 2.0 * units.pad_x);
            height = top + inside_height + units.pad_y;
            // The scopes inside are centred.
            layout.shift(((width - inside_width) / 2.0).floor(), 0.0);
        }
        if units.cells {
            // The middle of an odd width is a cell.
            width = 2.0 * (width / 2.0).floor() + 1.0;
            height = height.ceil();
        }
        // A loop is drawn beside the box. The same space is left on the other side, so that lines meet the box's
        // middle.
        let room = if loops { units.loops } else { 0.0 };
        let (side, above) = self.across_along((room, 0.0));
        let frame = Frame { x: side, y: above, width, height };
        layout.shift(side, above);
        let mut texts = Vec::with_capacity(lines.len());
        let mut y = frame.y + units.pad_y;
        for (role, line) in lines {
            let row = Frame { x: frame.x + units.pad_x, y, width: width - 2.0 * units.pad_x, height: units.line(role) };
            y += row.height;
            texts.extend(self.texts(&[line], role, row, !is_container));
        }
        layout.states.insert(0, PlacedState { state, frame, texts, loops });
        Node { width: width + 2.0 * side, height: height + 2.0 * above, layout: Some(layout) }
    }

    /// Returns the maximum width of a row, if rows can be broken.
    fn limit(&self) -> f64 {
        // A terminal scrolls down. A picture from left to right should be no taller there than it must be wide.
        if self.units.cells && self.direction == Direction::LeftRight { f64::INFINITY } else { self.units.row }
    }

    /// Lays out the scopes inside a state side by side, in as many rows as needed. Returns their size.
    fn inside<'g>(&self, state: &'g State, layout: &mut Layout<'g>, top: f64) -> (f64, f64) {
        let units = self.units;
        let line = units.line(Role::Label);
        let above = line + 2.0 * units.pad_y;
        let gap = if self.direction == Direction::LeftRight { units.gap.min(12.0) } else { units.gap };
        let scopes: Vec<_> = state
            .scopes
            .iter()
            .map(|scope| {
                let inside = self.scope(scope, false);
                let (mut width, mut height) = (inside.width, inside.height);
                if let Some(title) = &scope.title {
                    width = width.max(units.width(title, Role::Label)) + 2.0 * units.pad_x;
                    height += above + units.pad_y;
                }
                (inside, self.across_along((width, height)))
            })
            .collect();
        let mut widths: Vec<_> = scopes.iter().map(|(_, (across, _))| *across).collect();
        let area = scopes.iter().map(|(_, (across, along))| (across + gap) * (along + gap)).sum();
        let mut rows = rows::rows(&widths, gap, self.limit(), area);
        // Branches of about the same width form columns if they take several rows.
        let (narrowest, widest) =
            (widths.iter().copied().fold(f64::INFINITY, f64::min), widths.iter().copied().fold(0.0, f64::max));
        if rows.last() > Some(&0) && widest < ALIKE * narrowest {
            widths.iter_mut().for_each(|width| *width = widest);
            rows = rows::rows(&widths, gap, self.limit(), area);
        }
        // The branches of a row are equally long.
        let lengths = scopes.iter().zip(&rows).fold(BTreeMap::new(), |mut lengths, ((_, (_, along)), row)| {
            let length: &mut f64 = lengths.entry(*row).or_default();
            *length = length.max(*along);
            lengths
        });
        let (mut breadth, mut length) = (0.0_f64, 0.0_f64);
        let (mut across, mut along, mut current) = (0.0, 0.0, 0);
        for (((inside, _), own), (row, scope)) in scopes.into_iter().zip(widths).zip(rows.iter().zip(&state.scopes)) {
            let row_length = lengths.get(row).copied().unwrap_or_default();
            if *row != current {
                (across, along, current) = (0.0, length + gap, *row);
            }
            let (x, y) = self.across_along((across, along));
            let (width, height) = self.across_along((own, row_length));
            if let Some(title) = &scope.title {
                let frame = Frame { x, y: top + y, width, height };
                let title_width = units.width(title, Role::Label);
                let row = Frame { x: x + units.pad_x, y: top + y + units.pad_y, width: title_width, height: line };
                let title = Text { text: title.clone(), role: Role::Label, frame: row };
                layout.branches.push(PlacedBranch { frame, title });
                let middle = (width - inside.width) / 2.0;
                let middle = if units.cells { middle.floor() } else { middle };
                layout.embed(inside, x + middle, top + y + above);
            } else {
                layout.embed(inside, x, top + y);
            }
            breadth = breadth.max(across + own);
            length = length.max(along + row_length);
            across += own + gap;
        }
        self.across_along((breadth, length))
    }

    /// Places lines of text in a frame, from its top.
    fn texts(&self, lines: &[String], role: Role, frame: Frame, centred: bool) -> Vec<Text> {
        let line_height = self.units.line(role);
        let mut y = frame.y;
        let texts = lines.iter().map(|line| {
            let width = self.units.width(line, role);
            let left = if centred { (frame.width - width) / 2.0 } else { 0.0 };
            let left = if self.units.cells { left.floor() } else { left };
            let text =
                Text { text: line.clone(), role, frame: Frame { x: frame.x + left, y, width, height: line_height } };
            y += line_height;
            text
        });
        texts.collect()
    }

    fn label_size(&self, lines: &[String]) -> (f64, f64) {
        let width = lines.iter().map(|line| self.units.width(line, Role::Label)).fold(0.0, f64::max);
        let height: f64 = lines.iter().map(|_| self.units.line(Role::Label)).sum();
        if self.units.cells { (2.0 * (width / 2.0).floor() + 1.0, height) } else { (width + 6.0, height + 2.0) }
    }

    /// Converts a width and height to cross and along sizes, and back.
    fn across_along(&self, (width, height): (f64, f64)) -> (f64, f64) {
        match self.direction {
            Direction::TopDown => (width, height),
            Direction::LeftRight => (height, width),
        }
    }
}

/// Returns the targets of two links of one node. The second link comes later in the definition.
fn siblings(links: &[Link]) -> Option<(usize, usize)> {
    let [one, other] = links else { return None };
    (one.from == other.from && one.to != other.to).then_some((one.to, other.to))
}

/// Returns whether a state's box is round: a state that only waits, passes or ends.
pub(crate) fn is_round(kind: StateKind) -> bool {
    matches!(kind, StateKind::Wait | StateKind::Succeed | StateKind::Fail)
}
