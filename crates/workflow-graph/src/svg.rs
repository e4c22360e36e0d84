//! Renders a layout as self-contained SVG, without scripts, fonts or requests.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use workflow_asl::StateKind;
use workflow_asl::graph::EdgeKind;
use workflow_asl::printable::is_control;

use crate::layout::{Frame, Layout, PlacedEdge, PlacedState, Point, Role, Text, is_round};
use crate::{Direction, Graph, Mark};

/// The styles for light and dark pages, which HTML pages use too.
pub(crate) const STYLE: &str = include_str!("style.css");

/// The radius of the corners of lines.
const CORNER: f64 = 6.0;

/// The size of an arrowhead.
const HEAD: f64 = 7.0;

impl Graph {
    /// Returns an SVG document (<https://www.w3.org/TR/SVG2/>) that reads from top to bottom, for light and dark pages.
    ///
    /// Comments are tooltips. The title and description make it accessible to screen readers.
    pub fn to_svg(&self) -> String {
        self.to_svg_in(Direction::TopDown)
    }

    /// Returns an SVG document that reads in this direction.
    pub fn to_svg_in(&self, direction: Direction) -> String {
        let graph = self.grouped();
        let layout = graph.layout(direction);
        let size = format!("width=\"{}\" height=\"{}\" ", number(layout.width), number(layout.height));
        let mut svg = Svg::default();
        svg.document(self, &layout, &size, true);
        svg.text.push('\n');
        svg.text
    }
}

#[cfg(feature = "image")]
impl Graph {
    /// Returns the diagram as one line of HTML: an image with its source as data, for a page whose styles must not
    /// affect it, such as rustdoc's. It always has light colours.
    ///
    /// ```
    /// let definition = serde_json::json!({ "StartAt": "Rest", "States": { "Rest": { "Type": "Succeed" } } });
    /// let image = workflow_graph::Graph::of_definition(&definition).to_image();
    /// assert!(image.starts_with("<img "));
    /// ```
    pub fn to_image(&self) -> String {
        use base64::Engine;

        let source = base64::engine::general_purpose::STANDARD.encode(self.to_svg());
        let style = "color-scheme:light;background:#fff;max-width:100%";
        let description = escaped(&self.describe());
        format!("<img alt=\"{description}\" style=\"{style}\" src=\"data:image/svg+xml;base64,{source}\">")
    }
}

#[cfg(feature = "page")]
impl Graph {
    /// Returns the SVG element without its style, for a page that has [`STYLE`]. Its states are buttons. If a group is
    /// `open`, the groups that are not around it are folded; all are if it is empty.
    pub(crate) fn to_svg_element(&self, direction: Direction, open: Option<&str>) -> String {
        let grouped = self.grouped();
        let graph = open.map_or_else(|| grouped.clone(), |open| grouped.folded(open));
        let layout = graph.layout(direction);
        let size = format!("width=\"{}\" height=\"{}\" ", number(layout.width), number(layout.height));
        let mut svg = Svg { interactive: true, ..Svg::default() };
        svg.document(self, &layout, &size, false);
        svg.text
    }
}

#[derive(Default)]
struct Svg {
    text: String,
    /// Whether states are buttons.
    interactive: bool,
    /// The drawn parts of lines, by their style.
    drawn: BTreeSet<(&'static str, &'static str, [String; 4])>,
}

impl Svg {
    fn document(&mut self, graph: &Graph, layout: &Layout<'_>, size: &str, styled: bool) {
        let (width, height) = (number(layout.width), number(layout.height));
        let role = if self.interactive { "group" } else { "img" };
        let title = graph.name.as_deref().unwrap_or("State machine");
        let about = graph.describe();
        let label = if self.interactive { format!(" aria-label=\"{}\"", escaped(title)) } else { String::new() };
        self.write(format_args!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"workflow-graph\" {size}viewBox=\"0 0 {width} {height}\" \
             role=\"{role}\"{label}>\n"
        ));
        if !self.interactive {
            self.write(format_args!("<title>{}</title>\n<desc>{}</desc>\n", escaped(title), escaped(&about)));
        }
        if styled {
            self.write(format_args!("<style>\n{STYLE}</style>\n"));
        }
        self.write(format_args!("<rect class=\"paper\" width=\"{width}\" height=\"{height}\"/>\n"));
        for problem in &graph.problems {
            self.write(format_args!("<!-- error: {} -->\n", escaped(problem).replace("--", "- -")));
        }
        // Boxes with scopes are below their lines.
        for state in layout.states.iter().filter(|state| !state.state.scopes.is_empty()) {
            self.state(state);
        }
        for branch in &layout.branches {
            self.rect("branch", branch.frame, 6.0);
            self.texts(std::slice::from_ref(&branch.title));
        }
        // Lines that the execution took are above the others.
        let is_under = |edge: &&PlacedEdge<'_>| matches!(edge.mark, Mark::None | Mark::Untaken);
        layout.edges.iter().filter(is_under).for_each(|edge| self.edge(edge));
        layout.edges.iter().filter(|edge| !is_under(edge)).for_each(|edge| self.edge(edge));
        for state in layout.states.iter().filter(|state| state.state.scopes.is_empty()) {
            self.state(state);
        }
        for dot in &layout.dots {
            let (x, y) = (number(dot.centre.x), number(dot.centre.y));
            if dot.is_end {
                self.write(format_args!(
                    "<g><title>end</title><circle class=\"ring\" cx=\"{x}\" cy=\"{y}\" r=\"6.2\"/>\
                     <circle class=\"dot\" cx=\"{x}\" cy=\"{y}\" r=\"3.4\"/></g>\n"
                ));
            } else {
                self.write(format_args!(
                    "<g><title>start</title><circle class=\"dot\" cx=\"{x}\" cy=\"{y}\" r=\"5.5\"/></g>\n"
                ));
            }
        }
        self.text.push_str("</svg>");
    }

    fn state(&mut self, placed: &PlacedState<'_>) {
        let state = placed.state;
        let kind = if state.is_group { "group".to_owned() } else { state.kind.name().to_lowercase() };
        let mut classes = format!("state k-{kind}");
        if state.mark != Mark::None {
            let _ = write!(classes, " m-{}", state.mark.class());
        }
        if !state.problems.is_empty() {
            classes.push_str(" wrong");
        }
        let at = if state.pointer.as_str().is_empty() {
            String::new()
        } else {
            format!(" data-pointer=\"{}\"", escaped(state.pointer.as_str()))
        };
        let button = if self.interactive && !at.is_empty() {
            // The label for screen readers.
            let lines: Vec<_> = placed.texts.iter().map(|text| text.text.as_str()).collect();
            let (name, label) = (escaped(&state.name), escaped(&lines.join(" ")));
            format!(" tabindex=\"-1\" role=\"button\" data-name=\"{name}\" aria-label=\"{label}\"")
        } else {
            String::new()
        };
        self.write(format_args!("<g class=\"{classes}\"{at}{button}>\n"));
        self.tooltip(state.whole().as_deref());
        let frame = placed.frame;
        let inner = if state.scopes.is_empty() { "" } else { " inner" };
        if state.kind == StateKind::Choice {
            self.path(&format!("box{inner}"), &cut_corners(frame));
        } else {
            let radius = if is_round(state.kind) { (frame.height / 2.0).min(18.0) } else { 5.0 };
            self.rect(&format!("box{inner}"), frame, radius);
        }
        if !is_round(state.kind) && state.kind != StateKind::Choice {
            let stripe = Frame { x: frame.x + 4.0, y: frame.y + 6.0, width: 3.0, height: frame.height - 12.0 };
            self.rect("stripe", stripe, 1.5);
        } else {
            let stripe = Frame { x: frame.x + 18.0, y: frame.bottom() - 5.0, width: frame.width - 36.0, height: 3.0 };
            self.rect("stripe", stripe, 1.5);
        }
        self.texts(&placed.texts);
        if placed.loops {
            let retriers = state.retriers.iter().filter(|retrier| !retrier.is_never);
            self.own_loop(frame, retriers.map(|retrier| retrier.label.as_str()));
        }
        self.text.push_str("</g>\n");
        #[cfg(feature = "page")]
        if let Some(group) = state.group().filter(|_| self.interactive) {
            self.fold_button(state, group, frame);
        }
    }

    /// Draws the button that folds or unfolds a group, at its upper right corner.
    #[cfg(feature = "page")]
    fn fold_button(&mut self, state: &crate::State, group: &str, frame: Frame) {
        let (x, y) = (number(frame.right()), number(frame.y));
        let (verb, sign) = if state.is_folded { ("Unfold", "M-4 0H4M0 -4V4") } else { ("Fold", "M-4 0H4") };
        self.write(format_args!(
            "<g class=\"fold\" tabindex=\"-1\" role=\"button\" aria-expanded=\"{}\" aria-label=\"{verb} {}\" \
             data-group=\"{}\" transform=\"translate({x} {y})\"><title>{verb}</title><circle r=\"9\"/><path d=\"{sign}\"/></g>\n",
            !state.is_folded,
            escaped(&state.name),
            escaped(group)
        ));
    }

    /// Draws an edge from a state to itself, at its right edge.
    fn own_loop<'l>(&mut self, frame: Frame, labels: impl Iterator<Item = &'l str>) {
        let labels: Vec<_> = labels.collect();
        let height = (frame.height * 0.4).min(24.0);
        let (from, to) = (frame.y + (frame.height - height) / 2.0, frame.y + (frame.height + height) / 2.0);
        let x = frame.right();
        self.text.push_str("<g class=\"edge loop\">");
        self.tooltip(Some(labels.join("\n").as_str()).filter(|text| !text.is_empty()));
        let path = format!(
            "M{0} {1}C{2} {1} {2} {3} {4} {3}",
            number(x),
            number(from),
            number(x + 19.0),
            number(to),
            number(x + 5.0)
        );
        self.path("line", &path);
        self.head(Point { x: x + 6.0, y: to }, Point { x, y: to });
        self.text.push_str("</g>\n");
    }

    fn edge(&mut self, placed: &PlacedEdge<'_>) {
        let kind = match placed.edge.map(|edge| edge.kind) {
            Some(EdgeKind::Catch(_)) => "edge catch",
            Some(EdgeKind::Default) => "edge otherwise",
            Some(EdgeKind::Choice(_)) => "edge choice",
            _ => "edge",
        };
        let mark = match placed.mark {
            Mark::None => String::new(),
            mark => format!(" m-{}", mark.class()),
        };
        let at = placed.edge.map(|edge| format!(" data-pointer=\"{}\"", escaped(edge.pointer.as_str())));
        self.write(format_args!("<g class=\"{kind}{mark}\"{}>", at.unwrap_or_default()));
        let whole = match placed.edge {
            Some(edge) => edge.whole(),
            None => placed.mark.word().unwrap_or_default().to_owned(),
        };
        self.tooltip(Some(whole.as_str()).filter(|text| !text.is_empty()));
        let mut path = String::new();
        let last = placed.pieces.len().saturating_sub(1);
        for (at, piece) in placed.pieces.iter().enumerate() {
            for run in self.runs(piece, kind, placed.mark) {
                rounded(&mut path, &simplified(&run), at == last && run.last() == piece.last());
            }
        }
        if !path.is_empty() {
            self.path("line", &path);
        }
        if let Some(piece) = placed.pieces.last()
            && let [.., before, end] = simplified(piece).as_slice()
        {
            self.head(*before, *end);
        }
        self.texts(&placed.label);
        self.text.push_str("</g>\n");
    }

    /// Returns the parts of a line that no line of the same style has drawn. Lines drawn twice look thicker.
    fn runs(&mut self, points: &[Point], kind: &'static str, mark: Mark) -> Vec<Vec<Point>> {
        let mut runs: Vec<Vec<Point>> = Vec::new();
        let mut is_open = false;
        let mut before: Option<Point> = None;
        for pair in points.windows(2) {
            let [from, to] = pair else { continue };
            let key = [from.x, from.y, to.x, to.y].map(number);
            let is_new = self.drawn.insert((kind, mark.class(), key));
            if is_new {
                if let (true, Some(run)) = (is_open, runs.last_mut()) {
                    run.push(*to);
                } else {
                    // The line leaves the drawn part with a corner.
                    let begin = before.map(|before| towards(*from, before, CORNER));
                    runs.push(begin.into_iter().chain([*from, *to]).collect());
                }
            } else if let (true, Some(run)) = (is_open, runs.last_mut()) {
                // The line joins the drawn part with a corner.
                run.push(towards(*from, *to, CORNER));
            }
            (is_open, before) = (is_new, Some(*from));
        }
        runs
    }

    /// Draws an arrowhead that ends at a point.
    fn head(&mut self, from: Point, to: Point) {
        let (x, y) = (to.x - from.x, to.y - from.y);
        let length = x.hypot(y).max(0.01);
        let (x, y) = (x / length, y / length);
        let (back_x, back_y) = (x.mul_add(-HEAD, to.x), y.mul_add(-HEAD, to.y));
        let half = HEAD * 0.5;
        let path = format!(
            "M{} {}L{} {}L{} {}Z",
            number(to.x),
            number(to.y),
            number(y.mul_add(half, back_x)),
            number(x.mul_add(-half, back_y)),
            number(y.mul_add(-half, back_x)),
            number(x.mul_add(half, back_y))
        );
        self.path("head", &path);
    }

    fn texts(&mut self, texts: &[Text]) {
        for text in texts {
            let class = match text.role {
                Role::Name => "name",
                Role::Detail => "detail",
                Role::Problem => "problem",
                Role::Label => "label",
            };
            let middle = text.frame.x + text.frame.width / 2.0;
            let base = text.role.size().mul_add(0.36, text.frame.y + text.frame.height / 2.0);
            let said = escaped(&text.text);
            self.write(format_args!(
                "<text class=\"{class}\" x=\"{}\" y=\"{}\" text-anchor=\"middle\">{said}</text>\n",
                number(middle),
                number(base)
            ));
        }
    }

    fn tooltip(&mut self, text: Option<&str>) {
        if let Some(text) = text {
            self.write(format_args!("<title>{}</title>", escaped(text)));
        }
    }

    fn rect(&mut self, class: &str, frame: Frame, radius: f64) {
        self.write(format_args!(
            "<rect class=\"{class}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"{}\"/>\n",
            number(frame.x),
            number(frame.y),
            number(frame.width.max(0.0)),
            number(frame.height.max(0.0)),
            number(radius)
        ));
    }

    fn path(&mut self, class: &str, path: &str) {
        self.write(format_args!("<path class=\"{class}\" d=\"{path}\"/>"));
    }

    fn write(&mut self, text: std::fmt::Arguments<'_>) {
        // Writing to a string cannot fail.
        let _ = self.text.write_fmt(text);
    }
}

/// Returns a box with cut corners, for a choice.
fn cut_corners(frame: Frame) -> String {
    let cut = (frame.height / 2.0).min(10.0);
    let Frame { x, y, .. } = frame;
    let (right, bottom) = (frame.right(), frame.bottom());
    let points = [
        (x + cut, y),
        (right - cut, y),
        (right, y + cut),
        (right, bottom - cut),
        (right - cut, bottom),
        (x + cut, bottom),
        (x, bottom - cut),
        (x, y + cut),
    ];
    let points: Vec<_> = points.iter().map(|(x, y)| format!("{} {}", number(*x), number(*y))).collect();
    format!("M{}Z", points.join("L"))
}

/// Returns the corners and ends of a line.
fn simplified(points: &[Point]) -> Vec<Point> {
    let mut kept: Vec<Point> = Vec::new();
    for point in points {
        if let [.., before, last] = kept.as_slice() {
            let straight = (before.x - last.x).abs() < 0.5 && (last.x - point.x).abs() < 0.5
                || (before.y - last.y).abs() < 0.5 && (last.y - point.y).abs() < 0.5;
            if straight {
                kept.pop();
            }
        }
        kept.push(*point);
    }
    kept
}

/// Returns the point at a distance from one point towards another, but at most half way.
fn towards(from: Point, to: Point, by: f64) -> Point {
    let length = (to.x - from.x).hypot(to.y - from.y);
    let part = if length > 0.0 { (by / length).min(0.5) } else { 0.0 };
    Point { x: (to.x - from.x).mul_add(part, from.x), y: (to.y - from.y).mul_add(part, from.y) }
}

/// Adds a line with rounded corners to a path. The last piece ends where its arrowhead begins.
fn rounded(path: &mut String, points: &[Point], is_last: bool) {
    for (at, point) in points.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| points.get(at));
        // Writing to a string cannot fail.
        let _ = match (before, points.get(at + 1)) {
            (None, _) => write!(path, "M{} {}", number(point.x), number(point.y)),
            (Some(before), None) => {
                let end = if is_last { towards(*point, *before, HEAD - 1.0) } else { *point };
                write!(path, "L{} {}", number(end.x), number(end.y))
            }
            (Some(before), Some(after)) => {
                let (from, to) = (towards(*point, *before, CORNER), towards(*point, *after, CORNER));
                write!(
                    path,
                    "L{} {}Q{} {} {} {}",
                    number(from.x),
                    number(from.y),
                    number(point.x),
                    number(point.y),
                    number(to.x),
                    number(to.y)
                )
            }
        };
    }
}

/// Formats a number with at most one decimal.
fn number(value: f64) -> String {
    let text = format!("{value:.1}");
    let text = text.strip_suffix(".0").unwrap_or(&text);
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

/// Escapes text for XML and HTML, between tags and in double quotes.
pub fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            '"' => escaped.push_str("&quot;"),
            '\n' => escaped.push_str("&#10;"),
            // XML cannot represent most control characters. Those that change the text direction would affect what
            // follows.
            c if is_control(c) || u32::from(c) & 0xFFFE == 0xFFFE => escaped.push('\u{FFFD}'),
            c => escaped.push(c),
        }
    }
    escaped
}
